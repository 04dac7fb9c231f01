"""Answers that are not weighed at all: each guard gives the word for why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.interviewers.sentence import Holds

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


WASTED_WORDS = 40
_LEAST_TELLING = 3
_LEAST_DEALT = 2
_LEAST_BESIDE_ORDERS = 12
_LONG_ENOUGH_TO_DRIFT = 20
_COVERED_BY_CHANCE = 1
_TRADE_SHARE = 0.15
_FEW_TRADE_WORDS = 9
_FOREIGN_TRADE = 0.18
_FOREIGN_NEAR = 0.12
_NEAR_SHARE = 0.17
_SHORTEST_ANSWER = 4


def guard(account: Account) -> Guard | None:
    """The guard that stops an answer from being weighed, or None; decided by what its sentences hold."""
    if _has_substance(account):
        return Guard.OFF_TOPIC if is_off_topic(account) else None
    emptiness = _emptiness(account)
    return None if emptiness is Guard.EMPTY_TALK and _is_only_thin(account) else emptiness


def _is_only_thin(account: Account) -> bool:
    """Whether an answer without substance is short, says something of its own and is no creed; then it is weighed."""
    said = account.reading.sentences
    creed = not account.reading.told and any(one.belief for one in said)
    return _SHORTEST_ANSWER <= account.said < WASTED_WORDS and not creed and any(one.telling for one in said)


def is_off_topic(account: Account) -> bool:
    """Whether a told story has next to nothing to do with the question and the trade; doubt lets an answer through."""
    told = len(account.telling)
    if told < _LONG_ENOUGH_TO_DRIFT:
        return False
    trade, near = len(account.trade), len(account.near)
    if len(account.covered) > _COVERED_BY_CHANCE:
        return trade < _FOREIGN_TRADE * told and near < _FOREIGN_NEAR * told
    return trade < max(_FEW_TRADE_WORDS, _TRADE_SHARE * told) and near < _NEAR_SHARE * told


def _has_substance(account: Account) -> bool:
    """Whether there is a sentence of substance; beside an order a few words more are needed."""
    said = sum(len(one.words) for one in account.reading.substance)
    least = _LEAST_BESIDE_ORDERS if account.reading.has(Holds.ORDER) else 1
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
