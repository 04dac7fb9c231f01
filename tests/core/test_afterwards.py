"""What is said after the last question: the self-rating, another try, a second look, a stronger version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.events import Command
from core.messages import BlockStyle, Outbound, OutboundKind
from core.model import Assessment, Interview, Levels, Mode, Outcome, Passes, Phase, Stronger, Turn
from core.roles import Criterion
from core.wording import afterwards as after
from core.wording import interview as say
from core.wording.pieces import calm
from tests.contracts.sample import ANCHORS, DEADLINE, INCIDENT, QUEUES, answered_turn, assessment, new_interview
from tests.core.test_wording import assert_says_something


def graded(communication: int, technical: int, structure: int, **more: Any) -> Assessment:
    return replace(assessment(), levels=Levels(communication, technical, structure), **more)


def turn(made: Assessment | None, **more: Any) -> Turn:
    return replace(answered_turn(more.pop("question", INCIDENT)), assessment=made, stronger=None, **more)


def over(*turns: Turn, **more: Any) -> Interview:
    return replace(new_interview(), turns=turns, phase=Phase.FINISHED, **more)


def texts(message: Outbound) -> list[str]:
    assert_says_something(message)
    return [block.text for block in message.blocks]


def test_the_rating_is_asked_in_five_steps_and_need_not_be_given() -> None:
    asked = after.rating(over(turn(assessment()), turn(assessment(), question=DEADLINE)))
    assert texts(asked)[0].endswith("Before the scores: how well did it go, in your own eyes?")
    assert asked.kind is OutboundKind.MENU
    assert [(one.label, one.command, one.argument, one.turn) for one in asked.choices] == [
        ("Poorly", "rate", "1", 1),
        ("Not so well", "rate", "2", 1),
        ("All right", "rate", "3", 1),
        ("Well", "rate", "4", 1),
        ("Very well", "rate", "5", 1),
        ("Show the report", "rate", "", 1),
    ]
    assert asked.default == asked.choices[-1]


def test_another_try_shows_each_change_and_what_may_be_chance() -> None:
    first, second = turn(graded(2, 2, 3)), turn(graded(4, 3, 3), attempt=2)
    shown = after.retried(over(turn(assessment(), question=QUEUES), first, second), 2)
    assert texts(shown)[:5] == [
        "Question 2 again: Incidents",
        "Communication (+2 since your last try): 4.0 of 5",
        "Knowledge (+1 since your last try, within noise): 3.0 of 5",
        "Structure (as before): 3.0 of 5",
        "“Within noise” means: one level up or down can be chance.",
    ]
    assert [(one.label, one.command, one.argument) for one in shown.choices] == [
        ("Try question 2 again", "retry", "2"),
        ("Show the report", "report", ""),
    ]
    assert shown.default is None
    assert texts(calm(shown))[:4] == [
        "Question 2 again: Incidents",
        f"Communication, better than before: {ANCHORS[3]}",
        f"Knowledge, about as before: {ANCHORS[2]}",
        f"Structure, as before: {ANCHORS[2]}",
    ]


def test_another_try_that_came_out_weaker_says_so() -> None:
    shown = after.retried(over(turn(graded(4, 4, 4)), turn(graded(2, 3, 4), attempt=2)), 1)
    assert "Communication (-2 since your last try): 2.0 of 5" in texts(shown)
    assert f"Communication, weaker than before: {ANCHORS[1]}" in texts(calm(shown))


def test_passes_that_lie_apart_make_a_larger_change_noise() -> None:
    apart = tuple(Passes(one, (1, 2, 4)) for one in Criterion)
    shown = after.retried(over(turn(graded(1, 2, 3)), turn(graded(3, 2, 3, passes=apart), attempt=2)), 1)
    assert "Communication (+2 since your last try, within noise): 3.0 of 5" in texts(shown)
    assert "“Within noise” means: three levels up or down can be chance." in texts(shown)


def test_where_nothing_is_within_noise_noise_is_not_explained() -> None:
    shown = after.retried(over(turn(graded(1, 1, 3)), turn(graded(4, 4, 3), attempt=2)), 1)
    assert "noise" not in shown.text.lower()


def test_another_try_is_compared_with_the_last_one_that_was_assessed() -> None:
    tries = (turn(graded(1, 1, 1)), turn(graded(3, 3, 3)), turn(None), turn(graded(5, 5, 5), attempt=4))
    assert "Communication (+2 since your last try): 5.0 of 5" in texts(after.retried(over(*tries), 3))


def test_a_first_assessment_is_compared_with_nothing() -> None:
    shown = after.retried(over(turn(None, outcome=Outcome.SKIPPED), turn(graded(3, 3, 3), attempt=2)), 1)
    assert "Communication: 3.0 of 5" in texts(shown)
    assert f"Communication: {ANCHORS[2]}" in texts(calm(shown))


def test_another_try_without_an_answer_leaves_the_report() -> None:
    shown = after.retried(over(turn(assessment()), turn(None, attempt=2, outcome=Outcome.UNFINISHED)), 1)
    assert texts(shown)[1:] == ["There is no answer this time, so your report stays as it was."]


def test_the_reason_is_asked_for_and_need_not_be_given() -> None:
    asked = after.ask_reason(over(turn(assessment()), turn(assessment(), question=DEADLINE)), 0)
    assert "question 2, Incidents" in texts(asked)[0]
    assert asked.kind is OutboundKind.MENU
    assert [(one.label, one.command, one.turn) for one in asked.choices] == [("Never mind", "stop", 1)]
    assert asked.default is None


def test_a_second_look_shows_before_and_after() -> None:
    first, second = graded(2, 2, 3), graded(4, 3, 3)
    shown = after.reassessed(over(turn(second, disputed=first)), 0)
    assert texts(shown)[:6] == [
        "A second look at question 2: Incidents",
        "At the first look: Communication 2, Knowledge 2 and Structure 3.",
        "Communication (+2 since the first look): 4.0 of 5",
        "Knowledge (+1 since the first look, within noise): 3.0 of 5",
        "Structure (as before): 3.0 of 5",
        "“Within noise” means: one level up or down can be chance.",
    ]
    assert texts(shown)[-1] == "Both results are kept; your report counts the second."
    assert texts(calm(shown))[1] == "The second look came out differently."
    assert [one.command for one in shown.choices] == ["retry", "report"]


def test_a_second_look_that_changed_nothing_says_so_plainly() -> None:
    shown = after.reassessed(over(turn(assessment(), disputed=assessment())), 0)
    assert texts(shown)[1] == "It came out as before: no level has changed."
    assert "rules" not in shown.text


def test_rules_say_why_a_reason_moves_nothing() -> None:
    by_rules = replace(assessment(), assessor="rules", model="")
    shown = after.reassessed(over(turn(by_rules, disputed=by_rules)), 0)
    assert texts(shown)[2] == "I assess by rules here: they look at your answer alone, so a reason moves nothing."


def test_a_second_look_by_somebody_else_says_by_whom() -> None:
    by_rules = replace(assessment(), assessor="rules", model="")
    shown = after.reassessed(over(turn(by_rules, disputed=graded(5, 5, 5))), 0)
    assert "The first look was by the language model small, this one by rules." in texts(shown)


def test_an_answer_that_was_not_weighed_or_not_read_whole_says_so() -> None:
    shown = after.retried(over(turn(graded(1, 1, 1, reason="echo", shortened=True))), 0)
    assert texts(shown)[1] == "This hands the question back without answering it."
    assert "its beginning was left out" in texts(shown)[2]


@pytest.mark.parametrize(
    ("command", "numbers"),
    [(Command.DISAGREE, ["1"]), (Command.STRONGER, ["1", "2"]), (Command.RETRY, ["1", "2", "3"])],
)
def test_only_questions_that_a_command_can_be_about_are_offered(command: Command, numbers: list[str]) -> None:
    disputed = turn(assessment(), disputed=assessment())
    nothing = turn(graded(1, 1, 1), question=DEADLINE, outcome=Outcome.NOT_ANSWERED)
    asked = after.which_question(over(turn(assessment(), question=QUEUES), disputed, nothing), command)
    assert texts(asked)[0].startswith("Which ")
    assert [one.argument for one in asked.choices] == numbers
    assert {one.command for one in asked.choices} == {command.value}
    assert asked.choices[0].label == "Question 1: Queues"
    assert asked.default is None


def test_what_is_still_assessed_is_said_where_nothing_can_be_chosen_yet() -> None:
    asked = after.which_question(over(turn(None)), Command.DISAGREE)
    assert texts(asked) == ["I am still assessing your answer to question 2; what comes of it follows by itself."]
    assert asked.choices == ()


def test_where_no_question_fits_none_is_asked_for() -> None:
    asked = after.which_question(over(turn(None, outcome=Outcome.SKIPPED)), Command.DISAGREE)
    assert texts(asked) == ["There is no assessed answer that this could be about."]
    assert asked.choices == ()


STRONGER = Stronger("I cut it by [number] percent.", ("Names the result.",), "small")


def test_a_stronger_version_says_what_changed_and_what_is_to_be_filled() -> None:
    shown = after.stronger(over(replace(turn(assessment()), stronger=STRONGER)), 0)
    assert [(block.style, block.text) for block in shown.blocks] == [
        (BlockStyle.HEADING, "Question 2: a stronger version, in your own words"),
        (BlockStyle.QUOTE, "I cut it by [number] percent."),
        (BlockStyle.HEADING, "What changed"),
        (BlockStyle.ITEM, "Names the result."),
        (BlockStyle.SMALL, "Fill what stands in [brackets] with your own facts."),
        (BlockStyle.SMALL, "Written by small, a language model: keep only what is true of you."),
    ]
    assert [(one.command, one.argument) for one in shown.choices] == [("retry", "2")]
    assert shown.default is None


def test_a_stronger_version_by_rules_without_blanks_needs_no_notes() -> None:
    shown = after.stronger(over(replace(turn(assessment()), stronger=Stronger("I rolled it back."))), 0)
    assert texts(shown)[1:] == ["I rolled it back."]


def test_coach_mode_shows_a_sample_at_the_first_try_only_and_goes_on() -> None:
    first = replace(turn(assessment()), stronger=STRONGER)
    coach = over(first, mode=Mode.COACH)
    shown = after.stronger(replace(coach, phase=Phase.REVIEWING), 0)
    assert INCIDENT.sample in texts(shown)
    assert [one.command for one in shown.choices] == ["retry", "next"]
    assert shown.default == shown.choices[1]
    again = replace(coach, turns=(replace(first, attempt=2),))
    assert INCIDENT.sample not in texts(after.stronger(again, 0))


@pytest.mark.parametrize(
    "word",
    [
        after.rated(),
        after.retry_to_come(),
        after.reason_too_long(),
        after.left_as_it_was(),
        after.looking_again(),
        after.disputed_already(),
        after.strengthening(),
        after.still_assessing(over(turn(None)), 0),
        after.still_assessing(over(turn(None, disputed=assessment())), 0),
        after.still_strengthening(over(turn(assessment())), 0),
        say.stand_in(),
    ],
    ids=lambda word: word.text[:20],
)
def test_single_sentences_are_notices(word: Outbound) -> None:
    assert_says_something(word)
    assert word.kind is OutboundKind.NOTICE


def test_a_place_in_line_is_said() -> None:
    assert "you are next in line" in texts(say.waiting(1))[0]
    assert "you are number 3 in line" in texts(say.waiting(3))[0]
