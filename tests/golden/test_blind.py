"""Answers written and graded without sight of the role files and their questions; README.md says more."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.assessment import total
from core.interviewers.account import account
from core.interviewers.guards import guard
from core.interviewers.levels import levels
from core.interviewers.nearest import nearest_question
from core.roles import Role

pytestmark = pytest.mark.unmeasured
BLIND = Path(__file__).parent / "blind"
GRADES = ("strong", "middling", "weak")
Totals = list[tuple[dict[str, Any], float]]


@pytest.fixture(scope="module")
def totals(roles: dict[str, Role]) -> Totals:
    lines = [line for path in sorted(BLIND.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(entry, reached(roles[entry["role"]], entry)) for entry in map(json.loads, lines)]


def reached(role: Role, entry: dict[str, Any]) -> float:
    nearest = nearest_question(entry["question"], role)
    assert nearest is not None
    read = account(role, replace(nearest, text=entry["question"]), entry["answer"])
    return 1.0 if guard(read) else total(levels(read), role)


def by_question(totals: Totals) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for entry, reached_total in totals:
        if entry["kind"] in GRADES:
            found.setdefault((entry["role"], entry["question"]), {})[entry["kind"]] = reached_total
    return found


def test_at_least_nine_in_ten_questions_rank_strong_middling_and_weak(totals: Totals) -> None:
    ranked = [one["strong"] > one["middling"] > one["weak"] for one in by_question(totals).values()]
    assert sum(ranked) / len(ranked) >= 0.9


def test_what_is_no_answer_gets_the_lowest_level(totals: Totals) -> None:
    weighed = [entry for entry, one in totals if entry["kind"] not in {*GRADES, "padded"} and one > 1]
    assert weighed == []


def test_padding_raises_nothing(totals: Totals) -> None:
    answers = by_question(totals)
    padded = [(entry, one) for entry, one in totals if entry["kind"] == "padded"]
    assert padded
    assert all(one <= answers[entry["role"], entry["question"]][entry["of"]] for entry, one in padded)
