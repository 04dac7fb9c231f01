"""The transition table of core/README.md says what the code does, and all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events import Command
from core.model import Phase
from tests.core.exploring import followers

pytestmark = pytest.mark.unmeasured
README = Path(__file__).parents[2] / "core" / "README.md"
NEVER = "—"


def table() -> dict[tuple[str, Phase], set[Phase]]:
    """The cells of the table: the phases that can follow, by what happens and the phase it happens in."""
    section = README.read_text(encoding="utf-8").split("## Transitions")[1]
    lines = [line.strip("| ") for line in section.splitlines() if line.startswith("| ")]
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    phases = [Phase(cell) for cell in head[1:]]
    return {
        (name, phase): {Phase(one) for one in cell.split() if one != NEVER}
        for name, *cells in rows
        for phase, cell in zip(phases, cells, strict=True)
    }


CELLS = table()
ROWS = {row for row, _ in CELLS}


def test_the_table_has_every_phase_and_everything_that_happens() -> None:
    results = {"answer settled", "answer considered", "answer assessed", "answer strengthened", "report due"}
    results |= {"note transcribed", "note refused"}
    assert {phase for _, phase in CELLS} == set(Phase)
    assert {"message", "note", "edit", *(command.value for command in Command), *results} == ROWS


@pytest.mark.parametrize(("row", "phase"), CELLS)
def test_a_cell_is_true(row: str, phase: Phase) -> None:
    assert followers(row, phase) == CELLS[row, phase]
