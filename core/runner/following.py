"""Steps on the results of effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import engine
from core.effects import reworded
from core.model import Phase
from core.ports import Change, RoleMissingError, StaleInterviewError
from core.runner import taking
from core.wording.pieces import without_choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.events import Event
    from core.model import Interview
    from core.ports import PendingEffect, Store
    from core.runner.again import Removing
    from core.runner.asking import Asking
    from core.runner.forgetting import Forgetting
    from core.runner.limits import Limits
    from core.runner.saving import Saving
    from core.runner.turnstile import Turnstile
    from core.runner.waits import Waits


class Following:
    """What follows from the results of effects."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a result concerns
        self,
        store: Store,
        waits: Waits,
        asking: Asking,
        turnstile: Turnstile,
        saving: Saving,
        removing: Removing,
        forgetting: Forgetting,
        limits: Limits,
    ) -> None:
        self._store = store
        self._waits = waits
        self._asking = asking
        self._turnstile = turnstile
        self._saving = saving
        self._removing = removing
        self._forgetting = forgetting
        self._limits = limits

    async def anew(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on a result; on the interview as it is by then, where somebody else has changed it meanwhile."""
        try:
            return await self._follow(pending, event)
        except StaleInterviewError:
            if await self._store.pending_effect(pending.id) is None:
                return ()  # they have performed it, too
            return await self._follow(pending, event)

    async def _follow(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on the result of an effect, and save that together with what follows; a late result changes nothing."""
        notes = taking.note_of(pending.effect)
        async with self._turnstile.lock(pending.candidate):
            interview, where = await self._asking.interview_and_where(pending)
            followed = self._step(interview, event)
            if followed is None:
                await self._removing.once(pending)
                await self._forgetting.taken_back(interview, interview, *notes)
                return ()
            after, effects = followed
            if interview.phase is Phase.FINISHED and not await self._is_newest(interview):
                effects = reworded(effects, without_choices)
            change = Change(pending.candidate, where, interview, after, effects, performed=pending.id)
            saved = await self._saving.save(change, *notes)
            if interview.is_open and not after.is_open:
                self._limits.ended(pending.candidate)
            return saved.pending

    def _step(self, interview: Interview, event: Event | None) -> engine.Step | None:
        """The step on a result, None where there is none or it comes too late."""
        try:
            return self._waits.step(interview, event) if event else None
        except engine.UnexpectedEvent:
            return None

    async def _is_newest(self, interview: Interview) -> bool:
        """Whether it can still be gone back to, so that the buttons of what comes late are worth showing."""
        try:
            newest = await self._store.current_interview(interview.candidate)
        except RoleMissingError:
            return False
        return newest is not None and newest.id == interview.id
