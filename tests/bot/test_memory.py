"""What was loaded is left alone by the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.roles import load_roles
from bot import memory
from bot.assembly import assembled
from bot.memory import loading, settled
from bot.settings import Settings
from bot.watching import UNWATCHED


async def test_what_was_loaded_is_passed_over_until_the_end() -> None:
    loaded, before = len(gc.get_objects()), gc.get_threshold()
    async with settled():
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


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the garbage collector tells of each time that it looks."""
    found = list[str]()
    monkeypatch.setattr(memory, "PAUSE_S", 0.01)
    gc.callbacks.append(look := lambda phase, about: found.append(f"{phase} {about['generation']}"))
    yield found
    gc.callbacks.remove(look)


async def test_what_is_new_is_looked_through_when_nothing_else_is_to_be_done(looks: list[str]) -> None:
    async with settled(), asyncio.timeout(20):
        looks.clear()
        kept: list[list[object]] = [[] for _ in range(20_000)]
        while not looks:  # noqa: ASYNC110 - the collector tells nobody
            await asyncio.sleep(0.01)
        assert looks == ["start 1", "stop 1"]
        await asyncio.sleep(0.1)  # in which nothing much is new
        assert looks == ["start 1", "stop 1"]
        assert len(asyncio.all_tasks()) == 2
    assert kept
    assert len(asyncio.all_tasks()) == 1


class Ring:
    """Garbage that only the collector finds, as soon as nobody holds it."""

    def __init__(self) -> None:
        self.own = self


async def test_what_becomes_garbage_after_a_look_is_found_at_a_later_one(
    looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "ALL_S", 0.2)
    async with settled(), asyncio.timeout(20):
        ring = Ring()
        found = weakref.ref(ring)
        kept: list[list[object]] = []
        looks.clear()
        while found():
            kept.extend([] for _ in range(11_000))
            await asyncio.sleep(0.02)
            if looks:
                ring = Ring()
    assert len(kept) < 30 * 11_000


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor works for the loop all the time."""
    monkeypatch.setattr(time, "thread_time", time.monotonic)


@pytest.mark.usefixtures("busy")
async def test_nobody_waits_for_that_to_be_done(looks: list[str]) -> None:
    async with settled():
        looks.clear()
        kept: list[list[object]] = [[] for _ in range(20_000)]
        await asyncio.sleep(0.2)
        assert looks == []
        assert len(kept) < gc.get_threshold()[0]  # else it would not wait any longer
    assert kept


@pytest.mark.usefixtures("busy")
async def test_who_is_never_idle_finds_garbage_all_the_same(looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ALL_S", 0.05)
    monkeypatch.setattr(memory, "LATEST_S", 0.1)
    async with settled(), asyncio.timeout(20):
        looks.clear()
        while not looks:  # noqa: ASYNC110 - the collector tells nobody
            await asyncio.sleep(0.01)
        assert looks[0] == "start 2"


async def test_a_process_that_serves_passes_over_what_it_has_loaded(place: Path) -> None:
    async with assembled(Settings(), load_roles(()), UNWATCHED, ()):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
