"""The sign that something is being worked on: shown to who looks on, and to nobody who is to speak."""

from __future__ import annotations

import asyncio

import pytest

from core.ports import StoreUnavailableError
from core.runner.asking import PULSE_S
from tests.contracts.sample import CONVERSATION
from tests.core.doubles import rest
from tests.core.room import GAP, Room


def hold(room: Room, *names: str) -> None:
    for name in names:
        room.interviewer.doors[name] = asyncio.Event()


def release(room: Room, name: str) -> None:
    room.interviewer.doors[name].set()


async def pulses(room: Room) -> int:
    """How many are given in the time of three."""
    before = len(room.platform.pulses)
    for _ in range(3):
        await room.clock.advance(PULSE_S)
    return len(room.platform.pulses) - before


async def test_an_answer_that_is_considered_shows_the_sign_at_once_and_again_until_it_is_done(room: Room) -> None:
    hold(room, "consider")
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    await room.clock.advance(GAP - 0.1)
    assert room.platform.pulses == []
    await room.clock.advance(0.1)
    assert room.platform.pulses == [CONVERSATION]
    await room.clock.advance(PULSE_S - 0.1)
    assert len(room.platform.pulses) == 1
    await room.clock.advance(0.1)
    assert len(room.platform.pulses) == 2
    release(room, "consider")
    await rest()
    assert await pulses(room) == 0


async def test_an_assessment_shows_it_only_when_the_candidate_has_come_to_wait_for_it(room: Room) -> None:
    hold(room, "assess")
    await room.command("interview", "tester 2")
    await room.answer()
    room.platform.pulses.clear()
    assert await pulses(room) == 0
    await room.command("stop")
    release(room, "assess")
    await rest()
    hold(room, "assess")
    await room.command("retry", "1")
    await room.answer()
    assert await pulses(room) == 3


async def test_an_assessment_that_is_waited_for_later_shows_it_from_then_on(room: Room) -> None:
    hold(room, "assess")
    await room.command("interview", "tester 2")
    await room.answer()
    assert await pulses(room) == 0
    await room.command("skip")
    assert await pulses(room) == 3


@pytest.mark.parametrize("name", ["assess", "strengthen"])
async def test_it_ends_for_who_has_gone_on_to_the_next_question(room: Room, name: str) -> None:
    hold(room, name)
    await room.command("interview", "tester coach 3")
    await room.answer()
    assert await pulses(room) == 3
    await room.command("next")
    assert await pulses(room) == 0
    assert not room.interviewer.cancelled


async def test_a_stronger_version_that_was_asked_for_shows_it(room: Room) -> None:
    await room.over()
    hold(room, "strengthen")
    await room.command("stronger")
    assert await pulses(room) == 3


async def test_a_call_that_fails_ends_it(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    hold(room, "consider")
    room.interviewer.failure = RuntimeError("no model")
    await room.command("interview", "tester")
    await room.answer()
    assert await pulses(room) == 3
    release(room, "consider")
    await rest()
    assert await pulses(room) == 0


async def test_a_store_that_fails_for_a_moment_leaves_one_out(room: Room) -> None:
    hold(room, "consider")
    await room.command("interview", "tester")
    await room.answer()
    kept = room.store.interview

    async def broken(candidate: int, interview: int) -> None:
        raise StoreUnavailableError

    room.store.interview = broken  # type: ignore[method-assign, assignment]
    assert await pulses(room) == 0
    room.store.interview = kept  # type: ignore[method-assign]
    assert await pulses(room) == 3
