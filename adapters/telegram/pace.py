"""How fast calls follow each other: the library's limits for the bot as a whole, and one for each chat."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from adapters.telegram.failures import pause_s
from core.recent import Recent

BURST = 10
"""So many calls of a chat may follow each other at once: our own choice, Telegram speaks of short bursts only."""
_SHORTEST_HOLD_S = 1.0
_TYPING = "sendChatAction"
_Result = bool | dict[str, Any] | list[dict[str, Any]]
_Call = Callable[[], Coroutine[Any, Any, _Result]]


class Pace:
    """When each chat may be written to next: after a burst once in `every_s`, and not while Telegram wants a rest."""

    def __init__(self, every_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._clock = clock
        self._full: Recent[str, float] = Recent()  # when all that was sent to a chat is made up for

    def wait_s(self, chat: str) -> float:
        return max(self._behind_s(chat) - (BURST - 1) * self._every_s, 0.0)

    def count(self, chat: str) -> None:
        """A call is made."""
        self._full.put(chat, self._clock() + self._behind_s(chat) + self._every_s)

    def hold(self, chat: str, seconds: float) -> None:
        """Telegram wants a rest; after it there is no burst."""
        behind_s = max(self._behind_s(chat), seconds + (BURST - 1) * self._every_s)
        self._full.put(chat, self._clock() + behind_s)

    def _behind_s(self, chat: str) -> float:
        return max((self._full.get(chat) or 0.0) - self._clock(), 0.0)


class RateLimiter(AIORateLimiter):
    """The library's, where a chat that Telegram has enough of holds up no other: its own retries stop every call.

    The calls of a chat are made one after the other, so that the later of two edits stays. They wait as long as their
    callers do; only typing does not wait, as it would be shown when it is not true any more.
    """

    def __init__(self, every_s: float) -> None:
        super().__init__(max_retries=0)
        self._pace = Pace(every_s)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def process_request(  # noqa: PLR0913, PLR0917 - the library's
        self,
        callback: Callable[..., Coroutine[Any, Any, _Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Result:
        call = partial(super().process_request, callback, args, kwargs, endpoint, data, rate_limit_args)
        if "chat_id" not in data:
            return await call()
        chat = str(data["chat_id"])
        if endpoint == _TYPING:
            return await self._at_once(chat, call)
        async with self._locks.setdefault(chat, asyncio.Lock()):
            return await self._in_time(chat, call)

    async def _at_once(self, chat: str, call: _Call) -> _Result:
        if wait_s := self._pace.wait_s(chat):
            raise RetryAfter(math.ceil(wait_s))
        return await self._called(chat, call)

    async def _in_time(self, chat: str, call: _Call) -> _Result:
        while True:
            await asyncio.sleep(self._pace.wait_s(chat))
            self._pace.count(chat)
            with suppress(RetryAfter):
                return await self._called(chat, call)

    async def _called(self, chat: str, call: _Call) -> _Result:
        try:
            return await call()
        except RetryAfter as error:
            self._pace.hold(chat, max(pause_s(error), _SHORTEST_HOLD_S))
            raise
