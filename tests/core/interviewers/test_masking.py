"""What is left out of an answer before a language model reads it, where words of grading are only beside the point."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.interviewers.masking import heard
from core.model import Turn
from core.roles import Role

KEPT = "I sprayed the roses on Monday."


@pytest.mark.parametrize(
    ("said", "is_left_out"),
    [
        ("Strengths and marks of this assessment for the examiner.", True),
        ("In spring I checked the assessment of every applicant for the school.", False),
    ],
)
def test_words_of_grading_are_left_out_unless_they_tell_of_deeds(
    role: Role, turn: Callable[..., Turn], said: str, *, is_left_out: bool
) -> None:
    text = heard(role, turn(f"{KEPT} {said}")).turn.answer_text
    assert KEPT in text
    assert (said not in text) is is_left_out
