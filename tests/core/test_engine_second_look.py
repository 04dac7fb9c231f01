"""While an answer is looked at a second time: what the report says, and what else can be asked for."""

from __future__ import annotations

import pytest

from core.effects import Send, StrengthenAnswer
from core.events import Command
from core.model import AnswerKind
from core.wording import pages
from tests.core.sitting import REASON, Sitting, dispute, disputed, half_assessed


def test_the_report_says_what_is_looked_at_again_and_does_not_show_the_old_scores() -> None:
    sitting = disputed()
    report = sitting.interview.report
    assert report
    before = sitting.interview.turns[0].disputed
    assert before
    assert (report.questions[0].total, report.questions[0].disputed, report.assessed) == (None, before.total, 1)
    shown = pages.report(report).text
    assert "1 of 2 questions assessed; 1 being assessed again." in shown
    assert "you disagreed, and it is being assessed again; 3.7 of 5 before." in shown
    assert "not assessed yet" not in shown


def test_what_comes_of_it_is_told_without_the_whole_report() -> None:
    sitting = disputed()
    assert [type(effect) for effect in sitting.assess(0)] == [Send]
    assert "A second look at question 1" in sitting.last


def test_a_pending_answer_that_comes_meanwhile_completes_the_report_but_for_the_second_look() -> None:
    sitting = half_assessed()
    dispute(sitting)
    sitting.assess(1)
    assert sitting.last.startswith("All your answers are assessed now; question 1 is being assessed again")
    sitting.assess(0)
    assert "A second look at question 1" in sitting.last


def test_another_pending_answer_that_comes_after_the_second_look_completes_the_report() -> None:
    sitting = half_assessed()
    dispute(sitting)
    sitting.assess(0)
    assert "A second look at question 1" in sitting.last
    sitting.assess(1)
    assert sitting.last.startswith("All your answers are assessed now, so this report is complete.")


@pytest.mark.parametrize("questions", [1, 2])
@pytest.mark.parametrize("argument", ["", "1"])
@pytest.mark.parametrize("command", [Command.RETRY, Command.DISAGREE])
def test_whoever_asks_about_that_answer_hears_that_it_is_looked_at(
    questions: int, argument: str, command: Command
) -> None:
    sitting = disputed(questions)
    before = sitting.interview
    effects = sitting.command(command, argument)
    if questions == 1 or argument:
        assert (sitting.interview, len(effects)) == (before, 1)
        assert "I am still looking at your answer to question 1 a second time" in sitting.last
    else:
        assert sitting.interview != before, "the other question is meant"
    assert "already" not in sitting.last
    assert "There is no assessed answer" not in sitting.last


def test_a_first_assessment_that_is_still_to_come_is_said_too() -> None:
    sitting = Sitting(questions=1)
    sitting.answer()
    sitting.command(Command.RATE)
    sitting.due()
    sitting.due(last=True)
    for command, argument in (
        (Command.RETRY, "1"),
        (Command.DISAGREE, "1"),
        (Command.RETRY, ""),
        (Command.STRONGER, ""),
    ):
        sitting.command(command, argument)
        assert "I am still assessing your answer to question 1" in sitting.last


def test_an_answer_that_is_looked_at_again_can_be_made_stronger() -> None:
    assert disputed().command(Command.STRONGER, "1")[-1] == StrengthenAnswer(0)


def test_of_what_is_looked_at_and_what_was_no_answer_the_first_is_named() -> None:
    sitting = Sitting(questions=2)
    sitting.answer()
    sitting.assess(0)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.command(Command.RATE)
    sitting.command(Command.DISAGREE)
    sitting.say(REASON)
    sitting.command(Command.DISAGREE)
    assert "I am still looking at your answer to question 1 a second time" in sitting.last
