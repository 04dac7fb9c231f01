"""Pages that turn in place, files, and where buttons stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.discord import DiscordPlatform, delivery
from adapters.discord.buttons import per_post
from core.messages import Block, BlockStyle, Choice, CommandSent, Document, Outbound, OutboundKind
from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from tests.adapters.discord.conftest import Core, Start, in_chat, saying
from tests.wires.discord import Channel, DiscordServer, Fault, Message, User

JOBS = (Choice("Backend Engineer", "setup", "backend_engineer"), Choice("Baker", "setup", "baker"))
START = Choice("Start", "interview", "baker coach 3", row=2)
CARD = (
    Choice("mock", "setup", "baker mock 3", row=0),
    Choice("› coach", "setup", "baker coach 3", row=0),  # noqa: RUF001 - the sign of what is chosen
    Choice("› 3", "setup", "baker coach 3", row=1),  # noqa: RUF001 - the same
    Choice("5", "setup", "baker coach 5", row=1),
    START,
)
TRANSCRIPT = Document("interview-12.txt", "Question 1\nWhy? – “Because 😀”\n")


def menu(text: str = "Which job?", choices: tuple[Choice, ...] = JOBS, replaces: str = "") -> Outbound:
    return Outbound(OutboundKind.MENU, (Block(BlockStyle.TEXT, text),), choices, replaces=replaces)


@pytest.fixture
def direct(server: DiscordServer, ana: User) -> Channel:
    return server.world.direct(ana)


async def page(platform: DiscordPlatform, direct: Channel, ana: User) -> Message:
    await platform.send(in_chat(direct, ana), menu(), "first")
    return direct.messages[-1]


def labels(message: Message) -> list[list[str]]:
    return [[button["label"] for button in row["components"]] for row in message.components]


async def test_from_the_menu_to_the_start_in_one_message(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    shown = await page(platform, direct, ana)
    where = in_chat(direct, ana)
    asked = (("Baker", "baker"), ("mock", "baker mock 3"), ("› coach", "baker coach 3"), ("› 3", "baker coach 3"))  # noqa: RUF001
    for number, (label, argument) in enumerate(asked):
        pressed = await server.presses(ana, shown, label)
        taken = await core.got(CommandSent, number)
        assert taken == CommandSent(where, f"interaction:{pressed.id}", "setup", argument, None, shown.id)
        assert taken.turns_page
        await platform.send(where, menu(f"Card {number}", CARD, taken.pressed_in), f"card {number}")
        assert shown.text == f"Card {number}"
    assert labels(shown) == [["mock", "› coach"], ["› 3", "5"], ["Start"]]  # noqa: RUF001
    started = await server.presses(ana, shown, "Start")
    assert (await core.got(CommandSent, 4)).argument == "baker coach 3"
    await server.until(lambda: started.original)
    assert (shown.text, shown.buttons) == ("Card 3\n-# › Start", {})  # noqa: RUF001
    assert direct.messages == [shown]


async def test_history_is_leafed_through_in_place_and_opened_anew(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    where = in_chat(direct, ana)
    leaves = (Choice("Newer", "history", ">42"), Choice("Older", "history", "<42"), Choice("Report 41", "report", "41"))
    await platform.send(where, saying("Page 2", kind=OutboundKind.HISTORY, choices=leaves), "1")
    shown = direct.messages[-1]
    for number, (label, argument, turns) in enumerate(
        (("Older", "<42", True), ("Newer", ">42", True), ("Report 41", "41", False))
    ):
        await server.presses(ana, shown, label)
        taken = await core.got(CommandSent, number)
        assert (taken.argument, taken.turns_page) == (argument, turns)
    await platform.send(where, menu("Page 3", (), shown.id), "2")
    assert (shown.text, shown.buttons, direct.messages) == ("Page 3", {}, [shown])


async def test_a_page_turned_twice_is_the_same_page(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    shown = await page(platform, direct, ana)
    server.faults.append(Fault("PATCH", f"/messages/{shown.id}", status=503, after=True))
    turned = menu("The card", CARD, shown.id)
    with pytest.raises(DeliveryError):
        await platform.send(in_chat(direct, ana), turned, "k")
    await platform.send(in_chat(direct, ana), turned, "k")
    assert (shown.text, direct.messages) == ("The card", [shown])
    assert shown.edited_at


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10008), (403, 50005), (400, 50083), (403, 160005), (400, 50035), (400, 0)]
)
async def test_where_the_message_cannot_be_changed_a_new_one_comes(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, *, status: int, code: int
) -> None:
    shown = await page(platform, direct, ana)
    server.faults.append(Fault("PATCH", f"/messages/{shown.id}", status=status, code=code, times=2))
    for _ in range(2):
        await platform.send(in_chat(direct, ana), menu("The card", CARD, shown.id), "k")
    assert [message.text for message in direct.messages] == ["Which job?", "The card"]


async def test_a_message_that_is_not_there_is_sent_anew(platform: DiscordPlatform, ana: User, direct: Channel) -> None:
    for key, replaces in enumerate(("12345", "no id at all")):
        await platform.send(in_chat(direct, ana), menu("The card", CARD, replaces), str(key))
    assert [message.text for message in direct.messages] == ["The card", "The card"]


@pytest.mark.parametrize(
    "message",
    [
        menu("word " * 500),
        menu("Which?", tuple(Choice(f"Job {number}", "setup", f"job_{number}") for number in range(26))),
        Outbound(OutboundKind.TRANSCRIPT, (Block(BlockStyle.TEXT, "Here it is."),), document=TRANSCRIPT),
        Outbound(OutboundKind.REPORT, (Block(BlockStyle.TEXT, "Your report"),)),
    ],
)
async def test_what_is_no_single_plain_post_comes_anew(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, message: Outbound
) -> None:
    shown = await page(platform, direct, ana)
    await platform.send(in_chat(direct, ana), replace(message, replaces=shown.id), "k")
    assert shown.text == "Which job?"
    assert len(direct.messages) > 1
    assert not [one for one in server.exchanges if one.method == "PATCH"]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"status": 503}, DeliveryError),
        ({"drop": True}, DeliveryError),
        ({"status": 403, "code": 50007}, UnreachableError),
        ({"status": 404, "code": 10003}, UnreachableError),
    ],
)
async def test_what_may_pass_is_tried_again_later_and_nothing_else_is_sent(
    server: DiscordServer,
    platform: DiscordPlatform,
    ana: User,
    direct: Channel,
    *,
    fault: dict[str, int],
    failure: type[DeliveryError],
) -> None:
    shown = await page(platform, direct, ana)
    server.faults.append(Fault("PATCH", f"/messages/{shown.id}", **fault))  # type: ignore[arg-type]
    with pytest.raises(DeliveryError) as failed:
        await platform.send(in_chat(direct, ana), menu("The card", CARD, shown.id), "k")
    assert type(failed.value) is failure
    assert [message.text for message in direct.messages] == ["Which job?"]


@pytest.mark.parametrize("wait_s", [0.01, 60.0])
async def test_too_many_changes_of_an_old_message_lead_to_a_new_one(
    server: DiscordServer,
    platform: DiscordPlatform,
    ana: User,
    direct: Channel,
    *,
    wait_s: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "CHANGING_S", 0.5)
    shown = await page(platform, direct, ana)
    server.faults.append(Fault("PATCH", f"/messages/{shown.id}", status=429, code=30046, retry_after=wait_s, times=5))
    await platform.send(in_chat(direct, ana), menu("The card", CARD, shown.id), "k")
    assert [message.text for message in direct.messages] == ["Which job?", "The card"]


async def test_a_page_turns_after_a_restart(
    server: DiscordServer, start: Start, core: Core, ana: User, direct: Channel
) -> None:
    async with start() as first:
        shown = await page(first, direct, ana)
    server.gateway.ready.clear()
    server.gateway.sessions.clear()
    async with start() as second:
        await server.presses(ana, shown, "Baker")
        taken = await core.got(CommandSent)
        await second.send(taken.conversation, menu("The card", CARD, taken.pressed_in), "k")
    assert (shown.text, direct.messages) == ("The card", [shown])


async def test_a_document_comes_as_a_file_with_the_last_post_and_only_once(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    blocks = (Block(BlockStyle.TEXT, "word " * 500), Block(BlockStyle.SMALL, "The whole of it is in the file."))
    choices = (Choice("History", "history"),)
    message = Outbound(OutboundKind.TRANSCRIPT, blocks, choices, document=TRANSCRIPT)
    server.faults.append(Fault("POST", "/messages", status=503, after=True))
    with pytest.raises(DeliveryError):
        await platform.send(in_chat(direct, ana), message, "k")
    await platform.send(in_chat(direct, ana), message, "k")
    await platform.send(in_chat(direct, ana), message, "k")
    first, last = direct.messages
    assert (first.files, first.buttons) == ({}, {})
    assert last.files == {0: ("interview-12.txt", TRANSCRIPT.text.encode())}
    assert list(last.buttons) == ["History"]


async def test_a_file_that_is_too_large_is_refused_for_good(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    message = Outbound(OutboundKind.TRANSCRIPT, (Block(BlockStyle.TEXT, "Here."),), document=TRANSCRIPT)
    server.faults.append(Fault("POST", "/messages", status=413, code=40005))
    with pytest.raises(RefusedMessageError):
        await platform.send(in_chat(direct, ana), message, "k")


def choices_in(*rows: int | None) -> list[Choice]:
    return [Choice(str(number), "setup", str(number), row=row) for number, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([None] * 7, [5, 2]),
        ([0, 0, 1], [2, 1]),
        ([None, None, 0, 0, None], [2, 2, 1]),
        ([4, 4, 2, 9], [2, 1, 1]),
        ([1] * 6, [5, 1]),
        ([0, 1, 2, 3, 4, 5], [1, 1, 1, 1, 1]),
        ([None] * 40, [5, 5, 5, 5, 5]),
    ],
)
async def test_rows_stand_as_they_are_named(
    platform: DiscordPlatform, ana: User, direct: Channel, rows: list[int | None], shown: list[int]
) -> None:
    choices = choices_in(*rows)
    await platform.send(in_chat(direct, ana), menu("Which?", tuple(choices)), "k")
    assert [len(row) for row in labels(direct.messages[0])] == shown
    said = [label for message in direct.messages for row in labels(message) for label in row]
    assert said == [choice.label for choice in choices]


def test_a_post_has_five_rows_at_most() -> None:
    assert [len(post) for post in per_post(choices_in(*range(6), *[None] * 40))] == [5, 21, 20]
    assert per_post([]) == []
