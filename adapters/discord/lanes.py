"""One lane for each chat: what comes from one chat is taken in order, and no chat waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

WAITING_IN_A_CHAT = 50
AT_ONCE = 32


class LaneFullError(Exception):
    """Too much of one chat is waiting already."""


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Lanes:
    """`before` is waited for first in every turn, and keeps no other chat waiting."""

    def __init__(self, before: Callable[[str], Awaitable[None]]) -> None:
        self._before = before
        self._lanes: dict[str, _Lane] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self, chat: str) -> AsyncIterator[None]:
        """The turn of whoever entered this chat's lane first. Raises LaneFullError."""
        lane = self._lanes.setdefault(chat, _Lane())
        if lane.waiting >= WAITING_IN_A_CHAT:
            raise LaneFullError
        lane.waiting += 1
        try:
            async with lane.lock:
                await self._before(chat)
                async with self._places:
                    yield
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                del self._lanes[chat]
