"""The Store of core on a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError

from adapters.database import forgetting, pages, seen
from adapters.database.codec import decode_preferences, storable, storable_text
from adapters.database.failures import is_not_as_hoped, told_as_refused
from adapters.database.interviews import Interviews, close_unreadable, wrote_last
from adapters.database.linking import write_accounts
from adapters.database.models import (
    AccountRow,
    CandidateRow,
    LinkCodeRow,
    TurnRow,
)
from adapters.database.reading import read_pending
from adapters.database.session import Session, transaction
from adapters.database.statements import carried_out, carried_out_or_undone, changed, document, first, found
from adapters.database.stored import as_stored
from adapters.database.writing import (
    concerns_accounts,
    is_in_place,
    write_at_once,
    write_change,
    write_effects,
    write_step,
)
from core.accounts import Account, CodeMaker
from core.effects import Send
from core.history import HistoryPage, Transcript
from core.model import Conversation, Interview, Phase, Preferences, Report
from core.ports import Change, PendingEffect, Saved, Standing
from core.roles import Role

if TYPE_CHECKING:
    from adapters.database.jobs import JobQueue

ASKED_LIMIT = 50
_BEHIND = "SELECT candidate_id FROM account WHERE platform = ? AND external_id = ?"
_PREFERENCES = "SELECT preferences FROM candidate WHERE id = ?"
_PERFORMED = "DELETE FROM pending_effect WHERE id = ?"
_GIVEN_UP = f"{_PERFORMED} AND interview_id IN (SELECT id FROM interview WHERE phase = ?)"  # noqa: S608 - our own words

Alone = Callable[[int], AbstractAsyncContextManager[None]]
"""As the store's `alone`."""


