"""The model while it is well, the rules when it is not, and always an answer in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from core.interviewers.breaker import CircuitBreaker
from core.interviewers.fallback import FallbackInterviewer
from core.interviewers.queue import ModelQueue
from core.model import AnswerKind, Assessment, Consideration, Stronger, Turn
from core.ports import (
    NOBODY,
    CutReplyError,
    LanguageModelError,
    ModelBusyError,
    ModelMissingError,
    ModelUnavailableError,
    PromptTooLongError,
    UnusableRepliesError,
    Urgency,
    Waiting,
)
from core.prompts import Prompt
from core.roles import Role
from tests.contracts.sample import ROLE, answered_turn, assessment
from tests.core.doubles import FakeClock, rest

PROMPT = Prompt("consider", "system", "{}", {}, 0.0, 10)
TURN = answered_turn()
WATCHED = Waiting(7)
DEADLINE_S = 0.1
BACK = "The language model can be asked to consider answers again."

Making = Callable[[], Awaitable[str]]


class FakeModel:
    """Replies as it is told to: with a text, by raising, or never."""

    name = "fake:1b"
    context_tokens = 4096

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.hangs = False
        self.takes_s = 0.0
        self.calls = 0
        self.running = 0

    async def complete(self, prompt: Prompt) -> str:
        self.calls += 1
        self.running += 1
        try:
            await asyncio.Event().wait() if self.hangs else await asyncio.sleep(self.takes_s)
        finally:
            self.running -= 1
        if self.failure:
            raise self.failure
        return "{}"


class AskingInterviewer:
    """Asks the model so many times for everything, one call after the other, and makes nothing of its replies."""

    def __init__(self, queue: ModelQueue) -> None:
        self.queue = queue
        self.times = 1
        self.asked_as: list[Urgency] = []

    async def _ask(self, waiting: Waiting) -> None:
        self.asked_as.append(waiting.urgency)
        for _ in range(self.times):
            await self.queue.complete(PROMPT, waiting)

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        await self._ask(waiting)
        return Consideration(AnswerKind.ANSWER, made_by=self.queue.name)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        await self._ask(waiting)
        return replace(assessment(), assessor="model", model=self.queue.name)

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        await self._ask(waiting)
        return Stronger("Stronger.", made_by=self.queue.name)


class PlainInterviewer:
    """Stands for the rules."""

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        return Consideration(AnswerKind.ANSWER)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        return replace(assessment(), assessor="rules", model="")

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        return Stronger("By rules.")


class Bench:
    """A fallback interviewer with all that it is made of."""

    def __init__(
        self, *, always_tell: bool = False, parallel: int = 4, patience_s: float = 2.0, deadline_s: float = DEADLINE_S
    ) -> None:
        self.clock = FakeClock()
        self.model = FakeModel()
        self.queue = ModelQueue(self.model, parallel=parallel, most_waiting=8, patience_s=patience_s)
        self.asking = AskingInterviewer(self.queue)
        self.considering = CircuitBreaker(self.clock, threshold=2, cool_down_s=30)
        self.grading = CircuitBreaker(self.clock, threshold=2, cool_down_s=30)
        self.interviewer = FallbackInterviewer(
            self.asking,
            PlainInterviewer(),
            self.considering,
            self.grading,
            deadline_s=deadline_s,
            background_deadline_s=deadline_s * 2,
            always_tell=always_tell,
        )

    async def consider(self, waiting: Waiting = WATCHED) -> Consideration:
        return await self.interviewer.consider(ROLE, TURN, waiting)

    async def by_model(self, waiting: Waiting = WATCHED) -> bool:
        return (await self.consider(waiting)).made_by == "fake:1b"

    async def graded_by_model(self, waiting: Waiting = NOBODY) -> bool:
        return (await self.interviewer.assess(ROLE, TURN, waiting)).model == "fake:1b"

    async def open(self) -> None:
        self.model.failure = ModelUnavailableError("Nothing answers.")
        assert [await self.by_model() for _ in range(2)] == [False, False]

    async def has_room(self) -> bool:
        """Whether every place of the queue is free and nobody waits."""
        await rest()
        return not any(self.queue._running.values()) and not any(map(len, self.queue._lines.values()))


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_what_the_model_gives_is_taken_as_it_is(bench: Bench) -> None:
    assert await bench.consider() == Consideration(AnswerKind.ANSWER, made_by="fake:1b")
    assert (await bench.interviewer.assess(ROLE, TURN, WATCHED)).model == "fake:1b"
    assert (await bench.interviewer.strengthen(ROLE, TURN, WATCHED)).made_by == "fake:1b"


@pytest.mark.parametrize(
    "failure",
    [
        LanguageModelError("Odd."),
        ModelUnavailableError("Nothing answers."),
        ModelMissingError("No such model."),
        CutReplyError("Cut."),
        ModelBusyError("Busy."),
        PromptTooLongError("Long."),
    ],
)
async def test_the_rules_stand_in_for_every_failure(bench: Bench, failure: LanguageModelError) -> None:
    bench.model.failure = failure
    assert await bench.consider() == Consideration(AnswerKind.ANSWER)
    assert (await bench.interviewer.assess(ROLE, TURN, WATCHED)).assessor == "rules"
    assert await bench.interviewer.strengthen(ROLE, TURN, WATCHED) == Stronger("By rules.")


async def test_what_is_no_failure_of_a_model_is_not_hidden(bench: Bench) -> None:
    bench.model.failure = KeyError("a mistake of ours")
    with pytest.raises(KeyError):
        await bench.consider()
    assert await bench.has_room()


@pytest.mark.parametrize("looks_on", [True, False])
async def test_a_call_that_hangs_is_given_up_in_time_and_its_place_is_free(bench: Bench, looks_on: bool) -> None:  # noqa: FBT001 - a parameter of the test
    bench.model.hangs = True
    waiting = Waiting(7, looks_on=looks_on)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert (await bench.interviewer.assess(ROLE, TURN, waiting)).assessor == "rules"
    assert DEADLINE_S * 1.8 <= loop.time() - begun < DEADLINE_S * 2 + 0.5
    assert bench.model.running == 0
    assert await bench.has_room()


async def test_a_consideration_is_there_by_its_deadline_also_when_nobody_looks_on(bench: Bench) -> None:
    bench.model.hangs = True
    async with asyncio.timeout(DEADLINE_S * 1.8):
        assert not await bench.by_model(NOBODY)


async def test_a_stronger_version_may_take_as_long_as_an_assessment(bench: Bench) -> None:
    bench.model.hangs = True
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await bench.interviewer.strengthen(ROLE, TURN, WATCHED) == Stronger("By rules.")
    assert DEADLINE_S * 1.8 <= loop.time() - begun < DEADLINE_S * 2 + 0.5


async def test_a_model_that_failed_twice_is_left_in_peace(bench: Bench) -> None:
    await bench.open()
    assert bench.model.calls == 2
    await bench.consider()
    assert bench.model.calls == 2
    await bench.interviewer.assess(ROLE, TURN, NOBODY)
    await bench.interviewer.strengthen(ROLE, TURN, WATCHED)
    assert bench.model.calls == 4
    await bench.interviewer.strengthen(ROLE, TURN, WATCHED)
    await bench.interviewer.assess(ROLE, TURN, NOBODY)
    assert bench.model.calls == 4


async def test_considerations_that_fail_are_left_although_gradings_succeed(bench: Bench) -> None:
    for _ in range(2):
        bench.model.hangs = True
        assert not await bench.by_model()
        bench.model.hangs = False
        assert await bench.graded_by_model()
    calls = bench.model.calls
    assert not await bench.by_model()
    assert bench.model.calls == calls
    assert await bench.graded_by_model()


async def test_gradings_that_fail_keep_no_consideration_from_the_model(bench: Bench) -> None:
    bench.model.failure = UnusableRepliesError("Prose.")
    assert not any([await bench.graded_by_model() for _ in range(3)])
    assert bench.model.calls == 2
    bench.model.failure = None
    assert await bench.by_model()
    assert not await bench.graded_by_model()


@pytest.mark.parametrize("waiting", [WATCHED, NOBODY])
async def test_a_consideration_is_asked_for_as_one_whoever_looks_on(bench: Bench, waiting: Waiting) -> None:
    await bench.consider(waiting)
    await bench.interviewer.assess(ROLE, TURN, waiting)
    await bench.interviewer.strengthen(ROLE, TURN, waiting)
    assert bench.asking.asked_as == [Urgency.CONSIDERATION, waiting.urgency, waiting.urgency]


async def test_a_model_that_is_missing_is_asked_once(bench: Bench) -> None:
    bench.model.failure = ModelMissingError("No such model.")
    for _ in range(3):
        await bench.consider()
    assert bench.model.calls == 1


async def test_a_model_that_hangs_twice_is_left_in_peace(bench: Bench) -> None:
    bench.model.hangs = True
    for _ in range(3):
        await bench.consider()
    assert bench.model.calls == 2


@pytest.mark.parametrize("failure", [ModelBusyError("Busy."), PromptTooLongError("Long.")])
async def test_overload_and_long_prompts_are_no_illness(bench: Bench, failure: LanguageModelError) -> None:
    bench.model.failure = failure
    for _ in range(5):
        assert not await bench.by_model()
    bench.model.failure = None
    assert await bench.by_model()


async def test_a_deadline_that_passed_in_the_queue_is_no_illness() -> None:
    bench = Bench(parallel=1)
    bench.model.hangs = True
    busy = asyncio.create_task(bench.queue.complete(PROMPT, WATCHED))
    assert [await bench.by_model() for _ in range(3)] == [False] * 3
    busy.cancel()
    assert await bench.has_room()
    bench.model.hangs = False
    assert await bench.by_model()


async def test_a_call_that_came_to_the_model_late_shows_nothing_about_it() -> None:
    bench = Bench(parallel=1)
    bench.model.hangs = True
    for _ in range(3):
        busy = asyncio.create_task(bench.queue.complete(PROMPT, WATCHED))
        await rest()
        asyncio.get_running_loop().call_later(DEADLINE_S * 0.7, busy.cancel)
        assert not await bench.by_model()
        assert busy.cancelled()
    assert bench.considering.admit() is not None


class Stumbling(AskingInterviewer):
    """Gets a reply of no use, and asks once more."""

    def __init__(self, queue: ModelQueue, model: FakeModel) -> None:
        super().__init__(queue)
        self.model = model

    async def _ask(self, waiting: Waiting) -> None:
        self.model.hangs = False
        await self.queue.complete(PROMPT, waiting)
        self.model.hangs = True
        await self.queue.complete(PROMPT, waiting)


@pytest.mark.parametrize(("first_takes", "is_ill"), [(0.2, True), (0.7, False)])
async def test_a_model_that_hangs_after_a_reply_is_ill_when_it_had_time_for_the_second(
    bench: Bench,
    first_takes: float,
    is_ill: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    asking = Stumbling(bench.queue, bench.model)
    interviewer = FallbackInterviewer(
        asking, PlainInterviewer(), bench.considering, bench.grading, deadline_s=DEADLINE_S
    )
    bench.model.takes_s = DEADLINE_S * first_takes
    for _ in range(2):
        assert (await interviewer.consider(ROLE, TURN, WATCHED)).made_by == "rules"
    assert (bench.considering.admit() is None) is is_ill


async def test_a_model_that_only_fails_until_the_deadline_is_ill(bench: Bench) -> None:
    class Stubborn(AskingInterviewer):
        async def _ask(self, waiting: Waiting) -> None:
            while True:
                with suppress(CutReplyError):
                    await self.queue.complete(PROMPT, waiting)
                await asyncio.sleep(DEADLINE_S * 0.3)

    interviewer = FallbackInterviewer(
        Stubborn(bench.queue), PlainInterviewer(), bench.considering, bench.grading, deadline_s=DEADLINE_S
    )
    bench.model.failure = CutReplyError("Cut.")
    for _ in range(2):
        assert (await interviewer.consider(ROLE, TURN, WATCHED)).made_by == "rules"
    assert bench.considering.admit() is None


async def test_slow_work_that_brings_replies_is_no_illness(bench: Bench) -> None:
    bench.asking.times = 1_000_000
    assert [(await bench.interviewer.assess(ROLE, TURN, WATCHED)).assessor for _ in range(3)] == ["rules"] * 3
    assert bench.grading.admit() is not None
    assert not bench.grading.has_worked, "nothing came of it either"


async def test_what_was_decided_without_the_model_shows_nothing_about_it(bench: Bench) -> None:
    bench.asking.times = 0
    assert await bench.by_model()
    assert not bench.considering.has_worked
    await bench.clock.advance(0)
    bench.asking.times = 1
    await bench.open()
    await bench.clock.advance(30)
    bench.asking.times = 0
    await bench.consider()
    bench.asking.times = 1
    assert bench.considering.admit() is not None, "it was no trial"
    assert bench.considering.admit() is None


async def test_one_call_tries_whether_the_model_is_well_and_the_others_do_not_wait(bench: Bench) -> None:
    await bench.open()
    await bench.clock.advance(30)
    bench.model.failure, bench.model.hangs = None, True
    trial = asyncio.create_task(bench.consider())
    await rest()
    async with asyncio.timeout(DEADLINE_S * 0.9):
        assert [await bench.by_model() for _ in range(5)] == [False] * 5
    assert bench.model.calls == 3
    assert (await trial).made_by == "rules"
    await bench.clock.advance(59)
    assert not await bench.by_model()
    assert bench.model.calls == 3
    await bench.clock.advance(1)
    bench.model.hangs = False
    assert await bench.by_model()
    assert await bench.by_model()


async def test_a_cancelled_call_stays_cancelled_and_shows_nothing(bench: Bench) -> None:
    bench.model.hangs = True
    for _ in range(3):
        call = asyncio.create_task(bench.consider())
        await rest()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await bench.has_room()
    bench.model.hangs = False
    assert await bench.by_model()


async def test_a_cancelled_trial_leaves_the_trial_to_the_next(bench: Bench) -> None:
    await bench.open()
    await bench.clock.advance(30)
    bench.model.failure, bench.model.hangs = None, True
    trial = asyncio.create_task(bench.consider())
    await rest()
    trial.cancel()
    await rest()
    bench.model.hangs = False
    assert await bench.by_model()


async def test_nobody_misses_a_model_that_never_worked(bench: Bench) -> None:
    bench.model.failure = ModelUnavailableError("Nothing answers.")
    assert [(await bench.consider()).stand_in for _ in range(4)] == [False] * 4


async def test_a_model_that_has_worked_is_missed(bench: Bench) -> None:
    assert not (await bench.consider()).stand_in
    bench.model.failure = ModelUnavailableError("Nothing answers.")
    assert [(await bench.consider()).stand_in for _ in range(4)] == [True] * 4
    bench.model.failure = None
    await bench.clock.advance(30)
    assert not (await bench.consider()).stand_in


async def test_a_model_that_was_asked_for_is_missed_from_the_first() -> None:
    bench = Bench(always_tell=True)
    bench.model.failure = ModelUnavailableError("Nothing answers.")
    assert (await bench.consider()).stand_in


async def test_a_model_that_has_graded_is_missed(bench: Bench) -> None:
    assert await bench.graded_by_model()
    bench.model.failure = ModelUnavailableError("Nothing answers.")
    assert (await bench.consider()).stand_in


async def test_the_log_says_once_that_prompts_are_too_long(caplog: pytest.LogCaptureFixture, bench: Bench) -> None:
    caplog.set_level("INFO", "core")
    bench.model.failure = PromptTooLongError("It may take 9 tokens, and there is room for 8.")
    for _ in range(2):
        assert not await bench.graded_by_model()
        assert not await bench.by_model()
    told = (
        "The language model's context is too small, so the rules stood in for it. "
        "It may take 9 tokens, and there is room for 8. This is said once."
    )
    assert [(one.levelname, one.message) for one in caplog.records] == [("WARNING", told)]


@pytest.mark.parametrize(("always_tell", "level"), [(True, "WARNING"), (False, "INFO")])
async def test_the_log_says_once_that_the_model_is_gone_and_once_that_it_is_back(
    caplog: pytest.LogCaptureFixture,
    always_tell: bool,  # noqa: FBT001 - a parameter of the test
    level: str,
) -> None:
    bench = Bench(always_tell=always_tell)
    caplog.set_level("INFO", "core")
    for _ in range(2):
        await bench.open()
        await bench.consider()
        await bench.clock.advance(30)
        await bench.consider()
    gone = "The language model cannot be asked to consider answers, so the rules stand in for it: Nothing answers."
    assert [(one.levelname, one.message) for one in caplog.records] == [(level, gone)]
    await bench.clock.advance(300)
    bench.model.failure = None
    for _ in range(3):
        assert await bench.by_model()
    assert [one.message for one in caplog.records] == [gone, BACK]


async def test_the_log_tells_apart_what_the_model_cannot_be_asked_for(
    caplog: pytest.LogCaptureFixture, bench: Bench
) -> None:
    assert await bench.by_model()
    caplog.set_level("INFO", "core")
    bench.model.failure = ModelMissingError("No such model.")
    for _ in range(3):
        assert not await bench.graded_by_model()
    gone = "The language model cannot be asked to assess answers, so the rules stand in for it: No such model."
    assert [(one.levelname, one.message) for one in caplog.records] == [("WARNING", gone)]


async def test_who_waits_is_told_once_for_all_calls_of_a_request() -> None:
    bench = Bench(parallel=1, patience_s=0.01)
    told: list[int] = []

    async def tell(place: int) -> None:
        told.append(place)

    class ManyAtOnce(AskingInterviewer):
        async def _ask(self, waiting: Waiting) -> None:
            await asyncio.gather(*(self.queue.complete(PROMPT, waiting) for _ in range(3)), return_exceptions=True)

    interviewer = FallbackInterviewer(
        ManyAtOnce(bench.queue), PlainInterviewer(), bench.considering, bench.grading, deadline_s=DEADLINE_S
    )
    bench.model.hangs = True
    await interviewer.consider(ROLE, TURN, Waiting(7, told=tell))
    assert told == [], "those before it were its own"
    busy = asyncio.create_task(bench.queue.complete(PROMPT, Waiting(8, considers=True)))
    await rest()
    await interviewer.consider(ROLE, TURN, Waiting(7, told=tell))
    assert told == [1]
    busy.cancel()
    assert await bench.has_room()


async def test_one_hanging_call_changes_nothing_for_the_others() -> None:
    bench = Bench(deadline_s=0.3)
    bench.model.hangs = True
    stuck = asyncio.create_task(bench.consider(Waiting(1)))
    await rest()
    bench.model.hangs = False
    async with asyncio.timeout(0.15):
        assert all([await bench.by_model(Waiting(candidate)) for candidate in range(2, 30)])
    assert not stuck.done()
    assert (await stuck).made_by == "rules"
