# ruff: noqa: ASYNC240, PLR0917 - nothing else runs meanwhile, and tests take fixtures
from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.database import config
from adapters.database.connection import connect, migrate
from adapters.database.migrate import MigrationError
from core.ports import StoreUnavailableError
from tests.adapters.database.versions import (
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
    "forgets_the_models": (REBUILD, [], "tables are not as they should be: account, candidate, interview"),
    "is_forgotten": ('ops.RunSQL("SELECT 1")', REBUILT, "tables are not as they should be: account, candidate"),
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
    [backup] = [file for file in path.parent.iterdir() if ".backup-" in file.name]
    assert sentence.endswith(f"and keep the backup {backup}.")
    assert rows(backup) == rows(path) == content
    assert path.read_bytes()[100:] == before[100:]  # but for a counter in its header
    assert files(path) == ["", backup.name.removeprefix(path.name), ".lock"]
    use(Version(version.folder, apps))
    async with connect(url, ROLES) as store:
        assert await store.candidate(CONVERSATION) == 3


async def test_a_disk_that_gets_full_is_not_the_fault_of_a_migration(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    full = """ops.RunSQL("PRAGMA max_page_count = 1"), ops.RunSQL("CREATE TABLE more AS SELECT * FROM utterance"),"""
    use(next_version(tmp_path / "full", full))
    with pytest.raises(StoreUnavailableError, match="The disk is full"):
        await migrate(url)
    assert rows(path) == content
    assert not [name for name in files(path) if "migrating" in name]


async def test_a_new_database_that_cannot_be_made_can_be_made_later(url: str, tmp_path: Path, use: Use) -> None:
    version, apps = next_version(tmp_path / "unborn", 'ops.RunSQL("SELECT nothing")'), config.APPS
    use(version)
    with pytest.raises(MigrationError) as caught:
        await migrate(url)
    assert str(caught.value).endswith("use the version of this program that you had before.")
    use(Version(version.folder, apps))
    assert (await migrate(url)).applied == ("0001_initial",)


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
    assert (await migrate(url)).applied == ("0002_next",)
