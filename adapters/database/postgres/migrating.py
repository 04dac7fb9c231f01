"""Bringing a database on a server up to date: all or nothing, in one transaction, without losing a row.

Whoever comes at the same time waits for a lock of the server and finds the work done. Backups are left to the owner,
who has the server's own means for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

from adapters.database.config import PostgreSQLServer
from adapters.database.failures import is_outage
from adapters.database.migrate import MigrationError, UnsoundError, reason
from adapters.database.postgres.locks import MIGRATING
from adapters.database.postgres.standing import JOBS, NO_EVENTS, TABLES, job_migrations, lacking, waiting_at
from adapters.database.schema import MIGRATIONS_TABLE
from adapters.database.session import open_session, transaction

_ALONE = "SELECT pg_advisory_xact_lock(%s, %s)"
# Whoever writes may have written to one table and want to write to the next. So they are let go first every time that
# not all tables can be had within a moment, long before the server would call that a deadlock and end one of the two.
_KEEP_WRITERS_OUT = """
DO $$ BEGIN
    SET LOCAL lock_timeout = '200ms';
    LOOP
        BEGIN
            LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    SET LOCAL lock_timeout TO DEFAULT;
END $$
"""
_IS_THERE = "SELECT to_regclass(%s) IS NOT NULL AS found"
_RECORDED = "SELECT app, name FROM tortoise_migrations ORDER BY id"
_RECORD = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES (%s, %s, %s)"

# Procrastinate notes in a table of its own what becomes of each job, which nobody reads here: to write that, and to
# delete it with the job, takes the server as long as all the rest of a job does.
_NO_EVENTS = """
DO $$ DECLARE noting name; BEGIN
    FOR noting IN SELECT tgname FROM pg_trigger
        WHERE tgrelid = 'procrastinate_jobs'::regclass AND tgname LIKE 'procrastinate_trigger_%events%'
    LOOP
        EXECUTE format('ALTER TABLE procrastinate_jobs DISABLE TRIGGER %I', noting);
    END LOOP;
END $$
"""


async def bring_up_to_date(server: PostgreSQLServer) -> tuple[str, ...]:
    """Apply the migrations that the database lacks, and tell them. Raises MigrationError and psycopg's errors."""
    _, waiting = await asyncio.to_thread(waiting_at, server)
    if not waiting:
        return ()
    async with open_session(replace(server, pool=1)) as session:
        with _told_as_migration_error(server.name):
            return await session.run(_migrate(server))


async def _migrate(server: PostgreSQLServer) -> tuple[str, ...]:
    async with transaction() as connection:
        await connection.execute_query(_ALONE, [*MIGRATING])
        tables = await _tables(connection)
        waiting = lacking(tables, await _applied(connection), server.name)  # once more: somebody may have been faster
        if waiting:
            before = await _row_counts(connection, tables)
            executor = MigrationExecutor(connection, server.tortoise()["apps"])
            executor.recorder = executor.loader.recorder = _Recorder(connection)
            await executor.migrate(direction="forward")
            await _make_job_tables(connection)
            _check(before, await _row_counts(connection, await _tables(connection)))
    return waiting


class _Recorder(MigrationRecorder):
    """Tortoise's, which would break the transaction by asking a table that is not there, and knows no `%s`."""

    async def applied_migrations(self) -> list[MigrationKey]:
        _, [row] = await self.connection.execute_query(_IS_THERE, [MIGRATIONS_TABLE])
        if not row["found"]:
            return []
        _, rows = await self.connection.execute_query(_RECORDED)
        return [MigrationKey(row["app"], row["name"]) for row in rows]

    async def record_applied(self, app: str, name: str) -> None:
        await self.connection.execute_query(_RECORD, [app, name, datetime.now(UTC)])


async def _make_job_tables(connection: BaseDBAsyncClient) -> None:
    """Make the tables of the queues of jobs, or bring them up to date with the library that works them."""
    recorder = _Recorder(connection)
    applied = {key.name for key in await recorder.applied_migrations() if key.app_label == JOBS}
    later = {name: file for name, file in job_migrations().items() if name not in applied}
    scripts = [file.read_text(encoding="utf-8") for file in later.values()] if applied else [SchemaManager.get_schema()]
    async with connection.acquire_connection() as raw:
        for script in (*scripts, _NO_EVENTS):  # also what the library has made anew
            await cast("AsyncConnection", raw).execute(script.encode())
    for name in {*later, NO_EVENTS} - applied:
        await recorder.record_applied(JOBS, name)


async def _tables(connection: BaseDBAsyncClient) -> list[str]:
    _, rows = await connection.execute_query(TABLES)
    return [row["tablename"] for row in rows]


async def _applied(connection: BaseDBAsyncClient) -> set[tuple[str, str]]:
    return {(key.app_label, key.name) for key in await _Recorder(connection).applied_migrations()}


async def _row_counts(connection: BaseDBAsyncClient, tables: Iterable[str]) -> dict[str, int]:
    """The number of rows of each table of ours; nobody else writes to them until the end of the transaction."""
    own = sorted(name for name in tables if name != MIGRATIONS_TABLE and not name.startswith(f"{JOBS}_"))
    if own:
        quoted = ", ".join(f'"{name}"' for name in own)
        await connection.execute_query(_KEEP_WRITERS_OUT.format(tables=quoted))
    counts = {}
    for name in own:
        _, [row] = await connection.execute_query(f'SELECT COUNT(*) AS rows FROM "{name}"')  # noqa: S608 - our own table
        counts[name] = row["rows"]
    return counts


def _check(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    if changed := sorted(table for table, count in before.items() if after.get(table, count) != count):
        raise UnsoundError(f"rows were lost in {', '.join(changed)}")


@contextmanager
def _told_as_migration_error(name: str) -> Iterator[None]:
    try:
        yield
    except MigrationError:
        raise
    except Exception as error:
        if is_outage(error):
            raise
        raise MigrationError(
            f"The database {name} could not be brought up to date ({reason(error)}) and was left as it was: "
            "use the version of this program that you had before."
        ) from error
