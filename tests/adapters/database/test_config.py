from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database import config
from adapters.database.config import DEFAULT_URL, PRAGMAS, PostgreSQLServer, SQLiteFile, parse_url
from core.ports import StoreUnavailableError


def sqlite(url: str) -> SQLiteFile:
    database = parse_url(url)
    assert isinstance(database, SQLiteFile)
    return database


def test_a_relative_path_is_one_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert sqlite(DEFAULT_URL).path == tmp_path / "data" / "interviews.sqlite3"


@pytest.mark.parametrize("name", ["/srv/a b.sqlite3", "/srv/50%20#1.sqlite3", "/srv/ü@[1].sqlite3"])
def test_an_absolute_path_is_taken_as_it_is(name: str) -> None:
    database = sqlite(f"sqlite://{name}")
    assert database.path == Path(name)
    assert database.tortoise()["connections"]["default"]["credentials"]["file_path"] == name


def test_the_owner_may_overrule_some_settings() -> None:
    database = sqlite("sqlite://:memory:?synchronous=full&busy_timeout=600000&journal_mode=DELETE&max_page_count=9")
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
    assert sqlite("sqlite://~/x.sqlite3").path == Path("/home/kim/x.sqlite3")
    with pytest.raises(StoreUnavailableError, match="DATABASE_URL"):
        parse_url("sqlite://~nobody-of-that-name/x.sqlite3")


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite://?a=b", "interviews.sqlite3", "postgres://u:p@host/db"])
def test_another_url_is_refused_in_one_sentence_that_tells_no_password(url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="DATABASE_URL names no database that can be used") as caught:
        parse_url(url)
    assert "u:p" not in str(caught.value)


def test_a_server_is_read_from_its_parts() -> None:
    server = parse_url("psycopg://kim%40home:p%40ss%3A%2F%25@db.example:5433/inter%20views?sslmode=verify-full&pool=3")
    assert isinstance(server, PostgreSQLServer)
    connecting = server.connecting()
    assert (connecting["host"], connecting["port"], connecting["dbname"]) == ("db.example", 5433, "inter views")
    assert (connecting["user"], connecting["password"]) == ("kim@home", "p@ss:/%")
    assert (connecting["sslmode"], server.pool) == ("verify-full", 3)
    assert "p@ss" not in repr(server)


def test_who_has_gone_without_a_word_is_missed_also_while_something_is_on_its_way_to_them() -> None:
    server = parse_url("psycopg://kim@db.example/interviews")
    assert isinstance(server, PostgreSQLServer)
    pool = server.tortoise()["connections"]["postgresql"]["credentials"]["kwargs"]
    for connecting in (server.connecting(), pool):
        assert connecting["tcp_user_timeout"] == 15_000
        assert "-c tcp_user_timeout=15000" in connecting["options"]
        assert connecting["keepalives_idle"] == 5


def test_what_is_not_said_of_a_server_is_as_usual() -> None:
    server = parse_url("psycopg:///interviews?host=/run/postgresql&sslrootcert=system")
    assert isinstance(server, PostgreSQLServer)
    assert (server.host, server.port, server.user, server.password) == ("/run/postgresql", 5432, None, None)
    assert (server.pool, server.ssl) == (10, {"sslrootcert": "system"})
    assert parse_url("psycopg://[::1]/x").connecting()["host"] == "::1"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "rest",
    [
        "user:hunter2@host",
        "user:hunter2@host/",
        "user:hunter2@host/a/b",
        "user:hunter2@host:99999/db",
        "user:hunter2@host:0/db",
        "user:hunter2@host:port/db",
        "user:hunter2@host/db?options=-c%20x",
        "user:hunter2@host/db?passfile=/etc/passwd",
        "user:hunter2@host/db?sslmode=maybe",
        "user:hunter2@host/db?pool=0",
        "user:hunter2@host/db?host=relative",
        "user:hunter2@host/db?host=/run",
        "user:hunter2@host/db#part",
        "user:hunter2%0A@host/db",
        "user:hunter2#@host/db",
        "user:[hunter2@host/db",
    ],
)
def test_what_is_not_understood_of_a_server_is_told_in_one_sentence_without_the_password(rest: str) -> None:
    with pytest.raises(StoreUnavailableError, match="DATABASE_URL is not understood") as caught:
        parse_url(f"psycopg://{rest}")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_libraries_that_are_missing_are_told_with_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "find_spec", lambda module: None if module == "procrastinate" else object())
    with pytest.raises(StoreUnavailableError, match="run `make postgres` first, or build the image with POSTGRES="):
        parse_url("psycopg://host/db")


def test_the_tool_reads_the_url_when_it_asks_and_never_with_foreign_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///srv/x.sqlite3?synchronous=FULL")
    credentials = config.TORTOISE["connections"]["default"]["credentials"]
    assert (credentials["file_path"], credentials["foreign_keys"]) == ("/srv/x.sqlite3", "OFF")
    monkeypatch.delenv("DATABASE_URL")
    assert "interviews.sqlite3" in config.TORTOISE["connections"]["default"]["credentials"]["file_path"]


def test_nothing_else_is_made_up() -> None:
    with pytest.raises(AttributeError, match="TORTOISE_ORM"):
        config.TORTOISE_ORM  # noqa: B018 - asking is the test
