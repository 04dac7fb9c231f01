"""Text as people type or say it: cleaning, words, sentences, stems and quotes; linear in the length of the text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from snowballstemmer import stemmer

from core.inflections import CONTRACTIONS, IRREGULAR
from core.recent import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SENTENCE = 40
LONGEST_WORD = 40
_ITEM_WORDS = 4
_NARROWEST_COLUMN = 40
_SHORTEST_PIECE = 45

# Soft hyphen, zero-width characters, bidirectional controls and the byte order mark: nothing of it can be seen.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_BLANK = re.compile(r"[^\S\n]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BORDER = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|[\n;]+|(?<=\s)[•*–—-](?=\s)")
_ENDED = re.compile(r"[.!?…:;][\"'”’)\]]*$")
_MARKED = re.compile(r"(?:[•*–—+>#-]|\(?(?:\d{1,2}|[A-Za-z])[.)])\s")
_NUMBER = re.compile(r"\s*\(?(?:\d{1,2}|[A-Za-z])\.")
_HANGING = re.compile(
    r"(?:^|\s)(?:a|an|the|my|our|your|his|her|their|its|i|we|and|or|but|so|because|that|which|who|then|to|of|in|on|at|by"
    r"|for|with|from|into|is|are|was|were|has|have|had|would|could|should|will|can|very|not|if|when),?$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|approx|vs|mr|mrs|ms|dr|no|st)\.$", re.IGNORECASE)
_JOINT = re.compile(r"\s(?=(?:and|so|but|then|because|after|which)\s)", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:(]\s|\s[–—-]\s|\s(?:and|but|so|because|which|who|that|when|if|then|after|before)\s")
_BRITISH = re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|ing|er|ers|ation|ations)$)")
_NOT_BOUND = " \t\r\n,;:-–—•*"
# Letters that count as these where a pattern ignores case; `lower` leaves them, or makes two of one.
_ALSO_SMALL = str.maketrans("\u0130\u0131\u017f", "iis")


def clean(text: str) -> str:
    """The text as it is kept: NFC, without invisible or control characters, with single blanks and few line breaks."""
    if text.isprintable():  # most lines are, and then blanks are all that can be too much in them
        return " ".join(unicodedata.normalize("NFC", text).split())
    text = _BREAK.sub("\n", _SURROGATE.sub("\ufffd", text))
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    lines = (_BLANK.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def units(text: str) -> int:
    """The length in UTF-16 units, as chat platforms and their programs count it: never less than the characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def words(text: str) -> list[str]:
    """The words of a text in lower case, contractions taken apart: “I didn’t” gives i, did, not."""
    found: list[str] = []
    for word in _WORD.findall(text):
        found += _taken_apart(word) if len(word) > LONGEST_WORD else _known_apart(word)
    return found


