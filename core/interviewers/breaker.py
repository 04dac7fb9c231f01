"""Keeps calls away from a language model that is ill, and tries now and then whether it is well again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.ports import Clock

LONGEST_COOL_DOWN_S = 300.0


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ask the model; `era` tells between which openings and closings of the breaker it was given."""

    era: int


class CircuitBreaker:
    """Opens after `threshold` failures in a row, and lets one call through as a trial `cool_down_s` seconds later.

    Each trial that fails doubles the wait, up to five minutes; a success closes the breaker and ends all of that.
    """

    def __init__(self, clock: Clock, *, threshold: int = 2, cool_down_s: float = 30.0) -> None:
        self._clock = clock
        self._threshold = threshold
        self._cool_down_s = cool_down_s
        self._wait_s = cool_down_s
        self._failures = 0
        self._era = 0
        self._opened_at: datetime | None = None
        self._on_trial = False
        self._has_worked = False

    @property
    def has_worked(self) -> bool:
        """Whether any call has succeeded yet."""
        return self._has_worked

    @property
    def is_open(self) -> bool:
        """Whether calls are kept away, but for a trial now and then."""
        return self._opened_at is not None

    def admit(self) -> Permit | None:
        """Leave to ask the model, or None; whoever got it calls `returned` at the end in any case."""
        if self._opened_at:
            if self._on_trial or self._is_cooling_down(self._opened_at):
                return None
            self._on_trial = True
        return Permit(self._era)

    def succeeded(self) -> bool:
        """The model gave what it was asked for; whether that closed the breaker."""
        self._has_worked = True
        self._failures = 0
        if not self._opened_at:
            return False
        self._opened_at = None
        self._wait_s = self._cool_down_s
        self._begin_era()
        return True

    def failed(self, permit: Permit, *, at_once: bool = False) -> bool:
        """The model failed; whether that opened the breaker. `at_once` is for what will not mend by itself."""
        if permit.era != self._era:
            return False  # It began before the breaker was opened or closed last, so it says nothing new.
        self._failures += 1
        was_closed = self._opened_at is None
        if was_closed and self._failures < self._threshold and not at_once:
            return False
        if not was_closed:
            self._wait_s = min(self._wait_s * 2, LONGEST_COOL_DOWN_S)
        self._opened_at = self._clock.now()
        self._begin_era()
        return was_closed

    def returned(self, permit: Permit) -> None:
        """A call is over; a trial that showed nothing, as it was cancelled or only waited, can be made again."""
        if permit.era == self._era:
            self._on_trial = False

    def _is_cooling_down(self, opened_at: datetime) -> bool:
        """Whether it is too early for a trial; a clock that was put back makes nobody wait."""
        return timedelta(0) <= self._clock.now() - opened_at < timedelta(seconds=self._wait_s)

    def _begin_era(self) -> None:
        self._era += 1
        self._on_trial = False
