"""Everything of a database moved to one of the other kind, and back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.models import Model

from adapters.database import copying
from adapters.database.connection import connect
from adapters.database.copying import CopyError, copy_database, tables
from adapters.database.schema import MIGRATIONS_TABLE
from bot.copying import copy
from core.accounts import LinkCode
from core.model import Conversation, Preferences
from core.ports import Change, StoreInUseError
from tests.adapters.database.versions import Rows, Use, rebuilt, rows
from tests.contracts.sample import NOW, ROLES
from tests.postgres import execute

HERE, THERE = Conversation("telegram", "chat", "one"), Conversation("discord", "chat", "two")


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture
async def source(url: str, content: Rows) -> str:
    """A database with something in every table, and ids whose rows are gone."""
    async with connect(url, ROLES) as store:
        candidate, other = await store.candidate(HERE), await store.candidate(THERE)
        await store.save(Change(other, THERE, code=LinkCode("digest", NOW)))
        await store.save(Change(candidate, HERE, preferences=Preferences(), inbound_id="7", joins="digest"))
        await store.save(Change(other, THERE, code=LinkCode("another", NOW)))
        gone = (await store.save(Change(other, THERE, effects=()))).pending
        assert gone == ()
    return url


def plain(table: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows with documents and times as what they mean, however a database writes them."""
    return [tuple(map(_plain, row)) for row in table]


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value[:1] in "[{" else datetime.fromisoformat(value)
    except ValueError:
        return value


def sequences(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        found = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    return {name: highest for name, highest in found.items() if highest and name != MIGRATIONS_TABLE}


async def test_everything_goes_there_and_comes_back(
    source: str, path: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 2)
    before = rows(path)
    assert all(before[model._meta.db_table] for model in tables())
    copied = await copy_database(source, postgres_url, quiet)
    assert copied == sum(len(table) for name, table in before.items() if name != MIGRATIONS_TABLE)
    back = tmp_path / "back" / "interviews.sqlite3"
    assert await copy_database(postgres_url, f"sqlite://{back}", quiet) == copied
    after = rows(back)
    for name in before.keys() - {MIGRATIONS_TABLE}:
        assert plain(after[name]) == plain(before[name]), name
    assert sequences(back) == sequences(path)


async def test_what_was_copied_is_read_as_the_same_and_goes_on(source: str, postgres_url: str) -> None:
    await copy_database(source, postgres_url, quiet)
    kept = []
    for url in (source, postgres_url):
        async with connect(url, ROLES) as store:
            candidates = [await store.candidate(Conversation("terminal", "c", name)) for name in ("one", "two")]
            found = [(await store.interviews(one), await store.current_interview(one)) for one in candidates]
            accounts = [await store.accounts(one) for one in candidates]
            kept.append((candidates, found, accounts, await store.pending(), await store.last_seen("telegram")))
    assert kept[0] == kept[1]
    async with connect(postgres_url, ROLES) as store:
        newcomer = await store.candidate(Conversation("terminal", "c", "newcomer"))
        assert newcomer > max(*kept[0][0], await store.candidate(THERE))


@pytest.mark.usefixtures("up_to_date")
@pytest.mark.parametrize("way", ["to a file", "to a server"])
async def test_a_target_with_anything_in_it_is_refused(url: str, path: Path, postgres_url: str, way: str) -> None:
    for one in (url, postgres_url):
        async with connect(one, ROLES) as store:
            await store.candidate(HERE)
    old, new = (postgres_url, url) if way == "to a file" else (url, postgres_url)
    with pytest.raises(CopyError, match="not empty"):
        await copy_database(old, new, quiet)
    assert len(rows(path)["account"]) == 1
    assert execute(postgres_url, "SELECT COUNT(*) FROM account") == [(1,)]


@pytest.mark.usefixtures("up_to_date")
@pytest.mark.parametrize("used", ["file", "server"])
async def test_what_is_open_elsewhere_is_refused(url: str, postgres_url: str, used: str) -> None:
    async with connect(url, ROLES) as store:
        await store.candidate(HERE)
    async with connect(url if used == "file" else postgres_url, ROLES):
        for old, new in ((url, postgres_url), (postgres_url, url)):
            with pytest.raises(StoreInUseError, match="another process"):
                await copy_database(old, new, quiet)
    assert execute(postgres_url, "SELECT COUNT(*) FROM account") == [(0,)]


async def test_what_breaks_off_leaves_the_target_empty_and_can_be_done_again(source: str, postgres_url: str) -> None:
    def break_off(done: int, total: int) -> None:
        if done == total:
            raise RuntimeError("the terminal is gone")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="terminal"):
            await copy_database(source, postgres_url, break_off)
        assert execute(postgres_url, "SELECT COUNT(*) FROM candidate") == [(0,)]
    assert await copy_database(source, postgres_url, quiet)


async def test_rows_that_do_not_arrive_are_noticed(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = copying._write

    async def lose_one(model: type[Model], batch: list[Any]) -> None:
        await written(model, batch[1:] if model._meta.db_table == "utterance" else batch)

    monkeypatch.setattr(copying, "_write", lose_one)
    with pytest.raises(CopyError, match="Not all rows"):
        await copy_database(source, postgres_url, quiet)
    assert execute(postgres_url, "SELECT COUNT(*) FROM candidate") == [(0,)]


async def test_there_has_to_be_something_to_copy(tmp_path: Path, empty_postgres_url: str, postgres_url: str) -> None:
    for nowhere in (f"sqlite://{tmp_path / 'none'}", "sqlite://:memory:", empty_postgres_url):
        with pytest.raises(CopyError, match="nothing to copy"):
            await copy_database(nowhere, postgres_url, quiet)


async def test_a_source_that_cannot_be_copied(
    url: str, source: str, tmp_path: Path, use: Use, postgres_url: str
) -> None:
    with pytest.raises(CopyError, match="the same database"):
        await copy_database(url, url, quiet)
    use(rebuilt(tmp_path / "behind"))
    with pytest.raises(CopyError, match="not up to date"):
        await copy_database(source, postgres_url, quiet)


def test_the_owner_is_told_how_it_went(migrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(f"sqlite://{migrated}", f"sqlite://{tmp_path / 'new.sqlite3'}")
    told = "0 rows copied. Set DATABASE_URL to the new database; the old one was left as it is.\n"
    assert capsys.readouterr().err == told
