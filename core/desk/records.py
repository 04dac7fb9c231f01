"""Answers what a candidate asks about earlier interviews: their list, a report, a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import engine, report
from core.model import Mode, Phase
from core.wording import history as kept
from core.wording import pages

if TYPE_CHECKING:
    from core.history import HistoryPage
    from core.messages import Outbound
    from core.model import Interview
    from core.ports import Store

SO_FAR = "so far"
"""The argument of `report` that asks for a report on the questions answered so far."""
_LARGEST_ID = 2**62


class Records:
    """What is kept of a candidate's interviews; nobody else's is ever shown."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def history(self, candidate: int, cursor: str) -> Outbound:
        """A page of the list: the newest, or those older than `<12` (or `12`), or newer than `>12`."""
        return kept.history(await self._page(candidate, cursor.strip()))

    async def transcript(self, candidate: int, argument: str) -> Outbound:
        """What was said in the interview of that number, in the newest one without."""
        number = _number(argument)
        known = number is not None or not argument.strip()
        found = await self._store.transcript(candidate, number) if known else None
        return kept.transcript(found) if found else kept.no_transcript()

    async def report(self, candidate: int, argument: str, interview: Interview | None) -> Outbound:
        """The report of that number, the newest without, or the one so far of the open `interview`."""
        if interview and argument == SO_FAR:
            made = report.build(interview)
            so_far = pages.report(made, so_far=True) if made.assessed else pages.nothing_assessed()
            return engine.addressed(interview, so_far)
        number = _number(argument)
        if number is None and argument not in {"", SO_FAR}:
            return pages.no_report()
        if interview and number is None and interview.report is None:
            if interview.mode is Mode.MOCK and interview.phase is not Phase.REPORTING:
                return pages.report_at_the_end()
            return await self.report(candidate, SO_FAR, interview)
        return await self._kept_report(candidate, number)

    async def _kept_report(self, candidate: int, number: int | None) -> Outbound:
        """A report that was made; what can be done with it is offered only where it is the candidate's latest."""
        newest = await self._store.current_interview(candidate)
        if newest and newest.report and number in {None, newest.id}:
            past = newest.phase is not Phase.FINISHED
            return engine.addressed(newest, pages.report(newest.report, past=past, number=newest.id))
        number = await self._latest_reported(candidate) if number is None else number
        found = await self._store.report(candidate, number)
        if found:
            return pages.report(found, past=True, number=number)
        said = None if number is None else await self._store.transcript(candidate, number)
        return kept.without_report(said) if said else pages.no_report()

    async def _latest_reported(self, candidate: int) -> int | None:
        """The id of the latest interview with a report, None where it is none of the last few."""
        items = (await self._store.history(candidate)).items
        return next((one.id for one in items if one.total is not None or one.phase is Phase.FINISHED), None)

    async def _page(self, candidate: int, cursor: str) -> HistoryPage:
        """The page at a cursor; the newest one where that cannot be read, or leads to nothing."""
        number = _number(cursor.lstrip("<>"))
        if number is not None and cursor.startswith(">"):
            page = await self._store.history(candidate, after=number)
        else:
            page = await self._store.history(candidate, number)
        return page if page.items or number is None else await self._store.history(candidate)


def _number(argument: str) -> int | None:
    """An id that was typed, None when it is none."""
    argument = argument.strip()
    return int(argument) if argument.isdecimal() and len(argument) < len(str(_LARGEST_ID)) else None
