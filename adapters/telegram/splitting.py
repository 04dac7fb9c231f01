"""Cuts plain text at line borders, else at word borders, else between characters; counted in UTF-16 units."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from core.text import units

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_LONGEST_CHARACTER = 16  # code points: a family emoji has seven


def cut(text: str, room: int) -> tuple[str, str]:
    """The beginning of a text that fits into `room` units, and the rest without the blanks between the two."""
    if units(text) <= room:
        return text, ""
    end = _most(text, room)
    for border in ("\n", " "):
        at = text.rfind(border, 0, end + 1)
        if text[: max(at, 0)].strip():
            return text[:at].rstrip(), text[at:].lstrip()
    end = _between_characters(text, end)
    return text[:end], text[end:]


def _most(text: str, room: int) -> int:
    """How many code points fit, of a text that does not fit as a whole."""
    ends = accumulate(units(character) for character in text)
    return next(position for position, end in enumerate(ends) if end > room)


def _between_characters(text: str, end: int) -> int:
    """The nearest place before `end` where no character made of several code points is torn."""
    for at in range(end, max(end - _LONGEST_CHARACTER, 0), -1):
        if not _joined(text[at - 1], text[at]):
            return at
    return max(end, 1)


def _joined(before: str, after: str) -> bool:
    return _JOINER in {before, after} or unicodedata.category(after) in {"Mn", "Me", "Mc"} or ord(after) in _SKIN_TONES
