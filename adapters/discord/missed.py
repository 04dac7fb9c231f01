"""Fetches what was written to the bot while it was not connected, before anything newer of the same chat is taken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import discord

from adapters.discord.failures import FAILED
from core.ports import StoreError

PER_CHAT = 100
AT_ONCE = 4
LastSeen = Callable[[], Awaitable[Mapping[str, str]]]
_log = logging.getLogger(__name__)


class Missed:
    def __init__(self, last_seen: LastSeen | None) -> None:
        self._last_seen = last_seen
        self._beginning: asyncio.Task[None] | None = None
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def begin(self, client: discord.Client, take: Callable[[discord.Message], Awaitable[None]]) -> None:
        """A new session has begun; called before any message of it is taken."""
        if self._last_seen is not None:
            self._beginning = asyncio.create_task(self._begin(self._last_seen, client, take))

    async def before(self, chat: str) -> None:
        """Wait until nothing is missed of that chat any more."""
        if self._beginning is not None:
            await asyncio.wait([self._beginning])
        if fetching := self._fetching.get(chat):
            await asyncio.wait([fetching])

    async def end(self) -> None:
        """Stop fetching; what was not taken is fetched the next time."""
        tasks = [*self._fetching.values(), *([self._beginning] if self._beginning else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._beginning = None

    async def _begin(
        self, last_seen: LastSeen, client: discord.Client, take: Callable[[discord.Message], Awaitable[None]]
    ) -> None:
        try:
            seen = await last_seen()
        except StoreError as error:
            _log.warning("Missed messages could not be asked for: %s", type(error).__name__)
            return
        for chat, newest in seen.items():
            if chat.isdecimal() and newest.isdecimal() and chat not in self._fetching:
                task = asyncio.create_task(self._fetch(client, chat, newest, take))
                self._fetching[chat] = task

    async def _fetch(
        self, client: discord.Client, chat: str, newest: str, take: Callable[[discord.Message], Awaitable[None]]
    ) -> None:
        try:
            async with self._places:
                async for message in _since(client, int(chat), int(newest)):
                    await take(message)
        except FAILED as error:
            _log.warning("Missed messages of a chat could not be fetched: %s", type(error).__name__)
        finally:
            del self._fetching[chat]


def _since(client: discord.Client, chat: int, newest: int) -> AsyncIterator[discord.Message]:
    channel = client.get_partial_messageable(chat)
    return channel.history(limit=PER_CHAT, after=discord.Object(newest), oldest_first=True)
