"""The candidate's own answer in a better order and without padding, with blanks where something is missing."""

from __future__ import annotations

from itertools import chain, takewhile
from typing import TYPE_CHECKING

from core.interviewers import phrases
from core.interviewers.guards import guard
from core.interviewers.lexicon import FILLER_PHRASES, row
from core.model import Stronger
from core.text import stem, word_spans, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.interviewers.account import Account
    from core.interviewers.sentence import Sentence

_MOST_BLANKS = 2
_ENDS = ".!?…"
_SPOKEN = frozenset(row("say mention"))
_STARTERS = [[(stem(word),)] for word in row("um uh er erm well so basically actually honestly anyway okay ok")]


def strengthened(account: Account) -> Stronger:
    """The sentences that tell something, in the order situation, action, result; blanks stand in square brackets."""
    told = [] if guard(account) else [one for one in account.reading.told if not _has_brackets(one)]
    situation, action, results = _parts(told)
    opening = {} if any(one.place for one in told) else {phrases.SITUATION: phrases.BLANK_SITUATION}
    middle = _blanks(account, own=bool(told) and account.has_own_part)
    closing = {} if results or (told and account.results) else {phrases.RESULT: phrases.BLANK_RESULT}
    closing |= {} if told and account.figures else {phrases.FIGURE: phrases.BLANK_FIGURE}
    lines = (
        _texts(situation),
        opening.values(),
        _texts(action),
        middle.values(),
        _texts(results),
        closing.values(),
    )
    kept = _kept(account, told, [*situation, *action, *results])
    return Stronger(" ".join(chain.from_iterable(lines)), (*kept, *_added([*opening, *middle, *closing])))


def _kept(account: Account, told: list[Sentence], placed: list[Sentence]) -> Iterator[str]:
    """What became of the candidate's own sentences, in sentences of ours."""
    if not told:
        yield phrases.NOTHING_KEPT
        return
    if placed != told:
        yield phrases.MOVED
    empty = len(account.reading.sentences) - len(account.reading.told)
    if empty:
        yield phrases.LEFT_OUT_ONE if empty == 1 else phrases.LEFT_OUT.format(count=empty)
    if len(told) < len(account.reading.told):
        yield phrases.LEFT_OUT_BRACKETS
    if any(_without_run_up(one.text) != one.text for one in told):
        yield phrases.LEFT_OUT_RUN_UP


def _added(parts: list[str]) -> list[str]:
    return [phrases.ADDED_BLANKS.format(parts=", ".join(parts))] if parts else []


def _has_brackets(said: Sentence) -> bool:
    return "[" in said.text or "]" in said.text


def _parts(told: list[Sentence]) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """Where the situation ends and the results begin; a result that was told first goes last, else the order stays."""
    opening = list(takewhile(lambda one: one.outcome and not one.place and not one.actions.own, told))
    rest = told[len(opening) :]
    situation = list(takewhile(lambda one: not one.actions.own and not one.outcome, rest))
    left = rest[len(situation) :]
    closing = list(takewhile(lambda one: one.outcome, reversed(left)))[::-1] if len(left) > 1 else []
    return situation, left[: len(left) - len(closing)], closing + opening


def _blanks(account: Account, *, own: bool) -> dict[str, str]:
    """The blanks that go with the action, each by the name of what it stands for."""
    blank = {} if own else {phrases.OWN_PART: phrases.BLANK_OWN_PART}
    points = [point.text for point in account.missing[:_MOST_BLANKS]]
    return blank | {point: phrases.BLANK_POINT.format(point=point) for point in points}


def _texts(told: list[Sentence]) -> list[str]:
    return [_ended(_without_run_up(one.text)) for one in told]


def _without_run_up(text: str) -> str:
    """The sentence without the filler at its beginning; the rest is not touched."""
    spans = list(word_spans(text))
    said = [tuple(stem(word) for word in words(text[start:end])) for start, end in spans]
    after = [text[end:] for _, end in spans]
    place = 0
    while place < len(said) and (width := _filler_at(said, after, place)):
        place += width
    return text[spans[place][0] :] if 0 < place < len(spans) else text


def _filler_at(said: list[tuple[str, ...]], after: list[str], place: int) -> int:
    """How many written words of filler begin at a place, 0 for none; “I would say hello” is none without a comma."""
    for phrase in FILLER_PHRASES.get(said[place][0], ()):
        width, left = 0, phrase
        while left and place + width < len(said) and left[: len(said[place + width])] == said[place + width]:
            left = left[len(said[place + width]) :]
            width += 1
        if not left and not (_SPOKEN.intersection(phrase) and not after[place + width - 1].startswith(",")):
            return width
    return int(said[place : place + 1] in _STARTERS)


def _ended(text: str) -> str:
    ended = text if text[-1:] in _ENDS else text.rstrip(",;:") + "."
    return ended[0].upper() + ended[1:]
