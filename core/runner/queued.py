"""What a runner does with effects that wait in a queue of jobs: nothing but to say what has changed about them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core import engine
from core.effects import SettleAnswer
from core.ports import StoreError
from core.recent import Recent
from core.runner import taking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.model import Conversation, Interview
    from core.ports import Clock, Jobs, PendingEffect, Store
    from core.runner.waits import Waits


class Queued:
    """The effects of a runner that any process may perform, as far as this one has to do with them."""

    def __init__(self, jobs: Jobs, store: Store, clock: Clock, waits: Waits) -> None:
        self._jobs = jobs
        self._store = store
        self._clock = clock
        self._waits = waits
        self._settling: Recent[Conversation, tuple[PendingEffect, datetime]] = Recent()

    def remember(self, pending: Iterable[PendingEffect]) -> None:
        """Remember the quiet gaps that begin now."""
        for one in pending:
            if isinstance(one.effect, SettleAnswer):
                self._begins(one)

    async def typing(self, where: Conversation) -> None:
        """Let the quiet gap of a conversation begin anew, unless it is over."""
        pending, over_at = self._settling.get(where) or (None, self._clock.now())
        if pending is None or over_at <= self._clock.now():
            self._settling.drop(where)
            return
        self._begins(pending)
        with suppress(StoreError):  # then it is over sooner
            await self._jobs.postpone(pending, self._waits.seconds(pending.effect))

    async def end_overtaken(self, before: Interview | None, interview: Interview, performed: int | None) -> list[str]:
        """End effects whose results would be dropped; the notes of them. What cannot be ended finds that out.

        They are looked for where a step has let go of more than the one that it was `performed` for.
        """
        its_own = 0 if performed is None else 1
        if before is None or engine.let_go(before, interview) <= its_own:
            return []
        ended: list[PendingEffect] = []
        with suppress(StoreError):
            for one in await self._store.pending_of(interview.candidate):
                if one.interview == interview.id and one.id != performed and engine.overtaken(interview, one.effect):
                    await self._store.performed(one.id)
                    ended.append(one)
        await self.end(ended)
        return [note for one in ended for note in taking.note_of(one.effect)]

    async def left_of(self, candidate: int) -> Sequence[PendingEffect]:
        """The effects of a candidate who is to be forgotten; those that cannot be read find that out themselves."""
        with suppress(StoreError):
            return await self._store.pending_of(candidate)
        return ()

    async def end(self, pending: Sequence[PendingEffect]) -> None:
        """Give up effects whose rows are gone; where that is not possible they end without a word."""
        if pending:
            with suppress(StoreError):
                await self._jobs.end(pending)

    def _begins(self, pending: PendingEffect) -> None:
        over_at = self._clock.now() + timedelta(seconds=self._waits.seconds(pending.effect))
        self._settling.put(pending.conversation, (pending, over_at))
