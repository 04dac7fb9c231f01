"""Files that people and the bot sent, and their way to the bot: described by getFile, then downloaded."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.wires.telegram.refusals import Fault, Refusal

LARGEST = 20_000_000
_PIECE = bytes(65_536)


class Files:
    """Contents by file id. `declared` are sizes that are not true; `streamed` counts the bytes of endless files."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.declared: dict[str, int] = {}
        self.streamed = 0
        self.streaming = 0

    def add(self, content: bytes) -> dict[str, Any]:
        """Keep a file; how messages name it."""
        number = str(len(self.contents) + 1)
        self.contents[f"file-{number}"] = content
        return {"file_id": f"file-{number}", "file_unique_id": number, "file_size": len(content)}

    def described(self, file_id: str) -> dict[str, Any]:
        """What getFile answers. Raises Refusal."""
        if file_id not in self.contents:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = self.declared.get(file_id, len(self.contents[file_id]))
        if size > LARGEST:
            raise Refusal(400, "Bad Request: file is too big")
        number = file_id.rpartition("-")[2]
        return {"file_id": file_id, "file_unique_id": number, "file_size": size, "file_path": f"voice/{file_id} é.oga"}

    def downloaded(self, path: str) -> web.Response:
        """The file at a path. Raises Refusal."""
        content = self.contents.get(path.removeprefix("voice/").removesuffix(" é.oga"))
        if content is None:
            raise Refusal(404, "Not Found")
        return web.Response(body=content, content_type="application/octet-stream")

    async def stream(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """A file without end, until whoever downloads it has enough."""
        response = web.StreamResponse()
        await response.prepare(request)
        self.streaming += 1
        try:
            while True:
                await response.write(_PIECE)
                self.streamed += len(_PIECE)
                await asyncio.sleep(fault.slow_s)
        finally:
            self.streaming -= 1
