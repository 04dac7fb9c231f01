"""A candidate's accounts on several platforms, and the codes by which they are joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Conversation


@dataclass(frozen=True, slots=True)
class Account:
    """A candidate's identity on a platform; `joined` says that it came to its candidate by a link, and can leave it.

    `chat` is where it was when it was joined with another, "" before.
    """

    platform: str
    external_id: str
    joined: bool = False
    chat: str = ""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code by which another account joins its maker's candidate, once: a digest of it is kept in its place."""

    digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeMaker:
    """The candidate who made a code, and where they did."""

    candidate: int
    conversation: Conversation
