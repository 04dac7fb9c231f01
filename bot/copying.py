"""Moves everything from one database to another, and shows how far it is."""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.database.copying import copy_database
from core.wording.pieces import count


def copy(source: str, target: str) -> None:
    """Copy the database at one URL to another, and tell. Raises StoreError."""
    columns = (TextColumn("Copying"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        shown = progress.add_task("Copying", total=None)

        def show(done: int, total: int) -> None:
            progress.update(shown, completed=done, total=total)

        rows = asyncio.run(copy_database(source, target, show))
    print(  # noqa: T201 - a word to the owner
        f"{count(rows, 'row')} copied. Set DATABASE_URL to the new database; the old one was left as it is.",
        file=sys.stderr,
    )
