"""Everything of one database moved to another, of either kind: every row with its id, and no id is given out twice.

It is one transaction of the target: what fails midway leaves it as empty as it was. Jobs are not moved: whoever works
on the target queues what is pending there without a job.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from adapters.database import models
from adapters.database.codec import storable
from adapters.database.config import Database, PostgreSQLServer, parse_url
from adapters.database.connection import migrate, only_process_of
from adapters.database.dialect import is_postgresql
from adapters.database.failures import told_as_unavailable
from adapters.database.inspection import inspect
from adapters.database.session import Session, open_session, transaction
from adapters.database.statements import Row, changed, document, first, insertion, time_of
from core.ports import StoreError, StoreInUseError

ROWS_AT_ONCE = 500
Progress = Callable[[int, int], None]
"""Told how many rows are there and how many there will be."""
_Counts = Mapping[type[Model], int]
_OTHERS = (
    "SELECT COUNT(*) AS others FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()"
)


class CopyError(StoreError):
    """The database was not copied; the target is as it was."""


async def copy_database(source: str, target: str, progress: Progress) -> int:
    """Copy everything from one URL to another, and tell how many rows that were. Raises StoreError."""
    old, new = parse_url(source), parse_url(target)
    if old == new:
        raise CopyError("Both are the same database, so nothing was copied: name another one after --to.")
    await asyncio.to_thread(_check_source, source)
    await migrate(target)
    with told_as_unavailable(), only_process_of(old), only_process_of(new):
        async with open_session(_sole(old)) as reading, open_session(_sole(new)) as writing:
            return await reading.run(_copy_to(writing, progress))


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


def _sole(database: Database) -> Database:
    """With one connection, which can tell whether there are others."""
    return replace(database, pool=1) if isinstance(database, PostgreSQLServer) else database


async def _copy_to(target: Session, progress: Progress) -> int:
    """Copy the database of this session to that of another."""
    async with transaction() as reading:
        if is_postgresql():
            await reading.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await _check_alone("--from")
        counts, highest = await _counts(), {model: await _highest_id(model) for model in tables()}
        await target.run(_fill(reading, counts, highest, progress))
    return sum(counts.values())


async def _fill(reading: BaseDBAsyncClient, counts: _Counts, highest: _Counts, progress: Progress) -> None:
    """Copy what another connection reads into the database of this session."""
    async with transaction():
        await _check_alone("--to")
        if any((await _counts()).values()):
            raise CopyError("The database after --to is not empty, so nothing was copied: name a new one.")
        done = 0
        for model in tables():
            async for rows in _read(reading, model):
                await _write(model, rows)
                done += len(rows)
                progress(done, sum(counts.values()))
            await _keep_highest_id(model, highest[model])
        if await _counts() != counts:
            raise CopyError("Not all rows arrived, so nothing was copied: stop what else uses one of the databases.")


async def _check_alone(option: str) -> None:
    """Raises StoreInUseError where another process of this program is on the server's database; a file has a lock."""
    if is_postgresql() and (row := await first(_OTHERS)) and row["others"]:
        raise StoreInUseError(f"The database after {option} is in use by another process: stop that one first.")


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
