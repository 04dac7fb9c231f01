from __future__ import annotations

import pytest

from adapters.discord import DiscordPlatform
from core.messages import CommandSent, TextEdited, TextSent
from core.ports import DeliveryError, StoreError, StoreUnavailableError
from tests.adapters.discord.conftest import Core, asking, in_chat
from tests.wires.discord import DiscordServer, Fault, Guild, User

PICTURE = {"id": "1", "filename": "a.png", "size": 1, "url": "http://x", "proxy_url": "http://x"}
pytestmark = pytest.mark.usefixtures("platform")


async def test_a_direct_message_is_taken_with_its_own_id(server: DiscordServer, core: Core, ana: User) -> None:
    written = await server.writes(ana, "I would check the logs.")
    taken = await core.got(TextSent)
    where = in_chat(server.world.direct(ana), ana)
    assert taken == TextSent(where, written.id, "I would check the logs.")


async def test_a_message_delivered_again_has_the_same_id(server: DiscordServer, core: Core, ana: User) -> None:
    await server.again(await server.writes(ana, "One"))
    await server.writes(ana, "Two")
    await core.got(TextSent, 1)
    assert [one.text for one in core.received if isinstance(one, TextSent)] == ["One", "Two"]


async def test_messages_of_a_chat_are_taken_in_order(server: DiscordServer, core: Core, ana: User) -> None:
    core.gate.clear()
    for number in range(20):
        await server.writes(ana, str(number))
    core.gate.set()
    await core.got(TextSent, 19)
    assert [one.text for one in core.received if isinstance(one, TextSent)] == [str(number) for number in range(20)]


async def test_a_slow_chat_keeps_nobody_else_waiting(server: DiscordServer, core: Core, ana: User) -> None:
    core.held = {server.world.direct(ana).id}
    core.gate.clear()
    await server.writes(ana, "slow")
    await server.writes(server.world.user("ben"), "quick")
    assert (await core.got(TextSent)).text == "quick"
    core.gate.set()
    assert (await core.got(TextSent, 1)).text == "slow"


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/skip", "skip", ""),
        ("/report 12", "report", "12"),
        ("/interview", "interview", ""),
        ("/interview backend_engineer coach 5", "interview", "backend_engineer coach 5"),
        ("/interview start backend_engineer", "interview", "backend_engineer"),
        ("/interview skip", "skip", ""),
        ("/dance now", "dance", "now"),
    ],
)
async def test_a_command_typed_as_text_is_a_command(
    server: DiscordServer, core: Core, ana: User, *, text: str, command: str, argument: str
) -> None:
    await server.writes(ana, text)
    taken = await core.got(CommandSent)
    assert (taken.command, taken.argument, taken.turn) == (command, argument, None)


@pytest.mark.parametrize("text", ["/etc/hosts was wrong", "/ is the root", "/skip\nthat", "A / B"])
async def test_what_only_looks_like_a_command_is_text(server: DiscordServer, core: Core, ana: User, text: str) -> None:
    await server.writes(ana, text)
    assert (await core.got(TextSent)).text == text


async def test_an_edit_names_its_message(server: DiscordServer, core: Core, ana: User) -> None:
    written = await server.writes(ana, "First")
    await server.edits(written, "Better")
    edited = await core.got(TextEdited)
    assert (edited.message_id, edited.text) == (written.id, "Better")
    assert edited.inbound_id != written.id


async def test_two_edits_are_two_and_a_repeated_one_is_not(server: DiscordServer, core: Core, ana: User) -> None:
    written = await server.writes(ana, "First")
    await server.edits(written, "Second")
    await server.again(written)
    await server.edits(written, "Third")
    await core.got(TextEdited, 1)
    assert [one.text for one in core.received if isinstance(one, TextEdited)] == ["Second", "Third"]


