"""Messages that are spoken: true voice messages, files where those are refused, and text in any case."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from adapters.discord import DiscordPlatform
from core.messages import Document, Outbound, OutboundKind
from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from core.speech import Speech
from tests.adapters.discord.conftest import Core, Start, asking, in_chat, saying
from tests.adapters.discord.test_rooms import threaded
from tests.wires.discord import Channel, DiscordServer, Exchange, Fault, Guild, Message, User

SPEECH = Speech(b"OggS-sound", 4.25, bytes(range(256)))
ALONE = Outbound(OutboundKind.QUESTION, (), spoken="What broke last?")
FILES = {0: ("voice-message.ogg", SPEECH.sound)}
VOICE = 8192


@pytest.fixture
def direct(server: DiscordServer, ana: User) -> Channel:
    return server.world.direct(ana)


def posts(server: DiscordServer) -> list[Exchange]:
    return [one for one in server.exchanges if one.method == "POST" and one.path.endswith("/messages")]


def is_voice(message: Message) -> bool:
    return message.flags == VOICE and message.files == FILES and not message.content and not message.buttons


async def test_a_question_is_a_voice_message_and_then_its_text_with_the_buttons(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    await platform.send(in_chat(direct, ana), asking(), "1", SPEECH)
    voice, text = direct.messages
    assert is_voice(voice)
    assert (text.content.splitlines()[-1], list(text.buttons)) == ("What broke last?", ["Hint", "Skip", "Finish"])
    [shown] = posts(server)[0].body["attachments"]
    assert base64.b64decode(shown.pop("waveform")) == SPEECH.waveform
    assert shown == {"id": "0", "filename": "voice-message.ogg", "duration_secs": 4.25}
    assert posts(server)[0].kinds == {0: "audio/ogg"}


async def test_what_has_no_text_is_the_voice_message_alone(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    await platform.send(in_chat(direct, ana), ALONE, "1", SPEECH)
    assert [is_voice(message) for message in direct.messages] == [True]


@pytest.mark.parametrize(("points", "shown"), [(b"", b"\0"), (b"\x80" * 300, b"\x80" * 256)])
async def test_a_waveform_has_one_to_256_points(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, *, points: bytes, shown: bytes
) -> None:
    await platform.send(in_chat(direct, ana), ALONE, "1", replace(SPEECH, waveform=points))
    assert base64.b64decode(posts(server)[0].body["attachments"][0]["waveform"]) == shown


@pytest.mark.parametrize("failing", [0, 1])
async def test_whatever_fails_nothing_is_said_twice(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, failing: int
) -> None:
    where = in_chat(direct, ana)
    lost = Fault("POST", "/messages", status=503, after=True)
    server.faults += [Fault("POST", "/messages", delay=0)] * failing + [lost]
    with pytest.raises(DeliveryError):
        await platform.send(where, asking(), "1", SPEECH)
    await platform.send(where, asking(), "1", SPEECH)
    assert [is_voice(message) for message in direct.messages] == [True, False]
    await platform.send(where, asking(), "2", SPEECH)
    assert len(direct.messages) == 4


async def test_asked_to_wait_the_whole_sound_is_sent_again(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    server.faults.append(Fault("POST", "/messages", status=429, retry_after=0.02))
    await platform.send(in_chat(direct, ana), ALONE, "1", SPEECH)
    assert [is_voice(message) for message in direct.messages] == [True]


@pytest.mark.parametrize(
    "fault", [{"status": 403, "code": 50173}, {"status": 403, "code": 50013}, {"status": 400, "code": 50161}]
)
async def test_where_voice_messages_are_forbidden_the_sound_is_a_file_with_the_text(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, *, fault: dict[str, Any]
) -> None:
    spoken = await server.speaks(ana, b"note")
    server.faults.append(Fault("POST", "/messages", **fault))
    await platform.send(in_chat(direct, ana), asking(answers=spoken.id), "1", SPEECH)
    [text] = server.said_in(direct)
    assert (text.files, text.flags & VOICE, list(text.buttons)) == (FILES, 0, ["Hint", "Skip", "Finish"])
    assert text.replies_to is spoken
    server.faults.append(Fault("POST", "/messages", **fault))
    await platform.send(in_chat(direct, ana), ALONE, "2", SPEECH)
    assert (direct.messages[-1].content, direct.messages[-1].files) == ("", FILES)


async def test_a_file_comes_beside_another_and_with_the_first_of_several_posts(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    where = in_chat(direct, ana)
    server.faults.append(Fault("POST", "/messages", status=403, code=50173))
    await platform.send(where, replace(saying("Yours"), document=Document("a.txt", "All of it")), "1", SPEECH)
    assert direct.messages[0].files == FILES | {1: ("a.txt", b"All of it")}
    server.faults.append(Fault("POST", "/messages", status=403, code=50173))
    await platform.send(where, saying("long " * 800), "2", SPEECH)
    assert [message.files for message in direct.messages[1:]] == [FILES, {}, {}]


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (413, 40005)])
async def test_where_files_are_refused_too_the_text_comes_alone(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, *, status: int, code: int
) -> None:
    refused = [Fault("POST", "/messages", status=403, code=50013), Fault("POST", "/messages", status=status, code=code)]
    server.faults += refused
    await platform.send(in_chat(direct, ana), asking(), "1", SPEECH)
    assert [(message.content[-4:], message.files) for message in direct.messages] == [("ast?", {})]
    server.faults += [replace(fault, times=1) for fault in refused]
    await platform.send(in_chat(direct, ana), ALONE, "2", SPEECH)
    assert len(direct.messages) == 1


async def test_who_cannot_be_written_to_at_all_cannot_be_spoken_to(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    where = in_chat(direct, ana)
    server.faults.append(Fault("POST", "/messages", status=403, code=50013, times=3))
    with pytest.raises(UnreachableError):
        await platform.send(where, asking(), "1", SPEECH)
    ana.closed = True
    with pytest.raises(UnreachableError):
        await platform.send(where, asking(), "1", SPEECH)


async def test_another_refusal_is_the_messages_own(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    server.faults.append(Fault("POST", "/messages", status=400, code=50035))
    with pytest.raises(RefusedMessageError):
        await platform.send(in_chat(direct, ana), asking(), "1", SPEECH)
    server.faults += [
        Fault("POST", "/messages", status=403, code=50173),
        Fault("POST", "/messages", status=400, code=9),
    ]
    with pytest.raises(RefusedMessageError):
        await platform.send(in_chat(direct, ana), asking(), "1", SPEECH)
    assert not direct.messages


@pytest.mark.parametrize(("voice", "files"), [(True, True), (False, True), (True, False)])
async def test_in_a_thread_the_sound_comes_as_the_server_allows_it(
    server: DiscordServer, start: Start, core: Core, guild: Guild, *, voice: bool, files: bool
) -> None:
    shy = server.world.user("shy", closed=True)
    guild.allows_voice, guild.allows_files = voice, files
    async with start() as platform:
        thread = await threaded(server, core, guild, shy)
        await platform.send(in_chat(thread, shy), asking(answers=thread.messages[0].id), "1", SPEECH)
    said = thread.messages[1:]
    assert [message.files for message in said] == ([FILES, {}] if voice and files else [FILES if files else {}])
    assert next(iter(said[-1].buttons)) == "Answer"
    assert not any(message.replies_to for message in said)


async def test_only_the_first_post_is_shown_as_a_reply(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    spoken, where = await server.speaks(ana, b"note"), in_chat(direct, ana)
    await platform.send(where, saying("long " * 800), "1")
    await platform.send(where, replace(saying("long " * 500), answers=f"voice-2:{spoken.id}"), "2")
    await platform.send(where, replace(asking(), answers=f"voice:{spoken.id}"), "3", SPEECH)
    is_reply = [message.replies_to is spoken for message in server.said_in(direct)]
    assert is_reply == [False, False, False, True, False, True, False]


@pytest.mark.parametrize("answers", ["1", "interaction:{id}", "edit:{id}:20260101T000000.0", "telegram", "voice:x"])
async def test_what_answers_nothing_that_is_there_is_no_reply(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel, answers: str
) -> None:
    written = await server.writes(ana, "words")
    await platform.send(in_chat(direct, ana), asking(answers=answers.format(id=written.id)), "1")
    assert [message.replies_to for message in server.said_in(direct)] == [None]


async def test_a_page_turns_in_its_place_although_it_is_spoken(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    where = in_chat(direct, ana)
    await platform.send(where, saying("Before"), "1")
    await platform.send(where, replace(saying("After"), replaces=direct.messages[0].id), "2", SPEECH)
    assert [(message.content, is_voice(message)) for message in direct.messages] == [("After", False), ("", True)]


async def test_the_sign_is_the_same_while_something_is_spoken(
    server: DiscordServer, platform: DiscordPlatform, ana: User, direct: Channel
) -> None:
    await platform.working(in_chat(direct, ana), speaking=True)
    assert direct.typing == 1
