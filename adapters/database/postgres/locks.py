"""Locks that keep processes from each other: the server's own, named by two numbers, gone with the connection.

Those of candidates are held by one connection, which is there for nothing else. It never waits for one: it tries, and
who did not get it tries again a little later, so that nobody waits behind somebody who waits. What is asked of it while
it is at work it does together, in one statement. A connection that is lost loses its locks, and a new one is made.
Whoever believed to be alone then is stopped by the version of what they save, but not where that is new: two who begin
an interview of the same candidate at that moment both save it. The later one is then their current interview, and the
other is that again once the later one has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from psycopg import AsyncConnection, OperationalError

from adapters.database.config import PostgreSQLServer
from adapters.database.failures import told_as_unavailable
from adapters.database.outage import Outage

_NAMESPACE = 0x1B07
"""Ours among the locks of all who use that server's database."""
MIGRATING, LOOKING = (_NAMESPACE, 0), (_NAMESPACE, -2)  # no candidate has such an id
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.05
# In the order in which it was asked for, so that a lock that is freed can be taken right after that.
_DO = (
    "SELECT CASE WHEN free THEN pg_advisory_unlock(%s, candidate) ELSE pg_try_advisory_lock(%s, candidate) END"
    " FROM unnest(%s::int[], %s::bool[]) AS wish(candidate, free)"
)


class _Wish(NamedTuple):
    """That a lock is taken, and whom to tell whether that was possible; or, with nobody to tell, that it is freed."""

    candidate: int
    told: asyncio.Future[AsyncConnection | None] | None


class CandidateLocks:
    """Keeps other processes from candidates; closed at the end, which frees all."""

    def __init__(self, server: PostgreSQLServer, outage: Outage) -> None:
        self._server = server
        self._outage = outage
        self._connection: AsyncConnection | None = None
        self._held: set[int] = set()
        self._wishes: list[_Wish] = []
        self._working: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def alone(self, candidate: int) -> AsyncIterator[None]:
        """Wait until nobody else has this candidate, and keep them. Raises StoreUnavailableError."""
        with self._outage.watched("the locks"), told_as_unavailable():
            connection = await self._take(candidate)
        try:
            yield
        finally:
            self._free(connection, candidate)

    async def close(self) -> None:
        """Free all locks, and close the connection."""
        if self._working is not None:
            await self._working
        await self._lose()

    async def _take(self, candidate: int) -> AsyncConnection:
        """Take a lock; the connection that has it."""
        pause_s = FIRST_PAUSE_S
        while (connection := await self._tried(candidate)) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        return connection

    async def _tried(self, candidate: int) -> AsyncConnection | None:
        """The connection that has the lock now, None where another one has it."""
        if candidate in self._held:  # for one connection the server would count instead of refusing
            return None
        self._held.add(candidate)
        told: asyncio.Future[AsyncConnection | None] = asyncio.get_running_loop().create_future()
        self._wish(_Wish(candidate, told))
        try:
            return await told
        except asyncio.CancelledError:
            if not told.cancelled() and told.exception() is None and (connection := told.result()) is not None:
                self._free(connection, candidate)  # which came at that very moment
            raise

    def _free(self, connection: AsyncConnection, candidate: int) -> None:
        """Have a lock freed, of which nobody has to wait for the end."""
        self._held.discard(candidate)
        if connection is self._connection:  # else it was lost, and its locks with it
            self._wish(_Wish(candidate, None))

    def _wish(self, wish: _Wish) -> None:
        self._wishes.append(wish)
        if self._working is None:
            # Nobody cancels it: a query that is cut off leaves nobody knowing what is locked.
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do what is asked for, until nothing is."""
        while self._wishes:
            wishes, self._wishes = self._wishes, []
            try:
                connection, taken = await self._done(wishes)
            except Exception as error:  # noqa: BLE001 - they are told, whatever it is
                await self._lose()
                self._tell_all(wishes, error)
            else:
                for wish, is_taken in zip(wishes, taken, strict=True):
                    self._tell(wish, connection if is_taken else None)
        self._working = None

    def _tell(self, wish: _Wish, connection: AsyncConnection | None) -> None:
        if wish.told is None:
            return
        if connection is None:
            self._held.discard(wish.candidate)
        if not wish.told.cancelled():
            wish.told.set_result(connection)
        elif connection is not None:  # nobody waits for it any more
            self._free(connection, wish.candidate)

    def _tell_all(self, wishes: Sequence[_Wish], error: Exception) -> None:
        for wish in wishes:
            if wish.told is not None:
                self._held.discard(wish.candidate)
                if not wish.told.cancelled():
                    wish.told.set_exception(error)

    async def _done(self, wishes: Sequence[_Wish]) -> tuple[AsyncConnection, list[bool]]:
        """Whether each was done, and by which connection: a new one where it turns out that the last was lost."""
        if self._connection is not None:
            try:
                return self._connection, await _carried_out(self._connection, wishes)
            except OperationalError:
                await self._lose()
        self._connection = await AsyncConnection.connect(**self._server.connecting(), autocommit=True)
        return self._connection, await _carried_out(self._connection, wishes)

    async def _lose(self) -> None:
        """Close a connection of which nobody knows what it has locked: its locks are free then."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def _carried_out(connection: AsyncConnection, wishes: Sequence[_Wish]) -> list[bool]:
    candidates, free = [one.candidate for one in wishes], [one.told is None for one in wishes]
    cursor = await connection.execute(_DO, (_NAMESPACE, _NAMESPACE, candidates, free))
    return [is_done for (is_done,) in await cursor.fetchall()]
