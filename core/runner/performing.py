"""Performs one effect to its end: has its result stepped on, and says what is to become of it where that fails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core import engine
from core.about import about
from core.effects import AwaitReport, Send, SettleAnswer, TranscribeNote
from core.events import AnswerSettled, ReportDue
from core.ports import (
    DeliveryError,
    NoteUnavailableError,
    RoleMissingError,
    StaleInterviewError,
    StoreError,
    TranscriberBusyError,
    UnservedError,
)
from core.runner.again import Pauses, Stored, patiently
from core.runner.asking import Asked
from core.runner.underway import log_failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from core.events import Event
    from core.messages import Outbound
    from core.ports import Clock, PendingEffect, Platform, Standing, Store
    from core.runner.asking import Asking
    from core.runner.listening import Listening
    from core.runner.sending import Sending
    from core.runner.underway import Underway
    from core.runner.waits import Waits
    from core.runner.whereabouts import Whereabouts

    Follow = Callable[[PendingEffect, Event | None], Awaitable[Sequence[PendingEffect]]]
    """Steps on the result of an effect, None where nobody wants that any more; what is pending then."""

Answered = SettleAnswer | AwaitReport | TranscribeNote | Asked
"""The effects that are answered by an event."""


class Answering:
    """Performs effects whose results the engine steps on, by `follow`."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that gives a result
        self,
        clock: Clock,
        waits: Waits,
        underway: Underway,
        whereabouts: Whereabouts,
        asking: Asking,
        listening: Listening,
        follow: Follow,
    ) -> None:
        self._clock = clock
        self._waits = waits
        self._underway = underway
        self._whereabouts = whereabouts
        self._asking = asking
        self._listening = listening
        self._follow = follow

    async def once(self, standing: Standing, effect: Answered, *, again: bool) -> None:
        """Perform an effect that a queue has brought, when its wait is over. Raises what it failed with."""
        pending = standing.pending
        event = await self._result(pending, effect, waits=again, standing=standing)
        await patiently(lambda: self._follow(pending, event), self._clock)

    async def until_done(self, pending: PendingEffect, effect: Answered, *, resumed: bool) -> Sequence[PendingEffect]:
        """Perform an effect when its wait is over, and tell the candidate if that fails; what is pending then.

        What the store does not let be done is tried again by itself; what was found out by then is kept at hand.
        """
        stored = Stored(Pauses(self._underway), partial(self._tell_unsaved, pending, effect))
        try:
            event = None
            if await stored.done(lambda _: self._is_wanted_after_wait(pending, effect)):
                event = await stored.done(lambda again: self._result(pending, effect, waits=resumed or again))
            return await stored.done(lambda _: self._follow(pending, event))
        except RoleMissingError:
            raise
        except Exception as error:
            await self._asking.tell_of(error, pending, effect, again=resumed)
            raise

    async def _tell_unsaved(self, pending: PendingEffect, effect: Answered, error: StoreError) -> None:
        """Tell the candidate that something has to wait, and whoever waits for their conversation."""
        await self._asking.tell_of(error, pending, effect, again=False)
        if not isinstance(effect, TranscribeNote):  # of which they are told how to go on
            self._underway.failed(pending.conversation, error)

    async def _is_wanted_after_wait(self, pending: PendingEffect, effect: Answered) -> bool:
        """Wait as long as a report is waited for; whether its result was still wanted when that began."""
        if isinstance(effect, AwaitReport):
            if engine.overtaken(await self._whereabouts.interview(pending), effect):
                return False  # left by a process that ended before it could be ended
            await self._underway.rest(self._waits.seconds(effect))
        return True

    async def _result(
        self, pending: PendingEffect, effect: Answered, *, waits: bool, standing: Standing | None = None
    ) -> Event | None:
        """Ask for what the effect wants; None when nobody wants it any more. A note `waits` where others do, too."""
        if isinstance(effect, SettleAnswer):
            return AnswerSettled(effect.turn, effect.revision, self._clock.now())
        if isinstance(effect, AwaitReport):
            return ReportDue(effect.last, self._clock.now())
        if isinstance(effect, TranscribeNote):
            interview = await self._whereabouts.interview(pending)
            return await self._listening.result(pending, effect, interview, waits=waits)
        await self._underway.no_twin(pending)
        return await self._asking.result(pending, effect, standing)


class Performing:
    """Performs what a queue of jobs brings."""

    def __init__(
        self, store: Store, platforms: Mapping[str, Platform], asking: Asking, sending: Sending, answering: Answering
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._asking = asking
        self._sending = sending
        self._answering = answering

    async def perform(self, effect_id: int, *, again: bool) -> None:
        """Perform an effect, where it still waits. Raises as `Runner.perform` does."""
        standing = await self._store.standing(effect_id)
        if standing is None:
            return
        where = standing.pending.conversation
        if where.platform not in self._platforms:
            raise UnservedError
        with about(where):
            await self._perform(standing, again=again)

    async def deliver(self, pending: PendingEffect, message: Outbound) -> None:
        """Send the message of an effect that was saved just now. Raises as `Runner.deliver` does."""
        with about(pending.conversation):
            await self._sending.once(pending, message)

    async def _perform(self, standing: Standing, *, again: bool) -> None:
        pending, effect = standing.pending, standing.pending.effect
        try:
            if isinstance(effect, Send):
                await self._sending.once(pending, effect.message)
            else:
                await self._answering.once(standing, effect, again=again)
        except (DeliveryError, RoleMissingError, NoteUnavailableError, TranscriberBusyError):
            raise  # of which there is nothing to tell, or it has been told
        except Exception as error:
            left = await self._left_of(standing)
            if left and left.pending == pending:
                await self._tell_once(error, pending, again=again)
                raise
            if left is not None:  # it has become another candidate's in the meantime
                await self._perform(left, again=again)

    async def _left_of(self, standing: Standing) -> Standing | None:
        """How things stand about an effect now: None where others have performed it, or nobody wants it any more."""
        try:
            return await self._store.standing(standing.pending.id)
        except StoreError:
            return standing

    async def _tell_once(self, error: Exception, pending: PendingEffect, *, again: bool) -> None:
        """Tell what an effect failed with, the first time; what somebody else has changed meanwhile is no failure."""
        if again or isinstance(error, StaleInterviewError):
            return
        if not isinstance(error, StoreError):
            log_failure(error)
        await self._asking.tell_of(error, pending, pending.effect, again=again)
