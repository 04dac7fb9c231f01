"""Forgets a candidate, the recordings of one, or of what they took back, with their lock held."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.effects import Send, reworded
from core.ports import RecordingError
from core.recent import forget_said
from core.wording import voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from core.desk.answer import Answer
    from core.messages import Outbound
    from core.model import Conversation, Interview
    from core.ports import Clock, Recordings, Store
    from core.runner.dispatching import Dispatching
    from core.runner.turnstile import Turnstile
    from core.runner.whereabouts import Whereabouts

SAID_S = 1800.0
"""So long at most what was made of candidates' words is kept, in seconds; our own choice."""
_log = logging.getLogger(__name__)


class Forgetting:
    """Deletes what is kept of candidates. Without `recordings` no sound was kept."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings | None,
        turnstile: Turnstile,
        whereabouts: Whereabouts,
        dispatching: Dispatching,
    ) -> None:
        self._store = store
        self._recordings = recordings
        self._turnstile = turnstile
        self._whereabouts = whereabouts
        self._dispatching = dispatching

    async def everything(self, candidate: int, where: Conversation, answer: Answer) -> list[Outbound]:
        """Forget a candidate; what they are to be told, of which nothing is kept either. Raises StoreError.

        Where recordings cannot be deleted nothing else is, as nobody could find them any more. None comes after them:
        a note is kept with the same lock held, for an interview that is still there.
        """
        interviews = await self._store.interviews(candidate)
        if not await self._recordings_gone(interviews):
            return [voice.not_forgotten()]
        async with self._dispatching.ending(candidate, where):
            await self._store.forget(candidate)
        forget_said()
        for interview in interviews:
            self._whereabouts.forget(interview)
        self._turnstile.moved()
        return [effect.message for effect in answer.effects if isinstance(effect, Send)]

    async def recordings(self, candidate: int, answer: Answer) -> Answer:
        """Delete the recordings of a candidate; the answer, or that this was not possible. Raises StoreError."""
        if await self._recordings_gone(await self._store.interviews(candidate)):
            return answer
        effects = reworded(answer.effects, lambda page: replace(voice.recordings_not_deleted(), replaces=page.replaces))
        return replace(answer, effects=effects)

    async def taken_back(self, before: Interview | None, after: Interview, *heard: str) -> None:
        """Delete the recordings of notes that were kept `before`, or were just `heard`, and are not kept `after`."""
        if self._recordings is None:
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
