"""The figures of a measurement, as values, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from bot.agreement import Agreement, Stability, agreement, percentile, stability
from bot.graded import GradedAnswer
from bot.measuring import Grading, Measuring
from core.model import Levels
from core.roles import Criterion
from core.wording.pieces import count

By = dict[str, Agreement]
_SLOW = 0.95
_LOST_REPLIES = 2
"""The replies to a criterion that were of no use in each pass when an answer could not be graded: so much is known."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a number of things; `share` is None of nothing."""

    some: int
    all: int

    @property
    def share(self) -> float | None:
        return self.some / self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is told about an interviewer. Agreement is by criterion; what code decided says nothing of a model."""

    model: str
    passes: int
    measured: Share
    decided: int
    agreement: By
    agreement_weighed: By
    stability: Stability | None
    pass_spread: float | None
    quotes: Share
    invalid_replies: Share
    median_s: float | None
    slow_s: float | None


def figures(measuring: Measuring, model: str, passes: int) -> Figures:
    """The figures of what was measured; agreement stands on the first grading of each answer."""
    pairs = list(zip(measuring.answers, measuring.gradings, strict=True))
    first = [(answer, gradings[0]) for answer, gradings in pairs if gradings]
    weighed = [(answer, one) for answer, one in first if not one.decided]
    asked = [one for gradings in measuring.gradings for one in gradings if not one.decided]
    again = [some for some in measuring.gradings if len(some) > 1 and not some[0].decided]
    seconds = [one.seconds for one in asked]
    lost = measuring.unusable * passes * _LOST_REPLIES
    return Figures(
        model=model,
        passes=passes,
        measured=Share(measuring.graded, measuring.wanted),
        decided=len(first) - len(weighed),
        agreement=_by_criterion(first),
        agreement_weighed=_by_criterion(weighed),
        stability=stability([[_levels(one.assessment.levels) for one in some] for some in again]),
        pass_spread=_pass_spread(asked),
        quotes=Share(sum(one.quotes_real for one in asked), sum(one.quotes_claimed for one in asked)),
        invalid_replies=Share(
            lost + sum(one.invalid_replies for one in asked), lost + sum(one.replies for one in asked)
        ),
        median_s=percentile(seconds, 0.5) if seconds else None,
        slow_s=percentile(seconds, _SLOW) if seconds else None,
    )


def as_json(measuring: Measuring, found: Figures, *, interrupted: bool) -> str:
    """One document: what was measured of how much, why not more, and every figure."""
    rounded: dict[str, object] = {
        "model": found.model,
        "passes": found.passes,
        "repeat": measuring.repeat,
        "answers": len(measuring.answers),
        "gradings": {"measured": found.measured.some, "wanted": found.measured.all},
        "whole": measuring.is_whole,
        "interrupted": interrupted,
        "failures": dict(measuring.failures),
        "decided_in_code": found.decided,
        "agreement": {
            "all": {name: _rounded(asdict(one)) for name, one in found.agreement.items()},
            "weighed": {name: _rounded(asdict(one)) for name, one in found.agreement_weighed.items()},
        },
        "stability": _rounded(asdict(found.stability)) if found.stability else None,
        "pass_spread": _three(found.pass_spread),
        "quotes": {"claimed": found.quotes.all, "real": found.quotes.some, "share": _three(found.quotes.share)},
        "replies": {
            "asked": found.invalid_replies.all,
            "invalid": found.invalid_replies.some,
            "share": _three(found.invalid_replies.share),
        },
        "seconds": {"median": _three(found.median_s), "p95": _three(found.slow_s)},
    }
    return json.dumps(rounded, ensure_ascii=False)


def show(measuring: Measuring, found: Figures) -> None:
    """Print the figures for people."""
    console = Console(highlight=False, markup=False)
    answers = sum(map(bool, measuring.gradings))
    console.print(f"{found.model}: {count(answers, 'graded answer')}, {found.decided} of them decided in code.")
    if not answers:
        return
    table = Table("Answers", "Criterion", "Kappa", "Signed error", "Exact", "Adjacent")
    if found.agreement_weighed and found.decided:
        _add_rows(table, f"weighed ({answers - found.decided})", found.agreement_weighed)
        table.add_section()
    _add_rows(table, f"all ({answers})", found.agreement)
    console.print(table)
    for sentence in _sentences(measuring, found):
        console.print(sentence)


def _by_criterion(graded: Iterable[tuple[GradedAnswer, Grading]]) -> By:
    kept = list(graded)
    found = {
        criterion.value: agreement(
            [(answer.levels.of(criterion), one.assessment.levels.of(criterion)) for answer, one in kept]
        )
        for criterion in Criterion
    }
    return {name: one for name, one in found.items() if one}


def _levels(levels: Levels) -> Sequence[int]:
    return [levels.of(criterion) for criterion in Criterion]


def _pass_spread(asked: Iterable[Grading]) -> float | None:
    """The mean spread of the passes of one grading, where there were several."""
    spreads = [one.spread for grading in asked for one in grading.assessment.passes if len(one.levels) > 1]
    return sum(spreads) / len(spreads) if spreads else None


def _rounded(values: Mapping[str, int | float | None]) -> dict[str, float | None]:
    return {name: value if isinstance(value, int) else _three(value) for name, value in values.items()}


def _three(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _add_rows(table: Table, answers: str, by: By) -> None:
    for name, one in by.items():
        kappa = "none" if one.kappa is None else f"{one.kappa:.2f}"
        table.add_row(answers, name, kappa, f"{one.signed_error:+.2f}", f"{one.exact:.0%}", f"{one.adjacent:.0%}")
        answers = ""


def _sentences(measuring: Measuring, found: Figures) -> list[str]:
    sentences = ["Kappa: 1 is full agreement, 0 no more than chance. Signed error: above 0 is too generous."]
    if found.stability:
        same = f"{found.stability.same:.0%} of {count(found.stability.answers, 'answer')} got the same levels"
        again = f"Graded {measuring.repeat} times: {same}; mean spread {found.stability.spread:.2f} levels."
        sentences.append(again)
    if found.pass_spread is not None:
        apart = f"{found.pass_spread:.2f} levels on average"
        sentences.append(f"The {found.passes} passes of one grading differed by {apart}.")
    if found.quotes.share is not None:
        real = f"{found.quotes.some} of {found.quotes.all} ({found.quotes.share:.0%})"
        sentences.append(f"Quotes that stand in the answer: {real}.")
    if found.invalid_replies.share is not None:
        bad = f"{found.invalid_replies.some} of {found.invalid_replies.all} ({found.invalid_replies.share:.1%})"
        sentences.append(f"Replies that could not be used: {bad}.")
    if found.median_s is not None:
        sentences.append(f"Seconds an answer: {found.median_s:.1f} (median), {found.slow_s:.1f} (95 in 100 take less).")
    return sentences
