"""Forgets a candidate, the recordings of one, or of what they took back, with their lock held."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.effects import Send, reworded
from core.ports import RecordingError, StoreError
from core.recent import forget_said
from core.runner.again import Pauses
from core.runner.sending import tell
from core.wording import voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from core.desk.answer import Answer
    from core.effects import Effect
    from core.messages import Inbound, Outbound
    from core.model import Interview
    from core.ports import Clock, PendingEffect, Platform, Recordings, Store
    from core.runner.queued import Queued
    from core.runner.sending import Sending
    from core.runner.turnstile import Turnstile
    from core.runner.underway import Underway
    from core.runner.whereabouts import Whereabouts

SAID_S = 1800.0
"""So long at most what was made of candidates' words is kept, in seconds; our own choice."""
_log = logging.getLogger(__name__)


class Forgetting:
    """Deletes what is kept of candidates. Without `recordings` no sound was kept, without `queued` none waits."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that remembers something
        self,
        store: Store,
        platforms: Mapping[str, Platform],
        recordings: Recordings | None,
        underway: Underway,
        sending: Sending,
        turnstile: Turnstile,
        whereabouts: Whereabouts,
        clock: Clock,
        perform: Callable[[Iterable[PendingEffect]], None],
        queued: Queued | None,
    ) -> None:
        self._store = store
        self._recordings = recordings
        self._platforms = platforms
        self._underway = underway
        self._sending = sending
        self._turnstile = turnstile
        self._whereabouts = whereabouts
        self._clock = clock
        self._perform = perform
        self._queued = queued

    async def everything(self, candidate: int, inbound: Inbound, effects: Sequence[Effect]) -> None:
        """Forget a candidate, and tell them: of that nothing is kept either. Raises StoreError.

        Where recordings cannot be deleted nothing else is, as nobody could find them any more. None comes after them:
        a note is kept with the same lock held, for an interview that is still there.
        """
        interviews = await self._store.interviews(candidate)
        if not await self._recordings_gone(interviews):
            self._tell(inbound, [voice.not_forgotten()])
            return
        await self._underway.end(candidate)
        self._sending.drop(candidate)
        elsewhere = await self._queued.left_of(candidate) if self._queued else ()
        try:
            await self._store.forget(candidate)
        except StoreError:
            if not self._queued:  # else they have not been ended yet
                self._underway.start(inbound.conversation, self._go_on(candidate))
            raise
        if self._queued:
            await self._queued.end(elsewhere)
        forget_said()
        self._underway.forget_failure(inbound.conversation)
        for interview in interviews:
            self._whereabouts.forget(interview)
        self._turnstile.moved()
        self._tell(inbound, [effect.message for effect in effects if isinstance(effect, Send)])

    async def _go_on(self, candidate: int) -> None:
        """Perform what was ended for a candidate who could not be forgotten, as soon as that can be read again."""
        await Pauses(self._clock, self._underway).until(lambda: self._is_going_on(candidate))

    async def _is_going_on(self, candidate: int) -> bool:
        try:
            pending = await self._store.pending_of(candidate)
        except StoreError:
            return False
        self._perform(pending)
        return True

    async def recordings(self, candidate: int, answer: Answer) -> Answer:
        """Delete the recordings of a candidate; the answer, or that this was not possible. Raises StoreError."""
        if await self._recordings_gone(await self._store.interviews(candidate)):
            return answer
        effects = reworded(answer.effects, lambda page: replace(voice.recordings_not_deleted(), replaces=page.replaces))
        return replace(answer, effects=effects)

    async def taken_back(self, before: Interview | None, after: Interview | None, *heard: str) -> None:
        """Delete the recordings of notes that were kept `before`, or were just `heard`, and are not kept `after`."""
        if self._recordings is None or after is None:
            return
        had = _kept(before) if before and before.id == after.id else frozenset()
        for note in (had | {*heard}) - _kept(after):
            try:
                await self._recordings.drop(after.id, note)
            except RecordingError as error:
                _log.warning("A recording is not deleted: %s", error)

    async def _recordings_gone(self, interviews: Sequence[int]) -> bool:
        if self._recordings is None:
            return True
        try:
            await self._recordings.forget(interviews)
        except RecordingError as error:
            _log.warning("Recordings are not deleted: %s", error)
            return False
        return True

    def _tell(self, inbound: Inbound, messages: Iterable[Outbound]) -> None:
        self._underway.start(inbound.conversation, self._tell_all(inbound, messages))

    async def _tell_all(self, inbound: Inbound, messages: Iterable[Outbound]) -> None:
        for number, message in enumerate(messages):
            await tell(self._platforms, inbound.conversation, message, f"forgotten-{inbound.inbound_id}-{number}")


@asynccontextmanager
async def said_forgotten(clock: Clock) -> AsyncIterator[None]:
    """Forget what was made of candidates' words every `SAID_S`, as another process may have forgotten who said them."""
    forgetting = asyncio.create_task(_keep_forgetting(clock))
    try:
        yield
    finally:
        forgetting.cancel()


async def _keep_forgetting(clock: Clock) -> None:
    while True:
        await clock.sleep(SAID_S)
        forget_said()


def _kept(interview: Interview) -> frozenset[str]:
    """The notes whose sound is kept."""
    spoken = (said.spoken for turn in interview.turns for said in turn.utterances)
    return frozenset(one.note for one in spoken if one and one.kept)
