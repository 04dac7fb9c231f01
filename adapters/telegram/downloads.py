"""Fetches sounds: piece by piece into memory, and never more than they may have."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from httpx import AsyncClient
from telegram import File
from telegram.error import BadRequest

from adapters.telegram.client import Bot
from adapters.telegram.failures import is_refused
from adapters.telegram.timing import Timing
from core.ports import NoteGoneError, NoteUnavailableError, UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, SoundProblem, VoiceNote

_TOO_BIG = "too big"
_AS_IT_IS = {"Accept-Encoding": "identity"}
_NONE_THERE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class Downloads:
    """The library reads a file as a whole, however long it is; so its address is asked of the library only."""

    def __init__(self, bot: Bot, web: AsyncClient, timing: Timing) -> None:
        self._bot = bot
        self._web = web
        self._timing = timing

    async def fetch(self, note: VoiceNote) -> bytes:
        """Raises NoteUnavailableError, NoteGoneError and UnusableSoundError, all without the token in an address."""
        _check(note.size)
        try:
            async with asyncio.timeout(self._timing.fetch_s):
                return await self._downloaded(await self._file(note.reference))
        except (NoteUnavailableError, UnusableSoundError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the sound has not come
            raise NoteUnavailableError(f"Telegram did not give the sound ({type(error).__name__}).") from None

    async def _file(self, reference: str) -> File:
        try:
            return await self._bot.get_file(reference)
        except BadRequest as error:
            if _TOO_BIG in error.message.lower():
                raise UnusableSoundError(SoundProblem.TOO_LARGE) from None
            if is_refused(error):
                raise NoteGoneError("Telegram does not have the sound any more.") from None
            raise

    async def _downloaded(self, file: File) -> bytes:
        """Raises for a path on a disk, too, which a server of one's own can be told to name: it is never read."""
        _check(file.file_size)
        async with self._web.stream("GET", file.file_path or "", headers=_AS_IT_IS) as response:
            if response.status_code in _NONE_THERE:
                raise NoteGoneError("Telegram does not have the sound any more.")
            if response.status_code != HTTPStatus.OK:
                raise NoteUnavailableError(f"Telegram did not give the sound ({response.status_code}).")
            sound = bytearray()
            async for piece in response.aiter_raw():  # not unpacked, as a packed one can be of any size
                _check(len(sound) + len(piece))
                sound += piece
        return bytes(sound)


def _check(size: int | None) -> None:
    if size is not None and size > LARGEST_NOTE_BYTES:
        raise UnusableSoundError(SoundProblem.TOO_LARGE)
