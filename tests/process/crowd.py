"""Several processes of the program on one database, behind a balancer as Telegram's webhook would be."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from random import Random
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import unused_port

from tests.process.home import Home
from tests.process.serving import Serving
from tests.wires.telegram import TOKEN, TelegramServer

_SECRET = "a_secret-of-16-or-more"
RECEIVES_ONLY = "Receiving only: a worker has to do the rest.\n"


class Balancer:
    """Brings each request to one of some ports by chance, and to the next where nobody listens."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.ports: list[int] = []
        self.brought: dict[int, int] = {}
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("POST", "/{path:.*}", self._bring)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        port = unused_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/brought"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _bring(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {**request.headers}
        for port in self._chance.sample(self.ports, len(self.ports)):
            try:
                async with self._session.post(
                    f"http://127.0.0.1:{port}{request.path}", data=body, headers=headers
                ) as response:
                    self.brought[port] = self.brought.get(port, 0) + 1
                    return web.Response(status=response.status, body=await response.read())
            except aiohttp.ClientError:
                continue
        return web.Response(status=502)


class Crowd:
    """Receivers and workers, all ended at the end of the block."""

    def __init__(
        self, home: Home, telegram: TelegramServer, chance: Random, program: str, settings: Mapping[str, str]
    ) -> None:
        self._home = home
        self._chance = chance
        self._program = ("-m", program)
        self._settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": telegram.url, **settings}
        self._stack = AsyncExitStack()
        self.balancer = Balancer(chance)
        self.receivers: list[Serving] = []
        self.workers: list[Serving] = []

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.balancer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, at)

    async def receive(self) -> None:
        """Start a process that only receives."""
        port = unused_port()
        webhook = {
            "TELEGRAM_WEBHOOK_URL": self.balancer.url,
            "TELEGRAM_WEBHOOK_PORT": str(port),
            "TELEGRAM_WEBHOOK_SECRET": _SECRET,
        }
        receiver = await self._start("run", "--no-work", **webhook)
        assert receiver.begins_with == "Serving Telegram. Ctrl-C stops."
        self.receivers.append(receiver)
        self.balancer.ports.append(port)

    async def work(self, queues: str = "") -> None:
        """Start a process that only works."""
        worker = await self._start("worker", *(["--queues", queues] if queues else []))
        assert worker.begins_with.startswith("Working on "), worker.begins_with
        self.workers.append(worker)

    async def kill(self) -> None:
        """Kill a worker by chance, from one moment to the next."""
        victim = self.workers.pop(self._chance.randrange(len(self.workers)))
        assert await victim.end(signal.SIGKILL) == (-signal.SIGKILL, "")

    async def kill_receiver(self) -> None:
        """Kill the receiver that has been there longest."""
        self.balancer.ports.pop(0)
        assert await self.receivers.pop(0).end(signal.SIGKILL) == (-signal.SIGKILL, RECEIVES_ONLY)

    async def end(self) -> list[tuple[int | None, str]]:
        """Ask all to end; how they did."""
        return await asyncio.gather(*(one.end(signal.SIGTERM) for one in (*self.receivers, *self.workers)))

    async def _start(self, *command: str, **settings: str) -> Serving:
        process = Serving(self._home, program=self._program, command=command, **self._settings, **settings)
        return await self._stack.enter_async_context(process)
