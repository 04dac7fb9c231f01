"""Tells whether a question asks for nothing that was not asked before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from core.interviewers.lexicon import FUNCTION, row
from core.recent import kept
from core.text import stem, stems, words

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks about, as stems, and what of it: how much, why, who, when or where."""

    about: frozenset[str]
    wanted: frozenset[str]


def asks_again(proposed: str, asked: str) -> bool:
    """Whether a question asks for nothing new after another one: it has no word of weight that is not in it."""
    if is_reworded(proposed, asked):
        return True
    new, before = _asked(proposed), _asked(asked)
    return 1 < len(new.about) == _shared(new, before) and new.wanted <= before.wanted


def is_reworded(proposed: str, asked: str) -> bool:
    """Whether a question is another one in nearly the same words."""
    new, before = _asked(proposed), _asked(asked)
    if not new.about or not before.about:
        return fuzz.ratio(" ".join(words(proposed)), " ".join(words(asked))) >= _SAME_WORDS
    shared = _shared(new, before)
    every = len(new.about) + len(before.about) - shared
    least = _SAME if min(len(new.about), len(before.about)) > 1 else _SAME_IF_SHORT
    return shared / every >= least and new.wanted <= before.wanted


def _shared(new: _Asked, before: _Asked) -> int:
    """How many words of the first are in the second, a slip of a letter in a longer word allowed."""
    others = new.about - before.about
    nearly = (process.extractOne(one, before.about, scorer=fuzz.ratio, score_cutoff=_ALIKE) for one in others)
    return len(new.about) - sum(one is None for one in nearly)


@kept(256)  # each proposal is compared with the same few questions
def _asked(text: str) -> _Asked:
    plain = text.lower()
    wanted = frozenset(kind for kind, pattern in _ASKED_FOR if pattern.search(plain))
    return _Asked(frozenset(stems(text)) - FUNCTION - _ASKING, wanted)
