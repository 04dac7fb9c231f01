"""Several processes that share a bot: each server's events come to one of them, direct messages to the first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from discord.state import AutoShardedConnectionState

from adapters.discord import DiscordPlatform
from adapters.shards import Shards
from core.messages import CommandSent, Inbound, TextSent
from core.ports import Change, DeliveryError, Store
from tests.adapters.discord.conftest import Core, asking, in_chat, unstarted
from tests.adapters.discord.test_rooms import answered
from tests.contracts.fake_store import FakeStore
from tests.wires.discord import DiscordServer, Fault, Guild, User

BOTH = ((0, 1), (2, 3))


class Process:
    """A platform with a core of its own."""

    def __init__(self, server: DiscordServer, shards: Shards) -> None:
        self.core = Core()
        self.platform = unstarted(server, self.core, shards=shards, last_seen=self.core.last_seen)
        self.running = asyncio.create_task(self.platform.run())

    async def end(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.platform.close()


@pytest.fixture
def guilds(server: DiscordServer) -> list[Guild]:
    """One for each of four shards, by their numbers."""
    return [server.world.guild(f"shard {number}", id=str((4_000 + number) << 22)) for number in range(4)]


@pytest.fixture
async def processes(server: DiscordServer, guilds: list[Guild]) -> AsyncIterator[list[Process]]:
    assert guilds
    both = [Process(server, Shards(ids, 4)) for ids in BOTH]
    await server.until(lambda: len(server.gateway.sessions) == 4 or None)
    yield both
    for one in both:
        await one.end()


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not wanted():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


def test_direct_messages_come_to_the_first() -> None:
    assert [Shards(ids, 4).hold_direct_messages for ids in BOTH] == [True, False]


async def test_each_process_identifies_by_its_shards(server: DiscordServer, processes: list[Process]) -> None:
    assert processes
    assert sorted(asked["shard"] for asked in server.gateway.identified) == [[0, 4], [1, 4], [2, 4], [3, 4]]


async def test_each_servers_command_is_taken_by_exactly_one(
    server: DiscordServer, processes: list[Process], guilds: list[Guild], ana: User
) -> None:
    given = [await server.gives(ana, "interview status", guild=guild) for guild in guilds]
    for one in given:
        assert "go on here" in (await answered(server, one)).text
    direct = server.world.direct(ana)
    for process, expected in zip(processes, (given[:2], given[2:]), strict=True):
        assert all(isinstance(one, CommandSent) for one in process.core.received)
        assert [one.inbound_id for one in process.core.received] == [f"interaction:{one.id}" for one in expected]
        assert {one.conversation for one in process.core.received} == {in_chat(direct, ana)}


async def test_direct_messages_come_to_the_first_and_everybody_can_answer_them(
    server: DiscordServer, processes: list[Process], ana: User
) -> None:
    first, second = processes
    await server.writes(ana, "Hello")
    told = await first.core.got(TextSent)
    await server.types(ana)
    await second.platform.send(told.conversation, asking(), "1")
    await server.presses(ana, await server.reply_to(server.world.direct(ana)), "Hint")
    await first.core.got(CommandSent)
    assert first.core.seen_typing == [told.conversation]
    assert not second.core.received
    assert not second.core.seen_typing


async def test_a_thread_belongs_to_the_shard_of_its_server(
    server: DiscordServer, processes: list[Process], guilds: list[Guild]
) -> None:
    first, second = processes
    shy = server.world.user("shy", closed=True)
    await server.gives(shy, "interview start", guild=guilds[2])
    await second.core.got(CommandSent)
    [thread] = server.world.threads(guilds[2])
    await first.platform.send(in_chat(thread, shy), asking(), "1")
    question = await server.reply_to(thread, 1)
    assert "Answer" in question.buttons
    await server.presses(shy, question, "Skip")
    assert (await second.core.got(CommandSent, 1)).conversation == in_chat(thread, shy)
    assert not first.core.received


async def test_only_the_first_tells_the_commands_and_fetches_what_was_missed(server: DiscordServer, ana: User) -> None:
    direct = server.world.direct(ana)
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    asked = []
    for ids in reversed(BOTH):
        process = Process(server, Shards(ids, 4))
        process.core.seen = {direct.id: seen.id}
        before = len(server.gateway.sessions)
        await server.until(lambda before=before: len(server.gateway.sessions) == before + 2 or None)  # type: ignore[misc]
        asked.append(server.syncs)
        if 0 in ids:
            assert (await process.core.got(TextSent)).text == "missed"
        await process.end()
        assert len(process.core.received) == (0 in ids)
    assert asked == [0, 1]


async def test_what_was_missed_is_fetched_although_another_process_has_taken_a_command_since(
    server: DiscordServer, guilds: list[Guild], ana: User
) -> None:
    store, (first, second) = FakeStore({}), (Process(server, Shards(ids, 4)) for ids in BOTH)
    await server.until(lambda: len(server.gateway.sessions) == 4 or None)
    await server.writes(ana, "seen")
    await _keep(store, await first.core.got(TextSent))
    await first.end()
    await server.writes(ana, "missed")
    await server.gives(ana, "interview status", guild=guilds[2])
    await _keep(store, await second.core.got(CommandSent))
    again = Process(server, Shards(BOTH[0], 4))
    again.core.seen = dict(await store.last_seen("discord"))
    assert (await again.core.got(TextSent)).text == "missed"
    for one in (again, second):
        await one.end()


async def _keep(store: Store, taken: Inbound) -> None:
    candidate = await store.candidate(taken.conversation)
    await store.save(Change(candidate, taken.conversation, inbound_id=taken.inbound_id))


async def test_a_shard_that_is_dropped_resumes_and_misses_nothing(
    server: DiscordServer, processes: list[Process], guilds: list[Guild], ana: User
) -> None:
    assert not any(one.platform.serves for one in processes)  # their servers may still come in
    await server.gateway.drop()
    given = await asyncio.gather(*(server.gives(ana, "interview status", guild=guild) for guild in guilds))
    for process, ids in zip(processes, BOTH, strict=True):
        await process.core.got(CommandSent, 1)
        taken = {one.inbound_id for one in process.core.received}
        assert taken == {f"interaction:{given[number].id}" for number in ids}
    await until(lambda: all(one.platform.serves for one in processes))
    assert len(server.gateway.resumed) == 4
    assert len(server.gateway.identified) == 4


async def test_it_serves_only_while_each_of_its_shards_is_there(
    server: DiscordServer, guilds: list[Guild], ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(self: AutoShardedConnectionState[Any], shard_id: int) -> None:
        self.dispatch("shard_ready", shard_id)

    monkeypatch.setattr(AutoShardedConnectionState, "_delay_shard_ready", at_once)  # else for 2 s servers may come in
    process = Process(server, Shards((0, 1), 4))
    await until(lambda: process.platform.serves)
    server.gateway.silent_shards = {1}
    for number, shard in enumerate((1, 0)):
        await server.gateway.drop_shard(shard)
        await until(lambda number=number: len(server.gateway.resumed) > number)  # type: ignore[misc]
    await server.gives(ana, "interview status", guild=guilds[0])
    await process.core.got(CommandSent)
    assert not process.platform.serves
    server.gateway.silent_shards.clear()
    await server.gateway.drop()
    await until(lambda: process.platform.serves)
    await process.end()
    assert not process.platform.serves


async def test_a_gateway_that_cannot_be_reached_is_tried_again(
    server: DiscordServer, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = SimpleNamespace(**{**vars(asyncio), "sleep": lambda _: asyncio.sleep(0)})
    monkeypatch.setattr("discord.shard.asyncio", at_once)  # else it waits for 5 s
    platform = unstarted(server, core, shards=Shards((0, 1), 2))
    with pytest.MonkeyPatch.context() as away:
        away.setattr(DiscordServer, "gateway_url", "ws://127.0.0.1:9")
        running = asyncio.create_task(platform.run())
        await server.until(lambda: len([one for one in server.exchanges if "gateway" in one.path]) > 1 or None)
    await server.until(lambda: len(server.gateway.sessions) == 2 or None)
    await platform.close()
    await asyncio.wait_for(running, 5)


async def test_shards_that_discord_refuses_are_told_to_the_owner(server: DiscordServer, core: Core) -> None:
    platform = unstarted(server, core, shards=Shards((0,), 1))
    server.faults.append(Fault("GET", "/gateway/bot"))
    running = asyncio.create_task(platform.run())
    await server.connected()
    await server.gateway.drop(4010)
    with pytest.raises(Exception, match="4010"):
        await running
    with pytest.raises(DeliveryError):
        await platform.send(in_chat(server.world.direct(server.world.user("ana")), server.world.bot), asking(), "1")
    assert isinstance(platform, DiscordPlatform)
