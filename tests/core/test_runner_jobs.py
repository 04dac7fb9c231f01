"""Two processes over one store and one queue of jobs: each does what the other has asked for, and nothing twice."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from core.effects import AssessAnswer, AwaitReport, ConsiderAnswer, Send, SettleAnswer, TranscribeNote
from core.messages import Block, BlockStyle, CommandSent, Outbound, OutboundKind, TextSent
from core.model import Conversation, Phase
from core.ports import DeliveryError, StaleInterviewError, UnservedError
from core.runner.again import FIRST_PAUSE_S
from core.runner.waits import REPORT_WAIT_S, Waits
from tests.contracts.sample import CONVERSATION, INCIDENT, QUEUES
from tests.contracts.steps import joined
from tests.core.doubles import rest
from tests.core.room import FULL, GAP, OTHER, Hall, Room

ELSEWHERE = replace(CONVERSATION, platform="telegram")


async def test_a_whole_interview_is_the_same_as_in_one_process(hall: Hall) -> None:
    alone = Room()
    for room in (hall, alone):
        await room.command("interview", "tester 2")
        await room.say("It absorbs load.")
        await room.say("And it retries.")
        await room.clock.advance(GAP)
        await room.command("hint")
        await room.answer()
        await room.command("rate", "4")
    assert hall.platform.texts == alone.platform.texts
    ours, theirs = await hall.interview(), await alone.interview()
    assert ours.phase is Phase.FINISHED
    assert (ours.turns, ours.version) == (theirs.turns, theirs.version)
    assert await hall.store.pending() == []
    assert not hall.jobs.waiting
    assert sorted(hall.interviewer.calls) == sorted(alone.interviewer.calls)


async def test_what_was_saved_is_performed_by_the_queue_only(hall: Hall) -> None:
    hall.working.cancel()
    await hall.command("interview", "tester 2")
    await hall.runner.resume(CONVERSATION)
    await hall.runner.resume_all()
    await hall.clock.advance(100)
    assert hall.platform.texts == []
    assert len(await hall.store.pending()) == len(hall.jobs.waiting) == 2
    hall.working = asyncio.create_task(hall.jobs.work(hall.worker.perform))
    await rest()
    assert [QUEUES.text in text for text in hall.platform.texts] == [False, True]


async def test_a_message_that_was_saved_just_now_is_sent_to_its_end(hall: Hall) -> None:
    hall.working.cancel()
    await hall.command("help")
    (pending,) = await hall.store.pending()
    assert isinstance(pending.effect, Send)
    hall.platform.failure = DeliveryError("offline")
    with pytest.raises(DeliveryError):
        await hall.worker.deliver(pending, pending.effect.message)
    assert await hall.store.pending() == [pending]
    hall.platform.failure = None
    await hall.worker.deliver(pending, pending.effect.message)
    assert [key for _, _, key in hall.platform.sent] == [str(pending.id)]
    assert await hall.store.pending() == []


async def test_an_update_that_comes_to_two_receivers_is_taken_once(hall: Hall) -> None:
    other = hall.new_runner()
    await hall.command("interview", "tester 2")
    same = TextSent(CONVERSATION, "same", "It absorbs load.")
    await asyncio.gather(hall.runner.receive(same), other.receive(same))
    await hall.clock.advance(GAP)
    assert hall.interviewer.calls.count("consider") == 1
    assert (await hall.interview()).turns[0].answer_text == "It absorbs load."


async def test_a_job_that_is_performed_twice_changes_nothing_more(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    await hall.answer()
    (consider,) = [one for one in await hall.store.pending() if isinstance(one.effect, ConsiderAnswer)]
    again = asyncio.create_task(hall.worker.perform(consider.id, again=False))
    await rest()
    hall.interviewer.door.set()
    await again
    await rest()
    assert sum(INCIDENT.text in text for text in hall.platform.texts) == 1
    await hall.worker.perform(consider.id, again=False)  # whose row is gone
    assert len((await hall.interview()).turns) == 2
    assert not any("went wrong" in text for text in hall.platform.texts)


async def test_what_another_process_has_performed_in_the_meantime_is_no_failure(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    hall.interviewer.failure = RuntimeError()
    await hall.answer()
    (consider,) = [one for one in await hall.store.pending() if isinstance(one.effect, ConsiderAnswer)]
    await hall.store.performed(consider.id)
    sent = len(hall.platform.sent)
    hall.interviewer.door.set()
    await rest()
    assert len(hall.platform.sent) == sent
    assert not hall.jobs.waiting


async def test_what_is_overtaken_is_ended_wherever_it_is_performed(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.doors["consider"] = asyncio.Event()
    await hall.answer()
    await hall.command("stop")
    await rest()
    assert hall.interviewer.cancelled == ["consider"]
    assert (await hall.interview()).phase is Phase.FINISHED
    assert not hall.jobs.running
    await hall.clock.advance(REPORT_WAIT_S * 10)
    assert await hall.store.pending() == []
    assert not hall.jobs.waiting


async def test_what_is_overtaken_is_looked_for_only_where_a_step_lets_go_of_more_than_its_own_effect(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.store, "pending_of", looked := AsyncMock(wraps=hall.store.pending_of))
    assess = hall.interviewer.doors["assess"] = asyncio.Event()
    await hall.command("interview", "tester 1")
    await hall.answer()
    await hall.command("rate", "3")
    assert hall.interviewer.calls == ["consider", "assess"]
    assert looked.await_count == 0
    assess.set()  # whose result ends the wait for the report, too
    await rest()
    assert (await hall.interview()).phase is Phase.FINISHED
    assert looked.await_count == 1
    assert await hall.store.pending() == []
    assert not hall.jobs.waiting


async def test_what_an_interview_that_is_dropped_waited_for_is_ended(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.doors["consider"] = asyncio.Event()
    await hall.answer()
    await hall.command("drop")
    await rest()
    assert hall.interviewer.cancelled == ["consider"]
    assert not hall.jobs.running


async def test_a_message_that_has_arrived_is_sent_by_nobody_else_until_that_could_be_noted(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(effect_id: int) -> None:
        raise FULL

    monkeypatch.setattr(hall.disk, "performed", fails)
    await hall.command("help")
    assert (len(hall.platform.sent), len(hall.jobs.running)) == (1, 1)
    monkeypatch.undo()
    await hall.clock.advance(FIRST_PAUSE_S)
    assert (await hall.store.pending(), hall.jobs.running, hall.jobs.waiting) == ([], {}, {})
    assert len(hall.platform.sent) == 1


async def test_what_cannot_be_ended_finds_out_by_itself(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise FULL

    await hall.command("interview", "tester 2")
    hall.interviewer.doors["consider"] = asyncio.Event()
    await hall.answer()
    monkeypatch.setattr(hall.jobs, "end", fail)
    await hall.command("stop")
    hall.interviewer.doors["consider"].set()
    await rest()
    assert (await hall.interview()).phase is Phase.FINISHED
    assert await hall.store.pending() == []


async def test_typing_does_not_fail_without_the_queue(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise FULL

    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    monkeypatch.setattr(hall.jobs, "postpone", fail)
    hall.runner.typing(CONVERSATION)
    await hall.runner.idle(CONVERSATION)
    await hall.clock.advance(GAP)
    assert INCIDENT.text in hall.last


async def test_a_platform_that_one_does_not_serve_is_left_to_others(hall: Hall) -> None:
    await hall.command("help", where=ELSEWHERE)
    (pending,) = await hall.store.pending()
    with pytest.raises(UnservedError):
        await hall.worker.perform(pending.id, again=False)
    hall.platforms["telegram"] = hall.platform
    await hall.clock.advance(5)
    assert [where for where, _, _ in hall.platform.sent] == [ELSEWHERE]
    assert await hall.store.pending() == []


async def test_a_message_that_does_not_arrive_holds_up_those_behind_it_and_no_others(hall: Hall) -> None:
    hall.platform.failure = DeliveryError("offline")
    await hall.command("help")
    await hall.command("roles")
    assert hall.platform.tries == 1
    hall.platform.failure = None
    await hall.command("help", where=OTHER)
    assert [where for where, _, _ in hall.platform.sent] == [OTHER]
    await hall.clock.advance(5)
    assert [message.kind.value for _, message, _ in hall.platform.sent[1:]] == ["help", "roles"]
    keys = [key for _, _, key in hall.platform.sent]
    assert len(set(keys)) == len(keys)


async def test_a_failure_is_told_once_and_logged_without_words(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.failure = RuntimeError("I sold chairs")
    await hall.answer()
    await hall.clock.advance(60)
    await hall.clock.advance(300)
    assert hall.interviewer.calls == ["consider"] * 3
    assert sum("went wrong" in text for text in hall.platform.texts) == 1
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 1
    assert "RuntimeError" in told[0]
    assert "chairs" not in told[0]
    hall.interviewer.failure = None
    await hall.clock.advance(3600)
    assert INCIDENT.text in hall.last


async def test_what_could_not_be_saved_is_told_once_and_tried_again(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    hall.disk.failing = True
    await hall.clock.advance(GAP)
    for seconds in (1, 4, 5, 1, 4):  # twice patiently, with a pause between
        await hall.clock.advance(seconds)
    assert sum("disk is full" in text for text in hall.platform.texts) == 1
    hall.disk.failing = False
    await hall.clock.advance(15)
    assert INCIDENT.text in hall.last


async def test_a_failure_is_told_where_nothing_can_be_read_either(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    hall.interviewer.failure = RuntimeError()
    await hall.answer()
    (consider,) = [one for one in await hall.store.pending() if isinstance(one.effect, ConsiderAnswer)]

    async def fail(_: int) -> None:
        raise FULL

    monkeypatch.setattr(hall.store, "standing", fail)
    hall.interviewer.door.set()
    await rest()
    assert "went wrong" in hall.last
    assert await hall.store.pending() == [consider]


async def test_a_role_that_is_gone_is_waited_for_without_a_word(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    role = hall.roles.pop("tester")
    sent = len(hall.platform.sent)
    await hall.clock.advance(GAP)
    assert len(hall.platform.sent) == sent
    hall.roles["tester"] = role
    await hall.clock.advance(5)
    assert INCIDENT.text in hall.last


@pytest.mark.parametrize("times", [1, 2])
async def test_whoever_was_faster_is_no_failure(hall: Hall, times: int) -> None:
    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    hall.disk.refusals = [StaleInterviewError()] * times
    await hall.clock.advance(GAP)
    assert INCIDENT.text in hall.last
    assert not any("saved" in text for text in hall.platform.texts)


async def test_an_effect_goes_on_for_the_candidate_that_its_account_has_joined(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    await hall.answer()
    maker = await joined(hall.store, CONVERSATION, OTHER)
    hall.interviewer.door.set()
    await rest()
    interview = await hall.store.current_interview(maker)
    assert interview
    assert len(interview.turns) == 2
    assert hall.interviewer.calls.count("consider") == 2


async def test_results_go_to_where_the_candidate_wrote_last(hall: Hall) -> None:
    await joined(hall.store, OTHER, CONVERSATION)
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    await hall.answer()
    await hall.new_runner().receive(CommandSent(OTHER, "elsewhere", "status"))
    hall.interviewer.door.set()
    await rest()
    (where,) = [where for where, message, _ in hall.platform.sent if INCIDENT.text in message.text]
    assert where == OTHER


async def test_results_go_to_where_the_interview_began_when_nothing_else_is_known(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    hall.store._seen.clear()
    await hall.clock.advance(GAP)
    (where,) = [where for where, message, _ in hall.platform.sent if INCIDENT.text in message.text]
    assert where == CONVERSATION


async def test_whoever_waits_while_accounts_are_joined_elsewhere_is_looked_up_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, wanted = await hall.store.candidate(CONVERSATION), asyncio.Event()
    true = hall.store.candidate

    async def slow(where: Conversation) -> int:
        found = await true(where)
        if where == CONVERSATION and not wanted.is_set():
            wanted.set()
            await joined(hall.store, CONVERSATION, OTHER)
        return found

    monkeypatch.setattr(hall.store, "candidate", slow)
    await hall.command("interview", "tester 2")
    assert await hall.store.interviews(candidate) == []
    assert len(await hall.store.interviews(await true(OTHER))) == 1


async def test_a_note_is_heard_elsewhere_and_one_that_is_taken_back_is_ended(hall: Hall) -> None:
    await hall.command("settings", "recordings on")
    await hall.command("interview", "tester 2")
    await hall.note("It absorbs load.")
    assert "It absorbs load." in hall.last
    await hall.clock.advance(GAP)
    assert INCIDENT.text in hall.last
    assert hall.transcriber
    hall.transcriber.door.clear()
    note = await hall.note("I rolled it back.")
    (pending,) = [one for one in await hall.store.pending() if isinstance(one.effect, TranscribeNote)]
    await hall.command("skip")
    await rest()
    assert await hall.store.pending_effect(pending.id) is None
    assert hall.recordings
    assert all(note not in kept for kept in hall.recordings.kept)


async def test_forgetting_ends_what_is_performed_elsewhere(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.doors["consider"] = asyncio.Event()
    await hall.answer()
    await hall.command("forget")
    await hall.press("Delete everything")
    assert hall.interviewer.cancelled == ["consider"]
    assert not hall.jobs.running
    told = len(hall.platform.sent)
    await hall.clock.advance(100)
    assert len(hall.platform.sent) == told
    assert await hall.store.pending() == []


def test_how_long_effects_wait() -> None:
    waits = Waits(4.0)
    message = Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "x"),))
    assert waits.seconds(SettleAnswer(0, 1)) == 4.0
    assert waits.seconds(Send(message)) == waits.seconds(AssessAnswer(0)) == 0.0
    assert waits.seconds(AwaitReport()) == REPORT_WAIT_S
    assert waits.seconds(AwaitReport(last=True)) == 5 * REPORT_WAIT_S
