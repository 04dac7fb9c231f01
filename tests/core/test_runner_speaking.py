"""What is heard with a message: made once, just before it is sent, and never in the way of its text."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from core.effects import AssessAnswer, Effect, Send
from core.messages import Choice, Document, Outbound, OutboundKind
from core.model import Conversation, Preferences
from core.ports import (
    Change,
    DeliveryError,
    PendingEffect,
    RecordingError,
    RefusedMessageError,
    SynthesizerError,
)
from core.runner import Runner, speaking
from core.runner.again import Removing
from core.runner.asking import PULSE_S
from core.runner.sending import Sending
from core.runner.speaking import Speaking, voiced
from core.runner.underway import Underway
from core.speech import Excerpt, ReplyStyle, Span, Speech
from core.wording.delivery import not_heard
from core.wording.pieces import line
from tests.contracts.fake_speech import FakeRecordings, FakeSynthesizer
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, QUEUES, ROLES
from tests.core.doubles import FakeClock, RecordingPlatform, rest
from tests.core.room import GAP, Room

QUESTION = Outbound(OutboundKind.QUESTION, (line("Question 1"), line("Why?")), (Choice("Hint", "hint"),), spoken="Why?")
ALOUD = Outbound(OutboundKind.QUESTION, (), spoken="Why?")
PLAIN = Outbound(OutboundKind.NOTICE, (line("Take your time."),))
EXCERPT = Excerpt(7, "note", Span(1.0, 2.5))
PIECE = Outbound(OutboundKind.NOTICE, (line("we retry"),), excerpt=EXCERPT)
SENTINEL = "SENTINEL words of the candidate"


class Booth:
    """Messages on their way to one candidate, with what they are spoken by."""

    def __init__(self, *, synthesizer: bool = True, recordings: bool = True) -> None:
        self.store = FakeStore(ROLES)
        self.platform = RecordingPlatform()
        self.clock = FakeClock()
        self.underway = Underway(self.clock)
        self.synthesizer = FakeSynthesizer()
        self.recordings = FakeRecordings()
        platforms = {"terminal": self.platform}
        self.speaking = Speaking(
            self.synthesizer if synthesizer else None,
            self.recordings if recordings else None,
            platforms,
            self.clock,
        )
        self.removing = Removing(self.store, self.underway)
        self.sending = Sending(self.removing, platforms, self.underway, self.speaking)

    async def pending(self, message: Outbound, preferences: Preferences | None = None) -> PendingEffect:
        candidate = await self.store.candidate(CONVERSATION)
        change = Change(candidate, CONVERSATION, effects=(Send(message),), preferences=preferences)
        return (await self.store.save(change)).pending[0]

    async def speech(self, message: Outbound, preferences: Preferences | None = None) -> Speech | None:
        return await self.speaking.speech(await self.pending(message, preferences), message)

    async def send(self, *messages: Outbound) -> list[PendingEffect]:
        sent = [await self.pending(message) for message in messages]
        for pending, message in zip(sent, messages, strict=True):
            self.sending.add(pending, message)
        await rest()
        return sent

    @property
    def arrived(self) -> list[tuple[Outbound, bytes | None]]:
        """The messages that did, each with its sound."""
        pairs = zip(self.platform.sent, self.platform.speeches, strict=True)
        return [(message, speech.sound if speech else None) for (_, message, _), speech in pairs]


@pytest.fixture
def booth() -> Booth:
    return Booth()


# What is spoken, as the candidate wants it


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (ReplyStyle.TEXT, (replace(QUESTION, spoken=""),)),
        (ReplyStyle.VOICE, (QUESTION,)),
        (ReplyStyle.BOTH, (replace(QUESTION, spoken=""), ALOUD)),
    ],
)
def test_a_question_comes_written_aloud_or_both(style: ReplyStyle, expected: tuple[Outbound, ...]) -> None:
    elsewhere = Conversation("telegram", "there", "you")
    for to in (None, elsewhere):
        assert voiced((Send(QUESTION, to),), style) == tuple(Send(message, to) for message in expected)


@pytest.mark.parametrize("style", ReplyStyle)
def test_what_is_not_spoken_is_left_as_it_is(style: ReplyStyle) -> None:
    effects: tuple[Effect, ...] = (Send(PLAIN), AssessAnswer(0), Send(PIECE))
    assert voiced(effects, style) == effects


def test_the_order_of_messages_is_kept() -> None:
    both = voiced((Send(PLAIN), Send(QUESTION), AssessAnswer(0), Send(PIECE)), ReplyStyle.BOTH)
    assert both == (Send(PLAIN), Send(replace(QUESTION, spoken="")), Send(ALOUD), AssessAnswer(0), Send(PIECE))


# Making the sound


@pytest.mark.parametrize("preferred", ["en", "de", ""])
async def test_a_question_is_spoken_in_its_own_language_whatever_the_candidate_speaks(
    booth: Booth, preferred: str
) -> None:
    speech = await booth.speech(QUESTION, Preferences(language=preferred))
    assert speech
    assert speech.sound == b"Why?"
    assert booth.synthesizer.spoken == [("Why?", "en")]


async def test_a_piece_of_the_candidates_own_note_is_played(booth: Booth) -> None:
    assert await booth.speech(PIECE) is None
    await booth.recordings.keep(7, "note", b"sound")
    assert await booth.speech(PIECE) == Speech(b"sound", 1.5, b"\x80")
    assert booth.synthesizer.spoken == []
    assert booth.platform.speaking == []


async def test_a_piece_that_is_not_kept_any_more_is_said_to_be_gone(booth: Booth) -> None:
    await booth.send(PIECE)
    assert booth.arrived == [(not_heard(), None)]


async def test_nothing_is_made_of_a_message_that_is_only_written(booth: Booth) -> None:
    booth.synthesizer.door.clear()
    assert await booth.speech(PLAIN) is None


@pytest.mark.parametrize("message", [QUESTION, PIECE])
async def test_without_engines_there_is_no_sound(message: Outbound) -> None:
    booth = Booth(synthesizer=False, recordings=False)
    await booth.recordings.keep(7, "note", b"sound")
    assert await booth.speech(message) is None


class Broken:
    """Fails at whatever is asked of it."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def __getattr__(self, name: str) -> object:
        async def fail(*_: object, **__: object) -> None:
            raise self.failure

        return fail


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (SynthesizerError("There is no voice for that."), "There is no voice for that."),
        (RecordingError("The disk is full."), "The disk is full."),
        (RuntimeError(SENTINEL), "making that failed with RuntimeError."),
    ],
)
@pytest.mark.parametrize("message", [QUESTION, PIECE])
async def test_what_cannot_be_spoken_goes_in_writing_and_the_owner_is_told_without_its_words(
    failure: Exception, said: str, message: Outbound, caplog: pytest.LogCaptureFixture
) -> None:
    booth = Booth()
    booth.speaking = Speaking(
        Broken(failure),  # type: ignore[arg-type]
        Broken(failure),  # type: ignore[arg-type]
        {"terminal": booth.platform},
        booth.clock,
    )
    booth.sending = Sending(booth.removing, {"terminal": booth.platform}, booth.underway, booth.speaking)
    [pending] = await booth.send(message)
    assert booth.arrived == [(not_heard() if message.excerpt else message, None)]
    assert await booth.store.pending() == []
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", f"Message {pending.id} ({message.kind}) goes without its sound: {said}")
    ]
    assert SENTINEL not in caplog.text
    assert "Why?" not in caplog.text


