"""Finds the question of a role that a differently worded question is nearest to."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from math import log
from typing import TYPE_CHECKING

from core.interviewers.lexicon import FUNCTION
from core.interviewers.synonyms import synonyms
from core.text import stems

if TYPE_CHECKING:
    from core.interviewers.synonyms import Synonyms
    from core.model import Question, Role

_OWN_WORDS = 4.0
"""How much more a word of the question itself tells than one of its hint, its sample or what it looks for."""


def nearest_question(asked: str, role: Role) -> Question:
    """The question whose id it is, else the one that shares the most telling words with it.

    A word tells the more the fewer questions of the role have it (inverse document frequency); words of one meaning in
    the role count as one.
    """
    exact = role.question(asked.strip())
    if exact:
        return exact
    words = synonyms(role.synonyms)
    wanted = _keys(words, asked)
    own = [_keys(words, f"{one.id.replace('_', ' ')} {one.focus} {one.text}") for one in role.questions]
    beside = [_keys(words, _beside(one)) - mine for one, mine in zip(role.questions, own, strict=True)]
    rare_own, rare_beside = _rarity(own), _rarity(beside)

    def likeness(place: int) -> float:
        told = _OWN_WORDS * sum(rare_own[key] for key in sorted(wanted & own[place]))
        return told + sum(rare_beside[key] for key in sorted(wanted & beside[place]))

    return role.questions[max(range(len(own)), key=likeness)]


def _beside(question: Question) -> str:
    """What stands in the role file around a question."""
    points = (f"{point.text} . {' . '.join(point.cues)}" for point in question.points)
    return " . ".join((question.hint, question.sample, *points))


def _keys(words: Synonyms, text: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(words.keys(stems(text)))) - FUNCTION


def _rarity(sets: list[frozenset[str]]) -> dict[str, float]:
    """For each word 0.0 when every question has it, more the fewer have it."""
    spread = Counter(chain.from_iterable(sets))
    return {key: log(1 + len(sets) / count) - log(2) for key, count in spread.items()}
