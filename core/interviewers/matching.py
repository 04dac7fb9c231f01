"""Finds the phrases of a word list in the stems of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interviewers.lexicon import FILLER_PHRASES, FILLER_WORDS, GENERIC_PHRASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.interviewers.lexicon import Phrases


def count_phrases(said: tuple[str, ...], phrases: Phrases) -> int:
    """How many phrases of a list stand in a sentence."""
    return sum(1 for _ in _places(said, phrases))


def without_filler(said: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of a sentence without filler words, filler phrases and phrases that anybody uses."""
    gone: set[int] = set()
    for phrases in (FILLER_PHRASES, GENERIC_PHRASES):
        for start, width in _places(said, phrases):
            gone.update(range(start, start + width))
    return tuple(one for place, one in enumerate(said) if place not in gone and one not in FILLER_WORDS)


def _places(said: tuple[str, ...], phrases: Phrases) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(said):
        for phrase in phrases.get(one, ()):
            if said[place : place + len(phrase)] == phrase:
                yield place, len(phrase)
                break
