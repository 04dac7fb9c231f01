"""What the core needs from outside, and the errors that may come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.effects import Effect
    from core.messages import Outbound
    from core.model import Assessment, Consideration, Conversation, HistoryPage, Interview, Report, Role, Turn


class DeliveryError(Exception):
    """A message could not be delivered; it stays pending."""


class StoreError(Exception):
    """The store could not do what it was asked. The message is one sentence for a person, and says what to do."""


class StoreUnavailableError(StoreError):
    """Nothing was saved: the disk is full or read-only, or the database is locked or broken."""


class StoreInUseError(StoreUnavailableError):
    """The database is open in another process of the bot."""


class StaleInterviewError(StoreError):
    """The interview was changed by somebody else since it was loaded; nothing was saved."""


class AlreadySeenError(StoreError):
    """This inbound message was taken before; nothing was saved."""


class RoleMissingError(StoreError):
    """The role or a question of a stored interview is no longer in the role files."""


class Interviewer(Protocol):
    """Considers and assesses answers."""

    async def consider(self, role: Role, turn: Turn) -> Consideration:
        """What kind of message the latest answer is, what is missing, and a follow-up that asks for it."""
        ...

    async def assess(self, role: Role, turn: Turn) -> Assessment:
        """The levels of all answers of the turn together, with evidence quoted from them."""
        ...

    async def strengthen(self, role: Role, turn: Turn) -> str:
        """The candidate's own answer one level up, from their facts only; gaps are blanks to fill."""
        ...


class Platform(Protocol):
    """A place where candidates are spoken to."""

    async def send(self, conversation: Conversation, message: Outbound, key: str) -> None:
        """Deliver a message; the same `key` means the same message again. Raises DeliveryError when it cannot be."""
        ...


class Clock(Protocol):
    """The time, so that tests can own it."""

    def now(self) -> datetime:
        """The time now, in UTC, with time zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class PendingEffect:
    """An effect on disk that has not been performed yet. `interview` is None for replies outside an interview."""

    id: int
    candidate: int
    conversation: Conversation
    effect: Effect
    interview: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """All that one step changes, saved in one transaction or not at all.

    `before` and `after` are the interview as it was loaded and as it is now (`before` None for a new one, both None
    when no interview is concerned). `inbound_id` is recorded as seen. `performed` is the id of the pending effect whose
    result this is; it is removed.
    """

    candidate: int
    conversation: Conversation
    before: Interview | None = None
    after: Interview | None = None
    effects: tuple[Effect, ...] = ()
    inbound_id: str | None = None
    performed: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save gave: the interview with its id and version, and the effects with their ids, in order."""

    interview: Interview | None
    pending: tuple[PendingEffect, ...]


class Store(Protocol):
    """Keeps everything. Every method raises StoreUnavailableError when the database cannot be used."""

    async def candidate(self, conversation: Conversation) -> int:
        """The id of the candidate behind an account, who is made at the first contact."""
        ...

    async def open_interview(self, candidate: int) -> Interview | None:
        """The candidate's open interview, or None. Raises RoleMissingError when its questions are gone."""
        ...

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        """That interview if it is this candidate's own, else None. Raises RoleMissingError as above."""
        ...

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        """The report of that interview of the candidate's own, of the newest one that has a report when None."""
        ...

    async def save(self, change: Change) -> Saved:
        """Save a change. Raises AlreadySeenError or StaleInterviewError, and then nothing is saved."""
        ...

    async def close_unreadable(self, candidate: int) -> None:
        """Mark the open interview as dropped although its role is gone; nothing of it is deleted."""
        ...

    async def pending(self) -> Sequence[PendingEffect]:
        """All pending effects, oldest first."""
        ...

    async def performed(self, effect_id: int) -> None:
        """Remove a pending effect that has been performed."""
        ...

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        """The ids of the questions of a role that this candidate was asked, newest first, at most 50."""
        ...

    async def history(self, candidate: int, before: int | None = None, limit: int = 10) -> HistoryPage:
        """A page of the candidate's interviews with ids below `before` (None for the newest)."""
        ...
