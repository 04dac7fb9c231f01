"""What to tell the candidate: strengths and improvements, each with the exact words that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interviewers import phrases
from core.interviewers.sentence import Holds
from core.model import Evidence, Finding
from core.roles import Criterion
from core.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.interviewers.account import Account
    from core.interviewers.guards import Guard
    from core.interviewers.sentence import Sentence
    from core.model import Levels
    from core.roles import Point

_MOST = 3
_OWN, _KNOWN, _RESULT = Criterion.COMMUNICATION, Criterion.TECHNICAL, Criterion.STRUCTURE
_WELL_COVERED = 0.5
_GOOD = 3
_WASTED = 12
_OPEN_END = {True: (phrases.NO_RESULT, phrases.SAY_RESULT), False: (phrases.NO_SUCCESS, phrases.SAY_SUCCESS)}


def evidence(account: Account) -> tuple[Evidence, ...]:
    """A quote for each criterion: what shows the candidate's own part, the points, and what came of it."""
    every = account.reading.told or account.reading.sentences
    own = [one for one in every if one.actions.own]
    shown = [said for point in account.covered for said in point.shown]
    chosen = {
        _OWN: _first(own, every),
        _KNOWN: _first(shown, [one for one in every if one.figures], every),
        _RESULT: _first(account.results, own, every),
    }
    return tuple(Evidence(criterion, excerpt(said.text)) for criterion, said in chosen.items())


def strengths(account: Account, levels: Levels) -> tuple[Finding, ...]:
    """Up to three things that were good, none of them about the same sentence; none for a poor answer."""
    found: list[Finding] = []
    for finding in _strengths(account):
        fresh = all(finding.quote != other.quote and finding.text != other.text for other in found)
        if fresh and levels.of(finding.criterion) >= _GOOD:
            found.append(finding)
    return tuple(found[:_MOST])


def improvements(account: Account) -> tuple[Finding, ...]:
    """Up to three things to do better next time, the most important first."""
    found = {finding.text: finding for finding in _improvements(account)}
    return tuple(found.values())[:_MOST]


def not_weighed(account: Account, guard: Guard) -> tuple[Finding, ...]:
    """What to say about an answer that a guard stopped; nothing when it has no words to quote."""
    if not account.reading.sentences:
        return ()
    quote = excerpt(account.reading.sentences[0].text)
    first = Finding(Criterion.TECHNICAL, phrases.NOT_WEIGHED[guard], quote, phrases.INSTEAD[guard])
    return (first, *(_unheard(point, quote) for point in account.missing[:1]))


def nearest(account: Account, point: Point) -> Sentence:
    """The sentence that has most to do with a point; where none has, the last one that tells something."""
    near = next(words.near for words in account.words.points if words.point == point)
    said = account.reading.told or account.reading.sentences
    return max(reversed(said), key=lambda one: account.vocabulary.weight(one.keys, near))


def least_own(said: Sequence[Sentence]) -> Sentence | None:
    """The sentence that shows how little the candidate says of their own part: the one with it, else any deed."""
    return next((one for one in said if one.actions.own), next((one for one in said if one.actions.any), None))


def last_deed(said: Sequence[Sentence]) -> Sentence:
    """The last sentence in which something is done, where the outcome would follow; else the last one."""
    return next((one for one in reversed(said) if one.actions.any), said[-1])


def _strengths(account: Account) -> Iterator[Finding]:
    """What was good, and for each good thing the sentences that show it, the best first."""
    told = account.reading.told
    yield from _covered(account)
    if account.has_own_part:
        own = sorted(told, key=lambda one: (-len(one.actions.own), one.words[0] != "i"))
        yield from (_about(one, _OWN, phrases.HAS_OWN_PART) for one in own if one.actions.own)
    closing = [one for one in account.results[-1:] if one in told[len(told) // 2 :]]
    yield from (_about(one, _RESULT, phrases.HAS_RESULT) for one in closing)
    counted = sorted(told, key=lambda one: -len(one.figures))
    yield from (_about(one, _KNOWN, phrases.HAS_FIGURE) for one in counted if one.figures)


def _covered(account: Account) -> Iterator[Finding]:
    """The most important point that is well covered."""
    well = [one for one in account.covered if one.share >= _WELL_COVERED]
    for one in sorted(well, key=lambda one: (-one.point.weight, -one.weight))[:1]:
        yield from (_about(said, _KNOWN, phrases.COVERED.format(point=one.point.text)) for said in one.shown)


def _improvements(account: Account) -> Iterator[Finding]:
    said = account.reading.told or account.reading.sentences
    points = [_point_missed(account, point) for point in account.missing]
    yield from points[:1]
    if not account.has_own_part:
        text = phrases.LITTLE_OWN_PART if account.own else phrases.NO_OWN_PART
        yield _about(least_own(said) or said[-1], _OWN, text, phrases.SAY_OWN_PART)
    yield from _wasted(account)
    if not account.results:
        yield _about(last_deed(said), _RESULT, *_OPEN_END[account.is_story])
    if not account.figures:
        yield _about(said[-1], _KNOWN, phrases.NO_FIGURE, phrases.SAY_FIGURE)
    yield from points[1:]


def _wasted(account: Account) -> Iterator[Finding]:
    """The longest sentence that says nothing, when it is a long one."""
    empty = [one for one in account.reading.sentences if one.holds is Holds.NOTHING and not one.actions.own]
    for one in sorted(empty, key=lambda one: -len(one.words))[:1]:
        if len(one.words) >= _WASTED and account.reading.substance:
            yield _about(one, _OWN, phrases.PADDED, phrases.SAY_LESS)
        elif len(one.words) >= _WASTED:
            yield _about(one, _OWN, phrases.GENERAL, phrases.SAY_EXAMPLE)


def _about(said: Sentence, criterion: Criterion, text: str, advice: str = "") -> Finding:
    return Finding(criterion, text, excerpt(said.text), advice)


def _unheard(point: Point, quote: str) -> Finding:
    text, advice = (phrase.format(point=point.text) for phrase in (phrases.NOT_HEARD, phrases.BEGIN_WITH))
    return Finding(_KNOWN, text, quote, advice)


def _point_missed(account: Account, point: Point) -> Finding:
    touched = any(one.point == point and one.weight > 0 for one in account.points)
    text = phrases.HALF_SAID if touched else phrases.MISSED
    quote = excerpt(nearest(account, point).text)
    return Finding(_KNOWN, text.format(point=point.text), quote, phrases.SAY.format(point=point.text))


def _first(*lists: Sequence[Sentence]) -> Sentence:
    return next(found[0] for found in lists if found)
