"""Two processes that receive and up to three that work on one PostgreSQL, killed and added under load."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle, takewhile
from random import Random
from typing import Any

import pytest

from tests.journeys.speaking import answered, is_consideration, listening
from tests.postgres import execute
from tests.process.crowd import Crowd
from tests.process.enduring import OnTelegram, go_through
from tests.process.home import ANSWERS, Home
from tests.rounds import FULL, rounds
from tests.wires.ollama import OllamaServer, Pace
from tests.wires.telegram import TelegramServer

SEED = 20_261_123
WORKERS = rounds(1, 3)
"""So many there are at first; one is added while somebody is interviewed, and one after each kill but the last."""
KILLS = rounds(1, 12)
CANDIDATES = rounds(3, 16)
TAKEN_UP_S = 30.0
"""The project's own promise: after so long at most somebody else goes on with what a dead worker had begun."""
PATIENCE_S = 60.0
"""So long what is left in the background may take on a busy machine."""
PROGRAM = "bot" if FULL else "tests.process.hasty"
REQUEST = {"role": "sales_associate", "mode": "mock", "questions": rounds(2, 3)}
NOT_SHARED = (
    "This takes a database that several processes can share, and SQLite has one only: "
    "set DATABASE_URL to something like psycopg://user@host:5432/name."
)
_LEFT = (
    "SELECT coalesce(max(extract(epoch FROM now() - seen)), 0)::float FROM (SELECT greatest(max(at), last_heartbeat) "
    "AS seen FROM procrastinate_jobs JOIN procrastinate_events ON job_id = procrastinate_jobs.id AND type = 'started' "
    "LEFT JOIN procrastinate_workers ON procrastinate_workers.id = worker_id WHERE status = 'doing' "
    "GROUP BY procrastinate_jobs.id, last_heartbeat) AS begun"
)
"""How long nothing was seen of the work on a job, also where its worker's own row is gone already."""
_BEGUN = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'perform' AND status = 'doing'"
_UNDONE = "SELECT kind FROM pending_effect UNION SELECT task_name FROM procrastinate_jobs WHERE task_name = 'perform'"
_UTTERANCES = (
    "SELECT interview.phase, self_rating, turn.position, question_id, attempt, outcome, revision, "
    "kind, text, point, assessment.total FROM interview JOIN turn ON turn.interview_id = interview.id JOIN utterance "
    "ON utterance.turn_id = turn.id LEFT JOIN assessment ON assessment.turn_id = turn.id WHERE interview.account = %s "
    "ORDER BY turn.position, utterance.position"
)


@pytest.fixture
def noting(postgres_url: str) -> Iterator[None]:
    """What becomes of each job is noted in the database, as it is not otherwise."""
    trigger = "TRIGGER procrastinate_trigger_status_events_update_v1"
    execute(postgres_url, f"ALTER TABLE procrastinate_jobs ENABLE {trigger}")
    yield
    execute(postgres_url, f"ALTER TABLE procrastinate_jobs DISABLE {trigger}")


def kept(url: str, seat: OnTelegram) -> list[tuple[Any, ...]]:
    """All that the database has of a candidate's interview but ids, times, and how often the report was waited for."""
    return execute(url, _UTTERANCES, [seat.account])


def calls(ollama: OllamaServer) -> Counter[tuple[bool, str]]:
    """How often the model was asked and replied, by what it was asked of: to consider some answers, or else."""
    return Counter((is_consideration(one.body), answered(one.body)) for one in ollama.chats if not one.left)


def once(told: list[str]) -> list[str]:
    """What somebody was told before the report, without what came twice in a row.

    What is in the report depends on how long it had to be waited for; the assessments are compared by themselves.
    """
    new = [text for place, text in enumerate(told) if told[place - 1 : place] != [text]]
    return list(takewhile(lambda text: "Your report" not in text, new))


