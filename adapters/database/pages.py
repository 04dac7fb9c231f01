"""What a candidate is shown of their interviews: the report, the transcript and the history. None needs a role.

No transaction holds the queries of a page together: what is saved between two of them shows in the later one only, and
in both of the next page that is asked for.
"""

from __future__ import annotations

from datetime import UTC

from tortoise.functions import Avg, Count, Max, Min
from tortoise.queryset import QuerySet

from adapters.database.dialect import is_postgresql
from adapters.database.models import InterviewRow, ReportRow
from adapters.database.reading import read_report, read_said
from adapters.database.statements import carried_out, found
from core.delivery import FEWEST_WORDS, SHORTEST_S
from core.history import HistoryItem, HistoryPage, Transcript
from core.model import Mode, Phase, Report
from core.roles import Seniority

HIGHEST_ID = 2**63 - 1
PACED_REPORTS = 5
_SQLITE_FIGURE = "JSON_EXTRACT(document, '$.delivery.{}')"
_POSTGRESQL_FIGURE = "CAST(document #>> '{{delivery,{}}}' AS DOUBLE PRECISION)"
_PACES = (
    "SELECT words, speaking_s FROM (SELECT interview.id, {} AS words, {} AS speaking_s FROM report"
    " JOIN interview ON interview.id = report.interview_id WHERE candidate_id = ?) AS told"
    " WHERE words >= ? AND speaking_s >= ? ORDER BY id DESC LIMIT ?"
)


def interview_key(number: int) -> int:
    """The number as an id: candidates may write any, and a database takes 64 bits."""
    return max(0, min(number, HIGHEST_ID))


async def report(candidate: int, interview_id: int | None) -> Report | None:
    """The report of that interview of the candidate's own, of the newest one that has a report when None."""
    rows = ReportRow.filter(interview__candidate_id=candidate)
    if interview_id is not None:
        return await read_report(rows.filter(interview_id=interview_key(interview_id)))
    return await read_report(rows.order_by("-interview__id"))


async def interviews(candidate: int) -> list[int]:
    """The ids of all interviews of a candidate."""
    rows = InterviewRow.filter(candidate_id=candidate).order_by("id")
    return [number for (number,) in await rows.values_list("id")]


async def usual_pace(candidate: int) -> float | None:
    """All words of the latest reports that tell a pace, by all the time in which somebody spoke, in minutes."""
    figure = _POSTGRESQL_FIGURE if is_postgresql() else _SQLITE_FIGURE
    sql = _PACES.format(figure.format("words"), figure.format("speaking_s"))
    latest = await found(sql, candidate, FEWEST_WORDS, SHORTEST_S, PACED_REPORTS)
    speaking_s = sum(row["speaking_s"] for row in latest)
    return sum(row["words"] for row in latest) / speaking_s * 60 if latest else None


async def transcript(candidate: int, interview_id: int | None) -> Transcript | None:
    """All that was said in that interview of the candidate's own, in the newest one when None."""
    own = InterviewRow.filter(candidate_id=candidate)
    one = own.order_by("-id") if interview_id is None else own.filter(id=interview_key(interview_id))
    row = await one.select_related("report").first()
    return None if row is None else await _transcript(row)


async def _transcript(row: InterviewRow) -> Transcript:
    return Transcript(
        interview=row.id,
        role_title=row.role_title,
        mode=Mode(row.mode),
        seniority=Seniority(row.seniority),
        phase=Phase(row.phase),
        started_at=row.started_at.astimezone(UTC),
        turns=await carried_out(read_said(row.id)),
        total=None if row.report is None else row.report.total,
    )


async def history(candidate: int, before: int | None, limit: int, after: int | None) -> HistoryPage:
    """A page of the candidate's interviews, newest first, next below `before` or next above `after`."""
    own = InterviewRow.filter(candidate_id=candidate)
    figures = own.annotate(count=Count("id"), average=Avg("report__total"), oldest=Min("id"), newest=Max("id"))
    columns = figures.group_by("candidate_id").values_list("count", "average", "oldest", "newest")
    items = await _history_items(own, before, limit, after)
    count, average, oldest, newest = next(iter(await columns), (0, None, 0, 0))
    older = items[-1].id if items and items[-1].id != oldest else None
    newer = items[0].id if items and items[0].id != newest else None
    return HistoryPage(tuple(items), count, average, older, newer)


async def _history_items(
    own: QuerySet[InterviewRow], before: int | None, limit: int, after: int | None
) -> list[HistoryItem]:
    if after is not None:
        rows = own.filter(id__gt=interview_key(after)).order_by("id")
        return [*reversed(await _items(rows.limit(limit)))]
    rows = own if before is None else own.filter(id__lt=interview_key(before))
    return await _items(rows.order_by("-id").limit(limit))


async def _items(rows: QuerySet[InterviewRow]) -> list[HistoryItem]:
    columns = await rows.values("id", "role_title", "mode", "phase", "started_at", "report__total")
    return [
        HistoryItem(
            id=row["id"],
            role_title=row["role_title"],
            mode=Mode(row["mode"]),
            phase=Phase(row["phase"]),
            started_at=row["started_at"].astimezone(UTC),
            total=row["report__total"],
        )
        for row in columns
    ]
