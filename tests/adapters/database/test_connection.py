# ruff: noqa: ASYNC240 - nothing else runs meanwhile
from __future__ import annotations

import logging
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tortoise.context import require_context

from adapters.database.connection import connect, migrate
from adapters.database.migrate import known_migrations
from core.ports import AlreadySeenError, Change, StoreUnavailableError
from tests.adapters.database.processes import run_python
from tests.contracts.sample import CONVERSATION, ROLES, answered_turn, new_interview


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("up_to_date")
async def test_what_is_saved_is_there_after_a_restart(url: str) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        interview = (await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))).interview
    async with connect(url, ROLES) as store:
        assert await store.current_interview(await store.candidate(CONVERSATION)) == interview


async def test_only_the_owner_can_read_the_files(url: str, path: Path) -> None:
    async with connect(url, ROLES) as store:
        await store.candidate(CONVERSATION)
        files = sorted(path.parent.iterdir())
        assert [file.name.removeprefix(path.name) for file in files] == ["", "-shm", "-wal", ".lock"]
        assert {mode(file) for file in files} == {0o600}
    assert mode(path.parent) == 0o700


async def test_a_folder_that_is_there_keeps_its_mode(url: str, path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    async with connect(url, ROLES):
        assert mode(path.parent) == 0o755


@pytest.mark.usefixtures("up_to_date")
async def test_the_settings_reach_the_database(url: str) -> None:
    async def settings() -> list[object]:
        connection = require_context().db()
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        rows = [await connection.execute_query_dict(f"PRAGMA {name}") for name in names]
        return [value for [row] in rows for value in row.values()]

    async with connect(url, ROLES) as store:
        assert await store._session.run(settings()) == ["wal", 1, 5000, 1]
    async with connect(url + "?synchronous=FULL&busy_timeout=7", ROLES) as store:
        assert await store._session.run(settings()) == ["wal", 2, 7, 1]


async def test_a_second_store_on_the_same_file_is_refused(url: str, path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "link").symlink_to(path)
    async with connect(url, ROLES):
        for other in (url, f"sqlite://{path.parent / 'link'}"):
            with pytest.raises(StoreUnavailableError, match="is already open in another process"):
                async with connect(other, ROLES):
                    pass
    async with connect(url, ROLES):
        pass


@pytest.mark.usefixtures("up_to_date")
async def test_another_process_is_refused_in_one_line(url: str) -> None:
    script = f"""
try:
    asyncio.run(migrate({url!r}))
except StoreError as error:
    sys.exit(str(error))
"""
    async with connect(url, ROLES):
        code, output = run_python(script)
    assert code == 1
    assert "is already open in another process" in output
    assert output.count("\n") == 1
    assert run_python(script) == (0, "")


@pytest.mark.usefixtures("up_to_date")
def test_a_process_that_fails_ends(url: str) -> None:
    script = f"""
async def main():
    async with connect({url!r}, ROLES) as store:
        print(await store.candidate(CONVERSATION), flush=True)
        raise OSError("this is not about the store")
asyncio.run(main())
"""
    code, output = run_python(script)
    assert code == 1
    assert output.startswith("1\n")
    assert output.endswith("OSError: this is not about the store\n")


async def test_a_start_that_fails_leaves_the_file_free(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no database")
    for _ in range(2):
        with pytest.raises(StoreUnavailableError, match="damaged"):
            async with connect(url, ROLES):
                pass
    path.unlink()
    async with connect(url, ROLES):
        pass


@pytest.mark.usefixtures("up_to_date")
async def test_messages_taken_over_a_week_ago_are_forgotten_at_the_start(url: str, path: Path) -> None:
    now = datetime.now(UTC)
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        for number in ("old", "young", "new"):
            await store.save(Change(candidate, CONVERSATION, inbound_id=number))
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, days in (("old", 7.1), ("young", 6.9)):
            seen_at = (now - timedelta(days=days)).isoformat(" ")
            connection.execute("UPDATE seen_update SET seen_at = ? WHERE inbound_id = ?", (seen_at, number))
    async with connect(url, ROLES) as store:
        await store.save(Change(candidate, CONVERSATION, inbound_id="old"))
        for number in ("young", "new"):
            with pytest.raises(AlreadySeenError):
                await store.save(Change(candidate, CONVERSATION, inbound_id=number))


@pytest.mark.usefixtures("up_to_date")
@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        (("1", "interaction:2", "3", "interaction:4", "edit:3:x"), "3"),
        (("interaction:1", "interaction:2", "edit:2:x"), "interaction:2"),
    ],
)
async def test_the_newest_message_of_a_chat_is_remembered_however_old_it_is(
    url: str, path: Path, taken: Sequence[str], kept: str
) -> None:
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        for number in taken:
            await store.save(Change(candidate, CONVERSATION, inbound_id=number))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE seen_update SET seen_at = '2020-01-01 00:00:00+00:00'")
    async with connect(url, ROLES) as store:
        assert await store.last_seen(CONVERSATION.platform) == {CONVERSATION.chat: kept.rpartition(":")[2]}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT inbound_id FROM seen_update").fetchall() == [(kept,)]


async def test_no_words_of_a_candidate_reach_the_log(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with connect(url, ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        interview = new_interview(candidate)
        await store.save(Change(candidate, CONVERSATION, after=interview))
    assert f"brought up to date ({', '.join(known_migrations())}), backup: none" in caplog.text
    assert answered_turn().question.text not in caplog.text


async def test_a_database_in_memory_needs_no_migration() -> None:
    result = await migrate("sqlite://:memory:")
    assert (result.applied, result.backup) == ((), None)
