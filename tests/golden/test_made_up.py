"""Answers made up while the rules were written, one idea each, with the totals that are fair."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.assessment import total
from core.interviewers.account import account
from core.interviewers.guards import guard
from core.interviewers.levels import levels
from core.interviewers.nearest import nearest_question
from core.roles import Role

MADE_UP = Path(__file__).parent / "made_up"
LINES = (MADE_UP / "answers.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("entry", [json.loads(line) for line in LINES], ids=lambda entry: entry["answer"][:40])
def test_a_made_up_answer(roles: dict[str, Role], entry: dict[str, Any]) -> None:
    role = roles[entry["role"]]
    question = role.question(entry["question"])
    assert question is not None
    read = account(role, question, entry["answer"])
    stopped = guard(read)
    assert (stopped or "") == entry["reason"]
    if stopped is None:
        assert entry["lowest"] <= total(levels(read), role) <= entry["highest"]


def test_a_thin_case_is_above_vague_talk(roles: dict[str, Role]) -> None:
    pairs = [json.loads(line) for line in (MADE_UP / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    apart = [reached(roles, pair, pair["thin"]) - reached(roles, pair, pair["vague"]) for pair in pairs]
    assert sum(difference > 0 for difference in apart) / len(apart) >= 0.8
    assert min(apart) >= -0.3


def test_a_question_in_other_words_is_found(roles: dict[str, Role]) -> None:
    asked = [json.loads(line) for line in (MADE_UP / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = [roles[one["role"]].question(one["question"]) for one in asked]
    found = [
        nearest_question(one["asked"], roles[one["role"]]) == question
        for one, question in zip(asked, wanted, strict=True)
    ]
    assert sum(found) / len(found) >= 0.9


def test_a_question_is_found_by_its_id_or_its_own_words(roles: dict[str, Role]) -> None:
    for role in roles.values():
        for question in role.questions:
            assert nearest_question(f" {question.id} ", role) is question
            assert nearest_question(question.text, role) is question


def test_a_question_about_something_else_is_not_found(roles: dict[str, Role]) -> None:
    for role in roles.values():
        assert nearest_question("foo", role) is None


def reached(roles: dict[str, Role], entry: dict[str, Any], answer: str) -> float:
    role = roles[entry["role"]]
    question = role.question(entry["question"])
    assert question is not None
    read = account(role, question, answer)
    return 1.0 if guard(read) else total(levels(read), role)
