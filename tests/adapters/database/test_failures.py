# ruff: noqa: ASYNC240 - nothing else runs meanwhile
from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tortoise.context import require_context
from tortoise.exceptions import OperationalError

from adapters.database.connection import connect
from adapters.database.failures import sentence, told_as_unavailable
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer
from core.model import Phase
from core.ports import Change, StoreUnavailableError
from tests.contracts.sample import CONVERSATION, ROLES, answer, answered_turn, new_interview, spoken


async def pragma(store: DatabaseStore, setting: str) -> None:
    async def work() -> None:
        await require_context().db().execute_query(f"PRAGMA {setting}")

    await store._session.run(work())


async def assert_that_nothing_is_saved(store: DatabaseStore, candidate: int, reason: str) -> None:
    """A big change fails for the reason, and after that the old state is there."""
    before = await store.current_interview(candidate)
    assert before is not None
    turn = replace(answered_turn(), utterances=(answer("word " * 100_000),))
    after = replace(before, turns=(turn,), phase=Phase.PAUSED)
    with pytest.raises(StoreUnavailableError, match=reason):
        await store.save(Change(candidate, CONVERSATION, before, after, (), "7"))
    assert await store.current_interview(candidate) == before
    assert list(await store.pending()) == []


@pytest.mark.usefixtures("up_to_date")
async def test_a_full_disk(url: str) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        await pragma(store, "max_page_count=1")  # as many pages as there are
        await assert_that_nothing_is_saved(store, candidate, "The disk is full")
        await pragma(store, "max_page_count=100000")
        await store.save(Change(candidate, CONVERSATION, inbound_id="7"))


@pytest.mark.usefixtures("up_to_date")
async def test_a_database_that_may_only_be_read(url: str) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        await pragma(store, "query_only=ON")
        await assert_that_nothing_is_saved(store, candidate, "may not be written to")


@pytest.mark.usefixtures("up_to_date")
async def test_a_database_that_another_program_has_locked(url: str, path: Path) -> None:
    async with connect(url + "?busy_timeout=20", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await assert_that_nothing_is_saved(store, candidate, "Another program")
        await store.save(Change(candidate, CONVERSATION, inbound_id="7"))


@pytest.mark.usefixtures("up_to_date")
async def test_a_file_that_is_damaged(url: str, path: Path) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'interview'")
        [(size,)] = connection.execute("PRAGMA page_size")
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    async with connect(url, ROLES) as store:
        with pytest.raises(StoreUnavailableError, match="damaged"):
            await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))


async def test_a_file_that_is_no_database(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("My dear diary, " * 99)
    with pytest.raises(StoreUnavailableError, match="damaged"):
        async with connect(url, ROLES):
            pass
    assert path.read_text() == "My dear diary, " * 99


async def test_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "interviews.sqlite3"):
        with pytest.raises(StoreUnavailableError, match="cannot be opened"):
            async with connect(f"sqlite://{path}", ROLES):
                pass


@pytest.mark.parametrize("column", ["kind = 'dance'", "payload = '{}'", "payload = '['", "kind = CAST(x'ff' AS TEXT)"])
@pytest.mark.usefixtures("up_to_date")
async def test_a_row_that_says_what_cannot_be(url: str, path: Path, column: str) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        change = Change(candidate, CONVERSATION, effects=(AssessAnswer(0),))
        await store.save(change)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"UPDATE pending_effect SET {column}")
        with pytest.raises(StoreUnavailableError):
            await store.pending()


@pytest.mark.usefixtures("up_to_date")
async def test_a_value_too_long_for_its_column_is_not_told_nor_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(url, ROLES) as store:
        with pytest.raises(StoreUnavailableError, match="refused") as caught:
            await store.candidate(replace(CONVERSATION, account="secret" * 99))
    assert "secret" not in str(caught.value)
    assert "secret" not in caplog.text
    assert [record.levelname for record in caplog.records if "failed" in record.message] == ["ERROR"]
    assert "ValidationError" in caplog.text


@pytest.mark.usefixtures("up_to_date")
async def test_what_cannot_be_stored_is_no_damage_of_the_database(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        wrong = replace(answer("secret"), spoken=spoken("note", "secret", word_s=float("nan")))
        after = replace(new_interview(candidate), turns=(replace(answered_turn(), utterances=(wrong,)),))
        with pytest.raises(StoreUnavailableError, match="refused"):
            await store.save(Change(candidate, CONVERSATION, after=after))
    assert [record.message for record in caplog.records] == ["What is to be saved cannot be stored: ValueError"]


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (OSError(errno.ENOSPC, "secret"), []),
        (ValueError("secret"), []),
        (sqlite3.OperationalError("secret"), ["The database failed: OperationalError"]),
    ],
)
def test_what_the_sentence_cannot_tell_is_logged_without_a_word_of_it(
    error: Exception, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StoreUnavailableError), told_as_unavailable():
        raise error
    assert [record.message for record in caplog.records] == logged


def test_the_log_names_the_reason_of_sqlite(caplog: pytest.LogCaptureFixture) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(StoreUnavailableError),
        told_as_unavailable(),
    ):
        connection.execute("SELECT secret")
    assert [record.message for record in caplog.records] == ["The database failed: OperationalError (SQLITE_ERROR)"]


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (OSError(errno.ENOSPC, "full"), "The disk is full"),
        (PermissionError(errno.EACCES, "no"), "The database may not be written to"),
        (OSError("strange"), "The database cannot be opened"),
        (OperationalError("strange"), "The database refused"),
        (sqlite3.ProgrammingError("strange"), "The database refused"),
    ],
)
def test_other_failures_have_a_sentence_too(error: Exception, start: str) -> None:
    assert sentence(error).startswith(start)
