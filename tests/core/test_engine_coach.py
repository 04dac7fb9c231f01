"""Feedback, another attempt, and a stronger version."""

from __future__ import annotations

from dataclasses import replace

from core.effects import AssessAnswer, StrengthenAnswer
from core.events import Command
from core.model import AnswerKind, Assessment, Levels, Mode, Phase, Stronger
from tests.contracts.sample import INCIDENT, QUEUES, assessment
from tests.core.sitting import Sitting, in_phase


def test_coach_shows_feedback_and_then_a_stronger_version() -> None:
    sitting = Sitting(Mode.COACH)
    assert sitting.answer() == (AssessAnswer(0),)
    assert sitting.phase is Phase.REVIEWING
    effects = sitting.assess()
    assert effects[-1] == StrengthenAnswer(0)
    assert sitting.last.startswith("Feedback on question 1")
    sitting.strengthen(text="I rolled back within [minutes].")
    assert "I rolled back within [minutes]." in sitting.last
    assert QUEUES.sample in sitting.last


def test_a_retry_is_a_turn_of_its_own_and_feedback_names_the_change() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer()
    sitting.assess(made=made(2, 4, 3))
    sitting.command(Command.RETRY)
    assert (len(sitting.interview.turns), sitting.turn.attempt) == (2, 2)
    sitting.answer("It absorbs load, and failed work is tried again.")
    sitting.assess(made=made(4, 3, 3))
    scores = [block.text for block in sitting.sent[-1].blocks if block.level is not None]
    assert scores == [
        "Communication (+2 since your last try): 4.0 of 5",
        "Knowledge (-1 since your last try, within noise): 3.0 of 5",
        "Structure (as before): 3.0 of 5",
    ]
    sitting.command(Command.NEXT)
    assert sitting.turn.question == INCIDENT


def made(communication: int, technical: int, structure: int) -> Assessment:
    return replace(assessment(), levels=Levels(communication, technical, structure))


def test_plain_words_while_looking_at_feedback_are_another_attempt() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.say("And what is more, I told the customer.")
    assert (sitting.phase, sitting.turn.attempt) == (Phase.ASKING, 2)
    assert sitting.turn.answer_text == "And what is more, I told the customer."


def test_feedback_on_no_answer_comes_at_once() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert sitting.phase is Phase.REVIEWING
    assert "There was no answer to assess." in sitting.last


def test_coach_goes_on_after_a_skip() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.command(Command.SKIP)
    assert (sitting.phase, sitting.turn.question) == (Phase.ASKING, INCIDENT)


def test_feedback_of_a_question_that_was_left_is_kept_and_not_shown() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer()
    sitting.command(Command.NEXT)
    assert sitting.assess(0) == ()
    assert sitting.interview.turns[0].assessment is not None


def test_a_stronger_version_of_a_question_that_was_left_is_kept_and_not_shown() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer()
    sitting.assess()
    sitting.command(Command.NEXT)
    assert sitting.strengthen(0) == ()
    assert sitting.interview.turns[0].stronger == Stronger("Stronger.")


def test_the_last_question_of_a_coach_interview_leads_to_the_report() -> None:
    sitting = Sitting(Mode.COACH, questions=1)
    sitting.answer()
    sitting.assess()
    assert sitting.sent[-1].choices[1].label == "To the report"
    sitting.command(Command.NEXT)
    assert sitting.phase is Phase.FINISHED


def test_the_status_of_a_review_names_no_question_that_may_not_come() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.assess()
    sitting.command(Command.STATUS)
    assert "You are looking at feedback: /retry tries the question again, /next goes on." in sitting.last
