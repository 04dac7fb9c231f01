"""Decides what happens next: which questions are asked, whether to probe or to move on, and when to end."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from core import text
from core.model import AnswerKind, Consideration, Interview, Outcome, Persona, Turn
from core.model import UtteranceKind as Kind
from core.persona import persona
from core.prompts.thread import LONGEST_OBJECTION
from core.roles import Question, Role, Seniority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.speech import Transcription

MAX_FOLLOW_UPS = 3
MAX_CLARIFICATIONS = 2
MAX_REDIRECTS = 1
MAX_ENCOURAGEMENTS = 1
MAX_PROMPTS = 3
"""Follow-ups, redirects and encouragements of one question together, so that nobody is kept on one question."""
MAX_ANSWER_WORDS = 2000
MAX_ANSWER_CHARACTERS = 20_000
MAX_KEPT_CHARACTERS = 2_000_000
"""Of one message that is too long to be assessed; the candidate is told when something was cut off."""
MAX_REASON_WORDS = LONGEST_OBJECTION
MAX_REASON_CHARACTERS = 3000
"""Of the reason why a candidate disagrees; a longer one is asked for in short."""
CLEARLY_HEARD = 0.7
"""A voice note whose words have this mean probability counts without being confirmed; our own choice."""
_MEAN_DIGITS = 6
"""To so many the mean is rounded: three words of just that probability have it, too."""
MIN_QUESTIONS = 1
KEY_WEIGHT = 3

_RANK = {Seniority.JUNIOR: 0, Seniority.MID: 1, Seniority.SENIOR: 2}


class Move(Enum):
    """What the interviewer does after an answer has been considered."""

    FOLLOW_UP = auto()
    REDIRECT = auto()
    ENCOURAGE = auto()
    MOVE_ON = auto()


def plan(role: Role, seniority: Seniority, count: int, asked: Sequence[str] = ()) -> tuple[Question, ...]:
    """The questions of an interview, in the role file's order.

    New ones are taken first, then those asked longest ago (`asked`: question ids, newest first), then those nearest to
    the seniority. The first question of the role always opens a candidate's first interview. `count` is 1 to all.
    """

    def rank(place: int) -> tuple[int, bool, int, int]:
        question = role.questions[place]
        recent = len(asked) - asked.index(question.id) if question.id in asked else 0
        return recent, place > 0, abs(_RANK[question.seniority] - _RANK[seniority]), place

    chosen = sorted(range(len(role.questions)), key=rank)[:count]
    return tuple(role.questions[place] for place in sorted(chosen))


def decide(interview: Interview, consideration: Consideration) -> Move:
    """What to do after the latest answer of the current turn, given what the interviewer made of it."""
    turn = interview.turns[-1]
    prompts = turn.count(Kind.FOLLOW_UP) + turn.count(Kind.REDIRECT) + turn.count(Kind.ENCOURAGEMENT)
    if prompts >= MAX_PROMPTS:
        return Move.MOVE_ON
    if consideration.kind is AnswerKind.NON_ANSWER:
        first_word = not turn.answers and turn.count(Kind.ENCOURAGEMENT) < MAX_ENCOURAGEMENTS
        return Move.ENCOURAGE if first_word else Move.MOVE_ON
    if consideration.kind is AnswerKind.OFF_TOPIC:
        return Move.REDIRECT if turn.count(Kind.REDIRECT) < MAX_REDIRECTS else Move.MOVE_ON
    return Move.FOLLOW_UP if _worth_probing(interview, turn, consideration) else Move.MOVE_ON


def _worth_probing(interview: Interview, turn: Turn, consideration: Consideration) -> bool:
    """Whether the proposed follow-up is asked: it is new, and this candidate is not spared it."""
    asked = [text.words(utterance.text) for utterance in turn.utterances if utterance.kind is Kind.FOLLOW_UP]
    proposed = text.words(consideration.follow_up)
    if not proposed or proposed in asked:
        return False
    key_missing = any(
        point.weight >= KEY_WEIGHT and point.id in consideration.missing for point in turn.question.points
    )
    spared = persona(interview) is Persona.EFFICIENT and not key_missing
    return turn.count(Kind.FOLLOW_UP) < (1 if spared else MAX_FOLLOW_UPS)


def next_question(interview: Interview) -> Question | None:
    """The first planned question that has not been asked yet, or None at the end."""
    asked = {turn.question.id for turn in interview.turns}
    return next((question for question in interview.plan if question.id not in asked), None)


def is_clearly_heard(heard: Transcription) -> bool:
    """Whether what was heard in a voice note counts without being confirmed."""
    return round(heard.confidence, _MEAN_DIGITS) >= CLEARLY_HEARD


def outcome(turn: Turn) -> Outcome:
    """How a turn closes that is not skipped: answered when anything said counts as an answer."""
    return Outcome.ANSWERED if turn.answers else Outcome.NOT_ANSWERED
