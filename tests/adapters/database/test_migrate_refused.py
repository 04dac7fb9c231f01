# ruff: noqa: ASYNC240, PLR0917 - nothing else runs meanwhile, and tests take fixtures
from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.database import config
from adapters.database.connection import connect, migrate
from adapters.database.copies import KEPT_BACKUPS
from adapters.database.migrate import MigrationError
from core.ports import StoreUnavailableError
from tests.adapters.database.versions import (
    KNOWN,
    NEXT,
    REBUILD,
    REBUILT,
    Rows,
    Use,
    Version,
    files,
    fill,
    next_version,
    rebuilt,
    rows,
)
from tests.contracts.sample import CONVERSATION, ROLES

UNSOUND = {
    "fails": ('ops.RunSQL("SELECT nothing")', [], "a migration failed with OperationalError"),
    "raises": ("ops.RunPython(lambda apps, editor: {}[1])", [], "a migration failed with KeyError"),
    "loses_rows": ('ops.RunSQL("DELETE FROM utterance")', [], "rows were lost in utterance"),
    "forgets_the_models": (REBUILD, [], "tables are not as they should be: account, interview"),
    "is_forgotten": ('ops.RunSQL("SELECT 1")', REBUILT, "tables are not as they should be: account, interview"),
    "drops_a_table": ('ops.RunSQL("DROP TABLE report")', [], "tables are not as they should be: report"),
    "points_nowhere": (
        'ops.RunSQL("UPDATE account SET candidate_id = 404")',
        [],
        "rows point to rows that are not there",
    ),
    "damages": (
        """
        ops.RunSQL("PRAGMA writable_schema = ON"),
        ops.RunSQL("UPDATE sqlite_master SET sql = replace(sql, '(32),', '(32) NOT NULL,') WHERE name = 'turn'"),
        """,
        [("outcome = fields.CharField(WORD, null=True)", "outcome = fields.CharField(WORD)")],
        "the file would be damaged",
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
async def test_a_migration_that_goes_wrong_changes_nothing(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows, name: str
) -> None:
    operations, changes, reason = UNSOUND[name]
    before, apps = path.read_bytes(), config.APPS
    version = next_version(tmp_path / name, operations, changes)
    use(version)
    with pytest.raises(MigrationError) as caught:
        await migrate(url)
    sentence = str(caught.value)
    assert reason in sentence
    assert "was left as it was" in sentence
    assert sentence.endswith("use the version of this program that you had before.")
    assert rows(path) == content
    assert path.read_bytes()[100:] == before[100:]  # but for a counter in its header
    assert files(path) == ["", ".lock"]
    use(Version(version.folder, apps))
    async with connect(url, ROLES) as store:
        assert await store.candidate(CONVERSATION) == 3


async def test_attempts_that_fail_leave_the_older_backups_alone(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    names = [f".backup-2025010{day}T000000000000Z" for day in range(1, KEPT_BACKUPS + 1)]
    for name in names:
        path.with_name(path.name + name).touch()
    use(next_version(tmp_path / "again_and_again", 'ops.RunSQL("SELECT nothing")'))
    for _ in range(KEPT_BACKUPS):
        with pytest.raises(MigrationError):
            await migrate(url)
    assert files(path) == ["", *names, ".lock"]


async def test_a_copy_that_cannot_be_made_leaves_no_backup(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    use(rebuilt(tmp_path / "no_copy"))
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StoreUnavailableError, match="The disk is full"):
        await migrate(url)
    assert files(path) == ["", ".lock"]


async def test_a_disk_that_fails_while_the_database_is_written_leaves_the_backup(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(copy: Path, original: sqlite3.Connection) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("adapters.database.migrate.write_back", broken)
    use(rebuilt(tmp_path / "broken_disk"))
    with pytest.raises(StoreUnavailableError, match="The disk of the database fails"):
        await migrate(url)
    [backup] = [file for file in path.parent.iterdir() if ".backup-" in file.name]
    assert rows(backup) == content


async def test_a_disk_that_gets_full_is_not_the_fault_of_a_migration(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    full = """ops.RunSQL("PRAGMA max_page_count = 1"), ops.RunSQL("CREATE TABLE more AS SELECT * FROM utterance"),"""
    use(next_version(tmp_path / "full", full))
    with pytest.raises(StoreUnavailableError, match="The disk is full"):
        await migrate(url)
    assert rows(path) == content
    assert files(path) == ["", ".lock"]


async def test_a_new_database_that_cannot_be_made_can_be_made_later(url: str, tmp_path: Path, use: Use) -> None:
    version, apps = next_version(tmp_path / "unborn", 'ops.RunSQL("SELECT nothing")'), config.APPS
    use(version)
    with pytest.raises(MigrationError) as caught:
        await migrate(url)
    assert str(caught.value).endswith("use the version of this program that you had before.")
    use(Version(version.folder, apps))
    assert (await migrate(url)).applied == KNOWN


async def test_a_database_of_a_newer_version_is_refused(url: str, path: Path, tmp_path: Path, use: Use) -> None:
    await fill(url)
    version, apps = rebuilt(tmp_path / "newer"), config.APPS
    use(version)
    await migrate(url)
    before, beside = path.read_bytes(), files(path)
    use(Version(version.folder, apps))
    with pytest.raises(MigrationError, match="newer version"):
        async with connect(url, ROLES):
            pass
    assert path.read_bytes() == before
    assert files(path) == beside


async def test_the_database_of_another_program_is_refused(url: str, path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipe (id INTEGER PRIMARY KEY)")
    before = path.read_bytes()
    with pytest.raises(MigrationError, match="another program"):
        await migrate(url)
    assert path.read_bytes() == before


async def test_a_database_in_use_by_another_program_is_not_migrated(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_now = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect_now(*given, **{"timeout": 0.05, **named}))
    use(rebuilt(tmp_path / "in_use"))
    with closing(connect_now(path)) as other:
        other.execute("SELECT * FROM candidate").fetchone()
        with pytest.raises(StoreUnavailableError, match="Another program"):
            await migrate(url)
    assert rows(path) == content
    assert (await migrate(url)).applied == (NEXT,)
