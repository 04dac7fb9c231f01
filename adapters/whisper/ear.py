"""Hears what is said in a sound; everything here blocks, and belongs in a worker thread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from adapters.audio import Limits, Sound, decode
from adapters.whisper.spans import fitted, merged, pieces, spoken
from core.ports import TranscriberUnavailableError, UnusableSoundError
from core.speech import SoundProblem, Span, Transcription, Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

_T = TypeVar("_T")
_RATE = 16_000  # what Whisper and the detector were made for
# Makes the model keep more of what it would tidy away. A longer one costs whole sentences.
_PROMPT = "Um, uh, hmm."
_SLACK_S = 1.0  # platforms round what they declare


class Ear:
    """One model, for as many threads at once as it was loaded for."""

    def __init__(self, model: WhisperModel, *, beam_size: int, longest_s: float) -> None:
        self._model = model
        self._beam_size = beam_size
        self._limits = Limits(seconds=longest_s)

    def warm_up(self) -> None:
        """Have the detector look once: it is loaded at its first look, which takes 0.3 s."""
        list(spoken(Sound(np.zeros(_RATE, np.float32), _RATE)))

    def listen(self, file: bytes, language: str, declared_s: float | None, given_up: Event) -> Transcription:
        """What is said in a file, until it is given up.

        Raises UnusableSoundError, and TranscriberUnavailableError when it was given up.
        """
        sound = decode(file, rate=_RATE, limits=self._limits, declared_s=declared_s)
        spans = list(_while_wanted(spoken(sound), given_up))
        if not spans:
            raise UnusableSoundError(SoundProblem.SILENT)
        missing_s = (declared_s or 0.0) - sound.seconds
        text, words, language = self._hear(sound, spans, self._known(language), given_up)
        return Transcription(
            text=text,
            words=words,
            spans=merged(spans),
            seconds=sound.seconds,
            language=language,
            missing_s=missing_s if missing_s > _SLACK_S else 0.0,
        )

    def _known(self, language: str) -> str:
        """The language when the model knows it, else "", so that it finds out."""
        code = language.lower()
        return code if code and self._model.hf_tokenizer.token_to_id(f"<|{code}|>") is not None else ""

    def _hear(
        self, sound: Sound, spans: list[Span], language: str, given_up: Event
    ) -> tuple[str, tuple[Word, ...], str]:
        texts: list[str] = []
        words: list[Word] = []
        for piece in _while_wanted(iter(pieces(spans, sound.seconds)), given_up):
            segments, language = self._segments(sound, piece, language)
            heard = list(_while_wanted(segments, given_up))
            texts.append("".join(segment.text for segment in heard).strip())
            words.extend(_words(heard, piece, spans))
        return " ".join(filter(None, texts)), tuple(words), language

    def _segments(self, sound: Sound, piece: Span, language: str) -> tuple[Iterator[Segment], str]:
        samples = sound.samples[int(piece.start * sound.rate) : int(piece.end * sound.rate)]
        segments, about = self._model.transcribe(
            samples,
            language=language or None,
            beam_size=self._beam_size,
            temperature=0.0,  # else it tries up to six times what it is not sure of
            condition_on_previous_text=False,
            initial_prompt=_PROMPT,
            word_timestamps=True,
        )
        return iter(segments), about.language


def _while_wanted(things: Iterator[_T], given_up: Event) -> Iterator[_T]:
    """Each thing in its turn, which may take long, as long as somebody waits for them."""
    while not given_up.is_set():
        try:
            thing = next(things)
        except StopIteration:
            return
        yield thing
    raise TranscriberUnavailableError("The listening was given up.")


def _words(segments: list[Segment], piece: Span, spans: list[Span]) -> Iterator[Word]:
    for segment in segments:
        for word in segment.words or ():
            if text := word.word.strip():
                start, end = (float(min(piece.start + at, piece.end)) for at in (word.start, word.end))
                place = fitted(Span(start, max(start, end)), spans)
                yield Word(text, round(place.start, 3), round(place.end, 3), _likely(word.probability))


def _likely(probability: float) -> float:
    """A probability; what is none, as of a model that is damaged, is nothing to rely on."""
    return min(max(float(probability), 0.0), 1.0) if math.isfinite(probability) else 0.0
