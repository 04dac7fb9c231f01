from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from dataclasses import replace

import pytest

from adapters.terminal import screen as screen_module
from adapters.terminal import wording
from adapters.terminal.pipe import MAX_LINE_BYTES, PipedLines
from adapters.terminal.screen import JsonScreen, RichScreen, Screen
from core.messages import Block, BlockStyle, Choice, Document, Outbound, OutboundKind
from core.model import Conversation
from core.ports import DeliveryError
from core.wording import forgetting

HERE = Conversation("terminal", "terminal", "sam")
GO_ON, DROP = Choice("Go on", "resume"), Choice("Drop it", "drop")
MENU = Outbound(OutboundKind.MENU, (Block(BlockStyle.TEXT, "What now?"),), (GO_ON, DROP), GO_ON)
BAKER = Block(BlockStyle.ITEM, "Baker (baker): bakes")
ROLES = Outbound(OutboundKind.MENU, (BAKER,), (Choice("Baker", "setup", "baker coach"),))
AGAIN = Choice("Again: Baker · coach · 3", "interview", "baker coach 3")
WAITER = Choice("Waiter", "setup", "waiter")
JOBS = replace(ROLES, choices=(AGAIN, *ROLES.choices, WAITER), default=AGAIN)
START = Choice("Start", "interview", "baker coach 5", row=3)
CARD = Outbound(
    OutboundKind.MENU,
    (Block(BlockStyle.HEADING, "Baker"),),
    (
        Choice("Mock", "setup", "baker mock 5", row=0),
        Choice("✓ Coach", "setup", "baker coach 5", row=0),
        Choice("3", "setup", "baker coach 3", row=1),
        Choice("✓ 5", "setup", "baker coach 5", row=1),
        Choice("All 10", "setup", "baker coach all", row=1),
        START,
    ),
    START,
)
TAKEN = Choice("12 · Baker · 3 Jan", "report", "12")
OLDER = Choice("Older", "history", "<7", row=0)
HISTORY = Outbound(
    OutboundKind.HISTORY,
    (
        Block(BlockStyle.HEADING, "Your history: 9 interviews"),
        Block(BlockStyle.ITEM, "12 · 2026-01-03 10:00 UTC · Baker · mock · 4.1 of 5 · finished"),
        Block(BlockStyle.ITEM, "7 · 2026-01-02 10:00 UTC · Waiter · mock · no score · open"),
    ),
    (TAKEN, Choice("7 · Waiter · 2 Jan", "report", "7"), Choice("Newer", "history", ">12", row=0), OLDER),
)
TRANSCRIPT = Outbound(
    OutboundKind.TRANSCRIPT,
    (Block(BlockStyle.TEXT, "All that was said:"),),
    document=Document("x.txt", "> [b]I\n\nsold\n"),
)
FEEDBACK = Outbound(OutboundKind.FEEDBACK, (), (Choice("Try again", "retry", turn=1),), Choice("Next", "next"))
QUESTION = Outbound(OutboundKind.QUESTION, (Block(BlockStyle.TEXT, "How?"),), (Choice("Hint", "hint"),))
NOTICE = Outbound(OutboundKind.NOTICE, (Block(BlockStyle.SMALL, "By the way."),))
PAGE = replace(NOTICE, choices=(Choice("Transcript", "transcript", "7"),))
REDIRECT = replace(NOTICE, choices=QUESTION.choices)
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


async def test_what_is_asked_for_yes_or_no_can_be_answered_so() -> None:
    screen = RichScreen()
    sure = forgetting.sure(1, (), is_open=False)
    await screen.send(HERE, sure, "1")
    assert [screen.chosen(typed) for typed in ("yes", "No", "1", "maybe")] == [*sure.choices, sure.choices[0], None]


async def test_the_choices_of_a_report_are_shown_below_it_and_its_advice_is_no_choice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _show(RichScreen(), REPORT, replace(REPORT, kind=OutboundKind.FEEDBACK))
    page = "\nYour report\n  - Say how it ended.\n  - Say how it ended.\n  1  Try question 3 again\n  2  I disagree\n"
    assert capsys.readouterr().out == page + page


async def test_each_job_of_a_menu_is_numbered_where_it_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = (Block(BlockStyle.TEXT, "Which job?"), BAKER)
    await _show(RichScreen(), replace(ROLES, blocks=jobs))
    assert capsys.readouterr().out == "\nWhich job?\n  1  Baker (baker): bakes\n"


async def test_what_is_not_described_keeps_its_place_among_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    await _show(RichScreen(), JOBS)
    assert capsys.readouterr().out == "\n  1  Again: Baker · coach · 3\n  2  Baker (baker): bakes\n  3  Waiter\n"


async def test_a_card_is_shown_row_by_row_and_no_number_stands_beside_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _show(RichScreen(), CARD)
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Baker",
        "  Mock   ✓ Coach",
        "  3   ✓ 5   All 10",
        "  Start",
        "Type what you choose, as in “coach 3 senior”.",
    ]


async def test_an_interview_in_the_history_has_the_number_that_it_is_known_by(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _show(RichScreen(), HISTORY)
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Your history: 9 interviews",
        "  12  2026-01-03 10:00 UTC · Baker · mock · 4.1 of 5 · finished",
        "  7  2026-01-02 10:00 UTC · Waiter · mock · no score · open",
        "  Newer   Older",
    ]


