"""Points discord.py at another address than Discord's own, such as a gateway of the owner's in between."""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

OFFICIAL = "https://discord.com/api/v10"


def point_at(api_base_url: str | None) -> None:
    """From now on every request of this process goes to that address; discord.py knows only one for all clients.

    Without one, or with Discord's own, all stays as the library has it, or whoever else has set it.
    """
    if api_base_url and api_base_url.rstrip("/") != OFFICIAL:
        Route.BASE = api_base_url.rstrip("/")


async def find_gateway(client: discord.Client) -> None:
    """Take the gateway from the address that is set; discord.py itself always connects to Discord's own."""
    if Route.BASE != OFFICIAL:
        _, url, _ = await client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
