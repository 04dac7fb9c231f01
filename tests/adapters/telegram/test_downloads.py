"""Sounds that are fetched from Telegram, within their limits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.telegram import TelegramPlatform
from core.ports import NoteGoneError, NoteUnavailableError, UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, SoundProblem, VoiceNote
from tests.adapters.telegram.conftest import QUICK, ROLE, Takes, conversation, until
from tests.wires.telegram import TOKEN, Fault, Person, TelegramServer

SOUND = bytes(range(256)) * 800
NOTE = VoiceNote("file-1", 3.0, len(SOUND))


@asynccontextmanager
async def connected(server: TelegramServer, takes: Takes, **waits: float) -> AsyncIterator[TelegramPlatform]:
    """Polling for nothing; `waits` are what is different of `Timing`."""
    timing = replace(QUICK, **waits)  # type: ignore[arg-type]
    platform = TelegramPlatform(TOKEN, takes, [ROLE], api_base_url=f"{server.url}/", timing=timing)
    yield platform
    await platform.close()


@pytest.fixture
async def idle(server: TelegramServer, robin: Person, takes: Takes) -> AsyncIterator[TelegramPlatform]:
    """Connected; Robin has sent a sound."""
    robin.speaks(SOUND)
    async with connected(server, takes, fetch_s=0.6, read_s=0.3) as platform:
        yield platform


async def test_a_sound_is_fetched(idle: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    assert await idle.fetch(conversation(robin), NOTE) == SOUND
    assert await idle.fetch(conversation(robin), VoiceNote("file-1")) == SOUND
    assert server.downloads == ["voice/file-1 é.oga"] * 2


async def test_what_is_said_to_be_too_large_is_not_asked_for(
    idle: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    server.files.declared["file-1"] = LARGEST_NOTE_BYTES + 1
    for size in (LARGEST_NOTE_BYTES + 1, LARGEST_NOTE_BYTES, None):
        with pytest.raises(UnusableSoundError) as refused:
            await idle.fetch(conversation(robin), VoiceNote("file-1", size=size))
        assert refused.value.problem is SoundProblem.TOO_LARGE
    assert len(server.asked("getFile")) == 2
    assert not server.downloads


async def test_what_a_server_of_ones_own_serves_beyond_the_limit_is_not_downloaded(
    idle: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    described = f'{{"file_id": "a", "file_unique_id": "b", "file_size": {LARGEST_NOTE_BYTES + 1}, "file_path": "a"}}'
    server.faults.append(Fault("getFile", 200, raw=f'{{"ok": true, "result": {described}}}'))
    with pytest.raises(UnusableSoundError):
        await idle.fetch(conversation(robin), VoiceNote("file-1"))
    assert not server.downloads


async def test_a_size_that_is_a_lie_fills_no_memory(server: TelegramServer, robin: Person, takes: Takes) -> None:
    """However long it takes a busy machine to come to the limit."""
    robin.speaks(SOUND)
    server.faults.append(Fault("file", endless=True))
    async with connected(server, takes, fetch_s=60.0, read_s=30.0) as patient:
        with pytest.raises(UnusableSoundError) as refused:
            await patient.fetch(conversation(robin), NOTE)
        await until(lambda: not server.files.streaming)
    assert refused.value.problem is SoundProblem.TOO_LARGE
    assert LARGEST_NOTE_BYTES < server.files.streamed < 1.5 * LARGEST_NOTE_BYTES  # the rest was on its way


async def test_a_packed_sound_is_not_unpacked(idle: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    server.faults.append(Fault("file", packed=True))
    assert await idle.fetch(conversation(robin), NOTE) == SOUND


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        Fault("getFile", 400, "Bad Request: invalid file_id"),
        Fault("file", 404, "Not Found"),
        Fault("file", 410, "Gone"),
    ],
)
async def test_a_sound_that_is_gone(
    idle: TelegramPlatform, robin: Person, server: TelegramServer, fault: Fault
) -> None:
    server.faults.append(fault)
    with pytest.raises(NoteGoneError) as failed:
        await idle.fetch(conversation(robin), NOTE)
    assert TOKEN not in str(failed.value)


async def test_a_reference_that_is_none(idle: TelegramPlatform, robin: Person) -> None:
    with pytest.raises(NoteGoneError):
        await idle.fetch(conversation(robin), VoiceNote("file-9"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getFile", 429, "Too Many Requests: retry after 1", retry_after=1),
        Fault("getFile", 500),
        Fault("getFile", 401, "Unauthorized"),
        Fault("getFile", 400, raw="<html>Bad Request</html>"),
        Fault("getFile", 200, raw="quokka"),
        Fault("getFile", 200, raw='{"ok": true, "result": {"file_id": "a", "file_unique_id": "b"}}'),
        Fault("getFile", 200, raw='{"ok": true, "result": []}'),
        Fault("getFile", drop=True),
        Fault("getFile", slow_s=9),
        Fault("file", 429, "Too Many Requests", retry_after=1),
        Fault("file", 502),
        Fault("file", 302, "Found"),
        Fault("file", drop=True),
        Fault("file", slow_s=9),
        Fault("file", endless=True, slow_s=0.02),
    ],
    ids=str,
)
async def test_a_sound_that_may_come_later(
    idle: TelegramPlatform,
    robin: Person,
    server: TelegramServer,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.append(fault)
    with pytest.raises(NoteUnavailableError) as failed:
        await idle.fetch(conversation(robin), NOTE)
    assert not isinstance(failed.value, NoteGoneError)
    assert TOKEN not in str(failed.value) + caplog.text
    server.faults.clear()
    assert await idle.fetch(conversation(robin), NOTE) == SOUND


async def test_a_server_that_is_gone(idle: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    await server.stop()
    with pytest.raises(NoteUnavailableError):
        await idle.fetch(conversation(robin), NOTE)


async def test_a_path_on_a_disk_is_not_read(idle: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    described = f'{{"file_id": "a", "file_unique_id": "b", "file_path": "{__file__}"}}'
    server.faults.append(Fault("getFile", 200, raw=f'{{"ok": true, "result": {described}}}'))
    with pytest.raises(NoteUnavailableError):
        await idle.fetch(conversation(robin), NOTE)
    assert not server.downloads


async def test_a_slow_download_can_be_given_up(idle: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    server.faults.append(Fault("file", endless=True, slow_s=0.01))
    fetching = asyncio.create_task(idle.fetch(conversation(robin), NOTE))
    await until(lambda: server.files.streamed > 0)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    await until(lambda: not server.files.streaming)
    assert await idle.fetch(conversation(robin), NOTE) == SOUND


async def test_what_was_fetched_is_in_no_log(
    idle: TelegramPlatform, robin: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await idle.fetch(conversation(robin), NOTE)
    assert TOKEN not in caplog.text
