"""What a process that serves for weeks holds in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def settle() -> None:
    """Let the garbage collector pass over what is there by now; to be called when something was loaded for good.

    To look at each object of every library time and again takes more than a tenth of a second each time, in which
    nobody is answered.
    """
    gc.freeze()


@contextmanager
def settled() -> Iterator[None]:
    """Have it pass over what is there by now, until the end of the block."""
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
