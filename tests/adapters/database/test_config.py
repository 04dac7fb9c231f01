from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database import config
from adapters.database.config import DEFAULT_URL, PRAGMAS, parse_url
from core.ports import StoreUnavailableError


def test_a_relative_path_is_one_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_url(DEFAULT_URL).path == tmp_path / "data" / "interviews.sqlite3"


@pytest.mark.parametrize("name", ["/srv/a b.sqlite3", "/srv/50%20#1.sqlite3", "/srv/ü@[1].sqlite3"])
def test_an_absolute_path_is_taken_as_it_is(name: str) -> None:
    database = parse_url(f"sqlite://{name}")
    assert database.path == Path(name)
    assert database.tortoise()["connections"]["default"]["credentials"]["file_path"] == name


def test_the_owner_may_overrule_some_settings() -> None:
    database = parse_url("sqlite://:memory:?synchronous=full&busy_timeout=600000&journal_mode=DELETE&max_page_count=9")
    assert database.path is None
    chosen = {"synchronous": "FULL", "busy_timeout": "600000", "journal_mode": "DELETE", "max_page_count": "9"}
    assert database.pragmas == PRAGMAS | chosen


@pytest.mark.parametrize(
    "query",
    [
        "synchronous=BANANA",
        "synchronous=OFF",
        "synchronous=",
        "synchronous",
        "foreign_keys=OFF",
        "nosuch=1;drop",
        "busy_timeout=600001",
        "busy_timeout=-1",
        "busy_timeout=1.5",
        "busy_timeout=٣",
        "max_page_count=0",
        "journal_mode=MEMORY",
        "synchronous=FULL&journal_mode=)",
    ],
)
def test_every_other_setting_is_refused_in_one_sentence(query: str) -> None:
    with pytest.raises(StoreUnavailableError, match="DATABASE_URL") as caught:
        parse_url(f"sqlite:///srv/x.sqlite3?{query}")
    assert "synchronous (NORMAL, FULL or EXTRA)" in str(caught.value)
    assert not [word for word in ("BANANA", "drop", "srv") if word in str(caught.value)]


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    assert parse_url("sqlite://~/x.sqlite3").path == Path("/home/kim/x.sqlite3")
    with pytest.raises(StoreUnavailableError, match="DATABASE_URL"):
        parse_url("sqlite://~nobody-of-that-name/x.sqlite3")


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite://?a=b", "interviews.sqlite3", "postgres://u:p@host/db"])
def test_another_url_is_refused_in_one_sentence_that_tells_no_password(url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="SQLite only: set DATABASE_URL") as caught:
        parse_url(url)
    assert "u:p" not in str(caught.value)


def test_the_tool_reads_the_url_when_it_asks_and_never_with_foreign_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///srv/x.sqlite3?synchronous=FULL")
    credentials = config.TORTOISE["connections"]["default"]["credentials"]
    assert (credentials["file_path"], credentials["foreign_keys"]) == ("/srv/x.sqlite3", "OFF")
    monkeypatch.delenv("DATABASE_URL")
    assert "interviews.sqlite3" in config.TORTOISE["connections"]["default"]["credentials"]["file_path"]


def test_nothing_else_is_made_up() -> None:
    with pytest.raises(AttributeError, match="TORTOISE_ORM"):
        config.TORTOISE_ORM  # noqa: B018 - asking is the test
