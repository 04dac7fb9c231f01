"""Speaks a reply over an open response, token by token, at its pace."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.wires.ollama.replies import Ending, Reply

_JSON = json.JSONEncoder()
TOKEN_CHARACTERS = 4  # English text and its JSON have about four characters to a token
_BLOCK = b"x" * 65_536
_SAID = "what is said"


@dataclass(frozen=True, slots=True)
class Speech:
    """A reply on its way: whose, how many tokens at most, and whether the model thinks aloud first.

    `ends` is called with the loop's time when the last token is out and the end is about to be sent.
    """

    model: str
    reply: Reply
    text: str
    most_tokens: int
    thinks: bool
    first_token_s: float
    tokens_per_second: float
    ends: Callable[[float], None]
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat().replace("+00:00", "Z"))

    def line(self, **fields: Any) -> bytes:
        start = {"model": self.model, "created_at": self.created_at}
        return _JSON.encode({**start, **fields, **self.reply.changes}).encode() + b"\n"

    def token(self, text: str, field: str = "content") -> bytes:
        said = {"role": "assistant", "content": "", field: text}
        return self.line(message=said, done=False)

    def last(self, tokens: int, reason: str | None) -> bytes:
        because = {"done_reason": reason} if reason else {}
        return self.line(message={"role": "assistant", "content": ""}, done=True, **because, **durations(tokens))

    @property
    def ending(self) -> Ending:
        """As the reply says; a reply that is longer than it may be is cut off as the real server does it."""
        too_long = self.thinks + len(self.text) / TOKEN_CHARACTERS > self.most_tokens
        return Ending.LENGTH if self.reply.ending is Ending.DONE and too_long else self.reply.ending

    def tokens(self) -> list[bytes]:
        return list(self.reply.lines or self._all())[: self.most_tokens][: self.reply.after]

    def _all(self) -> Iterator[bytes]:
        if self.thinks:
            yield self.token("I think about it.", "thinking")
        # Only what is said differs from line to line: to encode all of each would cost the machine more than a caller.
        before, said, after = self.token(_SAID).partition(_JSON.encode(_SAID).encode())
        for start in range(0, len(self.text), TOKEN_CHARACTERS):
            text = self.text[start : start + TOKEN_CHARACTERS]
            yield before + (_JSON.encode(text).encode() if said else b"") + after


def durations(tokens: int) -> dict[str, int]:
    return {
        "total_duration": 174_560_334,
        "load_duration": 101_397_084,
        "prompt_eval_count": 11,
        "prompt_eval_duration": 13_074_791,
        "eval_count": tokens,
        "eval_duration": 52_479_709,
    }


async def speak(request: web.Request, speech: Speech) -> web.StreamResponse:
    """Nothing, not even the status, is sent before the first token is there, as with the real server."""
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", **speech.reply.headers})
    tokens = speech.tokens()
    begun = asyncio.get_running_loop().time() + speech.first_token_s
    if tokens and math.isinf(speech.tokens_per_second):
        await _until(begun)
        await _send_at_once(request, response, tokens)
    else:
        for number, token in enumerate(tokens):
            await _until(begun + number / speech.tokens_per_second)
            await _send(request, response, token)
    await _until(begun + len(tokens) / speech.tokens_per_second)
    speech.ends(asyncio.get_running_loop().time())
    await _end(request, response, speech, len(tokens))
    return response


async def _until(moment: float) -> None:
    left = moment - asyncio.get_running_loop().time()
    await asyncio.sleep(max(0.0, left))


async def _send(request: web.Request, response: web.StreamResponse, line: bytes) -> None:
    if not response.prepared:
        await response.prepare(request)
    await response.write(line)


async def _send_at_once(request: web.Request, response: web.StreamResponse, lines: Sequence[bytes]) -> None:
    """Each line in a chunk of its own, as the real server does it, and all of them in one go."""
    first, *others = lines
    await _send(request, response, first)
    if request.transport is not None and not request.transport.is_closing():
        request.transport.write(b"".join(b"%x\r\n%b\r\n" % (len(line), line) for line in others))


async def _end(request: web.Request, response: web.StreamResponse, speech: Speech, tokens: int) -> None:
    match speech.ending:
        case Ending.DONE:
            await _send(request, response, speech.last(tokens, "stop"))
        case Ending.LENGTH:
            await _send(request, response, speech.last(tokens, "length"))
        case Ending.NO_REASON:
            await _send(request, response, speech.last(tokens, None))
        case Ending.ERROR:
            await _send(request, response, json.dumps({"error": speech.reply.error}).encode() + b"\n")
        case Ending.CUT:
            await _send(request, response, b"")
        case Ending.DROP:
            drop(request)
        case Ending.HANG:
            await asyncio.Event().wait()
        case Ending.ENDLESS_STREAM | Ending.ENDLESS_LINE:
            await _go_on(request, response, speech)


def drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _go_on(request: web.Request, response: web.StreamResponse, speech: Speech) -> None:
    with suppress(ConnectionResetError):
        while True:
            await _send(request, response, speech.token("on ") if speech.ending is Ending.ENDLESS_STREAM else _BLOCK)
            await asyncio.sleep(0)
