from __future__ import annotations

import asyncio
import gc
from contextvars import Context, copy_context
from dataclasses import replace

import pytest
from tortoise.context import get_current_context, require_context

from adapters.database.connection import connect
from adapters.database.models import AccountRow, CandidateRow
from adapters.database.session import Session, transaction
from core.model import Conversation
from core.ports import Change, StaleInterviewError, StoreUnavailableError
from tests.contracts.sample import CONVERSATION, NOW, ROLES, new_interview


@pytest.mark.usefixtures("up_to_date")
async def test_work_goes_on_when_the_store_is_closed_under_it(url: str) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        task = asyncio.create_task(store.save(Change(candidate, CONVERSATION, after=new_interview(candidate))))
        await asyncio.sleep(0)
        task.cancel()
    async with connect(url, ROLES) as store:
        assert await store.current_interview(candidate) is not None


async def test_what_fails_when_nobody_waits_for_it_any_more_is_not_told_with_its_words() -> None:
    told = list[dict[str, object]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    cancelled = asyncio.Event()

    async def fail() -> None:
        await cancelled.wait()
        raise OSError(28, "Words of a candidate.")

    session = Session(Context())
    waiting = asyncio.create_task(session.run(fail()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    cancelled.set()
    while session._tasks:  # noqa: ASYNC110 - nobody waits for it
        await asyncio.sleep(0)
    assert waiting.cancelled()
    del waiting  # which keeps the other alive
    gc.collect()
    assert told == []


async def test_a_commit_that_fails_leaves_nothing_behind() -> None:
    async def orphan() -> None:
        async with transaction():
            # Checked at COMMIT only, which then fails and leaves its transaction open.
            await require_context().db().execute_query("PRAGMA defer_foreign_keys=ON")
            await AccountRow.create(candidate_id=404, platform="p", external_id="a")

    async def sound() -> int:
        async with transaction():
            await CandidateRow.create(created_at=NOW, preferences={})
        return await AccountRow.all().count()

    async with connect("sqlite://:memory:", ROLES) as store:
        with pytest.raises(StoreUnavailableError):
            await store._session.run(orphan())
        assert await store._session.run(sound()) == 0


async def test_two_stores_at_once_keep_to_themselves_and_leave_the_caller_alone() -> None:
    before = dict(copy_context())
    async with connect("sqlite://:memory:", ROLES) as one, connect("sqlite://:memory:", ROLES) as two:
        assert get_current_context() is None
        first, second = await asyncio.gather(one.candidate(CONVERSATION), two.candidate(CONVERSATION))
        assert first == second == 1
        await one.save(Change(first, CONVERSATION, after=new_interview(first)))
        assert await two.current_interview(second) is None
    assert dict(copy_context()) == before


async def test_a_store_that_was_closed_says_that_it_cannot_be_used() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        pass
    with pytest.raises(StoreUnavailableError):
        await store.candidate(CONVERSATION)


@pytest.mark.usefixtures("up_to_date")
async def test_conversations_do_not_disturb_each_other(url: str) -> None:
    async def converse(number: int) -> int:
        conversation = Conversation("terminal", str(number), str(number))
        candidate = await store.candidate(conversation)
        change = Change(candidate, conversation, after=new_interview(candidate, conversation))
        for step in range(10):
            interview = (await store.save(replace(change, inbound_id=str(step)))).interview
            assert interview is not None
            assert await store.current_interview(candidate) == interview
            change = replace(change, before=interview, after=interview)
            if step % 3 == 0:
                with pytest.raises(StaleInterviewError):
                    await store.save(replace(change, before=replace(interview, version=99)))
        newest = await store.current_interview(candidate)
        return newest.version if newest else 0

    async with connect(url, ROLES) as store:
        assert await asyncio.gather(*(converse(number) for number in range(20))) == [10] * 20
