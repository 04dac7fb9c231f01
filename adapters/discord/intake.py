"""Hands what comes from Discord to the core: in order, once what was missed has been taken."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import discord

from adapters.discord import problems
from adapters.discord.admission import Admission
from adapters.discord.downloads import Downloads
from adapters.discord.failures import FAILED
from adapters.discord.inbound import MOST_SOUNDS, as_inbounds, conversation_of, is_candidate, sounds_in
from adapters.discord.lanes import LaneFullError, Lanes
from adapters.discord.missed import Missed
from adapters.discord.problems import Problem
from core.messages import Inbound, TextEdited
from core.ports import StoreError
from core.recent import Lately

_log = logging.getLogger(__name__)


class Intake:
    def __init__(
        self,
        receive: Callable[[Inbound], Awaitable[bool]],
        missed: Missed,
        admission: Admission,
        downloads: Downloads,
    ) -> None:
        self._receive = receive
        self._admission = admission
        self._downloads = downloads
        self._lanes = Lanes(missed.before)
        rests = (problems.MINUTE_S, problems.HOUR_S)
        self._told = {seconds: Lately(seconds, time.monotonic) for seconds in rests}

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
        inbounds = as_inbounds(message)
        take = partial(self._hand_over_each, inbounds) if inbounds else partial(self._nothing, message.author.id)
        problem = await self._in_turn(str(message.channel.id), take)
        await self._tell(message, problem or _left_out(message))

    async def missed(self, message: discord.Message) -> None:
        """Take a message that was written while nobody listened; those of its chat since then wait meanwhile."""
        if is_candidate(message) and (inbounds := as_inbounds(message)):
            problem = await self._hand_over_each(inbounds)
            await self._tell(message, problem or _left_out(message))

    async def edit(self, message: discord.Message) -> None:
        """Take a change of the text. Every change has its own time, so that a repeated one has the same id."""
        where = conversation_of(message.channel.id, message.author.id)
        inbound_id = f"edit:{message.id}:{message.edited_at:%Y%m%dT%H%M%S.%f}"
        edited = TextEdited(where, inbound_id, str(message.id), message.content)
        await self._tell(message, await self.take(edited))

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

    async def _nothing(self, account: int) -> Problem:
        """What to tell somebody who sent what is neither read nor listened to."""
        return await self.refusal(account, None) or problems.NOT_UNDERSTOOD

    async def _hand_over_each(self, inbounds: Sequence[Inbound]) -> Problem | None:
        """Hand over all that one message is, as far as the first that cannot be taken."""
        for inbound in inbounds:
            if problem := await self._hand_over(inbound, None):
                return problem
        return None

    async def _hand_over(self, inbound: Inbound, server: int | None) -> Problem | None:
        try:
            if refusal := await self.refusal(int(inbound.conversation.account), server):
                return refusal
            return None if await self._receive(inbound) else problems.DROPPED
        except StoreError as error:
            _log.warning("A message could not be taken: %s", type(error).__name__)
            return problems.not_saved(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the writer must not wait in vain
            _log.error("A message could not be taken: %s", type(error).__name__)
            return problems.LOST

    async def _tell(self, message: discord.Message, problem: Problem | None) -> None:
        if problem is None or not problem.said or not self._is_to_be_told(message.author.id, problem):
            return
        try:
            await message.channel.send(problem.said, allowed_mentions=discord.AllowedMentions.none())
        except FAILED as error:
            _log.warning("A candidate could not be told what went wrong: %s", type(error).__name__)

    def _is_to_be_told(self, account: int, problem: Problem) -> bool:
        return not problem.rests_s or self._told[problem.rests_s].first((account, problem.said))


def _left_out(message: discord.Message) -> Problem | None:
    return problems.TOO_MANY_SOUNDS if len(sounds_in(message)) > MOST_SOUNDS else None


async def quietly(awaitable: Awaitable[object]) -> None:
    """Ask for what is only a courtesy: when it fails, that must not hide what it is about."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001 - a connection that was closed meanwhile fails in ways of its own
        _log.warning("Discord did not take a reply to an interaction: %s", type(error).__name__)
