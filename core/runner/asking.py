"""Asks the interviewer for what an effect wants; no lock and no transaction is held meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, assert_never

from core import engine
from core.effects import AssessAnswer, ConsiderAnswer, StrengthenAnswer, TranscribeNote
from core.events import AnswerAssessed, AnswerConsidered, AnswerStrengthened, Event
from core.model import Phase
from core.ports import StoreError, Waiting
from core.runner.sending import tell
from core.runner.whereabouts import as_it_stands
from core.wording import afterwards as after
from core.wording import interview as say
from core.wording import pages, voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from core.effects import Effect
    from core.messages import Outbound
    from core.model import Interview
    from core.ports import Clock, Interviewer, PendingEffect, Platform, Standing
    from core.runner.whereabouts import Placed, Whereabouts

Asked = ConsiderAnswer | AssessAnswer | StrengthenAnswer
"""The effects that an interviewer is asked for."""
Worked = TranscribeNote | Asked
"""The effects that take so long that it is shown."""
SLOW_S = 15.0
"""After so many seconds a candidate who waits for an assessment or a stronger version is told that it is coming."""
PULSE_S = 4.0
"""So often the sign is given that something is worked on: Telegram shows it for 5 s, Discord for 10 s."""


class Asking:
    """Turns effects into events by asking the interviewer."""

    def __init__(
        self, interviewer: Interviewer, platforms: Mapping[str, Platform], clock: Clock, whereabouts: Whereabouts
    ) -> None:
        self._interviewer = interviewer
        self._platforms = platforms
        self._clock = clock
        self._whereabouts = whereabouts

    async def result(self, pending: PendingEffect, effect: Asked, standing: Standing | None = None) -> Event | None:
        """The event that an effect is answered by, None when it has been overtaken. Raises what the interviewer does.

        `standing` is how things stand now, where that is at hand. Raises LookupError for an effect without its
        interview, and StoreError.
        """
        interview, where = as_it_stands(standing) if standing else await self._whereabouts.placed(pending)
        if engine.overtaken(interview, effect):
            return None
        told = partial(self._tell_place, pending)
        waiting = Waiting(pending.candidate, _looks_on(interview, effect), told)
        async with self.showing_work(pending, effect, (interview, where)):
            return await self._answer(pending, effect, interview, waiting)

    async def _answer(self, pending: PendingEffect, effect: Asked, interview: Interview, waiting: Waiting) -> Event:
        role, turn = interview.role, interview.turns[effect.turn]
        match effect:
            case ConsiderAnswer():
                consideration = await self._interviewer.consider(role, turn, waiting)
                return AnswerConsidered(effect.turn, effect.revision, consideration, self._clock.now())
            case AssessAnswer():
                async with self._telling_if_slow(pending, effect):
                    assessment = await self._interviewer.assess(role, turn, waiting)
                return AnswerAssessed(effect.turn, assessment, self._clock.now())
            case StrengthenAnswer():
                async with self._telling_if_slow(pending, effect):
                    stronger = await self._interviewer.strengthen(role, turn, waiting)
                return AnswerStrengthened(effect.turn, stronger, self._clock.now())
            case never:
                assert_never(never)

    async def tell_of(self, error: Exception, pending: PendingEffect, effect: Effect, *, again: bool) -> None:
        """Tell the candidate that an effect failed, but where they do not wait for it after the report.

        `again` says that it was left by a process that ended, so that they heard of it before.
        """
        told = _unsaved(error, effect) or await self._failed(pending, effect, again=again)
        if told:
            await self.tell(pending, told, f"failed-{pending.id}")

    async def _failed(self, pending: PendingEffect, effect: Effect, *, again: bool) -> Outbound | None:
        """What the candidate hears of an effect that failed in a way nobody foresaw, None where that is nothing."""
        try:
            interview = await self._whereabouts.interview(pending)
        except (StoreError, LookupError):
            return pages.something_failed()
        if isinstance(effect, TranscribeNote):
            return engine.addressed(interview, voice.listening_failed(effect.message_id))
        is_extra = interview.report is not None and (again or not _looks_on(interview, effect))
        if is_extra and isinstance(effect, AssessAnswer | StrengthenAnswer):
            return None
        return pages.something_failed(over=interview.phase is Phase.FINISHED)

    @asynccontextmanager
    async def _telling_if_slow(self, pending: PendingEffect, effect: Asked) -> AsyncIterator[None]:
        """Tell a candidate who has to wait long that it is coming."""
        telling = asyncio.create_task(self._tell_slow(pending, effect))
        try:
            yield
        finally:
            telling.cancel()

    async def _tell_slow(self, pending: PendingEffect, effect: Asked) -> None:
        await self._clock.sleep(SLOW_S)
        with suppress(StoreError, LookupError):
            if word := _word_meanwhile(await self._whereabouts.interview(pending), effect):
                await self.tell(pending, word, f"slow-{pending.id}")

    @asynccontextmanager
    async def showing_work(
        self, pending: PendingEffect, effect: Worked, placed: Placed | None = None
    ) -> AsyncIterator[None]:
        """Show a candidate who looks on that something is being worked on, at each moment at which they do.

        `placed` is the interview and where its candidate is now, where that is at hand.
        """
        showing = asyncio.create_task(self._show_work(pending, effect, placed))
        try:
            yield
        finally:
            showing.cancel()

    async def _show_work(self, pending: PendingEffect, effect: Worked, placed: Placed | None) -> None:
        while True:
            with suppress(StoreError, LookupError):  # as where the platform on which they are is not served here
                interview, where = placed or await self._whereabouts.placed(pending)
                if _is_watched(interview, effect):
                    await self._platforms[where.platform].working(where)
            placed = None
            await self._clock.sleep(PULSE_S)

    async def _tell_place(self, pending: PendingEffect, place: int) -> None:
        """Tell a candidate their place in the queue: true for a moment only, so it is not kept."""
        await self.tell(pending, say.waiting(place), f"wait-{pending.id}-{place}")

    async def tell(self, pending: PendingEffect, message: Outbound, key: str) -> None:
        """Send something that need not arrive."""
        try:
            where = await self._whereabouts.where(pending)
        except (StoreError, LookupError):
            where = self._whereabouts.of(pending)
        await tell(self._platforms, where, message, key)


def _unsaved(error: Exception, effect: Effect) -> Outbound | None:
    """What the candidate hears where what follows could not be saved, None where that is not what failed."""
    if not isinstance(error, StoreError):
        return None
    if isinstance(effect, TranscribeNote):
        return voice.not_heard_yet(str(error), effect.message_id)
    return pages.not_saved(str(error))


def _looks_on(interview: Interview, effect: Effect) -> bool:
    """Whether the candidate waits for just this."""
    if not isinstance(effect, AssessAnswer) or interview.phase is Phase.REPORTING:
        return True
    return _is_reviewed(interview, effect) or _is_asked_for(interview, effect)


def _is_watched(interview: Interview, effect: Worked) -> bool:
    """Whether the candidate waits for it just now and has nothing else to say meanwhile."""
    if isinstance(effect, TranscribeNote):
        return interview.phase is not Phase.PAUSED and not engine.overtaken(interview, effect)
    if isinstance(effect, StrengthenAnswer):
        return _is_reviewed(interview, effect) or interview.report is not None
    return _looks_on(interview, effect)


def _is_reviewed(interview: Interview, effect: Asked) -> bool:
    """Whether the candidate looks at the answer in coach mode."""
    return interview.phase is Phase.REVIEWING and effect.turn == len(interview.turns) - 1


def _is_asked_for(interview: Interview, effect: Asked) -> bool:
    """Whether it is about a second look, or another attempt after the report."""
    turn = interview.turns[effect.turn]
    return interview.report is not None and (turn.attempt > 1 or turn.disputed is not None)


def _word_meanwhile(interview: Interview, effect: Asked) -> Outbound | None:
    """What somebody is told who has waited long, None for who has gone on, or waits for the first report."""
    if isinstance(effect, StrengthenAnswer):
        return after.still_strengthening(interview, effect.turn) if _is_watched(interview, effect) else None
    if _is_reviewed(interview, effect):
        return say.feedback_to_come()
    return after.still_assessing(interview, effect.turn) if _is_asked_for(interview, effect) else None
