"""The one way to an open database.

Work runs in a task of its own, which is never cancelled: a task cancelled inside a transaction would leave Tortoise's
connection locked for good. Whoever waits for the work may be cancelled; the work then ends by itself, saved or not.
Nothing but SQL may be awaited in it, as SQLite is one connection that every conversation shares.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from adapters.database.config import Database
from adapters.database.failures import told_as_unavailable
from adapters.database.outage import Outage

_STORE = "the store"
Result = TypeVar("Result")


class Session:
    """An open database. `space` is the context variables in which Tortoise finds its connection, whoever calls."""

    def __init__(self, space: Context) -> None:
        self._space = space
        self.outage = Outage()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run work to its end, even when the caller is cancelled. Raises StoreUnavailableError."""
        task = asyncio.create_task(work, context=self._space.copy())
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        with self.outage.watched(_STORE), told_as_unavailable():
            await asyncio.wait([task])  # which does not cancel it
            return task.result()

    async def finish(self) -> None:
        """Wait for all work that is still running."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # else asyncio logs it, with all its words, where nobody waits for it any more


@asynccontextmanager
async def open_session(database: Database) -> AsyncIterator[Session]:
    """Connect, and always close: a connection left open keeps the process from ending."""
    space, context = Context(), TortoiseContext()
    space.run(context.__enter__)
    session = Session(space)
    try:
        await session.run(_connect(context, database))
        yield session
    finally:
        await session.finish()
        await session.run(context.close_connections())


async def _connect(context: TortoiseContext, database: Database) -> None:
    await context.init(config=database.tortoise())
    # Tortoise connects at the first query, and one that cannot connect inside a transaction locks it for good.
    await context.db().create_connection(with_db=True)


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """All or nothing. A COMMIT that fails is undone here: Tortoise would leave it open and commit it with the next."""
    async with in_transaction() as connection:
        try:
            yield connection
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise
