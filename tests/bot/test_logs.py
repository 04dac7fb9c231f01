"""What a line of the log holds, in both forms, and what it never does."""

from __future__ import annotations

import io
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from procrastinate.exceptions import ConnectorException

from bot import logs
from bot.settings import load_settings
from core.about import about
from core.model import Conversation
from tests.process.home import Home

WHERE = Conversation("telegram", "12", "34")
WORDS = "SENTINEL words"


class Log:
    """The log of a process that was started with some settings, and nobody else's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._error = io.StringIO()

    def start(self, **settings: str) -> None:
        root = logging.getLogger()
        self._patch.setattr(root, "handlers", [])
        self._patch.setattr(root, "level", root.level)
        self._patch.setattr(sys, "stderr", self._error)
        for name, value in settings.items():
            self._patch.setenv(name, value)
        logs.start_logging(load_settings())

    def logger(self, name: str, level: int = logging.NOTSET) -> logging.Logger:
        """A logger at a level that its library has set, or none has."""
        for one in (name, name.partition(".")[0]):
            self._patch.setattr(logging.getLogger(one), "level", level)
            self._patch.setattr(logging.getLogger(one), "_cache", {})
        return logging.getLogger(name)

    @property
    def text(self) -> str:
        return self._error.getvalue()


@pytest.fixture
def log(place: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return Log(monkeypatch)


def fail(said: str) -> None:
    raise ValueError(said)


def log_failure(name: str = "discord.ui.view") -> None:
    try:
        fail(WORDS)
    except ValueError:
        logging.getLogger(name).exception("Ignoring it")


def test_a_line_for_people_names_the_conversation(log: Log) -> None:
    log.start(LOG_LEVEL="INFO")
    logging.getLogger("core.runner").info("Taken.")
    with about(WHERE):
        logging.getLogger("core.runner").info("Taken by %d.", 3)
    lines = [line.split(" ", 2)[2] for line in log.text.splitlines()]
    assert lines == ["INFO core.runner: Taken.", "INFO core.runner [telegram/12]: Taken by 3."]


def test_a_line_for_programs_is_one_object(log: Log) -> None:
    log.start(LOG_FORMAT="json")
    with about(WHERE):
        logging.getLogger("core.runner").error("Two lines:\n“so”")
    log_failure()
    plain, failed = map(json.loads, log.text.splitlines())
    at = datetime.fromisoformat(plain.pop("time"))
    assert at.utcoffset() == timedelta()
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert plain == {
        "level": "ERROR",
        "logger": "core.runner",
        "message": "Two lines:\n“so”",
        "conversation": {"platform": "telegram", "chat": "12", "account": "34"},
    }
    assert failed["exception"] == "ValueError"
    assert "in fail" in failed["traceback"]
    assert "SENTINEL" not in log.text


def test_the_words_of_an_error_are_left_out(log: Log) -> None:
    log.start()
    log_failure()
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=SENTINEL>")
    logging.getLogger("bot").error("Without any", exc_info=(None, None, None))
    told = log.text
    assert "Ignoring it\n" in told
    assert "in fail" in told
    assert "ValueError" in told
    assert "Task exception was never retrieved\n" in told
    assert told.endswith("Without any\nno error\n")
    assert "SENTINEL" not in told


@pytest.mark.parametrize(
    ("name", "level", "shown"),
    [
        ("core.runner", logging.DEBUG, True),
        ("adapters.discord.intake", logging.DEBUG, True),
        ("corer", logging.DEBUG, False),
        ("tortoise.db_client", logging.DEBUG, False),
        ("aiosqlite", logging.DEBUG, False),
        ("discord.gateway", logging.DEBUG, False),
        ("discord.gateway", logging.INFO, True),
        ("httpx", logging.INFO, False),
        ("httpcore.http11", logging.INFO, False),
        ("httpx", logging.WARNING, True),
        ("procrastinate.worker.worker", logging.INFO, False),
        ("psycopg.pool", logging.INFO, False),
        ("psycopg.pool", logging.WARNING, False),
    ],
)
def test_libraries_are_heard_only_where_they_say_no_words(log: Log, name: str, level: int, *, shown: bool) -> None:
    log.start(LOG_LEVEL="DEBUG")
    log.logger(name).log(level, "SENTINEL")
    assert ("SENTINEL" in log.text) is shown


def test_what_jobs_of_a_server_that_is_gone_end_with_is_not_heard(log: Log) -> None:
    log.start()
    for error in (ConnectorException(), OSError()):
        log.logger("asyncio").error("Task exception was never retrieved", exc_info=error)
    assert "ConnectorException" not in log.text
    assert log.text.endswith("OSError\n")


def test_nothing_is_shown_below_the_level_that_was_set(log: Log) -> None:
    log.start(LOG_LEVEL="ERROR")
    log.logger("tortoise", logging.INFO).info("Not wanted.")  # a level as the database adapter sets it
    assert log.text == ""


def test_the_owner_is_told_in_the_form_of_the_log(log: Log) -> None:
    log.start(LOG_LEVEL="ERROR")
    logs.tell("Serving Pigeons.")
    assert log.text == "Serving Pigeons.\n"
    log.start(LOG_LEVEL="ERROR", LOG_FORMAT="json")
    logs.tell("Serving Pigeons.")
    told = json.loads(log.text.splitlines()[-1])
    assert (told["level"], told["logger"], told["message"]) == ("INFO", "bot", "Serving Pigeons.")


@pytest.mark.parametrize(
    ("arguments", "settings", "levels"),
    [
        (("run",), {"TELEGRAM_TOKEN": "nonsense"}, ["WARNING"]),
        (("run", "--no-work"), {}, ["ERROR"]),
        (("run", "--no-work"), {"TELEGRAM_TOKEN": "nonsense"}, ["ERROR"]),
        (("run", "--shards", "a"), {"TELEGRAM_TOKEN": "nonsense"}, ["ERROR"]),
        (("worker",), {"TELEGRAM_TOKEN": "nonsense"}, ["ERROR"]),
        (("roles", "list"), {"ROLES_DIR": "roles"}, ["WARNING"]),
        (("migrate",), {"DATA_DIR": "/dev/null/x"}, ["ERROR"]),
    ],
)
def test_what_ends_the_program_is_an_error_and_what_is_not_served_a_warning(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], levels: list[str]
) -> None:
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "barista.toml").write_text("nonsense")
    ended = Home(tmp_path).run(*arguments, settings={"LOG_FORMAT": "json", **settings})
    assert [json.loads(line)["level"] for line in ended.err.splitlines()] == levels
