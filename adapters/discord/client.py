"""The connection: which events are listened to, and what becomes of each."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import discord
import yarl

from adapters.discord.buttons import ChoiceButton
from adapters.discord.commands import Commands
from adapters.discord.downloads import opened_web
from adapters.discord.failures import FAILED
from adapters.discord.inbound import conversation_of, is_candidate
from adapters.discord.intake import Intake
from adapters.discord.interactions import Interactions, excuse
from adapters.discord.missed import Missed
from adapters.discord.rooms import Rooms
from adapters.shards import Shards
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
        **more: Any,
    ) -> None:
        """`more` is what the library's own client is given besides."""
        mentions = discord.AllowedMentions.none()
        super().__init__(intents=intents(), max_messages=None, allowed_mentions=mentions, **more)
        self._intake = intake
        self._missed = missed
        self._typing_seen = typing
        self._interactions = Interactions(intake, rooms)
        self.press = self._interactions.press
        self._hears = False
        self.commands = Commands(self, roles, self._interactions.give, excuse)
        self._web: aiohttp.ClientSession | None = None

    @property
    def serves(self) -> bool:
        """Whether what is written comes in just now."""
        return self._hears and not self.is_closed()

    @property
    def web(self) -> aiohttp.ClientSession:
        """For files; opened with the first, as it takes longer than all the rest of a download."""
        if self._web is None:
            self._web = opened_web()
        return self._web

    async def close(self) -> None:
        try:
            await super().close()
        finally:  # not before, as then a fetch could open the next one
            web, self._web = self._web, None
            if web is not None:
                await web.close()

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

    async def on_ready(self) -> None:
        self._hears = True

    async def on_resumed(self) -> None:
        self._hears = True

    async def on_disconnect(self) -> None:
        """The library connects again by itself."""
        self._hears = False

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


class ShardedConnection(Connection, discord.AutoShardedClient):
    """One that receives some shards only. Direct messages, and so those that were missed, come to shard 0.

    Of each event the library tells twice, the second time with the shard.
    """

    def __init__(self, shards: Shards, *given: Any) -> None:
        super().__init__(*given, shard_ids=[*shards.ids], shard_count=shards.count)
        self._launched: set[int] = set()
        self._away = {*shards.ids}

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Once: the library itself would try for ever. Raises ConnectionError when the gateway cannot be reached."""
        if shard_id in self._launched:
            raise ConnectionError("The gateway cannot be reached.")
        self._launched.add(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def on_connect(self) -> None:
        """Which shard it is makes the difference, here and below."""

    async def on_ready(self) -> None: ...

    async def on_resumed(self) -> None: ...

    async def on_disconnect(self) -> None: ...

    async def on_shard_connect(self, shard: int) -> None:
        if shard == 0:
            await super().on_connect()

    async def on_shard_ready(self, shard: int) -> None:
        self._away.discard(shard)
        self._hears = not self._away

    async def on_shard_resumed(self, shard: int) -> None:
        await self.on_shard_ready(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        self._away.add(shard)
        self._hears = False
