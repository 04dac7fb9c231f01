"""What could not be taken: the candidate hears that it has to come again, the owner what to do about it."""

from __future__ import annotations

import logging

import pytest

from adapters.discord import DiscordPlatform, wording
from adapters.discord.intake import Intake
from core.messages import CommandSent
from core.ports import StoreUnavailableError
from tests.adapters.discord.conftest import Core, asking, in_chat
from tests.wires.discord import DiscordServer, Message, User

OWNERS = "The disk is full: make room, or check DATABASE_URL."


async def asked(server: DiscordServer, platform: DiscordPlatform, ana: User) -> Message:
    channel = server.world.direct(ana)
    await platform.send(in_chat(channel, ana), asking(), "1")
    return channel.messages[-1]


async def test_why_it_is_not_saved_is_told_to_the_owner_only(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    question = await asked(server, platform, ana)
    core.refusal = StoreUnavailableError(OWNERS)
    for number in (1, 2):
        await server.writes(ana, "I sold chairs")
        assert (await server.reply_to(server.world.direct(ana), number)).text == wording.NOT_SAVED
    given = await server.gives(ana, "history")
    assert (await server.until(lambda: given.original)).text == wording.NOT_SAVED
    pressed = await server.presses(ana, question, "Skip")
    assert (await server.until(lambda: pressed.follow_ups))[0].text == wording.NOT_SAVED
    told = [one for one in caplog.records if OWNERS in one.getMessage()]
    assert [(one.levelno, one.getMessage()) for one in told] == [
        (logging.WARNING, f"What a candidate sent could not be taken: {OWNERS}")
    ]


async def test_another_reason_is_told_to_the_owner_as_well(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    for number, reason in enumerate((OWNERS, "The database is locked.")):
        core.refusal = StoreUnavailableError(reason)
        await server.writes(ana, "I sold chairs")
        await server.reply_to(server.world.direct(ana), number)
    assert OWNERS in caplog.text
    assert "The database is locked." in caplog.text


async def test_a_press_that_failed_unforeseen_is_taken_when_it_comes_again(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise RuntimeError("quokka")

    question = await asked(server, platform, ana)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Intake, "take", failing)
        pressed = await server.presses(ana, question, "Skip")
        assert (await server.until(lambda: pressed.follow_ups))[0].text == wording.LOST
    await server.presses(ana, question, "Skip")
    assert (await core.got(CommandSent)).command == "skip"
