"""What can go wrong with Discord, and what it means for a message or for the owner."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from core.ports import DeliveryError, RefusedMessageError, UnreachableError

UNKNOWN_CHANNEL, MISSING_ACCESS, CLOSED_MESSAGES, NOTHING_SHARED = 10003, 50001, 50007, 50278
UNKNOWN_SERVER, UNKNOWN_MEMBER, TOO_MANY_CHANGES = 10004, 10007, 30046
AUTHENTICATION_FAILED = 4004
UNREACHABLE = frozenset({UNKNOWN_CHANNEL, MISSING_ACCESS, CLOSED_MESSAGES, NOTHING_SHARED})
UNKNOWN_MESSAGE = 10008
GONE = frozenset({UNKNOWN_MESSAGE, UNKNOWN_CHANNEL, MISSING_ACCESS})
"""With these a message cannot be had any more."""
MISSING_PERMISSIONS = 50013
NO_VOICE = frozenset({MISSING_PERMISSIONS, 50160, 50161, 50173})
"""With these Discord takes no voice message: not allowed there, or not as it was sent."""
NO_FILES = frozenset({MISSING_PERMISSIONS, 40005})
"""With these Discord takes no file: not allowed there, or none so large."""
_TOO_EXPLICIT = 20009
_NOT_DISCORDS_OWN = frozenset({0, 40333})
"""With these a refusal comes from what stands before Discord, and may pass."""
CLOSED = frozenset({CLOSED_MESSAGES, NOTHING_SHARED})
_NEVER_TAKEN = frozenset({400, 413})
_PASSING = frozenset({401, 408, 429})
BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError, discord.GatewayNotFound, discord.RateLimited)
"""How a connection fails, as far as it is not an HTTP status."""
FAILED = (*BROKEN, discord.HTTPException)


class PlatformError(Exception):
    """Discord cannot be used. The message is one sentence for the owner and never holds the token."""


class BadTokenError(PlatformError):
    """Discord does not accept the token."""

    def __init__(self) -> None:
        super().__init__("Discord refuses the token: copy it anew from the Bot page of the developer portal.")


class RefusedError(PlatformError):
    """Discord ended the connection for a reason that will not pass by itself."""


class UnreachablePlatformError(PlatformError):
    """Discord cannot be reached, or fails, at the moment."""


def delivery_error(error: BaseException) -> DeliveryError:
    """What a failed sending means for the message."""
    if isinstance(error, discord.HTTPException):
        if error.code in UNREACHABLE or _is_forbidden(error):
            return UnreachableError(f"Discord says that this candidate cannot be written to ({error.code}).")
        if error.status in _NEVER_TAKEN or error.code == _TOO_EXPLICIT:
            return RefusedMessageError(f"Discord does not take this message (HTTP {error.status}, {error.code}).")
        return DeliveryError(f"Discord did not take a message (HTTP {error.status}, {error.code}).")
    return DeliveryError(f"Discord could not be reached ({type(error).__name__}).")


def _is_forbidden(error: discord.HTTPException) -> bool:
    """Whether the bot may not write there, such as without the permission to send messages."""
    return isinstance(error, discord.Forbidden) and error.code not in {_TOO_EXPLICIT, *_NOT_DISCORDS_OWN}


def is_passing(error: BaseException) -> bool:
    """Whether the same request may come through another time."""
    if not isinstance(error, discord.HTTPException):
        return True
    return error.status >= 500 or error.status in _PASSING  # noqa: PLR2004 - where the failures of a server begin


def platform_error(error: BaseException) -> PlatformError | None:
    """What ended a connection for good; None when it may be tried again."""
    if isinstance(error, discord.LoginFailure):
        return BadTokenError()
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return RefusedError("Discord refuses the intents, which should need no permission.")
    if isinstance(error, discord.ConnectionClosed):
        if error.code == AUTHENTICATION_FAILED:
            return BadTokenError()
        return RefusedError(f"Discord ended the connection with code {error.code}.")
    return None


def passing(error: BaseException) -> UnreachablePlatformError:
    """What is wrong now and may be over soon."""
    if isinstance(error, discord.HTTPException):
        return UnreachablePlatformError(f"Discord failed with HTTP {error.status}.")
    return UnreachablePlatformError(f"Discord could not be reached ({type(error).__name__}).")
