"""Everything of a database moved to one of the other kind, and back."""

from __future__ import annotations

import asyncio
import errno
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from tortoise.context import require_context
from tortoise.models import Model

from adapters.database import copying
from adapters.database.connection import connect, migrate
from adapters.database.copying import Copied, CopyError, copy_database, tables
from adapters.database.failures import is_outage, told_of
from adapters.database.postgres import presence
from adapters.database.schema import MIGRATIONS_TABLE
from bot.copying import copy
from core.accounts import LinkCode
from core.model import Conversation, Preferences
from core.ports import Change, StoreError, StoreInUseError, StoreUnavailableError
from tests.adapters.database.versions import Rows, Use, rebuilt, rows
from tests.contracts.sample import NOW, ROLES
from tests.contracts.steps import notice
from tests.postgres import execute, libpq, with_option

HERE, THERE = Conversation("telegram", "chat", "one"), Conversation("discord", "chat", "two")


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total
    assert total


@pytest.fixture
async def source(url: str, content: Rows) -> str:
    """A database with something in every table, and ids whose rows are gone."""
    async with connect(url, ROLES) as store:
        candidate, other = await store.candidate(HERE), await store.candidate(THERE)
        await store.save(Change(other, THERE, code=LinkCode("digest", NOW)))
        await store.save(Change(candidate, HERE, preferences=Preferences(), inbound_id="7", joins="digest"))
        await store.save(Change(other, THERE, code=LinkCode("another", NOW)))
        (gone,) = (await store.save(Change(other, THERE, effects=(notice("gone"),)))).pending
        await store.performed(gone.id)
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
    source: str, path: Path, tmp_path: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = empty_postgres_url  # where no id was given out before
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 2)
    before = rows(path)
    assert all(before[model._meta.db_table] for model in tables())
    copied = await copy_database(source, there, quiet)
    in_all = sum(len(table) for name, table in before.items() if name != MIGRATIONS_TABLE)
    assert copied == Copied(people=len(before["candidate"]), interviews=len(before["interview"]), rows=in_all)
    back = tmp_path / "back" / "interviews.sqlite3"
    assert await copy_database(there, f"sqlite://{back}", quiet) == copied
    after = rows(back)
    for name in before.keys() - {MIGRATIONS_TABLE}:
        assert plain(after[name]) == plain(before[name]), name
    assert sequences(back) == sequences(path)
    assert sequences(path)["pending_effect"] > max(number for number, *_ in before["pending_effect"])


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


async def used_and_forgotten(url: str) -> int:
    """Leave nobody in a database, but jobs where it has them; the highest id of an effect that was in it."""
    async with connect(url, ROLES, lambda _: 0.0) as store:
        candidate = await store.candidate(HERE)
        effects = tuple(notice(str(number)) for number in range(20))
        saved = await store.save(Change(candidate, HERE, effects=effects))
        await store.forget(candidate)
    return saved.pending[-1].id