@pytest.mark.parametrize("page", [HISTORY, PAGE, replace(ROLES, kind=OutboundKind.ROLES)])
@pytest.mark.parametrize("before", [MENU, REPORT, FEEDBACK, QUESTION])
async def test_a_number_belongs_to_the_newest_message_that_listed_any(before: Outbound, page: Outbound) -> None:
    screen = RichScreen()
    await _show(screen, before, page, NOTICE)
    number = "12" if page is HISTORY else "1"
    assert screen.chosen(number) is page.choices[0]
    assert screen.chosen("2") is None
    assert screen.lacks("2")
    assert screen.chosen("drop it") is (DROP if before is MENU else None)  # it still has to be decided


@pytest.mark.parametrize("asked", [QUESTION, REDIRECT, replace(QUESTION, kind=OutboundKind.FOLLOW_UP)])
async def test_a_question_ends_what_was_listed_before(asked: Outbound, capsys: pytest.CaptureFixture[str]) -> None:
    screen = RichScreen()
    await _show(screen, REPORT, HISTORY, asked)
    assert "Hint" not in capsys.readouterr().out
    for typed in ("1", "12", "older", "hint"):
        assert screen.chosen(typed) is None
        assert screen.begun(typed) is None
        assert not screen.lacks(typed)


async def test_a_choice_that_was_made_is_not_offered_again() -> None:
    screen = RichScreen()
    await _show(screen, REPORT)
    screen.settle()
    assert (screen.offer, screen.chosen("1")) == (None, None)


@pytest.mark.parametrize(
    ("offer", "typed", "choice"),
    [
        (JOBS, "wai", WAITER),
        (JOBS, "bak", JOBS.choices[1]),
        (JOBS, "baker", JOBS.choices[1]),
        (JOBS, "again: b", AGAIN),
        (JOBS, "wa", None),  # too short to be sure
        (JOBS, "waiters", None),
        (CARD, "all", CARD.choices[4]),
        (CARD, "coa", CARD.choices[1]),
        (HISTORY, "old", OLDER),
        (HISTORY, "12 · b", TAKEN),
        (HISTORY, "120", None),
        (replace(MENU, choices=(Choice("Senior", "a"), Choice("Sentry", "b"))), "sen", None),
        (QUESTION, "hin", None),
    ],
)
async def test_the_beginning_of_one_name_alone_is_enough(offer: Outbound, typed: str, choice: Choice | None) -> None:
    screen = RichScreen()
    await _show(screen, offer)
    assert screen.begun(typed) is choice


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("coach", "✓ Coach"),
        ("✓ coach", "✓ Coach"),
        ("MOCK", "Mock"),
        ("3", "3"),
        ("5", "✓ 5"),  # never the fifth
        ("✓ 5", "✓ 5"),
        ("all 10", "All 10"),
        ("1", None),
        ("4", None),
        ("start", "Start"),
        ("baker", None),  # every choice of a card is about that job
    ],
)
async def test_a_number_on_a_card_means_what_is_written_on_it(typed: str, label: str | None) -> None:
    screen = RichScreen()
    await _show(screen, CARD, CARD)
    choice = screen.chosen(typed)
    assert (choice and choice.label) == label
    assert not screen.lacks(typed)  # as many questions may be asked for, if there are so many


async def test_a_transcript_is_printed_in_full_and_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    await _show(RichScreen(), TRANSCRIPT)
    assert capsys.readouterr().out == "\nAll that was said:\n\n> [b]I\n\nsold\n"
    await _show(JsonScreen(), TRANSCRIPT)
    assert json.loads(capsys.readouterr().out)["document"] == {"name": "x.txt", "text": "> [b]I\n\nsold\n"}


async def test_what_enter_does_and_that_something_is_worked_on_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(screen_module, "monotonic", lambda: now)
    screen = RichScreen()
    redrawn: list[str] = []
    screen.hint_changed = lambda: redrawn.append(screen.hint)
    assert "/hint" not in screen.hint
    await _show(screen, MENU)
    assert screen.hint.startswith("Enter takes “Go on” · or type a number, or your answer")
    await _show(screen, QUESTION)
    usual = screen.hint
    assert "/hint" in usual
    await screen.working(HERE)
    assert "thinking" in screen.hint
    now += 4.9
    assert "thinking" in screen.hint
    now += 0.2
    assert screen.hint == usual
    await screen.working(HERE)
    await _show(screen, QUESTION)
    assert screen.hint == usual
    thinking, asked = wording.THINKING, wording.enter_goes_on("Go on")
    assert redrawn == [asked, usual, thinking, thinking, usual]


async def test_what_is_said_below_fits_what_is_shown() -> None:
    screen = RichScreen()
    await _show(screen, JOBS)
    assert screen.hint == wording.enter_takes(AGAIN.label)
    await _show(screen, CARD)
    assert "type what you choose" in screen.hint
    for asked in (QUESTION, REDIRECT):
        await _show(screen, REPORT)
        assert screen.hint == wording.BETWEEN
        await _show(screen, asked, NOTICE, HISTORY)
        assert screen.hint == wording.ANSWERING


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
        (JOBS, "Baker", ROLES.choices[0]),
        (JOBS, "baker", ROLES.choices[0]),
        (JOBS, "1", AGAIN),
        (JOBS, "waiter", WAITER),
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
    assert menu["choices"][1] == {"label": "Drop it", "command": "drop", "argument": "", "turn": None, "row": None}
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
