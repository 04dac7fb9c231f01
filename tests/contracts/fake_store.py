"""A store in memory, which keeps the whole contract but that of a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from core.model import Conversation, HistoryItem, HistoryPage, Interview, Phase, Preferences, Report, Turn
from core.ports import (
    AlreadySeenError,
    Change,
    PendingEffect,
    RoleMissingError,
    Saved,
    StaleInterviewError,
)
from core.roles import Question, Role


class FakeStore:
    """Keeps everything in dicts. `roles` are what interviews are rebuilt with, by id."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._roles = roles
        self._ids = count(1)
        self._candidates: dict[tuple[str, str], int] = {}
        self._interviews: dict[int, Interview] = {}
        self._pending: dict[int, PendingEffect] = {}
        self._seen: set[tuple[str, str, str]] = set()
        self._preferences: dict[int, Preferences] = {}

    async def candidate(self, conversation: Conversation) -> int:
        account = (conversation.platform, conversation.account)
        if account not in self._candidates:
            self._candidates[account] = next(self._ids)
        return self._candidates[account]

    async def current_interview(self, candidate: int) -> Interview | None:
        newest = next(iter(self._own(candidate)), None)
        try:
            return None if newest is None else self._rebuilt(newest)
        except RoleMissingError:
            if newest is not None and newest.is_open:
                raise
            return None

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        own = [interview for interview in self._own(candidate) if interview.id == interview_id]
        return self._rebuilt(own[0]) if own else None

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        own = [own for own in self._own(candidate) if own.report is not None and interview_id in (None, own.id)]
        return own[0].report if own else None

    async def save(self, change: Change) -> Saved:
        self._check(change)
        conversation = change.conversation
        if change.inbound_id is not None:
            self._seen.add((conversation.platform, conversation.chat, change.inbound_id))
        if change.performed is not None:
            await self.performed(change.performed)
        if change.preferences is not None:
            self._preferences[change.candidate] = change.preferences
        interview = self._keep(change)
        interview_id = None if interview is None else interview.id
        pending = tuple(
            PendingEffect(next(self._ids), change.candidate, conversation, effect, interview_id)
            for effect in change.effects
        )
        self._pending.update({effect.id: effect for effect in pending})
        return Saved(interview, pending)

    async def close_unreadable(self, candidate: int) -> None:
        newest = self._newest_open(candidate)
        if newest is not None:
            self._interviews[newest.id] = replace(newest, phase=Phase.DROPPED, version=newest.version + 1)

    async def pending(self) -> Sequence[PendingEffect]:
        return list(self._pending.values())

    async def performed(self, effect_id: int) -> None:
        self._pending.pop(effect_id, None)

    async def last_seen(self, platform: str) -> Mapping[str, str]:
        newest: dict[str, str] = {}
        for where, chat, inbound_id in self._seen:
            if where == platform and inbound_id.isascii() and inbound_id.isdecimal():
                newest[chat] = max(newest.get(chat, ""), inbound_id, key=lambda number: (len(number), number))
        return newest

    async def preferences(self, candidate: int) -> Preferences:
        return self._preferences.get(candidate, Preferences())

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        own = [interview for interview in self._own(candidate) if interview.role.id == role_id]
        turns = [turn.question.id for interview in own for turn in reversed(interview.turns)]
        return list(dict.fromkeys(turns[:50]))

    async def history(self, candidate: int, before: int | None = None, limit: int = 10) -> HistoryPage:
        own = self._own(candidate)
        page = [interview for interview in own if before is None or interview.id < before]
        totals = [total for interview in own if (total := _total(interview)) is not None]
        return HistoryPage(
            items=tuple(_item(interview) for interview in page[:limit]),
            interviews=len(own),
            average=sum(totals) / len(totals) if totals else None,
            older=page[limit - 1].id if len(page) > limit else None,
        )

    def _own(self, candidate: int) -> list[Interview]:
        return [interview for interview in reversed(self._interviews.values()) if interview.candidate == candidate]

    def _newest_open(self, candidate: int) -> Interview | None:
        return next((interview for interview in self._own(candidate)[:1] if interview.is_open), None)

    def _check(self, change: Change) -> None:
        conversation, before = change.conversation, change.before
        if (conversation.platform, conversation.chat, change.inbound_id) in self._seen:
            raise AlreadySeenError("This message was taken before.")
        kept = None if before is None else self._interviews.get(before.id)
        if before is not None and (
            kept is None or (kept.version, kept.candidate) != (before.version, change.candidate)
        ):
            raise StaleInterviewError("The interview has gone on in the meantime.")

    def _keep(self, change: Change) -> Interview | None:
        before, after = change.before, change.after
        if after is None:
            return None
        number = next(self._ids) if before is None else before.id
        saved = replace(after, id=number, version=1 if before is None else before.version + 1)
        self._interviews[number] = saved
        return saved

    def _rebuilt(self, interview: Interview) -> Interview:
        if interview.role.id not in self._roles:
            raise RoleMissingError(f"The role “{interview.role.title}” is no longer there.")
        role = self._roles[interview.role.id]
        plan = tuple(_question(role, question) for question in interview.plan)
        turns = tuple(_turn(role, turn) for turn in interview.turns)
        return replace(interview, role=role, plan=plan, turns=turns)


def _turn(role: Role, turn: Turn) -> Turn:
    return replace(turn, question=_question(role, turn.question))


def _question(role: Role, question: Question) -> Question:
    found = role.question(question.id)
    if found is None:
        raise RoleMissingError(f"A question of the role “{role.title}” is no longer there.")
    return found


def _total(interview: Interview) -> float | None:
    return None if interview.report is None else interview.report.total


def _item(interview: Interview) -> HistoryItem:
    return HistoryItem(
        id=interview.id,
        role_title=interview.role.title,
        mode=interview.mode,
        phase=interview.phase,
        started_at=interview.started_at,
        total=_total(interview),
    )
