"""Statements of our own, for SQLite and PostgreSQL, where Tortoise's objects would cost more than the database does.

They are written with `?` where a value comes. A value that is a list or a dict is a document. A column of a row comes
back as either database has it: `document` and `time_of` see to that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.context import require_context

from adapters.database.session import transaction

if TYPE_CHECKING:
    from adapters.database.sqlite import Client

Result = TypeVar("Result")
Row = dict[str, Any]
"""Of a row that was found its columns are asked by name, and nothing else: SQLite's are no dicts."""
_SHAPES = 512
_TURN = "id, interview_id, position"
_UNDONE = " rows are as they were expected: somebody else was faster, and nothing was saved"


class Answer(NamedTuple):
    """What a statement gave: how many rows it changed, and the rows that it found or returned."""

    changed: int
    rows: Sequence[Row]

    @property
    def first(self) -> Row | None:
        """The first of the rows, None without any."""
        return self.rows[0] if self.rows else None


Statement = tuple[str, Sequence[object]]
Queueing = tuple[Mapping[str, str], Sequence[object]]
"""What queues the rows that a statement makes: its parts by name, and their values."""
Steps = Generator[Statement, Answer, Result]
"""Statements one after the other, each of which may follow from the answers to those before, and what comes of them."""


async def carried_out(steps: Steps[Result]) -> Result:
    """Carry out the steps, inside the transaction that is open, if there is one."""
    connection = require_context().db()
    if not _is_sqlite(connection):
        return await _one_by_one(connection, steps)
    return await _in_one_hop(connection, steps, _all)


async def carried_out_or_undone(steps: Steps[Result]) -> Result:
    """Carry out the steps in a transaction of their own."""
    connection = require_context().db()
    if _is_sqlite(connection):
        return await _in_one_hop(connection, steps, _all_or_nothing)
    async with transaction() as connection:
        return await _one_by_one(connection, steps)


async def found(sql: str, *values: object) -> Sequence[Row]:
    """The rows of one query."""
    return (await carried_out(_one(sql, values))).rows


async def first(sql: str, *values: object) -> Row | None:
    """The first row of one query, None without any."""
    return (await carried_out(_one(sql, values))).first


async def changed(sql: str, *values: object) -> int:
    """How many rows one statement changed."""
    return (await carried_out(_one(sql, values))).changed


def _one(sql: str, values: Sequence[object]) -> Steps[Answer]:
    return (yield sql, values)


def _is_sqlite(connection: BaseDBAsyncClient) -> bool:
    return connection.capabilities.dialect == "sqlite"


async def _one_by_one(connection: BaseDBAsyncClient, steps: Steps[Result]) -> Result:
    try:
        sql, values = next(steps)
        while True:
            answer = await connection.execute_query(sql.replace("?", "%s"), _bound(values))
            sql, values = steps.send(Answer(*answer))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def _in_one_hop(
    connection: BaseDBAsyncClient, steps: Steps[Result], work: Callable[[sqlite3.Connection, Steps[Result]], Result]
) -> Result:
    """Work in the thread of SQLite's connection: going there and back costs more than a statement does."""
    if not isinstance(connection, TransactionalDBClient):
        return await cast("Client", connection).in_one_hop(lambda one: work(one, steps))
    async with connection.acquire_connection() as thread:
        return await thread._execute(work, thread._conn, steps)  # type: ignore[no-any-return]  # noqa: SLF001 - as there


def _all(connection: sqlite3.Connection, steps: Steps[Result]) -> Result:
    try:
        sql, values = next(steps)
        while True:
            cursor = connection.execute(sql, _bound(values))
            rows = cursor.fetchall()
            sql, values = steps.send(Answer(cursor.rowcount, rows))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _all_or_nothing(connection: sqlite3.Connection, steps: Steps[Result]) -> Result:
    connection.execute("BEGIN")
    try:
        result = _all(connection, steps)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # nothing where SQLite has undone it by itself
        raise
    return result


def _bound(values: Sequence[object]) -> list[object]:
    return [json.dumps(value) if isinstance(value, list | dict) else value for value in values]


def document(value: Any) -> Any:
    """The list or dict of a column. Raises ValueError where there is none."""
    return json.loads(value) if isinstance(value, str) else value


def time_of(value: Any) -> datetime:
    """The time of a column, in UTC. Raises ValueError where there is none."""
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def insertion(table: str, columns: Collection[str], rows: int = 1, **made: str) -> str:
    """An INSERT of so many rows; `made` are columns that come before the others, and the SQL that makes them."""
    return _insertion(table, tuple(columns), rows, tuple(made.items()))


@lru_cache(_SHAPES)
def _insertion(table: str, columns: tuple[str, ...], rows: int, made: tuple[tuple[str, str], ...]) -> str:
    names = ", ".join([*(name for name, _ in made), *columns])
    values = ", ".join([*(sql for _, sql in made), *("?" for _ in columns)])
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([f'({values})'] * rows)}"  # noqa: S608 - our own words


def together(changes: Iterable[str], making: str = "", queueing: Mapping[str, str] | None = None) -> str:
    """One statement of PostgreSQL for several changes, which of what the others do see only the turns that are new.

    Its row tells in `made` the ids that the INSERT `making` some rows has given them, None without. Of those, which are
    `made` with their `number`, the parts of `queueing` make jobs: `queued` selects those that wait, `taken` has the one
    that is begun. Where a change changes nothing, what tells so is no number: that error undoes all of it, and explains
    itself in the server's log.
    """
    return _together(tuple(changes), making, tuple((queueing or {}).items()))


@lru_cache(_SHAPES)
def _together(changes: tuple[str, ...], making: str, queueing: tuple[tuple[str, str], ...]) -> str:
    parts = _parts(changes)
    least = ", ".join(["1", *(f"(SELECT count(*) FROM {name})" for name in parts)])  # noqa: S608 - our own words
    if making:
        parts["making"] = f"{making} RETURNING id"
    if queueing:
        parts["made"] = "SELECT id, row_number() OVER (ORDER BY id) AS number FROM making"
        parts.update(queueing)
    made = "(SELECT array_agg(id) FROM making)" if making else "NULL"
    queued = "(SELECT jobs FROM queued)" if "queued" in parts else "NULL"
    taken = "(SELECT id FROM taken)" if "taken" in parts else "NULL"
    named = ", ".join(f"{name} AS ({sql})" for name, sql in parts.items())
    return (
        f"WITH {named} SELECT CASE WHEN least > 0 THEN 1 ELSE (least || '{_UNDONE}')::int END AS done,"  # noqa: S608
        f" {made} AS made, {queued} AS queued, {taken} AS taken FROM (SELECT LEAST({least}) AS least) AS changed"
    )


def _parts(changes: Sequence[str]) -> dict[str, str]:
    """Changes by name, each with what it tells; where one of them makes turns, the others find those, too."""
    parts = {f"change_{number}": change for number, change in enumerate(changes)}
    making = next((name for name, change in parts.items() if change.startswith("INSERT INTO turn ")), None)
    if making is None:
        return {name: f"{change} RETURNING 1" for name, change in parts.items()}
    turns = f"FROM (SELECT {_TURN} FROM turn UNION ALL SELECT {_TURN} FROM {making}) AS turn WHERE"  # noqa: S608 - the same
    found = {name: f"{change.replace('FROM turn WHERE', turns)} RETURNING 1" for name, change in parts.items()}
    return found | {making: f"{parts[making]} RETURNING {_TURN}"}


def update(table: str, columns: Iterable[str], where: str) -> str:
    """An UPDATE of some columns."""
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in columns)} WHERE {where}"  # noqa: S608 - the same
