"""Which points of a question an answer covers, how well, and which sentence shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.interviewers.lexicon import NEGATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.interviewers.cues import Cue, QuestionWords
    from core.interviewers.reading import Reading
    from core.interviewers.sentence import Sentence
    from core.roles import Point

ENOUGH = 1.0
PLENTY = 3.0
_NEGATED_BEFORE = 3


@dataclass(frozen=True, slots=True)
class PointCoverage:
    """How much of a point was said: the weight of the cues found, and the sentence that shows most, if any."""

    point: Point
    weight: float
    shown: tuple[Sentence, ...]

    @property
    def is_covered(self) -> bool:
        """Whether enough different cues were found."""
        return self.weight >= ENOUGH

    @property
    def share(self) -> float:
        """How fully the point is covered, 0.0 to 1.0."""
        return min(1.0, self.weight / PLENTY)


def coverage(reading: Reading, question: QuestionWords) -> tuple[PointCoverage, ...]:
    """The coverage of every point of a question, in the order of the points."""
    return tuple(_covered(words.point, place, reading.told) for place, words in enumerate(question.points))


def _covered(point: Point, place: int, said: Sequence[Sentence]) -> PointCoverage:
    """Weigh each cue once, where it comes first; one that shares a word with an earlier one counts half."""
    weights: dict[Sentence, float] = {}
    found: set[Cue] = set()
    taken: set[frozenset[str]] = set()
    for sentence in said:
        for cue in sentence.cues[place]:
            if cue not in found:
                found.add(cue)
                weight = cue.weight if taken.isdisjoint(cue.elements) else cue.weight / 2
                weights[sentence] = weights.get(sentence, 0.0) + weight
                taken.update(cue.elements)
    shown = sorted(weights, key=weights.__getitem__, reverse=True)[:1]
    return PointCoverage(point, sum(weights.values()), tuple(shown))


def cues_in(sentence: Sentence, question: QuestionWords) -> tuple[tuple[Cue, ...], ...]:
    """For each point of a question those of its cues that stand in a sentence."""
    places = _places(sentence)
    found: list[list[Cue]] = [[] for _ in question.points]
    for point, number in sorted({one for key in places for one in question.openings.get(key, ())}):
        cue = question.points[point].cues[number]
        if _stands(cue, sentence, places):
            found[point].append(cue)
    return tuple(map(tuple, found))


def _stands(cue: Cue, sentence: Sentence, places: dict[str, list[int]]) -> bool:
    """Whether a cue stands in a sentence: all its words near each other in any order, and not denied."""
    if any(map(places.keys().isdisjoint, cue.elements)):
        return False
    spots: list[tuple[int, int]] = []
    for number, keys in enumerate(cue.elements):
        here = {place for key in keys for place in places.get(key, ())}
        spots.extend((place, number) for place in here)
    start = _window(sorted(spots), len(cue.elements), cue.window)
    return start is not None and (cue.negative or not _is_denied(sentence, start))


def _window(spots: Iterable[tuple[int, int]], wanted: int, width: int) -> int | None:
    """The first place from which all elements stand within `width` words, or None."""
    last: dict[int, int] = {}
    for place, number in spots:
        last[number] = place
        if len(last) == wanted and place - min(last.values()) < width:
            return min(last.values())
    return None


def _is_denied(sentence: Sentence, start: int) -> bool:
    clause = sentence.clauses[start]
    before = range(max(0, start - _NEGATED_BEFORE), start)
    return any(
        sentence.stems[place] in NEGATIONS
        and sentence.clauses[place] == clause
        and sentence.words[place + 1] not in {"only", "just", "longer"}
        for place in before
    )


def _places(sentence: Sentence) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, keys in enumerate(sentence.keys):
        for key in keys:
            found.setdefault(key, []).append(place)
    return found