@pytest.mark.parametrize("way", ["to a file", "to a server"])
async def test_a_target_that_was_used_keeps_no_jobs_and_gives_no_id_out_twice(
    source: str, postgres_url: str, tmp_path: Path, way: str
) -> None:
    target = postgres_url if way == "to a server" else f"sqlite://{tmp_path / 'used.sqlite3'}"
    highest = await used_and_forgotten(target)
    await copy_database(source, target, quiet)
    assert execute(postgres_url, "SELECT * FROM procrastinate_jobs") == []
    async with connect(target, ROLES, lambda _: 0.0) as store:
        candidate = await store.candidate(HERE)
        (new,) = (await store.save(Change(candidate, HERE, effects=(notice("new"),)))).pending
    assert new.id > highest


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
async def test_what_is_open_elsewhere_is_refused(
    url: str, postgres_url: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LONG_PATIENCE_S", 0.1)
    async with connect(url, ROLES) as store:
        await store.candidate(HERE)
    async with connect(url if used == "file" else postgres_url, ROLES):
        for old, new in ((url, postgres_url), (postgres_url, url)):
            with pytest.raises(StoreInUseError, match="another process"):
                await copy_database(old, new, quiet)
    assert execute(postgres_url, "SELECT COUNT(*) FROM account") == [(0,)]


LOSE_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
TAKEN_BY_OTHERS = "SELECT pg_try_advisory_lock_shared(%s, %s)"
TAKEN_ALONE = "SELECT pg_try_advisory_lock(%s, %s)"
BEING_COPIED = "is being copied|already open in another process"


@asynccontextmanager
async def being_copied(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """In the block a database is in the midst of being copied; at its end that has ended well."""
    written, midway, onward = copying._write, asyncio.Event(), asyncio.Event()

    async def hold(model: type[Model], batch: list[Any]) -> None:
        await written(model, batch)
        midway.set()
        await onward.wait()

    monkeypatch.setattr(copying, "_write", hold)
    task = asyncio.create_task(copy_database(old, new, quiet))
    waiting = asyncio.create_task(midway.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        onward.set()
        waiting.cancel()
        await task


async def test_nobody_gets_in_while_a_database_is_copied(
    source: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for old, new in ((source, postgres_url), (postgres_url, f"sqlite://{tmp_path / 'new.sqlite3'}")):
        async with being_copied(old, new, monkeypatch):
            for url in (old, new):
                begun = monotonic()
                with pytest.raises(StoreInUseError, match=BEING_COPIED):
                    async with connect(url, ROLES):
                        pass
                assert monotonic() - begun < 2
        for url in (old, new):
            async with connect(url, ROLES) as store:
                await store.candidate(HERE)


async def test_who_was_on_it_and_lost_the_server_is_kept_out_until_the_copy_has_ended(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_there = f"sqlite://{tmp_path / 'new.sqlite3'}"
    async with connect(postgres_url, ROLES) as store:
        candidate = await store.candidate(HERE)
        execute(postgres_url, LOSE_ALL)
        async with being_copied(postgres_url, copy_there, monkeypatch):
            with pytest.raises(StoreInUseError, match="being copied, so nothing was saved"):
                await store.save(Change(candidate, HERE, inbound_id="1"))
        await store.save(Change(candidate, HERE, inbound_id="2"))


async def test_who_lost_the_server_and_is_on_it_again_keeps_the_copy_off(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LONG_PATIENCE_S", 0.1)
    async with connect(postgres_url, ROLES) as store:
        await store.candidate(HERE)
        execute(postgres_url, LOSE_ALL)
        await store.candidate(THERE)
        with pytest.raises(StoreInUseError, match="after --from is in use by another process"):
            await copy_database(postgres_url, f"sqlite://{tmp_path / 'new.sqlite3'}", quiet)


async def test_a_database_is_not_migrated_while_it_is_copied(empty_postgres_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(libpq(empty_postgres_url), autocommit=True) as copier:
        await copier.execute(TAKEN_ALONE, presence.ON_IT)
        with pytest.raises(StoreInUseError, match=BEING_COPIED) as caught:
            await migrate(empty_postgres_url)
    assert is_outage(caught.value)  # so that whoever is at work tries again
    assert (await migrate(empty_postgres_url)).applied


async def test_who_has_just_gone_is_waited_for(source: str, postgres_url: str) -> None:
    other = await psycopg.AsyncConnection.connect(libpq(postgres_url), autocommit=True)
    await other.execute(TAKEN_BY_OTHERS, presence.ON_IT)
    task = asyncio.create_task(copy_database(source, postgres_url, quiet))
    await asyncio.sleep(0.3)
    await other.close()
    assert (await task).rows


@pytest.mark.parametrize("option", ["--from", "--to"])
async def test_who_came_between_the_lock_and_the_copy_is_noticed(
    source: str, postgres_url: str, tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost_at_once() -> bool:
        return True

    monkeypatch.setattr(presence, "is_alone", lost_at_once)
    ends = (source, postgres_url) if option == "--to" else (postgres_url, f"sqlite://{tmp_path / 'new.sqlite3'}")
    async with connect(postgres_url, ROLES):
        with pytest.raises(StoreInUseError, match=f"after {option} is in use"):
            await copy_database(*ends, quiet)


async def test_a_connection_made_anew_keeps_the_copy_off_before_anybody_uses_it(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LONG_PATIENCE_S", 0.1)
    async with connect(postgres_url, ROLES) as store:
        pool = store._session._space.run(lambda: require_context().db())._pool
        execute(postgres_url, LOSE_ALL)
        await pool.check()
        await pool.wait()
        with pytest.raises(StoreInUseError, match="after --to is in use"):
            await copy_database(source, postgres_url, quiet)


async def stopped_after(rows: int, old: str, new: str) -> tuple[int, Copied | None]:
    """How many rows there were when a copy ended that is to stop after so many of them, and what it told."""
    seen = 0

    def stop(done: int, total: int) -> None:
        nonlocal seen
        seen = done
        if done >= rows:
            task.cancel()

    task = asyncio.create_task(copy_database(old, new, stop))
    copied = None
    with suppress(asyncio.CancelledError):
        copied = await task
    return seen, copied


@pytest.mark.parametrize("way", ["to a file", "to a server"])
async def test_a_copy_that_is_stopped_ends_at_once_and_keeps_nothing(
    source: str, postgres_url: str, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 1)
    target = postgres_url if way == "to a server" else f"sqlite://{tmp_path / 'new.sqlite3'}"
    assert await stopped_after(5, source, target) == (5, None)
    assert isinstance(await copy_database(source, target, quiet), Copied)  # it is empty


async def test_a_copy_that_is_stopped_too_late_has_ended_well(source: str, postgres_url: str, tmp_path: Path) -> None:
    first = await copy_database(source, f"sqlite://{tmp_path / 'first.sqlite3'}", quiet)
    assert await stopped_after(first.rows, source, postgres_url) == (first.rows, first)
    assert execute(postgres_url, "SELECT COUNT(*) FROM candidate") == [(first.people,)]


async def test_what_breaks_off_leaves_the_target_empty_and_can_be_done_again(source: str, postgres_url: str) -> None:
    def break_off(done: int, total: int) -> None:
        if done == total:
            raise RuntimeError("the terminal is gone")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="terminal"):
            await copy_database(source, postgres_url, break_off)
        assert execute(postgres_url, "SELECT COUNT(*) FROM candidate") == [(0,)]
    assert (await copy_database(source, postgres_url, quiet)).rows


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


WRONG = [
    ("nonsense://", "{option} names no database that can be used"),
    ("psycopg://user@host/", "{option} is not understood"),
    ("psycopg://user@127.0.0.1:1/name", "nothing was copied: .* {option} has its host and port right"),
    ("sqlite:///dev/null/new.sqlite3", "nothing was copied: check that {option} names a place"),
]


@pytest.mark.parametrize(("wrong", "told"), WRONG)
@pytest.mark.parametrize("option", ["--from", "--to"])
async def test_what_is_wrong_is_told_of_the_option_that_named_it(
    source: str, tmp_path: Path, option: str, wrong: str, told: str
) -> None:
    ends = (wrong, f"sqlite://{tmp_path / 'new.sqlite3'}") if option == "--from" else (source, wrong)
    with pytest.raises(StoreError, match=told.format(option=option)) as caught:
        await copy_database(*ends, quiet)
    assert "DATA" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            PermissionError(errno.EACCES, "no"),
            "allow it for the file and its folder, or name another place after --to.",
        ),
        (
            psycopg.errors.InvalidCatalogName("no"),
            "so nothing was copied: make it there, or write its name right in --to.",
        ),
        (
            psycopg.errors.InsufficientPrivilege("no"),
            "The user in --to lacks rights on the database, so nothing was copied: give",
        ),
    ],
)
def test_a_failure_is_told_of_the_option(error: Exception, told: str) -> None:
    with pytest.raises(StoreUnavailableError) as caught, told_of("--from"), told_of("--to"):
        raise error
    assert told in str(caught.value)


async def test_which_of_the_two_was_lost_is_told(
    source: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next rows are read before they are written, so a source on the server is missed in reading."""
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 1)
    await copy_database(source, postgres_url, quiet)

    def lose(done: int, total: int) -> None:
        if done == 1:
            execute(postgres_url, LOSE_ALL)

    with pytest.raises(StoreUnavailableError, match="that --from has its host and port right"):
        await copy_database(postgres_url, f"sqlite://{tmp_path / 'new.sqlite3'}", lose)


async def test_a_source_that_cannot_be_copied(
    url: str, source: str, tmp_path: Path, use: Use, postgres_url: str
) -> None:
    with pytest.raises(CopyError, match="the same database"):
        await copy_database(url, url, quiet)
    (tmp_path / "linked").hardlink_to(url.removeprefix("sqlite://"))
    for same in (f"{url}?synchronous=FULL", f"sqlite://{tmp_path / 'linked'}"):
        with pytest.raises(CopyError, match="the same database"):
            await copy_database(url, same, quiet)
    with pytest.raises(CopyError, match="the same database"):
        await copy_database(postgres_url, with_option(postgres_url, "pool=3"), quiet)
    use(rebuilt(tmp_path / "behind"))
    with pytest.raises(CopyError, match="not up to date"):
        await copy_database(source, postgres_url, quiet)


ONWARD = "Set DATABASE_URL to the new database; the old one was left as it is.\n"


def test_the_owner_is_told_how_it_went(migrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert copy(f"sqlite://{migrated}", f"sqlite://{tmp_path / 'new.sqlite3'}") == 0
    assert capsys.readouterr().err == f"Copied: 0 people, 0 interviews; 0 rows in all. {ONWARD}"


@pytest.mark.usefixtures("content")
def test_the_owner_is_told_how_much_there_was(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(url, f"sqlite://{tmp_path / 'new.sqlite3'}")
    assert capsys.readouterr().err == f"Copied: 2 people, 2 interviews; 30 rows in all. {ONWARD}"


@pytest.mark.usefixtures("content")
def test_the_bar_begins_when_it_is_known_how_much_there_is(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as at a terminal
    copy(url, f"sqlite://{tmp_path / 'new.sqlite3'}")
    shown = capsys.readouterr().err
    assert "30/30" in shown
    assert "?" not in shown.replace("\x1b[?25", "")  # which hides and shows the cursor
