"""The Store of core on a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import RawSQL

from adapters.database import forgetting, pages
from adapters.database.codec import decode_preferences, storable, storable_text
from adapters.database.models import (
    AccountRow,
    CandidateRow,
    InterviewRow,
    LinkCodeRow,
    PendingEffectRow,
    SeenUpdateRow,
    TurnRow,
)
from adapters.database.reading import read_interview, read_pending_effect
from adapters.database.session import Session, transaction
from adapters.database.writing import write_change
from core.accounts import Account, CodeMaker
from core.history import HistoryPage, Transcript
from core.model import OPEN_PHASES, Conversation, Interview, Phase, Preferences, Report
from core.ports import Change, PendingEffect, RoleMissingError, Saved
from core.roles import Role

ASKED_LIMIT = 50
SEEN_FOR = timedelta(days=7)
_OPEN = sorted(phase.value for phase in OPEN_PHASES)
_LENGTH_DIGITS = 3
# What stands behind the first colon of an id, else all of it.
_NUMBER = "SUBSTR(inbound_id, INSTR(inbound_id, ':') + 1)"
_IS_NUMBER = f"({_NUMBER} <> '' AND {_NUMBER} NOT GLOB '*[^0-9]*')"
# The highest of these numbers: texts compare as numbers do once their length stands before them.
_NEWEST = f"MAX(CASE WHEN {_IS_NUMBER} THEN PRINTF('%0{_LENGTH_DIGITS}d', LENGTH({_NUMBER})) || {_NUMBER} END)"
# What is old, but for the latest number of each chat: from there on is asked what was missed.
_FORGET = (
    f"DELETE FROM seen_update AS old WHERE seen_at < ? AND NOT ({_IS_NUMBER}"  # noqa: S608 - made of our own words
    " AND NOT EXISTS (SELECT 1 FROM seen_update"
    f" WHERE platform = old.platform AND chat = old.chat AND id > old.id AND {_IS_NUMBER}))"
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
        return await self._session.run(pages.report(candidate, interview_id))

    async def transcript(self, candidate: int, interview_id: int | None = None) -> Transcript | None:
        return await self._session.run(pages.transcript(candidate, interview_id))

    async def accounts(self, candidate: int) -> Sequence[Account]:
        return await self._session.run(_accounts(candidate))

    async def code_maker(self, digest: str, at: datetime) -> CodeMaker | None:
        return await self._session.run(_code_maker(digest, at))

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

    async def interviews(self, candidate: int) -> Sequence[int]:
        return await self._session.run(pages.interviews(candidate))

    async def usual_pace(self, candidate: int) -> float | None:
        return await self._session.run(pages.usual_pace(candidate))

    async def forget(self, candidate: int) -> None:
        await self._session.run(forgetting.forget(candidate))
        await self._session.run(forgetting.overwrite())

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        return await self._session.run(_asked(candidate, role_id))

    async def history(
        self, candidate: int, before: int | None = None, limit: int = 10, *, after: int | None = None
    ) -> HistoryPage:
        return await self._session.run(pages.history(candidate, before, limit, after))

    async def forget_seen(self) -> None:
        """Forget the ids of messages taken over a week ago, which no platform delivers again."""
        await self._session.run(_forget_seen())

    async def _current_interview(self, candidate: int) -> Interview | None:
        async with transaction():
            row = await _current(candidate)
            try:
                return None if row is None else await read_interview(row, self._roles)
            except RoleMissingError:
                if row is not None and row.phase in OPEN_PHASES:
                    raise
                return None

    async def _interview(self, candidate: int, interview_id: int) -> Interview | None:
        async with transaction():
            row = await InterviewRow.get_or_none(id=pages.interview_key(interview_id), candidate_id=candidate)
            return None if row is None else await read_interview(row, self._roles)


async def _current(candidate: int) -> InterviewRow | None:
    own = InterviewRow.filter(candidate_id=candidate).order_by("-id")
    newest = await own.first()
    if newest is None or newest.phase in OPEN_PHASES:
        return newest
    return await own.filter(phase__in=_OPEN).first() or newest


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


async def _accounts(candidate: int) -> list[Account]:
    rows = await AccountRow.filter(candidate_id=candidate).order_by("id")
    return [Account(row.platform, row.external_id, row.home_id is not None, row.chat) for row in rows]


async def _code_maker(digest: str, at: datetime) -> CodeMaker | None:
    code = await LinkCodeRow.get_or_none(digest=storable_text(digest))
    if code is None or code.expires_at <= at:
        return None
    return CodeMaker(code.candidate_id, Conversation(code.platform, code.chat, code.account))


async def _save(change: Change) -> Saved:
    async with transaction():
        return await write_change(change)


async def _close_unreadable(candidate: int) -> None:
    row = await _current(candidate)
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


async def _forget_seen() -> None:
    oldest = (datetime.now(UTC) - SEEN_FOR).isoformat(" ")
    async with transaction() as connection:
        await connection.execute_query(_FORGET, [oldest])
