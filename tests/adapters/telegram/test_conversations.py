"""A person and the bot, through the library and the wire."""

from __future__ import annotations

import asyncio
import logging

import pytest

from adapters.telegram import TelegramPlatform
from core.messages import BlockStyle, Choice, CommandSent, TextSent
from core.ports import StoreUnavailableError
from core.wording.pages import COMMANDS
from tests.adapters.telegram.conftest import ROLE, Takes, conversation, saying, until
from tests.wires.telegram import TOKEN, Person, TelegramServer, buttons_of

QUESTION = tuple(Choice(name, name.lower(), turn=3) for name in ("Hint", "Repeat", "Skip"))
pytestmark = pytest.mark.usefixtures("platform")


async def test_words_are_handed_on_as_they_are(robin: Person, takes: Takes) -> None:
    number = robin.writes("<b>I</b> said & *did* 🙂\n@everyone")
    assert await takes.next() == TextSent(conversation(robin), str(number), "<b>I</b> said & *did* 🙂\n@everyone")


@pytest.mark.parametrize(
    ("typed", "command", "argument"),
    [
        ("/skip", "skip", ""),
        ("/INTERVIEW  backend_engineer coach 5 ", "interview", "backend_engineer coach 5"),
        ("/hint@practice_test_bot", "hint", ""),
        ("/dance now", "dance", "now"),
        ("/start", "start", ""),
        ("/start backend_engineer", "setup", "backend_engineer"),
        ("/start interview", "interview", ""),
        ("/start from_a_friend", "start", ""),
    ],
)
async def test_commands(robin: Person, takes: Takes, typed: str, command: str, argument: str) -> None:
    number = robin.writes(typed)
    assert await takes.next() == CommandSent(conversation(robin), str(number), command, argument)


async def test_what_only_looks_like_a_command_is_text(robin: Person, takes: Takes) -> None:
    robin.writes("/ and then /skip is a word")
    robin.writes("I say /skip", entities=[{"type": "bot_command", "offset": 6, "length": 5}])
    await takes.next(1)
    assert all(isinstance(one, TextSent) for one in takes.taken)


