"""How an answer was spoken: pace, pauses, fillers, length, and where a quote stands in it. No level is made of it.

All of it comes from what was heard in the voice notes of an answer; what was typed has no delivery.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from core import text
from core.speech import Delivery, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.model import Turn
    from core.speech import Spoken, Word

PAUSE_S = 2.0
"""A silence within an answer counts from here on, in seconds."""
SLOWEST, FASTEST = 110, 170
"""Words a minute that are easy to follow: products for practising speech aim at 100 to 165."""
CLEARLY_OTHER = 0.2
"""By this part of the usual pace another one is clearly faster or slower; our own choice."""
FEWEST_WORDS, SHORTEST_S = 10, 3.0
"""Less than this tells no pace; our own choice."""
MANY_FILLERS = 12.0
"""So many a minute clearly cost a speaker; up to 5 cost nothing (Laske & DiGennaro Reed 2024)."""
_TELLING_FILLERS = 3
"""Fewer are never many, however short the answer; our own choice."""
_MARGIN_S = 0.3
"""What is played before and after a quote, so that no word is cut; our own choice."""
_SHORTEST_NEAR = 12
_ALIKE = 80.0
"""So many percent of a quote's letters must have been heard where its words were corrected; our own choice."""
_FILLER = re.compile(r"\W*(?:(?:u+h*m+|u+h+|er|erm+|ehm+|hm+|a+h+)\b\W*)+", re.IGNORECASE)


class Tempo(StrEnum):
    """A pace beside the one that it is measured by."""

    SLOWER = "slower"
    ALIKE = "alike"
    FASTER = "faster"


def of(turn: Turn) -> Delivery | None:
    """How the answer of a turn was spoken, None where nothing of it was.

    Its first word is that of its first note. What was taken back, or was no answer, does not count.
    """
    notes = [_of_note(said.spoken) for said in turn.answers if said.spoken and _is_measurable(said.spoken)]
    return _together(notes, notes[0].first_word_s) if notes else None


def of_interview(turns: Iterable[Turn]) -> Delivery | None:
    """How the answers of some turns were spoken, None where nothing was; `first_word_s` is the mean of theirs."""
    spoken = [delivery for delivery in map(of, turns) if delivery]
    return _together(spoken, fmean(one.first_word_s for one in spoken)) if spoken else None


def pace(delivery: Delivery) -> float | None:
    """Words a minute while speaking, pauses left out; None where too little was said to tell."""
    if delivery.words < FEWEST_WORDS or delivery.speaking_s < SHORTEST_S:
        return None
    return delivery.words / delivery.speaking_s * 60


def tempo(words_a_minute: float) -> Tempo:
    """A pace beside what is easy to follow; it is rounded first, as it is shown."""
    if round(words_a_minute) > FASTEST:
        return Tempo.FASTER
    return Tempo.SLOWER if round(words_a_minute) < SLOWEST else Tempo.ALIKE


def beside_usual(words_a_minute: float, usual: float) -> Tempo:
    """A pace beside the candidate's usual one."""
    if words_a_minute >= usual * (1 + CLEARLY_OTHER):
        return Tempo.FASTER
    return Tempo.SLOWER if words_a_minute <= usual * (1 - CLEARLY_OTHER) else Tempo.ALIKE


def has_many_fillers(delivery: Delivery) -> bool:
    """Whether so many fillers were heard that they cost the speaker; what was not heard never counts."""
    if pace(delivery) is None or delivery.fillers < _TELLING_FILLERS:
        return False
    return delivery.fillers / delivery.speaking_s * 60 >= MANY_FILLERS


def quoted(turn: Turn, quote: str) -> tuple[str, Spoken, Span] | None:
    """What of a quote from the answer can be heard, in which voice note and where; None where no sound of it is kept.

    A quote that goes on from one message to the next is heard as far as it was said in one.
    """
    kept = [said.spoken for said in turn.answers if said.spoken and said.spoken.kept]
    found = ((part, one, locate(part, one)) for part in dict.fromkeys((quote, *quote.splitlines())) for one in kept)
    return next(((part, one, span) for part, one, span in found if span), None)


def locate(quote: str, spoken: Spoken) -> Span | None:
    """Where a quote was spoken, with a little before and after it; None where it was not.

    Case, punctuation and contractions do not count. Of a longer quote a part may have been heard otherwise: the
    candidate may have corrected what was heard.
    """
    heard = [(word, place) for place, one in enumerate(spoken.words) for word in text.words(one.text)]
    said = " ".join(word for word, _ in heard)
    found = _find(" ".join(text.words(quote)), said)
    if found is None:
        return None
    first, last = (spoken.words[heard[said.count(" ", 0, place)][1]] for place in found)
    return _around(first, last, spoken.seconds)


def _find(wanted: str, said: str) -> tuple[int, int] | None:
    """The offsets of the first and the last character of what was wanted within what was said."""
    if not wanted:
        return None
    start = f" {said} ".find(f" {wanted} ")
    if start >= 0:
        return start, start + len(wanted) - 1
    if not _SHORTEST_NEAR <= len(wanted) <= len(said):
        return None
    near = fuzz.partial_ratio_alignment(wanted, said, score_cutoff=_ALIKE)
    return (near.dest_start, near.dest_end - 1) if near else None


def _around(first: Word, last: Word, seconds: float) -> Span | None:
    """From one word to another with the margin, as far as there is sound."""
    start, end = max(0.0, first.start - _MARGIN_S), min(seconds, last.end + _MARGIN_S)
    return Span(start, end) if start < end else None


def _is_measurable(spoken: Spoken) -> bool:
    """Whether words were heard in it, and when somebody spoke."""
    return bool(spoken.words and spoken.spans)


def _of_note(spoken: Spoken) -> Delivery:
    """How one note was spoken. A filler is no word, so that the pace does not depend on how many were heard."""
    worded = [word for word in spoken.words if text.has_words(word.text)]
    fillers = sum(map(_is_filler, worded))
    return Delivery(
        words=len(worded) - fillers,
        seconds=spoken.seconds,
        speaking_s=sum(span.seconds for span in spoken.spans),
        pauses=_pauses(spoken.spans),
        first_word_s=spoken.spans[0].start,
        fillers=fillers,
    )


def _pauses(spans: Sequence[Span]) -> tuple[float, ...]:
    """The silences between the spans that are long enough to count; none before the first or after the last."""
    gaps = (round(after.start - before.end, 2) for before, after in pairwise(spans))
    return tuple(gap for gap in gaps if gap >= PAUSE_S)


def _is_filler(word: Word) -> bool:
    """Whether a word fills a silence. “Like” may mean something, and ER in capitals is an abbreviation."""
    return _FILLER.fullmatch(word.text) is not None and not word.text.isupper()


def _together(several: Sequence[Delivery], first_word_s: float) -> Delivery:
    """Several deliveries as one."""
    return Delivery(
        words=sum(one.words for one in several),
        seconds=sum(one.seconds for one in several),
        speaking_s=sum(one.speaking_s for one in several),
        pauses=tuple(pause for one in several for pause in one.pauses),
        first_word_s=first_word_s,
        fillers=sum(one.fillers for one in several),
    )
