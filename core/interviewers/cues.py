"""The points of a question with their cues made ready for finding."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from core.interviewers.lexicon import EVERYDAY, FUNCTION, NEGATIONS, VAGUE
from core.interviewers.synonyms import OTHER_WORDS, OTHERS, OWN, OWN_WORDS, WIDEST, Synonyms
from core.text import stems, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.roles import Point, Question

PHRASE_WEIGHT = 1.5
WORD_WEIGHT = 1.0
PLAIN_WORD_WEIGHT = 0.75


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: for each of its words the keys that stand for it, and whether it has its own negation."""

    elements: tuple[frozenset[str], ...]
    weight: float
    negative: bool

    @property
    def window(self) -> int:
        """Within how many words the cue has to stand."""
        return 2 * len(self.elements) + 2


@dataclass(frozen=True, slots=True)
class PointWords:
    """A point with its cues and the words that have to do with it."""

    point: Point
    cues: tuple[Cue, ...]
    near: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class QuestionWords:
    """A question with its points, its words, their stems, the words near it and the trade words among them.

    There is one of each question; `text` is how the role words it, and `openings` says for each key which cues begin
    with it, by the places of their point and their own.
    """

    text: str
    words: frozenset[str]
    asked: frozenset[str]
    points: tuple[PointWords, ...]
    openings: dict[str, list[tuple[int, int]]]
    near: frozenset[str]
    own: frozenset[str]


def point_words(point: Point, known: Synonyms) -> PointWords:
    """A point made ready."""
    cues = tuple(dict.fromkeys(_cue(stems(cue), known) for cue in point.cues))
    near = spread(known, point.text, *point.cues, *point.probes)
    return PointWords(point, cues, near - FUNCTION - VAGUE - {OWN, OTHERS})


def question_words(question: Question, known: Synonyms) -> QuestionWords:
    """A question made ready."""
    points = tuple(point_words(point, known) for point in question.points)
    near = frozenset().union(*(point.near for point in points))
    told = spread(known, question.text, question.sample, question.hint, question.focus)
    said = frozenset(stems(question.text))
    return QuestionWords(
        text=question.text,
        words=frozenset(words(question.text)),
        asked=said,
        points=points,
        openings=_openings(points),
        near=(near | said) - FUNCTION,
        own=trade(near | told),
    )


def _openings(points: Iterable[PointWords]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for place, point in enumerate(points):
        for number, cue in enumerate(point.cues):
            for key in chain.from_iterable(cue.elements[:1]):
                found.setdefault(key, []).append((place, number))
    return found


def spread(known: Synonyms, *texts: str) -> frozenset[str]:
    """All keys of some texts."""
    return frozenset().union(*(keys for text in texts for keys in known.keys(stems(text))))


def trade(keys: Iterable[str]) -> frozenset[str]:
    """Those keys that are neither everyday words nor figures."""
    return frozenset(key for key in keys if not key.isdecimal()) - EVERYDAY - FUNCTION - {OWN, OTHERS}


def _cue(said: list[str], known: Synonyms) -> Cue:
    elements: list[frozenset[str]] = []
    place = 0
    while place < len(said):
        width, keys = _element(said, place, known)
        elements.extend([keys] if keys else [])
        place += width
    return Cue(tuple(elements), _weight(said), any(one in NEGATIONS for one in said))


def _element(said: list[str], place: int, known: Synonyms) -> tuple[int, frozenset[str]]:
    """How many stems of a cue make up its next element, and its keys; no keys for a word that may be left out."""
    for width in range(WIDEST, 1, -1):
        keys = known.phrase(said, place, width)
        if keys:
            return width, keys
    one = said[place]
    if len(said) > 1 and one in OWN_WORDS | OTHER_WORDS:
        return 1, frozenset({OWN if one in OWN_WORDS else OTHERS})
    telling = sum(other not in FUNCTION for other in said)
    if one in FUNCTION and one not in NEGATIONS and telling > 1:
        return 1, frozenset()
    return 1, known.single(one)


def _weight(said: list[str]) -> float:
    if len(said) > 1:
        return PHRASE_WEIGHT
    return PLAIN_WORD_WEIGHT if EVERYDAY.intersection(said) else WORD_WEIGHT
