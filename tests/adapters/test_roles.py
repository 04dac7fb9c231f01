from __future__ import annotations

import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.roles import BUILT_IN, MAX_FILE_BYTES, load_roles, read_role
from core.assessment import GENERIC_ANCHORS
from core.roles import Criterion, Role, Seniority

Table = dict[str, Any]
ANCHORS = ["one", "two", "three", "four", "five"]
GOOD: Table = {
    "title": "Baker",
    "summary": "Bakes bread.",
    "synonyms": [["bread", "loaf"]],
    "criteria": {
        "communication": {"label": "Communication", "weight": 20},
        "technical": {"label": "Baking", "weight": 60, "anchors": ANCHORS},
        "structure": {"label": "Structure", "weight": 20},
    },
    "questions": [
        {
            "id": "dough",
            "focus": "Dough",
            "level": "mid",
            "kind": "technical",
            "text": "How do you make dough?",
            "hint": "Begin with flour.",
            "sample": "I weigh flour.",
            "points": [
                {"id": "flour", "text": "which flour you take.", "weight": 3, "cues": ["flour"], "probes": ["Which?"]},
                {"id": "time", "text": "how long it rests", "weight": 1, "cues": ["hour"], "probes": ["How long?"]},
            ],
        }
    ],
}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write(path: Path, table: Table) -> Path:
    path.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in table.items()), encoding="utf-8")
    return path


def _question(table: Table) -> Table:
    question: Table = table["questions"][0]
    return question


def _point(table: Table) -> Table:
    point: Table = _question(table)["points"][1]
    return point


def test_a_file_becomes_a_role(tmp_path: Path) -> None:
    role = read_role(_write(tmp_path / "baker.toml", GOOD))
    assert isinstance(role, Role)
    assert (role.id, role.title, role.synonyms) == ("baker", "Baker", (("bread", "loaf"),))
    assert role.questions[0].seniority is Seniority.MID
    assert role.questions[0].points[0].text == "which flour you take"
    assert role.rule(Criterion.TECHNICAL).label == "Baking"
    assert role.rule(Criterion.TECHNICAL).anchors == tuple(ANCHORS)
    assert role.rule(Criterion.STRUCTURE).anchors == GENERIC_ANCHORS[Criterion.STRUCTURE]


MISTAKES: list[tuple[Callable[[Table], object], str, str]] = [
    (lambda table: table.update(title=5), "title", "valid string"),
    (lambda table: table.update(title=""), "title", "at least 1 character"),
    (lambda table: table.pop("summary"), "summary", "it is missing"),
    (lambda table: table.update(summary="   "), "summary", "it holds no words"),
    (lambda table: table.update(title="\u200b\ufeff"), "title", "it holds no words"),
    (lambda table: table.update(synonyms=[["bread", "?!"]]), "synonyms[1][2]", "it holds no words"),
    (lambda table: _question(table).update(text=" \u00a0 "), "questions[dough].text", "it holds no words"),
    (lambda table: _point(table).update(cues=["hour", " "]), "questions[dough].points[time].cues[2]", "no words"),
    (lambda table: table.update(colour="red"), "colour", "there is no such key"),
    (lambda table: table.update(questions=[]), "questions", "at least 1 item"),
    (lambda table: table.update(questions="none"), "questions", "valid list"),
    (lambda table: table["criteria"]["structure"].update(weight=30), "criteria", "must add up to 100, not 110"),
    (lambda table: table["criteria"]["structure"].update(weight="20"), "criteria.structure.weight", "valid integer"),
    (lambda table: table["criteria"]["technical"].update(anchors=ANCHORS[:4]), "criteria.technical.anchors", ""),
    (lambda table: table["criteria"].pop("technical"), "criteria.technical", "it is missing"),
    (lambda table: _question(table).update(level="boss"), "questions[dough].level", "'junior', 'mid' or 'senior'"),
    (lambda table: _question(table).update(id="Dough!"), "questions[Dough!].id", "pattern"),
    (lambda table: _question(table).pop("id"), "questions[1].id", "it is missing"),
    (lambda table: _question(table).update(points=[]), "questions[dough].points", "at least 1 item"),
    (lambda table: _point(table).update(weight=4), "questions[dough].points[time].weight", "less than or equal to 3"),
    (lambda table: _point(table).update(weight=True), "questions[dough].points[time].weight", "valid integer"),
    (lambda table: _point(table).update(cues=[]), "questions[dough].points[time].cues", "at least 1 item"),
    (lambda table: _point(table).update(probes=[7]), "questions[dough].points[time].probes[1]", "valid string"),
    (lambda table: _point(table).update(id="flour"), "questions[dough]", "a point's id stands more than once: flour"),
    (
        lambda table: table["questions"].append(_question(table)),
        "",
        "a question's id stands more than once: dough",
    ),
]