async def test_a_sound_that_takes_too_long_is_not_waited_for(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(speaking, "SPEAKING_S", 0.0)
    booth.synthesizer.door.clear()
    assert await booth.speech(QUESTION) is None
    assert "goes without its sound: that was not made within 0 s." in caplog.text
    await rest()
    pulses = len(booth.platform.speaking)
    await booth.clock.advance(PULSE_S)
    assert len(booth.platform.speaking) == pulses


async def test_the_sign_of_speaking_is_shown_until_the_sound_is_made(booth: Booth) -> None:
    booth.synthesizer.door.clear()
    await booth.send(QUESTION)
    assert booth.platform.speaking == [CONVERSATION]
    await booth.clock.advance(PULSE_S - 0.1)
    assert len(booth.platform.speaking) == 1
    await booth.clock.advance(0.1)
    assert len(booth.platform.speaking) == 2
    assert booth.arrived == []
    booth.synthesizer.door.set()
    await rest()
    assert booth.arrived == [(QUESTION, b"Why?")]
    await booth.clock.advance(3 * PULSE_S)
    assert len(booth.platform.speaking) == 2


async def test_what_is_spoken_at_once_shows_no_sign(booth: Booth) -> None:
    await booth.send(QUESTION)
    assert booth.platform.pulses == []


# Sending it


async def test_a_message_is_spoken_once_however_often_it_is_sent(booth: Booth) -> None:
    booth.platform.failure = DeliveryError("offline")
    await booth.send(QUESTION)
    await booth.clock.advance(5)
    booth.platform.failure = None
    await booth.clock.advance(15)
    assert booth.platform.tries == 3
    assert booth.arrived == [(QUESTION, b"Why?")]
    assert len(booth.synthesizer.spoken) == 1


async def test_messages_keep_their_order_while_one_is_being_spoken(booth: Booth) -> None:
    booth.synthesizer.door.clear()
    await booth.send(replace(QUESTION, spoken=""), ALOUD, PLAIN)
    assert booth.arrived == [(replace(QUESTION, spoken=""), None)]
    booth.synthesizer.door.set()
    await rest()
    assert booth.arrived[1:] == [(ALOUD, b"Why?"), (PLAIN, None)]


async def test_a_message_that_is_all_sound_is_nothing_without_it() -> None:
    booth = Booth(synthesizer=False)
    await booth.send(ALOUD, PLAIN)
    assert booth.arrived == [(PLAIN, None)]
    assert await booth.store.pending() == []


async def test_a_document_alone_is_sent(booth: Booth) -> None:
    file = Outbound(OutboundKind.TRANSCRIPT, (), document=Document("said.txt", "What was said."))
    await booth.send(file)
    assert booth.arrived == [(file, None)]


async def test_a_sound_that_the_platform_refuses_is_left_away(booth: Booth, caplog: pytest.LogCaptureFixture) -> None:
    pending = await booth.pending(QUESTION)
    booth.platform.failing[str(pending.id)] = RefusedMessageError(SENTINEL)
    booth.sending.add(pending, QUESTION)
    await rest()
    assert booth.arrived == [(QUESTION, None)]
    assert [key for _, _, key in booth.platform.sent] == [f"written-{pending.id}"]
    assert f"Message {pending.id} (question) goes without its sound: the platform refuses it." in caplog.text
    assert SENTINEL not in caplog.text
    assert await booth.store.pending() == []


async def test_a_refused_message_that_is_all_sound_ends_quietly(booth: Booth) -> None:
    pending = await booth.pending(ALOUD)
    booth.platform.failing[str(pending.id)] = RefusedMessageError("No.")
    booth.sending.add(pending, ALOUD)
    await rest()
    assert booth.arrived == []
    assert await booth.store.pending() == []


async def test_a_message_that_is_refused_without_its_sound_too_is_given_up_and_told(booth: Booth) -> None:
    pending = await booth.pending(QUESTION)
    refused = RefusedMessageError("No.")
    booth.platform.failing = {str(pending.id): refused, f"written-{pending.id}": refused}
    booth.sending.add(pending, QUESTION)
    await rest()
    assert [key for _, _, key in booth.platform.sent] == [f"refused-{pending.id}"]
    assert await booth.store.pending() == []


async def test_the_text_of_a_refused_sound_is_sent_until_it_arrives(booth: Booth) -> None:
    pending = await booth.pending(QUESTION)
    booth.platform.failing = {
        str(pending.id): RefusedMessageError("No."),
        f"written-{pending.id}": DeliveryError("offline"),
    }
    booth.sending.add(pending, QUESTION)
    await rest()
    assert booth.arrived == []
    del booth.platform.failing[f"written-{pending.id}"]
    await booth.clock.advance(5)
    assert booth.arrived == [(QUESTION, None)]


async def test_what_is_being_spoken_when_all_ends_stays_to_be_sent(booth: Booth) -> None:
    booth.synthesizer.door.clear()
    sent = await booth.send(QUESTION)
    await booth.underway.close()
    assert await booth.store.pending() == sent
    assert len(asyncio.all_tasks()) == 1
    booth.synthesizer.door.set()
    await rest()
    assert booth.arrived == []


# The whole way


def studio() -> tuple[Room, FakeSynthesizer]:
    """A runner that can speak, and what it speaks by."""
    room, synthesizer = Room(), FakeSynthesizer()
    room.runner = Runner(
        store=room.store,
        interviewer=room.interviewer,
        platforms=room.platforms,
        roles=room.roles,
        clock=room.clock,
        quiet_gap_s=GAP,
        synthesizer=synthesizer,
    )
    return room, synthesizer


def heard(room: Room) -> list[tuple[OutboundKind, bool, str]]:
    """What has arrived: its kind, whether anything is written, and what is said aloud."""
    pairs = zip(room.platform.sent, room.platform.speeches, strict=True)
    return [(one.kind, bool(one.blocks), speech.sound.decode() if speech else "") for (_, one, _), speech in pairs]


async def test_questions_come_in_writing_until_something_else_is_wanted() -> None:
    room, synthesizer = studio()
    await room.command("interview", "tester")
    assert heard(room)[-1] == (OutboundKind.QUESTION, True, "")
    assert synthesizer.spoken == []
    await room.command("voice", "on")
    await room.command("repeat")
    assert heard(room)[-2:] == [(OutboundKind.STATUS, True, ""), (OutboundKind.QUESTION, True, QUEUES.text)]
    await room.command("voice", "both")
    await room.command("hint")
    assert heard(room)[-2:] == [(OutboundKind.NOTICE, True, ""), (OutboundKind.NOTICE, False, QUEUES.hint)]
    await room.command("voice", "off")
    await room.command("repeat")
    assert heard(room)[-1] == (OutboundKind.QUESTION, True, "")


async def test_what_is_pressed_on_the_card_holds_from_the_first_question_on() -> None:
    room, _ = studio()
    await room.command("setup", "tester 1")
    await room.press("Voice")
    await room.press("Start")
    assert heard(room)[-2:] == [(OutboundKind.NOTICE, True, ""), (OutboundKind.QUESTION, True, QUEUES.text)]


async def test_what_is_typed_with_a_request_holds_from_the_first_question_on() -> None:
    room, _ = studio()
    await room.command("interview", "tester 1 voice")
    assert heard(room)[-1] == (OutboundKind.QUESTION, True, QUEUES.text)


async def test_nothing_is_spoken_where_nobody_speaks() -> None:
    room = Room()
    candidate = await room.store.candidate(CONVERSATION)
    await room.store.save(Change(candidate, CONVERSATION, preferences=Preferences(reply=ReplyStyle.BOTH)))
    await room.command("interview", "tester 1")
    assert heard(room) == [(OutboundKind.NOTICE, True, ""), (OutboundKind.QUESTION, True, "")]
    assert all(message.spoken == "" for _, message, _ in room.platform.sent)


async def test_nothing_of_what_is_spoken_is_logged(booth: Booth, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await booth.send(replace(QUESTION, spoken=SENTINEL))
    assert booth.arrived[0][1] == SENTINEL.encode()
    assert SENTINEL not in caplog.text
