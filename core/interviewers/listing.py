"""Recognises a bare list of terms: many short items between commas or lines, with no clause around them."""

from __future__ import annotations

import re

from core.interviewers.lexicon import FUNCTION, row
from core.text import stem, words

FEWEST_ITEMS = 4
_ITEM_BORDER = re.compile(r"[,;/|\n•·*+&→>]|\s[-–—]\s|\b(?:and|or|plus)\b", re.IGNORECASE)
# "I have experience with X, Y and Z": what stands before the first item.
_HEAD = re.compile(
    r"^\W*(?:i|we)(?:'ve| have| am|'m| can| do)?(?: also| really| already)? ?"
    r"(?:know|have|had|use|used|did|learned|like|love|worked|work|familiar|experience|experienced|knowledge|good|heard)\b"
    r"(?: (?:a lot of|some|good|much|experience|knowledge|familiar|things|stuff))*(?: (?:with|in|of|about|like|at))*",
    re.IGNORECASE,
)
_LONGEST_ITEM = 4
_SHARE = 0.6
_BARE_WORDS = 6
_CLAUSE_WORDS = frozenset(
    stem(word)
    for word in row("""
    i me my we us our you your he him his she her they them their it its the a an this that these those who which
    is are was were be been has had do did does will would can could should must when because so if than then there not
    what how where to from with for at by into until after before
    """)
)


def list_share(text: str) -> float:
    """Which share of the words of a text, 0.0 to 1.0, stands in bare items of a list; 0.0 when there are few items."""
    items = [words(item) for item in _ITEM_BORDER.split(_HEAD.sub("", text))]
    bare = [item for item in items if 0 < len(item) <= _LONGEST_ITEM and _is_bare(item)]
    if len(bare) < FEWEST_ITEMS:
        return 0.0
    return sum(len(item) for item in bare) / sum(len(item) for item in items)


def is_list(text: str) -> bool:
    """Whether a text is nothing but a list, or a row of terms without anything that holds them together."""
    said = words(text)
    if list_share(text) >= _SHARE:
        return True
    return len(said) >= _BARE_WORDS and not any(stem(word) in FUNCTION for word in said)


def is_item(text: str) -> bool:
    """Whether a short text is a term and no clause."""
    said = words(text)
    return len(said) <= _LONGEST_ITEM and _is_bare(said)


def _is_bare(item: list[str]) -> bool:
    return not any(stem(word) in _CLAUSE_WORDS for word in item)
