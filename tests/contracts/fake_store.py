"""A store in memory, which keeps the whole contract but that of a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from itertools import count

from core.accounts import Account, CodeMaker, LinkCode
from core.delivery import pace
from core.effects import Effect, Send
from core.history import HistoryItem, HistoryPage, Transcript
from core.model import Conversation, Interview, Phase, Preferences, Report, Turn
from core.ports import (
    AlreadySeenError,
    Change,
    CodeGoneError,
    PendingEffect,
    RoleMissingError,
    Saved,
    StaleInterviewError,
    Standing,
)
from core.roles import Question, Role
from tests.contracts.fake_jobs import FakeJobs


class FakeStore:
    """Keeps everything in dicts. `roles` are what interviews are rebuilt with, by id; `jobs` queues pending effects."""

    def __init__(self, roles: Mapping[str, Role], jobs: FakeJobs | None = None) -> None:
        self._roles = roles
        self._jobs = jobs
        self._ids = count(1)
        self._candidates: dict[tuple[str, str], int] = {}
        self._chats: dict[tuple[str, str], str] = {}  # where accounts were when they were joined
        self._homes: dict[tuple[str, str], int] = {}  # of accounts that have joined another candidate
        self._codes: dict[int, tuple[LinkCode, Conversation]] = {}
        self._interviews: dict[int, Interview] = {}
        self._pending: dict[int, PendingEffect] = {}
        self._seen: dict[tuple[str, str, str], str] = {}  # by whom they were written
        self._preferences: dict[int, Preferences] = {}

    async def candidate(self, conversation: Conversation) -> int:
        account = (conversation.platform, conversation.account)
        if account not in self._candidates:
            self._candidates[account] = next(self._ids)
        return self._candidates[account]

    async def current_interview(self, candidate: int) -> Interview | None:
        current = self._current(candidate)
        try:
            return None if current is None else self._rebuilt(current)
        except RoleMissingError:
            if current is not None and current.is_open:
                raise
            return None

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        own = [interview for interview in self._own(candidate) if interview.id == interview_id]
        return self._rebuilt(own[0]) if own else None

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        own = [own for own in self._own(candidate) if own.report is not None and interview_id in (None, own.id)]
        return own[0].report if own else None

    async def transcript(self, candidate: int, interview_id: int | None = None) -> Transcript | None:
        own = [own for own in self._own(candidate) if interview_id in (None, own.id)]
        return _transcript(own[0]) if own else None

    async def accounts(self, candidate: int) -> Sequence[Account]:
        own = [account for account, whose in self._candidates.items() if whose == candidate]
        return [Account(*account, account in self._homes, self._chats.get(account, "")) for account in own]

    async def code_maker(self, digest: str, at: datetime) -> CodeMaker | None:
        for maker, (code, where) in self._codes.items():
            if code.digest == digest and code.expires_at > at:
                return CodeMaker(maker, where)
        return None

    async def save(self, change: Change) -> Saved:
        self._check(change)
        conversation = change.conversation
        if change.inbound_id is not None:
            self._seen[conversation.platform, conversation.chat, change.inbound_id] = conversation.account
        if change.performed is not None:
            await self.performed(change.performed)
        if change.preferences is not None:
            self._preferences[change.candidate] = change.preferences
        interview = self._keep(change)
        self._keep_accounts(change)
        interview_id = None if interview is None else interview.id
        pending = tuple(
            PendingEffect(next(self._ids), change.candidate, _where(effect, conversation), effect, interview_id)
            for effect in change.effects
        )
        self._pending.update({effect.id: effect for effect in pending})
        if self._jobs:
            self._jobs.add(pending)
        return Saved(interview, pending)

    async def close_unreadable(self, candidate: int) -> None:
        current = self._current(candidate)
        if current is not None and current.is_open:
            self._interviews[current.id] = replace(current, phase=Phase.DROPPED, version=current.version + 1)

    def alone(self, candidate: int) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def pending(self) -> Sequence[PendingEffect]:
        return list(self._pending.values())

    async def pending_effect(self, effect_id: int) -> PendingEffect | None:
        return self._pending.get(effect_id)

    async def pending_of(self, candidate: int) -> Sequence[PendingEffect]:
        return [effect for effect in self._pending.values() if effect.candidate == candidate]

    async def performed(self, effect_id: int) -> None:
        self._pending.pop(effect_id, None)

    async def wrote_last(self, candidate: int) -> Conversation | None:
        taken = [Conversation(platform, chat, account) for (platform, chat, _), account in self._seen.items()]
        own = [where for where in taken if self._candidates.get((where.platform, where.account)) == candidate]
        return own[-1] if own else None

    async def standing(self, effect_id: int, interview_id: int = 0) -> Standing | None:
        pending = self._pending.get(effect_id)
        if pending is None:
            return None
        if isinstance(pending.effect, Send):
            return Standing(pending, None, None)
        interview = await self.interview(pending.candidate, pending.interview or 0)
        return Standing(pending, interview, await self.wrote_last(pending.candidate))

    async def last_seen(self, platform: str) -> Mapping[str, str]:
        written: dict[str, list[int]] = {}
        pressed: dict[str, list[int]] = {}
        for where, chat, inbound_id in self._seen:
            number = inbound_id.partition(":")[2] or inbound_id
            if where == platform and number.isascii() and number.isdecimal():
                found = pressed if inbound_id.startswith("interaction:") else written
                found.setdefault(chat, []).append(int(number))
        marks = {chat: min(found) for chat, found in pressed.items()}
        marks |= {chat: max(found) for chat, found in written.items()}
        return {chat: str(mark) for chat, mark in marks.items()}

    async def preferences(self, candidate: int) -> Preferences:
        return self._preferences.get(candidate, Preferences())

    async def interviews(self, candidate: int) -> Sequence[int]:
        return [interview.id for interview in reversed(self._own(candidate))]

    async def usual_pace(self, candidate: int) -> float | None:
        told = [own.report.delivery for own in self._own(candidate) if own.report and own.report.delivery]
        latest = [delivery for delivery in told if pace(delivery) is not None][:5]
        speaking_s = sum(delivery.speaking_s for delivery in latest)
        return sum(delivery.words for delivery in latest) / speaking_s * 60 if latest else None

    async def forget(self, candidate: int) -> None:
        accounts = {account for account, whose in self._candidates.items() if whose == candidate}
        gone = {candidate, *(self._homes.get(account, candidate) for account in accounts)}
        for account in accounts:
            self._chats.pop(account, None)
            del self._candidates[account]
        self._homes = {one: home for one, home in self._homes.items() if one not in accounts and home not in gone}
        self._seen = {mark: account for mark, account in self._seen.items() if (mark[0], account) not in accounts}
        self._interviews = {number: own for number, own in self._interviews.items() if own.candidate not in gone}
        self._pending = {number: own for number, own in self._pending.items() if own.candidate not in gone}
        self._preferences = {one: wanted for one, wanted in self._preferences.items() if one not in gone}
        self._forget_codes(*gone)

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        own = [interview for interview in self._own(candidate) if interview.role.id == role_id]
        turns = [turn.question.id for interview in own for turn in reversed(interview.turns)]
        return list(dict.fromkeys(turns[:50]))

    async def history(
        self, candidate: int, before: int | None = None, limit: int = 10, *, after: int | None = None
    ) -> HistoryPage:
        own = self._own(candidate)
        if after is None:
            page = [interview for interview in own if before is None or interview.id < before][:limit]
        else:
            newer = sum(interview.id > after for interview in own)
            page = own[max(0, newer - limit) : newer]
        totals = [total for interview in own if (total := _total(interview)) is not None]
        return HistoryPage(
            items=tuple(_item(interview) for interview in page),
            interviews=len(own),
            average=sum(totals) / len(totals) if totals else None,
            older=page[-1].id if page and page[-1] != own[-1] else None,
            newer=page[0].id if page and page[0] != own[0] else None,
        )

    def _own(self, candidate: int) -> list[Interview]:
        return [interview for interview in reversed(self._interviews.values()) if interview.candidate == candidate]

    def _current(self, candidate: int) -> Interview | None:
        own = self._own(candidate)
        return next((interview for interview in own if interview.is_open), next(iter(own), None))

    def _check(self, change: Change) -> None:
        conversation, before = change.conversation, change.before
        if (conversation.platform, conversation.chat, change.inbound_id) in self._seen:
            raise AlreadySeenError("This message was taken before.")
        kept = None if before is None else self._interviews.get(before.id)
        if before is not None and (
            kept is None or (kept.version, kept.candidate) != (before.version, change.candidate)
        ):
            raise StaleInterviewError("The interview has gone on in the meantime.")
        if change.performed is not None and change.performed not in self._pending:
            raise StaleInterviewError("Somebody else was faster.")
        account = (conversation.platform, conversation.account)
        if change.joins and (
            self._maker(change.joins) in (None, change.candidate)
            or self._candidates.get(account) != change.candidate
            or account in self._homes
            or list(self._candidates.values()).count(change.candidate) > 1
        ):
            raise CodeGoneError("The code is no longer valid.")

    def _maker(self, digest: str) -> int | None:
        return next((maker for maker, (code, _) in self._codes.items() if code.digest == digest), None)

    def _keep(self, change: Change) -> Interview | None:
        before, after = change.before, change.after
        if after is None:
            return None
        number = next(self._ids) if before is None else before.id
        saved = replace(after, id=number, version=1 if before is None else before.version + 1)
        self._interviews[number] = saved
        return saved

    def _keep_accounts(self, change: Change) -> None:
        candidate, conversation = change.candidate, change.conversation
        maker = self._maker(change.joins)
        if change.joins and maker is not None:
            account, (_, made_at) = (conversation.platform, conversation.account), self._codes[maker]
            self._homes[account], self._chats[account] = candidate, conversation.chat
            self._chats[made_at.platform, made_at.account] = made_at.chat
            self._move(account, maker)
            self._forget_codes(candidate, maker)
        for leaving in change.leaves:
            account = (leaving.platform, leaving.external_id)
            if self._candidates.get(account) == candidate and account in self._homes:
                self._move(account, self._homes.pop(account))
        if change.leaves:
            self._forget_codes(candidate)  # which whoever leaves may have made, and would come back by
        if change.code is not None:
            self._codes[candidate] = change.code, conversation

    def _move(self, account: tuple[str, str], new: int) -> None:
        old, self._candidates[account] = self._candidates[account], new
        begun = {
            own.id: own for own in self._own(old) if (own.conversation.platform, own.conversation.account) == account
        }
        self._interviews.update({number: replace(own, candidate=new) for number, own in begun.items()})
        moving = [effect for effect in self._pending.values() if effect.interview in begun]
        self._pending.update({effect.id: replace(effect, candidate=new) for effect in moving})

    def _forget_codes(self, *candidates: int) -> None:
        for candidate in candidates:
            self._codes.pop(candidate, None)

    def _rebuilt(self, interview: Interview) -> Interview:
        if interview.role.id not in self._roles:
            raise RoleMissingError(f"The role “{interview.role.title}” is no longer there.")
        role = self._roles[interview.role.id]
        plan = tuple(_question(role, question) for question in interview.plan)
        turns = tuple(_turn(role, turn) for turn in interview.turns)
        return replace(interview, role=role, plan=plan, turns=turns)


def _where(effect: Effect, conversation: Conversation) -> Conversation:
    elsewhere = effect.to if isinstance(effect, Send) else None
    return elsewhere or conversation


def _turn(role: Role, turn: Turn) -> Turn:
    return replace(turn, question=_question(role, turn.question))


def _question(role: Role, question: Question) -> Question:
    found = role.question(question.id)
    if found is None:
        raise RoleMissingError(f"A question of the role “{role.title}” is no longer there.")
    return found


def _total(interview: Interview) -> float | None:
    return None if interview.report is None else interview.report.total


def _transcript(interview: Interview) -> Transcript:
    return Transcript(
        interview=interview.id,
        role_title=interview.role.title,
        mode=interview.mode,
        seniority=interview.seniority,
        phase=interview.phase,
        started_at=interview.started_at,
        turns=tuple(turn.utterances for turn in interview.turns),
        total=_total(interview),
    )


def _item(interview: Interview) -> HistoryItem:
    return HistoryItem(
        id=interview.id,
        role_title=interview.role.title,
        mode=interview.mode,
        phase=interview.phase,
        started_at=interview.started_at,
        total=_total(interview),
    )
