"""How one answer came out: its levels, what changed since before, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.report import noise, within_noise
from core.roles import Criterion
from core.wording.pieces import item, line, quote, score, small

if TYPE_CHECKING:
    from core.messages import Block
    from core.model import Assessment, Finding, Interview, ReportFinding
    from core.roles import CriterionRule

REASONS = {
    "non_answer": "There was no answer to assess.",
    "echo": "This hands the question back without answering it.",
    "keywords": "This is a list of terms. What counts is what you did with them.",
    "empty_talk": "This stays general: nothing in it could be checked or pictured.",
    "off_topic": "This is not about what was asked.",
    "orders": "This tells me how to grade. Only what answers the question counts.",
}
"""What an answer that got the lowest level without being weighed is told, by `Assessment.reason`."""
SHORTENED = "This was longer than the language model can read at once, so its beginning was left out."
_MARGINS = {1: "one level", 2: "two levels", 3: "three levels", 4: "four levels"}


def outcome(interview: Interview, made: Assessment, before: Assessment | None = None, since: str = "") -> list[Block]:
    """One assessment in full, beside the one before it, if any; `since` names that one."""
    blocks = [line(reason)] if (reason := REASONS.get(made.reason)) else []
    if made.shortened:
        blocks.append(small(SHORTENED))
    for criterion in Criterion:
        rule = interview.role.rule(criterion)
        blocks.append(_changed(rule, made, before, since) if before else _level(rule, made))
    if before:
        blocks += _noise(made, before)
    return blocks + findings(made)


def _level(rule: CriterionRule, made: Assessment) -> Block:
    level = made.levels.of(rule.criterion)
    return score(rule.label, level, f"{rule.label}: {rule.anchors[level - 1]}")


def _changed(rule: CriterionRule, made: Assessment, before: Assessment, since: str) -> Block:
    """A level with its change: in figures, and in words for who wants no figures."""
    level = made.levels.of(rule.criterion)
    change = level - before.levels.of(rule.criterion)
    if not change:
        figures, words = "as before", "as before"
    elif within_noise(before, made, rule.criterion):
        figures, words = f"{change:+d} since {since}, within noise", "about as before"
    else:
        figures, words = f"{change:+d} since {since}", "better than before" if change > 0 else "weaker than before"
    return score(f"{rule.label} ({figures})", level, f"{rule.label}, {words}: {rule.anchors[level - 1]}")


def _noise(made: Assessment, before: Assessment) -> list[Block]:
    """What “within noise” means, where it was said."""
    margins = [
        noise(before, made, criterion)
        for criterion in Criterion
        if made.levels.of(criterion) != before.levels.of(criterion) and within_noise(before, made, criterion)
    ]
    return [small(f"“Within noise” means: {_MARGINS[max(margins)]} up or down can be chance.", "")] if margins else []


def findings(assessment: Assessment) -> list[Block]:
    """The strengths and improvements of one assessment, each with its quote."""
    blocks = []
    for strength in assessment.strengths:
        blocks += finding("Good", strength)
    for improvement in assessment.improvements:
        blocks += finding("To improve", improvement)
    return blocks


def finding(title: str, found: Finding | ReportFinding) -> list[Block]:
    """What was seen, with the quote it is about and what to do, where there are such."""
    blocks = [line(f"{title}: {found.text}")]
    if found.quote:
        blocks.append(quote(found.quote))
    if found.advice:
        blocks.append(item(found.advice))
    return blocks
