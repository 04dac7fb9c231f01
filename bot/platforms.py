"""The chat platforms that have a token. An adapter is imported only when its platform has one: that takes a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from adapters.shards import Shards
from bot.memory import loading
from bot.settings import Settings
from core.messages import Inbound
from core.model import Conversation
from core.ports import Platform
from core.roles import Role


class UnusableError(Exception):
    """A platform cannot be used, and that will not pass by itself; the message is one sentence for the owner."""


class ChatPlatform(Platform, Protocol):
    @property
    def serves(self) -> bool:
        """Whether what candidates write comes in just now."""
        ...

    async def open(self) -> None: ...

    async def run(self) -> None: ...

    async def check(self) -> str: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Link:
    """What platforms are given: where messages and signs of typing go, the roles, and what was seen before.

    `listens` says whether voice notes are heard.
    """

    receive: Callable[[Inbound], Awaitable[bool]]
    typing: Callable[[Conversation], None]
    last_seen: Callable[[str], Awaitable[Mapping[str, str]]]
    roles: Sequence[Role]
    listens: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A platform, and the error by which its adapter says that it cannot be used."""

    name: str
    platform: ChatPlatform
    refusal: type[Exception]

    async def open(self) -> None:
        """Be ready to send without receiving anything. Raises UnusableError, also where it was ready and is no more."""
        try:
            await self.platform.open()
        except self.refusal as error:
            raise UnusableError(str(error)) from None

    async def run(self) -> None:
        """Serve until cancelled. Raises UnusableError."""
        try:
            await self.platform.run()
        except self.refusal as error:
            raise UnusableError(str(error)) from None

    async def check(self) -> str:
        """What the bot is called on the platform, and what else is worth knowing of it. Raises UnusableError."""
        try:
            return await self.platform.check()
        except self.refusal as error:
            raise UnusableError(str(error)) from None


Opening = Callable[[Link], Opened]
"""Opens a platform. Raises UnusableError."""


def with_token(settings: Settings, part: Shards | None = None) -> dict[str, Opening]:
    """How to open each platform that has a token, by its name; in small letters it is the name in conversations.

    `part` is the part of Discord that is received, None for all of it.
    """
    found: dict[str, Opening] = {}
    if settings.telegram_token is not None:
        found["Telegram"] = partial(_telegram, settings, settings.telegram_token.get_secret_value())
    if settings.discord_token is not None:
        found["Discord"] = partial(_discord, settings, settings.discord_token.get_secret_value(), part)
    return found


def _telegram(settings: Settings, token: str, link: Link) -> Opened:
    with loading():
        from adapters.telegram import PlatformError, TelegramPlatform, Webhook  # noqa: PLC0415 - see the top

    webhook = None
    if settings.telegram_webhook_url and settings.telegram_webhook_secret:
        secret = settings.telegram_webhook_secret.get_secret_value()
        webhook = Webhook(
            settings.telegram_webhook_url, settings.telegram_webhook_port, secret, settings.telegram_webhook_host
        )
    try:
        platform = TelegramPlatform(
            token,
            link.receive,
            link.roles,
            api_base_url=settings.telegram_api_base_url,
            webhook=webhook,
            allowed_users=settings.telegram_allowed_users,
            listens=link.listens,
        )
    except PlatformError as error:
        raise UnusableError(str(error)) from None
    return Opened("Telegram", platform, PlatformError)


def _discord(settings: Settings, token: str, part: Shards | None, link: Link) -> Opened:
    with loading():
        from adapters.discord import DiscordPlatform, PlatformError  # noqa: PLC0415 - see the top

    platform = DiscordPlatform(
        token,
        receive=link.receive,
        typing=link.typing,
        roles=link.roles,
        last_seen=partial(link.last_seen, "discord"),
        api_base_url=settings.discord_api_base_url,
        allowed_users=settings.discord_allowed_users,
        allowed_servers=settings.discord_allowed_servers,
        listens=link.listens,
        shards=part,
    )
    return Opened("Discord", platform, PlatformError)
