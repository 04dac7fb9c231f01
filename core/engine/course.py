"""From one question to the next, to the end of the questions, and to the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core import assessment, policy, report
from core.effects import AssessAnswer, AwaitReport, Effect, Send
from core.engine.steps import GIVEN, Step, is_pending, open_turn, with_turn
from core.model import Interview, Mode, Outcome, Phase, Turn
from core.model import UtteranceKind as Kind
from core.persona import persona
from core.wording import afterwards as after
from core.wording import interview as say
from core.wording import pages

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Report


def ask_next(interview: Interview, at: datetime) -> Step:
    """Ask the next question of the plan, or end; after the report nothing new is asked."""
    question = None if interview.report else policy.next_question(interview)
    if question is None:
        return end(interview, rate=True)
    interview = open_turn(interview, question, at)
    return interview, (Send(say.question(interview, persona(interview))),)


def close(interview: Interview, outcome: Outcome, at: datetime) -> Step:
    """Close the current turn, have it assessed, and go on: to the feedback in coach mode, else to the next question."""
    interview = with_turn(interview, replace(interview.turns[-1], outcome=outcome))
    effects = assess(interview)
    if outcome is Outcome.NOT_ANSWERED:
        interview = with_turn(interview, _at_the_lowest(interview.turns[-1]))
    if interview.mode is Mode.COACH and outcome is not Outcome.SKIPPED:
        interview = replace(interview, phase=Phase.REVIEWING)
        shown = (Send(say.feedback(interview)),) if outcome is Outcome.NOT_ANSWERED else ()
        return interview, (*effects, *shown)
    interview, more = ask_next(interview, at)
    return interview, (*effects, *more)


def assess(interview: Interview) -> tuple[Effect, ...]:
    """The assessment of the last turn, where there is an answer to assess."""
    return (AssessAnswer(len(interview.turns) - 1),) if interview.turns[-1].outcome is Outcome.ANSWERED else ()


def end(interview: Interview, *, rate: bool = False) -> Step:
    """The questions are over: the report follows at once, or is waited for; with `rate` the self-rating is asked first.

    An attempt that was made after the report is only compared with the one before.
    """
    if interview.report is not None:
        return _end_of_attempt(interview)
    interview = replace(interview, phase=Phase.REPORTING)
    if not any(turn.outcome in GIVEN for turn in interview.turns):
        return finish(interview)
    if rate and rating_awaited(interview):
        return interview, (Send(after.rating(interview)), AwaitReport())
    if report_is_ready(interview):
        return finish(interview)
    return interview, (Send(say.report_to_come()), AwaitReport())


def rating_awaited(interview: Interview) -> bool:
    """Whether the candidate was asked to rate themselves and has not done so: once, in mock mode, before the report.

    Whoever ends the interview early is not asked: their rating is set to 0 then.
    """
    before_report = interview.phase is Phase.REPORTING and interview.report is None
    return before_report and interview.mode is Mode.MOCK and interview.self_rating is None


def report_is_ready(interview: Interview) -> bool:
    """Whether all that the report waits for is assessed; after the first report that is the new attempt alone."""
    awaited = interview.turns if interview.report is None else interview.turns[-1:]
    return not any(is_pending(turn) for turn in awaited)


def finish(interview: Interview) -> Step:
    """The end of the waiting for a report: it is built of what is assessed, and shown.

    In mock mode an attempt after the report is compared instead, once it is assessed.
    """
    if interview.report is None or interview.mode is Mode.COACH:
        made, complete = _report(interview)
        shown = Send(pages.report(made, complete=complete))
        return replace(interview, phase=Phase.FINISHED, report=made), (shown,)
    return back(interview, *changed(interview, len(interview.turns) - 1))


def back(interview: Interview, *words: Effect, phase: Phase = Phase.FINISHED) -> Step:
    """Back at the report, built again, after some words; it is shown again when nothing is missing in it any more."""
    made, complete = _report(interview)
    more = (Send(pages.report(made, complete=True)),) if complete else ()
    return replace(interview, phase=phase, report=made), (*words, *more)


def changed(interview: Interview, index: int) -> tuple[Send, ...]:
    """What the assessment of a turn has changed, where the candidate waits to hear it: a second look or attempt."""
    turn = interview.turns[index]
    if turn.assessment is None:
        return ()
    if turn.disputed is not None:
        return (Send(after.reassessed(interview, index)),)
    before = [one for one in interview.turns[:index] if one.question.id == turn.question.id]
    return (Send(after.retried(interview, index)),) if any(one.assessment for one in before) else ()


def _end_of_attempt(interview: Interview) -> Step:
    """An attempt after the report is over: compared at once, or waited for, or left where there was no answer."""
    if is_pending(interview.turns[-1]):
        return replace(interview, phase=Phase.REPORTING), (Send(after.retry_to_come()), AwaitReport())
    if interview.turns[-1].outcome not in GIVEN:
        return back(interview, Send(after.retried(interview, len(interview.turns) - 1)))
    return finish(interview)


def _report(interview: Interview) -> tuple[Report, bool]:
    """The report of what is assessed, and whether it holds at last what an earlier one had said to be pending."""
    made, before = report.build(interview), interview.report
    return made, before is not None and _is_incomplete(before) and not _is_incomplete(made)


def _is_incomplete(made: Report) -> bool:
    """Whether an answer was never assessed; what comes of a second look is told by itself."""
    return any(one.outcome is Outcome.ANSWERED and one.total is None and one.disputed is None for one in made.questions)


def _at_the_lowest(turn: Turn) -> Turn:
    """The turn of somebody who had no answer, or only one to something else: decided here, no interviewer is asked."""
    reason = "off_topic" if turn.count(Kind.OFF_TOPIC) else "non_answer"
    missed = tuple(point.id for point in turn.question.points)
    return replace(turn, assessment=assessment.lowest(reason, missed))
