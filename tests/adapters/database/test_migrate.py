# ruff: noqa: ASYNC240 - nothing else runs meanwhile, and tests take fixtures
from __future__ import annotations

import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from adapters.database import config
from adapters.database.config import parse_url
from adapters.database.connection import migrate
from adapters.database.copies import KEPT_BACKUPS
from adapters.database.migrate import MigrationResult
from adapters.database.schema import model_shape, shape
from tests.adapters.database.processes import run_python
from tests.adapters.database.versions import (
    KNOWN,
    NEXT,
    Rows,
    Use,
    files,
    rebuilt,
    rows,
    sorted_values,
)


async def test_a_new_database_gets_all_migrations_and_no_backup(url: str, path: Path) -> None:
    assert await migrate(url) == MigrationResult(KNOWN, None)
    assert files(path) == ["", ".lock"]


async def test_a_database_that_is_up_to_date_is_not_touched(url: str, path: Path, content: Rows) -> None:
    before = path.read_bytes()
    assert await migrate(url) == MigrationResult()
    assert path.read_bytes() == before
    assert files(path) == ["", ".lock"]


async def test_the_migrations_make_what_the_models_say(url: str, path: Path) -> None:
    await migrate(url)
    async with TortoiseContext() as context:
        await context.init(config=parse_url("sqlite://:memory:").tortoise())
        with closing(sqlite3.connect(path)) as connection:
            assert shape(connection) == model_shape(context)
        assert context.apps is not None
        assert await MigrationAutodetector(context.apps, config.APPS).changes() == []


async def test_the_schema_holds_no_comment_that_could_cut_a_statement_in_two(url: str, path: Path) -> None:
    await migrate(url)
    with closing(sqlite3.connect(path)) as connection:
        statements = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    assert not [sql for sql in statements if "/*" in sql or ";" in sql]


async def test_rebuilding_every_parent_loses_nothing(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    assert all(content.values())
    with closing(sqlite3.connect(path)) as connection:
        before = shape(connection)
        sequence = dict(connection.execute("SELECT * FROM sqlite_sequence"))
    use(rebuilt(tmp_path / "rebuild"))
    result = await migrate(url)
    assert result.applied == (NEXT,)
    assert sorted_values(rows(path)) == sorted_values(content)
    with closing(sqlite3.connect(path)) as connection:
        after = shape(connection)
        assert {name: table.indexes for name, table in after.items()} == {
            name: table.indexes for name, table in before.items()
        }
        assert dict(connection.execute("SELECT * FROM sqlite_sequence")).items() >= (
            sequence.items() - {("tortoise_migrations", len(KNOWN))}
        )
    assert await migrate(url) == MigrationResult()


async def test_after_an_upgrade_nothing_can_be_there_twice(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        [(highest,)] = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pending_effect'")
        connection.execute("DELETE FROM pending_effect")
    use(rebuilt(tmp_path / "goes_on"))
    await migrate(url)
    seen = "INSERT INTO seen_update (platform, chat, inbound_id, seen_at) VALUES ('terminal', 'here', ?, '2026')"
    effect = (
        "INSERT INTO pending_effect (platform, chat, account, kind, payload, candidate_id)"
        " VALUES ('', '', '', '', '{}', ?)"
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            connection.execute(seen, ("one",))
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute(effect, (404,))
        assert connection.execute(effect, (1,)).lastrowid == highest + 1


async def test_the_backup_is_the_database_as_it_was(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    path.chmod(0o640)
    use(rebuilt(tmp_path / "backup"))
    backup = (await migrate(url)).backup
    assert backup is not None
    assert backup.name.startswith("interviews.sqlite3.backup-20")
    assert rows(backup) == content
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert files(path) == ["", backup.name.removeprefix(path.name), ".lock"]
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT name FROM tortoise_migrations").fetchall() == [(name,) for name in KNOWN]


async def test_the_last_backups_are_kept(url: str, path: Path, tmp_path: Path, use: Use, content: Rows) -> None:
    old = [path.with_name(f"{path.name}.backup-2025010{day}T000000000000Z") for day in range(1, 6)]
    for backup in old:
        backup.touch()
    use(rebuilt(tmp_path / "kept"))
    newest = (await migrate(url)).backup
    kept = sorted(file for file in path.parent.iterdir() if ".backup-" in file.name)
    assert kept == [*old[1 - KEPT_BACKUPS :], newest]


async def test_what_a_killed_process_had_only_in_its_log_is_migrated_too(
    url: str, path: Path, tmp_path: Path, use: Use
) -> None:
    script = f"""
async def main():
    async with connect({url!r}, ROLES) as store:
        await store.candidate(replace(CONVERSATION, account="only in the log"))
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    assert run_python(script)[0] == -signal.SIGKILL
    assert b"only in the log" not in path.read_bytes()
    use(rebuilt(tmp_path / "log"))
    backup = (await migrate(url)).backup
    assert backup is not None
    for file in (backup, path):
        assert "only in the log" in rows(file)["account"][0]
