"""Who listens now, and who waits: in the order they came."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from core.ports import TranscriberBusyError, TranscriberUnavailableError

_LOG = logging.getLogger(__name__)


class Places:
    """So many places, and a queue of at most `waiting` for them."""

    def __init__(self, places: int, waiting: int) -> None:
        self._free = places
        self._most_waiting = waiting
        self._queue: deque[asyncio.Future[None]] = deque()
        self._closed = False

    async def take(self, told: Callable[[int], Awaitable[None]] | None = None) -> None:
        """Take a place as soon as it is one's turn.

        `told` is called with the place in the queue; it is cancelled when the turn comes, and its errors are
        logged, as it is not what anybody waits for. Raises TranscriberBusyError when the queue is full and
        TranscriberUnavailableError when it is closed.
        """
        if self._closed:
            raise _closed()
        if self._free:
            self._free -= 1
            return
        if len(self._queue) >= self._most_waiting:
            raise TranscriberBusyError("Too many voice notes are waiting.")
        await self._wait(told)

    def give_back(self) -> None:
        """Give a place to the next in the queue."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Send all away who wait, and all who come."""
        self._closed = True
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_exception(_closed())
                turn.exception()  # who is cancelled at this moment never comes to look

    async def _wait(self, told: Callable[[int], Awaitable[None]] | None) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        telling = asyncio.create_task(_tell(told, len(self._queue))) if told else None
        try:
            await turn
        except BaseException:
            self._leave(turn)
            raise
        finally:
            if telling:
                telling.cancel()

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if turn in self._queue:
            self._queue.remove(turn)
        elif not turn.cancelled() and not turn.exception():  # it was given the place just now
            self.give_back()


async def _tell(told: Callable[[int], Awaitable[None]], place: int) -> None:
    try:
        await told(place)
    except Exception as error:  # noqa: BLE001 - the note is heard all the same
        _LOG.warning("A place in the queue could not be told: %s", type(error).__name__)


def _closed() -> TranscriberUnavailableError:
    return TranscriberUnavailableError("Listening has ended.")
