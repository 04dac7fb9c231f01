"""Hands what comes from Discord to the core: in order, once what was missed has been taken."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import discord

from adapters.discord import problems
from adapters.discord.admission import Admission
from adapters.discord.downloads import Downloads
from adapters.discord.inbound import MOST_SOUNDS, as_inbounds, conversation_of, forwards_sound, is_candidate, sounds_in
from adapters.discord.lanes import LaneFullError, Lanes
from adapters.discord.missed import Missed
from adapters.discord.problems import Problem
from core.about import about
from core.messages import Inbound, TextEdited, TextSent
from core.ports import StoreError
from core.recent import Lately, Recent

_log = logging.getLogger(__name__)


class Intake:
    def __init__(
        self,
        receive: Callable[[Inbound], Awaitable[bool]],
        missed: Missed,
        admission: Admission,
        downloads: Downloads,
        *,
        listens: bool,
    ) -> None:
        self._receive = receive
        self._admission = admission
        self._downloads = downloads
        self._listens = listens
        self._heard = Recent[int, str]()
        self._refused = Recent[int, Problem]()  # whose writers were told to say it again
        self._lanes = Lanes(missed.before)
        rests = (problems.MINUTE_S, problems.HOUR_S)
        self._told = {seconds: Lately(seconds, time.monotonic) for seconds in rests}
        self._told_owner = Lately(problems.MINUTE_S, time.monotonic)

    async def refusal(self, account: int, server: int | None) -> Problem | None:
        """Why somebody is not let in, None for whoever is."""
        return await self._admission.refusal(account, server)

    async def take(
        self, inbound: Inbound, *, server: int | None = None, patience_s: float | None = None
    ) -> Problem | None:
        """Take it in its turn. Why it could not be taken, else None.

        `server` is where it was said, None in direct messages. Its turn is waited for as long as `patience_s`.
        """
        chat = inbound.conversation.chat
        return await self._in_turn(chat, partial(self._hand_over, inbound, server), patience_s)

    async def message(self, message: discord.Message) -> None:
        """Take a message written to the bot, and tell its writer when that cannot be."""
        self._downloads.remember(message)
        inbounds = self._said(message)
        take = partial(self._hand_over_each, inbounds) if inbounds else partial(self._nothing, message)
        problem = await self._in_turn(str(message.channel.id), take)
        if problem:
            self._refused.put(message.id, problem)
        await self._tell(message, problem or self._left_out(message))

    async def missed(self, message: discord.Message) -> None:
        """Take a message that was written while nobody listened; those of its chat since then wait meanwhile.

        One that was heard and refused is not taken after all: it would answer what is asked by now.
        """
        if is_candidate(message) and self._refused.get(message.id) is None and (inbounds := self._said(message)):
            problem = await self._hand_over_each(inbounds)
            await self._tell(message, problem or self._left_out(message))

    async def edit(self, message: discord.Message) -> None:
        """Take a change of the text. Every change has its own time, so that a repeated one has the same id."""
        where = conversation_of(message.channel.id, message.author.id)
        inbound_id = f"edit:{message.id}:{message.edited_at:%Y%m%dT%H%M%S.%f}"
        edited = TextEdited(where, inbound_id, str(message.id), message.content)
        await self._tell(message, await self.take(edited))

    def remember_heard(self, heard: int, note: str) -> None:
        """Know the note that a message of the bot is about when its buttons do not name it any more."""
        self._heard.put(heard, note)

    def _said(self, message: discord.Message) -> list[Inbound]:
        to = message.reference.message_id if message.reference else None
        note = None if to is None else self._heard.get(to)
        return [
            replace(one, replies_to=note) if note and isinstance(one, TextSent) else one for one in as_inbounds(message)
        ]

    async def _in_turn(
        self, chat: str, work: Callable[[], Awaitable[Problem | None]], patience_s: float | None = None
    ) -> Problem | None:
        try:
            async with asyncio.timeout(patience_s) as patience, self._lanes.turn(chat):
                patience.reschedule(None)
                return await work()
        except LaneFullError:
            _log.warning("Too many messages of one chat are waiting; one was left out.")
            return problems.TOO_MANY
        except TimeoutError:
            return problems.CATCHING_UP

    async def _nothing(self, message: discord.Message) -> Problem:
        """What to tell somebody who sent what is neither read nor listened to."""
        if refusal := await self.refusal(message.author.id, None):
            return refusal
        if not self._listens:
            return problems.TEXT_ONLY
        return problems.FORWARDED if forwards_sound(message) else problems.NOT_UNDERSTOOD

    def _left_out(self, message: discord.Message) -> Problem | None:
        return problems.TOO_MANY_SOUNDS if self._listens and len(sounds_in(message)) > MOST_SOUNDS else None

    async def _hand_over_each(self, inbounds: Sequence[Inbound]) -> Problem | None:
        """Hand over all that one message is, as far as the first that cannot be taken."""
        for inbound in inbounds:
            if problem := await self._hand_over(inbound, None):
                return problem
        return None

    async def _hand_over(self, inbound: Inbound, server: int | None) -> Problem | None:
        with about(inbound.conversation):
            try:
                if refusal := await self.refusal(int(inbound.conversation.account), server):
                    return refusal
                return None if await self._receive(inbound) else problems.DROPPED
            except StoreError as error:
                self._tell_owner(error)
                return problems.NOT_SAVED
            except Exception as error:  # noqa: BLE001 - whatever it is, the writer must not wait in vain
                _log.error("A message could not be taken: %s", type(error).__name__)
                return problems.LOST

    def _tell_owner(self, error: StoreError) -> None:
        """A store's error is a sentence for the owner, which says what to do."""
        if self._told_owner.first(str(error)):
            _log.warning("What a candidate sent could not be taken: %s", error)

    async def _tell(self, message: discord.Message, problem: Problem | None) -> None:
        if problem is None or not problem.said or not self._is_to_be_told(message.author.id, problem):
            return
        try:
            await message.channel.send(problem.said, allowed_mentions=discord.AllowedMentions.none())
        except Exception as error:  # noqa: BLE001 - a connection that was closed meanwhile fails in ways of its own
            _log.warning("A candidate could not be told what went wrong: %s", type(error).__name__)

    def _is_to_be_told(self, account: int, problem: Problem) -> bool:
        return not problem.rests_s or self._told[problem.rests_s].first((account, problem.said))


async def quietly(awaitable: Awaitable[object]) -> None:
    """Ask for what is only a courtesy: when it fails, that must not hide what it is about."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001 - a connection that was closed meanwhile fails in ways of its own
        _log.warning("Discord did not take a reply to an interaction: %s", type(error).__name__)
