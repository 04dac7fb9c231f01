from __future__ import annotations

import asyncio
import logging

import discord
import pytest

from adapters.discord import BadTokenError, RefusedError, UnreachablePlatformError, interactions, wording
from adapters.discord import platform as platform_module
from adapters.discord.failures import platform_error
from core.messages import CommandSent, TextSent
from core.model import Conversation
from core.ports import DeliveryError, RefusedMessageError, StoreUnavailableError, UnreachableError
from tests.adapters.discord.conftest import Core, Start, asking, in_chat, saying, unstarted
from tests.wires.discord import DiscordServer, Fault, User


async def test_no_privileged_intent_is_asked_for(server: DiscordServer, start: Start) -> None:
    async with start():
        [asked] = server.gateway.identified
    assert asked["intents"] == 1 | 1 << 12 | 1 << 14


async def test_commands_are_told_once_and_again_only_when_they_changed(server: DiscordServer, start: Start) -> None:
    for _ in range(2):
        server.gateway.ready.clear()
        async with start():
            pass
    assert server.syncs == 1
    server.commands[0]["description"] = "Another"
    server.gateway.ready.clear()
    async with start():
        pass
    assert server.syncs == 2
    assert {tuple(command["contexts"]) for command in server.commands} == {(0, 1, 2)}
    assert {tuple(command["integration_types"]) for command in server.commands} == {(0, 1)}


async def test_it_serves_without_telling_the_commands(server: DiscordServer, start: Start, core: Core) -> None:
    server.faults.append(Fault("PUT", "/commands", status=403, code=50001))
    async with start():
        await server.writes(server.world.user("ana"), "hello")
        await core.got(TextSent)


