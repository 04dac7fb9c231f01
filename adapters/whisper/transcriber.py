"""Transcribes voice notes in worker threads, a few at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

from adapters.threads import Threads, ThreadsClosedError
from adapters.whisper.model import load
from adapters.whisper.places import Places
from core.ports import TranscriberError, TranscriberUnavailableError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

    from adapters.whisper.ear import Ear
    from core.speech import Transcription

_LOG = logging.getLogger(__name__)


class WhisperTranscriber:
    """Listens with the model in one folder, loaded once: by `prepare`, or for the first note.

    `parallel` notes are heard at once, each with `threads` of the processor, and `waiting` more may wait; notes of
    `longest_s` at most. A language that the model does not know is found out from the sound.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        model: str | Path,
        *,
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 4,
        parallel: int = 2,
        waiting: int = 20,
        longest_s: float = 600.0,
        beam_size: int = 5,
    ) -> None:
        self._folder = Path(model)
        self._loading = {"device": device, "compute_type": compute_type}
        self._threads, self._parallel = threads, parallel
        self._longest_s, self._beam_size = longest_s, beam_size
        self._workers = Threads(parallel, "whisper")
        self._places = Places(parallel, waiting)
        self._lock = Lock()
        self._ear: Ear | None = None
        self._running: set[Event] = set()

    async def prepare(self) -> None:
        """Have the model loaded, so that the first candidate need not wait for it. Raises TranscriberUnavailableError.

        Loading holds up everything else for moments, which nobody notices before the first message.
        """
        try:
            await self._workers.submit(self._prepare)
        except ThreadsClosedError:
            raise _closed() from None

    async def close(self) -> None:
        """Give up what is heard and what waits; both end with TranscriberUnavailableError.

        A look of the model cannot be broken off. One that goes on for longer is left to itself.
        """
        self._places.close()
        for given_up in self._running:
            given_up.set()
        await self._workers.close()

    async def transcribe(
        self,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        language: str = "",
        declared_s: float | None = None,
        told: Callable[[int], Awaitable[None]] | None = None,
    ) -> Transcription:
        await self._places.take(told)
        try:
            file = await fetch()
            given_up = Event()
            work = self._begin(file, language, declared_s, given_up)
        except BaseException:
            self._places.give_back()
            raise
        try:
            return await asyncio.shield(work)
        except ThreadsClosedError:
            raise _closed() from None
        except asyncio.CancelledError:
            given_up.set()
            raise

    def _begin(
        self, file: bytes, language: str, declared_s: float | None, given_up: Event
    ) -> asyncio.Future[Transcription]:
        """Have a note heard. Its place is given back when the thread is free, however long somebody waits for it."""
        try:
            work = self._workers.submit(partial(self._listen, file, language, declared_s, given_up))
        except ThreadsClosedError:
            raise _closed() from None
        self._running.add(given_up)
        work.add_done_callback(lambda _: self._end(work, given_up))
        return work

    def _end(self, work: asyncio.Future[Transcription], given_up: Event) -> None:
        self._running.discard(given_up)
        self._places.give_back()
        if not work.cancelled():
            work.exception()  # nobody else may look at it, and then it would be complained about

    def _listen(self, file: bytes, language: str, declared_s: float | None, given_up: Event) -> Transcription:
        try:
            return self._loaded().listen(file, language, declared_s, given_up)
        except TranscriberError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise; its text may quote the candidate
            _LOG.warning("Whisper failed on a voice note: %s", type(error).__name__)
            raise TranscriberUnavailableError("Whisper failed on a voice note.") from None

    def _prepare(self) -> None:
        ear = self._loaded()
        try:
            ear.warm_up()
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise
            raise TranscriberUnavailableError(f"The voice detector failed ({type(error).__name__}).") from None

    def _loaded(self) -> Ear:
        with self._lock:
            if self._ear is None:
                model = load(self._folder, **self._loading, threads=self._threads, parallel=self._parallel)
                self._ear = _ear(model, self._beam_size, self._longest_s)
            return self._ear


def _ear(model: WhisperModel, beam_size: int, longest_s: float) -> Ear:
    try:
        from adapters.whisper.ear import Ear  # noqa: PLC0415 - it imports the libraries for voice
    except ImportError:
        raise TranscriberUnavailableError("The libraries for voice are not installed completely.") from None
    except Exception as error:  # noqa: BLE001 - what libraries that do not fit together raise
        kind = type(error).__name__
        raise TranscriberUnavailableError(f"The libraries for voice cannot be loaded ({kind}).") from None
    return Ear(model, beam_size=beam_size, longest_s=longest_s)


def _closed() -> TranscriberUnavailableError:
    return TranscriberUnavailableError("Listening has ended.")
