"""What a failing database is called outside: one sentence that says what happened and what to do."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.exceptions import BaseORMException

from core.ports import StoreUnavailableError

_log = logging.getLogger(__name__)

# ValueError is what a row raises that says what no value of core can hold, and a connection that has been closed.
FAILURES = (sqlite3.Error, OSError, BaseORMException, ValueError)

_FULL = "The disk is full, so nothing was saved: free some space and try again."
_READ_ONLY = (
    "The database may not be written to, so nothing was saved: allow it for the file and its folder, "
    "or set DATA_DIR to another folder."
)
_BUSY = "Another program is using the database, so nothing was saved: close that program and try again."
_DAMAGED = "The database is damaged, so nothing was saved: stop this program and put a backup in the file's place."
_NOT_OPENED = (
    "The database cannot be opened, so nothing was saved: check that DATA_DIR (or DATABASE_URL) names a place "
    "that may be written to."
)
_BROKEN = "The disk of the database fails, so nothing was saved: check the disk and try again."
_REFUSED = "The database refused to work, so nothing was saved: the log of this program says why."

_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
    sqlite3.SQLITE_IOERR: _BROKEN,
}
_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EIO: _BROKEN,
}
_PRIMARY_CODE = 0xFF


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Turn every failure of SQLite, the system or Tortoise into StoreUnavailableError."""
    try:
        yield
    except FAILURES as error:
        told = sentence(error)
        if told == _REFUSED:
            _log.error("The database failed: %s", _kind(_cause(error)))
        raise StoreUnavailableError(told) from error


def sentence(error: Exception) -> str:
    """What happened, and what to do; never a value from a row, which may be somebody's words."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE, _REFUSED)
    if isinstance(cause, OSError):
        return _SYSTEM.get(cause.errno or 0, _NOT_OPENED)
    return _DAMAGED if isinstance(cause, ValueError) else _REFUSED


def is_outage(error: Exception) -> bool:
    """Whether the disk, its rights or another program is to blame, so that trying again later may help."""
    return sentence(error) not in (_REFUSED, _DAMAGED)


def _kind(error: BaseException) -> str:
    # The message of an error may hold what a candidate said, its type and SQLite's own name for it never.
    name = getattr(error, "sqlite_errorname", None)
    return f"{type(error).__name__} ({name})" if name else type(error).__name__


def _cause(error: BaseException) -> BaseException:
    # Tortoise wraps SQLite's error in its own, and the session that in the store's.
    cause = error
    while (
        isinstance(cause, (BaseORMException, StoreUnavailableError))
        and (inner := cause.__cause__ or cause.__context__) is not None
    ):
        cause = inner
    return cause
