"""Finds the numbers of a text, in digits or in words, with their values, so that two ways of writing one are equal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.interviewers.lexicon import row
from core.text import lowered

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = Decimal | str


def _counted(first: int, step: int, table: str) -> dict[str, Decimal]:
    return {word: Decimal(first + place * step) for place, word in enumerate(table.split())}


_SMALL = {
    **_counted(0, 1, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"),
    **_counted(16, 1, "sixteen seventeen eighteen nineteen"),
    **_counted(20, 10, "twenty thirty forty fifty sixty seventy eighty ninety"),
}
_SCALES = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
}
_UNITS = {"k": 10**3, "mn": 10**6, "mio": 10**6, "b": 10**9, "bn": 10**9}
_HALF = frozenset[Value]({Decimal(50), Decimal("0.5"), "1/2"})
_QUARTER = frozenset[Value]({Decimal(25), Decimal("0.25"), "1/4"})
_SINGLE: dict[str, frozenset[Value]] = {
    **dict.fromkeys(row("half halves halve halved halving"), _HALF),
    **dict.fromkeys(row("twice double doubles doubled doubling"), frozenset({Decimal(2)})),
    **dict.fromkeys(row("thrice triple triples tripled tripling"), frozenset({Decimal(3)})),
    **dict.fromkeys(row("quadruple quadruples quadrupled"), frozenset({Decimal(4)})),
    **{f"{word}fold": frozenset({value}) for word, value in _SMALL.items()},
    **{word: frozenset({value}) for word, value in _counted(4, 1, "fourth fifth sixth seventh eighth ninth").items()},
    **{word: frozenset({value}) for word, value in _counted(10, 1, "tenth eleventh twelfth").items()},
    **{word: frozenset({value, word}) for word, value in (("decade", Decimal(10)), ("century", Decimal(100)))},
    "fortnight": frozenset({Decimal(2), Decimal(14)}),
    **{word: frozenset({word}) for word in row("decades centuries dozens hundreds thousands millions billions")},
}
# “First” orders what is told and “second” is a time as well: they claim no figure.
_ORDERING = _counted(1, 1, "first second third")
_MEANT = _SINGLE.keys() | _ORDERING.keys()
_HUNDRED = 100
_FIRST_TENS = 20
_TEN = 10
_PLACES = 3

_SCALE = "(?:" + "|".join(_SCALES) + ")"
_WORD = r"\b(?:" + "|".join([*_SMALL, *_SCALES]) + r")\b"
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)|\d+(?:[.,:/]\d+)*)(?P<unit>[^\W_\u00bc-\u00be\u2150-\u215e]*)"
    rf"(?P<scales>(?:[ -]{_SCALE}\b)*)"
    r"|(?P<parts>\b(?:an?|one|two|three))[ -](?P<share>third|quarter)s?\b"
    r"(?=$|[.,;:!?]| (?:of|less|more|fewer|faster|slower|smaller|lower|higher)\b)"
    r"|(?P<bare>(?=quarter)(?<!first )(?<!second )(?<!third )(?<!fourth )(?<!last )(?<!next )(?<!this )(?<!each"
    r" )(?<!every )(?<!the )"
    r"(?<!per )\bquarters?(?= of\b))"
    r"|(?P<vulgar>[\u00bc-\u00be\u2150-\u215e])"
    rf"|(?P<series>(?:\ba (?={_SCALE}\b))?{_WORD}(?:(?: and |[ -]){_WORD})*)"
    r"|(?P<word>[^\W\d_][^\W_]*(?:(?<=\d)\.\d+)*)"
)
_BY_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_SEPARATORS = re.compile(r"[ \u00a0\u202f'’]")
_Sum = tuple[Decimal, Decimal]
_NONE = Decimal(0)
_SERIES_WORD = re.compile(_WORD)
_LOWER_TAIL = re.compile(r"[a-z]+(?P<tail>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text: where it stands and what it may mean.

    `values` holds numbers, and the writing itself where it is no plain number, as in p95 or 10:30. `is_name` says that
    it is part of a name, as in EC2; `claims` is False where it only orders or points, as “first” and “one” do.
    """

    start: int
    end: int
    values: frozenset[Value]
    is_name: bool = False
    claims: bool = True


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text in their order."""
    for match in _NUMBER.finditer(lowered(text)):
        if match.lastgroup == "word":
            if not match["word"].isalpha() or match["word"] in _MEANT:
                yield from _single(match, text[match.start() : match.end()])
        elif match["digits"]:
            yield Numeral(*match.span(), _in_digits(match))
        elif match["share"]:
            yield Numeral(*match.span(), _share(match))
        elif match["bare"]:
            yield Numeral(*match.span(), _QUARTER)
        elif match["vulgar"]:
            yield Numeral(*match.span(), _vulgar(match["vulgar"]))
        else:
            yield from _series(match)


def _in_digits(match: re.Match[str]) -> frozenset[Value]:
    factor = Decimal(_UNITS.get(match["unit"], 1))
    for scale in match["scales"].replace("-", " ").split():
        factor *= _SCALES[scale]
    read = frozenset(_read(_SEPARATORS.sub("", match["digits"])))
    values = frozenset(value * factor if isinstance(value, Decimal) else value for value in read)
    # 5m may be five metres, five minutes or five million.
    millions = {value * 10**6 for value in values if isinstance(value, Decimal) and match["unit"] == "m"}
    return values | millions


def _read(digits: str) -> Iterator[Value]:
    """What digits with commas and dots may mean: 1.200 is a decimal number or a thousand and two hundred."""
    if _BY_COMMAS.fullmatch(digits):
        yield Decimal(digits.replace(",", ""))
        return
    if _BY_DOTS.fullmatch(digits):
        yield Decimal(digits.replace(".", ""))
    yield Decimal(digits.replace(",", ".")) if _PLAIN.fullmatch(digits) else digits


def _share(match: re.Match[str]) -> frozenset[Value]:
    parts = int(_SMALL.get(match["parts"], 1))
    whole, percent = (3, 33) if match["share"] == "third" else (4, 25)
    return frozenset({f"{parts}/{whole}", Decimal(parts * percent)})


def _vulgar(fraction: str) -> frozenset[Value]:
    """What a fraction in one character may mean: ¼ is 1/4, 0.25 and 25 percent."""
    share = round(Decimal(unicodedata.numeric(fraction)), _PLACES)
    written = unicodedata.normalize("NFKC", fraction).replace("\u2044", "/")
    return frozenset({written, share.normalize(), Decimal(int(share * _HUNDRED))})


def _series(match: re.Match[str]) -> Iterator[Numeral]:
    """The numbers of a series of words: “two hundred and five” is one, “two three” and “nineteen ten” are two."""
    start = end = match.start()
    so_far: _Sum | None = None
    for word in _SERIES_WORD.finditer(match.string, match.start(), match.end()):
        following = _added(so_far, word.group())
        if following is None:
            yield _summed(start, end, so_far)
            start, following = word.start(), _added(None, word.group())
        so_far, end = following, word.end()
    yield _summed(start, end, so_far)


def _added(so_far: _Sum | None, word: str) -> _Sum | None:
    """The sum with one more word, None when the word begins another number."""
    total, current = so_far or (_NONE, _NONE)
    if word in _SCALES:
        scale = _SCALES[word]
        times = Decimal(1) if so_far is None else current
        if not times or (scale <= _HUNDRED <= times):
            return None
        return (total, times * scale) if scale <= _HUNDRED else (total + times * scale, _NONE)
    is_round = current % _HUNDRED == 0 and total + current > 0
    is_tens = current % _TEN == 0 and current % _HUNDRED >= _FIRST_TENS and 0 < _SMALL[word] < _TEN
    return (total, current + _SMALL[word]) if so_far is None or is_round or is_tens else None


def _summed(start: int, end: int, so_far: _Sum | None) -> Numeral:
    value = sum(so_far or (), _NONE)
    return Numeral(start, end, frozenset({value}), claims=value != 1)


def _single(match: re.Match[str], word: str) -> Iterator[Numeral]:
    """A word by itself: a share or multiple such as “half”, an ordinal, or a name or measure with digits in it."""
    low = word.lower()
    if low in _SINGLE:
        yield Numeral(*match.span(), _SINGLE[low])
    elif low in _ORDERING:
        yield Numeral(*match.span(), frozenset({_ORDERING[low]}), claims=False)
    elif any(letter.isdigit() for letter in word):
        # p95 may be written “95th percentile”, while the 2 of EC2 is no number at all.
        measure = _LOWER_TAIL.fullmatch(word)
        tail = {Decimal(measure["tail"])} if measure else set()
        yield Numeral(*match.span(), frozenset({low, *tail}), is_name=word[0].isupper())
