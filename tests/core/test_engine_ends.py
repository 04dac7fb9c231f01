"""How an interview begins and ends, and the results that fit nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from core import engine
from core.effects import AssessAnswer, AwaitReport, Send
from core.engine import UnexpectedEvent
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerStrengthened,
    Command,
    CommandGiven,
    MessageReceived,
    ReportDue,
)
from core.messages import Choice, OutboundKind
from core.model import AnswerKind, Consideration, Mode, Outcome, Phase, StartRequest, Stronger
from core.model import UtteranceKind as Kind
from core.wording import pages
from core.wording.interview import report_to_come
from tests.contracts.sample import CONVERSATION, DEADLINE, INCIDENT, NOW, QUEUES, ROLE, assessment
from tests.core.sitting import ADDRESS, Sitting, in_phase, kinds


@pytest.mark.parametrize("phase", Phase)
def test_in_phase_builds_what_it_says(phase: Phase) -> None:
    assert in_phase(phase).phase is phase


def test_an_interview_begins_with_a_welcome_and_its_first_question() -> None:
    sitting = Sitting()
    assert [sent.kind for sent in sitting.sent] == [OutboundKind.NOTICE, OutboundKind.QUESTION]
    assert QUEUES.text in sitting.last
    assert kinds(sitting) == [Kind.QUESTION]


def test_a_mock_interview_asks_every_question_and_ends_with_the_report() -> None:
    sitting = Sitting()
    for number, question in enumerate((QUEUES, INCIDENT, DEADLINE)):
        assert sitting.turn.question == question
        sitting.answer()
        sitting.assess(number)
    assert sitting.is_in(Phase.REPORTING)
    sitting.command(Command.RATE, "4")
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.sent[-1].report == sitting.interview.report
    assert sitting.interview.report is not None
    assert sitting.interview.report.assessed == 3


def test_before_the_report_the_candidate_is_asked_how_it_went_while_the_last_answer_is_assessed() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    effects = sitting.answer()
    assert [type(effect) for effect in effects] == [AssessAnswer, Send, AwaitReport]
    assert sitting.is_in(Phase.REPORTING)
    assert sitting.sent[-1].default == Choice("Show the report", "rate", ADDRESS, 1)


def test_what_is_waited_for_is_said_again_to_whoever_comes_back() -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    asked = sitting.last
    for command in (Command.RESUME, Command.REPEAT):
        sitting.command(command)
        assert (sitting.phase, sitting.last) == (Phase.REPORTING, asked)
    sitting.command(Command.RATE, "4")
    sitting.command(Command.RESUME)
    assert (sitting.phase, sitting.last) == (Phase.REPORTING, report_to_come().text)


def test_the_report_waits_for_the_last_assessment_and_the_rating_whatever_their_order() -> None:
    def assess(number: int) -> Callable[[Sitting], object]:
        return lambda sitting: sitting.assess(number)

    def rate(sitting: Sitting) -> object:
        return sitting.command(Command.RATE, "2")

    for order in permutations([assess(0), assess(1), rate]):
        sitting = Sitting(questions=2)
        sitting.answer()
        sitting.answer()
        phases = []
        for act in order:
            act(sitting)
            phases.append(sitting.phase)
        assert phases == [Phase.REPORTING, Phase.REPORTING, Phase.FINISHED]
        assert sitting.sent[-1].report == sitting.interview.report
        assert sitting.interview.report
        assert sitting.interview.report.self_rating == 2


def test_who_rates_before_the_last_assessment_hears_that_the_report_follows() -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    sitting.command(Command.RATE, "5")
    assert (sitting.phase, sitting.interview.self_rating) == (Phase.REPORTING, 5)
    assert "report follows" in sitting.last


def test_the_rating_can_be_left_out() -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    sitting.assess()
    sitting.command(Command.RATE)
    assert (sitting.phase, sitting.interview.self_rating) == (Phase.FINISHED, 0)
    assert sitting.interview.report
    assert sitting.interview.report.self_rating is None


@pytest.mark.parametrize("rating", ["0", "6", "well", "-1", "4.5", "²"])
def test_a_rating_that_is_none_is_not_taken(rating: str) -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    sitting.refuses(CommandGiven(Command.RATE, NOW, argument=rating))


def test_nobody_rates_twice() -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    sitting.command(Command.RATE, "2")
    sitting.refuses(CommandGiven(Command.RATE, NOW, argument="5"))
    sitting.assess()
    sitting.refuses(CommandGiven(Command.RATE, NOW, argument="5"))


def test_nobody_is_asked_to_rate_in_coach_mode_or_after_a_stop() -> None:
    coached, stopped = in_phase(Phase.REPORTING), Sitting(questions=2)
    stopped.answer()
    assert [type(effect) for effect in stopped.command(Command.STOP)] == [Send, AwaitReport]
    for sitting in (coached, stopped):
        assert sitting.is_in(Phase.REPORTING)
        assert "follows" in sitting.last
        assert OutboundKind.MENU not in {one.kind for one in sitting.sent}
        sitting.refuses(CommandGiven(Command.RATE, NOW, argument="3"))
        sitting.assess(0)
        assert sitting.is_in(Phase.FINISHED)


def test_a_skipped_last_question_leads_to_the_rating_too() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.assess(0)
    sitting.command(Command.SKIP)
    assert (sitting.phase, sitting.sent[-1].kind) == (Phase.REPORTING, OutboundKind.MENU)
    sitting.command(Command.RATE, "1")
    assert sitting.is_in(Phase.FINISHED)


def test_the_report_is_due_at_once_for_whoever_rated_and_says_what_is_pending() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.answer()
    sitting.assess(0)
    sitting.command(Command.RATE, "3")
    sitting.due()
    assert sitting.is_in(Phase.FINISHED)
    assert "1 answered and not assessed yet" in sitting.last


@pytest.mark.parametrize("assessed", [False, True])
def test_who_does_not_rate_is_waited_for_once_more(assessed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    sitting = Sitting(questions=1)
    sitting.answer()
    if assessed:
        sitting.assess()
    assert sitting.due() == (AwaitReport(last=True),)
    assert sitting.is_in(Phase.REPORTING)
    sitting.due(last=True)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.sent[-1].report


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.REPORTING])
def test_a_report_is_due_only_where_it_is_waited_for(phase: Phase) -> None:
    assert in_phase(phase).refuses(ReportDue(last=True, at=NOW)).stale


def test_what_was_pending_is_added_to_the_report_which_is_shown_again_when_it_is_complete() -> None:
    sitting = Sitting(questions=3)
    for _ in range(3):
        sitting.answer()
    sitting.command(Command.RATE, "3")
    sitting.assess(1)
    sitting.due()
    assert sitting.assess(2) == ()
    assert sitting.interview.report
    assert sitting.interview.report.assessed == 2
    sitting.assess(0)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.last.startswith("All your answers are assessed now")
    assert sitting.sent[-1].report == sitting.interview.report
    assert sitting.interview.report.assessed == 3


def test_an_interview_of_skipped_questions_ends_with_a_report_that_measures_nothing() -> None:
    sitting = Sitting(questions=2)
    sitting.command(Command.SKIP)
    sitting.command(Command.SKIP)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.interview.report is not None
    assert sitting.interview.report.total is None


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING, Phase.PAUSED])
def test_stop_ends_in_every_phase_in_which_the_interview_stands(phase: Phase) -> None:
    sitting = in_phase(phase)
    sitting.command(Command.STOP)
    assert sitting.phase is (Phase.DROPPED if phase is Phase.ASKING else Phase.REPORTING)


def test_stop_while_the_report_is_awaited_gives_it_with_what_is_assessed() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.answer()
    sitting.assess(0)
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.FINISHED)
    made = sitting.sent[-1].report
    assert made
    assert [one.total is None for one in made.questions] == [False, True]
    assert "1 of 2 questions assessed; 1 answered and not assessed yet." in sitting.last
    sitting.assess(1)
    assert "this report is complete" in sitting.last


def test_what_is_said_while_the_report_is_awaited_names_the_ways_on() -> None:
    sitting = in_phase(Phase.REPORTING)
    sitting.command(Command.STATUS)
    for way in ("/report", "/stop"):
        assert way in sitting.last
        assert way in pages.unfit(Phase.REPORTING, Command.HINT).text


def test_stop_while_the_answer_is_considered_counts_the_answer_and_drops_the_late_result() -> None:
    sitting = in_phase(Phase.CONSIDERING)
    late = AnswerConsidered(0, sitting.turn.revision, Consideration(AnswerKind.ANSWER), NOW)
    assert sitting.command(Command.STOP)[0] == AssessAnswer(0)
    assert "follows" in sitting.last
    with pytest.raises(UnexpectedEvent) as unexpected:
        sitting.give(late)
    assert unexpected.value.stale
    sitting.assess(0)
    assert sitting.is_in(Phase.FINISHED)


def test_stop_before_any_answer_drops_the_interview_and_says_so() -> None:
    sitting = Sitting()
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.DROPPED)
    assert sitting.turn.outcome is Outcome.UNFINISHED
    assert "nothing to report" in sitting.last


def test_stop_after_a_question_without_answer_gives_a_report_at_once() -> None:
    sitting = Sitting()
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.interview.report is not None
    assert sitting.interview.report.total == 1.0


def test_after_an_interview_was_dropped_results_change_nothing() -> None:
    sitting = in_phase(Phase.DROPPED)
    sitting.refuses(AnswerAssessed(0, assessment(), NOW))
    sitting.refuses(AnswerStrengthened(0, Stronger("Stronger."), NOW))


@pytest.mark.parametrize("text", ["Try again.", "stop", "I also called the shop."])
@pytest.mark.parametrize("phase", [Phase.FINISHED, Phase.DROPPED])
def test_after_the_end_words_are_no_commands(phase: Phase, text: str) -> None:
    in_phase(phase).refuses(MessageReceived(text, "late", NOW))


@pytest.mark.parametrize("turn", [-1, 1, 99])
def test_a_result_for_a_turn_that_is_not_there_does_not_fit(turn: int) -> None:
    sitting = in_phase(Phase.REVIEWING)
    for give in (sitting.assess, sitting.strengthen):
        with pytest.raises(UnexpectedEvent):
            give(turn)


def test_a_turn_is_assessed_once_and_only_when_it_was_answered() -> None:
    sitting = Sitting()
    with pytest.raises(UnexpectedEvent):
        sitting.assess(0)
    sitting.answer()
    sitting.assess(0)
    with pytest.raises(UnexpectedEvent) as unexpected:
        sitting.assess(0)
    assert unexpected.value.stale


def test_a_plan_never_repeats_a_question() -> None:
    started, _ = engine.begin(StartRequest(ROLE, Mode.MOCK, 3), 1, CONVERSATION, ("queues",), NOW)
    assert len({question.id for question in started.plan}) == 3
