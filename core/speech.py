"""What is spoken: voice notes, what was heard in them, and speech made of text. Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


LARGEST_NOTE_BYTES = 20_000_000
"""Of a voice note; it is what Telegram gives bots at most, and the same everywhere."""


class ReplyStyle(StrEnum):
    """How the interviewer's questions come: written, spoken with the text beside it, or written and then spoken."""

    TEXT = "text"
    VOICE = "voice"
    BOTH = "both"


class SoundProblem(StrEnum):
    """Why a voice note could not be used."""

    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    SILENT = "silent"
    NO_SOUND = "no_sound"
    UNREADABLE = "unreadable"
    TOO_SLOW = "too_slow"
    GONE = "gone"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class VoiceNote:
    """A sound that a candidate sent: `reference` is all that its platform needs to fetch it, after a restart too.

    `seconds` and `size` (in bytes) are what the platform says of it, None where it does not.
    """

    reference: str
    seconds: float | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a sound, from `start` to `end`."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was heard, when, and how likely it is to be just that word: 0.0 to 1.0."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was heard in a sound of `seconds`: its text, its words, and the spans in which somebody spoke.

    `language` is a code as in "en". `missing_s` is how much less sound came than its platform had declared, 0.0 for
    none.
    """

    text: str
    words: tuple[Word, ...]
    spans: tuple[Span, ...]
    seconds: float
    language: str
    missing_s: float = 0.0

    @property
    def confidence(self) -> float:
        """The mean probability of the words, 0.0 to 1.0; 0.0 without any."""
        return sum(word.probability for word in self.words) / len(self.words) if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """How an utterance was spoken. `note` is the id of the message it came in, `kept` whether its sound is kept.

    `words` compare as a tuple does; a store may make them only when they are looked at, as they are many.
    """

    note: str
    seconds: float
    words: Sequence[Word]
    spans: tuple[Span, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """How something was said aloud; never part of a level.

    `words` were heard in `seconds` of recording, of which somebody spoke for `speaking_s`. `pauses` are those of 2 s or
    more within it, `first_word_s` is the silence before it, `fillers` is how many were heard at least; they are no
    words.
    """

    words: int
    seconds: float
    speaking_s: float
    pauses: tuple[float, ...] = ()
    first_word_s: float = 0.0
    fillers: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a voice note whose sound is kept: of the interview with that id, from the note with that id."""

    interview: int
    note: str
    span: Span


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound to be sent: OGG/Opus, 48 kHz mono. `waveform` has at most 256 points of one byte each, 0 for silence."""

    sound: bytes
    seconds: float
    waveform: bytes
