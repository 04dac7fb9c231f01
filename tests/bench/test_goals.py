from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable

import pytest
from rich.console import Console

from tests.bench.__main__ import MEASURING
from tests.bench.goals import GOALS, Goal, Measured, goal, is_missed
from tests.bench.rounds import Scale, interleaved
from tests.bench.showing import as_json, table

LESS = Goal("less", "Less", "of it", goal=1.5, gate=2.5)
MORE = Goal("more", "More", "of it", goal=60, gate=40, unit="%", more=True)
WORST = Goal("worst", "Worst", "of it", goal=50, gate=100, unit="ms", worst=True)


@pytest.mark.parametrize(
    ("one", "values", "verdict"),
    [
        (LESS, (1.5,), "goal"),
        (LESS, (1.0, 1.5, 9.0), "goal"),
        (LESS, (1.51,), "gate"),
        (LESS, (2.5,), "gate"),
        (LESS, (2.51,), "missed"),
        (LESS, (1.0, 2.6, 9.0), "missed"),
        (LESS, (2.0, 4.0), "missed"),
        (MORE, (60.0,), "goal"),
        (MORE, (59.9,), "gate"),
        (MORE, (40.0,), "gate"),
        (MORE, (39.9,), "missed"),
        (WORST, (50.0, 1.0, 1.0), "goal"),
        (WORST, (100.1, 1.0, 1.0), "missed"),
        (LESS, (), "not measured"),
    ],
)
def test_a_gate_that_is_missed_is_said_to_be(one: Goal, values: tuple[float, ...], verdict: str) -> None:
    measured = Measured(one, values)
    assert measured.verdict == verdict
    assert is_missed([Measured(LESS, (1.0,)), measured]) is (verdict == "missed")


def test_every_figure_is_measured_by_something() -> None:
    named = [name for names in MEASURING.values() for name in names]
    assert sorted(named) == sorted(one.name for one in GOALS)
    assert all((one.goal > one.gate) is one.more for one in GOALS)


def test_the_table_and_the_file_show_what_was_missed_and_what_was_not_measured() -> None:
    figures = [Measured(goal("turn"), (2.0, 3.0, 4.0), "30 ms", "10 ms"), Measured(goal("workers"), note="no server")]
    shown = io.StringIO()
    Console(file=shown, width=130).print(table(figures))
    assert "3.00 x" in shown.getvalue()
    assert "missed" in shown.getvalue()
    assert "not measured" in shown.getvalue()
    told = json.loads(json.dumps(as_json(figures, full=False)))["figures"]
    assert (told["turn"]["value"], told["turn"]["verdict"], told["turn"]["rounds"]) == (3.0, "missed", [2.0, 3.0, 4.0])
    assert (told["workers"]["value"], told["workers"]["verdict"]) == (None, "not measured")


@pytest.mark.parametrize(("warm", "kept"), [(False, 3), (True, 3)])
async def test_both_sides_are_measured_in_turn(*, warm: bool, kept: int) -> None:
    order: list[str] = []

    def side(name: str) -> Callable[[int], Awaitable[float]]:
        async def measure(number: int) -> float:
            order.append(name)
            return float(number)

        return measure

    times = await interleaved(Scale(full=False, tick=lambda _: None), "it", 3, side("floor"), side("ours"), warm=warm)
    assert times == [(float(number), float(number)) for number in range(1, kept + 1)]
    assert order[-4:] == ["floor", "ours", "ours", "floor"]
    assert len(order) == 2 * (kept + (not warm))
