"""Locks that keep processes from each other: the server's own, named by two numbers, gone with the connection.

Those of candidates are held by one connection, which is there for nothing else. It never waits for one: it tries, and
who did not get it tries again a little later, so that nobody waits behind somebody who waits. A connection that is lost
loses its locks, and a new one is made; whoever believed to be alone then is stopped by the version of what they save.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection

from adapters.database.config import PostgreSQLServer
from adapters.database.failures import told_as_unavailable

_NAMESPACE = 0x1B07
"""Ours among the locks of all who use that server's database."""
MIGRATING = (_NAMESPACE, 0)  # no candidate has this id
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.05
_TRY = "SELECT pg_try_advisory_lock(%s, %s)"
_FREE = "SELECT pg_advisory_unlock(%s, %s)"


class CandidateLocks:
    """Keeps other processes from candidates; closed at the end, which frees all."""

    def __init__(self, server: PostgreSQLServer) -> None:
        self._server = server
        self._connection: AsyncConnection | None = None
        self._connecting = asyncio.Lock()
        self._held: set[int] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def alone(self, candidate: int) -> AsyncIterator[None]:
        """Wait until nobody else has this candidate, and keep them. Raises StoreUnavailableError."""
        with told_as_unavailable():
            connection = await self._take(candidate)
        try:
            yield
        finally:
            await asyncio.shield(self._begun(self._free(connection, candidate)))

    async def close(self) -> None:
        """Free all locks, and close the connection."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    async def _take(self, candidate: int) -> AsyncConnection:
        pause_s = FIRST_PAUSE_S
        while True:
            trying = self._begun(self._try(candidate))
            try:
                taken: AsyncConnection | None = await asyncio.shield(trying)
            except asyncio.CancelledError:
                self._begun(self._undo(trying, candidate))
                raise
            if taken is not None:
                return taken
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _try(self, candidate: int) -> AsyncConnection | None:
        """The connection that has the lock now, None where another one has it."""
        if candidate in self._held:  # for one connection the server would count instead of refusing
            return None
        self._held.add(candidate)
        taken = False
        try:
            connection = await self._connected()
            cursor = await connection.execute(_TRY, (_NAMESPACE, candidate))
            taken = await cursor.fetchone() == (True,)
        finally:
            if not taken:
                self._held.discard(candidate)
        return connection if taken else None

    async def _undo(self, trying: asyncio.Task[AsyncConnection | None], candidate: int) -> None:
        """Free what was taken after nobody waited for it any more."""
        connection = await trying
        if connection is not None:
            await self._free(connection, candidate)

    async def _free(self, connection: AsyncConnection, candidate: int) -> None:
        try:
            if not connection.closed:
                await connection.execute(_FREE, (_NAMESPACE, candidate))
        except psycopg.Error:
            await connection.close()  # and its locks are free
        finally:
            self._held.discard(candidate)

    async def _connected(self) -> AsyncConnection:
        """The connection, a new one where it was lost."""
        async with self._connecting:
            if self._connection is None or self._connection.closed:
                self._connection = await AsyncConnection.connect(**self._server.connecting(), autocommit=True)
            return self._connection

    def _begun(self, work: Any) -> asyncio.Task[Any]:
        """A task that nobody cancels: a query that is cut off leaves nobody knowing what is locked."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that one that nobody waits for any more is not reported
