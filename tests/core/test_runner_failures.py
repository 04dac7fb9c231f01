"""What the runner does when something fails: nothing is lost, and the candidate hears of it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from core.messages import CommandSent, TextSent
from core.model import Phase
from core.ports import DeliveryError, StoreUnavailableError
from tests.contracts.sample import CONVERSATION, INCIDENT
from tests.core.doubles import rest
from tests.core.room import GAP, OTHER, Room


async def test_a_failing_interviewer_leaves_the_effect_pending_and_tells_the_candidate(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.failure = RuntimeError("no model")
    await room.answer()
    assert "Something went wrong on my side" in room.last
    assert len(await room.store.pending()) == 1
    assert "An effect failed with RuntimeError and stays pending." in caplog.text
    await room.runner.idle(CONVERSATION)
    room.interviewer.failure = None
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert INCIDENT.text in room.last


async def test_the_log_says_where_it_failed_and_nothing_of_what_was_said(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.failure = ValueError("bad answer: SENTINEL words of the candidate")
    room.interviewer.failure.__cause__ = KeyError("SENTINEL")
    await room.answer()
    assert "ValueError" in caplog.text
    assert "in _call" in caplog.text
    assert "SENTINEL" not in caplog.text


async def test_a_failing_assessment_withholds_no_report(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    await room.command("interview", "tester 1")
    room.interviewer.failing = {"assess"}
    await room.answer()
    await room.command("report")
    assert "Nothing has been assessed yet" in room.last
    await room.command("stop")
    made = room.platform.sent[-1][1].report
    assert made
    assert (made.assessed, made.total) == (0, None)
    room.interviewer.failing = set()
    runner = room.new_runner()
    await runner.resume(CONVERSATION)
    await runner.idle(CONVERSATION)
    assert await room.store.pending() == []
    assert "this report is complete" in room.last


async def test_a_failing_interviewer_and_platform_together_lose_nothing(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.failure = RuntimeError("no model")
    room.platform.failure = DeliveryError("offline")
    await room.answer()
    assert len(await room.store.pending()) == 1


async def test_a_message_that_cannot_be_delivered_stays_pending_and_is_sent_later_with_its_key(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.platform.failure = DeliveryError("offline")
    with caplog.at_level(logging.ERROR):
        await room.command("help")
    pending = await room.store.pending()
    assert len(pending) == 1
    room.platform.failure = None
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert [key for _, _, key in room.platform.sent] == [str(pending[0].id)]
    assert await room.store.pending() == []


async def test_resume_leaves_other_conversations_alone(room: Room) -> None:
    room.platform.failure = DeliveryError("offline")
    await room.command("help")
    await room.command("help", where=OTHER)
    room.platform.failure = None
    runner = room.new_runner()
    await runner.resume(OTHER)
    await runner.idle(OTHER)
    assert [where for where, _, _ in room.platform.sent] == [OTHER]


async def test_a_store_that_fails_while_receiving_says_so_and_nothing_is_sent(room: Room) -> None:
    await room.command("interview", "tester")
    sent = list(room.platform.sent)
    room.disk.failing = True
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await room.say("It absorbs load.", "again")
    room.disk.failing = False
    assert room.platform.sent == sent
    await room.say("It absorbs load.", "again")
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."


async def test_a_store_that_fails_in_the_background_is_told_by_idle_once(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.disk.failing = True
    await room.clock.advance(GAP)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await room.runner.idle(CONVERSATION)
    assert room.last.startswith("I cannot go on: The disk is full")
    room.disk.failing = False
    await room.runner.idle(CONVERSATION)
    await room.new_runner().resume(CONVERSATION)
    await room.clock.advance(GAP)
    assert INCIDENT.text in room.last


async def test_a_failure_is_told_to_those_who_wait_for_that_conversation(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.disk.failing = True
    await room.clock.advance(GAP)
    await room.runner.idle(OTHER)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        await room.runner.idle(CONVERSATION)


async def test_what_is_remembered_of_a_failure_holds_no_interview(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.disk.refusals = [StoreUnavailableError("The disk is full.")]
    room.disk.refusals[0].__cause__ = OSError()
    await room.clock.advance(GAP)
    remembered = room.runner._underway._failures.get(CONVERSATION)
    assert isinstance(remembered, StoreUnavailableError)
    assert (remembered.__traceback__, remembered.__cause__, remembered.__context__) == (None, None, None)


@pytest.mark.parametrize("moment", range(12))
async def test_a_message_whose_receiver_was_cancelled_is_taken_with_all_that_follows(room: Room, moment: int) -> None:
    """Cancelled right away, within the save or after it: what is on disk is followed up."""
    await room.command("interview", "tester")
    room.disk.slow = asyncio.Event()
    message = TextSent(CONVERSATION, "m", "It absorbs load.")
    receiving = asyncio.create_task(room.runner.receive(message))
    for _ in range(moment):
        await asyncio.sleep(0)
    receiving.cancel()
    await rest()
    assert receiving.cancelled()
    room.disk.slow.set()
    await rest()
    await room.runner.receive(message)
    await room.clock.advance(GAP)
    await room.runner.idle(CONVERSATION)
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."
    assert INCIDENT.text in room.last


async def test_idle_waits_for_a_message_whose_receiver_was_cancelled(room: Room) -> None:
    room.disk.slow = asyncio.Event()
    receiving = asyncio.create_task(room.runner.receive(CommandSent(CONVERSATION, "h", "help")))
    await rest()
    receiving.cancel()
    waiting = asyncio.create_task(room.runner.idle(CONVERSATION))
    await rest()
    assert not waiting.done()
    room.disk.slow.set()
    await waiting
    assert "What you can say" in room.last


async def test_the_last_question_of_a_role_that_is_gone(room: Room) -> None:
    await room.command("interview", "tester")
    room.roles.clear()
    await room.say("It absorbs load.")
    assert "changed or removed by the owner" in room.platform.texts[-2]
    assert "No interview is running" in room.last
    page = await room.store.history(await room.store.candidate(CONVERSATION))
    assert [one.phase for one in page.items] == [Phase.DROPPED]


async def test_an_effect_whose_role_is_gone_waits_without_harm(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    kept = dict(room.roles)
    room.roles.clear()
    await room.clock.advance(GAP)
    await room.runner.idle(CONVERSATION)
    assert caplog.text == ""
    room.roles.update(kept)
    await room.new_runner().resume(CONVERSATION)
    await room.clock.advance(GAP)
    assert INCIDENT.text in room.last


async def test_an_answer_whose_role_went_while_nobody_ran_waits_without_harm(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.door.clear()
    await room.answer()
    await room.runner.close()
    sent = list(room.platform.sent)
    kept = dict(room.roles)
    room.roles.clear()
    runner = room.new_runner()
    await runner.resume(CONVERSATION)
    await runner.idle(CONVERSATION)
    assert room.platform.sent == sent
    assert caplog.text == ""
    room.roles.update(kept)
    room.interviewer.door.set()
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert INCIDENT.text in room.last


async def test_an_effect_of_an_interview_that_is_gone_is_logged(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    room.store._interviews.clear()
    await room.clock.advance(GAP)
    assert "LookupError" in caplog.text
    await room.runner.idle(CONVERSATION)


async def test_close_ends_what_is_under_way_and_it_stays_pending(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    await room.runner.close()
    assert len(await room.store.pending()) == 1
    await room.runner.idle(CONVERSATION)


async def test_a_gap_that_an_ended_process_left_is_over_at_once(room: Room) -> None:
    await room.command("interview", "tester")
    await room.say("It absorbs load.")
    await room.runner.close()
    await room.new_runner().resume(CONVERSATION)
    await room.clock.advance(0)
    assert room.interviewer.calls[:1] == ["consider"]


async def test_a_message_that_is_being_taken_at_the_end_is_saved(room: Room) -> None:
    await room.command("interview", "tester")
    room.disk.slow = asyncio.Event()
    asyncio.get_running_loop().call_soon(room.disk.slow.set)
    leaving = asyncio.create_task(room.runner.receive(TextSent(CONVERSATION, "last", "It absorbs load.")))
    await asyncio.sleep(0)
    leaving.cancel()
    await room.runner.close()
    assert (await room.interview()).turns[0].answer_text == "It absorbs load."
