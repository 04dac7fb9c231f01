"""Telegram, through its Bot API."""

from adapters.telegram.failures import BadTokenError, PlatformError, WebhookError
from adapters.telegram.platform import TelegramPlatform
from adapters.telegram.timing import Timing
from adapters.telegram.webhook import Webhook

__all__ = ["BadTokenError", "PlatformError", "TelegramPlatform", "Timing", "Webhook", "WebhookError"]