@pytest.mark.parametrize(("spoil", "key", "reason"), MISTAKES)
def test_a_mistake_is_told_with_file_key_and_reason(
    tmp_path: Path, spoil: Callable[[Table], object], key: str, reason: str
) -> None:
    table = copy.deepcopy(GOOD)
    spoil(table)
    found = read_role(_write(tmp_path / "baker.toml", table))
    assert isinstance(found, list)
    keys = {mistake.key for mistake in found}
    assert any(one == key or one.startswith(f"{key}[") for one in keys), keys
    assert any(reason in mistake.reason for mistake in found)
    assert all(mistake.file == "baker.toml" for mistake in found)
    assert "\n" not in str(found[0])
    assert "Value error" not in str(found[0])


def test_every_mistake_of_a_file_is_told(tmp_path: Path) -> None:
    found = read_role(_write(tmp_path / "baker.toml", GOOD | {"title": 5, "colour": "red", "summary": ""}))
    assert isinstance(found, list)
    assert {mistake.key for mistake in found} == {"title", "colour", "summary"}


FILES = [
    ("baker.toml", b'title = "x', "it is not valid TOML ("),
    ("baker.toml", b"title = " + b"[" * 50_000, "it is not valid TOML ("),
    ("baker.toml", b"title = " + b"7" * 5000, "it is not valid TOML (a number in it has too many digits)"),
    ("baker.toml", b'title = "\xff"', "it is not UTF-8 text"),
    ("baker.toml", b"#" * (MAX_FILE_BYTES + 1), "it is larger than 1,000,000 bytes"),
    ("Baker 1.toml", b"", "the name of a role file is lower-case letters"),
    *[
        (f"{word}.toml", b"", f"“{word}” is a word for how to interview, so no such role could be asked for")
        for word in ("mock", "coach", "junior", "mid", "senior", "all", "text", "voice", "both")
    ],
]


@pytest.mark.parametrize(("name", "content", "reason"), FILES)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    found = read_role(tmp_path / name)
    assert isinstance(found, list)
    (mistake,) = found
    assert mistake.key == ""
    assert str(mistake).startswith(f"{name}: {reason}")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "baker.toml").mkdir()
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    found = load_roles([tmp_path])
    assert not found.roles
    assert [mistake.file for mistake in found.mistakes] == ["baker.toml", "gone.toml"]
    assert all(mistake.reason.startswith("it cannot be read (") for mistake in found.mistakes)


def test_what_is_no_file_is_never_waited_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "baker.toml")
    found = read_role(tmp_path / "baker.toml")
    assert isinstance(found, list)
    assert [str(mistake) for mistake in found] == ["baker.toml: it cannot be read (it is not a regular file)"]


def test_a_number_of_any_size_is_a_mistake_and_never_an_error(tmp_path: Path) -> None:
    path = _write(tmp_path / "baker.toml", GOOD)
    path.write_text(path.read_text().replace("weight = 20", "weight = 0x" + "f" * 9000, 1))
    found = read_role(path)
    assert isinstance(found, list)
    assert [mistake.key for mistake in found] == ["criteria.communication.weight"]


def test_a_broken_file_and_a_missing_folder_stop_nothing_and_the_last_folder_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    _write(first / "baker.toml", GOOD)
    _write(first / "cook.toml", GOOD)
    (first / "bad.toml").write_text("=")
    (first / "notes.txt").write_text("not read")
    _write(second / "baker.toml", GOOD | {"title": "My Baker"})
    found = load_roles([first, tmp_path / "nowhere", second])
    assert {role.id: role.title for role in found.roles.values()} == {"baker": "My Baker", "cook": "Baker"}
    assert [mistake.file for mistake in found.mistakes] == ["bad.toml", str(tmp_path / "nowhere")]


def test_the_roles_that_come_with_the_program_have_no_mistake() -> None:
    found = load_roles([BUILT_IN])
    assert found.mistakes == ()
    assert all(len(role.questions) == 10 for role in found.roles.values())
