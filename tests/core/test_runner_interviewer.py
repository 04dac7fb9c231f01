"""The runner and an interviewer that takes its time: who waits for it, who does not, and what is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from core.messages import CommandSent
from core.model import Consideration, Phase, Stronger, Turn
from core.ports import NOBODY, DeliveryError, Waiting
from core.roles import Role
from core.runner.asking import SLOW_S
from core.wording.interview import feedback_to_come
from tests.contracts.sample import CONVERSATION, INCIDENT, QUEUES
from tests.core.doubles import ANSWER, ScriptedInterviewer, in_turn, rest
from tests.core.room import GAP, OTHER, Room


def looked_on(room: Room) -> list[tuple[str, bool]]:
    return [(call, one.looks_on) for call, one in zip(room.interviewer.calls, room.interviewer.waiting, strict=True)]


# Who waits


async def test_an_answer_is_waited_for_and_only_the_last_assessment(room: Room) -> None:
    await room.command("interview", "tester 2")
    await room.answer()
    await room.answer()
    assert looked_on(room) == [("consider", True), ("assess", False), ("consider", True), ("assess", True)]
    assert {one.candidate for one in room.interviewer.waiting} == {await room.store.candidate(CONVERSATION)}


async def test_feedback_and_the_stronger_version_are_waited_for(room: Room) -> None:
    await room.command("interview", "tester coach 1")
    await room.answer()
    assert looked_on(room)[1:] == [("assess", True), ("strengthen", True)]


async def test_a_second_look_and_another_attempt_are_waited_for(room: Room) -> None:
    await room.over()
    del room.interviewer.calls[:], room.interviewer.waiting[:]
    await room.command("disagree")
    await room.say("I did say four minutes.")
    await room.command("retry")
    await room.answer()
    assert looked_on(room) == [("assess", True), ("consider", True), ("assess", True)]


async def test_what_is_finished_in_the_background_after_the_report_is_not_waited_for(room: Room) -> None:
    await room.command("interview", "tester 1")
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    await room.command("stop")
    await room.runner.close()
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert looked_on(room)[-1] == ("assess", False)


async def test_who_has_to_wait_is_told_their_place_and_that_is_not_kept(room: Room) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    tell = room.interviewer.waiting[-1].told
    assert tell
    pending = await room.store.pending()
    await tell(3)
    where, message, key = room.platform.sent[-1]
    assert (where, key) == (CONVERSATION, f"wait-{pending[0].id}-3")
    assert "number 3 in line" in message.text
    assert await room.store.pending() == pending
    room.platform.failure = DeliveryError("offline")
    await tell(2)


async def test_who_has_to_wait_long_for_feedback_is_told_how_to_go_on(room: Room) -> None:
    await room.command("interview", "tester coach")
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    before = len(room.platform.sent)
    await room.clock.advance(SLOW_S)
    ((_, message, key),) = room.platform.sent[before:]
    assert message == feedback_to_come()
    assert key.startswith("slow-")
    room.interviewer.doors["assess"].set()
    await rest()
    assert "a stronger version" in room.last
    sent = len(room.platform.sent)
    await room.clock.advance(SLOW_S)
    assert len(room.platform.sent) == sent


# While it thinks


async def test_no_lock_is_held_while_the_interviewer_thinks(room: Room) -> None:
    await room.command("interview", "tester")
    await room.command("interview", "tester", where=OTHER)
    room.interviewer.door.clear()
    await room.answer()
    assert room.interviewer.calls == ["consider"]
    assert not any(lock.locked() for lock in room.runner._turnstile._locks.values())
    await room.command("status")
    assert "I am thinking about your answer" in room.last
    await room.command("repeat", where=OTHER)
    assert QUEUES.text in room.last


@pytest.mark.parametrize("command", ["stop", "skip", "drop", "pause"])
async def test_a_call_that_nobody_waits_for_any_more_is_cancelled_at_once(room: Room, command: str) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    await room.command(command)
    assert room.interviewer.cancelled == ["consider"]
    assert not [one for one in await room.store.pending() if type(one.effect).__name__ == "ConsiderAnswer"]


async def test_a_further_message_cancels_the_call_and_the_whole_answer_is_considered(room: Room) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer("I saw the error first.")
    await room.say("Then I rolled back.")
    assert room.interviewer.cancelled == ["consider"]
    room.interviewer.door.set()
    await room.clock.advance(GAP)
    assert room.interviewer.calls[:2] == ["consider", "consider"]
    turn = (await room.interview()).turns[0]
    assert turn.answer_text == "I saw the error first.\nThen I rolled back."
    assert await room.store.pending() == []


async def test_stop_from_another_chat_of_the_same_person_cancels_the_call_too(room: Room) -> None:
    candidate = await room.store.candidate(CONVERSATION)
    room.store._candidates[OTHER.platform, OTHER.account] = candidate
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    await room.command("stop", where=OTHER)
    assert room.interviewer.cancelled == ["consider"]


async def test_a_dropped_interview_has_nothing_assessed_any_more(room: Room) -> None:
    await room.command("interview", "tester coach 1")
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    await room.command("drop")
    assert room.interviewer.cancelled == ["assess"]
    assert await room.store.pending() == []


class Stubborn(ScriptedInterviewer):
    """Replies when its door opens, even to those who have stopped waiting."""

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        self.calls.append("consider")
        while not self.door.is_set():
            try:
                await self.door.wait()
            except asyncio.CancelledError:
                self.cancelled.append("consider")
        return ANSWER


async def test_a_late_reply_changes_nothing() -> None:
    room = Room()
    room.interviewer = Stubborn(in_turn())
    room.runner = room.new_runner()
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    await room.command("stop")
    room.interviewer.door.set()
    await rest()
    assert room.interviewer.cancelled == ["consider"]
    interview = await room.interview()
    assert (interview.phase, len(interview.turns), interview.turns[0].interviewer) == (Phase.FINISHED, 1, "")
    assert INCIDENT.text not in "".join(room.platform.texts)
    assert await room.store.pending() == []
    await room.runner.idle(CONVERSATION)


async def test_an_answer_that_was_overtaken_while_nobody_ran_is_not_considered(room: Room) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    await room.runner.close()
    kept = dict(room.store._pending)
    room.runner = room.new_runner()
    await room.command("stop")
    room.store._pending.update(kept)
    room.interviewer.calls.clear()
    room.interviewer.door.set()
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert room.interviewer.calls == ["assess"]


async def test_who_asks_for_a_stronger_version_over_and_over_costs_one_call(room: Room) -> None:
    await room.over()
    room.interviewer.calls.clear()
    room.interviewer.doors["strengthen"] = asyncio.Event()
    for _ in range(5):
        await room.command("stronger")
    assert room.interviewer.calls == ["strengthen"]
    room.interviewer.doors["strengthen"].set()
    await rest()
    assert room.interviewer.calls == ["strengthen"]
    assert sum("a stronger version, in your own words" in text for text in room.platform.texts) == 1
    assert await room.store.pending() == []


class FailingOnce(ScriptedInterviewer):
    """Fails at the first stronger version, once its door is open."""

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        first = "strengthen" not in self.calls
        made = await super().strengthen(role, turn, waiting)
        if first:
            raise RuntimeError
        return made


async def test_a_stronger_version_that_failed_is_tried_for_whoever_asked_next(caplog: pytest.LogCaptureFixture) -> None:
    room = Room()
    room.interviewer = FailingOnce(in_turn())
    room.runner = room.new_runner()
    await room.over()
    door = room.interviewer.doors["strengthen"] = asyncio.Event()
    await room.command("stronger")
    await room.command("stronger")
    door.set()
    await rest()
    assert room.interviewer.calls.count("strengthen") == 2
    assert "Something went wrong" in room.platform.texts[-2]
    assert "a stronger version, in your own words" in room.last


# The report in time


async def test_whoever_rated_has_the_report_after_ten_seconds_whatever_the_interviewer_does(room: Room) -> None:
    await room.command("interview", "tester 2")
    await room.answer()
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    await room.command("rate", "4")
    await room.clock.advance(9.9)
    assert "Your report follows" in room.last
    await room.clock.advance(0.1)
    report = room.platform.sent[-1][1].report
    assert report
    assert (report.assessed, report.self_rating) == (1, 4)
    room.interviewer.doors["assess"].set()
    await rest()
    assert room.last.startswith("All your answers are assessed now")
    assert await room.store.pending() == []


async def test_a_report_in_which_nothing_is_assessed_yet_is_waited_on(room: Room) -> None:
    await room.command("interview", "tester 1")
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.answer()
    await room.command("rate", "4")
    await room.clock.advance(10)
    sent = len(room.platform.sent)
    assert "still being assessed" in room.last
    await room.clock.advance(49)
    assert len(room.platform.sent) == sent
    room.interviewer.doors["assess"].set()
    await rest()
    report = room.platform.sent[-1][1].report
    assert report
    assert (report.assessed, report.self_rating) == (1, 4)
    assert await room.store.pending() == []


async def test_whoever_does_not_rate_has_it_after_a_minute(room: Room) -> None:
    await room.command("interview", "tester 1")
    await room.answer()
    await room.clock.advance(10)
    assert "how well did it go" in room.last
    await room.clock.advance(49.9)
    assert "how well did it go" in room.last
    await room.clock.advance(0.1)
    assert room.platform.sent[-1][1].report
    assert await room.store.pending() == []


async def test_idle_does_not_wait_for_the_report_and_close_ends_the_waiting(room: Room) -> None:
    await room.command("interview", "tester 1")
    await room.answer()
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 5)
    await room.runner.close()
    assert not room.runner._underway._tasks
    assert [type(one.effect).__name__ for one in await room.store.pending()] == ["AwaitReport"]


async def test_after_a_restart_the_report_is_waited_for_again(room: Room) -> None:
    await room.command("interview", "tester 1")
    await room.answer()
    await room.clock.advance(5)
    await room.runner.close()
    room.runner = room.new_runner()
    await room.runner.resume(CONVERSATION)
    await room.clock.advance(9)
    assert len(await room.store.pending()) == 1
    await room.clock.advance(1)
    await room.clock.advance(50)
    assert room.platform.sent[-1][1].report


async def test_the_waiting_ends_with_the_report_and_that_of_the_next_attempt_is_its_own(room: Room) -> None:
    await room.over()
    assert await room.store.pending() == []
    room.interviewer.doors["assess"] = asyncio.Event()
    await room.command("retry")
    await room.answer()
    await room.clock.advance(9)
    assert (await room.interview()).phase is Phase.REPORTING
    await room.clock.advance(1)
    assert (await room.interview()).phase is Phase.FINISHED
    room.interviewer.doors["assess"].set()
    await rest()
    assert room.last.startswith("Question 1 again")


async def test_a_waiting_that_was_overtaken_while_nobody_ran_is_over_at_once(room: Room) -> None:
    await room.command("interview", "tester 1")
    await room.answer()
    await room.runner.close()
    kept = dict(room.store._pending)
    room.runner = room.new_runner()
    await room.command("rate", "3")
    room.store._pending.update(kept)
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert await room.store.pending() == []


# After the report


@pytest.mark.parametrize("text", ["Thanks!", "try again", "skip"])
async def test_words_after_the_report_are_about_no_interview(room: Room, text: str) -> None:
    await room.over()
    before = await room.interview()
    await room.say(text)
    assert "Your interview is over" in room.last
    await room.edit(text, "t2")
    assert "Your interview is over" in room.last
    await room.command("skip")
    assert "Your interview is over" in room.last
    assert await room.interview() == before


async def test_the_latest_interview_is_the_only_one_that_can_be_gone_back_to(room: Room) -> None:
    await room.over()
    await room.command("interview", "tester 1")
    await room.command("drop")
    for command in ("retry", "stronger", "disagree", "rate"):
        await room.command(command)
        assert "No interview is running" in room.last


async def test_a_button_of_an_older_report_does_not_touch_the_newer_interview(room: Room) -> None:
    await room.over()
    buttons = [choice for choice in room.platform.sent[-1][1].choices if choice.argument.startswith("#")]
    await room.over()
    before = await room.interview()
    assert len(buttons) == 3
    for button in buttons:
        await room.command(button.command, button.argument, button.turn)
        assert "That choice belongs to an earlier" in room.last
    assert (await room.interview()).turns == before.turns
    await room.press(buttons[0].label)
    assert (await room.interview()).phase is Phase.ASKING


async def test_an_older_menu_does_not_drop_the_newer_interview(room: Room) -> None:
    await room.command("interview", "tester 1")
    await room.command("interview", "tester 1")
    await room.command("drop")
    await room.clock.advance(1)
    await room.command("interview", "tester 1")
    await room.press("Drop it")
    assert "That choice belongs to an earlier" in room.last
    assert (await room.interview()).phase is Phase.ASKING


async def test_while_an_attempt_is_made_after_the_report_no_other_interview_begins(room: Room) -> None:
    await room.over()
    for command in ("retry", "disagree"):
        await room.command(command)
        await room.command("interview", "tester 2")
        assert "You have an open interview" in room.last
        await room.press("Drop it")
        assert (await room.interview()).phase is Phase.FINISHED
    await room.command("interview", "tester 2")
    assert (await room.interview()).phase is Phase.ASKING


async def test_a_rating_that_comes_too_late_changes_nothing(room: Room) -> None:
    await room.over()
    before = await room.interview()
    await room.command("rate", "5")
    assert "Nothing was changed" in room.last
    assert (await room.interview()).self_rating == before.self_rating


# Without numbers


async def test_who_wants_no_numbers_gets_none(room: Room) -> None:
    await room.command("settings", "numbers off")
    await room.over()
    message = room.platform.sent[-1][1]
    assert message.text.startswith("Your report")
    assert message.report is None
    assert not any(block.level is not None or block.calm is not None for block in message.blocks)
    await room.command("report")
    assert room.platform.sent[-1][1].report is None
    await room.command("settings", "numbers on")
    await room.command("report")
    assert room.platform.sent[-1][1].report


async def test_preferences_are_looked_up_only_for_messages_with_numbers(room: Room) -> None:
    looked_up = []
    preferences = room.store.preferences

    async def counted(candidate: int) -> object:
        looked_up.append(candidate)
        return await preferences(candidate)

    room.store.preferences = counted  # type: ignore[assignment]
    await room.command("interview", "tester 1")
    await room.answer()
    assert looked_up == []
    await room.runner.receive(CommandSent(CONVERSATION, "r", "rate", "3"))
    assert len(looked_up) == 1
