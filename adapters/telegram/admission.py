"""Who may use the bot."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from core.recent import Lately

_PAUSE_S = 3_600.0


class Admission:
    """Everyone, or only the accounts that the owner lets in."""

    def __init__(self, allowed: Collection[int], clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed = frozenset(allowed)
        self._told = Lately(_PAUSE_S, clock)

    def admits(self, account: int) -> bool:
        return not self._allowed or account in self._allowed

    def is_to_be_told(self, account: int) -> bool:
        """Whether somebody has not been told for an hour that they are not let in; asking counts as telling."""
        return self._told.first(account)
