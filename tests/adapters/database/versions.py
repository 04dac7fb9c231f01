"""A next version of the program: its models and its migrations, in a folder of its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.database import config
from adapters.database.connection import connect
from adapters.database.migrate import known_migrations
from core.effects import AssessAnswer
from core.ports import Change
from tests.adapters.database.processes import ROOT
from tests.contracts.sample import CONVERSATION, INCIDENT, ROLES, answered_turn, new_interview, report
from tests.contracts.steps import code_of, joined

MIGRATION = """
import pathlib, time
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("interviews", "{latest}")]
    operations = [{operations}]
"""
KNOWN = known_migrations()
NEXT = f"{len(KNOWN) + 1:04}_next"
Rows = dict[str, list[tuple[Any, ...]]]

# Tables that others point to, tables with indexes and constraints, and one whose last row is gone: all are rebuilt.
REBUILD = """
    ops.AlterField("InterviewRow", "role_title", fields.TextField(null=True)),
    ops.AlterField("TurnRow", "stronger", fields.TextField(null=True)),
    ops.AlterField("SeenUpdateRow", "chat", fields.CharField(300)),
    ops.AlterField("PendingEffectRow", "chat", fields.CharField(300)),
    ops.AlterField("AccountRow", "platform", fields.CharField(300)),
"""
REBUILT = [
    ("role_title = fields.TextField()", "role_title = fields.TextField(null=True)"),
    ("stronger = fields.TextField()", "stronger = fields.TextField(null=True)"),
    (
        "    chat = fields.CharField(NAME)\n    inbound_id",
        "    chat = fields.CharField(300)\n    inbound_id",
    ),
    (
        "    chat = fields.CharField(NAME)\n    account = fields.CharField(NAME)\n    kind",
        "    chat = fields.CharField(300)\n    account = fields.CharField(NAME)\n    kind",
    ),
    ("    platform = fields.CharField(NAME)\n    external_id", "    platform = fields.CharField(300)\n    external_id"),
]


@dataclass(frozen=True, slots=True)
class Version:
    """The folder to import from, and the Tortoise apps that say what is in it."""

    folder: Path
    apps: dict[str, dict[str, Any]]


Use = Callable[[Version], None]


def next_version(folder: Path, operations: str, changes: Iterable[tuple[str, str]] = ()) -> Version:
    """The next version: a migration more, with these operations, and models with these texts replaced."""
    folder.mkdir()
    shutil.copytree(ROOT / "migrations", folder / f"migrations_{folder.name}")
    text = MIGRATION.format(latest=KNOWN[-1], operations=operations)
    (folder / f"migrations_{folder.name}" / f"{NEXT}.py").write_text(text)
    models = (ROOT / "adapters" / "database" / "models.py").read_text()
    for old, new in changes:
        assert old in models
        models = models.replace(old, new)
    (folder / f"models_{folder.name}.py").write_text(models)
    app = {
        "models": [f"models_{folder.name}"],
        "migrations": f"migrations_{folder.name}",
        "default_connection": "default",
    }
    return Version(folder, {config.APP: app})


def rebuilt(folder: Path) -> Version:
    """The next version, in which nearly every table is made anew."""
    return next_version(folder, REBUILD, REBUILT)


async def fill(url: str) -> None:
    """Put something in every table, and leave gaps where rows have been deleted."""
    async with connect(url, ROLES) as store:
        for account in ("one", "two"):
            conversation = replace(CONVERSATION, account=account)
            candidate = await store.candidate(conversation)
            turns = (answered_turn(), replace(answered_turn(INCIDENT), outcome=None))
            interview = replace(new_interview(candidate, conversation), turns=turns, report=report())
            effects = (AssessAnswer(0), AssessAnswer(1))
            await store.save(Change(candidate, conversation, None, interview, effects, account))
        await store.performed((await store.pending())[-1].id)
        host, joiner = replace(CONVERSATION, account="one"), replace(CONVERSATION, account="two")
        await code_of(store, await joined(store, joiner, host), host)


def rows(path: Path) -> Rows:
    """All rows of all tables, but the list of migrations."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN (?, ?)"
        names = [name for (name,) in connection.execute(query, ("tortoise_migrations", "sqlite_sequence"))]
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in names}


def named(path: Path) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables by the names of their columns, but the list of migrations."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY id")] for name in rows(path)
        }


def restored(path: Path, dump: str) -> Rows:
    """Put the database of an earlier version in its place; what is in it."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((ROOT / "tests" / "fixtures" / f"{dump}.sql").read_text())
    return rows(path)


def sorted_values(content: Rows) -> dict[str, list[list[str]]]:
    """The rows whatever the order of their columns."""
    return {name: [sorted(map(repr, row)) for row in table] for name, table in content.items()}


def migrating(version: Version, url: str) -> str:
    """The script of a process that migrates."""
    return f"config.APPS = {version.apps!r}\nprint(asyncio.run(migrate({url!r})).applied)"


def files(path: Path) -> list[str]:
    """What is in the folder of a database, without its own name."""
    return sorted(file.name.removeprefix(path.name) for file in path.parent.iterdir())
