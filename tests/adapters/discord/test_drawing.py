from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.discord import drawing, markdown, payloads
from core import engine
from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.model import Mode, StartRequest
from core.roles import Seniority
from core.wording import afterwards as after
from core.wording import menus, pages
from tests.adapters.discord.conftest import ROLES
from tests.core.sitting import reported

_VISIBLE = re.compile(r"\\([^0-9A-Za-z\s])")


def shown(drawn: str) -> str:
    """What is read once Discord has taken its escapes away."""
    return _VISIBLE.sub(r"\1", drawn).replace("@\u200b", "@")


def text(*texts: str, style: BlockStyle = BlockStyle.TEXT) -> list[Block]:
    return [Block(style, one) for one in texts]


@pytest.mark.parametrize(
    "typed",
    [
        "**bold** and _under_ and ~~gone~~ and `code` and ||hidden||",
        "# no heading\n- no list\n> no quote\n-# not small\n3. not renumbered",
        "@everyone @here <@123456789012345678> <#123456789012345678> <t:0:R> </skip:1>",
        "[one](https://example.org/a_b) **b** [two](https://example.org)",
        "<b>tag</b> &amp; \\* back\\slash",
        "https://example.org/some_path_here",
        "https://x\\<#123456789012345678> and https://x\\[a](https://example.org)",
        "<a:/**bold**> and \\< and \\\\[",
    ],
)
def test_text_is_shown_as_it_was_typed(typed: str) -> None:
    drawn = markdown.escaped(typed)
    assert shown(drawn) == typed
    assert not re.search(r"(?<!\\)<|@everyone|@here|@&?!?\d", drawn)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*`|~\[]", drawn)
    assert not re.search(r"^\s*(?:#{1,3} |[-*] |> |-# |\d+\. )", drawn, re.MULTILINE)


def test_each_style_has_its_own_look() -> None:
    blocks = [
        Block(BlockStyle.HEADING, "Your report"),
        Block(BlockStyle.TEXT, "Two\nlines"),
        Block(BlockStyle.QUOTE, "said\n\nso"),
        Block(BlockStyle.ITEM, "first\nsecond"),
        Block(BlockStyle.SCORE, "Total: 3.5 of 5", 3.5),
        Block(BlockStyle.SMALL, "in passing\n\nmore"),
        Block(BlockStyle.HEADING, "Next"),
        Block(BlockStyle.HEADING, " \nLast"),
    ]
    [drawn] = markdown.pieces(blocks, 1900)
    upper, _, lower = drawn.partition("■")
    assert upper == "**Your report**\nTwo\nlines\n> said\n> \n> so\n- first\n  second\n"
    assert lower == "■■■□ Total: 3.5 of 5\n-# in passing\n\n-# more\n\n**Next**\n\n\n**Last**"


def test_blocks_are_parted_where_they_end() -> None:
    pieces = markdown.pieces(text("a" * 60, "b" * 60, "c" * 30), 100)
    assert pieces == ["a" * 60, "b" * 60 + "\n" + "c" * 30]


def test_a_long_block_is_parted_between_words_and_keeps_its_look() -> None:
    pieces = markdown.pieces(text("word " * 60, style=BlockStyle.HEADING), 100)
    assert all(piece.startswith("**word") and piece.endswith("word**") for piece in pieces)
    assert sum(piece.count("word") for piece in pieces) == 60


@given(
    st.text(st.one_of(st.sampled_from("\\*_`~|#- >\n<@[]()😀👍🏽\u200d\u0301é"), st.characters()), max_size=300),
    st.sampled_from(list(BlockStyle)),
    st.integers(40, 90),
)
@example("👩\u200d👩\u200d👧" * 40, BlockStyle.TEXT, 50)
@example("*" * 200, BlockStyle.TEXT, 41)
@example("x" * 500, BlockStyle.QUOTE, 40)
def test_no_piece_is_too_long_or_cut_inside_an_escape(typed: str, style: BlockStyle, limit: int) -> None:
    pieces = markdown.pieces([Block(style, typed, 3.0 if style is BlockStyle.SCORE else None)], limit)
    for piece in pieces:
        assert len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= limit
        slashes = len(piece) - len(piece.rstrip("\\"))
        assert slashes % 2 == 0
    if style is BlockStyle.TEXT:
        assert "".join("".join(pieces).split()) == "".join(markdown.escaped(typed).split())


