"""Delivers messages: those to one conversation one after the other, each until it has arrived."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from core.runner.again import Pauses
from core.wording import refusals
from core.wording.delivery import not_heard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.messages import Outbound
    from core.model import Conversation
    from core.ports import PendingEffect, Platform
    from core.runner.again import Removing
    from core.runner.speaking import Speaking
    from core.runner.underway import Task, Underway
    from core.speech import Speech

_log = logging.getLogger(__name__)


class Sending:
    """The messages that are on their way. Those that are to be sent again later are not waited for by `idle`."""

    def __init__(
        self, removing: Removing, platforms: Mapping[str, Platform], underway: Underway, speaking: Speaking
    ) -> None:
        self._removing = removing
        self._platforms = platforms
        self._underway = underway
        self._speaking = speaking
        self._queues: dict[Conversation, deque[tuple[PendingEffect, Outbound]]] = {}
        self._tasks: dict[Conversation, Task] = {}

    def add(self, pending: PendingEffect, message: Outbound) -> None:
        """Send a message after those that are to be sent to its conversation already."""
        where = pending.conversation
        if where in self._queues:
            self._queues[where].append((pending, message))
            return
        self._queues[where] = deque([(pending, message)])
        self._tasks[where] = self._underway.start(where, self._deliver_all(where))

    def drop(self, candidate: int) -> list[PendingEffect]:
        """Give up the messages of a candidate that have not arrived, and tell them."""
        dropped: list[PendingEffect] = []
        for where, queue in [*self._queues.items()]:
            own = [pending for pending, _ in queue if pending.candidate == candidate]
            if own:
                self._tasks[where].cancel()
                del self._queues[where]
                for pending, message in queue:
                    if pending not in own:
                        self.add(pending, message)
            dropped += own
        return dropped

    async def _deliver_all(self, where: Conversation) -> None:
        queue = self._queues[where]
        while queue:
            try:
                await self._deliver(*queue[0])
            except Exception as error:  # noqa: BLE001 - one that fails must not hold up the next
                self._underway.failed(where, error)
            queue.popleft()
        del self._queues[where], self._tasks[where]

    async def _deliver(self, pending: PendingEffect, message: Outbound) -> None:
        """Send a message until it has arrived, or never will; the next does not wait for that to be noted."""
        if pending not in self._removing:
            message, speech = await self._sounding(pending, message)
            await Pauses(self._underway).until(partial(self._is_settled, pending, message, speech))
        await self._removing.once(pending)

    async def once(self, pending: PendingEffect, message: Outbound) -> None:
        """Send a message, unless this process has, and note that it has arrived, however long that takes.

        Raises DeliveryError when it has to be sent again. Whatever else it fails with gives it up, as those behind it
        have to arrive.
        """
        if pending not in self._removing and not await self._is_settled_anyhow(pending, message):
            raise DeliveryError
        await self._removing.until_done(pending)

    async def _is_settled_anyhow(self, pending: PendingEffect, message: Outbound) -> bool:
        """Send a message; False when that has to be done again, and not where it failed as nobody foresaw."""
        try:
            return await self._is_settled(pending, *await self._sounding(pending, message))
        except Exception as error:  # noqa: BLE001 - whatever it is, it would be the same the next time
            # The error's own message is left out: it may hold what a candidate said.
            failed = "".join(traceback.format_tb(error.__traceback__))
            told = "Message %d (%s) is given up: sending it failed with %s.\n%s"
            _log.error(told, pending.id, message.kind, type(error).__name__, failed)
        with suppress(Exception):
            await tell(self._platforms, pending.conversation, refusals.not_shown(), f"refused-{pending.id}")
        return True

    async def _sounding(self, pending: PendingEffect, message: Outbound) -> tuple[Outbound, Speech | None]:
        """A message and what is to be heard with it; of a piece of a voice note that is not there it says so."""
        speech = await self._speaking.speech(pending, message)
        return (not_heard(), None) if message.excerpt and speech is None else (message, speech)

    async def _is_settled(self, pending: PendingEffect, message: Outbound, speech: Speech | None) -> bool:
        """Send a message, unless it was all sound and has none; False when that has to be done again."""
        where = pending.conversation
        try:
            if not _is_nothing(message, speech):
                await self._send(pending, message, speech)
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

    async def _send(self, pending: PendingEffect, message: Outbound, speech: Speech | None) -> None:
        """Send a message, without its sound where it is refused with that. Raises DeliveryError."""
        where = pending.conversation
        platform = self._platforms[where.platform]
        try:
            await platform.send(where, message, str(pending.id), speech)
        except RefusedMessageError:
            if speech is None:
                raise
            _log.warning("Message %d (%s) goes without its sound: the platform refuses it.", pending.id, message.kind)
            if not _is_nothing(message, None):
                await platform.send(where, message, f"written-{pending.id}")


def _is_nothing(message: Outbound, speech: Speech | None) -> bool:
    """Whether there is nothing to be seen or heard."""
    return not (message.blocks or message.document or speech)


async def tell(platforms: Mapping[str, Platform], where: Conversation, message: Outbound, key: str) -> None:
    """Send something that need not arrive, if the platform is served here."""
    if platform := platforms.get(where.platform):
        with suppress(DeliveryError):
            await platform.send(where, message, key)
