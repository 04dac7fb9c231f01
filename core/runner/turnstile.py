"""Lets one step of a candidate through at a time, and knows when an account has become another candidate's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from core.model import Conversation
    from core.ports import Store


class Turnstile:
    """A lock for each candidate; none waits for another."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._moves = 0

    def lock(self, candidate: int) -> asyncio.Lock:
        """The lock of a candidate."""
        lock = self._locks.get(candidate)
        if lock is None:
            lock = self._locks[candidate] = asyncio.Lock()
        return lock

    @asynccontextmanager
    async def holder(self, where: Conversation) -> AsyncIterator[int]:
        """The candidate behind an account, with their lock held. Who waited while accounts moved is looked up again."""
        while True:
            moves = self._moves
            candidate = await self._store.candidate(where)
            async with self.lock(candidate):
                if moves == self._moves:
                    yield candidate
                    return

    def moved(self) -> None:
        """An account has become another candidate's; to be said with the lock held under which that was saved."""
        self._moves += 1
