"""From what was found in an answer to its levels. Every measure is full at some point: more of the same never helps."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from core.interviewers.guards import WASTED_WORDS
from core.model import Levels

if TYPE_CHECKING:
    from core.interviewers.account import Account

_BORDERS = (0.2, 0.4, 0.6, 0.8)
_TOP = 5
_THIN_CASE = 2
_STEPS = 2
_FITS_WELL = 0.65
_SPARED = 0.3
_WASTE_COSTS = 0.3
_UNSUPPORTED = 2
_MISFIT = 0.5
_FOREIGN = 0.18
_TELLING = 12
_BESIDE = (3, 2, 3)


def levels(account: Account) -> Levels:
    """The levels of an answer that is weighed, 1 to 5 each; one that answers another question stays low."""
    scores = (_communication(account), _technical(account), _structure(account))
    heard = min(_TOP, _UNSUPPORTED + len(account.covered))
    most = _BESIDE if _misses_the_question(account) else (_TOP, heard, _TOP)
    kept = 1 - _WASTE_COSTS * min(0.5, account.waste)
    reached = [min(_level(kept * score, account), cap) for score, cap in zip(scores, most, strict=True)]
    return Levels(communication=reached[0], technical=reached[1], structure=reached[2])


def _misses_the_question(account: Account) -> bool:
    """Whether an answer covers no point, or hardly one and is nearer to another question or another trade."""
    covered, told = len(account.covered), len(account.telling)
    foreign = told >= _TELLING and len(account.trade) < _FOREIGN * told
    return covered == 0 or (covered == 1 and (foreign or account.fit < _MISFIT))


def _level(score: float, account: Account) -> int:
    """The level of a score of 0.0 to 1.0.

    Two steps that were taken are never the lowest; the highest needs a figure or an outcome, and an own part.
    """
    level = max(1 + bisect_right(_BORDERS, score), _THIN_CASE if account.steps >= _STEPS else 1)
    shown = account.figures or account.results
    return min(level, _TOP if shown and account.has_own_part else _TOP - 1)


def _technical(account: Account) -> float:
    score = _sum(
        (0.30, _full(account.coverage, 0.55)),
        (0.25, _amount(account, len(account.telling), 36)),
        (0.20, _amount(account, len(account.figures), 3)),
        (0.25, _reasoning(account)),
    )
    return score * _full(account.fit, _FITS_WELL)


def _reasoning(account: Account) -> float:
    """What was done, and why and how it was checked, and what is done in which case."""
    reasons = sum(account.count(one) for one in ("checks", "causes", "contingency")) + len(account.results)
    return _sum((0.5, _amount(account, len(account.done), 8)), (0.5, _full(reasons, 3)))


def _structure(account: Account) -> float:
    ordered = account.count("sequence") + account.count("causes") + account.count("contingency")
    return _sum(
        (0.15, _full(account.count("place"), 1)),
        (0.25, _amount(account, len(account.done), 12)),
        (0.20, _amount(account, len(account.own), 7)),
        (0.25, _amount(account, len(account.results), 2)),
        (0.15, _full(ordered, 4)),
    )


def _communication(account: Account) -> float:
    score = _sum(
        (0.20, 1 - _full(account.wasted, WASTED_WORDS)),
        (0.25, _amount(account, len(account.telling), 28)),
        (0.20, _full(len(account.own), 3)),
        (0.15, _full(len(account.figures), 2)),
        (0.20, _amount(account, len(account.reading.substance), 6)),
    )
    hedges = sum(one.hedges for one in account.reading.sentences)
    return score - 0.05 * _full(hedges, 3)


def _amount(account: Account, value: float, enough: float) -> float:
    """The share of an amount in what is enough of it; a short answer in which every sentence counts needs less."""
    return _full(value, enough * (1 - _SPARED * account.brevity))


def _full(value: float, enough: float) -> float:
    """The share of a value in what is enough of it, 1.0 at most."""
    return min(1.0, value / enough)


def _sum(*parts: tuple[float, float]) -> float:
    return sum(weight * value for weight, value in parts)
