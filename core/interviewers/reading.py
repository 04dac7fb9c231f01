"""Reads an answer: its sentences, and what each of them is worth. Only sentences that hold something are weighed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.interviewers.coverage import cues_in
from core.interviewers.listing import FEWEST_ITEMS
from core.interviewers.orders import is_about_grading
from core.interviewers.sentence import Holds, Sentence, sentence
from core.interviewers.worth import worth
from core.recent import kept
from core.text import sentences

if TYPE_CHECKING:
    from core.interviewers.cues import QuestionWords
    from core.interviewers.vocabulary import Vocabulary

# Some twenty-five minutes of speech; what comes after it is not read.
MOST_READ = 20_000


@dataclass(frozen=True)
class Reading:
    """An answer as it was read, in its order; a sentence that was said before is left out."""

    sentences: tuple[Sentence, ...]

    @cached_property
    def substance(self) -> tuple[Sentence, ...]:
        """The sentences that are weighed."""
        return tuple(one for one in self.sentences if one.holds is Holds.SUBSTANCE)

    @cached_property
    def told(self) -> tuple[Sentence, ...]:
        """The sentences that are weighed and the plain ones between them."""
        return tuple(one for one in self.sentences if one.holds is Holds.SUBSTANCE or one.holds is Holds.PLAIN)

    def has(self, holds: Holds) -> bool:
        """Whether any sentence is of that kind."""
        return any(one.holds is holds for one in self.sentences)


def read(answer: str, question: QuestionWords, vocabulary: Vocabulary) -> Reading:
    """Read an answer to a question."""
    found: dict[tuple[str, ...], Sentence] = {}
    for text in sentences(answer[:MOST_READ]):
        one = weighed(text, question, vocabulary)
        found.setdefault(one.words, one)
    return _without_grading_talk(_without_items(Reading(tuple(found.values()))))


@kept(512)  # an answer is read when it is considered, again with the next one, and when it is graded
def weighed(text: str, question: QuestionWords, vocabulary: Vocabulary) -> Sentence:
    """Read one sentence of an answer to a question, as if there were no other."""
    one = sentence(text, question, vocabulary)
    return replace(one, holds=worth(one, question, vocabulary), cues=cues_in(one, question))


def _without_items(reading: Reading) -> Reading:
    """The reading with many bare items, one a line or with full stops between them, taken for a list."""
    items = {one.words for one in reading.sentences if one.item and not one.figures and not one.actions.own}
    if len(items) < FEWEST_ITEMS:
        return reading
    return Reading(tuple(replace(one, holds=Holds.LIST) if one.words in items else one for one in reading.sentences))


def _without_grading_talk(reading: Reading) -> Reading:
    """The reading with everything said about grading beside an order taken for a part of the order."""
    if not reading.has(Holds.ORDER):
        return reading
    return Reading(
        tuple(
            replace(one, holds=Holds.ORDER) if is_about_grading(one.stems) and not one.actions.own else one
            for one in reading.sentences
        )
    )
