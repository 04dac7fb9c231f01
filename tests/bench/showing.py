"""The figures as a table for people, and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from tests.bench.goals import Measured

_COLOURS = {"goal": "green", "gate": "yellow", "missed": "red", "not measured": "magenta"}


def table(figures: Sequence[Measured]) -> Table:
    """One row for each figure."""
    shown = Table(title=f"{os.cpu_count()} cores, Python {platform.python_version()}", show_lines=True)
    for heading in ("figure", "floor", "ours", "value", "spread", "goal", "gate", ""):
        shown.add_column(heading, justify="left" if heading in {"figure", ""} else "right", no_wrap=heading != "figure")
    for one in figures:
        about = "\n".join(filter(None, (one.goal.how, one.note)))
        figure = f"{one.goal.figure}\n[dim]{about}[/]"
        value, spread = ("", "") if one.value is None else (_figure(one, one.value), _figure(one, one.spread))
        sign = "≥" if one.goal.more else "≤"
        limits = (f"{sign} {limit:g} {one.goal.unit}" for limit in (one.goal.goal, one.goal.gate))
        verdict = f"[{_COLOURS[one.verdict]}]{one.verdict}[/]"
        shown.add_row(figure, one.floor, one.ours, value, spread, *limits, verdict)
    return shown


def as_json(figures: Sequence[Measured], *, full: bool) -> dict[str, Any]:
    """All of it, with the rounds."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "full": full,
        "figures": {one.goal.name: _described(one) for one in figures},
    }


def _described(one: Measured) -> dict[str, Any]:
    limits = {"goal": one.goal.goal, "gate": one.goal.gate, "unit": one.goal.unit, "more_is_better": one.goal.more}
    sides = {"ours": one.ours, "floor": one.floor, "note": one.note}
    return {"value": one.value, "spread": one.spread, "rounds": one.values, "verdict": one.verdict, **limits, **sides}


def _figure(one: Measured, value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {one.goal.unit}"
