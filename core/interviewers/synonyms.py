"""Words of one meaning in a role: under which keys a word may be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.text import stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OWN = "~own"
OTHERS = "~others"
WIDEST = 3
OWN_WORDS = frozenset({"i", "my", "me", "mine", "myself"})
OTHER_WORDS = frozenset({"he", "she", "they", "his", "her", "hers", "him", "their", "them"})
_NONE: frozenset[str] = frozenset()
_PERSONS = {**dict.fromkeys(OWN_WORDS, frozenset({OWN})), **dict.fromkeys(OTHER_WORDS, frozenset({OTHERS}))}


@dataclass(frozen=True)
class Synonyms:
    """The groups of a role by stem, and by two or three stems in a row; `openings` are the first of those."""

    singles: dict[str, frozenset[str]]
    phrases: dict[tuple[str, ...], frozenset[str]]
    openings: frozenset[str]

    def keys(self, said: Sequence[str]) -> tuple[frozenset[str], ...]:
        """For each stem of a sentence all the keys under which a cue may find it there."""
        return tuple(self._keys_at(said, place) for place in range(len(said)))

    def single(self, one: str) -> frozenset[str]:
        """The keys of one stem alone."""
        return frozenset({one}) | self.singles.get(one, _NONE)

    def phrase(self, said: Sequence[str], place: int, width: int) -> frozenset[str]:
        """The groups of that many stems in a row, if they are one word of a group."""
        return self.phrases.get(tuple(said[place : place + width]), _NONE)

    def _keys_at(self, said: Sequence[str], place: int) -> frozenset[str]:
        one = said[place]
        alone = self.single(one) | _PERSONS.get(one, _NONE)
        if one not in self.openings:
            return alone
        return alone.union(*(self.phrase(said, place, width) for width in range(2, WIDEST + 1)))


def synonyms(groups: Iterable[Iterable[str]]) -> Synonyms:
    """The synonyms of a role; neither the order of the groups nor that of their words matters."""
    singles: dict[str, frozenset[str]] = {}
    phrases: dict[tuple[str, ...], frozenset[str]] = {}
    for group in groups:
        members = [tuple(stems(member)) for member in group]
        name = frozenset({"=" + min(" ".join(member) for member in members)})
        for member in members:
            if len(member) == 1:
                singles[member[0]] = singles.get(member[0], _NONE) | name
            else:
                phrases[member] = phrases.get(member, _NONE) | name
    return Synonyms(singles, phrases, frozenset(phrase[0] for phrase in phrases if phrase))
