"""What the bot costs beside the least that the same could cost, in one table.

    python -m tests.bench [--full] [--only NAME …] [--json FILE]

Ends with 1 when a gate is missed. README.md beside it says what each figure means.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.loop import run
from tests.bench.goals import GOALS, Measured, is_missed
from tests.bench.rounds import Scale
from tests.bench.showing import as_json, table

Measuring = Callable[[Scale, Path], Awaitable[Sequence[Measured]]]
MEASURING = {
    "idle.memory": ("memory",),
    "turns.one_candidate": ("turn", "sent"),
    "turns.many_candidates": ("many", "scaling", "stall"),
    "kept.writes": ("write",),
    "shared.write_with_job": ("job",),
    "shared.workers": ("workers",),
    "kept.pages": ("pages",),
    "starts.cold": ("cold", "idle"),
    "starts.start": ("start",),
}
"""What measures which figures, imported when it is asked for: nothing else is in memory then that could count."""
_WIDTH = 130


async def measured(only: Collection[str], *, full: bool) -> list[Measured]:
    """The figures that are asked for (all, where none is named), in the order of the table."""
    wanted = only or [one.name for one in GOALS]
    with Progress(SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as progress:
        chosen = [measure for measure, names in MEASURING.items() if set(names) & set(wanted)]
        bar = progress.add_task("", total=len(chosen))
        scale = Scale(full, lambda name: progress.update(bar, description=name))
        found: list[Measured] = []
        for measure in chosen:
            with tempfile.TemporaryDirectory() as folder:
                found += await _measuring(measure)(scale, Path(folder))
            progress.advance(bar)
    by_goal = {one.goal.name: one for one in found}
    return [by_goal.get(one.name, Measured(one)) for one in GOALS if one.name in wanted]


def _measuring(path: str) -> Measuring:
    module, _, name = path.partition(".")
    found: Measuring = getattr(import_module(f"tests.bench.{module}"), name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more rounds, and the big counts")
    parser.add_argument("--only", nargs="+", default=(), choices=[one.name for one in GOALS], metavar="NAME")
    parser.add_argument("--json", type=Path, help="a file to write the figures to")
    asked = parser.parse_args()
    begun = time.monotonic()
    figures = run(measured(asked.only, full=asked.full))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(table(figures))
    console.print(f"{time.monotonic() - begun:.0f} s in all.")
    if asked.json:
        asked.json.write_text(json.dumps(as_json(figures, full=asked.full), indent=2) + "\n", encoding="utf-8")
    return int(is_missed(figures))


if __name__ == "__main__":
    sys.exit(main())
