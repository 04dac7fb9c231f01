"""What there is on this Discord: people, channels, servers and messages, as they are shown on the wire."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

TEXT, DIRECT, PRIVATE_THREAD = 0, 1, 12
PERMISSIONS = str((1 << 50) - 1)
_EPOCH_MS = 1_420_070_400_000
_counter = itertools.count()
Wire = dict[str, Any]
Files = dict[int, tuple[str, bytes]]
"""Names and contents, by number."""


def snowflake() -> str:
    """An id that is larger than every one before, as Discord's are."""
    return str((int(time.time() * 1000) - _EPOCH_MS << 22) + next(_counter) % (1 << 22))


def now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass(slots=True)
class User:
    name: str
    bot: bool = False
    closed: bool = False
    """Whether they take no direct messages."""
    id: str = field(default_factory=snowflake)

    def wire(self) -> Wire:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": None if self.bot else self.name.title(),
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }

    def member(self) -> Wire:
        return {
            "user": self.wire(),
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }


class Attached(Protocol):
    """What a person sends with a message."""

    def wire(self, message: Message) -> Wire: ...


@dataclass(slots=True)
class Message:
    author: User
    channel: Channel
    content: str = ""
    embeds: list[Wire] = field(default_factory=list)
    components: list[Wire] = field(default_factory=list)
    attachments: list[Wire] = field(default_factory=list)
    files: Files = field(default_factory=dict)
    sounds: list[Attached] = field(default_factory=list)
    voice: Wire = field(default_factory=dict)
    """What a voice message of the bot says of its one file."""
    replies_to: Message | None = None
    forwards: Message | None = None
    flags: int = 0
    type: int = 0
    nonce: str | int | None = None
    edited_at: str | None = None
    webhook_id: str | None = None
    id: str = field(default_factory=snowflake)
    sent_at: str = field(default_factory=now)

    @property
    def text(self) -> str:
        return "\n".join(filter(None, [self.content, *(embed.get("description", "") for embed in self.embeds)]))

    @property
    def buttons(self) -> dict[str, str]:
        """The custom ids by label."""
        found = (button for row in self.components for button in row["components"])
        return {button["label"]: button["custom_id"] for button in found}

    def wire(self, *, is_quoted: bool = False) -> Wire:
        extra: Wire = {"nonce": self.nonce, "webhook_id": self.webhook_id}
        if self.replies_to is not None:
            extra |= _reply(self.replies_to, is_quoted=is_quoted)
        if self.forwards is not None:
            extra |= _forward(self.forwards)
        return {
            "id": self.id,
            "channel_id": self.channel.id,
            "author": self.author.wire(),
            "type": self.type,
            "content": self.content,
            "embeds": self.embeds,
            "components": _numbered(self.components),
            "attachments": [*self.attachments, *self._attached(), *(each.wire(self) for each in self.sounds)],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "timestamp": self.sent_at,
            "edited_timestamp": self.edited_at,
            "flags": self.flags,
            "pinned": False,
            "tts": False,
        } | {name: value for name, value in extra.items() if value is not None or name == "referenced_message"}

    def _attached(self) -> list[Wire]:
        where = f"https://cdn.example.org/{self.id}"
        known = {"content_type": "text/plain; charset=utf-8"} | self.voice
        return [
            known | {"id": snowflake(), "filename": name, "size": len(content), "url": where, "proxy_url": where}
            for name, content in self.files.values()
        ]


def _reply(to: Message, *, is_quoted: bool) -> Wire:
    """What a message says about the one that it replies to, which is shown without its own."""
    reference: Wire = {"type": 0, "message_id": to.id, "channel_id": to.channel.id}
    shown: Wire = {"message_reference": reference}
    if not is_quoted:
        shown["referenced_message"] = None if to not in to.channel.messages else to.wire(is_quoted=True)
    return shown


def _forward(of: Message) -> Wire:
    """What a message says about the one that it forwards, which is shown without its writer."""
    kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions")
    shown = of.wire()
    return {
        "message_reference": {"type": 1, "message_id": of.id, "channel_id": of.channel.id},
        "message_snapshots": [{"message": {name: shown[name] for name in kept} | {"mention_roles": []}}],
    }


