"""The report as a candidate reads it; `pages.report` is this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Block, Choice, Outbound, OutboundKind
from core.model import Outcome, QuestionResult, Report, ReportFinding
from core.report import weakest
from core.wording.afterwards import RATINGS
from core.wording.assessed import REASONS, SHORTENED, finding
from core.wording.delivery import hear_choice, of_report
from core.wording.menus import HISTORY
from core.wording.pieces import count, heading, item, line, listed, score, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.model import CriterionResult

_RULES = "rules"
_NOTE_RULES = (
    "by rules, without a language model: they check whether the points are there, the order, figures and your own "
    "part. They cannot tell whether what you say is true."
)
_NOTE_MODEL = (
    "a language model. Every quote was looked up in your own words; the judgement is the model's, and it can be wrong."
)
_NOISE = "These are rough measures: one level up or down can be chance."
_CLOSE = 0.5
"""Means closer together than this, in levels, are not told apart in words; our own choice."""


def report(
    made: Report, *, so_far: bool = False, complete: bool = False, past: bool = False, number: int | None = None
) -> Outbound:
    """The report of an interview: `so_far` when it is still open, `complete` when pending answers have been added.

    A report so far, and one of an interview that is `past`, can be read only: the other choices are about the latest
    one. `number` is the id of the past one, None when it is not known; the engine adds that of the others.
    """
    title = f"{'Report so far' if so_far else 'Your report'}: {made.role_title}, {made.seniority.value} level"
    blocks = [line(_complete(made))] if complete else []
    blocks.append(heading(title))
    blocks += _figures(made)
    blocks += _finding_blocks("Strengths", made.strengths)
    blocks += _finding_blocks("To improve", made.improvements)
    blocks += of_report(made)
    if made.questions:
        blocks.append(heading("Question by question"))
    for result in made.questions:
        blocks += _question_blocks(result)
    blocks += [small(_assessed_by(made, assessor)) for assessor in made.assessors]
    choices = () if so_far or past else _report_choices(made)
    transcript = () if past and number is None else (Choice("Transcript", "transcript", str(number or "")),)
    hear = () if past and number is None else _hear_choices(made, number)
    return Outbound(OutboundKind.REPORT, tuple(blocks), (*choices, *hear, *transcript, HISTORY), report=made)


def _complete(made: Report) -> str:
    """That pending answers have been added, and which one is still looked at again."""
    again = [str(one.number) for one in made.questions if _is_looked_at_again(one)]
    if not again:
        return "All your answers are assessed now, so this report is complete."
    which = f"question {again[0]} is" if len(again) == 1 else f"questions {listed(again)} are"
    return f"All your answers are assessed now; {which} being assessed again, because you disagreed."


def _is_looked_at_again(result: QuestionResult) -> bool:
    return result.total is None and result.disputed is not None


def _figures(made: Report) -> list[Block]:
    """What came out, and on how much it stands."""
    if made.total is None:
        return [line(_measured(made))]
    blocks = [line(_summary(made.criteria))] if made.criteria else []
    blocks += [small(_measured(made)), score("Total", made.total, "")]
    for criterion in made.criteria:
        anchor = f"Level {int(criterion.level + 0.5)} in general: {criterion.anchor}{_spread(criterion.spread)}"
        blocks += [score(criterion.label, criterion.level), small(anchor, f"In general: {criterion.anchor}")]
    blocks.append(small(_NOISE, ""))
    if made.self_rating:
        blocks.append(line(_gap(made.self_rating, made.total), ""))
    return blocks


def _summary(criteria: Sequence[CriterionResult]) -> str:
    """The report in a sentence: which criteria stand out, where any does."""
    highest, lowest = max(one.level for one in criteria), min(one.level for one in criteria)
    if highest - lowest < _CLOSE:
        return f"{listed([one.label for one in criteria])} came out close together."
    best = listed([one.label for one in criteria if one.level == highest])
    worst = listed([one.label for one in criteria if one.level == lowest])
    return f"{best} came out highest; there is most to gain in {worst}."


def _measured(made: Report) -> str:
    """How many questions the figures stand on."""
    again = sum(_is_looked_at_again(one) for one in made.questions)
    pending = sum(one.outcome is Outcome.ANSWERED and one.total is None for one in made.questions) - again
    if made.total is None and not pending and not again:
        none = "The question was not" if made.planned == 1 else f"None of the {made.planned} questions was"
        return f"{none} answered, so there is nothing to measure."
    left_out = made.planned - made.assessed - pending - again
    waiting = f"; {again} being assessed again" if again else ""
    waiting += f"; {pending} answered and not assessed yet" if pending else ""
    rest = f"; {left_out} not answered and not measured" if left_out else ""
    return f"{made.assessed} of {count(made.planned, 'question')} assessed{waiting}{rest}."


def _spread(spread: float | None) -> str:
    """How far apart the passes of grading were, where there were several."""
    if spread is None:
        return ""
    if not spread:
        return " Graded several times, with the same level each time."
    return f" Graded several times; the levels were {spread:.1f} apart on average."


def _gap(expected: int, total: float) -> str:
    """The self-rating beside the total."""
    gap = total - expected
    far = f"{abs(gap):.1f} {'higher' if gap > 0 else 'lower'} than you thought"
    near = "close to what you thought"
    said = f"You rated yourself “{RATINGS[expected - 1]}” ({expected} of 5); your answers came to {total:.1f}"
    return f"{said}, {near if abs(gap) <= _CLOSE else far}."


def _assessed_by(made: Report, assessor: str) -> str:
    """Who assessed the answers, or which of them, and what that can and cannot tell."""
    by = _NOTE_RULES if assessor == _RULES else f"by {assessor}, {_NOTE_MODEL}"
    numbers = [str(one.number) for one in made.questions if one.assessor == assessor]
    if len(made.assessors) == 1:
        return f"Assessed {by}"
    if not numbers:
        return f"Assessed in part {by}"
    which = f"Question {numbers[0]} was" if len(numbers) == 1 else f"Questions {listed(numbers)} were"
    return f"{which} assessed {by}"


def _report_choices(made: Report) -> tuple[Choice, ...]:
    """What to do with a report: the weakest question again, a stronger version of it, or disagreeing."""
    number = weakest(made)
    if number is None:
        return ()
    answered = [one for one in made.questions if one.outcome is Outcome.ANSWERED and one.total is not None]
    choices = [Choice(f"Try question {number} again", "retry", str(number))]
    if any(one.number == number for one in answered):
        choices.append(Choice(f"A stronger version of answer {number}", "stronger", str(number)))
    if any(one.disputed is None for one in answered):
        choices.append(Choice("I disagree", "disagree"))
    return tuple(choices)


def _hear_choices(made: Report, number: int | None) -> tuple[Choice, ...]:
    """A button for each improvement that can be heard in the candidate's own voice, three at most as there are."""
    heard: dict[str, tuple[int, int]] = {}
    for one in made.improvements:
        if one.heard_at:
            heard.setdefault(one.quote, one.heard_at)
    of = "" if number is None else f"{number} "
    return tuple(hear_choice(said, f"{of}{turn} {place}") for said, (turn, place) in heard.items())


