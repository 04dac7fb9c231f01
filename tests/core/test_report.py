"""The report is arithmetic and selection; examples are worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import report
from core.model import Assessment, Finding, Interview, Levels, Outcome, Passes, Phase, Turn, Utterance, UtteranceKind
from core.roles import Criterion, Question
from core.speech import Delivery, Span, Spoken, Word
from tests.contracts.sample import ANCHORS, DEADLINE, INCIDENT, NOW, QUEUES, ROLE, answer, new_interview
from tests.contracts.strategies import assessments


def assessed(levels: tuple[int, int, int], total: float, **more: Any) -> Assessment:
    return replace(Assessment(Levels(*levels), total), **more)


def turn(question: Question, made: Assessment | None, outcome: Outcome = Outcome.ANSWERED, attempt: int = 1) -> Turn:
    return Turn(question, attempt, outcome=outcome, assessment=made)


def interview(*turns: Turn) -> Interview:
    return replace(new_interview(), turns=turns, phase=Phase.REPORTING)


def findings(*texts: str) -> tuple[Finding, ...]:
    return tuple(Finding(Criterion.STRUCTURE, text, f"quote of {text}", f"advice on {text}") for text in texts)


LOW = assessed((2, 3, 1), 2.1, missed=("buffer", "retry"), improvements=findings("a", "b"), strengths=findings("s1"))
HIGH = assessed((5, 4, 4), 4.3, covered=("action", "gone"), improvements=findings("c"), strengths=findings("s2", "s3"))


def test_the_figures_are_means() -> None:
    made = report.build(interview(turn(QUEUES, LOW), turn(INCIDENT, HIGH)))
    assert made.total == 3.2
    assert [one.level for one in made.criteria] == [3.5, 3.5, 2.5]
    assert [one.label for one in made.criteria] == ["Communication", "Knowledge", "Structure"]
    assert [one.anchor for one in made.criteria] == [ANCHORS[3], ANCHORS[3], ANCHORS[2]]
    assert (made.planned, made.assessed) == (3, 2)


def test_a_mean_is_rounded_to_a_tenth_and_its_anchor_is_the_nearest() -> None:
    made = report.build(
        interview(
            *(
                turn(question, assessed((4, 4, level), 3.3))
                for question, level in zip(ROLE.questions, (1, 1, 2), strict=True)
            )
        )
    )
    assert made.criteria[2].level == 1.3
    assert made.criteria[2].anchor == ANCHORS[0]
    assert made.total == 3.3


def test_nothing_assessed_gives_no_figures_at_all() -> None:
    made = report.build(interview(turn(QUEUES, None, Outcome.SKIPPED)))
    assert (made.total, made.criteria, made.strengths, made.improvements, made.assessors) == (None, (), (), (), ())
    assert made.questions[0].total is None


def test_skipped_and_unfinished_questions_are_not_measured() -> None:
    made = report.build(
        interview(turn(QUEUES, LOW), turn(INCIDENT, None, Outcome.SKIPPED), turn(DEADLINE, None, Outcome.UNFINISHED))
    )
    assert (made.total, made.assessed) == (2.1, 1)
    assert [(one.outcome, one.total) for one in made.questions] == [
        (Outcome.ANSWERED, 2.1),
        (Outcome.SKIPPED, None),
        (Outcome.UNFINISHED, None),
    ]
    assert made.ended_early


def test_no_answer_counts_as_the_lowest() -> None:
    lowest = assessed((1, 1, 1), 1.0, reason="non_answer")
    made = report.build(interview(turn(QUEUES, lowest, Outcome.NOT_ANSWERED), turn(INCIDENT, assessed((3, 3, 3), 3.0))))
    assert (made.total, made.assessed, made.questions[0].reason) == (2.0, 2, "non_answer")


def test_the_latest_attempt_counts() -> None:
    made = report.build(interview(turn(QUEUES, LOW), turn(QUEUES, HIGH, attempt=2), turn(INCIDENT, LOW)))
    assert made.total == 3.2
    assert [one.number for one in made.questions] == [1, 2]


def test_an_attempt_that_was_skipped_or_is_not_assessed_leaves_the_one_before() -> None:
    skipped = turn(QUEUES, None, Outcome.SKIPPED, 2)
    pending = turn(INCIDENT, None, Outcome.ANSWERED, 2)
    made = report.build(interview(turn(QUEUES, LOW), skipped, turn(INCIDENT, HIGH), pending))
    assert [one.total for one in made.questions] == [2.1, 4.3]


def test_an_open_turn_is_left_out() -> None:
    open_turn = Turn(INCIDENT)
    made = report.build(interview(turn(QUEUES, LOW), open_turn))
    assert len(made.questions) == 1
    assert made.ended_early


def test_the_best_answers_give_the_strengths_and_the_worst_the_improvements() -> None:
    made = report.build(interview(turn(QUEUES, LOW), turn(INCIDENT, HIGH)))
    assert [(one.number, one.text) for one in made.strengths] == [(2, "s2"), (1, "s1"), (2, "s3")]
    assert [(one.number, one.text) for one in made.improvements] == [(1, "a"), (2, "c"), (1, "b")]


def test_at_most_three_findings_and_none_twice() -> None:
    many = assessed((3, 3, 3), 3.0, strengths=findings("x", "y", "x", "z", "w"))
    made = report.build(interview(turn(QUEUES, many), turn(INCIDENT, many)))
    assert [one.text for one in made.strengths] == ["x", "y", "z"]
    assert made.improvements == ()


def test_points_are_given_by_their_texts_and_unknown_ones_left_out() -> None:
    made = report.build(interview(turn(QUEUES, LOW), turn(INCIDENT, HIGH)))
    assert made.questions[0].missed == ("that a queue absorbs load", "that failed work is tried again")
    assert made.questions[1].covered == ("what you yourself did",)


def test_the_assessors_are_named_once_each() -> None:
    by_model = assessed((3, 3, 3), 3.0, assessor="model", model="small")
    made = report.build(interview(turn(QUEUES, by_model), turn(INCIDENT, by_model), turn(DEADLINE, HIGH)))
    assert made.assessors == ("rules", "small")
    assert not made.ended_early


def test_an_answer_that_was_not_weighed_names_no_assessor() -> None:
    lowest = assessed((1, 1, 1), 1.0, reason="echo")
    by_model = assessed((3, 3, 3), 3.0, assessor="model", model="small", shortened=True)
    made = report.build(interview(turn(QUEUES, lowest), turn(INCIDENT, by_model), turn(DEADLINE, None)))
    assert made.assessors == ("small",)
    assert [one.assessor for one in made.questions] == ["", "small", ""]
    assert [one.shortened for one in made.questions] == [False, True, False]


@pytest.mark.parametrize(("given_one", "kept"), [(None, None), (0, None), (1, 1), (5, 5)])
def test_a_self_rating_is_kept_where_one_was_given(given_one: int | None, kept: int | None) -> None:
    rated = replace(interview(turn(QUEUES, LOW)), self_rating=given_one)
    assert report.build(rated).self_rating == kept


def aloud(said: str, seconds: float, *, kept: bool = True) -> Utterance:
    """Words spoken one after the other without a pause."""
    each = seconds / len(said.split())
    heard = tuple(Word(word, place * each, (place + 1) * each, 0.9) for place, word in enumerate(said.split()))
    spoken = Spoken("n1", seconds, heard, (Span(0.0, seconds),), kept)
    return Utterance(UtteranceKind.ANSWER, said, NOW, "n1", spoken=spoken)


def test_the_delivery_is_of_the_turns_that_count() -> None:
    typed = replace(turn(INCIDENT, HIGH), utterances=(answer("typed"),))
    before = replace(turn(QUEUES, LOW), utterances=(aloud("one two three", 3.0),))
    again = replace(turn(QUEUES, HIGH, attempt=2), utterances=(aloud("one two three four um", 5.0),))
    pending = replace(turn(DEADLINE, None), utterances=(aloud("five six", 2.0),))
    still_open = replace(turn(DEADLINE, None), outcome=None, utterances=(aloud("seven", 1.0),))
    assert report.build(interview(before, typed)).delivery == Delivery(3, 3.0, 3.0)
    assert report.build(interview(before, typed, again)).delivery == Delivery(4, 5.0, 5.0, fillers=1)
    assert report.build(interview(again, pending)).delivery == Delivery(6, 7.0, 7.0, fillers=1)
    assert report.build(interview(typed, still_open)).delivery is None


def test_the_usual_pace_is_that_of_the_interview() -> None:
    assert report.build(interview(turn(QUEUES, LOW))).usual_pace is None
    assert report.build(replace(interview(turn(QUEUES, LOW)), usual_pace=131.5)).usual_pace == 131.5


@pytest.mark.parametrize("kept", [True, False])
def test_an_improvement_knows_where_it_can_be_heard(kept: bool) -> None:  # noqa: FBT001
    spoken = replace(
        turn(QUEUES, LOW, attempt=2), utterances=(aloud("This is the quote of b, I say.", 4.0, kept=kept),)
    )
    made = report.build(interview(turn(QUEUES, LOW), turn(INCIDENT, HIGH), spoken))
    at = (2, 1) if kept else None
    assert [(one.text, one.heard_at) for one in made.improvements] == [("a", None), ("c", None), ("b", at)]
    assert all(one.heard_at is None for one in made.strengths)


def passes(*levels: tuple[int, ...]) -> tuple[Passes, ...]:
    return tuple(Passes(criterion, some) for criterion, some in zip(Criterion, levels, strict=True))


def test_the_spread_is_the_mean_over_the_answers_graded_more_than_once() -> None:
    once = replace(HIGH, passes=passes((5,), (4,), (4,)))
    thrice = replace(HIGH, passes=passes((5, 5, 4), (4, 4, 4), (2, 4, 5)))
    twice = replace(LOW, passes=passes((1, 3), (3, 3), (1,)))
    made = report.build(interview(turn(QUEUES, twice), turn(INCIDENT, thrice), turn(DEADLINE, once)))
    assert [one.spread for one in made.criteria] == [1.5, 0.0, 3.0]
    made = report.build(interview(turn(QUEUES, once), turn(INCIDENT, HIGH)))
    assert [one.spread for one in made.criteria] == [None, None, None]


def test_a_disputed_answer_keeps_the_total_from_before() -> None:
    made = report.build(interview(replace(turn(QUEUES, HIGH), disputed=LOW), turn(INCIDENT, LOW)))
    assert [(one.total, one.disputed) for one in made.questions] == [(4.3, 2.1), (2.1, None)]
    assert made.total == 3.2


def test_a_disputed_attempt_that_is_being_assessed_again_still_counts_before_an_earlier_one() -> None:
    again = replace(turn(QUEUES, None, attempt=2), disputed=LOW)
    made = report.build(interview(turn(QUEUES, HIGH), again))
    assert [(one.total, one.disputed) for one in made.questions] == [(None, 2.1)]
    assert report.build(interview(again, turn(QUEUES, None, Outcome.SKIPPED, 3))).questions == made.questions


def test_the_weakest_question_is_the_earliest_of_those_with_the_lowest_total() -> None:
    assert report.weakest(report.build(interview(turn(QUEUES, HIGH), turn(INCIDENT, LOW), turn(DEADLINE, LOW)))) == 2
    assert report.weakest(report.build(interview(turn(QUEUES, None), turn(INCIDENT, HIGH)))) == 2
    assert report.weakest(report.build(interview(turn(QUEUES, None)))) is None


HERE = Criterion.STRUCTURE


@pytest.mark.parametrize(
    ("before", "after", "margin"),
    [
        ((), (), 1),
        ((2,), (3,), 1),
        ((2, 2), (3, 3), 1),
        ((2, 2, 2), (), 1),
        ((2, 2, 2), (3, 3), 1),
        ((2, 2, 2), (3, 3, 3), 0),
        ((2, 2, 3), (3, 3, 3), 1),
        ((2, 2, 2), (1, 3, 4), 3),
        ((1, 3), (3, 3, 3), 2),
        ((1, 1, 1, 1, 5), (3, 3, 3), 4),
    ],
)
def test_noise_is_what_passes_show_and_a_level_where_they_show_little(
    before: tuple[int, ...], after: tuple[int, ...], margin: int
) -> None:
    first = assessed((3, 3, 2), 2.0, passes=(Passes(HERE, before), Passes(Criterion.TECHNICAL, (1, 5, 5))))
    for level in range(1, 6):
        second = assessed((3, 3, level), 2.0, passes=(Passes(HERE, after),))
        assert report.noise(first, second, HERE) == report.noise(second, first, HERE) == margin
        assert report.within_noise(first, second, HERE) == (abs(level - 2) <= margin)


def _of(made: Sequence[Assessment | None]) -> Interview:
    pairs = zip(ROLE.questions, made, strict=False)
    return interview(*(turn(question, one, Outcome.ANSWERED if one else Outcome.SKIPPED) for question, one in pairs))


@given(st.lists(st.none() | assessments, max_size=3))
def test_nothing_is_invented(made: list[Assessment | None]) -> None:
    given_ones = [one for one in made if one]
    result = report.build(_of(made))
    assert result.assessed == len(given_ones)
    assert (result.total is None) == (not given_ones)
    for chosen, name in ((result.strengths, "strengths"), (result.improvements, "improvements")):
        known = {(f.criterion, f.text, f.quote, f.advice) for one in given_ones for f in getattr(one, name)}
        assert len(chosen) <= 3
        assert {(one.criterion, one.text, one.quote, one.advice) for one in chosen} <= known
    for one in result.criteria:
        levels = [made.levels.of(one.criterion) for made in given_ones]
        assert min(levels) - 0.05 <= one.level <= max(levels) + 0.05
        assert one.anchor in ANCHORS
    if result.total is not None:
        assert (
            min(one.total for one in given_ones) - 0.05 <= result.total <= max(one.total for one in given_ones) + 0.05
        )
