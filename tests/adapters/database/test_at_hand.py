"""Messages that the process which saves them sends at once, and those that wait for whoever is free all the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import pytest
from procrastinate.worker import Worker

from adapters.database import at_hand, placing, working
from adapters.database.connection import connect
from adapters.database.placing import BACKGROUND, CONSIDER, DELIVER, SPEECH
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer, Effect, Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation
from core.ports import Change, DeliveryError, PendingEffect, StoreUnavailableError
from tests.contracts.sample import ROLES
from tests.contracts.steps import newcomer, notice, started
from tests.postgres import execute

WAIT_S = 10.0
ALL = {DELIVER: 4, CONSIDER: 4, SPEECH: 4, BACKGROUND: 4}
SPOKEN = Send(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "aloud"),), spoken="Aloud."))


class Process:
    """One that saves and works, while the `door` is open.

    `begun` is what it performs, in order, and whether at once; `left` are the jobs right after that. What is not begun
    at once goes through the `others_door`.
    """

    def __init__(self, store: DatabaseStore, url: str) -> None:
        self.store = store
        self.url = url
        self.begun: list[tuple[int, bool]] = []
        self.left: list[list[tuple[Any, ...]]] = []
        self.failing: list[Exception] = []
        self.door, self.others_door = asyncio.Event(), asyncio.Event()
        self.door.set()
        self.others_door.set()

    @asynccontextmanager
    async def at_work(self, queues: Mapping[str, int], platform: str = "terminal") -> AsyncIterator[None]:
        """Until the end of the block; it works on its queues from the beginning of it."""
        assert self.store.jobs
        worker = working.JobWorker(self.store.jobs, self.store, self._perform, {platform: self._deliver})
        task = asyncio.create_task(worker.work(queues))
        try:
            async with asyncio.timeout(WAIT_S):
                while await self._workers() < len(queues) + (DELIVER in queues):  # noqa: ASYNC110 - a database tells nobody
                    await asyncio.sleep(0.01)
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def save(self, *effects: Effect, candidate: tuple[int, Conversation] | None = None) -> list[PendingEffect]:
        whose, where = candidate or await newcomer(self.store)
        return list((await self.store.save(Change(whose, where, effects=effects))).pending)

    async def jobs(self) -> list[tuple[Any, ...]]:
        """The status of each job, whether a worker has it, and how often it was put back."""
        told = (
            "SELECT status::text, worker_id IS NOT NULL, attempts FROM procrastinate_jobs WHERE task_name = 'perform'"
        )
        return await asyncio.to_thread(execute, self.url, f"{told} ORDER BY id")

    async def until_done(self) -> None:
        async with asyncio.timeout(WAIT_S):
            while await self.jobs() or await self.store.pending():  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.02)

    async def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(execute, self.url, statement, values)

    async def until_begun(self, number: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while len(self.begun) < number:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    async def _workers(self) -> int:
        return len(await self.sql("SELECT id FROM procrastinate_workers"))

    async def _perform(self, effect_id: int, *, again: bool) -> None:
        await self._performed(effect_id, at_once=False)

    async def _deliver(self, pending: PendingEffect, message: Outbound) -> None:
        await self._performed(pending.id, at_once=True)

    async def _performed(self, effect_id: int, *, at_once: bool) -> None:
        self.begun.append((effect_id, at_once))
        await (self.door if at_once else self.others_door).wait()
        if self.failing:
            raise self.failing.pop(0)
        await self.store.performed(effect_id)
        self.left.append(await self.jobs())


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HANDS_BACK_S": 0.1, "POLLING_S": 0.1, "TAKEN_UP_S": 0.2, "LOST_S": 0.2}.items():
        monkeypatch.setattr(working, name, value)
    monkeypatch.setattr(at_hand, "ENDS_S", 0.1)
    monkeypatch.setattr(placing, "SHORT_PAUSES_S", (0.2, 0.2))


@pytest.fixture
async def process(postgres_url: str) -> AsyncIterator[Process]:
    async with connect(postgres_url, ROLES, lambda _: 0.0) as store:
        yield Process(store, postgres_url)


async def test_a_message_is_sent_by_the_process_that_saves_it(process: Process) -> None:
    async with process.at_work(ALL):
        process.door.clear()
        (message,) = await process.save(notice("1"))
        await process.until_begun(1)
        assert await process.jobs() == [("doing", True, 0)]
        await asyncio.sleep(5 * working.LOST_S)  # nobody takes it for one that is forgotten, dead or lost
        assert await process.jobs() == [("doing", True, 0)]
        process.door.set()
        await process.until_done()
    assert process.begun == [(message.id, True)]
    assert process.left == [[]]  # its job has ended with it


async def test_what_follows_with_it_is_queued_as_ever(process: Process) -> None:
    candidate, where = await newcomer(process.store)
    interview = await started(process.store, candidate, where)
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        change = Change(candidate, where, interview, interview, (AssessAnswer(0), notice("1"), notice("2")))
        assess, first, second = (await process.store.save(change)).pending
        await process.until_begun(1)
        assert sorted(await process.jobs()) == [("doing", True, 0), ("todo", False, 0), ("todo", False, 0)]
        process.door.set()
        await process.until_begun(2)
        assert process.begun == [(first.id, True), (second.id, False)]
        await process.store.performed(assess.id)


async def test_no_message_overtakes_another(process: Process) -> None:
    candidate, pauses = await newcomer(process.store), Random(1)
    saved = await process.save(notice("before anybody works"), candidate=candidate)
    async with process.at_work({DELIVER: 4}):
        for number in range(12):
            saved += await process.save(notice(f"{number}"), candidate=candidate)
            await asyncio.sleep(pauses.choice((0, 0.01, 0.3)))
        await process.until_done()
        saved += await process.save(notice("the last"), candidate=candidate)
        await process.until_done()
    assert [one for one, _ in process.begun] == [one.id for one in saved]
    assert [process.begun[place][1] for place in (0, -1)] == [False, True]


async def test_a_conversation_that_somebody_else_sends_to_is_left_to_the_queue(process: Process) -> None:
    candidate = await newcomer(process.store)
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        (first,) = await process.save(notice("1"), candidate=candidate)
        await process.until_begun(1)
        # Its row is gone, but not its job yet.
        await process.sql("DELETE FROM pending_effect WHERE id = %s", first.id)
        (second,) = await process.save(notice("2"), candidate=candidate)
        assert await process.jobs() == [("doing", True, 0), ("todo", False, 0)]
        process.door.set()
        await process.until_done()
    assert process.begun == [(first.id, True), (second.id, False)]


@pytest.mark.parametrize("why", ["platform", "spoken", "queue", "full"])
async def test_who_cannot_send_a_message_at_once_leaves_it_to_the_queue(process: Process, why: str) -> None:
    candidate, where = await newcomer(process.store)
    effect = SPOKEN if why == "spoken" else notice("1")
    queues = {"queue": {CONSIDER: 4}, "full": {DELIVER: 1}}.get(why, ALL)
    async with process.at_work(queues, "telegram" if why == "platform" else "terminal"):
        process.door.clear()
        if why == "full":
            await process.save(notice("of somebody else"))
            await process.until_begun(1)
        (pending,) = await process.save(effect, candidate=(candidate, where))
        process.door.set()
    async with process.at_work(ALL):
        await process.until_done()
    assert (pending.id, True) not in process.begun
    assert process.begun.count((pending.id, False)) == 1


async def test_while_nobody_works_here_messages_are_queued(process: Process) -> None:
    async with process.at_work(ALL):
        pass
    await process.save(notice("1"))
    assert await process.jobs() == [("todo", False, 0)]


async def test_what_does_not_arrive_goes_to_the_queue_and_holds_up_what_is_behind_it(process: Process) -> None:
    candidate = await newcomer(process.store)
    process.failing = [DeliveryError("offline"), DeliveryError("still")]
    async with process.at_work({DELIVER: 4}):
        (first,) = await process.save(notice("1"), candidate=candidate)
        await process.until_begun(1)
        (second,) = await process.save(notice("2"), candidate=candidate)
        await process.until_done()
    assert process.begun == [(first.id, True), (first.id, False), (first.id, False), (second.id, False)]
    assert process.store.jobs
    assert process.store.jobs._own == {}


async def test_whoever_ends_hands_back_what_does_not_arrive_soon(process: Process) -> None:
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        (message,) = await process.save(notice("1"))
        await process.until_begun(1)
    assert await process.jobs() == [("todo", False, 1)]
    process.door.set()
    async with process.at_work({DELIVER: 4}):
        await process.until_done()
    assert process.begun == [(message.id, True), (message.id, False)]


async def test_whoever_ends_waits_for_what_arrives_soon(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_hand, "ENDS_S", WAIT_S)
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        (message,) = await process.save(notice("1"))
        await process.until_begun(1)
        asyncio.get_running_loop().call_later(0.3, process.door.set)
    assert process.begun == [(message.id, True)]
    assert await process.jobs() == []


async def test_what_cannot_be_handed_back_is_found(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = process.store.jobs
    assert jobs
    tried: list[int] = []

    async def refused(job: int, *_: object) -> None:
        tried.append(job)
        raise StoreUnavailableError("no")

    monkeypatch.setattr(jobs, "put_back", refused)
    process.failing = [DeliveryError("offline")]
    async with process.at_work({DELIVER: 4}):
        (message,) = await process.save(notice("1"))
        await process.until_done()
    assert process.begun == [(message.id, True), (message.id, False)]
    assert len(tried) == 1


TAKEN_UP = (
    "SELECT procrastinate_retry_job_v2(id, now() + %s * interval '1 s', NULL, NULL, NULL) FROM procrastinate_jobs"
    " WHERE task_name = 'perform'"
)


@pytest.mark.parametrize("arrives", [True, False])
async def test_what_others_have_taken_up_meanwhile_is_left_to_them(process: Process, *, arrives: bool) -> None:
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        (message,) = await process.save(notice("1"))
        await process.until_begun(1)
        process.others_door.clear()
        await process.sql(TAKEN_UP, 0)
        await process.until_begun(2)
        process.failing = [] if arrives else [DeliveryError("offline")]
        process.door.set()
        await asyncio.sleep(0.3)
        assert await process.jobs() == [("doing", True, 1)]
        assert [one.id for one in await process.store.pending()] == ([] if arrives else [message.id])
        process.others_door.set()
        await process.until_done()
    assert process.begun == [(message.id, True), (message.id, False)]


async def test_that_others_have_taken_something_up_is_no_failure_of_the_database(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        await process.save(notice("1"))
        await process.until_begun(1)
        await process.sql(TAKEN_UP, 1)
        process.failing = [DeliveryError("offline")]
        process.door.set()
        await process.until_done()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_no_message_overtakes_one_that_was_saved_for_whose_account_it_was_before(process: Process) -> None:
    before, where = await newcomer(process.store)
    after, _ = await newcomer(process.store)
    process.failing = [DeliveryError("offline")]
    async with process.at_work({DELIVER: 4}):
        (first,) = await process.save(notice("joined"), candidate=(before, where))
        await process.until_begun(1)
        async with asyncio.timeout(WAIT_S):
            while await process.jobs() != [("todo", True, 1)]:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.01)
        assert await process.sql("SELECT priority FROM procrastinate_jobs WHERE task_name = 'perform'") == [(41,)]
        (second,) = await process.save(notice("next"), candidate=(after, where))
        await process.until_done()
    assert process.begun == [(first.id, True), (first.id, False), (second.id, False)]


async def test_what_nobody_wants_to_arrive_is_given_up(process: Process) -> None:
    candidate, where = await newcomer(process.store)
    assert process.store.jobs
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        pending = await process.save(notice("1"), candidate=(candidate, where))
        await process.until_begun(1)
        await process.store.forget(candidate)
        await process.store.jobs.end(pending)
        await process.until_done()
    assert process.begun == [(pending[0].id, True)]
    assert process.left == []


async def test_what_is_at_hand_is_sent_once_whichever_worker_ends_or_is_taken_for_dead(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Worker] = []

    def new(*args: Any, **options: Any) -> Worker:
        made.append(Worker(*args, **options))
        return made[-1]

    monkeypatch.setattr(working, "Worker", new)
    async with process.at_work({DELIVER: 4}):
        process.door.clear()
        (message,) = await process.save(notice("1"))
        await process.until_begun(1)
        made[0].stop()  # type: ignore[no-untyped-call]
        await process.sql("DELETE FROM procrastinate_workers")
        await asyncio.sleep(5 * working.TAKEN_UP_S)
        process.door.set()
        await process.until_done()
    assert process.begun == [(message.id, True)]


async def test_who_was_taken_for_dead_begins_again_once_it_has_shown_itself(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "HEARTBEAT_S", 1.0)
    async with process.at_work({DELIVER: 4}):
        await process.sql("DELETE FROM procrastinate_workers")
        (first,) = await process.save(notice("1"))
        await process.until_done()
        await asyncio.sleep(2 * working.HEARTBEAT_S)
        (second,) = await process.save(notice("2"))
        await process.until_done()
    assert process.begun == [(first.id, False), (second.id, True)]


async def test_what_is_begun_when_the_rest_has_ended_is_left_to_the_queue(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[Any] = []
    jobs = process.store.jobs
    assert jobs
    begun = jobs.begun
    monkeypatch.setattr(jobs, "begun", lambda *of: late.append(of))
    async with process.at_work({DELIVER: 4}):
        await process.save(notice("1"))
    begun(*late[0])
    async with asyncio.timeout(WAIT_S):
        while await process.jobs() != [("todo", False, 1)]:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.01)
    assert process.begun == []
