"""The saves of turns on PostgreSQL, each with the job that follows from it, and the same rows by psycopg alone.

Both take one statement for each save, the floor's written by hand: there is nothing leaner than one.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar

from psycopg_pool import AsyncConnectionPool

from adapters.database.codec import encode_effect
from adapters.database.config import POOL
from adapters.database.connection import connect
from adapters.database.placing import place
from adapters.database.store import DatabaseStore
from core import engine
from core.effects import Effect
from core.model import Interview
from core.ports import Change, PendingEffect
from core.runner.waits import Waits
from tests.bench import store as turns
from tests.bench.rounds import Scale, interleaved
from tests.contracts.sample import NOW, ROLES
from tests.postgres import libpq

AT_ONCE = 50
NOTE = "three saves a turn, each with a job: the message, that it has settled, and what was made of it"
_ONE_BY_ONE = {"autocommit": True, "prepare_threshold": 1, "options": "-c plan_cache_mode=force_generic_plan"}
"""Each statement is a transaction, and is planned as ours are."""
_TURNS = 8
_SEE = "INSERT INTO seen_update (platform, chat, account, inbound_id, seen_at) VALUES ({where}, %(inbound)s, %(at)s)"
_GO_ON = (
    "UPDATE interview SET phase = '{phase}', version = version + 1"
    " WHERE id = %(interview)s AND candidate_id = %(candidate)s AND version = {version}"
)
_TURN = "UPDATE turn SET {change} WHERE interview_id = %(interview)s AND position = 2 RETURNING id"
_SAY = (
    "INSERT INTO utterance (turn_id, position, kind, text, at, message_id, point)"
    " SELECT id, {position}, '{kind}', %(said)s, %(at)s, '', '' FROM turned"
)
_DONE = "DELETE FROM pending_effect WHERE id = %(performed)s"
_PEND = (
    "INSERT INTO pending_effect (candidate_id, interview_id, platform, chat, account, kind, payload)"
    " VALUES (%(candidate)s, %(interview)s, {where}, %(kind)s, %(payload)s) RETURNING id"
)
_WHERE = "%(platform)s, %(chat)s, %(account)s"
_DEFERRED = (
    "SELECT id, procrastinate_defer_jobs_v1(ARRAY[ROW(%(queue)s, 'perform', %(priority)s, %(lock)s, id::text,"
    " jsonb_build_object('effect_id', id), now())]::procrastinate_job_to_defer_v1[]) FROM pending"
)


def _together(**parts: str) -> str:
    """One statement for a save: its parts by name, the effect and its job."""
    parts["pending"] = _PEND
    named = ", ".join(f"{name} AS ({part.replace('{where}', _WHERE)})" for name, part in parts.items())
    return f"WITH {named} {_DEFERRED}"


_RECEIVING = _together(
    seen=_SEE,
    gone_on=_GO_ON.format(phase="asking", version=1),
    turned=_TURN.format(change="revision = 1"),
    said=_SAY.format(position=1, kind="answer"),
)
_SETTLING = _together(done=_DONE, gone_on=_GO_ON.format(phase="considering", version=2))
_CONSIDERING = _together(
    done=_DONE,
    gone_on=_GO_ON.format(phase="asking", version=3),
    turned=_TURN.format(change="interviewer = 'rules'"),
    said=_SAY.format(position=2, kind="follow_up"),
)
_EVENTS = turns._RECEIVED, turns._SETTLED, turns._CONSIDERED
_numbers = count(1_000_000)
_Begun = TypeVar("_Begun")


async def measure(scale: Scale, ours_url: str, floor_url: str) -> list[tuple[float, float]]:
    """Turns a second, round by round: psycopg's and ours."""
    async with (
        connect(ours_url, ROLES, Waits(0.0).seconds) as store,
        connect(floor_url, ROLES) as beginning,
        AsyncConnectionPool(libpq(floor_url), kwargs=_ONE_BY_ONE, min_size=POOL, max_size=POOL, open=False) as pool,
    ):

        async def ours(_: int) -> float:
            begun = [[(one, _steps(one)) for one in some] for some in await _begun(store)]
            return await _rate(begun, lambda one: _our_turn(store, *one))

        async def bare(_: int) -> float:
            return await _rate(await _begun(beginning), lambda interview: _bare_turn(pool, interview))

        return await interleaved(scale, "job", scale.of(3, 15), bare, ours)


async def _begun(store: DatabaseStore) -> list[list[Interview]]:
    """Interviews with a question that is to be answered, some for each of those that answer at once."""
    return await asyncio.gather(*(turns._begun(store, _TURNS) for _ in range(AT_ONCE)))


def _steps(interview: Interview) -> list[engine.Step]:
    """What the three saves of a turn are to write, which is decided before it is timed."""
    steps = []
    for event in _EVENTS:
        interview, effects = engine.step(interview, event)
        steps.append((interview, effects))
    return steps


async def _rate(begun: list[list[_Begun]], turn: Callable[[_Begun], Awaitable[None]]) -> float:
    """Turns a second."""

    async def one_after_the_other(interviews: list[_Begun]) -> None:
        for interview in interviews:
            await turn(interview)

    began = time.perf_counter()
    await asyncio.gather(*map(one_after_the_other, begun))
    return AT_ONCE * _TURNS / (time.perf_counter() - began)


async def _our_turn(store: DatabaseStore, interview: Interview, steps: list[engine.Step]) -> None:
    rest: dict[str, Any] = {"inbound_id": str(next(_numbers))}
    for after, effects in steps:
        change = Change(interview.candidate, interview.conversation, interview, after, effects, **rest)
        saved = await store.save(change)
        interview, rest = turns._interview(saved), {"performed": saved.pending[0].id}


class _Bare:
    """The saves of one interview, each in one statement that was written for it."""

    def __init__(self, pool: AsyncConnectionPool, interview: Interview) -> None:
        self._pool = pool
        where = interview.conversation
        self._values: dict[str, object] = {
            "interview": interview.id,
            "candidate": interview.candidate,
            "platform": where.platform,
            "chat": where.chat,
            "account": where.account,
            "at": NOW,
        }
        self._interview = interview

    async def save(self, statement: str, effect: Effect, **values: object) -> int:
        """Do it with an effect and its job; the effect's id."""
        kind, payload = encode_effect(effect)
        key = self._interview
        placed = place(PendingEffect(0, key.candidate, key.conversation, effect, key.id))
        job = {"queue": placed.queue, "priority": placed.priority, "lock": placed.lock}
        values = {**self._values, **values, **job, "kind": kind, "payload": json.dumps(payload)}
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), values)
            (number, _) = await cursor.fetchone() or (0, None)
        return int(number)


async def _bare_turn(pool: AsyncConnectionPool, interview: Interview) -> None:
    """The same rows."""
    bare = _Bare(pool, interview)
    said = {"inbound": str(next(_numbers)), "said": turns._ANSWER}
    number = await bare.save(_RECEIVING, _EFFECTS[0], **said)
    number = await bare.save(_SETTLING, _EFFECTS[1], performed=number)
    await bare.save(_CONSIDERING, _EFFECTS[2], performed=number, said=turns._FOLLOW_UP)


def _effects() -> list[Effect]:
    """What follows from each of the three."""
    return [effects[0] for _, effects in _steps(turns._open())]


_EFFECTS = _effects()
