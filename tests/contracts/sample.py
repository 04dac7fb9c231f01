"""A small role and values of it, for any test."""

from __future__ import annotations

from datetime import UTC, datetime

from core.model import (
    Assessment,
    Conversation,
    Evidence,
    Finding,
    Interview,
    Levels,
    Mode,
    Outcome,
    Passes,
    Phase,
    Report,
    Stronger,
    Turn,
    Utterance,
    UtteranceKind,
)
from core.roles import Criterion, CriterionRule, Point, Question, QuestionKind, Role, Seniority
from core.speech import Span, Spoken, Word

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONVERSATION = Conversation("terminal", "here", "me")


def point(point_id: str, text: str, weight: int, *cues: str) -> Point:
    return Point(point_id, text, weight, cues, (f"And what about {cues[0]}?",))


QUEUES = Question(
    id="queues",
    focus="Queues",
    seniority=Seniority.MID,
    kind=QuestionKind.TECHNICAL,
    text="When would you put a queue between two services?",
    hint="Think of what happens when the second one is slow.",
    sample="When the second one may be slow or down: the queue keeps the work, and we retry; handlers are idempotent.",
    points=(
        point("buffer", "that a queue absorbs load", 3, "absorb", "buffer", "load"),
        point("retry", "that failed work is tried again", 2, "retry", "try again"),
        point("idempotent", "that handling twice does no harm", 2, "idempotent", "twice"),
    ),
)
INCIDENT = Question(
    id="incident",
    focus="Incidents",
    seniority=Seniority.MID,
    kind=QuestionKind.BEHAVIOURAL,
    text="Tell me about an outage that you helped to end.",
    hint="Say what you saw first and what you did then.",
    sample="Our checkout failed at noon. I rolled the release back in four minutes, then wrote a test for it.",
    points=(
        point("action", "what you yourself did", 3, "i rolled", "i changed", "i called"),
        point("result", "how it ended, with a figure", 2, "minutes", "percent"),
    ),
)
DEADLINE = Question(
    id="deadline",
    focus="Planning",
    seniority=Seniority.SENIOR,
    kind=QuestionKind.SITUATIONAL,
    text="A deadline cannot be met. What do you do?",
    hint="Who has to know, and what can be left out?",
    sample="I tell the customer the same day, propose what can be left out, and agree on a new date.",
    points=(
        point("tell", "who you tell, and when", 3, "tell", "inform"),
        point("scope", "what can be left out", 2, "scope", "leave out"),
    ),
)
ANCHORS = (
    "Nothing that answers the question.",
    "A part of it, in general words.",
    "The main thing, with little detail.",
    "The main things, with an example.",
    "Everything, with an example and its limits.",
)
ROLE = Role(
    id="tester",
    title="Tester",
    summary="A role for tests.",
    criteria=(
        CriterionRule(Criterion.COMMUNICATION, "Communication", 30, ANCHORS),
        CriterionRule(Criterion.TECHNICAL, "Knowledge", 40, ANCHORS),
        CriterionRule(Criterion.STRUCTURE, "Structure", 30, ANCHORS),
    ),
    questions=(QUEUES, INCIDENT, DEADLINE),
    synonyms=(("queue", "message queue"),),
)
ROLES = {ROLE.id: ROLE}


def new_interview(candidate: int = 1, conversation: Conversation = CONVERSATION) -> Interview:
    """An interview that has just asked its first question."""
    asked = Turn(QUEUES, utterances=(Utterance(UtteranceKind.QUESTION, QUEUES.text, NOW),))
    return Interview(
        candidate=candidate,
        conversation=conversation,
        role=ROLE,
        mode=Mode.MOCK,
        seniority=Seniority.MID,
        plan=ROLE.questions,
        phase=Phase.ASKING,
        started_at=NOW,
        turns=(asked,),
    )


def answer(text: str, message_id: str = "m1") -> Utterance:
    return Utterance(UtteranceKind.ANSWER, text, NOW, message_id)


def answered_turn(question: Question = QUEUES) -> Turn:
    """A turn that is closed and assessed."""
    asked = Utterance(UtteranceKind.QUESTION, question.text, NOW)
    return Turn(
        question,
        revision=1,
        utterances=(asked, answer(question.sample)),
        outcome=Outcome.ANSWERED,
        assessment=assessment(),
        stronger=Stronger("Stronger."),
    )


def assessment(total: float = 3.7) -> Assessment:
    return Assessment(
        levels=Levels(3, 4, 4),
        total=total,
        evidence=(Evidence(Criterion.TECHNICAL, "the queue keeps the work"),),
        covered=("buffer", "retry"),
        missed=("idempotent",),
        strengths=(Finding(Criterion.TECHNICAL, "Names the reason.", "may be slow or down"),),
        improvements=(Finding(Criterion.STRUCTURE, "Ends early.", "we retry", "Say how it ended."),),
        assessor="model",
        model="small",
        passes=(Passes(Criterion.TECHNICAL, (4, 3, 4)),),
    )


def report(total: float | None = 3.7) -> Report:
    return Report(ROLE.title, Mode.MOCK, Seniority.MID, total, planned=3, assessed=0 if total is None else 1)


def spoken(note: str, *words: str, word_s: float = 0.4, kept: bool = False) -> Spoken:
    """How words were spoken one after the other, with nothing before, between or after them."""
    ends = [round(word_s * place, 2) for place in range(len(words) + 1)]
    heard = tuple(Word(word, ends[place], ends[place + 1], 0.95) for place, word in enumerate(words))
    return Spoken(note, ends[-1], heard, (Span(0.0, ends[-1]),), kept)
