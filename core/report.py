"""Builds the report of an interview from its assessments: arithmetic and selection, nothing added."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from core import delivery
from core.model import (
    Assessment,
    CriterionResult,
    Finding,
    Interview,
    Outcome,
    QuestionResult,
    Report,
    ReportFinding,
    Turn,
)
from core.roles import Criterion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_FINDINGS = 3
TELLING_PASSES = 3
"""How many passes it takes until their spread says how much of a change is chance; our own choice."""


class _Assessed(NamedTuple):
    """An assessed turn with its number in the plan."""

    number: int
    turn: Turn
    assessment: Assessment


def build(interview: Interview) -> Report:
    """The report of what has been assessed so far; of several attempts at a question the last assessed one counts."""
    latest = _latest_turns(interview)
    assessed = [_Assessed(number, turn, turn.assessment) for number, turn in latest if turn.assessment]
    by_total = sorted(assessed, key=lambda one: -one.assessment.total)
    improvements = _select((one.number, one.assessment.improvements) for one in reversed(by_total))
    return Report(
        role_title=interview.role.title,
        mode=interview.mode,
        seniority=interview.seniority,
        total=round(fmean(one.assessment.total for one in assessed), 1) if assessed else None,
        planned=len(interview.plan),
        assessed=len(assessed),
        criteria=_criteria(interview, assessed),
        strengths=_select((one.number, one.assessment.strengths) for one in by_total),
        improvements=tuple(_audible(interview, assessed, one) for one in improvements),
        questions=tuple(_question(number, turn) for number, turn in latest),
        ended_early=len(latest) < len(interview.plan) or any(turn.outcome is Outcome.UNFINISHED for _, turn in latest),
        assessors=tuple(sorted({_assessor(one.assessment) for one in assessed} - {""})),
        self_rating=interview.self_rating or None,
        delivery=delivery.of_interview(turn for _, turn in latest),
        usual_pace=interview.usual_pace,
    )


def weakest(report: Report) -> int | None:
    """The number of the assessed question with the lowest total, the earliest of several; None when there is none."""
    assessed = [one for one in report.questions if one.total is not None]
    return min(assessed, key=lambda one: one.total or 0).number if assessed else None


def within_noise(before: Assessment, after: Assessment, criterion: Criterion) -> bool:
    """Whether the change of a level, if there is one, can be chance."""
    return abs(after.levels.of(criterion) - before.levels.of(criterion)) <= noise(before, after, criterion)


def noise(before: Assessment, after: Assessment, criterion: Criterion) -> int:
    """By how many levels (0 to 4) two assessments can differ by chance: the larger spread of their passes.

    It is at least 1 unless both were graded in three passes or more, because fewer do not show what chance does.
    """
    passes = [one for made in (before, after) for one in made.passes if one.criterion is criterion and one.levels]
    known = sum(len(one.levels) >= TELLING_PASSES for one in passes) == len((before, after))
    return max(0 if known else 1, *(one.spread for one in passes), 0)


def _latest_turns(interview: Interview) -> list[tuple[int, Turn]]:
    """The turn that counts for each question that was closed, with the question's number, in the plan's order."""
    counting: dict[str, Turn] = {}
    for turn in interview.turns:
        before = counting.get(turn.question.id)
        if turn.outcome is not None and not (before and _judged(before) and not _judged(turn)):
            counting[turn.question.id] = turn
    numbered = ((number, counting.get(question.id)) for number, question in enumerate(interview.plan, 1))
    return [(number, turn) for number, turn in numbered if turn]


def _judged(turn: Turn) -> bool:
    """Whether a turn has an assessment, or had one until the candidate disagreed."""
    return bool(turn.assessment or turn.disputed)


def _criteria(interview: Interview, assessed: Sequence[_Assessed]) -> tuple[CriterionResult, ...]:
    """The mean level of each criterion with the anchor sentence of the nearest level."""
    if not assessed:
        return ()
    return tuple(_criterion(interview, assessed, criterion) for criterion in Criterion)


def _criterion(interview: Interview, assessed: Sequence[_Assessed], criterion: Criterion) -> CriterionResult:
    rule = interview.role.rule(criterion)
    level = fmean(one.assessment.levels.of(criterion) for one in assessed)
    spreads = [
        passes.spread
        for one in assessed
        for passes in one.assessment.passes
        if passes.criterion is criterion and len(passes.levels) > 1
    ]
    return CriterionResult(
        criterion,
        rule.label,
        level=round(level, 1),
        anchor=rule.anchors[int(level + 0.5) - 1],
        spread=round(fmean(spreads), 1) if spreads else None,
    )


def _select(candidates: Iterable[tuple[int, Sequence[Finding]]]) -> tuple[ReportFinding, ...]:
    """Up to three findings: the first of each question before the second of any, and none said twice."""
    ranked = [(place, number, finding) for number, some in candidates for place, finding in enumerate(some)]
    ranked.sort(key=lambda row: row[0])
    chosen: dict[tuple[str, str], ReportFinding] = {}
    for _, number, finding in ranked:
        row = ReportFinding(number, finding.criterion, finding.text, finding.quote, finding.advice)
        chosen.setdefault((finding.text, finding.advice), row)
    return tuple(chosen.values())[:MAX_FINDINGS]


def _audible(interview: Interview, assessed: Sequence[_Assessed], found: ReportFinding) -> ReportFinding:
    """The improvement with where its quote can be heard, if anywhere."""
    turn, made = next((one.turn, one.assessment) for one in assessed if one.number == found.number)
    if not delivery.quoted(turn, found.quote):
        return found
    quotes = [(one.text, one.quote) for one in made.improvements]
    return replace(found, heard_at=(interview.turns.index(turn), quotes.index((found.text, found.quote))))


def _question(number: int, turn: Turn) -> QuestionResult:
    """The line of one question, with the texts of the points that were covered and missed."""
    assessment = turn.assessment
    texts = {point.id: point.text for point in turn.question.points}
    return QuestionResult(
        number=number,
        question_id=turn.question.id,
        focus=turn.question.focus,
        outcome=turn.outcome or Outcome.UNFINISHED,
        total=assessment.total if assessment else None,
        covered=tuple(texts[point] for point in assessment.covered if point in texts) if assessment else (),
        missed=tuple(texts[point] for point in assessment.missed if point in texts) if assessment else (),
        reason=assessment.reason if assessment else "",
        disputed=turn.disputed.total if turn.disputed else None,
        assessor=_assessor(assessment) if assessment else "",
        shortened=bool(assessment and assessment.shortened),
    )


def _assessor(assessment: Assessment) -> str:
    """Who weighed an answer; "" where the lowest level was certain without that."""
    return "" if assessment.reason else assessment.model or assessment.assessor
