"""The Store of core on a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import RawSQL
from tortoise.functions import Avg, Count
from tortoise.queryset import QuerySet

from adapters.database.codec import decode_preferences, storable, storable_text
from adapters.database.models import (
    AccountRow,
    CandidateRow,
    InterviewRow,
    PendingEffectRow,
    ReportRow,
    SeenUpdateRow,
    TurnRow,
)
from adapters.database.reading import read_interview, read_pending_effect, read_report
from adapters.database.session import Session, transaction
from adapters.database.writing import write_change
from core.model import OPEN_PHASES, Conversation, HistoryItem, HistoryPage, Interview, Mode, Phase, Preferences, Report
from core.ports import Change, PendingEffect, RoleMissingError, Saved
from core.roles import Role

ASKED_LIMIT = 50
SEEN_FOR = timedelta(days=7)
HIGHEST_ID = 2**63 - 1
_LENGTH_DIGITS = 3
# The highest number among the ids that are numbers: texts compare as numbers do once their length stands before them.
_NEWEST = (
    "MAX(CASE WHEN inbound_id <> '' AND inbound_id NOT GLOB '*[^0-9]*'"
    f" THEN PRINTF('%0{_LENGTH_DIGITS}d', LENGTH(inbound_id)) || inbound_id END)"
)


class DatabaseStore:
    """Keeps everything in the database of a session; `roles` are what interviews are rebuilt with, by id."""

    def __init__(self, session: Session, roles: Mapping[str, Role]) -> None:
        self._session = session
        self._roles = roles

    async def candidate(self, conversation: Conversation) -> int:
        return await self._session.run(_candidate(conversation))

    async def current_interview(self, candidate: int) -> Interview | None:
        return await self._session.run(self._current_interview(candidate))

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        return await self._session.run(self._interview(candidate, interview_id))

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        return await self._session.run(_report(candidate, interview_id))

    async def save(self, change: Change) -> Saved:
        return await self._session.run(_save(change))

    async def close_unreadable(self, candidate: int) -> None:
        await self._session.run(_close_unreadable(candidate))

    async def pending(self) -> Sequence[PendingEffect]:
        return await self._session.run(_pending())

    async def performed(self, effect_id: int) -> None:
        await self._session.run(_performed(effect_id))

    async def last_seen(self, platform: str) -> Mapping[str, str]:
        return await self._session.run(_last_seen(platform))

    async def preferences(self, candidate: int) -> Preferences:
        return await self._session.run(_preferences(candidate))

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        return await self._session.run(_asked(candidate, role_id))

    async def history(self, candidate: int, before: int | None = None, limit: int = 10) -> HistoryPage:
        return await self._session.run(_history(candidate, before, limit))

    async def forget_seen(self) -> None:
        """Forget the ids of messages taken over a week ago, which no platform delivers again."""
        await self._session.run(_forget_seen())

    async def _current_interview(self, candidate: int) -> Interview | None:
        async with transaction():
            row = await _newest(candidate)
            try:
                return None if row is None else await read_interview(row, self._roles)
            except RoleMissingError:
                if row is not None and row.phase in OPEN_PHASES:
                    raise
                return None

    async def _interview(self, candidate: int, interview_id: int) -> Interview | None:
        async with transaction():
            row = await InterviewRow.get_or_none(id=_id(interview_id), candidate_id=candidate)
            return None if row is None else await read_interview(row, self._roles)


def _id(number: int) -> int:
    # Candidates may write any number, and SQLite takes 64 bits.
    return max(0, min(number, HIGHEST_ID))


async def _newest(candidate: int) -> InterviewRow | None:
    return await InterviewRow.filter(candidate_id=candidate).order_by("-id").first()


async def _candidate(conversation: Conversation) -> int:
    account = storable({"platform": conversation.platform, "external_id": conversation.account})
    known = await AccountRow.get_or_none(**account)
    if known is not None:
        return known.candidate_id
    try:
        return await _new_candidate(account)
    except IntegrityError:  # somebody was faster
        return (await AccountRow.get(**account)).candidate_id


async def _new_candidate(account: dict[str, Any]) -> int:
    async with transaction():
        candidate = await CandidateRow.create(created_at=datetime.now(UTC), preferences={})
        await AccountRow.create(**account, candidate_id=candidate.id)
        return candidate.id


async def _report(candidate: int, interview_id: int | None) -> Report | None:
    rows = ReportRow.filter(interview__candidate_id=candidate)
    if interview_id is not None:
        return await read_report(rows.filter(interview_id=_id(interview_id)))
    return await read_report(rows.order_by("-interview__id"))


async def _save(change: Change) -> Saved:
    async with transaction():
        return await write_change(change)


async def _close_unreadable(candidate: int) -> None:
    row = await _newest(candidate)
    if row is not None and row.phase in OPEN_PHASES:
        columns = {"phase": Phase.DROPPED.value, "version": row.version + 1}
        await InterviewRow.filter(id=row.id, version=row.version).update(**columns)


async def _pending() -> list[PendingEffect]:
    return [read_pending_effect(row) for row in await PendingEffectRow.all().order_by("id")]


async def _performed(effect_id: int) -> None:
    await PendingEffectRow.filter(id=effect_id).delete()


async def _last_seen(platform: str) -> dict[str, str]:
    rows = SeenUpdateRow.filter(platform=storable_text(platform)).annotate(newest=RawSQL(_NEWEST)).group_by("chat")
    return {chat: newest[_LENGTH_DIGITS:] for chat, newest in await rows.values_list("chat", "newest") if newest}


async def _preferences(candidate: int) -> Preferences:
    row = await CandidateRow.get_or_none(id=candidate).only("preferences")
    return Preferences() if row is None else decode_preferences(row.preferences)


async def _asked(candidate: int, role_id: str) -> list[str]:
    rows = TurnRow.filter(interview__candidate_id=candidate, interview__role_id=storable_text(role_id))
    newest = rows.order_by("-interview__id", "-position").limit(ASKED_LIMIT)
    return list(dict.fromkeys([question_id for (question_id,) in await newest.values_list("question_id")]))


async def _history(candidate: int, before: int | None, limit: int) -> HistoryPage:
    own = InterviewRow.filter(candidate_id=candidate)
    async with transaction():
        rows = own if before is None else own.filter(id__lt=_id(before))
        items = await _history_items(rows.order_by("-id").limit(limit + 1))
        figures = own.annotate(count=Count("id"), average=Avg("report__total")).group_by("candidate_id")
        count, average = next(iter(await figures.values_list("count", "average")), (0, None))
    older = items[limit - 1].id if len(items) > limit else None
    return HistoryPage(tuple(items[:limit]), count, average, older)


async def _history_items(rows: QuerySet[InterviewRow]) -> list[HistoryItem]:
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


async def _forget_seen() -> None:
    await SeenUpdateRow.filter(seen_at__lt=datetime.now(UTC) - SEEN_FOR).delete()
