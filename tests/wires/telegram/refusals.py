"""How requests fail: refused by the rules, or by a script of the test."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web


class Refusal(Exception):  # noqa: N818 - the real server calls it so, and it is no error of the server
    """A request is answered with `ok: false`; `mistake`: a bot must never have asked for it."""

    def __init__(self, status: int, description: str, *, retry_after: int | None = None, mistake: bool = False) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.mistake = mistake

    def response(self) -> web.Response:
        body = {"ok": False, "error_code": self.status, "description": self.description}
        more = {} if self.retry_after is None else {"parameters": {"retry_after": self.retry_after}}
        return web.json_response(body | more, status=self.status)


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a method, after the `spares` next ones, instead of an answer.

    `status` with `description` (429 with `retry_after`); `drop`: the connection breaks; `slow_s`: it takes that long
    before; `done`: it is done all the same, only the reply is lost; `raw`: this body in place of JSON. The method of a
    download is "file"; `endless`: its file has no end, and comes in pieces of 64 kB, each after `slow_s`; `packed`: it
    is said to be packed.
    """

    method: str
    status: int = 0
    description: str = "Internal Server Error"
    retry_after: int | None = None
    times: int = 1
    spares: int = 0
    drop: bool = False
    done: bool = False
    slow_s: float = 0.0
    raw: str | None = None
    endless: bool = False
    packed: bool = False
