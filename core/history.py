"""What is kept of earlier interviews, as a candidate looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Mode, Phase, Utterance
    from core.roles import Seniority


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

    `older` and `newer` are the ids to continue from (of the page's last and first item), None at either end.
    """

    items: tuple[HistoryItem, ...] = ()
    interviews: int = 0
    average: float | None = None
    older: int | None = None
    newer: int | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that was said in an interview, turn by turn, whether or not its role is still there.

    `total` is the report's, None where there is no score.
    """

    interview: int
    role_title: str
    mode: Mode
    seniority: Seniority
    phase: Phase
    started_at: datetime
    turns: tuple[tuple[Utterance, ...], ...] = ()
    total: float | None = None
