"""What a process that serves for weeks holds in memory, and the garbage collector need not look at.

To look at each object of every library time and again takes more than a tenth of a second each time, in which nobody is
answered. What is passed over stays until the process ends, garbage as well: so nothing is passed over that came after
the first message. Of what came later hardly anything is garbage that the collector has to find, and with 200 candidates
a look takes 20 ms: so it waits for a second in which there was hardly anything to do.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

_NEW_OBJECTS, _MOST_NEW_OBJECTS = 10_000, 300_000
"""So many new objects are worth a look when hardly anything is to be done; at the most so many wait for that.

An interview leaves some 250, which are remembered and no garbage. So the look at what 1,200 of them leave, a quarter of
a second, is only taken amid the work where they came without one second of rest.
"""
PAUSE_S, ALL_S, LATEST_S = 1.0, 600.0, 3_600.0
"""So often it is seen how much there was to do; after so many seconds the next look when idle is at all that is not
passed over, and after so many it comes in any case."""
_IDLE = 0.1
"""Who works for less than this share of the time is idle: that is about ten messages a second. What counts is how long
the processor has worked for the thread of the loop."""


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


@asynccontextmanager
async def settled() -> AsyncIterator[None]:
    """Until the block ends pass over what is there before the first message, and look at what is new when idle."""
    before = gc.get_threshold()
    gc.set_threshold(_MOST_NEW_OBJECTS, *before[1:])
    gc.freeze()
    looking = asyncio.create_task(_look_when_idle())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])
        gc.unfreeze()
        gc.set_threshold(*before)


async def _look_when_idle() -> None:
    all_at = time.monotonic()
    while True:
        begun_at, worked_s = time.monotonic(), time.thread_time()
        await asyncio.sleep(PAUSE_S)
        now = time.monotonic()
        is_idle = time.thread_time() - worked_s < _IDLE * (now - begun_at)
        is_late = now - all_at >= LATEST_S
        if is_late or (is_idle and gc.get_count()[0] > _NEW_OBJECTS):
            is_due = now - all_at >= ALL_S
            all_at = now if is_due else all_at
            gc.collect(2 if is_due else 1)  # what is left by a look is old then, and not looked at by the next one
