"""Voice messages that go out: with their words, before them, or alone."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from adapters.telegram import TelegramPlatform
from core.messages import BlockStyle, Choice, Document
from core.ports import DeliveryError, UnreachableError
from tests.adapters.telegram.conftest import SPEECH, Takes, conversation, make, saying, until
from tests.wires.telegram import Fault, Person, TelegramServer, buttons_of

SKIP = (Choice("Skip", "skip", turn=0),)
LONGEST = "🙂" * 512


async def test_short_words_stand_under_the_voice(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    question = saying("Why <this> & that?", style=BlockStyle.HEADING, choices=SKIP)
    await platform.send(conversation(robin), question, "key", SPEECH)
    shown = await robin.hears()
    assert (shown["caption"], list(buttons_of(shown))) == ("Why <this> & that?", ["Skip"])
    assert [one["type"] for one in shown["caption_entities"]] == ["bold"]
    assert (robin.listens(shown), shown["voice"]["duration"]) == (SPEECH.sound, 3)
    (form,) = server.asked("sendVoice")
    assert (form.voice.name, form.voice.content_type) == ("voice.ogg", "audio/ogg")
    robin.presses("Skip")
    await robin.sees(shown, "› Skip")  # noqa: RUF001 - as it is shown
    assert not buttons_of(shown)
    assert [one["type"] for one in shown["caption_entities"]] == ["bold", "italic"]
    assert len(robin.chat.said) == 1


async def test_a_full_caption_only_loses_its_buttons(platform: TelegramPlatform, robin: Person, takes: Takes) -> None:
    await platform.send(conversation(robin), saying(LONGEST, choices=SKIP), "key", SPEECH)
    shown = await robin.hears()
    robin.presses("Skip")
    await until(lambda: not buttons_of(shown))
    assert shown["caption"] == LONGEST


@pytest.mark.parametrize("texts", [(LONGEST + "x",), ("a" * 4_000, "b" * 4_000)])
async def test_long_words_follow_the_voice(platform: TelegramPlatform, robin: Person, texts: tuple[str, ...]) -> None:
    number = robin.writes("An answer")
    message = replace(saying(*texts, choices=SKIP), answers=str(number))
    await platform.send(conversation(robin), message, "key", SPEECH)
    voice, *rest = robin.chat.said
    assert ("caption" in voice, buttons_of(voice), robin.listens(voice)) == (False, {}, SPEECH.sound)
    assert [one["text"] for one in rest] == list(texts)
    assert [bool(buttons_of(one)) for one in rest] == [*[False] * (len(texts) - 1), True]
    assert ["reply_to_message" in one for one in robin.chat.said] == [True, *[False] * len(texts)]


async def test_a_voice_without_words_is_all_of_it(platform: TelegramPlatform, robin: Person) -> None:
    await platform.send(conversation(robin), saying(choices=SKIP), "key", replace(SPEECH, seconds=0.3))
    shown = await robin.hears()
    assert ("caption" in shown, shown["voice"]["duration"], list(buttons_of(shown))) == (False, 1, ["Skip"])
    robin.presses("Skip")
    await until(lambda: not buttons_of(shown))
    await platform.send(conversation(robin), saying(), "without a sound it is nothing")
    assert len(robin.chat.said) == 1


@pytest.mark.parametrize(
    "refusal",
    ["VOICE_MESSAGES_FORBIDDEN", "VOICE_MESSAGES_FORBIDDEN for the user", "wrong type of the web page content"],
)
async def test_who_takes_no_voice_messages_gets_the_words(
    platform: TelegramPlatform,
    robin: Person,
    server: TelegramServer,
    caplog: pytest.LogCaptureFixture,
    refusal: str,
) -> None:
    caplog.set_level(logging.INFO)
    server.faults.append(Fault("sendVoice", 400, f"Bad Request: {refusal}", times=9))
    number = robin.writes("An answer")
    short = replace(saying("Why?", choices=SKIP), answers=str(number))
    long = replace(saying("a" * 2_000, choices=SKIP), answers=str(number))
    for key, message in (("short", short), ("long", long), ("alone", saying())):
        for _ in range(2):
            await platform.send(conversation(robin), message, key, SPEECH)
    assert [one["text"] for one in robin.chat.said] == ["Why?", "a" * 2_000]
    assert all(buttons_of(one) and one["reply_to_message"] for one in robin.chat.said)
    assert len(server.asked("sendVoice")) == 3
    assert ("refused a voice message" in caplog.text) is ("FORBIDDEN" not in refusal)


@pytest.mark.parametrize("part", ["sendVoice", "sendMessage", "sendDocument"])
async def test_what_arrived_is_not_sent_again(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, part: str
) -> None:
    number = robin.writes("An answer")
    message = replace(saying("a" * 4_000, "b" * 4_000), document=Document("a.txt", "text"), answers=str(number))
    server.faults.append(Fault(part, 500))
    with pytest.raises(DeliveryError):
        await platform.send(conversation(robin), message, "key", SPEECH)
    for _ in range(2):
        await platform.send(conversation(robin), message, "key", SPEECH)
    kinds = [next(kind for kind in ("voice", "text", "document") if kind in one) for one in robin.chat.said]
    assert kinds == ["voice", "text", "text", "document"]
    assert ["reply_to_message" in one for one in robin.chat.said] == [True, False, False, False]


async def test_tried_again_without_its_voice_no_words_are_lost_or_doubled(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    server.faults.append(Fault("sendMessage", 500))
    long = saying("a" * 4_000, "b" * 4_000)
    with pytest.raises(DeliveryError):
        await platform.send(conversation(robin), long, "long", SPEECH)
    await platform.send(conversation(robin), long, "long")
    assert [one["text"][0] for one in robin.chat.said[1:]] == ["a", "b"]
    await platform.send(conversation(robin), saying("Why?"), "short", SPEECH)
    await platform.send(conversation(robin), saying("Why?"), "short")
    assert len(robin.chat.said) == 4


@pytest.mark.parametrize("fault", [Fault("sendVoice", 502), Fault("sendVoice", 400, raw="<html>")])
async def test_a_voice_that_may_arrive_later(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, fault: Fault
) -> None:
    server.faults.append(fault)
    with pytest.raises(DeliveryError):
        await platform.send(conversation(robin), saying("Why?"), "key", SPEECH)
    assert not robin.chat.said
    robin.blocks()
    with pytest.raises(UnreachableError):
        await platform.send(conversation(robin), saying("Why?"), "key", SPEECH)


async def test_a_voice_takes_no_page_and_is_none(platform: TelegramPlatform, robin: Person) -> None:
    await platform.send(conversation(robin), saying("Page one"), "one")
    first = await robin.hears()
    await platform.send(conversation(robin), replace(saying("Two"), replaces=str(first["message_id"])), "two", SPEECH)
    second = await robin.hears()
    await platform.send(conversation(robin), replace(saying("Three"), replaces=str(second["message_id"])), "three")
    assert (first["text"], second["caption"], (await robin.hears())["text"]) == ("Page one", "Two", "Three")


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ("1", True),
        ("voice:1", True),
        ("99", False),
        ("", False),
        ("edit-1", False),
        ("press-1", False),
        ("1" * 18, False),
    ],
)
async def test_what_a_message_is_shown_as_a_reply_to(
    server: TelegramServer, robin: Person, takes: Takes, answers: str, *, shown: bool
) -> None:
    robin.writes("An answer")
    platform = make(server, takes)
    document = Document("a.txt", "text")
    messages = {"text": saying("Well"), "file": replace(saying(), document=document)}
    for key, message in messages.items():
        await platform.send(conversation(robin), replace(message, answers=answers), key)
    assert ["reply_to_message" in one for one in robin.chat.said] == [shown, shown]
    await platform.close()
