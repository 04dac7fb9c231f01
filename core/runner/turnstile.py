"""Lets one step of a candidate through at a time, and knows when an account has become another candidate's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from core.recent import Recent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from core.model import Conversation
    from core.ports import Store


class Turnstile:
    """A lock for each candidate; none waits for another. Where it is `shared`, other processes move accounts, too."""

    def __init__(self, store: Store, *, shared: bool) -> None:
        self._store = store
        self._shared = shared
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._moves = 0
        self._holders: Recent[Conversation, int] = Recent()

    @asynccontextmanager
    async def lock(self, candidate: int) -> AsyncIterator[None]:
        """Hold the lock of a candidate, here and wherever else. Raises StoreUnavailableError."""
        lock = self._locks.get(candidate)
        if lock is None:
            lock = self._locks[candidate] = asyncio.Lock()
        async with lock, self._store.alone(candidate):
            yield

    @asynccontextmanager
    async def holder(self, where: Conversation) -> AsyncIterator[int]:
        """The candidate behind an account, with their lock held. Who waited while accounts moved is looked up again."""
        while True:
            moves = self._moves
            candidate = await self.candidate(where)
            async with self.lock(candidate):
                if await self._is_still(candidate, where, moves):
                    self._holders.put(where, candidate)
                    yield candidate
                    return
            self._holders.drop(where)

    async def candidate(self, where: Conversation) -> int:
        """Whose account it is; what was found is remembered until this process moves an account. Raises StoreError."""
        known = self._holders.get(where)
        if known is None:
            moves = self._moves
            known = await self._store.candidate(where)
            if moves == self._moves:
                self._holders.put(where, known)
        return known

    async def _is_still(self, candidate: int, where: Conversation, moves: int) -> bool:
        """Whether an account belongs to a candidate as it did when so many moves had been made."""
        return candidate == await self._store.candidate(where) if self._shared else moves == self._moves

    def moved(self) -> None:
        """An account has become another candidate's; to be said with the lock held under which that was saved."""
        self._moves += 1
        self._holders = Recent()
