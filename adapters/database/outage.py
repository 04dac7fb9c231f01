"""Tells the owner once that the database is gone, and once that it is there again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.database.failures import is_unreachable, sentence
from core.ports import StoreUnavailableError

_log = logging.getLogger(__name__)


class Outage:
    """An outage of the server of a process's database, as those who work with it notice it, each for itself."""

    def __init__(self) -> None:
        self._noticed_by: set[str] = set()

    def noticed(self, by: str, error: Exception) -> None:
        """Somebody has met an error, which may come of that."""
        if is_unreachable(error):
            if not self._noticed_by:
                _log.warning("%s", sentence(error))
            self._noticed_by.add(by)

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
        """The database has served somebody; told when it does so to all who noticed that it did not."""
        if by in self._noticed_by:
            self._noticed_by.remove(by)
            if not self._noticed_by:
                _log.warning("The database can be reached again.")
