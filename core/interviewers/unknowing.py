"""Recognises that somebody says they have no answer, and text that is no language at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.interviewers.patterns import AT_A_WORD, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_AUX = r"(?:do|did|would|could|can|will|am|have|has|had|was|is|be)"
_ADVERBS = r"(?:\w+ly |just |even |at all |quite |so |ever |actually |yet )*"
_OBJECTS = (
    r"(?:answer|say|tell you|think of|come up|remember|recall|help you|explain|respond|describe|talk about"
    r"|what|how|anything|this|that|one|it)"
)
_HAVE = r"have (?:an?|any|the|much|enough|one|anything|that)\b"
_DONE = (
    r"(?:been|had|done|did|have|worked|work|used|use|dealt|deal|seen|see|came|come|faced|tried|learned|designed|built"
    r"|thought|experienced|met|needed|heard|really)"
)
# How somebody feels right now; “I was nervous, but …” begins a story.
_OPENING = r"(?:(?:sorry|oh|well|honestly|to be honest|but|because|and) )*"
_VERY = r"(?:just|so|really|very|too|a bit|a little|quite|pretty|super|getting|feeling|still)"
_NERVOUS = (
    r"(?:nervous|anxious|scared|stressed(?: out)?|overwhelmed|panicking|in a panic|freaking out|afraid|terrified"
    r"|shaking)"
)
_NOW = r"(?: (?:right now|today|now|at the moment|about (?:this|it)|of this|any more))*"
_PATTERNS = together(
    (
        rf"\b{_AUX} not {_ADVERBS}(?:know|{_HAVE}|{_OBJECTS}\b|sure\b|understand)",
        r"\b(?:no|not a|zero|without) (?:idea|clue|answer|experience|example|examples|comment|thoughts)\b",
        r"\bnot (?:really |entirely |quite |so |very )?(?:sure|certain|familiar|something i|my area|an area)\b",
        rf"\b(?:i|we) (?:have |had |has )?{_ADVERBS}never {_ADVERBS}{_DONE}\b",
        r"\bnever happened to me\b",
        r"\b(?:nothing|none|no example|no story) (?:comes|came|springs|to|that|right|really|at)\b",
        r"\b(?:mind|head) (?:is|went|goes|has gone) (?:\w+ )?(?:blank|empty)\b|\bi am (?:blank|stuck|lost)\b",
        r"\b(?:drawing|draw|drew) a blank\b|\b(?:pass|skip)\b(?: on)?(?: this| that| it| the| please| for now|$)",
        r"^(?:i (?:will|would|have to|must|think i) )?(?:\w+ )?(?:pass|skip)\b|\bnot applicable\b|^n a$",
        r"\b(?:next|another|different) question\b|\bask me (?:something else|another|a different)\b|\bbeats me\b",
        r"\bhard to say\b|\bcould not (?:tell|say)\b|\bhave to (?:pass|skip|guess)\b|\bnothing (?:i can|to)\b",
        rf"^{_OPENING}i (?:am|feel) (?:{_VERY} )*{_NERVOUS}{_NOW}(?: (?:and |so |that )*i can not\b.*)?$",
        rf"^{_OPENING}i (?:just |really )*can not (?:just |really )*do (?:this|it|that){_NOW}$",
        r"\bhave (?:got )?nothing\b|\bi (?:give up|forgot|have forgotten|wish i knew)\b|\bwho knows\b|\bsearch me\b",
    ),
    AT_A_WORD,
)
# "I don't know the exact figure" and "I don't know who broke it" say what is not known, not that there is no answer.
_PARTLY = re.compile(
    r"\bnot (?:know|remember|recall|sure)(?: of| about)? "
    r"(?:the|his|her|their|exactly|precisely|who|whether|if|why|when|any more)\b(?! (?:answer|to|what|how))"
)
_MASHED = re.compile(
    r"asdf|sdfg|dfgh|fghj|ghjk|hjkl|jkl|qwer|wert|erty|uiop|zxcv|xcvb|yxcv|cvbn|vbnm"  # keys beside each other
    r"|[bcdfghjklmnpqrstvwxz]{5,}"  # no vowel
    r"|(.)\1{3,}|(..)\2{2,}"  # the same again and again
)
_HALF = 0.5
_MOST_WORDS = 80


def has_no_answer(said: Sequence[str]) -> bool:
    """Whether the words of a sentence say that there is no answer; not knowing one detail is something else."""
    text = " ".join(said[:_MOST_WORDS])
    return _PARTLY.search(text) is None and any(pattern.search(text) for pattern in _PATTERNS)


def is_gibberish(said: Sequence[str], known: Iterable[bool]) -> bool:
    """Whether words are keyboard mash: some cannot be pronounced, and most are not `known`."""
    strange = sum(_MASHED.search(word) is not None for word in said)
    if not strange:
        return False
    understood = sum(known)
    return strange >= understood and 1 - understood / len(said) >= _HALF
