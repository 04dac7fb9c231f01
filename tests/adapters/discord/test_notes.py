"""Voice notes and other sounds that candidates send, and texts that reply to them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord import DiscordPlatform, wording
from core.messages import Block, BlockStyle, Choice, CommandSent, Inbound, Outbound, OutboundKind, TextSent, VoiceSent
from core.ports import StoreError
from core.speech import VoiceNote
from tests.adapters.discord.conftest import Core, Start, in_chat
from tests.wires.discord import Channel, DiscordServer, Message, User
from tests.wires.discord.cdn import Sound

ENDINGS = ("aac", "amr", "ogg", "oga", "opus", "mp3", "m4a", "mp4", "mov", "webm", "mkv", "mka", "wav", "flac", "3gp")
PICTURE = {"id": "1", "filename": "a.png", "size": 1, "url": "http://x", "proxy_url": "http://x"}
CHOICES = (Choice("Use it", "use", "#mm7x2k9a {note}", 3), Choice("Record again", "again", "#mm7x2k9a {note}", 3))


@pytest.fixture
def direct(server: DiscordServer, ana: User) -> Channel:
    return server.world.direct(ana)


def heard(note: str, *, with_choices: bool = True) -> Outbound:
    choices = tuple(Choice(one.label, one.command, one.argument.format(note=note), one.turn) for one in CHOICES)
    blocks = (Block(BlockStyle.TEXT, "I heard:"), Block(BlockStyle.QUOTE, "We moved the database."))
    return Outbound(OutboundKind.HEARD, blocks, choices if with_choices else (), answers=note)


def note_in(message: Message, sound: Sound, seconds: float | None = None) -> VoiceNote:
    size = len(sound.content) if sound.size is None else sound.size
    return VoiceNote(f"{message.channel.id}/{message.id}/{sound.id}", seconds, size)


def sent(core: Core) -> list[tuple[type[Inbound], str]]:
    return [(type(one), one.inbound_id) for one in core.received]


@pytest.mark.usefixtures("platform")
async def test_a_voice_note_is_taken_with_the_messages_own_id(
    server: DiscordServer, core: Core, ana: User, direct: Channel
) -> None:
    sound = server.sound(b"OggS", seconds=3.5, waveform="gID/")
    message = await server.writes(ana, "", sounds=[sound], flags=8192)
    note = note_in(message, sound, 3.5)
    assert await core.got(VoiceSent) == VoiceSent(in_chat(direct, ana), message.id, note)
    assert len(core.received) == 1


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    "shown",
    [
        {"name": "answer.bin", "content_type": "audio/mpeg"},
        {"name": "clip", "content_type": "video/mp4"},
        {"name": "Answer.M4A", "content_type": None},
        {"name": "a.ogg", "content_type": "application/ogg"},
        {"name": "a.webm", "content_type": "application/octet-stream"},
    ],
)
async def test_sound_and_video_files_are_voice_notes(
    server: DiscordServer, core: Core, ana: User, shown: dict[str, Any]
) -> None:
    sound = server.sound(b"sound", **shown)
    message = await server.writes(ana, "", sounds=[sound])
    assert (await core.got(VoiceSent)).note == note_in(message, sound)


@pytest.mark.usefixtures("platform")
async def test_every_sound_that_can_be_opened_is_known_by_its_ending(
    server: DiscordServer, core: Core, ana: User
) -> None:
    for ending in ENDINGS:
        await server.writes(ana, "", sounds=[server.sound(b"x", name=f"a.{ending}", content_type=None)])
    await core.got(VoiceSent, len(ENDINGS) - 1)


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    "shown",
    [{"name": "a.ogg.png", "content_type": "image/png"}, {"name": "mp3", "content_type": None}, {"name": "a.pdf"}],
)
async def test_other_files_are_none(
    server: DiscordServer, core: Core, ana: User, direct: Channel, shown: dict[str, Any]
) -> None:
    await server.writes(ana, "", sounds=[server.sound(b"x", **({"content_type": "application/pdf"} | shown))])
    assert (await server.reply_to(direct)).text == wording.NOT_UNDERSTOOD
    assert not core.received


@pytest.mark.usefixtures("platform")
async def test_words_and_sounds_of_one_message_are_several(
    server: DiscordServer, core: Core, ana: User, direct: Channel
) -> None:
    sounds = [server.sound(b"one", name="1.mp3"), server.sound(b"two", name="2.mp3")]
    message = await server.writes(ana, "And so it was:", sounds=sounds, attachments=[PICTURE])
    where = in_chat(direct, ana)
    await core.got(VoiceSent, 1)
    assert core.received == [
        TextSent(where, message.id, "And so it was:"),
        VoiceSent(where, f"voice:{message.id}", note_in(message, sounds[0])),
        VoiceSent(where, f"voice-2:{message.id}", note_in(message, sounds[1])),
    ]


@pytest.mark.usefixtures("platform")
async def test_a_command_with_sounds_comes_after_them(server: DiscordServer, core: Core, ana: User) -> None:
    message = await server.writes(ana, "/done", sounds=[server.sound(b"one"), server.sound(b"two")])
    await core.got(CommandSent)
    assert sent(core) == [
        (VoiceSent, f"voice:{message.id}"),
        (VoiceSent, f"voice-2:{message.id}"),
        (CommandSent, message.id),
    ]


@pytest.mark.usefixtures("platform")
async def test_a_forwarded_recording_is_nobodys_answer(
    server: DiscordServer, core: Core, ana: User, direct: Channel
) -> None:
    elsewhere = server.world.guild().channels[0]
    voice = Message(server.world.user("ben"), elsewhere, sounds=[server.sound(b"OggS", name="x")], flags=8192)
    file = Message(server.world.user("kim"), elsewhere, "Listen!", sounds=[server.sound(b"ID3", name="a.mp3")])
    forwarded = [await server.writes(ana, "", forwards=each) for each in (voice, file)]
    assert (await server.reply_to(direct)).text == wording.FORWARDED
    await server.writes(ana, "", forwards=Message(server.world.user("kim"), elsewhere, "words"))
    assert (await server.reply_to(direct, 1)).text == wording.NOT_UNDERSTOOD
    await server.writes(ana, "And I say", replies_to=forwarded[0])
    assert not (await core.got(TextSent)).replies_to
    assert (len(core.received), len(server.said_in(direct))) == (1, 2)


async def test_where_nobody_listens_only_text_is_asked_for(
    server: DiscordServer, start: Start, core: Core, ana: User, direct: Channel
) -> None:
    async with start(listens=False):
        await server.writes(ana, "", sounds=[server.sound(b"x") for _ in range(6)])
        await core.got(VoiceSent, 4)
        await server.writes(ana, "", forwards=Message(ana, direct, sounds=[server.sound(b"x")]))
        await server.writes(ana, "", attachments=[PICTURE])
        assert (await server.reply_to(direct)).text == wording.TEXT_ONLY
        await server.writes(ana, "words")
        await core.got(TextSent)
    assert len(server.said_in(direct)) == 1


@pytest.mark.usefixtures("platform")
async def test_what_is_more_than_five_sounds_is_left_out_aloud(
    server: DiscordServer, core: Core, ana: User, direct: Channel
) -> None:
    message = await server.writes(ana, "", sounds=[server.sound(b"x") for _ in range(6)])
    assert (await server.reply_to(direct)).text == wording.TOO_MANY_SOUNDS
    ids = [f"voice:{message.id}", *(f"voice-{number}:{message.id}" for number in range(2, 6))]
    assert sent(core) == [(VoiceSent, each) for each in ids]


@pytest.mark.usefixtures("platform")
async def test_what_cannot_be_stored_of_a_message_is_said_once(
    server: DiscordServer, core: Core, ana: User, direct: Channel
) -> None:
    core.refusal = StoreError("The disk is full.")
    await server.writes(ana, "words", sounds=[server.sound(b"x"), server.sound(b"y")])
    assert (await server.reply_to(direct)).text == wording.NOT_SAVED
    core.refusal = None
    await server.writes(ana, "next")
    await core.got(TextSent)
    assert len(server.said_in(direct)) == 1


async def test_missed_sounds_are_taken_and_so_is_what_is_left_of_the_last_message(
    server: DiscordServer, start: Start, core: Core, ana: User, direct: Channel
) -> None:
    seen = await server.writes(ana, "with words", sounds=[server.sound(b"one")])
    await server.writes(ana, "", attachments=[PICTURE])
    missed = await server.speaks(ana, b"two")
    core.seen = {direct.id: seen.id}
    async with start():
        live = await server.speaks(ana, b"three")
        await core.got(VoiceSent, 2)
    assert sent(core) == [
        (TextSent, seen.id),
        (VoiceSent, f"voice:{seen.id}"),
        (VoiceSent, missed.id),
        (VoiceSent, live.id),
    ]


@pytest.mark.parametrize("seen", [{"text": "words"}, {"text": "", "sounds": 1}, {"text": "old", "sounds": 1, "age": 1}])
async def test_what_was_taken_whole_or_long_ago_is_not_taken_again(
    server: DiscordServer, start: Start, core: Core, ana: User, direct: Channel, *, seen: dict[str, Any]
) -> None:
    sounds = [server.sound(b"one") for _ in range(seen.get("sounds", 0))]
    a_day = (86_400_000 << 22) * seen.get("age", 0)
    message = Message(ana, direct, seen["text"], sounds=[*sounds])
    message.id = str(int(message.id) - a_day)
    direct.messages.append(message)
    missed = await server.writes(ana, "missed")
    core.seen = {direct.id: message.id}
    async with start():
        await core.got(TextSent)
    assert sent(core) == [(TextSent, missed.id)]


async def press(server: DiscordServer, ana: User, said: Message, label: str) -> None:
    """Press a button, until it has made way for what was chosen."""
    pressed = await server.presses(ana, said, label)
    await server.until(lambda: pressed.original)


async def replying(server: DiscordServer, core: Core, ana: User, to: Message) -> str:
    """What the core takes a reply to that message to be about."""
    before = len([one for one in core.received if isinstance(one, TextSent)])
    await server.writes(ana, "We moved it.", replies_to=to)
    return (await core.got(TextSent, before)).replies_to


@pytest.mark.parametrize("note", ["1574201803652728754", "voice:1574201803652728754", "voice-2:1574201803652728754"])
async def test_a_reply_to_what_was_heard_names_its_note(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel, *, note: str
) -> None:
    await platform.send(in_chat(direct, ana), heard(note), "1")
    assert await replying(server, core, ana, direct.messages[-1]) == note


async def test_what_was_heard_is_shown_as_a_reply_and_names_its_note_without_buttons_too(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    spoken = await server.speaks(ana, b"one")
    await platform.send(in_chat(direct, ana), heard(spoken.id), "1")
    said = direct.messages[-1]
    assert said.replies_to is spoken
    await press(server, ana, said, "Use it")
    taken = await core.got(CommandSent)
    assert (taken.command, taken.argument, taken.turn) == ("use", f"#mm7x2k9a {spoken.id}", 3)
    assert (list(said.buttons), said.content.splitlines()[-1]) == (["Record again"], "-# › Use it")  # noqa: RUF001
    assert await replying(server, core, ana, said) == spoken.id
    await press(server, ana, said, "Record again")
    taken = await core.got(CommandSent, 1)
    assert (taken.command, taken.argument, taken.turn) == ("again", f"#mm7x2k9a {spoken.id}", 3)
    assert said.content.splitlines()[-2:] == ["-# › Use it", "-# › Record again"]  # noqa: RUF001
    assert not said.buttons
    assert await replying(server, core, ana, said) == spoken.id


@pytest.mark.parametrize("form", ["{}", "voice:{}", "voice-2:{}"])
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
    server: DiscordServer,
    *,
    start: Start,
    core: Core,
    ana: User,
    direct: Channel,
    form: str,
    labels: list[str],
    restarted: bool,
) -> None:
    async with start() as platform:
        spoken = await server.speaks(ana, b"one")
        note = form.format(spoken.id)
        await platform.send(in_chat(direct, ana), heard(note), "1")
        said = direct.messages[-1]
        for label in labels:
            await press(server, ana, said, label)
        if not restarted:
            assert await replying(server, core, ana, said) == note
    if restarted:
        server.gateway.ready.clear()
        async with start():
            assert await replying(server, core, ana, said) == note


async def test_after_a_restart_the_reply_that_was_shown_leads_to_a_bare_note(
    server: DiscordServer, start: Start, core: Core, ana: User, direct: Channel
) -> None:
    async with start() as platform:
        spoken = await server.speaks(ana, b"one")
        await platform.send(in_chat(direct, ana), heard(spoken.id), "1")
        said = direct.messages[-1]
        await press(server, ana, said, "Record again")
    server.gateway.ready.clear()
    async with start():
        assert await replying(server, core, ana, said) == spoken.id


async def test_a_message_without_room_for_what_was_chosen_keeps_the_button_that_stays(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    await platform.send(in_chat(direct, ana), heard("7"), "1")
    said = direct.messages[-1]
    said.content = "x" * 2000
    await press(server, ana, said, "Use it")
    assert (list(said.buttons), said.content) == (["Record again"], "x" * 2000)


async def test_a_reply_to_ones_own_note_names_it(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    spoken = await server.speaks(ana, b"one")
    mixed = await server.writes(ana, "words", sounds=[server.sound(b"two")])
    await core.got(VoiceSent, 1)
    assert await replying(server, core, ana, spoken) == spoken.id
    assert await replying(server, core, ana, mixed) == f"voice:{mixed.id}"


async def test_other_replies_are_about_no_note(
    server: DiscordServer, platform: DiscordPlatform, core: Core, ana: User, direct: Channel
) -> None:
    where = in_chat(direct, ana)
    skip = Choice("Skip", "skip", "#mm7x2k9a", 3)
    await platform.send(where, Outbound(OutboundKind.QUESTION, (Block(BlockStyle.TEXT, "Why?"),), (skip,)), "1")
    question = direct.messages[-1]
    own, stranger = await server.writes(ana, "words"), server.world.user("ben")
    await core.got(TextSent)
    unknown = Message(stranger, direct, "from elsewhere")
    direct.messages.append(unknown)
    deleted = Message(server.world.bot, direct, "gone")
    for to in (question, own, unknown, deleted):
        assert not await replying(server, core, ana, to)
