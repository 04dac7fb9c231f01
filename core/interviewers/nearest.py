"""Finds the question of a role that a differently worded question is nearest to."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import chain
from math import log, sqrt
from typing import TYPE_CHECKING

from core.interviewers.lexicon import FUNCTION
from core.interviewers.synonyms import synonyms
from core.text import stems

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.interviewers.synonyms import Synonyms
    from core.roles import Question, Role

# Words of one meaning in questions about any job.
_ASKED = (
    ("sale", "order", "contract"),
    ("lose", "did not get", "not win", "went wrong", "miss out"),
    ("recently", "lately", "so far", "until now", "experience", "career", "background", "history"),
    ("quiet", "empty", "slow", "nothing going on", "nothing to do", "idle"),
    ("several", "at once", "at the same time", "everyone", "everybody", "crowded"),
    ("target", "quota", "commission", "bonus", "plan"),
    ("exceed", "beat", "more than", "above"),
    ("never met", "stranger", "new customer", "first time", "trust"),
    ("incident", "outage", "went down", "was down", "crash", "break down", "emergency"),
    ("production", "live", "release"),
    ("machine", "commit", "laptop"),
    ("build", "built", "project", "system"),
    ("disagree", "argue", "not agree", "conflict", "dispute"),
    ("hard", "tricky", "nasty", "tough"),
    ("problem", "bug", "fault"),
    ("api", "interface", "endpoint"),
    ("incident", "alarm"),
    ("complaint", "complain", "angry", "upset"),
    ("expensive", "price", "spend", "cost"),
    ("rapport", "break the ice", "get along"),
    ("target", "result", "proud"),
    ("follow up", "keep in touch", "stay in contact", "call back", "callback"),
    ("experience", "responsible", "jobs", "worked on"),
    ("ten times", "tenfold", "traffic", "load", "grow"),
    ("incident", "broke", "broken", "fault", "failure"),
    ("other service", "another service", "another system", "outside", "depend", "rely", "dependency", "third party"),
    ("better than", "more for", "beyond", "extra", "had to", "above and beyond", "extra mile"),
    ("empty", "hardly anybody", "nobody", "no customers", "few customers", "quiet"),
    ("exceed", "sold more", "more than you", "over target"),
)
# What stands in every question and tells nothing about which one it is.
_PLAIN = frozenset(stems("tell describe time happen example would question give"))


def nearest_question(asked: str, role: Role) -> Question | None:
    """The question whose id it is, else the one that shares the most telling words with it; None when none shares any.

    A word tells the more the fewer questions of the role have it (inverse document frequency); words of one meaning
    count as one, and words of the question itself count more than those of its points, cues and sample.
    """
    exact = role.question(asked.strip())
    if exact:
        return exact
    words = synonyms((*role.synonyms, *_ASKED))
    wanted = words.keys(stems(asked))
    likeness = [0.0] * len(role.questions)
    for weight, sets, rare in _read(role):
        for place, said in enumerate(sets):
            likeness[place] += weight * sum(_told(keys & said, rare) for keys in dict.fromkeys(wanted))
    return role.questions[likeness.index(max(likeness))] if any(likeness) else None


@lru_cache(maxsize=16)
def _read(role: Role) -> list[tuple[float, list[frozenset[str]], dict[str, float]]]:
    """For each part of a question its weight, the words of it in each question, and how much each word tells."""
    words = synonyms((*role.synonyms, *_ASKED))
    every = [(weight, [_keys(words, part(question)) for question in role.questions]) for part, weight in _PARTS]
    return [(weight, sets, _rarity(sets)) for weight, sets in every]


def _told(shared: frozenset[str], rare: dict[str, float]) -> float:
    """How much one word of the wording tells, by whichever of its meanings tells most."""
    return max((rare[key] for key in shared), default=0.0)


def _own(question: Question) -> str:
    return f"{question.id.replace('_', ' ')} {question.focus} {question.text}"


def _sought(question: Question) -> str:
    return " . ".join((question.hint, *(text for point in question.points for text in (point.text, *point.probes))))


def _cues(question: Question) -> str:
    return " . ".join(cue for point in question.points for cue in point.cues)


def _sample(question: Question) -> str:
    return question.sample


_PARTS: tuple[tuple[Callable[[Question], str], float], ...] = (
    (_own, 4.0),
    (_sought, 2.0),
    (_cues, 1.0),
    (_sample, 0.5),
)


def _keys(words: Synonyms, text: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(words.keys(stems(text)))) - FUNCTION - _PLAIN


def _rarity(sets: list[frozenset[str]]) -> dict[str, float]:
    """For each word 0.0 when every question has it, more the fewer have it."""
    spread = Counter(chain.from_iterable(sets))
    return {key: sqrt(log(1 + len(sets) / count) - log(2)) for key, count in spread.items()}
