"""What the database costs: the writes of a turn, and what a candidate leafs through when there is much."""

from __future__ import annotations

import sqlite3
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path
from statistics import median

from adapters.database.connection import connect, migrate
from adapters.database.store import DatabaseStore
from tests.adapters.database.test_queries import is_slow, plans, watch
from tests.bench import store as writing
from tests.bench.goals import Measured, goal
from tests.bench.room import ROLES
from tests.bench.rounds import Scale, interleaved
from tests.bench.seeding import CANDIDATE, MESSAGES_EACH, seed

FEW, MANY = 1_000, 1_000_000
_LOOKS = 20


async def writes(scale: Scale, folder: Path) -> list[Measured]:
    """A turn's saves against the same rows in one hop; the dearer of the two counts."""
    scale.tick("write")
    found = await writing.measure(folder, scale.of(5, 15), 40)
    dearest = max((one for one in found if one.gate), key=lambda one: one.ratio)
    values = (dearest.least, dearest.ratio, dearest.most)
    note = f"the save of “{dearest.name}”; least, median and most of the rounds"
    return [Measured(goal("write"), values, f"{dearest.ours_ms:.2f} ms", f"{dearest.floor_ms:.2f} ms", note)]


async def pages(scale: Scale, folder: Path) -> list[Measured]:
    """History page and transcript of a candidate with the same interviews, beside few messages of others and many."""
    many = scale.of(MANY // 4, MANY)
    async with AsyncExitStack() as stack:
        few_store, many_store = [
            await stack.enter_async_context(connect(await _seeded(scale, folder / str(count), count), ROLES))
            for count in (FEW, many)
        ]
        await _check_plans(many_store)
        times = await interleaved(
            scale, "pages", scale.of(9, 30), lambda _: _looked(few_store), lambda _: _looked(many_store)
        )
    few_ms, many_ms = (1000 * median(column) for column in zip(*times, strict=True))
    note = f"{many:,} messages" + ("" if scale.full else f"; with --full {MANY:,}")
    ratios = tuple(ours / least for least, ours in times)
    return [Measured(goal("pages"), ratios, f"{many_ms:.2f} ms", f"{few_ms:.2f} ms", note)]


async def _seeded(scale: Scale, path: Path, messages: int) -> str:
    scale.tick("pages")
    url = f"sqlite://{path}"
    await migrate(url)
    with closing(sqlite3.connect(path)) as connection:
        seed(connection, messages // MESSAGES_EACH)
    return url


async def _looked(store: DatabaseStore) -> float:
    """The middle time of a page of the history, the next one and a transcript, in seconds."""
    took = []
    for _ in range(_LOOKS):
        begun = time.perf_counter()
        page = await store.history(CANDIDATE, limit=2)
        await store.history(CANDIDATE, before=page.items[-1].id, limit=2)
        await store.transcript(CANDIDATE)
        took.append(time.perf_counter() - begun)
    return median(took)


async def _check_plans(store: DatabaseStore) -> None:
    """Raises SystemExit where SQLite reads a whole table, or sorts."""
    statements: list[str] = []
    await watch(store, statements)
    await _looked(store)
    reads = {one for one in statements if one.lstrip().upper().startswith("SELECT")}
    if not reads:
        raise SystemExit("No query was seen, so none was checked.")
    for sql, steps in (await plans(store, sorted(reads))).items():
        if slow := [step for step in steps if is_slow(step)]:
            raise SystemExit(f"A query reads more than it needs: {slow}\n{sql}")
