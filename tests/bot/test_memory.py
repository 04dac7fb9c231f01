"""What was loaded is left alone by the garbage collector."""

from __future__ import annotations

import gc
from pathlib import Path

from adapters.roles import load_roles
from bot.assembly import assembled
from bot.memory import loading, settled
from bot.settings import Settings
from bot.watching import UNWATCHED


def test_what_was_loaded_is_passed_over_until_the_end() -> None:
    loaded, before = len(gc.get_objects()), gc.get_threshold()
    with settled():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() >= loaded
        assert len(gc.get_objects()) < loaded / 10
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


def test_nothing_is_looked_through_while_something_is_loaded() -> None:
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        kept: list[list[object]] = [[] for _ in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)
    gc.unfreeze()


async def test_a_process_that_serves_passes_over_what_it_has_loaded(place: Path) -> None:
    async with assembled(Settings(), load_roles(()), UNWATCHED, ()):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
