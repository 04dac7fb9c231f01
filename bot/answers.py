"""Reads answers given as JSON lines: each with its role, its question and, where it is graded, its levels."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import text
from core.interviewers.nearest import nearest_question
from core.model import Outcome, Turn, Utterance, UtteranceKind
from core.policy import MAX_ANSWER_CHARACTERS, MAX_ANSWER_WORDS
from core.requests import find_role
from core.roles import Role

MAX_LINE_BYTES = 1_000_000


class BadRowError(Exception):
    """A line cannot be used; the message says why."""


class Row(BaseModel):
    """One line of the input: an answer to assess."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    role: str = Field(max_length=200)
    question: str = Field(min_length=1, max_length=4000)
    answer: str


AnyRow = TypeVar("AnyRow", bound=Row)


def numbered_lines(source: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank, with its number; of one that is too long only so much that this can be told."""
    number, mark = 0, BOM_UTF8  # some editors and Windows tools begin a file with it
    while line := source.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 1)
        number, line, mark = number + 1, line.removeprefix(mark), b""
        if line.strip():
            yield number, line


def read_row(line: bytes, kind: type[AnyRow], example: str) -> AnyRow:
    """The row of a line, which should look like the example. Raises BadRowError."""
    if len(line) > MAX_LINE_BYTES:
        raise BadRowError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadRowError(f"{key + ': ' if key else ''}{first['msg']}; each line is JSON like {example}") from None


def answered(row: Row, roles: Mapping[str, Role]) -> tuple[Role, Turn]:
    """The role of a row, and its answer as a turn. Raises BadRowError or BadRequestError."""
    role = find_role(row.role, roles)
    question = nearest_question(row.question, role)
    if question is None:
        known = ", ".join(one.id for one in role.questions)
        raise BadRowError(f"no question of {role.id} is like that one; there are: {known}")
    answer = text.clean(row.answer)
    if len(answer) > MAX_ANSWER_CHARACTERS or len(text.words(answer)) > MAX_ANSWER_WORDS:
        raise BadRowError(f"the answer is longer than {MAX_ANSWER_WORDS} words and is not assessed")
    said = Utterance(UtteranceKind.ANSWER, answer, datetime.now(UTC))
    asked = question if row.question.strip() == question.id else replace(question, text=text.clean(row.question))
    return role, Turn(asked, utterances=(said,), outcome=Outcome.ANSWERED)
