"""The words of a voice note as a row holds them: their texts, and all their times and likelihoods in one string.

An interview by voice may have tens of thousands of words, which next to nobody looks at who loads it. As values of
their own they would take longer to make than the event loop may stand still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import overload

from core.speech import Word

_HUNDREDTHS = 100


class StoredWords(Sequence[Word]):
    """Equal to a tuple of the same words, which is made when one of them is looked at for the first time.

    `figures` are the start, the end and the likelihood of each word, in hundredths, with blanks between.
    """

    __slots__ = ("_figures", "_made", "_texts")

    def __init__(self, texts: Sequence[str], figures: str) -> None:
        """Raises ValueError for figures that are too many or too few; that they are figures is not looked at."""
        if figures.count(" ") + bool(figures) != 3 * len(texts):
            raise ValueError(f"{len(texts)} words have other than three figures each")
        self._texts = texts
        self._figures = figures
        self._made: tuple[Word, ...] | None = None

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, place: int) -> Word: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Word]: ...
    def __getitem__(self, place: int | slice) -> Word | Sequence[Word]:
        return self._words[place]

    def __iter__(self) -> Iterator[Word]:
        return iter(self._words)

    def __eq__(self, other: object) -> bool:
        return self._words == tuple(other) if isinstance(other, StoredWords | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._words)

    def __repr__(self) -> str:
        return repr(self._words)

    @property
    def _words(self) -> tuple[Word, ...]:
        if self._made is None:
            figures = [int(figure) / _HUNDREDTHS for figure in self._figures.split()]
            columns = zip(self._texts, figures[::3], figures[1::3], figures[2::3], strict=True)
            self._made = tuple([Word(*column) for column in columns])
        return self._made


def figures_of(words: Sequence[Word]) -> str:
    """The start, the end and the likelihood of each word as `StoredWords` takes them."""
    all_of_them = chain.from_iterable((word.start, word.end, word.probability) for word in words)
    return " ".join(str(round(figure * _HUNDREDTHS)) for figure in all_of_them)
