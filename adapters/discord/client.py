"""The connection: which events are listened to, and what becomes of each."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import discord

from adapters.discord import wording
from adapters.discord.buttons import SAY, STAY, ChoiceButton, answer_form, written_in
from adapters.discord.commands import Commands
from adapters.discord.drawing import TEXT_LIMIT
from adapters.discord.failures import FAILED
from adapters.discord.intake import Intake, as_command, conversation_of, is_candidate, quietly
from adapters.discord.markdown import escaped
from adapters.discord.missed import Missed
from adapters.discord.rooms import Room, Rooms
from core.messages import Choice, CommandSent, TextSent
from core.model import Conversation
from core.roles import Role

_log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Only what needs no permission of Discord's: which servers there are, and direct messages."""
    chosen = discord.Intents.none()
    chosen.guilds = chosen.dm_messages = chosen.dm_typing = True
    return chosen


class Connection(discord.Client):
    def __init__(
        self,
        intake: Intake,
        missed: Missed,
        rooms: Rooms,
        typing: Callable[[Conversation], None],
        roles: Sequence[Role],
    ) -> None:
        super().__init__(intents=intents(), max_messages=None, allowed_mentions=discord.AllowedMentions.none())
        self._intake = intake
        self._missed = missed
        self._rooms = rooms
        self._typing_seen = typing
        self.commands = Commands(self, roles, self.give)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ChoiceButton)
        try:
            if await self.commands.sync_if_changed():
                _log.info("Discord was told the commands.")
        except (*FAILED, discord.app_commands.AppCommandError) as error:
            _log.warning("Discord could not be told the commands: %s", type(error).__name__)

    async def on_connect(self) -> None:
        self._missed.begin(self, self._intake.missed)

    async def on_message(self, message: discord.Message) -> None:
        if is_candidate(message):
            await self._intake.message(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        message = event.message
        if is_candidate(message) and message.edited_at is not None and message.content:
            await self._intake.edit(message)

    async def on_raw_typing(self, event: discord.RawTypingEvent) -> None:
        if event.guild_id is None and self.user is not None and event.user_id != self.user.id:
            self._typing_seen(conversation_of(event.channel_id, event.user_id))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands and buttons find their own way; what was written into a form comes here."""
        written = written_in(interaction) if interaction.type is discord.InteractionType.modal_submit else None
        if written is not None:
            await quietly(interaction.response.defer(ephemeral=True, thinking=True))
            where = conversation_of(interaction.channel_id or 0, interaction.user.id)
            problem = await self._intake.take(TextSent(where, f"interaction:{interaction.id}", written))
            await _conclude(interaction, problem or escaped(written)[:TEXT_LIMIT])

    async def give(self, interaction: discord.Interaction[Any], command: str, argument: str) -> None:
        """Take a command; in a server, lead the candidate to where nobody else reads along."""
        await quietly(interaction.response.defer(ephemeral=True, thinking=True))
        try:
            room = await self._rooms.room(interaction)
        except FAILED as error:
            _log.warning("A candidate could not be led to direct messages: %s", type(error).__name__)
            await _conclude(interaction, wording.NOT_DONE)
            return
        await _conclude(interaction, await self._command(interaction, room, command, argument))

    async def press(self, interaction: discord.Interaction[Any], choice: Choice) -> None:
        """Take a press; once it is on disk, the buttons make way for what was chosen."""
        if choice.command == SAY:
            await quietly(interaction.response.send_modal(answer_form(choice.turn)))
            return
        await quietly(interaction.response.defer())
        where = conversation_of(interaction.channel_id or 0, interaction.user.id)
        inbound_id = f"interaction:{interaction.id}"
        pressed = CommandSent(where, inbound_id, choice.command, choice.argument, choice.turn)
        problem = await self._intake.take(pressed)
        if problem:
            await quietly(interaction.followup.send(problem, ephemeral=True))
        elif choice.command not in STAY:
            await quietly(interaction.edit_original_response(content=_chosen(interaction, choice), view=None))

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:  # noqa: ARG002 - the library's
        error = sys.exception()
        _log.error("%s failed: %s", event_method, type(error).__name__)

    async def _command(
        self, interaction: discord.Interaction[Any], room: Room | None, command: str, argument: str
    ) -> str | None:
        """What to say where the command was given; None when the answer comes to the same place by itself."""
        if room is None:
            return wording.CLOSED
        where = conversation_of(room.chat, interaction.user.id)
        problem = await self._intake.take(as_command(interaction, where, command, argument))
        return problem or (None if room.is_here else wording.MOVED.format(link=room.link))


async def _conclude(interaction: discord.Interaction[Any], said: str | None) -> None:
    """End the waiting that the candidate sees: with a sentence, or without a trace."""
    if said is None:
        await quietly(interaction.delete_original_response())
    else:
        await quietly(interaction.edit_original_response(content=said))


def _chosen(interaction: discord.Interaction[Any], choice: Choice) -> str:
    before = interaction.message.content if interaction.message else ""
    return f"{before}\n-# {wording.CHOSEN.format(label=escaped(choice.label))}".strip()
