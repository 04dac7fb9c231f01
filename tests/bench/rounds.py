"""Rounds: the sides of a comparison in turn, in one run, so that a machine that slows down is fair to both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Side = Callable[[int], Awaitable[float]]
"""One round of a side, by its number: a figure."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done: the same with more rounds and bigger counts where `full`. `tick` is called for each round."""

    full: bool
    tick: Callable[[str], None]

    def of(self, quick: int, full: int) -> int:
        return full if self.full else quick


async def interleaved(
    scale: Scale, name: str, rounds: int, floor: Side, ours: Side, *, warm: bool = False
) -> list[tuple[float, float]]:
    """Both sides so many times (floor, ours), and who is first changes; one round more comes first where not `warm`."""
    kept = []
    for number in range(warm, rounds + 1):
        scale.tick(name)
        if number % 2:
            ours_took = await ours(number)
            kept.append((await floor(number), ours_took))
        else:
            floor_took = await floor(number)
            kept.append((floor_took, await ours(number)))
    return kept[not warm :]
