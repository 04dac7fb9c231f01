"""Chooses the follow-up: the prepared probe of what is missing most, about the candidate's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.interviewers import phrases
from core.interviewers.findings import last_deed, least_own, nearest
from core.model import UtteranceKind
from core.text import snippet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.interviewers.account import Account
    from core.interviewers.sentence import Sentence
    from core.model import Turn
    from core.roles import Point

_KEY_POINT = 3
_ENOUGH_HEARD = 0.6
_QUOTE = 70
_SHORTEST_QUOTE = 3


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up question and the id of the point that it aims at; both "" when there is nothing to ask."""

    text: str = ""
    point: str = ""


def follow_up(account: Account, turn: Turn) -> FollowUp:
    """The next follow-up of a turn; one that was asked, or a point that was aimed at, never comes again."""
    asked = [one for one in turn.utterances if one.kind is UtteranceKind.FOLLOW_UP]
    aimed = {one.point for one in asked}
    said = "\n".join(one.text for one in asked)
    for probe, point, sentence in _wanted(account):
        if probe not in said and (not point or point not in aimed):
            return FollowUp(_worded(probe, sentence, len(asked), said), point)
    return FollowUp()


def _wanted(account: Account) -> Iterator[tuple[str, str, Sentence]]:
    """What is worth asking, the most important first: key points, what every answer needs, then the other points."""
    said = account.reading.told or account.reading.sentences
    key = [point for point in account.missing if point.weight >= _KEY_POINT]
    yield from _probes(account, key)
    if not account.has_own_part:
        ask = phrases.ASK_MORE_OF_OWN_PART if account.own else phrases.ASK_OWN_PART
        yield ask, "", least_own(said) or said[0]
    if not account.results:
        yield phrases.ASK_RESULT if account.is_story else phrases.ASK_SUCCESS, "", last_deed(said)
    half_heard = len(account.covered) < _ENOUGH_HEARD * len(account.points)
    if key or half_heard or not account.has_own_part or not account.results:
        yield from _probes(account, account.missing[len(key) :])
        if not account.figures:
            yield phrases.ASK_FIGURE, "", said[-1]


def _probes(account: Account, points: Sequence[Point]) -> Iterator[tuple[str, str, Sentence]]:
    for point in points:
        yield from ((probe, point.id, nearest(account, point)) for probe in point.probes[:1])


def _worded(probe: str, sentence: Sentence, number: int, said: str) -> str:
    """The probe after a short quote, with another lead-in each time.

    It stands alone where the words were quoted before, or where they are a question back.
    """
    if len(sentence.words) < _SHORTEST_QUOTE or sentence.text.endswith("?"):
        return probe
    quote = snippet(sentence.text, _QUOTE)
    if quote in said or "“" in quote or "”" in quote:
        return probe
    return phrases.LEAD_INS[number % len(phrases.LEAD_INS)].format(quote=quote, probe=probe)
