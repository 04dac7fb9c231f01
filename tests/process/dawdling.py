"""Copies a database a row at a time, with a pause after each of which a line tells.

`python -m tests.process.dawdling SECONDS copy-database --from URL --to URL`
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tortoise.models import Model

from adapters.database import copying
from bot.cli import main


def _slow(pause_s: float) -> None:
    written = copying._write

    async def write(model: type[Model], rows: list[Any]) -> None:
        await written(model, rows)
        print("written", flush=True)  # noqa: T201 - to the test
        await asyncio.sleep(pause_s)

    copying._write, copying.ROWS_AT_ONCE = write, 1


if __name__ == "__main__":
    _slow(float(sys.argv.pop(1)))
    main()
