"""What is said beside an interview: it may fail, and nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from adapters.telegram.timing import Timing

MOST = 200
MOST_OF_A_CHAT = 20
_log = logging.getLogger(__name__)


class Asides:
    """Small calls under way: a press acknowledged, a button taken away. Beyond the limits they are left out."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._chats: dict[asyncio.Task[None], int] = {}

    def say(self, chat: int, call: Coroutine[Any, Any, object]) -> None:
        """A group that keeps the bot busy takes none of the places of others: Telegram slows such calls down."""
        of_chat = sum(other == chat for other in self._chats.values())
        if len(self._chats) >= MOST or of_chat >= MOST_OF_A_CHAT:
            call.close()
            return
        task = asyncio.create_task(self._said(call))
        self._chats[task] = chat
        task.add_done_callback(self._chats.pop)

    async def close(self) -> None:
        for task in self._chats:
            task.cancel()
        await asyncio.gather(*self._chats, return_exceptions=True)

    async def _said(self, call: Coroutine[Any, Any, object]) -> None:
        try:
            async with asyncio.timeout(self._timing.send_s):
                await call
        except Exception as error:  # noqa: BLE001 - nobody waits for it, and what went wrong may hold words
            _log.debug("A small call to Telegram failed: %s", type(error).__name__)