def _numbered(components: list[Wire]) -> list[Wire]:
    """Discord gives each component a number of its own."""
    numbers = itertools.count(1)
    return [
        row | {"id": next(numbers), "components": [button | {"id": next(numbers)} for button in row["components"]]}
        for row in components
    ]


@dataclass(slots=True)
class Channel:
    type: int
    people: list[User] = field(default_factory=list)
    name: str = "general"
    guild_id: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    gone: bool = False
    messages: list[Message] = field(default_factory=list)
    by_nonce: dict[str, Message] = field(default_factory=dict)
    typing: int = 0
    id: str = field(default_factory=snowflake)

    @property
    def last_message_id(self) -> str | None:
        return self.messages[-1].id if self.messages else None

    def wire(self, bot: User) -> Wire:
        shown: Wire = {"id": self.id, "type": self.type, "flags": 0, "last_message_id": self.last_message_id}
        if self.type == DIRECT:
            return shown | {"recipients": [user.wire() for user in self.people if user is not bot]}
        shown |= {"guild_id": self.guild_id, "name": self.name, "parent_id": self.parent_id, "rate_limit_per_user": 0}
        if self.type == PRIVATE_THREAD:
            return shown | self._thread(bot)
        return shown | {"position": 0, "permission_overwrites": [], "nsfw": False, "topic": None}

    def _thread(self, bot: User) -> Wire:
        born = "2026-01-01T00:00:00+00:00"
        return {
            "owner_id": self.owner_id,
            "message_count": len(self.messages),
            "member_count": len(self.people),
            "total_message_sent": len(self.messages),
            "thread_metadata": {
                "archived": False,
                "archive_timestamp": born,
                "auto_archive_duration": 10080,
                "locked": False,
                "invitable": False,
                "create_timestamp": born,
            },
            "member": {"id": self.id, "user_id": bot.id, "join_timestamp": born, "flags": 1},
        }


@dataclass(slots=True)
class Guild:
    name: str
    channels: list[Channel]
    has_bot: bool = True
    """False for a server where the bot is known through a person's installation only."""
    allows_threads: bool = True
    allows_voice: bool = True
    allows_files: bool = True
    people: list[User] = field(default_factory=list)
    """Who is known to be a member; whoever acts there becomes one."""
    id: str = field(default_factory=snowflake)

    def wire(self, bot: User, threads: list[Channel]) -> Wire:
        everyone = {
            "id": self.id,
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": 0,
            "permissions": PERMISSIONS,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": "1",
            "icon": None,
            "roles": [everyone],
            "emojis": [],
            "features": [],
            "channels": [channel.wire(bot) for channel in self.channels],
            "threads": [thread.wire(bot) for thread in threads],
            "members": [bot.member()],
            "member_count": 2,
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "stickers": [],
            "unavailable": False,
            "large": False,
            "joined_at": "2026-01-01T00:00:00+00:00",
            "afk_timeout": 300,
            "afk_channel_id": None,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "verification_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "system_channel_flags": 0,
        }


class World:
    def __init__(self) -> None:
        self.bot = User("coach", bot=True)
        self.users = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.guilds: dict[str, Guild] = {}

    def user(self, name: str, *, closed: bool = False, bot: bool = False) -> User:
        made = User(name, bot=bot, closed=closed)
        self.users[made.id] = made
        return made

    def guild(self, name: str = "workshop", *, has_bot: bool = True, allows_threads: bool = True, **more: Any) -> Guild:
        made = Guild(name, [], has_bot, allows_threads, **more)
        general = Channel(TEXT, guild_id=made.id)
        made.channels.append(general)
        self.channels[general.id] = general
        self.guilds[made.id] = made
        return made

    def direct(self, user: User) -> Channel:
        for channel in self.channels.values():
            if channel.type == DIRECT and user in channel.people:
                return channel
        made = Channel(DIRECT, [user, self.bot])
        self.channels[made.id] = made
        return made

    def threads(self, guild: Guild) -> list[Channel]:
        every = self.channels.values()
        return [channel for channel in every if channel.type == PRIVATE_THREAD and channel.guild_id == guild.id]
