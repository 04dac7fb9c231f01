"""The saves of turns on PostgreSQL, each with the job that follows from it, and the same rows by psycopg alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.database.codec import encode_effect
from adapters.database.config import POOL
from adapters.database.connection import connect
from adapters.database.placing import place
from adapters.database.store import DatabaseStore
from core import engine
from core.effects import Effect
from core.model import Interview
from core.ports import PendingEffect
from core.runner.waits import Waits
from tests.bench import store as turns
from tests.bench.rounds import Scale, interleaved
from tests.contracts.sample import NOW, ROLES
from tests.postgres import libpq

AT_ONCE = 50
NOTE = "three saves a turn, each with a job: the message, that it has settled, and what was made of it"
_TURNS = 2
_DEFER = (
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, 'perform', %s, %s, %s, %s::jsonb, NULL)]"
    "::procrastinate_job_to_defer_v1[])"
)
_numbers = count(1_000_000)


async def measure(scale: Scale, ours_url: str, floor_url: str) -> list[tuple[float, float]]:
    """Turns a second, round by round: psycopg's and ours."""
    async with (
        connect(ours_url, ROLES, Waits(0.0).seconds) as store,
        connect(floor_url, ROLES) as beginning,
        AsyncConnectionPool(libpq(floor_url), min_size=POOL, max_size=POOL, open=False) as pool,
    ):

        async def ours(_: int) -> float:
            return await _rate(await _begun(store), lambda interview: _our_turn(store, interview))

        async def bare(_: int) -> float:
            return await _rate(await _begun(beginning), lambda interview: _bare_turn(pool, interview))

        return await interleaved(scale, "job", scale.of(3, 15), bare, ours)


async def _begun(store: DatabaseStore) -> list[list[Interview]]:
    """Interviews with a question that is to be answered, some for each of those that answer at once."""
    return [[await turns._begun(store) for _ in range(_TURNS)] for _ in range(AT_ONCE)]


async def _rate(begun: list[list[Interview]], turn: Callable[[Interview], Awaitable[None]]) -> float:
    """Turns a second."""

    async def one_after_the_other(interviews: list[Interview]) -> None:
        for interview in interviews:
            await turn(interview)

    began = time.perf_counter()
    await asyncio.gather(*map(one_after_the_other, begun))
    return AT_ONCE * _TURNS / (time.perf_counter() - began)


async def _our_turn(store: DatabaseStore, interview: Interview) -> None:
    saved = await store.save(turns._change(interview, turns._RECEIVED, inbound_id=str(next(_numbers))))
    for event in (turns._SETTLED, turns._CONSIDERED):
        change = turns._change(turns._interview(saved), event, performed=saved.pending[0].id)
        saved = await store.save(change)


class _Bare:
    """A transaction's connection, for one interview."""

    def __init__(self, connection: AsyncConnection, interview: Interview) -> None:
        self._connection = connection
        self._interview = interview
        where = interview.conversation
        self._where = (where.platform, where.chat, where.account)

    async def see(self) -> None:
        columns = "(platform, chat, account, inbound_id, seen_at) VALUES (%s, %s, %s, %s, %s)"
        await self._execute(f"INSERT INTO seen_update {columns}", *self._where, str(next(_numbers)), NOW)

    async def go_on(self, phase: str, version: int) -> None:
        key = (self._interview.id, self._interview.candidate, version)
        rows = "WHERE id = %s AND candidate_id = %s AND version = %s"
        await self._execute(f"UPDATE interview SET phase = %s, version = version + 1 {rows}", phase, *key)

    async def say(self, column: str, value: object, kind: str, text: str, place: int) -> None:
        rows = "WHERE interview_id = %s AND position = 2 RETURNING id"
        (turn,) = await self._execute(f"UPDATE turn SET {column} = %s {rows}", value, self._interview.id)
        columns = "(turn_id, position, kind, text, at, message_id, point) VALUES (%s, %s, %s, %s, %s, '', '')"
        await self._execute(f"INSERT INTO utterance {columns}", turn, place, kind, text, NOW)

    async def pend(self, effect: Effect) -> int:
        """An effect and its job."""
        kind, payload = encode_effect(effect)
        columns = "(candidate_id, interview_id, platform, chat, account, kind, payload)"
        key = (self._interview.candidate, self._interview.id)
        values = "VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id"
        (number,) = await self._execute(
            f"INSERT INTO pending_effect {columns} {values}", *key, *self._where, kind, json.dumps(payload)
        )
        pending = PendingEffect(number, *key[:1], self._interview.conversation, effect, key[1])
        placed = place(pending)
        args = json.dumps({"effect_id": number})
        await self._execute(_DEFER, placed.queue, placed.priority, placed.lock, str(number), args)
        return int(number)

    async def performed(self, number: int) -> None:
        await self._execute("DELETE FROM pending_effect WHERE id = %s", number)

    async def _execute(self, statement: str, *values: object) -> Any:
        cursor = await self._connection.execute(statement.encode(), values)
        return await cursor.fetchone() if cursor.description else None


async def _bare_turn(pool: AsyncConnectionPool, interview: Interview) -> None:
    """The same rows, each save in a transaction and a connection of its own."""
    async with _saving(pool, interview) as save:
        await save.see()
        await save.go_on("asking", 1)
        await save.say("revision", 1, "answer", turns._ANSWER, 1)
        number = await save.pend(_EFFECTS[0])
    async with _saving(pool, interview) as save:
        await save.performed(number)
        await save.go_on("considering", 2)
        number = await save.pend(_EFFECTS[1])
    async with _saving(pool, interview) as save:
        await save.performed(number)
        await save.go_on("asking", 3)
        await save.say("interviewer", "rules", "follow_up", turns._FOLLOW_UP, 2)
        await save.pend(_EFFECTS[2])


@asynccontextmanager
async def _saving(pool: AsyncConnectionPool, interview: Interview) -> AsyncIterator[_Bare]:
    async with pool.connection() as connection, connection.transaction():
        yield _Bare(connection, interview)


def _effects() -> list[Effect]:
    """What follows from each of the three."""
    interview, found = turns._open(), []
    for event in (turns._RECEIVED, turns._SETTLED, turns._CONSIDERED):
        interview, (effect, *_) = engine.step(interview, event)
        found.append(effect)
    return found


_EFFECTS = _effects()