async def test_a_press_is_answered_and_says_what_was_chosen(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    question = saying("Why <this> & that?", choices=QUESTION)
    await platform.send(conversation(robin), question, "key")
    shown = await robin.hears()
    assert list(buttons_of(shown)) == ["Hint", "Repeat", "Skip"]
    press = robin.presses("Skip")
    await robin.sees(shown, "› Skip")  # noqa: RUF001 - as it is shown
    assert await takes.next() == CommandSent(
        conversation(robin), f"press-{press}", "skip", "", 3, str(shown["message_id"])
    )
    assert shown["text"] == "Why <this> & that?\n\n› Skip"  # noqa: RUF001 - as it is shown
    assert shown["entities"] == [{"type": "italic", "offset": 20, "length": 6}]
    assert not buttons_of(shown)
    await until(lambda: not server.open_presses)


async def test_what_telegram_marked_by_itself_is_not_marked_again(
    platform: TelegramPlatform, robin: Person, takes: Takes
) -> None:
    await platform.send(conversation(robin), saying("Ask @robin", style=BlockStyle.HEADING, choices=QUESTION), "key")
    shown = await robin.hears()
    mention = {"type": "mention", "offset": 4, "length": 6}
    robin.presses("Skip", shown | {"entities": [*shown["entities"], mention]})
    await robin.sees(shown, "Skip")
    assert [one["type"] for one in shown["entities"]] == ["bold", "italic"]


async def test_a_long_message_only_loses_its_buttons(platform: TelegramPlatform, robin: Person, takes: Takes) -> None:
    await platform.send(conversation(robin), saying("x" * 4_090, choices=QUESTION), "key")
    shown = await robin.hears()
    robin.presses("Skip")
    await until(lambda: not buttons_of(shown))
    assert shown["text"] == "x" * 4_090


async def test_a_press_that_decides_nothing_leaves_the_buttons(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    await platform.send(conversation(robin), saying("Why?", choices=QUESTION), "key")
    shown = await robin.hears()
    for label in ("Hint", "Repeat"):
        robin.presses(label)
    await takes.next(1)
    await until(lambda: not server.open_presses)
    assert not server.asked("editMessageText")
    assert len(buttons_of(shown)) == 3


async def test_a_press_that_was_dropped_leaves_the_buttons(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    await platform.send(conversation(robin), saying("Why?", choices=QUESTION), "key")
    shown = await robin.hears()
    takes.drops = True
    robin.presses("Skip")
    await until(lambda: not server.updates.waiting)
    takes.drops = False
    robin.writes("next")
    await takes.next()
    await until(lambda: not server.open_presses)
    await platform.send(conversation(robin), saying("Well?"), "after all that was to be edited")
    assert not server.asked("editMessageText") + server.asked("editMessageReplyMarkup")
    assert len(buttons_of(shown)) == 3


async def test_presses_that_are_old_or_unknown_are_answered(
    robin: Person, takes: Takes, server: TelegramServer
) -> None:
    robin.presses_payload("zz9:", None)
    robin.presses_payload("k3:", None)
    taken = await takes.next()
    assert isinstance(taken, CommandSent)
    assert (taken.command, taken.turn, taken.pressed_in) == ("skip", 3, "1")
    await until(lambda: not server.open_presses)
    assert len(takes.taken) == 1
    answers = [form.text for form in server.asked("answerCallbackQuery")]
    assert sum(text is not None and "earlier version" in text for text in answers) == 1


async def test_a_press_answered_too_late_still_counts(robin: Person, takes: Takes, server: TelegramServer) -> None:
    robin.presses_payload("k3:", None)
    server.open_presses.clear()
    assert isinstance(await takes.next(), CommandSent)


async def test_what_is_neither_text_nor_sound_is_answered_once_in_each_chat(
    robin: Person, takes: Takes, server: TelegramServer
) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    robin.sends(photo=photo, media_group_id="7", caption="Look")
    robin.sends(photo=photo, media_group_id="7")
    robin.speaks(b"a", kind="video")
    robin.speaks(b"a", kind="document", mime_type="application/pdf")
    robin.sends(something_new={"a": 1})
    assert "text and voice notes only" in (await robin.hears())["text"]
    kim = Person(server, 2)
    kim.sends(photo=photo)
    assert "text and voice notes only" in (await kim.hears())["text"]
    robin.sends(pinned_message={"chat": robin.chat.plain, "message_id": 1, "date": 0})
    robin.writes("Hello")
    await takes.next()
    assert len(server.asked("sendMessage")) == 2


async def test_what_is_no_news_to_the_bot_is_not_asked_for(server: TelegramServer, robin: Person) -> None:
    robin.blocks()
    assert not server.updates.waiting
    for form in server.asked("getUpdates"):
        assert form.allowed_updates == ["message", "edited_message", "callback_query"]


async def test_two_people_at_once_and_one_in_order(server: TelegramServer, takes: Takes) -> None:
    robin, kim = Person(server, 1), Person(server, 2)
    robin.writes("R1")
    for number in range(20):
        kim.writes(f"K{number}")
    robin.writes("R2")
    await takes.next(21)
    for person, words in ((robin, ["R1", "R2"]), (kim, [f"K{number}" for number in range(20)])):
        said = [
            one.text for one in takes.taken if isinstance(one, TextSent) and one.conversation == conversation(person)
        ]
        assert said == words


async def test_everything_typed_is_shown_as_typed(platform: TelegramPlatform, robin: Person) -> None:
    words = "<b>&amp;</b> *x* _y_ [z](http://x) `c` </blockquote> @everyone 🙂"
    for style in BlockStyle:
        await platform.send(conversation(robin), saying(words, style=style), style.value)
        assert (await robin.hears())["text"].removeprefix("• ") == words


async def test_the_list_of_commands(platform: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    await until(lambda: bool(server.asked("setMyCommands")))
    (listed,) = server.asked("setMyCommands")
    assert [one.command for one in listed.commands] == [name for name, _ in COMMANDS]


async def test_in_a_group_only_a_command_to_the_bot_is_answered_with_a_link(
    server: TelegramServer, takes: Takes
) -> None:
    group = server.chat(-100_500, "supergroup")
    robin = Person(server, 1001, group)
    robin.writes("hello")
    robin.writes("/interview")
    robin.writes("/interview@another_bot")
    robin.speaks(b"a")
    number = robin.writes("/hint@Practice_Test_Bot")
    robin.edits(number, "/skip@practice_test_bot")
    robin.writes("/interview@practice_test_bot Backend_Engineer coach", message_thread_id=9, is_topic_message=True)
    robin.presses_payload("k3:", {"message_id": 1, "date": 5, "chat": group.plain})
    assert (await robin.hears())["text"].endswith("https://t.me/practice_test_bot?start=interview")
    assert (await robin.hears())["text"].endswith(f"https://t.me/practice_test_bot?start={ROLE.id}")
    assert [form.message_thread_id for form in server.asked("sendMessage")] == [None, 9]
    await until(lambda: not server.open_presses)
    assert not takes.attempts


async def test_other_bots_and_channels_are_not_listened_to(server: TelegramServer, takes: Takes) -> None:
    robin = Person(server)
    message = {"message_id": 1, "date": 5, "chat": robin.chat.plain, "text": "Hello"}
    server.updates.add("message", message)
    server.updates.add("message", message | {"from": robin.plain | {"is_bot": True}})
    robin.writes("Hi")
    assert isinstance(await takes.next(), TextSent)
    assert len(takes.attempts) == 1


async def test_what_was_not_stored_comes_again_and_is_said_once(
    robin: Person, takes: Takes, server: TelegramServer
) -> None:
    takes.fails = [StoreUnavailableError("The disk is full.")] * 3
    robin.writes("first")
    robin.writes("second")
    kim = Person(server, 2)
    await takes.next(1)
    kim.writes("third")
    await takes.next(2)
    assert [one.text for one in takes.taken if isinstance(one, TextSent)] == ["first", "second", "third"]
    assert "waits at Telegram" in (await robin.hears())["text"]
    await until(lambda: not server.updates.waiting)
    assert len(server.asked("sendMessage")) == 1
    takes.fails = [StoreUnavailableError("The disk is full.")]
    robin.writes("fourth")
    assert "waits at Telegram" in (await robin.hears())["text"]


async def test_a_chat_in_trouble_keeps_no_other_waiting_or_doubled(
    robin: Person, takes: Takes, server: TelegramServer
) -> None:
    kim = Person(server, 2)
    takes.refuses = "1001"
    robin.writes("first")
    kim.sends(dice={"emoji": "🎲", "value": 1})
    kim.writes("free")
    await takes.next()
    await until(lambda: len(takes.attempts) > 4)
    takes.refuses = ""
    await takes.next(1)
    await until(lambda: not server.updates.waiting)
    assert [one.text for one in takes.taken if isinstance(one, TextSent)] == ["free", "first"]
    assert len(kim.chat.said) == 1


async def test_nothing_is_confirmed_before_it_is_stored(robin: Person, takes: Takes, server: TelegramServer) -> None:
    kim = Person(server, 2)
    takes.holding["1001"] = asyncio.Event()
    polls = len(server.asked("getUpdates"))
    robin.writes("held")
    kim.writes("free")
    await takes.next()
    await asyncio.sleep(0.05)
    assert server.updates.waiting[0]["message"]["text"] == "held"
    takes.holding.pop("1001").set()
    await takes.next(1)
    await until(lambda: not server.updates.waiting)
    assert len(server.asked("getUpdates")) > polls


async def test_what_is_delivered_again_has_the_same_id(robin: Person, takes: Takes, server: TelegramServer) -> None:
    number = robin.writes("one")
    robin.edits(number, "two")
    robin.presses_payload("h3:", None)
    await takes.next(2)
    await until(lambda: not server.updates.waiting)
    server.updates.deliver_again()
    await takes.next(5)
    assert [one.inbound_id for one in takes.taken[:3]] == [one.inbound_id for one in takes.taken[3:]]


async def test_a_message_that_breaks_something_is_not_tried_for_ever(
    robin: Person, takes: Takes, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    takes.fails = [ZeroDivisionError("quokka")]
    robin.writes("quokka")
    assert "send it again" in (await robin.hears())["text"]
    robin.writes("next")
    await takes.next()
    assert "ZeroDivisionError" in caplog.text
    assert "quokka" not in caplog.text


async def test_logs_hold_neither_words_nor_the_token(
    platform: TelegramPlatform, robin: Person, takes: Takes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    robin.writes("quokka")
    await takes.next()
    await platform.send(conversation(robin), saying("numbat"), "key")
    for secret in ("quokka", "numbat", TOKEN):
        assert secret not in caplog.text


async def test_working_shows_typing_or_speaking(platform: TelegramPlatform, robin: Person) -> None:
    await platform.working(conversation(robin))
    await platform.working(conversation(robin), speaking=True)
    assert robin.chat.actions == ["typing", "record_voice"]


async def test_an_impatient_press_is_taken_once_and_again_when_the_first_was_not(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    await platform.send(conversation(robin), saying("Go on?", choices=(Choice("Skip", "skip", "#7", 2),)), "1")
    seen = dict(await robin.hears())
    takes.drops = True
    robin.presses("Skip", seen)
    await takes.until(lambda: len(takes.attempts) == 1)
    takes.drops = False
    takes.fails = [ZeroDivisionError()]
    robin.presses("Skip", seen)
    assert "send it again" in (await robin.hears())["text"]
    for _ in range(5):
        robin.presses("Skip", seen)
    robin.writes("after")
    assert [one.inbound_id.partition("-")[0] for one in (await takes.next(0), await takes.next(1))] == ["press", "3"]
    await until(lambda: len(server.asked("answerCallbackQuery")) == 7)
