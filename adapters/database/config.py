"""Where the database is, from its URL, and what the `tortoise` command line tool needs to know of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from core.ports import StoreUnavailableError

DEFAULT_URL = "sqlite://data/interviews.sqlite3"
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "busy_timeout": "5000",
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what is deleted is overwritten
}
# What an owner may set otherwise, as whole values in capitals. SQLite itself takes any nonsense in silence.
_CHOICES = {
    "synchronous": "NORMAL|FULL|EXTRA",
    "journal_mode": "WAL|DELETE|TRUNCATE",
    "busy_timeout": "[0-5]?[0-9]{1,5}|600000",
    "max_page_count": "[1-9][0-9]{0,8}",
}
POSTGRESQL_PORT = 5432
# The same for PostgreSQL, in the words of its own library. A host here is the folder of a socket.
_POSTGRESQL_CHOICES = {
    "host": "/[^,]*",
    "sslmode": "disable|allow|prefer|require|verify-ca|verify-full",
    "sslrootcert": "system|/.*",
    "pool": "[1-9][0-9]?",
}
POOL = 10
"""How many connections at most a process has for its queries, where the owner does not say."""
CONNECT_S = 5
"""How long a call waits for a connection before it fails, in seconds."""
# A machine that has gone without a word is missed within 15 s, at both ends; its locks and transactions end with that.
# Nobody is asked whether they are still there while something is on its way to them: for that there is the time, in ms,
# within which it has to arrive.
KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
ARRIVING = {"tcp_user_timeout": 15_000}
_OPTIONS = " ".join(
    [
        "-c timezone=UTC",
        "-c plan_cache_mode=force_generic_plan",
        *(f"-c {name}={value}" for name, value in ARRIVING.items()),
    ]
    + [f"-c tcp_{name}={value}" for name, value in KEEPALIVES.items()]
)
APP = "interviews"
APPS = {APP: {"models": ["adapters.database.models"], "migrations": "migrations", "default_connection": "default"}}


@dataclass(frozen=True, slots=True)
class SQLiteFile:
    """A SQLite database: its file (None: in memory, gone when closed) and its PRAGMAs."""

    path: Path | None
    pragmas: Mapping[str, str]

    def tortoise(self) -> dict[str, Any]:
        """The configuration that Tortoise takes; from a URL it would misread a file's name that has a `#`."""
        name = ":memory:" if self.path is None else str(self.path)
        return _configuration("default", "adapters.database.sqlite", {"file_path": name, **self.pragmas})


@dataclass(frozen=True, slots=True)
class PostgreSQLServer:
    """A database on a PostgreSQL server. Without a host its library looks for a socket where those usually are."""

    host: str | None
    port: int
    user: str | None
    password: str | None = field(repr=False)
    name: str
    ssl: Mapping[str, str]
    pool: int = POOL

    def connecting(self) -> dict[str, Any]:
        """What a connection is made with, in the words of PostgreSQL's own library."""
        who = {"host": self.host, "port": self.port, "user": self.user, "password": self.password, "dbname": self.name}
        return {**who, **self._how()}

    def tortoise(self) -> dict[str, Any]:
        """The configuration that Tortoise takes, with what its pool of connections takes."""
        pool = {"minsize": 1, "maxsize": self.pool, "timeout": CONNECT_S, "reconnect_timeout": CONNECT_S}
        where = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        how = {"kwargs": {"autocommit": True, **self._how()}}
        credentials = {**where, "database": self.name, **pool, **how}
        return _configuration("postgresql", "adapters.database.postgres.client", credentials)

    def _how(self) -> dict[str, Any]:
        words = {"connect_timeout": CONNECT_S, "application_name": "interview-bot", "options": _OPTIONS}
        return {**words, "prepare_threshold": 1, **KEEPALIVES, **ARRIVING, **self.ssl}


Database = SQLiteFile | PostgreSQLServer


