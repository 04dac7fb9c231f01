"""Puts blanks in place of the numbers and names of a rewritten answer that its candidate never said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.interviewers import lexicon
from core.interviewers.numerals import Numeral, numerals
from core.recent import kept
from core.text import stem, stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.interviewers.numerals import Value


NUMBER = "[number]"
NAME = "[name]"
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_FRACTIONS = r"\u00bc-\u00be\u2150-\u215e"
_NAME = re.compile(rf"(?<![^\W_{_FRACTIONS}])[^\W\d_{_FRACTIONS}][^\W_]*(?:(?:\.(?=[a-z])|['’&/+-])[^\W_]+)*[+#]*")
_PARTS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_RUNS = re.compile(rf"[^\W_{_FRACTIONS}]+")
_OPENING = " \t\n\"'“”‘’«„([*-•–"
_ENDS = ".!?…:"
_MYSELF = frozenset({"i", "ok"})
_DOUBLES = re.compile(r"\[(number|name)\](?:\s*[-–/:.&]?\s*\[\1\])+")
# What may well stand at the beginning of a sentence without being a name.
_COMMON = (
    lexicon.FUNCTION
    | lexicon.NEGATIONS
    | lexicon.FILLER_WORDS
    | lexicon.EVERYDAY
    | lexicon.STATIVE
    | lexicon.HELPING
    | lexicon.ACTIONS
    | lexicon.CHECKS
    | lexicon.CAUSES
    | lexicon.CONDITIONS
    | lexicon.SEQUENCE
    | lexicon.OUTCOMES
    | lexicon.TALKING
    | lexicon.WORKPLACE
    | lexicon.REFLECTING
    | lexicon.RETELLING
    | lexicon.COUNTED_VAGUE
    | frozenset(map(stem, lexicon.PERSONS))
)
_COMMON_ENDINGS = ("ly", "ing", "tion", "tions", "ment", "ments", "ness", "wards", "ever", "self", "selves")


@dataclass(frozen=True, slots=True)
class _Gap:
    start: int
    end: int
    blank: str


@dataclass(frozen=True, slots=True)
class _Own:
    """The numbers that somebody named, and the stems of all that they said."""

    numbers: frozenset[Value]
    stems: frozenset[str]


def blanked(rewritten: str, *said: str) -> str:
    """The rewritten answer with “[number]” and “[name]” for what is not in `said`: the answers and the question.

    Blanks of the rewritten answer stay, unless one holds such a number or name itself. A name is a word with a capital
    letter; the first word of a sentence is one unless it is said, common, or written small elsewhere.
    """
    own = tuple(map(_own, said))
    found = tuple(numerals(rewritten))
    brackets = [match.span() for match in _BRACKETS.finditer(rewritten)]
    gaps = [_widened(gap, brackets) for gap in (*_numbers(found, own), *_names(rewritten, found, own))]
    pieces, done = [], 0
    for gap in sorted(gaps, key=lambda gap: (gap.start, -gap.end)):
        if gap.start >= done:
            pieces += [rewritten[done : gap.start], gap.blank]
            done = gap.end
    return _DOUBLES.sub(r"[\1]", "".join(pieces) + rewritten[done:])


@kept(512)  # all that is proposed about an answer is compared with the same words: those of a question, too
def _own(said: str) -> _Own:
    stemmed = frozenset(stems(said)) | frozenset(stem(run.lower()) for run in _RUNS.findall(said))
    return _Own(frozenset(value for one in numerals(said) for value in one.values), stemmed)


def _numbers(found: Iterable[Numeral], own: Sequence[_Own]) -> Iterator[_Gap]:
    for one in found:
        if one.claims and all(each.numbers.isdisjoint(one.values) for each in own):
            yield _Gap(one.start, one.end, NAME if one.is_name else NUMBER)


def _names(rewritten: str, found: Iterable[Numeral], own: Sequence[_Own]) -> Iterator[_Gap]:
    large = [match for match in _NAME.finditer(rewritten) if not match.group().islower()]
    if not large:
        return
    small = frozenset(stem(word) for word in _PARTS.findall(rewritten) if word.islower())
    common, known = (_COMMON, small), (_MYSELF, *(one.stems for one in own))
    counted = {place for one in found if not one.is_name for place in range(one.start, one.end)}
    for match in large:
        if match.start() in counted:
            continue
        parts = _PARTS.findall(match.group())
        if _begins(rewritten, match.start()) and _is_common(parts[0], common):
            parts = parts[1:]
        if any(not part.islower() and part.lower() != part.upper() and not _is_said(part, known) for part in parts):
            yield _Gap(*match.span(), NAME)


def _begins(text: str, place: int) -> bool:
    """Whether a sentence, a quote or a blank begins at a place."""
    before = text[:place].rstrip(_OPENING)
    return not before or before[-1] in _ENDS or bool(text[len(before) : place].strip())


def _is_common(word: str, common: Sequence[frozenset[str]]) -> bool:
    return _is_said(word, common) or (word[1:].islower() and word.lower().endswith(_COMMON_ENDINGS))


def _is_said(word: str, known: Sequence[frozenset[str]]) -> bool:
    return all(any(part in some for some in known) for part in stems(word))


def _widened(gap: _Gap, brackets: Iterable[tuple[int, int]]) -> _Gap:
    """The gap, or the whole blank of the rewritten answer that it stands in."""
    for start, end in brackets:
        if start < gap.start and gap.end < end:
            return _Gap(start, end, gap.blank)
    return gap
