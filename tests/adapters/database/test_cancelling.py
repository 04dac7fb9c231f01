"""Whoever is cancelled at any moment leaves the database usable, whole steps in it, and each connection in its pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tortoise.context import require_context

from adapters.database.connection import connect
from adapters.database.statements import first
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer
from core.model import Conversation, Interview
from core.ports import Change
from tests.contracts.sample import CONVERSATION, ROLES, answer, new_interview
from tests.postgres import with_option
from tests.rounds import rounds

PATIENCE_S = 10.0
CANDIDATES = 4
AT_ONCE = 3


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, url: str, up_to_date: None) -> AsyncIterator[DatabaseStore]:
    where = url if request.param == "sqlite" else with_option(request.getfixturevalue("postgres_url"), "pool=3")
    async with connect(where, ROLES) as store:
        yield store


@pytest.mark.unmeasured
async def test_cancelling_at_any_moment_does_no_harm(store: DatabaseStore) -> None:
    chance, steps, cancelled = Random(7), 0, 0
    everybody = [await begin(store, replace(CONVERSATION, account=f"{number}")) for number in range(CANDIDATES)]
    while cancelled < rounds(60, 500):
        tasks = [asyncio.create_task(one) for who in everybody for one in calls(store, *who, f"{steps}")]
        await asyncio.wait(
            tasks, timeout=chance.uniform(0, 0.03), return_when=chance.choice(("FIRST_COMPLETED", "ALL_COMPLETED"))
        )
        cancelled += sum(task.cancel() for task in chance.sample(tasks, len(tasks) * 2 // 3))
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*tasks, return_exceptions=True)
            for candidate, _ in everybody:
                await assert_whole(store, candidate)
        steps += 1
    async with asyncio.timeout(PATIENCE_S):
        await store._session.finish()
    assert free(store) == 0


async def begin(store: DatabaseStore, where: Conversation) -> tuple[int, Conversation]:
    candidate = await store.candidate(where)
    await store.save(Change(candidate, where, after=new_interview(candidate, where)))
    return candidate, where


def calls(store: DatabaseStore, candidate: int, where: Conversation, step: str) -> list[Coroutine[Any, Any, object]]:
    return [say(store, candidate, where, step), store.history(candidate), newcomer(store, where, step)]


async def say(store: DatabaseStore, candidate: int, where: Conversation, step: str) -> None:
    """A step as the runner takes it: one more thing said, its mark, and one more effect."""
    async with store.alone(candidate):
        before = await store.current_interview(candidate)
        assert before is not None
        turn = before.turns[0]
        said = replace(turn, utterances=(*turn.utterances, answer(step)))
        after = replace(before, turns=(said,))
        await store.save(Change(candidate, where, before, after, (AssessAnswer(0),), step))


async def newcomer(store: DatabaseStore, where: Conversation, step: str) -> int:
    return await store.candidate(replace(where, account=f"{where.account} {step}"))


async def assert_whole(store: DatabaseStore, candidate: int) -> None:
    """All that a step writes is there, or nothing of it."""

    async def settled() -> Interview | None:
        async with store.alone(candidate):  # what was cancelled may still be at it
            await store._session.finish()
            return await store.current_interview(candidate)

    interview = await settled()
    assert interview is not None
    steps = interview.version - 1
    assert len(interview.turns[0].utterances) == len(new_interview().turns[0].utterances) + steps
    assert len(await store.pending_of(candidate)) == steps
    marks = await store._session.run(
        first("SELECT COUNT(*) AS n FROM seen_update WHERE account = ?", interview.conversation.account)
    )
    assert marks is not None
    assert marks["n"] == steps


def free(store: DatabaseStore) -> int:
    """How many connections are not back in the pool, or waited for; SQLite's only one is locked while used."""
    client = store._session._space.run(lambda: require_context().db())
    if client.capabilities.dialect != "postgres":
        return int(client._lock.locked())  # type: ignore[attr-defined]
    figures: dict[str, int] = client._pool.get_stats()
    assert figures["pool_size"] <= 3
    return figures["pool_size"] - figures["pool_available"] + figures.get("requests_waiting", 0)
