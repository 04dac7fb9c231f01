"""Where the sound of voice notes is fetched from, and from where it never is."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import aiohttp
import pytest

from adapters.discord import DiscordPlatform, client, downloads
from core.messages import VoiceSent
from core.model import Conversation
from core.ports import NoteGoneError, NoteUnavailableError, UnusableSoundError
from core.speech import SoundProblem, VoiceNote
from tests.adapters.discord.conftest import Core, Start, in_chat, unstarted
from tests.wires.discord import Channel, DiscordServer, Fault, Message, Sound, User

SOUND = bytes(range(256)) * 1000


@pytest.fixture
def direct(server: DiscordServer, ana: User) -> Channel:
    return server.world.direct(ana)


@pytest.fixture
def where(direct: Channel, ana: User) -> Conversation:
    return in_chat(direct, ana)


async def spoken(server: DiscordServer, core: Core, ana: User, sound: Sound | None = None) -> VoiceNote:
    """The note of a message that this process has seen."""
    before = len(core.received)
    await server.writes(ana, "", sounds=[sound or server.sound(SOUND)])
    return (await core.got(VoiceSent, before)).note


def unseen(direct: Channel, author: User, *sounds: Sound) -> list[VoiceNote]:
    """The notes of a message that was seen before this process began."""
    message = Message(author, direct, sounds=[*sounds])
    direct.messages.append(message)
    return [VoiceNote(f"{direct.id}/{message.id}/{sound.id}") for sound in sounds]


def asked_for_messages(server: DiscordServer) -> int:
    return len([one for one in server.exchanges if one.method == "GET" and "/messages/" in one.path])


async def test_a_known_link_is_used_as_it_is(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation
) -> None:
    note = await spoken(server, core, ana)
    assert await platform.fetch(where, note) == SOUND
    assert asked_for_messages(server) == 0
    [(path, status)] = server.cdn.asked
    assert (path.rpartition("/")[2], status) == ("voice-message.ogg", 200)


async def test_many_notes_come_over_one_connection(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation
) -> None:
    for _ in range(3):
        assert await platform.fetch(where, await spoken(server, core, ana)) == SOUND
    assert len(server.cdn.connections) == 1


async def test_after_a_restart_the_message_is_asked_for_a_new_link(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, where: Conversation
) -> None:
    first, second = unseen(direct, ana, server.sound(b"one"), server.sound(b"two", content_type="video/mp4"))
    assert await platform.fetch(where, second) == b"two"
    assert await platform.fetch(where, first) == b"one"
    assert await platform.fetch(where, first) == b"one"
    assert asked_for_messages(server) == 2


async def test_an_expired_link_is_asked_for_once_more(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation
) -> None:
    note = await spoken(server, core, ana)
    server.cdn.expire()
    assert await platform.fetch(where, note) == SOUND
    assert [status for _, status in server.cdn.asked] == [404, 200]
    assert asked_for_messages(server) == 1


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_sound_that_new_links_do_not_lead_to_is_gone(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation, *, status: int
) -> None:
    note = await spoken(server, core, ana)
    server.faults.append(Fault("GET", "/attachments", status=status, times=2))
    with pytest.raises(NoteGoneError):
        await platform.fetch(where, note)
    assert [given for _, given in server.cdn.asked] == [status, status]


async def test_a_deleted_message_or_file_is_gone(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, where: Conversation
) -> None:
    kept, taken_off = unseen(direct, ana, server.sound(b"one"), server.sound(b"two"))
    direct.messages[-1].sounds.pop()
    with pytest.raises(NoteGoneError, match="does not have this voice note"):
        await platform.fetch(where, taken_off)
    direct.messages.clear()
    with pytest.raises(NoteGoneError, match="10008"):
        await platform.fetch(where, kept)
    direct.gone = True
    with pytest.raises(NoteGoneError, match="10003"):
        await platform.fetch(where, kept)


@pytest.mark.parametrize("reference", ["", "5", "1/2", "1/2/3/4", "../1/2", "1/2/x", "https://x/2/3", "1/2/3\n"])
async def test_what_was_never_a_note_is_gone(
    server: DiscordServer, platform: DiscordPlatform, where: Conversation, reference: str
) -> None:
    before = len(server.exchanges)
    with pytest.raises(NoteGoneError):
        await platform.fetch(where, VoiceNote(reference))
    assert (len(server.exchanges), server.cdn.asked) == (before, [])


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/attachments", status=500),
        Fault("GET", "/attachments", status=503),
        Fault("GET", "/attachments", status=429, retry_after=9),
        Fault("GET", "/attachments", drop=True, times=2),
    ],
)
async def test_a_failing_download_may_be_tried_again(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation, *, fault: Fault
) -> None:
    note = await spoken(server, core, ana)
    server.faults.append(dataclasses.replace(fault))
    with pytest.raises(NoteUnavailableError) as failed:
        await platform.fetch(where, note)
    assert type(failed.value) is NoteUnavailableError
    assert await platform.fetch(where, note) == SOUND


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 403}, {"drop": True, "times": 2}])
async def test_a_message_that_cannot_be_asked_for_now_may_be_later(
    server: DiscordServer,
    *,
    platform: DiscordPlatform,
    ana: User,
    direct: Channel,
    where: Conversation,
    fault: dict[str, Any],
) -> None:
    [note] = unseen(direct, ana, server.sound(SOUND))
    server.faults.append(Fault("GET", "/messages/", **fault))
    with pytest.raises(NoteUnavailableError) as failed:
        await platform.fetch(where, note)
    assert type(failed.value) is NoteUnavailableError
    assert await platform.fetch(where, note) == SOUND


async def test_a_download_that_breaks_off_is_no_shorter_sound(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation
) -> None:
    note = await spoken(server, core, ana, server.sound(SOUND, sent=1000))
    with pytest.raises(NoteUnavailableError):
        await platform.fetch(where, note)


async def test_a_download_that_hangs_is_given_up(
    server: DiscordServer,
    *,
    platform: DiscordPlatform,
    core: Core,
    ana: User,
    where: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "_TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    note = await spoken(server, core, ana)
    server.faults.append(Fault("GET", "/attachments", delay=5))
    with pytest.raises(NoteUnavailableError, match="TimeoutError"):
        await platform.fetch(where, note)


async def test_without_a_connection_a_note_is_fetched_later(
    server: DiscordServer, core: Core, where: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.platform.CONNECTING_S", 0.01)
    server.faults.append(Fault("GET", "/users/@me", delay=5))
    with pytest.raises(NoteUnavailableError, match="no connection"):
        await unstarted(server, core).fetch(where, VoiceNote("1/2/3"))


@pytest.mark.parametrize("is_seen", [True, False])
async def test_what_is_said_to_be_too_large_is_not_asked_for(
    server: DiscordServer,
    *,
    platform: DiscordPlatform,
    core: Core,
    ana: User,
    direct: Channel,
    where: Conversation,
    is_seen: bool,
) -> None:
    large = server.sound(b"x", size=20_000_001)
    note = await spoken(server, core, ana, large) if is_seen else unseen(direct, ana, large)[0]
    with pytest.raises(UnusableSoundError) as refused:
        await platform.fetch(where, note)
    assert refused.value.problem is SoundProblem.TOO_LARGE
    assert not server.cdn.asked


@pytest.mark.parametrize("chunked", [True, False])
async def test_what_is_larger_than_it_is_said_to_be_is_not_read_to_its_end(
    server: DiscordServer,
    *,
    platform: DiscordPlatform,
    core: Core,
    ana: User,
    where: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    chunked: bool,
) -> None:
    monkeypatch.setattr(downloads, "LARGEST_NOTE_BYTES", 100_000)
    fits = await spoken(server, core, ana, server.sound(SOUND[:100_000], chunked=chunked))
    lies = await spoken(server, core, ana, server.sound(SOUND[:100_001], chunked=chunked, size=10))
    assert len(await platform.fetch(where, fits)) == 100_000
    with pytest.raises(UnusableSoundError) as refused:
        await platform.fetch(where, lies)
    assert refused.value.problem is SoundProblem.TOO_LARGE


ELSEWHERE = (
    "http://cdn.discordapp.com/attachments/1/2/a.ogg",
    "https://cdn.discordapp.com.example.org/a.ogg",
    "https://cdn.discordapp.com@example.org/a.ogg",
    "https://cdn.discordapp.com:8443/a.ogg",
    "https://example.org/a.ogg",
    "http://127.0.0.1:1/attachments/a.ogg",
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost:{port}/attachments/a.ogg",
    "https://127.0.0.1:{port}/attachments/a.ogg",
    "file:///etc/passwd",
    "/attachments/a.ogg",
    "http://[",
    "",
)


@pytest.mark.parametrize("link", ELSEWHERE)
@pytest.mark.parametrize("is_seen", [True, False])
async def test_no_other_address_is_ever_asked(
    server: DiscordServer,
    *,
    platform: DiscordPlatform,
    core: Core,
    ana: User,
    direct: Channel,
    where: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    link: str,
    is_seen: bool,
) -> None:
    sound = server.sound(b"x", url=link.format(port=server.port) or "x")
    note = await spoken(server, core, ana, sound) if is_seen else unseen(direct, ana, sound)[0]
    monkeypatch.setattr(aiohttp.ClientSession, "get", None)
    with pytest.raises(NoteGoneError, match="elsewhere"):
        await platform.fetch(where, note)


async def test_nobody_is_followed_to_another_address(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, where: Conversation
) -> None:
    async with DiscordServer() as other:
        aim = other.sound(b"secret")
        leading = server.sound(b"x", leads_to=other.cdn.sign("/1/2/a.ogg", aim))
        note = await spoken(server, core, ana, leading)
        with pytest.raises(NoteUnavailableError, match="302"):
            await platform.fetch(where, note)
        assert not other.cdn.asked


def test_discords_own_hosts_are_asked_wherever_the_api_is() -> None:
    for api in (None, "https://discord.com/api/v10", "http://proxy:8080/api/v10"):
        known = downloads.Downloads(api)
        for link in ("https://cdn.discordapp.com/a?ex=1&", "https://media.discordapp.net/a"):
            assert str(known._allowed(link)) == link
    with pytest.raises(NoteGoneError):
        downloads.Downloads(None)._allowed("http://proxy:8080/a.ogg")
    assert str(downloads.Downloads("http://proxy:8080/api/v10")._allowed("http://proxy:8080/a.ogg"))


async def test_neither_link_nor_token_is_logged(
    server: DiscordServer,
    *,
    start: Start,
    core: Core,
    ana: User,
    where: Conversation,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    async with start() as platform:
        note = await spoken(server, core, ana, server.sound(SOUND, name="quokka.ogg"))
        await platform.fetch(where, note)
        elsewhere = await spoken(server, core, ana, server.sound(b"x", url="https://quokka.example.org/"))
        with pytest.raises(NoteGoneError) as refused:
            await platform.fetch(where, elsewhere)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("discord", "adapters"))]
    assert "leads elsewhere" in "\n".join(ours)
    assert "quokka" not in "\n".join([*ours, str(refused.value)])


async def test_what_is_being_closed_fetches_nothing_more(
    server: DiscordServer, start: Start, core: Core, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = in_chat(server.world.direct(ana), ana)
    opened: list[aiohttp.ClientSession] = []
    fetched: list[bytes | BaseException] = []
    is_over = asyncio.Event()
    close = aiohttp.ClientSession.close

    def kept() -> aiohttp.ClientSession:
        opened.append(downloads.opened_web())
        return opened[-1]

    monkeypatch.setattr(client, "opened_web", kept)
    async with start() as platform:
        note = await spoken(server, core, ana)
        assert await platform.fetch(where, note) == SOUND

        async def slowly(session: aiohttp.ClientSession) -> None:
            if session is opened[0]:
                fetched.extend(await asyncio.gather(platform.fetch(where, note), return_exceptions=True))
            await close(session)
            if opened[0].closed:
                is_over.set()

        monkeypatch.setattr(aiohttp.ClientSession, "close", slowly)
        await server.gateway.drop(4010)
        await asyncio.wait_for(is_over.wait(), 5)
    assert [type(one) for one in fetched] == [NoteUnavailableError]
    assert len(opened) == 1
