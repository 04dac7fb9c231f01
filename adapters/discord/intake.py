"""Hands what comes from Discord to the core: in order, once what was missed has been taken."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.discord import wording
from adapters.discord.failures import FAILED
from adapters.discord.lanes import LaneFullError, Lanes
from adapters.discord.missed import Missed
from core.messages import CommandSent, Inbound, TextEdited, TextSent
from core.model import Conversation
from core.ports import StoreError

NAME = "discord"
_TYPED_COMMAND = re.compile(r"/(?:interview +(?=[a-z]+\b))?([a-z_]{1,32})(?: +([^\n]*))?\s*")
_SUBCOMMANDS = frozenset({"start", "stop", "pause", "resume", "status", "skip", "hint", "repeat"})
_log = logging.getLogger(__name__)


def conversation_of(channel: int, account: int) -> Conversation:
    return Conversation(NAME, str(channel), str(account))


class Intake:
    def __init__(self, receive: Callable[[Inbound], Awaitable[None]], missed: Missed) -> None:
        self._receive = receive
        self._missed = missed
        self._lanes = Lanes()

    async def take(self, inbound: Inbound) -> str | None:
        """Take it in its turn. What the candidate has to be told when it could not be taken, else None."""
        chat = inbound.conversation.chat
        try:
            async with self._lanes.turn(chat):
                await self._missed.before(chat)
                return await self._hand_over(inbound)
        except LaneFullError:
            _log.warning("Too many messages of one chat are waiting; one was left out.")
            return wording.TOO_MANY

    async def message(self, message: discord.Message) -> None:
        """Take a message written to the bot, and tell its writer when that cannot be."""
        await self._tell(message.channel, await self.take(as_inbound(message)) if message.content else wording.NOT_TEXT)

    async def missed(self, message: discord.Message) -> None:
        """Take a message that was written while nobody listened; those of its chat since then wait meanwhile."""
        if is_candidate(message) and message.content:
            await self._tell(message.channel, await self._hand_over(as_inbound(message)))

    async def edit(self, message: discord.Message) -> None:
        """Take a change of the text. Every change has its own time, so that a repeated one has the same id."""
        where = conversation_of(message.channel.id, message.author.id)
        inbound_id = f"edit:{message.id}:{message.edited_at:%Y%m%dT%H%M%S.%f}"
        edited = TextEdited(where, inbound_id, str(message.id), message.content)
        await self._tell(message.channel, await self.take(edited))

    async def _hand_over(self, inbound: Inbound) -> str | None:
        try:
            await self._receive(inbound)
        except StoreError as error:
            _log.warning("A message could not be taken: %s", type(error).__name__)
            return wording.not_saved(str(error))
        return None

    async def _tell(self, channel: discord.abc.Messageable, problem: str | None) -> None:
        if problem is None:
            return
        try:
            await channel.send(problem, allowed_mentions=discord.AllowedMentions.none())
        except FAILED as error:
            _log.warning("A candidate could not be told what went wrong: %s", type(error).__name__)


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
    grouped = message.content.startswith("/interview ") and typed[1] in _SUBCOMMANDS
    if message.content.startswith("/interview ") and not grouped:
        return CommandSent(where, inbound_id, "interview", message.content.partition(" ")[2].strip())
    command = "interview" if grouped and typed[1] == "start" else typed[1]
    return CommandSent(where, inbound_id, command, (typed[2] or "").strip())


def as_command(interaction: discord.Interaction[Any], where: Conversation, command: str, argument: str) -> CommandSent:
    return CommandSent(where, f"interaction:{interaction.id}", command, argument)


async def quietly(awaitable: Awaitable[object]) -> bool:
    """Whether a request that is only a courtesy came through."""
    try:
        await awaitable
    except (*FAILED, discord.InteractionResponded) as error:
        _log.warning("Discord did not take a reply to an interaction: %s", type(error).__name__)
        return False
    return True
