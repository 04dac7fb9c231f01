"""Sound files of the terminal: answers that are read, and replies that are written."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.ports import NoteGoneError, UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, SoundProblem, Speech, VoiceNote


async def sound_of(note: VoiceNote) -> bytes:
    """The sound of a note whose reference is a path, as the port says."""
    return await asyncio.to_thread(_read, Path(note.reference))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            sound = file.read(LARGEST_NOTE_BYTES + 1)
    except OSError as error:
        raise NoteGoneError(f"{path.name} cannot be read: {error.strerror}.") from None
    if len(sound) > LARGEST_NOTE_BYTES:
        raise UnusableSoundError(SoundProblem.TOO_LARGE)
    return sound


class SpeechFiles:
    """A folder for what is spoken, one file after the other: those that are there are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, speech: Speech) -> str:
        """The name of the file that holds the speech now. Raises OSError."""
        return await asyncio.to_thread(self._write, speech.sound)

    def _write(self, sound: bytes) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max(
            (int(path.stem) for path in self._folder.glob("[0-9]*.ogg") if path.stem.isdecimal()), default=0
        )
        path = self._folder / f"{number:03}.ogg"
        path.write_bytes(sound)
        return str(path)
