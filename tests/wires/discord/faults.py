"""What goes wrong by script."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web


class ApiError(Exception):
    """A refusal as Discord words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Fault:
    """The next `times` requests of that method whose path holds `path` go wrong so.

    `status` 429 asks to wait `retry_after` seconds, another status is answered with `code`; `drop` ends the connection
    without an answer; `delay` only makes it slow. `after`: the request is done first, and only its answer is lost.
    """

    method: str
    path: str
    status: int = 0
    code: int = 0
    retry_after: float = 0.0
    drop: bool = False
    delay: float = 0.0
    after: bool = False
    times: int = 1

    def fits(self, request: web.Request) -> bool:
        return self.times > 0 and request.method == self.method and self.path in request.path

    async def answer(self, request: web.Request) -> web.Response | None:
        """What is answered instead, None when the request goes on."""
        self.times -= 1
        await asyncio.sleep(self.delay)
        if self.drop:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError
        if self.status == 429:
            body = {"message": "You are being rate limited.", "code": self.code, "global": False}
            body |= {"retry_after": self.retry_after}
            return reply(body, 429, {"Retry-After": str(self.retry_after), "Via": "1.1 google"})
        return reply({"message": "By script", "code": self.code}, self.status) if self.status else None


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly the content type that Discord names, or nothing where there is nothing to say."""
    if body is None:
        return web.Response(status=status, headers=headers)
    content = json.dumps(body).encode()
    return web.Response(body=content, status=status, content_type="application/json", headers=headers)
