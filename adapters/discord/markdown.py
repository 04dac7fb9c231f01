"""Draws blocks as Discord's markdown, in pieces that fit. Text is data: nothing in it is markup or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from discord.utils import escape_markdown, escape_mentions

from core.messages import Block, BlockStyle
from core.text import units

_NUMBERED = re.compile(r"^(\s*\d+)\.(?=\s)", re.MULTILINE)
_BETWEEN, _BRACKET = re.compile(r"[^\[<]+"), re.compile(r"(\\*)([\[<])")
_LEADS = {BlockStyle.QUOTE: "> ", BlockStyle.SMALL: "-# "}
_WRAPPED = re.compile(r"[\u200d\ufe0e\ufe0f\u0300-\u036f\u20e3\U0001f3fb-\U0001f3ff]")
_LONGEST_CLUSTER = 24


class _Line(NamedTuple):
    """A line whose text may be cut; each part gets lead and tail again."""

    lead: str
    text: str
    tail: str = ""


def escaped(text: str) -> str:
    """The text so that Discord shows it as it was typed, and calls nobody."""
    # What looks like a link would be left as it is, so brackets are escaped by themselves, and what is between them.
    drawn = _BETWEEN.sub(lambda part: _NUMBERED.sub(r"\1\\.", escape_markdown(part[0])), text)
    return escape_mentions(_BRACKET.sub(_escaped_bracket, drawn))


def _escaped_bracket(found: re.Match[str]) -> str:
    """With one slash, and another for each before it that is not escaped, as at the end of a link."""
    slashes = len(found[1])
    return "\\" * (slashes + slashes % 2 + 1) + found[2]


def pieces(blocks: Iterable[Block], limit: int) -> list[str]:
    """The blocks in as many pieces as their length needs: parted between blocks, else between lines, else words."""
    found: list[str] = []
    for block in blocks:
        drawn = [part for line in _lines(block) for part in _parts(line, limit)]
        whole = "\n".join(drawn)
        for part in [whole] if units(whole) <= limit else drawn:
            gap = "\n\n" if block.style is BlockStyle.HEADING else "\n"
            if found and units(found[-1]) + len(gap) + units(part) <= limit:
                found[-1] += gap + part
            else:
                found.append(part)
    return [piece for piece in found if piece.strip()]


def _lines(block: Block) -> Iterator[_Line]:
    lines = escaped(block.text).split("\n")
    for number, line in enumerate(lines):
        if block.style is BlockStyle.HEADING:
            yield _Line("**", line.strip(), "**") if line.strip() else _Line("", "")
        elif block.style is BlockStyle.ITEM:
            yield _Line("  " if number else "- ", line)
        elif block.bar and not number:
            yield _Line("", f"{block.bar} {line}")
        else:
            yield _Line(_LEADS.get(block.style, "") if line or block.style is BlockStyle.QUOTE else "", line)


def _parts(line: _Line, limit: int) -> Iterator[str]:
    width = limit - len(line.lead) - len(line.tail)
    rest = line.text
    while units(rest) > width:
        border = _border(rest, width)
        yield line.lead + rest[:border].rstrip() + line.tail
        rest = rest[border:].lstrip()
    yield line.lead + rest + line.tail


def _border(text: str, width: int) -> int:
    """Where to cut so that no more than `width` units stand before: at a blank, else inside the word."""
    end = min(len(text), width)
    while units(text[:end]) > width:
        end -= max(1, (units(text[:end]) - width) // 2)
    blank = text.rfind(" ", 1, end + 1)
    if blank > end // 2:
        return blank
    least = max(1, end - _LONGEST_CLUSTER)
    while end > least and not _is_border(text, end):
        end -= 1
    return end


def _is_border(text: str, at: int) -> bool:
    """Whether a cut there parts neither an escape nor what is drawn as one sign."""
    slashes = len(text[:at]) - len(text[:at].rstrip("\\"))
    return slashes % 2 == 0 and not _WRAPPED.match(text, at) and text[at - 1] != "\u200d"
