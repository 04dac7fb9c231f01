"""Performs what a queue of jobs brings, and says what is to become of that where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.about import about
from core.ports import (
    DeliveryError,
    NoteUnavailableError,
    RoleMissingError,
    StaleInterviewError,
    StoreError,
    TranscriberBusyError,
    UnservedError,
)
from core.runner.underway import log_failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from core.ports import PendingEffect, Platform, Standing, Store
    from core.runner.asking import Asking

    class Once(Protocol):
        """Performs an effect."""

        async def __call__(self, standing: Standing, *, again: bool) -> None:
            """Perform an effect to its end, as things stand now. Raises what it failed with."""


class Performing:
    """Performs pending effects by their ids, each by `once`."""

    def __init__(self, store: Store, platforms: Mapping[str, Platform], asking: Asking, once: Once) -> None:
        self._store = store
        self._platforms = platforms
        self._asking = asking
        self._once = once

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

    async def _perform(self, standing: Standing, *, again: bool) -> None:
        pending = standing.pending
        try:
            await self._once(standing, again=again)
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
