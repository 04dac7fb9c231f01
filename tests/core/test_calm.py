"""Whoever wants no numbers sees none: no figure of a score, no bar, no report value, on any page."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.history import HistoryItem, HistoryPage, Transcript
from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.model import (
    Assessment,
    CriterionResult,
    Finding,
    Interview,
    Levels,
    Mode,
    Outcome,
    Passes,
    Phase,
    QuestionResult,
    Report,
    ReportFinding,
    Utterance,
    UtteranceKind,
)
from core.roles import Criterion, Seniority
from core.wording import afterwards as after
from core.wording import history as kept
from core.wording import interview as say
from core.wording import pages
from core.wording.assessed import REASONS
from core.wording.pieces import calm
from tests.contracts.sample import NOW, answered_turn, new_interview
from tests.contracts.strategies import levels, several

words = st.text("abcdefghij ", min_size=1, max_size=20).map(lambda text: f"x{text}")
means = st.floats(1, 5).map(lambda mean: round(mean, 1))
BEYOND_LEVELS = 1000
"""Numbers of questions in these tests have four digits, so that no figure of a score can be taken for one."""


numbers = st.integers(BEYOND_LEVELS, 9 * BEYOND_LEVELS)
questions = st.builds(
    QuestionResult,
    number=numbers,
    question_id=words,
    focus=words,
    outcome=st.sampled_from(Outcome),
    total=st.none() | means,
    covered=several(words),
    missed=several(words),
    reason=st.sampled_from(["", *REASONS]),
    disputed=st.none() | means,
    assessor=st.sampled_from(["", "rules", "small"]),
    shortened=st.booleans(),
)
found = st.builds(ReportFinding, numbers, st.sampled_from(Criterion), words, words, words)
criteria = st.tuples(
    *(
        st.builds(
            CriterionResult, st.just(one), words, means, words, st.none() | st.floats(0, 4).map(lambda x: round(x, 1))
        )
        for one in Criterion
    )
)
reports = st.builds(
    Report,
    role_title=words,
    mode=st.sampled_from(Mode),
    seniority=st.sampled_from(Seniority),
    total=st.none() | means,
    planned=numbers,
    assessed=numbers,
    criteria=criteria,
    strengths=several(found),
    improvements=several(found),
    questions=several(questions),
    ended_early=st.booleans(),
    assessors=st.sampled_from([(), ("rules",), ("small",), ("rules", "small")]),
    self_rating=st.none() | levels,
)


def assert_no_figure(message: Outbound) -> None:
    """No block shows a number below those of questions, a fraction of one, or a bar."""
    shown = calm(message)
    assert shown.report is None
    assert shown.blocks
    for block in shown.blocks:
        assert block.text.strip()
        assert block.level is None
        assert block.calm is None
        assert block.style is not BlockStyle.SCORE
        assert not re.search(r" of 5(?![\d,])", block.text)
        for number in re.findall(r"[\d.,]*\d", block.text):
            assert re.fullmatch(r"\d{4}", number.replace(",", "")), block.text


def _counted(block: Block) -> bool:
    """Whether a block counts questions, which is no figure of a score."""
    return "answered and not" in block.text


@given(reports, st.booleans(), st.booleans())
def test_no_report_shows_a_figure(made: Report, so_far: bool, complete: bool) -> None:  # noqa: FBT001 - hypothesis gives them
    page = pages.report(made, so_far=so_far, complete=complete)
    assert_no_figure(replace(page, blocks=tuple(block for block in page.blocks if not _counted(block))))


@given(reports, reports)
def test_reports_that_differ_in_figures_alone_read_alike(made: Report, other: Report) -> None:
    """Without numbers, nothing is left of the totals and spreads of a report."""
    figures = replace(
        made,
        total=other.total if made.total is not None and other.total is not None else made.total,
        criteria=tuple(replace(one, spread=two.spread) for one, two in zip(made.criteria, other.criteria, strict=True)),
        self_rating=other.self_rating,
    )
    assert calm(pages.report(made)).blocks == calm(pages.report(figures)).blocks


assessments = st.builds(
    Assessment,
    levels=st.builds(Levels, levels, levels, levels),
    total=means,
    strengths=several(st.builds(Finding, st.sampled_from(Criterion), words, words)),
    improvements=several(st.builds(Finding, st.sampled_from(Criterion), words, words, words)),
    reason=st.sampled_from(["", *REASONS]),
    assessor=st.sampled_from(["rules", "model"]),
    model=st.sampled_from(["", "small"]),
    passes=several(st.builds(Passes, st.sampled_from(Criterion), st.lists(levels, min_size=1, max_size=5).map(tuple))),
    shortened=st.booleans(),
)


def _without_numbers_of_questions(message: Outbound) -> Outbound:
    blocks = tuple(
        replace(block, text=re.sub(r"\bquestion \d+", "question", block.text, flags=re.IGNORECASE))
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


@given(assessments, assessments)
def test_no_feedback_another_try_or_second_look_shows_a_figure(first: Assessment, second: Assessment) -> None:
    one = replace(answered_turn(), assessment=first)
    twice = _over(replace(one, assessment=first), replace(one, assessment=second, attempt=2))
    disputed = _over(replace(one, assessment=second, disputed=first))
    for message in (
        say.feedback(_over(one)),
        say.feedback(twice),
        after.retried(twice, 1),
        after.reassessed(disputed, 0),
    ):
        assert any(block.level is not None for block in message.blocks)
        assert_no_figure(_without_numbers_of_questions(message))


def _over(*turns: Any) -> Interview:
    return replace(new_interview(), mode=Mode.COACH, phase=Phase.FINISHED, turns=turns)


@pytest.mark.parametrize("total", [None, 3.4])
def test_no_history_shows_a_total_or_an_average(total: float | None) -> None:
    ids = count(BEYOND_LEVELS)
    items = tuple(HistoryItem(next(ids), "Tester", Mode.MOCK, phase, NOW, total) for phase in Phase)
    page = calm(kept.history(HistoryPage(items, 9, total)))
    assert [block.text for block in page.blocks][1:4] == [
        "1000 · 2026-03-01 12:00 UTC · Tester · mock · open",
        "1001 · 2026-03-01 12:00 UTC · Tester · mock · open",
        "1002 · 2026-03-01 12:00 UTC · Tester · mock · open",
    ]
    assert "of 5" not in page.text
    assert "score" not in page.text
    assert "Average" not in page.text


@pytest.mark.parametrize("words", [1, 1000])
def test_no_transcript_shows_a_total(words: int) -> None:
    """Nor does its file, which says the same to everybody."""
    said = tuple(Utterance(kind, f"{kind} " * words, NOW) for kind in UtteranceKind)
    scored = Transcript(1000, "Tester", Mode.MOCK, Seniority.MID, Phase.FINISHED, NOW, (said,), 3.4)
    page = kept.transcript(scored)
    assert "Total: 3.4 of 5" in page.text
    assert calm(page) == kept.transcript(replace(scored, total=None))
    assert "of 5" not in calm(page).text
    assert page.document == kept.transcript(replace(scored, total=None)).document


def test_no_button_shows_a_total() -> None:
    items = tuple(HistoryItem(number, "Tester", Mode.MOCK, Phase.FINISHED, NOW, 3.4) for number in range(3))
    bare = tuple(replace(item, total=None) for item in items)
    assert kept.history(HistoryPage(items, 3, 3.4)).choices == kept.history(HistoryPage(bare, 3)).choices


def test_calm_replaces_what_has_other_words_and_leaves_the_rest() -> None:
    choice = Choice("Go on", "resume")
    message = Outbound(
        OutboundKind.NOTICE,
        (
            Block(BlockStyle.HEADING, "Heading"),
            Block(BlockStyle.SCORE, "Structure: 3.0 of 5", 3.0, "Structure"),
            Block(BlockStyle.SMALL, "About 3", calm="The anchor"),
            Block(BlockStyle.SCORE, "Total: 3.0 of 5", 3.0, ""),
        ),
        (choice,),
        choice,
    )
    assert calm(message) == Outbound(
        OutboundKind.NOTICE,
        (
            Block(BlockStyle.HEADING, "Heading"),
            Block(BlockStyle.TEXT, "Structure"),
            Block(BlockStyle.SMALL, "The anchor"),
        ),
        (choice,),
        choice,
    )
    assert calm(calm(message)) == calm(message)
