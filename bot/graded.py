"""Reads graded answers, by which an interviewer is measured: JSON lines with the levels that a person gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.answers import BadRowError, Row, answered, numbered_lines, read_row
from core.model import Levels, Turn
from core.requests import BadRequestError
from core.roles import Role
from core.wording.pieces import count

MAX_FILE_BYTES = 50_000_000
MAX_ANSWERS = 10_000
MAX_MISTAKES = 20
GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
_EXAMPLE = (
    '{"role": "…", "question": "…", "answer": "…", "levels": {"communication": 3, "technical": 3, "structure": 3}}'
)
_Level = Annotated[int, Field(ge=1, le=5)]


class _GivenLevels(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    communication: _Level
    technical: _Level
    structure: _Level


class _GradedRow(Row):
    """An answer with the levels that it deserves."""

    levels: _GivenLevels


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """An answer with the levels that it deserves in the eyes of who graded it."""

    role: Role
    turn: Turn
    levels: Levels


class BadGradedFilesError(Exception):
    """Files of graded answers cannot be used; the message has a line for each mistake."""


def golden_files() -> list[Path]:
    """The graded answers that come with the source. Raises BadRequestError where they are not beside the program."""
    found = sorted(GOLDEN.glob("*.jsonl"))
    if not found:
        raise BadRequestError(
            f"The source's own graded answers are not here: name a file of yours, with lines like {_EXAMPLE}."
        )
    return found


def read_graded(paths: Sequence[Path], roles: Mapping[str, Role]) -> list[GradedAnswer]:
    """The answers of all the files. Raises BadGradedFilesError, which names every line that cannot be used."""
    read = [one for path in paths for one in _read(path, roles)]
    mistakes = [one for one in read if isinstance(one, str)]
    answers = [one for one in read if isinstance(one, GradedAnswer)]
    if len(answers) > MAX_ANSWERS:
        mistakes.append(f"There are more than {MAX_ANSWERS:,} answers.")
    if not read:
        mistakes.append("There is no graded answer.")
    if mistakes:
        left_out = len(mistakes) - MAX_MISTAKES
        more = [f"There are {count(left_out, 'more mistake')}."] if left_out > 0 else []
        raise BadGradedFilesError("\n".join([*mistakes[:MAX_MISTAKES], *more, "Nothing was measured."]))
    return answers


def spread_evenly(answers: Sequence[GradedAnswer], limit: int | None) -> list[GradedAnswer]:
    """At most so many of the answers, from all parts of the set."""
    if limit is None or limit >= len(answers):
        return list(answers)
    return [answers[place * len(answers) // limit] for place in range(limit)]


def _read(path: Path, roles: Mapping[str, Role]) -> list[GradedAnswer | str]:
    """The answers of a file, and a sentence in the place of each line that cannot be used."""
    try:
        with path.open("rb") as file:
            held = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}."]
    if len(held) > MAX_FILE_BYTES:
        return [f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB."]
    return list(islice(_rows(path, held, roles), MAX_ANSWERS + 1))


def _rows(path: Path, held: bytes, roles: Mapping[str, Role]) -> Iterator[GradedAnswer | str]:
    for number, line in numbered_lines(BytesIO(held)):
        try:
            row = read_row(line, _GradedRow, _EXAMPLE)
            role, turn = answered(row, roles)
        except (BadRowError, BadRequestError) as error:
            yield f"{path}, line {number}: {str(error).removesuffix('.')}."
        else:
            yield GradedAnswer(role, turn, Levels(**row.levels.model_dump()))
