"""How an interview begins and ends, and the results that fit nothing."""

from __future__ import annotations

import pytest

from core import engine
from core.effects import AssessAnswer
from core.engine import UnexpectedEvent
from core.events import AnswerConsidered, Command
from core.messages import OutboundKind
from core.model import AnswerKind, Consideration, Mode, Outcome, Phase, StartRequest
from core.model import UtteranceKind as Kind
from core.wording import pages
from tests.contracts.sample import CONVERSATION, DEADLINE, INCIDENT, NOW, QUEUES, ROLE
from tests.core.sitting import Sitting, in_phase, kinds


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
    assert sitting.phase is Phase.FINISHED
    assert sitting.sent[-1].report == sitting.interview.report
    assert sitting.interview.report is not None
    assert sitting.interview.report.assessed == 3


def test_the_report_waits_for_the_last_assessment_whatever_their_order() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.answer()
    phases = [sitting.phase]
    for turn in (1, 0):
        sitting.assess(turn)
        phases.append(sitting.phase)
    assert phases == [Phase.REPORTING, Phase.REPORTING, Phase.FINISHED]


def test_an_interview_of_skipped_questions_ends_with_a_report_that_measures_nothing() -> None:
    sitting = Sitting(questions=2)
    sitting.command(Command.SKIP)
    sitting.command(Command.SKIP)
    assert sitting.phase is Phase.FINISHED
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
    assert sitting.phase is Phase.FINISHED
    made = sitting.sent[-1].report
    assert made
    assert [one.total is None for one in made.questions] == [False, True]
    assert "1 of 2 questions assessed; 1 answered and not assessed." in sitting.last
    with pytest.raises(UnexpectedEvent):
        sitting.assess(1)


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
    assert sitting.phase is Phase.FINISHED


def test_stop_before_any_answer_drops_the_interview_and_says_so() -> None:
    sitting = Sitting()
    sitting.command(Command.STOP)
    assert sitting.phase is Phase.DROPPED
    assert sitting.turn.outcome is Outcome.UNFINISHED
    assert "nothing to report" in sitting.last


def test_stop_after_a_question_without_answer_gives_a_report_at_once() -> None:
    sitting = Sitting()
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.command(Command.STOP)
    assert sitting.phase is Phase.FINISHED
    assert sitting.interview.report is not None
    assert sitting.interview.report.total == 1.0


@pytest.mark.parametrize("phase", [Phase.FINISHED, Phase.DROPPED])
def test_after_the_end_results_change_nothing(phase: Phase) -> None:
    sitting = in_phase(phase)
    with pytest.raises(UnexpectedEvent):
        sitting.assess(0)
    with pytest.raises(UnexpectedEvent):
        sitting.strengthen(0)


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
