"""Tries again by itself what cannot be done for now, with growing pauses, for which `idle` does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from core.ports import RoleMissingError, StaleInterviewError, StoreError
from core.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.ports import Clock, PendingEffect, Store
    from core.runner.underway import Underway

FIRST_PAUSE_S = 5.0
"""After so many seconds it is tried again, and after three times as long each time then."""
LONGEST_PAUSE_S = 300.0
"""The longest such pause, in seconds; both are our own choice."""
PATIENT_PAUSES_S = (1.0, 4.0)
"""After so many seconds each what a queue has brought is tried again before it goes back there; our own choice."""
_Done = TypeVar("_Done")


class Pauses:
    """The pauses between the tries of one thing."""

    def __init__(self, underway: Underway) -> None:
        self._underway = underway
        self._next_s = FIRST_PAUSE_S

    async def until(self, succeeds: Callable[[], Awaitable[bool]]) -> None:
        """Try until that succeeds."""
        while not await succeeds():
            await self.pause()

    async def pause(self) -> None:
        """Wait for the next try."""
        await self._underway.rest(self._next_s)
        self._next_s = min(3 * self._next_s, LONGEST_PAUSE_S)


class Stored:
    """Does what needs the store, one thing after the other, each until the store lets it; `tells` of the first no."""

    def __init__(self, pauses: Pauses, tells: Callable[[StoreError], Awaitable[None]]) -> None:
        self._pauses = pauses
        self._tells = tells
        self._again = False

    async def done(self, doing: Callable[[bool], Awaitable[_Done]]) -> _Done:
        """The result of something that is told whether the store has said no before. Raises RoleMissingError."""
        while True:
            try:
                return await doing(self._again)
            except RoleMissingError:
                raise
            except StoreError as error:
                if not self._again:
                    self._again = True
                    await self._tells(error)
            await self._pauses.pause()


async def patiently(doing: Callable[[], Awaitable[_Done]], clock: Clock) -> _Done:
    """The result of something, tried a few times where the store says no for a moment. Raises StoreError."""
    for pause_s in PATIENT_PAUSES_S:
        try:
            return await doing()
        except (RoleMissingError, StaleInterviewError):
            raise
        except StoreError:
            await clock.sleep(pause_s)
    return await doing()


class Removing:
    """Removes effects of which nothing else is left to do, each until that could be done."""

    def __init__(self, store: Store, underway: Underway) -> None:
        self._store = store
        self._underway = underway
        self._left: Recent[int, bool] = Recent()

    def __contains__(self, pending: PendingEffect) -> bool:
        """Whether nothing is left to do but to remove it."""
        return self._left.get(pending.id) is not None

    async def once(self, pending: PendingEffect) -> None:
        """Remove an effect; where that cannot be done now, nobody waits for the next try."""
        if not await self._is_removed(pending):
            self._underway.start(pending.conversation, self._later(pending))

    async def until_done(self, pending: PendingEffect) -> None:
        """Remove an effect, however long that takes, and soon once it can be done: others wait for that."""
        while not await self._is_removed(pending):
            await self._underway.rest(FIRST_PAUSE_S)

    async def _later(self, pending: PendingEffect) -> None:
        pauses = Pauses(self._underway)
        await pauses.pause()
        await pauses.until(lambda: self._is_removed(pending))

    async def _is_removed(self, pending: PendingEffect) -> bool:
        is_first = pending not in self
        self._left.put(pending.id, value=True)  # before it is tried, as that may be broken off
        try:
            await self._store.performed(pending.id)
        except StoreError as error:
            if is_first:
                self._underway.failed(pending.conversation, error)
            return False
        self._left.drop(pending.id)
        return True
