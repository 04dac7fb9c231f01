"""The loop on which a process that serves lives, in which everybody's turn comes soon.

asyncio carries on with everything that has come before it looks at anything else. Where 200 replies come at once that
is a tenth of a second, for which whoever has been waiting for a timer or for a thread would wait as well. What comes
meanwhile is told in its order, after them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from selectors import DefaultSelector, SelectorKey
from typing import Any, TypeVar

Result = TypeVar("Result")
Event = tuple[SelectorKey, int]
_AT_ONCE = 2
"""Of so much that has come is told in one round of the loop."""


class LittleAtOnce(DefaultSelector):
    """Tells of a little at a time of what has come, and of all of that before it looks for more."""

    def __init__(self) -> None:
        super().__init__()
        self._left: deque[Event] = deque()

    def select(self, timeout: float | None = None) -> list[Event]:
        """As that of any selector; what is no longer waited for in the way in which it was is left out."""
        if told := self._some():
            return told
        self._left.extend(super().select(timeout))
        return self._some()

    def _some(self) -> list[Event]:
        told = list[Event]()
        while self._left and len(told) < _AT_ONCE:
            key, events = self._left.popleft()
            if self._is_waited_for(key):
                told.append((key, events))
        return told

    def _is_waited_for(self, key: SelectorKey) -> bool:
        return self.get_map().get(key.fd) is key


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """As `asyncio.run`, on such a loop."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(LittleAtOnce())) as runner:
        return runner.run(main)
