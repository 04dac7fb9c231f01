"""Our own sentences as Discord has them: it knows /interview skip, where the core says /skip, and options by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from core.messages import Block, BlockStyle, Outbound, OutboundKind

GROUPED = ("start", "stop", "pause", "resume", "status", "skip", "hint", "repeat")
"""What stands in the group of commands about the interview."""
_ALONE = GROUPED[1:]
"""What the core names without the group; its /start is another one, and Discord has that too."""
_CHOSEN = ("role", "mode", "questions", "level")
"""What can be chosen for an interview, as the options are called."""
_OWN = frozenset(
    {
        OutboundKind.NOTICE,
        OutboundKind.MENU,
        OutboundKind.STATUS,
        OutboundKind.HELP,
        OutboundKind.HISTORY,
        OutboundKind.ROLES,
    }
)
"""Messages in which all but quotes is said by us; elsewhere only what is said in passing is."""
_SAID = re.compile(
    rf"""“[^”]*”                                         # what somebody wrote, which stays
    | (?<![\w/.:]) / (?: (?P<alone>{"|".join(_ALONE)})
                       | (?P<group>interview) (?!\ +(?:{"|".join(GROUPED)})\b)
                         (?: \ (?P<role>[a-z0-9]+(?:_[a-z0-9]+)+) (?:\ (?P<mode>mock|coach)\b)?
                             (?:\ (?P<questions>\d+)\b)? (?:\ (?P<level>junior|mid|senior)\b)? )?
                       | (?P<numbered>report|transcript|retry|disagree|stronger)\ (?P<number>\d+)
                       | settings\ (?P<setting>numbers|voice|language|recordings)\ (?P<value>[a-z]+)
                       | voice\ (?P<style>on|off|text|voice|both) ) \b (?!/)
    """,
    re.VERBOSE,
)
_LEAFING = re.compile(r"/history [<>]?\d+ ")
"""What the buttons below do, and no option of the command."""
_NAMED = re.compile(r"(?<!\S)(role|mode|questions|level|number|code|numbers|voice|language|recordings):\s*(?=\S)")
_SETTINGS = frozenset({"numbers", "voice", "language", "recordings"})
"""Options whose names the core knows, too."""


def blocks_of(message: Outbound) -> tuple[Block, ...]:
    """The blocks of a message, with our own words as they are on Discord."""
    return tuple(_blocks(message))


def unnamed(argument: str) -> str:
    """What was typed behind a command, without the names of options where the core does not know them."""
    return _NAMED.sub(lambda found: f"{found[1]} " if found[1] in _SETTINGS else "", argument)


def _blocks(message: Outbound) -> Iterator[Block]:
    for block in message.blocks:
        if not _is_ours(message.kind, block.style):
            yield block
        elif message.kind is not OutboundKind.HISTORY or not _LEAFING.match(block.text):
            yield replace(block, text=_SAID.sub(_here, block.text))


def _is_ours(kind: OutboundKind, style: BlockStyle) -> bool:
    if kind in _OWN:
        return style is not BlockStyle.QUOTE
    return style is BlockStyle.SMALL and kind is not OutboundKind.TRANSCRIPT


def _here(found: re.Match[str]) -> str:
    if found["group"]:
        return " ".join(("/interview start", *(f"{name}:{found[name]}" for name in _CHOSEN if found[name])))
    if found["numbered"]:
        return f"/{found['numbered']} number:{found['number']}"
    if found["setting"]:
        return f"/settings {found['setting']}:{found['value']}"
    if found["style"]:
        return f"/voice mode:{found['style']}"
    return f"/interview {found['alone']}" if found["alone"] else found[0]
