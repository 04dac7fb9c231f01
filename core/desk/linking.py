"""Joins the accounts of one person on several platforms, and parts them again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from core.accounts import CodeMaker, LinkCode
from core.desk.answer import Answer
from core.effects import Send
from core.model import Conversation
from core.recent import Recent
from core.wording import linking as pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.accounts import Account
    from core.messages import CommandSent, Outbound
    from core.model import Interview
    from core.ports import Clock, Store

CODE_MINUTES = 10
"""How long a code can be used."""
ALPHABET = "2346789CDFGHJKMNPQRTVWXY"
"""What codes are made of: nothing that looks like another of them, and no words."""
_LATELY = timedelta(minutes=CODE_MINUTES)
_HALF = 4
_AT_MOST = 5
"""So many codes, and so many wrong tries, an account has in as many minutes as a code can be used."""
_ACCOUNTS = 10_000
"""So many accounts are remembered at most, those that did something last."""
_Place = tuple[str, str]
"""A platform and an account there."""
_Message = tuple[str, str]
"""A chat and the id of a message in it, which some platforms count in each chat anew."""


class Linking:
    """Answers `link` and `unlink`. `is_busy` says of a candidate whether something of theirs is being worked on."""

    def __init__(self, store: Store, clock: Clock, is_busy: Callable[[int], bool]) -> None:
        self._store = store
        self._clock = clock
        self._is_busy = is_busy
        self._made = _Often()
        self._wrong = _Often()
        self._warned: Recent[_Place, _Warning] = Recent(_ACCOUNTS)

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """The reply, and what is to be changed. `interview` is the open one, if any."""
        if asked.command == "unlink":
            return await self._part(candidate, asked, interview)
        if asked.argument.strip():
            return await self._join(candidate, asked, interview)
        return await self._new_code(candidate, asked, interview)

    async def _new_code(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        now, where = self._clock.now(), asked.conversation
        if self._made.many(asked, now):
            return _said(interview, pages.too_many_codes())
        self._made.add(asked, now)
        code = "".join(secrets.choice(ALPHABET) for _ in range(2 * _HALF))
        others = [one for one in await self._store.accounts(candidate) if not _is_at(one, where)]
        page = pages.code(_shown(code), CODE_MINUTES, others)
        kept = LinkCode(_digest(code), now + timedelta(minutes=CODE_MINUTES))
        return Answer(interview, (Send(page),), code=kept)

    async def _join(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        code, is_sure = _read(asked.argument)
        found = await self._maker(candidate, code, asked)
        if not isinstance(found, CodeMaker):
            return _said(interview, found)
        if found.candidate == candidate:
            return _said(interview, pages.own_code())
        if interview:
            return _said(interview, pages.open_here())
        if self._is_busy(candidate):
            return _said(interview, pages.still_working())
        if not (is_sure and self._was_warned(asked, code)):
            return self._warn(asked, code)
        told = Send(pages.joined_elsewhere(asked.conversation.platform), found.conversation)
        return Answer(None, (Send(pages.joined()), told), joins=_digest(code))

    async def _maker(self, candidate: int, code: str, asked: CommandSent) -> CodeMaker | Outbound:
        """Who made the code, or why it cannot be used."""
        if len(await self._store.accounts(candidate)) > 1:
            return pages.joined_before()
        now = self._clock.now()
        if self._wrong.many(asked, now):
            return pages.too_many_tries()
        maker = await self._store.code_maker(_digest(code), now)
        if maker is None:
            self._wrong.add(asked, now)
            return pages.bad_code()
        return maker

    def _warn(self, asked: CommandSent, code: str) -> Answer:
        """Say what joining means; only whoever was told so can say yes to it."""
        warning = _Warning(code, self._clock.now(), _message(asked))
        self._warned.put(_place(asked.conversation), warning)
        return _said(None, pages.warning(_shown(code)))

    def _was_warned(self, asked: CommandSent, code: str) -> bool:
        """Whether the account was shown the warning for that code lately, and not for this very message.

        Whoever presses its button was, whichever process has shown it.
        """
        if asked.pressed_in:
            return True
        warned = self._warned.get(_place(asked.conversation))
        if warned is None or warned.code != code or warned.message == _message(asked):
            return False
        return timedelta() <= self._clock.now() - warned.at < _LATELY

    async def _part(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        accounts = await self._store.accounts(candidate)
        joined = [one for one in accounts if one.joined]
        own = [one for one in joined if _is_at(one, asked.conversation)]
        leaving = own or joined
        refusal = self._part_refused(candidate, leaving, interview)
        if refusal or asked.argument.strip().lower() != "yes":
            return _said(interview, refusal or pages.part(leaving, this_one=bool(own)))
        told = pages.parted_elsewhere(asked.conversation.platform)
        others = [Send(told, _where(one)) for one in accounts if one.chat and not _is_at(one, asked.conversation)]
        return Answer(interview, (Send(pages.parted()), *others), leaves=tuple(leaving))

    def _part_refused(self, candidate: int, leaving: list[Account], interview: Interview | None) -> Outbound | None:
        if not leaving:
            return pages.not_joined()
        if interview and any(_is_at(one, interview.conversation) for one in leaving):
            return pages.open_there()
        return pages.still_working() if self._is_busy(candidate) else None


@dataclass(frozen=True, slots=True)
class _Warning:
    """That an account was told what joining by a code means: when, and in answer to which message."""

    code: str
    at: datetime
    message: _Message


class _Often:
    """How often accounts did something lately; a message that is delivered again counts once."""

    def __init__(self) -> None:
        self._times: Recent[_Place, dict[_Message, datetime]] = Recent(_ACCOUNTS)

    def many(self, asked: CommandSent, now: datetime) -> bool:
        """Whether it was as often as it may be, not counting this message."""
        return len(self._lately(asked.conversation, now).keys() - {_message(asked)}) >= _AT_MOST

    def add(self, asked: CommandSent, now: datetime) -> None:
        """Once more."""
        times = self._lately(asked.conversation, now)
        self._times.put(_place(asked.conversation), {_message(asked): now} | times)

    def _lately(self, where: Conversation, now: datetime) -> dict[_Message, datetime]:
        """The messages that count, and when they came."""
        times = self._times.get(_place(where)) or {}
        return {message: at for message, at in times.items() if timedelta() <= now - at < _LATELY}


def _read(typed: str) -> tuple[str, bool]:
    """The code that was typed, in capitals without anything between, and whether “yes” follows it."""
    code, is_sure = typed.strip().upper(), False
    if code.endswith(" YES"):
        code, is_sure = code.removesuffix(" YES"), True
    return "".join(character for character in code if character.isalnum()), is_sure


def _shown(code: str) -> str:
    return f"{code[:_HALF]}-{code[_HALF:]}"


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def _place(where: Conversation) -> _Place:
    return where.platform, where.account


def _message(asked: CommandSent) -> _Message:
    return asked.conversation.chat, asked.inbound_id


def _where(account: Account) -> Conversation:
    return Conversation(account.platform, account.chat, account.external_id)


def _is_at(account: Account, where: Conversation) -> bool:
    return (account.platform, account.external_id) == _place(where)


def _said(interview: Interview | None, page: Outbound) -> Answer:
    return Answer(interview, (Send(page),))