async def test_a_preview_of_a_link_is_no_edit(
    server: DiscordServer, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    await server.unfurls(await server.writes(ana, "See https://example.org"))
    await server.writes(ana, "and more")
    await core.got(TextSent, 1)
    assert not [one for one in core.received if isinstance(one, TextEdited)]
    assert "failed" not in caplog.text


async def test_bots_webhooks_system_and_server_messages_are_ignored(
    server: DiscordServer, core: Core, ana: User, guild: Guild
) -> None:
    direct = server.world.direct(ana)
    await server.writes(server.world.user("robot", bot=True), "beep", direct)
    await server.writes(ana, "by webhook", direct, webhook_id="5")
    await server.writes(ana, "pinned something", direct, type=6)
    await server.writes(ana, "hello all", guild.channels[0])
    await server.writes(ana, "for you")
    assert (await core.got(TextSent)).text == "for you"
    assert len(core.received) == 1


async def test_typing_is_passed_on(server: DiscordServer, core: Core, ana: User) -> None:
    await server.types(ana)
    await server.writes(ana, "x")
    await core.got(TextSent)
    assert core.seen_typing == [in_chat(server.world.direct(ana), ana)]


async def test_what_is_neither_text_nor_sound_is_answered_in_one_sentence(
    server: DiscordServer, core: Core, ana: User
) -> None:
    for _ in range(5):
        await server.writes(ana, "", attachments=[PICTURE])
    assert "text and voice notes only" in (await server.reply_to(server.world.direct(ana))).text
    assert not core.received
    await server.writes(ana, "after")
    await core.got(TextSent)
    assert len(server.said_in(server.world.direct(ana))) == 1


async def test_what_cannot_be_stored_is_said(server: DiscordServer, core: Core, ana: User) -> None:
    core.refusal = StoreUnavailableError("The disk is full.")
    await server.writes(ana, "Important")
    said = (await server.reply_to(server.world.direct(ana))).text
    assert said == (
        "I could not take your last message, as I cannot save anything just now. Please try again in a few minutes."
    )


async def test_nobody_is_told_where_that_fails_too(
    server: DiscordServer, core: Core, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    core.refusal = StoreError("The disk is full.")
    server.faults.append(Fault("POST", "/messages", status=403, code=50007))
    await server.writes(ana, "quokka")
    await server.until(lambda: [one for one in server.exchanges if one.status == 403])
    core.refusal = None
    await server.writes(ana, "again")
    await core.got(TextSent)
    assert "quokka" not in caplog.text


async def test_too_many_waiting_messages_of_one_chat_are_refused_aloud(
    server: DiscordServer, core: Core, ana: User
) -> None:
    core.gate.clear()
    for number in range(51):
        await server.writes(ana, str(number))
    said = (await server.reply_to(server.world.direct(ana))).text
    await server.writes(ana, "and more")
    await server.writes(server.world.user("ben"), "", attachments=[PICTURE])
    core.gate.set()
    await core.got(TextSent, 49)
    assert "too much at once" in said
    assert len(server.said_in(server.world.direct(ana))) == 1


async def test_a_question_is_sent_once_however_often_it_is_tried(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    channel = server.world.direct(ana)
    server.faults.append(Fault("POST", "/messages", status=503, after=True))
    with pytest.raises(DeliveryError):
        await platform.send(in_chat(channel, ana), asking(), "key-1")
    await platform.send(in_chat(channel, ana), asking(), "key-1")
    await platform.send(in_chat(channel, ana), asking(), "key-2")
    said = server.said_in(channel)
    assert len(said) == 2
    assert said[0].content == "-# Question 1 of 3 · Debugging\nWhat broke last?"
    assert list(said[0].buttons) == ["Hint", "Skip", "Finish"]


async def test_the_typing_indicator_is_shown_and_never_fails(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    channel = server.world.direct(ana)
    server.faults.append(Fault("POST", "/typing", status=403, code=50001))
    await platform.working(in_chat(channel, ana))
    await platform.working(in_chat(channel, ana))
    assert channel.typing == 1
