"""What follows from a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.accounts import Account, LinkCode
    from core.effects import Effect
    from core.model import Interview, Preferences


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows from a message: the interview afterwards and what is to be done; most of the rest as `ports.Change`.

    `forgets` deletes all that is kept of the candidate, and `forgets_recordings` all sound that is.
    """

    interview: Interview | None
    effects: tuple[Effect, ...]
    preferences: Preferences | None = None
    code: LinkCode | None = None
    joins: str = ""
    leaves: tuple[Account, ...] = ()
    forgets: bool = False
    forgets_recordings: bool = False
