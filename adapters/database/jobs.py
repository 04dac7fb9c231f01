"""Pending effects as jobs of Procrastinate, on the database that their rows are in.

A job names its effect and holds nothing else of it; one whose row is gone has nothing to do. Its queueing lock is the
id of its effect, by which it is found again, and by which no effect waits twice.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import get_channel_for_queues
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.database.config import PostgreSQLServer
from adapters.database.failures import told_as_unavailable
from adapters.database.outage import Outage
from adapters.database.placing import QUEUES, place
from adapters.database.postgres.client import check
from adapters.database.postgres.ear import Connector
from adapters.database.postgres.locks import LOOKING
from adapters.database.statements import Statement
from core.effects import Effect
from core.ports import PendingEffect

TASK = "perform"
PATIENCE_S = 5.0
"""So long a connection is waited for."""
_CONNECTIONS = 5
"""At most, beside the one that hears of new jobs where any are worked on."""
CLOCK_S = 30.0
"""So often the database is asked what time it is."""
# With the function that Procrastinate's own statement calls, in the order of the columns of its type. What need not
# wait does so since now, by the server's clock: so for how long can be told.
_QUEUEING = (
    f"SELECT procrastinate_defer_jobs_v1(array_agg(ROW(queue, '{TASK}', priority, lock, id::text,"  # noqa: S608 - the same
    " jsonb_build_object('effect_id', id), COALESCE(until, now()))::procrastinate_job_to_defer_v1 ORDER BY number))"
    " AS jobs"
    " FROM made JOIN ROWS FROM (json_to_recordset(?::json) AS (queue text, priority int, lock text, until timestamptz))"
    " WITH ORDINALITY AS place(queue, priority, lock, until, number) USING (number)"
)
_MADE = (
    "WITH made AS (SELECT id::bigint, number"
    " FROM json_array_elements_text(?::json) WITH ORDINALITY AS made(id, number))"
)


class JobQueue:
    """The jobs of a database, by its `connector`. `seconds` is how long an effect waits before it is begun."""

    def __init__(self, server: PostgreSQLServer, seconds: Callable[[Effect], float], outage: Outage) -> None:
        self.outage = outage
        self.connector = Connector(
            get_channel_for_queues(QUEUES),
            pool_factory=_pool,
            kwargs=_by_indexes(server.connecting()),
            configure=_commit_at_once,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=PATIENCE_S,
        )
        self._app = App(connector=self.connector)
        self._jobs = self._app.job_manager
        self._seconds = seconds
        self._now, self._asked_at = datetime.now(UTC), monotonic()
        # What it tells of its own accord are the errors of others with all their words, and a line for every job.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[JobQueue]:
        """Connect, until the end of the block. Raises StoreUnavailableError."""
        with told():
            await self._app.open_async()
        try:
            with told():
                await self.set_clock()
            yield self
        finally:
            await self._app.close_async()

    async def set_clock(self) -> None:
        """Go by the database's clock from now on, as it does when it says whose time has come.

        This machine's own may be set at any moment, so what it says is never asked for, only how much time has passed.
        """
        row = await self.connector.execute_query_one_async("SELECT clock_timestamp() AS now")
        self._now, self._asked_at = row["now"], monotonic()

    def time_in(self, seconds: float) -> datetime:
        """The time in so many seconds."""
        return self._now + timedelta(seconds=monotonic() - self._asked_at + seconds)

    def queueing(self, pending: Sequence[PendingEffect]) -> Statement:
        """What queues effects within the statement that saves them, which knows their ids; to be `on_time` before."""
        return _QUEUEING, [[self._waiting(one) for one in pending]]

    def queued(self, pending: Sequence[PendingEffect]) -> Statement:
        """What queues effects in the transaction that saves them; to be `on_time` before."""
        sql, values = self.queueing(pending)
        return f"{_MADE} {sql}", [[one.id for one in pending], *values]

    async def on_time(self) -> None:
        """Set the clock where it has not been for long. Raises StoreUnavailableError."""
        if monotonic() - self._asked_at > CLOCK_S:  # a machine that slept has not counted that
            with told():
                await self.set_clock()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[bool]:
        """Whether nobody else looks for what got lost, until the end of the block: two would queue it twice."""
        async with self.connector.pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", LOOKING)
            yield await cursor.fetchone() == (True,)

    async def queue_again(self, pending: PendingEffect) -> None:
        """Queue an effect whose job was lost, unless somebody else has. Raises StoreUnavailableError."""
        with told(), suppress(AlreadyEnqueued):
            await self._jobs.defer_job_async(self._job(pending))

    async def postpone(self, pending: PendingEffect, seconds: float) -> None:
        with told():
            for job in await self._jobs.list_jobs_async(queueing_lock=str(pending.id), status=Status.TODO.value):
                await self._put_off(job, seconds)

    async def end(self, pending: Sequence[PendingEffect]) -> None:
        with told():
            jobs = [job for one in pending for job in await self._jobs.list_jobs_async(queueing_lock=str(one.id))]
            # Those that have not begun first: one that is ended lets the next with its lock begin.
            for job in sorted(jobs, key=lambda job: job.status != Status.TODO.value):
                await self._jobs.cancel_job_by_id_async(id_of(job), abort=True, delete_job=True)

    def _job(self, pending: PendingEffect) -> Job:
        placed = place(pending)
        return Job(
            queue=placed.queue,
            lock=placed.lock,
            priority=placed.priority,
            queueing_lock=str(pending.id),
            task_name=TASK,
            task_kwargs={"effect_id": pending.id},
            scheduled_at=self._until(pending) or self.time_in(0.0),
        )

    def _waiting(self, pending: PendingEffect) -> dict[str, str | int | None]:
        placed, until = place(pending), self._until(pending)
        about = {"queue": placed.queue, "lock": placed.lock, "priority": placed.priority}
        return {**about, "until": None if until is None else until.isoformat()}

    def _until(self, pending: PendingEffect) -> datetime | None:
        """Until when an effect waits, None where it need not."""
        seconds = self._seconds(pending.effect)
        return self.time_in(seconds) if seconds else None

    async def _put_off(self, job: Job, seconds: float) -> None:
        """Let a job wait for so long from now: a new one takes its place, as there is no other way."""
        async with self.connector.pool.connection() as connection, connection.transaction():
            if await self._jobs.cancel_job_by_id_async(id_of(job), delete_job=True, connection=connection):
                later = job.evolve(id=None, status=None, scheduled_at=self.time_in(seconds))
                await self._jobs.defer_job_async(later, connection=connection)


def _by_indexes(connecting: Mapping[str, Any]) -> dict[str, Any]:
    """Have the server look for jobs by their indexes, whatever it takes their number for.

    What it has counted may have been the few of a quiet moment: with many of them it would then compare each with all
    the others, at each look for one.
    """
    return {**connecting, "options": f"{connecting['options']} -c enable_seqscan=off -c enable_sort=off"}


def _pool(**options: Any) -> AsyncConnectionPool:
    """A pool that looks at its connections by itself: to ask the server about each takes as long as what it is for."""
    return AsyncConnectionPool(**{**options, "check": check})


async def _commit_at_once(connection: AsyncConnection) -> None:
    """Have each statement be a transaction of its own, as all of Procrastinate's are."""
    await connection.set_autocommit(True)


def id_of(job: Job) -> int:
    """The id of a job that is in the database."""
    if job.id is None:
        raise ValueError
    return job.id


@contextmanager
def told() -> Iterator[None]:
    """Turn what Procrastinate raises where the database fails into StoreUnavailableError."""
    with told_as_unavailable():
        try:
            yield
        except ConnectorException as error:
            raise (error.__cause__ or error) from None
