"""What a failing database is called outside: one sentence that says what happened and what to do."""

from __future__ import annotations

import errno
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.exceptions import BaseORMException

from core.ports import StoreInUseError, StoreUnavailableError

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
_NOT_ENCRYPTED = (
    "The server of the database speaks without encryption only, so nothing was saved: switch it on there (`ssl = on`), "
    "or leave sslmode out of DATABASE_URL."
)
_NO_DATABASE = (
    "The server has no database of that name, so nothing was saved: make it there, or write its name right in "
    "DATABASE_URL."
)
_WRONG_USER = (
    "The server of the database did not take the user and password, so nothing was saved: write them right in "
    "DATABASE_URL."
)
_NOT_FROM_HERE = (
    "The server does not let this user into this database from here, so nothing was saved: allow it there "
    "(pg_hba.conf, or GRANT CONNECT)."
)
_NO_CONNECTIONS = (
    "The server of the database has no connection left, so nothing was saved: end some of the others, or raise its "
    "max_connections."
)
_STARTING = "The server of the database is just starting or stopping, so nothing was saved: try again in a moment."
_NOT_LET_IN = "The server of the database let nobody in, so nothing was saved: its own log says why."
_NO_RIGHT = (
    "The user in DATABASE_URL lacks rights on the database, so nothing was saved: give that user all of them on the "
    "database and on its schema."
)
_ONLY_READ = (
    "The database may not be written to but only read, so nothing was saved: set DATABASE_URL to one that is no copy "
    "for reading."
)
_OVERLOADED = "The server of the database has no more room, so nothing was saved: give it more memory."
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
_NO_NUMBER, _INTEGRITY = "22P02", "23"
# The codes of PostgreSQL, or the two letters that those of a kind begin with.
_POSTGRESQL = {
    "08": _GONE,
    "57": _GONE,
    "57014": _TAKEN,
    "57P03": _STARTING,
    "28": _WRONG_USER,
    "3D": _NO_DATABASE,
    "53": _OVERLOADED,
    "53100": _FULL,
    "53300": _NO_CONNECTIONS,
    "25006": _ONLY_READ,
    "42501": _NO_RIGHT,
    "40": _TAKEN,
    "55P03": _TAKEN,
    "58": _BROKEN,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_LOST = {"OperationalError", "PoolTimeout", "PoolClosed", "ConnectionTimeout"}
# Of a connection that was not made PostgreSQL's library tells no code, only these words (in English by default).
_NOT_CONNECTED = (
    ("server does not support SSL", _NOT_ENCRYPTED),
    ('database ".*" does not exist', _NO_DATABASE),
    ("no pg_hba.conf entry|pg_hba.conf rejects|permission denied for database", _NOT_FROM_HERE),
    ('role ".*" does not exist|authentication failed|no password supplied', _WRONG_USER),
    ("too many (clients|connections)|remaining connection slots", _NO_CONNECTIONS),
    ("the database system is ", _STARTING),
)
_BEHIND_SEVERITY = ":  "  # two spaces, which PostgreSQL's library sets only where a server speaks
# What the sentences above are made with where the database is named on the command line: whole words of theirs.
_WHERE_NAMED = (
    ("DATA_DIR (or DATABASE_URL)", "{option}"),
    ("set DATA_DIR to another folder", "name another place after {option}"),
    ("DATABASE_URL", "{option}"),
    ("nothing was saved", "nothing was copied"),
)


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
def told_of(option: str) -> Iterator[None]:
    """As above, of a database that is copied: one named by this option of the command line, and not by a setting."""
    try:
        with told_as_unavailable():
            yield
    except StoreUnavailableError as error:
        told = str(error)
        for words, instead in _WHERE_NAMED:
            told = told.replace(words, instead.format(option=option))
        raise type(error)(told) from error


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
    if isinstance(cause, StoreInUseError):
        return str(cause)
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
    told = next((told for words, told in _NOT_CONNECTED if re.search(words, str(error))), None)
    # A server whose language is another one tells even how bad it is in that.
    return told or (_NOT_LET_IN if _BEHIND_SEVERITY in str(error) else _GONE)


def is_outage(error: Exception) -> bool:
    """Whether the disk, its rights or another program is to blame, so that trying again later may help."""
    return sentence(error) not in (_REFUSED, _DAMAGED)


def is_not_as_hoped(error: Exception) -> bool:
    """Whether a statement was undone as one of its changes has changed nothing, or did not fit to what is there."""
    state = getattr(_cause(error), _STATE, None) or ""
    return state == _NO_NUMBER or state.startswith(_INTEGRITY)


def is_unreachable(error: Exception) -> bool:
    """Whether there is no server that answers."""
    return sentence(error) in (_GONE, _STARTING)


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
