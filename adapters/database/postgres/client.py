"""Tortoise's client for PostgreSQL, made to heal: what it loses to a server that goes away it would never get back.

Tortoise imports it by the name of this module. It relies on Tortoise 1.1 in detail: a transaction that cannot begin has
to give its connection back, one whose COMMIT fails is over, and a connection that has died is put away before its use.
"""

from __future__ import annotations

import select
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import PoolTimeout
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.backends.psycopg.client import AsyncConnectionPool, PsycopgClient, TransactionWrapper

from adapters.database.postgres.presence import enter, has_entered


class AllInUseError(PoolTimeout):
    """No connection came free in time, as others use them all; the server is there."""


class Pool(AsyncConnectionPool):
    """Gives connections that are not known to be dead, without asking the server about each of them."""

    _given = 0

    async def acquire(self, *_: Any, **__: Any) -> AsyncConnection:
        """A living connection, a new one if need be.

        Raises PoolTimeout, an OperationalError, where there is none, and StoreInUseError while others are kept out.
        """
        connection = await self._taken()
        for _dead in range(self.max_size):  # so many may be; of one more that looks it, its use tells the truth
            if is_alive(connection):
                break
            await connection.close()
            await self.release(connection)  # which makes a new one
            connection = await self._taken()
        try:
            await enter(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def release(self, connection: AsyncConnection) -> None:
        """Take a connection back."""
        self._given -= 1
        await self.putconn(connection)

    async def _taken(self) -> AsyncConnection:
        try:
            connection = await self.getconn()
        except PoolTimeout as error:
            if self._given >= self.max_size:
                raise AllInUseError(str(error)) from None
            raise
        self._given += 1
        return connection


class Client(PsycopgClient):
    """As Tortoise's, with the pool and the transactions of this module."""

    async def create_pool(self, **options: Any) -> Pool:
        """The pool, opened."""
        pool = Pool(open=False, **{**options, "check": None, "configure": _enter_early})
        await pool.open()
        return pool

    def _in_transaction(self) -> TransactionContext:
        return _Beginning(_InTransaction(self), self._pool_init_lock)


class _InTransaction(TransactionWrapper):
    async def commit(self) -> None:
        try:
            await super().commit()
        except BaseException:
            self._finalized = True  # by the server, which keeps nothing of it
            raise

    async def rollback(self) -> None:
        if not self._finalized:
            await super().rollback()


class _Beginning(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            await self._give_back()
            raise

    async def _give_back(self) -> None:
        pool, connection = self.client._parent._pool, self.client._connection  # noqa: SLF001 - as said above
        if pool is not None and connection is not None:
            await pool.release(connection)


async def _enter_early(connection: AsyncConnection) -> None:
    """Try to be on the database before anybody wants the connection, who is told if that failed."""
    await has_entered(connection)


async def check(connection: AsyncConnection) -> None:
    """For a pool that is not Tortoise's. Raises OperationalError, so that the connection is replaced."""
    if not is_alive(connection):
        await connection.close()
        raise OperationalError


def is_alive(connection: AsyncConnection) -> bool:
    """Whether nothing came from the server since the last answer: an idle one sends nothing but its farewell."""
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


client_class = Client
"""The name under which Tortoise looks for it."""
