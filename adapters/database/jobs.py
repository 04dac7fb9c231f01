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
from typing import TYPE_CHECKING, Any

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
from adapters.database.statements import Queueing, Statement
from core.effects import Effect, Send
from core.ports import PendingEffect

if TYPE_CHECKING:
    from adapters.database.at_hand import AtHand

TASK = "perform"
PATIENCE_S = 5.0
"""So long a connection is waited for."""
_CONNECTIONS = 5
"""At most, beside the one that hears of new jobs where any are worked on."""
CLOCK_S = 30.0
"""So often the database is asked what time it is."""
# With the function that Procrastinate's own statement calls, in the order of the columns of its type. What need not
# wait does so since now, by the server's clock: so for how long can be told.
_QUEUED = (
    f"SELECT procrastinate_defer_jobs_v1(array_agg(ROW(queue, '{TASK}', priority, lock, id::text,"  # noqa: S608 - the same
    " jsonb_build_object('effect_id', id), COALESCE(until, now()))::procrastinate_job_to_defer_v1 ORDER BY number))"
    " AS jobs FROM "
)
_PLACED = (
    "made JOIN ROWS FROM (json_to_recordset(?::json)"
    " AS (queue text, priority int, lock text, until timestamptz, taker bigint))"
    " WITH ORDINALITY AS place(queue, priority, lock, until, taker, number) USING (number)"
)
# Procrastinate has no function for a job that is begun as it is made. It waits where its `fetch_job` would let it wait:
# while one with its lock is performed, or is to be before it. Where that changes meanwhile the index of the locks of
# what is performed refuses it, and all is saved step by step.
_AHEAD = (
    "EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.status = 'doing' AND job.lock = place.lock)"
    " OR EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.status = 'todo' AND job.priority >= place.priority"
    " AND job.lock = place.lock)"
)
_TAKING = {
    "placed": "SELECT id, number, queue, priority, lock, until,"  # noqa: S608 - the same
    f" CASE WHEN taker IS NULL OR {_AHEAD} THEN NULL ELSE taker END AS taker FROM {_PLACED}",
    "taken": "INSERT INTO procrastinate_jobs"  # noqa: S608 - the same
    " (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at, status, worker_id)"
    f" SELECT queue, '{TASK}', priority, lock, id::text, jsonb_build_object('effect_id', id), now(), 'doing', taker"
    " FROM placed WHERE taker IS NOT NULL RETURNING id",
    "queued": f"{_QUEUED} placed WHERE taker IS NULL HAVING count(*) > 0",
}
_QUEUEING = {"queued": f"{_QUEUED} {_PLACED}"}
_MADE = (
    "WITH made AS (SELECT id::bigint, number"
    " FROM json_array_elements_text(?::json) WITH ORDINALITY AS made(id, number))"
)
# Once it was put back it is somebody else's, who finds that nothing is left to do.
_WITH_JOB = "WITH job AS (DELETE FROM procrastinate_jobs WHERE id = ? AND attempts = 0)"
_PUT_BACK = (
    "SELECT procrastinate_retry_job_v2(id, %(at)s, %(priority)s, NULL, NULL)::text AS done FROM (SELECT id"
    " FROM procrastinate_jobs WHERE id = %(job)s AND status = 'doing' AND attempts = 0 FOR UPDATE) AS still"
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
        self.at_hand: AtHand | None = None
        self._own: dict[int, int] = {}  # jobs that were begun with their save, by effect
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

    def queueing(self, pending: Sequence[PendingEffect]) -> Queueing:
        """What queues effects within the statement that saves them, which knows their ids; to be `on_time` before.

        The first message of them may be begun by this process with that: it is `begun` then.
        """
        places = [self._waiting(one) for one in pending]
        message = _message_of(pending)
        taker = self.at_hand.taker(message) if self.at_hand and message else None
        if message is None or taker is None:
            return _QUEUEING, [places]
        places[pending.index(message)]["taker"] = taker
        return _TAKING, [places]

    def queued(self, pending: Sequence[PendingEffect]) -> Statement:
        """What queues effects in the transaction that saves them; to be `on_time` before."""
        places = [self._waiting(one) for one in pending]
        return f"{_MADE} {_QUEUEING['queued']}", [[one.id for one in pending], places]

    def begun(self, pending: Sequence[PendingEffect], job: int) -> None:
        """Perform the message of some effects, which was begun with its save."""
        message = _message_of(pending)
        if self.at_hand and message:
            self._own[message.id] = job
            self.at_hand.begin(message, job).add_done_callback(lambda _: self._own.pop(message.id))

    def performed(self, effect_id: int, sql: str) -> Statement:
        """What removes an effect by some SQL, and with it the job that this process has begun with its save."""
        job = self._own.get(effect_id)
        return (sql, [effect_id]) if job is None else (f"{_WITH_JOB} {sql}", [job, effect_id])

    async def put_back(self, job: int, seconds: float, priority: int) -> None:
        """Have a job that was begun with its save performed in so many seconds, by whoever is free.

        What somebody else has put back is left to them. Raises StoreUnavailableError.
        """
        with told():
            at = self.time_in(seconds)
            await self.connector.execute_query_async(_PUT_BACK, job=job, at=at, priority=priority)

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


def _message_of(pending: Sequence[PendingEffect]) -> PendingEffect | None:
    """The first message of some effects."""
    return next((one for one in pending if isinstance(one.effect, Send)), None)


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
