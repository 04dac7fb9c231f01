"""Messages as Telegram shows them: HTML in pieces that are short enough, and the same as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from telegram import LinkPreviewOptions, MessageEntity

from adapters.telegram.splitting import cut
from core.messages import Block, BlockStyle, Outbound
from core.text import units

LONGEST = 4_096
LONGEST_CAPTION = 1_024
_MOST_STYLED = 90  # Telegram leaves out the styles beyond a hundred
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
STYLES = frozenset({MessageEntity.BOLD, MessageEntity.ITALIC, MessageEntity.BLOCKQUOTE})
_TAGS = {BlockStyle.HEADING: "b", BlockStyle.QUOTE: "blockquote", BlockStyle.SMALL: "i"}
_LISTED = frozenset({BlockStyle.ITEM, BlockStyle.QUOTE})
"""These always stand close under the block before; others have an empty line above."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's worth: as HTML, and as plain text for the case that Telegram refuses the HTML."""

    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A block, or as much of it as fits, with the gap above it."""

    gap: str
    text: str
    tag: str | None

    @property
    def html(self) -> str:
        shown = escape(self.text, quote=False)
        return self.gap + (f"<{self.tag}>{shown}</{self.tag}>" if self.tag else shown)


def pieces(message: Outbound) -> list[Piece]:
    """The message in as few pieces as it takes, cut between blocks where that is possible."""
    return [
        Piece("".join(part.html for part in parts), "".join(part.gap + part.text for part in parts))
        for parts in _packed(message.blocks)
    ]


def _packed(blocks: Iterable[Block]) -> Iterable[list[_Part]]:
    parts: list[_Part] = []
    before: BlockStyle | None = None
    for block in blocks:
        text = _shown(block)
        while text:
            gap = _gap(before, block.style) if parts else ""
            room = LONGEST - sum(units(part.gap + part.text) for part in parts) - len(gap)
            if parts and (units(text) > room or len(parts) >= _MOST_STYLED):
                yield parts
                parts = []
                continue
            head, text = cut(text, room)
            parts.append(_Part(gap, head, _TAGS.get(block.style)))
            before = block.style
    if parts:
        yield parts


def _shown(block: Block) -> str:
    """The block's text with its bar or bullet; what is no character at all (half a surrogate pair) becomes a mark."""
    text = block.text.encode("utf-8", "replace").decode().strip()
    if not text:
        return ""
    if block.bar:
        return f"{block.bar} {text}"
    return f"• {text}" if block.style is BlockStyle.ITEM else text


def _gap(before: BlockStyle | None, style: BlockStyle) -> str:
    """Lists, quotes, rows of bars, and what explains a bar stand close; the rest has an empty line above."""
    explains = style is BlockStyle.SMALL and before in {BlockStyle.SCORE, BlockStyle.SMALL}
    bars = before is style is BlockStyle.SCORE
    return "\n" if style in _LISTED or explains or bars else "\n\n"
