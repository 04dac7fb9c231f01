"""Saves what steps change, as the candidate wants to be told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.effects import Send
from core.ports import CodeGoneError
from core.runner import noting
from core.wording import linking

if TYPE_CHECKING:
    from core.ports import Change, Clock, Saved, Store
    from core.runner.manner import Manner
    from core.runner.turnstile import Turnstile


class Saving:
    """Saves changes, with their candidate's lock held."""

    def __init__(self, store: Store, clock: Clock, manner: Manner, turnstile: Turnstile) -> None:
        self._store = store
        self._clock = clock
        self._manner = manner
        self._turnstile = turnstile

    async def save_or_refuse(self, change: Change, opening: tuple[Send, ...]) -> Saved:
        """Save what follows from a message; a code that was used in the meantime is refused like one that never was."""
        try:
            return await self.save(change)
        except CodeGoneError:
            return await self.save(replace(change, effects=(*opening, Send(linking.bad_code())), joins=""))

    async def save(self, change: Change) -> Saved:
        """Save a change, worded as the candidate wants it."""
        saved = await self._store.save(replace(change, effects=await self._manner.worded(change)))
        noting.note(change, saved.interview, self._clock)
        if change.joins or change.leaves:
            self._turnstile.moved()
        return saved
