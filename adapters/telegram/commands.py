"""The list of commands that Telegram shows behind the menu button."""

from __future__ import annotations

from telegram import BotCommand

from adapters.telegram.client import Bot
from core.wording.pages import COMMANDS

_LONGEST = 256


def commands() -> list[BotCommand]:
    return [BotCommand(name, meaning[:_LONGEST]) for name, meaning in COMMANDS]


async def list_commands(bot: Bot) -> None:
    """Only when it has changed: Telegram counts these calls strictly. Raises TelegramError."""
    wanted = commands()
    if list(await bot.get_my_commands()) != wanted:
        await bot.set_my_commands(wanted)
