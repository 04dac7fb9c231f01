"""Voice notes through runner, store and the real engines: several at once, stopping, and sound that means harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from typing import Any

import pytest

from adapters.piper import PiperSynthesizer
from adapters.roles import BUILT_IN, load_roles
from adapters.whisper import WhisperTranscriber
from bot.wiring import SystemClock
from core.interviewers.rules import RulesInterviewer
from core.messages import CommandSent, Outbound, OutboundKind, TextSent, VoiceSent
from core.model import Conversation, Phase, UtteranceKind
from core.runner import Runner
from core.speech import SoundProblem, VoiceNote
from core.wording import voice as wording
from tests.adapters.speech.clips import CLIPS, LIBRARIES, MODEL, VOICE, needs_voice
from tests.adapters.speech.test_at_once import Gate
from tests.contracts.fake_store import FakeStore
from tests.core.doubles import RecordingPlatform

pytestmark = needs_voice

ROLES = load_roles([BUILT_IN]).roles
ANA, BEN, CLEO = (Conversation("chat", name, name) for name in ("ana", "ben", "cleo"))
WAIT_S = 20.0
QUESTIONS = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP})


class House:
    """A runner with real ears and a real mouth, and people who speak to it."""

    def __init__(self) -> None:
        self.store = FakeStore(ROLES)
        self.platform = RecordingPlatform()
        self.ears = WhisperTranscriber(MODEL, threads=1)
        self.mouth = PiperSynthesizer([VOICE])
        self.runner = Runner(
            store=self.store,
            interviewer=RulesInterviewer(),
            platforms={"chat": self.platform},
            roles=ROLES,
            clock=SystemClock(),
            quiet_gap_s=0.05,
            transcriber=self.ears,
            synthesizer=self.mouth,
        )
        self._messages = 0

    async def close(self) -> None:
        await self.runner.close()
        await self.ears.close()
        await self.mouth.close()

    async def gives(self, who: Conversation, name: str, argument: str = "") -> None:
        await self.runner.receive(CommandSent(who, self._id(), name, argument))

    async def writes(self, who: Conversation, text: str) -> None:
        await self.runner.receive(TextSent(who, self._id(), text))

    async def speaks(self, who: Conversation, sound: bytes, seconds: float | None = None) -> str:
        """Send a voice note; its id."""
        note = self._id()
        self.platform.notes[note] = sound
        await self.runner.receive(VoiceSent(who, note, VoiceNote(note, seconds, len(sound))))
        return note

    async def begins(self, who: Conversation) -> None:
        await self.gives(who, "interview", "backend_engineer 3")
        await self.until(who, lambda message: message.kind is OutboundKind.QUESTION)
        await self.runner.idle(who)

    async def until(self, who: Conversation, fits: Callable[[Outbound], bool], after: int = 0) -> Outbound:
        """The first message to somebody that fits, of those after so many."""
        async with asyncio.timeout(WAIT_S):
            while True:
                if found := next(filter(fits, self.told(who)[after:]), None):
                    return found
                await asyncio.sleep(0.005)

    def told(self, who: Conversation) -> list[Outbound]:
        return [message for where, message, _ in self.platform.sent if where == who]

    def _id(self) -> str:
        self._messages += 1
        return str(self._messages)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.close()


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A gate before the model hears anything."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 - not everybody has it

    gate = Gate(WhisperModel.transcribe)
    monkeypatch.setattr(WhisperModel, "transcribe", gate.method)
    return gate


def _heard(message: Outbound) -> bool:
    return message.kind is OutboundKind.HEARD


async def test_two_people_are_heard_at_once_and_a_third_goes_on_meanwhile(house: House, hearing: Gate) -> None:
    for who in (ANA, BEN, CLEO):
        await house.begins(who)
    first, second = CLIPS[0], CLIPS[4]
    await house.speaks(ANA, first.sound, first.seconds)
    await house.speaks(BEN, second.sound, second.seconds)
    await hearing.came(2)
    before = len(house.told(CLEO))
    await house.writes(CLEO, "I built the checkout of a shop in Go and halved its errors within a year.")
    await house.until(CLEO, lambda message: message.kind in QUESTIONS, before)
    assert not [message for who in (ANA, BEN) for message in house.told(who) if _heard(message)]
    hearing.opened.set()
    assert first.text in (await house.until(ANA, _heard)).text
    assert second.text in (await house.until(BEN, _heard)).text


async def test_who_stops_while_listened_to_is_through_at_once_and_nothing_comes_late(
    house: House, hearing: Gate
) -> None:
    await house.begins(ANA)
    await house.speaks(ANA, CLIPS[0].sound)
    await hearing.came()
    before = len(house.told(ANA))
    await house.gives(ANA, "stop")
    told = await house.until(ANA, lambda message: message.kind is OutboundKind.NOTICE, before)
    assert not hearing.opened.is_set()
    assert told.text == "Stopped. Your voice note was not taken yet, so there is nothing to report."
    hearing.opened.set()
    await house.ears.close()  # waits for its threads
    await house.runner.idle(ANA)
    assert not [message for message in house.told(ANA) if _heard(message)]
    assert not await house.store.pending()
    interview = await house.store.current_interview(await house.store.candidate(ANA))
    assert interview
    assert interview.phase is Phase.DROPPED
    assert [said.kind for said in interview.turns[0].latest_answer] == [UtteranceKind.RETRACTED]


def _harmful() -> list[Any]:
    """Rows of the table of hostile sound that are made at once, those that cannot be heard."""
    if not all(map(find_spec, LIBRARIES)):
        return []
    from tests.adapters.audio.hostile import ROWS  # noqa: PLC0415 - it needs the libraries

    return [row for row in ROWS if row.problem and not row.slow]


async def test_each_harmful_sound_is_one_clear_sentence_and_the_interview_goes_on(house: House) -> None:
    rows = _harmful()
    assert len(rows) >= 25
    await house.begins(ANA)
    for number, row in enumerate(rows):
        before = len(house.told(ANA))
        await house.speaks(ANA, row.make())
        await house.runner.idle(ANA)
        told = house.told(ANA)[before:]
        assert told == [wording.refused(row.problem, 600.0)], row.name
        if number % 20 == 0:  # the limit of messages a minute is not what is tried here
            house.runner._limits._buckets.clear()
    await house.speaks(ANA, CLIPS[0].sound, 30.0)
    shown = await house.until(ANA, _heard)
    assert CLIPS[0].text in shown.text
    assert "about 28 seconds are missing" in shown.text
    assert SoundProblem.UNREADABLE in {row.problem for row in rows}
