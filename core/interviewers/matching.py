"""Finds the phrases of a word list in the stems of a sentence."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.interviewers.lexicon import FILLER_PHRASES, FILLER_WORDS, GENERIC_PHRASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Phrases = tuple[tuple[str, ...], ...]


def count_phrases(said: Sequence[str], phrases: Phrases) -> int:
    """How many phrases of a list stand in a sentence."""
    return sum(1 for _ in _places(said, phrases))


def without_filler(said: Sequence[str]) -> tuple[str, ...]:
    """The stems of a sentence without filler words, filler phrases and phrases that anybody uses."""
    gone: set[int] = set()
    for phrases in (FILLER_PHRASES, GENERIC_PHRASES):
        for start, width in _places(said, phrases):
            gone.update(range(start, start + width))
    return tuple(one for place, one in enumerate(said) if place not in gone and one not in FILLER_WORDS)


def _places(said: Sequence[str], phrases: Phrases) -> Iterator[tuple[int, int]]:
    starts = _by_first(phrases)
    for place, one in enumerate(said):
        found = (phrase for phrase in starts.get(one, ()) if tuple(said[place : place + len(phrase)]) == phrase)
        yield from ((place, len(phrase)) for phrase in list(found)[:1])


@lru_cache(maxsize=16)
def _by_first(phrases: Phrases) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], []).append(phrase)
    return found
