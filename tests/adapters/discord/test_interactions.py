from __future__ import annotations

from typing import Any

import pytest

from adapters.discord import DiscordPlatform, interactions, wording
from core.messages import Choice, CommandSent, OutboundKind, TextSent
from core.ports import StoreUnavailableError
from tests.adapters.discord.conftest import ROLES, Core, Start, asking, in_chat, saying
from tests.wires.discord import DiscordServer, Fault, Guild, Interaction, Message, User


async def ask(server: DiscordServer, platform: DiscordPlatform, ana: User, key: str = "1") -> Message:
    channel = server.world.direct(ana)
    await platform.send(in_chat(channel, ana), asking(), key)
    return channel.messages[-1]


async def test_start_becomes_the_cores_own_command(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    given = await server.gives(
        ana, "interview start", role="backend_engineer", mode="coach", questions="5", level="senior"
    )
    taken = await core.got(CommandSent)
    where = in_chat(server.world.direct(ana), ana)
    assert taken == CommandSent(where, f"interaction:{given.id}", "interview", "backend_engineer coach 5 senior")
    await server.until(lambda: given.deleted)
    assert not server.world.direct(ana).messages


@pytest.mark.parametrize("name", ["stop", "pause", "resume", "status", "skip", "hint", "repeat"])
async def test_the_group_leads_to_plain_commands(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, name: str
) -> None:
    await server.gives(ana, f"interview {name}")
    assert (await core.got(CommandSent)).command == name


@pytest.mark.parametrize(
    ("name", "options", "argument"),
    [
        ("start", {}, ""),
        ("history", {}, ""),
        ("report", {"number": 12}, "12"),
        ("roles", {}, ""),
        ("settings", {"numbers": "off"}, "numbers off"),
        ("settings", {}, ""),
        ("settings", {"voice": "both"}, "voice both"),
        ("settings", {"language": "de"}, "language de"),
        ("settings", {"recordings": "on"}, "recordings on"),
        ("settings", {"language": "de", "numbers": "on"}, "numbers on"),
        ("voice", {"mode": "on"}, "on"),
        ("voice", {}, ""),
        ("forget", {}, ""),
        ("help", {}, ""),
        ("retry", {"number": 2}, "2"),
        ("next", {}, ""),
        ("disagree", {}, ""),
        ("stronger", {"number": 1}, "1"),
        ("transcript", {"number": 12}, "12"),
        ("transcript", {}, ""),
        ("link", {"code": "K7QM-2XPD"}, "K7QM-2XPD"),
        ("link", {}, ""),
        ("unlink", {}, ""),
        ("interview start", {}, ""),
    ],
)
async def test_every_command_reaches_the_core(
    server: DiscordServer,
    platform: DiscordPlatform,
    core: Core,
    ana: User,
    *,
    name: str,
    options: dict[str, Any],
    argument: str,
) -> None:
    await server.gives(ana, name, **options)
    taken = await core.got(CommandSent)
    assert (taken.command, taken.argument) == (name.partition(" ")[0], argument)


async def test_roles_are_offered_while_they_are_typed(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    assert await server.completes(ana, "interview start", "role", "") == [role.title for role in ROLES]
    assert await server.completes(ana, "interview start", "role", "BACK") == ["Backend Engineer"]
    assert await server.completes(ana, "interview start", "role", "astronaut") == []


async def test_a_command_that_cannot_be_stored_is_answered(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    core.refusal = StoreUnavailableError("The disk is full.")
    given = await server.gives(ana, "interview skip")
    said = await server.until(lambda: given.original)
    assert said.text == wording.NOT_SAVED


async def test_a_command_counts_even_when_discord_does_not_hear_that_it_was_taken(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    server.faults.append(Fault("POST", "/callback", status=404, code=10062))
    with pytest.raises(TimeoutError):
        await _hastily(server, ana)
    assert (await core.got(CommandSent)).command == "skip"


async def _hastily(server: DiscordServer, ana: User) -> Interaction:
    import asyncio  # noqa: PLC0415 - here only

    async with asyncio.timeout(0.2):
        return await server.gives(ana, "interview skip")


async def test_in_a_server_the_interview_moves_to_direct_messages(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, guild: Guild
) -> None:
    given = await server.gives(ana, "interview start", guild=guild, role="backend_engineer")
    direct = server.world.direct(ana)
    assert (await core.got(CommandSent)).conversation == in_chat(direct, ana)
    said = await server.until(lambda: given.original)
    assert given.ephemeral
    assert said.text == f"We go on here: https://discord.com/channels/@me/{direct.id}"
    assert [message.text for message in direct.messages] == ["We go on here, where nobody else reads along."]
    assert not guild.channels[0].messages


async def test_a_second_command_in_a_server_adds_nothing_to_the_direct_messages(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, guild: Guild
) -> None:
    await server.gives(ana, "interview start", guild=guild)
    await core.got(CommandSent)
    await server.gives(ana, "history", guild=guild)
    await core.got(CommandSent, 1)
    assert len(server.world.direct(ana).messages) == 1


async def test_as_a_personal_app_in_a_foreign_server_it_moves_too(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    foreign = server.world.guild("elsewhere", has_bot=False)
    await server.gives(ana, "interview start", guild=foreign)
    assert (await core.got(CommandSent)).conversation.chat == server.world.direct(ana).id


async def test_between_two_people_it_moves_too(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    ben = server.world.user("ben")
    between = type(server.world.direct(ana))(1, [ana, ben])
    server.world.channels[between.id] = between
    given = await server.gives(ana, "interview start", between)
    own = next(channel for channel in server.world.channels.values() if server.world.bot in channel.people)
    assert (await core.got(CommandSent)).conversation.chat == own.id
    assert (await server.until(lambda: given.original)).text.startswith("We go on here")


async def test_closed_direct_messages_lead_to_a_private_thread(
    server: DiscordServer, platform: DiscordPlatform, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    given = await server.gives(shy, "interview start", guild=guild, role="backend_engineer")
    taken = await core.got(CommandSent)
    [thread] = server.world.threads(guild)
    assert taken.conversation == in_chat(thread, shy)
    assert shy in thread.people
    assert thread.name == f"Practice interview: Shy ({shy.id})"
    said = await server.until(lambda: given.original)
    assert given.ephemeral
    assert said.text == f"We go on here: https://discord.com/channels/{guild.id}/{thread.id}"
    await server.gives(shy, "interview status", guild=guild)
    assert (await core.got(CommandSent, 1)).conversation.chat == thread.id
    assert len(server.world.threads(guild)) == 1


async def test_in_a_thread_answers_are_written_into_a_form(
    server: DiscordServer, platform: DiscordPlatform, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    await server.gives(shy, "interview start", guild=guild)
    where = (await core.got(CommandSent)).conversation
    [thread] = server.world.threads(guild)
    await platform.send(where, asking(), "1")
    question = thread.messages[-1]
    assert list(question.buttons) == ["Answer", "Hint", "Skip", "Finish"]
    opened = await server.presses(shy, question, "Answer")
    filled = await server.fills(shy, opened, "I would look at the logs.")
    taken = await core.got(TextSent)
    assert taken == TextSent(where, f"interaction:{filled.id}", "I would look at the logs.", 2, "#7")
    assert (await server.until(lambda: filled.original)).text == "I would look at the logs."
    skipped = await server.gives(shy, "interview skip", thread, guild)
    assert (await core.got(CommandSent, 1)).conversation == where
    await server.until(lambda: skipped.deleted)


@pytest.mark.parametrize("known", [True, False])
async def test_where_no_thread_can_be_made_it_is_said(
    server: DiscordServer, platform: DiscordPlatform, core: Core, *, known: bool
) -> None:
    shy = server.world.user("shy", closed=True)
    strict = server.world.guild("strict", allows_threads=False, has_bot=known)
    given = await server.gives(shy, "interview start", guild=strict)
    assert "Allow direct messages" in (await server.until(lambda: given.original)).text
    assert not core.received


async def test_where_discord_fails_on_the_way_it_is_said(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, guild: Guild
) -> None:
    server.faults.append(Fault("POST", "/users/@me/channels", status=503))
    given = await server.gives(ana, "interview start", guild=guild)
    assert "try again" in (await server.until(lambda: given.original)).text
    assert not core.received


async def test_a_press_is_the_choices_command_and_shows_what_was_chosen(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    question = await ask(server, platform, ana)
    pressed = await server.presses(ana, question, "Skip")
    where = in_chat(server.world.direct(ana), ana)
    assert await core.got(CommandSent) == CommandSent(where, f"interaction:{pressed.id}", "skip", "#7", 2, question.id)
    await server.until(lambda: pressed.original)
    assert not question.buttons
    assert question.content.endswith("What broke last?\n-# " + wording.CHOSEN.format(label="Skip"))


async def test_a_hint_leaves_the_buttons(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    question = await ask(server, platform, ana)
    hinted = await server.presses(ana, question, "Hint")
    skipped = await server.presses(ana, question, "Skip")
    await server.until(lambda: skipped.original)
    assert hinted.original is None
    assert [one.command for one in core.received if isinstance(one, CommandSent)] == ["hint", "skip"]


async def test_buttons_work_after_a_restart(server: DiscordServer, start: Start, core: Core, ana: User) -> None:
    async with start() as first:
        question = await ask(server, first, ana)
    server.gateway.ready.clear()
    server.gateway.sessions.clear()
    async with start():
        await server.presses(ana, question, "Finish")
        taken = await core.got(CommandSent)
    assert (taken.command, taken.argument, taken.turn) == ("stop", "#7", 2)


async def test_a_press_that_cannot_be_stored_keeps_the_buttons(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    core.refusal = StoreUnavailableError("The disk is full.")
    question = await ask(server, platform, ana)
    pressed = await server.presses(ana, question, "Skip")
    await server.until(lambda: pressed.follow_ups)
    assert pressed.follow_ups[0].text == wording.NOT_SAVED
    assert list(question.buttons) == ["Hint", "Skip", "Finish"]


async def test_more_choices_than_fit_go_on_in_another_message(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    roles = tuple(Choice(f"Job {number}", "interview", f"job_{number}") for number in range(40))
    channel = server.world.direct(ana)
    await platform.send(in_chat(channel, ana), saying("Which job?", kind=OutboundKind.ROLES, choices=roles), "k")
    first, second = channel.messages
    assert (len(first.buttons), len(second.buttons)) == (25, 15)
    assert {**first.buttons, **second.buttons}.keys() == {role.label for role in roles}


async def test_another_form_than_ours_is_left_alone(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    direct = server.world.direct(ana)
    for custom_id, field in (("other", "say"), ("iv:say::", "other")):
        filled = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": field, "value": "x"}}
        content = {"custom_id": custom_id, "components": [filled]}
        await server.gateway.dispatch("INTERACTION_CREATE", Interaction(5, ana, direct, content).wire(server.world))
    await server.writes(ana, "after")
    assert (await core.got(TextSent)).text == "after"
    assert len(core.received) == 1


async def test_what_fails_unforeseen_is_told_and_logged_by_its_name_only(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    question = await ask(server, platform, ana)
    core.refusal = RuntimeError("quokka")
    await server.writes(ana, "quokka")
    assert (await server.reply_to(server.world.direct(ana), 1)).text == wording.LOST
    given = await server.gives(ana, "history")
    assert (await server.until(lambda: given.original)).text == wording.LOST
    pressed = await server.presses(ana, question, "Skip")
    assert (await server.until(lambda: pressed.follow_ups))[0].text == wording.LOST
    assert list(question.buttons) == ["Hint", "Skip", "Finish"]
    assert "A message could not be taken: RuntimeError" in caplog.text
    assert "quokka" not in caplog.text


async def test_what_fails_in_the_adapter_itself_is_told_too(
    server: DiscordServer,
    platform: DiscordPlatform,
    ana: User,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = await ask(server, platform, ana)

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("quokka")

    monkeypatch.setattr(interactions, "as_command", failing)
    monkeypatch.setattr(interactions, "CommandSent", failing)
    given = await server.gives(ana, "history")
    assert (await server.until(lambda: given.original)).text == wording.LOST
    pressed = await server.presses(ana, question, "Skip")
    assert (await server.until(lambda: pressed.follow_ups))[0].text == wording.LOST
    monkeypatch.setattr(interactions, "is_private", failing)
    pressed = await server.presses(ana, question, "Skip")
    assert (await server.until(lambda: pressed.original)).text == wording.LOST
    assert "An interaction failed: RuntimeError" in caplog.text
    assert "quokka" not in caplog.text


async def test_a_command_that_is_no_longer_there_is_answered(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    server.commands.append({"id": "7", "name": "dance", "type": 1, "options": []})
    given = await server.gives(ana, "dance")
    assert (await server.until(lambda: given.original)).text == wording.LOST
    assert given.ephemeral


async def test_what_was_dropped_is_not_told_twice_and_keeps_the_buttons(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    question = await ask(server, platform, ana)
    core.drops = True
    pressed = await server.presses(ana, question, "Skip")
    given = await server.gives(ana, "history")
    await server.until(lambda: given.deleted)
    await server.writes(ana, "too much")
    core.drops = False
    await server.writes(ana, "after")
    await core.got(TextSent)
    assert (pressed.original, pressed.follow_ups) == (None, [])
    assert list(question.buttons) == ["Hint", "Skip", "Finish"]
    assert server.said_in(server.world.direct(ana)) == [question]


async def test_where_there_is_no_room_to_say_what_was_chosen_the_buttons_vanish_all_the_same(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    channel, label = server.world.direct(ana), "C_C*" * 20
    await platform.send(in_chat(channel, ana), saying("x" * 1890, choices=(Choice(label, "interview", "a"),)), "k")
    question = channel.messages[-1]
    pressed = await server.presses(ana, question, label)
    await server.until(lambda: pressed.original)
    assert (question.content, question.buttons) == ("x" * 1890, {})


async def test_in_a_voice_channels_chat_no_thread_can_be_made(
    server: DiscordServer, platform: DiscordPlatform, core: Core, guild: Guild
) -> None:
    shy = server.world.user("shy", closed=True)
    between = type(guild.channels[0])(1, [shy])
    server.world.channels[between.id] = between
    given = await server.gives(shy, "interview start", between)
    assert "Allow direct messages" in (await server.until(lambda: given.original)).text


async def test_where_the_first_words_cannot_be_delivered_it_is_said(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, guild: Guild
) -> None:
    server.faults.append(Fault("POST", "/messages", status=503))
    given = await server.gives(ana, "interview start", guild=guild)
    assert "try again" in (await server.until(lambda: given.original)).text


async def test_a_report_is_shown_as_cards_whose_buttons_can_be_pressed(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    channel, choices = server.world.direct(ana), (Choice("Another one", "interview", "baker"),)
    long = saying(*["Heard: **word** " * 100] * 5, kind=OutboundKind.REPORT, choices=choices)
    await platform.send(in_chat(channel, ana), long, "k")
    *earlier, card = channel.messages
    assert earlier
    assert all(message.embeds and not message.content for message in channel.messages)
    pressed = await server.presses(ana, card, "Another one")
    taken = await core.got(CommandSent)
    assert (taken.command, taken.argument) == ("interview", "baker")
    await server.until(lambda: pressed.original)
    chosen = "-# " + wording.CHOSEN.format(label="Another one")
    assert (card.content, bool(card.embeds), card.buttons) == (chosen, True, {})


async def test_an_impatient_press_is_taken_once_and_again_when_the_first_was_not(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User
) -> None:
    question = await ask(server, platform, ana)
    payload = dict(question.components[0])
    core.refusal = StoreUnavailableError("The disk is full.")
    refused = await server.presses(ana, question, "Skip")
    await server.until(lambda: refused.follow_ups)
    core.refusal = None
    for _ in range(5):
        question.components = [payload]  # still shown on another device
        await server.presses(ana, question, "Skip")
    await server.writes(ana, "after")
    await core.got(TextSent)
    assert [one.command for one in core.received if isinstance(one, CommandSent)] == ["skip"]
