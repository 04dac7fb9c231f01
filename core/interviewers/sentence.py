"""One sentence of an answer with all that is found in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from core.interviewers.actions import Actions, actions
from core.interviewers.figures import figures
from core.interviewers.lexicon import (
    BELIEFS,
    CAUSES,
    CHECKS,
    CONDITIONS,
    FUNCTION,
    GENERIC_DEEDS,
    HEDGES,
    LIGHT,
    OUTCOME_PHRASES,
    OUTCOMES,
    PERSONS,
    PLACES,
    PURPOSES,
    SEQUENCE,
    TALKING,
    VAGUE,
)
from core.interviewers.listing import is_item
from core.interviewers.matching import count_phrases, without_filler
from core.text import stem, words

if TYPE_CHECKING:
    from core.interviewers.cues import Cue, QuestionWords
    from core.interviewers.vocabulary import Vocabulary

_CLAUSE_BORDER = re.compile(r"[,:;()“”\"]|\s[-–—]\s|\b(?:but|because|although|though|while)\b", re.IGNORECASE)

_HABITS = frozenset({"always", "never"})
_UNABLE = re.compile(r"\bi (?:can|could) not\b")


class Holds(StrEnum):
    """What a sentence is worth: `SUBSTANCE` is weighed, `PLAIN` goes with it (“She agreed.”), the rest is not."""

    SUBSTANCE = "substance"
    PLAIN = "plain"
    NOTHING = "nothing"
    ECHO = "echo"
    LIST = "list"
    ORDER = "order"
    NO_ANSWER = "no_answer"
    GIBBERISH = "gibberish"


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence; `text` is an exact piece of the answer.

    `clauses` holds the number of the clause of each word, `left` the stems without filler, `telling` those of them that
    say something particular and were not in the question. `cues` holds for each point of the question those of its cues
    that stand in the sentence. The flags say whether it is a term and no clause, or has a word of that kind.
    """

    text: str
    words: tuple[str, ...]
    clauses: tuple[int, ...]
    stems: tuple[str, ...]
    keys: tuple[frozenset[str], ...]
    left: tuple[str, ...]
    telling: frozenset[str]
    actions: Actions
    figures: frozenset[str]
    item: bool
    checks: bool
    causes: bool
    sequence: bool
    outcome: bool
    place: bool
    hedges: int
    belief: bool
    condition: bool
    holds: Holds = Holds.PLAIN
    cues: tuple[tuple[Cue, ...], ...] = ()

    @cached_property
    def dealing(self) -> bool:
        """Whether the candidate or the team does something particular, to somebody or in an order, case or reason."""
        deeds = (self.actions.own | self.actions.team).intersection(self.left) - GENERIC_DEEDS
        tied = not PERSONS.isdisjoint(self.words) or self.sequence or self.condition or self.causes
        spoken = deeds <= TALKING and PERSONS.isdisjoint(self.words)
        undone = not _HABITS.isdisjoint(self.words) or (len(deeds) == 1 and _UNABLE.search(" ".join(self.words)))
        believed = self.belief and ("would" not in self.words or PERSONS.isdisjoint(self.words))
        return bool(deeds) and tied and not (spoken or undone or believed)

    @cached_property
    def deed(self) -> bool:
        """Whether the candidate or the team once did something other than talk."""
        return self.actions.past and not (self.actions.own | self.actions.team) <= TALKING

    @property
    def contingency(self) -> bool:
        """Whether the sentence says what is done in which case."""
        return self.condition and self.dealing


def sentence(text: str, question: QuestionWords, vocabulary: Vocabulary) -> Sentence:
    """All that is found in a sentence of an answer to a question but what it is worth, and the cues in it."""
    said, clauses = _clauses(text)
    stemmed = tuple(vocabulary.mended(stem(word)) for word in said)
    left = without_filler(stemmed)
    return Sentence(
        text=text,
        words=said,
        clauses=clauses,
        stems=stemmed,
        keys=vocabulary.synonyms.keys(stemmed),
        left=left,
        telling=frozenset(left) - FUNCTION - VAGUE - LIGHT - question.asked,
        actions=actions(said, clauses),
        figures=figures(text) - question.words,
        item=is_item(text),
        checks=not CHECKS.isdisjoint(stemmed),
        causes=not CAUSES.isdisjoint(stemmed) or count_phrases(stemmed, PURPOSES) > 0,
        sequence=not SEQUENCE.isdisjoint(stemmed),
        outcome=not OUTCOMES.isdisjoint(stemmed) or count_phrases(stemmed, OUTCOME_PHRASES) > 0,
        place=count_phrases(stemmed, PLACES) > 0,
        hedges=count_phrases(stemmed, HEDGES),
        belief=count_phrases(stemmed, BELIEFS) > 0,
        condition=not CONDITIONS.isdisjoint(stemmed),
    )


def _clauses(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    said: list[str] = []
    clauses: list[int] = []
    start = 0
    borders = [match.start() for match in _CLAUSE_BORDER.finditer(text)]
    for number, end in enumerate([*borders, len(text)]):
        piece = words(text[start:end])
        said.extend(piece)
        clauses.extend([number] * len(piece))
        start = end
    return tuple(said), tuple(clauses)
