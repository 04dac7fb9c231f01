"""When the model is asked, when it is left in peace, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.interviewers.breaker import LONGEST_COOL_DOWN_S, CircuitBreaker, Permit
from tests.core.doubles import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(clock, threshold=2, cool_down_s=30)


def admitted(breaker: CircuitBreaker) -> Permit:
    permit = breaker.admit()
    assert permit is not None
    return permit


def fail(breaker: CircuitBreaker, *, at_once: bool = False) -> bool:
    permit = admitted(breaker)
    opened = breaker.failed(permit, at_once=at_once)
    breaker.returned(permit)
    return opened


def opened(breaker: CircuitBreaker) -> CircuitBreaker:
    assert [fail(breaker), fail(breaker)] == [False, True]
    return breaker


def test_two_failures_in_a_row_open_it(breaker: CircuitBreaker) -> None:
    opened(breaker)
    assert breaker.is_open
    assert breaker.admit() is None


def test_a_success_between_failures_starts_the_count_anew(breaker: CircuitBreaker) -> None:
    for _ in range(5):
        assert not fail(breaker)
        assert not breaker.succeeded()
    assert breaker.admit() is not None


def test_what_will_not_mend_by_itself_opens_it_at_once(breaker: CircuitBreaker) -> None:
    assert fail(breaker, at_once=True)
    assert breaker.admit() is None


def test_it_knows_whether_anything_has_worked(breaker: CircuitBreaker) -> None:
    assert not breaker.has_worked
    opened(breaker)
    assert not breaker.has_worked
    breaker.succeeded()
    assert breaker.has_worked


async def test_one_trial_is_let_through_after_the_cool_down(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(29)
    assert breaker.admit() is None
    await clock.advance(1)
    trial = admitted(breaker)
    assert [breaker.admit() for _ in range(3)] == [None] * 3
    assert breaker.succeeded()
    breaker.returned(trial)
    assert None not in [breaker.admit() for _ in range(3)]


async def test_each_failed_trial_doubles_the_wait_up_to_five_minutes(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    for wait_s in (30, 60, 120, 240, 300, 300):
        await clock.advance(wait_s - 1)
        assert breaker.admit() is None, wait_s
        await clock.advance(1)
        assert not fail(breaker), "it was open already"
    assert LONGEST_COOL_DOWN_S == 300


async def test_a_success_ends_the_long_waits(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(30)
    fail(breaker)
    await clock.advance(60)
    admitted(breaker)
    breaker.succeeded()
    opened(breaker)
    await clock.advance(30)
    assert breaker.admit() is not None


async def test_a_trial_that_showed_nothing_is_made_again_at_once(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(30)
    trial = admitted(breaker)
    assert breaker.admit() is None
    breaker.returned(trial)
    assert breaker.admit() is not None
    assert breaker.admit() is None


async def test_late_failures_of_earlier_calls_say_nothing_new(breaker: CircuitBreaker, clock: FakeClock) -> None:
    early = [admitted(breaker) for _ in range(4)]
    opened(breaker)
    assert [breaker.failed(permit) for permit in early[:2]] == [False, False]
    await clock.advance(30)
    trial = admitted(breaker)
    for permit in early[2:]:
        assert not breaker.failed(permit)
        breaker.returned(permit)
    assert breaker.admit() is None, "the trial still runs"
    breaker.succeeded()
    breaker.returned(trial)
    assert not breaker.failed(early[0])
    assert not fail(breaker), "only this one counts"
    assert breaker.admit() is not None


async def test_a_late_success_of_an_earlier_call_closes_it(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(30)
    trial = admitted(breaker)
    assert breaker.succeeded()
    assert not breaker.failed(trial)
    assert breaker.admit() is not None


async def test_a_clock_that_was_put_back_keeps_nobody_waiting(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(-timedelta(hours=1).total_seconds())
    assert breaker.admit() is not None
