"""What is to be done after a step, in the imperative. Turns are named by their index in the interview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

# Needed at run time, where values are read back from JSON.
from core.messages import Outbound  # noqa: TC001
from core.model import Conversation  # noqa: TC001
from core.speech import VoiceNote  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to the candidate, to another conversation than the one that it comes of where `to` names it."""

    message: Outbound
    to: Conversation | None = None


@dataclass(frozen=True, slots=True)
class TranscribeNote:
    """Fetch the voice note of a message and have it transcribed."""

    message_id: str
    note: VoiceNote


@dataclass(frozen=True, slots=True)
class SettleAnswer:
    """Wait for the quiet gap, then report that the answer has settled."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class ConsiderAnswer:
    """Ask the interviewer what to make of the answer."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class AssessAnswer:
    """Ask the interviewer to assess the answer."""

    turn: int


@dataclass(frozen=True, slots=True)
class StrengthenAnswer:
    """Ask the interviewer for a stronger version of the answer."""

    turn: int


@dataclass(frozen=True, slots=True)
class AwaitReport:
    """Wait for the last assessments and the self-rating, then report that the report is due."""

    last: bool = False


Effect = Send | TranscribeNote | SettleAnswer | ConsiderAnswer | AssessAnswer | StrengthenAnswer | AwaitReport


def reworded(effects: Iterable[Effect], word: Callable[[Outbound], Outbound]) -> tuple[Effect, ...]:
    """The effects with every message changed by `word`."""
    return tuple(
        replace(effect, message=word(effect.message)) if isinstance(effect, Send) else effect for effect in effects
    )
