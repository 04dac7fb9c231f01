"""What can go wrong with Telegram, in one sentence each: never the token, and no word of a candidate."""

from __future__ import annotations

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from core.ports import DeliveryError, UnreachableError

_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found", "have no rights to send")


class PlatformError(Exception):
    """Telegram cannot be used; the message is one sentence for the owner."""


class BadTokenError(PlatformError):
    """Telegram does not know the token."""


class WebhookError(PlatformError):
    """The webhook cannot be set up or listened for."""


def malformed_token() -> BadTokenError:
    return BadTokenError("TELEGRAM_TOKEN is no token: copy it again from @BotFather.")


def refused_token(address: str) -> BadTokenError:
    return BadTokenError(f"{address} does not know TELEGRAM_TOKEN: copy it again from @BotFather.")


def unusable(error: Exception, address: str) -> PlatformError:
    """Why Telegram could not be asked, for the owner."""
    if isinstance(error, InvalidToken):
        return refused_token(address)
    if isinstance(error, Conflict):
        return PlatformError("Another process polls Telegram with this token: stop it, or give each bot its own.")
    if isinstance(error, RetryAfter):
        return PlatformError("Telegram asks the bot to slow down: try again in a few minutes.")
    if isinstance(error, TimedOut | TimeoutError):
        return PlatformError(f"{address} did not answer in time: check the network.")
    return PlatformError(f"{address} cannot be used ({type(error).__name__}): check the network.")


def unusable_proxy(address: str) -> PlatformError:
    return PlatformError(f"The proxy that is set for {address} cannot be used: its address must begin with http://.")


def is_gone(error: TelegramError) -> bool:
    """Whether the candidate cannot be written to any more."""
    described = str(error).lower()
    return _is_telegrams_own(error) and (
        isinstance(error, Forbidden) or (isinstance(error, BadRequest) and any(reason in described for reason in _GONE))
    )


def is_refused(error: BadRequest) -> bool:
    """Whether it is the message that Telegram does not take, not the candidate who is gone or something in between."""
    return _is_telegrams_own(error) and not is_gone(error)


def is_unchanged(error: BadRequest) -> bool:
    """Whether a message was to be changed into what it is."""
    return "message is not modified" in str(error).lower()


def forbids_voice(error: BadRequest) -> bool:
    """Whether the candidate takes no voice messages, which they can set for all but their contacts."""
    return "voice_messages_forbidden" in str(error).lower()


def _is_telegrams_own(error: TelegramError) -> bool:
    """The library gives the same errors, with the reason why it could not read it, for a page of some proxy."""
    return error.__cause__ is None


def pause_s(error: TelegramError) -> float:
    """How many seconds Telegram wants to be left alone, 0 for an error that says nothing of it."""
    if not isinstance(error, RetryAfter):
        return 0.0
    given = error.retry_after
    return given if isinstance(given, int) else given.total_seconds()


def undelivered(error: Exception) -> DeliveryError:
    """The port's error for a failed call."""
    if isinstance(error, TelegramError) and is_gone(error):
        return UnreachableError("The candidate cannot be written to on Telegram any more.")
    return DeliveryError(f"Telegram did not take the message ({type(error).__name__}).")