def repeated(told: list[str]) -> list[str]:
    """What came twice in a row, as that which was on its way at a kill may."""
    return [text for place, text in enumerate(told) if told[place - 1 : place] == [text]]


@asynccontextmanager
async def crowd(
    home: Home, url: str, telegram: TelegramServer, ollama: OllamaServer, chance: Random
) -> AsyncIterator[Crowd]:
    settings = {"DATABASE_URL": url, "INTERVIEWER": "model", "OLLAMA_BASE_URL": ollama.url}
    async with Crowd(home, telegram, chance, PROGRAM, {**settings, "QUIET_GAP_SECONDS": "0.1"}) as crowd:
        await asyncio.gather(*(crowd.receive() for _ in range(2)), *(crowd.work() for _ in range(WORKERS)))
        yield crowd


async def interviewed(seats: list[OnTelegram], chance: Random) -> None:
    await asyncio.gather(*(go_through(seat, REQUEST, cycle(ANSWERS), chance) for seat in seats))


async def disturb(processes: Crowd, url: str, chance: Random) -> None:
    """Add workers, and kill some at a moment at which something has been begun; in the full run a receiver, too."""
    for number in range(KILLS):
        if number:
            await processes.work()
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        while execute(url, _BEGUN) == [(0,)]:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.01)
        await processes.kill()
        if number == KILLS // 2 and FULL:
            await processes.receive()
            await processes.kill_receiver()


async def longest_left(url: str, until: asyncio.Event) -> float:
    """How long, in seconds, something begun was left at most by a worker that gave no sign of life any more."""
    longest = 0.0
    while not until.is_set():
        ((left_s,),) = await asyncio.to_thread(execute, url, _LEFT)
        longest = max(longest, left_s)
        await asyncio.sleep(0.5)
    return longest


@pytest.mark.unmeasured
@pytest.mark.usefixtures("noting")
@pytest.mark.timeout(120 + 60 * KILLS)
async def test_workers_that_are_killed_and_added_change_nothing_of_an_interview(
    plain_home: Home, postgres_url: str
) -> None:
    chance = Random(SEED)
    async with (
        TelegramServer() as telegram,
        OllamaServer(listening(), pace=Pace(first_token_s=0.2)) as ollama,
        crowd(plain_home, postgres_url, telegram, ollama, chance) as processes,
    ):
        first = OnTelegram(telegram, 1001)
        await asyncio.gather(interviewed([first], chance), processes.work())
        await until_nothing_is_left(postgres_url)
        undisturbed, asked = (kept(postgres_url, first), once(first.told())), calls(ollama)
        seats = [OnTelegram(telegram, 1002 + number) for number in range(CANDIDATES)]
        over = asyncio.Event()
        left = asyncio.create_task(longest_left(postgres_url, over))
        await asyncio.gather(interviewed(seats, chance), disturb(processes, postgres_url, chance))
        await until_nothing_is_left(postgres_url)
        over.set()
        assert await left < TAKEN_UP_S
        for seat in seats:
            assert (kept(postgres_url, seat), once(seat.told())) == undisturbed
            assert len(repeated(seat.told())) <= KILLS
        of_each = {what: often * (1 + CANDIDATES) for what, often in asked.items()}
        again = calls(ollama) - Counter(of_each)
        assert calls(ollama) - again == Counter(of_each)
        assert again.total() <= KILLS * CANDIDATES * max(asked.values())
        assert len(processes.balancer.brought) == (3 if FULL else 2)
        assert {status for status, _ in await processes.end()} == {0}


async def until_nothing_is_left(url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while execute(url, _UNDONE):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.1)


async def test_on_sqlite_there_is_nobody_to_share_with(plain_home: Home) -> None:
    token = {"TELEGRAM_TOKEN": "123456:made-up"}
    for command in (("worker",), ("run", "--no-work")):
        ended = await asyncio.to_thread(plain_home.run, *command, settings=token)
        assert (ended.status, ended.err) == (1, f"{NOT_SHARED}\n")
