"""What the tables of a database look like, and giving back what Tortoise's way of altering a table loses."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from tortoise.context import TortoiseContext
from tortoise.utils import get_schema_sql

Shape = dict[str, "Table"]
MIGRATIONS_TABLE = "tortoise_migrations"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns and references as SQLite tells them, and its indexes by (unique, columns) with their SQL."""

    columns: frozenset[tuple[object, ...]]
    references: frozenset[tuple[object, ...]]
    numbered: bool
    indexes: frozenset[tuple[bool, tuple[str, ...]]]
    index_sql: dict[tuple[bool, tuple[str, ...]], str] = field(compare=False)


def model_shape(context: TortoiseContext) -> Shape:
    """The shape that the models of a Tortoise context ask for."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(get_schema_sql(context.db(), safe=False))
        return shape(connection)


def shape(connection: sqlite3.Connection) -> Shape:
    """The shape of the tables of a database."""
    return {name: _table(connection, name) for name in _own_tables(connection)}


def table_names(connection: sqlite3.Connection) -> list[str]:
    """The names of all tables except SQLite's own."""
    query = r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
    return [name for (name,) in connection.execute(query)]


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of rows of each table, without that of the migrations, which grows."""
    counts = {}
    for name in _own_tables(connection):
        [(counts[name],)] = connection.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608 - our own table's name
    return counts


def highest_ids(connection: sqlite3.Connection) -> dict[str, int]:
    """The highest id that each table has ever given out; a row with it may be gone."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone() is None:
        return {}
    return dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))


def restore_highest_ids(connection: sqlite3.Connection, wanted: Mapping[str, int]) -> None:
    """Let no table that is still there give out an id again."""
    actual, tables = highest_ids(connection), table_names(connection)
    for name, highest in wanted.items():
        if name in tables and actual.get(name, 0) < highest:
            connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, highest))


def restore_indexes(connection: sqlite3.Connection, wanted: Shape) -> None:
    """Make the indexes again that a table has lost by being altered."""
    for name, table in shape(connection).items():
        for lost in wanted[name].indexes - table.indexes if name in wanted else ():
            connection.execute(wanted[name].index_sql[lost])


def differences(actual: Shape, wanted: Shape) -> list[str]:
    """The names of the tables that are not as wanted."""
    return sorted(name for name in actual.keys() | wanted.keys() if actual.get(name) != wanted.get(name))


def _own_tables(connection: sqlite3.Connection) -> list[str]:
    return [name for name in table_names(connection) if name != MIGRATIONS_TABLE]


def _table(connection: sqlite3.Connection, name: str) -> Table:
    [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    index_sql = _index_sql(connection, name)
    return Table(
        columns=frozenset(row[1:] for row in connection.execute(f'PRAGMA table_info("{name}")')),
        references=frozenset(row[2:] for row in connection.execute(f'PRAGMA foreign_key_list("{name}")')),
        numbered="AUTOINCREMENT" in sql,
        indexes=frozenset(index_sql),
        index_sql=index_sql,
    )


def _index_sql(connection: sqlite3.Connection, table: str) -> dict[tuple[bool, tuple[str, ...]], str]:
    statements = {}
    for _, name, unique, *_ in connection.execute(f'PRAGMA index_list("{table}")').fetchall():
        columns = tuple(column for _, _, column in connection.execute(f'PRAGMA index_info("{name}")'))
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (name,))
        quoted = ", ".join(f'"{column}"' for column in columns)
        own = f'CREATE UNIQUE INDEX "uid_{table}_{"_".join(columns)}" ON "{table}" ({quoted})'
        statements[bool(unique), columns] = sql or own  # what a constraint made has no SQL of its own
    return statements