def test_a_report_is_a_card_and_buttons_stand_under_its_last_piece() -> None:
    report = Outbound(OutboundKind.REPORT, tuple(text(*["word " * 300] * 5)), (Choice("I disagree", "disagree"),))
    made = drawing.posts(report, by_form=False)
    assert len(made) == 3
    assert all(post.is_card and len(post.text) <= 4096 for post in made)
    assert [len(post.choices) for post in made] == [0, 0, 1]


def test_the_same_key_gives_the_same_nonces() -> None:
    assert drawing.nonce("a", 0) == drawing.nonce("a", 0)
    assert len({drawing.nonce("a", 0), drawing.nonce("a", 1), drawing.nonce("b", 0)}) == 3
    assert len(drawing.nonce("a" * 200, 12)) == 25


def test_a_form_is_offered_only_where_an_answer_can_be_given() -> None:
    question = Outbound(OutboundKind.QUESTION, tuple(text("Why?")), (Choice("Skip", "skip", "#1", 4),))
    assert drawing.posts(question, by_form=True)[0].choices[0] == Choice("Answer", "say", "#1", 4)
    assert drawing.posts(question, by_form=False)[0].choices == question.choices
    assert drawing.posts(pages.help_page(), by_form=True)[-1].choices == ()
    card = menus.setup_card(StartRequest(ROLES[0], Mode.MOCK, 5, Seniority.MID))
    for page in (menus.role_menu(ROLES), menus.roles_page(ROLES), card, menus.start_page("discord")):
        assert "Answer" not in [choice.label for choice in drawing.posts(page, by_form=True)[-1].choices]


def test_where_words_are_asked_for_beside_a_choice_there_is_a_form() -> None:
    interview = reported().interview
    asked = engine.addressed(interview, after.ask_reason(interview, 0))
    answer = Choice("Answer", "say", f"#{interview.address}", len(interview.turns) - 1)
    assert drawing.posts(asked, by_form=True)[0].choices == (answer, *asked.choices)


def test_where_nothing_belongs_to_an_interview_neither_does_the_form() -> None:
    notice = Outbound(OutboundKind.NOTICE, tuple(text("Why?")), (Choice("Report", "report", "2"),))
    assert drawing.posts(notice, by_form=True)[0].choices[0] == Choice("Answer", "say")


COMMANDS = (*(name for name, _ in pages.COMMANDS), "setup", "how", "drop", "done", "clarify", "rate")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("role", [*(role.id for role in ROLES), "x" * 60])
@pytest.mark.parametrize("copy", [0, 24])
def test_a_payload_fits_and_comes_back(command: str, role: str, copy: int) -> None:
    choice = Choice("Label", command, f"{role} coach 100 junior #123456789", 12)
    code = payloads.encode(choice, copy)
    match = payloads.TEMPLATE.fullmatch(code)
    assert len(code) <= 100
    assert match
    assert payloads.decode(match, "Label") == choice


@pytest.mark.parametrize(("command", "argument"), [("history", "<42"), ("history", ">42"), ("link", "K7QM-2XPD yes")])
def test_signs_in_a_payload_stay(command: str, argument: str) -> None:
    match = payloads.TEMPLATE.fullmatch(payloads.encode(Choice("", command, argument)))
    assert match
    assert payloads.decode(match, "") == Choice("", command, argument)


def test_no_two_commands_have_the_same_code() -> None:
    heads = {payloads.encode(Choice("", command)) for command in COMMANDS}
    assert len(heads) == len(set(COMMANDS))


def test_a_command_without_a_code_is_spelled_out() -> None:
    match = payloads.TEMPLATE.fullmatch(payloads.encode(Choice("", "unheard_of", "so")))
    assert match
    assert payloads.decode(match, "Label") == Choice("Label", "unheard_of", "so")


def test_what_is_too_long_for_a_payload_loses_whole_words() -> None:
    code = payloads.encode(Choice("Label", "interview", "backend_engineer " + "mock " * 40))
    match = payloads.TEMPLATE.fullmatch(code)
    assert len(code) <= 100
    assert match
    assert match["argument"].split() == ["backend_engineer", *["mock"] * match["argument"].count("mock")]
    assert match["argument"].endswith("mock")
