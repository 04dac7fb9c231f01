"""Tells whether a question asks for nothing that was not asked before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from core.interviewers.lexicon import FUNCTION, row
from core.text import stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_ASKING = frozenset(
    stem(word)
    for word in row("""
    tell describe explain walk share give say mention elaborate expand clarify know hear like incomplete answer question
    example detail detailed specific specifically exactly precisely briefly please maybe perhaps actually said mentioned
    """)
)
# What is asked for in “By how much did it improve?” is not what is asked for in “What improved?”.
_ASKED_FOR = (
    ("much", re.compile(r"\bhow (?:much|many|long|often|large|big|far|fast)\b")),
    ("why", re.compile(r"\bwhy\b|\bwhat (?:was )?(?:the |your )?reasons?\b")),
    ("who", re.compile(r"\bwhom?\b")),
    ("when", re.compile(r"\bwhen\b")),
    ("where", re.compile(r"\bwhere\b")),
)
_ALIKE = 88.0
_SAME = 0.6
_SAME_IF_SHORT = 0.5
_SAME_WORDS = 85.0


def asks_again(proposed: str, asked: str) -> bool:
    """Whether a question asks for nothing new after another one: it has no word of weight that is not in it."""
    if is_reworded(proposed, asked):
        return True
    content, before = _content(proposed), _content(asked)
    shared = _shared(content, before)
    told_apart = _asked_for(proposed) - _asked_for(asked)
    return 1 < len(content) == shared and not told_apart


def is_reworded(proposed: str, asked: str) -> bool:
    """Whether a question is another one in nearly the same words."""
    content, before = _content(proposed), _content(asked)
    if not content or not before:
        return fuzz.ratio(" ".join(words(proposed)), " ".join(words(asked))) >= _SAME_WORDS
    shared = _shared(content, before)
    every = len(content) + len(before) - shared
    least = _SAME if min(len(content), len(before)) > 1 else _SAME_IF_SHORT
    return shared / every >= least and not _asked_for(proposed) - _asked_for(asked)


def _shared(content: AbstractSet[str], before: AbstractSet[str]) -> int:
    """How many words of the first are in the second, a slip of a letter in a longer word allowed."""
    return sum(process.extractOne(one, before, scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None for one in content)


def _content(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - FUNCTION - _ASKING


def _asked_for(text: str) -> frozenset[str]:
    plain = text.lower()
    return frozenset(kind for kind, pattern in _ASKED_FOR if pattern.search(plain))
