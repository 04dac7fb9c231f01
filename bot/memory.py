"""What a process that serves for weeks holds in memory, and the garbage collector need not look at.

To look at each object of every library time and again takes more than a tenth of a second each time, in which nobody is
answered. What is passed over stays until the process ends, garbage as well: so nothing is passed over that came after
the first message.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 10_000
"""So many new objects are looked through at a time; at the 700 of Python 3.11 it takes a tenth of a turn's time."""


@contextmanager
def loading() -> Iterator[None]:
    """Look at nothing while something is loaded for good, of which next to nothing is garbage.

    To look through it time and again as it grows takes a sixth of the time of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """Pass over what is there before the first message, and look less often at what is new, until the block ends."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
