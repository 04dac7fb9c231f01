"""Asks the interviewer for what an effect wants; no lock and no transaction is held meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, assert_never

from core import engine
from core.effects import AssessAnswer, ConsiderAnswer, StrengthenAnswer
from core.events import AnswerAssessed, AnswerConsidered, AnswerStrengthened, Event
from core.model import Phase
from core.ports import DeliveryError, Waiting
from core.wording import interview as say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from core.messages import Outbound
    from core.model import Interview
    from core.ports import Clock, Interviewer, PendingEffect, Platform, Store

Asked = ConsiderAnswer | AssessAnswer | StrengthenAnswer
"""The effects that an interviewer is asked for."""
SLOW_S = 15.0
"""After so many seconds of waiting for feedback a candidate is told that it is on its way."""


class Asking:
    """Turns effects into events by asking the interviewer."""

    def __init__(self, store: Store, interviewer: Interviewer, platforms: Mapping[str, Platform], clock: Clock) -> None:
        self._store = store
        self._interviewer = interviewer
        self._platforms = platforms
        self._clock = clock

    async def result(self, pending: PendingEffect, effect: Asked) -> Event | None:
        """The event that an effect is answered by, None when it has been overtaken. Raises what the interviewer does.

        Raises LookupError for an effect without its interview, and StoreError.
        """
        interview = await self.interview(pending)
        if engine.overtaken(interview, effect):
            return None
        waiting = Waiting(pending.candidate, _looks_on(interview, effect), lambda place: self._tell(pending, place))
        role, turn = interview.role, interview.turns[effect.turn]
        match effect:
            case ConsiderAnswer():
                consideration = await self._interviewer.consider(role, turn, waiting)
                return AnswerConsidered(effect.turn, effect.revision, consideration, self._clock.now())
            case AssessAnswer():
                async with self._telling_if_slow(pending, interview):
                    assessment = await self._interviewer.assess(role, turn, waiting)
                return AnswerAssessed(effect.turn, assessment, self._clock.now())
            case StrengthenAnswer():
                stronger = await self._interviewer.strengthen(role, turn, waiting)
                return AnswerStrengthened(effect.turn, stronger, self._clock.now())
            case never:
                assert_never(never)

    async def interview(self, pending: PendingEffect) -> Interview:
        """The interview an effect belongs to, as it is now. Raises LookupError when it is gone, and StoreError."""
        interview = await self._store.interview(pending.candidate, pending.interview or 0)
        if interview is None:
            msg = f"effect {pending.id} belongs to no interview"
            raise LookupError(msg)
        return interview

    @asynccontextmanager
    async def _telling_if_slow(self, pending: PendingEffect, interview: Interview) -> AsyncIterator[None]:
        """Tell somebody who looks at a question in coach mode, and has to wait long for its feedback, how to go on."""
        telling = asyncio.create_task(self._tell_slow(pending)) if interview.phase is Phase.REVIEWING else None
        try:
            yield
        finally:
            if telling:
                telling.cancel()

    async def _tell_slow(self, pending: PendingEffect) -> None:
        await self._clock.sleep(SLOW_S)
        await self._send(pending, say.feedback_to_come(), f"slow-{pending.id}")

    async def _tell(self, pending: PendingEffect, place: int) -> None:
        """Tell a candidate their place in the queue: true for a moment only, so it is not kept."""
        await self._send(pending, say.waiting(place), f"wait-{pending.id}")

    async def _send(self, pending: PendingEffect, message: Outbound, key: str) -> None:
        """Send something that need not arrive."""
        where = pending.conversation
        with suppress(DeliveryError):
            await self._platforms[where.platform].send(where, message, key)


def _looks_on(interview: Interview, effect: Asked) -> bool:
    """Whether the candidate waits for just this."""
    if not isinstance(effect, AssessAnswer) or interview.phase in {Phase.REPORTING, Phase.REVIEWING}:
        return True
    turn = interview.turns[effect.turn]
    return interview.report is not None and (turn.attempt > 1 or turn.disputed is not None)
