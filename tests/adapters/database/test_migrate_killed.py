# ruff: noqa: PLR0917 - nothing else runs meanwhile, and tests take fixtures
from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest

from adapters.database.connection import connect, migrate
from tests.adapters.database.processes import run_python, start_python
from tests.adapters.database.versions import (
    KNOWN,
    NEXT,
    REBUILD,
    REBUILT,
    Rows,
    Use,
    files,
    migrating,
    next_version,
    rebuilt,
    rows,
    sorted_values,
)
from tests.contracts.sample import ROLES


async def test_a_process_killed_while_migrating_leaves_the_old_database(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows
) -> None:
    mark = tmp_path / "mark"
    stuck = f"ops.RunPython(lambda *_: [pathlib.Path({str(mark)!r}).touch(), time.sleep(60)])"
    version = next_version(tmp_path / "stuck", REBUILD + stuck, REBUILT)
    process = start_python(migrating(version, url), version.folder)
    wait_for(mark, process)
    process.kill()
    process.communicate()
    assert ".migrating" in files(path)
    assert rows(path) == content
    async with connect(url, ROLES) as store:
        assert len(await store.pending()) == 3
    use(rebuilt(tmp_path / "again"))
    assert (await migrate(url)).applied == (NEXT,)
    assert not [name for name in files(path) if name.startswith(".migrating")]
    assert sorted_values(rows(path)) == sorted_values(content)


@pytest.mark.parametrize("kill", ["at the first page", "at the last page"])
async def test_a_process_killed_while_writing_the_copy_back_leaves_the_old_database(
    url: str, path: Path, tmp_path: Path, use: Use, content: Rows, kill: str
) -> None:
    version = rebuilt(tmp_path / "killed")
    script = f"""
from adapters.database import copies
class Dying(sqlite3.Connection):
    def backup(self, target):
        def progress(status, remaining, total):
            if remaining < (total if {kill!r} == "at the first page" else 2):
                os.kill(os.getpid(), signal.SIGKILL)
        super().backup(target, pages=1, progress=progress)
connect_now = sqlite3.connect
sqlite3.connect = lambda *given, **named: connect_now(*given, **{{"factory": Dying, **named}})
{migrating(version, url)}
"""
    code, output = run_python(script, version.folder)
    assert (code, output) == (-signal.SIGKILL, "")
    assert rows(path) == content
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT name FROM tortoise_migrations").fetchall() == [(name,) for name in KNOWN]
    use(version)
    assert (await migrate(url)).applied == (NEXT,)
    assert sorted_values(rows(path)) == sorted_values(content)


def wait_for(mark: Path, process: Popen[str]) -> None:
    while not mark.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


async def test_two_processes_at_once_make_one_upgrade(url: str, path: Path, tmp_path: Path, content: Rows) -> None:
    version = rebuilt(tmp_path / "two")
    processes = [start_python(migrating(version, url), version.folder) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert sum(NEXT in output for output in outputs) == 1, outputs
    assert sum("already open" in output or output == "()\n" for output in outputs) == 1, outputs
    assert sorted_values(rows(path)) == sorted_values(content)
