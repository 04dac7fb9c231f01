"""What can be asked for after the report: another attempt, a second look, a stronger version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import policy
from core.effects import AssessAnswer, AwaitReport, ConsiderAnswer, Send, StrengthenAnswer
from core.events import AnswerAssessed, AnswerStrengthened, Command, CommandGiven, MessageEdited, ReportDue
from core.messages import OutboundKind
from core.model import AnswerKind, Assessment, Levels, Mode, Outcome, Phase, Stronger
from core.model import UtteranceKind as Kind
from tests.contracts.sample import INCIDENT, NOW, QUEUES, assessment
from tests.core.sitting import ADDRESS, REASON, Sitting, dispute, disputed, half_assessed, in_phase, reported, retry


def made(level: int) -> Assessment:
    return replace(assessment(float(level)), levels=Levels(level, level, level))


def kinds_of(sitting: Sitting, turn: int) -> list[Kind]:
    return [said.kind for said in sitting.interview.turns[turn].utterances]


# Another attempt


def test_a_question_is_tried_again_and_the_change_is_shown() -> None:
    sitting = reported()
    sitting.command(Command.RETRY, "1")
    assert (sitting.phase, sitting.turn.question, sitting.turn.attempt) == (Phase.ASKING, QUEUES, 2)
    assert sitting.sent[-1].kind is OutboundKind.QUESTION
    effects = sitting.answer("It absorbs load, and failed work is tried again.")
    assert [type(effect) for effect in effects] == [AssessAnswer, Send, AwaitReport]
    assert sitting.is_in(Phase.REPORTING)
    sitting.refuses(CommandGiven(Command.RATE, NOW, argument="5"))
    sitting.assess(made=made(5))
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.last.startswith("Question 1 again")
    assert sitting.interview.report
    assert sitting.interview.report.questions[0].total == 5.0


def test_without_a_number_the_weakest_question_is_tried_again() -> None:
    sitting = Sitting(questions=3)
    for number, level in enumerate((3, 2, 4)):
        sitting.answer()
        sitting.assess(number, made(level))
    sitting.command(Command.RATE)
    sitting.command(Command.RETRY)
    assert sitting.turn.question == INCIDENT


def test_a_question_can_be_tried_again_and_again() -> None:
    sitting = reported()
    for attempt, level in ((2, 4), (3, 1), (4, 5)):
        sitting.command(Command.RETRY, "2")
        assert sitting.turn.attempt == attempt
        sitting.answer()
        sitting.assess(made=made(level))
        assert sitting.is_in(Phase.FINISHED)
        assert sitting.interview.report
        assert sitting.interview.report.questions[1].total == level


@pytest.mark.parametrize("number", ["0", "3", "-1", "9" * 30, "one", "²", "1 2"])
@pytest.mark.parametrize("command", [Command.RETRY, Command.DISAGREE, Command.STRONGER])
def test_a_number_of_no_question_is_answered_with_those_there_are(command: Command, number: str) -> None:
    sitting = reported()
    before = sitting.interview
    sitting.command(command, number)
    assert sitting.interview == before
    assert [choice.argument for choice in sitting.sent[-1].choices] == [f"{ADDRESS} 1", f"{ADDRESS} 2"]


@pytest.mark.parametrize("command", [Command.RETRY, Command.DISAGREE, Command.STRONGER])
def test_where_nothing_was_answered_there_is_nothing_to_choose(command: Command) -> None:
    sitting = Sitting(questions=1)
    sitting.command(Command.SKIP)
    before = sitting.interview
    sitting.command(command)
    assert sitting.interview == before
    assert "There is no assessed answer" in sitting.last


@pytest.mark.parametrize("command", [Command.DISAGREE, Command.STRONGER])
def test_of_a_question_without_an_answer_there_is_nothing_to_dispute_or_to_make_stronger(command: Command) -> None:
    sitting = Sitting(questions=2)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer()
    sitting.assess()
    sitting.command(Command.RATE)
    before = sitting.interview
    sitting.command(command, "1")
    assert sitting.interview == before
    assert [choice.argument for choice in sitting.sent[-1].choices] == [f"{ADDRESS} 2"]
    sitting.command(Command.RETRY, "1")
    assert (sitting.phase, sitting.turn.question) == (Phase.ASKING, QUEUES)


def test_a_question_whose_new_attempt_is_still_assessed_waits() -> None:
    sitting = reported()
    retry(sitting)
    assert sitting.due() == ()
    assert sitting.is_in(Phase.FINISHED)
    before = sitting.interview
    for command in (Command.RETRY, Command.DISAGREE):
        sitting.command(command, "1")
        assert sitting.interview == before
    assert sitting.assess(2, made(1)) != ()
    assert sitting.last.startswith("Question 1 again")


def test_another_question_can_be_tried_while_assessments_are_pending() -> None:
    sitting = half_assessed()
    sitting.command(Command.RETRY, "1")
    assert sitting.assess(1) == (), "nobody is interrupted by a whole report"
    sitting.answer()
    sitting.assess(2)
    assert sitting.is_in(Phase.FINISHED)
    assert [one.text[:10] for one in sitting.sent[-2:]] == ["Question 1", "All your a"]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_attempt_is_not_kept_waiting_by_another_pending_answer(order: tuple[int, int]) -> None:
    sitting = half_assessed()
    retry(sitting)
    for turn in order:
        sitting.assess(turn)
        assert sitting.is_in(Phase.FINISHED) == (turn == 2 or order[0] == 2)
    shown = [one.text for one in sitting.sent[-2:]]
    assert [text.startswith("Question 1 again") for text in shown] == [True, False]
    assert shown[1].startswith("All your answers are assessed now")


def test_no_new_question_is_asked_after_the_report_of_an_interview_that_ended_early() -> None:
    sitting = Sitting(questions=3)
    sitting.answer()
    sitting.assess(0)
    sitting.command(Command.STOP)
    sitting.command(Command.RETRY)
    sitting.answer()
    assert sitting.is_in(Phase.REPORTING)
    sitting.assess()
    assert (sitting.phase, len(sitting.interview.turns)) == (Phase.FINISHED, 3)


@pytest.mark.parametrize("command", [Command.STOP, Command.DROP, Command.SKIP])
@pytest.mark.parametrize("pause", [False, True])
def test_an_attempt_without_an_answer_leaves_the_report_as_it_was(
    command: Command,
    pause: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    sitting = reported()
    report = sitting.interview.report
    sitting.command(Command.RETRY, "1")
    if pause:
        sitting.command(Command.PAUSE)
        sitting.command(Command.RESUME)
    assert not any(isinstance(effect, AssessAnswer) for effect in sitting.command(command))
    assert (sitting.phase, sitting.interview.report) == (Phase.FINISHED, report)
    assert sitting.turn.outcome is (Outcome.SKIPPED if command is Command.SKIP else Outcome.UNFINISHED)
    assert "stays as it was" in sitting.last


def test_a_paused_attempt_goes_on_where_it_stood() -> None:
    sitting = reported()
    sitting.command(Command.RETRY, "1")
    sitting.say("It absorbs load.")
    sitting.command(Command.PAUSE)
    assert sitting.command(Command.RESUME)[-1] == ConsiderAnswer(2, 1)
    sitting.command(Command.PAUSE)
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.turn.outcome is Outcome.ANSWERED


@pytest.mark.parametrize("considering", [False, True])
def test_stop_assesses_what_was_answered_and_drop_does_not(
    considering: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    for command, outcome in ((Command.STOP, Outcome.ANSWERED), (Command.DROP, Outcome.UNFINISHED)):
        sitting = reported()
        sitting.command(Command.RETRY, "1")
        sitting.say("It absorbs load.")
        if considering:
            sitting.settle()
        effects = sitting.command(command)
        assert (AssessAnswer(2) in effects) == (command is Command.STOP)
        assert (sitting.phase, sitting.turn.outcome) == (Phase.FINISHED, outcome)
    sitting = reported()
    sitting.command(Command.RETRY, "1")
    sitting.say("It absorbs load.")
    sitting.command(Command.STOP)
    sitting.assess(made=made(4))
    assert sitting.last.startswith("Question 1 again")


@pytest.mark.parametrize("command", [Command.STOP, Command.DROP])
def test_who_does_not_wait_for_the_attempt_to_be_assessed_hears_of_it_later(command: Command) -> None:
    sitting = reported()
    retry(sitting)
    sitting.command(command)
    assert sitting.is_in(Phase.FINISHED)
    sitting.assess()
    assert sitting.last.startswith("Question 1 again")


def test_an_attempt_that_is_no_answer_is_compared_at_once() -> None:
    sitting = reported()
    sitting.command(Command.RETRY, "2")
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.last.startswith("Question 2 again")


def test_coach_mode_gives_feedback_on_the_attempt_and_then_the_report() -> None:
    sitting = Sitting(Mode.COACH, questions=2)
    sitting.answer()
    sitting.assess()
    sitting.command(Command.STOP)
    sitting.command(Command.RETRY)
    sitting.answer()
    assert sitting.is_in(Phase.REVIEWING)
    assert sitting.assess(made=made(5))[-1] == StrengthenAnswer(1)
    sitting.strengthen()
    assert [sitting.sent[place].choices[-1].label for place in (-2, -1)] == ["To the report"] * 2
    sitting.command(Command.NEXT)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.sent[-1].report == sitting.interview.report


@pytest.mark.parametrize("command", [Command.STOP, Command.DROP])
def test_coach_mode_ends_an_attempt_under_review_with_the_report(command: Command) -> None:
    sitting = in_phase(Phase.FINISHED)
    sitting.command(Command.RETRY)
    sitting.answer()
    sitting.assess(made=made(5))
    sitting.command(command)
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.sent[-1].report == sitting.interview.report


def test_coach_mode_waits_for_the_report_of_an_attempt_that_is_not_assessed_yet() -> None:
    sitting = in_phase(Phase.FINISHED)
    sitting.command(Command.RETRY)
    sitting.answer()
    assert sitting.command(Command.NEXT)[-1] == AwaitReport()
    sitting.due()
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.sent[-1].report
    sitting.assess()
    assert sitting.last.startswith("Question 1 again")


# A second look


def test_who_disagrees_is_asked_why_and_the_answer_is_assessed_again_with_the_reason() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "1")
    assert sitting.is_in(Phase.OBJECTING)
    asked = sitting.interview.turns[0].utterances[-1]
    assert (asked.kind, asked.text) == (Kind.REASON_ASKED, sitting.last)
    before = sitting.interview.turns[0]
    effects = sitting.say(REASON, "why")
    assert effects[-1] == AssessAnswer(0)
    assert sitting.is_in(Phase.FINISHED)
    turn = sitting.interview.turns[0]
    assert (turn.utterances[-1].kind, turn.utterances[-1].text, turn.utterances[-1].message_id) == (
        Kind.OBJECTION,
        REASON,
        "why",
    )
    assert (turn.disputed, turn.assessment, turn.answer_text) == (before.assessment, None, before.answer_text)
    sitting.assess(0, made(5))
    assert "A second look at question 1" in sitting.last
    turn = sitting.interview.turns[0]
    assert (turn.disputed, turn.assessment) == (before.assessment, made(5))
    assert sitting.interview.report
    assert sitting.interview.report.questions[0].total == 5.0


def test_with_several_questions_the_candidate_is_asked_which_and_with_one_it_is_that() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE)
    assert sitting.is_in(Phase.FINISHED)
    offered = [(one.command, one.argument) for one in sitting.sent[-1].choices]
    assert offered == [("disagree", f"{ADDRESS} 1"), ("disagree", f"{ADDRESS} 2")]
    dispute(sitting, 2)
    sitting.assess(1)
    sitting.command(Command.DISAGREE)
    assert sitting.is_in(Phase.OBJECTING), "one is left"


def test_an_answer_is_looked_at_a_second_time_and_no_third() -> None:
    sitting = disputed()
    sitting.assess(0)
    sitting.command(Command.DISAGREE, "1")
    assert sitting.is_in(Phase.FINISHED)
    assert "second time already" in sitting.last


def test_another_attempt_can_be_disputed_too() -> None:
    sitting = reported(1)
    sitting.command(Command.DISAGREE)
    sitting.say(REASON)
    sitting.assess(0)
    sitting.command(Command.RETRY)
    sitting.answer()
    sitting.assess(1)
    dispute(sitting)
    assert [turn.disputed is not None for turn in sitting.interview.turns] == [True, True]


@pytest.mark.parametrize("act", [Command.STOP, Command.DROP, "Never mind.", "forget it", "stop"])
def test_who_does_not_object_after_all_leaves_everything_as_it_was(act: Command | str) -> None:
    sitting = reported()
    before = sitting.interview
    for _ in range(3):
        sitting.command(Command.DISAGREE, "1")
        if isinstance(act, Command):
            sitting.command(act)
        else:
            sitting.say(act)
        assert sitting.interview == before


@pytest.mark.parametrize("act", [Command.RESUME, Command.REPEAT, "Can you repeat that?", "…"])
def test_the_question_for_the_reason_is_shown_again(act: Command | str) -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "2")
    before, asked = sitting.interview, sitting.sent[-1]
    if isinstance(act, Command):
        sitting.command(act)
    else:
        sitting.say(act)
    assert (sitting.interview, sitting.sent[-1]) == (before, asked)


def test_a_reason_that_reads_like_a_plea_for_clarification_is_a_reason() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "2")
    sitting.say("I did not understand the question.")
    assert sitting.interview.turns[1].utterances[-1].kind is Kind.OBJECTION


@pytest.mark.parametrize("reason", ["word " * (policy.MAX_REASON_WORDS + 1), "a" * (policy.MAX_REASON_CHARACTERS + 1)])
def test_an_endless_reason_is_asked_for_in_short(reason: str) -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "2")
    before = sitting.interview
    sitting.say(reason)
    assert sitting.interview == before
    assert f"in up to {policy.MAX_REASON_WORDS} words" in sitting.last


def test_while_the_reason_is_waited_for_nothing_else_fits() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "1")
    fits = {Command.RESUME, Command.REPEAT, Command.STOP, Command.DROP}
    for command in set(Command) - fits:
        sitting.refuses(CommandGiven(command, NOW))
    sitting.refuses(MessageEdited("I rolled it back at once.", "m1", NOW))
    sitting.refuses(ReportDue(last=True, at=NOW))


def test_an_objection_cannot_be_edited() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "1")
    sitting.say(REASON, "why")
    sitting.refuses(MessageEdited("Another reason.", "why", NOW))
    sitting.command(Command.RETRY, "2")
    sitting.refuses(MessageEdited("Another reason.", "why", NOW))


def test_results_that_come_while_the_reason_is_waited_for_are_told() -> None:
    sitting = Sitting(questions=3)
    for number in range(3):
        sitting.answer()
        if number:
            sitting.assess(number)
    sitting.command(Command.RATE)
    sitting.due()
    sitting.command(Command.DISAGREE, "2")
    sitting.assess(0)
    assert sitting.is_in(Phase.OBJECTING)
    assert "this report is complete" in sitting.last
    sitting.say(REASON)
    assert sitting.interview.turns[1].disputed


def test_a_second_look_that_comes_during_another_attempt_is_told_at_once() -> None:
    sitting = disputed()
    sitting.command(Command.RETRY, "2")
    sitting.assess(0)
    assert sitting.is_in(Phase.ASKING)
    assert "A second look at question 1" in sitting.last
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.FINISHED)


def test_a_disputed_answer_is_assessed_again_once() -> None:
    sitting = disputed()
    sitting.assess(0, made(4))
    assert sitting.refuses(AnswerAssessed(0, made(1), NOW)).stale
    assert sitting.interview.turns[0].assessment == made(4)


# A stronger version


def test_a_stronger_version_is_written_on_request_and_shown_again_without_asking() -> None:
    sitting = reported()
    assert sitting.command(Command.STRONGER, "2")[-1] == StrengthenAnswer(1)
    assert "One moment" in sitting.last
    sitting.strengthen(1, "I rolled back within [number] minutes.")
    assert (sitting.phase, sitting.sent[-1].kind) == (Phase.FINISHED, OutboundKind.STRONGER)
    shown = sitting.sent[-1]
    assert [type(effect) for effect in sitting.command(Command.STRONGER, "2")] == [Send]
    assert sitting.sent[-1] == shown


def test_without_a_number_the_weakest_answer_is_made_stronger() -> None:
    sitting = Sitting(questions=2)
    for number, level in enumerate((3, 2)):
        sitting.answer()
        sitting.assess(number, made(level))
    sitting.command(Command.RATE)
    assert sitting.command(Command.STRONGER)[-1] == StrengthenAnswer(1)


def test_the_latest_attempt_is_made_stronger() -> None:
    sitting = reported(1)
    sitting.command(Command.RETRY)
    sitting.answer()
    sitting.assess()
    assert sitting.command(Command.STRONGER)[-1] == StrengthenAnswer(1)


def test_a_stronger_version_is_kept_once() -> None:
    sitting = reported()
    sitting.command(Command.STRONGER, "1")
    sitting.strengthen(0, "First.")
    assert sitting.refuses(AnswerStrengthened(0, Stronger("Second."), NOW)).stale


def test_a_stronger_version_that_comes_during_another_attempt_is_shown() -> None:
    sitting = reported()
    sitting.command(Command.STRONGER, "1")
    sitting.command(Command.RETRY, "2")
    sitting.strengthen(0)
    assert sitting.sent[-1].kind is OutboundKind.STRONGER
    assert sitting.interview.mode is Mode.MOCK
