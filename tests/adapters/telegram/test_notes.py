"""Sounds that come in: each kind, words with them, and texts that reply to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.telegram import TelegramPlatform, wording
from core.messages import Choice, CommandSent, Inbound, TextEdited, TextSent, VoiceSent
from core.ports import StoreUnavailableError
from core.speech import VoiceNote
from tests.adapters.telegram.conftest import SPEECH, Takes, conversation, make, running, saying, until
from tests.wires.telegram import Person, TelegramServer, buttons_of

HEARD = (Choice("Use it", "use", "#mm7x2k9a 1", 0), Choice("Record again", "again", "#mm7x2k9a 1", 0))
BEN = {"id": 7, "is_bot": False, "first_name": "Ben"}
ORIGINS: tuple[dict[str, Any], ...] = (
    {"type": "user", "date": 1_790_000_000, "sender_user": BEN},
    {"type": "hidden_user", "date": 1_790_000_000, "sender_user_name": "Ben"},
)
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]


class TakesSoundsLater(Takes):
    """Cannot store the first sound at first."""

    async def __call__(self, inbound: Inbound) -> bool:
        if isinstance(inbound, VoiceSent) and not self.attempts[1:]:
            self.attempts.append(inbound)
            raise StoreUnavailableError("The disk is full.")
        return await super().__call__(inbound)


def replies(takes: Takes) -> list[str]:
    return [one.replies_to for one in takes.taken if isinstance(one, TextSent)]


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    ("kind", "more", "seconds"),
    [
        ("voice", {}, 7.0),
        ("audio", {}, 7.0),
        ("audio", {"duration": 0}, None),
        ("video_note", {}, 7.0),
        ("document", {}, None),
        ("document", {"mime_type": "AUDIO/flac"}, None),
        ("document", {"mime_type": "application/ogg"}, None),
        ("video", {"mime_type": "audio/mp4"}, 7.0),
    ],
)
async def test_each_kind_of_sound_is_a_voice_note(
    robin: Person, takes: Takes, kind: str, more: dict[str, Any], seconds: float | None
) -> None:
    number = robin.speaks(b"four", 7, kind=kind, **more)
    assert await takes.next() == VoiceSent(conversation(robin), str(number), VoiceNote("file-1", seconds, 4))


@pytest.mark.usefixtures("platform")
async def test_what_is_not_said_of_a_sound_is_not_known(robin: Person, takes: Takes) -> None:
    robin.sends(document={"file_id": "a", "file_unique_id": "b", "mime_type": "audio/ogg"})
    taken = await takes.next()
    assert isinstance(taken, VoiceSent)
    assert taken.note == VoiceNote("a", None, None)


@pytest.mark.usefixtures("platform")
async def test_words_with_a_sound_are_a_message_of_their_own(robin: Person, takes: Takes) -> None:
    number = robin.speaks(b"one", caption="and <this> & that")
    await takes.next(1)
    assert takes.taken == [
        TextSent(conversation(robin), str(number), "and <this> & that"),
        VoiceSent(conversation(robin), f"voice:{number}", VoiceNote("file-1", 3.0, 3)),
    ]


@pytest.mark.usefixtures("platform")
async def test_a_command_with_a_sound_comes_after_it(robin: Person, takes: Takes) -> None:
    number = robin.speaks(b"one", caption="/done now")
    await takes.next(1)
    assert takes.taken == [
        VoiceSent(conversation(robin), f"voice:{number}", VoiceNote("file-1", 3.0, 3)),
        CommandSent(conversation(robin), str(number), "done", "now"),
    ]


async def test_a_sound_that_was_not_stored_comes_again_with_its_words(server: TelegramServer, robin: Person) -> None:
    takes = TakesSoundsLater()
    number = robin.speaks(b"one", caption="words")
    async with running(make(server, takes)):
        await takes.next(2)
        await until(lambda: not server.updates.waiting)
    assert [one.inbound_id for one in takes.taken] == [str(number), str(number), f"voice:{number}"]


@pytest.mark.usefixtures("platform")
async def test_an_edited_caption_changes_the_words_only(robin: Person, takes: Takes) -> None:
    number = robin.speaks(b"one", caption="first")
    for caption in ("first", "second", "/skip"):
        robin.edits(number, caption)
    assert "from new messages only" in (await robin.hears())["text"]
    assert [type(one) for one in takes.taken] == [TextSent, VoiceSent, TextEdited]
    edit = takes.taken[2]
    assert isinstance(edit, TextEdited)
    assert (edit.message_id, edit.text) == (str(number), "second")


@pytest.mark.usefixtures("platform")
async def test_a_caption_that_a_note_gets_later_corrects_it(robin: Person, takes: Takes) -> None:
    number = robin.speaks(b"one")
    robin.edits(number, "what I said")
    edit = await takes.next(1)
    assert isinstance(edit, TextEdited)
    assert (edit.message_id, edit.text) == (str(number), "what I said")


@pytest.mark.usefixtures("platform")
async def test_a_text_may_reply_to_a_note(server: TelegramServer, robin: Person, takes: Takes) -> None:
    bare, worded, words = robin.speaks(b"one"), robin.speaks(b"two", caption="words"), robin.writes("three")
    for number in (bare, worded, words):
        robin.writes("I said it", to=number)
    robin.writes("no reply")
    stranger = Person(server, 2).plain | {"id": 7}
    robin.writes("to another's", to=robin.chat.messages[bare] | {"from": stranger})
    robin.writes("to nobody's", to={key: value for key, value in robin.chat.messages[bare].items() if key != "from"})
    robin.speaks(b"three", caption="with a sound", to=robin.chat.messages[bare])
    await takes.next(10)
    assert replies(takes) == ["", "", str(bare), f"voice:{worded}", "", "", "", "", ""]


@pytest.mark.parametrize("speech", [None, SPEECH])
async def test_a_text_may_reply_to_what_was_heard(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer, speech: Any
) -> None:
    heard = replace(saying("I heard: words", choices=HEARD), answers=str(robin.speaks(b"one")))
    await platform.send(conversation(robin), heard, "key", speech)
    shown = await robin.hears()
    assert shown["reply_to_message"]["message_id"] == 1
    robin.writes("I said it", to=shown)
    await takes.next(1)
    robin.presses("Use it", shown)
    await robin.sees(shown, "› Use it")  # noqa: RUF001 - as it is shown
    assert list(buttons_of(shown)) == ["Record again"]
    robin.presses("Record again", shown)
    await robin.sees(shown, "› Use it\n\n› Record again")  # noqa: RUF001 - as it is shown
    assert not buttons_of(shown)
    marks = [one["type"] for one in shown.get("entities", shown.get("caption_entities", ()))]
    assert marks == ["italic", "italic"]
    number = robin.writes("No, this", to=shown)
    robin.edits(number, "No, that")
    robin.speaks(b"two", caption="a new one", to=shown)
    await takes.next(7)
    assert replies(takes) == ["1", "1", ""]
    await platform.send(conversation(robin), saying("Why?", choices=(Choice("Skip", "skip", turn=0),)), "other")
    robin.writes("Because", to=await robin.hears())
    await takes.next(8)
    assert replies(takes)[-1] == ""


async def test_the_buttons_say_it_after_a_restart_too(server: TelegramServer, robin: Person, takes: Takes) -> None:
    platform = make(server, Takes())
    async with running(platform):
        await platform.send(conversation(robin), saying("I heard: words", choices=HEARD[1:]), "key")
    robin.writes("I said it", to=await robin.hears())
    async with running(make(server, takes)):
        await takes.next()
    assert replies(takes) == ["1"]


@pytest.mark.parametrize("note", ["1", "voice:1"])
@pytest.mark.parametrize(
    ("labels", "restarted"),
    [
        (["Use it"], False),
        (["Use it"], True),
        (["Record again"], False),
        (["Use it", "Record again"], False),
    ],
)
async def test_a_pressed_message_still_names_its_note(
    server: TelegramServer, robin: Person, takes: Takes, note: str, labels: list[str], *, restarted: bool
) -> None:
    choices = [replace(one, argument=f"#mm7x2k9a {note}") for one in HEARD]
    robin.speaks(b"one")
    platform = make(server, takes)
    async with running(platform):
        await platform.send(conversation(robin), saying("I heard: words", choices=tuple(choices)), "key")
        shown = await robin.hears()
        for label in labels:
            robin.presses(label, shown)
            await robin.sees(shown, f"› {label}")  # noqa: RUF001 - as it is shown
        if not restarted:
            robin.writes("I said it", to=shown)
            await takes.next(1 + len(labels))
    if restarted:
        robin.writes("I said it", to=shown)
        async with running(make(server, takes)):
            await takes.next(1 + len(labels))
    assert replies(takes) == [note]


async def test_a_message_without_room_for_what_was_chosen_keeps_the_button_that_stays(
    platform: TelegramPlatform, robin: Person
) -> None:
    await platform.send(conversation(robin), saying("x" * 4_090, choices=HEARD), "key")
    shown = await robin.hears()
    robin.presses("Use it", shown)
    await until(lambda: list(buttons_of(shown)) == ["Record again"])
    assert shown["text"] == "x" * 4_090


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_forwarded_recording_is_nobodys_answer(
    server: TelegramServer, robin: Person, takes: Takes, origin: dict[str, Any]
) -> None:
    sound = server.files.add(b"Ben") | {"duration": 3}
    number = robin.sends(voice=sound, forward_origin=origin, caption="and words")
    robin.edits(number, "other words")
    robin.sends(audio=sound, forward_origin=origin)
    robin.sends(photo=PHOTO)
    robin.writes("And I say", to=number)
    robin.writes("His words", forward_origin=origin)
    await takes.next(1)
    assert [type(one) for one in takes.taken] == [TextSent, TextSent]
    assert replies(takes) == ["", ""]
    assert [(await robin.hears())["text"] for _ in range(2)] == [wording.FORWARDED, wording.OF_NO_USE]
    assert len(robin.chat.said) == 2


async def test_where_nobody_listens_only_text_is_asked_for(server: TelegramServer, robin: Person, takes: Takes) -> None:
    robin.speaks(b"mine")
    robin.sends(voice=server.files.add(b"Ben") | {"duration": 3}, forward_origin=ORIGINS[0])
    robin.sends(photo=PHOTO)
    robin.writes("words")
    async with running(make(server, takes, listens=False)):
        assert (await robin.hears())["text"] == wording.TEXT_ONLY
        await takes.next(1)
    assert [type(one) for one in takes.taken] == [VoiceSent, TextSent]
    assert len(robin.chat.said) == 1
