from __future__ import annotations

import json
import re
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port

from bot import model_check
from bot.settings import LEAST_CONTEXT_TOKENS
from core.wording.pieces import count
from tests.adapters.database.versions import KNOWN
from tests.bot.conftest import Command
from tests.postgres import execute
from tests.process.home import ROOT
from tests.process.loopback import Loopback


def _details(command: Command) -> dict[str, tuple[str, str]]:
    found = json.loads(command("doctor", "--json").out)
    return {
        finding["part"]: (finding["state"], f"{finding['detail']} {finding['advice']}".strip()) for finding in found
    }


def test_a_look_before_the_first_start_makes_nothing(interview_bot: Command, place: Path) -> None:
    found = _details(interview_bot)
    assert found["data folder"][0] == "ok"
    assert "not there yet: the first start makes it" in found["data folder"][1]
    assert found["database"] == ("ok", "not there yet: the first start makes it")
    assert list(place.iterdir()) == []


def test_a_look_at_a_database_changes_nothing_and_says_how_it_stands(interview_bot: Command, place: Path) -> None:
    interview_bot("migrate")
    assert _details(interview_bot)["database"] == ("ok", "up to date")
    path = place / "data" / "interviews.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM tortoise_migrations")
    number = len(list((ROOT / "migrations").glob("0*.py")))
    before = path.read_bytes()
    waits = f"waits for {count(number, 'migration')}: the next start brings it up to date, after a backup"
    assert _details(interview_bot)["database"] == ("ok", waits)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


def test_a_look_at_a_database_that_no_start_could_use(interview_bot: Command, place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "interviews.sqlite3").write_text("My dear diary, " * 99)
    state, detail = _details(interview_bot)["database"]
    assert state == "broken"
    assert "damaged" in detail


