from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from dataclasses import replace

import pytest

from adapters.terminal.pipe import MAX_LINE_BYTES, PipedLines
from adapters.terminal.screen import JsonScreen, RichScreen, Screen
from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.model import Conversation
from core.ports import DeliveryError

HERE = Conversation("terminal", "terminal", "sam")
GO_ON, DROP = Choice("Go on", "resume"), Choice("Drop it", "drop")
MENU = Outbound(OutboundKind.MENU, (Block(BlockStyle.TEXT, "What now?"),), (GO_ON, DROP), GO_ON)
ROLES = Outbound(OutboundKind.MENU, (), (Choice("Baker", "interview", "baker coach"),))
FEEDBACK = Outbound(OutboundKind.FEEDBACK, (), (Choice("Try again", "retry", turn=1),), Choice("Next", "next"))
QUESTION = Outbound(OutboundKind.QUESTION, (Block(BlockStyle.TEXT, "How?"),), (Choice("Hint", "hint"),))
NOTICE = Outbound(OutboundKind.NOTICE, (Block(BlockStyle.SMALL, "By the way."),))
TRY, DISAGREE = Choice("Try question 3 again", "retry", "3"), Choice("I disagree", "disagree")
ADVICE = Block(BlockStyle.ITEM, "Say how it ended.")
REPORT = Outbound(OutboundKind.REPORT, (Block(BlockStyle.HEADING, "Your report"), ADVICE, ADVICE), (TRY, DISAGREE))


async def _show(screen: Screen, *messages: Outbound) -> None:
    for message in messages:
        await screen.send(HERE, message, "1")


async def test_every_kind_of_block_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    long = "word " * 40
    blocks = (
        Block(BlockStyle.HEADING, "[b]Heading[/b] :smile:"),
        Block(BlockStyle.QUOTE, "a quote"),
        Block(BlockStyle.ITEM, long.strip()),
        Block(BlockStyle.SCORE, "Total: 3.6 of 5", 3.6),
        Block(BlockStyle.SCORE, "Least: 1.0 of 5", 1.0),
    )
    await _show(RichScreen(), Outbound(OutboundKind.REPORT, blocks))
    assert capsys.readouterr().out.splitlines() == [
        "",
        "[b]Heading[/b] :smile:",
        "  | a quote",
        f"  - {long.strip()}",
        "■■■■□ Total: 3.6 of 5",
        "■□□□□ Least: 1.0 of 5",
    ]


async def test_a_terminal_gets_a_hanging_indent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "30", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    await _show(RichScreen(), Outbound(OutboundKind.HELP, (Block(BlockStyle.ITEM, "one two three " * 4),)))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == "  - one two three one two"
    assert all(line.startswith("    ") for line in lines[2:])


async def test_choices_are_numbered_where_one_is_to_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    await _show(RichScreen(), MENU, QUESTION)
    assert capsys.readouterr().out == "\nWhat now?\n  1  Go on\n  2  Drop it\n\nHow?\n"


async def test_what_may_follow_a_report_is_numbered_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    screen = RichScreen()
    retry = Choice("Try question 1 again", "retry", "1")
    report = Outbound(OutboundKind.REPORT, (Block(BlockStyle.ITEM, "Heard: the result"),), (retry,))
    await _show(screen, MENU, report)
    assert capsys.readouterr().out.endswith("\n  - Heard: the result\n  1  Try question 1 again\n")
    assert screen.chosen("1") == retry
    assert not screen.must_choose
    second, third = (Choice(f"Question {number}", "disagree", str(number)) for number in (2, 3))
    await _show(screen, Outbound(OutboundKind.MENU, (), (second, third)))
    assert screen.chosen("2") == third
    await _show(screen, Outbound(OutboundKind.REPORT, ()))
    assert screen.chosen("1") is None


async def test_the_choices_of_a_report_are_shown_below_it_and_its_advice_is_no_choice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _show(RichScreen(), REPORT, replace(REPORT, kind=OutboundKind.FEEDBACK))
    page = "\nYour report\n  - Say how it ended.\n  - Say how it ended.\n  1  Try question 3 again\n  2  I disagree\n"
    assert capsys.readouterr().out == page + page


async def test_each_job_of_a_menu_is_numbered_where_it_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = (Block(BlockStyle.TEXT, "Which job?"), Block(BlockStyle.ITEM, "Baker (baker): bakes"))
    await _show(RichScreen(), replace(ROLES, blocks=jobs))
    assert capsys.readouterr().out == "\nWhich job?\n  1  Baker (baker): bakes\n"


