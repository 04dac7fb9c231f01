"""Answers that are not weighed at all: each guard gives the word for why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.interviewers.orders import grading_words
from core.interviewers.sentence import Holds
from core.model import AnswerKind

if TYPE_CHECKING:
    from core.interviewers.account import Account


class Guard(StrEnum):
    """Why an answer gets the lowest level without being weighed."""

    NON_ANSWER = "non_answer"
    ECHO = "echo"
    KEYWORDS = "keywords"
    EMPTY_TALK = "empty_talk"
    OFF_TOPIC = "off_topic"
    ORDERS = "orders"


_KINDS = {
    Guard.NON_ANSWER: AnswerKind.NON_ANSWER,
    Guard.ORDERS: AnswerKind.OFF_TOPIC,
    Guard.OFF_TOPIC: AnswerKind.OFF_TOPIC,
}
WASTED_WORDS = 40
_LEAST_TELLING = 3
_LEAST_DEALT = 2
_LEAST_BESIDE_ORDERS = 12
_LONG_ENOUGH_TO_DRIFT = 20
_LONG = 28
_COVERED_BY_CHANCE = 2
_NEAR = 0.125
_NEAR_IF_SHORT = 0.09
_NEAR_AT_WORK = 0.08
_NEAR_BUT_NO_POINT = 0.16
_FOREIGN_TRADE = 0.33
_GRADING_WORDS = 3
_SHORTEST_ANSWER = 4


def guard(account: Account) -> Guard | None:
    """The guard that stops an answer from being weighed, or None; decided by what its sentences hold."""
    if _is_for_grader(account):
        return Guard.ORDERS
    if _has_substance(account):
        if is_off_topic(account):
            return Guard.OFF_TOPIC
        return Guard.EMPTY_TALK if _says_nothing(account) else None
    emptiness = _emptiness(account)
    said = _is_only_thin(account) or (len(account.covered) > 1 and account.steps > 0)
    return None if emptiness is Guard.EMPTY_TALK and said else emptiness


def _is_only_thin(account: Account) -> bool:
    """Whether an answer without substance is short, says something of its own and is no creed; then it is weighed."""
    said = account.reading.sentences
    creed = not account.reading.told and any(one.belief for one in said)
    return _SHORTEST_ANSWER <= account.said < WASTED_WORDS and not creed and any(one.telling for one in said)


def kind_of(stopped: Guard | None) -> AnswerKind:
    """The kind of an answer that a guard stopped, or let pass."""
    return AnswerKind.ANSWER if stopped is None else _KINDS.get(stopped, AnswerKind.ANSWER)


def is_off_topic(account: Account) -> bool:
    """Whether a told story has next to nothing to do with the question and the trade; doubt lets an answer through.

    What is too near is told by the share of near words. A short story, or one that names a workplace, gets the benefit
    of the doubt; one that covers no point gets less of it.
    """
    told, covered = len(account.telling), len(account.covered)
    if told < _LONG_ENOUGH_TO_DRIFT or covered > _COVERED_BY_CHANCE or len(account.workplace) > 1:
        return False
    near = _NEAR
    if account.workplace:
        near = _NEAR_AT_WORK if covered < _COVERED_BY_CHANCE else 0.0
    elif not covered:
        near = _NEAR_BUT_NO_POINT
    elif told < _LONG:
        near = _NEAR_IF_SHORT
    return len(account.near) <= near * told and len(account.trade) < _FOREIGN_TRADE * told


def _is_for_grader(account: Account) -> bool:
    """Whether an answer in which nobody did anything speaks of grading all over."""
    if account.own or len(account.covered) > 1:
        return False
    words = frozenset().union(*(grading_words(one.stems) for one in account.reading.sentences))
    return len(words) >= _GRADING_WORDS


def _says_nothing(account: Account) -> bool:
    """Whether neither a point nor a step, a figure or a result is in an answer."""
    return not (account.covered or account.steps or account.figures or account.results)


def _has_substance(account: Account) -> bool:
    """Whether there is a sentence of substance; beside an order or “I do not know” a few words more are needed."""
    said = sum(len(one.words) for one in account.reading.substance)
    beside = account.reading.has(Holds.ORDER) or account.reading.has(Holds.NO_ANSWER)
    least = _LEAST_BESIDE_ORDERS if beside else 1
    dealt = sum(one.dealing for one in account.reading.told)
    return (said >= least and len(account.telling) >= _LEAST_TELLING) or (least == 1 and dealt >= _LEAST_DEALT)


def _emptiness(account: Account) -> Guard:
    """The word for an answer without substance."""
    reading = account.reading
    if reading.has(Holds.ORDER):
        return Guard.ORDERS
    if reading.has(Holds.LIST):
        return Guard.KEYWORDS
    wordless = not account.telling and account.said < _SHORTEST_ANSWER
    if wordless or reading.has(Holds.NO_ANSWER) or reading.has(Holds.GIBBERISH):
        return Guard.NON_ANSWER
    echoed = sum(len(one.words) for one in reading.sentences if one.holds is Holds.ECHO)
    return Guard.ECHO if echoed * 2 > account.said else Guard.EMPTY_TALK
