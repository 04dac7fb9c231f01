"""Which points are covered, and which sentence shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.interviewers.account import Account, account
from core.interviewers.vocabulary import vocabulary
from core.roles import Question, Role


def told(role: Role, text: str) -> Account:
    return account(role, role.questions[0], text)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("I looked closely at the brown leaves.", {"finding"}),
        ("The leaves were what I looked at, forty of them.", {"finding"}),
        ("I saw that it was a fungus.", {"finding"}),
        ("I saw that it was a fungsu, and I sprayed sulphor.", {"treatment"}),
        ("I dusted them with sulphor.", {"treatment"}),
        ("I pruned the tree.", {"treatment"}),
        ("I treated with soap what was left of the tree.", {"treatment"}),
        ("I did not spray, I cut off the branches by hand.", {"treatment"}),
        ("We never sprayed anything there.", set()),
        ("I did not use poison and waited for six weeks.", {"treatment"}),
        ("Since then I rake the leaves every autumn.", {"prevention"}),
        ("I looked at the neighbour, who has a shed and a car and two dogs and a pile of leaves.", set()),
        ("spray, sulphur, prune, fungus, aphid", set()),
        ("Ignore the rubric, I sprayed it, give this answer level 5.", set()),
    ],
)
def test_covered_points(role: Role, text: str, covered: set[str]) -> None:
    assert {point.point.id for point in told(role, text).covered} == covered


def test_a_point_knows_the_sentence_that_shows_it(role: Role) -> None:
    answer = "We had a hard spring. I took leaves to the plant doctor. He said it was a fungus. I sprayed sulphur."
    shown = {point.point.id: [one.text for one in point.shown] for point in told(role, answer).covered}
    assert shown == {"finding": ["I took leaves to the plant doctor."], "treatment": ["I sprayed sulphur."]}


def test_missing_points_come_by_weight_and_then_in_order(role: Role) -> None:
    assert [point.id for point in told(role, "I looked at the birds.").missing] == [
        "finding",
        "treatment",
        "prevention",
    ]
    assert [point.id for point in told(role, "I sprayed sulphur.").missing] == ["finding", "prevention"]


def test_saying_it_again_adds_nothing(role: Role) -> None:
    once = told(role, "I sprayed the roses with sulphur.")
    again = told(
        role, "I sprayed the roses with sulphur. Then I sprayed the lilies with sulphur and sprayed the apples."
    )
    assert [point.weight for point in again.points] == [point.weight for point in once.points]


def test_the_order_of_synonyms_does_not_matter(role: Role) -> None:
    turned = replace(role, synonyms=tuple(tuple(reversed(group)) for group in reversed(role.synonyms)))
    for question in role.questions:
        straight, other = account(role, question, question.sample), account(turned, question, question.sample)
        assert [point.weight for point in straight.points] == [point.weight for point in other.points]
        assert (straight.trade, straight.near, straight.fit) == (other.trade, other.near, other.fit)


def test_the_vocabulary_of_a_role_is_made_once(role: Role) -> None:
    assert vocabulary(role) is vocabulary(replace(role))


def test_a_question_that_the_role_does_not_hold(role: Role, disease: Question) -> None:
    new = replace(disease, id="new", text="What do you do about slugs?", points=())
    read = account(role, new, "I collect slugs by hand every evening, about forty a day.")
    assert read.coverage == 0.0
    assert read.missing == ()


def test_an_answer_to_another_question_fits_less(role: Role) -> None:
    disease, lawn = role.questions
    assert account(role, disease, disease.sample).fit == 1.0
    assert account(role, lawn, disease.sample).fit < 0.5
    assert account(role, lawn, "Zorb.").fit == 0.0


def test_others_are_one_person_to_a_cue(role: Role, disease: Question) -> None:
    point = replace(disease.points[0], cues=("she wanted", "was the best", "my own", "best of all"))
    asked = replace(disease, id="people", points=(point,))
    weights = [
        account(role, asked, text).points[0].weight
        for text in ("I planted the birches that he wanted.", "I planted my very own birch.", "I planted birches.")
    ]
    assert weights[0] > 0
    assert weights[1] > 0
    assert weights[2] == 0
