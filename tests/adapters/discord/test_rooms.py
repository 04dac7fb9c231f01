"""Where a candidate is spoken to, when the process has forgotten it."""

from __future__ import annotations

import pytest

from adapters.discord import wording
from core.messages import CommandSent
from core.ports import StoreUnavailableError, UnreachableError
from tests.adapters.discord.conftest import Core, Start, asking, in_chat
from tests.wires.discord import Channel, DiscordServer, Guild, Interaction, Message, User


async def answered(server: DiscordServer, given: Interaction) -> Message:
    return await server.until(lambda: given.original)


def restarted(server: DiscordServer) -> None:
    server.gateway.ready.clear()
    server.gateway.sessions.clear()


async def test_the_thread_of_before_the_restart_is_found_again(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy, other = server.world.user("shy", closed=True), server.world.user("shy", closed=True)
    async with start():
        for number, user in enumerate((shy, other)):
            await server.gives(user, "interview start", guild=guild)
            await core.got(CommandSent, number)
    first, second = server.world.threads(guild)
    restarted(server)
    async with start() as platform:
        given = await server.gives(shy, "interview status", guild=guild)
        assert (await core.got(CommandSent, 2)).conversation == in_chat(first, shy)
        assert (await server.until(lambda: given.original)).text.endswith(f"/{guild.id}/{first.id}")
        await platform.send(in_chat(first, shy), asking(), "1")
    assert [message.text for message in first.messages[:-1]] == [wording.IN_A_THREAD]
    assert next(iter(first.messages[-1].buttons)) == "Answer"
    assert server.world.threads(guild) == [first, second]


async def test_only_the_candidates_own_thread_will_do(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy, bold = server.world.user("shy", closed=True), server.world.user("bold")
    name, bot, parent = f"Practice interview: Shy ({shy.id})", server.world.bot, guild.channels[0].id
    unsuitable = (
        Channel(12, [bot, shy], name, guild.id, parent, bold.id),
        Channel(11, [bot, shy], name, guild.id, parent),
        Channel(12, [bot, shy], f"Practice interview: ({shy.id}) ({bold.id})", guild.id, parent, bot.id),
        Channel(12, [bot, shy], "Practice interview: Shy", guild.id, parent, bot.id),
        Channel(12, [bot], name, guild.id, parent, bot.id),
    )
    for thread in unsuitable:
        server.world.channels[thread.id] = thread
    async with start():
        await server.gives(shy, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
    assert where.chat not in {thread.id for thread in unsuitable}


async def threaded(server: DiscordServer, core: Core, guild: Guild, user: User) -> Channel:
    """The thread of somebody whose direct messages are closed."""
    before = len(core.received)
    await server.gives(user, "interview start", guild=guild)
    where = (await core.got(CommandSent, before)).conversation
    return server.world.channels[where.chat]


async def test_a_moderator_in_a_thread_is_led_to_a_room_of_their_own(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy, keeper = server.world.user("shy", closed=True), server.world.user("keeper", closed=True)
    async with start():
        thread = await threaded(server, core, guild, shy)
        thread.people.append(keeper)
        given = await server.gives(keeper, "history", thread, guild)
        where = (await core.got(CommandSent, 1)).conversation
        assert where.chat != thread.id
        assert (await answered(server, given)).text.endswith(f"/{guild.id}/{where.chat}")
        assert given.ephemeral
    restarted(server)
    async with start():
        await server.gives(keeper, "history", guild=guild)
        assert (await core.got(CommandSent, 2)).conversation == where


async def test_buttons_in_a_thread_obey_nobody_else(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy, keeper = server.world.user("shy", closed=True), server.world.user("keeper")
    async with start() as platform:
        thread = await threaded(server, core, guild, shy)
        await platform.send(in_chat(thread, shy), asking(), "1")
        question = thread.messages[-1]
        for label in ("Answer", "Skip"):
            pressed = await server.presses(keeper, question, label)
            assert (await answered(server, pressed)).text == wording.NOT_YOURS
            assert pressed.ephemeral
        assert list(question.buttons) == ["Answer", "Hint", "Skip", "Finish"]
        opened = await server.presses(shy, question, "Answer")
        opened.user = keeper
        filled = await server.fills(keeper, opened, "In their name.")
        assert (await answered(server, filled)).text == wording.NOT_YOURS
        await server.presses(shy, question, "Skip")
        await core.got(CommandSent, 1)
    assert {one.conversation.account for one in core.received} == {shy.id}


async def test_a_thread_that_was_given_another_name_is_left(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start():
        thread = await threaded(server, core, guild, shy)
        thread.name = "General talk"
        await server.gateway.dispatch("THREAD_UPDATE", thread.wire(server.world.bot), 1)
        assert await threaded(server, core, guild, shy) is not thread


async def test_a_long_name_leaves_room_for_the_account(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("👩🏽" * 40, closed=True)
    async with start():
        thread = await threaded(server, core, guild, shy)
        assert thread.name.endswith(f" ({shy.id})")
        assert len(thread.name.encode("utf-16-le")) <= 200
        await server.gives(shy, "interview status", thread, guild)
        assert (await core.got(CommandSent, 1)).conversation.chat == thread.id


async def test_all_that_was_written_into_a_form_is_shown_again(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy, answer = server.world.user("shy", closed=True), "*word* 👩🏽 " * 400
    async with start() as platform:
        thread = await threaded(server, core, guild, shy)
        await platform.send(in_chat(thread, shy), asking(), "1")
        opened = await server.presses(shy, thread.messages[-1], "Answer")
        core.refusal = StoreUnavailableError("The disk is full.")
        filled = await server.fills(shy, opened, answer)
        assert (await answered(server, filled)).text == wording.NOT_SAVED
        shown = answer.strip().replace("*", "\\*")
        await server.until(lambda: " ".join(said.text for said in filled.follow_ups) == shown or None)


async def test_a_thread_that_cannot_be_written_to_any_more_is_not_found_again(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start() as platform:
        await server.gives(shy, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
        [thread] = server.world.threads(guild)
        thread.gone = True
        with pytest.raises(UnreachableError):
            await platform.send(where, asking(), "1")
        await server.gives(shy, "interview repeat", guild=guild)
        assert (await core.got(CommandSent, 1)).conversation.chat not in {thread.id, where.chat}


async def test_a_thread_is_known_as_such_before_discord_has_told_of_it(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start():
        await server.gives(shy, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
    [thread] = server.world.threads(guild)
    restarted(server)
    guild.has_bot = False  # so that its threads are not told of
    async with start() as platform:
        guild.has_bot = True
        for key in "12":
            await platform.send(where, asking(), key)
    assert [next(iter(message.buttons)) for message in thread.messages[-2:]] == ["Answer", "Answer"]
    assert len([one for one in server.exchanges if one.path.endswith(f"/channels/{thread.id}")]) == 1


async def test_after_a_restart_it_is_not_said_again_where_we_go_on(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    direct = server.world.direct(ana)
    for number in range(3):
        async with start() as platform:
            given = await server.gives(ana, "history", guild=guild)
            await core.got(CommandSent, number)
            assert (await answered(server, given)).text.endswith(direct.id)
            await platform.send(in_chat(direct, ana), asking(), str(number))
        restarted(server)
    assert [message.text for message in direct.messages].count(wording.HERE_INSTEAD) == 1


async def test_after_a_long_while_it_is_said_again(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    written = await server.writes(ana, "long ago")
    written.id, written.sent_at = "1310000000000000000", "2024-12-01T00:00:00+00:00"
    async with start():
        await server.gives(ana, "history", guild=guild)
        await core.got(CommandSent)
    assert server.world.direct(ana).messages[-1].text == wording.HERE_INSTEAD


async def test_who_closed_their_messages_before_the_restart_is_led_elsewhere_once_that_is_known(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    await server.writes(ana, "hello")
    ana.closed = True
    async with start() as platform:
        await server.gives(ana, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
        with pytest.raises(UnreachableError):
            await platform.send(where, asking(), "1")
        await server.gives(ana, "interview start", guild=guild)
        [thread] = await server.until(lambda: server.world.threads(guild))
        assert (await core.got(CommandSent, 1)).conversation == in_chat(thread, ana)
