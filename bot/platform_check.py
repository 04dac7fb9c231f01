"""Looks at the chat platforms: whether each takes its token, and what the bot is called there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
    """A finding for each platform. All are asked at the same time."""
    openings = with_token(settings)
    link = Link(_receive, _typing, _last_seen, tuple(load_roles(settings.role_folders).roles.values()))
    return await asyncio.gather(*(_platform(name, openings.get(name), link) for name in _NAMES))


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


async def _receive(inbound: Inbound) -> None:
    """Nothing is taken while looking."""


def _typing(conversation: Conversation) -> None:
    """The same."""


async def _last_seen(platform: str) -> Mapping[str, str]:  # noqa: ARG001 - what a platform calls
    return {}
