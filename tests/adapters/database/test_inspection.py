# ruff: noqa: ASYNC240 - nothing else runs meanwhile, and tests take fixtures
from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.database import config
from adapters.database.connection import connect, migrate
from adapters.database.inspection import Inspection, inspect
from adapters.database.migrate import MigrationError
from core.ports import StoreInUseError, StoreUnavailableError
from tests.adapters.database.processes import run_python
from tests.adapters.database.versions import KNOWN, NEXT, Rows, Use, Version, rebuilt
from tests.contracts.sample import CONVERSATION, ROLES


def state(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content, but the memory that SQLite's readers share, which says nothing."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-shm")}


def test_no_database_stays_none(url: str, path: Path) -> None:
    assert inspect(url) == Inspection(exists=False, waiting=KNOWN)
    assert not path.parent.exists()


def test_one_in_memory_is_always_a_new_one() -> None:
    assert inspect("sqlite://:memory:") == Inspection(exists=False, waiting=())


async def test_one_that_was_copied_here_gets_no_lock(url: str, path: Path, content: Rows) -> None:
    path.with_name(f"{path.name}.lock").unlink()
    assert inspect(url) == Inspection(exists=True, waiting=())
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.usefixtures("up_to_date")
async def test_one_that_is_up_to_date_is_not_touched(url: str, path: Path) -> None:
    async with connect(url, ROLES) as store:
        await store.candidate(CONVERSATION)
    before = state(path.parent)
    assert inspect(url) == Inspection(exists=True, waiting=())
    assert state(path.parent) == before


async def test_what_waits_is_told_and_not_applied(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    before = state(path.parent)
    use(rebuilt(tmp_path / "waits"))
    assert inspect(url) == Inspection(exists=True, waiting=(NEXT,))
    assert state(path.parent) == before
    assert (await migrate(url)).applied == (NEXT,)


@pytest.mark.usefixtures("up_to_date")
def test_what_a_killed_process_left_in_its_log_is_read_and_left_there(url: str, path: Path) -> None:
    script = f"""
async def main():
    async with connect({url!r}, ROLES) as store:
        await store.candidate(CONVERSATION)
        with sqlite3.connect({str(path)!r}) as other:
            later = "('interviews', '9999_later', '2090-01-01')"
            other.execute(f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES {{later}}")
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    assert run_python(script)[0] == -signal.SIGKILL
    before = state(path.parent)
    with pytest.raises(MigrationError, match="newer version"):
        inspect(url)
    assert state(path.parent) == before


async def test_one_of_a_newer_version(url: str, path: Path, tmp_path: Path, use: Use, content: Rows) -> None:
    version, apps = rebuilt(tmp_path / "later"), config.APPS
    use(version)
    await migrate(url)
    use(Version(version.folder, apps))
    before = state(path.parent)
    with pytest.raises(MigrationError, match="newer version"):
        inspect(url)
    assert state(path.parent) == before


@pytest.mark.usefixtures("up_to_date")
async def test_one_in_use(url: str) -> None:
    async with connect(url, ROLES):
        with pytest.raises(StoreInUseError):
            inspect(url)


@pytest.mark.parametrize("damage", ["no database", "one page"])
async def test_one_that_is_damaged(url: str, path: Path, content: Rows, damage: str) -> None:
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'interview'")
        [(size,)] = connection.execute("PRAGMA page_size")
    spoilt = whole[: (page - 1) * size] + b"\xff" * size + whole[page * size :]
    path.write_bytes(b"My dear diary, " * 99 if damage == "no database" else spoilt)
    with pytest.raises(StoreUnavailableError, match="damaged"):
        inspect(url)


@pytest.mark.parametrize("broken", ["a folder", "below a file", "not writable", "in a folder not writable"])
def test_what_no_start_could_open(
    url: str, path: Path, broken: str, content: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    if broken == "a folder":
        path.unlink()
        path.mkdir()
    elif broken == "below a file":
        url = f"{url}/below"
    else:  # root may write anywhere, so the system's answer is made up
        if broken != "not writable":
            path.unlink()
        refused = path if broken == "not writable" else path.parent
        monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != refused)
    with pytest.raises(StoreUnavailableError, match=r"cannot be opened|may not be written to"):
        inspect(url)
