"""Reads what Ollama answers. All of it is data from outside: bounded, and checked before it is believed."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from core.ports import CutReplyError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from ollama import ChatResponse, ShowResponse

# A token is one part of the stream, or of one with what came at once, and 4 to 5 characters of English; runs of blanks
# are the longest at about 100.
_PARTS_A_TOKEN = 2
_CHARACTERS_A_TOKEN = 100
_SLACK_PARTS = 64
_AT_ONCE_S = 0.005
"""Parts that come within so many seconds are one to the patience: to set a clock anew costs as much as a part."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a server tells of a model; `context_tokens` is the most it was made for, None when that is not told."""

    context_tokens: int | None
    capabilities: tuple[str, ...]

    @property
    def thinks(self) -> bool:
        """Whether the model thinks aloud unless told not to."""
        return "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class Inspection:
    """A server's version, and its model. `remote_host` is where the model runs if not on the server itself, else ""."""

    version: str
    model: Description
    remote_host: str


class Ear:
    """Listens to one reply, which may be silent for so many seconds at a time and have so many tokens in all."""

    def __init__(self, patience_s: float, most_tokens: int) -> None:
        self._patience_s = patience_s
        self._most_tokens = most_tokens
        self.has_heard = False

    async def listen(self, parts: AsyncGenerator[ChatResponse, None]) -> tuple[str, ChatResponse]:
        """All that is said, and the last part of it. Raises TimeoutError for silence, CutReplyError."""
        texts: list[str] = []
        room = self._most_tokens * _CHARACTERS_A_TOKEN
        last: ChatResponse | None = None
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        async with asyncio.timeout(self._patience_s) as clock, aclosing(parts):
            async for last in parts:
                self.has_heard = True
                if (now := loop.time()) - heard_at > _AT_ONCE_S:
                    clock.reschedule(now + self._patience_s)
                    heard_at = now
                texts.append(last.message.content or "")
                room -= len(texts[-1])
                if room < 0 or len(texts) > self._most_tokens * _PARTS_A_TOKEN + _SLACK_PARTS:
                    raise CutReplyError("The reply went on for longer than it may be.")
        if last is None:
            raise CutReplyError("The reply ended before it began.")
        return "".join(texts), last


def together(piece: bytes) -> bytes:
    """What has come of a reply at once, with its parts in as few lines as they need.

    Parts that differ in nothing but their words and their time are one: reading a part costs as much as its words do.
    Other pieces may hold the beginning of the first line and the end of the last, so that those stay as they are; and
    so does everything that is no part.
    """
    start, end = piece.find(b"\n") + 1, piece.rfind(b"\n")
    if end <= start:
        return piece
    whole = piece[start:end]
    try:
        parts = json.loads(b"[%b]" % whole.replace(b"\n{", b",\n{"))
        if len(parts) != whole.count(b"\n") + 1:
            return piece
        lines = "\n".join(map(json.dumps, _joined(parts)))
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return piece
    return piece[:start] + lines.encode() + piece[end:]


def _joined(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts = [part["message"].pop("content") for part in parts]
    for part in parts:
        part.pop("created_at", None)
    for part, alike in groupby(zip(parts, texts, strict=True), itemgetter(0)):
        said = "".join(text for _, text in alike)
        yield {**part, "message": {**part["message"], "content": said}}


def check_end(text: str, last: ChatResponse) -> None:
    """Raises CutReplyError unless the reply came to its own end.

    HTTP 200 with an incomplete reply and no `done_reason` is what a real server was seen to give.
    """
    if not last.done or not last.done_reason:
        raise CutReplyError("The reply broke off before its end.")
    if last.done_reason != "stop":
        raise CutReplyError("The reply used up its tokens before its end.")
    if not text.strip():
        raise CutReplyError("The reply is empty.")


def same_model(asked: str, told: str | None) -> bool:
    """Whether a reply is of the model that was asked; a missing tag means `latest`, and case means nothing."""
    return told is None or _full(asked) == _full(told)


def described(shown: ShowResponse) -> Description:
    """The context length has the name of the model's family before it; a part of the model may have one of its own."""
    about = shown.modelinfo or {}
    family = about.get(f"{about.get('general.architecture')}.context_length")
    known = family if type(family) is int and family > 0 else None
    return Description(known, tuple(shown.capabilities or ()))


def remote_host(listed: Any, model: str) -> str:
    """Where the model runs when that is not the server itself, by the server's list of models. Raises TypeError."""
    for entry in listed["models"]:
        if _full(model) == _full(str(entry.get("model"))):
            return str(entry.get("remote_host") or "")
    return ""


def _full(name: str) -> str:
    return (name if ":" in name.rpartition("/")[2] else f"{name}:latest").casefold()
