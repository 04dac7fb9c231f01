"""How often a test goes round: a few times in `make test`, as often as it takes to be sure in `make test-full`."""

from __future__ import annotations

import os

FULL = os.environ.get("FULL_ROUNDS") == "1"
"""Whether this is the run that takes its time; `make test-full` sets it."""


def rounds(quick: int, full: int) -> int:
    """Either count, by the run that this is: every kind of case is in both, the full one has more of each."""
    return full if FULL else quick
