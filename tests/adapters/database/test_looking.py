"""What a look at the database of a running bot tells."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database import config, looking
from adapters.database.connection import connect
from adapters.database.looking import Look, look, try_out
from core.effects import AwaitReport, Send, SettleAnswer
from core.model import Conversation, Phase
from core.ports import Change, Store, StoreUnavailableError
from core.wording import refusals
from tests.contracts.sample import ROLES, new_interview
from tests.postgres import execute, libpq

FOUND = Look({"asking": 2, "paused": 1}, {"send": 2, "settle_answer": 1, "await_report": 1})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE_S", 0.2)


async def fill(store: Store) -> None:
    """Two interviews that go on, one that waits and one that is over, and what is to be done."""
    send = Send(refusals.too_fast())
    effects = ((send, send, SettleAnswer(0, 1)), (AwaitReport(),), (), ())
    phases = (Phase.ASKING, Phase.ASKING, Phase.PAUSED, Phase.FINISHED)
    for number, (phase, own) in enumerate(zip(phases, effects, strict=True)):
        where = Conversation("terminal", f"c{number}", f"a{number}")
        candidate = await store.candidate(where)
        interview = replace(new_interview(candidate, where), phase=phase)
        await store.save(Change(candidate, where, None, interview, own))


async def test_what_is_open_and_what_waits_is_counted(url: str) -> None:
    async with connect(url, ROLES) as store:
        assert await look(url) == Look({}, {})
        await fill(store)
        assert await look(url) == FOUND


async def test_a_file_that_cannot_be_written_to_is_told(url: str, path: Path) -> None:
    async with connect(url, ROLES):
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailableError, match="Another program is using the database"):
                await try_out(url)
            assert await look(url) == Look({}, {})  # which only reads
        await try_out(url)


async def test_a_file_that_is_gone_is_told_and_not_made_anew(url: str, path: Path) -> None:
    for one in (try_out, look):
        with pytest.raises(StoreUnavailableError, match="cannot be opened"):
            await one(url)
    assert not path.exists()  # noqa: ASYNC240 - nothing else is going on


async def test_the_same_is_counted_on_a_server(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as store:
        await fill(store)
        found = await look(postgres_url)
    assert found.interviews == FOUND.interviews
    assert found.effects == FOUND.effects


async def test_jobs_are_counted_by_queue(postgres_url: str) -> None:
    states = ("model", "todo"), ("model", "doing"), ("consider", "doing"), ("deliver", "todo"), ("deliver", "succeeded")
    for queue, status in states:
        queued(postgres_url, queue, status=status, waits_s=0)
    assert (await look(postgres_url)).jobs == {"model": 3, "deliver": 1}


async def test_the_oldest_job_counts_that_could_be_worked_on(postgres_url: str) -> None:
    queued(postgres_url, "consider", waits_s=70)
    queued(postgres_url, "model", waits_s=50)
    ((at_work,),) = execute(postgres_url, "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    queued(postgres_url, "deliver", waits_s=400, status="doing", lock="one", worker=at_work)
    queued(postgres_url, "deliver", waits_s=300, lock="one")
    queued(postgres_url, "deliver", waits_s=-60, lock="other")
    queued(postgres_url, "deliver", waits_s=100, lock="other")
    queued(postgres_url, "deliver", waits_s=20)
    queued(postgres_url, "background", waits_s=-60)
    waits = (await look(postgres_url)).waits
    assert waits.keys() == {"model", "deliver"}
    assert 70 <= waits["model"] < 90
    assert 20 <= waits["deliver"] < 40


async def test_a_job_counts_whose_worker_gives_no_sign_of_life(postgres_url: str) -> None:
    silent = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '40 seconds') RETURNING id"
    ((dead,),) = execute(postgres_url, silent)
    queued(postgres_url, "deliver", waits_s=70, status="doing", lock="one", worker=dead)
    queued(postgres_url, "deliver", waits_s=60, lock="one")
    queued(postgres_url, "speech", waits_s=80, status="doing")
    waits = (await look(postgres_url)).waits
    assert 70 <= waits["deliver"] < 90
    assert 80 <= waits["speech"] < 100


def queued(
    url: str, queue: str, *, waits_s: float, status: str = "todo", lock: str | None = None, worker: int | None = None
) -> None:
    """Queue a job that has waited for so many seconds since its time came, or waits for that time."""
    execute(
        url,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, lock, worker_id, scheduled_at) "
        "VALUES (%s, 'made_up', %s, %s, %s, now() - %s * interval '1 second')",
        [queue, status, lock, worker, waits_s],
    )


async def test_a_server_that_cannot_be_reached_is_told() -> None:
    with socket.socket() as taken:  # where nobody listens
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            await try_out(f"psycopg://nobody@127.0.0.1:{taken.getsockname()[1]}/nothing")


async def test_a_server_that_takes_no_changes_is_told(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_OPTIONS", "-c default_transaction_read_only=on")
    with pytest.raises(StoreUnavailableError, match="may not be written to"):
        await try_out(postgres_url)


async def test_a_server_that_keeps_us_waiting_is_told(postgres_url: str) -> None:
    from psycopg import AsyncConnection  # noqa: PLC0415 - where it is installed

    async with await AsyncConnection.connect(libpq(postgres_url)) as other:
        await other.execute("LOCK TABLE pending_effect IN EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailableError, match=r"no answer within 0\.2 s"):
            await try_out(postgres_url)
