"""Tortoise's client for SQLite, with a way to its thread on which nobody waits for others to come back from there.

Tortoise imports it by the name of this module. It lets one at a time go to the thread, so that with many at once that
way is what all of them wait for, and not the database. What waits meanwhile goes together here.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from tortoise.backends.sqlite.client import SqliteClient

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Any]
Asked = tuple[Work, asyncio.Future[Any]]
"""Work, and whom to tell what it gave."""
Told = tuple[Any, BaseException | None]
"""What work gave, or what it failed with."""
AT_ONCE = 8
"""So much goes to the thread together at most, as all for whom it was done go on in the same round of the loop."""
ENOUGH_S = 0.02
"""After so many seconds nothing more is begun in a hop: who is done need not wait for a slow disk with the others."""


class Client(SqliteClient):
    """As Tortoise's, for work that is done in one hop to the thread of its connection."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        self._waiting: list[Asked] = []
        self._is_hopping = False
        self._next: asyncio.Task[None] | None = None  # held, as the loop itself would not hold it

    async def in_one_hop(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What work gives that is done in the thread, outside any transaction that others have open.

        Not to be cancelled, as a `Session` sees to: else what is done in the same hop may be given up, too.
        """
        told: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, told))
        if not self._is_hopping:
            self._is_hopping = True
            await self._hop()
        return await told

    async def _hop(self) -> None:
        """Have all done that waits when its turn has come, and see to it that what came since is done after that."""
        taken: list[Asked] = []
        try:
            async with self.acquire_connection() as thread:
                due = len(self._waiting)
                while due > 0:
                    taken = self._waiting[: min(due, AT_ONCE)]
                    # aiosqlite has no public way, so its version is held by the lock; Tortoise uses `_conn`, too.
                    done = await thread._execute(_first_few, thread._conn, [work for work, _ in taken])  # noqa: SLF001
                    _tell(taken, done)
                    del self._waiting[: len(done)]
                    due -= len(done)
        except asyncio.CancelledError:
            for _, told in taken:
                told.cancel()
            del self._waiting[: len(taken)]
            self._go_on()
            raise
        except Exception as error:  # noqa: BLE001 - there is no connection: all are told of it, whatever it is
            _tell(self._waiting, [(None, error)] * len(self._waiting))
            self._waiting.clear()
        self._go_on()

    def _go_on(self) -> None:
        self._is_hopping = bool(self._waiting)
        if self._is_hopping:
            self._next = asyncio.create_task(self._hop())


def _tell(taken: Sequence[Asked], done: Sequence[Told]) -> None:
    for (_, told), (result, error) in zip(taken, done, strict=False):
        if told.done():
            continue
        if error is None:
            told.set_result(result)
        else:
            told.set_exception(error)


def _first_few(connection: sqlite3.Connection, works: Sequence[Work]) -> list[Told]:
    """What the first of the works gave: at least one."""
    begun_at, done = monotonic(), list[Told]()
    for work in works:
        done.append(_one(connection, work))
        if monotonic() - begun_at > ENOUGH_S:
            break
    return done


def _one(connection: sqlite3.Connection, work: Work) -> Told:
    try:
        return work(connection), None
    except BaseException as error:  # noqa: BLE001 - which is raised where it is waited for
        return None, error


client_class = Client
"""The name under which Tortoise looks for it."""
