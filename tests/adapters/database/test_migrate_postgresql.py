# ruff: noqa: ASYNC240 - nothing else runs meanwhile
"""Migrations on a PostgreSQL server: the same ones as on SQLite, all or nothing, by one process at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from tortoise.context import TortoiseContext
from tortoise.utils import get_schema_sql

from adapters.database.config import PostgreSQLServer, parse_url
from adapters.database.connection import connect, migrate
from adapters.database.inspection import Inspection, inspect
from adapters.database.migrate import MigrationError
from adapters.database.postgres import standing
from adapters.database.postgres.standing import JOBS
from core.ports import StoreUnavailableError
from tests.adapters.database.versions import KNOWN, NEXT, Use, next_version
from tests.contracts.sample import CONVERSATION, ROLES
from tests.postgres import Server, execute, libpq

COLUMNS = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
    " column_default IS NOT NULL FROM information_schema.columns WHERE table_schema = 'public'"
    " AND table_name NOT LIKE 'procrastinate%' AND table_name <> 'tortoise_migrations'"
)
INDEXES = (
    "SELECT tablename, regexp_replace(indexdef, '.* USING ', ''), indexdef LIKE '%UNIQUE%' FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%' AND tablename <> 'tortoise_migrations'"
)
REFERENCES = (
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
    " AND conrelid::regclass::text NOT LIKE 'procrastinate%'"
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def shape(url: str) -> list[list[tuple[Any, ...]]]:
    return [sorted(execute(url, query)) for query in (COLUMNS, INDEXES, REFERENCES)]


def host_of(url: str) -> str:
    database = parse_url(url)
    assert isinstance(database, PostgreSQLServer)
    return database.host or "this machine"


async def test_the_migrations_make_what_the_models_say(migrated_postgres_url: str, postgres_server: Server) -> None:
    with postgres_server.database() as url:
        async with TortoiseContext() as context:
            await context.init(config=parse_url(url).tortoise())
            execute(url, get_schema_sql(context.db(), safe=False))
        assert shape(migrated_postgres_url) == shape(url)


async def test_an_empty_database_gets_all_of_it_once(empty_postgres_url: str) -> None:
    assert inspect(empty_postgres_url) == Inspection(
        exists=False, waiting=(*KNOWN, JOBS), server=host_of(empty_postgres_url)
    )
    two = await asyncio.gather(migrate(empty_postgres_url), migrate(empty_postgres_url))  # the second waits
    assert sorted(result.applied for result in two) in ([(), (*KNOWN, JOBS)], [(*KNOWN, JOBS)] * 2)
    assert {result.backup for result in two} == {None}
    assert inspect(empty_postgres_url).waiting == ()
    recorded = execute(empty_postgres_url, "SELECT name FROM tortoise_migrations WHERE app = 'interviews' ORDER BY id")
    assert tuple(name for (name,) in recorded) == KNOWN
    assert (await migrate(empty_postgres_url)).applied == ()


async def test_a_later_migration_of_the_job_tables_is_applied(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "99.00.00_01_pre_later.sql").write_text("CREATE TABLE later_jobs (id INT); SELECT '100%'")
    known = Path(SchemaManager.get_migrations_path())
    for file in known.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text())
    with monkeypatch.context() as patched:
        patched.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(tmp_path)))
        try:
            assert inspect(postgres_url).waiting == (JOBS,)
            assert (await migrate(postgres_url)).applied == (JOBS,)
            assert execute(postgres_url, "SELECT * FROM later_jobs") == []
        finally:
            execute(postgres_url, "DROP TABLE IF EXISTS later_jobs")
    try:
        with pytest.raises(MigrationError, match="newer version"):
            await migrate(postgres_url)
    finally:
        execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name LIKE '99%'")


EVENTS = (
    "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'procrastinate_jobs'::regclass AND NOT tgisinternal"
    " ORDER BY tgname"
)


async def test_what_becomes_of_a_job_is_recorded_no_more_where_it_was(postgres_url: str) -> None:
    execute(postgres_url, "ALTER TABLE procrastinate_jobs ENABLE TRIGGER USER")
    execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name = 'no_events'")
    assert inspect(postgres_url).waiting == (JOBS,)
    await migrate(postgres_url)
    states = dict(execute(postgres_url, EVENTS))
    assert {name for name, state in states.items() if state == "D"} == {name for name in states if "events" in name}
    assert {name.split("_v1")[0] for name, state in states.items() if state == "O"} == {
        "procrastinate_jobs_notify_queue_job_inserted",
        "procrastinate_jobs_notify_queue_job_aborted",
        "procrastinate_trigger_delete_jobs",
    }
    assert inspect(postgres_url).waiting == ()


async def test_a_database_of_another_program_is_refused_and_left_alone(empty_postgres_url: str) -> None:
    execute(empty_postgres_url, "CREATE TABLE users (id INT)")
    for attempt in (migrate(empty_postgres_url), asyncio.to_thread(inspect, empty_postgres_url)):
        with pytest.raises(MigrationError, match="another program"):
            await attempt
    assert execute(empty_postgres_url, TABLES) == [("users",)]


async def test_one_that_a_newer_version_used_is_refused(postgres_url: str) -> None:
    later = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('interviews', '9999_later', now())"
    execute(postgres_url, later)
    try:
        with pytest.raises(MigrationError, match="newer version"):
            async with connect(postgres_url, ROLES):
                pass
    finally:
        execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name = '9999_later'")


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ('ops.RunSQL("UPDATE account SET nosuch = 1")', "a migration failed with"),
        ('ops.RunSQL("DELETE FROM account")', "rows were lost in account"),
    ],
)
async def test_a_migration_that_fails_or_loses_rows_leaves_all_as_it_was(
    postgres_url: str, tmp_path: Path, use: Use, operation: str, reason: str
) -> None:
    async with connect(postgres_url, ROLES) as store:
        await store.candidate(CONVERSATION)
    before = [
        execute(postgres_url, f"SELECT * FROM {table} ORDER BY id") for table in ("account", "tortoise_migrations")
    ]
    use(next_version(tmp_path / ("failing" if "nosuch" in operation else "losing"), operation))
    assert inspect(postgres_url).waiting == (NEXT,)
    with pytest.raises(MigrationError, match=reason):
        await migrate(postgres_url)
    after = [
        execute(postgres_url, f"SELECT * FROM {table} ORDER BY id") for table in ("account", "tortoise_migrations")
    ]
    assert after == before


async def test_rows_are_there_after_a_migration(postgres_url: str, tmp_path: Path, use: Use) -> None:
    async with connect(postgres_url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
    use(next_version(tmp_path / "right", "ops.RunSQL(\"UPDATE account SET chat = 'there'\")"))
    try:
        assert (await migrate(postgres_url)).applied == (NEXT,)
        assert execute(postgres_url, "SELECT candidate_id, chat FROM account") == [(candidate, "there")]
    finally:
        execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name = %s", [NEXT])


@pytest.mark.parametrize(
    "writing", ["INSERT INTO candidate (created_at) VALUES (now())", "INSERT INTO procrastinate_workers DEFAULT VALUES"]
)
async def test_what_another_process_writes_meanwhile_is_no_loss(
    postgres_url: str, tmp_path: Path, use: Use, writing: str
) -> None:
    use(next_version(tmp_path / f"slow_{writing.split()[2]}", 'ops.RunSQL("SELECT pg_sleep(0.5)")'))
    try:
        migrated = asyncio.create_task(migrate(postgres_url))
        await until(postgres_url, "query LIKE 'SELECT pg_sleep%'")
        await asyncio.to_thread(execute, postgres_url, writing)
        assert (await migrated).applied == (NEXT,)
    finally:
        execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name = %s", [NEXT])


async def test_who_is_writing_to_several_tables_is_let_go_first(postgres_url: str, tmp_path: Path, use: Use) -> None:
    use(next_version(tmp_path / "late", 'ops.RunSQL("SELECT 1")'))
    try:
        with psycopg.connect(libpq(postgres_url)) as other:
            other.execute("DELETE FROM seen_update")
            migrated = asyncio.create_task(migrate(postgres_url))
            await until(postgres_url, "wait_event_type = 'Lock'")
            await asyncio.to_thread(other.execute, "DELETE FROM account")
        assert (await migrated).applied == (NEXT,)
    finally:
        execute(postgres_url, "DELETE FROM tortoise_migrations WHERE name = %s", [NEXT])


async def until(url: str, what: str) -> None:
    """Wait until a connection to the database is at something."""
    query = f"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND {what}"
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(execute, url, f"{query} AND pid <> pg_backend_pid()"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_migration_needs_no_second_connection(empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def connected(*args: Any, **options: Any) -> psycopg.Connection:
        looks.append(1)
        return psycopg.connect(*args, **options)

    monkeypatch.setattr(standing, "psycopg", SimpleNamespace(connect=connected, errors=psycopg.errors))
    await migrate(empty_postgres_url)
    assert len(looks) == 1  # whether there is anything to do


async def test_one_that_may_only_be_read_or_lacks_signs_is_told(
    empty_postgres_url: str, postgres_server: Server
) -> None:
    name = execute(empty_postgres_url, "SELECT current_database()")[0][0]
    execute(empty_postgres_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    for attempt in (migrate(empty_postgres_url), asyncio.to_thread(inspect, empty_postgres_url)):
        with pytest.raises(StoreUnavailableError, match="may not be written to"):
            await attempt
    latin = f"CREATE DATABASE \"{name}_latin\" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    execute(postgres_server.url, latin)
    try:
        with pytest.raises(MigrationError, match="UTF8"):
            inspect(empty_postgres_url.replace(name, f"{name}_latin"))
    finally:
        execute(postgres_server.url, f'DROP DATABASE "{name}_latin"')
