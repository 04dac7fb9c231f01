"""What becomes of the effects that are saved: this process performs them at once, or whichever is free does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from core import engine
from core.effects import Send, SettleAnswer, TranscribeNote
from core.ports import StoreError
from core.recent import Recent
from core.runner import taking
from core.runner.again import FIRST_PAUSE_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from core.model import Conversation, Interview
    from core.ports import Change, Clock, Jobs, PendingEffect, Platform, Saved, Store
    from core.runner.again import Removing
    from core.runner.performing import Answered, Answering
    from core.runner.sending import Sending
    from core.runner.underway import Task, Underway
    from core.runner.waits import Waits
    from core.runner.whereabouts import Whereabouts


class Dispatching(Protocol):
    """Hands pending effects to who performs them, and tells those of what has changed about them."""

    def begin(self, saved: Saved) -> None:
        """A message was taken: have what follows from it performed."""
        ...

    async def resume(self, conversation: Conversation | None = None) -> None:
        """Perform what a process that ended has left behind, of one conversation or of all. Raises StoreError."""
        ...

    def typing(self, where: Conversation) -> None:
        """Let the quiet gap of a conversation begin anew, unless it is over."""
        ...

    async def end_overtaken(self, change: Change, interview: Interview) -> list[str]:
        """End effects whose results would be dropped now that a change of an interview is saved; the notes of them."""
        ...

    def ending(self, candidate: int, where: Conversation) -> AbstractAsyncContextManager[None]:
        """End all effects of a candidate, who is forgotten within the block; `where` is where they write.

        What failed there is forgotten, too. Where the block raises StoreError, they go on.
        """
        ...


class InProcess:
    """The effects of a runner that performs them itself, as soon as they are saved; no other process does."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that an effect takes
        self,
        store: Store,
        platforms: Mapping[str, Platform],
        clock: Clock,
        waits: Waits,
        underway: Underway,
        whereabouts: Whereabouts,
        removing: Removing,
        sending: Sending,
        answering: Answering,
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._waits = waits
        self._underway = underway
        self._whereabouts = whereabouts
        self._removing = removing
        self._sending = sending
        self._answering = answering
        self._settling: dict[Conversation, tuple[Task, PendingEffect]] = {}
        self._unserved: dict[int | None, list[PendingEffect]] = {}

    def begin(self, saved: Saved) -> None:
        """Start what follows from a message, and what could not be done before its candidate went on elsewhere."""
        self._perform(saved.pending)
        if saved.interview:
            self._perform(self._unserved.pop(saved.interview.id, ()))

    async def resume(self, conversation: Conversation | None = None) -> None:
        """Perform what is still pending for a conversation, or for all of the platforms that are served.

        Voice notes that cannot be fetched, as their platform is not served, are remembered: who goes on elsewhere is
        told so.
        """
        pending = await self._store.pending()
        for one in pending:
            if isinstance(one.effect, TranscribeNote) and not self._is_served(one):
                self._unserved.setdefault(one.interview, []).append(one)
        is_wanted = self._is_served if conversation is None else lambda one: one.conversation == conversation
        self._perform(filter(is_wanted, pending), resumed=True)

    def typing(self, where: Conversation) -> None:
        """Let the quiet gap of a conversation begin anew, unless it is over."""
        if where in self._settling:
            task, pending = self._settling.pop(where)
            task.cancel()
            self._perform([pending])

    async def end_overtaken(self, change: Change, interview: Interview) -> list[str]:
        """End effects whose results would be dropped, so that nothing works on them in vain; the notes of them."""
        notes: list[str] = []
        for task, pending in self._underway.effects_of(interview.id):
            overtaken = pending.id != change.performed and engine.overtaken(interview, pending.effect)
            if overtaken and not task.cancelling():
                task.cancel()
                self._underway.start(pending.conversation, self._removing.once(pending))
                notes += taking.note_of(pending.effect)
        return notes

    @asynccontextmanager
    async def ending(self, candidate: int, where: Conversation) -> AsyncIterator[None]:
        """End all effects of a candidate first, as they work with what is deleted within the block."""
        ended = {one.id for one in (*await self._underway.end(candidate), *self._sending.drop(candidate))}
        try:
            yield
        except StoreError:
            self._underway.start(where, self._go_on(candidate, ended))
            raise
        self._underway.forget_failure(where)

    async def _go_on(self, candidate: int, ended: Collection[int]) -> None:
        """Perform what was ended for a candidate who could not be forgotten, soon after that can be read again."""
        while not await self._is_going_on(candidate, ended):
            await self._underway.rest(FIRST_PAUSE_S)

    async def _is_going_on(self, candidate: int, ended: Collection[int]) -> bool:
        try:
            pending = await self._store.pending_of(candidate)
        except StoreError:
            return False
        self._perform([one for one in pending if one.id in ended], resumed=True)
        return True

    def _is_served(self, pending: PendingEffect) -> bool:
        return pending.conversation.platform in self._platforms

    def _perform(self, pending: Iterable[PendingEffect], *, resumed: bool = False) -> None:
        """Start each effect; messages to one conversation go out one after the other."""
        for one in pending:
            where, effect = one.conversation, one.effect
            if self._is_served(one):
                self._whereabouts.seen(one)
            if isinstance(effect, Send):
                if self._is_served(one):  # else it waits until the platform is served again
                    self._sending.add(one, effect.message)
                continue
            task = self._underway.perform(one, self._answer(one, effect, resumed=resumed))
            if isinstance(effect, SettleAnswer):
                self._settling[where] = task, one
                task.add_done_callback(partial(self._no_more_settling, where))

    async def _answer(self, pending: PendingEffect, effect: Answered, *, resumed: bool) -> None:
        """Perform an effect that has a result, when its quiet gap is over, and what follows from that."""
        if isinstance(effect, SettleAnswer):
            await self._clock.sleep(0 if resumed else self._waits.seconds(effect))
            self._no_more_settling(pending.conversation, asyncio.current_task())
        self._perform(await self._answering.until_done(pending, effect, resumed=resumed))

    def _no_more_settling(self, where: Conversation, task: Task | None) -> None:
        """From the end of its gap on, typing must not end a task: what it saves would never be followed up."""
        if where in self._settling and self._settling[where][0] is task:
            del self._settling[where]


