"""What becomes of jobs whose worker died, whose end could not be written down, or that are not there at all."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from time import monotonic
from typing import Any, cast

import pytest
from procrastinate import utils
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager, get_channel_for_queues
from procrastinate.worker import Worker

from adapters.database import working
from adapters.database.connection import connect
from adapters.database.placing import QUEUES, SHORT_PAUSES_S
from adapters.database.postgres import ear
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer, AwaitReport, ConsiderAnswer, Effect
from core.model import UtteranceKind
from core.ports import (
    AlreadySeenError,
    Change,
    DeliveryError,
    PendingEffect,
    RoleMissingError,
    StaleInterviewError,
    StoreUnavailableError,
)
from tests.contracts.sample import ROLES
from tests.contracts.steps import newcomer, notice, started
from tests.postgres import execute

WAIT_S = 10.0
TOO = ", pg_notify(%s, json_build_object('type', %s::text, 'job_id', %s::int)::text)"
NOTIFY = f"SELECT{TOO[1:]}"


class Hand:
    """Performs by removing the row, while the `door` is open."""

    def __init__(self, store: DatabaseStore) -> None:
        self._store = store
        self.door = asyncio.Event()
        self.door.set()
        self.begun = asyncio.Event()

    async def perform(self, effect_id: int, *, again: bool) -> None:
        self.begun.set()
        await self.door.wait()
        await self._store.performed(effect_id)


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HANDS_BACK_S": 0.1,
        "POLLING_S": 0.1,
        "AGAIN_S": 0.1,
        "TAKEN_UP_S": 0.2,
        "LOST_S": 0.2,
        "HEARTBEAT_S": 0.3,
    }.items():
        monkeypatch.setattr(working, name, value)


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[DatabaseStore]:
    async with connect(postgres_url, ROLES, lambda _: 0.0) as store:
        yield store


async def pending(store: DatabaseStore, effect: Effect | None = None) -> PendingEffect:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    change = Change(candidate, conversation, interview, interview, (effect or ConsiderAnswer(0, 1),))
    (saved,) = (await store.save(change)).pending
    return saved


async def sql(url: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Aside, as a row may be locked by a transaction of this very loop."""
    return await asyncio.to_thread(execute, url, statement, values)


async def jobs(url: str) -> list[tuple[Any, ...]]:
    return await sql(
        url, "SELECT status::text, worker_id, attempts FROM procrastinate_jobs WHERE task_name = 'perform'"
    )


def worker(store: DatabaseStore, hand: Hand) -> working.JobWorker:
    assert store.jobs
    return working.JobWorker(store.jobs, store, hand.perform)


@asynccontextmanager
async def at_work(store: DatabaseStore, hand: Hand, at_once: Mapping[str, int]) -> AsyncIterator[None]:
    task = asyncio.create_task(worker(store, hand).work(at_once))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def left(url: str) -> list[int]:
    """The ids of all pending effects, whether they can be read or not."""
    return [effect_id for (effect_id,) in await sql(url, "SELECT id FROM pending_effect ORDER BY id")]


async def until_done(url: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while await left(url) or await jobs(url):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)


ALL = dict.fromkeys(QUEUES, 2)
SEVERAL = (notice("First."), AssessAnswer(0), notice("Second."), AwaitReport())


async def test_effects_that_have_no_job_get_one(postgres_url: str, store: DatabaseStore) -> None:
    async with connect(postgres_url, ROLES) as without_queue:
        await pending(without_queue)
    assert await jobs(postgres_url) == []
    async with at_work(store, Hand(store), ALL):
        await until_done(postgres_url)
        await sql(postgres_url, "DELETE FROM procrastinate_jobs")
        await pending(store)
        await sql(postgres_url, "DELETE FROM procrastinate_jobs WHERE status = 'todo'")
        await until_done(postgres_url)


FATES = {
    "silent": "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '16 s' WHERE id = %s",
    "pruned": "DELETE FROM procrastinate_workers WHERE id = %s",
}
UNREADABLE = "UPDATE pending_effect SET kind = 'from_a_newer_version' WHERE id = %s"


