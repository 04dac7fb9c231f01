"""Saves what steps change, and ends what that has overtaken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core import engine
from core.effects import Send
from core.ports import CodeGoneError
from core.runner import noting, taking
from core.wording import linking

if TYPE_CHECKING:
    from core.model import Interview
    from core.ports import Change, Clock, Saved, Store
    from core.runner.again import Removing
    from core.runner.forgetting import Forgetting
    from core.runner.manner import Manner
    from core.runner.queued import Queued
    from core.runner.turnstile import Turnstile
    from core.runner.underway import Underway


class Saving:
    """Saves changes, with their candidate's lock held."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a change concerns
        self,
        store: Store,
        clock: Clock,
        manner: Manner,
        turnstile: Turnstile,
        underway: Underway,
        removing: Removing,
        forgetting: Forgetting,
        queued: Queued | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._manner = manner
        self._turnstile = turnstile
        self._underway = underway
        self._removing = removing
        self._forgetting = forgetting
        self._queued = queued

    async def save_or_refuse(self, change: Change, opening: tuple[Send, ...]) -> Saved:
        """Save what follows from a message; a code that was used in the meantime is refused like one that never was."""
        try:
            return await self.save(change)
        except CodeGoneError:
            return await self.save(replace(change, effects=(*opening, Send(linking.bad_code())), joins=""))

    async def save(self, change: Change, *heard: str) -> Saved:
        """Save a change, worded as the candidate wants it, end what it has overtaken, and keep no other recordings."""
        saved = await self._store.save(replace(change, effects=await self._manner.worded(change)))
        noting.note(change, saved.interview, self._clock)
        if change.joins or change.leaves:
            self._turnstile.moved()
        ended = await self._end_overtaken(change, saved.interview) if saved.interview else ()
        await self._forgetting.taken_back(change.before, saved.interview, *heard, *ended)
        return saved

    async def _end_overtaken(self, change: Change, interview: Interview) -> list[str]:
        """End effects whose results would be dropped, so that nothing works on them in vain; the notes of them."""
        if self._queued:
            return await self._queued.end_overtaken(change.before, interview, change.performed)
        notes: list[str] = []
        for task, pending in self._underway.effects_of(interview.id):
            overtaken = pending.id != change.performed and engine.overtaken(interview, pending.effect)
            if overtaken and not task.cancelling():
                task.cancel()
                self._underway.start(pending.conversation, self._removing.once(pending))
                notes += taking.note_of(pending.effect)
        return notes
