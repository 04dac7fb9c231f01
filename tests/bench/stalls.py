"""How long an event loop stands still."""

from __future__ import annotations

import asyncio
import time
from typing import Self

_BEAT_S = 0.010


class Heartbeat:
    """Beats as long as it is entered. `longest_s` is the longest time that a beat came too late."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._beating:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    async def _beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_BEAT_S)
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - last - _BEAT_S)
            last = now
