"""A look at a database that changes nothing, for whoever asks how it stands."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from adapters.database.config import PostgreSQLServer, parse_url
from adapters.database.connection import lock_of, only_process
from adapters.database.failures import told_as_unavailable
from adapters.database.migrate import known_migrations, waiting_migrations


@dataclass(frozen=True, slots=True)
class Inspection:
    """Whether there is a database, the names of the migrations that the next start will apply, and on which server."""

    exists: bool
    waiting: tuple[str, ...]
    server: str = ""


def inspect(url: str) -> Inspection:
    """How the database at a URL stands. Raises StoreInUseError, StoreUnavailableError or MigrationError."""
    database = parse_url(url)
    with told_as_unavailable():
        return _at_server(database) if isinstance(database, PostgreSQLServer) else _at_file(database.path)


def _at_server(server: PostgreSQLServer) -> Inspection:
    from adapters.database.postgres.standing import waiting_at  # noqa: PLC0415 - what SQLite does not need

    exists, waiting = waiting_at(server)
    return Inspection(exists, waiting, server.host or "this machine")


def _at_file(path: Path | None) -> Inspection:
    if path is None:
        return Inspection(exists=False, waiting=())
    if not path.exists():
        _check_place(path)
        return Inspection(exists=False, waiting=known_migrations())
    if not path.is_file():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    _check_writable(path)
    with only_process(path) if lock_of(path).exists() else nullcontext():
        return Inspection(exists=True, waiting=_waiting(path))


def _waiting(path: Path) -> tuple[str, ...]:
    log = path.with_name(f"{path.name}-wal")
    # Without a log nothing but the file counts; to read one that a killed process left, SQLite needs to share memory.
    how = "mode=ro" if log.exists() else "immutable=1"
    with closing(sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise ValueError("the file is damaged")
        return waiting_migrations(connection, path)


def _check_place(path: Path) -> None:
    """Raises OSError where no file could be made at a path."""
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    _check_writable(folder)


def _check_writable(path: Path) -> None:
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
