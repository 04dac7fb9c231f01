"""How well two gradings of the same answers agree, and how steady one is. Arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of levels with reference levels.

    `kappa` is the quadratic weighted kappa: 1.0 for the same levels everywhere, 0.0 for no more than chance; None where
    chance alone would agree, as when all levels are the same. `signed_error` is the mean of how much too high the
    levels are; `exact` and `adjacent` are the shares of the same level, and of at most one level beside it.
    """

    answers: int
    kappa: float | None
    signed_error: float
    exact: float
    adjacent: float


@dataclass(frozen=True, slots=True)
class Stability:
    """How steady grading the same answers again is: the share graded the same, and the mean spread in levels."""

    answers: int
    same: float
    spread: float


def agreement(pairs: Sequence[tuple[int, int]]) -> Agreement | None:
    """The agreement of pairs of a reference level and a given one; None without any pair."""
    if not pairs:
        return None
    errors = [given - reference for reference, given in pairs]
    return Agreement(
        answers=len(pairs),
        kappa=_kappa(pairs),
        signed_error=fmean(errors),
        exact=fmean(error == 0 for error in errors),
        adjacent=fmean(abs(error) <= 1 for error in errors),
    )


def stability(gradings: Sequence[Sequence[Sequence[int]]]) -> Stability | None:
    """The stability of answers that were graded several times, each time with some levels; None without any answer."""
    if not gradings:
        return None
    spreads = [[max(levels) - min(levels) for levels in zip(*again, strict=True)] for again in gradings]
    return Stability(
        answers=len(gradings),
        same=fmean(not any(one) for one in spreads),
        spread=fmean(spread for one in spreads for spread in one),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values does not exceed."""
    return sorted(values)[max(ceil(len(values) * share) - 1, 0)]


def _kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """1 less the mean squared distance by the one that chance would give."""
    apart = fmean((given - reference) ** 2 for reference, given in pairs)
    references = [reference for reference, _ in pairs]
    by_chance = fmean(fmean((given - reference) ** 2 for reference in references) for _, given in pairs)
    return 1 - apart / by_chance if by_chance else None
