"""Where the database is, from its URL, and what the `tortoise` command line tool needs to know of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from core.ports import StoreUnavailableError

DEFAULT_URL = "sqlite://data/interviews.sqlite3"
PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL", "busy_timeout": "5000", "foreign_keys": "ON"}
APP = "interviews"
APPS = {APP: {"models": ["adapters.database.models"], "migrations": "migrations", "default_connection": "default"}}


@dataclass(frozen=True, slots=True)
class Database:
    """A SQLite database: its file (None: in memory, gone when closed) and its PRAGMAs."""

    path: Path | None
    pragmas: Mapping[str, str]

    def tortoise(self) -> dict[str, Any]:
        """The configuration that Tortoise takes; from a URL it would misread a file's name that has a `#`."""
        name = ":memory:" if self.path is None else str(self.path)
        connection = {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": name, **self.pragmas}}
        return {"connections": {"default": connection}, "apps": APPS}


def parse_url(url: str) -> Database:
    """That of `sqlite://relative/path`, `sqlite:///absolute/path` or `sqlite://:memory:`, with `?pragma=value`."""
    scheme, _, rest = url.partition("://")
    name, _, query = rest.partition("?")
    if scheme != "sqlite" or not name:
        raise StoreUnavailableError(
            "This version keeps its data in SQLite only: set the database URL to something like " + DEFAULT_URL + "."
        )
    return Database(None if name == ":memory:" else Path(name).resolve(), PRAGMAS | dict(parse_qsl(query)))


def __getattr__(name: str) -> Any:
    """`TORTOISE`, for the `tortoise` tool, read when it is asked for.

    Foreign keys are off there: with them on, Tortoise's way of altering a table deletes the rows of its children.
    """
    if name != "TORTOISE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    database = parse_url(os.environ.get("DATABASE_URL", DEFAULT_URL))
    return Database(database.path, {**database.pragmas, "foreign_keys": "OFF"}).tortoise()
