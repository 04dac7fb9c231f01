"""Voice notes in the runner: fetched, heard, kept by who wants that, and never in the way of anybody else."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from core.effects import TranscribeNote
from core.messages import OutboundKind, TextSent, VoiceSent
from core.model import AnswerKind, Consideration, Conversation, Phase, Preferences
from core.model import UtteranceKind as Kind
from core.ports import (
    NoteGoneError,
    NoteUnavailableError,
    RecordingError,
    TranscriberBusyError,
    TranscriberError,
    TranscriberUnavailableError,
    UnusableSoundError,
)
from core.runner.again import FIRST_PAUSE_S
from core.runner.asking import PULSE_S
from core.runner.listening import FETCH_PAUSES_S
from core.speech import SoundProblem, VoiceNote
from core.wording import menus, pages, voice
from tests.contracts.fake_speech import FakeRecordings, FakeTranscriber, heard
from tests.contracts.sample import CONVERSATION
from tests.core.doubles import RecordingPlatform, rest
from tests.core.room import FULL, GAP, OTHER, Room

ANSWER = "I rolled the release back in four minutes."
MORE = "Then I wrote a test for it."
PRIVATE = "what was said"
UNHEARD = "No interview is running, so I have not listened to that voice note."


@pytest.fixture
def room() -> Room:
    return Room().with_voice()


def ears(room: Room) -> FakeTranscriber:
    assert room.transcriber
    return room.transcriber


def kept(room: Room) -> dict[tuple[int, str], bytes]:
    assert room.recordings
    return room.recordings.kept


async def answer_text(room: Room, where: Conversation = CONVERSATION) -> str:
    return (await room.interview(where)).turns[0].answer_text


async def wants(room: Room, preferences: Preferences) -> None:
    room.store._preferences[await room.store.candidate(CONVERSATION)] = preferences


def problem(room: Room) -> str:
    """Why the last note was not used."""
    return next(one.value for one in SoundProblem if voice.refused(one).text == room.last)


# From note to answer


async def test_a_note_is_heard_shown_as_a_reply_and_considered_after_the_quiet_gap(room: Room) -> None:
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    _, shown, _ = room.platform.sent[-1]
    assert (shown.kind, shown.answers) == (OutboundKind.HEARD, note)
    assert await answer_text(room) == ANSWER
    assert room.interviewer.calls == []
    await room.clock.advance(GAP)
    assert room.interviewer.calls[0] == "consider"
    assert ears(room).languages == ["en"]
    assert await room.store.pending() == []


async def test_it_is_heard_in_the_language_that_the_candidate_has_set(room: Room) -> None:
    await wants(room, Preferences(language="de"))
    await room.command("interview", "tester")
    await room.note(ANSWER)
    assert ears(room).languages == ["de"]


async def test_notes_and_text_in_turn_are_one_answer(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.note("First.")
    await room.say("Second.")
    await room.note("Third.")
    await room.clock.advance(GAP)
    assert room.interviewer.calls == []
    ears(room).door.set()
    await rest()
    await room.clock.advance(GAP)
    assert await answer_text(room) == "First.\nSecond.\nThird."
    assert room.interviewer.calls.count("consider") == 1


async def test_use_it_record_again_and_replies_are_pressed_and_written(room: Room) -> None:
    await room.command("interview", "tester")
    await room.note("I wrote the trees back.")
    await room.press("Record again")
    note = await room.note("I wrote the trees black.")
    await room.runner.receive(TextSent(CONVERSATION, "r1", f" {ANSWER} ", replies_to=note))
    await rest()
    await room.press("Use it")
    assert await answer_text(room) == ANSWER
    assert "consider" in room.interviewer.calls
    await room.runner.receive(TextSent(CONVERSATION, "r2", MORE, replies_to=note))
    await rest()
    assert room.last == voice.taken(1, reviewing=False, reported=False).text
    await room.press("Record again")
    assert room.last == "Your answer to question 1 has been taken. After the report /retry 1 takes it again."


async def test_a_note_can_be_taken_back_after_the_follow_up_and_once_more_is_told_that_it_is_gone() -> None:
    room = Room(Consideration(AnswerKind.ANSWER, follow_up="And what about load?")).with_voice()
    await room.command("interview", "tester")
    await room.note("I wrote the trees back.")
    await room.clock.advance(GAP)
    assert "And what about load?" in room.last
    await room.press("Record again")
    assert room.last == voice.record_again().text
    await room.press("Record again")
    assert "Nothing was changed" in room.last
    await room.note(ANSWER)
    await room.clock.advance(GAP)
    assert await answer_text(room) == ANSWER


async def test_a_note_that_was_left_behind_with_its_question_is_said_not_to_be_used(room: Room) -> None:
    await room.command("interview", "tester")
    await room.note(heard(ANSWER, probability=0.2))
    await room.command("skip")
    await room.press("Use it")
    assert room.last == voice.not_used().text


async def test_an_edit_while_paused_is_told_that_it_is_paused(room: Room) -> None:
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    await room.command("pause")
    await room.edit(MORE, note)
    assert "paused" in room.last


def test_what_was_taken_is_told_with_what_can_be_done_then() -> None:
    again = "Your answer to question 2 has been taken. /retry 2 takes it again."
    assert voice.taken(2, reviewing=False, reported=True).text == again


async def test_a_reply_to_a_note_comes_too_late_once_something_more_was_said_to_the_follow_up() -> None:
    room = Room(Consideration(AnswerKind.ANSWER, follow_up="And what about load?")).with_voice()
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    await room.clock.advance(GAP)
    await room.say(MORE)
    await room.runner.receive(TextSent(CONVERSATION, "r1", MORE, replies_to=note))
    await rest()
    assert room.last == pages.too_late_to_edit().text


async def test_whoever_looks_at_feedback_is_told_how_to_answer_that_question_again(room: Room) -> None:
    await room.command("interview", "tester coach")
    note = await room.note(ANSWER)
    await room.clock.advance(GAP)
    told = "Your answer to question 1 has been taken. /retry takes this question again."
    await room.press("Record again")
    assert room.last == told
    await room.edit(MORE, note)
    assert room.last == told
    await room.press("Use it")
    assert room.last == told
    await room.command("next")
    await room.runner.receive(TextSent(CONVERSATION, "r1", MORE, replies_to=note))
    await rest()
    assert room.last == voice.taken(1, reviewing=False, reported=False).text
    await room.command("pause")
    await room.press("Record again")
    assert "Nothing was changed" in room.last


async def test_a_wish_by_voice_is_done(room: Room) -> None:
    await room.command("interview", "tester")
    await room.note("Can you give me a hint?")
    assert room.last.startswith("A hint")


async def test_a_note_after_the_interview_says_that_it_is_over(room: Room) -> None:
    await room.over()
    await room.note(ANSWER)
    assert room.last == f"{UNHEARD}\n{pages.no_interview(over=True).text}"
    assert ears(room).languages == []


async def test_a_note_where_no_interview_is_running_says_that_it_was_not_listened_to(room: Room) -> None:
    await room.note(ANSWER)
    assert room.last == f"{UNHEARD}\n{menus.start_page('terminal', listens=True).text}"
    await room.command("interview", "tester")
    await room.command("drop")
    await room.note(ANSWER)
    assert room.last == f"{UNHEARD}\n/interview starts one, /history shows the earlier ones."
    assert len(room.platform.sent[-1][1].choices) == 2
    assert ears(room).languages == []


async def test_a_note_while_paused_offers_to_go_on(room: Room) -> None:
    await room.command("interview", "tester")
    await room.command("pause")
    await room.note(ANSWER)
    assert "paused" in room.last
    assert await room.store.pending() == []


async def test_a_note_makes_another_attempt_and_a_reason(room: Room) -> None:
    await room.command("interview", "tester coach 1")
    await room.answer()
    await room.note(ANSWER)
    await room.clock.advance(GAP)
    interview = await room.interview()
    assert (interview.phase, interview.turns[1].answer_text) == (Phase.REVIEWING, ANSWER)
    await room.command("next")
    await room.command("disagree", "1")
    await room.note("I did say four minutes.")
    assert (await room.interview()).turns[1].disputed is not None


# Where nobody listens


async def test_without_a_transcriber_a_note_is_answered_by_one_sentence_and_changes_nothing() -> None:
    room = Room()
    await room.command("interview", "tester")
    before = await room.interview()
    await room.note(ANSWER)
    assert room.last == voice.cannot_listen().text
    assert replace(await room.interview(), version=before.version) == before
    await room.answer()
    assert "consider" in room.interviewer.calls


async def test_a_note_that_waited_for_a_server_that_listens_no_more_is_given_up(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.note(ANSWER)
    await room.runner.close()
    room.transcriber = None
    room.runner = room.new_runner()
    await room.runner.resume(CONVERSATION)
    await rest()
    assert problem(room) == "unavailable"
    assert await room.store.pending() == []


# What goes wrong


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (UnusableSoundError(SoundProblem.TOO_LONG), "too_long"),
        (TranscriberBusyError("busy"), "busy"),
        (TranscriberUnavailableError("The model is missing."), "unavailable"),
        (TranscriberError("The model failed."), "unavailable"),
        (RuntimeError(PRIVATE), "unavailable"),
        (NoteGoneError(), "gone"),
    ],
)
async def test_why_a_note_is_not_heard_is_told_and_the_rest_of_the_answer_goes_on(
    room: Room, failure: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    await room.command("interview", "tester")
    await room.say(ANSWER)
    await room.note(failure)
    assert problem(room) == told
    assert PRIVATE not in caplog.text
    await room.clock.advance(GAP)
    assert "consider" in room.interviewer.calls
    assert await room.store.pending() == []


@pytest.mark.parametrize(("longest_s", "said"), [(600.0, "10 minutes."), (60.4, "1 minute."), (90.0, "90 seconds.")])
async def test_how_long_a_note_may_be_is_told_who_sent_a_longer_one(room: Room, longest_s: float, said: str) -> None:
    await room.command("interview", "tester")
    await room.note(UnusableSoundError(SoundProblem.TOO_LONG, longest_s))
    assert f"I can take up to {said}" in room.last


async def test_a_note_that_cannot_be_fetched_for_now_is_asked_for_again(room: Room) -> None:
    await room.command("interview", "tester")
    ears(room).script[b"sound"] = ANSWER
    room.platform.notes["later"] = NoteUnavailableError()
    await room.runner.receive(VoiceSent(CONVERSATION, "n1", VoiceNote("later")))
    for pause in FETCH_PAUSES_S[:-1]:
        await room.clock.advance(pause)
    room.platform.notes["later"] = b"sound"
    await room.clock.advance(FETCH_PAUSES_S[-1])
    assert await answer_text(room) == ANSWER


async def test_a_note_that_never_can_be_fetched_is_given_up(room: Room) -> None:
    await room.command("interview", "tester")
    await room.note(NoteUnavailableError())
    for pause in FETCH_PAUSES_S:
        assert "I could not fetch" not in room.last
        await room.clock.advance(pause)
    assert problem(room) == "gone"


async def test_a_note_that_cannot_be_fetched_for_long_is_told_once_and_holds_nobody_up(room: Room) -> None:
    await room.command("interview", "tester")
    note = await room.note(NoteUnavailableError())
    for pause in FETCH_PAUSES_S[:3]:
        assert not any("could not get" in text for text in room.platform.texts)
        await room.clock.advance(pause)
    assert room.last == voice.not_fetched_yet(note).text
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    pulses = len(room.platform.pulses)
    await room.clock.advance(FETCH_PAUSES_S[3])
    ears(room).script[note.encode()] = ANSWER
    assert len(room.platform.pulses) == pulses + 1, "the sign is given while it is tried, and not in the pauses"
    await room.clock.advance(FETCH_PAUSES_S[4])
    assert await answer_text(room) == ANSWER
    assert room.platform.texts.count(voice.not_fetched_yet(note).text) == 1


async def test_a_note_that_cannot_be_fetched_for_long_can_be_left_out(room: Room) -> None:
    await room.command("interview", "tester")
    await room.note(NoteUnavailableError())
    await room.clock.advance(1)
    for pause in FETCH_PAUSES_S[1:3]:
        await room.clock.advance(pause)
    await room.press("Leave it out")
    assert room.last == voice.left_out().text
    assert await room.store.pending() == []


async def test_notes_that_were_taken_before_a_restart_are_not_refused_because_too_many_wait() -> None:
    room = Room().with_voice()
    people = [Conversation("terminal", f"chat{number}", f"you{number}") for number in range(4)]
    ears(room).door.clear()
    for where in people:
        await room.command("interview", "tester", where=where)
        await room.note(ANSWER, where=where)
    await room.runner.close()
    script = ears(room).script
    room.transcriber = FakeTranscriber(script, parallel=1, waiting=1)
    room.runner = room.new_runner()
    await room.runner.resume_all()
    for pause in FETCH_PAUSES_S[:2]:
        await room.clock.advance(pause)
    assert [await answer_text(room, where) for where in people] == [ANSWER] * 4
    assert not any("Too many" in text for text in room.platform.texts)


async def hear_while_the_store_fails(room: Room) -> str:
    """Send a note that is listened to when the store begins to fail; its id."""
    ears(room).door.clear()
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    room.disk.failing = True
    ears(room).door.set()
    await rest()
    return note


async def test_what_was_heard_in_a_note_is_kept_at_hand_until_it_can_be_saved_and_that_is_told_once(
    room: Room,
) -> None:
    note = await hear_while_the_store_fails(room)
    told = voice.not_heard_yet(str(FULL), note)
    assert room.last == told.text
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    await room.clock.advance(FIRST_PAUSE_S)
    room.disk.failing = False
    await room.clock.advance(3 * FIRST_PAUSE_S - 1)
    assert await answer_text(room) == ""
    await room.clock.advance(1)
    assert await answer_text(room) == ANSWER
    assert room.platform.texts.count(told.text) == 1
    assert len(ears(room).languages) == 1
    await room.clock.advance(GAP)
    assert "consider" in room.interviewer.calls


async def test_a_note_that_cannot_be_saved_can_be_left_out(room: Room) -> None:
    await hear_while_the_store_fails(room)
    room.disk.failing = False
    await room.press("Leave it out")
    await room.answer()
    assert "consider" in room.interviewer.calls
    await room.clock.advance(FIRST_PAUSE_S)
    assert len(ears(room).languages) == 1
    assert await room.store.pending() == []


async def test_a_note_that_could_not_be_heard_for_the_store_s_sake_waits_where_too_many_do(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(candidate: int) -> None:
        raise FULL

    await room.command("interview", "tester")
    monkeypatch.setattr(room.disk, "preferences", fails, raising=False)
    note = await room.note(TranscriberBusyError())
    assert room.last == voice.not_heard_yet(str(FULL), note).text
    monkeypatch.undo()
    await room.clock.advance(FIRST_PAUSE_S)
    ears(room).script[note.encode()] = ANSWER
    await room.clock.advance(FETCH_PAUSES_S[0])
    assert await answer_text(room) == ANSWER


async def test_a_note_whose_role_is_gone_meanwhile_is_not_listened_to_again(room: Room) -> None:
    await hear_while_the_store_fails(room)
    room.disk.failing = False
    del room.roles["tester"]
    await room.clock.advance(FIRST_PAUSE_S)
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    assert len(ears(room).languages) == 1


async def test_a_note_that_fails_in_a_way_nobody_foresaw_can_be_left_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room.recordings, "keep", fail)
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    await room.say(MORE)
    note = await room.note(ANSWER)
    assert room.last == voice.listening_failed(note).text
    await room.press("Leave it out")
    await room.clock.advance(GAP)
    assert "consider" in room.interviewer.calls


async def fail(*arguments: object) -> None:
    raise RuntimeError(PRIVATE)


async def test_a_note_left_on_a_platform_that_is_not_served_any_more_holds_nothing_up(room: Room) -> None:
    there = Conversation("discord", "chat", "you")
    room.platforms["discord"] = RecordingPlatform()
    room.platforms["discord"].notes["there"] = b"sound"
    room.store._candidates["discord", "you"] = await room.store.candidate(CONVERSATION)
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.runner.receive(VoiceSent(there, "n1", VoiceNote("there")))
    await rest()
    await room.runner.close()
    del room.platforms["discord"]
    ears(room).door.set()
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    assert [type(one.effect) for one in await room.store.pending()] == [TranscribeNote]  # it may be served again
    await room.say(ANSWER)
    assert problem(room) == "gone"
    await room.clock.advance(GAP)
    assert "consider" in room.interviewer.calls
    assert await room.store.pending() == []


# Others, and those who do not wait


async def test_two_notes_of_two_people_are_heard_at_once(room: Room) -> None:
    ears(room).door.clear()
    for where in (CONVERSATION, OTHER):
        await room.command("interview", "tester", where=where)
        await room.note(ANSWER, where=where)
    assert len(ears(room).languages) == 2
    assert not any("Other voice notes" in text for text in room.platform.texts)
    ears(room).door.set()
    await rest()
    assert [await answer_text(room, where) for where in (CONVERSATION, OTHER)] == [ANSWER, ANSWER]


async def test_a_note_that_waits_behind_others_says_so_and_that_is_not_kept() -> None:
    room = Room().with_voice()
    room.transcriber = FakeTranscriber(parallel=1)
    room.runner = room.new_runner()
    room.transcriber.door.clear()
    for where in (CONVERSATION, OTHER):
        await room.command("interview", "tester", where=where)
    await room.note(ANSWER)
    note = await room.note(ANSWER, where=OTHER)
    assert (room.platform.sent[-1][0], room.last) == (OTHER, voice.note_waits(1, note).text)
    (leave,) = room.platform.sent[-1][1].choices
    assert (leave.command, leave.argument) == ("again", f"#{(await room.interview(OTHER)).address} {note}")
    assert [type(one.effect) for one in await room.store.pending()] == [TranscribeNote, TranscribeNote]
    assert "number 3 in line" in voice.note_waits(3, "n1").text


async def test_stop_while_listening_ends_at_once_and_nothing_hangs(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester 1")
    await room.note(ANSWER)
    await room.command("stop")
    assert (await room.interview()).phase is Phase.DROPPED
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    assert ears(room).cancelled == 1
    assert await room.store.pending() == []
    before = list(room.platform.texts)
    ears(room).door.set()
    await rest()
    assert room.platform.texts == before


async def test_a_note_that_was_overtaken_when_the_process_ended_is_not_fetched(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester 1")
    await room.note(ANSWER)
    pending = await room.store.pending()
    await room.command("stop")
    await room.runner.close()
    room.store._pending.update({one.id: one for one in pending})
    room.runner = room.new_runner()
    await room.runner.resume(CONVERSATION)
    await asyncio.wait_for(room.runner.idle(CONVERSATION), 1)
    assert len(ears(room).languages) == 1
    assert await room.store.pending() == []


async def test_fifty_cancelled_notes_leave_nothing_behind(room: Room) -> None:
    ears(room).door.clear()
    people = [Conversation("terminal", f"chat{number}", f"you{number}") for number in range(50)]
    before = len(asyncio.all_tasks())
    for where in people:
        await room.command("interview", "tester 1", where=where)
        await room.note(ANSWER, where=where)
    for where in people:
        await room.command("stop", where=where)
    await rest()
    assert len(asyncio.all_tasks()) == before
    assert await room.store.pending() == []
    ears(room).door.set()
    await room.command("interview", "tester")
    await room.note(ANSWER)
    assert await answer_text(room) == ANSWER


async def test_the_sign_is_shown_while_a_note_is_listened_to_and_looked_on(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.note(ANSWER)
    assert room.platform.pulses == [CONVERSATION]
    await room.clock.advance(PULSE_S)
    assert len(room.platform.pulses) == 2
    await room.command("pause")
    await room.clock.advance(PULSE_S)
    assert len(room.platform.pulses) == 2
    ears(room).door.set()
    await rest()
    assert room.last.startswith("I heard")
    await room.clock.advance(PULSE_S)
    assert len(room.platform.pulses) == 2


# Elsewhere


async def test_a_note_is_fetched_where_it_was_sent_and_shown_where_the_candidate_is(room: Room) -> None:
    there = RecordingPlatform()
    room.platforms["discord"] = there
    there.notes["there"] = b"sound"
    ears(room).script[b"sound"] = ANSWER
    elsewhere = Conversation("discord", "chat", "you")
    room.store._candidates["discord", "you"] = await room.store.candidate(CONVERSATION)
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.runner.receive(VoiceSent(elsewhere, "n1", VoiceNote("there")))
    await rest()
    await room.command("status")
    ears(room).door.set()
    await rest()
    assert room.last.startswith("I heard")
    assert not any(text.startswith("I heard") for text in there.texts)


async def test_a_note_that_waited_while_accounts_were_joined_is_heard_for_who_they_are_now(room: Room) -> None:
    there = RecordingPlatform()
    there.notes["there"] = b"sound"
    ears(room).script[b"sound"] = ANSWER
    elsewhere = Conversation("discord", "chat", "you")
    room.platforms["discord"] = there
    ears(room).door.clear()
    await room.command("interview", "tester", where=elsewhere)
    await room.runner.receive(VoiceSent(elsewhere, "n1", VoiceNote("there")))
    await rest()
    await room.runner.close()
    candidate = await room.store.candidate(CONVERSATION)
    room.store._move(("discord", "you"), candidate)
    ears(room).door.set()
    room.runner = room.new_runner()
    await room.runner.resume_all()
    await rest()
    interview = await room.interview()
    assert (interview.candidate, interview.turns[0].answer_text) == (candidate, ANSWER)


# Recordings


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_sound_is_kept_for_who_wants_that(room: Room, wanted: bool) -> None:  # noqa: FBT001
    await wants(room, Preferences(keep_recordings=wanted))
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    interview = await room.interview()
    assert kept(room) == ({(interview.id, note): note.encode()} if wanted else {})
    (said,) = interview.turns[0].answers
    assert said.spoken
    assert said.spoken.kept is wanted


async def test_no_sound_is_kept_of_who_stopped_wanting_that_meanwhile(room: Room) -> None:
    await wants(room, Preferences(keep_recordings=True))
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.note(ANSWER)
    await wants(room, Preferences())
    ears(room).door.set()
    await rest()
    assert kept(room) == {}
    assert await answer_text(room) == ANSWER


async def test_no_sound_is_held_of_who_did_not_want_that_when_it_was_fetched(room: Room) -> None:
    ears(room).door.clear()
    await room.command("interview", "tester")
    await room.note(ANSWER)
    await wants(room, Preferences(keep_recordings=True))
    ears(room).door.set()
    await rest()
    assert kept(room) == {}
    assert await answer_text(room) == ANSWER


async def test_no_sound_is_kept_where_there_is_no_place_for_it(room: Room) -> None:
    room.recordings = None
    room.runner = room.new_runner()
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    await room.note(ANSWER)
    assert await answer_text(room) == ANSWER


class FullFolder(FakeRecordings):
    """Recordings on a disk that fails, at deleting too where it is `stuck`."""

    stuck = True

    async def keep(self, interview: int, note: str, sound: bytes) -> None:
        raise RecordingError("The disk is full.")

    async def forget(self, interviews: object) -> None:
        if self.stuck:
            raise RecordingError("The folder is read-only.")


class StuckFolder(FakeRecordings):
    """Recordings in a folder that nothing can be deleted from."""

    async def drop(self, interview: int, note: str) -> None:
        raise RecordingError("The folder is read-only.")


async def test_a_sound_that_cannot_be_kept_is_heard_all_the_same(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.recordings = FullFolder()
    room.runner = room.new_runner()
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    with caplog.at_level(logging.WARNING):
        await room.note(ANSWER)
    assert await answer_text(room) == ANSWER
    assert not (await room.interview()).turns[0].answers[0].spoken.kept  # type: ignore[union-attr]
    assert "The disk is full." in caplog.text


@pytest.mark.parametrize("by", ["again", "words", "reply"])
async def test_the_recording_of_what_is_taken_back_is_deleted_and_that_of_what_is_corrected_is_not(
    room: Room, by: str
) -> None:
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    first = await room.note(MORE)
    note = await room.note(heard("I wrote the trees back.", probability=0.3 if by == "words" else 0.95))
    interview = await room.interview()
    assert set(kept(room)) == {(interview.id, first), (interview.id, note)}
    if by == "again":
        await room.press("Record again")
    if by == "words":
        await room.say(ANSWER)
    if by == "reply":
        await room.runner.receive(TextSent(CONVERSATION, "r1", ANSWER, replies_to=note))
    assert set(kept(room)) == {(interview.id, first)} | ({(interview.id, note)} if by == "reply" else set())


@pytest.mark.parametrize("said", ["Could you give me a hint?", "…"])
async def test_no_recording_is_kept_of_a_note_that_is_no_part_of_the_answer(room: Room, said: str) -> None:
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    await room.note(said)
    assert kept(room) == {}


@pytest.mark.parametrize("end", ["left out", "left out after the end of the process"])
async def test_no_recording_is_kept_of_a_note_that_was_heard_and_never_saved(room: Room, end: str) -> None:
    await wants(room, Preferences(keep_recordings=True))
    await hear_while_the_store_fails(room)
    room.disk.failing = False
    assert len(kept(room)) == 1
    if end == "left out":
        await room.press("Leave it out")
    else:
        pending = await room.store.pending()
        await room.runner.close()
        room.runner = room.new_runner()
        room.recordings, mine = None, room.recordings
        await room.press("Leave it out")
        room.recordings = mine
        room.store._pending.update({one.id: one for one in pending})
        room.runner = room.new_runner()
        await room.runner.resume_all()
        await rest()
    assert kept(room) == {}
    assert await room.store.pending() == []


async def test_a_recording_that_cannot_be_deleted_holds_nothing_up(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.recordings = StuckFolder()
    room.runner = room.new_runner()
    await wants(room, Preferences(keep_recordings=True))
    await room.command("interview", "tester")
    await room.note(ANSWER)
    with caplog.at_level(logging.WARNING):
        await room.press("Record again")
    assert room.last == voice.record_again().text
    assert "The folder is read-only." in caplog.text


async def test_limits_count_notes_as_they_count_messages(room: Room) -> None:
    room.runner = room.new_runner(messages_per_minute=1)
    await room.command("interview", "tester")
    await room.note(ANSWER)
    assert not await room.runner.receive(VoiceSent(CONVERSATION, "n9", VoiceNote("n9")))
    assert [one.kind for one in (await room.interview()).turns[0].utterances].count(Kind.ANSWER) == 1


async def test_a_note_that_is_delivered_twice_is_heard_once(room: Room) -> None:
    await room.command("interview", "tester")
    note = await room.note(ANSWER)
    await room.runner.receive(VoiceSent(CONVERSATION, note, VoiceNote(note)))
    await rest()
    assert len(ears(room).languages) == 1
    assert await answer_text(room) == ANSWER
