"""Reads the role files: one TOML file for each job role, checked, and every mistake named."""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from core import text
from core.assessment import GENERIC_ANCHORS
from core.model import Mode
from core.roles import Criterion, CriterionRule, Point, Question, QuestionKind, Role, Seniority
from core.speech import ReplyStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

BUILT_IN = Path(__file__).resolve().parent.parent / "roles"
MAX_FILE_BYTES = 1_000_000
_REASONS = {"missing": "it is missing", "extra_forbidden": "there is no such key"}
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORDS_OF_REQUESTS = {*Mode, *ReplyStyle, *Seniority, "all"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a role file: the file's name, the key ("" for the file as a whole), and the reason."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}" if self.key else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RoleFiles:
    """What the folders hold: the roles by id, and the mistakes of the files that could not be used."""

    roles: dict[str, Role]
    mistakes: tuple[Mistake, ...]


def load_roles(folders: Iterable[Path]) -> RoleFiles:
    """Read every `*.toml` file of the folders; a role of a later folder replaces one of the same id."""
    roles: dict[str, Role] = {}
    mistakes: list[Mistake] = []
    for folder in folders:
        if not folder.is_dir():
            mistakes.append(Mistake(str(folder), "", "there is no such folder"))
        for path in sorted(folder.glob("*.toml")):
            found = read_role(path)
            if isinstance(found, Role):
                roles[found.id] = found
            else:
                mistakes += found
    return RoleFiles(roles, tuple(mistakes))


class _UnusableError(Exception):
    """A file as a whole cannot be used; the message says why."""


def read_role(path: Path) -> Role | list[Mistake]:
    """The role of one file, or everything that is wrong with it."""
    try:
        _check_name(path.stem)
        content = _content(path)
    except _UnusableError as error:
        return [Mistake(path.name, "", str(error))]
    try:
        return _RoleFile.model_validate(content).role(path.stem)
    except ValidationError as error:
        return [_mistake(path.name, content, one) for one in error.errors()]


def _check_name(stem: str) -> None:
    if not _ID.fullmatch(stem):
        raise _UnusableError("the name of a role file is lower-case letters, digits and _, like sales_lead.toml")
    if stem in _WORDS_OF_REQUESTS:
        raise _UnusableError(f"“{stem}” is a word for how to interview, so no such role could be asked for: rename it")


def _content(path: Path) -> dict[str, Any]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited on for ever
            raise _UnusableError("it cannot be read (it is not a regular file)")
        if status.st_size > MAX_FILE_BYTES:
            raise _UnusableError(f"it is larger than {MAX_FILE_BYTES:,} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _UnusableError(f"it cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise _UnusableError("it is not UTF-8 text") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _UnusableError(f"it is not valid TOML ({error})") from error
    except ValueError as error:  # what Python itself refuses to reckon out, thousands of digits long
        raise _UnusableError("it is not valid TOML (a number in it has too many digits)") from error


def _mistake(file: str, content: object, error: ErrorDetails) -> Mistake:
    """A mistake with the key as it stands in the file, questions and points by their id."""
    key, here = "", content
    for step in error["loc"]:
        here = _inside(here, step)
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, dict) else None
            key += f"[{name or step + 1}]"
        else:
            key += f".{step}" if key else step
    reason = _REASONS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return Mistake(file, key, reason)


def _inside(here: Any, step: int | str) -> object:
    try:
        return here[step]
    except (LookupError, TypeError):
        return None


def _cleaned(value: str) -> str:
    cleaned = text.clean(value)
    if not text.has_words(cleaned):
        raise ValueError("it holds no words")
    return cleaned


def _unique(values: list[str], what: str) -> None:
    twice = {value for value in values if values.count(value) > 1}
    if twice:
        msg = f"{what} stands more than once: {', '.join(sorted(twice))}"
        raise ValueError(msg)


_Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4000), AfterValidator(_cleaned)]
_Identifier = Annotated[str, StringConstraints(strict=True, pattern=f"^{_ID.pattern}$")]
_Anchors = tuple[_Text, _Text, _Text, _Text, _Text]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PointTable(_Table):
    id: _Identifier
    text: _Text
    weight: int = Field(strict=True, ge=1, le=3)
    cues: list[_Text] = Field(min_length=1, max_length=100)
    probes: list[_Text] = Field(min_length=1, max_length=10)

    def point(self) -> Point:
        return Point(self.id, self.text.rstrip("."), self.weight, tuple(self.cues), tuple(self.probes))


class _QuestionTable(_Table):
    id: _Identifier
    focus: _Text
    level: Seniority
    kind: QuestionKind
    text: _Text
    hint: _Text
    sample: _Text
    points: list[_PointTable] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _points_differ(self) -> Self:
        _unique([point.id for point in self.points], "a point's id")
        return self

    def question(self) -> Question:
        points = tuple(point.point() for point in self.points)
        return Question(self.id, self.focus, self.level, self.kind, self.text, self.hint, self.sample, points)


class _CriterionTable(_Table):
    label: _Text
    weight: int = Field(strict=True, ge=0, le=100)
    anchors: _Anchors | None = None

    def rule(self, criterion: Criterion) -> CriterionRule:
        return CriterionRule(criterion, self.label, self.weight, self.anchors or GENERIC_ANCHORS[criterion])


class _CriteriaTable(_Table):
    communication: _CriterionTable
    technical: _CriterionTable
    structure: _CriterionTable

    @model_validator(mode="after")
    def _weights_add_up(self) -> Self:
        total = self.communication.weight + self.technical.weight + self.structure.weight
        if total != 100:  # noqa: PLR2004 - percent
            msg = f"the weights must add up to 100, not {total}"
            raise ValueError(msg)
        return self


class _RoleFile(_Table):
    title: _Text
    summary: _Text
    synonyms: list[list[_Text]] = Field(default_factory=list, max_length=500)
    criteria: _CriteriaTable
    questions: list[_QuestionTable] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _questions_differ(self) -> Self:
        _unique([question.id for question in self.questions], "a question's id")
        return self

    def role(self, role_id: str) -> Role:
        return Role(
            id=role_id,
            title=self.title,
            summary=self.summary,
            criteria=(
                self.criteria.communication.rule(Criterion.COMMUNICATION),
                self.criteria.technical.rule(Criterion.TECHNICAL),
                self.criteria.structure.rule(Criterion.STRUCTURE),
            ),
            questions=tuple(question.question() for question in self.questions),
            synonyms=tuple(tuple(group) for group in self.synonyms),
        )
