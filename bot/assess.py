"""Assesses answers given as JSON lines, for programs and for looking at the scoring."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.settings import Settings
from bot.wiring import interviewer_of, roles_of
from core import text
from core.interviewers.nearest import nearest_question
from core.model import Assessment, Criterion, Outcome, Question, Role, Turn, Utterance, UtteranceKind
from core.policy import MAX_ANSWER_CHARACTERS, MAX_ANSWER_WORDS
from core.ports import Interviewer
from core.requests import BadRequestError, find_role

MAX_LINE_BYTES = 1_000_000


class _Row(BaseModel):
    """One line of the input."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    role: str = Field(max_length=200)
    question: str = Field(min_length=1, max_length=4000)
    answer: str


class _BadRowError(Exception):
    """A line cannot be assessed; the message says why."""


async def assess_lines(source: IO[bytes], out: IO[str], settings: Settings) -> int:
    """Write one JSON object for each line: an assessment, or `error` with the reason. Returns the number of errors."""
    roles = roles_of(settings).roles
    interviewer = interviewer_of(settings)
    errors = 0
    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        try:
            result = await _assessed(line, roles, interviewer)
        except (_BadRowError, BadRequestError) as error:
            errors += 1
            result = {"line": number, "error": str(error)}
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
        out.flush()
    return errors


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    """Every line; of one that is too long only so much that this can be told."""
    mark = BOM_UTF8  # some editors and Windows tools begin a file with it
    while line := source.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 1)
        yield line.removeprefix(mark)
        mark = b""


async def _assessed(line: bytes, roles: dict[str, Role], interviewer: Interviewer) -> dict[str, Any]:
    row = _row(line)
    role = find_role(row.role, roles)
    question = nearest_question(row.question, role)
    if question is None:
        known = ", ".join(one.id for one in role.questions)
        raise _BadRowError(f"no question of {role.id} is like that one; there are: {known}")
    answer = text.clean(row.answer)
    if len(answer) > MAX_ANSWER_CHARACTERS or len(text.words(answer)) > MAX_ANSWER_WORDS:
        raise _BadRowError(f"the answer is longer than {MAX_ANSWER_WORDS} words and is not assessed")
    said = Utterance(UtteranceKind.ANSWER, answer, datetime.now(UTC))
    asked = question if row.question.strip() == question.id else replace(question, text=text.clean(row.question))
    assessment = await interviewer.assess(role, Turn(asked, utterances=(said,), outcome=Outcome.ANSWERED))
    return _shown(role, question, assessment)


def _row(line: bytes) -> _Row:
    if len(line) > MAX_LINE_BYTES:
        raise _BadRowError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        return _Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        wanted = 'each line is JSON like {"role": "…", "question": "…", "answer": "…"}'
        raise _BadRowError(f"{key + ': ' if key else ''}{first['msg']}; {wanted}") from None


def _shown(role: Role, question: Question, assessment: Assessment) -> dict[str, Any]:
    """The assessment with texts instead of the ids of points."""
    texts = {point.id: point.text for point in question.points}
    return {
        "role": role.id,
        "question": question.id,
        "question_text": question.text,
        "levels": {criterion.value: assessment.levels.of(criterion) for criterion in Criterion},
        "total": assessment.total,
        "reason": assessment.reason,
        "quotes": [{"criterion": one.criterion.value, "quote": one.quote} for one in assessment.evidence],
        "covered": [texts[point] for point in assessment.covered],
        "missed": [texts[point] for point in assessment.missed],
        "strengths": [{"text": one.text, "quote": one.quote} for one in assessment.strengths],
        "improvements": [
            {"text": one.text, "quote": one.quote, "advice": one.advice} for one in assessment.improvements
        ],
        "assessor": assessment.model or assessment.assessor,
    }
