"""Looks at the chat platforms: whether each takes its token, what the bot is called there, and who may use it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from adapters.roles import load_roles
from bot.findings import Finding
from bot.platforms import Link, Opening, UnusableError, with_token
from bot.settings import Settings

if TYPE_CHECKING:
    from core.messages import Inbound
    from core.model import Conversation

CHECK_S = 15.0
_ADVICE = "The README says how each bot is made and where its token is found."
_NAMES = ("Discord", "Telegram")


async def examine_platforms(settings: Settings) -> list[Finding]:
    """A finding for each platform, and who may use those that have a token. All are asked at the same time."""
    openings = with_token(settings)
    link = Link(_receive, _typing, _last_seen, tuple(load_roles(settings.role_folders).roles.values()))
    found = await asyncio.gather(*(_platform(name, openings.get(name), link) for name in _NAMES))
    return [*found, *_admissions(settings, openings)]


def _admissions(settings: Settings, openings: Mapping[str, Opening]) -> Iterator[Finding]:
    """Who may use each bot that has a token: everyone, unless somebody is listed."""
    users, servers = settings.discord_allowed_users, settings.discord_allowed_servers
    if "Discord" in openings:
        listed = [_counted(len(users), "person", "people")] if users else []
        listed += [f"the members of {_counted(len(servers), 'server', 'servers')}"] if servers else []
        yield _admission("discord access", listed, "DISCORD_ALLOWED_USERS or DISCORD_ALLOWED_SERVERS")
    if "Telegram" in openings:
        users = settings.telegram_allowed_users
        listed = [_counted(len(users), "person", "people")] if users else []
        yield _admission("telegram access", listed, "TELEGRAM_ALLOWED_USERS")


def _admission(part: str, listed: Sequence[str], variable: str) -> Finding:
    if listed:
        return Finding(part, "ok", f"open to {' and '.join(listed)}")
    return Finding(part, "ok", f"open to everyone who finds the bot; {variable} would narrow that")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


async def _platform(name: str, opening: Opening | None, link: Link) -> Finding:
    part, variable = name.lower(), f"{name.upper()}_TOKEN"
    if opening is None:
        return Finding(part, "off", f"{variable} is not set")
    try:
        opened = opening(link)
    except UnusableError as error:
        return Finding(part, "broken", str(error), _ADVICE)
    try:
        async with asyncio.timeout(CHECK_S):
            return Finding(part, "ok", f"the bot is {await opened.check()}")
    except UnusableError as error:
        return Finding(part, "broken", str(error), _ADVICE)
    except TimeoutError:
        return Finding(part, "broken", f"{name} did not answer within {CHECK_S:g} s.", "Check the network.")
    finally:
        await opened.platform.close()


async def _receive(_: Inbound) -> bool:
    """Nothing is taken while looking."""
    return False


def _typing(conversation: Conversation) -> None:
    """The same."""


async def _last_seen(platform: str) -> Mapping[str, str]:  # noqa: ARG001 - what a platform calls
    return {}
