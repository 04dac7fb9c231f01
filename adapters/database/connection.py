"""Opening the store: up to date, one process for each file, and closed again whatever happens."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from tortoise.context import require_context

from adapters.database.config import Database, PostgreSQLServer, SQLiteFile, parse_url
from adapters.database.failures import told_as_unavailable
from adapters.database.migrate import MigrationResult, bring_up_to_date
from adapters.database.outage import Outage
from adapters.database.session import open_session
from adapters.database.store import Alone, DatabaseStore
from core.effects import Effect
from core.ports import StoreInUseError
from core.roles import Role

if TYPE_CHECKING:
    from adapters.database.jobs import JobQueue

_log = logging.getLogger(__name__)


@asynccontextmanager
async def connect(
    url: str, roles: Mapping[str, Role], seconds: Callable[[Effect], float] | None = None
) -> AsyncIterator[DatabaseStore]:
    """The store at a URL, brought up to date first. Raises StoreUnavailableError or MigrationError.

    `seconds` is how long an effect waits before it is begun, where a queue of jobs that several processes share is to
    hold those that are pending, which takes PostgreSQL.
    """
    _keep_words_out_of_logs()
    async with AsyncExitStack() as stack:
        with told_as_unavailable():  # what fails here only, not what the caller does with the store
            store = await _open(stack, parse_url(url), roles, seconds)
        yield store


async def migrate(url: str) -> MigrationResult:
    """Bring the database at a URL up to date. Raises StoreUnavailableError or MigrationError."""
    database = parse_url(url)
    _keep_words_out_of_logs()
    with told_as_unavailable(), only_process_of(database):
        return await bring_up_to_date(database)


async def _open(
    stack: AsyncExitStack,
    database: Database,
    roles: Mapping[str, Role],
    seconds: Callable[[Effect], float] | None,
) -> DatabaseStore:
    stack.enter_context(only_process_of(database))
    result = await bring_up_to_date(database)
    if result.applied:
        _log.info("Database brought up to date (%s), backup: %s", ", ".join(result.applied), result.backup or "none")
    session = await stack.enter_async_context(open_session(database))
    if isinstance(database, PostgreSQLServer):
        alone = await stack.enter_async_context(_candidate_locks(database, session.outage))
        jobs = await stack.enter_async_context(_jobs(database, seconds, session.outage)) if seconds else None
        store = DatabaseStore(session, roles, alone, jobs)
    else:
        store = DatabaseStore(session, roles)
    if isinstance(database, SQLiteFile) and database.path is None:
        await session.run(_make_tables())
    await store.forget_seen()
    return store


@asynccontextmanager
async def _candidate_locks(server: PostgreSQLServer, outage: Outage) -> AsyncIterator[Alone]:
    from adapters.database.postgres.locks import CandidateLocks  # noqa: PLC0415 - what SQLite does not need

    locks = CandidateLocks(server, outage)
    try:
        yield locks.alone
    finally:
        await locks.close()


def _jobs(
    server: PostgreSQLServer, seconds: Callable[[Effect], float], outage: Outage
) -> AbstractAsyncContextManager[JobQueue]:
    from adapters.database.jobs import JobQueue  # noqa: PLC0415 - what SQLite does not need

    return JobQueue(server, seconds, outage).opened()


async def _make_tables() -> None:
    await require_context().generate_schemas()


def lock_of(path: Path) -> Path:
    """The file that the process which has a database open keeps locked."""
    return path.with_name(f"{path.name}.lock")


def only_process_of(database: Database) -> AbstractContextManager[None]:
    """Keep every other process from a database that is a file; a server is there for several."""
    return only_process(database.path) if isinstance(database, SQLiteFile) else nullcontext()


@contextmanager
def only_process(path: Path | None) -> Iterator[None]:
    """Keep every other process from a database's file, whose folder is made here; SQLite alone lets two fail midway."""
    if path is None:
        yield
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(lock_of(path), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreInUseError(f"{path} is already open in another process: stop that one first.") from error
    try:
        yield
    finally:
        lock.release()


def _keep_words_out_of_logs() -> None:
    # At DEBUG these write every statement with its values, which are the candidates' words, or how they connect.
    for name in ("tortoise", "aiosqlite", "psycopg"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("psycopg.pool").setLevel(logging.WARNING)  # a line for every query
