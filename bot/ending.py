"""How a process of the bot ends: when it is asked to, and soon."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Collection, Coroutine
from typing import Any

EXIT_OK, EXIT_FAILED = 0, 1
STOP_TAKING_S, SAVE_S, CLOSE_S = 3.0, 5.0, 1.0
"""How long each part of ending may take: less than the 10 s after which a process that was asked to end is killed."""
_log = logging.getLogger(__name__)


def asked_to_end() -> asyncio.Event:
    """What is set when a signal asks this process to end."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def at_most(seconds: float, work: Collection[Coroutine[Any, Any, None] | asyncio.Task[None]]) -> None:
    """Wait for work that may fail or hang: it never keeps the process from ending."""
    tasks = [asyncio.ensure_future(one) for one in work]
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    failed = [task.exception() for task in done if not task.cancelled()]
    for error in filter(None, failed):
        _log.warning("Ending failed with %s.", type(error).__name__)
    if late:
        _log.warning("Ending took longer than %g s and was cut short; the next start goes on from there.", seconds)
