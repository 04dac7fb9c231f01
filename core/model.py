"""The values of an interview. All are frozen; a change makes a new value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.roles import Criterion, Question, Role, Seniority
from core.speech import Delivery, ReplyStyle, Spoken


class Mode(StrEnum):
    """How feedback is given: `mock` is silent until the report, `coach` comments on every question."""

    MOCK = "mock"
    COACH = "coach"


class Phase(StrEnum):
    """Where an interview stands; `core/README.md` holds the transition table."""

    ASKING = "asking"
    CONSIDERING = "considering"
    REVIEWING = "reviewing"
    OBJECTING = "objecting"
    PAUSED = "paused"
    REPORTING = "reporting"
    FINISHED = "finished"
    DROPPED = "dropped"


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
OPEN_PHASES = frozenset(Phase) - {Phase.FINISHED, Phase.DROPPED}


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
    """What something said is for; the counters of a question are counted from these.

    A voice note is a `VOICE_NOTE` (without text) until it is transcribed, then an `ANSWER`, or `DOUBTFUL` until the
    candidate has confirmed what was heard; what they take back, replace or leave behind is `RETRACTED`.
    """

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
    VOICE_NOTE = "voice_note"
    DOUBTFUL = "doubtful"
    RETRACTED = "retracted"
    REASON_ASKED = "reason_asked"
    OBJECTION = "objection"


class Outcome(StrEnum):
    """How a turn was closed."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said in a turn.

    `message_id` is the platform's id of a candidate's message ("" for the interviewer); `point` is the id of the point
    that a follow-up aims at; `made_by` who worded a follow-up: "rules", or a language model's name. `spoken` is how it
    was spoken, None for what was written.
    """

    kind: UtteranceKind
    text: str
    at: datetime
    message_id: str = ""
    point: str = ""
    made_by: str = ""
    spoken: Spoken | None = None

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
        UtteranceKind.VOICE_NOTE,
        UtteranceKind.DOUBTFUL,
        UtteranceKind.RETRACTED,
        UtteranceKind.OBJECTION,
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
class Passes:
    """The levels that each pass of grading gave one criterion; the median of them is its level."""

    criterion: Criterion
    levels: tuple[int, ...]

    @property
    def spread(self) -> int:
        """How far apart the passes are, 0 to 4 levels."""
        return max(self.levels) - min(self.levels)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment of one answer.

    `total` is 1.0 to 5.0, by the role's weights. `covered` and `missed` are point ids. `reason` says in a word why an
    answer got the lowest level without being weighed ("" when it was weighed). `assessor` is "rules" or "model", "" for
    an answer that was not weighed; `model` is the language model's name ("" for rules). `passes` holds what a model's
    passes gave (none for rules). `shortened` says that the beginning of the answer did not fit into the model's context
    and was not read by it.
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
    passes: tuple[Passes, ...] = ()
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Consideration:
    """What an interviewer makes of a completed answer; `policy` decides what follows from it.

    `covered` and `missing` are point ids, the most important missing one first. `follow_up` is a proposed follow-up
    question ("" for none) and `point` the id of the point it aims at ("" for a general one). `made_by` is who
    considered ("rules", or a language model's name) and `worded_by` who worded the follow-up; `stand_in` says that the
    rules stood in for a model that could not be asked.
    """

    kind: AnswerKind
    covered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    follow_up: str = ""
    point: str = ""
    made_by: str = "rules"
    worded_by: str = "rules"
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Stronger:
    """The candidate's own answer one level up, with [blanks] for facts that are theirs to fill, and what changed."""

    text: str
    changes: tuple[str, ...] = ()
    made_by: str = "rules"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, what was said about it, and its assessment.

    `attempt` counts from 1; `revision` counts the messages and edits of the candidate, so that a late result can be
    recognised; `outcome` is None while the turn is open. `interviewer` is who considered the answer last ("rules", or a
    language model's name; where a model was needed at all, the last time it was), `stand_in` whether that was in place
    of a model. `disputed` is the assessment that the
    candidate disagreed with, once it has been made again.
    """

    question: Question
    attempt: int = 1
    revision: int = 0
    utterances: tuple[Utterance, ...] = ()
    outcome: Outcome | None = None
    assessment: Assessment | None = None
    stronger: Stronger | None = None
    interviewer: str = ""
    stand_in: bool = False
    disputed: Assessment | None = None

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
    """A criterion in a report: its label, the mean level of the assessed answers (1.0 to 5.0), the nearest anchor.

    `spread` is the mean of how far apart the passes were, in levels; None where no answer was graded more than once.
    """

    criterion: Criterion
    label: str
    level: float
    anchor: str
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class ReportFinding:
    """A finding in a report, with the number of the question that it comes from.

    `heard_at` is where it can be heard in the candidate's own voice note: the index of its turn and its place among the
    improvements there; None where it cannot.
    """

    number: int
    criterion: Criterion
    text: str
    quote: str
    advice: str = ""
    heard_at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question in a report.

    `total` is None where nothing is assessed (yet); `covered` and `missed` are point texts; `disputed` is the total
    before the candidate disagreed, None when they did not. `assessor` is "rules" or a language model's name ("" where
    the answer was not weighed); `shortened` says that a model did not read the beginning of the answer.
    """

    number: int
    question_id: str
    focus: str
    outcome: Outcome
    total: float | None
    covered: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    reason: str = ""
    disputed: float | None = None
    assessor: str = ""
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The report of an interview.

    `total` is the mean of the assessed answers' totals, None when none was assessed; `assessors` says who assessed them
    ("rules", or a language model's name); `self_rating` is what the candidate expected, 1 to 5, None when not said.
    `delivery` is of all that was spoken, None when nothing was; `usual_pace` as of the interview.
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
    self_rating: int | None = None
    delivery: Delivery | None = None
    usual_pace: float | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """One sitting. `id` is 0 until the store has given it one; `version` counts the saves.

    `plan` holds the questions in the order they will be asked; `turns` what was asked so far, the last one open or not.
    `self_rating` is how well it went in the candidate's own eyes, 1 to 5; 0 when they did not want to say, None before.
    `usual_pace` is how fast they spoke in earlier interviews, in words a minute; None when that is not known.
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
    self_rating: int | None = None
    usual_pace: float | None = None
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

    @property
    def address(self) -> str:
        """What its buttons name it by, known before it has an id: when it was started, in ms written to base 36."""
        left, digits = max(0, (self.started_at - _BEGINNING) // timedelta(milliseconds=1)), ""
        while left or not digits:
            left, digit = divmod(left, len(_DIGITS))
            digits = _DIGITS[digit] + digits
        return digits


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a candidate asked for when starting an interview."""

    role: Role
    mode: Mode = Mode.MOCK
    questions: int = 5
    seniority: Seniority = Seniority.MID


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a candidate wants of every interview.

    `hide_numbers` shows feedback in words only. `reply` is how questions come. `language` is the code of the language
    that voice notes are in, "" when it is to be found out. `keep_recordings` keeps the sound of voice notes.
    """

    hide_numbers: bool = False
    reply: ReplyStyle = ReplyStyle.TEXT
    language: str = "en"
    keep_recordings: bool = False
