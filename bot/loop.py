"""The loop on which a process that serves lives, in which everybody's turn comes soon.

asyncio carries on with all connections of which something has come before it looks at anything else. Where 200 replies
come at once that is a tenth of a second, in which a message that comes meanwhile is not even shown to be worked on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from selectors import DefaultSelector, SelectorKey
from typing import Any, TypeVar

Result = TypeVar("Result")
_AT_ONCE = 2
"""So many connections are carried on with in one round of the loop."""


class FewAtOnce(DefaultSelector):
    """Tells of a few at a time of which something has come, and of all of these before it looks for more."""

    def __init__(self) -> None:
        super().__init__()
        self._left: list[tuple[SelectorKey, int]] = []

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """As that of any selector; what is no longer waited for in the way in which it was is left out."""
        self._left = [one for one in self._left if self._is_waited_for(one[0])] or super().select(timeout)
        told, self._left = self._left[:_AT_ONCE], self._left[_AT_ONCE:]
        return told

    def _is_waited_for(self, key: SelectorKey) -> bool:
        return self.get_map().get(key.fd) is key


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """As `asyncio.run`."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(FewAtOnce())) as runner:
        return runner.run(main)
