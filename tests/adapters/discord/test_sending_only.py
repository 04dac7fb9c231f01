"""A process that sends and receives nothing: no gateway, and nothing known but what a conversation says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.discord import BadTokenError, DiscordPlatform, UnreachablePlatformError, wording
from adapters.discord import platform as platform_module
from adapters.discord.client import Connection
from core.messages import CommandSent, Document, VoiceSent
from core.ports import DeliveryError, NoteUnavailableError, UnreachableError
from core.speech import Speech
from tests.adapters.discord.conftest import Core, Start, asking, in_chat, saying, unstarted
from tests.adapters.discord.test_rooms import answered, threaded
from tests.wires.discord import DiscordServer, Fault, Guild, User

SPEECH = Speech(b"OggS-sound", 4.25, b"\x80\x10")


@pytest.fixture
async def worker(server: DiscordServer, core: Core) -> AsyncIterator[DiscordPlatform]:
    worker = unstarted(server, core)
    yield worker
    await worker.close()


async def test_everything_is_sent_without_a_gateway(server: DiscordServer, worker: DiscordPlatform, ana: User) -> None:
    direct = server.world.direct(ana)
    where = in_chat(direct, ana)
    await worker.working(where)
    await worker.send(where, asking(), "1")
    [question] = direct.messages
    await worker.send(where, saying("Another page.", choices=asking().choices), "2")
    await worker.send(where, replace(saying("Turned."), replaces=question.id), "3")
    await worker.send(where, replace(saying("Kept."), document=Document("all.txt", "All of it.")), "4")
    await worker.send(where, saying("Spoken."), "5", SPEECH)
    assert [one.text for one in direct.messages] == ["Turned.", "Another page.", "Kept.", "", "Spoken."]
    assert list(direct.messages[1].buttons) == ["Hint", "Skip", "Finish"]
    assert direct.messages[2].files == {0: ("all.txt", b"All of it.")}
    assert direct.messages[3].voice["duration_secs"] == 4.25
    assert direct.typing == 1
    assert not server.gateway.identified
    assert not [one for one in server.exchanges if "gateway" in one.path or "commands" in one.path]
    assert len([one for one in server.exchanges if one.path.endswith("/users/@me")]) == 1


async def test_messages_that_come_at_once_share_one_connection(
    server: DiscordServer, worker: DiscordPlatform, ana: User
) -> None:
    where = in_chat(server.world.direct(ana), ana)
    await asyncio.gather(*(worker.send(where, saying(str(number)), str(number)) for number in range(5)))
    assert len([one for one in server.exchanges if one.path.endswith("/users/@me")]) == 1


async def test_a_note_that_another_process_was_told_of_is_fetched(
    server: DiscordServer, start: Start, worker: DiscordPlatform, core: Core, ana: User
) -> None:
    async with start():
        await server.speaks(ana, b"OggS words")
        told = await core.got(VoiceSent)
    assert await worker.fetch(told.conversation, told.note) == b"OggS words"


async def test_in_a_thread_that_another_process_made_there_is_a_form_to_answer_in(
    server: DiscordServer, start: Start, worker: DiscordPlatform, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start():
        thread = await threaded(server, core, guild, shy)
        for number in range(2):
            await worker.send(in_chat(thread, shy), asking(), str(number))
        question = await server.reply_to(thread, 1)
        assert list(question.buttons) == ["Answer", "Hint", "Skip", "Finish"]
        await server.presses(shy, question, "Skip")
        assert (await core.got(CommandSent, 1)).conversation == in_chat(thread, shy)
    assert len([one for one in server.exchanges if one.path.endswith(f"/channels/{thread.id}")]) == 1


async def test_who_closes_their_direct_messages_is_led_to_a_thread_although_others_send(
    server: DiscordServer, start: Start, worker: DiscordPlatform, core: Core, guild: Guild
) -> None:
    """Whoever receives does not learn that what follows never arrived; the second command finds nothing there."""
    ana = server.world.user("ana")
    async with start():
        direct = await threaded(server, core, guild, ana)
        await worker.send(in_chat(direct, ana), asking(), "1")
        ana.closed = True
        assert await threaded(server, core, guild, ana) is direct
        with pytest.raises(UnreachableError):
            await worker.send(in_chat(direct, ana), asking(), "2")
        thread = await threaded(server, core, guild, ana)
        assert server.world.threads(guild) == [thread]
        await worker.send(in_chat(thread, ana), asking(), "3")
        assert await threaded(server, core, guild, ana) is thread


async def test_where_answers_arrive_nothing_is_said_of_it_twice(
    server: DiscordServer, start: Start, worker: DiscordPlatform, core: Core, guild: Guild
) -> None:
    ana = server.world.user("ana")
    direct = server.world.direct(ana)
    async with start():
        for number in range(3):
            assert await threaded(server, core, guild, ana) is direct
            await worker.send(in_chat(direct, ana), saying(str(number)), str(number))
    assert [one.text for one in direct.messages] == [wording.HERE_INSTEAD, "0", "1", "2"]


async def test_a_thread_that_is_gone_is_made_again_although_others_send(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start():
        thread = await threaded(server, core, guild, shy)
        thread.gone = True
        given = await server.gives(shy, "interview status", guild=guild)
        again = server.world.channels[(await core.got(CommandSent, 1)).conversation.chat]
        assert again is not thread
        assert (await answered(server, given)).text.endswith(f"/{guild.id}/{again.id}")


async def test_the_owner_is_told_of_a_wrong_token_and_messages_stay_pending(
    server: DiscordServer, core: Core, ana: User
) -> None:
    where = in_chat(server.world.direct(ana), ana)
    worker = unstarted(server, core, "another.token")
    with pytest.raises(BadTokenError, match="refuses the token"):
        await worker.open()
    with pytest.raises(DeliveryError, match="refuses the token"):
        await worker.send(where, asking(), "1")
    await worker.working(where)
    await worker.close()


async def test_once_discord_is_there_again_messages_go(server: DiscordServer, core: Core, ana: User) -> None:
    where = in_chat(server.world.direct(ana), ana)
    await server.stop()
    worker = unstarted(server, core)
    with pytest.raises(UnreachablePlatformError):
        await worker.open()
    with pytest.raises(DeliveryError, match="could not be reached"):
        await worker.send(where, asking(), "1")
    await worker.working(where)
    await server.start()
    await worker.send(where, asking(), "1")
    assert len(server.world.direct(ana).messages) == 1
    await worker.close()


async def test_a_discord_that_was_there_and_is_gone_is_told(server: DiscordServer, worker: DiscordPlatform) -> None:
    await worker.open()
    await server.stop()
    with pytest.raises(UnreachablePlatformError, match="could not be reached"):
        await worker.open()
    await server.start()
    await worker.open()
    assert len([one for one in server.exchanges if one.path.endswith("/users/@me")]) == 1


async def test_it_can_receive_later_by_the_same_connection(
    server: DiscordServer, worker: DiscordPlatform, ana: User
) -> None:
    where = in_chat(server.world.direct(ana), ana)
    await worker.open()
    running = asyncio.create_task(worker.run())
    await server.connected()
    await worker.send(where, asking(), "1")
    assert len([one for one in server.exchanges if one.path.endswith("/users/@me")]) == 1
    await worker.close()
    await asyncio.wait_for(running, 5)


async def test_what_is_closed_sends_nothing_more(server: DiscordServer, worker: DiscordPlatform, ana: User) -> None:
    where = in_chat(server.world.direct(ana), ana)
    await worker.open()
    await worker.close()
    with pytest.raises(DeliveryError, match="no connection"):
        await worker.send(where, asking(), "1")
    await worker.working(where)
    assert not server.world.direct(ana).typing


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """All that connected or tried to."""
    made: list[Connection] = []

    def kept(*given: Any) -> Connection:
        made.append(Connection(*given))
        return made[-1]

    monkeypatch.setattr(platform_module, "Connection", kept)
    return made


async def test_what_is_closed_while_it_logs_in_leaves_nothing_open(
    server: DiscordServer, worker: DiscordPlatform, made: list[Connection], ana: User
) -> None:
    where = in_chat(server.world.direct(ana), ana)
    server.faults.append(slow := Fault("GET", "/oauth2/applications/@me", delay=0.1))
    sent = [asyncio.create_task(worker.send(where, asking(), str(number))) for number in range(2)]
    await _begun(slow)
    await worker.close()
    failed = await asyncio.gather(*sent, return_exceptions=True)
    assert [(type(one), str(one)) for one in failed] == [
        (DeliveryError, "There is no connection to Discord any more.")
    ] * 2
    assert [one.is_closed() for one in made] == [True]


async def test_what_is_closed_while_it_logs_in_to_receive_ends(
    server: DiscordServer, worker: DiscordPlatform, made: list[Connection]
) -> None:
    server.faults.append(slow := Fault("GET", "/oauth2/applications/@me", delay=0.1))
    running = asyncio.create_task(worker.run())
    await _begun(slow)
    await worker.close()
    await asyncio.wait_for(running, 5)
    assert [one.is_closed() for one in made] == [True]
    assert not server.gateway.identified


async def test_what_is_closed_while_it_is_opened_says_so(server: DiscordServer, worker: DiscordPlatform) -> None:
    server.faults.append(slow := Fault("GET", "/oauth2/applications/@me", delay=0.1))
    opening = asyncio.create_task(worker.open())
    await _begun(slow)
    await worker.close()
    with pytest.raises(UnreachablePlatformError, match="no connection"):
        await opening


async def _begun(slow: Fault) -> None:
    async with asyncio.timeout(5):
        while slow.times:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)


async def test_a_login_that_fails_half_way_is_begun_anew(
    server: DiscordServer, worker: DiscordPlatform, ana: User
) -> None:
    server.faults.append(Fault("GET", "/oauth2/applications/@me", status=404, times=1))
    where = in_chat(server.world.direct(ana), ana)
    with pytest.raises(DeliveryError):
        await worker.send(where, asking(), "1")
    await worker.send(where, asking(), "1")
    assert len(server.world.direct(ana).messages) == 1


async def test_a_note_waits_until_discord_is_there(
    server: DiscordServer, worker: DiscordPlatform, core: Core, start: Start, ana: User
) -> None:
    async with start():
        await server.speaks(ana, b"OggS words")
        told = await core.got(VoiceSent)
    await server.stop()
    with pytest.raises(NoteUnavailableError, match="could not be reached"):
        await worker.fetch(told.conversation, told.note)
