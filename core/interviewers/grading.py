"""Grades an answer with a language model: a call for each criterion and pass, and every quote checked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING, TypeVar

from core.assessment import UNSUPPORTED, find_quote, lowest, total, verified
from core.interviewers.findings import not_weighed
from core.interviewers.lexicon import FUNCTION
from core.interviewers.masking import heard
from core.interviewers.proposals import worth_showing
from core.interviewers.replies import Replies
from core.interviewers.vocabulary import made_ready
from core.model import Assessment, Evidence, Finding, Levels, Passes
from core.ports import NOBODY, UnusableRepliesError
from core.prompts.assess import Grade, assess_prompt, read_grade
from core.roles import Criterion
from core.text import stems

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

    from core.interviewers.masking import Heard
    from core.interviewers.queue import ModelQueue
    from core.model import Turn
    from core.ports import Waiting
    from core.roles import Role

_GOOD = 3
_PERFECT = 5
_LEAST_QUOTED = 2
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Graded:
    """An assessment, and how it came about.

    `quotes` is how many quotes the model gave and `real_quotes` how many of them were said; `replies` is how many
    replies were asked for and `invalid_replies` how many of them could not be used.
    """

    assessment: Assessment
    quotes: int = 0
    real_quotes: int = 0
    replies: int = 0
    invalid_replies: int = 0


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over one criterion: what the model made of it, with a level that its quotes support.

    `grade` is None when neither reply could be used.
    """

    criterion: Criterion
    grade: Grade | None
    shortened: bool
    quotes: int
    real_quotes: int
    replies: int


class Grader:
    """Grades answers with a language model, each criterion in 1, 3 or 5 `passes`."""

    def __init__(self, model: ModelQueue, passes: int = 1) -> None:
        self._model = model
        self._passes = passes

    async def grade(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Graded:
        """The levels of all answers of a turn together; what is no answer is told in code, and no model is asked.

        Raises UnusableRepliesError when no pass over a criterion gave a usable reply, else as the model does.
        """
        await made_ready(role)
        await self._model.in_turn()
        said = heard(role, turn)
        stopped = said.stops()
        if stopped is not None:
            missed = tuple(point.id for point in turn.question.points)
            return Graded(lowest(stopped.value, missed, not_weighed(said.whole, stopped)))
        every = [(criterion, number) for criterion in Criterion for number in range(self._passes)]
        made = await _together(self._pass(said, criterion, number, waiting) for criterion, number in every)
        return self._graded(said, made)

    async def _pass(self, said: Heard, criterion: Criterion, number: int, waiting: Waiting) -> _Pass:
        fitted = assess_prompt(said.role, said.turn, criterion, number, self._model.context_tokens)
        replies = Replies(self._model, waiting)
        try:
            grade = await replies.read(fitted.prompt, lambda reply: read_grade(reply, said.question, criterion))
        except UnusableRepliesError:
            return _Pass(criterion, None, fitted.shortened, 0, 0, replies.asked)
        claimed = [quote for quote in (*_quotes(grade), grade.improvement_quote) if quote]
        real = [quote for quote in claimed if _was_said(quote, said)]
        supported = _supported(grade, real, said)
        return _Pass(criterion, supported, fitted.shortened, len(claimed), len(real), replies.asked)

    def _graded(self, said: Heard, made: Sequence[_Pass]) -> Graded:
        asked = sum(one.replies for one in made)
        return Graded(
            self._assessment(said, made),
            sum(one.quotes for one in made),
            sum(one.real_quotes for one in made),
            asked,
            asked - sum(one.grade is not None for one in made),
        )

    def _assessment(self, said: Heard, made: Sequence[_Pass]) -> Assessment:
        passes = tuple(_passes(criterion, made) for criterion in Criterion)
        chosen = {one.criterion: _chosen(one, made) for one in passes}
        levels = Levels(**{criterion.value: grade.level for criterion, grade in chosen.items()})
        covered = {point for point, _ in chosen[Criterion.TECHNICAL].covered}
        points = said.question.points
        weighed = Assessment(
            levels,
            total(levels, said.role),
            tuple(Evidence(criterion, quote) for criterion, grade in chosen.items() for quote in grade.evidence),
            tuple(point.id for point in points if point.id in covered),
            tuple(point.id for point in sorted(points, key=lambda one: -one.weight) if point.id not in covered),
            _strengths(chosen),
            _improvements(chosen),
            assessor="model",
            model=self._model.name,
            passes=passes,
            shortened=any(one.shortened for one in made),
        )
        return verified(weighed, said.real_answer)


async def _together(calls: Iterable[Coroutine[None, None, _T]]) -> list[_T]:
    """The results of calls that run at once; when one fails, or this is cancelled, the others are given up."""
    tasks = [asyncio.create_task(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _passes(criterion: Criterion, made: Sequence[_Pass]) -> Passes:
    levels = tuple(one.grade.level for one in made if one.criterion is criterion and one.grade)
    if not levels:
        raise UnusableRepliesError(f"The language model gave no usable reply to grade {criterion.value} by.")
    return Passes(criterion, levels)


def _chosen(passes: Passes, made: Sequence[_Pass]) -> Grade:
    """The first grade whose level is the median of all."""
    median = median_low(passes.levels)
    grades = (one.grade for one in made if one.criterion is passes.criterion)
    return next(grade for grade in grades if grade and grade.level == median)


def _supported(grade: Grade, real: Sequence[str], said: Heard) -> Grade:
    """The grade with nothing in it that rests on other quotes than the real ones; without any, level 2 is the most.

    It is done for each pass, so that a pass with invented quotes cannot pull up the median.
    """
    quotes = _quotes(grade)
    telling = tuple(quote for quote in quotes if quote in real and _is_telling(quote))
    first = next(iter(quotes), "")
    weakest = grade.improvement_quote in real and _is_telling(grade.improvement_quote)
    return replace(
        grade,
        level=grade.level if telling else min(grade.level, UNSUPPORTED),
        evidence=telling,
        covered=tuple((point, quote) for point, quote in grade.covered if quote in telling),
        strength=worth_showing(grade.strength, said.turn) if first in telling else "",
        improvement=worth_showing(grade.improvement, said.turn) if weakest else "",
        advice=worth_showing(grade.advice, said.turn),
    )


def _quotes(grade: Grade) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*grade.evidence, *(quote for _, quote in grade.covered))))


def _is_telling(quote: str) -> bool:
    """Whether a quote is more than a loose word, which any answer would hold."""
    return sum(one not in FUNCTION for one in stems(quote)) >= _LEAST_QUOTED


def _was_said(quote: str, said: Heard) -> bool:
    """Whether a quote stands in the answers, and not in an order to the grader or across one."""
    return all(find_quote(quote, answer) is not None for answer in {said.answer, said.real_answer})


def _strengths(chosen: dict[Criterion, Grade]) -> tuple[Finding, ...]:
    """What was good, the best first; each quote is praised once."""
    found: dict[str, Finding] = {}
    for criterion, grade in sorted(chosen.items(), key=lambda item: -item[1].level):
        if grade.strength and grade.level >= _GOOD:
            quote = grade.evidence[0]
            found.setdefault(quote, Finding(criterion, grade.strength, quote))
    return tuple(found.values())


def _improvements(chosen: dict[Criterion, Grade]) -> tuple[Finding, ...]:
    """What to do better, the weakest first; one without advice helps nobody."""
    return tuple(
        Finding(criterion, grade.improvement, grade.improvement_quote, grade.advice)
        for criterion, grade in sorted(chosen.items(), key=lambda item: item[1].level)
        if grade.improvement and grade.advice and grade.level < _PERFECT
    )
