"""What a button carries, so that it works after a restart: command, turn and argument, within 100 characters."""

from __future__ import annotations

import re

from core.messages import Choice

LONGEST = 100
TEMPLATE = re.compile(r"iv\d{0,2}:(?P<command>[a-z_]{1,32}):(?P<turn>\d{0,6}):(?P<argument>[^\n]{0,99})")
_CODES = {
    "start": "st",
    "setup": "k",
    "interview": "i",
    "skip": "s",
    "hint": "h",
    "repeat": "r",
    "clarify": "c",
    "pause": "p",
    "resume": "g",
    "status": "w",
    "stop": "x",
    "drop": "d",
    "retry": "t",
    "next": "n",
    "done": "e",
    "rate": "m",
    "disagree": "q",
    "stronger": "b",
    "report": "o",
    "transcript": "v",
    "history": "y",
    "roles": "j",
    "settings": "z",
    "help": "u",
    "how": "f",
    "link": "l",
    "unlink": "a",
    "voice": "vo",
    "forget": "fo",
    "use": "us",
    "again": "ag",
    "hear": "he",
}
_COMMANDS = {code: command for command, code in _CODES.items()}


def encode(choice: Choice, copy: int = 0) -> str:
    """The choice without its label. Words of the argument that do not fit are left out, from the end.

    `copy` tells apart buttons that mean the same, as Discord takes no two with the same payload in one message.
    """
    turn = "" if choice.turn is None else choice.turn
    head = f"iv{copy or ''}:{_CODES.get(choice.command, choice.command)}:{turn}:"
    argument = " ".join(choice.argument.split())
    while len(argument) > LONGEST - len(head):
        argument = argument.rpartition(" ")[0]
    return head + argument


def decode(match: re.Match[str], label: str) -> Choice:
    """The choice that `encode` made this of."""
    command, turn = match["command"], match["turn"]
    return Choice(label, _COMMANDS.get(command, command), match["argument"], int(turn) if turn else None)
