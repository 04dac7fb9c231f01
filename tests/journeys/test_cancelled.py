"""Cancelled at random while many are interviewed: what comes is taken once, and everything goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.database import working
from adapters.database.placing import QUEUES
from adapters.database.store import DatabaseStore
from core.messages import CommandSent, Inbound, Outbound, OutboundKind, TextSent
from tests.journeys.house import ANSWERS, SAYING, Candidate, House, house
from tests.journeys.speaking import listening
from tests.postgres import execute
from tests.rounds import rounds
from tests.wires.ollama import OllamaServer

CANCELLATIONS = rounds(60, 500)
SHARED_CANCELLATIONS = rounds(30, 500)
CANDIDATES = rounds(4, 8)
LIKELY = 0.6
"""That whoever hands a message over is cancelled."""
ANEW_AFTER = 20
"""So many cancellations later everything that is under way is ended, and begun anew."""
SEED = 20_261_123
TOO_LATE = "The questions are over"
"""What somebody hears whose message came when the last answer was complete already; it is no part of the interview."""
SAID = "SELECT message_id FROM utterance WHERE message_id LIKE ? ORDER BY turn_id, position"
SEEN = "SELECT inbound_id FROM seen_update WHERE account = ?"
HALF = (
    "SELECT id FROM turn WHERE outcome = 'answered' AND id NOT IN (SELECT turn_id FROM assessment)",
    "SELECT id FROM interview WHERE phase <> 'finished' OR id NOT IN (SELECT interview_id FROM report)",
    "SELECT id FROM pending_effect",
)
"""What would be left over if anything had stopped halfway."""
JOBS = "SELECT id FROM procrastinate_jobs WHERE task_name = 'perform'"


class Handing:
    """Hands messages over as platforms do: one that was not taken comes again, with the same id."""

    def __init__(self, here: House, chance: Random, anew: Callable[[], Awaitable[int]] | None = None) -> None:
        self.cancelled = 0
        self._here = here
        self._chance = chance
        self._anew = anew or self._begin_anew
        self._open = asyncio.Event()
        self._open.set()

    async def over(self, inbound: Inbound) -> None:
        while True:
            await self._open.wait()
            handing = asyncio.create_task(self._here.runner.receive(inbound))
            await asyncio.sleep(self._chance.choice((0, 0, 0.001, 0.003, 0.01)))
            if self._chance.random() < LIKELY and handing.cancel():
                self.cancelled += 1
            await asyncio.wait([handing])
            if not handing.cancelled():
                return

    async def nothing_more(self) -> None:
        """Nothing is handed over any more, and nothing is being ended."""
        await self._open.wait()

    async def end_all_now_and_then(self) -> None:
        """As at the end of a process, in which nothing more is received."""
        while True:
            most = self.cancelled + ANEW_AFTER
            while self.cancelled < most:  # noqa: ASYNC110 - it is counted, not told
                await asyncio.sleep(0.005)
            self._open.clear()
            self.cancelled += await self._anew()
            self._open.set()

    async def _begin_anew(self) -> int:
        before = under_way()
        await self._here.begin_anew()
        return max(0, before - under_way())


class Working:
    """Works on the jobs of a house in this process."""

    def __init__(self, here: House) -> None:
        self._here = here
        self._performed: set[int] = set()
        self._begin()

    async def anew(self) -> int:
        """End, as a process does, and begin anew; how much was being performed."""
        await self._here.runner.close()
        before = len(self._performed)
        await self.end()
        await self._here.begin_anew()
        self._begin()
        return before

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    def _begin(self) -> None:
        store = self._here.store
        assert isinstance(store, DatabaseStore)
        assert store.jobs
        worker = working.JobWorker(store.jobs, store, self._perform)
        self._task = asyncio.create_task(worker.work(dict.fromkeys(QUEUES, 10)))

    async def _perform(self, effect_id: int, *, again: bool) -> None:
        self._performed.add(effect_id)
        try:
            await self._here.runner.perform(effect_id, again=again)
        finally:
            self._performed.discard(effect_id)


class Hurried:
    """A candidate who gives the first answer in two messages, the second while that is settled or considered."""

    def __init__(self, candidate: Candidate, handing: Handing, chance: Random) -> None:
        self.sent: list[str] = []
        self._candidate = candidate
        self._handing = handing
        self._chance = chance
        self.name = candidate.conversation.account
        self._ids = (f"{self.name}-{number}" for number in count())

    @property
    def heard(self) -> list[Outbound]:
        return self._candidate.heard

    async def interview(self) -> None:
        heard = len(self.heard)
        await self._command("interview", "sales_associate 2")
        answers, before = iter(ANSWERS), ""
        while True:
            await self._candidate.until(*SAYING, OutboundKind.MENU, after=heard)
            message, heard = self.heard[heard], heard + 1
            if message.kind not in {*SAYING, OutboundKind.MENU} or message.text == before:
                continue
            before = message.text
            if message.kind is OutboundKind.REPORT:
                return
            if message.kind is OutboundKind.MENU:
                await self._command("rate", "4")
            elif "Question 1" in message.text:
                for sentence in next(answers).split(". ", 1):
                    await self._say(sentence)
                    await asyncio.sleep(self._chance.choice((0, 0.005, 0.02)))
            else:
                await self._say(next(answers, ANSWERS[-1]))

    async def _say(self, text: str) -> None:
        self.sent.append(next(self._ids))
        await self._handing.over(TextSent(self._candidate.conversation, self.sent[-1], text))

    async def _command(self, name: str, argument: str) -> None:
        await self._handing.over(CommandSent(self._candidate.conversation, next(self._ids), name, argument))


def under_way() -> int:
    """The tasks of this process but those of the loopback server, which has one for each connection that is kept."""
    return sum("RequestHandler" not in repr(task.get_coro()) for task in asyncio.all_tasks())


Rows = Callable[..., list[tuple[Any, ...]]]


async def hurry(handing: Handing, here: House, cancellations: int, chance: Random) -> list[Hurried]:
    """Interview all of them, again and again until so many were cancelled, and end nothing more from then on."""
    all_of_them = [Hurried(here.candidate(f"c{number}x"), handing, chance) for number in range(CANDIDATES)]
    ending = asyncio.create_task(handing.end_all_now_and_then())
    while handing.cancelled < cancellations:
        await asyncio.gather(*(one.interview() for one in all_of_them))
    await handing.nothing_more()
    ending.cancel()
    return all_of_them


def assert_all_taken_once(all_of_them: list[Hurried], rows: Rows) -> None:
    for one in all_of_them:
        said = [message for (message,) in rows(SAID, f"{one.name}-%")]
        refused = [message for message in one.sent if message not in said]
        assert said == [message for message in one.sent if message in said]
        assert len(refused) == sum(TOO_LATE in message.text for message in one.heard)
        seen = [message for (message,) in rows(SEEN, one.name)]
        assert [seen.count(message) for message in one.sent] == [1] * len(one.sent)
    assert [rows(query) for query in HALF] == [[], [], []]
    positions = rows("SELECT turn_id, position FROM utterance ORDER BY turn_id, position")
    for _, turn in groupby(positions, key=itemgetter(0)):
        assert all(position == place for place, (_, position) in enumerate(turn))


@pytest.mark.unmeasured
@pytest.mark.timeout(60 + CANCELLATIONS)
async def test_cancelled_at_random_under_load_nothing_is_lost_doubled_or_stuck(folder: Path) -> None:
    def rows(query: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(folder / "interviews.sqlite3")) as connection:
            return connection.execute(query, values).fetchall()

    chance = Random(SEED)
    async with (
        OllamaServer(listening(first_token_s=0.01)) as server,
        house(server, folder, quiet_gap_s=0.01) as here,
    ):
        await Hurried(here.candidate("first"), Handing(here, Random(0)), chance).interview()
        await here.candidate("first").idle()
        tasks, threads = under_way(), threading.active_count()
        all_of_them = await hurry(Handing(here, chance), here, CANCELLATIONS, chance)
        async with asyncio.timeout(20):
            while await here.store.pending() or under_way() > tasks:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)
        assert (threading.active_count(), server.running) == (threads, 0)
    assert_all_taken_once(all_of_them, rows)


@pytest.mark.unmeasured
@pytest.mark.timeout(60 + SHARED_CANCELLATIONS)
async def test_the_same_where_the_work_is_queued(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(query: str, *values: str) -> list[tuple[Any, ...]]:
        return execute(postgres_url, query.replace("?", "%s"), values)

    for name in ("HANDS_BACK_S", "POLLING_S"):
        monkeypatch.setattr(working, name, 0.05)
    chance = Random(SEED)
    async with (
        OllamaServer(listening(first_token_s=0.01)) as server,
        house(server, tmp_path, quiet_gap_s=0.01, url=postgres_url) as here,
    ):
        tasks = under_way()
        work = Working(here)
        all_of_them = await hurry(Handing(here, chance, work.anew), here, SHARED_CANCELLATIONS, chance)
        async with asyncio.timeout(20):
            while await here.store.pending() or rows(JOBS):  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)
        await work.end()
        async with asyncio.timeout(20):
            while under_way() > tasks:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)
        assert server.running == 0
    assert_all_taken_once(all_of_them, rows)
