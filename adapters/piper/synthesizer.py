"""Makes speech of text in a worker thread, one text after another."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from adapters.piper.shelf import Shelf, key
from adapters.piper.voices import chosen, load
from adapters.piper.wording import sentences, speakable
from adapters.threads import Threads, ThreadsClosedError
from core.ports import SynthesizerError

if TYPE_CHECKING:
    from piper import PiperVoice

    from adapters.audio import Sound
    from core.speech import Speech

_LOG = logging.getLogger(__name__)

# Our own choices.
_PAUSE_S = 0.35  # between sentences
_LONGEST_S = 180.0  # nobody listens longer to one message
_MOST_WAITING = 50


class PiperSynthesizer:
    """Speaks with the first of some voices that knows the language, at `speed` times its usual one.

    What is made of the texts in `kept` is kept in `folder`; other texts may quote a candidate and are never written.
    """

    def __init__(
        self, voices: Sequence[Path], *, speed: float = 1.0, kept: Collection[str] = (), folder: Path | None = None
    ) -> None:
        self._files = tuple(voices)
        self._speed = speed
        self._kept = frozenset(kept)
        self._shelf = Shelf(folder) if folder else None
        self._voices: dict[Path, PiperVoice] = {}  # touched by the worker thread only
        self._thread = Threads(1, "piper")
        self._asked: set[Event] = set()

    async def prepare(self) -> None:
        """Have the first voice loaded, so that the first candidate need not wait for it. Raises SynthesizerError."""
        try:
            await self._thread.submit(self._prepare)
        except ThreadsClosedError:
            raise _closed() from None

    async def close(self) -> None:
        """Give up what is being spoken and what waits; both end with SynthesizerError.

        A sentence cannot be broken off. One that goes on for longer is left to itself.
        """
        for given_up in self._asked:
            given_up.set()
        await self._thread.close()

    async def synthesize(self, text: str, *, language: str = "en") -> Speech | None:
        if len(self._asked) >= _MOST_WAITING:
            raise SynthesizerError("Too many texts are waiting to be spoken.")
        given_up = Event()
        self._asked.add(given_up)
        try:
            return await self._thread.submit(partial(self._speak, text, language, given_up))
        except ThreadsClosedError:
            raise _closed() from None
        finally:  # when it is cancelled, the thread stops at the next sentence
            given_up.set()
            self._asked.discard(given_up)

    def _prepare(self) -> None:
        self._voice(chosen(self._files, ""))
        _check_audio()

    def _speak(self, text: str, language: str, given_up: Event) -> Speech | None:
        try:
            pieces = sentences(speakable(text))
            file = chosen(self._files, language)
            if not pieces or self._shelf is None or text not in self._kept:
                return self._made(file, pieces, given_up) if pieces else None
            return self._found_or_made(self._shelf, file, pieces, given_up)
        except SynthesizerError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise; its text may quote the candidate
            _LOG.warning("Piper failed on a text: %s", type(error).__name__)
            raise SynthesizerError("Piper failed on a text.") from None

    def _found_or_made(self, shelf: Shelf, file: Path, pieces: list[str], given_up: Event) -> Speech | None:
        name = key(file, self._speed, "\n".join(pieces))
        speech = shelf.find(name)
        if speech is None and (speech := self._made(file, pieces, given_up)):
            shelf.put(name, speech)
        return speech

    def _made(self, file: Path, pieces: list[str], given_up: Event) -> Speech | None:
        _check_audio()
        from adapters.audio import joined, speech, trimmed  # noqa: PLC0415 - it imports the libraries for voice

        sounds = [trimmed(sound) for sound in self._sounds(self._voice(file), pieces, given_up)]
        heard = [sound for sound in sounds if len(sound.samples)]
        return speech(joined(heard, _PAUSE_S)) if heard else None

    def _sounds(self, voice: PiperVoice, pieces: list[str], given_up: Event) -> Iterator[Sound]:
        """The sound of each sentence, as many as fit into the longest speech."""
        from piper import SynthesisConfig  # noqa: PLC0415 - the same

        from adapters.audio import Sound  # noqa: PLC0415 - it imports the libraries for voice

        manner = SynthesisConfig(length_scale=voice.config.length_scale / self._speed)
        left_s = _LONGEST_S
        for piece in pieces:
            for chunk in voice.synthesize(piece, manner):
                sound = Sound(chunk.audio_float_array, chunk.sample_rate)
                left_s -= sound.seconds + _PAUSE_S
                if given_up.is_set():
                    raise SynthesizerError("The speaking was given up.")
                if left_s < 0:
                    return
                yield sound

    def _voice(self, file: Path) -> PiperVoice:
        if file not in self._voices:
            self._voices[file] = load(file)
        return self._voices[file]


def _check_audio() -> None:
    """Import the libraries that sounds are made with, which may lack parts of their own. Raises SynthesizerError."""
    try:
        import adapters.audio  # noqa: F401, PLC0415 - it imports the libraries for voice
    except ImportError:
        raise SynthesizerError("The libraries for voice are not installed completely.") from None
    except Exception as error:  # noqa: BLE001 - what libraries that do not fit together raise
        raise SynthesizerError(f"The libraries for voice cannot be loaded ({type(error).__name__}).") from None


def _closed() -> SynthesizerError:
    return SynthesizerError("Speaking has ended.")
