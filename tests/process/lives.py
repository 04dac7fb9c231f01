"""The program, killed at any moment and started again, and what the platforms see of that."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from random import Random

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.process.enduring import Seat, until
from tests.process.home import Home
from tests.process.serving import Serving
from tests.wires.discord import DiscordServer
from tests.wires.ollama import OllamaServer
from tests.wires.telegram import TOKEN, TelegramServer
from tests.wires.telegram.forms import Form

MOST_DEEDS = 50
"""Before so many messages and replies of the model a process is killed, however quick the machine is.

A few assessments must have room in it, each of three replies that are saved together, or nobody would ever be done.
"""
LONGEST_DEED_S = 0.1
SENDING = 0.5
"""That it is killed just when a message has left it; else it is so a moment after anything was done."""
LONGEST_LIFE_S = 10.0


class TimedTelegram(TelegramServer):
    """Knows when what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._asked_at: list[float] = []
        self._polled_at: float | None = None
        self.sent = 0
        self.on_sent: Callable[[], None] = lambda: None

    def forget(self) -> None:
        """Another process begins."""
        self._asked_at, self._polled_at = [], None

    async def _read(self, request: web.Request) -> tuple[str, Form]:
        method, form = await super()._read(request)
        self._asked_at.append(time.monotonic())
        if method == "getUpdates":
            self._polled_at = self._polled_at or self._asked_at[-1]
        if method == "sendMessage":
            self.sent += 1
            self.on_sent()
        return method, form

    def ready_after_s(self) -> float | None:
        """From the first request to the first poll, or until now; None where nothing was asked for."""
        return (self._polled_at or time.monotonic()) - self._asked_at[0] if self._asked_at else None


class TimedDiscord(DiscordServer):
    """Knows when it was asked for anything, and when a session was ready."""

    def __init__(self) -> None:
        super().__init__()
        self._asked_at: list[float] = []
        self._ready_at: float | None = None
        self.sent = 0
        self.on_sent: Callable[[], None] = lambda: None

    def forget(self) -> None:
        """Another process begins."""
        self._asked_at, self._ready_at = [], None

    async def _answered(self, request: web.Request, handler: Handler) -> web.Response:
        self._asked_at.append(time.monotonic())
        if request.method == "POST" and request.path.endswith("/messages"):
            self.sent += 1
            self.on_sent()
        return await super()._answered(request, handler)

    async def watch(self) -> None:
        """Note when the next session is ready."""
        await self.gateway.ready.wait()
        self._ready_at = time.monotonic()

    def ready_after_s(self) -> float | None:
        """From the first request to the session, or until now; None where nothing was asked for."""
        return (self._ready_at or time.monotonic()) - self._asked_at[0] if self._asked_at else None


def settings_of(telegram: TelegramServer, discord: DiscordServer, ollama: OllamaServer) -> dict[str, str]:
    """Those of a program that serves these platforms with that model."""
    settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": telegram.url}
    settings |= {"DISCORD_TOKEN": discord.token, "DISCORD_API_BASE_URL": discord.url}
    return settings | {"INTERVIEWER": "model", "OLLAMA_BASE_URL": ollama.url, "QUIET_GAP_SECONDS": "0.1"}


class Lives:
    """The program serving both platforms: after `begin` killed so many times and started again, until it is `over`."""

    def __init__(
        self,
        home: Home,
        telegram: TimedTelegram,
        discord: TimedDiscord,
        ollama: OllamaServer,
        *,
        kills: int,
        chance: Random,
    ) -> None:
        self._home = home
        self._telegram = telegram
        self._discord = discord
        self._ollama = ollama
        self._chance = chance
        self._settings = settings_of(telegram, discord, ollama)
        self._seats: dict[tuple[str, str], tuple[Seat, set[int]]] = {}
        self._most = 0
        self._doomed: int | None = None
        telegram.on_sent = discord.on_sent = self._sent
        self.left = kills
        self.begin, self.over = asyncio.Event(), asyncio.Event()
        self.ready_after_s: dict[str, list[float]] = {}

    def watch(self, seats: Sequence[Seat]) -> None:
        """From now on know how much these candidates had been told at each kill."""
        self._seats |= {(seat.platform, seat.account): (seat, set[int]()) for seat in seats}

    def told_by_then(self, seat: Seat) -> set[int]:
        """How many messages a candidate had been told at each kill."""
        return self._seats[seat.platform, seat.account][1]

    async def live(self) -> tuple[int | None, str]:
        """How the last process ended, which was asked to."""
        while self.left:
            ended = await self._one_life(self._killed)
            assert ended == (-signal.SIGKILL, ""), ended
            self.left -= 1
            for seat, told in self._seats.values():
                told.add(len(seat.told()))
        return await self._one_life(self._asked_to_end)

    async def _one_life(self, end: Callable[[Serving], Awaitable[tuple[int | None, str]]]) -> tuple[int | None, str]:
        self._telegram.forget()
        self._discord.forget()
        watching = asyncio.create_task(self._discord.watch())
        async with Serving(self._home, **self._settings) as process:
            assert process.begins_with == "Serving Telegram and Discord. Ctrl-C stops."
            ended = await end(process)
        watching.cancel()
        for platform, server in (("telegram", self._telegram), ("discord", self._discord)):
            if after := server.ready_after_s():
                self.ready_after_s.setdefault(platform, []).append(after)
        await until(lambda: not self._discord.gateway.ready.is_set())
        return ended

    async def _killed(self, process: Serving) -> tuple[int | None, str]:
        """While a message is on its way, or at any moment else, which may be while it starts."""
        await self.begin.wait()
        self._most = self._deeds() + self._chance.randrange(MOST_DEEDS)
        if self._chance.random() < SENDING:
            self._doomed = process.pid
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_LIFE_S):
                await until(lambda: self._deeds() >= self._most and not self._doomed)
        await asyncio.sleep(self._chance.uniform(0, LONGEST_DEED_S))
        self._doomed = None
        return await process.end(signal.SIGKILL)

    def _sent(self) -> None:
        """A message has just come in, of which the process does not know yet that it has."""
        if self._doomed and self._deeds() >= self._most:
            os.kill(self._doomed, signal.SIGKILL)
            self._doomed = None

    def _deeds(self) -> int:
        """The messages and the replies of the model so far."""
        replied = sum(chat.over.is_set() and not chat.left for chat in self._ollama.chats)
        return self._telegram.sent + self._discord.sent + replied

    async def _asked_to_end(self, process: Serving) -> tuple[int | None, str]:
        await self.over.wait()
        return await process.end(signal.SIGTERM)
