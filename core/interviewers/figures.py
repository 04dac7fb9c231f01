"""Concrete figures in a sentence: amounts, shares, durations and sums, in digits or in words."""

from __future__ import annotations

import re

from core.interviewers.lexicon import COUNTED_VAGUE, FUNCTION, TALKING, VAGUE, row
from core.text import stem, words

_NUMBER_WORDS = row("""
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen
""")
_LARGE = row("hundred thousand million billion dozen")
_SHARES = row("half third quarter twice double doubled triple tripled halved tenfold percent")
_BARE_SHARES = row("doubled tripled halved tenfold twice percent")
_SHARE_LEADS = row("a by about than to one two nearly almost around roughly over in into only the another")
_JOINED = row("and more or to other maybe a an per")
_NOT_COUNTED = row("of times am pm st nd rd th")
_UNCOUNTED = (VAGUE | TALKING) - COUNTED_VAGUE
_DIGITS = re.compile(
    r"(?P<money>[€$£¥]\s?)?(?<![\w.,])(?P<number>\d{1,12}(?:[.,]\d{1,9}){0,4})"
    r"(?P<unit>\s?(?:%|€|\$|£|k\b|ms\b|s\b|gb\b|mb\b|x\b))?",
    re.IGNORECASE,
)
# "24/7" and "one hundred percent" are ways of saying "always" and "fully".
_MANNER = re.compile(
    r"\b24\s?/\s?7\b|\b(?:110|(?:a |one )?hundred(?: and ten)?)\s?(?:%|percent\b|per cent\b)", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_STATUS = re.compile(r"[45]\d\d")
_REACH = 40


def figures(sentence: str) -> frozenset[str]:
    """The different figures of a sentence; years, times of day, “one of the” and “number one” are none."""
    text = _MANNER.sub(" ", sentence)
    return _in_digits(text) | _in_words(words(text))


def _in_digits(text: str) -> frozenset[str]:
    found = set()
    for match in _DIGITS.finditer(text):
        number = match["number"]
        is_name = _YEAR.fullmatch(number) or _STATUS.fullmatch(number)
        is_large = len(number) > 1 or _counts(text, match.end())
        if match["money"] or match["unit"] or (is_large and not is_name):
            found.add(number)
    return frozenset(found)


def _counts(text: str, end: int) -> bool:
    """Whether a number without a unit is followed by a word that it counts."""
    following = words(text[end : end + _REACH])[:2]
    return any(stem(word) not in FUNCTION and word not in _NOT_COUNTED for word in following)


def _in_words(said: list[str]) -> frozenset[str]:
    found = set()
    for place, word in enumerate(said):
        before = said[place - 1] if place else ""
        counts = (
            word in _NUMBER_WORDS
            and not _is_range(said[place + 1 : place + 3])
            and before != "number"
            and _is_counted(said[place + 1 : place + 4], large=word in _LARGE)
        )
        if counts or (word in _SHARES and (before in _SHARE_LEADS or word in _BARE_SHARES)):
            found.add(word)
    return frozenset(found)


def _is_range(following: list[str]) -> bool:
    """Whether a number goes on as in “two or three minutes”, which is one figure."""
    return following[:1] == ["or"] and not _NUMBER_WORDS.isdisjoint(following)


def _is_counted(following: list[str], *, large: bool) -> bool:
    """Whether a number in words stands before something that it counts, and not before “things” or “words”."""
    counted = next((stem(word) for word in following if word not in _NUMBER_WORDS and word not in _JOINED), "")
    return counted not in _UNCOUNTED and (large or counted not in FUNCTION | {""})
