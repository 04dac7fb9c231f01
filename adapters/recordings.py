"""Keeps the sound of voice notes in files: a folder for each interview, a file for each note, for nobody but the owner.

Names tell nothing: a note's is a digest of its id. One thread writes and deletes, so that what was begun before
something is deleted cannot come after it; another one plays, so that nothing waits for that.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from adapters.threads import Threads, ThreadsClosedError
from core.ports import RecordingError, UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, Excerpt, Span, Speech

_RATE = 24_000  # all of a voice, at half the memory that the 48 kHz of a voice message would take
_LEAST_S = 0.05  # what is shorter is no piece of speech
_DIGITS = 32

Result = TypeVar("Result")


class FolderRecordings:
    """Keeps the sound of notes under a folder; of notes longer than `longest_s` seconds nothing is played."""

    def __init__(self, folder: Path, *, longest_s: float = 600.0) -> None:
        self._folder = folder
        self._longest_s = longest_s
        self._files = ThreadPoolExecutor(1, "recordings")
        self._player = Threads(1, "excerpts")  # one at a time, as each may take 60 MB

    async def keep(self, interview: int, note: str, sound: bytes) -> None:
        if len(sound) > LARGEST_NOTE_BYTES:
            raise RecordingError("A recording was not kept, as it is larger than a voice note may be.")
        await _in_turn(self._files, partial(_write, self._file(interview, note), sound))

    async def excerpt(self, excerpt: Excerpt) -> Speech | None:
        file = self._file(excerpt.interview, excerpt.note)
        try:
            return await self._player.submit(partial(_excerpt, file, excerpt.span, self._longest_s))
        except ThreadsClosedError:
            raise RecordingError("Playing recordings has ended.") from None

    async def drop(self, interview: int, note: str) -> None:
        await _in_turn(self._files, partial(_drop, self._file(interview, note)))

    async def forget(self, interviews: Sequence[int]) -> None:
        await _in_turn(self._files, partial(_delete, [self._folder_of(interview) for interview in interviews]))

    async def close(self) -> None:
        """Write and delete what is to be, and nothing after it."""
        try:
            await self._player.close()
        finally:
            await asyncio.to_thread(self._files.shutdown)

    def _folder_of(self, interview: int) -> Path:
        return self._folder / str(interview)

    def _file(self, interview: int, note: str) -> Path:
        digest = sha256(note.encode(errors="surrogatepass")).hexdigest()
        return self._folder_of(interview) / f"{digest[:_DIGITS]}.sound"


async def _in_turn(thread: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(thread, work)


def _write(file: Path, sound: bytes) -> None:
    """Write a file that is complete or not there."""
    beside = file.with_suffix(".part")
    with _told("kept"):
        for folder in (file.parent.parent, file.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with open(beside, "xb", opener=_private) as opened:
            opened.write(sound)
        beside.replace(file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(file: Path) -> bytes | None:
    with _told("read"):
        try:
            with file.open("rb") as opened:
                return opened.read(LARGEST_NOTE_BYTES)
        except FileNotFoundError:
            return None


def _drop(file: Path) -> None:
    with _told("deleted"), suppress(FileNotFoundError, NotADirectoryError):
        file.unlink()


def _delete(folders: Sequence[Path]) -> None:
    """Delete folders; one that cannot be deleted keeps no other."""
    with _told("deleted"):
        failed: list[OSError] = []
        for folder in folders:
            try:
                shutil.rmtree(folder)
            except FileNotFoundError:
                continue
            except OSError as error:
                failed.append(error)
        if failed:
            raise failed[0]


def _excerpt(file: Path, span: Span, longest_s: float) -> Speech | None:
    sound = _read(file)
    return None if sound is None else _played(sound, span, longest_s)


def _played(sound: bytes, span: Span, longest_s: float) -> Speech | None:
    try:
        from adapters import audio  # noqa: PLC0415 - only where voice is on
    except ImportError as error:
        raise RecordingError("A recording cannot be played: this needs the extra “voice” to be installed.") from error
    try:
        whole = audio.decode(sound, rate=_RATE, limits=audio.Limits(seconds=longest_s))
    except UnusableSoundError as error:
        raise RecordingError(f"A recording cannot be played: {error}") from error
    if min(span.end, whole.seconds) - max(span.start, 0.0) < _LEAST_S:
        return None
    return audio.speech(audio.cut(whole, span))


@contextmanager
def _told(done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise RecordingError(
            f"A recording could not be {done} ({reason}): check the disk, and the rights of DATA_DIR/recordings."
        ) from error
