"""Tasks of the event loop: what tells being asked to end from a cancellation of something within."""

from __future__ import annotations

import asyncio


def is_asked_to_end() -> bool:
    """Whether whoever started this task has cancelled it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
