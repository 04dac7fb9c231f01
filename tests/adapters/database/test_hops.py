"""Going to SQLite's thread: what waits goes together, and each is told what became of its own."""

from __future__ import annotations

import asyncio
import math
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from tortoise.context import require_context

from adapters.database import sqlite
from adapters.database.connection import connect
from adapters.database.session import transaction
from adapters.database.sqlite import AT_ONCE, ENOUGH_S, Client
from adapters.database.store import DatabaseStore
from tests.contracts.sample import ROLES

Work = Callable[[sqlite3.Connection], Any]


@pytest.fixture
async def store() -> AsyncIterator[DatabaseStore]:
    async with connect("sqlite://:memory:", ROLES) as store:
        yield store


class Hops:
    """How much was done in each hop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes = list[int]()
        work_off = sqlite._first_few

        def counted(connection: sqlite3.Connection, works: list[Work]) -> list[Any]:
            done = work_off(connection, works)
            self.sizes.append(len(done))
            return done

        monkeypatch.setattr(sqlite, "_first_few", counted)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hop is cut short for what the machine does beside."""
    monkeypatch.setattr(sqlite, "ENOUGH_S", math.inf)


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> Hops:
    return Hops(monkeypatch)


async def at_once(store: DatabaseStore, *works: Work) -> list[Any]:
    """What each gave, or the error that it failed with."""

    async def asked(work: Work) -> Any:
        return await cast("Client", require_context().db()).in_one_hop(work)

    return await asyncio.gather(*(store._session.run(asked(one)) for one in works), return_exceptions=True)


def is_in_transaction(connection: sqlite3.Connection) -> bool:
    return connection.in_transaction


def gives(value: int) -> Work:
    return lambda _: value


@pytest.mark.usefixtures("fast")
async def test_what_waits_goes_together_in_its_order(store: DatabaseStore, hops: Hops) -> None:
    order = list[int]()

    def noted(number: int) -> Work:
        def work(_: sqlite3.Connection) -> int:
            order.append(number)
            return number

        return work

    numbers = [*range(1 + AT_ONCE + 3)]
    assert await at_once(store, *map(noted, numbers)) == numbers == order
    assert hops.sizes == [1, AT_ONCE, 3]


async def test_what_comes_alone_need_not_wait_for_a_task(store: DatabaseStore, hops: Hops) -> None:
    for _ in range(3):
        await at_once(store, gives(1))
    assert hops.sizes == [1, 1, 1]


@pytest.mark.usefixtures("fast")
async def test_what_fails_among_others_fails_alone(store: DatabaseStore, hops: Hops) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM nothing")

    first, failed, last = (await at_once(store, gives(0), gives(1), fails, gives(2)))[1:]
    assert (first, type(failed).__name__, last) == (1, "StoreUnavailableError", 2)
    assert hops.sizes == [1, 3]


async def test_where_the_disk_is_slow_who_is_done_need_not_wait_for_the_rest(store: DatabaseStore, hops: Hops) -> None:
    told = list[int]()

    def slow(number: int) -> Work:
        def work(_: sqlite3.Connection) -> int:
            time.sleep(2 * ENOUGH_S)
            return number

        return work

    async def noting(number: int) -> None:
        await at_once(store, slow(number))
        told.append(len(hops.sizes))

    await asyncio.gather(*map(noting, range(4)))
    assert (hops.sizes, told) == ([1, 1, 1, 1], [1, 2, 3, 4])


@pytest.mark.usefixtures("fast")
async def test_nothing_gets_between_what_is_in_one_transaction(store: DatabaseStore, hops: Hops) -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            begun.set()
            await end.wait()

    holding = asyncio.create_task(store._session.run(hold()))
    await begun.wait()
    others = asyncio.create_task(at_once(store, *[is_in_transaction] * 3))
    done, _ = await asyncio.wait([others], timeout=0.05)
    assert not done
    end.set()
    await holding
    assert await others == [False, False, False]
    assert hops.sizes == [3]


class Block:
    """Work that takes until it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.end = threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, _: sqlite3.Connection) -> str:
        self._loop.call_soon_threadsafe(self.begun.set)
        assert self.end.wait(20)
        return "done"


async def client_of(store: DatabaseStore) -> Client:
    async def client() -> Client:
        return cast("Client", require_context().db())

    return await store._session.run(client())


async def test_who_came_later_by_tortoises_own_way_does_not_overtake(store: DatabaseStore) -> None:
    client, block, order = await client_of(store), Block(), list[int | str]()

    def noted(number: int) -> Work:
        return lambda _: order.append(number)

    async def transact() -> None:
        async with transaction():
            order.append("transaction")

    first = asyncio.create_task(client.in_one_hop(block))
    await block.begun.wait()
    early = [asyncio.create_task(client.in_one_hop(noted(number))) for number in range(2 * AT_ONCE)]
    await asyncio.sleep(0)
    other = asyncio.create_task(store._session.run(transact()))
    block.end.set()
    async with asyncio.timeout(20):
        await asyncio.gather(first, other, *early)
    assert [one for one in order if one != "transaction"] == [*range(2 * AT_ONCE)]
    assert order.index("transaction") in {0, 2 * AT_ONCE}


async def test_whoever_is_cancelled_keeps_nobody_else_waiting(store: DatabaseStore) -> None:
    client, first, second = await client_of(store), Block(), Block()
    leading = asyncio.create_task(client.in_one_hop(first))
    await first.begun.wait()
    staying = asyncio.create_task(client.in_one_hop(second))
    leaving = asyncio.create_task(client.in_one_hop(gives(1)))
    await asyncio.sleep(0)
    leading.cancel()
    await asyncio.wait([leading])
    first.end.set()
    await second.begun.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    second.end.set()
    async with asyncio.timeout(20):
        assert await staying == "done"
        assert await client.in_one_hop(gives(7)) == 7
    assert leading.cancelled()
    assert leaving.cancelled()


async def test_where_none_can_be_made_everybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*, with_db: bool) -> None:
        await asyncio.sleep(0.01)  # in which the others come
        raise sqlite3.OperationalError(with_db)

    client = Client(":memory:", connection_name="default")
    monkeypatch.setattr(client, "create_connection", fails)
    async with asyncio.timeout(20):
        told = await asyncio.gather(*(client.in_one_hop(gives(one)) for one in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [sqlite3.OperationalError] * 3


async def test_without_a_connection_everybody_is_told(hops: Hops) -> None:
    async with connect("sqlite://:memory:", ROLES) as store:

        async def lose() -> None:
            await require_context().db()._connection.close()

        await store._session.run(lose())
        told = await at_once(store, *map(gives, range(4)))
        assert [type(one).__name__ for one in told] == ["StoreUnavailableError"] * 4
