"""PostgreSQL: what a turn's write costs with its job, and what more workers give."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median

import pytest

from adapters.database.connection import connect
from bot.memory import settled
from bot.wiring import SystemClock
from core.interviewers.rules import RulesInterviewer
from core.runner import Runner
from tests import postgres
from tests.bench import jobs
from tests.bench.goals import Measured, goal
from tests.bench.model import ROOT, ModelProcess
from tests.bench.room import ANSWERS, OPEN_INTERVIEWS, REQUEST, ROLES, Candidate, Room, Stub
from tests.bench.rounds import Scale, interleaved
from tests.bench.turns import CANDIDATES, MODEL_S
from tests.bench.worker import WAITS

WORKERS = 3
_LEFT = "SELECT count(*) FROM pending_effect WHERE kind NOT IN ('await_report', 'send')"
_OVER = "DELETE FROM procrastinate_jobs; DELETE FROM pending_effect"  # no round pays for the reports of the one before
_TIDY = "VACUUM ANALYZE procrastinate_jobs, pending_effect"  # as a server does by itself, but for those of tests
_AGAIN_S = 0.05
WARMING = 15
"""So many for each worker are interviewed before it is timed: they are new, and what they do first takes longer."""


@contextmanager
def _server() -> Iterator[postgres.Server]:
    """The server that TEST_POSTGRES_URL names, else one of our own."""
    if url := os.environ.get("TEST_POSTGRES_URL", ""):
        yield postgres.Server(url)
        return
    with postgres.own_server() as url:
        yield postgres.Server(url)


async def write_with_job(scale: Scale, folder: Path) -> list[Measured]:
    """The saves of 50 turns at once, each with the job that follows, against psycopg doing the same rows."""
    try:
        with _server() as server, server.database() as ours, server.database() as floor:
            times = await jobs.measure(scale, ours, floor)
    except pytest.skip.Exception as reason:
        return [Measured(goal("job"), note=str(reason))]
    floor_s, ours_s = (median(column) for column in zip(*times, strict=True))
    shares = tuple(100 * rate / least for least, rate in times)
    return [Measured(goal("job"), shares, f"{ours_s:.0f} turns/s", f"{floor_s:.0f} turns/s", jobs.NOTE)]


async def workers(scale: Scale, folder: Path) -> list[Measured]:
    """Turns a second of one worker and of three, all as processes of their own."""
    try:
        with _server() as server, server.database() as url, ModelProcess(MODEL_S) as model:
            async with _shared(url, model.url) as some:
                times = await interleaved(scale, "workers", scale.of(1, 3), some.with_one, some.with_three, warm=True)
    except pytest.skip.Exception as reason:
        return [Measured(goal("workers"), note=str(reason))]
    one, three = (median(column) for column in zip(*times, strict=True))
    note = (
        f"{CANDIDATES} candidates; {os.cpu_count()} cores for the workers, the database, the model and the candidates"
    )
    ratios = tuple(more / least for least, more in times)
    return [Measured(goal("workers"), ratios, f"{three:.0f} turns/s", f"{one:.0f} turns/s", note)]


class _Heard(asyncio.DatagramProtocol):
    """Hears from the workers who has got a message."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._stub.came(*json.loads(data))


class _Shared:
    """One that only receives, and workers for it, as many as a round needs."""

    def __init__(self, bot: Room, url: str, command: tuple[str, ...]) -> None:
        self._bot = bot
        self._url = url
        self._command = command
        self._round = 0

    async def with_one(self, _: int) -> float:
        return await self._rate(1)

    async def with_three(self, _: int) -> float:
        return await self._rate(WORKERS)

    async def _rate(self, count: int) -> float:
        """Turns a second of so many workers, until everything is considered and assessed."""
        self._round += 1
        working = [await self._worker() for _ in range(count)]
        try:
            await self._seconds("warm", WARMING * count)
            return 2 * CANDIDATES / await self._seconds("shared", CANDIDATES)
        finally:
            for one in working:
                one.terminate()
            await asyncio.gather(*(one.wait() for one in working))
            for statement in (_OVER, _TIDY):
                await asyncio.to_thread(postgres.execute, self._url, statement)

    async def _seconds(self, name: str, count: int) -> float:
        """How long the answers of so many take, from when all have been asked until all is assessed."""
        candidates = [self._bot.candidate(f"{name}-{self._round}-{number}") for number in range(count)]
        await asyncio.gather(*(one.start(f"{REQUEST.split()[0]} 1") for one in candidates))
        begun = time.monotonic()
        await asyncio.gather(*map(self._interview, candidates))
        while (await asyncio.to_thread(postgres.execute, self._url, _LEFT))[0][0]:  # noqa: ASYNC110 - of a database
            await asyncio.sleep(_AGAIN_S)
        return time.monotonic() - begun

    async def _interview(self, candidate: Candidate) -> None:
        for words in ANSWERS[:2]:
            await candidate.answer(words)

    async def _worker(self) -> Process:
        process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, stdout=PIPE)
        assert process.stdout is not None
        if not await process.stdout.readline():
            raise SystemExit("A worker has ended.")
        return process


@asynccontextmanager
async def _shared(url: str, model_url: str) -> AsyncIterator[_Shared]:
    stub = Stub()
    heard, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Heard(stub), ("127.0.0.1", 0))
    port = heard.get_extra_info("sockname")[1]
    async with AsyncExitStack() as stack:
        stack.callback(heard.close)
        store = await stack.enter_async_context(connect(url, ROLES, WAITS.seconds))
        runner = Runner(
            store=store,
            interviewer=RulesInterviewer(),
            platforms={"stub": stub},
            roles=ROLES,
            clock=SystemClock(),
            quiet_gap_s=0,
            messages_per_minute=6_000,
            open_interviews=OPEN_INTERVIEWS,
            jobs=store.jobs,
        )
        stack.push_async_callback(runner.close)
        await stack.enter_async_context(settled())
        yield _Shared(
            Room(runner, store, stub), url, (sys.executable, "-m", "tests.bench.worker", url, model_url, str(port))
        )