@pytest.mark.parametrize(
    ("offer", "typed", "choice"),
    [
        (MENU, "1", GO_ON),
        (MENU, "2", DROP),
        (MENU, "drop IT", DROP),
        (MENU, "0", None),
        (MENU, "3", None),
        (MENU, "-1", None),
        (MENU, "", None),
        (MENU, "²", None),
        (MENU, "1" * 5000, None),
        (MENU, "drop", None),
        (ROLES, "Baker", ROLES.choices[0]),
        (ROLES, "baker", ROLES.choices[0]),
        (FEEDBACK, "1", FEEDBACK.choices[0]),
        (REPORT, "1", TRY),
        (REPORT, "2", DISAGREE),
        (REPORT, "3", None),  # the question's number is not the choice's
        (REPORT, "i disagree", DISAGREE),
        (REPORT, "I disagree with that.", None),
        (QUESTION, "1", None),
        (NOTICE, "1", None),
    ],
)
async def test_a_choice_is_made_by_number_or_name(offer: Outbound, typed: str, choice: Choice | None) -> None:
    screen = RichScreen()
    await _show(screen, offer)
    assert screen.chosen(typed) is choice


async def test_what_is_offered_holds_until_the_next_question() -> None:
    screen = JsonScreen()
    assert not screen.offers("resume")
    assert (screen.default, screen.must_choose) == (None, False)
    await _show(screen, MENU, NOTICE)
    assert (screen.default, screen.must_choose) == (GO_ON, True)
    assert screen.offers("drop")
    assert not screen.offers("stop")
    await _show(screen, FEEDBACK)
    assert (screen.default, screen.must_choose) == (FEEDBACK.default, False)
    await _show(screen, ROLES)
    assert not screen.must_choose
    await _show(screen, MENU, QUESTION)
    assert screen.offer is None


async def test_a_report_takes_no_line_of_somebody_who_simply_goes_on() -> None:
    screen = RichScreen()
    await _show(screen, MENU, REPORT)
    assert screen.offers("disagree")
    assert not screen.offers("resume")
    assert (screen.default, screen.must_choose) == (None, False)
    await _show(screen, replace(REPORT, choices=()))
    assert screen.offer is None


async def test_a_menu_without_choices_offers_nothing() -> None:
    screen = RichScreen()
    await _show(screen, MENU, Outbound(OutboundKind.MENU, (Block(BlockStyle.TEXT, "There are no jobs."),)))
    assert screen.offer is None


async def test_a_message_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    await _show(JsonScreen(), MENU, Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, 'a\n"b"\u2028'),)))
    menu, odd = (json.loads(line) for line in capsys.readouterr().out.split("\n")[:2])
    assert menu["text"] == "What now?"
    assert menu["choices"][1] == {"label": "Drop it", "command": "drop", "argument": "", "turn": None}
    assert menu["default"]["command"] == "resume"
    assert odd["text"] == 'a\n"b"\u2028'


def _refuse(text: str) -> int:
    raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("kind", [RichScreen, JsonScreen])
async def test_a_closed_output_leaves_the_message_pending(
    monkeypatch: pytest.MonkeyPatch, kind: type[RichScreen | JsonScreen]
) -> None:
    screen = kind()
    monkeypatch.setattr(sys.stdout, "write", _refuse)
    with pytest.raises(DeliveryError):
        await _show(screen, MENU)
    assert screen.closed
    assert screen.offer is None


async def test_lines_are_read_one_by_one_and_what_is_too_long_is_cut() -> None:
    long = b"x" * (2 * MAX_LINE_BYTES + 5)
    lines = PipedLines(io.BytesIO(b"one\r\n\n\xff\n" + long + b"\n" + b"y" * MAX_LINE_BYTES))
    assert [await lines.read() for _ in range(3)] == ["one", "", "\ufffd"]
    cut = await lines.read()
    assert cut == "x" * MAX_LINE_BYTES
    assert await lines.read() == "y" * MAX_LINE_BYTES
    assert await lines.read() is None


async def test_a_line_that_nobody_waits_for_any_more_is_let_go() -> None:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as stream:
        reading = asyncio.create_task(PipedLines(stream).read())
        await asyncio.sleep(0)
        reading.cancel()
        os.write(into, b"late\n")
        os.close(into)
        await asyncio.sleep(0.05)
        assert reading.cancelled()
