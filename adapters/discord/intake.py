"""Hands what comes from Discord to the core: in order, once what was missed has been taken."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import discord

from adapters.discord import problems, words
from adapters.discord.admission import Admission
from adapters.discord.failures import FAILED
from adapters.discord.lanes import LaneFullError, Lanes
from adapters.discord.missed import Missed
from adapters.discord.problems import Problem
from core.messages import CommandSent, Inbound, TextEdited, TextSent
from core.model import Conversation
from core.ports import StoreError
from core.recent import Lately

NAME = "discord"
_TYPED_COMMAND = re.compile(r"/(?:interview +(?=[a-z]+\b))?([a-z_]{1,32})(?: +([^\n]*))?\s*")
_log = logging.getLogger(__name__)


def conversation_of(channel: int, account: int) -> Conversation:
    return Conversation(NAME, str(channel), str(account))


class Intake:
    def __init__(self, receive: Callable[[Inbound], Awaitable[bool]], missed: Missed, admission: Admission) -> None:
        self._receive = receive
        self._admission = admission
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
        if message.content:
            problem = await self.take(as_inbound(message))
        else:
            problem = await self._in_turn(str(message.channel.id), partial(self._no_text, message.author.id))
        await self._tell(message, problem)

    async def missed(self, message: discord.Message) -> None:
        """Take a message that was written while nobody listened; those of its chat since then wait meanwhile."""
        if is_candidate(message) and message.content:
            await self._tell(message, await self._hand_over(as_inbound(message), None))

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

    async def _no_text(self, account: int) -> Problem:
        return await self.refusal(account, None) or problems.NOT_TEXT

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


def is_candidate(message: discord.Message) -> bool:
    """Whether a person wrote it, to the bot alone."""
    system = message.is_system() or message.webhook_id is not None
    return message.guild is None and not message.author.bot and not system


def as_inbound(message: discord.Message) -> Inbound:
    """A message; a command where it was typed as one, which Discord sends as text when it does not know it."""
    where, inbound_id = conversation_of(message.channel.id, message.author.id), str(message.id)
    typed = _TYPED_COMMAND.fullmatch(message.content)
    if typed is None:
        return TextSent(where, inbound_id, message.content)
    grouped = message.content.startswith("/interview ") and typed[1] in words.GROUPED
    if message.content.startswith("/interview ") and not grouped:
        argument = message.content.partition(" ")[2]
        return CommandSent(where, inbound_id, "interview", words.unnamed(argument.strip()))
    command = "interview" if grouped and typed[1] == "start" else typed[1]
    return CommandSent(where, inbound_id, command, words.unnamed((typed[2] or "").strip()))


def as_command(interaction: discord.Interaction[Any], where: Conversation, command: str, argument: str) -> CommandSent:
    return CommandSent(where, f"interaction:{interaction.id}", command, argument)


async def quietly(awaitable: Awaitable[object]) -> None:
    """Ask for what is only a courtesy: when it fails, that must not hide what it is about."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001 - a connection that was closed meanwhile fails in ways of its own
        _log.warning("Discord did not take a reply to an interaction: %s", type(error).__name__)
