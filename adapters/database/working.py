"""Works on the jobs of a database, for as long as it takes, whoever else works on them or dies of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol

from procrastinate import App
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from adapters.database.at_hand import AtHand
from adapters.database.failures import is_outage, is_unreachable
from adapters.database.jobs import CLOCK_S, TASK, JobQueue, id_of
from adapters.database.placing import (
    BACKGROUND,
    DELIVER,
    BrokenOffError,
    Deliver,
    Perform,
    Place,
    has_failed,
    named,
    pause_s,
    ranked,
    times_failed,
)
from adapters.tasks import is_asked_to_end
from core.ports import PendingEffect, RoleMissingError, StoreUnavailableError

HEARTBEAT_S, STALLED_S = 5.0, 15.0
"""A worker shows that it lives so often; one that has not for so long is taken for dead."""
HANDS_BACK_S = 2.0
"""So long what is being performed may go on when its worker is to end; then it goes back to the queue."""
POLLING_S = 0.5
"""So often is looked for jobs that nobody told of: those whose time has come."""
AGAIN_S = 2.0
"""After so many seconds a worker that has ended by itself is started again."""
TAKEN_UP_S = 5.0
"""So often is looked for jobs of dead workers."""
LOST_S = 30.0
"""So often is looked for effects without a job, and for jobs that nobody works on."""
EVERY_FEW_S = "* * * * * */5"
_WATCHING = "watch"
_WORK = "the work"
_OVER = f"DELETE FROM procrastinate_jobs WHERE task_name = '{TASK}' AND status NOT IN ('todo', 'doing')"  # noqa: S608
# One list is taken from the other, as a server which believes that they are short would join each row with all of them;
# what it gives is not sorted there, as the queue has forbidden that.
_LOST = (
    "SELECT id FROM pending_effect EXCEPT"
    " SELECT (args->>'effect_id')::bigint FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
)
# The functions that Procrastinate's own statements call. A job that was put back has been attempted once more, so that
# one which somebody has begun since then is another. Of two for the same effect one is enough.
_PUT_BACK = (
    "SELECT CASE WHEN is_wanted THEN procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)::text"
    " ELSE procrastinate_finish_job_v1(id, 'aborted', true)::text END AS done FROM (SELECT id,"
    " EXISTS (SELECT FROM pending_effect WHERE pending_effect.id = (args->>'effect_id')::bigint)"
    " AND NOT EXISTS (SELECT FROM procrastinate_jobs AS twin WHERE twin.queueing_lock = job.queueing_lock"
    " AND twin.status = 'todo') AS is_wanted FROM procrastinate_jobs AS job"
    " WHERE id = %(job)s AND status = 'doing' AND attempts = %(attempts)s FOR UPDATE) AS still"
)
_log = logging.getLogger(__name__)


class Effects(Protocol):
    """The pending effects of a store."""

    async def pending_effect(self, effect_id: int) -> PendingEffect | None: ...

    async def given_up(self, effect_id: int) -> bool: ...


class JobWorker:
    """Performs the effects of a store, as its queue brings them, by `perform`.

    While it works on messages, those that this process saves are sent at once by what `delivers` to their platform.
    """

    def __init__(
        self, queue: JobQueue, effects: Effects, perform: Perform, delivers: Mapping[str, Deliver] | None = None
    ) -> None:
        self._queue = queue
        self._app = App(connector=queue.connector)
        self._jobs = self._app.job_manager
        self._effects = effects
        self._perform = perform
        self._running: set[int] = set()
        self._workers: set[int] = set()
        self._idle: set[int] = set()
        self._at_hand = queue.at_hand = AtHand(queue, self._jobs, delivers or {}, self._workers)
        self._app.task(name=TASK, pass_context=True, retry=_Again(queue))(self._work_on)
        # That there is something to be done at fixed times keeps an eye on the heartbeats, too: without any such thing
        # Procrastinate would not notice where they, or its ear for new jobs, end with a connection.
        watching = self._app.task(name=_WATCHING, queue=BACKGROUND, queueing_lock=_WATCHING)(_watch)
        self._app.periodic(cron=EVERY_FEW_S)(watching)

    async def work(self, at_once: Mapping[str, int]) -> None:
        """Work on some queues, so much of each `at_once`, until cancelled; then hand back what is left."""
        # A group cancels each of its tasks once: a second time would break the handing back off.
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_looking(self._take_up, TAKEN_UP_S))
            for look in (self._queue_lost, self._put_back_idle):
                tasks.create_task(self._keep_looking(look, LOST_S))
            tasks.create_task(self._keep_looking(self._queue.set_clock, CLOCK_S))
            for queue, most in at_once.items():
                tasks.create_task(self._keep_working(queue, most))
            if DELIVER in at_once:
                tasks.create_task(self._keep_at_hand(at_once[DELIVER]))
                tasks.create_task(self._keep_looking(self._at_hand.listen, AGAIN_S))

    async def _keep_at_hand(self, most: int) -> None:
        """Send what this process saves, about as much at once as it works on from the queue."""
        self._at_hand.opens(most)
        try:
            await self._keep_looking(self._at_hand.show, HEARTBEAT_S)
        finally:
            with suppress(ConnectorException):  # others will see that it does not live any more
                await self._at_hand.end()

    async def _keep_working(self, queue: str, most: int) -> None:
        """Work on a queue, `most` of it at once, and again whenever that ends: as when the database is gone."""
        while True:
            reason, level = "the loss of its connection", logging.INFO  # which is replaced, or its outage told of
            try:
                await _run(self._worker(queue, most))
            except asyncio.CancelledError as error:
                if is_asked_to_end():
                    raise
                # Something within was cancelled, and it with that.
                reason, level = type(error).__name__, logging.WARNING
            except Exception as error:  # noqa: BLE001 - whatever it is, the work has to go on
                if not is_unreachable(_cause(error)):  # told by who looks: this may come long after it has happened
                    reason, level = type(_cause(error)).__name__, logging.WARNING
            if is_asked_to_end():
                return  # what it ended with has taken the place of that
            _log.log(level, "Working on %s was broken off by %s; going on in %g s.", named(queue), reason, AGAIN_S)
            await asyncio.sleep(AGAIN_S)

    def _worker(self, queue: str, most: int) -> Worker:
        return Worker(
            self._app,
            queues=[queue],
            name=queue,
            concurrency=most,
            delete_jobs="always",
            install_signal_handlers=False,
            fetch_job_polling_interval=POLLING_S,
            shutdown_graceful_timeout=HANDS_BACK_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_S,
        )

    async def _keep_looking(self, look: Callable[[], Awaitable[None]], pause_s: float) -> None:
        """Look for something every so many seconds."""
        while True:
            try:
                await look()
            except asyncio.CancelledError:
                if is_asked_to_end():
                    raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the next time may go better
                if isinstance(error, ConnectorException):  # else it is the store, which notices by itself
                    self._queue.outage.noticed(_WORK, _cause(error))
                if not is_unreachable(_cause(error)):
                    reason = type(_cause(error)).__name__
                    _log.warning("Looking for lost work failed with %s; it goes on in %g s.", reason, pause_s)
            if is_asked_to_end():
                return  # what it ended with has taken the place of that
            await asyncio.sleep(pause_s)

    async def _work_on(self, context: JobContext, effect_id: int) -> None:
        """Perform the effect of a job."""
        job_id = id_of(context.job)
        self._running.add(job_id)
        self._workers.add(context.job.worker_id or 0)
        try:
            await self._perform(effect_id, again=has_failed(context.job.priority))
        except RoleMissingError:
            if not await self._effects.given_up(effect_id):
                raise
        except asyncio.CancelledError:
            reason = context.abort_reason()
            if reason is AbortReason.USER_REQUEST:
                raise JobAborted from None  # else it would be tried again
            if reason is AbortReason.SHUTDOWN:
                raise
            raise BrokenOffError from None
        finally:
            self._running.discard(job_id)

    # What got lost

    async def _take_up(self) -> None:
        """Take up the jobs of workers that have died."""
        stalled = [*await self._jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_S)]
        self._queue.outage.over(_WORK)
        await self._put_back([job for job in stalled if not self._is_performed(id_of(job))])

    async def _queue_lost(self) -> None:
        """Queue anew the effects that have no job, as those that came from another database."""
        async with self._queue.looking() as is_alone:
            if not is_alone:
                return
            await self._queue.connector.execute_query_async(_OVER)  # of which nothing comes any more
            lost = await self._queue.connector.execute_query_all_async(_LOST)
            for effect_id in sorted(row["id"] for row in lost):
                pending = await self._pending_effect(effect_id)
                if pending is not None:  # else it has just been performed
                    await self._queue.queue_again(pending)

    async def _pending_effect(self, effect_id: int) -> PendingEffect | None:
        """A pending effect, None also where nobody can read it, so that the others are not left for that."""
        try:
            return await self._effects.pending_effect(effect_id)
        except StoreUnavailableError as error:
            if is_outage(error):
                raise
            _log.warning("The pending effect %d cannot be read, so it is left alone: %s", effect_id, error)
            return None

    async def _put_back_idle(self) -> None:
        """Put jobs back that are this process's own, and on which it did not work the last time either.

        That they have ended could not be written down.
        """
        idle: dict[int, Job] = {}
        for worker in [*self._workers]:
            for job in await self._jobs.list_jobs_async(status=Status.DOING.value, worker_id=worker):
                if not self._is_performed(id_of(job)):
                    idle[id_of(job)] = job
        await self._put_back([idle[job_id] for job_id in self._idle & idle.keys()])
        self._idle = {*idle}

    def _is_performed(self, job: int) -> bool:
        """Whether this process works on a job just now."""
        return job in self._running or job in self._at_hand

    async def _put_back(self, jobs: Collection[Job]) -> None:
        """Have jobs performed again by whoever is free, unless others have; those whose effects are gone are over."""
        for job in jobs:
            await self._queue.connector.execute_query_async(_PUT_BACK, job=id_of(job), attempts=job.attempts)


async def _run(worker: Worker) -> None:
    """Run a worker until it ends, or until this is cancelled: then it hands back what it has, and has ended."""
    running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]  # it does not say that it returns nothing
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        # Once, as a second time would break the handing back off. While it begins that may be lost on what waits for a
        # connection (`asyncio.wait_for` before Python 3.12), so it is asked to stop as well, which it looks at later.
        running.cancel()
        worker.stop()  # type: ignore[no-untyped-call]  # the same
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # else asyncio logs it, though there is nobody whom it concerns any more
        raise


async def _watch(timestamp: int) -> None:
    """Do nothing: what counts is that it is due."""


def _cause(error: Exception) -> Exception:
    """The database's own error, which Procrastinate wraps in its own."""
    return error.__cause__ if isinstance(error.__cause__, Exception) else error


class _Again(BaseRetryStrategy):
    """Everything is tried again, for as long as it takes."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        placed = Place(job.queue, job.lock, job.priority)
        retry_at = self._queue.time_in(pause_s(exception, times_failed(job.priority)))
        return RetryDecision(retry_at=retry_at, priority=ranked(placed, exception))
