"""What the owner is told when the server of the database goes, and when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from adapters.database import config, jobs, outage
from adapters.database.connection import connect
from adapters.database.outage import Outage
from core.ports import StoreUnavailableError
from tests.adapters.database.test_jobs import ALL, Hand, at_work, haste
from tests.contracts.sample import CONVERSATION, ROLES
from tests.postgres import Server, execute

__all__ = ["haste"]
LOSE_THOSE_OF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"  # all at once
GONE = (
    "The database cannot be reached, so nothing was saved: check that its server runs, and that DATABASE_URL has its "
    "host and port right."
)
BACK = "The database can be reached again."
WAIT_S = 20.0


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not done():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


async def test_it_is_told_once_however_many_notice(
    postgres_url: str, postgres_server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        ours = [one for one in caplog.records if one.name.startswith("adapters") and one.levelno >= logging.WARNING]
        return [one.getMessage() for one in ours]

    async def execute_aside(statement: str) -> None:
        await asyncio.to_thread(execute, postgres_server.url, statement)

    monkeypatch.setattr(config, "CONNECT_S", 1)
    monkeypatch.setattr(jobs, "PATIENCE_S", 0.3)
    name = urlsplit(postgres_url).path.removeprefix("/")
    async with connect(postgres_url, ROLES, lambda _: 0.0) as store, at_work(store, Hand(store), ALL):
        candidate = await store.candidate(CONVERSATION)
        try:
            await execute_aside(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await asyncio.to_thread(execute, postgres_server.url, LOSE_THOSE_OF, [name])
            for _ in range(2):
                with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                    await store.preferences(candidate)
            await until(lambda: bool(told()))
            await asyncio.sleep(1.0)  # in which each queue is tried again a few times
        finally:
            await execute_aside(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await store.preferences(candidate)
        await until(lambda: BACK in told())
    assert told() == [GONE, BACK]


def test_it_is_over_when_it_is_for_all_who_noticed(caplog: pytest.LogCaptureFixture) -> None:
    one = Outage()
    with pytest.raises(StoreUnavailableError), one.watched("one"):
        raise StoreUnavailableError from _lost()
    one.noticed("other", _lost())
    one.noticed("third", OSError(28, "No space left"))
    with one.watched("one"):
        """It is served."""
    assert caplog.messages == [GONE]
    one.over("nobody")
    one.over("other")
    one.over("other")
    assert caplog.messages == [GONE, BACK]


class Hours:
    """A clock that is moved on by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hours:
    clock = Hours()
    monkeypatch.setattr(outage, "monotonic", clock)
    return clock


def test_who_asks_for_nothing_any_more_holds_no_news_up(clock: Hours, caplog: pytest.LogCaptureFixture) -> None:
    one = Outage()
    for _ in range(2):
        one.noticed("rare", _lost())
        one.noticed("often", _lost())
        clock.now_s += 3600
        one.over("often")
        assert caplog.messages == [GONE]
        clock.now_s += outage.SETTLED_S
        one.over("often")
        one.over("often")
        assert caplog.messages == [GONE, BACK]
        caplog.clear()


def test_an_outage_of_which_nobody_has_heard_that_it_is_over_is_not_the_next_one(
    clock: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    one = Outage()
    one.noticed("rare", _lost())
    one.noticed("often", _lost())
    one.over("often")
    clock.now_s += 3600
    one.noticed("often", _lost())
    one.noticed("often", _lost())
    assert caplog.messages == [GONE, BACK, GONE]
    one.over("often")
    assert caplog.messages == [GONE, BACK, GONE, BACK]


def test_it_is_not_over_while_somebody_goes_on_to_meet_it(clock: Hours, caplog: pytest.LogCaptureFixture) -> None:
    one = Outage()
    for _ in range(100):
        one.over("served")
        one.noticed("refused", _lost())
        clock.now_s += outage.SETTLED_S / 2
        one.over("served")
    assert caplog.messages == [GONE]


def _lost() -> Exception:
    from psycopg import OperationalError  # noqa: PLC0415 - where it is installed

    return OperationalError("connection refused")
