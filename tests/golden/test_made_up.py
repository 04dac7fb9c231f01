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
from core.model import Role

LINES = (Path(__file__).parent / "made_up" / "answers.jsonl").read_text(encoding="utf-8").splitlines()


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
