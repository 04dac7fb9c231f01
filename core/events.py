"""What happened to an interview, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - one rule for all modules of values
from enum import StrEnum

from core.model import Assessment, Consideration, Stronger  # noqa: TC001 - one rule for all modules of values
from core.speech import SoundProblem, Transcription, VoiceNote  # noqa: TC001


class Command(StrEnum):
    """What a candidate can ask of an open interview, by command, button or a plain wish."""

    SKIP = "skip"
    HINT = "hint"
    REPEAT = "repeat"
    CLARIFY = "clarify"
    PAUSE = "pause"
    RESUME = "resume"
    STATUS = "status"
    STOP = "stop"
    DROP = "drop"
    RETRY = "retry"
    NEXT = "next"
    DONE = "done"
    WAIT = "wait"
    RATE = "rate"
    DISAGREE = "disagree"
    USE = "use"
    RECORD_AGAIN = "again"
    STRONGER = "stronger"


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The candidate sent a message that is not a command; the last three as of `messages.TextSent`."""

    text: str
    message_id: str
    at: datetime
    turn: int | None = None
    address: str = ""
    replies_to: str = ""


@dataclass(frozen=True, slots=True)
class NoteReceived:
    """The candidate sent a voice note."""

    note: VoiceNote
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteTranscribed:
    """The voice note of a message has been transcribed; `kept` says that its sound is kept."""

    message_id: str
    transcription: Transcription
    at: datetime
    kept: bool = False


@dataclass(frozen=True, slots=True)
class NoteRefused:
    """The voice note of a message cannot be used. `longest_s` is how long one may be, in seconds, where it is known."""

    message_id: str
    problem: SoundProblem
    at: datetime
    longest_s: float | None = None


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The candidate changed a message sent earlier."""

    text: str
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """The candidate gave a command; `turn` is the turn its button belonged to, None for a typed command.

    `argument` is what came with it: a level for `rate`, a question's number for `retry`, `stronger` and `disagree`,
    a voice note's message for `use` and `again`.
    """

    command: Command
    at: datetime
    turn: int | None = None
    argument: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSettled:
    """The quiet gap after the answer's last message has passed; `revision` is the turn's when waiting began."""

    turn: int
    revision: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerConsidered:
    """The interviewer has considered the answer of a turn as it stood at `revision`."""

    turn: int
    revision: int
    consideration: Consideration
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerAssessed:
    """The answer of a turn has been assessed."""

    turn: int
    assessment: Assessment
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerStrengthened:
    """A stronger version of the answer of a turn has been written."""

    turn: int
    stronger: Stronger
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportDue:
    """The candidate has waited long enough for the report; `last` when the self-rating is not waited for any more."""

    last: bool
    at: datetime


Event = (
    MessageReceived
    | NoteReceived
    | NoteTranscribed
    | NoteRefused
    | MessageEdited
    | CommandGiven
    | AnswerSettled
    | AnswerConsidered
    | AnswerAssessed
    | AnswerStrengthened
    | ReportDue
)
