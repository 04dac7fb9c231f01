"""Who is let in where the owner names users or servers."""

from __future__ import annotations

import discord
import pytest

from adapters.discord import DiscordPlatform, wording
from adapters.discord.admission import NO_COUNTS_S, YES_COUNTS_S, Admission
from adapters.discord.problems import NOT_DONE, not_let_in
from core.messages import CommandSent, TextEdited, TextSent
from core.wording import refusals
from tests.adapters.discord.conftest import Core, Start, asking, in_chat
from tests.wires.discord import DiscordServer, Fault, Guild, Interaction, Message, User

NOT_ASKED = 99


def turned_away(user: User) -> str:
    return refusals.not_let_in("Discord", user.id)


async def answered(server: DiscordServer, given: Interaction) -> Message:
    return await server.until(lambda: given.original)


def asked_for(server: DiscordServer) -> list[str]:
    return [one.path for one in server.exchanges if "/members/" in one.path]


async def test_a_stranger_is_told_their_id_and_nothing_reaches_the_core(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    direct, told = server.world.direct(ana), turned_away(ana)
    async with start(allowed_users={NOT_ASKED}) as platform:
        written = await server.writes(ana, "hello")
        assert (await server.reply_to(direct)).text == told
        await server.writes(ana, "still here")
        await server.writes(
            ana, "", attachments=[{"id": "1", "filename": "a", "size": 1, "url": "x", "proxy_url": "x"}]
        )
        await server.edits(written, "hello again")
        for where in (None, guild):
            given = await server.gives(ana, "interview start", guild=where)
            assert (await answered(server, given)).text == told
            assert given.ephemeral
        await platform.send(in_chat(direct, ana), asking(), "1")
        pressed = await server.presses(ana, direct.messages[-1], "Skip")
        assert (await server.until(lambda: pressed.follow_ups))[0].text == told
        assert "Skip" in direct.messages[-1].buttons
        await server.types(ana)
    assert not core.received
    assert [message.text for message in server.said_in(direct)].count(told) == 1
    assert str(ana.id) in told


async def test_who_is_listed_is_let_in_anywhere(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    async with start(allowed_users={int(ana.id)}):
        written = await server.writes(ana, "hello")
        await core.got(TextSent)
        await server.edits(written, "hello again")
        await core.got(TextEdited)
        await server.gives(ana, "interview start", guild=guild)
        await core.got(CommandSent)
    assert not asked_for(server)


async def test_a_form_is_filled_in_by_those_let_in_only(
    server: DiscordServer, start: Start, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    async with start() as platform:
        await server.gives(shy, "interview start", guild=guild)
        where = (await core.got(CommandSent)).conversation
        await platform.send(where, asking(), "1")
    [thread] = server.world.threads(guild)
    server.gateway.ready.clear()
    async with start(allowed_users={NOT_ASKED}):
        opened = await server.presses(shy, thread.messages[-1], "Answer")
        filled = await server.fills(shy, opened, "I would look.")
        assert (await server.until(lambda: filled.original)).text == turned_away(shy)
        assert [said.text for said in await server.until(lambda: filled.follow_ups)] == ["I would look."]
    assert len(core.received) == 1


async def test_members_of_a_listed_server_are_let_in_there_and_in_direct_messages(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    ben, eve, elsewhere = server.world.user("ben"), server.world.user("eve"), server.world.guild("elsewhere")
    guild.people.append(ben)
    elsewhere.people.append(eve)
    async with start(allowed_servers={int(guild.id), NOT_ASKED}):
        await server.gives(ana, "interview start", guild=guild)
        await core.got(CommandSent)
        await server.writes(ana, "from the server")
        await core.got(TextSent)
        assert not asked_for(server)
        await server.writes(ben, "a member")
        await server.writes(ben, "asked for once")
        await core.got(TextSent, 2)
        await server.writes(eve, "no member")
        assert (await server.reply_to(server.world.direct(eve))).text == turned_away(eve)
        given = await server.gives(eve, "interview start", guild=elsewhere)
        assert "invited" in (await server.until(lambda: given.original)).text
        given = await server.gives(eve, "interview start")
        assert "invited" in (await server.until(lambda: given.original)).text
    assert {one.conversation.account for one in core.received} == {ana.id, ben.id}
    assert len([path for path in asked_for(server) if path.endswith(f"{guild.id}/members/{ben.id}")]) == 1


async def test_a_member_of_a_listed_server_is_let_in_wherever_they_are(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    guild.people.append(ana)
    places = server.world.guild("elsewhere"), server.world.guild("foreign", has_bot=False)
    async with start(allowed_servers={int(guild.id)}):
        for number, place in enumerate(places):
            await server.gives(ana, "history", guild=place)
            await core.got(CommandSent, number)


async def test_messages_stay_in_order_while_it_is_asked_whether_somebody_is_let_in(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    guild.people.append(ana)
    server.faults.append(Fault("GET", "/members/", delay=0.1))
    async with start(allowed_servers={int(guild.id)}):
        for number in range(5):
            await server.writes(ana, str(number))
        await core.got(TextSent, 4)
    assert [one.text for one in core.received if isinstance(one, TextSent)] == list("01234")
    assert len(asked_for(server)) == 1


async def test_what_strangers_wrote_meanwhile_is_left_out_too(
    server: DiscordServer, start: Start, core: Core, ana: User
) -> None:
    seen = await server.writes(ana, "seen")
    await server.writes(ana, "missed")
    await server.writes(ana, "missed too")
    core.seen = {server.world.direct(ana).id: seen.id}
    async with start(allowed_users={NOT_ASKED}):
        said = await server.reply_to(server.world.direct(ana))
        assert said.text == turned_away(ana)
        await server.writes(ana, "live")
        await server.until(lambda: len(server.said_in(server.world.direct(ana))) == 1)
    assert not core.received


async def test_where_the_bot_is_not_in_the_listed_server_the_owner_reads_it_in_the_log_once(
    server: DiscordServer, start: Start, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    strange = server.world.guild("strange", has_bot=False)
    async with start(allowed_servers={int(strange.id)}):
        for user in (ana, server.world.user("ben")):
            await server.writes(user, "hello")
            await server.reply_to(server.world.direct(user))
    assert caplog.text.count(f"The bot is not in the allowed server {strange.id}") == 1
    assert not core.received


async def test_while_discord_fails_an_unknown_person_is_asked_to_try_again(
    server: DiscordServer, start: Start, core: Core, ana: User, guild: Guild
) -> None:
    guild.people.append(ana)
    async with start(allowed_servers={int(guild.id)}):
        server.faults.append(Fault("GET", "/members/", status=503))
        await server.writes(ana, "hello")
        assert (await server.reply_to(server.world.direct(ana))).text == wording.NOT_DONE
        await server.writes(ana, "hello")
        await core.got(TextSent)
        assert len(core.received) == 1


class Asked:
    """Stands for Discord and for time."""

    def __init__(self, *members: int) -> None:
        self.now = 0.0
        self.members = set(members)
        self.questions = 0
        self.failing: set[int] = set()

    async def is_member(self, server: int, account: int) -> bool:
        self.questions += 1
        if server in self.failing:
            raise TimeoutError
        return account in self.members

    def admission(self, *servers: int) -> Admission:
        return Admission((), servers, self.is_member, lambda: self.now)


async def test_a_yes_counts_for_an_hour_and_a_no_for_a_minute() -> None:
    asked = Asked(1)
    admission = asked.admission(7)
    for now, questions in ((0.0, 1), (YES_COUNTS_S - 1, 1), (YES_COUNTS_S + 1, 2)):
        asked.now = now
        assert await admission.refusal(1, None) is None
        assert asked.questions == questions
    assert await admission.refusal(2, None) == not_let_in(2)
    asked.members.add(2)
    assert await admission.refusal(2, None)
    asked.now += NO_COUNTS_S + 1
    assert await admission.refusal(2, None) is None


async def test_whoever_was_let_in_stays_so_while_discord_fails_and_no_longer() -> None:
    asked = Asked(1)
    admission = asked.admission(7)
    await admission.refusal(1, None)
    asked.now, asked.failing = 5 * YES_COUNTS_S, {7}
    assert await admission.refusal(1, None) is None
    assert await admission.refusal(2, None) == NOT_DONE
    asked.failing, asked.members = set(), set()
    assert await admission.refusal(1, None) == not_let_in(1)
    asked.now, asked.failing = asked.now + NO_COUNTS_S, {7}
    assert await admission.refusal(1, None) == NOT_DONE


async def test_one_of_several_servers_is_enough_even_while_another_cannot_be_asked() -> None:
    asked = Asked(1)
    asked.failing = {7}
    assert await asked.admission(7, 8).refusal(1, None) is None
    assert await asked.admission(7, 8).refusal(2, None) == NOT_DONE
    assert await asked.admission(8, 9).refusal(2, None) == not_let_in(2)


async def test_without_lists_everyone_is_let_in_unasked() -> None:
    asked = Asked()
    assert await asked.admission().refusal(1, None) is None
    assert await asked.admission().refusal(1, 5) is None
    assert not asked.questions


async def test_a_refused_question_of_another_kind_is_no_answer(
    server: DiscordServer, platform: DiscordPlatform, ana: User, guild: Guild
) -> None:
    server.faults.append(Fault("GET", "/members/", status=403, code=50013))
    with pytest.raises(discord.Forbidden):
        await platform._is_member(int(guild.id), int(ana.id))
