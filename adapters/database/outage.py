"""Tells the owner once that the database is gone, and once that it is there again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from adapters.database.failures import is_unreachable, sentence
from core.ports import StoreUnavailableError

SETTLED_S = 30.0
"""Where somebody was served so long ago, and nobody met it since, it is over also for those who ask for nothing."""
_log = logging.getLogger(__name__)


class Outage:
    """An outage of the server of a process's database, as those who work with it notice it, each for itself."""

    def __init__(self) -> None:
        self._noticed_by: set[str] = set()
        self._served_at: float | None = None  # for the first time since it was last noticed

    def noticed(self, by: str, error: Exception) -> None:
        """Somebody has met an error, which may come of that."""
        if is_unreachable(error):
            if self._noticed_by and self._is_settled():
                self._end()
            if not self._noticed_by:
                _log.warning("%s", sentence(error))
            self._noticed_by.add(by)
            self._served_at = None

    @contextmanager
    def watched(self, by: str) -> Iterator[None]:
        """Learn from how something ends that somebody asks the database."""
        try:
            yield
        except StoreUnavailableError as error:
            self.noticed(by, error)
            raise
        self.over(by)

    def over(self, by: str) -> None:
        """The database has served somebody; told when it does so to all who noticed that it did not, and still ask."""
        if self._noticed_by:
            self._noticed_by.discard(by)
            self._served_at = monotonic() if self._served_at is None else self._served_at
            if not self._noticed_by or self._is_settled():
                self._end()

    def _is_settled(self) -> bool:
        return self._served_at is not None and monotonic() - self._served_at >= SETTLED_S

    def _end(self) -> None:
        self._noticed_by.clear()
        _log.warning("The database can be reached again.")
