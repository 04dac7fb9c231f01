"""Finds where a candidate is spoken to: in direct messages, or in a private thread when those are closed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

import discord

from adapters.discord import wording
from adapters.discord.failures import CLOSED

_KNOWN = 10_000
_ARCHIVED_AFTER_MINUTES: Literal[10080] = 10080
_LONGEST_NAME = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """A chat, a link to it, and whether the candidate is there already."""

    chat: int
    link: str
    is_here: bool = False


class Rooms:
    """Remembers rooms as long as the process lives; a forgotten one is found or made again."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Room] = OrderedDict()

    def forget(self, chat: str) -> None:
        """The chat cannot be written to any more."""
        for account in [account for account, room in self._known.items() if str(room.chat) == chat]:
            del self._known[account]

    async def room(self, interaction: discord.Interaction[Any]) -> Room | None:
        """Where to talk with whoever gave a command; None when there is no way. Raises HTTPException and the like."""
        account = interaction.user.id
        if is_private(interaction):
            return Room(interaction.channel_id or 0, "", is_here=True)
        room = self._known.get(account) or await _direct(interaction) or await _thread(interaction)
        if room is not None:
            self._known[account] = room
            self._known.move_to_end(account)
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return room


def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Whether an interaction comes from the direct messages with the bot, or a private thread that it made."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    return is_own_thread(interaction.channel, interaction.application_id)


def is_own_thread(channel: object, bot: int) -> bool:
    return isinstance(channel, discord.Thread) and channel.is_private() and channel.owner_id == bot


async def _direct(interaction: discord.Interaction[Any]) -> Room | None:
    channel = await interaction.user.create_dm()
    try:
        await channel.send(wording.HERE_INSTEAD)
    except discord.HTTPException as error:
        if error.code in CLOSED:
            return None
        raise
    return Room(channel.id, channel.jump_url)


async def _thread(interaction: discord.Interaction[Any]) -> Room | None:
    channel = interaction.channel
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    if not isinstance(parent, discord.TextChannel):
        return None
    try:
        thread = await parent.create_thread(
            name=f"Practice interview: {interaction.user.display_name[:_LONGEST_NAME]}",
            type=discord.ChannelType.private_thread,
            auto_archive_duration=_ARCHIVED_AFTER_MINUTES,
            invitable=False,
        )
        await thread.add_user(interaction.user)
        await thread.send(wording.IN_A_THREAD)
    except (discord.Forbidden, discord.NotFound) as error:
        _log.warning("No private thread could be made: HTTP %s, %s", error.status, error.code)
        return None
    return Room(thread.id, thread.jump_url)
