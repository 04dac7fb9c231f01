"""A queue of jobs in memory, which keeps the whole contract but that of a process that dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from adapters.database.placing import QUEUES, Perform, Place, has_failed, pause_s, place, ranked, times_failed
from core.effects import Effect
from core.ports import Clock, PendingEffect


@dataclass(frozen=True, slots=True)
class Job:
    """A job by the id of its effect; it is not begun before `due`."""

    effect: int
    place: Place
    due: datetime


class FakeJobs:
    """Keeps jobs in a dict by their number. `seconds` is how long an effect waits."""

    def __init__(self, clock: Clock, seconds: Callable[[Effect], float]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._numbers = count(1)
        self.waiting: dict[int, Job] = {}
        self.running: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._alarms: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    def add(self, pending: Iterable[PendingEffect]) -> None:
        """Queue what a store has just saved."""
        for one in pending:
            self._keep(next(self._numbers), Job(one.id, place(one), self._in(self._seconds(one.effect))))

    async def postpone(self, pending: PendingEffect, seconds: float) -> None:
        for number, job in [*self.waiting.items()]:
            if job.effect == pending.id:
                self._keep(number, replace(job, due=self._in(seconds)))

    async def end(self, pending: Sequence[PendingEffect]) -> None:
        ended = {one.id for one in pending}
        self.waiting = {number: job for number, job in self.waiting.items() if job.effect not in ended}
        for job, task in self.running.values():
            if job.effect in ended:
                task.cancel("nobody wants it")
        self._changed.set()

    async def work(self, perform: Perform, queues: Collection[str] = QUEUES) -> None:
        """Work on some queues until cancelled; what is not finished then waits for others."""
        mine: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._changed.clear()
                while number := self._next(queues):
                    task = asyncio.create_task(self._work_on(number, perform))
                    self.running[number] = self.waiting.pop(number), task
                    mine.add(task)
                    task.add_done_callback(mine.discard)
                await self._changed.wait()
        finally:
            for task in [*mine]:
                task.cancel()
            await asyncio.gather(*mine)

    async def _work_on(self, number: int, perform: Perform) -> None:
        job, _ = self.running[number]
        try:
            await perform(job.effect, again=has_failed(job.place.priority))
        except asyncio.CancelledError as error:
            if not error.args:
                self._again(number, job, error)
        except Exception as error:  # noqa: BLE001 - it is tried again, whatever it is
            self._again(number, job, error)
        finally:
            del self.running[number]
            self._changed.set()

    def _again(self, number: int, job: Job, error: BaseException) -> None:
        placed = replace(job.place, priority=ranked(job.place, error))
        due = self._in(pause_s(error, times_failed(job.place.priority)))
        self._keep(number, replace(job, place=placed, due=due))

    def _keep(self, number: int, job: Job) -> None:
        self.waiting[number] = job
        self._changed.set()
        if job.due > self._clock.now():
            task = asyncio.create_task(self._ring((job.due - self._clock.now()).total_seconds()))
            self._alarms.add(task)
            task.add_done_callback(self._alarms.discard)

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._changed.set()

    def _next(self, queues: Collection[str]) -> int:
        """The number of the job to begin now, 0 for none."""
        now = self._clock.now()
        free = (n for n, job in self.waiting.items() if job.place.queue in queues and job.due <= now and self._first(n))
        return min(free, key=lambda n: (-self.waiting[n].place.priority, n), default=0)

    def _first(self, number: int) -> bool:
        """Whether a job holds up no earlier one, or none of a higher priority, with the same lock."""
        placed = self.waiting[number].place
        if placed.lock is None:
            return True
        others = ((n, job.place) for n, job in self.waiting.items() if job.place.lock == placed.lock)
        return (
            all(job.place.lock != placed.lock for job, _ in self.running.values())
            and number == min(others, key=lambda other: (-other[1].priority, other[0]))[0]
        )

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)
