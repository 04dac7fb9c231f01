"""How far an interview has come by one step, for whoever keeps count of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.model import Interview, Turn


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether an interview began or ended with a step, and the turns that were closed by it.

    It ends once: an attempt made after its report does not begin it anew.
    """

    begun: bool = False
    ended: bool = False
    closed: tuple[Turn, ...] = ()


def progress(before: Interview | None, after: Interview) -> Progress:
    """What a step from one interview to the next one did; `before` is None for a new one."""
    if before is None:
        return Progress(begun=True)
    known = before.turns
    closed = (
        turn
        for number, turn in enumerate(after.turns)
        if turn.outcome is not None and (number >= len(known) or known[number].outcome is None)
    )
    ended = before.report is None and before.is_open and not after.is_open
    return Progress(ended=ended, closed=tuple(closed))
