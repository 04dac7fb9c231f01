"""What the candidate can ask for while an interview runs."""

from __future__ import annotations

import pytest

from core.effects import AssessAnswer, ConsiderAnswer, StrengthenAnswer
from core.engine import UnexpectedEvent
from core.events import Command, CommandGiven
from core.messages import OutboundKind
from core.model import Mode, Outcome, Phase
from core.model import UtteranceKind as Kind
from tests.contracts.sample import INCIDENT, NOW, QUEUES, assessment
from tests.core.sitting import TALKING, Sitting, in_phase, kinds


def test_a_skipped_question_is_not_assessed_unless_there_was_an_answer() -> None:
    sitting = Sitting()
    assert not any(isinstance(effect, AssessAnswer) for effect in sitting.command(Command.SKIP))
    sitting.say("It absorbs load.")
    assert AssessAnswer(1) in sitting.command(Command.SKIP)
    assert [turn.outcome for turn in sitting.interview.turns] == [Outcome.SKIPPED, Outcome.ANSWERED, None]


def test_hints_and_clarifications_are_kept_and_clarifications_have_an_end() -> None:
    sitting = Sitting()
    sitting.command(Command.HINT)
    assert QUEUES.hint in sitting.last
    for _ in range(3):
        sitting.command(Command.CLARIFY)
    assert "no trick" in sitting.last
    assert kinds(sitting) == [Kind.QUESTION, Kind.HINT, Kind.CLARIFICATION, Kind.CLARIFICATION]


def test_repeat_shows_what_was_asked_last() -> None:
    sitting = Sitting()
    sitting.command(Command.REPEAT)
    assert QUEUES.text in sitting.last
    sitting.answer(follow_up="What about load?")
    sitting.command(Command.REPEAT)
    assert "What about load?" in sitting.last


def test_repeat_before_the_feedback_is_there_says_so() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.command(Command.REPEAT)
    assert "feedback" in sitting.last.lower()


def test_repeat_after_the_feedback_shows_it_again_with_the_stronger_version() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.assess()
    sitting.strengthen()
    sitting.command(Command.REPEAT)
    assert [sent.kind for sent in sitting.sent[-2:]] == [OutboundKind.FEEDBACK, OutboundKind.STRONGER]


def test_a_moment_to_think_changes_nothing() -> None:
    sitting = Sitting()
    before = sitting.interview
    sitting.say("Hold on a second.")
    assert sitting.interview == before
    assert sitting.last == "Take your time."


def test_done_ends_the_waiting_when_there_is_an_answer() -> None:
    sitting = Sitting()
    with pytest.raises(UnexpectedEvent):
        sitting.command(Command.DONE)
    sitting.say("It absorbs load.")
    assert sitting.command(Command.DONE) == (ConsiderAnswer(0, 1),)


@pytest.mark.parametrize("phase", [*TALKING, Phase.PAUSED, Phase.REPORTING])
def test_status_says_where_the_interview_stands(phase: Phase) -> None:
    sitting = in_phase(phase)
    sitting.command(Command.STATUS)
    assert "question 1 of 1" in sitting.last


@pytest.mark.parametrize("phase", [*TALKING, Phase.PAUSED, Phase.REPORTING])
def test_drop_ends_without_a_report(phase: Phase) -> None:
    sitting = in_phase(phase)
    sitting.command(Command.DROP)
    assert sitting.phase is Phase.DROPPED
    assert sitting.interview.report is None


def test_another_question_than_the_one_under_review_is_not_tried_again() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.command(Command.SKIP)
    sitting.answer()
    sitting.refuses(CommandGiven(Command.RETRY, NOW, argument="1"))
    sitting.command(Command.RETRY, "2")
    assert (sitting.turn.question, sitting.turn.attempt) == (INCIDENT, 2)


@pytest.mark.parametrize("command", Command)
def test_a_button_of_an_earlier_turn_changes_nothing(command: Command) -> None:
    sitting = Sitting()
    sitting.command(Command.SKIP)
    before = sitting.interview
    with pytest.raises(UnexpectedEvent) as unexpected:
        sitting.command(command, turn=0)
    assert unexpected.value.stale
    assert sitting.interview == before


@pytest.mark.parametrize("command", Command)
def test_a_button_of_another_interview_changes_nothing(command: Command) -> None:
    sitting = Sitting()
    address = sitting.interview.address
    for argument in ("#6", "#6 1", f"#{address}0", f"#{address[:-1]}", f"#{sitting.interview.id}"):
        assert sitting.refuses(CommandGiven(command, NOW, 0, argument)).stale


@pytest.mark.parametrize("again", [False, True])
def test_a_button_of_this_interview_names_it_from_the_first_message_on_and_works(*, again: bool) -> None:
    sitting = Sitting()
    if again:
        sitting.command(Command.REPEAT)
    shown = sitting.sent[-1].choices
    assert [choice.argument for choice in shown] == [f"#{sitting.interview.address}"] * 5
    skip = next(choice for choice in shown if choice.command == "skip")
    sitting.command(Command(skip.command), skip.argument, skip.turn)
    assert sitting.turn.question == INCIDENT


def test_the_error_names_the_event_and_the_phase() -> None:
    with pytest.raises(UnexpectedEvent, match="CommandGiven does not fit asking"):
        Sitting().give(CommandGiven(Command.NEXT, NOW))


@pytest.mark.parametrize("phase", TALKING)
def test_pause_and_resume_lead_back_to_the_same_phase(phase: Phase) -> None:
    sitting = in_phase(phase)
    before = sitting.interview
    sitting.command(Command.PAUSE)
    assert sitting.phase is Phase.PAUSED
    sitting.command(Command.RESUME)
    assert sitting.interview == before


def test_an_answer_that_was_waiting_when_paused_is_considered_at_resume() -> None:
    sitting = Sitting()
    sitting.say("It absorbs load.")
    sitting.command(Command.PAUSE)
    with pytest.raises(UnexpectedEvent):
        sitting.settle()
    assert sitting.command(Command.RESUME)[-1] == ConsiderAnswer(0, 1)
    assert sitting.phase is Phase.CONSIDERING


def test_feedback_that_came_during_a_pause_is_shown_at_resume_with_the_stronger_version() -> None:
    sitting = in_phase(Phase.PAUSED)
    assert sitting.assess() == (StrengthenAnswer(0),)
    assert sitting.strengthen() == ()
    sitting.command(Command.RESUME)
    assert [sent.kind for sent in sitting.sent[-2:]] == [OutboundKind.FEEDBACK, OutboundKind.STRONGER]


def test_an_assessment_during_a_pause_of_a_later_question_is_kept() -> None:
    sitting = Sitting()
    sitting.answer()
    sitting.command(Command.PAUSE)
    assert sitting.assess(0) == ()
    assert sitting.interview.turns[0].assessment == assessment()
