from __future__ import annotations

import json
from typing import Any

import pytest

from bot.answers import MAX_LINE_BYTES
from core.roles import Criterion
from tests.bot.conftest import Command

ANSWER = (
    "In 2023 my target was 80,000 pounds a quarter at a furniture shop. I called 15 old customers a day, noted every "
    "reply in a sheet, and reached 98,000 pounds, 22 percent above the target. The team took over the list afterwards."
)


def _row(**changes: Any) -> str:
    return json.dumps({"role": "sales_associate", "question": "targets", "answer": ANSWER} | changes)


def _rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.split("\n") if line]


def test_an_answer_gets_levels_a_total_and_quotes_from_it(interview_bot: Command) -> None:
    ended = interview_bot("assess", given=_row())
    assert (ended.status, ended.err) == (0, "")
    (row,) = _rows(ended.out)
    assert set(row["levels"]) == {criterion.value for criterion in Criterion}
    assert all(1 <= level <= 5 for level in row["levels"].values())
    assert min(row["levels"].values()) <= row["total"] <= max(row["levels"].values())
    assert row["quotes"]
    for found in (*row["quotes"], *row["strengths"], *row["improvements"]):
        assert found["quote"] in ANSWER
    assert row["covered"]
    assert len(row["covered"]) + len(row["missed"]) == 5
    assert (row["role"], row["question"], row["assessor"]) == ("sales_associate", "targets", "rules")


@pytest.mark.parametrize(
    ("role", "question", "found"),
    [
        ("sales_associate", "targets", "targets"),
        ("Sales Associate", "Tell me about a time you exceeded your sales target", "targets"),
        ("sales_associate", "a customer was difficult and angry", "difficult_customer"),
        ("backend_engineer", "how is your code tested before production?", "testing_ci_cd"),
    ],
)
def test_a_question_is_an_id_or_other_words(interview_bot: Command, role: str, question: str, found: str) -> None:
    (row,) = _rows(interview_bot("assess", given=_row(role=role, question=question)).out)
    assert row["question"] == found
    assert row["question_text"]


@pytest.mark.parametrize("answer", ["", "   ", "🎉", "I don't know"])
def test_no_answer_gets_the_lowest_level(interview_bot: Command, answer: str) -> None:
    ended = interview_bot("assess", given=_row(answer=answer))
    (row,) = _rows(ended.out)
    assert (ended.status, row["total"], row["reason"]) == (0, 1, "non_answer")


BAD = {
    "not json": "Invalid JSON",
    "[1]": "Input should be an object",
    json.dumps({"role": "sales_associate", "question": "targets"}): "answer: Field required",
    _row(answer=5): "answer: Input should be a valid string",
    _row(question=""): "question: String should have at least 1 character",
    _row(role="sales_asociate"): "There is no role “sales_asociate”. Did you mean sales_associate?",
    _row(answer="word " * 2001): "longer than 2000 words",
    _row(answer="x" * 20_001): "longer than 2000 words",
    _row(answer="x" * MAX_LINE_BYTES): "the line is longer than 1,000,000 bytes",
    _row(answer="x" * MAX_LINE_BYTES * 2): "the line is longer than 1,000,000 bytes",
}


def test_a_bad_line_is_an_error_in_its_place_and_the_others_are_assessed(interview_bot: Command) -> None:
    lines = [_row(), "", *BAD, "\udcff", _row()]
    given = "\n".join(lines).encode(errors="surrogateescape")
    ended = interview_bot("assess", given=given)
    assert ended.status == 1
    assert ended.err == "11 lines of the input could not be assessed: see `error` in the output.\n"
    first, *errors, last = _rows(ended.out)
    assert first == last
    assert [row["line"] for row in errors] == list(range(3, 14))
    for row, reason in zip(errors, BAD.values(), strict=False):
        assert reason in row["error"]
    assert "Invalid JSON" in errors[-1]["error"]


def test_a_mark_that_tells_the_encoding_is_no_part_of_the_first_line(interview_bot: Command) -> None:
    marked = interview_bot("assess", given=f"\ufeff{_row()}\n\ufeff{_row()}\n")
    first, second = _rows(marked.out)
    assert first["question"] == "targets"
    assert "Invalid JSON" in second["error"]
    assert interview_bot("assess", given="\ufeff\n").out == ""


def test_no_line_is_no_error(interview_bot: Command) -> None:
    ended = interview_bot("assess")
    assert (ended.status, ended.out, ended.err) == (0, "", "")
