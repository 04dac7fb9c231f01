"""The real process and the troubles of a disk: candidates are told in a sentence, and it goes on by itself afterwards.

Each trouble is a real one, made from outside while the process runs, and ended again: a database in which no page is
free and that may not grow (full), a disk that takes no byte any more (closed: what one does that has become read-only),
another program that holds the database for longer than it is waited for (locked), and one that does so again and again,
but not as long (slow).
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

from tests.process.enduring import OnDiscord, OnTelegram, Seat, hear, until
from tests.process.home import ANSWERS, Home
from tests.process.serving import HEAR_S, Serving
from tests.wires.discord import DiscordServer
from tests.wires.telegram import TOKEN, TelegramServer

BUSY_S = 0.4
"""So long the database is waited for."""
REQUEST = {"role": "sales_associate", "mode": "mock", "questions": "5"}
ASKED = "Follow-up ", "Question "
CANNOT_GO_ON = "I cannot go on: Another program is using the database"
NOT_TAKEN = {"telegram": "I cannot save your message just now", "discord": "I could not take your last message"}


@dataclass
class Disk:
    """The disk of a process."""

    home: Home
    process: Serving
    pages: int

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """No page is free, and there can be no more."""
        with closing(sqlite3.connect(self.home.database, isolation_level=None)) as other:
            other.executescript(f"PRAGMA max_page_count = {self.pages}; PRAGMA synchronous = OFF")
            row = (
                "INSERT INTO seen_update (platform, chat, inbound_id, seen_at) "
                "SELECT DISTINCT platform, chat, ?, '2090-01-01' FROM seen_update WHERE platform = ?"
            )
            for length in (3_000, 300, 30, 0):  # until there is not even room for a short one beside anybody's own
                for platform in NOT_TAKEN:
                    with suppress(sqlite3.OperationalError):
                        for number in range(self.pages * 100):
                            other.execute(row, (f"ballast-{number}-{'x' * length}", platform))
            yield
            other.execute("DELETE FROM seen_update WHERE inbound_id LIKE 'ballast-%'")

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Nothing can be written."""
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        yield
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Another program writes, and takes its time."""
        with closing(sqlite3.connect(self.home.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("COMMIT")

    @asynccontextmanager
    async def slow(self) -> AsyncIterator[None]:
        """Every write waits."""

        async def hold() -> None:
            while True:
                async with self.locked():
                    await asyncio.sleep(BUSY_S / 4)
                await asyncio.sleep(BUSY_S / 8)

        holding = asyncio.create_task(hold())
        yield
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


@asynccontextmanager
async def served(home: Home, pages: int = 10**6) -> AsyncIterator[tuple[Serving, list[Seat]]]:
    """The program, and a candidate on each platform who has been asked the first question."""
    async with TelegramServer() as telegram, DiscordServer() as discord:
        settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": telegram.url}
        settings |= {"DISCORD_TOKEN": discord.token, "DISCORD_API_BASE_URL": discord.url}
        url = f"sqlite://{home.database}?busy_timeout={BUSY_S * 1000:.0f}&max_page_count={pages}"
        async with Serving(home, **settings, DATABASE_URL=url, QUIET_GAP_SECONDS="0.5") as process:
            seats: list[Seat] = [OnTelegram(telegram, 1001), OnDiscord(discord, home, "ana")]
            await asyncio.gather(*(begun(seat) for seat in seats))
            yield process, seats


async def drained(home: Home) -> None:
    """Until nothing is pending any more."""
    async with asyncio.timeout(HEAR_S):
        await until(lambda: not home.rows("SELECT id FROM pending_effect"))


def page_count(home: Home) -> int:
    return int(home.rows("PRAGMA page_count")[0][0])


async def begun(seat: Seat) -> None:
    await seat.begin(REQUEST)
    await hear(seat, "Question 1")


async def test_what_cannot_be_saved_is_told_and_taken_as_soon_as_it_can(home: Home) -> None:
    """On Telegram it comes again by itself; on Discord the candidate is asked to send it again."""
    answers, pages = iter(ANSWERS), page_count(home) + 40
    async with served(home, pages) as (process, seats):
        disk = Disk(home, process, pages)
        closed = [disk.closed] if hasattr(resource, "prlimit") else []  # Linux alone can limit another process
        for trouble in (disk.full, disk.locked, *closed):
            await drained(home)
            heard, text = {seat: len(seat.told()) for seat in seats}, next(answers)
            async with trouble():
                for seat in seats:
                    await seat.write(text)
                await asyncio.gather(*(hear(seat, NOT_TAKEN[seat.platform], after=heard[seat]) for seat in seats))
            await seats[1].write(text)
            await asyncio.gather(*(hear(seat, *ASKED, after=heard[seat] + 1) for seat in seats))
            assert [len(seat.told()) - heard[seat] for seat in seats] == [2, 2], trouble
        heard, text = {seat: len(seat.told()) for seat in seats}, next(answers)
        async with disk.slow():
            for seat in seats:
                await seat.write(text)
            await asyncio.gather(*(hear(seat, *ASKED, after=heard[seat]) for seat in seats))
        await drained(home)
        assert (await process.end(signal.SIGTERM))[0] == 0
    assert sorted(home.said("answer")) == sorted(ANSWERS[:4] * 2)


async def test_an_answer_that_was_saved_goes_on_by_itself_when_the_database_is_free_again(home: Home) -> None:
    async with served(home) as (process, seats):
        heard = [len(seat.told()) for seat in seats]
        for seat in seats:
            await seat.write(ANSWERS[0])
        async with asyncio.timeout(5):
            while len(home.said("answer")) < 2:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.02)
        async with Disk(home, process, 0).locked():
            await asyncio.gather(*(hear(seat, CANNOT_GO_ON, after=1) for seat in seats))
        await asyncio.gather(*(hear(seat, *ASKED, after=before) for seat, before in zip(seats, heard, strict=True)))
        await drained(home)
        assert (await process.end(signal.SIGTERM))[0] == 0
