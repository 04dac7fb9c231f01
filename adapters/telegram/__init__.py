"""Telegram, through its Bot API."""

from adapters.telegram.brought import Webhook
from adapters.telegram.failures import BadTokenError, PlatformError, WebhookError
from adapters.telegram.platform import TelegramPlatform
from adapters.telegram.timing import Timing

__all__ = ["BadTokenError", "PlatformError", "TelegramPlatform", "Timing", "Webhook", "WebhookError"]
