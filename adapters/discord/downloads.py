"""Fetches the sound of voice notes, from nowhere but where Discord keeps files."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from http import HTTPStatus

import aiohttp
import discord
import yarl

from adapters.discord.failures import BROKEN, GONE
from adapters.discord.inbound import reference_to, sounds_in
from core.ports import NoteGoneError, NoteUnavailableError, UnusableSoundError
from core.recent import Recent
from core.speech import LARGEST_NOTE_BYTES, SoundProblem, VoiceNote

_DISCORDS = frozenset({yarl.URL("https://cdn.discordapp.com"), yarl.URL("https://media.discordapp.net")})
_KNOWN_LINKS = 1000
"""How many links are remembered, which expire after a day; our own choice, as is all below."""
_CHUNK_BYTES = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)
_EXPIRED = frozenset({403, 404, 410})
_PLAIN = {"Accept-Encoding": "identity"}
"""Sound is compressed already, and what is packed once more could be far larger than it looks."""
_REFERENCE = re.compile(r"(\d{1,20})/(\d{1,20})/(\d{1,20})")
_log = logging.getLogger(__name__)


def opened_web() -> aiohttp.ClientSession:
    """For files: without the token, and without cookies. To be closed by whoever opened it."""
    return aiohttp.ClientSession(
        timeout=_TIMEOUT, auto_decompress=False, headers=_PLAIN, cookie_jar=aiohttp.DummyCookieJar()
    )


class Downloads:
    """Links are remembered as long as the process lives; a forgotten or expired one is asked for again."""

    def __init__(self, api_base_url: str | None) -> None:
        own = {yarl.URL(api_base_url).origin()} if api_base_url else set()
        self._origins = frozenset(own) | _DISCORDS
        self._links = Recent[str, str](_KNOWN_LINKS)

    def remember(self, message: discord.Message) -> None:
        for sound in sounds_in(message):
            self._links.put(reference_to(message, sound), sound.url)

    async def fetch(self, client: discord.Client, web: aiohttp.ClientSession, note: VoiceNote) -> bytes:
        """`web` is for the file itself. Raises NoteUnavailableError, NoteGoneError and UnusableSoundError."""
        _check_size(note.size)
        link = self._links.get(note.reference)
        sound = None if link is None else await self._download(web, link)
        if sound is None:
            sound = await self._download(web, await self._new_link(client, note.reference))
        if sound is None:
            raise NoteGoneError("Discord does not have this voice note any more.")
        return sound

    async def _new_link(self, client: discord.Client, reference: str) -> str:
        message = await _message_of(client, reference)
        for sound in sounds_in(message):
            if reference_to(message, sound) == reference:
                _check_size(sound.size)
                self._links.put(reference, sound.url)
                return sound.url
        raise NoteGoneError("The message does not have this voice note any more.")

    async def _download(self, web: aiohttp.ClientSession, link: str) -> bytes | None:
        """What is there, None when the link is not valid, or not any more."""
        url = self._allowed(link)
        try:
            async with web.get(url, allow_redirects=False) as response:
                if response.status in _EXPIRED:
                    return None
                if response.status != HTTPStatus.OK:
                    raise NoteUnavailableError(f"Discord did not give a voice note (HTTP {response.status}).")
                return await _read(response)
        except BROKEN as error:
            raise NoteUnavailableError(f"A voice note could not be fetched ({type(error).__name__}).") from None

    def _allowed(self, link: str) -> yarl.URL:
        """Raises NoteGoneError for a link to anywhere else than Discord, or the address that stands in for it."""
        with suppress(ValueError):
            url = yarl.URL(link, encoded=True)
            if url.origin() in self._origins:
                return url
        _log.warning("A voice note was not fetched, as its link leads elsewhere than to Discord.")
        raise NoteGoneError("The link to a voice note leads elsewhere than to Discord.")


async def _message_of(client: discord.Client, reference: str) -> discord.Message:
    place = _REFERENCE.fullmatch(reference)
    if place is None:
        raise NoteGoneError("This was never a voice note on Discord.")
    channel = client.get_partial_messageable(int(place[1]))
    try:
        return await channel.fetch_message(int(place[2]))
    except discord.HTTPException as error:
        if error.code in GONE:
            raise NoteGoneError(f"Discord does not have this message any more ({error.code}).") from None
        raise NoteUnavailableError(f"Discord did not give a message (HTTP {error.status}, {error.code}).") from None
    except BROKEN as error:
        raise NoteUnavailableError(f"Discord could not be reached ({type(error).__name__}).") from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """All of it, as far as it is not too much, whatever was said of its size before."""
    _check_size(response.content_length)
    sound = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        sound += chunk
        _check_size(len(sound))
    return bytes(sound)


def _check_size(size: int | None) -> None:
    if size is not None and size > LARGEST_NOTE_BYTES:
        raise UnusableSoundError(SoundProblem.TOO_LARGE)
