from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.roles import BUILT_IN, load_roles
from core.messages import (
    Block,
    BlockStyle,
    Choice,
    CommandSent,
    Inbound,
    Outbound,
    OutboundKind,
    TextEdited,
    TextSent,
    VoiceSent,
)
from core.model import Conversation
from tests.wires.discord import Channel, DiscordServer, Guild, User

Wanted = TypeVar("Wanted", TextSent, VoiceSent, TextEdited, CommandSent)
ROLES = tuple(load_roles([BUILT_IN]).roles.values())
QUESTION = Outbound(
    OutboundKind.QUESTION,
    (Block(BlockStyle.SMALL, "Question 1 of 3 · Debugging"), Block(BlockStyle.TEXT, "What broke last?")),
    (Choice("Hint", "hint", "#7", 2), Choice("Skip", "skip", "#7", 2), Choice("Finish", "stop", "#7", 2)),
)


class Core:
    """Stands for the core: keeps what it receives, once each, and fails when it is told to."""

    def __init__(self) -> None:
        self.received: list[Inbound] = []
        self.seen_typing: list[Conversation] = []
        self.seen: dict[str, str] = {}
        self.refusal: Exception | None = None
        self.drops = False
        self.held: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self._came = asyncio.Condition()

    async def receive(self, inbound: Inbound) -> bool:
        if inbound.conversation.chat in self.held or not self.held:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        if self.drops:
            return False
        async with self._came:
            if (inbound.conversation.chat, inbound.inbound_id) not in self._known():
                self.received.append(inbound)
            self._came.notify_all()
        return True

    def typing(self, conversation: Conversation) -> None:
        self.seen_typing.append(conversation)

    async def last_seen(self) -> Mapping[str, str]:
        return self.seen

    async def got(self, kind: type[Wanted], number: int = 0) -> Wanted:
        """That message of a kind, counted from 0, as soon as it is there."""
        async with asyncio.timeout(5), self._came:
            while len(found := [one for one in self.received if isinstance(one, kind)]) <= number:
                await self._came.wait()
            return found[number]

    def _known(self) -> set[tuple[str, str]]:
        return {(one.conversation.chat, one.inbound_id) for one in self.received}


Start = Callable[..., contextlib.AbstractAsyncContextManager[DiscordPlatform]]


@pytest.fixture(autouse=True)
def no_pause_between_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord lets a bot identify once in 5 s, and the library waits for that long."""

    async def at_once(self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
        pass

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
def ana(server: DiscordServer) -> User:
    return server.world.user("ana")


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.world.guild()


@pytest.fixture
def start(server: DiscordServer, core: Core) -> Start:
    """Starts the bot, and ends it."""

    @asynccontextmanager
    async def started(**settings: Any) -> AsyncIterator[DiscordPlatform]:
        given: dict[str, Any] = {"receive": core.receive, "typing": core.typing, "roles": ROLES, "first_pause_s": 0.01}
        given |= {"last_seen": core.last_seen, "api_base_url": server.url} | settings
        platform = DiscordPlatform(server.token, **given)
        running = asyncio.create_task(platform.run())
        try:
            await server.connected()
            yield platform
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return started


@pytest.fixture
async def platform(start: Start, guild: Guild) -> AsyncIterator[DiscordPlatform]:
    async with start() as platform:
        yield platform


def unstarted(server: DiscordServer, core: Core, token: str | None = None, **more: Any) -> DiscordPlatform:
    return DiscordPlatform(
        token or server.token,
        receive=core.receive,
        typing=core.typing,
        roles=ROLES,
        api_base_url=server.url,
        first_pause_s=0.01,
        **more,
    )


def in_chat(channel: Channel, user: User) -> Conversation:
    return Conversation("discord", channel.id, user.id)


def saying(*texts: str, kind: OutboundKind = OutboundKind.NOTICE, choices: tuple[Choice, ...] = ()) -> Outbound:
    return Outbound(kind, tuple(Block(BlockStyle.TEXT, text) for text in texts), choices)


def asking(**changes: Any) -> Outbound:
    return replace(QUESTION, **changes)
