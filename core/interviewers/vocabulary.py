"""The words of a role, made ready once: its synonyms, its questions, and the words of its trade."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from math import log
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.interviewers.cues import QuestionWords, question_words, spread, trade
from core.interviewers.lexicon import EVERYDAY
from core.interviewers.synonyms import Synonyms, synonyms
from core.recent import Recent
from core.text import stems, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.roles import Question, Role

_SHORTEST_TYPO = 7
_COMMON_IN = 3
_MOST_KEPT = 16


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All that is known about the words of a role; there is one of each role.

    `known` are all keys of the role file, `trade` those that are no everyday words, `common` the trade words of several
    questions, `typos` the longer trade words by their first letter, `rarity` how much a key tells about which question
    is answered.
    """

    synonyms: Synonyms
    questions: dict[str, QuestionWords]
    known: frozenset[str]
    trade: frozenset[str]
    common: frozenset[str]
    typos: dict[str, tuple[str, ...]]
    rarity: dict[str, float]

    def question(self, question: Question) -> QuestionWords:
        """The words of a question, also of one that is asked in other words or is not in the role's own list."""
        found = self.questions.get(question.id)
        if found is None:
            return question_words(question, self.synonyms)
        if question.text == found.text:
            return found
        asked, said = stems(question.text), words(question.text)
        return replace(found, words=found.words.union(said), asked=found.asked.union(asked))

    def mended(self, said: str) -> str:
        """The stem of the role's that a longer unknown word is a slip of, else the word itself."""
        if len(said) < _SHORTEST_TYPO or said in self.known or said in EVERYDAY:
            return said
        found = process.extractOne(said, self.typos.get(said[0], ()), scorer=OSA.distance, score_cutoff=1)
        return said if found is None else str(found[0])

    def fit(self, keys: frozenset[str], question: QuestionWords) -> float:
        """How well what was said fits a question, compared with the role's best fitting one, 0.0 to 1.0."""
        here = self.weight((keys,), question.near)
        best = max((self.weight((keys,), other.near) for other in self.questions.values()), default=0.0)
        return here / max(best, here) if here else 0.0

    def weight(self, keys: Iterable[frozenset[str]], wanted: frozenset[str]) -> float:
        """How much of some wanted words was said, rare ones counting more."""
        said = wanted.intersection(chain.from_iterable(keys))
        return sum(self.rarity.get(key, 0.0) for key in sorted(said))


# By the id of a role, which is kept beside it so that no other gets the same: its value takes long to look up.
_kept: Recent[int, tuple[Role, Vocabulary]] = Recent(_MOST_KEPT)


def vocabulary(role: Role) -> Vocabulary:
    """The vocabulary of a role, made once and kept."""
    kept = _kept.get(id(role))
    if kept is None:
        kept = role, _vocabulary(role)
        _kept.put(id(role), kept)
    return kept[1]


_making = threading.Lock()


async def made_ready(role: Role) -> None:
    """Have a role's vocabulary made in a thread: nobody else would go on for the tenth of a second that it takes."""
    if _kept.get(id(role)) is None:
        await asyncio.to_thread(_made_once, role)


def _made_once(role: Role) -> None:
    with _making:  # else all who ask meanwhile would make it as well
        _vocabulary(role)


@lru_cache(maxsize=_MOST_KEPT)
def _vocabulary(role: Role) -> Vocabulary:
    known = synonyms(role.synonyms)
    questions = {question.id: question_words(question, known) for question in role.questions}
    shared = Counter(chain.from_iterable(words.own for words in questions.values()))
    of_trade = (
        frozenset(shared) | trade(chain.from_iterable(known.singles.values())) | trade(spread(known, role.summary))
    )
    return Vocabulary(
        synonyms=known,
        questions=questions,
        known=of_trade.union(known.singles, spread(known, *(question.sample for question in role.questions))),
        trade=of_trade,
        common=frozenset(key for key, count in shared.items() if count >= _COMMON_IN),
        typos=_by_first_letter(of_trade),
        rarity=_rarity([words.near for words in questions.values()]),
    )


def _rarity(sets: list[frozenset[str]]) -> dict[str, float]:
    """For each key how much it tells about which question is answered: 0.0 when it belongs to all of them."""
    spread_over = Counter(chain.from_iterable(sets))
    return {key: log(len(sets) / count) for key, count in spread_over.items()}


def _by_first_letter(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    longer = sorted(key for key in keys if len(key) >= _SHORTEST_TYPO - 1 and key.isalpha())
    return {letter: tuple(key for key in longer if key[0] == letter) for letter in {key[0] for key in longer}}
