"""What a store on a PostgreSQL server does when that server goes, comes back, refuses or is somebody else's."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from getpass import getuser
from urllib.parse import urlsplit

import psycopg
import pytest
from tortoise.context import require_context

from adapters.database import config
from adapters.database.config import PostgreSQLServer, parse_url
from adapters.database.connection import connect
from adapters.database.failures import sentence, told_as_unavailable
from adapters.database.models import CandidateRow
from adapters.database.session import transaction
from adapters.database.statements import first
from adapters.database.store import DatabaseStore
from core.ports import Change, StoreUnavailableError
from tests.adapters.database.processes import run_python
from tests.contracts.sample import CONVERSATION, NOW, ROLES, new_interview
from tests.postgres import Server, execute, with_option

LOSE_THOSE_OF = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
LOSE_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


FATAL = "connection failed: FATAL:  "
NO_DATABASE = "The server has no database of that name"
WRONG_USER = "The server of the database did not take the user and password"
NOT_FROM_HERE = "The server does not let this user into this database from here"
NO_CONNECTIONS = "The server of the database has no connection left"
STARTING = "The server of the database is just starting"
NOT_ENCRYPTED = "The server of the database speaks without encryption only"


def stats(store: DatabaseStore) -> dict[str, int]:
    """The connections of the pool: all, those that are free, and who waits for one."""
    pool = store._session._space.run(lambda: require_context().db())._pool
    figures = pool.get_stats()
    return {name: figures.get(name, 0) for name in ("pool_size", "pool_available", "requests_waiting")}


async def test_lost_connections_are_replaced_before_anybody_notices(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await asyncio.gather(*(store.preferences(candidate) for _ in range(30)))  # so that there are several
        execute(postgres_url, LOSE_ALL)
        for _ in range(3):
            assert await store.candidate(CONVERSATION) == candidate
            await store.save(Change(candidate, CONVERSATION))


async def test_a_server_that_comes_back_is_used_again(
    postgres_url: str, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CONNECT_S", 1)
    name = urlsplit(postgres_url).path.removeprefix("/")
    async with connect(postgres_url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        try:
            execute(postgres_server.url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            execute(postgres_server.url, LOSE_THOSE_OF, [name])
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                await store.preferences(candidate)
            with pytest.raises(StoreUnavailableError, match="nobody in"):
                async with store.alone(candidate):
                    pass
        finally:
            execute(postgres_server.url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        async with store.alone(candidate):
            await store.save(Change(candidate, CONVERSATION))


async def test_a_transaction_that_breaks_off_gives_its_connection_back(postgres_url: str) -> None:
    async def lose_it() -> None:
        async with transaction() as connection:
            await CandidateRow.create(created_at=NOW, preferences={})
            await connection.execute_query("SELECT pg_terminate_backend(pg_backend_pid())")

    async with connect(with_option(postgres_url, "pool=2"), ROLES) as store:
        for _ in range(5):  # more than there are connections
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                await store._session.run(lose_it())
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        assert execute(postgres_url, "SELECT COUNT(*) FROM candidate") == [(1,)]
        assert stats(store)["requests_waiting"] == 0


async def test_a_transaction_that_cannot_begin_gives_its_connection_back(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(with_option(postgres_url, "pool=1"), ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        with monkeypatch.context() as patched:  # lost between the look at it and its use, which nobody can time
            patched.setattr("adapters.database.postgres.client.is_alive", lambda connection: True)
            for _ in range(3):
                await store.preferences(candidate)
                execute(postgres_url, LOSE_ALL)
                with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                    await store.save(Change(candidate, CONVERSATION))
        await asyncio.wait_for(store.save(Change(candidate, CONVERSATION)), 10)


async def test_a_commit_that_fails_is_told_and_leaves_nothing_behind(postgres_url: str) -> None:
    async def orphan() -> None:
        async with transaction() as connection:
            await connection.execute_query("SET CONSTRAINTS ALL DEFERRED")
            await connection.execute_query("INSERT INTO late VALUES (404)")  # checked at COMMIT

    execute(postgres_url, "CREATE TABLE late (id INT REFERENCES candidate DEFERRABLE)")
    try:
        async with connect(with_option(postgres_url, "pool=1"), ROLES) as store:
            for _ in range(3):
                with pytest.raises(StoreUnavailableError, match="refused"):
                    await store._session.run(orphan())
            await store.candidate(CONVERSATION)
            assert stats(store)["requests_waiting"] == 0
    finally:
        execute(postgres_url, "DROP TABLE late")


async def test_the_server_misses_us_in_time(postgres_url: str) -> None:
    async def asked() -> object:
        row = await first("SELECT reset_val FROM pg_settings WHERE name = 'tcp_user_timeout'")
        return row and row["reset_val"]  # what is in force is told of TCP only, and the tests have a socket

    async with connect(postgres_url, ROLES) as store:
        assert await store._session.run(asked()) == "15000"


async def test_that_others_use_all_connections_is_told_as_that(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CONNECT_S", 0.2)

    async def keep() -> None:
        async with transaction():
            kept.set()
            await free.wait()

    kept, free = asyncio.Event(), asyncio.Event()
    async with connect(with_option(postgres_url, "pool=1"), ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        keeping = asyncio.create_task(store._session.run(keep()))
        await kept.wait()
        try:
            with pytest.raises(StoreUnavailableError, match="All connections to the database were in use"):
                await store.preferences(candidate)
        finally:
            free.set()
        await keeping
        await store.preferences(candidate)


async def test_connections_that_all_look_dead_are_not_tried_for_ever(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def is_alive(connection: object) -> bool:
        nonlocal looks
        looks += 1
        return looks > 50

    async with connect(with_option(postgres_url, "pool=2"), ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        monkeypatch.setattr("adapters.database.postgres.client.is_alive", is_alive)
        await store.preferences(candidate)
    assert looks == 2


def elsewhere(url: str, wrong: str) -> str:
    """The URL with one part of it wrong."""
    parts = urlsplit(url)
    if wrong == "user":
        return parts._replace(netloc=f"nobody_of_that_name@{parts.netloc.rpartition('@')[2]}").geturl()
    if wrong == "name":
        return parts._replace(path="/nothing_of_that_name").geturl()
    return parts._replace(netloc="", query="host=/nowhere").geturl()


@pytest.mark.parametrize(
    ("wrong", "told"), [("user", "the user and password"), ("name", "no database of that name"), ("host", "be reached")]
)
async def test_a_server_that_lets_nobody_in_or_is_not_there(postgres_url: str, wrong: str, told: str) -> None:
    with pytest.raises(StoreUnavailableError, match=told):
        async with connect(elsewhere(postgres_url, wrong), ROLES):
            pass


async def test_a_server_without_encryption_where_that_is_asked_for(postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    if not parts.hostname:  # over a socket there is none, whatever is asked for
        pytest.skip("the server is reached by a socket: set TEST_POSTGRES_URL to one by TCP")
    if execute(postgres_url, "SHOW ssl") == [("on",)]:
        pytest.skip("the server has encryption")
    with pytest.raises(StoreUnavailableError, match=NOT_ENCRYPTED):
        async with connect(with_option(postgres_url, "sslmode=require"), ROLES):
            pass


async def test_a_password_is_never_told_nor_logged(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    parts = urlsplit(postgres_url)
    user, _, host = parts.netloc.rpartition("@")
    url = parts._replace(netloc=f"{user or getuser()}:hunter2%2Fwith%40signs@{host}").geturl()
    database = parse_url(url)
    assert isinstance(database, PostgreSQLServer)
    assert database.password == "hunter2/with@signs"
    assert "hunter2" not in repr(database)
    for attempt in (url, urlsplit(url)._replace(path="/nothing_of_that_name").geturl()):
        with suppress(StoreUnavailableError):
            async with connect(attempt, ROLES) as store:
                await store.candidate(CONVERSATION)
    with pytest.raises(StoreUnavailableError) as caught:
        async with connect(f"psycopg://user:hunter2@127.0.0.1:1/{database.name}", ROLES):
            pass
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (psycopg.errors.DiskFull("secret"), "The disk is full"),
        (psycopg.errors.ReadOnlySqlTransaction("secret"), "The database may not be written to but only read"),
        (psycopg.errors.InsufficientPrivilege("secret"), "The user in DATABASE_URL lacks rights"),
        (psycopg.errors.InvalidPassword("secret"), WRONG_USER),
        (psycopg.errors.InvalidCatalogName("secret"), NO_DATABASE),
        (psycopg.errors.TooManyConnections("secret"), NO_CONNECTIONS),
        (psycopg.errors.CannotConnectNow("secret"), STARTING),
        (psycopg.errors.OutOfMemory("secret"), "The server of the database has no more room"),
        (psycopg.errors.AdminShutdown("secret"), "The database cannot be reached"),
        (psycopg.errors.ConnectionFailure("secret"), "The database cannot be reached"),
        (psycopg.errors.DeadlockDetected("secret"), "The database was busy"),
        (psycopg.errors.LockNotAvailable("secret"), "The database was busy"),
        (psycopg.errors.IoError("secret"), "The disk of the database fails"),
        (psycopg.errors.DataCorrupted("secret"), "The database is damaged"),
        (psycopg.errors.SyntaxError("secret"), "The database refused"),
        (psycopg.OperationalError("the connection is lost"), "The database cannot be reached"),
        (psycopg.OperationalError("connection failed: FATAL:  no"), "The server of the database let nobody in"),
        (psycopg.OperationalError("connection failed: 致命错误:  no"), "The server of the database let nobody in"),
        (psycopg.OperationalError(f'{FATAL}database "secret" does not exist'), NO_DATABASE),
        (psycopg.OperationalError(f'{FATAL}role "secret" does not exist'), WRONG_USER),
        (psycopg.OperationalError(f'{FATAL}password authentication failed for user "secret"'), WRONG_USER),
        (psycopg.OperationalError("connection failed: fe_sendauth: no password supplied"), WRONG_USER),
        (psycopg.OperationalError(f'{FATAL}no pg_hba.conf entry for host "secret"'), NOT_FROM_HERE),
        (psycopg.OperationalError(f'{FATAL}permission denied for database "secret"'), NOT_FROM_HERE),
        (psycopg.OperationalError(f"{FATAL}sorry, too many clients already"), NO_CONNECTIONS),
        (psycopg.OperationalError(f'{FATAL}too many connections for database "secret"'), NO_CONNECTIONS),
        (psycopg.OperationalError(f"{FATAL}remaining connection slots are reserved"), NO_CONNECTIONS),
        (psycopg.OperationalError(f"{FATAL}the database system is starting up"), STARTING),
        (
            psycopg.OperationalError("connection failed: server does not support SSL, but SSL was required"),
            NOT_ENCRYPTED,
        ),
        (psycopg.ProgrammingError("secret"), "The database refused"),
    ],
)
def test_every_failure_of_a_server_has_a_sentence(error: psycopg.Error, start: str) -> None:
    with pytest.raises(StoreUnavailableError) as caught, told_as_unavailable():
        raise error
    assert str(caught.value).startswith(start)
    assert sentence(caught.value) == str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_log_names_the_code_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(StoreUnavailableError), told_as_unavailable():
        raise psycopg.errors.UndefinedColumn("secret")
    assert [record.message for record in caplog.records] == ["The database failed: UndefinedColumn (42703)"]


async def test_what_a_server_cannot_hold_is_replaced(postgres_url: str) -> None:
    odd = replace(CONVERSATION, chat="a\0b\ud800", account="\0")
    async with connect(postgres_url, ROLES) as store:
        candidate = await store.candidate(odd)
        begun = (await store.save(Change(candidate, odd, after=new_interview(candidate, odd)))).interview
        assert begun is not None
        assert begun.conversation.chat == "a\ufffdb\ufffd"
        assert await store.candidate(odd) == candidate


@pytest.mark.usefixtures("up_to_date")
def test_nothing_of_postgresql_is_loaded_for_sqlite(url: str) -> None:
    script = f"""
async def main():
    async with connect({url!r}, ROLES) as store:
        await store.candidate(CONVERSATION)
        async with store.alone(1):
            pass
asyncio.run(main())
its_own = ("psycopg", "procrastinate", "adapters.database.postgres", "adapters.database.jobs")
loaded = sorted(name for name in sys.modules if name.startswith(its_own))
sys.exit(" ".join(loaded) or 0)
"""
    assert run_python(script) == (0, "")
