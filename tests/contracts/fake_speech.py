"""Doubles for the ports of speech; `test_speech.py` holds them to what the real engines do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from core.ports import SynthesizerError, TranscriberBusyError, UnusableSoundError
from core.speech import Excerpt, SoundProblem, Span, Speech, Transcription, Word

_WORD_S = 0.4


def heard(text: str, *, probability: float = 0.95, missing_s: float = 0.0) -> Transcription:
    """What is heard of somebody who speaks at 150 words a minute without a pause."""
    words = tuple(
        Word(word, place * _WORD_S, (place + 1) * _WORD_S, probability) for place, word in enumerate(text.split())
    )
    end = len(words) * _WORD_S
    return Transcription(text, words, (Span(0.0, end),), end, "en", missing_s)


class FakeTranscriber:
    """Hears in a sound what the script says; a text is heard clearly, and any other sound is unreadable.

    `door` holds every transcription until it is opened. `parallel` are heard at once, `waiting` more may wait.
    `languages` are those that were asked for, `cancelled` counts those given up.
    """

    def __init__(
        self, script: Mapping[bytes, str | Transcription | Exception] = {}, *, parallel: int = 2, waiting: int = 20
    ) -> None:
        self.script = dict(script)
        self.door = asyncio.Event()
        self.door.set()
        self.languages: list[str] = []
        self.cancelled = 0
        self._places = asyncio.Semaphore(parallel)
        self._most_waiting = waiting
        self._waiting = 0

    async def transcribe(
        self,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        language: str = "",
        declared_s: float | None = None,
        told: Callable[[int], Awaitable[None]] | None = None,
    ) -> Transcription:
        await self._take_place(told)
        try:
            sound = await fetch()
            self.languages.append(language)
            await self.door.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._places.release()
        said = self.script.get(sound, UnusableSoundError(SoundProblem.UNREADABLE))
        if isinstance(said, Exception):
            raise said
        return heard(said) if isinstance(said, str) else said

    async def _take_place(self, told: Callable[[int], Awaitable[None]] | None) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= self._most_waiting:
            raise TranscriberBusyError("Too many voice notes are waiting.")
        self._waiting += 1
        telling = asyncio.create_task(_tell(told, self._waiting)) if told else None
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
            if telling:
                telling.cancel()


async def _tell(told: Callable[[int], Awaitable[None]], place: int) -> None:
    with suppress(Exception):
        await told(place)


class FakeSynthesizer:
    """Speaks by writing the text down. `failure` is raised instead while it is set; `door` holds every call."""

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str]] = []
        self.failure: SynthesizerError | None = None
        self.door = asyncio.Event()
        self.door.set()

    async def synthesize(self, text: str, *, language: str = "en") -> Speech | None:
        await self.door.wait()
        if self.failure:
            raise self.failure
        if not text.strip():
            return None
        self.spoken.append((text, language))
        return Speech(text.encode(), len(text.split()) * _WORD_S, bytes([128]) * 4)


class FakeRecordings:
    """Keeps sounds in memory; a piece of one is the whole of it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], bytes] = {}

    async def keep(self, interview: int, note: str, sound: bytes) -> None:
        self.kept[interview, note] = sound

    async def excerpt(self, excerpt: Excerpt) -> Speech | None:
        sound = self.kept.get((excerpt.interview, excerpt.note))
        return None if sound is None else Speech(sound, excerpt.span.seconds, b"\x80")

    async def drop(self, interview: int, note: str) -> None:
        self.kept.pop((interview, note), None)

    async def forget(self, interviews: Sequence[int]) -> None:
        self.kept = {key: sound for key, sound in self.kept.items() if key[0] not in interviews}
