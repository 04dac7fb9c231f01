"""The small pieces that messages are built from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind

if TYPE_CHECKING:
    from collections.abc import Sequence


def heading(text: str) -> Block:
    """A heading."""
    return Block(BlockStyle.HEADING, text)


def line(text: str, calm: str | None = None) -> Block:
    """A paragraph; without numbers `calm`, or the same."""
    return Block(BlockStyle.TEXT, text, calm=calm)


def item(text: str, calm: str | None = None) -> Block:
    """An item of a list; without numbers `calm`, or the same."""
    return Block(BlockStyle.ITEM, text, calm=calm)


def quote(text: str) -> Block:
    """Somebody's own words."""
    return Block(BlockStyle.QUOTE, text)


def small(text: str, calm: str | None = None) -> Block:
    """Something said in passing; without numbers `calm`, or the same."""
    return Block(BlockStyle.SMALL, text, calm=calm)


def score(label: str, level: float, calm: str | None = None) -> Block:
    """A label with its level of 1.0 to 5.0, drawn as a bar; without numbers `calm`, or the label alone."""
    return Block(BlockStyle.SCORE, f"{label}: {level:.1f} of 5", level, label if calm is None else calm)


def calm(message: Outbound) -> Outbound:
    """The message for a candidate who wants no numbers: other words or none where there were some, and no figures."""
    blocks = tuple(_calm(block) for block in message.blocks if block.calm != "")
    return replace(message, blocks=blocks, report=None)


def without_choices(message: Outbound) -> Outbound:
    """The message without buttons, where they would be refused."""
    return replace(message, choices=(), default=None)


def _calm(block: Block) -> Block:
    if block.calm is None:
        return block
    style = BlockStyle.TEXT if block.style is BlockStyle.SCORE else block.style
    return Block(style, block.calm)


def notice(text: str, *choices: Choice, default: Choice | None = None) -> Outbound:
    """A message of one sentence or two."""
    return Outbound(OutboundKind.NOTICE, (line(text),), choices, default)


def sentence(clause: str) -> str:
    """A clause with a capital letter and a full stop."""
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "?", "!")) else ".")


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: with commas, and "and" before the last."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
