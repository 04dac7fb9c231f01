"""A job role with its questions: what an interview is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Seniority(StrEnum):
    """The level of the job that a question or an interview is meant for."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class QuestionKind(StrEnum):
    """What a question asks for: something done, something imagined, or something known."""

    BEHAVIOURAL = "behavioural"
    SITUATIONAL = "situational"
    TECHNICAL = "technical"


class Criterion(StrEnum):
    """What an answer is assessed by; a role may relabel `technical`."""

    COMMUNICATION = "communication"
    TECHNICAL = "technical"
    STRUCTURE = "structure"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing a question looks for.

    `text` completes the sentence "Say …". `weight` is 1 to 3; 3 is a key point. `cues` are words and short phrases that
    show the point is covered; `probes` are prepared follow-up questions.
    """

    id: str
    text: str
    weight: int
    cues: tuple[str, ...]
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a role, with what it looks for, a hint and a strong sample answer."""

    id: str
    focus: str
    seniority: Seniority
    kind: QuestionKind
    text: str
    hint: str
    sample: str
    points: tuple[Point, ...]

    def point(self, point_id: str) -> Point | None:
        """The point of that id, or None."""
        return next((point for point in self.points if point.id == point_id), None)


@dataclass(frozen=True, slots=True)
class CriterionRule:
    """How a role uses a criterion: label, weight in percent, and an anchor sentence for each level 1 to 5."""

    criterion: Criterion
    label: str
    weight: int
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Role:
    """A job role: its questions, the weights of the criteria and groups of words with one meaning."""

    id: str
    title: str
    summary: str
    criteria: tuple[CriterionRule, ...]
    questions: tuple[Question, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()

    def question(self, question_id: str) -> Question | None:
        """The question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def rule(self, criterion: Criterion) -> CriterionRule:
        """The rule for a criterion; every role has all three."""
        return next(rule for rule in self.criteria if rule.criterion is criterion)
