"""Moves everything from one database to another, and shows how far it is."""

from __future__ import annotations

import asyncio
import signal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.database.copying import Copied, copy_database
from bot.logs import tell
from core.wording.pieces import count

EXIT_OK, EXIT_STOPPED = 0, 130


def copy(source: str, target: str) -> int:
    """Copy the database at one URL to another, and tell. Returns the exit status. Raises StoreError."""
    try:
        copied = asyncio.run(_copy(source, target))
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell("Stopped; nothing was copied.")
        return EXIT_STOPPED
    people = "1 person" if copied.people == 1 else f"{copied.people:,} people"
    told = f"Copied: {people}, {count(copied.interviews, 'interview')}; {count(copied.rows, 'row')} in all."
    tell(f"{told} Set DATABASE_URL to the new database; the old one was left as it is.")
    return EXIT_OK


async def _copy(source: str, target: str) -> Copied:
    """Copy, with a bar as soon as it is known how much there is."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    columns = (TextColumn("Copying"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def show(done: int, total: int) -> None:
            if not progress.tasks:
                progress.add_task("Copying", total=total)
            progress.update(progress.tasks[0].id, completed=done)

        return await copy_database(source, target, show)
