"""What a process that serves for weeks holds in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 10_000
"""So many new objects are looked through at a time: at Python's own 700 it takes a tenth of a turn's processor time."""


def settle() -> None:
    """Let the garbage collector pass over what is there by now; to be called when something was loaded for good.

    To look at each object of every library time and again takes more than a tenth of a second each time, in which
    nobody is answered.
    """
    gc.freeze()


@contextmanager
def loading() -> Iterator[None]:
    """Have it look at nothing while something is loaded for good, of which next to nothing is garbage.

    To look through it time and again as it grows takes a sixth of the time of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        settle()
        gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """Have it pass over what is there by now, and look less often at what is new, until the end of the block."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
