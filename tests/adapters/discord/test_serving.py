"""Whether the bot says truly that messages come in, and whose they are where the log speaks of one."""

from __future__ import annotations

import asyncio

from adapters.discord import DiscordPlatform
from core.model import Conversation
from tests.adapters.discord.conftest import Core, Start, unstarted
from tests.lines import lines_of
from tests.wires.discord import DiscordServer


async def until(platform: DiscordPlatform, *, serves: bool) -> None:
    async with asyncio.timeout(10):
        while platform.serves is not serves:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0)  # it connects again within moments


async def test_it_serves_while_it_is_connected(server: DiscordServer, start: Start) -> None:
    async with start() as platform:
        await until(platform, serves=True)
        await server.gateway.drop()
        await until(platform, serves=False)
        await until(platform, serves=True)
        assert server.gateway.resumed


async def test_it_serves_nobody_before_it_has_begun(server: DiscordServer, core: Core) -> None:
    platform = unstarted(server, core)
    assert not platform.serves
    await platform.close()


async def test_what_is_logged_of_a_message_names_its_conversation(
    server: DiscordServer, start: Start, core: Core
) -> None:
    core.refusal = ValueError("I sold chairs")
    ana = server.world.user("ana")
    with lines_of("adapters.discord.intake") as lines:
        async with start():
            await server.writes(ana, "I sold chairs")
            async with asyncio.timeout(10):
                while not lines.kept:  # noqa: ASYNC110 - the log tells nobody
                    await asyncio.sleep(0.005)
    where = Conversation("discord", str(server.world.direct(ana).id), str(ana.id))
    assert lines.kept == [(where, "A message could not be taken: ValueError")]
