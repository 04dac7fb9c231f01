"""Where in a sound somebody speaks, and the pieces that a model hears one by one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from faster_whisper.vad import VadOptions, get_speech_timestamps

from adapters.audio import Samples, Sound
from core.speech import Span

# Our own choices. Breath between words is no pause; the detector is sure of a voice only some frames after it began.
_SHORTEST_PAUSE_S = 0.3
_SHORTEST_SPEECH_S = 0.1
_PAD_S = 0.03
# At a pause this long, which is also one that delivery tells of, a new piece begins: the model loses words behind it.
_APART_S = 2.0
_MARGIN_S = 0.4  # the silence that is left around a piece
_LONGEST_S = 28.0  # a piece with its margins is heard in one look of the model, which is 30 s long
_BLOCK_S = 60.0  # the detector takes 400 kB of memory for each second that it is given at once
# A piece costs as much time as 30 s of sound, so whoever pauses all the time is heard in longer ones.
_MOST_PIECES = 10
_PIECE_EVERY_S = 15.0

_OPTIONS = VadOptions(
    min_silence_duration_ms=int(_SHORTEST_PAUSE_S * 1000),
    min_speech_duration_ms=int(_SHORTEST_SPEECH_S * 1000),
    speech_pad_ms=int(_PAD_S * 1000),
    max_speech_duration_s=_LONGEST_S,
)


def spoken(sound: Sound) -> Iterator[Span]:
    """Where somebody speaks, in spans of at most `_LONGEST_S`, block by block."""
    step = int(_BLOCK_S * sound.rate)
    for start in range(0, len(sound.samples), step):
        yield from _in_block(sound.samples[start : start + step], start, sound.rate)


def _in_block(block: Samples, start: int, rate: int) -> Iterator[Span]:
    for found in get_speech_timestamps(block, _OPTIONS, rate):
        yield Span((start + found["start"]) / rate, (start + found["end"]) / rate)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, as one where there is no pause between them."""
    found: list[Span] = []
    for span in spans:
        if found and span.start - found[-1].end < _SHORTEST_PAUSE_S:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return tuple(found)


def fitted(word: Span, spans: Sequence[Span]) -> Span:
    """A word without the silence around it, which the model counts in; as it is when nobody speaks there."""
    first = bisect_right(spans, word.start, key=lambda span: span.end)
    last = bisect_left(spans, word.end, key=lambda span: span.start)
    if first >= last:
        return word
    return Span(max(word.start, spans[first].start), min(word.end, spans[last - 1].end))


def pieces(spans: Sequence[Span], seconds: float) -> list[Span]:
    """The pieces of a sound of `seconds` that hold its spans, each with a margin of silence."""
    passed_over = _passed_over(spans, seconds)
    found: list[Span] = []
    for span in spans:
        pause = span.start - found[-1].end if found else 0.0
        divides = pause >= _APART_S and pause > passed_over
        if not found or divides or span.end - found[-1].start > _LONGEST_S:
            found.append(span)
        else:
            found[-1] = Span(found[-1].start, span.end)
    return _with_margins(found, seconds)


def _passed_over(spans: Sequence[Span], seconds: float) -> float:
    """The longest pause that divides no pieces, where there are too many long ones; else 0.0."""
    most = _MOST_PIECES + int(seconds / _PIECE_EVERY_S)
    pauses = sorted((after.start - before.end for before, after in pairwise(spans)), reverse=True)
    return pauses[most] if len(pauses) > most else 0.0


def _with_margins(found: list[Span], seconds: float) -> list[Span]:
    """Each piece with the silence around it, of which neighbours share what is too short for both."""
    middles = [(before.end + after.start) / 2 for before, after in pairwise(found)]
    edges = zip([0.0, *middles], found, [*middles, seconds], strict=True)
    return [Span(max(low, p.start - _MARGIN_S), min(high, p.end + _MARGIN_S)) for low, p, high in edges]
