"""What an answer amounts to: the reading of all its sentences together with the points it covers, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core.interviewers.coverage import PointCoverage, coverage
from core.interviewers.lexicon import GENERIC_DEEDS, WORKPLACE
from core.interviewers.reading import Reading, read
from core.interviewers.vocabulary import Vocabulary, vocabulary
from core.roles import QuestionKind

if TYPE_CHECKING:
    from core.interviewers.cues import QuestionWords
    from core.interviewers.sentence import Sentence
    from core.roles import Point, Question, Role


@dataclass(frozen=True)
class Account:
    """An answer to a question with everything that was found in it."""

    question: Question
    words: QuestionWords
    vocabulary: Vocabulary
    reading: Reading
    points: tuple[PointCoverage, ...]

    @property
    def is_story(self) -> bool:
        """Whether the question asks for something that happened, not for what one would do or does."""
        return self.question.kind is QuestionKind.BEHAVIOURAL

    @cached_property
    def telling(self) -> frozenset[str]:
        """The different words that say something particular."""
        return frozenset().union(*(one.telling | _dealt(one) for one in self.reading.told))

    @cached_property
    def trade(self) -> frozenset[str]:
        """Those words of the answer that belong to the role's trade."""
        return self._words_with(self.vocabulary.trade)

    @cached_property
    def workplace(self) -> frozenset[str]:
        """The different words of the answer that belong to a workplace."""
        return frozenset().union(*(WORKPLACE.intersection(one.stems) for one in self.reading.told))

    @cached_property
    def near(self) -> frozenset[str]:
        """Those words of the answer that belong to this question or to several questions of the role."""
        return self._words_with(self.vocabulary.common | self.words.own)

    @cached_property
    def wasted(self) -> int:
        """How many words stand in sentences that hold nothing."""
        return self.said - sum(len(one.words) for one in self.reading.told)

    @property
    def waste(self) -> float:
        """The share of the words that stand in sentences that hold nothing, 0.0 to 1.0."""
        return self.wasted / self.said if self.said else 0.0

    @cached_property
    def said(self) -> int:
        """How many words the answer has."""
        return sum(len(one.words) for one in self.reading.sentences)

    @cached_property
    def fit(self) -> float:
        """How well the answer fits this question compared with the role's other questions, 0.0 to 1.0."""
        keys = frozenset().union(*(keys for one in self.reading.told for keys in one.keys))
        return self.vocabulary.fit(keys, self.words)

    @cached_property
    def figures(self) -> frozenset[str]:
        """The different figures of the answer."""
        return frozenset().union(*(one.figures for one in self.reading.substance))

    @cached_property
    def own(self) -> frozenset[str]:
        """The different things the candidate did, as verbs."""
        return frozenset().union(*(one.actions.own for one in self.reading.told))

    @cached_property
    def done(self) -> frozenset[str]:
        """The different things anybody did, as verbs."""
        return frozenset().union(*(one.actions.any for one in self.reading.told))

    @cached_property
    def covered(self) -> tuple[PointCoverage, ...]:
        """The points that are covered, in their order."""
        return tuple(point for point in self.points if point.is_covered)

    @cached_property
    def missing(self) -> tuple[Point, ...]:
        """The points that are not covered, the most important first."""
        return tuple(sorted((one.point for one in self.points if not one.is_covered), key=lambda point: -point.weight))

    @property
    def coverage(self) -> float:
        """The share of the points that is covered, by their weights, 0.0 to 1.0."""
        whole = sum(one.point.weight for one in self.points)
        return sum(one.share * one.point.weight for one in self.points) / whole if whole else 0.0

    @cached_property
    def results(self) -> tuple[Sentence, ...]:
        """The sentences that say what came of it, in order; late ones also by a comparison or a lasting change."""
        told = self.reading.told
        late = {one.text for one in told[len(told) // 2 :] if len(one.figures) >= _COMPARED or _is_lasting(one)}
        return tuple(one for one in told[1:] if one.outcome or one.text in late)

    @cached_property
    def steps(self) -> int:
        """How many particular things the candidate or the team does, sentence by sentence."""
        taken = (
            one.actions for one in self.reading.told if one.dealing or one.deed or len(one.actions.own) > _CLEAR_PART
        )
        return sum(len((each.own | each.team) - GENERIC_DEEDS) for each in taken)

    @cached_property
    def proofs(self) -> int:
        """How many figures, results, checks, reasons and cases the answer holds."""
        said = sum(self.count(one) for one in ("checks", "causes", "contingency"))
        return len(self.figures) + len(self.results) + said

    @cached_property
    def brevity(self) -> float:
        """How much a short answer holds for its length, 0.0 to 1.0; words that hold nothing lower it."""
        dense = (self.proofs / max(1, self.said) - _THIN) / (_DENSE - _THIN)
        short = (_LONG - self.said) / (_LONG - _BRIEF)
        return max(0.0, min(1.0, short)) * max(0.0, min(1.0, dense))

    @property
    def has_own_part(self) -> bool:
        """Whether it is clear what the candidate did."""
        return len(self.own) >= _CLEAR_PART

    def count(self, feature: str) -> int:
        """In how many sentences of substance a feature is found.

        One of `checks`, `causes`, `contingency`, `sequence` and `place`.
        """
        return sum(bool(getattr(one, feature)) for one in self.reading.substance)

    def _words_with(self, wanted: frozenset[str]) -> frozenset[str]:
        return frozenset(
            stem
            for one in self.reading.told
            for stem, keys in zip(one.stems, one.keys, strict=True)
            if not wanted.isdisjoint(keys)
        )


_CLEAR_PART = 2
_COMPARED = 2
_LATER = frozenset({"after", "afterwards", "since", "later", "last", "month", "year", "today"})
_LONG = 120
_BRIEF = 70
_THIN = 0.03
_DENSE = 0.08


def _is_lasting(said: Sentence) -> bool:
    """Whether a sentence tells what is so now, or what could be counted some time later."""
    now = "now" in said.words and len(said.telling) > 1
    return now or (bool(said.figures) and not said.actions.own and not _LATER.isdisjoint(said.words))


def _dealt(said: Sentence) -> frozenset[str]:
    """The candidate's verbs of a sentence about what is done to somebody; “say” and “tell” count there, too."""
    return said.actions.own if said.dealing else frozenset()


def account(role: Role, question: Question, answer: str) -> Account:
    """Read an answer to a question of a role."""
    known = vocabulary(role)
    words = known.question(question)
    reading = read(answer, words, known)
    return Account(question, words, known, reading, coverage(reading, words))
