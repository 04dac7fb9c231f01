"""Lets a candidate hear a piece of their own voice note, where its sound is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core import delivery
from core.messages import Outbound, OutboundKind
from core.ports import RoleMissingError
from core.speech import Excerpt
from core.wording import delivery as words
from core.wording.pieces import quote

if TYPE_CHECKING:
    from core.model import Finding, Interview, Turn
    from core.ports import Store

_PLACE = re.compile(r"([0-9]{1,18}) ([0-9]{1,4}) ([0-9]{1,2})")
"""The ids of an interview, the index of a turn of it, and the place among the improvements there."""


class Hearing:
    """Answers `hear`; nobody else's interviews are ever looked into."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, candidate: int, argument: str) -> Outbound:
        """The words that an improvement is about, with the piece of the voice note that they were spoken in."""
        place = _PLACE.fullmatch(argument.strip())
        if place is None:
            return words.not_heard()
        number, turn, improvement = map(int, place.groups())
        interview = await self._interview(candidate, number)
        found = _improvement(interview, turn, improvement) if interview else None
        return _played(number, *found) if found else words.not_heard()

    async def _interview(self, candidate: int, number: int) -> Interview | None:
        try:
            return await self._store.interview(candidate, number)
        except RoleMissingError:
            return None


def _improvement(interview: Interview, index: int, place: int) -> tuple[Turn, Finding] | None:
    """That improvement of that turn, None when there is no such."""
    turn = interview.turns[index] if index < len(interview.turns) else None
    if turn is None or turn.assessment is None or place >= len(turn.assessment.improvements):
        return None
    return turn, turn.assessment.improvements[place]


def _played(number: int, turn: Turn, found: Finding) -> Outbound:
    """The words with their sound, where that is kept."""
    quoted = delivery.quoted(turn, found.quote)
    if quoted is None:
        return words.not_heard()
    said, spoken, span = quoted
    return Outbound(OutboundKind.NOTICE, (quote(said),), excerpt=Excerpt(number, spoken.note, span))
