"""The levels of the rules interviewer against answers that were written and graded without knowledge of the rules."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from bot.agreement import agreement
from core.assessment import total
from core.interviewers.account import account
from core.interviewers.guards import guard
from core.interviewers.levels import levels
from core.model import Levels
from core.roles import Criterion, Role

pytestmark = pytest.mark.unmeasured
GOLDEN = [
    json.loads(line)
    for path in sorted(Path(__file__).parent.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
REASONS = {
    "echo": "echo",
    "keywords": "keywords",
    "off_topic": "off_topic",
    "orders": "orders",
    "empty_talk": "empty_talk",
    "dont_know": "non_answer",
}
APART = (1, 4, 7)
"""How far apart the questions are that an answer is tried at; all pairs take three times as long."""


def graded(roles: dict[str, Role], entry: dict[str, Any]) -> tuple[str, Levels]:
    return _graded(roles[entry["role"]], entry["question"], entry["answer"])


@cache
def _graded(role: Role, question_id: str, answer: str) -> tuple[str, Levels]:
    question = role.question(question_id)
    assert question is not None
    read = account(role, question, answer)
    stopped = guard(read)
    return ("", levels(read)) if stopped is None else (stopped.value, Levels(1, 1, 1))


@pytest.fixture(scope="session")
def totals(roles: dict[str, Role]) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for entry in GOLDEN:
        reached = graded(roles, entry)[1]
        found[entry["role"], entry["question"]][entry["kind"]] = total(reached, roles[entry["role"]])
    return found


@pytest.mark.parametrize("key", sorted({(entry["role"], entry["question"]) for entry in GOLDEN}), ids="-".join)
def test_strong_is_above_middling_and_middling_above_weak(
    totals: dict[tuple[str, str], dict[str, float]], key: tuple[str, str]
) -> None:
    assert totals[key]["strong"] > totals[key]["middling"] > totals[key]["weak"]


@pytest.mark.parametrize(
    "entry",
    [entry for entry in GOLDEN if entry["kind"] in REASONS],
    ids=lambda entry: f"{entry['role']}-{entry['question']}-{entry['kind']}",
)
def test_what_is_no_answer_gets_the_lowest_level(roles: dict[str, Role], entry: dict[str, Any]) -> None:
    assert graded(roles, entry) == (REASONS[entry["kind"]], Levels(1, 1, 1))


@pytest.mark.parametrize(
    "entry",
    [entry for entry in GOLDEN if entry["kind"] == "padded"],
    ids=lambda entry: f"{entry['role']}-{entry['question']}",
)
def test_padding_raises_nothing(totals: dict[tuple[str, str], dict[str, float]], entry: dict[str, Any]) -> None:
    answers = totals[entry["role"], entry["question"]]
    assert answers["padded"] <= answers[entry["of"]]


@pytest.mark.parametrize("criterion", Criterion)
def test_agreement(roles: dict[str, Role], criterion: Criterion) -> None:
    pairs = [(entry["levels"][criterion.value], graded(roles, entry)[1].of(criterion)) for entry in GOLDEN]
    found = agreement(pairs)
    assert found is not None
    assert found.kappa is not None
    assert found.exact >= 0.6
    assert found.adjacent >= 0.93
    assert abs(found.signed_error) <= 0.35
    assert found.kappa >= 0.8


def test_strong_samples_score_high_and_need_hardly_any_probing(roles: dict[str, Role]) -> None:
    complete = 0
    for role in roles.values():
        for question in role.questions:
            read = account(role, question, question.sample)
            assert guard(read) is None
            assert total(levels(read), role) >= 4.0
            complete += not any(point.weight == 3 for point in read.missing)
    assert complete >= 20


def test_a_strong_answer_to_another_question_is_technically_low(roles: dict[str, Role]) -> None:
    reached = [
        levels(account(role, asked, role.questions[(place + apart) % len(role.questions)].sample)).technical
        for role in roles.values()
        for place, asked in enumerate(role.questions)
        for apart in APART
    ]
    assert sum(reached) / len(reached) < 3
    assert fmean(level <= 3 for level in reached) >= 0.75
