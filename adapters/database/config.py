"""Where the database is, from its URL, and what the `tortoise` command line tool needs to know of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

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
    """That of `sqlite://relative`, `sqlite:///absolute` or `sqlite://:memory:`, with `?pragma=value` where wished.

    Raises StoreUnavailableError for any other, and for a PRAGMA that is none of an owner's business.
    """
    scheme, _, rest = url.partition("://")
    name, _, query = rest.partition("?")
    if scheme != "sqlite" or not name:
        raise StoreUnavailableError(
            f"This version keeps its data in SQLite only: set DATABASE_URL to something like {DEFAULT_URL}."
        )
    return Database(None if name == ":memory:" else _path(name), PRAGMAS | _chosen(query))


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser().resolve()
    except RuntimeError as error:
        raise StoreUnavailableError("DATABASE_URL begins at the home of a user that is not known.") from error


def _chosen(query: str) -> dict[str, str]:
    pragmas = {name: value.upper() for name, value in parse_qsl(query, keep_blank_values=True)}
    for name, value in pragmas.items():
        if name not in _CHOICES or not re.fullmatch(_CHOICES[name], value):
            raise StoreUnavailableError(
                "DATABASE_URL has something wrong after its question mark: there may be synchronous (NORMAL, FULL or "
                "EXTRA), journal_mode (WAL, DELETE or TRUNCATE), busy_timeout (0 to 600000) and max_page_count."
            )
    return pragmas


def __getattr__(name: str) -> Any:
    """`TORTOISE`, for the `tortoise` tool, read when it is asked for.

    Foreign keys are off there: with them on, Tortoise's way of altering a table deletes the rows of its children.
    """
    if name != "TORTOISE":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    database = parse_url(os.environ.get("DATABASE_URL", DEFAULT_URL))
    return Database(database.path, {**database.pragmas, "foreign_keys": "OFF"}).tortoise()