async def begun_by_somebody(url: str) -> Sequence[int]:
    """The id of a worker who has begun all that waits, and shows nothing of that."""
    ((somebody,),) = await sql(url, "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    await sql(url, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [somebody])
    return [somebody]


@pytest.mark.parametrize("fate", FATES)
async def test_what_a_dead_worker_had_begun_is_taken_up_whatever_is_in_it_and_whoever_is_left(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    monkeypatch.setattr(working, "LOST_S", 100.0)
    unreadable, _ = await pending(store), await pending(store)
    await sql(postgres_url, UNREADABLE, [unreadable.id])
    dead = await begun_by_somebody(postgres_url)
    async with at_work(store, Hand(store), {"consider": 1}):
        await asyncio.sleep(0.3)
        assert [status for status, *_ in await jobs(postgres_url)] == ["doing", "doing"]
        await sql(postgres_url, FATES[fate], dead)
        await until_done(postgres_url)


async def test_what_is_put_back_is_due_at_once_by_the_clock_of_the_database(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pending(store)
    await sql(postgres_url, FATES["silent"], await begun_by_somebody(postgres_url))
    now = utils.utcnow
    monkeypatch.setattr(utils, "utcnow", lambda: now() + timedelta(hours=1))
    await worker(store, Hand(store))._take_up()
    found = await sql(postgres_url, "SELECT status::text, scheduled_at <= now() FROM procrastinate_jobs")
    assert found == [("todo", True)]


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("is_performed", [False, True])
async def test_what_somebody_has_begun_since_it_was_put_back_is_left_to_them(
    postgres_url: str, store: DatabaseStore, fate: str, *, is_performed: bool
) -> None:
    first = await pending(store)
    await sql(postgres_url, FATES[fate], await begun_by_somebody(postgres_url))
    slow = worker(store, Hand(store))
    stalled = [*await slow._jobs.get_stalled_jobs(seconds_since_heartbeat=working.STALLED_S)]
    await worker(store, Hand(store))._take_up()
    hand = Hand(store)
    hand.door.clear()
    async with at_work(store, hand, {"consider": 1}):
        await hand.begun.wait()
        if is_performed:
            await store.performed(first.id)
        ((_, living, _),) = left = await jobs(postgres_url)
        assert left == [("doing", living, 1)]
        await slow._put_back(stalled)
        assert await jobs(postgres_url) == left
        hand.door.set()
        await until_done(postgres_url)


async def test_what_has_a_job_is_not_even_looked_at_to_find_what_has_none(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.jobs
    effects = [await pending(store) for _ in range(4)]
    lock = "WHERE queueing_lock = %s"
    await sql(postgres_url, f"UPDATE procrastinate_jobs SET status = 'doing' {lock}", [str(effects[0].id)])
    await sql(postgres_url, f"DELETE FROM procrastinate_jobs {lock}", [str(effects[1].id)])
    await sql(postgres_url, f"UPDATE procrastinate_jobs SET status = 'failed' {lock}", [str(effects[2].id)])
    looked_at = list[dict[str, Any]]()
    ask = store.jobs.connector.execute_query_all_async

    async def asked(*query: Any, **values: Any) -> Any:
        rows = await ask(*query, **values)
        looked_at.extend(rows)
        return rows

    monkeypatch.setattr(store.jobs.connector, "execute_query_all_async", asked)
    await worker(store, Hand(store))._queue_lost()
    assert {row["id"] for row in looked_at[:2]} == {effects[1].id, effects[2].id}
    queued = "SELECT queueing_lock, status::text FROM procrastinate_jobs ORDER BY queueing_lock::int"
    states = ("doing", "todo", "todo", "todo")
    assert await sql(postgres_url, queued) == [(str(one.id), is_) for one, is_ in zip(effects, states, strict=True)]


async def test_workers_that_look_at_once_for_what_has_no_job_queue_it_once(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.jobs
    first, second = (working.JobWorker(store.jobs, store, Hand(store).perform) for _ in range(2))
    found, going_on, its_own = asyncio.Event(), asyncio.Event(), first._pending_effect

    async def slow(effect_id: int) -> PendingEffect | None:
        found.set()
        await going_on.wait()
        return await its_own(effect_id)

    monkeypatch.setattr(first, "_pending_effect", slow)
    async with connect(postgres_url, ROLES) as without_queue:
        lost = await pending(without_queue)
    looking = asyncio.create_task(first._queue_lost())
    await found.wait()
    await second._queue_lost()
    await sql(postgres_url, "UPDATE procrastinate_jobs SET status = 'doing'")  # what had been queued by now was begun
    going_on.set()
    await looking
    assert await sql(postgres_url, "SELECT queueing_lock FROM procrastinate_jobs") == [(str(lost.id),)]


async def test_of_two_jobs_for_the_same_effect_the_one_of_a_dead_worker_is_over(
    postgres_url: str, store: DatabaseStore
) -> None:
    one = await pending(store)
    await sql(postgres_url, "UPDATE procrastinate_jobs SET status = 'doing', attempts = 1")
    assert store.jobs
    await store.jobs.queue_again(one)
    async with at_work(store, Hand(store), ALL):
        await until_done(postgres_url)


async def test_what_nobody_can_read_keeps_no_other_from_its_job(postgres_url: str, store: DatabaseStore) -> None:
    async with connect(postgres_url, ROLES) as without_queue:
        unreadable, readable = await pending(without_queue), await pending(without_queue)
    await sql(postgres_url, UNREADABLE, [unreadable.id])
    async with at_work(store, Hand(store), ALL), asyncio.timeout(WAIT_S):
        while readable.id in await left(postgres_url):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)
    assert await left(postgres_url) == [unreadable.id]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_a_job_that_is_over_is_deleted_and_its_effect_gets_another(
    postgres_url: str, store: DatabaseStore, status: str
) -> None:
    await pending(store)
    await sql(postgres_url, "UPDATE procrastinate_jobs SET status = %s", [status])
    async with at_work(store, Hand(store), ALL):
        await until_done(postgres_url)


async def test_what_an_interview_waits_for_is_begun_however_much_is_assessed(store: DatabaseStore) -> None:
    hand = Hand(store)
    hand.door.clear()
    await pending(store, AssessAnswer(0))
    async with at_work(store, hand, dict.fromkeys(QUEUES, 1)), asyncio.timeout(WAIT_S):
        await hand.begun.wait()
        hand.begun.clear()
        await pending(store, ConsiderAnswer(0, 1))
        await hand.begun.wait()


async def test_what_is_broken_off_within_is_tried_again_after_a_pause(postgres_url: str, store: DatabaseStore) -> None:
    tried = asyncio.Event()

    class BrokenOff(Hand):
        async def perform(self, effect_id: int, *, again: bool) -> None:
            tried.set()
            raise asyncio.CancelledError

    await pending(store)
    async with at_work(store, BrokenOff(store), ALL), asyncio.timeout(WAIT_S):
        await tried.wait()
        waits = "SELECT scheduled_at > now() + interval '4 s', priority FROM procrastinate_jobs WHERE status = 'todo' "
        while not (found := await sql(postgres_url, f"{waits} AND task_name = 'perform' AND attempts > 0")):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert found == [(True, 40)]


@pytest.mark.parametrize("effect", [ConsiderAnswer(0, 1), notice("offline")])
async def test_what_fails_for_the_first_time_waits_shortly_however_often_it_was_begun(
    postgres_url: str, store: DatabaseStore, effect: Effect
) -> None:
    class Offline(Hand):
        async def perform(self, effect_id: int, *, again: bool) -> None:
            raise DeliveryError

    await pending(store, effect)
    await sql(postgres_url, "UPDATE procrastinate_jobs SET attempts = 50")
    waits = "SELECT extract(epoch FROM scheduled_at - now())::float FROM procrastinate_jobs WHERE attempts = 51"
    async with at_work(store, Offline(store), ALL), asyncio.timeout(WAIT_S):
        while not (found := await sql(postgres_url, waits)):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)
    ((seconds,),) = found
    assert 3 < seconds <= SHORT_PAUSES_S[0]


async def test_what_has_lost_its_role_ends_with_its_interview(postgres_url: str, store: DatabaseStore) -> None:
    class Puzzled(Hand):
        async def perform(self, effect_id: int, *, again: bool) -> None:
            raise RoleMissingError

    dropped, still_open = await pending(store), await pending(store)
    await sql(postgres_url, "UPDATE interview SET phase = 'dropped' WHERE id = %s", [dropped.interview])
    async with at_work(store, Puzzled(store), ALL), asyncio.timeout(WAIT_S):
        while dropped.id in await left(postgres_url) or len(await jobs(postgres_url)) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await left(postgres_url) == [still_open.id]


async def test_work_goes_on_when_something_within_it_is_cancelled(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, begun = Worker.run, list[str | None]()

    async def cancelled_first(worker: Worker) -> None:
        begun.append(worker.worker_name)
        if begun.count(worker.worker_name) == 1:
            raise asyncio.CancelledError
        await run(worker)  # type: ignore[no-untyped-call]  # it does not say that it returns nothing

    monkeypatch.setattr(Worker, "run", cancelled_first)
    await pending(store)
    async with at_work(store, Hand(store), ALL):
        await until_done(postgres_url)


async def test_work_ends_though_what_begins_it_takes_being_cancelled_for_nothing(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `asyncio.wait_for` does before Python 3.12, where what it waits for comes just then."""
    register, begins = JobManager.register_worker, asyncio.Event()

    async def unmoved(manager: JobManager) -> int:
        with suppress(asyncio.CancelledError):
            begins.set()
            await asyncio.sleep(WAIT_S)
        return await register(manager)

    monkeypatch.setattr(JobManager, "register_worker", unmoved)
    async with asyncio.timeout(WAIT_S / 2):
        async with at_work(store, Hand(store), ALL):
            await begins.wait()


async def test_work_that_waits_for_a_connection_ends_at_once() -> None:
    class Waiting:
        def stop(self) -> None:
            """Is looked at once there is a connection."""

        async def run(self) -> None:
            await asyncio.sleep(WAIT_S)

    for rounds in range(4):
        running = asyncio.create_task(working._run(cast("Worker", Waiting())))
        for _ in range(rounds):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running], timeout=WAIT_S / 2)
        assert running.cancelled()


async def test_how_work_ends_that_was_asked_to_is_nothing_to_complain_of(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def lost(*_: object) -> None:
        raise ConnectorException

    monkeypatch.setattr(JobManager, "unregister_worker", lost)
    async with at_work(store, Hand(store), ALL):
        await asyncio.sleep(0.5)
    gc.collect()
    await asyncio.sleep(0)
    assert [one for one in caplog.records if one.name == "asyncio"] == []


async def test_what_a_living_worker_has_begun_is_left_to_it(postgres_url: str, store: DatabaseStore) -> None:
    await pending(store)
    living = await begun_by_somebody(postgres_url)
    hand = Hand(store)
    async with at_work(store, hand, ALL):
        await asyncio.sleep(1.0)
    assert not hand.begun.is_set()
    assert await jobs(postgres_url) == [("doing", *living, 0)]


async def test_a_job_whose_end_was_not_written_down_is_put_back(postgres_url: str, store: DatabaseStore) -> None:
    first = await pending(store)
    hand = Hand(store)
    async with at_work(store, hand, dict.fromkeys(QUEUES, 1)):
        await until_done(postgres_url)
        hand.door.clear()
        hand.begun.clear()
        second = await pending(store)
        await hand.begun.wait()
        ((_, worker, _),) = await jobs(postgres_url)
        # As if this worker had begun another job, and did not know of it any more.
        third = await pending(store)
        await sql(
            postgres_url,
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE queueing_lock = %s",
            [worker, str(third.id)],
        )
        hand.door.set()
        await until_done(postgres_url)
    assert first.id < second.id < third.id


async def test_what_is_not_committed_is_not_queued(postgres_url: str, store: DatabaseStore) -> None:
    candidate, conversation = await newcomer(store)
    await sql(postgres_url, "ALTER TABLE procrastinate_jobs ADD CONSTRAINT none CHECK (false) NOT VALID")
    with pytest.raises(StoreUnavailableError):
        await store.save(Change(candidate, conversation, effects=(notice("never"),), inbound_id="m1"))
    await sql(postgres_url, "ALTER TABLE procrastinate_jobs DROP CONSTRAINT none")
    assert await store.pending() == []
    assert await jobs(postgres_url) == []
    saved = await store.save(Change(candidate, conversation, effects=(notice("now"),), inbound_id="m1"))
    assert await store.pending() == list(saved.pending)
    assert len(await jobs(postgres_url)) == 1


async def test_work_goes_on_when_the_connections_are_lost(
    postgres_url: str, store: DatabaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    saved = 0
    async with at_work(store, Hand(store), ALL):
        await pending(store)
        await until_done(postgres_url)
        for _ in range(2):
            await sql(
                postgres_url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            await asyncio.sleep(0.3)
            with suppress(StoreUnavailableError):
                await pending(store)
                saved += 1
            await until_done(postgres_url)
    assert saved
    assert not any(record.exc_info for record in caplog.records)


async def test_whose_time_has_come_is_said_by_the_clock_of_the_database(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Ahead:
            return cls.fromtimestamp(datetime.now(tz).timestamp() + 3600, tz)

    async def waits_s(store: DatabaseStore) -> float:
        await sql(postgres_url, "DELETE FROM procrastinate_jobs")
        await pending(store)
        left = "SELECT extract(epoch FROM scheduled_at - now())::float FROM procrastinate_jobs"
        ((waits_s,),) = await sql(postgres_url, left)
        return float(waits_s)

    async with connect(postgres_url, ROLES, lambda _: 1.0) as store:
        monkeypatch.setattr("adapters.database.jobs.datetime", Ahead)  # set while it runs
        assert 0 < await waits_s(store) < 2
        monkeypatch.setattr("adapters.database.jobs.monotonic", lambda: monotonic() + 3600)
        assert 0 < await waits_s(store) < 2


async def test_a_process_hears_of_the_jobs_of_all_its_queues_by_one_connection(
    postgres_url: str, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "POLLING_S", 100.0)  # so that a job of which nobody hears is left
    monkeypatch.setattr(working, "LOST_S", 100.0)
    fetch, have_looked = JobManager.fetch_job, set[str]()

    async def fetched(manager: JobManager, queues: Sequence[str], worker_id: int) -> Job | None:
        job = await fetch(manager, queues, worker_id)
        have_looked.update(queues)
        return job

    monkeypatch.setattr(JobManager, "fetch_job", fetched)
    listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    for _ in range(2):
        async with at_work(store, Hand(store), ALL), asyncio.timeout(WAIT_S):
            while await sql(postgres_url, listening) != [(1,)] or have_looked != {*QUEUES}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # a server tells nobody, nor does who looks for what was there before
            for effect in (ConsiderAnswer(0, 1), AssessAnswer(0)):
                await pending(store, effect)
            await until_done(postgres_url)
            assert await sql(postgres_url, listening) == [(1,)]
        assert await sql(postgres_url, listening) == [(0,)]
        have_looked.clear()


async def test_new_jobs_of_a_queue_that_come_soon_after_another_are_told_of_together(
    postgres_url: str, store: DatabaseStore
) -> None:
    assert store.jobs
    heard: list[tuple[str, str]] = []

    async def hear(*, channel: str, payload: str) -> None:
        heard.append((channel, json.loads(payload)["type"]))

    channels = get_channel_for_queues(["model", "deliver"])
    listening = asyncio.create_task(store.jobs.connector.listen_notify(hear, channels))
    model, deliver = ("procrastinate_queue_v1#model", "procrastinate_queue_v1#deliver")
    new, aborted = "job_inserted", "abort_job_requested"
    try:
        while not heard:  # until somebody listens
            await sql(postgres_url, NOTIFY, (model, new, 0))
            await asyncio.sleep(0.01)
        await asyncio.sleep(3 * ear.TOGETHER_S)
        heard.clear()
        told = [*((model, new, number) for number in range(3)), (model, aborted, 0), (deliver, new, 0)]
        # All at once, as they are told of together that come within a moment, however busy the machine is.
        await sql(postgres_url, NOTIFY + TOO * (len(told) - 1), [value for one in told for value in one])
        async with asyncio.timeout(WAIT_S):
            while len(heard) < 4:  # noqa: ASYNC110 - what is heard tells nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(3 * ear.TOGETHER_S)
        assert heard == [(model, new), (model, aborted), (deliver, new), (model, new)]
    finally:
        listening.cancel()
        await asyncio.wait([listening])


async def test_jobs_are_looked_for_by_their_indexes_however_few_the_server_believes_there_are(
    postgres_url: str, store: DatabaseStore
) -> None:
    assert store.jobs
    await sql(postgres_url, "ANALYZE procrastinate_jobs")
    plan = await store.jobs.connector.execute_query_all_async(
        "EXPLAIN SELECT id FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1"
    )
    assert "procrastinate_jobs_priority_idx_v1" in str(plan)


async def in_place(store: DatabaseStore) -> Change:
    """A change that only adds to its interview."""
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    first = await store.save(Change(candidate, conversation, interview, interview, (ConsiderAnswer(0, 1),)))
    assert first.interview
    (turn,) = first.interview.turns
    said = replace(turn.utterances[0], kind=UtteranceKind.ANSWER, text="I asked who was on call.")
    after = replace(first.interview, turns=(replace(turn, utterances=(*turn.utterances, said)),))
    return Change(candidate, conversation, first.interview, after, (AssessAnswer(0),), "7", first.pending[0].id)


async def test_what_only_adds_to_an_interview_is_saved_by_one_statement(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await in_place(store)
    monkeypatch.setattr(store, "_save_step_by_step", None)
    saved = await store.save(replace(change, effects=SEVERAL))
    assert saved.interview == await store.current_interview(change.candidate)
    assert list(saved.pending) == list(await store.pending_of(change.candidate))


async def taken_out(url: str, pending: Sequence[PendingEffect]) -> list[tuple[Any, ...]]:
    """The jobs of some effects but for their ids, which are checked, and their time, in tens of seconds from now."""
    rows = await sql(
        url,
        "WITH gone AS (DELETE FROM procrastinate_jobs RETURNING *)"
        " SELECT queueing_lock, args, round(extract(epoch FROM scheduled_at - now()) / 10)::int,"
        " to_jsonb(gone) - ARRAY['id', 'queueing_lock', 'args', 'scheduled_at'] FROM gone ORDER BY id",
    )
    assert [row[:2] for row in rows] == [(str(one.id), {"effect_id": one.id}) for one in pending]
    return [row[2:] for row in rows]


async def test_a_save_queues_the_very_jobs_that_the_library_does(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(postgres_url, ROLES, lambda effect: 60.0 if isinstance(effect, AwaitReport) else 0.0) as store:
        assert store.jobs
        change = replace(await in_place(store), inbound_id=None, performed=None, effects=SEVERAL)
        await sql(postgres_url, "DELETE FROM procrastinate_jobs")
        at_once = await store.save(change)
        by_one_statement = await taken_out(postgres_url, at_once.pending)
        monkeypatch.setattr("adapters.database.store.is_in_place", lambda _: False)
        assert at_once.interview
        saved = await store.save(replace(change, before=at_once.interview, after=at_once.interview))
        step_by_step = await taken_out(postgres_url, saved.pending)
        for one in saved.pending:
            await store.jobs.queue_again(one)
        assert by_one_statement == step_by_step == await taken_out(postgres_url, saved.pending)
    assert [row[0] for row in step_by_step] == [0, 0, 0, 6]


@pytest.mark.parametrize("lost", ["performed", "interview", "message"])
async def test_whoever_comes_too_late_is_told_for_what_and_saves_nothing(store: DatabaseStore, lost: str) -> None:
    change = await in_place(store)
    faster = {
        "performed": replace(change, before=None, after=None, inbound_id=None, effects=()),
        "interview": replace(change, inbound_id=None, performed=None, effects=()),  # the same utterance, too
        "message": replace(change, before=None, after=None, performed=None, effects=()),
    }
    await store.save(faster[lost])
    was, left = await store.current_interview(change.candidate), await store.pending_of(change.candidate)
    with pytest.raises(AlreadySeenError if lost == "message" else StaleInterviewError):
        await store.save(change)
    assert await store.current_interview(change.candidate) == was
    assert await store.pending_of(change.candidate) == left
