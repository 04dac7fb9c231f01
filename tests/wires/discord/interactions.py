"""Interactions: what a person does with a command, a button or a form, and what the bot answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.wires.discord.bodies import EPHEMERAL
from tests.wires.discord.faults import ApiError
from tests.wires.discord.world import DIRECT, PERMISSIONS, Channel, Guild, Message, User, Wire, World, now, snowflake

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, OFFERS, MODAL = 4, 5, 6, 7, 8, 9
FITS = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {OFFERS},
    FORM: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}
PATIENCE_S = 3.0
"""Discord forgets an interaction that is not acknowledged within this time."""


@dataclass(slots=True)
class Interaction:
    kind: int
    user: User
    channel: Channel
    content: Wire
    guild: Guild | None = None
    message: Message | None = None
    id: str = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    begun: float = field(default_factory=time.monotonic)
    callback: Wire | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    original: Message | None = None
    """What the bot answered with, None while it only said that it thinks, and when it was deleted."""
    deleted: bool = False
    follow_ups: list[Message] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ephemeral(self) -> bool:
        return bool(((self.callback or {}).get("data") or {}).get("flags", 0) & EPHEMERAL)

    @property
    def offers(self) -> list[Wire]:
        """What was offered for completion."""
        return list(((self.callback or {}).get("data") or {}).get("choices", ()))

    def acknowledge(self, callback: Wire) -> None:
        """Raises ApiError as Discord would."""
        if time.monotonic() - self.begun > PATIENCE_S:
            raise ApiError(404, 10062, "Unknown interaction")
        if self.callback is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if callback["type"] not in FITS[self.kind]:
            raise ApiError(400, 50035, "Invalid Form Body")
        self.callback = callback
        self.acknowledged.set()

    def response(self) -> Wire:
        """What a callback is answered with."""
        shown: Wire = {"id": self.id, "type": self.kind}
        if self.callback and self.callback["type"] == DEFERRED:
            shown |= {"response_message_loading": True, "response_message_ephemeral": self.ephemeral}
        return {"interaction": shown}

    def wire(self, world: World) -> Wire:
        shown: Wire = {
            "id": self.id,
            "application_id": world.bot.id,
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.content,
            "channel_id": self.channel.id,
            "channel": self.channel.wire(world.bot),
            "app_permissions": PERMISSIONS,
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": self.guild.id} if self.guild else {"1": self.user.id},
            "context": self._context(world),
            "attachment_size_limit": 10_485_760,
        }
        if self.message is not None:
            shown["message"] = self.message.wire()
        if self.guild is None:
            return shown | {"user": self.user.wire()}
        known = {"id": self.guild.id, "locale": "en-US", "features": []}
        member = self.user.member() | {"permissions": PERMISSIONS}
        return shown | {"guild_id": self.guild.id, "guild": known, "guild_locale": "en-US", "member": member}

    def _context(self, world: World) -> int:
        if self.guild is not None:
            return 0
        return 1 if self.channel.type == DIRECT and world.bot in self.channel.people else 2

    def edit_original(self, changes: dict[str, Any], world: World) -> Message:
        """Raises ApiError when there is nothing to edit."""
        if self.callback is None or self.deleted:
            raise ApiError(404, 10008 if self.deleted else 10015, "Unknown Message or Webhook")
        on_message = self.callback["type"] in {DEFERRED_UPDATE, UPDATE}
        if on_message:
            self.original = self.message
        elif self.original is None:
            self.original = Message(world.bot, self.channel, webhook_id=world.bot.id)
            self.original.flags = EPHEMERAL if self.ephemeral else 0
        assert self.original is not None
        apply(self.original, changes)
        if on_message:
            self.original.edited_at = now()
        self.changed.set()
        return self.original

    def delete_original(self) -> None:
        if self.callback is None or self.deleted:
            raise ApiError(404, 10015, "Unknown Webhook")
        self.deleted = True
        self.changed.set()


def apply(message: Message, changes: dict[str, Any]) -> None:
    """Change what is named."""
    if "content" in changes:
        message.content = (changes["content"] or "").strip()
    if "embeds" in changes:
        message.embeds = changes["embeds"] or []
    if "components" in changes:
        message.components = changes["components"] or []


def option_data(options: list[Wire], given: dict[str, Any], focused: str | None = None) -> list[Wire]:
    """What a person filled in, as an interaction carries it. An unknown or impossible value is a test's mistake."""
    known = {option["name"]: option for option in options}
    assert given.keys() <= known.keys(), f"no such option: {given.keys() - known.keys()}"
    found = []
    for name, value in given.items():
        offers = [offer["value"] for offer in known[name].get("choices", ())]
        assert not offers or value in offers, f"{value} is not among {offers}"
        found.append({"name": name, "type": known[name]["type"], "value": value})
        if name == focused:
            found[-1]["focused"] = True
    return found
