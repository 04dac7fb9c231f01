"""Bringing a database up to date without losing anything, which Tortoise's own command does not promise on SQLite.

Its way of altering a table drops the old one, and with it, silently: the rows of the children (foreign keys are off
here), indexes and unique constraints (made again here), the highest id given out (kept here: ids are never used twice).
"""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tortoise.context import require_context
from tortoise.migrations.executor import MigrationExecutor

from adapters.database import config
from adapters.database.config import Database, PostgreSQLServer, SQLiteFile
from adapters.database.copies import back_up, forget_old_backups, sole_connection, working_copy, write_back
from adapters.database.failures import is_outage
from adapters.database.schema import (
    MIGRATIONS_TABLE,
    Shape,
    differences,
    highest_ids,
    model_shape,
    restore_highest_ids,
    restore_indexes,
    row_counts,
    shape,
    table_names,
)
from adapters.database.session import open_session
from core.ports import StoreError


class MigrationError(StoreError):
    """The database was not brought up to date, and was left as it was."""


class UnsoundError(Exception):
    """A check of the migrated copy has failed; the message is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """The names of the migrations that were applied, and the backup made before (None for a new database)."""

    applied: tuple[str, ...] = ()
    backup: Path | None = None


@dataclass(frozen=True, slots=True)
class _Inventory:
    """What must be the same before and after: the number of rows, and the highest id given out, of each table."""

    counts: Mapping[str, int]
    highest: Mapping[str, int]


async def bring_up_to_date(database: Database) -> MigrationResult:
    """Apply the migrations that a database lacks; the caller keeps others from a file. Raises MigrationError."""
    if isinstance(database, PostgreSQLServer):
        from adapters.database.postgres import migrating  # noqa: PLC0415 - what SQLite does not need

        return MigrationResult(await migrating.bring_up_to_date(database))
    if database.path is None:
        return MigrationResult()
    waiting = _waiting_in(database.path)
    return MigrationResult(waiting, await _migrate(database.path)) if waiting else MigrationResult()


def waiting_migrations(connection: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    """The names of the migrations that a file lacks, in order; MigrationError for one of somebody else's."""
    tables = table_names(connection)
    query = "SELECT name FROM tortoise_migrations WHERE app = ?"
    found = connection.execute(query, (config.APP,)) if MIGRATIONS_TABLE in tables else ()
    return missing(tables, {name for (name,) in found}, f"{path}")


def missing(tables: Collection[str], applied: set[str], place: str) -> tuple[str, ...]:
    """The names of the migrations that were not applied, in order; MigrationError for a database of somebody else's."""
    if tables and MIGRATIONS_TABLE not in tables:
        raise MigrationError(f"{place} is a database of another program, and was left as it was: choose another one.")
    known = set(known_migrations())
    if not applied <= known:
        raise MigrationError(
            f"{place} was used by a newer version of this program and was left as it was: use that version."
        )
    return tuple(sorted(known - applied))


def known_migrations() -> tuple[str, ...]:
    """The names of all migrations, in order."""
    package = importlib.import_module(str(config.APPS[config.APP]["migrations"]))
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


def _waiting_in(path: Path) -> tuple[str, ...]:
    if path.is_dir():  # SQLite would call this a broken disk
        raise IsADirectoryError(path)
    if not path.exists():
        return known_migrations()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        return waiting_migrations(connection, path)


async def _migrate(path: Path) -> Path | None:
    with sole_connection(path) as original, working_copy(path) as copy:
        inventory = _inventory(original)
        backing_up = back_up(original, path, copy) if inventory.counts else nullcontext()
        with backing_up as backup, _told_as_migration_error(path):
            wanted = await _apply_migrations(copy)
            _mend_and_check(copy, inventory, wanted)
        write_back(copy, original)  # only a failing disk stops this, and then the backup is worth having
        forget_old_backups(path)
        return backup


async def _apply_migrations(copy: Path) -> Shape:
    async with open_session(SQLiteFile(copy, {"journal_mode": "DELETE", "foreign_keys": "OFF"})) as session:
        return await session.run(_run_executor())


async def _run_executor() -> Shape:
    context = require_context()
    await MigrationExecutor(context.db(), config.APPS).migrate(direction="forward")
    return model_shape(context)


def _inventory(connection: sqlite3.Connection) -> _Inventory:
    return _Inventory(row_counts(connection), highest_ids(connection))


def _mend_and_check(copy: Path, before: _Inventory, wanted: Shape) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        restore_indexes(connection, wanted)
        restore_highest_ids(connection, before.highest)
    with closing(sqlite3.connect(copy)) as connection:
        _check(connection, before, wanted)


def _check(connection: sqlite3.Connection, before: _Inventory, wanted: Shape) -> None:
    counts = row_counts(connection)
    changed = sorted(table for table, count in before.counts.items() if counts.get(table, count) != count)
    if changed:
        raise UnsoundError(f"rows were lost in {', '.join(changed)}")
    if different := differences(shape(connection), wanted):
        raise UnsoundError(f"tables are not as they should be: {', '.join(different)}")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise UnsoundError("rows point to rows that are not there")
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise UnsoundError("the file would be damaged")


@contextmanager
def _told_as_migration_error(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise
        raise MigrationError(
            f"{path} could not be brought up to date ({reason(error)}) and was left as it was: "
            "use the version of this program that you had before."
        ) from error


def reason(error: Exception) -> str:
    """Why a migration failed, in words that hold nothing of what is in the database."""
    if isinstance(error, UnsoundError):
        return str(error)
    return f"a migration failed with {type(error.__cause__ or error).__name__}"
