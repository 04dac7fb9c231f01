"""What the runner does when something fails: nothing is lost, and the candidate hears of it."""

from __future__ import annotations

import logging

import pytest

from core.model import Phase
from core.ports import DeliveryError, InterviewerError, StoreUnavailableError
from tests.contracts.sample import CONVERSATION, INCIDENT
from tests.core.doubles import rest
from tests.core.room import GAP, OTHER, Room


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_failing_interviewer_leaves_the_effect_pending_and_tells_the_candidate(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.failure = InterviewerError("no model")
    await room.answer()
    assert "Something went wrong on my side" in room.last
    assert len(await room.store.pending()) == 1
    assert "stays pending" in caplog.text
    await room.runner.idle(CONVERSATION)
    room.interviewer.failure = None
    await room.new_runner().resume(CONVERSATION)
    await rest()
    assert INCIDENT.text in room.last


async def test_a_failing_interviewer_and_platform_together_lose_nothing(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    room.interviewer.failure = InterviewerError("no model")
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
    assert "belongs to no interview" in caplog.text
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
