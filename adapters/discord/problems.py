"""Why something was not taken, and how often its writer is told so."""

from __future__ import annotations

from typing import NamedTuple

from adapters.discord import wording
from core.wording import refusals

MINUTE_S, HOUR_S = 60.0, 3_600.0


class Problem(NamedTuple):
    """`said` is "" where the core has said it; `rests_s` is how long it is not said again to who goes on writing."""

    said: str
    rests_s: float = 0.0


NOT_UNDERSTOOD = Problem(wording.NOT_UNDERSTOOD, MINUTE_S)
TEXT_ONLY = Problem(wording.TEXT_ONLY, MINUTE_S)
FORWARDED = Problem(wording.FORWARDED, MINUTE_S)
TOO_MANY_SOUNDS = Problem(wording.TOO_MANY_SOUNDS)
TOO_MANY = Problem(wording.TOO_MANY, MINUTE_S)
CATCHING_UP = Problem(wording.CATCHING_UP)
NOT_DONE = Problem(wording.NOT_DONE)
NOT_SAVED = Problem(wording.NOT_SAVED)
LOST = Problem(wording.LOST)
DROPPED = Problem("")


def not_let_in(account: int) -> Problem:
    return Problem(refusals.not_let_in("Discord", str(account)), HOUR_S)
