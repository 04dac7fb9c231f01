"""The real process with one platform and no voice: how soon it is ready, and what it holds in memory."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from statistics import median

from adapters.database.connection import migrate
from tests.bench.goals import Measured, goal
from tests.bench.idle import rss_bytes
from tests.bench.rounds import Scale, interleaved
from tests.bench.seeding import leave_pending, seed
from tests.process.home import Home
from tests.wires.telegram import TOKEN, TelegramServer

OPEN, PENDING = 10_000, 1_000
_SETTLE_S = 2.0
_READY_S = 60.0
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""What an owner starts a second time is compiled, like the libraries, whatever is set where it is measured."""
_LOADED = """
import importlib, json, sys
for name in ("bot.commands", "bot.serve", "adapters.telegram"):
    importlib.import_module(name)
for name in ("aiosqlite", "anyio._backends._asyncio", "httpcore", "tortoise.backends.sqlite.client"):
    importlib.import_module(name)
own = {"adapters", "bot", "core", "migrations"}
print(json.dumps([name for name in sys.modules if name.partition(".")[0] not in own and name != "__main__"]))
"""
"""The libraries that such a process imports until it is ready, those too that others import when they are used."""
_IMPORTING = """
import gc, importlib, json, sys
gc.disable()
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
"""


class _Process:
    """The program serving Telegram."""

    def __init__(self, server: TelegramServer, pid: int, ready_s: float) -> None:
        self.server = server
        self.pid = pid
        self.ready_s = ready_s


@asynccontextmanager
async def _running(home: Home) -> AsyncIterator[_Process]:
    """From its start until it has asked for updates, which is how long it took to be ready, and on."""
    async with TelegramServer() as server:
        settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": server.url, "MAX_OPEN_INTERVIEWS": "100000"}
        begun = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            cwd=home.path,
            env=home.environment(**_COMPILED, **settings),
            stderr=subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_READY_S):
                while not server.asked("getUpdates"):  # noqa: ASYNC110 - the server has nothing to wait for
                    await asyncio.sleep(0.005)
            yield _Process(server, process.pid, time.monotonic() - begun)
        finally:
            process.kill()
            await process.wait()


async def cold(scale: Scale, folder: Path) -> list[Measured]:
    """From the start of the process to its first look for messages, against a bare Python with the same libraries."""
    home = await _home(folder, "used")
    loaded = (await _python(home, _LOADED))[0]
    held: list[float] = []

    async def bare(_: int) -> float:
        return (await _python(home, _IMPORTING, loaded))[1]

    async def ours(number: int) -> float:
        async with _running(home) as process:
            if number and (scale.full or not held):  # one tells as much as two
                await asyncio.sleep(_SETTLE_S)
                held.append(rss_bytes(str(process.pid)) / 1e6)
            return process.ready_s

    times = await interleaved(scale, "cold", scale.of(2, 9), bare, ours)
    bare_s, ours_s = (median(column) for column in zip(*times, strict=True))
    ratios = tuple(ready / least for least, ready in times)
    return [
        Measured(
            goal("cold"), ratios, f"{ours_s:.2f} s", f"{bare_s:.2f} s", f"{len(json.loads(loaded))} modules of others"
        ),
        Measured(goal("idle"), tuple(held), note=f"Telegram, {_SETTLE_S:g} s after it was ready"),
    ]


async def _python(home: Home, program: str, given: bytes = b"") -> tuple[bytes, float]:
    """What a bare Python says that runs a program, and how long it took, in seconds."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        env=home.environment(**_COMPILED),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    said, _ = await process.communicate(given)
    return said, time.monotonic() - begun


async def start(scale: Scale, folder: Path) -> list[Measured]:
    """How much later a process is ready that finds open interviews and pending effects."""
    empty, full = await _home(folder, "empty"), await _home(folder, "full")
    with closing(sqlite3.connect(full.database)) as connection:
        seed(connection, OPEN, phase="asking", each=1)
        leave_pending(connection, PENDING)
    kept = folder / "kept.sqlite3"
    shutil.copy(full.database, kept)

    async def without(_: int) -> float:
        async with _running(empty) as process:
            return process.ready_s

    async def with_all(_: int) -> float:
        shutil.copy(kept, full.database)
        async with _running(full) as process:
            return process.ready_s

    times = await interleaved(scale, "start", scale.of(2, 9), without, with_all, warm=True)
    without_s, with_s = (median(column) for column in zip(*times, strict=True))
    later = tuple(ours - least for least, ours in times)
    note = f"{OPEN:,} open, {PENDING:,} pending"
    return [Measured(goal("start"), later, f"{with_s:.2f} s", f"{without_s:.2f} s", note)]


async def _home(folder: Path, name: str) -> Home:
    """The home of an owner who has started the program before."""
    home = Home(folder / name)
    home.database.parent.mkdir(mode=0o700, parents=True)
    await migrate(f"sqlite://{home.database}")
    return home
