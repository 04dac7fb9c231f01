"""Opening the store: one process for each file, up to date, and closed again whatever happens."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from tortoise.context import require_context

from adapters.database.config import Database, parse_url
from adapters.database.failures import told_as_unavailable
from adapters.database.migrate import MigrationResult, bring_up_to_date
from adapters.database.session import open_session
from adapters.database.store import DatabaseStore
from core.ports import StoreInUseError
from core.roles import Role

_log = logging.getLogger(__name__)


@asynccontextmanager
async def connect(url: str, roles: Mapping[str, Role]) -> AsyncIterator[DatabaseStore]:
    """The store at a URL, brought up to date first. Raises StoreUnavailableError or MigrationError."""
    _keep_words_out_of_logs()
    async with AsyncExitStack() as stack:
        with told_as_unavailable():  # what fails here only, not what the caller does with the store
            store = await _open(stack, parse_url(url), roles)
        yield store


async def migrate(url: str) -> MigrationResult:
    """Bring the database at a URL up to date. Raises StoreUnavailableError or MigrationError."""
    database = parse_url(url)
    with told_as_unavailable(), only_process(database.path):
        return await bring_up_to_date(database)


async def _open(stack: AsyncExitStack, database: Database, roles: Mapping[str, Role]) -> DatabaseStore:
    stack.enter_context(only_process(database.path))
    result = await bring_up_to_date(database)
    if result.applied:
        _log.info("Database brought up to date (%s), backup: %s", ", ".join(result.applied), result.backup or "none")
    session = await stack.enter_async_context(open_session(database))
    if database.path is None:
        await session.run(_make_tables())
    store = DatabaseStore(session, roles)
    await store.forget_seen()
    return store


async def _make_tables() -> None:
    await require_context().generate_schemas()


def lock_of(path: Path) -> Path:
    """The file that the process which has a database open keeps locked."""
    return path.with_name(f"{path.name}.lock")


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
    # At DEBUG both write every statement with its values, which are the candidates' words.
    for name in ("tortoise", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.INFO)
