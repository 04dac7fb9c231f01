"""Who is next, how many at once, and that no place is ever lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from core.interviewers.queue import ModelQueue
from core.ports import DeliveryError, ModelBusyError, ModelUnavailableError, Urgency, Waiting
from core.prompts import Prompt
from tests.core.doubles import rest

PATIENCE_S = 0.05
URGENCIES = {"a": Urgency.CONSIDERATION, "g": Urgency.LOOKED_ON, "b": Urgency.BACKGROUND}
"""What the first letter of a call's name says."""


def waiting_for(name: str, candidate: int = 1, told: Callable[[int], Awaitable[None]] | None = None) -> Waiting:
    """A consideration (a), a grading that is looked on for (g), or one in the background (b)."""
    return Waiting(candidate, looks_on=name[0] != "b", told=told, considers=name[0] == "a")


def most_beside(parallel: int) -> int:
    """How many places all but considerations have together."""
    return max(1, parallel - 2)


def most_in_background(parallel: int) -> int:
    return max(1, (parallel - 2) // 2)


def prompt(task: str) -> Prompt:
    return Prompt(task, "system", "{}", {}, 0.0, 10)


class GatedModel:
    """Keeps each call until it is let go, and notes what runs and in which order it began."""

    name = "gated:1b"
    context_tokens = 4096

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running: dict[str, asyncio.Future[str]] = {}
        self.most = 0
        self.most_beside = 0
        self.most_in_background = 0

    async def complete(self, prompt: Prompt) -> str:
        gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.begun.append(prompt.task)
        self.running[prompt.task] = gate
        self.most = max(self.most, len(self.running))
        self.most_beside = max(self.most_beside, sum(task[0] in "gb" for task in self.running))
        self.most_in_background = max(self.most_in_background, sum(task[0] == "b" for task in self.running))
        try:
            return await gate
        finally:
            del self.running[prompt.task]

    def let_go(self, task: str) -> None:
        if not self.running[task].done():
            self.running[task].set_result(task)


class Line:
    """Calls on a queue, each a task with a name, whose first letter says how urgent it is."""

    def __init__(self, parallel: int = 4, most_waiting: int = 100, most_in_background: int = 100) -> None:
        self.model = GatedModel()
        self.queue = ModelQueue(
            self.model,
            parallel=parallel,
            most_waiting=most_waiting,
            most_in_background=most_in_background,
            patience_s=PATIENCE_S,
        )
        self.tasks: dict[str, asyncio.Task[str]] = {}

    async def call(self, name: str, candidate: int = 1, told: Callable[[int], Awaitable[None]] | None = None) -> None:
        waiting = waiting_for(name, candidate, told)
        self.tasks[name] = asyncio.create_task(self.queue.complete(prompt(name), waiting))
        await rest()

    async def let_go(self, *names: str) -> None:
        for name in names:
            self.model.let_go(name)
            await rest()

    async def drain(self) -> list[str]:
        """Let everything go, always the oldest of what runs; all in the order of their beginning."""
        while self.model.running:
            await self.let_go(next(iter(self.model.running)))
        return self.model.begun

    def assert_idle(self) -> None:
        assert self.model.running == {}
        assert self.queue._running == dict.fromkeys(Urgency, 0)
        assert [len(line) for line in self.queue._lines.values()] == [0, 0, 0]
        assert all(not line._calls for line in self.queue._lines.values())


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    made = Line()
    yield made
    for task in made.tasks.values():
        task.cancel()
    await asyncio.gather(*made.tasks.values(), return_exceptions=True)
    made.assert_idle()


async def test_a_call_gives_the_model_s_reply(line: Line) -> None:
    assert (line.queue.name, line.queue.context_tokens) == ("gated:1b", 4096)
    await line.call("a")
    await line.let_go("a")
    assert await line.tasks["a"] == "a"


async def test_never_more_than_the_places_there_are(line: Line) -> None:
    for number in range(10):
        await line.call(f"a{number}", number)
    assert len(line.model.running) == 4
    assert (line.queue.running[Urgency.CONSIDERATION], line.queue.waiting[Urgency.CONSIDERATION]) == (4, 6)
    assert await line.drain() == [f"a{number}" for number in range(10)]
    assert line.model.most == 4


async def test_calls_in_the_background_leave_places_free(line: Line) -> None:
    for number in range(5):
        await line.call(f"b{number}", number)
    assert list(line.model.running) == ["b0"]
    await line.call("g", 9)
    await line.call("a", 9)
    assert list(line.model.running) == ["b0", "g", "a"]


@pytest.mark.parametrize(
    ("parallel", "looked_on", "background"),
    [(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 2, 1), (5, 3, 1), (6, 4, 2), (8, 6, 3)],
)
@pytest.mark.parametrize("background_first", [True, False])
async def test_every_class_has_its_share_of_the_places(
    parallel: int,
    looked_on: int,
    background: int,
    background_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    line = Line(parallel)
    for number in range(9):
        await line.call(f"{'b' if background_first else 'g'}{number}", number)
    assert len(line.model.running) == (background if background_first else looked_on)
    for number in range(9):
        await line.call(f"{'g' if background_first else 'b'}-later-{number}", number)
    assert len(line.model.running) == looked_on
    for number in range(9):
        await line.call(f"a{number}", number)
    assert len(line.model.running) == parallel
    await line.drain()
    line.assert_idle()


async def test_gradings_of_one_candidate_who_looks_on_keep_no_other_from_being_considered() -> None:
    line = Line(parallel=5)
    for number in range(9):
        await line.call(f"g{number}", 1)
    assert list(line.model.running) == ["g0", "g1", "g2"]
    await line.call("a0", 2)
    await line.call("a1", 3)
    assert list(line.model.running) == ["g0", "g1", "g2", "a0", "a1"]
    await line.drain()
    line.assert_idle()


async def test_considerations_go_first_and_the_background_last() -> None:
    line = Line(parallel=1)
    await line.call("b0")
    await line.call("b1")
    await line.call("g0", 2)
    await line.call("a0", 2)
    await line.call("g1", 4)
    await line.call("a1", 3)
    assert await line.drain() == ["b0", "a0", "a1", "g0", "g1", "b1"]


def test_a_consideration_is_one_whoever_looks_on() -> None:
    assert [Waiting(1, looks_on=True).urgency, Waiting(1, looks_on=False).urgency] == [
        Urgency.LOOKED_ON,
        Urgency.BACKGROUND,
    ]
    assert {Waiting(1, looks_on=looks_on, considers=True).urgency for looks_on in (True, False)} == {
        Urgency.CONSIDERATION
    }


@pytest.mark.parametrize("kind", URGENCIES)
async def test_ten_calls_of_one_candidate_do_not_delay_another_s_first(kind: str) -> None:
    line = Line(parallel=1)
    for number in range(10):
        await line.call(f"{kind}-many-{number}", 1)
    await line.call(f"{kind}-other-0", 2)
    await line.call(f"{kind}-other-1", 2)
    await line.call(f"{kind}-third", 3)
    begun = await line.drain()
    assert begun[:7] == [
        f"{kind}-many-0",
        f"{kind}-many-1",
        f"{kind}-other-0",
        f"{kind}-third",
        f"{kind}-many-2",
        f"{kind}-other-1",
        f"{kind}-many-3",
    ]


async def test_a_line_that_is_full_takes_nobody_in_and_is_not_harmed() -> None:
    line = Line(parallel=1, most_waiting=2, most_in_background=1)
    for name in ("a0", "a1", "a2", "a3", "g0", "g1", "g2", "b0", "b1"):
        await line.call(name)
    for name in ("a3", "g2", "b1"):
        with pytest.raises(ModelBusyError, match="waiting for the language model already"):
            await line.tasks[name]
    assert await line.drain() == ["a0", "a1", "a2", "g0", "g1", "b0"]
    line.assert_idle()


@pytest.mark.parametrize(("kind", "most"), [("a", 20), ("g", 20), ("b", 80)])
@pytest.mark.parametrize("parallel", [1, 3])
async def test_so_many_may_wait_as_there_are_places_for(kind: str, most: int, parallel: int) -> None:
    queue = ModelQueue(GatedModel(), parallel=parallel)
    names = [f"{kind}{number}" for number in range((most + 1) * parallel + 1)]
    calls = [asyncio.create_task(queue.complete(prompt(name), waiting_for(name))) for name in names]
    await rest()
    assert queue.waiting[URGENCIES[kind]] == most * parallel
    with pytest.raises(ModelBusyError):
        await calls[-1]
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_failed_call_gives_its_place_back(line: Line) -> None:
    for number in range(5):
        await line.call(f"a{number}")
    line.model.running["a0"].set_exception(ModelUnavailableError("It is gone."))
    await rest()
    with pytest.raises(ModelUnavailableError):
        await line.tasks["a0"]
    assert "a4" in line.model.running


async def test_a_call_that_runs_out_of_time_gives_its_place_back() -> None:
    line = Line(parallel=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await line.queue.complete(prompt("a"), Waiting())
    line.assert_idle()


async def test_a_call_cancelled_while_it_waits_is_passed_over() -> None:
    line = Line(parallel=1)
    for name in ("a0", "a1", "a2"):
        await line.call(name)
    line.tasks["a1"].cancel()
    await rest()
    assert await line.drain() == ["a0", "a2"]
    line.assert_idle()


async def test_a_call_cancelled_just_before_it_gets_its_place_passes_it_on() -> None:
    line = Line(parallel=1)
    for name in ("a0", "a1", "a2"):
        await line.call(name)
    line.tasks["a0"].cancel()
    line.tasks["a1"].cancel()
    await rest()
    assert list(line.model.running) == ["a2"]
    await line.drain()
    line.assert_idle()


async def test_a_call_cancelled_just_after_it_got_its_place_passes_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(parallel=1)
    for name in ("a0", "a1", "a2"):
        await line.call(name)
    placed = line.queue._lines[Urgency.CONSIDERATION]._calls[1][0].placed
    give = placed.set

    def give_and_cancel() -> None:
        give()
        line.tasks["a1"].cancel()

    monkeypatch.setattr(placed, "set", give_and_cancel)
    await line.let_go("a0")
    await rest()
    assert list(line.model.running) == ["a2"]
    assert placed.is_set()
    assert "a1" not in line.model.begun
    await line.drain()
    line.assert_idle()


async def test_who_waits_is_told_their_place_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    line = Line(parallel=1)
    told: list[tuple[str, int]] = []

    def telling(name: str) -> Callable[[int], Awaitable[None]]:
        async def tell(place: int) -> None:
            told.append((name, place))

        return tell

    await line.call("a-running", 1, telling("a-running"))
    await line.call("a-mine-0", 1, telling("a-mine-0"))
    await line.call("a-mine-1", 1, telling("a-mine-1"))
    await line.call("a-mine-2", 1)
    await line.call("a-other-0", 2, telling("a-other-0"))
    await line.call("a-other-1", 2, telling("a-other-1"))
    await line.call("a-third", 3, telling("a-third"))
    await line.call("grading", 4, telling("grading"))
    await line.call("background", 4, telling("never"))
    await asyncio.sleep(PATIENCE_S * 2)
    expected = {"a-mine-0": 1, "a-other-0": 2, "a-third": 3, "a-mine-1": 4, "a-other-1": 5, "grading": 7}
    assert dict(told) == expected
    assert len(told) == len(expected)
    begun = await line.drain()
    assert [begun.index(name) for name in expected] == list(expected.values()), "what was told is what happened"
    await asyncio.sleep(PATIENCE_S * 2)
    assert len(told) == len(expected)
    assert caplog.text == ""


async def test_who_need_not_wait_long_is_told_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    line = Line(parallel=1)
    told: list[int] = []

    async def tell(place: int) -> None:
        told.append(place)

    await line.call("a0")
    await line.call("a1", told=tell)
    await line.call("a2", told=tell)
    line.tasks["a2"].cancel()
    await line.let_go("a0")
    await asyncio.sleep(PATIENCE_S * 2)
    assert told == []
    assert caplog.text == ""
    await line.drain()


async def test_telling_ends_when_the_place_comes() -> None:
    line = Line(parallel=1)
    ended = asyncio.Event()

    async def slow(_place: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await line.call("a0")
    await line.call("a1", told=slow)
    await asyncio.sleep(PATIENCE_S * 2)
    assert not ended.is_set()
    await line.let_go("a0")
    assert ended.is_set()
    assert list(line.model.running) == ["a1"]
    await line.drain()


@pytest.mark.parametrize("failure", [DeliveryError("closed"), RuntimeError("said by the candidate")])
async def test_a_message_that_cannot_be_delivered_breaks_no_call(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    line = Line(parallel=1)

    async def broken(_place: int) -> None:
        raise failure

    caplog.set_level("INFO")
    await line.call("a0")
    await line.call("a1", told=broken)
    await asyncio.sleep(PATIENCE_S * 2)
    assert type(failure).__name__ in caplog.text
    assert str(failure) not in caplog.text
    await line.drain()
    assert await line.tasks["a1"] == "a1"


async def test_it_is_noted_how_a_call_goes_once_it_is_with_the_model() -> None:
    line = Line(parallel=1)
    noted: list[str] = []

    @contextmanager
    def calling() -> Iterator[None]:
        noted.append("begun")
        try:
            yield
        except ModelUnavailableError:
            noted.append("failed")
            raise
        noted.append("replied")

    waiting = Waiting(calling=calling)
    await line.call("a0")
    answer = asyncio.create_task(line.queue.complete(prompt("a1"), waiting))
    await rest()
    assert noted == []
    await line.let_go("a0")
    assert noted == ["begun"]
    await line.let_go("a1")
    assert noted == ["begun", "replied"]
    assert await answer == "a1"
    failing = asyncio.create_task(line.queue.complete(prompt("a2"), waiting))
    await rest()
    line.model.running["a2"].set_exception(ModelUnavailableError("It is gone."))
    with pytest.raises(ModelUnavailableError):
        await failing
    assert noted == ["begun", "replied", "begun", "failed"]


@pytest.mark.parametrize("seed", range(6))
async def test_five_hundred_cancellations_lose_no_place(seed: int) -> None:
    chance = random.Random(seed)
    parallel = chance.choice([1, 2, 3, 4, 5, 6])
    line = Line(parallel, most_waiting=40, most_in_background=30)
    cancelled = 0
    number = 0
    while cancelled < 500:
        for _ in range(chance.randrange(6)):
            name = f"{chance.choice('agb')}{number}"
            candidate = chance.randrange(5)
            waiting = waiting_for(name, candidate)
            line.tasks[name] = asyncio.create_task(line.queue.complete(prompt(name), waiting))
            number += 1
        open_calls = [task for task in line.tasks.values() if not task.done()]
        for task in chance.sample(open_calls, min(len(open_calls), chance.randrange(5))):
            cancelled += task.cancel()
        for gate in chance.sample(list(line.model.running.values()), chance.randrange(len(line.model.running) + 1)):
            if not gate.done() and chance.random() < 0.2:
                gate.set_exception(ModelUnavailableError("It is gone."))
            elif not gate.done():
                gate.set_result("done")
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        running = line.queue._running
        assert sum(running.values()) <= parallel
        beside = running[Urgency.LOOKED_ON] + running[Urgency.BACKGROUND]
        assert beside <= most_beside(parallel)
        assert running[Urgency.BACKGROUND] <= most_in_background(parallel)
    while line.model.running or not all(task.done() for task in line.tasks.values()):
        await line.drain()
        await asyncio.sleep(0)
    outcomes = Counter(type(one).__name__ for one in await asyncio.gather(*line.tasks.values(), return_exceptions=True))
    assert set(outcomes) <= {"str", "CancelledError", "ModelBusyError", "ModelUnavailableError"}
    assert outcomes["str"] > 20
    assert line.model.most <= parallel
    assert line.model.most_beside <= most_beside(parallel)
    assert line.model.most_in_background <= most_in_background(parallel)
    line.assert_idle()
    await _assert_still_fair(line, parallel)


async def _assert_still_fair(line: Line, places: int) -> None:
    """All places are there, and the order is what it always was."""
    line.model.begun.clear()
    for number in range(places):
        await line.call(f"all-{number}", 0)
    assert len(line.model.running) == places
    for name, candidate in (("b-last", 4), ("g-between", 3), ("a-one", 1), ("a-one-more", 1), ("a-two", 2)):
        await line.call(name, candidate)
    begun = await line.drain()
    order = ["a-one", "a-two", "a-one-more", "g-between", "b-last"]
    assert [name for name in begun if not name.startswith("all")] == order
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*(line.tasks[name] for name in begun))
    line.assert_idle()


async def test_nobody_waits_for_ever_behind_newcomers() -> None:
    """Whoever keeps coming back with a new call does not push another's waiting call to the end."""
    line = Line(parallel=1)
    await line.call("a-0", 1)
    await line.call("a-patient", 2)
    for number in range(1, 6):
        await line.call(f"a-{number}", 1)
        await line.let_go(next(iter(line.model.running)))
    assert line.model.begun.index("a-patient") == 1
    await line.drain()
    line.assert_idle()