def test_a_look_at_the_port_for_whoever_watches(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    port = unused_port()
    assert _details(interview_bot)["metrics"] == ("off", "METRICS_PORT is not set")
    monkeypatch.setenv("METRICS_PORT", str(port))
    assert _details(interview_bot)["metrics"] == ("ok", f"127.0.0.1, port {port}")
    with socket.create_server(("127.0.0.1", port)):
        state, detail = _details(interview_bot)["metrics"]
    assert state == "broken"
    assert f"METRICS_PORT: 127.0.0.1, port {port}, cannot be listened at" in detail


def test_a_look_at_a_server(interview_bot: Command, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_postgres_url)
    on = "on the PostgreSQL server"
    state, detail = _details(interview_bot)["database"]
    assert (state, detail.partition(on)[0], detail.endswith("the first start makes the tables")) == (
        "ok",
        "empty ",
        True,
    )
    assert execute(empty_postgres_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
    assert interview_bot("migrate").status == 0
    assert _details(interview_bot)["database"][1].startswith(f"up to date {on}")
    execute(empty_postgres_url, "DELETE FROM tortoise_migrations")
    state, detail = _details(interview_bot)["database"]
    assert (state, detail.partition(on)[0]) == ("ok", f"waits for {count(len(KNOWN) + 1, 'migration')} ")
    assert detail.endswith("make a backup before")
    monkeypatch.setenv("DATABASE_URL", "psycopg://user:hunter2@127.0.0.1:1/interviews")
    state, detail = _details(interview_bot)["database"]
    assert (state, detail.partition(",")[0]) == ("broken", "The database cannot be reached")
    assert "hunter2" not in detail


def _about_the_model(command: Command) -> dict[str, tuple[str, str]]:
    found = _details(command)
    return {
        part: found[part]
        for part in ("interviewer", "ollama", "model", "model context", "model reply")
        if part in found
    }


@pytest.fixture
def auto(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the program look for a model at an address."""

    def look(url: str) -> None:
        monkeypatch.setenv("INTERVIEWER", "auto")
        monkeypatch.setenv("OLLAMA_BASE_URL", url)

    return look


def test_a_model_that_answers_in_time(interview_bot: Command, auto: Callable[[str], None]) -> None:
    with Loopback("--first-token-seconds", "0.2", "--load-seconds", "0.3") as ollama:
        auto(ollama.url)
        found = _about_the_model(interview_bot)
    assert found["interviewer"] == ("ok", "with llama3.1:8b; by rules while it cannot be asked")
    assert found["ollama"] == ("ok", f"version 0.33.0 at {ollama.url}")
    assert found["model"] == ("ok", "llama3.1:8b")
    assert found["model context"] == ("ok", "8,192 of the 131,072 tokens that the model can have")
    assert re.fullmatch(r"in 0\.[2-4] s of the 20 s that a candidate waits at most", found["model reply"][1])


def test_rules_ask_for_no_model(interview_bot: Command) -> None:
    assert _about_the_model(interview_bot) == {
        "interviewer": ("ok", "by rules, without a language model"),
        "ollama": ("off", "INTERVIEWER is rules, so no model is asked"),
    }


def test_where_nothing_answers_and_nothing_was_asked_for_the_model_is_off(
    interview_bot: Command, auto: Callable[[str], None], closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    auto(f"http://127.0.0.1:{closed_port}")
    monkeypatch.setattr(model_check, "DEFAULT_OLLAMA_URL", f"http://127.0.0.1:{closed_port}")
    assert interview_bot("doctor").status == 0
    found = _about_the_model(interview_bot)
    assert found["interviewer"] == ("ok", "by rules, without a language model")
    assert found["ollama"] == ("off", f"nothing answers at http://127.0.0.1:{closed_port}, so the rules interview")


@pytest.mark.parametrize("choice", ["auto", "model"])
def test_where_nothing_answers_although_it_was_asked_for_the_server_is_broken(
    interview_bot: Command,
    auto: Callable[[str], None],
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
) -> None:
    auto(f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("INTERVIEWER", choice)
    found = _about_the_model(interview_bot)
    assert found["interviewer"] == ("ok", "by rules, until the language model can be asked")
    assert found["ollama"][0] == "broken"
    assert f"127.0.0.1:{closed_port}" in found["ollama"][1]
    assert "model" not in found
    assert interview_bot("doctor").status == 1


def test_a_model_that_is_not_there_is_to_be_pulled(
    interview_bot: Command, auto: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback() as ollama:
        auto(ollama.url)
        monkeypatch.setenv("OLLAMA_MODEL", "qwen3:4b")
        found = _about_the_model(interview_bot)
    assert found["ollama"] == ("ok", f"answers at {ollama.url}")
    assert found["model"][0] == "broken"
    assert "`ollama pull qwen3:4b`" in found["model"][1]
    assert "model reply" not in found


@pytest.mark.parametrize(
    ("length", "advice"),
    [("4096", "Set OLLAMA_CONTEXT_TOKENS=4096, or choose another model."), ("1024", "Choose another model.")],
)
def test_a_context_that_is_smaller_than_set_is_told(
    interview_bot: Command, auto: Callable[[str], None], length: str, advice: str
) -> None:
    with Loopback("--context-length", length) as ollama:
        auto(ollama.url)
        state, told = _about_the_model(interview_bot)["model context"]
    assert state == "broken"
    assert f"{int(length):,} tokens, and OLLAMA_CONTEXT_TOKENS is 8,192. {advice}" in told


def test_a_model_that_is_asked_but_not_as_set_is_not_said_to_be_left_out(
    interview_bot: Command, auto: Callable[[str], None]
) -> None:
    with Loopback("--context-length", "4096") as ollama:
        auto(ollama.url)
        found = _about_the_model(interview_bot)
    assert found["interviewer"] == ("ok", "with llama3.1:8b, which is asked, but not as set: see model context")
    assert found["model"] == ("ok", "llama3.1:8b")
    assert found["model reply"][0] == "ok"


def test_the_smallest_context_holds_the_questions_of_the_built_in_roles(
    interview_bot: Command, auto: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_CONTEXT_TOKENS", str(LEAST_CONTEXT_TOKENS))
    with Loopback() as ollama:
        auto(ollama.url)
        assert _about_the_model(interview_bot)["model context"][0] == "ok"


@pytest.mark.parametrize(
    ("length", "advice"),
    [
        ("131072", "Set OLLAMA_CONTEXT_TOKENS=5120, or choose another model."),
        ("4096", "Choose another model."),
    ],
)
def test_a_context_that_is_too_small_for_the_roles_is_told(
    interview_bot: Command,
    auto: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    length: str,
    advice: str,
) -> None:
    monkeypatch.setattr(model_check, "ANSWER_WORDS", 1200)
    monkeypatch.setenv("OLLAMA_CONTEXT_TOKENS", "4096")
    with Loopback("--context-length", length) as ollama:
        auto(ollama.url)
        state, told = _about_the_model(interview_bot)["model context"]
    assert state == "broken"
    assert re.search(r"takes up to 4,\d\d\d tokens, and OLLAMA_CONTEXT_TOKENS is 4,096: long answers are cut", told)
    assert told.endswith(advice)


REPLIES = {
    "prose": "does not keep to the form",
    "cut": "broke off",
    "failing": "HTTP 500",
    "silent": "none within 1 s",
}


@pytest.mark.parametrize(("reply", "told"), REPLIES.items())
def test_a_reply_that_is_of_no_use_is_told(
    interview_bot: Command, auto: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, reply: str, told: str
) -> None:
    monkeypatch.setattr(model_check, "REPLY_DEADLINE_S", 1.0)
    with Loopback("--reply", reply) as ollama:
        auto(ollama.url)
        state, detail = _about_the_model(interview_bot)["model reply"]
    assert state == "broken"
    assert told in detail


def test_a_reply_that_is_slower_than_candidates_wait_is_told(
    interview_bot: Command, auto: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWER_DEADLINE_SECONDS", "0.2")
    with Loopback("--first-token-seconds", "0.3") as ollama:
        auto(ollama.url)
        state, detail = _about_the_model(interview_bot)["model reply"]
    assert state == "broken"
    assert "more than the 0.2 s that a candidate waits at most" in detail
    assert "Choose a smaller model" in detail


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "TELEGRAM_ALLOWED_USER=1001\n",
            "TELEGRAM_ALLOWED_USER: there is no such setting; did you mean TELEGRAM_ALLOWED_USERS?",
        ),
        ("TELEGRAM_TOKEN 123\n", ".env: line 1 cannot be read: write NAME=value."),
    ],
)
def test_a_file_of_settings_that_is_not_right_is_broken(
    interview_bot: Command, place: Path, text: str, told: str
) -> None:
    (place / ".env").write_text(text)
    assert _details(interview_bot) == {"settings": ("broken", f"{told} Correct that setting and run doctor again.")}
    assert interview_bot("doctor").status == 1
