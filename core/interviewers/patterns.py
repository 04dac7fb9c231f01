"""Puts many patterns together, so that a text is gone through a few times and not once for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_A_WORD = r"\b"


def together(patterns: Sequence[str], *beginnings: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of which one is found wherever one of the given is; those with the same beginning have become one.

    A pattern that has alternatives stands in brackets, or each of them has that beginning.
    """
    others = (pattern for pattern in patterns if not pattern.startswith(beginnings))
    return (*(_joined(patterns, beginning) for beginning in beginnings), *map(re.compile, others))


def _joined(patterns: Sequence[str], beginning: str) -> re.Pattern[str]:
    ends = (pattern.removeprefix(beginning) for pattern in patterns if pattern.startswith(beginning))
    return re.compile(f"{beginning}(?:{'|'.join(ends)})")
