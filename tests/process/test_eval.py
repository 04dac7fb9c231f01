"""A model measured by graded answers, over the loopback Ollama."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.process.home import ROOT, Ended, Home
from tests.process.loopback import Loopback
from tests.process.test_terminal import ended, typing

SALES = str(ROOT / "tests" / "golden" / "sales_associate.jsonl")


def _evaluated(home: Home, ollama: Loopback, *arguments: str, **settings: str) -> tuple[Ended, Mapping[str, Any]]:
    done = home.run("eval", *arguments, "--json", settings={"OLLAMA_BASE_URL": ollama.url} | settings)
    return done, json.loads(done.out)


@pytest.fixture(scope="module")
def nowhere() -> str:
    """The address of a server that has gone."""
    with Loopback() as ollama:
        ollama.kill()
    return ollama.url


def test_a_model_is_measured_by_every_figure(home: Home) -> None:
    with Loopback("--model", "qwen3:4b", "--thinking") as ollama:
        arguments = (SALES, "--limit", "22", "--repeat", "2", "--passes", "3", "--model", "qwen3:4b")
        done, found = _evaluated(home, ollama, *arguments)
    assert (done.status, done.err) == (0, "")
    assert (found["model"], found["passes"], found["repeat"]) == ("qwen3:4b", 3, 2)
    assert found["gradings"] == {"measured": 44, "wanted": 44}
    weighed = 22 - found["decided_in_code"]
    assert 0 < weighed < 22
    for by in found["agreement"]["weighed"].values():
        assert by["answers"] == weighed
        assert set(by) == {"answers", "kappa", "signed_error", "exact", "adjacent"}
    assert found["stability"]["answers"] == weighed
    assert found["pass_spread"] is not None
    assert found["replies"] == {"asked": weighed * 2 * 9, "invalid": 0, "share": 0}
    assert found["quotes"]["claimed"] > 0
    assert found["quotes"]["real"] == 0  # what was generated was never said
    assert 0 < found["seconds"]["median"] <= found["seconds"]["p95"]


def test_a_model_that_gives_nothing_of_use_is_given_up_and_named(home: Home) -> None:
    with Loopback("--reply", "prose") as ollama:
        done, found = _evaluated(home, ollama, SALES)
    assert done.status == 1
    assert not found["whole"]
    assert found["gradings"]["measured"] == found["decided_in_code"]
    assert sum(found["failures"].values()) == 10
    assert found["replies"] == {"asked": 20, "invalid": 20, "share": 1}
    assert "Given up, as the rest would fail too" in done.err
    assert f"{found['gradings']['measured']} of 55 gradings made" in done.err


def test_a_model_that_is_missing_or_a_server_that_is_gone_is_named_at_once(home: Home, nowhere: str) -> None:
    with Loopback() as ollama:
        done = home.run("eval", SALES, "--model", "qwen3:4b", settings={"OLLAMA_BASE_URL": ollama.url})
    assert (done.status, done.out) == (1, "")
    assert "`ollama pull qwen3:4b`" in done.err
    assert "0 of 55 gradings made" in done.err
    gone = home.run("eval", SALES, settings={"OLLAMA_BASE_URL": nowhere})
    assert (gone.status, gone.out) == (1, "")
    assert nowhere in gone.err


def test_control_c_shows_what_was_measured_so_far(home: Home) -> None:
    with (
        Loopback("--first-token-seconds", "0.05") as ollama,
        typing(home, "eval", "--json", OLLAMA_BASE_URL=ollama.url) as child,
    ):
        child.expect(r"Grading.*?[1-9]\d*/165")
        child.sendcontrol("c")
        status, said = ended(child)
    assert status == 130
    document = re.search(r"\{\"model\".*\}", said)
    assert document
    found = json.loads(document[0])
    assert found["interrupted"]
    assert 0 < found["gradings"]["measured"] < 165
    assert f"Stopped: {found['gradings']['measured']} of 165 gradings made" in said


def test_an_owner_chooses_by_a_table(home: Home, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(Path(SALES).read_text().splitlines(keepends=True)[:3]))
    with Loopback() as ollama:
        done = home.run("eval", str(own), settings={"OLLAMA_BASE_URL": ollama.url})
    assert done.status == 0
    assert "llama3.1:8b: 3 graded answers" in done.out
    assert "Seconds an answer: " in done.out
    assert re.search(r"Replies that could not be used: 0 of \d+ \(0\.0%\)\.", done.out)
