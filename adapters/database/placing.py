"""Where a pending effect waits as a job, what it may not overtake, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from core.effects import (
    AssessAnswer,
    AwaitReport,
    ConsiderAnswer,
    Send,
    SettleAnswer,
    StrengthenAnswer,
    TranscribeNote,
)
from core.messages import Outbound
from core.model import Conversation
from core.ports import DeliveryError, PendingEffect, StaleInterviewError, StoreError, UnservedError

DELIVER, CONSIDER, MODEL, SPEECH, BACKGROUND = QUEUES = ("deliver", "consider", "model", "speech", "background")
"""What an interview cannot go on without has one of its own, as jobs of the others may all be busy for minutes."""
SHORT_PAUSES_S = (5.0, 15.0, 45.0, 135.0, 300.0)
"""After so many seconds what will pass by itself is tried again, and from then on after the last; our own choice."""
LONG_PAUSES_S = (60.0, 300.0, 3600.0)
"""The same for what somebody may have to mend."""
ELSEWHERE_S = 5.0
"""The same, each time, for what another process is to perform."""
_APART = 10
_SOON, _LOOKED_ON, _LATER, _LONG = 40, 30, 20, 10
"""Jobs of the highest priority go first. How often one has failed is how far it has moved away from its own.

With each failure it goes down by one, and yields; but a message goes up, as those that follow it wait for it. Whoever
looks for a job looks at all of a higher priority, whatever their queue: so those that wait for long have the lowest.
"""
_COUNTED = len(SHORT_PAUSES_S) - 1
"""More failures than these make no pause longer."""

_MESSAGES = "deliver:"


def named(queue: str) -> str:
    """What the owner calls a queue: the one that an interview cannot go on without belongs to its model."""
    return MODEL if queue == CONSIDER else queue


class BrokenOffError(Exception):
    """Something was cancelled that was waited for, and not by whoever had it performed."""


class Perform(Protocol):
    """Performs a pending effect to its end; `again` says that it has failed before. What it raises is tried again."""

    async def __call__(self, effect_id: int, *, again: bool) -> None: ...


class Deliver(Protocol):
    """Sends the message of an effect that was saved just now, to its end. What it raises is tried again."""

    async def __call__(self, pending: PendingEffect, message: Outbound) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A queue, a lock, and a priority.

    Of all jobs with the same lock one is performed at a time, the first of the highest priority, and the others wait
    for it even where it is to be tried again later.
    """

    queue: str
    lock: str | None = None
    priority: int = _LATER


def place(pending: PendingEffect) -> Place:
    """Where an effect waits. Messages to a conversation are sent in their order, whichever queue they are in."""
    effect = pending.effect
    match effect:
        case Send():
            sounds = effect.message.spoken or effect.message.excerpt
            return Place(SPEECH if sounds else DELIVER, f"{_MESSAGES}{_digest(pending.conversation)}", _SOON)
        case TranscribeNote():
            return Place(SPEECH, f"speech:{_digest(pending.conversation)}")
        case ConsiderAnswer():
            return Place(CONSIDER, f"consider:{pending.interview}", _SOON)
        case StrengthenAnswer():
            return Place(MODEL, f"strengthen:{pending.interview}:{effect.turn}", _LOOKED_ON)
        case AssessAnswer():
            return Place(MODEL, f"assess:{pending.interview}:{effect.turn}")
        case SettleAnswer() | AwaitReport():
            return Place(BACKGROUND, priority=_LATER if isinstance(effect, SettleAnswer) else _LONG)


_NOT_TOLD = (StaleInterviewError, UnservedError, BrokenOffError)
"""What the candidate has heard nothing of, so that they are told where the next try fails."""


def pause_s(error: BaseException, failures: int) -> float:
    """After how many seconds what failed, after so many failures before, is tried again."""
    if isinstance(error, StaleInterviewError) or not isinstance(error, Exception):
        return 0.0  # somebody was faster, or this process ends
    if isinstance(error, UnservedError):
        return ELSEWHERE_S
    passes = isinstance(error, (DeliveryError, StoreError, BrokenOffError))
    pauses = SHORT_PAUSES_S if passes else LONG_PAUSES_S
    return pauses[min(failures, len(pauses) - 1)]


def ranked(place: Place, error: BaseException) -> int:
    """The priority of what failed: below that of what has not, but above it for messages, which keep their order."""
    is_failure = isinstance(error, Exception) and not isinstance(error, _NOT_TOLD)
    if not is_failure or times_failed(place.priority) == _COUNTED:
        return place.priority
    is_message = (place.lock or "").startswith(_MESSAGES)
    return place.priority + 1 if is_message else place.priority - 1


def times_failed(priority: int) -> int:
    """How often a job of this priority has failed before, as far as that is counted."""
    return min(priority % _APART, -priority % _APART)


def has_failed(priority: int) -> bool:
    """Whether a job of this priority has failed before, and the candidate been told: nobody is told of a message."""
    return 0 < -priority % _APART <= _COUNTED


def _digest(where: Conversation) -> str:
    """A conversation in a few characters, whatever a platform calls it."""
    name = f"{where.platform}\0{where.chat}\0{where.account}"
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
