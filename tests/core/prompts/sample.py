"""A role, a question and a thread that no role file knows, to build prompts from."""

from __future__ import annotations

from datetime import UTC, datetime

from core.assessment import GENERIC_ANCHORS
from core.model import Turn, Utterance, UtteranceKind
from core.roles import Criterion, CriterionRule, Point, Question, QuestionKind, Role, Seniority

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOM = 8192
QUESTION = Question(
    "fog",
    "Fog at sea",
    Seniority.MID,
    QuestionKind.BEHAVIOURAL,
    "Tell me about a crossing in thick fog. What did you do to bring the ferry over safely?",
    "Think of one morning.",
    "I slowed down.",
    (
        Point("speed", "how you chose the speed", 3, ("slow",), ("How fast did you go?",)),
        Point("lookout", "who kept watch, and where", 2, ("watch",), ("Who kept watch?",)),
        Point("passengers", "what the passengers were told", 1, ("told",), ("What did you tell them?",)),
    ),
)
ROLE = Role(
    "ferry",
    "Ferry Captain",
    "Takes people over the water.",
    tuple(
        CriterionRule(criterion, label, weight, GENERIC_ANCHORS[criterion])
        for criterion, label, weight in (
            (Criterion.COMMUNICATION, "Communication", 30),
            (Criterion.TECHNICAL, "Seamanship", 50),
            (Criterion.STRUCTURE, "Structure", 20),
        )
    ),
    (QUESTION,),
)
THREAD = (
    (UtteranceKind.QUESTION, QUESTION.text),
    (UtteranceKind.WISH, "Do you mean fog on a river too?"),
    (UtteranceKind.CLARIFICATION, "Any water will do."),
    (UtteranceKind.ANSWER, "Last autumn the fog came down halfway over.\nI took the speed down to four knots."),
    (UtteranceKind.ANSWER, "And I sounded the horn every two minutes."),
    (UtteranceKind.FOLLOW_UP, "When you took the speed down, how did you know that four knots was slow enough?"),
    (UtteranceKind.TOO_LONG, "This was too long to be taken."),
    (UtteranceKind.ANSWER, "I could stop within half of what I saw. […]"),
)
OBJECTION = (
    (UtteranceKind.REASON_ASKED, "Why do you see it differently?"),
    (UtteranceKind.OBJECTION, "I did say how I chose the speed."),
)


def turn(*said: tuple[UtteranceKind, str]) -> Turn:
    return Turn(QUESTION, utterances=tuple(Utterance(kind, text, NOON) for kind, text in said or THREAD))


def answered(*texts: str) -> Turn:
    return turn(THREAD[0], *((UtteranceKind.ANSWER, text) for text in texts))
