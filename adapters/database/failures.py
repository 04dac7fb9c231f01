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
_STATE = "sqlstate"  # which every error of PostgreSQL's library has, and no other; it is not imported for SQLite

_FULL = "The disk is full, so nothing was saved: free some space and try again."
_READ_ONLY = (
    "The database may not be written to, so nothing was saved: allow it for the file and its folder, "
    "or set DATA_DIR to another folder."
)
_BUSY = "Another program is using the database, so nothing was saved: close that program and try again."
_DAMAGED = "The database is damaged, so nothing was saved: stop this program and put a backup in its place."
_NOT_OPENED = (
    "The database cannot be opened, so nothing was saved: check that DATA_DIR (or DATABASE_URL) names a place "
    "that may be written to."
)
_BROKEN = "The disk of the database fails, so nothing was saved: check the disk and try again."
_REFUSED = "The database refused to work, so nothing was saved: the log of this program says why."
_GONE = (
    "The database cannot be reached, so nothing was saved: check that its server runs, and that DATABASE_URL has its "
    "host and port right."
)
_NOT_LET_IN = (
    "The server of the database let nobody in, so nothing was saved: check that DATABASE_URL has user, password and "
    "name of the database right, and that the server is not just starting and has room for more connections."
)
_NO_RIGHT = (
    "The database may not be written to, so nothing was saved: give its user the right to do so, or set DATABASE_URL "
    "to a server that is no copy for reading."
)
_OVERLOADED = "The server of the database has no more room, so nothing was saved: give it more memory or connections."
_ALL_IN_USE = (
    "All connections to the database were in use, so nothing was saved: try again, and if that happens often, set a "
    "larger `pool` in DATABASE_URL."
)
_TAKEN = "The database was busy with something else, so nothing was saved: try again."

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
# The codes of PostgreSQL, or the two letters that those of a kind begin with.
_POSTGRESQL = {
    "08": _GONE,
    "57": _GONE,
    "57014": _TAKEN,
    "28": _NOT_LET_IN,
    "3D": _NOT_LET_IN,
    "53": _OVERLOADED,
    "53100": _FULL,
    "53300": _NOT_LET_IN,
    "25006": _NO_RIGHT,
    "42501": _NO_RIGHT,
    "40": _TAKEN,
    "55P03": _TAKEN,
    "58": _BROKEN,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_LOST = {"OperationalError", "PoolTimeout", "PoolClosed", "ConnectionTimeout"}
_BEHIND_SEVERITY = ":  "  # two spaces, which PostgreSQL's library sets only where a server speaks


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Turn every failure of SQLite, PostgreSQL, the system or Tortoise into StoreUnavailableError."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, FAILURES) and not hasattr(error, _STATE):
            raise
        told = sentence(error)
        if told == _REFUSED:
            _log.error("The database failed: %s", _kind(_cause(error)))
        raise StoreUnavailableError(told) from error


@contextmanager
def told_as_refused() -> Iterator[None]:
    """Turn what is wrong with a value that is to be stored, not with the database, into StoreUnavailableError."""
    try:
        yield
    except ValueError as error:
        _log.error("What is to be saved cannot be stored: %s", _kind(error))
        raise StoreUnavailableError(_REFUSED) from error


def sentence(error: Exception) -> str:
    """What happened, and what to do; never a value from a row, which may be somebody's words."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE, _REFUSED)
    if hasattr(cause, _STATE):
        return _sentence_of_postgresql(cause)
    if isinstance(cause, OSError):
        return _SYSTEM.get(cause.errno or 0, _NOT_OPENED)
    return _DAMAGED if isinstance(cause, ValueError) else _REFUSED


def _sentence_of_postgresql(error: BaseException) -> str:
    state, name = getattr(error, _STATE), type(error).__name__
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2], _REFUSED)
    if name not in _LOST:
        return _ALL_IN_USE if name == "AllInUseError" else _REFUSED  # found by the library itself
    # A server that does not let one in tells no code here, and how bad that is in its own language.
    return _NOT_LET_IN if _BEHIND_SEVERITY in str(error) else _GONE


def is_outage(error: Exception) -> bool:
    """Whether the disk, its rights or another program is to blame, so that trying again later may help."""
    return sentence(error) not in (_REFUSED, _DAMAGED)


def _kind(error: BaseException) -> str:
    # The message of an error may hold what a candidate said, its type and the database's own name for it never.
    name = getattr(error, "sqlite_errorname", None) or getattr(error, _STATE, None)
    return f"{type(error).__name__} ({name})" if name else type(error).__name__


def _cause(error: BaseException) -> BaseException:
    # Tortoise wraps the database's error in its own, and the session that in the store's.
    cause = error
    while (
        isinstance(cause, (BaseORMException, StoreUnavailableError))
        and (inner := cause.__cause__ or cause.__context__) is not None
    ):
        cause = inner
    return cause
