"""Fetches what was written to the bot while it was not connected, before anything newer of the same chat is taken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import discord

from adapters.discord.failures import FAILED, is_passing
from adapters.discord.inbound import as_inbounds

PER_CHAT, LOOKED_THROUGH = 100, 1_000
"""So many messages of people are fetched of a chat, and so many looked through, most of which may be the bot's own."""
AT_ONCE = 4
LONGEST_PAUSE_S = 60.0
LastSeen = Callable[[], Awaitable[Mapping[str, str]]]
Take = Callable[[discord.Message], Awaitable[None]]
_KNOWN_FOR = timedelta(days=1)
"""How long what was taken is surely recognised when it is taken again; the store remembers it for longer."""
_WANTED, _ANY_TIME = range(2)
"""How soon a chat is fetched: those where somebody waits come first."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Chat:
    """What came after `newest` has to be fetched; when that fails, again after `pause_s`."""

    newest: int
    pause_s: float
    is_wanted: bool = False
    is_begun: bool = False
    fetched: asyncio.Event = field(default_factory=asyncio.Event)


class Missed:
    def __init__(self, last_seen: LastSeen | None, first_pause_s: float = 1.0) -> None:
        self._last_seen = last_seen
        self._first_pause_s = first_pause_s
        self._chats: dict[str, _Chat] = {}
        self._queue = asyncio.PriorityQueue[tuple[int, str]]()
        self._work: asyncio.Task[None] | None = None
        self._known = asyncio.Event()
        if last_seen is None:
            self._known.set()

    def begin(self, client: discord.Client, take: Take) -> None:
        """A new session has begun; called before any message of it is taken."""
        if self._last_seen is not None:
            self._halt()
            self._work = asyncio.create_task(self._fetch_all(self._last_seen, client, take))

    async def before(self, name: str) -> None:
        """Wait until nothing is missed of that chat any more, however often its fetching fails."""
        while wait := self._not_yet(name):
            await wait.wait()

    async def end(self) -> None:
        """Stop fetching; who waits goes on waiting, for the next session fetches it."""
        if (work := self._work) is not None:
            self._halt()
            await asyncio.gather(work, return_exceptions=True)

    def _halt(self) -> None:
        self._known.clear()
        if self._work is not None:
            self._work.cancel()
        for chat in self._chats.values():
            chat.fetched.set()
        self._chats = {}
        self._queue = asyncio.PriorityQueue()

    def _not_yet(self, name: str) -> asyncio.Event | None:
        """What has to happen before anything new of a chat is taken; it is fetched first from now on."""
        if not self._known.is_set():
            return self._known
        chat = self._chats.get(name)
        if chat is None:
            return None
        if not chat.is_wanted:
            chat.is_wanted = True
            self._queue.put_nowait((_WANTED, name))
        return chat.fetched

    async def _fetch_all(self, last_seen: LastSeen, client: discord.Client, take: Take) -> None:
        for name, newest in (await self._marks(last_seen)).items():
            if name.isdecimal() and newest.isdecimal():
                self._chats[name] = _Chat(int(newest), self._first_pause_s)
                self._queue.put_nowait((_ANY_TIME, name))
        self._known.set()
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._fetch_each(client, take))

    async def _marks(self, last_seen: LastSeen) -> Mapping[str, str]:
        """The newest message of each chat, asked for until there is an answer: without it all would be lost."""
        pause = self._first_pause_s
        while True:
            try:
                return await last_seen()
            except Exception as error:  # noqa: BLE001 - whatever failed, what was missed is still to be fetched
                _log.warning("Missed messages could not be asked for: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _fetch_each(self, client: discord.Client, take: Take) -> None:
        while True:
            _, name = await self._queue.get()
            chat = self._chats.get(name)
            if chat is not None and not chat.is_begun:
                chat.is_begun = True
                await self._fetch(client, name, chat, take)

    async def _fetch(self, client: discord.Client, name: str, chat: _Chat, take: Take) -> None:
        try:
            await _take_since(client, int(name), chat.newest, take)
        except Exception as error:  # noqa: BLE001 - one chat that fails must not hold up the others
            _log.warning("Missed messages of a chat could not be fetched: %s", type(error).__name__)
            if isinstance(error, FAILED) and is_passing(error):
                asyncio.get_running_loop().call_later(chat.pause_s, self._again, name, chat)
                return
        del self._chats[name]
        chat.fetched.set()

    def _again(self, name: str, chat: _Chat) -> None:
        if self._chats.get(name) is chat:
            chat.is_begun = False
            chat.pause_s = min(2 * chat.pause_s, LONGEST_PAUSE_S)
            self._queue.put_nowait((_WANTED if chat.is_wanted else _ANY_TIME, name))


async def _take_since(client: discord.Client, chat: int, newest: int, take: Take) -> None:
    """Take what people wrote; not in a thread, where others write too and only forms are read."""
    missed: list[discord.Message] = []
    is_direct, looked_at = False, 0
    async for message in _since(client, chat, newest):
        looked_at += 1
        if not message.author.bot and (message.id > newest or _may_lack_a_part(message)):
            missed.append(message)
        if not is_direct and (missed or looked_at == PER_CHAT):  # before more is fetched of a thread that is long
            is_direct = await _is_direct(client, chat)
            if not is_direct:
                return
    for message in missed[:PER_CHAT]:
        await take(message)


def _may_lack_a_part(newest: discord.Message) -> bool:
    """Whether it is several to the core, which may not have got the last of them; what it has got changes nothing."""
    return len(as_inbounds(newest)) > 1 and discord.utils.utcnow() - newest.created_at < _KNOWN_FOR


def _since(client: discord.Client, chat: int, newest: int) -> AsyncIterator[discord.Message]:
    """The newest that was taken, and what came after it."""
    channel = client.get_partial_messageable(chat)
    return channel.history(limit=LOOKED_THROUGH, after=discord.Object(max(newest - 1, 0)), oldest_first=True)


async def _is_direct(client: discord.Client, chat: int) -> bool:
    channel = client.get_channel(chat) or await client.fetch_channel(chat)
    return isinstance(channel, discord.DMChannel)
