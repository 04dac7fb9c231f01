"""What two processes on one PostgreSQL server do to the same candidate at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import NamedTuple

import pytest

from adapters.database import forgetting
from adapters.database.connection import connect
from core.accounts import Account, LinkCode
from core.effects import AssessAnswer
from core.ports import Change, CodeGoneError, StaleInterviewError
from tests.contracts.sample import CONVERSATION, NOW, ROLES, new_interview
from tests.contracts.steps import joined
from tests.postgres import execute


class Midway(NamedTuple):
    """Whether forgetting somebody has come half of its way, and whether it goes on from there."""

    reached: asyncio.Event
    going_on: asyncio.Event


@pytest.fixture
async def midway(monkeypatch: pytest.MonkeyPatch) -> Midway:
    async def left_by(candidate: int) -> set[int]:
        midway.reached.set()
        await midway.going_on.wait()
        return await its_own(candidate)

    its_own, midway = forgetting._left_by, Midway(asyncio.Event(), asyncio.Event())
    monkeypatch.setattr(forgetting, "_left_by", left_by)
    return midway


async def test_who_joins_while_a_person_is_being_forgotten_is_not_forgotten_by_half(
    postgres_url: str, midway: Midway
) -> None:
    comer = replace(CONVERSATION, account="comer")
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        maker, joiner = await one.candidate(CONVERSATION), await two.candidate(comer)
        await one.save(Change(maker, CONVERSATION, code=LinkCode("code", NOW)))
        forgot = asyncio.create_task(one.forget(maker))
        await midway.reached.wait()
        joining = asyncio.create_task(two.save(Change(joiner, comer, joins="code")))
        await asyncio.wait([joining], timeout=0.3)
        midway.going_on.set()
        await forgot
        with pytest.raises(CodeGoneError):
            await joining
        assert await two.candidate(comer) == joiner
        assert execute(postgres_url, "SELECT candidate_id FROM account") == [(joiner,)]


async def test_who_leaves_while_a_person_is_being_forgotten_is_forgotten_too(postgres_url: str, midway: Midway) -> None:
    comer = replace(CONVERSATION, account="comer")
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        maker = await joined(one, comer, CONVERSATION)
        leaving = Change(maker, comer, leaves=(Account(comer.platform, comer.account, joined=True),))
        forgot = asyncio.create_task(one.forget(maker))
        await midway.reached.wait()
        parting = asyncio.create_task(two.save(leaving))
        await asyncio.wait([parting], timeout=0.3)
        midway.going_on.set()
        await forgot
        await parting
        assert execute(postgres_url, "SELECT id FROM candidate") == []


async def test_processes_that_make_the_same_candidate_at_once_find_one(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        where = [replace(CONVERSATION, account=f"{number}") for number in range(20)]
        ours = asyncio.gather(*(one.candidate(conversation) for conversation in where))
        theirs = asyncio.gather(*(two.candidate(conversation) for conversation in where))
        assert await ours == await theirs


async def test_of_two_processes_that_save_the_same_interview_one_does(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        candidate = await one.candidate(CONVERSATION)
        begun = (await one.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))).interview
        change = Change(candidate, CONVERSATION, begun, begun)
        results = await asyncio.gather(one.save(change), two.save(change), return_exceptions=True)
        assert [type(result) for result in results].count(StaleInterviewError) == 1
        for store in (one, two):
            current = await store.current_interview(candidate)
            assert current is not None
            assert current.version == 2


async def test_a_result_that_two_processes_bring_at_once_counts_once(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        candidate = await one.candidate(CONVERSATION)
        [pending] = (await one.save(Change(candidate, CONVERSATION, effects=(AssessAnswer(0),)))).pending
        result = Change(candidate, CONVERSATION, effects=(AssessAnswer(1),), performed=pending.id)
        ended = await asyncio.gather(one.save(result), two.save(result), return_exceptions=True)
        assert [type(end) for end in ended].count(StaleInterviewError) == 1
        assert len(await one.pending()) == 1


async def test_a_code_that_two_accounts_use_at_once_in_two_processes_joins_one(postgres_url: str) -> None:
    async with connect(postgres_url, ROLES) as one, connect(postgres_url, ROLES) as two:
        home = await one.candidate(CONVERSATION)
        for number in range(10):
            await one.save(Change(home, CONVERSATION, code=LinkCode(f"{number}", NOW)))
            comers = [replace(CONVERSATION, account=f"{number}{store}") for store in "ab"]
            joins = [
                store.save(Change(await store.candidate(where), where, joins=f"{number}"))
                for store, where in zip((one, two), comers, strict=True)
            ]
            ended = await asyncio.gather(*joins, return_exceptions=True)
            assert [type(end) for end in ended].count(CodeGoneError) == 1
            assert len(await one.accounts(home)) == number + 2
