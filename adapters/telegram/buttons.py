"""Choices as buttons. A button's payload holds all it takes to understand it, so it works after a restart, too."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from core.messages import Choice

LONGEST_PAYLOAD = 64
MOST_BUTTONS = 100
_LONGEST_LABEL = 60
_ROW_CHARACTERS = 24
_ROW_BUTTONS = 3
_PAYLOAD = re.compile(r"([a-z]{1,2})(\d{0,6}):(.*)", re.DOTALL)

# Buttons stay in chats for years: a code never changes its meaning.
_CODES = {
    "again": "ag",
    "clarify": "c",
    "disagree": "x",
    "done": "dn",
    "drop": "d",
    "forget": "fo",
    "hear": "hr",
    "help": "he",
    "hint": "h",
    "history": "hi",
    "how": "ho",
    "interview": "i",
    "link": "l",
    "next": "n",
    "pause": "p",
    "rate": "a",
    "repeat": "r",
    "report": "rp",
    "resume": "g",
    "retry": "t",
    "roles": "ro",
    "settings": "se",
    "setup": "u",
    "skip": "k",
    "start": "sa",
    "status": "s",
    "stop": "f",
    "stronger": "st",
    "transcript": "tr",
    "unlink": "ul",
    "use": "us",
    "voice": "v",
    "wait": "w",
}
_COMMANDS = {code: command for command, code in _CODES.items()}
_log = logging.getLogger(__name__)


class PayloadTooLongError(ValueError):
    """A choice does not fit into a button."""


def payload(choice: Choice) -> str:
    """What a button carries. Raises PayloadTooLongError."""
    code = _CODES.get(choice.command)
    packed = f"{code}{'' if choice.turn is None else choice.turn}:{choice.argument}"
    if code is None or len(packed.encode()) > LONGEST_PAYLOAD:
        raise PayloadTooLongError(f"The choice of {choice.command} does not fit into a button.")
    return packed


def unpacked(packed: str) -> Choice | None:
    """The choice behind a payload, without its label; None for one that this version does not know."""
    found = _PAYLOAD.fullmatch(packed)
    command = _COMMANDS.get(found[1]) if found else None
    if found is None or command is None:
        return None
    return Choice("", command, found[3], int(found[2]) if found[2] else None)


def choices_of(message: Message) -> list[Choice]:
    """The choices that stand under a message of the bot."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    packed = (button.callback_data for row in rows for button in row)
    return [choice for one in packed if isinstance(one, str) and (choice := unpacked(one))]


def left_after(message: Message, pressed: Choice) -> InlineKeyboardMarkup | None:
    """The buttons that stay under a message when one is pressed."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    left = [kept for row in rows if (kept := [button for button in row if _outlasts(button, pressed)])]
    return InlineKeyboardMarkup(left) if left else None


def keyboard(choices: Iterable[Choice]) -> InlineKeyboardMarkup | None:
    """The buttons under a message: in their rows, short ones without a row beside each other; None without any.

    One that does not fit is left out: everything can be typed as well.
    """
    rows: list[list[InlineKeyboardButton]] = []
    before: int | None = None
    for row, button in islice(_buttons(choices), MOST_BUTTONS):
        if rows and row == before and (row is not None or _fits(rows[-1], button)):
            rows[-1].append(button)
        else:
            rows.append([button])
        before = row
    return InlineKeyboardMarkup(rows) if rows else None


def _outlasts(button: InlineKeyboardButton, pressed: Choice) -> bool:
    choice = unpacked(button.callback_data) if isinstance(button.callback_data, str) else None
    return choice is not None and choice.outlasts(pressed)


def _buttons(choices: Iterable[Choice]) -> Iterator[tuple[int | None, InlineKeyboardButton]]:
    """The buttons that fit, each with the row that was asked for."""
    for choice in choices:
        try:
            packed = payload(choice)
        except PayloadTooLongError as error:
            _log.warning("%s", error)
            continue
        label = choice.label if len(choice.label) <= _LONGEST_LABEL else choice.label[: _LONGEST_LABEL - 1] + "…"
        yield choice.row, InlineKeyboardButton(label, callback_data=packed)


def _fits(row: list[InlineKeyboardButton], button: InlineKeyboardButton) -> bool:
    characters = sum(len(one.text) for one in row) + len(button.text)
    return len(row) < _ROW_BUTTONS and characters <= _ROW_CHARACTERS
