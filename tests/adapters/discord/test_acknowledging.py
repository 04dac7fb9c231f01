"""What somebody does is on disk before Discord is told so: what a killed process loses is seen to have failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.discord import interactions
from core.messages import Choice, CommandSent, Inbound, OutboundKind
from core.ports import StoreUnavailableError
from tests.adapters.discord.conftest import Core, Start, asking, in_chat, saying
from tests.wires.discord import DiscordServer, Interaction, User

Act = Callable[[], Awaitable[Interaction]]
ACK_S = 0.1
"""Longer than an acknowledgement takes here."""


class Storing:
    """The core's `receive`, which tells when it begins, and sees whether Discord was told anything before it ended."""

    def __init__(self, server: DiscordServer, core: Core) -> None:
        self._server = server
        self._core = core
        self.begun = asyncio.Event()
        self.told_before: list[bool] = []

    async def receive(self, inbound: Inbound) -> bool:
        self.begun.set()
        await asyncio.sleep(ACK_S)
        taken = self._server.interactions.values()
        self.told_before.append(any(f"interaction:{one.id}" == inbound.inbound_id and one.callback for one in taken))
        return await self._core.receive(inbound)


@pytest.fixture
def storing(server: DiscordServer, core: Core) -> Storing:
    return Storing(server, core)


@pytest.fixture(params=["command", "press", "form"])
async def act(
    request: pytest.FixtureRequest, server: DiscordServer, start: Start, storing: Storing, core: Core
) -> AsyncIterator[Act]:
    """Something that a candidate does in the private thread, where all of these can be done."""
    shy, guild = server.world.user("shy", closed=True), server.world.guild()
    async with start(receive=storing.receive) as platform:
        await server.gives(shy, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
        [thread] = server.world.threads(guild)
        await platform.send(where, asking(), "1")
        question = thread.messages[-1]
        opened = await server.presses(shy, question, "Answer")
        core.received.clear()
        storing.begun.clear()
        yield {
            "command": lambda: server.gives(shy, "interview skip", thread, guild),
            "press": lambda: server.presses(shy, question, "Skip"),
            "form": lambda: server.fills(shy, opened, "I would look at the logs."),
        }[request.param]


async def test_it_is_acknowledged_when_it_is_stored(act: Act, storing: Storing, core: Core) -> None:
    await act()
    assert len(core.received) == 1
    assert storing.told_before == [False, False]  # of the interview's start, too


async def test_what_is_stored_slowly_is_acknowledged_meanwhile_and_its_failure_told(
    act: Act, server: DiscordServer, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "STORING_S", 0.01)
    core.gate.clear()
    core.refusal = StoreUnavailableError("The disk is full.")
    taken = await act()
    assert not core.received
    core.gate.set()
    said = await server.until(lambda: taken.original or next(iter(taken.follow_ups), None))
    assert "I could not take your last message" in said.text


@pytest.mark.parametrize("storing_s", [0.01, 60.0])
async def test_it_is_stored_although_its_acknowledgement_is_given_up(
    server: DiscordServer,
    start: Start,
    storing: Storing,
    core: Core,
    *,
    storing_s: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = server.world.user("ana")
    monkeypatch.setattr(interactions, "STORING_S", storing_s)
    core.gate.clear()
    async with start(receive=storing.receive):
        giving = asyncio.create_task(server.gives(ana, "history"))
        await storing.begun.wait()
        if storing_s < 1:
            await giving
            await asyncio.sleep(ACK_S)  # until the bot knows, too
        (answering,) = [one for one in asyncio.all_tasks() if one.get_name() == "CommandTree-invoker"]
        answering.cancel()
        core.gate.set()
        taken = await core.got(CommandSent)
        giving.cancel()
    assert taken.conversation == in_chat(server.world.direct(ana), ana)


async def test_a_page_that_is_turned_before_its_press_is_acknowledged_stays_turned(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    direct = server.world.direct(ana)
    where = in_chat(direct, ana)

    async def turn(inbound: Inbound) -> bool:
        if isinstance(inbound, CommandSent) and inbound.pressed_in:
            await platform.send(where, replace(saying("Page 2"), replaces=inbound.pressed_in), "2")
        return await core.receive(inbound)

    async with start(receive=turn) as platform:
        pages = (Choice("Older", "history", "<42"),)
        await platform.send(where, saying("Page 1", kind=OutboundKind.HISTORY, choices=pages), "1")
        pressed = await server.presses(ana, direct.messages[-1], "Older")
        await server.gives(ana, "help")  # whatever was still to come of the press has come by then
    assert ([one.text for one in direct.messages], pressed.original) == (["Page 2"], None)
