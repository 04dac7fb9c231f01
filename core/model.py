"""The values of an interview. All are frozen; a change makes a new value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - needed at run time where values are read back from JSON
from enum import StrEnum


class Mode(StrEnum):
    """How feedback is given: `mock` is silent until the report, `coach` comments on every question."""

    MOCK = "mock"
    COACH = "coach"


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


class Phase(StrEnum):
    """Where an interview stands; `core/README.md` holds the transition table."""

    ASKING = "asking"
    CONSIDERING = "considering"
    REVIEWING = "reviewing"
    PAUSED = "paused"
    REPORTING = "reporting"
    FINISHED = "finished"
    DROPPED = "dropped"


OPEN_PHASES = frozenset({Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING, Phase.PAUSED, Phase.REPORTING})


class Persona(StrEnum):
    """How the candidate communicates, as a running signal over several answers."""

    STANDARD = "standard"
    CONFUSED = "confused"
    EFFICIENT = "efficient"
    CHATTY = "chatty"
    EDGE_CASE = "edge_case"


class AnswerKind(StrEnum):
    """What kind of message a completed answer turned out to be."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REPEAT = "repeat"
    HINT = "hint"
    SKIP = "skip"
    NON_ANSWER = "non_answer"
    OFF_TOPIC = "off_topic"
    STOP = "stop"


class Speaker(StrEnum):
    """Who said something."""

    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"


class UtteranceKind(StrEnum):
    """What something said is for; the counters of a question are counted from these."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    CLARIFICATION = "clarification"
    HINT = "hint"
    REDIRECT = "redirect"
    ENCOURAGEMENT = "encouragement"
    ANSWER = "answer"
    NON_ANSWER = "non_answer"
    OFF_TOPIC = "off_topic"
    WISH = "wish"
    TOO_LONG = "too_long"


class Outcome(StrEnum):
    """How a turn was closed."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"


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


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said in a turn.

    `message_id` is the platform's id of a candidate's message ("" for the interviewer); `point` is the id of the point
    that a follow-up aims at.
    """

    kind: UtteranceKind
    text: str
    at: datetime
    message_id: str = ""
    point: str = ""

    @property
    def speaker(self) -> Speaker:
        """Who said it, which follows from its kind."""
        return Speaker.CANDIDATE if self.kind in CANDIDATE_KINDS else Speaker.INTERVIEWER


CANDIDATE_KINDS = frozenset(
    {
        UtteranceKind.ANSWER,
        UtteranceKind.NON_ANSWER,
        UtteranceKind.OFF_TOPIC,
        UtteranceKind.WISH,
        UtteranceKind.TOO_LONG,
    }
)
ASKING_KINDS = frozenset(
    {UtteranceKind.QUESTION, UtteranceKind.FOLLOW_UP, UtteranceKind.REDIRECT, UtteranceKind.ENCOURAGEMENT}
)


@dataclass(frozen=True, slots=True)
class Levels:
    """A level of 1 to 5 for each criterion."""

    communication: int
    technical: int
    structure: int

    def of(self, criterion: Criterion) -> int:
        """The level of one criterion."""
        return {
            Criterion.COMMUNICATION: self.communication,
            Criterion.TECHNICAL: self.technical,
            Criterion.STRUCTURE: self.structure,
        }[criterion]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact quote from an answer that supports a level."""

    criterion: Criterion
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A strength or an improvement: what was seen, the exact quote it is about, and (improvements) what to do."""

    criterion: Criterion
    text: str
    quote: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment of one answer.

    `total` is 1.0 to 5.0, by the role's weights. `covered` and `missed` are point ids. `reason` says in a word why an
    answer got the lowest level without being weighed ("" when it was weighed). `assessor` is "rules" or "model",
    `model` the language model's name ("" for rules).
    """

    levels: Levels
    total: float
    evidence: tuple[Evidence, ...] = ()
    covered: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    strengths: tuple[Finding, ...] = ()
    improvements: tuple[Finding, ...] = ()
    reason: str = ""
    assessor: str = "rules"
    model: str = ""


