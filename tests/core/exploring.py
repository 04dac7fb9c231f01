"""Finds the states an interview can get into, and what every event makes of each of them."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import product

from core import engine
from core.effects import Effect
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
from core.model import AnswerKind, Consideration, Interview, Mode, Outcome, Phase, StartRequest, Stronger, Turn
from core.model import UtteranceKind as Kind
from core.speech import SoundProblem, VoiceNote
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION, NOW, ROLE, assessment
from tests.rounds import rounds

MOST_SAID = rounds(3, 5)  # the shortest talk that leads to every transition; the full run looks at longer ones, too
MOST_SAID_LATER = 3
MOST_TURNS = 3
TOO_LONG = "a" * 20_001
"""Of one word, which is sooner counted than two thousand."""
ARGUMENTS = {
    Command.RATE: ("3", "6", "well"),
    Command.RETRY: ("1", "2", "9"),
    Command.DISAGREE: ("1", "2", "9"),
    Command.STRONGER: ("1", "2", "9"),
}
TELLING = {Kind.ANSWER, Kind.TOO_LONG, Kind.FOLLOW_UP, Kind.ENCOURAGEMENT, Kind.VOICE_NOTE, Kind.DOUBTFUL}
HEARD = (
    heard("I rolled it back in four minutes."),
    heard("I rolled it back in four minutes.", probability=0.3),
    heard("Could you repeat the question?"),
    heard("Skip this question.", probability=0.3),
    heard("Next question."),
    heard("That's all."),
    heard("…"),
)
"""An answer, a doubtful one, a wish, a doubtful one that is grave, two that are clear, and nothing."""


@dataclass(frozen=True)
class Edge:
    """What one event made of one interview; `after` is None where it did not fit."""

    before: Interview
    row: str
    event: Event
    after: Interview | None
    effects: tuple[Effect, ...] = ()


def events(interview: Interview) -> Iterator[tuple[str, Event]]:
    """Every kind of event in every variant that matters, with the name of its row in the transition table."""
    yield from _messages(interview)
    yield from _notes(interview)
    for command in Command:
        for turn in (None, len(interview.turns) - 1):
            yield command.value, CommandGiven(command, NOW, turn)
        for argument in ARGUMENTS.get(command, ()):
            yield command.value, CommandGiven(command, NOW, argument=argument)
    for command in (Command.STOP, Command.DROP):
        yield command.value, CommandGiven(command, NOW, len(interview.turns) - 2)
    yield from _results(interview)


def _messages(interview: Interview) -> Iterator[tuple[str, Event]]:
    said = [one for turn in interview.turns for one in turn.utterances if one.message_id]
    message_id = f"m{len(said) + 1}"
    for text in ("I rolled it back myself.", "…", TOO_LONG):
        yield "message", MessageReceived(text, message_id, NOW)
    waiting = [one.message_id for one in said if one.kind is Kind.VOICE_NOTE]
    for number in {message_id, said[-1].message_id if said else "none", *waiting[:1]}:
        for text in ("I rolled it back in four minutes.", "…", TOO_LONG):
            yield "edit", MessageEdited(text, number, NOW)


def _notes(interview: Interview) -> Iterator[tuple[str, Event]]:
    said = [one for turn in interview.turns for one in turn.utterances]
    sent = len([one for one in said if one.message_id])
    yield "note", NoteReceived(VoiceNote("here"), f"m{sent + 1}", NOW + timedelta(seconds=sent % 2))
    waiting = [one.message_id for one in said if one.kind is Kind.VOICE_NOTE]
    spoken = [one.spoken.note for one in said if one.spoken]
    for note in {*waiting[-1:], *spoken[-1:]}:
        yield "message", MessageReceived("I rolled it back with a script.", f"r{len(said)}", NOW, replies_to=note)
    for command, note in product((Command.USE, Command.RECORD_AGAIN), {*waiting[:1], *spoken[:1]}):
        yield command.value, CommandGiven(command, NOW, argument=note)
    for note in {*waiting[:1], *waiting[-1:], f"n{len(said)}"}:
        for transcription in HEARD:
            yield "note transcribed", NoteTranscribed(note, transcription, NOW)
        yield "note refused", NoteRefused(note, SoundProblem.TOO_SHORT, NOW)


def _results(interview: Interview) -> Iterator[tuple[str, Event]]:
    current = len(interview.turns) - 1
    revision = interview.turns[-1].revision
    for turn, at in ((current, revision), (current, revision - 1), (current - 1, revision)):
        yield "answer settled", AnswerSettled(turn, at, NOW)
        late = (turn, at) != (current, revision)
        for kind in (AnswerKind.ANSWER, AnswerKind.STOP) if late else AnswerKind:
            yield "answer considered", AnswerConsidered(turn, at, Consideration(kind), NOW)
    followed = Consideration(AnswerKind.ANSWER, follow_up=f"And what about {revision}?", missing=("buffer",))
    yield "answer considered", AnswerConsidered(current, revision, followed, NOW)
    for turn in range(-1, current + 2):
        yield "answer assessed", AnswerAssessed(turn, assessment(), NOW)
        yield "answer strengthened", AnswerStrengthened(turn, Stronger("Stronger."), NOW)
    for last in (False, True):
        yield "report due", ReportDue(last, NOW)


@cache
def edges() -> tuple[Edge, ...]:
    """Every event that fits, on every interview that can be reached within some bounds, in both modes."""
    gc.disable()  # it would look again and again through values that all stay and hold no cycles
    try:
        return tuple(edge for mode in Mode for edge in _explored(mode))
    finally:
        gc.freeze()
        gc.enable()


def _explored(mode: Mode) -> Iterator[Edge]:
    begun, _ = engine.begin(StartRequest(ROLE, mode, 2), 1, CONVERSATION, (), NOW)
    waiting, seen = deque([begun]), {_state(begun)}
    while waiting:
        interview = waiting.popleft()
        for row, event in events(interview):
            edge = take(interview, row, event)
            if edge.after is None:
                continue
            yield edge
            if _near(edge.after) and _state(edge.after) not in seen:
                seen.add(_state(edge.after))
                waiting.append(edge.after)


def take(interview: Interview, row: str, event: Event) -> Edge:
    """What an event makes of an interview."""
    try:
        after, effects = engine.step(interview, event)
    except UnexpectedEvent:
        return Edge(interview, row, event, None)
    return Edge(interview, row, event, after, effects)


def _near(interview: Interview) -> bool:
    """Whether an interview is within the bounds of the search, which are narrower later on."""
    early = interview.report is None and len(interview.turns) < MOST_TURNS
    if any(one.spoken or one.kind is Kind.VOICE_NOTE for turn in interview.turns for one in turn.utterances):
        reason = interview.phase is Phase.OBJECTING and len(interview.turns) < MOST_TURNS
        return (early or reason) and len(interview.turns[-1].utterances) <= MOST_SAID_LATER
    most = MOST_SAID if early else MOST_SAID_LATER
    return len(interview.turns) <= MOST_TURNS and len(interview.turns[-1].utterances) <= most


def _state(interview: Interview) -> tuple[object, ...]:
    """What tells two states apart: nothing of the wording, and of the course what the next steps depend on."""
    last = interview.turns[-1]
    if interview.phase is Phase.DROPPED:
        return (interview.phase,)
    said = {one.kind for one in last.utterances} & TELLING
    waiting = {(one.kind, one.spoken is None) for one in last.latest_answer if one.kind in TELLING}
    retracted = last.latest_answer[-1:] and last.latest_answer[-1].kind is Kind.RETRACTED
    open_turn = last.outcome is None and (frozenset(said), frozenset(waiting), retracted)
    listened = Kind.VOICE_NOTE in said
    whole = interview.mode, interview.phase, interview.self_rating is None, bool(last.stronger), open_turn, listened
    if interview.report is None:
        return *whole, tuple((turn.question.id, turn.outcome, turn.assessment is None) for turn in interview.turns)
    missing = any(one.outcome is Outcome.ANSWERED and one.total is None for one in interview.report.questions)
    turns = interview.turns if last.outcome else interview.turns[-1:]
    course = frozenset((turn.outcome, turn.assessment is None, turn.disputed is None, asks_why(turn)) for turn in turns)
    return *whole, missing, len(interview.turns), course


def asks_why(turn: Turn) -> bool:
    """Whether a turn's last words ask for a reason to disagree, beside voice notes that are listened to."""
    return [one.kind for one in turn.utterances if one.kind is not Kind.VOICE_NOTE][-1] is Kind.REASON_ASKED


def followers(row: str, phase: Phase) -> set[Phase]:
    """The phases that an event can lead to from a phase; none where it never fits."""
    return _followers().get((row, phase), set())


@cache
def _followers() -> dict[tuple[str, Phase], set[Phase]]:
    found: dict[tuple[str, Phase], set[Phase]] = {}
    for edge in edges():
        if edge.after:
            found.setdefault((edge.row, edge.before.phase), set()).add(edge.after.phase)
    return found
