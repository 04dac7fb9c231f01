"""Jobs that fail: each is ended or tried again, and holds up nobody and nothing that has nothing to do with it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from core.effects import ConsiderAnswer
from core.history import HistoryPage
from core.messages import CommandSent, Outbound, VoiceSent
from core.model import Conversation, Phase
from core.ports import NoteUnavailableError, StoreUnavailableError
from core.runner.again import FIRST_PAUSE_S
from core.runner.asking import PULSE_S
from core.runner.limits import Limits
from core.speech import Speech, VoiceNote
from core.wording import voice
from tests.contracts.sample import CONVERSATION, INCIDENT
from tests.contracts.steps import joined
from tests.core.doubles import rest
from tests.core.room import FULL, GAP, OTHER, Hall

UNSERVED = replace(OTHER, platform="elsewhere")


async def test_a_message_that_can_never_be_sent_for_whatever_reason_does_not_silence_its_conversation(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    true, words = hall.platform.send, "SENTINEL words of the candidate"

    async def send(where: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        if message.kind.value == "help":
            raise ValueError(words)
        await true(where, message, key, speech)

    monkeypatch.setattr(hall.platform, "send", send)
    await hall.command("help")
    await hall.command("roles")
    assert [message.kind.value for _, message, _ in hall.platform.sent] == ["notice", "roles"]
    assert "could not show you a message" in hall.platform.texts[0]
    assert await hall.store.pending() == []
    assert "(help) is given up: sending it failed with ValueError." in caplog.text
    assert words not in caplog.text


async def test_nor_does_one_of_which_even_that_cannot_be_told(hall: Hall) -> None:
    hall.platform.failure = ValueError()
    await hall.command("help")
    assert await hall.store.pending() == []
    assert not hall.jobs.waiting


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_message_that_has_arrived_is_not_sent_again_by_the_same_process(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, *, hangs: bool
) -> None:
    true = hall.store.performed
    monkeypatch.setattr(hall.store, "performed", _hangs if hangs else _fails)
    await hall.command("help")
    assert len(hall.platform.sent) == 1
    hall.working.cancel()  # as where its worker is taken for dead, and the job for lost
    with suppress(asyncio.CancelledError):
        await hall.working
    monkeypatch.setattr(hall.store, "performed", true)
    hall.working = asyncio.create_task(hall.jobs.work(hall.worker.perform))
    await rest()
    assert len(hall.platform.sent) == 1
    assert await hall.store.pending() == []
    assert not hall.worker._underway._timers


async def _fails(*_: object) -> None:
    raise FULL


async def _hangs(*_: object) -> None:
    await asyncio.Event().wait()


async def test_one_that_could_not_be_noted_for_long_holds_up_its_conversation_for_a_moment_more(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.disk, "performed", _fails)
    await hall.command("help")
    for _ in range(100):
        await hall.clock.advance(FIRST_PAUSE_S)
    await hall.command("roles")
    monkeypatch.undo()
    await hall.clock.advance(FIRST_PAUSE_S)
    assert [message.kind.value for _, message, _ in hall.platform.sent] == ["help", "roles"]
    assert await hall.store.pending() == []


async def test_what_is_queued_goes_on_by_itself_where_its_candidate_could_not_be_forgotten(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.command("interview", "tester 2")
    await hall.say("It absorbs load.")
    monkeypatch.setattr(hall.store, "forget", _fails)
    monkeypatch.setattr(hall.store, "pending_of", looked := AsyncMock(return_value=()))
    with pytest.raises(StoreUnavailableError):
        await hall.command("forget", "yes")
    await hall.clock.advance(GAP)
    assert INCIDENT.text in hall.last
    assert looked.await_count == 1, "for what is to be ended elsewhere"


async def test_interviews_that_have_ended_elsewhere_make_room(hall: Hall) -> None:
    hall.runner = hall.new_runner(open_interviews=2)
    hall.interviewer.doors["assess"] = asyncio.Event()
    await hall.over()
    await hall.command("interview", "tester", where=OTHER)
    hall.interviewer.doors["assess"].set()
    await hall.clock.advance(10)
    assert (await hall.interview()).phase is Phase.FINISHED
    third = replace(OTHER, chat="third", account="third")
    await hall.command("interview", "tester", where=third)
    assert (await hall.interview(third)).phase is Phase.ASKING
    await hall.command("interview", "tester", where=CONVERSATION)
    assert "as many interviews as I can" in hall.platform.texts[-2]


async def test_a_place_that_was_just_taken_is_not_given_away(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, looked, true = Limits(hall.clock, 60, 2, hall.store), 0, hall.store.history

    async def history(candidate: int, *, limit: int) -> HistoryPage:
        nonlocal looked
        looked += 1
        return await true(candidate, limit=limit)

    monkeypatch.setattr(hall.store, "history", history)
    assert [await limits.admits(candidate) for candidate in (1, 2, 3)] == [True, True, False]
    assert looked == 0
    await hall.clock.advance(10)
    assert await limits.admits(1)
    assert [await limits.admits(candidate) for candidate in (3, 4)] == [True, False]
    assert looked == 1, "that is not looked for by everybody who comes"


async def test_a_worker_that_cannot_reach_the_candidate_where_they_are_does_its_work(hall: Hall) -> None:
    await joined(hall.store, UNSERVED, CONVERSATION)
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    hall.interviewer.failure = RuntimeError()
    await hall.answer()
    await hall.new_runner().receive(CommandSent(UNSERVED, "there", "status"))
    (consider,) = [one for one in await hall.store.pending() if isinstance(one.effect, ConsiderAnswer)]
    working = asyncio.create_task(hall.worker.perform(consider.id, again=False))
    await hall.clock.advance(PULSE_S)
    pulses = len(hall.platform.pulses)
    await hall.runner.receive(CommandSent(CONVERSATION, "here", "status"))
    await hall.clock.advance(PULSE_S)
    assert len(hall.platform.pulses) > pulses, "who comes back sees again that something is being worked on"
    await hall.new_runner().receive(CommandSent(UNSERVED, "there again", "status"))
    hall.interviewer.door.set()
    with pytest.raises(RuntimeError):
        await working
    hall.interviewer.failure = None
    await hall.worker.perform(consider.id, again=True)
    assert len((await hall.interview()).turns) == 2


async def test_what_was_found_out_is_kept_while_the_store_fails_for_a_moment(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.door.clear()
    await hall.answer()
    sent = len(hall.platform.sent)
    hall.disk.refusals = [FULL]
    hall.interviewer.door.set()
    await hall.clock.advance(5)
    assert INCIDENT.text in hall.last
    assert hall.interviewer.calls.count("consider") == 1
    assert len(hall.platform.sent) == sent + 1


async def test_forgetting_and_overtaking_need_no_effect_that_can_be_read(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.command("interview", "tester 2")
    hall.interviewer.doors["consider"] = asyncio.Event()
    await hall.answer()
    candidate = await hall.store.candidate(CONVERSATION)
    monkeypatch.setattr(hall.store, "pending_of", _fails)
    await hall.command("forget")
    await hall.press("Delete everything")
    assert await hall.store.interviews(candidate) == []
    assert await hall.store.pending() == []
    hall.interviewer.doors["consider"].set()
    await rest()
    assert not hall.jobs.waiting


async def test_a_note_that_cannot_be_fetched_for_long_waits_in_the_queue_and_is_told_once(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.command("interview", "tester 2")
    hall.platform.notes["later"] = NoteUnavailableError()
    await hall.runner.receive(VoiceSent(CONVERSATION, "n", VoiceNote("later")))
    for pause in (1, 4, 15):
        assert len(hall.jobs.running) == 1
        await hall.clock.advance(pause)
    assert hall.last == voice.not_fetched_yet("n").text
    assert not hall.jobs.running
    for _ in range(50):
        await hall.clock.advance(5)
    assert hall.transcriber
    hall.transcriber.script[b"sound"] = "It absorbs load."
    hall.platform.notes["later"] = b"sound"
    for _ in range(50):
        await hall.clock.advance(5)
    assert (await hall.interview()).turns[0].answer_text == "It absorbs load."
    assert hall.platform.texts.count(voice.not_fetched_yet("n").text) == 1
    assert not any("went wrong" in text for text in hall.platform.texts)
    assert "failed" not in caplog.text


async def test_a_note_that_never_can_be_fetched_is_given_up_after_some_minutes(hall: Hall) -> None:
    await hall.command("interview", "tester 2")
    hall.platform.notes["never"] = NoteUnavailableError()
    await hall.runner.receive(VoiceSent(CONVERSATION, "n", VoiceNote("never")))
    for _ in range(58):
        await hall.clock.advance(5)
    assert "I could not fetch" not in hall.last
    for _ in range(92):
        await hall.clock.advance(5)
    assert "I could not fetch" in hall.last
    assert await hall.store.pending() == []
    assert not hall.jobs.waiting
