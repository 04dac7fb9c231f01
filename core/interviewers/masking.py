"""Leaves out what is said to whoever grades, so that a language model never reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.interviewers.account import Account, account
from core.interviewers.disguises import without_opaque
from core.interviewers.guards import Guard, guard
from core.interviewers.orders import grading_words, is_order
from core.interviewers.reading import weighed
from core.interviewers.sentence import Holds
from core.interviewers.vocabulary import vocabulary
from core.model import Speaker, Turn, UtteranceKind
from core.text import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.interviewers.sentence import Sentence
    from core.model import Utterance
    from core.roles import Question, Role

LEFT_OUT = "[…]"
"""Stands where something was left out."""
_LEAST_BESIDE_ORDERS = 15
_GRADING_WORDS = 2


@dataclass(frozen=True)
class Heard:
    """A turn as it may be shown to a language model: without the orders to the grader in what the candidate said."""

    role: Role
    real: Turn
    turn: Turn

    @property
    def question(self) -> Question:
        """The question of the turn."""
        return self.turn.question

    @cached_property
    def answer(self) -> str:
        """All answers, without the orders."""
        return self.turn.answer_text

    @cached_property
    def real_answer(self) -> str:
        """All answers as they were said."""
        return self.real.answer_text

    @cached_property
    def whole(self) -> Account:
        """What all answers amount to, without the orders."""
        return account(self.role, self.question, self.answer)

    @cached_property
    def latest(self) -> Account:
        """What the latest answer amounts to, without the orders."""
        said = _latest(self.turn)
        return self.whole if said == self.answer else account(self.role, self.question, said)

    @cached_property
    def message(self) -> Account:
        """What the latest answer amounts to as it was said."""
        said = _latest(self.real)
        return self.latest if said == _latest(self.turn) else account(self.role, self.question, said)

    def stops(self) -> Guard | None:
        """The guard that stops the answers from being weighed, or None.

        Beside an order the rest has to be more than the few words that go with it.
        """
        stopped = guard(self.whole)
        if self.answer == self.real_answer:
            return stopped
        of_it = self.whole.said < _LEAST_BESIDE_ORDERS or (stopped is Guard.EMPTY_TALK and self._speaks_of_grading())
        return Guard.ORDERS if of_it else stopped

    def stops_latest(self) -> Guard | None:
        """The guard that stops the latest answer from being an answer, or None."""
        ordered = _latest(self.turn) != _latest(self.real)
        return Guard.ORDERS if ordered and self.stops() is Guard.ORDERS else guard(self.latest)

    def _speaks_of_grading(self) -> bool:
        return any(grading_words(one.stems) for one in self.whole.reading.sentences)


def heard(role: Role, turn: Turn) -> Heard:
    """The turn with everything that the candidate said in it freed from orders to the grader.

    An objection speaks of levels by its nature, so only plain orders are left out of it.
    """
    freed = [_freed(one, role, turn.question) for one in turn.utterances]
    if all(text == one.text for text, one in zip(freed, turn.utterances, strict=True)):
        return Heard(role, turn, turn)
    said = tuple(replace(one, text=text) for text, one in zip(freed, turn.utterances, strict=True))
    return Heard(role, turn, replace(turn, utterances=said))


def _latest(turn: Turn) -> str:
    return "\n".join(one.text for one in turn.latest_answer if one.kind is UtteranceKind.ANSWER)


def _freed(said: Utterance, role: Role, question: Question) -> str:
    """What was said without the orders in it; only a candidate gives any."""
    if said.speaker is not Speaker.CANDIDATE:
        return said.text
    pieces = [piece for one in sentences(said.text) for piece in _lines(one)]
    if said.kind is UtteranceKind.OBJECTION:
        orders = [is_order(piece) for piece in pieces]
    else:
        orders = _orders(pieces, role, question)
    kept: list[str] = []
    start = 0
    for piece, is_left_out in zip(pieces, orders, strict=True):
        place = said.text.index(piece, start)
        if is_left_out:
            kept.extend((said.text[start:place], LEFT_OUT))
            start = place + len(piece)
    return without_opaque("".join((*kept, said.text[start:])), LEFT_OUT)


def _lines(text: str) -> list[str]:
    """A sentence, or the lines that it was joined from where one of them alone is an order."""
    lines = [line for line in text.split("\n") if line]
    return lines if len(lines) > 1 and any(map(is_order, lines)) else [text]


def _orders(pieces: Sequence[str], role: Role, question: Question) -> list[bool]:
    """Which sentences are orders, or go on speaking of grading right before or after one."""
    known = vocabulary(role)
    asked = known.question(question)
    said = [weighed(piece, asked, known) for piece in pieces]
    orders = [one.holds is Holds.ORDER for one in said]
    for places in (range(len(said)), range(len(said) - 1, -1, -1)):
        beside = False
        for place in places:
            beside = orders[place] = orders[place] or (beside and _goes_on(said[place]))
    return orders


def _goes_on(said: Sentence) -> bool:
    return len(grading_words(said.stems)) >= _GRADING_WORDS and not said.actions.own
