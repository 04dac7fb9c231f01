"""What every queue of jobs promises, run over the fake and the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest

from adapters.database import placing
from adapters.database.connection import connect
from adapters.database.placing import QUEUES, Perform
from bot.wiring import SystemClock
from core.effects import AwaitReport, ConsiderAnswer, Effect, Send, SettleAnswer
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation
from core.ports import (
    AlreadySeenError,
    Change,
    DeliveryError,
    Jobs,
    PendingEffect,
    StaleInterviewError,
    Store,
    UnservedError,
)
from core.roles import Role
from tests.contracts.fake_jobs import FakeJobs
from tests.contracts.fake_store import FakeStore
from tests.contracts.steps import newcomer, notice, started

WAIT_S = 0.4
PATIENCE_S = 10.0
"""So long something is waited for that takes a moment on any machine."""


def seconds(effect: Effect) -> float:
    return WAIT_S if isinstance(effect, SettleAnswer | AwaitReport) else 0.0


@dataclass
class House:
    """A store with its queue, and how to start a worker on it."""

    store: Store
    jobs: Jobs
    work: Callable[[Perform, Collection[str]], Awaitable[None]]

    @asynccontextmanager
    async def working(self, *queues: str) -> AsyncIterator[Hand]:
        hand = Hand(self.store)
        task = asyncio.ensure_future(self.work(hand.perform, queues or QUEUES))
        try:
            yield hand
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def save(self, *effects: Effect, where: Conversation | None = None) -> list[PendingEffect]:
        candidate, conversation = await newcomer(self.store)
        where = where or conversation
        interview = await started(self.store, candidate, conversation)
        change = Change(candidate, where, interview, interview, effects=effects)
        return list((await self.store.save(change)).pending)


@dataclass
class Hand:
    """Performs by removing the row. `failing` is what is raised instead, one after the other for each effect."""

    store: Store
    begun: list[tuple[int, bool]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    failing: dict[int, list[Exception]] = field(default_factory=dict)
    door: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.door.set()

    async def perform(self, effect_id: int, *, again: bool) -> None:
        self.begun.append((effect_id, again))
        self.changed.set()
        try:
            await self.door.wait()
            if self.failing.get(effect_id):
                raise self.failing[effect_id].pop(0)
            await self.store.performed(effect_id)
        except asyncio.CancelledError:
            self.ended.append(effect_id)
            raise
        else:
            self.done.append(effect_id)
        finally:
            self.changed.set()

    async def until(self, happened: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self.changed.clear()
                await self.changed.wait()

    async def until_done(self, *pending: PendingEffect) -> None:
        await self.until(lambda: {one.id for one in pending} <= {*self.done})


@pytest.fixture(params=["fake", "procrastinate"])
async def house(
    request: pytest.FixtureRequest, roles: dict[str, Role], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    monkeypatch.setattr(placing, "SHORT_PAUSES_S", (0.05, 0.1))
    monkeypatch.setattr(placing, "LONG_PAUSES_S", (0.05, 0.1))
    monkeypatch.setattr(placing, "ELSEWHERE_S", 0.05)
    if request.param == "fake":
        jobs = FakeJobs(SystemClock(), seconds)
        yield House(FakeStore(roles, jobs), jobs, jobs.work)
        return
    url = request.getfixturevalue("postgres_url")
    from adapters.database import working  # noqa: PLC0415 - only where it is installed

    monkeypatch.setattr(working, "HANDS_BACK_S", 0.1)
    monkeypatch.setattr(working, "POLLING_S", 0.1)
    async with connect(url, roles, seconds) as store:

        async def work(perform: Perform, queues: Collection[str]) -> None:
            assert store.jobs
            await working.JobWorker(store.jobs, store, perform).work(dict.fromkeys(queues, 4))

        assert store.jobs
        yield House(store, store.jobs, work)


async def test_what_is_saved_is_performed_once(house: House) -> None:
    before = await house.save(notice("before"), ConsiderAnswer(0, 1))
    async with house.working() as hand:
        await hand.until_done(*before)
        after = await house.save(notice("after"))
        await hand.until_done(*after)
    assert sorted(hand.begun) == sorted((one.id, False) for one in (*before, *after))


async def test_what_is_not_saved_is_not_queued(house: House) -> None:
    candidate, conversation = await newcomer(house.store)
    taken = Change(candidate, conversation, effects=(notice("once"),), inbound_id="m1")
    saved = (await house.store.save(taken)).pending
    with pytest.raises(AlreadySeenError):
        await house.store.save(taken)
    interview = await started(house.store, candidate, conversation)
    stale = Change(candidate, conversation, replace(interview, version=7), interview, effects=(notice("never"),))
    with pytest.raises(StaleInterviewError):
        await house.store.save(stale)
    async with house.working() as hand:
        await hand.until_done(*saved)
        await hand.until_done(*await house.save(notice("later")))
    assert len(hand.begun) == 2


async def test_messages_to_a_conversation_keep_their_order_and_wait_for_one_that_does_not_arrive(house: House) -> None:
    spoken = Send(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "aloud"),), spoken="Aloud."))
    first, second, third = await house.save(notice("1"), spoken, notice("3"))
    (other,) = await house.save(notice("another's"))
    async with house.working() as hand:
        hand.failing[first.id] = [DeliveryError("offline"), DeliveryError("offline")]
        await hand.until_done(first, second, third, other)
    assert [one for one in hand.done if one != other.id] == [first.id, second.id, third.id]
    assert [again for one, again in hand.begun if one == first.id] == [False] * 3


async def test_what_has_failed_is_tried_again_and_yields(house: House) -> None:
    first, twin = await house.save(ConsiderAnswer(0, 1), ConsiderAnswer(0, 2))
    async with house.working() as hand:
        hand.failing[first.id] = [RuntimeError("I sold chairs"), ValueError("twice")]
        await hand.until_done(first, twin)
    assert hand.done == [twin.id, first.id]
    assert [again for one, again in hand.begun if one == first.id] == [False, True, True]


async def test_of_the_same_for_one_interview_one_is_performed_at_a_time(house: House) -> None:
    first, twin = await house.save(ConsiderAnswer(0, 1), ConsiderAnswer(0, 2))
    (other,) = await house.save(ConsiderAnswer(0, 1))
    async with house.working() as hand:
        hand.door.clear()
        await hand.until(lambda: len(hand.begun) == 2)
        await asyncio.sleep(WAIT_S)
        assert {one for one, _ in hand.begun} == {first.id, other.id}
        hand.door.set()
        await hand.until_done(first, twin, other)


async def test_what_is_to_wait_is_not_begun_before_and_can_be_postponed(house: House) -> None:
    (settle,) = await house.save(SettleAnswer(0, 1))
    loop = asyncio.get_running_loop()
    async with house.working() as hand:
        await house.jobs.postpone(settle, 3 * WAIT_S)
        begun = loop.time()
        await asyncio.sleep(2 * WAIT_S)
        assert not hand.begun
        await hand.until_done(settle)
        assert loop.time() - begun >= 2.9 * WAIT_S
        await house.jobs.postpone(settle, 0)
        hand.door.clear()
        (running,) = await house.save(ConsiderAnswer(0, 1))
        await hand.until(lambda: len(hand.begun) == 2)
        await house.jobs.postpone(running, 100)
        hand.door.set()
        await hand.until_done(running)
    assert hand.begun == [(settle.id, False), (running.id, False)]


async def test_what_nobody_wants_ends_or_is_never_begun(house: House) -> None:
    running, waiting, kept = await house.save(ConsiderAnswer(0, 1), ConsiderAnswer(0, 2), ConsiderAnswer(0, 3))
    async with house.working() as hand:
        hand.door.clear()
        await hand.until(lambda: hand.begun)
        for unwanted in (running, waiting):  # as ever: what has a row and no job would be queued anew
            await house.store.performed(unwanted.id)
        await house.jobs.end([running, waiting])
        await hand.until(lambda: hand.ended)
        hand.door.set()
        await hand.until_done(kept)
        await house.jobs.end([running, kept])
    assert hand.ended == [running.id]
    assert hand.begun == [(running.id, False), (kept.id, False)]


async def test_whoever_ends_hands_back_what_is_not_finished(house: House) -> None:
    (pending,) = await house.save(ConsiderAnswer(0, 1))
    async with house.working() as first:
        first.door.clear()
        await first.until(lambda: first.begun)
    assert first.ended == [pending.id]
    async with house.working() as second:
        await second.until_done(pending)
    assert second.begun == [(pending.id, False)]


async def test_what_one_cannot_do_is_left_to_others_as_soon_each_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "SHORT_PAUSES_S", (100.0,))
    (pending,) = await house.save(notice("elsewhere"))
    async with house.working() as hand:
        hand.failing[pending.id] = [UnservedError(), UnservedError()]
        await hand.until_done(pending)
    assert hand.begun == [(pending.id, False)] * 3


async def test_each_works_on_its_own_queues(house: House) -> None:
    message, consider = await house.save(notice("1"), ConsiderAnswer(0, 1))
    async with house.working("deliver") as hand:
        await hand.until_done(message)
        await asyncio.sleep(WAIT_S)
        assert hand.done == [message.id]
        async with house.working("consider") as other:
            await other.until_done(consider)


async def test_whoever_was_faster_is_followed_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "SHORT_PAUSES_S", (100.0,))
    (pending,) = await house.save(ConsiderAnswer(0, 1))
    async with house.working() as hand:
        hand.failing[pending.id] = [StaleInterviewError()]
        await hand.until_done(pending)
    assert hand.begun == [(pending.id, False)] * 2
