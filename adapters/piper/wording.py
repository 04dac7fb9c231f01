"""What of a text is spoken, and how it is divided; linear in the length of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from core import text as texts

# Our own choices. A voice speaks about 15 characters a second, and one sentence is held in memory at once.
LONGEST_TEXT = 2_000
LONGEST_SENTENCE = 400

_PHONEMES = re.compile(r"\[\[[^\[\]]*\]\]")  # Piper would take what is inside as sounds, not as words
_BLOCK = re.compile(r"```[^`]*(?:```|\Z)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s[^()]*)?\)")
_ADDRESS = re.compile(
    r"<?\b(?:https?|ftp|tg|discord|mailto)://?[^\s<>]*[^\s<>.,;:!?)\]'\"]>?|\bwww\.[^\s<>]*[^\s<>.,;:!?)]"
)
_MENTION = re.compile(r"<(?:[@#][!&]?\d+|a?:\w+:\d+|t:-?\d+(?::\w)?)>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_HEAD = re.compile(r"^[ \t]*(?:(?:#{1,6}|[-*+•]|(?:>[ \t]*)+)[ \t]+|[-*_=~|: \t]{3,}$)", re.MULTILINE)
_MARKS = re.compile(r"(?<!\w)[*_~|]+(?=\S)|(?<=\S)[*_~|]+(?!\w)|`+")
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_ARROW = re.compile(r"\s*[\u2190-\u21ff\u27f0-\u27ff]\s*")
_SPOKEN_SYMBOLS = "°№©®™"
_KEYCAP_PARTS = "\ufe0e\ufe0f\u20e3"
_LOOSE = re.compile(r" (?=[.,;:!?]+(?:\s|$))")


def speakable(text: str) -> str:
    """A text as it is spoken: without markdown, addresses, emoji and what Piper takes as commands.

    Numbers and abbreviations stay, since Piper knows how they are read. At most `LONGEST_TEXT` characters are left.
    """
    text = texts.clean(text[: 4 * LONGEST_TEXT])
    for pattern in (_PHONEMES, _BLOCK):
        text = pattern.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    for pattern in (_ADDRESS, _MENTION, _TAG, _HEAD):
        text = pattern.sub(" ", text)
    text = _ARROW.sub(", ", _MARKS.sub("", _ESCAPE.sub("", text)))
    text = "".join(filter(_has_sound, text)).translate(str.maketrans("[]{}|\\", "      "))
    return texts.excerpt(_LOOSE.sub("", texts.clean(text)).strip(), LONGEST_TEXT)


def sentences(text: str) -> list[str]:
    """The sentences of a speakable text, each of at most `LONGEST_SENTENCE` characters."""
    return [piece for sentence in texts.sentences(text) for piece in _short(sentence.strip()) if texts.has_words(piece)]


def _has_sound(character: str) -> bool:
    """Whether a voice has a word for it: emoji, their parts and what no font shows are left out."""
    if character in _SPOKEN_SYMBOLS or character == "\n":
        return True
    return character not in _KEYCAP_PARTS and unicodedata.category(character) not in {
        "So",
        "Sk",
        "Cc",
        "Cf",
        "Cn",
        "Co",
    }


def _short(sentence: str) -> Iterator[str]:
    while sentence:
        piece = texts.excerpt(sentence, LONGEST_SENTENCE)
        if not piece:  # nothing but marks up to the border
            piece = sentence[:LONGEST_SENTENCE]
        yield piece
        sentence = sentence[len(piece) :].lstrip()
