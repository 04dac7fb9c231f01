"""The lines of the log, each with the conversation that it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.about import current
from core.model import Conversation


class Lines(logging.Handler):
    """Keeps each line with its conversation, None for none."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[Conversation | None, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((current(), record.getMessage()))


@contextmanager
def lines_of(name: str) -> Iterator[Lines]:
    """The lines of a logger and those below it, for as long as the block lasts."""
    lines, logger = Lines(), logging.getLogger(name)
    logger.addHandler(lines)
    try:
        yield lines
    finally:
        logger.removeHandler(lines)