async def test_a_wrong_token_is_said_to_the_owner(
    server: DiscordServer, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform = unstarted(server, core, "another.token")
    with pytest.raises(BadTokenError, match="refuses the token"):
        await platform.run()
    with pytest.raises(BadTokenError):
        await platform.check()
    assert "another.token" not in caplog.text


async def test_a_token_that_only_the_gateway_refuses(server: DiscordServer, core: Core) -> None:
    platform = unstarted(server, core)
    server.faults.append(Fault("GET", "/gateway/bot", delay=0.05))
    running = asyncio.create_task(platform.run())
    await server.until(lambda: [one for one in server.exchanges if one.path.endswith("@me/commands")] or server.syncs)
    server.token = "changed"
    server.faults.append(Fault("GET", "/gateway/bot"))
    with pytest.raises(BadTokenError):
        await running


async def test_a_refused_connection_ends_with_a_reason(server: DiscordServer, start: Start) -> None:
    async with start() as platform:
        running = [task for task in asyncio.all_tasks() if "DiscordPlatform.run" in repr(task.get_coro())]
        await server.gateway.drop(4013)
        with pytest.raises(RefusedError, match="4013"):
            await running[0]
        with pytest.raises(DeliveryError):
            await platform.send(in_chat(server.world.direct(server.world.user("ana")), server.world.bot), asking(), "1")


async def test_check_says_when_nobody_answers(server: DiscordServer, core: Core) -> None:
    platform = unstarted(server, core)
    await server.stop()
    with pytest.raises(UnreachablePlatformError):
        await platform.check()
    server.faults.append(Fault("GET", "/users/@me", status=503))
    await server.start()
    with pytest.raises(UnreachablePlatformError, match="503"):
        await platform.check()


async def test_a_dropped_connection_is_resumed_and_nothing_is_lost(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    async with start():
        await server.gateway.drop()
        await server.writes(ana, "said meanwhile")
        assert (await core.got(TextSent)).text == "said meanwhile"
        assert len(server.gateway.resumed) == 1
        assert len(server.gateway.identified) == 1


async def test_asked_to_reconnect_it_resumes(server: DiscordServer, start: Start, core: Core, ana: User) -> None:
    async with start():
        await server.gateway.reconnect()
        await server.connected()
        await server.writes(ana, "still there?")
        await core.got(TextSent)
        assert len(server.gateway.resumed) == 1


async def see_something(server: DiscordServer, core: Core, writer: User) -> None:
    """Something is written, and known to be taken."""
    seen = await server.writes(writer, "seen")
    await core.got(TextSent)
    core.seen = {server.world.direct(writer).id: seen.id}


async def miss_something(server: DiscordServer, writer: User) -> None:
    """Something is written before a new session begins."""
    for session in server.gateway.sessions.values():
        session.valid = False
    await server.writes(writer, "missed")
    await server.gateway.invalidate()
    await server.connected()


async def test_an_invalid_session_begins_a_new_one_and_fetches_what_was_missed(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    async with start():
        await see_something(server, core, ana)
        await miss_something(server, ana)
        await server.writes(ana, "after")
        await core.got(TextSent, 2)
        assert [one.text for one in core.received if isinstance(one, TextSent)] == ["seen", "missed", "after"]
        assert len(server.gateway.identified) == 2


async def test_what_its_writer_was_asked_to_say_again_is_not_fetched_as_missed(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    async with start():
        await see_something(server, core, ana)
        core.refusal = StoreUnavailableError("The disk is full.")
        await server.writes(ana, "refused")
        assert (await server.reply_to(server.world.direct(ana))).text == wording.NOT_SAVED
        core.refusal = None
        await miss_something(server, ana)
        await core.got(TextSent, 1)
        assert [one.text for one in core.received if isinstance(one, TextSent)] == ["seen", "missed"]


async def test_an_invalid_session_that_can_be_resumed_is(server: DiscordServer, start: Start, ana: User) -> None:
    async with start():
        await server.gateway.invalidate(resumable=True)
        await server.connected()
        assert len(server.gateway.resumed) == 1


async def test_heartbeats_are_sent_as_often_as_the_gateway_asks(server: DiscordServer, start: Start) -> None:
    server.heartbeat_ms = 100
    async with start():
        await asyncio.sleep(0.25)
        assert server.gateway.connections[0].heartbeats >= 2


async def test_missed_messages_come_before_live_ones_of_their_chat(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    direct = server.world.direct(ana)
    seen = await server.writes(ana, "seen")
    for number in range(3):
        await server.writes(ana, f"missed {number}")
    await server.writes(server.world.bot, "my own", direct)
    core.seen = {direct.id: seen.id, "77": "1", "thread": "x"}
    server.faults.append(Fault("GET", "/messages", delay=0.1))
    async with start():
        await server.writes(ana, "live")
        await core.got(TextSent, 3)
    texts = [one.text for one in core.received if isinstance(one, TextSent)]
    assert texts == ["missed 0", "missed 1", "missed 2", "live"]


async def test_at_most_a_hundred_missed_messages_of_a_chat_are_fetched(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen = await server.writes(ana, "seen")
    for number in range(120):
        await server.writes(ana, str(number))
    core.seen = {server.world.direct(ana).id: seen.id}
    async with start():
        await core.got(TextSent, 99)
        await server.writes(ana, "live")
        assert (await core.got(TextSent, 100)).text == "live"


async def test_what_the_bot_said_meanwhile_takes_no_room_from_what_was_missed(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen, direct = await server.writes(ana, "seen"), server.world.direct(ana)
    for number in range(150):
        await server.writes(server.world.bot, str(number), direct)
    await server.writes(ana, "missed")
    core.seen = {direct.id: seen.id}
    async with start():
        assert (await core.got(TextSent)).text == "missed"


@pytest.mark.parametrize("failure", [StoreUnavailableError("The disk is full."), RuntimeError("quokka")])
async def test_while_it_is_not_known_what_was_missed_what_is_new_waits(
    server: DiscordServer, start: Start, core: Core, ana: User, failure: Exception
) -> None:
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    failures = [failure] * 3

    async def failing() -> dict[str, str]:
        if failures:
            raise failures.pop()
        return {server.world.direct(ana).id: seen.id}

    async with start(last_seen=failing):
        await server.writes(ana, "live")
        await core.got(TextSent, 1)
    assert [one.text for one in core.received if isinstance(one, TextSent)] == ["missed", "live"]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 401}])
async def test_a_failed_fetch_is_tried_again_and_what_is_new_waits_for_it(
    server: DiscordServer, start: Start, core: Core, ana: User, fault: dict[str, int]
) -> None:
    ben = server.world.user("ben")
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    core.seen = {server.world.direct(ana).id: seen.id}
    server.faults.append(Fault("GET", "/messages", times=3, **fault))  # type: ignore[arg-type]
    async with start():
        await server.writes(ana, "live")
        await server.writes(ben, "not kept waiting")
        await core.got(TextSent, 2)
    texts = [one.text for one in core.received if isinstance(one, TextSent)]
    assert texts == ["not kept waiting", "missed", "live"]


async def test_what_cannot_ever_be_fetched_keeps_nobody_waiting(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen = await server.writes(ana, "seen")
    core.seen = {server.world.direct(ana).id: seen.id}
    server.faults.append(Fault("GET", "/messages", status=403, code=50001, times=9))
    async with start():
        await server.writes(ana, "live")
        assert (await core.got(TextSent)).text == "live"


async def test_a_session_that_begins_while_fetching_fails_begins_anew_from_the_same_mark(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    core.seen = {server.world.direct(ana).id: seen.id}
    fault = Fault("GET", "/messages", status=401, times=10_000)
    server.faults.append(fault)
    async with start(first_pause_s=0.05):
        await server.writes(ana, "live")
        await server.until(lambda: fault.times < 9_999)
        for session in server.gateway.sessions.values():
            session.valid = False
        await server.gateway.invalidate()
        await server.connected()
        assert not core.received
        fault.times = 0
        await core.got(TextSent, 1)
    assert [one.text for one in core.received if isinstance(one, TextSent)] == ["missed", "live"]


async def test_ended_while_fetching_fails_nothing_newer_is_taken(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    core.seen = {server.world.direct(ana).id: seen.id}
    fault = Fault("GET", "/messages", status=401, times=10_000)
    server.faults.append(fault)
    async with start():
        await server.writes(ana, "live")
        await server.until(lambda: fault.times < 9_999)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not core.received


async def test_a_command_does_not_wait_for_ever_for_what_was_missed(
    server: DiscordServer, start: Start, core: Core, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "PATIENCE_S", 0.05)
    seen = await server.writes(ana, "seen")
    core.seen = {server.world.direct(ana).id: seen.id}
    server.faults.append(Fault("GET", "/messages", status=401, times=10_000))
    async with start():
        given = await server.gives(ana, "history")
        assert (await server.until(lambda: given.original)).text == wording.CATCHING_UP
    assert not core.received


async def test_chats_that_wait_are_fetched_first_and_keep_nobody_else_waiting(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    users = [server.world.user(f"user {number}") for number in range(60)]
    for user in users:
        seen = await server.writes(user, "seen")
        core.seen[seen.channel.id] = seen.id
    server.faults.append(Fault("GET", "/messages", delay=1.0, times=4))
    async with start():
        for user in users[20:]:
            await server.writes(user, "live")
        await server.writes(ana, "new")
        assert (await core.got(TextSent)).conversation.account == ana.id
        await core.got(TextSent, 40)
        fetched = await server.until(lambda: chats if len(chats := fetched_chats(server)) == len(users) else None)
    assert not set(fetched[-10:]) & {server.world.direct(user).id for user in users[20:]}


def fetched_chats(server: DiscordServer) -> list[str]:
    asked = (one.path.split("/") for one in server.exchanges if one.method == "GET")
    return [parts[-2] for parts in asked if parts[-1] == "messages"]


async def test_what_others_write_in_a_thread_is_not_fetched(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    guild, shy = server.world.guild(), server.world.user("shy", closed=True)
    async with start():
        given = await server.gives(shy, "interview start", guild=guild)
        await core.got(CommandSent)
    [thread] = server.world.threads(guild)
    core.seen = {thread.id: given.id}
    await server.writes(ana, "@coach what is this?", thread)
    server.gateway.ready.clear()
    server.gateway.sessions.clear()
    async with start():
        await server.gives(shy, "interview status", thread, guild)
        await core.got(CommandSent, 1)
    assert not [one for one in core.received if isinstance(one, TextSent)]


async def test_of_a_long_thread_no_more_than_its_beginning_is_fetched(
    server: DiscordServer, start: Start, core: Core
) -> None:
    guild, shy = server.world.guild(), server.world.user("shy", closed=True)
    async with start():
        given = await server.gives(shy, "interview start", guild=guild)
        await core.got(CommandSent)
    [thread] = server.world.threads(guild)
    core.seen = {thread.id: given.id}
    for number in range(350):
        await server.writes(server.world.bot, str(number), thread)
    server.gateway.ready.clear()
    server.gateway.sessions.clear()
    async with start():
        await server.gives(shy, "interview status", thread, guild)
        await core.got(CommandSent, 1)
    assert fetched_chats(server).count(thread.id) == 1


async def test_it_waits_for_discord_to_come_back(server: DiscordServer, core: Core, ana: User) -> None:
    await server.stop()
    platform = unstarted(server, core)
    running = asyncio.create_task(platform.run())
    await asyncio.sleep(0.05)
    await server.start()
    await server.connected()
    await platform.send(in_chat(server.world.direct(ana), ana), asking(), "1")
    await platform.close()
    await asyncio.wait_for(running, 5)


async def test_a_first_connection_to_the_gateway_that_fails_is_tried_again(
    server: DiscordServer, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DiscordServer, "gateway_url", "ws://127.0.0.1:9")
    platform = unstarted(server, core)
    running = asyncio.create_task(platform.run())
    await server.until(lambda: [one for one in server.exchanges if "gateway" in one.path])
    monkeypatch.undo()
    await server.connected()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_before_there_is_a_connection_messages_stay_pending(
    server: DiscordServer, core: Core, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform_module, "CONNECTING_S", 0.01)
    server.faults.append(Fault("GET", "/gateway/bot", delay=5))
    platform = unstarted(server, core)
    running = asyncio.create_task(platform.run())
    await asyncio.sleep(0)
    with pytest.raises(DeliveryError, match="no connection"):
        await platform.send(in_chat(server.world.direct(ana), ana), asking(), "1")
    await platform.working(in_chat(server.world.direct(ana), ana))
    assert not server.world.direct(ana).typing
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await platform.close()


@pytest.mark.parametrize(
    ("status", "code"), [(403, 50007), (404, 10003), (403, 50001), (403, 50278), (403, 50013), (403, 160005)]
)
async def test_who_cannot_be_written_to_is_unreachable(
    server: DiscordServer, start: Start, ana: User, status: int, code: int
) -> None:
    async with start() as platform:
        server.faults.append(Fault("POST", "/messages", status=status, code=code))
        with pytest.raises(UnreachableError):
            await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")


@pytest.mark.parametrize(("status", "code"), [(400, 50035), (400, 50006), (413, 40005), (400, 0), (403, 20009)])
async def test_what_discord_will_never_take_is_refused_for_good_and_the_next_message_goes_on(
    server: DiscordServer, start: Start, ana: User, status: int, code: int
) -> None:
    async with start() as platform:
        server.faults.append(Fault("POST", "/messages", status=status, code=code))
        with pytest.raises(RefusedMessageError) as refused:
            await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")
        await platform.send(in_chat(server.world.direct(ana), ana), saying("next"), "2")
    assert "quokka" not in str(refused.value)
    assert [message.text for message in server.world.direct(ana).messages] == ["next"]


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"status": 401}, {"status": 403}])
async def test_other_failures_may_be_tried_again(
    server: DiscordServer, start: Start, ana: User, fault: dict[str, int]
) -> None:
    async with start() as platform:
        server.faults.append(Fault("POST", "/messages", **fault))  # type: ignore[arg-type]
        with pytest.raises(DeliveryError) as failed:
            await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")
        assert type(failed.value) is DeliveryError
        await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")
    assert len(server.world.direct(ana).messages) == 1


async def test_asked_to_wait_it_waits(server: DiscordServer, start: Start, ana: User) -> None:
    async with start() as platform:
        server.faults.append(Fault("POST", "/messages", status=429, retry_after=0.05))
        await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")
    assert len(server.world.direct(ana).messages) == 1


async def test_who_closed_their_messages_later_is_led_elsewhere(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    guild = server.world.guild()
    async with start() as platform:
        await server.gives(ana, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
        ana.closed = True
        with pytest.raises(UnreachableError):
            await platform.send(where, asking(), "1")
        await server.gives(ana, "interview repeat", guild=guild)
        moved = (await core.got(CommandSent, 1)).conversation
        [thread] = server.world.threads(guild)
        assert moved == in_chat(thread, ana)


async def test_neither_words_nor_token_are_logged(
    server: DiscordServer, start: Start, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with start() as platform:
        await server.writes(ana, "quokka")
        await core.got(TextSent)
        await platform.send(in_chat(server.world.direct(ana), ana), saying("quokka"), "1")
        core.refusal = RuntimeError("quokka")
        await server.writes(ana, "quokka")
        await server.reply_to(server.world.direct(ana), 1)
    ours = [record for record in caplog.records if record.name.startswith(("discord", "adapters"))]
    said = "\n".join(record.getMessage() for record in ours)
    assert ours
    assert "quokka" not in said
    assert server.token not in said


async def test_an_event_that_fails_unforeseen_is_logged_by_its_name_only(
    server: DiscordServer, start: Start, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(where: Conversation) -> None:
        raise RuntimeError("quokka")

    async with start(typing=failing):
        await server.types(ana)
        await server.writes(ana, "hello")
        await core.got(TextSent)
    assert "on_raw_typing failed: RuntimeError" in caplog.text
    assert "quokka" not in caplog.text


def test_an_intent_that_discord_refuses_is_said() -> None:
    assert isinstance(platform_error(discord.PrivilegedIntentsRequired(None)), RefusedError)
    assert platform_error(OSError()) is None
