from __future__ import annotations

import pytest

from core.messages import Block, BlockStyle, Choice, CommandSent
from tests.contracts.sample import CONVERSATION


@pytest.mark.parametrize(
    ("choice", "stays"),
    [
        (Choice("Hint", "hint", turn=2), True),
        (Choice("Skip", "skip", turn=2), False),
        (Choice("Try question 2 again", "retry", "2"), True),
        (Choice("Try again", "retry", turn=2), False),
        (Choice("I disagree", "disagree"), True),
        (Choice("Coach", "setup", "baker coach"), True),
        (Choice("Start", "interview", "baker coach"), False),
        (Choice("Older", "history", "<7"), True),
    ],
)
def test_what_can_be_pressed_again_stays(choice: Choice, *, stays: bool) -> None:
    assert choice.stays == stays


@pytest.mark.parametrize(
    ("command", "argument", "pressed_in", "turns"),
    [
        ("setup", "", "9", True),
        ("setup", "baker", "", False),
        ("history", "<7", "9", True),
        ("history", "", "9", False),
        ("settings", "numbers off", "9", True),
        ("report", "7", "9", False),
    ],
)
def test_only_what_was_pressed_on_a_page_turns_it(command: str, argument: str, pressed_in: str, *, turns: bool) -> None:
    sent = CommandSent(CONVERSATION, "1", command, argument, pressed_in=pressed_in)
    assert sent.turns_page == turns


@pytest.mark.parametrize(
    ("level", "bar"),
    [(None, ""), (1.0, "■□□□□"), (3.4, "■■■□□"), (3.5, "■■■■□"), (5.0, "■■■■■"), (9.0, "■■■■■"), (-1.0, "□□□□□")],
)
def test_a_level_is_drawn_as_a_bar_of_five(level: float | None, bar: str) -> None:
    assert Block(BlockStyle.SCORE, "Total", level).bar == bar


def test_a_choice_about_a_voice_note_names_it_behind_its_interview() -> None:
    assert Choice("Use it", "use", "#mm7x2k9a voice:12").note == "voice:12"
    assert Choice("Record again", "again", "12").note == "12"
    assert Choice("Try again", "retry", "#mm7x2k9a 2").note == ""


def test_what_was_used_can_still_be_recorded_again() -> None:
    use, again, skip = Choice("Use it", "use", "1"), Choice("Record again", "again", "1"), Choice("Skip", "skip")
    assert [one for one in (use, again, skip) if one.outlasts(use)] == [again]
    assert not [one for one in (use, again, skip) if one.outlasts(again) or one.outlasts(skip)]