class DatabaseStore:
    """Keeps everything in the database of a session.

    `roles` are what interviews are rebuilt with, by id; `alone` keeps other processes from a candidate, None where the
    database is this process's own; `jobs` are where pending effects are queued, None where the process performs them
    itself.
    """

    def __init__(
        self, session: Session, roles: Mapping[str, Role], alone: Alone | None = None, jobs: JobQueue | None = None
    ) -> None:
        self._session = session
        self._alone = alone
        self.jobs = jobs
        self._interviews = Interviews(roles, shared=alone is not None)

    async def candidate(self, conversation: Conversation) -> int:
        return await self._session.run(_candidate(conversation))

    async def current_interview(self, candidate: int) -> Interview | None:
        known = self._interviews.current_at_hand(candidate)
        return known or await self._session.run(self._interviews.current(candidate))

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        known = self._interviews.at_hand(candidate, interview_id)
        return known or await self._session.run(self._interviews.own(candidate, interview_id))

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        return await self._session.run(pages.report(candidate, interview_id))

    async def transcript(self, candidate: int, interview_id: int | None = None) -> Transcript | None:
        return await self._session.run(pages.transcript(candidate, interview_id))

    async def accounts(self, candidate: int) -> Sequence[Account]:
        return await self._session.run(_accounts(candidate))

    async def code_maker(self, digest: str, at: datetime) -> CodeMaker | None:
        return await self._session.run(_code_maker(digest, at))

    async def save(self, change: Change) -> Saved:
        return await self._session.run(self._save(change))

    async def close_unreadable(self, candidate: int) -> None:
        await self._session.run(self._close_unreadable(candidate))

    def alone(self, candidate: int) -> AbstractAsyncContextManager[None]:
        return self._alone(candidate) if self._alone else nullcontext()

    async def pending(self) -> Sequence[PendingEffect]:
        return await self._session.run(carried_out(read_pending()))

    async def pending_effect(self, effect_id: int) -> PendingEffect | None:
        return await self._session.run(_pending_effect(effect_id))

    async def standing(self, effect_id: int, interview_id: int = 0) -> Standing | None:
        if self._alone:
            return await self._session.run(self._interviews.standing(effect_id, interview_id))
        pending = await self.pending_effect(effect_id)
        if pending is None:
            return None
        if isinstance(pending.effect, Send):
            return Standing(pending, None, None)
        interview = await self.interview(pending.candidate, pending.interview or 0)
        return Standing(pending, interview, await self.wrote_last(pending.candidate))

    async def pending_of(self, candidate: int) -> Sequence[PendingEffect]:
        return await self._session.run(carried_out(read_pending("candidate_id = ?", candidate)))

    async def wrote_last(self, candidate: int) -> Conversation | None:
        return await self._session.run(carried_out(wrote_last(candidate)))

    async def performed(self, effect_id: int) -> None:
        sql, values = self.jobs.performed(effect_id, _PERFORMED) if self.jobs else (_PERFORMED, [effect_id])
        await self._session.run(changed(sql, *values))

    async def given_up(self, effect_id: int) -> bool:
        """Remove a pending effect of an interview that was dropped; whether it was one."""
        return await self._session.run(_given_up(effect_id))

    async def last_seen(self, platform: str) -> Mapping[str, str]:
        return await self._session.run(seen.last_seen(platform))

    async def preferences(self, candidate: int) -> Preferences:
        return await self._session.run(_preferences(candidate))

    async def interviews(self, candidate: int) -> Sequence[int]:
        return await self._session.run(pages.interviews(candidate))

    async def usual_pace(self, candidate: int) -> float | None:
        return await self._session.run(pages.usual_pace(candidate))

    async def forget(self, candidate: int) -> None:
        await self._session.run(self._forget(candidate))

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        return await self._session.run(_asked(candidate, role_id))

    async def history(
        self, candidate: int, before: int | None = None, limit: int = 10, *, after: int | None = None
    ) -> HistoryPage:
        return await self._session.run(pages.history(candidate, before, limit, after))

    async def forget_seen(self) -> None:
        """Forget the ids of messages taken over a week ago, which no platform delivers again."""
        await self._session.run(seen.forget_seen())

    async def _close_unreadable(self, candidate: int) -> None:
        await carried_out(close_unreadable(candidate))
        self._interviews.forget()

    async def _forget(self, candidate: int) -> None:
        await forgetting.forget(candidate)
        self._interviews.forget()
        await forgetting.overwrite()

    async def _save(self, change: Change) -> Saved:
        if change.after is not None:
            with told_as_refused():
                change = replace(change, after=as_stored(change.before, change.after))
        was_read = self._interviews.saving(change.before)
        if self.jobs or concerns_accounts(change):
            saved = await self._save_with_more(change)
        else:
            saved = await carried_out_or_undone(write_change(change))
        if change.joins or change.leaves:
            self._interviews.forget()  # whose they are has changed
        elif saved.interview is not None:
            self._interviews.saved(saved.interview, was_read=was_read)
        return saved

    async def _save_with_more(self, change: Change) -> Saved:
        if self.jobs:
            await self.jobs.on_time()
        if self.jobs and is_in_place(change):
            try:
                saved, begun = await carried_out(write_at_once(change, self.jobs.queueing))
            except Exception as error:
                if not is_not_as_hoped(error):
                    raise
            else:
                if begun is not None:
                    self.jobs.begun(saved.pending, begun)
                return saved
        return await self._save_step_by_step(change)

    async def _save_step_by_step(self, change: Change) -> Saved:
        async with transaction():
            interview = await carried_out(write_step(change))
            await write_accounts(change)
            saved = await carried_out(write_effects(change, interview))
            if self.jobs and saved.pending:
                sql, values = self.jobs.queued(saved.pending)
                await found(sql, *values)
        return saved


async def _candidate(conversation: Conversation) -> int:
    account = storable({"platform": conversation.platform, "external_id": conversation.account})
    known = await first(_BEHIND, *account.values())
    if known is not None:
        return known["candidate_id"]  # type: ignore[no-any-return]
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


async def _pending_effect(effect_id: int) -> PendingEffect | None:
    pending = await carried_out(read_pending("id = ?", effect_id))
    return pending[0] if pending else None


async def _given_up(effect_id: int) -> bool:
    return bool(await changed(_GIVEN_UP, effect_id, Phase.DROPPED.value))


async def _preferences(candidate: int) -> Preferences:
    row = await first(_PREFERENCES, candidate)
    return Preferences() if row is None else decode_preferences(document(row["preferences"]))


async def _asked(candidate: int, role_id: str) -> list[str]:
    rows = TurnRow.filter(interview__candidate_id=candidate, interview__role_id=storable_text(role_id))
    newest = rows.order_by("-interview__id", "-position").limit(ASKED_LIMIT)
    return list(dict.fromkeys([question_id for (question_id,) in await newest.values_list("question_id")]))
