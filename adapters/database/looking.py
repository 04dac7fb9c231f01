"""A look at the database of a running bot, for whoever watches it: whether it can be used, and what waits in it.

To try whether it can be used costs next to nothing; to count, whole tables are read. Each has a connection of its own,
so that it neither waits for what is done for candidates nor holds that up.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.database.config import SQLiteFile, parse_url
from adapters.database.failures import told_as_unavailable
from adapters.database.placing import named
from core.model import OPEN_PHASES
from core.ports import StoreUnavailableError

if TYPE_CHECKING:
    from adapters.database.config import PostgreSQLServer

PATIENCE_S = 2.0
"""How long a try waits for a database that is busy; our own choice."""
COUNTING_S = 60.0
"""How long counting may take; our own choice."""
_Rows = list[tuple[Any, ...]]
_LATE = "The database gave no answer within {seconds:g} s: see whether its server, or the way there, is overloaded."
_PHASES = ", ".join(f"'{phase.value}'" for phase in sorted(OPEN_PHASES))
_INTERVIEWS = f"SELECT phase, COUNT(*) FROM interview WHERE phase IN ({_PHASES}) GROUP BY phase"  # noqa: S608 - our own words
_EFFECTS = "SELECT kind, COUNT(*) FROM pending_effect GROUP BY kind"
_NOTHING = "DELETE FROM pending_effect WHERE FALSE"
_JOBS = "SELECT queue_name, COUNT(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY queue_name"
# Only jobs that a worker would take now, whose time has come and which none with the same lock goes before; and those
# that a worker had begun which gives no sign of life, so that somebody ought to have taken them up.
_OLDEST = (
    "SELECT queue_name, MAX(EXTRACT(epoch FROM now() - scheduled_at))::float "
    "FROM procrastinate_jobs AS jobs WHERE status = 'todo' AND scheduled_at <= now() "
    "AND NOT EXISTS (SELECT FROM procrastinate_jobs AS ahead WHERE ahead.lock = jobs.lock AND (ahead.status = 'doing' "
    "OR (ahead.status = 'todo' AND (ahead.priority, -ahead.id) > (jobs.priority, -jobs.id)))) OR status = 'doing' "
    "AND NOT EXISTS (SELECT FROM procrastinate_workers AS worker WHERE worker.id = jobs.worker_id "
    "AND worker.last_heartbeat > now() - interval '30 seconds') GROUP BY queue_name"
)


@dataclass(frozen=True, slots=True)
class Look:
    """How many interviews are open, by phase, how many effects are pending, by kind, and how many jobs, by queue.

    `waits` is how many seconds the oldest job of a queue has waited that could be worked on, or whose worker has died.
    """

    interviews: Mapping[str, int]
    effects: Mapping[str, int]
    jobs: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[str, float] = field(default_factory=dict)


async def try_out(url: str) -> None:
    """Begin a change in the database at a URL. Raises StoreUnavailableError where nothing could be saved in it."""
    await _asked(url, ("BEGIN IMMEDIATE", "ROLLBACK"), (_NOTHING,), PATIENCE_S)


async def look(url: str) -> Look:
    """What is in the database at a URL. Raises StoreUnavailableError."""
    counts = (_INTERVIEWS, _EFFECTS)
    interviews, effects, *of_jobs = await _asked(url, counts, (*counts, _JOBS, _OLDEST), COUNTING_S)
    jobs, waits = of_jobs or ([], [])
    return Look(dict(interviews), dict(effects), _by_queue(jobs, sum), _by_queue(waits, max))


def _by_queue(rows: _Rows, taken: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """What is `taken` of the figures of all queues that have one name."""
    found: dict[str, list[Any]] = {}
    for queue, figure in rows:
        found.setdefault(named(queue), []).append(figure)
    return {queue: taken(figures) for queue, figures in found.items()}


async def _asked(url: str, of_file: Sequence[str], of_server: Sequence[str], seconds: float) -> list[_Rows]:
    """The rows of each statement, which each kind of database has its own of."""
    database = parse_url(url)
    with told_as_unavailable():
        if isinstance(database, SQLiteFile):
            return await asyncio.to_thread(_at_file, database.path, of_file)
        try:
            async with asyncio.timeout(seconds):
                return await _at_server(database, of_server)
        except TimeoutError:
            raise StoreUnavailableError(_LATE.format(seconds=seconds)) from None


def _at_file(path: Path | None, statements: Iterable[str]) -> list[_Rows]:
    uri = f"{path.as_uri()}?mode=rw" if path else ":memory:"
    with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)) as connection:
        return [connection.execute(statement).fetchall() for statement in statements]


async def _at_server(server: PostgreSQLServer, statements: Iterable[str]) -> list[_Rows]:
    from psycopg import AsyncConnection  # noqa: PLC0415 - what SQLite does not need

    async with await AsyncConnection.connect(**server.connecting(), autocommit=True) as connection:
        cursors = [await connection.execute(statement) for statement in statements]
        return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
