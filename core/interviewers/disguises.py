"""Undoes the tricks by which words can be read by a language model and not by a pattern."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Cyrillic and Greek letters that look like Latin ones, with the Latin ones in the same order.
_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u0432"
    "\u0410\u0415\u041e\u0420\u0421\u0423\u0425\u0406\u0408\u0405\u041a\u041c\u0422\u0412\u041d"
    "\u03bf\u03b1\u03b5\u03b9\u03bd\u03c1\u03c4\u03c5\u03ba\u03c7\u0261\u0131",
    "aeopcyxijshdqwkmtbAEOPCYXIJSKMTBHoaeivptukxgi",
)
_DIGITS_AS_LETTERS = str.maketrans("013457@$", "oieastas")
_LETTER_AND_DIGIT = re.compile(r"[^\W\d_][013457@$]|[013457@$][^\W\d_]")
_WORD_WITH_BOTH = re.compile(r"\b(?=\w*[^\W\d_])[\w@$]*[013457@$][\w@$]*")
_SPACED = re.compile(r"\b[^\W\d_](?:[ .*_-][^\W_]){3,}\b")
_BACKWARDS = re.compile(
    r"\b(?:erongi|drage?rsid|tegrof|evig|etar|edarg|erocs|level|cirbur|tpmorp|snoitcurtsni|metsys)\b", re.IGNORECASE
)
# Base64 of a sentence: no blanks, and capitals, small letters and digits in one piece, which no name of a thing has.
_OPAQUE = re.compile(r"(?<![\w/+.:-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w/.:])")
# Tags and variation selectors that can spell out whole sentences without being shown.
_TAGS = re.compile("[\U000e0000-\U000e0fff]")
_OPAQUE_KINDS = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


def plain_forms(sentence: str) -> Iterator[str]:
    """The sentence, and what it says when look-alike letters, digits for letters, gaps or reversal are undone."""
    yield sentence
    folded = _folded(sentence)
    if folded != sentence:
        yield folded
    if _LETTER_AND_DIGIT.search(folded):
        yield _WORD_WITH_BOTH.sub(lambda match: match.group().translate(_DIGITS_AS_LETTERS), folded)
    if _SPACED.search(folded):
        yield _SPACED.sub(lambda match: re.sub(r"[ .*_-]", "", match.group()), folded)
    if _BACKWARDS.search(folded):
        yield folded[::-1]


def without_opaque(text: str, instead: str) -> str:
    """The text with long runs of encoded characters replaced, and without the tags that nobody sees."""

    def written(match: re.Match[str]) -> str:
        return instead if all(kind.search(match.group()) for kind in _OPAQUE_KINDS) else match.group()

    return _OPAQUE.sub(written, _TAGS.sub("", text))


def _folded(sentence: str) -> str:
    """Latin letters for those that look like them, and none with marks on them."""
    if sentence.isascii():
        return sentence
    apart = unicodedata.normalize("NFKD", sentence)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.translate(_ALIKE)
