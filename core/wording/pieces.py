"""The small pieces that messages are built from."""

from __future__ import annotations

from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind


def heading(text: str) -> Block:
    """A heading."""
    return Block(BlockStyle.HEADING, text)


def line(text: str) -> Block:
    """A paragraph."""
    return Block(BlockStyle.TEXT, text)


def item(text: str) -> Block:
    """An item of a list."""
    return Block(BlockStyle.ITEM, text)


def quote(text: str) -> Block:
    """Somebody's own words."""
    return Block(BlockStyle.QUOTE, text)


def small(text: str) -> Block:
    """Something said in passing."""
    return Block(BlockStyle.SMALL, text)


def score(label: str, level: float) -> Block:
    """A label with its level of 1.0 to 5.0, drawn as a bar."""
    return Block(BlockStyle.SCORE, f"{label}: {level:.1f} of 5", level)


def notice(text: str, *choices: Choice, default: Choice | None = None) -> Outbound:
    """A message of one sentence or two."""
    return Outbound(OutboundKind.NOTICE, (line(text),), choices, default)


def sentence(clause: str) -> str:
    """A clause with a capital letter and a full stop."""
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "?", "!")) else ".")


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