def _finding_blocks(title: str, findings: Sequence[ReportFinding]) -> list[Block]:
    blocks = [heading(title)] if findings else []
    for found in findings:
        blocks += finding(f"Question {found.number}", found)
    return blocks


def _question_blocks(result: QuestionResult) -> list[Block]:
    title = f"{result.number}. {result.focus}"
    if result.total is None:
        return [_unmeasured(title, result)]
    blocks = [score(title, result.total)]
    if result.disputed is not None:
        blocks.append(_disputed(result.disputed, result.total))
    if reason := REASONS.get(result.reason):
        blocks.append(small(reason))
    if result.shortened:
        blocks.append(small(SHORTENED))
    blocks += [item(f"Heard: {point}") for point in result.covered]
    blocks += [item(f"{_not_heard(result)}: {point}") for point in result.missed]
    return blocks


def _unmeasured(title: str, result: QuestionResult) -> Block:
    """The line of a question that has no score, or none yet."""
    if result.outcome in {Outcome.SKIPPED, Outcome.UNFINISHED}:
        said = "skipped" if result.outcome is Outcome.SKIPPED else "not finished"
        return line(f"{title}: {said}, not measured.")
    if result.disputed is not None:
        again = f"{title}: you disagreed, and it is being assessed again"
        return line(f"{again}; {result.disputed:.1f} of 5 before.", f"{again}.")
    return line(f"{title}: assessment pending; it is added as soon as it is made.")


def _disputed(before: float, total: float) -> Block:
    """What came of disagreeing."""
    change = round(total, 1) - round(before, 1)
    said = "higher" if change > 0 else "lower" if change else "the same"
    calm = f"You disagreed; the second look came out {said}."
    return small(f"You disagreed: {before:.1f} of 5 at the first look, {total:.1f} at the second.", calm)


def _not_heard(result: QuestionResult) -> str:
    """What a missed point is called: rules may overhear it, and nobody hears what was not read."""
    if result.shortened:
        return "Not heard in the rest"
    return "Not clearly heard" if result.assessor in {_RULES, ""} else "Not heard"
