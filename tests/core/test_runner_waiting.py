"""What the runner tells those who wait long or in vain, and what it spares those who have gone on."""

from __future__ import annotations

import asyncio

import pytest

from core.model import Interview
from core.ports import DeliveryError, StoreUnavailableError
from core.runner.asking import SLOW_S
from tests.contracts.sample import CONVERSATION
from tests.core.doubles import rest
from tests.core.room import GAP, Room


def hold(room: Room, *names: str) -> None:
    for name in names:
        room.interviewer.doors[name] = asyncio.Event()


def slow(room: Room) -> list[str]:
    return [message.text for _, message, key in room.platform.sent if key.startswith("slow-")]


async def objected(room: Room) -> None:
    """The candidate has said what was wrong about the first assessment."""
    await room.command("disagree", "1")
    await room.say("I did say four minutes.")


# A word to whoever waits long


async def test_who_waits_long_for_a_stronger_version_is_told_once_that_it_is_coming(room: Room) -> None:
    await room.over()
    hold(room, "strengthen")
    await room.command("stronger")
    await room.clock.advance(SLOW_S - 0.1)
    assert slow(room) == []
    await room.clock.advance(0.1)
    await room.clock.advance(SLOW_S)
    assert slow(room) == ["I am still writing the stronger version of your answer to question 1; it follows by itself."]
    room.interviewer.doors["strengthen"].set()
    await rest()
    assert "a stronger version, in your own words" in room.last


async def test_who_waits_long_for_a_second_look_is_told_that_it_is_coming(room: Room) -> None:
    await room.over()
    hold(room, "assess")
    await objected(room)
    await room.clock.advance(SLOW_S)
    (said,) = slow(room)
    assert said.startswith("I am still looking at your answer to question 1 a second time")
    room.interviewer.doors["assess"].set()
    await rest()
    assert "A second look at question 1" in room.last
    await room.clock.advance(SLOW_S)
    assert len(slow(room)) == 1


@pytest.mark.parametrize("mode", ["mock", "coach"])
async def test_who_waits_long_for_another_attempt_is_told_that_it_is_coming(room: Room, mode: str) -> None:
    await room.command("interview", f"tester {mode} 1")
    await room.answer()
    await room.command("rate" if mode == "mock" else "next")
    hold(room, "assess")
    await room.command("retry", "1")
    await room.answer()
    if mode == "coach":
        await room.command("next")
    await room.clock.advance(SLOW_S)
    (said,) = slow(room)
    assert said.startswith("I am still assessing your answer to question 1")


async def test_who_waits_for_the_first_report_hears_no_more_than_that_it_follows(room: Room) -> None:
    hold(room, "assess")
    await room.command("interview", "tester 1")
    await room.answer()
    await room.command("rate", "3")
    await room.clock.advance(SLOW_S)
    assert slow(room) == []
    assert "still being assessed" in room.last


async def test_who_waits_long_for_the_stronger_version_of_an_answer_under_review_can_go_on(room: Room) -> None:
    hold(room, "strengthen")
    await room.command("interview", "tester coach 2")
    await room.answer()
    await room.clock.advance(SLOW_S)
    assert slow(room) == ["A stronger version of your answer is on its way. /next goes on without it."]


@pytest.mark.parametrize("name", ["assess", "strengthen"])
async def test_who_has_gone_on_to_the_next_question_is_not_told_of_the_one_before(room: Room, name: str) -> None:
    hold(room, name)
    await room.command("interview", "tester coach 3")
    await room.answer()
    await room.command("next")
    await room.clock.advance(SLOW_S)
    assert slow(room) == []


async def test_feedback_that_comes_late_is_announced_for_the_answer_that_is_looked_at_only(room: Room) -> None:
    hold(room, "assess")
    await room.command("interview", "tester coach 3")
    await room.answer()
    await room.command("next")
    await room.answer()
    await room.clock.advance(SLOW_S)
    assert slow(room) == ["Your feedback is on its way. /next goes on without it."]


