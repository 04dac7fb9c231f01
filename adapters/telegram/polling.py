"""Long polling. A poll confirms the updates before its offset, so the offset moves on only when they are stored.

The library's own Updater asks for the next updates before those it got are stored: what it holds is lost in a crash.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter

from adapters.telegram.client import Bot
from adapters.telegram.failures import pause_s
from adapters.telegram.intake import Intake
from adapters.telegram.reading import KINDS, chat_of, sender_of
from adapters.telegram.timing import Backoff, Timing
from core.about import about
from core.ports import StoreError
from core.recent import Lately

_BATCH = 100
_CONTESTED_EVERY_S = 600.0
"""How often the owner is told that another process polls; our own choice."""
_log = logging.getLogger(__name__)


class Poller:
    """Asks for updates, batch after batch: chats at the same time, the messages of one chat in order."""

    def __init__(self, bot: Bot, intake: Intake, timing: Timing) -> None:
        self._bot = bot
        self._intake = intake
        self._timing = timing
        self._offset: int | None = None
        self._taken: set[int] = set()
        self._backoff = Backoff(timing)
        self._told_of_another = Lately(_CONTESTED_EVERY_S, time.monotonic)
        self.serves = True

    async def run(self) -> None:
        """Poll until cancelled. Raises InvalidToken."""
        while True:
            batch = await self._poll()
            self.serves = batch is not None
            if batch is None or not await self._take(batch):
                await asyncio.sleep(self._backoff.pause())
                continue
            self._backoff.reset()
            if not batch:  # a server that holds no poll open is not asked without end
                await asyncio.sleep(self._timing.first_pause_s)

    async def _poll(self) -> Sequence[Update] | None:
        """The next updates, None when they could not be had."""
        try:
            return await self._bot.get_updates(self._offset, _BATCH, self._timing.poll_s, KINDS)
        except InvalidToken:
            raise
        except RetryAfter as error:
            await asyncio.sleep(pause_s(error))
        except Conflict:
            if self._told_of_another.first(None):
                _log.warning(
                    "Another process receives for this bot on Telegram, so little or nothing comes in here: end one of "
                    "the two, or give both TELEGRAM_WEBHOOK_URL. Trying again."
                )
        except Exception as error:  # noqa: BLE001 - whatever came back, the next poll may be better
            _log.warning("Telegram could not be polled (%s); trying again.", type(error).__name__)
        return None

    async def _take(self, batch: Sequence[Update]) -> bool:
        """Take a batch and move the offset up to the first update that was not stored; False when there is one."""
        lanes: dict[int, list[Update]] = {}
        for update in batch:
            if update.update_id not in self._taken:
                lanes.setdefault(chat_of(update), []).append(update)
        await asyncio.gather(*(self._take_lane(lane) for lane in lanes.values()))
        left = [update.update_id for update in batch if update.update_id not in self._taken]
        if batch:
            self._offset = min(left, default=max(update.update_id for update in batch) + 1)
            self._taken = {number for number in self._taken if number >= self._offset}
        return not left

    async def _take_lane(self, lane: Sequence[Update]) -> None:
        for update in lane:
            with about(sender_of(update)):
                try:
                    await self._intake.take(update)
                except StoreError:
                    return
            self._taken.add(update.update_id)
