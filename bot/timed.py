"""Measures calls of one kind, and counts those that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from time import perf_counter
from typing import TypeVar

from prometheus_client import Counter, Histogram

GIVEN_UP = "given_up"
"""A call that was ended from outside: it took too long, or nobody wants what comes of it any more."""
_Result = TypeVar("_Result")


class Timed:
    """Measures calls of one kind that end well, and counts the others by their kind of error.

    The `errors` that are known beforehand are there with 0, so that whoever looks at their growth sees the first.
    """

    def __init__(self, seconds: Histogram, failures: Counter, kind: str, errors: Iterable[type[Exception]]) -> None:
        self._seconds = seconds.labels(kind)  # found once: that takes longer than to measure
        self._failures = failures
        self._kind = kind
        for error in errors:
            failures.labels(kind, error.__name__)

    async def __call__(self, call: Awaitable[_Result]) -> _Result:
        begun = perf_counter()
        try:
            result = await call
        except asyncio.CancelledError:
            self._failed(GIVEN_UP)
            raise
        except Exception as error:
            self._failed(type(error).__name__)
            raise
        self._seconds.observe(perf_counter() - begun)
        return result

    def _failed(self, error: str) -> None:
        self._failures.labels(self._kind, error).inc()


class Missing:
    """Whether a language model is missed where it does not answer: the owner wants one, or it has answered before."""

    def __init__(self, *, is_wanted: bool) -> None:
        self.is_missed = is_wanted


class TimedModel(Timed):
    """Measures calls of a language model, whose failures count where it is missed."""

    def __init__(
        self,
        seconds: Histogram,
        failures: Counter,
        kind: str,
        errors: Iterable[type[Exception]],
        missing: Missing,
    ) -> None:
        super().__init__(seconds, failures, kind, errors)
        self._missing = missing

    async def __call__(self, call: Awaitable[_Result]) -> _Result:
        result = await super().__call__(call)
        self._missing.is_missed = True
        return result

    def _failed(self, error: str) -> None:
        if self._missing.is_missed:
            super()._failed(error)
