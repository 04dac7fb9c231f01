"""A question that was asked in other words than those of the role."""

from __future__ import annotations

import pytest

from core.interviewers.nearest import nearest_question
from core.roles import Role


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("disease", "disease"),
        ("Have your plants ever had a disease, and what did you do?", "disease"),
        ("Ever used a soil sample against a fungus?", "disease"),
        ("Which ground comes first?", "lawn"),
        ("When do you start the sprinkler?", "lawn"),
        ("What is it that you sow?", "lawn"),
    ],
)
def test_a_question_is_found_by_words_of_any_part_of_it(role: Role, asked: str, found: str) -> None:
    assert nearest_question(asked, role) == role.question(found)


def test_a_question_about_something_else_is_not_found(role: Role) -> None:
    assert nearest_question("Who won the football match?", role) is None
