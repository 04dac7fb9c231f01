"""The loopback Discord: it answers as the real one does, and lets no mistake pass."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wires.discord import DiscordServer, Fault

INTENTS = 1 | 1 << 12 | 1 << 14
MESSAGE = {"content": "Hello", "allowed_mentions": {"parse": []}}
IDENTIFY: dict[str, Any] = {
    "token": "made.up.token",
    "intents": INTENTS,
    "properties": {"os": "linux", "browser": "x", "device": "x"},
}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": "Bot made.up.token", "User-Agent": "DiscordBot (https://example.org, 1)"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def post(
    session: aiohttp.ClientSession, server: DiscordServer, path: str, body: Any, **headers: str
) -> tuple[int, Any]:
    async with session.post(f"{server.url}{path}", json=body, headers=headers) as response:
        assert response.headers["Content-Type"] == "application/json"
        return response.status, await response.json()


async def said(socket: aiohttp.ClientWebSocketResponse) -> Any:
    return json.loads(await socket.receive_str())


async def identified(
    session: aiohttp.ClientSession, server: DiscordServer, **changes: Any
) -> aiohttp.ClientWebSocketResponse:
    socket = await session.ws_connect(f"{server.gateway_url}?v=10&encoding=json")
    assert (await said(socket))["op"] == 10
    await socket.send_json({"op": 2, "d": IDENTIFY | changes})
    return socket


async def test_a_message_with_a_known_nonce_is_the_same_message(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    channel = server.world.direct(server.world.user("ana"))
    path, body = f"/channels/{channel.id}/messages", MESSAGE | {"nonce": "1", "enforce_nonce": True}
    first, second = await post(session, server, path, body), await post(session, server, path, body)
    assert first == second
    assert len(channel.messages) == 1
    await post(session, server, path, MESSAGE | {"nonce": "2", "enforce_nonce": True})
    assert len(channel.messages) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": "x" * 2001},
        {"content": "😀" * 1001},
        {"content": "  "},
        {"speed": 5},
        {"allowed_mentions": {"parse": ["everyone"]}},
        {"allowed_mentions": None},
        {"nonce": "x" * 26},
        {"embeds": [{"description": "x" * 4097}]},
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3001}]},
        {"embeds": [{"description": "x"}], "flags": 4},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "x" * 81, "custom_id": "a"}]}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "a" * 101}]}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "a"}] * 2}]},
        {"components": [{"type": 1, "components": []}]},
    ],
)
async def test_a_message_that_does_not_fit_is_refused_and_noted(
    session: aiohttp.ClientSession, server: DiscordServer, wrong: dict[str, Any]
) -> None:
    channel = server.world.direct(server.world.user("ana"))
    status, answer = await post(session, server, f"/channels/{channel.id}/messages", MESSAGE | wrong)
    assert (status, answer["code"], len(server.mistakes)) == (400, 50035, 1)
    assert not channel.messages
    server.mistakes.clear()


async def test_a_message_is_changed_by_whoever_wrote_it(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    ana = server.world.user("ana")
    theirs, channel = await server.writes(ana, "mine"), server.world.direct(ana)
    _, own = await post(session, server, f"/channels/{channel.id}/messages", MESSAGE)
    answers = []
    for message, body in (
        (own["id"], MESSAGE | {"content": "Changed", "components": []}),
        (theirs.id, MESSAGE),
        ("1", MESSAGE),
    ):
        async with session.patch(f"{server.url}/channels/{channel.id}/messages/{message}", json=body) as response:
            answers.append((response.status, (await response.json()).get("code")))
    assert answers == [(200, None), (403, 50005), (404, 10008)]
    assert [message.text for message in channel.messages] == ["mine", "Changed"]
    assert channel.messages[1].edited_at


@pytest.mark.parametrize("wrong", [{"content": "x", "allowed_mentions": None}, {"content": "x" * 2001}, {"nonce": "1"}])
async def test_a_change_that_does_not_fit_is_refused_and_noted(
    session: aiohttp.ClientSession, server: DiscordServer, wrong: dict[str, Any]
) -> None:
    channel = server.world.direct(server.world.user("ana"))
    _, own = await post(session, server, f"/channels/{channel.id}/messages", MESSAGE)
    path = f"{server.url}/channels/{channel.id}/messages/{own['id']}"
    async with session.patch(path, json=MESSAGE | wrong) as response:
        assert ((await response.json())["code"], len(server.mistakes)) == (50035, 1)
    server.mistakes.clear()


def form(filename: str, sent: bytes, **message: Any) -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)
    made.add_field("payload_json", json.dumps(MESSAGE | message))
    made.add_field("files[0]", sent, filename=filename, content_type="application/octet-stream")
    return made


async def test_a_file_comes_with_a_message(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    channel = server.world.direct(server.world.user("ana"))
    content, named = "– 😀\r\n\n--x\n\x00".encode(), [{"id": "0", "filename": "a.txt"}]
    path = f"{server.url}/channels/{channel.id}/messages"
    async with session.post(path, data=form("a.txt", content, attachments=named, content="")) as response:
        assert (await response.json())["attachments"][0]["size"] == len(content)
    assert channel.messages[0].files == {0: ("a.txt", content)}
    assert server.exchanges[-1].body["attachments"] == named
    for wrong in (
        {},
        {"attachments": [{"id": "1", "filename": "a.txt"}]},
        {"attachments": [{"id": "0", "filename": "b"}]},
    ):
        async with session.post(path, data=form("a.txt", content, **wrong)) as response:
            assert (await response.json())["code"] == 50035
    assert len(channel.messages) == 1
    server.mistakes.clear()


VOICE: dict[str, Any] = {"id": "0", "filename": "voice-message.ogg", "duration_secs": 4.5, "waveform": "gID/"}
SPOKEN = {"allowed_mentions": {"parse": []}, "flags": 8192, "attachments": [VOICE]}


def spoken(kind: str = "audio/ogg", files: int = 1, **message: Any) -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)
    made.add_field("payload_json", json.dumps(SPOKEN | message))
    for number in range(files):
        made.add_field(f"files[{number}]", b"OggS", filename="voice-message.ogg", content_type=kind)
    return made


async def test_a_voice_message_holds_one_sound_and_nothing_else(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    channel = server.world.direct(server.world.user("ana"))
    path = f"{server.url}/channels/{channel.id}/messages"
    async with session.post(path, data=spoken()) as response:
        [shown] = (await response.json())["attachments"]
    told = (shown["duration_secs"], shown["waveform"], shown["content_type"])
    assert (told, channel.messages[0].flags) == ((4.5, "gID/", "audio/ogg"), 8192)
    two = [VOICE, VOICE | {"id": "1"}]
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "a"}]}
    mistakes: tuple[dict[str, Any], ...] = (
        {"content": "Words"},
        {"embeds": [{"description": "x"}]},
        {"components": [row]},
        {"flags": 0},
        {"flags": 8192 | 4},
        {"attachments": []},
        {"attachments": two, "files": 2},
        {"kind": "application/octet-stream"},
        *({"attachments": [VOICE | change]} for change in ({"duration_secs": 0.0}, {"duration_secs": None})),
        *({"attachments": [VOICE | {"waveform": points}]} for points in (None, "", "?", "AAAA" * 86)),
    )
    for wrong in mistakes:
        async with session.post(path, data=spoken(**wrong)) as response:
            assert (await response.json())["code"] in {50035, 50160}, wrong
    assert len(channel.messages) == 1
    server.mistakes.clear()


async def test_a_server_may_forbid_voice_messages_and_files(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    guild, codes = server.world.guild(), []
    path = f"{server.url}/channels/{guild.channels[0].id}/messages"
    for guild.allows_voice, guild.allows_files in ((True, True), (False, True), (True, False)):
        for sent in (spoken(), form("a.ogg", b"OggS", attachments=[{"id": "0", "filename": "a.ogg"}])):
            async with session.post(path, data=sent) as response:
                codes.append((await response.json()).get("code"))
    assert codes == [None, None, 50173, None, 50013, 50013]


async def test_a_sound_is_given_to_whoever_has_a_valid_link(server: DiscordServer) -> None:
    ana = server.world.user("ana")
    message = await server.speaks(ana, b"OggS", seconds=2.5)
    [shown] = message.wire()["attachments"]
    assert (shown["size"], shown["duration_secs"], message.flags) == (4, 2.5, 8192)
    async with aiohttp.ClientSession() as anybody:
        async with anybody.get(shown["url"]) as response:
            assert (response.status, await response.read()) == (200, b"OggS")
        server.cdn.expire()
        [fresh] = message.wire()["attachments"]
        for link in (shown["url"], f"{server.cdn.url}/1/2/a.ogg"):
            async with anybody.get(link) as response:
                assert response.status == 404
        async with anybody.get(fresh["url"]) as response:
            assert response.status == 200
        async with anybody.get(fresh["url"], headers={"Authorization": "Bot x"}):
            assert server.mistakes == ["the token was told to where files are"]
    server.mistakes.clear()


async def test_one_message_is_shown_with_what_it_replies_to(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    ana = server.world.user("ana")
    first, path = await server.speaks(ana, b"OggS"), f"/channels/{server.world.direct(ana).id}/messages"
    reference = {"message_id": int(first.id), "channel_id": 1, "fail_if_not_exists": False}
    _, own = await post(session, server, path, MESSAGE | {"message_reference": reference})
    last = await server.writes(ana, "Yes", replies_to=server.said_in(first.channel)[0])
    async with session.get(f"{server.url}{path}/{last.id}") as response:
        shown = await response.json()
    quoted = shown["referenced_message"]
    assert (shown["type"], quoted["id"], quoted["type"]) == (19, own["id"], 19)
    assert quoted["message_reference"]["message_id"] == first.id
    assert "referenced_message" not in quoted
    first.channel.messages.remove(first)
    assert server.said_in(first.channel)[0].wire()["referenced_message"] is None
    missing = await post(session, server, path, MESSAGE | {"message_reference": reference})
    assert "message_reference" not in missing[1]
    async with session.get(f"{server.url}{path}/{first.id}") as response:
        assert (await response.json())["code"] == 10008
    strict = MESSAGE | {"message_reference": reference | {"fail_if_not_exists": True}}
    assert (await post(session, server, path, strict))[0] == 400
    server.mistakes.clear()


async def test_it_is_told_who_is_in_a_server_and_in_a_thread(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    guild, foreign, ana = server.world.guild(), server.world.guild(has_bot=False), server.world.user("ana")
    body = {"name": "x", "auto_archive_duration": 10080, "type": 12, "invitable": False}
    _, thread = await post(session, server, f"/channels/{guild.channels[0].id}/threads", body)

    async def asked(path: str) -> tuple[int, int | None]:
        async with session.get(f"{server.url}{path}") as response:
            return response.status, (await response.json()).get("code")

    of_server, of_thread = f"/guilds/{guild.id}/members/{ana.id}", f"/channels/{thread['id']}/thread-members/{ana.id}"
    assert [await asked(path) for path in (of_server, of_thread)] == [(404, 10007)] * 2
    guild.people.append(ana)
    server.world.channels[thread["id"]].people.append(ana)
    assert [await asked(path) for path in (of_server, of_thread)] == [(200, None)] * 2
    assert await asked(f"/guilds/{foreign.id}/members/{ana.id}") == (403, 50001)
    assert await asked(f"/guilds/1/members/{ana.id}") == (404, 10004)


async def test_an_application_says_what_its_installation_asks_for(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    async with session.get(f"{server.url}/applications/@me") as response:
        assert (await response.json())["integration_types_config"].keys() == {"0", "1"}
    server.application = {}
    async with session.get(f"{server.url}/applications/@me") as response:
        assert "integration_types_config" not in await response.json()


async def test_who_takes_no_messages_and_what_is_not_there(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    shy = server.world.direct(server.world.user("shy", closed=True))
    foreign = server.world.guild(has_bot=False).channels[0]
    answers = [await post(session, server, f"/channels/{one}/messages", MESSAGE) for one in (shy.id, foreign.id, "1")]
    assert [(status, answer["code"]) for status, answer in answers] == [(403, 50007), (403, 50001), (404, 10003)]
    assert (await post(session, server, "/nothing", {}))[0] == 404
    assert len(server.mistakes) == 1
    server.mistakes.clear()


async def test_only_its_own_token_is_let_in(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    status, _ = await post(session, server, "/users/@me/channels", {"recipient_id": "1"}, Authorization="Bot other")
    assert status == 401


async def test_ready_comes_before_the_servers_and_events_are_numbered(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    server.world.guild()
    socket = await identified(session, server)
    ready, guild = await said(socket), await said(socket)
    assert (ready["t"], ready["s"], guild["t"], guild["s"]) == ("READY", 1, "GUILD_CREATE", 2)
    await socket.send_json({"op": 1, "d": 2})
    assert (await said(socket))["op"] == 11
    await socket.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "other"}, 4004),
        ({"intents": 1 << 15}, 4014),
        ({"intents": 1 << 1}, 4014),
        ({"shard": [2, 2]}, 4010),
        ({"shard": [-1, 2]}, 4010),
    ],
)
async def test_who_may_not_identify_is_shown_out(
    session: aiohttp.ClientSession, server: DiscordServer, changes: dict[str, Any], code: int
) -> None:
    socket = await identified(session, server, **changes)
    assert (await socket.receive()).data == code


async def test_events_go_only_to_whoever_asked_for_them(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    guild, ana = server.world.guild(), server.world.user("ana")
    socket = await identified(session, server, intents=1 << 9)
    await said(socket)
    await said(socket)
    await server.writes(ana, "private")
    await server.writes(ana, "public", guild.channels[0])
    event = await said(socket)
    assert (event["t"], event["d"]["channel_id"], event["d"]["content"]) == (
        "MESSAGE_CREATE",
        guild.channels[0].id,
        "",
    )
    await socket.close()


async def test_a_shard_is_told_of_its_servers_and_the_first_of_direct_messages(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    guilds = [server.world.guild(id=str((8 + number) << 22)) for number in range(2)]
    sockets = [await identified(session, server, intents=1 << 9 | 1 << 12, shard=[shard, 2]) for shard in range(2)]
    for shard, socket in enumerate(sockets):
        ready, guild = (await said(socket))["d"], (await said(socket))["d"]
        assert (ready["shard"], [one["id"] for one in ready["guilds"]]) == ([shard, 2], [guild["id"]])
        assert guild["id"] == guilds[shard].id
    ana = server.world.user("ana")
    for channel in (None, guilds[1].channels[0], guilds[0].channels[0]):
        await server.writes(ana, "hello", channel)
    first = [(await said(sockets[0]))["d"].get("guild_id") for _ in range(2)]
    assert (first, (await said(sockets[1]))["d"]["guild_id"]) == ([None, guilds[0].id], guilds[1].id)
    for socket in sockets:
        await socket.close()


async def test_a_session_is_resumed_with_what_was_missed(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    first = await identified(session, server)
    ready = await said(first)
    await first.close()
    await server.writes(server.world.user("ana"), "meanwhile")
    second = await session.ws_connect(f"{server.gateway_url}?v=10&encoding=json")
    await said(second)
    asked = {"token": server.token, "session_id": ready["d"]["session_id"], "seq": 1}
    await second.send_json({"op": 6, "d": asked})
    assert [(await said(second))["t"] for _ in range(2)] == ["MESSAGE_CREATE", "RESUMED"]
    await second.close()
    server.gateway.refuse_resumes = True
    third = await session.ws_connect(f"{server.gateway_url}?v=10&encoding=json")
    await said(third)
    await third.send_json({"op": 6, "d": asked})
    assert await said(third) == {"op": 9, "d": False}
    await third.close()


async def test_one_zlib_stream_holds_all_events(session: aiohttp.ClientSession, server: DiscordServer) -> None:
    socket = await session.ws_connect(f"{server.gateway_url}?v=10&encoding=json&compress=zlib-stream")
    stream = zlib.decompressobj()
    first = await socket.receive_bytes()
    assert first.endswith(b"\x00\x00\xff\xff")
    assert json.loads(stream.decompress(first))["op"] == 10
    await socket.send_json({"op": 2, "d": IDENTIFY})
    packed = b""
    while not packed.endswith(b"\x00\x00\xff\xff"):
        packed += await socket.receive_bytes()
    assert json.loads(stream.decompress(packed))["t"] == "READY"
    await socket.close()


async def test_an_interaction_is_acknowledged_once_and_in_a_way_that_fits(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    command = {"name": "help", "description": "Help", "type": 1}
    async with session.put(f"{server.url}/applications/1/commands", json=[command]) as response:
        assert response.status == 200
    giving = asyncio.create_task(server.gives(server.world.user("ana"), "help"))
    await asyncio.sleep(0)
    [interaction] = server.interactions.values()
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert (await post(session, server, path, {"type": 6}))[0] == 400
    assert (await post(session, server, path, {"type": 5, "data": {"flags": 64}}))[0] == 200
    assert (await post(session, server, path, {"type": 5}))[1]["code"] == 40060
    assert (await giving).ephemeral
    interaction.begun -= 4
    interaction.callback = None
    assert (await post(session, server, path, {"type": 5}))[1]["code"] == 10062
    server.mistakes.clear()


async def test_faults_come_as_often_as_they_were_asked_for(
    session: aiohttp.ClientSession, server: DiscordServer
) -> None:
    server.faults.append(Fault("POST", "/messages", status=429, retry_after=0.1))
    channel = server.world.direct(server.world.user("ana"))
    path = f"/channels/{channel.id}/messages"
    assert (await post(session, server, path, MESSAGE))[1]["retry_after"] == 0.1
    assert (await post(session, server, path, MESSAGE))[0] == 200
    server.faults.append(Fault("POST", "/messages", drop=True))
    with pytest.raises(aiohttp.ClientError):
        await post(session, server, path, MESSAGE)


async def test_as_a_process_it_prints_its_address_and_ends_when_told() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wires.discord", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert program.stdout
    address = (await program.stdout.readline()).decode().strip()
    headers = {"Authorization": "Bot made.up.token", "User-Agent": "DiscordBot (x, 1)"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{address}/users/@me") as response:
        assert (await response.json())["username"] == "coach"
    program.terminate()
    _, errors = await asyncio.wait_for(program.communicate(), 5)
    assert (program.returncode, errors) == (0, b"")
