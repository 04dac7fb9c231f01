"""Speaks with candidates on Discord. Importing this imports discord.py, which takes a second or two."""

from adapters.discord.failures import BadTokenError, PlatformError, RefusedError, UnreachablePlatformError
from adapters.discord.platform import DiscordPlatform

__all__ = [
    "BadTokenError",
    "DiscordPlatform",
    "PlatformError",
    "RefusedError",
    "UnreachablePlatformError",
]
