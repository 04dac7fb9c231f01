"""The connection: which events are listened to, and what becomes of each."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import discord

from adapters.discord.buttons import ChoiceButton
from adapters.discord.commands import Commands
from adapters.discord.failures import FAILED
from adapters.discord.inbound import conversation_of, is_candidate
from adapters.discord.intake import Intake
from adapters.discord.interactions import Interactions, excuse
from adapters.discord.missed import Missed
from adapters.discord.rooms import Rooms
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
        self._typing_seen = typing
        self._interactions = Interactions(intake, rooms)
        self.press = self._interactions.press
        self.commands = Commands(self, roles, self._interactions.give, excuse)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ChoiceButton)

    async def tell_commands(self) -> None:
        """Let Discord show the commands as they are now."""
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
        if interaction.type is discord.InteractionType.modal_submit:
            await self._interactions.fill(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:  # noqa: ARG002 - the library's
        error = sys.exception()
        _log.error("%s failed: %s", event_method, type(error).__name__)
