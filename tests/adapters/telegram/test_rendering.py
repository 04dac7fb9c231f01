"""How messages look, how they are cut, and what buttons carry."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.roles import BUILT_IN, load_roles
from adapters.telegram.buttons import PayloadTooLongError, keyboard, payload, unpacked
from adapters.telegram.commands import commands
from adapters.telegram.rendering import pieces
from adapters.telegram.splitting import cut
from core.events import Command
from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.text import units
from core.wording.menus import role_menu, roles_page
from core.wording.pages import COMMANDS
from tests.wires.telegram import parse
from tests.wires.telegram import units as real_units

EMOJI = "👨‍👩‍👧‍👦"  # four people and three joiners: 11 units
LONGEST_REQUEST = "coach 25 senior"


def report(*blocks: Block) -> Outbound:
    return Outbound(OutboundKind.REPORT, blocks)


def test_a_card() -> None:
    (piece,) = pieces(
        report(
            Block(BlockStyle.HEADING, "Your report"),
            Block(BlockStyle.TEXT, "Close together."),
            Block(BlockStyle.SMALL, "3 of 5 questions assessed."),
            Block(BlockStyle.SCORE, "Total: 3.4 of 5", 3.4),
            Block(BlockStyle.SCORE, "Structure: 4.5 of 5", 4.5),
            Block(BlockStyle.SMALL, "About level 5: <clear>"),
            Block(BlockStyle.TEXT, "  "),
            Block(BlockStyle.HEADING, "Strengths"),
            Block(BlockStyle.ITEM, "You said & did:"),
            Block(BlockStyle.QUOTE, "I rebuilt it"),
            Block(BlockStyle.ITEM, "More"),
        )
    )
    assert piece.html == (
        "<b>Your report</b>\n\nClose together.\n\n<i>3 of 5 questions assessed.</i>\n\n"
        "■■■□□ Total: 3.4 of 5\n■■■■■ Structure: 4.5 of 5\n<i>About level 5: &lt;clear&gt;</i>\n\n"
        "<b>Strengths</b>\n• You said &amp; did:\n<blockquote>I rebuilt it</blockquote>\n• More"
    )
    assert piece.plain.splitlines()[-3:] == ["• You said & did:", "I rebuilt it", "• More"]


@pytest.mark.parametrize(
    ("text", "room", "head", "rest"),
    [
        ("short", 5, "short", ""),
        ("one two", 6, "one", "two"),
        ("one two", 3, "one", "two"),
        ("one\ntwo three", 9, "one", "two three"),
        ("🙂🙂🙂", 5, "🙂🙂", "🙂"),
        ("🙂🙂🙂", 4, "🙂🙂", "🙂"),
        ("ab" + EMOJI, 8, "ab", EMOJI),
        ("cafe\u0301", 4, "caf", "e\u0301"),
        ("a👍🏽b", 3, "a", "👍🏽b"),
        (" word", 3, " wo", "rd"),
        (EMOJI * 3, 12, EMOJI, EMOJI * 2),
    ],
)
def test_where_texts_are_cut(text: str, room: int, head: str, rest: str) -> None:
    assert cut(text, room) == (head, rest)


def test_marks_without_end_are_cut_somewhere() -> None:
    text = "a" + "\u0301" * 9_000
    head, rest = cut(text, 4_096)
    assert (head + rest, 0 < units(head) <= 4_096) == (text, True)


@given(
    st.lists(
        st.builds(
            Block,
            st.sampled_from(BlockStyle),
            st.text(st.sampled_from("ab <>&\n🙂\u0301\u200d\U0001f3fd"), max_size=60).map(lambda text: text * 90),
        ),
        max_size=6,
    )
)
def test_nothing_is_lost_and_every_piece_fits(blocks: list[Block]) -> None:
    texts = []
    for piece in pieces(report(*blocks)):
        text, entities = parse(piece.html)
        assert 0 < real_units(text) <= 4_096
        assert text.strip()
        assert len(entities) <= 100
        assert text == piece.plain
        texts.append(text)
    said = "".join("".join(texts).replace("•", "").split())
    assert said == "".join("".join(block.text for block in blocks).split())


def test_a_long_word_and_many_styles() -> None:
    assert [len(piece.plain) for piece in pieces(report(Block(BlockStyle.TEXT, "x" * 9_000)))] == [4_096, 4_096, 808]
    many = pieces(report(*(Block(BlockStyle.SMALL, "a") for _ in range(200))))
    assert [piece.plain.count("a") for piece in many] == [90, 90, 20]


def test_a_block_that_fits_is_not_torn() -> None:
    first, second = pieces(report(Block(BlockStyle.TEXT, "a " * 1_500), Block(BlockStyle.TEXT, "b " * 1_500)))
    assert (set(first.plain), set(second.plain)) == ({"a", " "}, {"b", " "})


def test_half_a_character_is_shown_as_a_mark() -> None:
    assert [piece.plain for piece in pieces(report(Block(BlockStyle.TEXT, "a\ud83d")))] == ["a?"]


def test_nothing_to_say_is_no_piece() -> None:
    assert pieces(report(Block(BlockStyle.TEXT, " \n"))) == []


EVERY_COMMAND = {*(name for name, _ in COMMANDS), *Command, "start", "how", "setup", "transcript", "link", "unlink"}
EVERY_COMMAND |= {"hear", "voice", "forget"}


def test_every_command_fits_into_a_button_and_back() -> None:
    for command in EVERY_COMMAND:
        for turn in (None, 0, 999):
            choice = Choice("", str(command), f"#{2**62} so far", turn)
            assert unpacked(payload(choice)) == choice
    codes = [payload(Choice("", str(command))) for command in EVERY_COMMAND]
    assert len(set(codes)) == len(codes)


def test_every_role_there_is_and_can_be_fits() -> None:
    roles = tuple(load_roles([Path(BUILT_IN)]).roles.values())
    assert roles
    for menu in (role_menu(roles, LONGEST_REQUEST), roles_page(roles)):
        for choice in menu.choices:
            packed = payload(choice)
            assert len(packed.encode()) <= 64
    for command in ("interview", "setup"):
        for request in (LONGEST_REQUEST, "coach all senior"):
            longest = Choice("", command, f"{'r' * 40} {request}")
            assert unpacked(payload(longest)) == longest


def test_choices_about_a_note_fit() -> None:
    for command in ("use", "again"):
        choice = Choice("", command, "#mm7x2k9a voice-2:999999999999999", 999)
        assert unpacked(payload(choice)) == choice


def test_codes_never_change_their_meaning() -> None:
    known = {"k3:": "skip", "i:": "interview", "hi:": "history", "u:": "setup", "ho:": "how", "tr:": "transcript"}
    for packed, command in (
        known | {"us2:": "use", "ag2:": "again", "hr:": "hear", "l:": "link", "ul:": "unlink", "sa:": "start"}
    ).items():
        choice = unpacked(packed)
        assert choice is not None
        assert choice.command == command


def test_a_code_for_joining_accounts_fits() -> None:
    joining = Choice("Yes, both are mine", "link", f"{'A' * 40} yes")
    assert unpacked(payload(joining)) == Choice("", "link", f"{'A' * 40} yes")


@pytest.mark.parametrize("packed", ["", ":", "k", "zz:", "k1234567:", "K3:", "k-1:"])
def test_a_payload_that_is_none(packed: str) -> None:
    assert unpacked(packed) is None


def test_what_does_not_fit_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    fits, long = Choice("Skip", "skip"), Choice("Long", "interview", "é" * 32)
    for bad in (long, Choice("New", "fly")):
        with pytest.raises(PayloadTooLongError):
            payload(bad)
    made = keyboard([long, fits])
    assert made is not None
    assert [[button.text for button in row] for row in made.inline_keyboard] == [["Skip"]]
    assert keyboard([long]) is None
    assert "é" not in caplog.text


def test_buttons_stand_beside_each_other_where_they_are_short() -> None:
    labels = ("Hint", "Repeat", "Skip", "Pause", "Finish", "A stronger version of answer 2", "x" * 99)
    made = keyboard(Choice(label, "hint") for label in labels)
    assert made is not None
    rows = [[button.text for button in row] for row in made.inline_keyboard]
    assert rows[:3] == [["Hint", "Repeat", "Skip"], ["Pause", "Finish"], ["A stronger version of answer 2"]]
    assert rows[3] == ["x" * 59 + "…"]
    many = keyboard(Choice(str(number), "hint") for number in range(150))
    assert many is not None
    assert sum(len(row) for row in many.inline_keyboard) == 100


def test_rows_stand_by_themselves() -> None:
    asked: list[tuple[str, int | None]] = [("Mock", 0), ("Coach", 0), ("3", 1), ("5", 1), ("All", 1), ("Junior", 1)]
    asked += [("Senior", 1), ("Start", None), ("Back", None), ("x" * 30, 2), ("y" * 30, 2), ("Help", None)]
    made = keyboard(Choice(label, "setup", row=row) for label, row in asked)
    assert made is not None
    assert [[button.text for button in row] for row in made.inline_keyboard] == [
        ["Mock", "Coach"],
        ["3", "5", "All", "Junior", "Senior"],
        ["Start", "Back"],
        ["x" * 30, "y" * 30],
        ["Help"],
    ]


def test_the_list_of_commands_is_one_telegram_takes() -> None:
    listed = commands()
    assert len({one.command for one in listed}) == len(listed) <= 100
    assert all(1 <= len(one.description) <= 256 for one in listed)