class Queued:
    """The effects of a runner that any process may perform: all that is left to say is what has changed about them."""

    def __init__(self, jobs: Jobs, store: Store, clock: Clock, waits: Waits, underway: Underway) -> None:
        self._jobs = jobs
        self._store = store
        self._clock = clock
        self._waits = waits
        self._underway = underway
        self._settling: Recent[Conversation, tuple[PendingEffect, datetime]] = Recent()

    def begin(self, saved: Saved) -> None:
        """Remember the quiet gaps that begin now; what is to be performed has been queued with the save."""
        for one in saved.pending:
            if isinstance(one.effect, SettleAnswer):
                self._begins(one)

    async def resume(self, conversation: Conversation | None = None) -> None:
        """Do nothing: the queue brings what was left behind."""

    def typing(self, where: Conversation) -> None:
        """Let the quiet gap of a conversation begin anew, unless it is over."""
        self._underway.start(where, self._put_off(where))

    async def _put_off(self, where: Conversation) -> None:
        pending, over_at = self._settling.get(where) or (None, self._clock.now())
        if pending is None or over_at <= self._clock.now():
            self._settling.drop(where)
            return
        self._begins(pending)
        with suppress(StoreError):  # then it is over sooner
            await self._jobs.postpone(pending, self._waits.seconds(pending.effect))

    async def end_overtaken(self, change: Change, interview: Interview) -> list[str]:
        """End effects whose results would be dropped; the notes of them. What cannot be ended finds that out.

        They are looked for where a step has let go of more than the one that it was performed for.
        """
        before, performed = change.before, change.performed
        its_own = 0 if performed is None else 1
        if before is None or engine.let_go(before, interview) <= its_own:
            return []
        ended: list[PendingEffect] = []
        with suppress(StoreError):
            for one in await self._store.pending_of(interview.candidate):
                if one.interview == interview.id and one.id != performed and engine.overtaken(interview, one.effect):
                    await self._store.performed(one.id)
                    ended.append(one)
        await self._end(ended)
        return [note for one in ended for note in taking.note_of(one.effect)]

    @asynccontextmanager
    async def ending(self, candidate: int, where: Conversation) -> AsyncIterator[None]:
        """End the effects of a candidate once their rows are deleted; what cannot be read finds that out itself."""
        pending: Sequence[PendingEffect] = ()
        with suppress(StoreError):
            pending = await self._store.pending_of(candidate)
        yield
        await self._end(pending)
        self._underway.forget_failure(where)

    async def _end(self, pending: Sequence[PendingEffect]) -> None:
        """Give up effects whose rows are gone; where that is not possible they end without a word."""
        if pending:
            with suppress(StoreError):
                await self._jobs.end(pending)

    def _begins(self, pending: PendingEffect) -> None:
        over_at = self._clock.now() + timedelta(seconds=self._waits.seconds(pending.effect))
        self._settling.put(pending.conversation, (pending, over_at))
