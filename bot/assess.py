"""Assesses answers given as JSON lines, for programs and for looking at the scoring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from bot.answers import BadRowError, Row, answered, numbered_lines, read_row
from bot.settings import Settings
from bot.wiring import interviewer_of, roles_of
from core.model import Assessment
from core.ports import Interviewer
from core.requests import BadRequestError
from core.roles import Criterion, Question, Role

_EXAMPLE = '{"role": "…", "question": "…", "answer": "…"}'


async def assess_lines(source: IO[bytes], out: IO[str], settings: Settings) -> int:
    """Write one JSON object for each line: an assessment, or `error` with the reason. Returns the number of errors."""
    roles = roles_of(settings).roles
    errors = 0
    async with interviewer_of(settings) as interviewer:
        for number, line in numbered_lines(source):
            try:
                result = await _assessed(line, roles, interviewer)
            except (BadRowError, BadRequestError) as error:
                errors += 1
                result = {"line": number, "error": str(error)}
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
            out.flush()
    return errors


async def _assessed(line: bytes, roles: Mapping[str, Role], interviewer: Interviewer) -> dict[str, Any]:
    role, turn = answered(read_row(line, Row, _EXAMPLE), roles)
    assessment = await interviewer.assess(role, turn)
    question = role.question(turn.question.id) or turn.question
    return _shown(role, question, assessment)


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
