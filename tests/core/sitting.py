"""Drives the engine in tests: says things, gives results, and keeps what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import engine
from core.effects import Effect, Send
from core.engine import UnexpectedEvent
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerSettled,
    AnswerStrengthened,
    Command,
    CommandGiven,
    Event,
    MessageEdited,
    MessageReceived,
    NoteReceived,
    NoteRefused,
    NoteTranscribed,
    ReportDue,
)
from core.messages import Outbound
from core.model import AnswerKind, Assessment, Consideration, Mode, Phase, StartRequest, Stronger, Turn
from core.model import UtteranceKind as Kind
from core.roles import Seniority
from core.speech import SoundProblem, VoiceNote
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION, NOW, ROLE, assessment, new_interview

ANSWERS = {
    AnswerKind.ANSWER: "I rolled the release back in four minutes and called the shop.",
    AnswerKind.NON_ANSWER: "I have no idea.",
    AnswerKind.OFF_TOPIC: "Bananas are yellow.",
}
TALKING = [Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING]
TOO_LONG = "word " * 2001
NOTE = VoiceNote("here", 3.0, 9000)
REASON = "I did say four minutes, and that is a figure."


def words(number: int, tail: str = "") -> str:
    """An answer of so many words."""
    return " ".join(["word"] * (number - len(tail.split()))) + (f" {tail}" if tail else "")


ADDRESS = f"#{new_interview().address}"
"""What buttons are addressed by: every sitting starts at the same time."""


class Sitting:
    """One interview with the engine alone."""

    def __init__(self, mode: Mode = Mode.MOCK, questions: int = 3, seniority: Seniority = Seniority.MID) -> None:
        request = StartRequest(ROLE, mode, questions, seniority)
        self.interview, self.effects = engine.begin(request, 1, CONVERSATION, (), NOW)
        self.sent: list[Outbound] = []
        self._keep(self.effects)
        self._messages = 0
        self._notes = 0
        self._now = NOW

    @property
    def phase(self) -> Phase:
        return self.interview.phase

    def is_in(self, phase: Phase) -> bool:
        return self.phase is phase

    @property
    def turn(self) -> Turn:
        return self.interview.turns[-1]

    @property
    def last(self) -> str:
        return self.sent[-1].text

    def give(self, event: Event) -> tuple[Effect, ...]:
        self.interview, self.effects = engine.step(self.interview, event)
        self._keep(self.effects)
        return self.effects

    def say(self, text: str, message_id: str = "") -> tuple[Effect, ...]:
        self._messages += 1
        return self.give(MessageReceived(text, message_id or f"m{self._messages}", NOW))

    def note(self, message_id: str = "") -> tuple[Effect, ...]:
        """Send a voice note, n1 and so on where no id is given."""
        self._notes += 1
        return self.give(NoteReceived(NOTE, message_id or f"n{self._notes}", self._now))

    def hear(
        self, text: str, message_id: str = "n1", *, doubtful: bool = False, missing_s: float = 0.0
    ) -> tuple[Effect, ...]:
        """A voice note has been transcribed; a second passes."""
        transcription = heard(text, probability=0.3 if doubtful else 0.95, missing_s=missing_s)
        now = self._now
        self._now += timedelta(seconds=1)
        return self.give(NoteTranscribed(message_id, transcription, now, kept=True))

    def speak(self, text: str, *, doubtful: bool = False) -> tuple[Effect, ...]:
        """Send a voice note in which that is heard."""
        self.note()
        return self.hear(text, f"n{self._notes}", doubtful=doubtful)

    def refuse(self, problem: SoundProblem = SoundProblem.SILENT, message_id: str = "n1") -> tuple[Effect, ...]:
        return self.give(NoteRefused(message_id, problem, NOW))

    def reply(self, text: str, note: str, message_id: str = "r1") -> tuple[Effect, ...]:
        """Write something in reply to a voice note."""
        return self.give(MessageReceived(text, message_id, NOW, replies_to=note))

    def edit(self, text: str, message_id: str) -> tuple[Effect, ...]:
        return self.give(MessageEdited(text, message_id, NOW))

    def command(self, command: Command, argument: str = "", turn: int | None = None) -> tuple[Effect, ...]:
        return self.give(CommandGiven(command, NOW, turn, argument))

    def settle(self) -> tuple[Effect, ...]:
        return self.give(AnswerSettled(self._current, self.turn.revision, NOW))

    def consider(self, kind: AnswerKind = AnswerKind.ANSWER, follow_up: str = "", *missing: str) -> tuple[Effect, ...]:
        considered = Consideration(kind, missing=missing, follow_up=follow_up, point=missing[0] if missing else "")
        return self.considered(considered)

    def considered(self, considered: Consideration) -> tuple[Effect, ...]:
        return self.give(AnswerConsidered(self._current, self.turn.revision, considered, NOW))

    def assess(self, turn: int | None = None, made: Assessment | None = None) -> tuple[Effect, ...]:
        return self.give(AnswerAssessed(self._current if turn is None else turn, made or assessment(), NOW))

    def strengthen(self, turn: int | None = None, text: str = "Stronger.") -> tuple[Effect, ...]:
        return self.give(AnswerStrengthened(self._current if turn is None else turn, Stronger(text), NOW))

    def due(self, *, last: bool = False) -> tuple[Effect, ...]:
        """The report has been waited for long enough."""
        return self.give(ReportDue(last, NOW))

    def refuses(self, event: Event) -> UnexpectedEvent:
        """An event that must not fit, and must leave everything as it was."""
        before = self.interview
        with pytest.raises(UnexpectedEvent) as unexpected:
            self.give(event)
        assert self.interview == before
        return unexpected.value

    def answer(
        self, text: str = "", kind: AnswerKind = AnswerKind.ANSWER, follow_up: str = "", *missing: str
    ) -> tuple[Effect, ...]:
        """Say, settle and consider in one go."""
        self.say(text or ANSWERS[kind])
        self.settle()
        return self.consider(kind, follow_up, *missing)

    @property
    def _current(self) -> int:
        return len(self.interview.turns) - 1

    def _keep(self, effects: tuple[Effect, ...]) -> None:
        self.sent += [effect.message for effect in effects if isinstance(effect, Send)]


def kinds(sitting: Sitting) -> list[Kind]:
    """What was said in the current turn, by kind."""
    return [said.kind for said in sitting.turn.utterances]


def in_phase(phase: Phase) -> Sitting:
    """A coach interview with an answer, in that phase."""
    sitting = Sitting(Mode.COACH, questions=1)
    if phase is Phase.ASKING:
        return sitting
    sitting.say("I rolled it back.")
    sitting.settle()
    if phase is Phase.CONSIDERING:
        return sitting
    sitting.consider()
    if phase is Phase.PAUSED:
        sitting.command(Command.PAUSE)
    if phase in {Phase.REPORTING, Phase.FINISHED, Phase.OBJECTING}:
        sitting.command(Command.NEXT)
    if phase in {Phase.FINISHED, Phase.OBJECTING}:
        sitting.assess()
    if phase is Phase.OBJECTING:
        sitting.command(Command.DISAGREE)
    if phase is Phase.DROPPED:
        sitting.command(Command.DROP)
    return sitting


def reported(questions: int = 2) -> Sitting:
    """A mock interview with its report, every question answered and assessed."""
    sitting = Sitting(questions=questions)
    for number in range(questions):
        sitting.answer()
        sitting.assess(number)
    sitting.command(Command.RATE, "3")
    return sitting


def half_assessed() -> Sitting:
    """A mock interview with its report, the second of two answers not assessed yet."""
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.answer()
    sitting.assess(0)
    sitting.command(Command.RATE)
    sitting.due()
    return sitting


def disputed(questions: int = 2) -> Sitting:
    """A mock interview with its report, whose first answer is being looked at a second time."""
    sitting = reported(questions)
    dispute(sitting)
    return sitting


def dispute(sitting: Sitting, question: int = 1) -> None:
    """Disagree with the assessment of a question, and say why."""
    sitting.command(Command.DISAGREE, str(question))
    sitting.say(REASON)


def retry(sitting: Sitting, question: int = 1) -> None:
    """Try a question again, and answer it."""
    sitting.command(Command.RETRY, str(question))
    sitting.answer()
