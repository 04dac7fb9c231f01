"""Backups of a database file, and the copy that migrations work on.

A migration works on a copy, and only when every check has passed is the copy written into the original, by SQLite's own
backup call. That is one transaction of SQLite: whatever kills the process, the original is the old database or the new
one. Renaming the copy onto the original would be no safer: a `-wal` file left beside it belongs to the old content and
would damage the new one, and a file that is a mount or a link cannot be renamed onto. It also keeps owner and mode.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

KEPT_BACKUPS = 3
_BESIDE = ("", "-journal", "-wal", "-shm")


@contextmanager
def sole_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the original that keeps every other one out until it is closed; the file is made if need be."""
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        yield connection


@contextmanager
def working_copy(path: Path) -> Iterator[Path]:
    """The place of the copy, beside the original (so on the same disk); nothing is left of it after."""
    copy = path.with_name(path.name + ".migrating")
    _remove(copy)
    copy.touch(mode=0o600)
    try:
        yield copy
    finally:
        _remove(copy)


@contextmanager
def back_up(original: sqlite3.Connection, path: Path, copy: Path) -> Iterator[Path]:
    """Make a backup, complete before it gets its name, and the copy from it.

    Where what is done with the copy fails, the backup goes too: the original is as it was, and a start that fails again
    and again would fill the disk.
    """
    backup = path.with_name(f"{path.name}.backup-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    original.execute("VACUUM INTO ?", (str(copy),))
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    copy.replace(backup)
    try:
        copy.touch(mode=0o600)
        shutil.copyfile(backup, copy)
        yield backup
    except BaseException:
        backup.unlink()
        raise


def write_back(copy: Path, original: sqlite3.Connection) -> None:
    """Write the copy into the original, all or nothing."""
    with closing(sqlite3.connect(copy)) as source:
        source.backup(original)


def forget_old_backups(path: Path) -> None:
    """Delete the backups of a database but the newest; only once it has been brought up to date."""
    prefix = path.name + ".backup-"
    backups = sorted(file for file in path.parent.iterdir() if file.name.startswith(prefix))
    for backup in backups[:-KEPT_BACKUPS]:
        backup.unlink()


def _remove(copy: Path) -> None:
    for suffix in _BESIDE:
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