async def test_a_word_that_cannot_be_said_does_no_harm(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    await room.over()
    hold(room, "assess", "strengthen")
    await room.command("stronger")
    await objected(room)
    room.platform.failure = DeliveryError("offline")
    await room.clock.advance(SLOW_S)
    room.platform.failure = None
    room.interviewer.doors["assess"].set()
    await rest()
    assert "A second look at question 1" in room.last

    async def broken(candidate: int, interview: int) -> None:
        raise StoreUnavailableError

    await room.command("disagree")
    kept, room.store.interview = room.store.interview, broken  # type: ignore[method-assign, assignment]
    await room.clock.advance(SLOW_S)
    room.store.interview = kept  # type: ignore[method-assign]
    assert caplog.text == ""


# Whoever has begun another interview


@pytest.mark.parametrize("late", ["report", "second look", "stronger"])
async def test_what_comes_late_of_an_older_interview_has_no_buttons_that_would_be_refused(
    room: Room, late: str
) -> None:
    hold(room, "strengthen", *(() if late != "report" else ("assess",)))
    await room.over()
    if late == "report":
        await room.wait_for_report()
    elif late == "second look":
        hold(room, "assess")
        await objected(room)
    else:
        await room.command("stronger")
    await room.command("interview", "tester 1")
    sent = len(room.platform.sent)
    for door in room.interviewer.doors.values():
        door.set()
    await rest()
    ((_, message, _),) = room.platform.sent[sent:]
    assert (message.choices, message.default) == ((), None)
    assert message.text.startswith(
        {"report": "All your answers", "second look": "A second look", "stronger": "Question 1: a stronger"}[late]
    )


async def test_what_comes_late_of_the_newest_interview_keeps_its_buttons(room: Room) -> None:
    hold(room, "assess")
    await room.over()
    await room.wait_for_report()
    room.interviewer.doors["assess"].set()
    await rest()
    message = room.platform.sent[-1][1]
    assert message.text.startswith("All your answers")
    offered = [choice.command for choice in message.choices]
    assert offered == ["retry", "stronger", "disagree", "transcript", "history"]


async def test_an_older_interview_stays_older_when_the_role_of_the_newer_one_is_gone(room: Room) -> None:
    hold(room, "assess")
    await room.over()
    await room.wait_for_report()
    await room.command("interview", "tester 1")
    newest = max(room.store._interviews)
    interview = room.store.interview

    async def gone(candidate: int) -> Interview | None:
        kept = dict(room.roles)
        room.roles.clear()
        try:
            return await interview(candidate, newest)
        finally:
            room.roles.update(kept)

    room.store.current_interview = gone  # type: ignore[method-assign]
    room.interviewer.doors["assess"].set()
    await rest()
    assert room.platform.sent[-1][1].text.startswith("All your answers")
    assert room.platform.sent[-1][1].choices == ()


# What fails for ever


async def restarted(room: Room) -> list[str]:
    """What the candidate is sent when the process is started anew."""
    await room.runner.close()
    sent = len(room.platform.sent)
    room.runner = room.new_runner()
    await room.runner.resume(CONVERSATION)
    await rest()
    await room.runner.idle(CONVERSATION)
    return room.platform.texts[sent:]


async def test_an_assessment_that_fails_for_ever_is_told_before_the_report_and_then_only_logged(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.interviewer.failing = {"assess"}
    await room.command("interview", "tester 2")
    await room.answer()
    assert sum("Something went wrong" in text for text in room.platform.texts) == 1
    (told,) = await restarted(room)
    assert "Something went wrong" in told
    await room.command("stop")
    await room.command("stop")
    for _ in range(2):
        caplog.clear()
        assert await restarted(room) == []
        assert "An effect failed with RuntimeError and stays pending." in caplog.text
    assert len(await room.store.pending()) == 1


async def test_an_assessment_that_fails_after_its_report_was_made_without_it_is_only_logged(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    hold(room, "assess")
    await room.over()
    await room.wait_for_report()
    sent = len(room.platform.sent)
    room.interviewer.failing = {"assess"}
    room.interviewer.doors["assess"].set()
    await rest()
    assert len(room.platform.sent) == sent
    assert "An effect failed with RuntimeError" in caplog.text


@pytest.mark.parametrize("name", ["assess", "strengthen"])
async def test_who_asked_for_it_after_the_report_hears_of_its_failure_once(
    room: Room, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await room.over()
    room.interviewer.failing = {name}
    await (objected(room) if name == "assess" else room.command("stronger"))
    assert room.last.startswith("Something went wrong on my side, so this has to wait.")
    assert "/repeat" not in room.last
    assert await restarted(room) == []
    room.interviewer.failing = set()
    (said,) = await restarted(room)
    assert "second look" in said or "a stronger version" in said


async def test_a_failure_whose_interview_cannot_be_looked_up_is_told(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.store._interviews.clear()
    await room.clock.advance(GAP)
    assert "Something went wrong" in room.last
