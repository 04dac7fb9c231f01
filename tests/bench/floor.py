"""A bare turn: its streams, one write and one read, each of these in one hop to the database's thread."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import aiosqlite
import ollama
from httpx_aiohttp import AiohttpTransport

from adapters.ollama import OllamaModel
from core.prompts import Prompt
from tests.bench.room import ANSWERS, CALLS, interviewer_of, room_of

_TABLES = """
CREATE TABLE interview (id INTEGER PRIMARY KEY, phase TEXT, version INTEGER);
CREATE TABLE utterance (id INTEGER PRIMARY KEY, interview_id INTEGER, position INTEGER, kind TEXT, text TEXT, at TEXT);
CREATE UNIQUE INDEX utterance_place ON utterance (interview_id, position);
"""


Say = Callable[[Mapping[str, Any]], Awaitable[str]]
"""Gives the whole reply to a request."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the calls of a turn ask: `before` its next message, and `behind` it."""

    before: tuple[Mapping[str, Any], ...]
    behind: tuple[Mapping[str, Any], ...]


class _Noting:
    """A language model that notes what it is asked."""

    def __init__(self, model: OllamaModel) -> None:
        self._model = model
        self.prompts: list[Prompt] = []
        self.name = model.name
        self.context_tokens = model.context_tokens

    async def complete(self, prompt: Prompt) -> str:
        self.prompts.append(prompt)
        return await self._model.complete(prompt)


async def scripts(url: str, folder: Path) -> list[Script]:
    """What one real interview asks of the model, turn by turn."""
    found = []
    async with OllamaModel(url, "llama3.1:8b") as model:
        await model.prepare()
        noting = _Noting(model)
        async with room_of(interviewer_of(noting, CALLS), folder) as room:
            candidate = room.candidate("script")
            await candidate.start()
            for words in ANSWERS:
                noting.prompts.clear()
                await candidate.answer(words)
                await candidate.idle()
                found.append(_script(noting.prompts))
    return found


def _script(prompts: Sequence[Prompt]) -> Script:
    def requests(*, consider: bool) -> tuple[Mapping[str, Any], ...]:
        return tuple(_request(one) for one in prompts if (one.task == "consider") is consider)

    return Script(requests(consider=True), requests(consider=False))


def _request(prompt: Prompt) -> Mapping[str, Any]:
    return {
        "model": "llama3.1:8b",
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
        "format": dict(prompt.schema),
        "options": {"num_ctx": 8192, "num_predict": prompt.max_tokens, "temperature": prompt.temperature},
        "keep_alive": "30m",
    }


class Floor:
    """A bot that is nothing but its model and its database."""

    def __init__(self, say: Say, connection: aiosqlite.Connection, script: Sequence[Script]) -> None:
        self._say = say
        self._connection = connection
        self._script = script
        self._places = asyncio.Semaphore(CALLS)

    async def turn(self, interview: int, number: int) -> float:
        """One turn up to its next message; how long it took, in seconds."""
        begun = time.monotonic()
        await self._hop(_read, interview)
        reply = "".join([await self._stream(one) for one in self._script[number].before])
        await self._hop(_write, interview, number, ANSWERS[number], reply)
        return time.monotonic() - begun

    async def behind(self, number: int) -> None:
        """What is asked of the model besides, all at once."""
        await asyncio.gather(*map(self._stream, self._script[number].behind))

    async def interview(self, interview: int) -> None:
        """A whole interview with what is behind it."""
        assessing = []
        for number in range(len(self._script)):
            await self.turn(interview, number)
            assessing.append(asyncio.create_task(self.behind(number)))
        await asyncio.gather(*assessing)

    async def _stream(self, request: Mapping[str, Any]) -> str:
        async with self._places:
            return await self._say(request)

    async def _hop(self, work: Any, *arguments: Any) -> Any:
        one = partial(work, self._connection._conn)
        return await self._connection._execute(one, *arguments)  # type: ignore[no-untyped-call]  # its only way for all at once


def _read(connection: sqlite3.Connection, interview: int) -> list[Any]:
    said = connection.execute("SELECT kind, text FROM utterance WHERE interview_id = ? ORDER BY position", (interview,))
    return [connection.execute("SELECT * FROM interview WHERE id = ?", (interview,)).fetchone(), *said.fetchall()]


def _write(connection: sqlite3.Connection, interview: int, number: int, said: str, asked: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR IGNORE INTO interview VALUES (?, 'asking', 0)", (interview,))
    for place, (kind, text) in enumerate((("answer", said), ("question", asked)), 2 * number):
        row = (interview, place, kind, text, "2026-11-23 02:00:00")
        connection.execute("INSERT INTO utterance VALUES (NULL, ?, ?, ?, ?, ?)", row)
    connection.execute("UPDATE interview SET version = version + 1 WHERE id = ?", (interview,))
    connection.execute("COMMIT")


@asynccontextmanager
async def _installed(url: str) -> AsyncIterator[Say]:
    """Asks through Ollama's own client, just as it is installed."""
    client = ollama.AsyncClient(url)
    try:
        yield partial(_said, client)
    finally:
        await client.close()  # type: ignore[no-untyped-call]  # the package does not say that it returns nothing


@asynccontextmanager
async def _lean(url: str) -> AsyncIterator[Say]:
    """Asks through the same client over the same connection as ours, which takes little more than half of that."""
    transport = AiohttpTransport(client=lambda: aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    client = ollama.AsyncClient(url, transport=transport)
    try:
        yield partial(_said, client)
    finally:
        await client.close()  # type: ignore[no-untyped-call]  # the same


async def _said(client: ollama.AsyncClient, request: Mapping[str, Any]) -> str:
    parts = await client.chat(**request, stream=True)
    return "".join([part.message.content or "" async for part in parts])


@asynccontextmanager
async def floor(url: str, folder: Path, script: Sequence[Script], *, lean: bool = True) -> AsyncIterator[Floor]:
    """The floor over the model at a URL, with a database of its own, which is as safe as ours.

    It is `lean`, or goes through Ollama's client as it is installed.
    """
    asking = _lean if lean else _installed
    async with asking(url) as say, aiosqlite.connect(folder / "floor.sqlite3", isolation_level=None) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            await connection.execute(f"PRAGMA {pragma}")
        await connection.executescript(_TABLES)
        yield Floor(say, connection, script)
