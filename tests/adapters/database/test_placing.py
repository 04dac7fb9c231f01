"""How soon what failed is tried again, and what goes before it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from adapters.database.placing import (
    ELSEWHERE_S,
    LONG_PAUSES_S,
    SHORT_PAUSES_S,
    BrokenOffError,
    has_failed,
    pause_s,
    place,
    ranked,
    times_failed,
)
from core.effects import AssessAnswer, AwaitReport, ConsiderAnswer, Effect, StrengthenAnswer
from core.ports import DeliveryError, PendingEffect, StaleInterviewError, StoreUnavailableError, UnservedError
from tests.contracts.sample import CONVERSATION
from tests.contracts.steps import notice

MESSAGE = notice("sent")
EFFECTS = (MESSAGE, ConsiderAnswer(0, 1), StrengthenAnswer(0), AssessAnswer(0), AwaitReport())
NO_FAILURES = [UnservedError(), StaleInterviewError(), asyncio.CancelledError(), BrokenOffError()]


def tried(effect: Effect, *errors: BaseException) -> tuple[list[float], int]:
    """The pauses after each of the errors, and the priority in the end."""
    placed, pauses = place(PendingEffect(1, 1, CONVERSATION, effect, 1)), list[float]()
    for error in errors:
        pauses.append(pause_s(error, times_failed(placed.priority)))
        placed = replace(placed, priority=ranked(placed, error))
    return pauses, placed.priority


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("error", [DeliveryError(), StoreUnavailableError()])
def test_pauses_grow_with_each_failure_and_stay_at_the_last(effect: Effect, error: Exception) -> None:
    assert tried(effect, *[error] * 9)[0] == [*SHORT_PAUSES_S, *[SHORT_PAUSES_S[-1]] * 4]


@pytest.mark.parametrize("effect", EFFECTS)
def test_what_somebody_may_have_to_mend_waits_longer(effect: Effect) -> None:
    assert tried(effect, *[RuntimeError()] * 5)[0] == [*LONG_PAUSES_S, *[LONG_PAUSES_S[-1]] * 2]


@pytest.mark.parametrize("effect", EFFECTS)
def test_tries_that_were_no_failures_are_not_counted(effect: Effect) -> None:
    failures = [DeliveryError()] * 2
    pauses, _ = tried(effect, *NO_FAILURES * 5, *failures, *NO_FAILURES, *failures)
    assert pauses[:4] == [ELSEWHERE_S, 0, 0, SHORT_PAUSES_S[0]]
    assert pauses[20:22] + pauses[26:] == [*SHORT_PAUSES_S[:4]]


def test_what_failed_yields_to_all_of_its_kind_and_goes_before_all_of_the_next() -> None:
    kinds = EFFECTS[1:]
    fresh = [tried(effect)[1] for effect in kinds]
    failed = [[tried(effect, *[RuntimeError()] * times)[1] for times in range(1, 9)] for effect in kinds]
    for new, lower, following in zip(fresh, failed, [*fresh[1:], 0], strict=True):
        assert new > max(lower) >= min(lower) > following
        assert lower == sorted(lower, reverse=True)
        assert all(map(has_failed, lower))
    assert not any(map(has_failed, fresh))


def test_a_message_that_failed_goes_before_those_that_follow_it() -> None:
    fresh, failed = tried(MESSAGE)[1], [tried(MESSAGE, *[DeliveryError()] * times)[1] for times in range(1, 9)]
    assert fresh < min(failed)
    assert not any(map(has_failed, [fresh, *failed]))
