"""Who is on a database, by a lock of the server: those who work with it hold it together, who copies it holds it alone.

Each connection that a store works with has it from its beginning to its end, so that one that is made anew, after the
server was lost, is refused where the database is being copied by then. Who has gone a moment ago may still have it, as
a server takes its time to notice: so it is tried for a little while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from weakref import WeakSet

from psycopg import AsyncConnection

from adapters.database.postgres.locks import MIGRATING
from adapters.database.statements import first
from core.ports import StoreInUseError

ON_IT = (MIGRATING[0], -1)  # no candidate has this id either
PATIENCE_S, LONG_PATIENCE_S = 0.5, 3.0
"""So long is tried who comes to work, and who comes to copy: that one has itself just been there to make the tables."""
_PAUSE_S = 0.02
_TOGETHER = "SELECT pg_try_advisory_lock_shared(%s, %s)"
_ALONE = "SELECT pg_try_advisory_lock(?, ?) AS taken"
_STILL_ALONE = "SELECT pg_try_advisory_xact_lock(?, ?) AS taken"
_present: WeakSet[AsyncConnection] = WeakSet()


async def enter(connection: AsyncConnection) -> None:
    """Be on the database, together with others, until the connection ends. Raises StoreInUseError."""
    if not await _tried(lambda: has_entered(connection), PATIENCE_S):
        raise StoreInUseError("The database is being copied, so nothing was saved: try again when that has ended.")


async def has_entered(connection: AsyncConnection) -> bool:
    """Whether a connection is on the database, after one try."""
    if connection not in _present:
        taken = await (await connection.execute(_TOGETHER, ON_IT)).fetchone()
        if taken != (True,):
            return False
        _present.add(connection)
    return True


async def is_alone() -> bool:
    """Whether the one connection of this session has the database to itself now, until it ends."""
    return await _tried(lambda: _taken(_ALONE), LONG_PATIENCE_S)


async def is_still_alone() -> bool:
    """The same within a transaction, to be asked first: its connection may be another one, made anew meanwhile."""
    return await _taken(_STILL_ALONE)


async def _taken(statement: str) -> bool:
    row = await first(statement, *ON_IT)
    return bool(row and row["taken"])


async def _tried(take: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    latest = monotonic() + seconds
    while not await take():
        if monotonic() > latest:
            return False
        await asyncio.sleep(_PAUSE_S)
    return True
