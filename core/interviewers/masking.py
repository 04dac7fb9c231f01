"""Leaves out what is said to whoever grades, so that a language model never reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.interviewers.account import Account, account
from core.interviewers.disguises import without_opaque
from core.interviewers.guards import Guard, guard
from core.interviewers.orders import grading_words, is_order, speaks_to_grader
from core.interviewers.sentence import sentence
from core.interviewers.vocabulary import vocabulary
from core.model import Speaker, Turn, UtteranceKind
from core.text import sentences, stem, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.interviewers.vocabulary import Vocabulary
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

    @property
    def has_orders(self) -> bool:
        """Whether anything was left out of the answers."""
        return self.turn.answer_text != self.real.answer_text

    @cached_property
    def whole(self) -> Account:
        """What all answers amount to, without the orders."""
        return account(self.role, self.question, self.turn.answer_text)

    @cached_property
    def latest(self) -> Account:
        """What the latest answer amounts to, without the orders."""
        said = _latest(self.turn)
        return self.whole if said == self.turn.answer_text else account(self.role, self.question, said)

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
        if not self.has_orders:
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
    said = tuple(
        replace(one, text=_freed(one, role, turn.question)) if one.speaker is Speaker.CANDIDATE else one
        for one in turn.utterances
    )
    return Heard(role, turn, replace(turn, utterances=said))


def _latest(turn: Turn) -> str:
    return "\n".join(one.text for one in turn.latest_answer if one.kind is UtteranceKind.ANSWER)


def _freed(said: Utterance, role: Role, question: Question) -> str:
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
    said = [_Piece(piece, known, question) for piece in pieces]
    orders = [_is_order(one) for one in said]
    for places in (range(len(said)), range(len(said) - 1, -1, -1)):
        beside = False
        for place in places:
            beside = orders[place] = orders[place] or (beside and _goes_on(said[place]))
    return orders


@dataclass(frozen=True)
class _Piece:
    """A sentence of which only the words are wanted, mostly."""

    text: str
    vocabulary: Vocabulary
    question: Question

    @cached_property
    def words(self) -> list[str]:
        return words(self.text)

    @cached_property
    def stems(self) -> list[str]:
        return [self.vocabulary.mended(stem(word)) for word in self.words]

    @cached_property
    def tells_of_deeds(self) -> bool:
        """Whether the candidate did something in it."""
        return bool(sentence(self.text, self.vocabulary.question(self.question), self.vocabulary).actions.own)


def _is_order(said: _Piece) -> bool:
    return is_order(said.text) or (speaks_to_grader(said.words, said.stems) and not said.tells_of_deeds)


def _goes_on(said: _Piece) -> bool:
    return len(grading_words(said.stems)) >= _GRADING_WORDS and not said.tells_of_deeds