def lowered(text: str) -> str:
    """A text in lower case with each letter in its place: in it a plain pattern finds what one ignoring case would."""
    return text.lower() if text.isascii() else text.translate(_ALSO_SMALL).lower()


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each written word of a text begins and ends, as offsets in characters."""
    return (match.span() for match in _WORD.finditer(text))


def has_words(text: str) -> bool:
    """Whether a text holds any letter or digit at all; emoji and punctuation alone are no words."""
    return _WORD.search(text) is not None


def stem(word: str) -> str:
    """The stem of one word in lower case; irregular forms and British spelling are brought together first."""
    return word if len(word) > LONGEST_WORD else _stem(word)


@kept(16384)
def _stem(word: str) -> str:
    # A stemmer holds the word that it works on, so that threads must not share one; to make it costs next to nothing.
    return str(stemmer("english").stemWord(_BRITISH.sub("iz", IRREGULAR.get(word, word))))


def stems(text: str) -> list[str]:
    """The stems of the words of a text, in order."""
    return [stem(word) for word in words(text)]


def sentences(text: str) -> list[str]:
    """The sentences of a text as exact pieces of it, in order; long speech without full stops is cut at its joints."""
    return [*_sentences(text)]


@kept(256)  # an answer is taken apart again and again while it is considered and graded
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(part for piece in _pieces(text) for part in _cut_at_joints(piece))


def excerpt(sentence: str, limit: int = 160) -> str:
    """The beginning of a sentence as an exact piece of it, at most `limit` characters, cut between words."""
    if len(sentence) <= limit:
        return sentence
    head = sentence[: limit + 1]
    border = max(head.rfind(" "), head.rfind("\t"), head.rfind("\n"))
    return sentence[: border if border > 0 else limit].rstrip(_NOT_BOUND)


def snippet(sentence: str, limit: int = 80) -> str:
    """A short quote of a sentence for showing, at most `limit` characters and “…”, cut between clauses if it can be."""
    stripped = " ".join(sentence.split()).rstrip(".!?;:,")
    short = excerpt(stripped, limit)
    if short == stripped:
        return short
    clauses = [match.start() for match in _CLAUSE.finditer(short) if match.start() >= limit // 3]
    return (short[: clauses[-1]].rstrip(_NOT_BOUND) if clauses else short) + "…"


def _taken_apart(word: str) -> tuple[str, ...]:
    """A written word in lower case, a contraction as the words that it is made of."""
    plain = word.lower().replace("’", "'")
    if plain in CONTRACTIONS:
        return CONTRACTIONS[plain]
    head, _, tail = plain.rpartition("'")
    if head.endswith("n") and tail == "t":
        return (head[:-1], "not")
    return (head,) if head and tail == "s" else (plain.replace("'", ""),)


@kept(16384)
def _known_apart(word: str) -> tuple[str, ...]:
    return _taken_apart(word)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    wrapped = _wrapped(text)
    for match in _BORDER.finditer(text):
        if match.start() in wrapped or _ABBREVIATION.search(text, max(start, match.end() - 8), match.end()):
            continue
        if _NUMBER.fullmatch(text, start, match.end()):
            continue
        yield from _worded(text[start : match.end()])
        start = match.end()
    yield from _worded(text[start:])


def _wrapped(text: str) -> frozenset[int]:
    """Where a line was broken in the middle of a sentence; lines of a few words each are a list and no such text."""
    found: set[int] = set()
    place = 0
    for block in re.split(r"(\n{2,})", text):
        lines = block.split("\n")
        width = max(map(len, lines))
        is_list = all(sum(1 for _ in _WORD.finditer(line)) <= _ITEM_WORDS for line in lines)
        for line, following in pairwise(lines):
            place += len(line)
            if not is_list and _goes_on(line, following, width):
                found.add(place)
            place += 1
        place += len(lines[-1])
    return frozenset(found)


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a sentence goes on in the following line of a block of lines, the longest of them `width` characters."""
    if not line or _ENDED.search(line) or _MARKED.match(following):
        return False
    return (
        following[:1].islower()
        or _HANGING.search(line, max(0, len(line) - 10)) is not None
        or _is_filled(line, following, width)
    )


def _is_filled(line: str, following: str, width: int) -> bool:
    """Whether a line is so full that the next word did not fit in."""
    first = following.split(" ", 1)[0]
    return width >= _NARROWEST_COLUMN and len(line) + len(first) >= width


def _worded(piece: str) -> Iterator[str]:
    stripped = piece.strip(_NOT_BOUND)
    if has_words(stripped):
        yield stripped


def _cut_at_joints(sentence: str) -> Iterator[str]:
    if sum(1 for _ in _WORD.finditer(sentence)) <= LONGEST_SENTENCE:
        yield sentence
        return
    start = 0
    last = len(sentence) - _SHORTEST_PIECE
    for match in _JOINT.finditer(sentence):
        if start + _SHORTEST_PIECE <= match.start() <= last:
            yield from _worded(sentence[start : match.start()])
            start = match.start()
    yield from _worded(sentence[start:])