@dataclass(frozen=True, slots=True)
class Consideration:
    """What an interviewer makes of a completed answer; `policy` decides what follows from it.

    `covered` and `missing` are point ids, the most important missing one first. `follow_up` is a proposed follow-up
    question ("" for none) and `point` the id of the point it aims at ("" for a general one).
    """

    kind: AnswerKind
    covered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    follow_up: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, what was said about it, and its assessment.

    `attempt` counts from 1; `revision` counts the messages and edits of the candidate, so that a late result can be
    recognised; `outcome` is None while the turn is open.
    """

    question: Question
    attempt: int = 1
    revision: int = 0
    utterances: tuple[Utterance, ...] = ()
    outcome: Outcome | None = None
    assessment: Assessment | None = None
    stronger: str = ""

    def count(self, kind: UtteranceKind) -> int:
        """How many utterances of a kind the turn has."""
        return sum(utterance.kind is kind for utterance in self.utterances)

    @property
    def answers(self) -> tuple[Utterance, ...]:
        """The utterances that count as the answer, in order."""
        return tuple(utterance for utterance in self.utterances if utterance.kind is UtteranceKind.ANSWER)

    @property
    def answer_text(self) -> str:
        """All answers of the turn joined by newlines."""
        return "\n".join(utterance.text for utterance in self.answers)

    @property
    def latest_answer(self) -> tuple[Utterance, ...]:
        """The candidate's utterances since the interviewer last asked for something."""
        latest: list[Utterance] = []
        for utterance in reversed(self.utterances):
            if utterance.kind in ASKING_KINDS:
                break
            if utterance.speaker is Speaker.CANDIDATE:
                latest.insert(0, utterance)
        return tuple(latest)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a candidate is spoken to: a platform, a chat there, and the account of the candidate there."""

    platform: str
    chat: str
    account: str


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion in a report: its label, the mean level of the assessed answers (1.0 to 5.0), the nearest anchor."""

    criterion: Criterion
    label: str
    level: float
    anchor: str


@dataclass(frozen=True, slots=True)
class ReportFinding:
    """A finding in a report, with the number of the question that it comes from."""

    number: int
    criterion: Criterion
    text: str
    quote: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question in a report. `total` is None where nothing was assessed; `covered` and `missed` are point texts."""

    number: int
    question_id: str
    focus: str
    outcome: Outcome
    total: float | None
    covered: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an interview.

    `total` is the mean of the assessed answers' totals, None when none was assessed; `assessors` says who assessed them
    ("rules", or a language model's name).
    """

    role_title: str
    mode: Mode
    seniority: Seniority
    total: float | None
    planned: int
    assessed: int
    criteria: tuple[CriterionResult, ...] = ()
    strengths: tuple[ReportFinding, ...] = ()
    improvements: tuple[ReportFinding, ...] = ()
    questions: tuple[QuestionResult, ...] = ()
    ended_early: bool = False
    assessors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interview:
    """One sitting. `id` is 0 until the store has given it one; `version` counts the saves.

    `plan` holds the questions in the order they will be asked; `turns` what was asked so far, the last one open or not.
    """

    candidate: int
    conversation: Conversation
    role: Role
    mode: Mode
    seniority: Seniority
    plan: tuple[Question, ...]
    phase: Phase
    started_at: datetime
    turns: tuple[Turn, ...] = ()
    report: Report | None = None
    id: int = 0
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the interview can still go on."""
        return self.phase in OPEN_PHASES

    @property
    def number(self) -> int:
        """The number of the current question, from 1."""
        return self.plan.index(self.turns[-1].question) + 1


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a candidate asked for when starting an interview."""

    role: Role
    mode: Mode = Mode.MOCK
    questions: int = 5
    seniority: Seniority = Seniority.MID


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One line of a candidate's history; `total` is None where there is no score."""

    id: int
    role_title: str
    mode: Mode
    phase: Phase
    started_at: datetime
    total: float | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of history, newest first; `average` is over all scores.

    `older` is the id to continue from, None at the end.
    """

    items: tuple[HistoryItem, ...] = ()
    interviews: int = 0
    average: float | None = None
    older: int | None = None
