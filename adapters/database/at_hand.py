"""Messages that are sent by the process that saved them.

Their save makes them jobs that this process has begun already. So nobody is told of them or looks for them, and each
ends with its effect in one statement; but it keeps those behind it waiting, and when its process dies it is taken up,
as any job. What does not arrive goes to the queue, for whoever is free. So does one of whose save nobody knows how it
ended, as its connection was lost: it is found idle within a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from procrastinate.exceptions import ConnectorException

from adapters.database.placing import DELIVER, Deliver, pause_s, place, ranked
from core.ports import PendingEffect, StoreUnavailableError

if TYPE_CHECKING:
    from procrastinate.jobs import Notification
    from procrastinate.manager import JobManager

    from adapters.database.jobs import JobQueue
    from core.effects import Send

ENDS_S = 2.0
"""So long a message that is being sent may go on when its process is to end."""
# One that others have taken for dead is not there any more.
_LIVES = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(worker)s RETURNING id"


class AtHand:
    """Sends messages by what `delivers` to their platform, as a worker of its own, which it is while it `shows` itself.

    `workers` are those that the process works as.
    """

    def __init__(self, queue: JobQueue, jobs: JobManager, delivers: Mapping[str, Deliver], workers: set[int]) -> None:
        self._queue = queue
        self._jobs = jobs
        self._delivers = delivers
        self._workers = workers
        self._worker: int | None = None
        self._most = 0
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by job

    def __contains__(self, job: int) -> bool:
        """Whether a job is being performed in this way."""
        return job in self._tasks

    def opens(self, most: int) -> None:
        """Begin messages once this is shown to live: about so many at once, as what is being saved comes on top."""
        self._most = most

    async def show(self) -> None:
        """Show that this lives, anew where others have taken it for dead. Raises ConnectorException."""
        connector = self._queue.connector
        if self._worker is None or not await connector.execute_query_all_async(_LIVES, worker=self._worker):
            worker = await self._jobs.register_worker()
            self._workers.add(worker)
            self._worker = worker

    async def listen(self) -> None:
        """Give up messages that nobody wants to arrive any more, until the connection is lost."""
        with suppress(ConnectorException):  # of which those tell that listen for new jobs with it
            await self._jobs.listen_for_jobs(on_notification=self._heard, queues=[DELIVER])

    def taker(self, pending: PendingEffect) -> int | None:
        """The worker that begins an effect with its save, None where it has to wait for whoever is free."""
        is_served = pending.conversation.platform in self._delivers and place(pending).queue == DELIVER
        return self._worker if is_served and len(self._tasks) < self._most else None

    def begin(self, pending: PendingEffect, job: int) -> asyncio.Task[None]:
        """Send a message that has been begun with its save, by a task."""
        task = self._tasks[job] = asyncio.create_task(self._send(pending, job))
        task.add_done_callback(lambda task: self._ended(task, job))
        return task

    async def end(self) -> None:
        """Begin none any more, and wait for a moment for those that are being sent; the rest goes to the queue."""
        worker, self._worker, self._most = self._worker, None, 0
        tasks = [*self._tasks.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=ENDS_S)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if worker is not None:
            await self._jobs.unregister_worker(worker)

    async def _send(self, pending: PendingEffect, job: int) -> None:
        """Send a message, unless its save has outlived the rest; what does not arrive is left to the queue."""
        error: BaseException = asyncio.CancelledError()
        if self._most:
            try:
                await self._delivers[pending.conversation.platform](pending, cast("Send", pending.effect).message)
            except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 - whatever it is, it has to arrive
                error = failure
            else:
                return
        with suppress(StoreUnavailableError):  # then it is put back as one that is idle
            await self._queue.put_back(job, pause_s(error, 0), ranked(place(pending), error))

    def _ended(self, task: asyncio.Task[None], job: int) -> None:
        del self._tasks[job]
        if not task.cancelled():
            task.exception()  # else asyncio logs it, with all its words

    async def _heard(self, *, channel: str, notification: Notification) -> None:  # noqa: ARG002 - as it is called
        if notification["type"] == "abort_job_requested" and (task := self._tasks.get(notification["job_id"])):
            task.cancel()
