"""Answers whoever watches the bot: whether it lives, whether it can work, and with what figures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from adapters.database.looking import Look, look, try_out
from bot.metrics import Metrics
from bot.settings import Settings
from bot.watching import Check, UnusablePortError
from core.ports import StoreError

BEAT_S, WINDOW_S = 0.1, 15.0
"""So often the event loop is looked at; for so long, and no longer than twice that, its worst delay is shown."""
FRESH_S, COUNTED_S = 2.0, 10.0
"""So long it counts that the database could be used, and what was counted in it, however many ask; our own choice."""
MOMENT_S = 1.0
"""So long who asks for figures waits for those that are just being counted; our own choice."""
_ALIVE = "alive\n"


class Glance:
    """Whether the database can be used, for all who ask at once. `is_ours` tells whether this process holds it up."""

    def __init__(self, trying: Callable[[], Awaitable[None]], is_ours: Callable[[], bool] = bool) -> None:
        self._trying = trying
        self._is_ours = is_ours
        self._lock = asyncio.Lock()
        self._at = float("-inf")
        self._reason = ""

    async def reason(self) -> str:
        """Why it cannot be used, "" where it can, or can as soon as this process lets go of it."""
        async with self._lock:
            if asyncio.get_running_loop().time() - self._at >= FRESH_S:
                self._reason = await self._try()
                self._at = asyncio.get_running_loop().time()
            return self._reason

    async def _try(self) -> str:
        was_ours = self._is_ours()
        try:
            await self._trying()
        except StoreError as error:
            return "" if was_ours or self._is_ours() else str(error)
        return ""


class Tally:
    """What was counted in the database last: that may take long, and nobody waits for it."""

    def __init__(self, counting: Callable[[], Awaitable[Look]]) -> None:
        self._counting = counting
        self._task: asyncio.Task[None] | None = None
        self._at = float("-inf")
        self._found: Look | None = None

    async def found(self) -> Look | None:
        """The latest figures, None where there are none or the database cannot be used."""
        if self._task is None and asyncio.get_running_loop().time() - self._at >= COUNTED_S:
            self._task = asyncio.create_task(self._count())
        if self._task is not None:
            await asyncio.wait([self._task], timeout=MOMENT_S)
        return self._found

    async def close(self) -> None:
        """Give up what is being counted."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _count(self) -> None:
        try:
            self._found = await self._counting()
        except StoreError:
            self._found = None  # why is told by whether it can be used
        finally:
            self._at, self._task = asyncio.get_running_loop().time(), None


class Pulse:
    """How late the event loop was at worst of late."""

    def __init__(self) -> None:
        self._now = self._before = self._since = 0.0

    @property
    def worst_s(self) -> float:
        """The longest delay of the last 15 to 30 seconds, in seconds."""
        return max(self._now, self._before)

    async def beat(self) -> None:
        """Measure until cancelled."""
        time = asyncio.get_running_loop().time
        while True:
            due = time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self.felt(time() - due, time())

    def felt(self, delay_s: float, at_s: float) -> None:
        """Count a delay."""
        if at_s - self._since >= WINDOW_S:
            self._before, self._now, self._since = self._now, 0.0, at_s
        self._now = max(self._now, delay_s)


class _Answers:
    """What is answered at each address."""

    def __init__(self, metrics: Metrics, tally: Tally, checks: Mapping[str, Check]) -> None:
        self._metrics = metrics
        self._tally = tally
        self._checks = checks

    async def alive(self, _: web.Request) -> web.Response:
        return web.Response(text=_ALIVE)

    async def ready(self, _: web.Request) -> web.Response:
        wrong = [f"{part}: {reason}\n" for part, reason in (await self._reasons()).items() if reason]
        return web.Response(text="".join(wrong), status=503) if wrong else web.Response(text="ready\n")

    async def figures(self, _: web.Request) -> web.Response:
        for part, reason in (await self._reasons()).items():
            self._metrics.ready.labels(part).set(not reason)
        self._metrics.show(await self._tally.found())
        return web.Response(body=self._metrics.page(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _reasons(self) -> dict[str, str]:
        return {part: await check() for part, check in self._checks.items()}


@asynccontextmanager
async def answering(settings: Settings, metrics: Metrics, checks: Mapping[str, Check]) -> AsyncIterator[None]:
    """Answer until the end of the block. `checks` are of the parts beside the database. Raises UnusablePortError."""
    pulse, tally = Pulse(), Tally(partial(look, settings.database))
    metrics.lag.set_function(lambda: pulse.worst_s)
    glance = Glance(partial(try_out, settings.database), lambda: metrics.forgets > 0)
    answers = _Answers(metrics, tally, {"database": glance.reason, **checks})
    app = web.Application()
    app.add_routes(
        [web.get("/healthz", answers.alive), web.get("/readyz", answers.ready), web.get("/metrics", answers.figures)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    beating = asyncio.create_task(pulse.beat())
    try:
        await _listen(runner, settings.metrics_host, settings.metrics_port)
        yield
    finally:
        beating.cancel()
        await runner.cleanup()
        await tally.close()


async def try_to_listen(settings: Settings) -> bool:
    """Listen where the settings say, and end that; whether a bot answers there already. Raises UnusablePortError."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        await _listen(runner, settings.metrics_host, settings.metrics_port)
    except UnusablePortError:
        if not await _is_alive(settings.metrics_host, settings.metrics_port):
            raise
        return True
    else:
        return False
    finally:
        await runner.cleanup()


async def _is_alive(host: str, port: int) -> bool:
    place = f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"
    try:
        async with (
            ClientSession(timeout=ClientTimeout(MOMENT_S)) as client,
            client.get(place, allow_redirects=False) as answer,
        ):
            return await answer.content.read(len(_ALIVE) + 1) == _ALIVE.encode()
    except (ClientError, OSError, TimeoutError):
        return False


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        is_system = error.errno is not None and error.errno > 0
        reason = (
            os.strerror(error.errno or 0) if is_system else error.strerror
        )  # asyncio's own words say the address again
        place = f"{host}, port {port}, cannot be listened at ({reason})"
        raise UnusablePortError(f"METRICS_PORT: {place}: choose another port, or 0 for none.") from None