def _configuration(name: str, engine: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    # Each kind has a name of its own, under which Tortoise remembers the statements that it has made for it.
    apps = {label: {**app, "default_connection": name} for label, app in APPS.items()}
    return {"connections": {name: {"engine": engine, "credentials": credentials}}, "apps": apps}


def parse_url(url: str) -> Database:
    """That of a SQLite file or of a PostgreSQL server.

    `sqlite://relative`, `sqlite:///absolute` or `sqlite://:memory:`, with `?pragma=value` where wished, or
    `psycopg://user:password@host:port/name`, with `?sslmode=…` and the like. Raises StoreUnavailableError for any
    other, for what is none of an owner's business, and where the libraries for PostgreSQL are not installed.
    """
    scheme, _, rest = url.partition("://")
    name, _, query = rest.partition("?")
    if scheme == "sqlite" and name:
        return SQLiteFile(None if name == ":memory:" else _path(name), PRAGMAS | _chosen(query))
    if scheme == "psycopg":
        return _server(url)
    raise StoreUnavailableError(
        f"DATABASE_URL names no database that can be used: set it to something like {DEFAULT_URL} or "
        "psycopg://user@host:5432/name."
    )


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser().resolve()
    except RuntimeError as error:
        raise StoreUnavailableError("DATABASE_URL begins at the home of a user that is not known.") from error


def _chosen(query: str) -> dict[str, str]:
    pragmas = {name: value.upper() for name, value in parse_qsl(query, keep_blank_values=True)}
    if not _are_allowed(pragmas, _CHOICES):
        raise StoreUnavailableError(
            "DATABASE_URL has something wrong after its question mark: there may be synchronous (NORMAL, FULL or "
            "EXTRA), journal_mode (WAL, DELETE or TRUNCATE), busy_timeout (0 to 600000) and max_page_count."
        )
    return pragmas


def _are_allowed(chosen: Mapping[str, str], choices: Mapping[str, str]) -> bool:
    return all(name in choices and re.fullmatch(choices[name], value) for name, value in chosen.items())


def _server(url: str) -> PostgreSQLServer:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # which may tell the password
        raise _not_understood() from None
    name = unquote(parts.path.removeprefix("/"))
    chosen = dict(parse_qsl(parts.query, keep_blank_values=True))
    texts = [unquote(parts.netloc), name, *chosen.values()]
    if not name or "/" in name or port == 0 or parts.fragment or not all(text.isprintable() for text in texts):
        raise _not_understood()
    if not _are_allowed(chosen, _POSTGRESQL_CHOICES) or ("host" in chosen and parts.hostname):
        raise _not_understood()
    _check_installed()
    return PostgreSQLServer(
        host=chosen.pop("host", None) or parts.hostname,
        port=port or POSTGRESQL_PORT,
        user=_unquoted(parts.username),
        password=_unquoted(parts.password),
        name=name,
        pool=int(chosen.pop("pool", POOL)),
        ssl=chosen,
    )


def _unquoted(text: str | None) -> str | None:
    return unquote(text) if text else None


def _not_understood() -> StoreUnavailableError:
    return StoreUnavailableError(
        "DATABASE_URL is not understood: it looks like psycopg://user:password@host:5432/name, with signs such as @ : "
        "/ # ? % in the password written as %40 %3A %2F %23 %3F %25; after a question mark there may be sslmode, "
        "sslrootcert (a file), host (the folder of a socket) and pool (1 to 99 connections)."
    )


def _check_installed() -> None:
    if not all(find_spec(module) for module in ("psycopg", "psycopg_pool", "procrastinate")):
        raise StoreUnavailableError(
            "The libraries for PostgreSQL are not installed, so DATABASE_URL cannot be used: run `make postgres` "
            "first, or build the image with POSTGRES=-postgres."
        )


def __getattr__(name: str) -> Any:
    """`TORTOISE`, for the `tortoise` tool, read when it is asked for.

    Foreign keys are off there: with them on, Tortoise's way of altering a table deletes the rows of its children.
    """
    if name != "TORTOISE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    database = parse_url(os.environ.get("DATABASE_URL", DEFAULT_URL))
    if isinstance(database, SQLiteFile):
        database = SQLiteFile(database.path, {**database.pragmas, "foreign_keys": "OFF"})
    return database.tortoise()
