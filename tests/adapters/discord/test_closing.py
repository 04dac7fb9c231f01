"""What is under way when the connection is closed is left for later, whatever the library makes of that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.discord import DiscordPlatform
from core.messages import TextSent
from core.ports import DeliveryError, NoteGoneError, NoteUnavailableError
from core.speech import VoiceNote
from tests.adapters.discord.conftest import Core, in_chat, saying, unstarted
from tests.adapters.discord.test_downloads import unseen
from tests.wires.discord import DiscordServer, Fault, User

SERVER = 77


class Serving:
    """A platform that serves; before its library tries anything again it waits for `pause`."""

    def __init__(self, platform: DiscordPlatform, pauses: asyncio.Event, pause: asyncio.Event) -> None:
        self.platform = platform
        self._pauses = pauses
        self._pause = pause
        self._running = asyncio.create_task(platform.run())

    async def ended_during(self, call: Awaitable[object]) -> object:
        """What comes of a call that waits to be tried again while the platform is asked to end."""
        task = asyncio.ensure_future(call)
        async with asyncio.timeout(5):
            await self._pauses.wait()
        await self.end()
        self._pause.set()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    async def end(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


Make = Callable[..., Awaitable[Serving]]


@pytest.fixture
async def make(server: DiscordServer, core: Core, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    made: list[Serving] = []
    pauses, pause = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        pauses.set()
        await pause.wait()

    async def serving(**settings: Any) -> Serving:
        monkeypatch.setattr("discord.http.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
        made.append(Serving(unstarted(server, core, **settings), pauses, pause))
        await server.connected()
        return made[-1]

    yield serving
    for one in made:
        await one.end()


async def test_a_message_stays_pending(server: DiscordServer, make: Make, ana: User) -> None:
    where, serving = in_chat(server.world.direct(ana), ana), await make()
    server.faults.append(Fault("POST", "/messages", 502))
    failed = await serving.ended_during(serving.platform.send(where, saying("Question 2"), "1"))
    assert (type(failed), str(failed)) == (DeliveryError, "There is no connection to Discord any more.")


async def test_a_voice_note_can_still_be_had(server: DiscordServer, make: Make, ana: User) -> None:
    direct, serving = server.world.direct(ana), await make()
    [note] = unseen(direct, ana, server.sound(b"OggS words"))
    server.faults.append(Fault("GET", "/messages/", 502))
    failed = await serving.ended_during(serving.platform.fetch(in_chat(direct, ana), note))
    assert (type(failed), str(failed)) == (NoteUnavailableError, "There is no connection to Discord any more.")


async def test_nor_does_the_sign_of_work_fail(server: DiscordServer, make: Make, ana: User) -> None:
    serving = await make()
    server.faults.append(Fault("POST", "/typing", 502))
    assert await serving.ended_during(serving.platform.working(in_chat(server.world.direct(ana), ana))) is None


async def test_who_is_asked_about_is_not_taken_for_something_unforeseen(
    server: DiscordServer, make: Make, ana: User, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    serving = await make(allowed_servers=[SERVER])
    server.faults.append(Fault("GET", f"/guilds/{SERVER}/members/", 502))
    await serving.ended_during(server.writes(ana, "Hello"))
    assert not [one for one in core.received if isinstance(one, TextSent)]
    assert "could not be taken" not in caplog.text


async def test_what_fails_while_the_connection_is_there_is_no_matter_of_it(
    server: DiscordServer, make: Make, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, serving = in_chat(server.world.direct(ana), ana), await make()
    monkeypatch.setattr("adapters.discord.drawing.posts", None)
    with pytest.raises(TypeError):
        await serving.platform.send(where, saying("Question 2"), "1")
    with pytest.raises(NoteGoneError):
        await serving.platform.fetch(where, VoiceNote("no reference"))
