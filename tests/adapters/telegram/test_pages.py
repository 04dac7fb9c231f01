"""Pages that turn in their place, and documents that come with a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.telegram import TelegramPlatform
from core.messages import BlockStyle, Choice, CommandSent, Document, Outbound
from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from tests.adapters.telegram.conftest import Takes, conversation, saying, until
from tests.wires.telegram import Fault, Person, TelegramServer, buttons_of

OLDER = (Choice("Older", "history", "<11"),)
NEWER = (Choice("Newer", "history", ">10"),)
SKIP = (Choice("Skip", "skip", turn=0),)
TRANSCRIPT = Document("transcript 12 <b>*.txt", "You: I <b>did</b> & *said* it 🙂\n" * 3_000)


async def first_page(platform: TelegramPlatform, robin: Person) -> dict[str, Any]:
    await platform.send(conversation(robin), saying("Newest", choices=OLDER), "first")
    return await robin.hears()


def second_page(shown: dict[str, Any], *texts: str) -> Outbound:
    page = saying(*(texts or ("Earlier <ones> & all",)), style=BlockStyle.HEADING, choices=NEWER)
    return replace(page, replaces=str(shown["message_id"]))


async def test_a_page_turns_in_its_place(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    shown = await first_page(platform, robin)
    robin.presses("Older")
    asked = await takes.next()
    assert isinstance(asked, CommandSent)
    assert (asked.turns_page, asked.pressed_in) == (True, str(shown["message_id"]))
    await platform.send(conversation(robin), second_page(shown), "second")
    assert (shown["text"], list(buttons_of(shown))) == ("Earlier <ones> & all", ["Newer"])
    assert [one["type"] for one in shown["entities"]] == ["bold"]
    assert len(robin.chat.said) == 1
    (edit,) = server.asked("editMessageText")
    assert edit.link_preview_options.is_disabled


async def test_a_page_pressed_twice_is_the_same_page(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    shown = await first_page(platform, robin)
    for number in range(2):
        robin.presses("Older", dict(shown) | {"reply_markup": shown["reply_markup"]})
        await takes.next(number)
    for key in ("one", "two"):
        await platform.send(conversation(robin), second_page(shown), key)
    assert len(server.asked("editMessageText")) == 2
    assert [message["text"] for message in robin.chat.said] == ["Earlier <ones> & all"]
    await until(lambda: not server.open_presses)


async def test_a_page_tried_again_is_turned_once(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    shown = await first_page(platform, robin)
    server.faults.append(Fault("editMessageText", 502, done=True))
    with pytest.raises(DeliveryError) as failed:
        await platform.send(conversation(robin), second_page(shown), "second")
    assert not isinstance(failed.value, RefusedMessageError | UnreachableError)
    for _ in range(2):
        await platform.send(conversation(robin), second_page(shown), "second")
    assert [message["text"] for message in robin.chat.said] == ["Earlier <ones> & all"]
    assert len(server.asked("editMessageText")) == 2


async def test_a_page_that_was_deleted_comes_anew_and_once(
    platform: TelegramPlatform, robin: Person, takes: Takes
) -> None:
    shown = await first_page(platform, robin)
    robin.deletes(shown)
    robin.presses("Older", shown)
    asked = await takes.next()
    assert isinstance(asked, CommandSent)
    assert asked.pressed_in == str(shown["message_id"])
    for _ in range(2):
        await platform.send(conversation(robin), second_page(shown), "second")
    assert (await robin.hears())["text"] == "Earlier <ones> & all"
    assert len(robin.chat.said) == 2


@pytest.mark.parametrize(
    "refusal", ["message can't be edited", "can't parse entities: quokka", "MESSAGE_ID_INVALID", "BUTTON_DATA_INVALID"]
)
async def test_a_page_that_cannot_be_changed_comes_anew(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, refusal: str
) -> None:
    shown = await first_page(platform, robin)
    server.faults.append(Fault("editMessageText", 400, f"Bad Request: {refusal}"))
    await platform.send(conversation(robin), second_page(shown), "second")
    page = await robin.hears()
    assert (page["text"], list(buttons_of(page))) == ("Earlier <ones> & all", ["Newer"])
    assert shown["text"] == "Newest"


async def test_a_page_that_needs_several_pieces_comes_anew(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    shown = await first_page(platform, robin)
    await platform.send(conversation(robin), second_page(shown, "a" * 4_000, "b" * 4_000), "second")
    assert [message["text"][0] for message in robin.chat.said] == ["N", "a", "b"]
    assert not server.asked("editMessageText")


async def test_a_page_for_somebody_who_is_gone(platform: TelegramPlatform, robin: Person) -> None:
    shown = await first_page(platform, robin)
    robin.blocks()
    with pytest.raises(UnreachableError):
        await platform.send(conversation(robin), second_page(shown), "second")


@pytest.mark.parametrize(
    "choice", [Choice("Coach", "setup", "backend_engineer coach"), *OLDER, Choice("Hide numbers", "settings", "off")]
)
async def test_a_page_keeps_its_buttons_while_it_turns(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer, choice: Choice
) -> None:
    await platform.send(conversation(robin), saying("A page", choices=(choice,)), "first")
    shown = await robin.hears()
    robin.presses(choice.label)
    await takes.next()
    await until(lambda: not server.open_presses)
    robin.writes("done")
    await takes.next(1)
    assert (shown["text"], list(buttons_of(shown))) == ("A page", [choice.label])


async def test_a_document_comes_after_the_words_and_their_buttons(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    message = replace(saying("All <b>that</b> was said", choices=OLDER), document=TRANSCRIPT)
    await platform.send(conversation(robin), message, "key")
    words, file = await robin.hears(), await robin.hears()
    assert (words["text"], list(buttons_of(words))) == ("All <b>that</b> was said", ["Older"])
    assert (robin.opens(file), buttons_of(file)) == ((TRANSCRIPT.name, TRANSCRIPT.text), {})
    assert [form.document.content_type for form in server.asked("sendDocument")] == ["text/plain"]


async def test_a_page_with_a_document_comes_anew(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    shown = await first_page(platform, robin)
    await platform.send(conversation(robin), replace(second_page(shown), document=TRANSCRIPT), "second")
    assert len(robin.chat.said) == 3
    assert not server.asked("editMessageText")


@pytest.mark.parametrize("done", [False, True])
async def test_a_document_that_failed_is_tried_again_by_itself(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, *, done: bool
) -> None:
    message = replace(saying("a" * 4_000, "b" * 4_000), document=TRANSCRIPT)
    server.faults.append(Fault("sendDocument", 500, done=done))
    with pytest.raises(DeliveryError):
        await platform.send(conversation(robin), message, "key")
    for _ in range(2):
        await platform.send(conversation(robin), message, "key")
    assert [one["text"][0] for one in robin.chat.said if "text" in one] == ["a", "b"]
    assert len(server.asked("sendDocument")) == 2


async def test_a_document_that_is_refused_never_arrives(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    server.faults.append(Fault("sendDocument", 400, "Bad Request: FILE_PARTS_INVALID"))
    with pytest.raises(RefusedMessageError):
        await platform.send(conversation(robin), replace(saying("Words"), document=TRANSCRIPT), "key")
    assert (await robin.hears())["text"] == "Words"


async def test_a_document_for_somebody_who_is_gone(platform: TelegramPlatform, robin: Person) -> None:
    lost = conversation(robin)
    robin.server.chats.clear()
    with pytest.raises(UnreachableError):
        await platform.send(lost, replace(saying(), document=TRANSCRIPT), "key")


async def test_a_document_alone_has_the_buttons_and_an_empty_one_is_left_out(
    platform: TelegramPlatform, robin: Person
) -> None:
    await platform.send(conversation(robin), replace(saying(choices=SKIP), document=TRANSCRIPT), "alone")
    file = await robin.hears()
    assert list(buttons_of(file)) == ["Skip"]
    robin.presses("Skip")
    await until(lambda: not buttons_of(file))
    await platform.send(conversation(robin), replace(saying("Words"), document=Document("a.txt", "")), "empty")
    await platform.send(conversation(robin), replace(saying(), document=Document("a.txt", "a\ud83d")), "half")
    assert (await robin.hears())["text"] == "Words"
    assert robin.opens(await robin.hears()) == ("a.txt", "a?")
