from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assessment import GENERIC_ANCHORS, find_quote, lowest, total, verified
from core.model import Assessment, Evidence, Finding, Levels
from core.roles import Criterion, CriterionRule, Role

ANSWER = "We had a fire in the kitchen. I said: “Everybody out!”, and called 112 within a minute."
ANCHORS = ("one", "two", "three", "four", "five")
ROLE = Role(
    "r",
    "R",
    "",
    tuple(
        CriterionRule(criterion, criterion.value, weight, ANCHORS)
        for criterion, weight in zip(Criterion, (25, 50, 25), strict=True)
    ),
    (),
)
level = st.integers(1, 5)


def test_every_criterion_has_five_different_anchors() -> None:
    assert set(GENERIC_ANCHORS) == set(Criterion)
    assert all(len(set(anchors)) == 5 for anchors in GENERIC_ANCHORS.values())


def test_the_total_follows_the_weights() -> None:
    assert total(Levels(1, 3, 5), ROLE) == 3.0
    assert total(Levels(1, 5, 1), ROLE) == 3.0
    assert total(Levels(2, 2, 3), ROLE) == 2.25


@given(level, level, level)
def test_the_total_stays_between_the_levels(communication: int, technical: int, structure: int) -> None:
    levels = (communication, technical, structure)
    assert min(levels) <= total(Levels(*levels), ROLE) <= max(levels)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("We had a fire", "We had a fire"),
        ("we HAD a   fire", "We had a fire"),
        ('I said "everybody out" and called 112', "I said: “Everybody out!”, and called 112"),
        ("kitchen. I said", "kitchen. I said"),
        ("called 112 within a minuet", "called 112 within a minute"),
        ("had a fir", None),
        ("We put the fire out ourselves with a blanket", None),
        ("", None),
        ("!!!", None),
        ("a text that is far longer than the whole answer could ever be " * 3, None),
    ],
)
def test_find_quote(quote: str, found: str | None) -> None:
    assert find_quote(quote, ANSWER) == found


def test_a_near_quote_at_the_very_end() -> None:
    assert find_quote("colled the fire brigade at once", "I called the fire brigade at once") == (
        "called the fire brigade at once"
    )


def test_apostrophes_do_not_part_a_word() -> None:
    assert find_quote("I dont know", "Well, I don’t know.") == "I don’t know"


@given(st.text(), st.text())
def test_what_is_found_is_a_piece_of_the_answer(quote: str, answer: str) -> None:
    found = find_quote(quote, answer)
    assert found is None or found in answer


@given(st.text(min_size=1))
def test_an_answer_holds_itself(answer: str) -> None:
    found = find_quote(answer, answer)
    assert found is None or found in answer


def test_quotes_that_are_not_there_are_dropped_and_pull_levels_down() -> None:
    checked = verified(
        Assessment(
            Levels(5, 4, 3),
            4.0,
            evidence=(
                Evidence(Criterion.COMMUNICATION, "we had A fire"),
                Evidence(Criterion.TECHNICAL, "never said anything like it"),
            ),
            strengths=(
                Finding(Criterion.TECHNICAL, "good", "called 112"),
                Finding(Criterion.TECHNICAL, "good", "invented words"),
            ),
            improvements=(Finding(Criterion.TECHNICAL, "bad", "not there at all", "do this"),),
        ),
        ANSWER,
    )
    assert checked.levels == Levels(5, 2, 2)
    assert checked.evidence == (Evidence(Criterion.COMMUNICATION, "We had a fire"),)
    assert [finding.quote for finding in checked.strengths] == ["called 112"]
    assert checked.improvements == ()


def test_lowest() -> None:
    assessment = lowest("echo", ("point",))
    assert assessment.levels == Levels(1, 1, 1)
    assert (assessment.total, assessment.reason, assessment.missed) == (1.0, "echo", ("point",))
    assert assessment.strengths == ()
    assert assessment.assessor == ""
