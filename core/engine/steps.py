"""The small steps that the others are made of, and what all of them share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.effects import ConsiderAnswer, Effect, Send
from core.model import Interview, Outcome, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.persona import persona

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.events import AnswerAssessed, AnswerConsidered, AnswerSettled, AnswerStrengthened, Event
    from core.messages import Outbound
    from core.roles import Question

Step = tuple[Interview, tuple[Effect, ...]]

AT_WORK = frozenset({Phase.ASKING, Phase.CONSIDERING})
"""Where an answer is being given."""
AFTER_REPORT = frozenset({Phase.FINISHED, Phase.OBJECTING})
"""Where the report is there and no further attempt is being made."""
GIVEN = frozenset({Outcome.ANSWERED, Outcome.NOT_ANSWERED})
"""How a turn ends that is assessed."""


class UnexpectedEvent(Exception):  # noqa: N818 - the field's word; it is no failure
    """An event does not fit the interview, which is unchanged. `stale` when it belongs to something that has passed."""

    def __init__(self, event: Event, phase: Phase, *, stale: bool = False) -> None:
        super().__init__(f"{type(event).__name__} does not fit {phase}")
        self.event = event
        self.phase = phase
        self.stale = stale


def with_turn(interview: Interview, turn: Turn, index: int = -1) -> Interview:
    """The interview with one turn replaced, the last one where no index is given."""
    turns = list(interview.turns)
    turns[index] = turn
    return replace(interview, turns=tuple(turns))


def noted(interview: Interview, said: Utterance, index: int = -1) -> Interview:
    """The interview with something more said in a turn."""
    turn = interview.turns[index]
    return with_turn(interview, replace(turn, utterances=(*turn.utterances, said)), index)


def speak(interview: Interview, said: Utterance, word: Callable[..., Outbound]) -> Step:
    """Say something that the candidate is to answer, in the way that suits them."""
    interview = noted(interview, said)
    return interview, (Send(word(interview, persona(interview))),)


def unconsidered(turn: Turn) -> bool:
    """Whether the candidate has answered since the interviewer last spoke."""
    return any(said.kind is Kind.ANSWER for said in turn.latest_answer)


def is_clear(turn: Turn) -> bool:
    """Whether no voice note of the answer is still listened to, or waits for being confirmed."""
    return not (turn.count(Kind.VOICE_NOTE) or turn.count(Kind.DOUBTFUL))


def is_complete(turn: Turn) -> bool:
    """Whether there is an answer to what the interviewer said last, with nothing in it unclear or to be said anew.

    What the candidate takes back to record it again stands last until they say something else.
    """
    return unconsidered(turn) and is_clear(turn) and turn.latest_answer[-1].kind is not Kind.RETRACTED


def without_notes(interview: Interview) -> Interview:
    """The interview going on without the voice notes that are still listened to: nobody waits for them any more."""
    turn = interview.turns[-1]
    if not turn.count(Kind.VOICE_NOTE):
        return interview
    left = tuple(
        replace(said, kind=Kind.RETRACTED) if said.kind is Kind.VOICE_NOTE else said for said in turn.utterances
    )
    return with_turn(interview, replace(turn, utterances=left))


def is_pending(turn: Turn) -> bool:
    """Whether the answer of a turn is still to be assessed."""
    return turn.outcome is Outcome.ANSWERED and turn.assessment is None


def current_turn(interview: Interview, event: AnswerSettled | AnswerConsidered) -> Turn:
    """The turn an event belongs to, which must be the last one and open. Raises UnexpectedEvent."""
    turn = interview.turns[-1]
    if event.turn != len(interview.turns) - 1 or turn.outcome is not None:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return turn


def answered_turn(interview: Interview, event: AnswerAssessed | AnswerStrengthened) -> Turn:
    """The turn an event belongs to, which must have been answered, in no dropped interview. Raises UnexpectedEvent."""
    turn = interview.turns[event.turn] if 0 <= event.turn < len(interview.turns) else None
    if turn is None or turn.outcome is not Outcome.ANSWERED or interview.phase is Phase.DROPPED:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return turn


def consider(interview: Interview) -> Step:
    """Have the current answer considered."""
    effect = ConsiderAnswer(len(interview.turns) - 1, interview.turns[-1].revision)
    return replace(interview, phase=Phase.CONSIDERING), (effect,)


def open_turn(interview: Interview, question: Question, at: datetime) -> Interview:
    """The interview with a new turn on a question, which is a further attempt when it was asked before.

    The voice notes that are still listened to belong to it.
    """
    attempt = 1 + sum(turn.question.id == question.id for turn in interview.turns)
    interview, waiting = _parted(interview)
    turn = Turn(question, attempt, utterances=(Utterance(Kind.QUESTION, question.text, at), *waiting))
    return replace(interview, phase=Phase.ASKING, turns=(*interview.turns, turn))


def _parted(interview: Interview) -> tuple[Interview, tuple[Utterance, ...]]:
    """The interview without the voice notes that are still listened to, and these."""
    if not interview.turns or not interview.turns[-1].count(Kind.VOICE_NOTE):
        return interview, ()
    last = interview.turns[-1]
    waiting = tuple(said for said in last.utterances if said.kind is Kind.VOICE_NOTE)
    heard = tuple(said for said in last.utterances if said.kind is not Kind.VOICE_NOTE)
    return with_turn(interview, replace(last, utterances=heard)), waiting
