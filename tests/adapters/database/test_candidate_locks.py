"""A candidate is one process's at a time, by locks of the PostgreSQL server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.database.connection import connect
from core.ports import Store, StoreUnavailableError
from tests.contracts.sample import ROLES
from tests.postgres import execute

PATIENCE_S = 20.0
HELD = (
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY objid"
)
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@asynccontextmanager
async def two_processes(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one database know no more of each other than two processes do."""
    async with asyncio.timeout(PATIENCE_S), connect(url, ROLES) as one, connect(url, ROLES) as two:
        yield one, two


async def until(seen: list[str], *wanted: str) -> None:
    while seen != [*wanted]:  # noqa: ASYNC110 - what is waited for is in the code under test
        await asyncio.sleep(0.01)


async def all_freed(url: str) -> None:
    """Nobody waits for the end of that."""
    while execute(url, HELD):  # noqa: ASYNC110 - a server tells nobody
        await asyncio.sleep(0.01)


async def stay(store: Store, candidate: int, name: str, seen: list[str], leave: asyncio.Event) -> None:
    async with store.alone(candidate):
        seen.append(name)
        await leave.wait()
        seen.append(f"{name} left")


async def test_another_process_waits_for_its_turn(postgres_url: str) -> None:
    seen: list[str] = []
    async with two_processes(postgres_url) as (one, two):
        leave = asyncio.Event()
        first = asyncio.create_task(stay(one, 7, "one", seen, leave))
        await until(seen, "one")
        second = asyncio.create_task(stay(two, 7, "two", seen, leave))
        async with two.alone(8):  # who waits holds nobody else up
            await asyncio.sleep(0.2)
        assert seen == ["one"]
        leave.set()
        await asyncio.gather(first, second)
    assert seen == ["one", "one left", "two", "two left"]


async def test_a_process_does_not_overtake_itself(postgres_url: str) -> None:
    seen: list[str] = []
    async with two_processes(postgres_url) as (one, _):
        leave = asyncio.Event()
        tasks = [asyncio.create_task(stay(one, 7, name, seen, leave)) for name in ("a", "b")]
        await until(seen, "a")
        await asyncio.sleep(0.1)
        assert seen == ["a"]
        leave.set()
        await asyncio.gather(*tasks)
        await all_freed(postgres_url)


async def test_one_at_a_time_of_many(postgres_url: str) -> None:
    inside, most = 0, 0

    async def step(store: Store) -> None:
        nonlocal inside, most
        async with store.alone(7):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async with two_processes(postgres_url) as stores:
        await asyncio.gather(*(step(store) for store in stores * 10))
    assert (most, inside) == (1, 0)


async def test_a_process_that_ends_frees_everybody(postgres_url: str) -> None:
    async with asyncio.timeout(PATIENCE_S), connect(postgres_url, ROLES) as other:
        async with connect(postgres_url, ROLES) as store:
            holding = store.alone(7)
            await holding.__aenter__()  # and never left
        async with other.alone(7):
            assert execute(postgres_url, HELD) == [(7,)]


async def test_a_lost_connection_is_made_anew(postgres_url: str) -> None:
    async with two_processes(postgres_url) as (one, two):
        async with one.alone(7):
            name = execute(postgres_url, "SELECT current_database()")[0]
            execute(postgres_url, END_ALL, name)
            async with two.alone(7):  # the server has forgotten who held it
                pass
        async with one.alone(7):
            assert execute(postgres_url, HELD) == [(7,)]
        await all_freed(postgres_url)


async def test_whoever_is_cancelled_leaves_nothing_locked(postgres_url: str) -> None:
    async def step(store: Store) -> None:
        async with store.alone(7):
            await asyncio.sleep(0.01)

    async with two_processes(postgres_url) as (one, two):
        for turns in range(40):
            tasks = [asyncio.create_task(step(store)) for store in (one, two, one)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for store in (one, two):
            async with store.alone(7):
                pass
        await all_freed(postgres_url)


async def test_what_fails_inside_is_not_told_as_a_failure_of_the_database(postgres_url: str) -> None:
    async with two_processes(postgres_url) as (one, _):
        with pytest.raises(ValueError, match="mine"):
            async with one.alone(7):
                raise ValueError("mine")
        await all_freed(postgres_url)


async def test_a_server_that_is_gone_is_told(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(PATIENCE_S), connect(postgres_url, ROLES) as store:
        locks = getattr(store._alone, "__self__")  # noqa: B009 - unknown to its type
        monkeypatch.setattr(locks, "_server", type(locks._server)("127.0.0.1", 1, None, None, "gone", {}))
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            async with store.alone(7):
                pass
