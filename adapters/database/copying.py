"""Everything of one database moved to another, of either kind: every row with its id, and no id is given out twice.

It is one transaction of the target: what fails or is stopped midway leaves it as empty as it was. Nobody else is let
into either of the two meanwhile. Jobs are not moved, and none that a target without rows still has is kept: whoever
works on it queues what is pending there without a job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from adapters.database import models
from adapters.database.codec import storable
from adapters.database.config import Database, PostgreSQLServer, SQLiteFile, parse_url
from adapters.database.connection import migrate, only_process_of
from adapters.database.dialect import is_postgresql
from adapters.database.failures import told_of
from adapters.database.inspection import inspect
from adapters.database.session import Result, Session, open_session, transaction
from adapters.database.statements import Row, changed, document, first, insertion, time_of
from core.ports import StoreError, StoreInUseError

ROWS_AT_ONCE = 500
Progress = Callable[[int, int], None]
"""Told how many rows are there and how many there will be: at the beginning, and as they come."""
_FROM, _TO = "--from", "--to"
_Counts = Mapping[type[Model], int]
# Of no two databases both are the same, by whatever name and on whatever way one comes to them.
_IDENTITY = (
    "SELECT oid, pg_postmaster_start_time() AS running_since FROM pg_database WHERE datname = current_database()"
)


class CopyError(StoreError):
    """The database was not copied; the target is as it was."""


class _StoppedError(Exception):
    """Nobody waits for the copy any more."""


@dataclass(frozen=True, slots=True)
class Copied:
    """How much was copied; rows are those of all tables."""

    people: int
    interviews: int
    rows: int


async def copy_database(source: str, target: str, progress: Progress) -> Copied:
    """Copy everything from one URL to another. Raises StoreError.

    When cancelled it stops after the rows that are just being written, and nothing is kept; where it is too late for
    that it ends as if it had not been.
    """
    with told_of(_FROM):
        old = parse_url(source)
    with told_of(_TO):
        new = parse_url(target)
    _check_not_same_file(old, new)
    with told_of(_FROM):
        await asyncio.to_thread(_check_source, source)
    with told_of(_TO):
        await migrate(target)
    async with _opened(old, _FROM) as reading, _opened(new, _TO) as writing:
        await _keep_others_out(reading, writing)
        return await _unless_stopped(lambda check: reading.run(_copy_to(writing, check)), progress)


def tables() -> list[type[Model]]:
    """The models of all tables, each after those it refers to."""
    own = [value for value in vars(models).values() if isinstance(value, type) and issubclass(value, Model)]
    return [model for model in own if model is not Model]


def _check_source(url: str) -> None:
    found = inspect(url)
    if not found.exists:
        raise CopyError("There is nothing to copy at the place after --from: is its name right?")
    if found.waiting:
        raise CopyError(
            "The database after --from is not up to date, so nothing was copied: set DATABASE_URL to it and run "
            "`interview-bot migrate` first."
        )


def _check_not_same_file(old: Database, new: Database) -> None:
    """Raises CopyError where two names, or what follows them, lead to one file."""
    if not isinstance(old, SQLiteFile) or not isinstance(new, SQLiteFile) or old.path is None or new.path is None:
        return
    if old.path == new.path or (old.path.exists() and new.path.exists() and old.path.samefile(new.path)):
        raise _same()


def _same() -> CopyError:
    return CopyError("Both are the same database, so nothing was copied: name another one after --to.")


@asynccontextmanager
async def _opened(database: Database, option: str) -> AsyncIterator[Session]:
    """With one connection, which can keep others out."""
    sole = replace(database, pool=1) if isinstance(database, PostgreSQLServer) else database
    with told_of(option), only_process_of(database):
        async with open_session(sole) as session:
            yield session


async def _keep_others_out(reading: Session, writing: Session) -> None:
    """Raises StoreInUseError where somebody is on one of them; a file is locked already."""
    ends = {_FROM: reading, _TO: writing}
    with told_of(_FROM):
        old = await reading.run(_identity())
    if old is not None and old == await writing.run(_identity()):
        raise _same()
    for option, session in ends.items():
        with told_of(option):
            await session.run(_be_alone(option))


async def _identity() -> tuple[object, ...] | None:
    """What no other database of a server has; None for a file."""
    row = await first(_IDENTITY) if is_postgresql() else None
    return tuple(row.values()) if row else None


async def _be_alone(option: str) -> None:
    if is_postgresql():
        from adapters.database.postgres.presence import is_alone  # noqa: PLC0415 - what SQLite does not need

        if not await is_alone():
            raise _in_use(option)


async def _check_still_alone(option: str) -> None:
    if is_postgresql():
        from adapters.database.postgres.presence import is_still_alone  # noqa: PLC0415 - as above

        if not await is_still_alone():
            raise _in_use(option)


def _in_use(option: str) -> StoreInUseError:
    return StoreInUseError(f"The database after {option} is in use by another process: stop that one first.")


async def _unless_stopped(work: Callable[[Progress], Coroutine[Any, Any, Result]], progress: Progress) -> Result:
    """Work to its end; when this is cancelled the work ends where it next tells of its progress."""
    stopped = asyncio.Event()

    def check(done: int, total: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        progress(done, total)

    working = asyncio.create_task(work(check))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stopped.set()
        with suppress(_StoppedError):
            return await working
        raise


async def _copy_to(target: Session, progress: Progress) -> Copied:
    """Copy the database of this session to that of another."""
    with told_of(_FROM):
        async with transaction() as reading:
            if is_postgresql():
                await reading.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            await _check_still_alone(_FROM)
            counts, highest = await _counts(), {model: await _highest_id(model) for model in tables()}
            progress(0, sum(counts.values()))
            with told_of(_TO):
                await target.run(_fill(reading, counts, highest, progress))
    return Copied(counts[models.CandidateRow], counts[models.InterviewRow], sum(counts.values()))


async def _fill(reading: BaseDBAsyncClient, counts: _Counts, highest: _Counts, progress: Progress) -> None:
    """Copy what another connection reads into the database of this session."""
    async with transaction():
        await _check_still_alone(_TO)
        if any((await _counts()).values()):
            raise CopyError("The database after --to is not empty, so nothing was copied: name a new one.")
        await _delete_jobs()
        done = 0
        for model in tables():
            async for rows in _read(reading, model):
                await _write(model, rows)
                done += len(rows)
                progress(done, sum(counts.values()))
            await _keep_highest_id(model, max(highest[model], await _highest_id(model)))
        if await _counts() != counts:
            raise CopyError("Not all rows arrived, so nothing was copied: stop what else uses one of the databases.")


async def _delete_jobs() -> None:
    """Delete the jobs of effects that are gone: those of the effects that come would be taken for them."""
    if is_postgresql():
        from adapters.database.jobs import TASK  # noqa: PLC0415 - what SQLite does not need

        await changed("DELETE FROM procrastinate_jobs WHERE task_name = ?", TASK)


async def _counts() -> dict[type[Model], int]:
    counts = {}
    for model in tables():
        row = await first(f'SELECT COUNT(*) AS rows FROM "{model._meta.db_table}"')  # noqa: S608, SLF001 - our own table
        counts[model] = row["rows"] if row else 0
    return counts


async def _read(connection: BaseDBAsyncClient, model: type[Model]) -> AsyncIterator[list[Row]]:
    """All rows of a table, oldest first, some at a time."""
    table, latest = model._meta.db_table, 0  # noqa: SLF001 - as Tortoise's own tools do
    columns = ", ".join(f'"{column}"' for column in _columns(model))
    while True:
        sql = f'SELECT {columns} FROM "{table}" WHERE id > {latest} ORDER BY id LIMIT {ROWS_AT_ONCE}'  # noqa: S608
        with told_of(_FROM):
            _, rows = await connection.execute_query(sql)
        if not rows:
            return
        yield [_row(model, row) for row in rows]
        latest = rows[-1]["id"]


async def _write(model: type[Model], rows: list[Row]) -> None:
    sql = insertion(model._meta.db_table, [*_columns(model)], len(rows))  # noqa: SLF001
    await changed(sql, *[value for row in rows for value in row.values()])


def _columns(model: type[Model]) -> dict[str, fields.Field[Any]]:
    meta = model._meta  # noqa: SLF001
    return {column: meta.fields_map[name] for name, column in meta.fields_db_projection.items()}


def _row(model: type[Model], row: Row) -> Row:
    return storable({column: _value(field, row[column]) for column, field in _columns(model).items()})


def _value(field: fields.Field[Any], value: Any) -> Any:
    """A value as either database takes it: what each of them keeps in its own way is made what it means."""
    if value is None:
        return None
    if isinstance(field, fields.JSONField):
        return document(value)
    if isinstance(field, fields.DatetimeField):
        return time_of(value)
    return bool(value) if isinstance(field, fields.BooleanField) else value


async def _highest_id(model: type[Model]) -> int:
    """The highest id that a table has ever given out; a row with it may be gone."""
    table = model._meta.db_table  # noqa: SLF001
    if is_postgresql():
        row = await first(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM {table}_id_seq")  # noqa: S608
    else:
        row = await first("SELECT seq AS id FROM sqlite_sequence WHERE name = ?", table)
    return row["id"] if row else 0


async def _keep_highest_id(model: type[Model], highest: int) -> None:
    table = model._meta.db_table  # noqa: SLF001
    if is_postgresql():
        await first(f"SELECT setval('{table}_id_seq', ?, ?)", max(highest, 1), highest > 0)
        return
    await changed("DELETE FROM sqlite_sequence WHERE name = ?", table)
    await changed("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, highest)
