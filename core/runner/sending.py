"""Delivers messages: those to one conversation one after the other, each until it has arrived."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from core.wording import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.messages import Outbound
    from core.model import Conversation
    from core.ports import Clock, PendingEffect, Platform, Store
    from core.runner.underway import Underway

FIRST_PAUSE_S = 5.0
"""After so many seconds a message that did not arrive is sent again, and after three times as long each time then."""
LONGEST_PAUSE_S = 300.0
"""The longest such pause, in seconds; both are our own choice."""
_log = logging.getLogger(__name__)


class Sending:
    """The messages that are on their way. Those that are to be sent again later are not waited for by `idle`."""

    def __init__(self, store: Store, platforms: Mapping[str, Platform], clock: Clock, underway: Underway) -> None:
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._underway = underway
        self._queues: dict[Conversation, deque[tuple[PendingEffect, Outbound]]] = {}

    def add(self, pending: PendingEffect, message: Outbound) -> None:
        """Send a message after those that are to be sent to its conversation already."""
        where = pending.conversation
        if where in self._queues:
            self._queues[where].append((pending, message))
            return
        self._queues[where] = deque([(pending, message)])
        self._underway.start(where, self._deliver_all(where))

    async def _deliver_all(self, where: Conversation) -> None:
        queue = self._queues[where]
        while queue:
            try:
                await self._deliver(*queue.popleft())
            except Exception as error:  # noqa: BLE001 - one that fails must not hold up the next
                self._underway.failed(where, error)
        del self._queues[where]

    async def _deliver(self, pending: PendingEffect, message: Outbound) -> None:
        """Send a message until it has arrived, or never will."""
        pause = FIRST_PAUSE_S
        while not await self._is_settled(pending, message):
            self._underway.rests()
            await self._clock.sleep(pause)
            self._underway.gone_off()
            pause = min(3 * pause, LONGEST_PAUSE_S)
        await self._store.performed(pending.id)

    async def _is_settled(self, pending: PendingEffect, message: Outbound) -> bool:
        """Send a message; False when that has to be done again."""
        where = pending.conversation
        try:
            await self._platforms[where.platform].send(where, message, str(pending.id))
        except UnreachableError as error:
            _log.info("A message is given up: %s", error)
        except RefusedMessageError:
            # The error's own message is left out: a platform may quote what it refuses.
            _log.warning("Message %d (%s) is given up: the platform refuses it.", pending.id, message.kind)
            await tell(self._platforms, where, refusals.not_shown(), f"refused-{pending.id}")
        except DeliveryError as error:
            _log.info("A message stays pending and will be sent again: %s", error)
            return False
        return True


async def tell(platforms: Mapping[str, Platform], where: Conversation, message: Outbound, key: str) -> None:
    """Send something that need not arrive."""
    with suppress(DeliveryError):
        await platforms[where.platform].send(where, message, key)
