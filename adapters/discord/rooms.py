"""Finds where a candidate is spoken to: in direct messages, or in a private thread when those are closed."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import discord

from adapters.discord import wording
from adapters.discord.failures import CLOSED, UNREACHABLE
from core.recent import Recent

_FRESH = timedelta(days=1)
"""How long ago something may have been said for the candidate to know the place; our own choice."""
_ARCHIVED_AFTER_MINUTES: Literal[10080] = 10080
_LONGEST_NAME = 28
"""Of a candidate's name in that of a thread, which has 100 characters at most; the rest is the account's id."""
_LOOKED_AT = 20
"""How many messages after a command are looked at for one of the bot; our own choice."""
_ACCOUNT = re.compile(r"\((\d{1,20})\)$")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """A chat, a link to it, and whether the candidate is there already."""

    chat: int
    link: str
    is_here: bool = False
    is_direct: bool = True


@dataclass(frozen=True, slots=True)
class _Led:
    """Where somebody was led to last, by which command."""

    room: Room
    command: int


class Rooms:
    """Remembers rooms as long as the process lives; a forgotten one is found or made again.

    Others may send what is said there, so a room is looked at before somebody is led to it again.
    """

    def __init__(self) -> None:
        self._known = Recent[int, _Led]()
        self._unwritable = Recent[int, bool]()
        self._threads = Recent[int, bool]()

    def forget(self, chat: str | int) -> None:
        """The chat cannot be written to any more."""
        self._unwritable.put(int(chat), value=True)

    async def room(self, interaction: discord.Interaction[Any]) -> Room | None:
        """Where to talk with whoever gave a command; None when there is no way. Raises HTTPException and the like."""
        account = interaction.user.id
        if is_private(interaction):
            return Room(interaction.channel_id or 0, "", is_here=True)
        known = self._known.get(account)
        if known is not None and await self._is_open(known, interaction):
            room: Room | None = known.room
        else:
            room = await self._direct(interaction) or await self._thread(interaction)
        if room is not None:
            self._unwritable.drop(room.chat)
            self._known.put(account, _Led(room, interaction.id))
        return room

    async def is_thread(self, client: discord.Client, chat: int) -> bool:
        """Whether a chat is a private thread of the bot's. Raises HTTPException and the like."""
        bot = client.application_id or 0
        if (channel := client.get_channel(chat)) is not None:
            return is_own_thread(channel, bot)
        known = self._threads.get(chat)
        if known is None:
            known = is_own_thread(await client.fetch_channel(chat), bot)
            self._threads.put(chat, known)
        return known

    async def _direct(self, interaction: discord.Interaction[Any]) -> Room | None:
        channel = await interaction.user.create_dm()
        try:
            if self._unwritable.get(channel.id) or not await _is_known(channel):
                await channel.send(wording.HERE_INSTEAD)
        except discord.HTTPException as error:
            if error.code in CLOSED:
                return None
            raise
        return Room(channel.id, channel.jump_url)

    async def _thread(self, interaction: discord.Interaction[Any]) -> Room | None:
        channel = interaction.channel
        parent = channel.parent if isinstance(channel, discord.Thread) else channel
        if not isinstance(parent, discord.TextChannel):
            return None
        try:
            thread = await self._own_thread(interaction, parent.guild) or await _new_thread(interaction, parent)
        except (discord.Forbidden, discord.NotFound) as error:
            _log.warning("No private thread could be made: HTTP %s, %s", error.status, error.code)
            return None
        return Room(thread.id, thread.jump_url, is_direct=False)

    async def _is_open(self, led: _Led, interaction: discord.Interaction[Any]) -> bool:
        """Whether the candidate can go on there; somebody may have given a thread another name."""
        chat = led.room.chat
        channel = interaction.client.get_channel(chat)
        is_kept = not isinstance(channel, discord.Thread) or _account_of(channel) == interaction.user.id
        if not is_kept or self._unwritable.get(chat):
            return False
        if not await _arrives(interaction.client, led):
            self.forget(chat)
            return False
        return True

    async def _own_thread(self, interaction: discord.Interaction[Any], server: discord.Guild) -> discord.Thread | None:
        """The candidate's thread, which was made before the process began."""
        bot, account = interaction.application_id, interaction.user.id
        for thread in sorted(server.threads, key=lambda one: -one.id):
            if not is_own_thread(thread, bot) or _account_of(thread) != account or self._unwritable.get(thread.id):
                continue
            try:
                await thread.fetch_member(account)
            except discord.NotFound:
                continue
            return thread
        return None


def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Whether it comes from the direct messages with the bot, or the private thread that it made for that account."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    channel = interaction.channel
    if not isinstance(channel, discord.Thread) or not is_own_thread(channel, interaction.application_id):
        return False
    return _account_of(channel) == interaction.user.id


def is_own_thread(channel: object, bot: int) -> bool:
    return isinstance(channel, discord.Thread) and channel.is_private() and channel.owner_id == bot


def _account_of(thread: discord.Thread) -> int | None:
    """Whose thread it is: its name says so, which outlives the process, and which members cannot change."""
    found = _ACCOUNT.search(thread.name)
    return int(found[1]) if found else None


async def _is_known(channel: discord.DMChannel) -> bool:
    """Whether so little time has passed since something was said there that it need not be said where we go on."""
    return any([discord.utils.utcnow() - one.created_at < _FRESH async for one in channel.history(limit=1)])


async def _arrives(client: discord.Client, led: _Led) -> bool:
    """Whether what was sent since then has arrived; of a thread only whether it is still there, as that is enough."""
    channel = client.get_partial_messageable(led.room.chat)
    bot, after = client.user.id if client.user else 0, discord.Object(led.command)
    try:
        since = [one.author.id async for one in channel.history(limit=_LOOKED_AT, after=after)]
    except discord.HTTPException as error:
        if error.code in UNREACHABLE:
            return False
        raise
    return bot in since or not led.room.is_direct


async def _new_thread(interaction: discord.Interaction[Any], parent: discord.TextChannel) -> discord.Thread:
    thread = await parent.create_thread(
        name=_name_of(interaction),
        type=discord.ChannelType.private_thread,
        auto_archive_duration=_ARCHIVED_AFTER_MINUTES,
        invitable=False,
    )
    await thread.add_user(interaction.user)
    await thread.send(wording.IN_A_THREAD)
    return thread


def _name_of(interaction: discord.Interaction[Any]) -> str:
    user = interaction.user
    return f"Practice interview: {user.display_name[:_LONGEST_NAME]} ({user.id})"
