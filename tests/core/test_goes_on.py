"""What could not be saved is tried again by itself: nobody has to write, and the process need not start again."""

from __future__ import annotations

import asyncio

import pytest

from core.ports import StaleInterviewError, StoreUnavailableError
from core.runner.again import FIRST_PAUSE_S
from tests.contracts.sample import CONVERSATION, INCIDENT
from tests.core.doubles import rest
from tests.core.room import FULL, GAP, Room

TOLD = "I cannot go on: The disk is full"


async def idle(room: Room) -> None:
    """What ends although something waits to be saved."""
    async with asyncio.timeout(1):
        await room.runner.idle(CONVERSATION)


def told(room: Room) -> int:
    return sum(text.startswith(TOLD) for text in room.platform.texts)


async def test_an_answer_whose_step_could_not_be_saved_goes_on_by_itself(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I rolled it back in four minutes.")
    room.disk.failing = True
    await room.clock.advance(GAP)
    heard = len(room.platform.sent)
    assert room.last.startswith(TOLD)
    await room.clock.advance(FIRST_PAUSE_S)
    assert len(room.platform.sent) == heard  # they have heard of it
    room.disk.failing = False
    await room.clock.advance(3 * FIRST_PAUSE_S - 1)
    assert INCIDENT.text not in room.last
    await room.clock.advance(1)
    assert INCIDENT.text in room.last
    assert told(room) == 1


async def test_who_waits_for_the_conversation_hears_of_it_once_and_does_not_wait_for_the_next_try(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I rolled it back in four minutes.")
    room.disk.failing = True
    await room.clock.advance(GAP)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await idle(room)
    await room.clock.advance(FIRST_PAUSE_S)
    await idle(room)


@pytest.mark.parametrize("name", ["consider", "assess"])
async def test_what_an_interviewer_said_and_could_not_be_saved_is_kept_at_hand(room: Room, name: str) -> None:
    await room.command("interview", "tester 1")
    door = room.interviewer.doors[name] = asyncio.Event()
    await room.answer()
    room.disk.failing = True
    door.set()
    await rest()
    room.disk.failing = False
    await room.clock.advance(FIRST_PAUSE_S)
    await room.command("rate", "3")
    assert "Your report" in room.last
    assert room.interviewer.calls.count(name) == 1
    assert told(room) == 1
    assert await room.store.pending() == []


async def test_a_stronger_version_asked_for_twice_is_given_when_it_can_be_saved(room: Room) -> None:
    await room.over()
    door = room.interviewer.doors["strengthen"] = asyncio.Event()
    await room.command("stronger", "1")
    await room.command("stronger", "1")
    room.disk.failing = True
    door.set()
    await rest()
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await idle(room)
    room.disk.failing = False
    await room.clock.advance(FIRST_PAUSE_S)
    assert "Stronger: I rolled it back" in room.last
    assert await room.store.pending() == []


async def test_a_report_that_could_not_be_saved_comes_by_itself(room: Room) -> None:
    await room.command("interview", "tester 2")
    await room.answer()
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    await room.command("rate", "3")
    room.disk.failing = True
    await room.clock.advance(10)
    assert room.last.startswith(TOLD)
    room.disk.failing = False
    await room.clock.advance(FIRST_PAUSE_S)
    assert "Your report" in room.last


async def test_a_report_is_waited_for_although_its_interview_could_not_be_read_at_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise FULL

    await room.command("interview", "tester 1")
    await room.answer()
    await room.runner.close()
    room.runner = room.new_runner()
    monkeypatch.setattr(room.disk, "interview", fails, raising=False)
    await room.runner.resume(CONVERSATION)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await idle(room)
    monkeypatch.undo()
    await room.clock.advance(FIRST_PAUSE_S)
    await idle(room)
    asked = room.last
    await room.clock.advance(9)
    assert room.last == asked
    await room.wait_for_report()
    assert "Your report" in room.last


async def test_what_is_overtaken_before_it_could_be_saved_is_over(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I rolled it back in four minutes.")
    room.disk.failing = True
    await room.clock.advance(GAP)
    room.disk.failing = False
    await room.command("skip")
    heard = len(room.platform.sent)
    await room.clock.advance(FIRST_PAUSE_S)
    assert "consider" not in room.interviewer.calls
    assert len(room.platform.sent) == heard
    assert await room.store.pending() == []


async def test_a_result_that_meets_a_change_is_stepped_on_anew(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I rolled it back in four minutes.")
    room.disk.refusals = [StaleInterviewError()]
    await room.clock.advance(GAP)
    await idle(room)
    assert INCIDENT.text in room.last
    assert room.platform.texts.count(room.last) == 1


async def test_what_somebody_else_has_performed_is_over_without_a_word(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("I rolled it back in four minutes.")
    heard = len(room.platform.sent)
    (gap,) = await room.store.pending()
    await room.store.performed(gap.id)
    await room.clock.advance(GAP)
    await idle(room)
    await room.clock.advance(FIRST_PAUSE_S)
    assert len(room.platform.sent) == heard
    assert room.interviewer.calls == []


async def cannot_remove(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(effect_id: int) -> None:
        raise FULL

    monkeypatch.setattr(room.disk, "performed", fails)


async def test_a_message_that_has_arrived_is_not_sent_again_when_that_could_not_be_noted(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cannot_remove(room, monkeypatch)
    await room.command("help")
    await room.command("roles")  # which does not wait for that
    assert len(room.platform.sent) == 2
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await idle(room)
    await room.clock.advance(FIRST_PAUSE_S)
    await idle(room)
    monkeypatch.undo()
    await room.clock.advance(3 * FIRST_PAUSE_S)
    assert await room.store.pending() == []
    assert len(room.platform.sent) == 2


async def test_nor_is_it_when_its_candidate_could_not_be_forgotten_meanwhile(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(candidate: int) -> None:
        raise FULL

    await cannot_remove(room, monkeypatch)
    await room.command("help")
    monkeypatch.setattr(room.disk, "forget", fails, raising=False)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await room.command("forget", "yes")
    await rest()
    assert len(room.platform.sent) == 1


async def test_what_was_overtaken_is_removed_when_that_can_be_done(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.command("interview", "tester")
    room.interviewer.doors["consider"] = asyncio.Event()
    await room.answer()
    await cannot_remove(room, monkeypatch)
    await room.command("skip")
    assert room.interviewer.cancelled == ["consider"]
    monkeypatch.undo()
    await room.clock.advance(FIRST_PAUSE_S)
    assert await room.store.pending() == []


async def test_a_result_that_comes_too_late_is_nothing_to_tell_of_although_it_cannot_be_removed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.command("interview", "tester 1")
    await room.answer()
    await room.runner.close()  # with the wait for the rating, which another process overtakes
    other = room.new_runner()
    room.runner = other
    await room.command("stop")
    await room.runner.close()
    assert await room.store.pending() != []
    heard = len(room.platform.sent)
    await cannot_remove(room, monkeypatch)
    room.runner = room.new_runner()
    await room.runner.resume(CONVERSATION)
    await rest()
    monkeypatch.undo()
    await room.clock.advance(FIRST_PAUSE_S)
    assert await room.store.pending() == []
    assert len(room.platform.sent) == heard
