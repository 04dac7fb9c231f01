"""Opens the wire, once, and only when there is somebody at its other end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.ollama.deadlines import Deadlines
    from adapters.ollama.failures import Address
    from adapters.ollama.wire import Wire


class Opening:
    """The one wire of a process, which is made by the first call that finds a server."""

    def __init__(self, address: Address, deadlines: Deadlines) -> None:
        self._address = address
        self._deadlines = deadlines
        self._lock = asyncio.Lock()
        self._wire: Wire | None = None
        self._closed = False

    async def wire(self) -> Wire:
        """The wire. Raises ModelUnavailableError when nobody answers, and then nothing was imported."""
        async with self._lock:
            if self._closed:
                raise self._address.closed()
            if self._wire is None:
                await self._knock()
                self._wire = await asyncio.to_thread(_make, self._address, self._deadlines)
            return self._wire

    async def close(self) -> None:
        async with self._lock:
            self._closed = True
            wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def _knock(self) -> None:
        try:
            async with asyncio.timeout(self._deadlines.connect_s):
                _, writer = await asyncio.open_connection(self._address.host, self._address.port)
        except TimeoutError:
            raise self._address.unreachable(self._deadlines.connect_s) from None
        except ConnectionError:
            raise self._address.refused() from None
        except (OSError, UnicodeError):
            raise self._address.unknown() from None
        writer.transport.abort()


def _make(address: Address, deadlines: Deadlines) -> Wire:
    from adapters.ollama.wire import Wire  # noqa: PLC0415 - it takes a second, and not everybody has Ollama

    return Wire(address, deadlines)
