"""Reads the lines of a file or a pipe."""

from __future__ import annotations

import asyncio
from threading import Thread
from typing import IO

MAX_LINE_BYTES = 8_000_000
"""What is longer than this in one line is let go of, so that memory stays bounded: two million of the largest signs."""


class PipedLines:
    """Lines of a file or a pipe. Reading blocks, so each is read in a thread that the process need not wait for.

    `shortened` counts the lines whose end was let go of.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.shortened = 0

    async def read(self) -> str | None:
        loop = asyncio.get_running_loop()
        line: asyncio.Future[bytes] = loop.create_future()
        Thread(target=self._read_line, args=(loop, line), daemon=True).start()
        read = await line
        return read.decode(errors="replace").rstrip("\r\n") if read else None

    def _read_line(self, loop: asyncio.AbstractEventLoop, line: asyncio.Future[bytes]) -> None:
        read = self._stream.readline(MAX_LINE_BYTES)
        more, shortened = read, False
        while len(more) == MAX_LINE_BYTES and not more.endswith(b"\n"):
            more = self._stream.readline(MAX_LINE_BYTES)
            shortened |= bool(more.rstrip(b"\r\n"))
        self.shortened += shortened
        if not loop.is_closed():
            loop.call_soon_threadsafe(_set, line, read)


def _set(line: asyncio.Future[bytes], read: bytes) -> None:
    if not line.done():
        line.set_result(read)
