"""What a runner has under way: tasks by conversation, those that nobody waits for, and what they failed with."""

from __future__ import annotations

import asyncio
import logging
import traceback
from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from core.about import about, context
from core.ports import RoleMissingError, StoreError
from core.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence
    from typing import Any

    from core.model import Conversation
    from core.ports import Clock, PendingEffect

Task = asyncio.Task[None]
_log = logging.getLogger(__name__)


class Underway:
    """The tasks of a runner. `idle` waits for all of a conversation but its timers; `close` ends timers too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[Conversation, set[Task]] = {}
        self._places: dict[Task | None, Conversation] = {}
        self._timers: set[Task | None] = set()
        self._effects: dict[int | None, dict[Task, PendingEffect]] = {}  # by interview
        self._fewer: dict[Conversation, asyncio.Event] = {}
        self._failures: Recent[Conversation, StoreError] = Recent()

    def keep(self, where: Conversation, work: Coroutine[Any, Any, None]) -> Task:
        """Start work whose failure its starter is told of."""
        task = asyncio.create_task(work, context=context(where))
        self._tasks.setdefault(where, set()).add(task)
        self._places[task] = where
        task.add_done_callback(self._forget)
        return task

    def start(self, where: Conversation, work: Coroutine[Any, Any, None]) -> Task:
        """Start work whose failure is remembered or logged."""
        task = self.keep(where, work)
        task.add_done_callback(partial(self._ended, where))
        return task

    def perform(self, pending: PendingEffect, work: Coroutine[Any, Any, None]) -> Task:
        """Start performing an effect."""
        task = self.start(pending.conversation, work)
        self._effects.setdefault(pending.interview, {})[task] = pending
        task.add_done_callback(partial(self._performed, pending.interview))
        return task

    async def rest(self, seconds: float) -> None:
        """Sleep; whatever task does so is a timer meanwhile."""
        task = asyncio.current_task()
        self._timers.add(task)
        self._tell(self._places.get(task))
        try:
            await self._clock.sleep(seconds)
        finally:
            self._timers.discard(task)

    def effects_of(self, interview: int) -> Sequence[tuple[Task, PendingEffect]]:
        """What is being performed for an interview."""
        return [*self._effects.get(interview, {}).items()]

    def is_performing(self, candidate: int) -> bool:
        """Whether an effect of a candidate is being performed; what cannot be performed now only waits on disk."""
        return any(effect.candidate == candidate for _, effect in self._all_effects())

    async def end(self, candidate: int) -> list[PendingEffect]:
        """End all effects of a candidate that are being performed, and tell them; they stay pending."""
        ended = {task: effect for task, effect in self._all_effects() if effect.candidate == candidate}
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        return [*ended.values()]

    async def no_twin(self, pending: PendingEffect) -> None:
        """Wait while a task performs just the same for the same interview since before; one that rests does not."""
        while twin := self._twin(pending):
            await self._has_fewer(twin.conversation)

    def _twin(self, pending: PendingEffect) -> PendingEffect | None:
        at_work = (one for task, one in self.effects_of(pending.interview or 0) if task not in self._timers)
        return next((one for one in at_work if one.effect == pending.effect and one.id < pending.id), None)

    async def idle(self, where: Conversation) -> None:
        """Wait until nothing but timers is left of a conversation. Raises the StoreError a task ended with, once."""
        while self._tasks.get(where, set()) - self._timers:
            await self._has_fewer(where)
        failure = self._failures.get(where)
        if failure:
            self.forget_failure(where)
            raise failure

    def failed(self, where: Conversation, error: BaseException) -> None:
        """Remember the StoreError that work for a conversation ended with, for `idle`; log any other."""
        if isinstance(error, StoreError):
            # An interview whose role is gone is closed at the next message; until then the owner may bring it back.
            if not isinstance(error, RoleMissingError):
                self._failures.put(where, copy(error))  # without the frames, which hold interviews
            return
        with about(where):
            log_failure(error)

    def forget_failure(self, where: Conversation) -> None:
        """Forget what work for a conversation ended with."""
        self._failures.drop(where)

    async def close(self) -> None:
        """End everything."""
        tasks = [task for some in self._tasks.values() for task in some]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _all_effects(self) -> Iterator[tuple[Task, PendingEffect]]:
        return ((task, effect) for some in self._effects.values() for task, effect in some.items())

    async def _has_fewer(self, where: Conversation) -> None:
        """Wait until a task of a conversation, which has some, has ended or rests."""
        fewer = self._fewer.setdefault(where, asyncio.Event())
        fewer.clear()
        await fewer.wait()

    def _forget(self, task: Task) -> None:
        where = self._places.pop(task)
        self._tasks[where].discard(task)
        if not self._tasks[where]:
            del self._tasks[where]
        self._tell(where)

    def _tell(self, where: Conversation | None) -> None:
        """Tell who waits for it that a conversation has a task less to wait for."""
        if where and (fewer := self._fewer.pop(where, None)):
            fewer.set()

    def _performed(self, interview: int | None, task: Task) -> None:
        effects = self._effects[interview]
        del effects[task]
        if not effects:
            del self._effects[interview]

    def _ended(self, where: Conversation, task: Task) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.failed(where, error)


def log_failure(error: BaseException) -> None:
    """Write down what an effect failed with that nobody foresaw; its own message may hold what a candidate said."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("An effect failed with %s and stays pending.\n%s", type(error).__name__, frames)
