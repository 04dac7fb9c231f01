"""A process that sends and receives nothing: neither polls nor webhook, and nothing known but what a chat's id says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.telegram import BadTokenError, PlatformError, TelegramPlatform, Webhook
from core.messages import Choice, Document, VoiceSent
from core.ports import DeliveryError, NoteUnavailableError
from tests.adapters.telegram.conftest import SPEECH, Takes, conversation, make, running, saying, until
from tests.wires.telegram import Person, TelegramServer


@pytest.fixture
async def worker(server: TelegramServer, takes: Takes) -> AsyncIterator[TelegramPlatform]:
    worker = make(server, takes)
    yield worker
    await worker.close()


async def test_everything_is_sent_and_nothing_is_asked_for(
    server: TelegramServer, worker: TelegramPlatform, robin: Person
) -> None:
    where = conversation(robin)
    await worker.open()
    await worker.working(where)
    await worker.send(where, saying("First.", choices=(Choice("Skip", "skip", "#7", 2),)), "1")
    page = await robin.hears()
    await worker.send(where, replace(saying("Turned."), replaces=str(page["message_id"])), "2")
    await worker.send(where, saying("Spoken."), "3", SPEECH)
    await worker.send(where, replace(saying("Kept."), document=Document("all.txt", "All of it.")), "4")
    assert page["text"] == "Turned."
    assert (await robin.hears())["voice"]["duration"] == 3
    assert [(await robin.hears()).get(name) is not None for name in ("text", "document")] == [True, True]
    assert robin.chat.actions == ["typing"]
    methods = {name for name, _ in server.calls}
    assert methods == {"getMe", "sendChatAction", "sendMessage", "editMessageText", "sendVoice", "sendDocument"}


async def test_a_note_that_another_process_was_told_of_is_fetched(
    server: TelegramServer, takes: Takes, worker: TelegramPlatform, robin: Person
) -> None:
    async with running(make(server, takes)):
        robin.speaks(b"OggS words")
        told = await takes.next()
    assert isinstance(told, VoiceSent)
    assert await worker.fetch(told.conversation, told.note) == b"OggS words"


async def test_who_only_sends_leaves_the_webhook_of_others(
    server: TelegramServer, takes: Takes, worker: TelegramPlatform, robin: Person
) -> None:
    webhook = Webhook("http://127.0.0.1:9/hook", 0, "a-Secret_0")
    async with running(make(server, takes, webhook)):
        await until(lambda: server.webhook is not None)
        await worker.open()
        await worker.send(conversation(robin), saying("Hello."), "1")
        assert (await robin.hears())["text"] == "Hello."
    await worker.close()
    assert server.webhook is not None
    assert not server.asked("deleteWebhook")


async def test_the_owner_is_told_of_a_wrong_token_and_messages_stay_pending(
    server: TelegramServer, worker: TelegramPlatform, robin: Person
) -> None:
    where = conversation(robin)
    server.token = "another"
    with pytest.raises(BadTokenError, match="TELEGRAM_TOKEN"):
        await worker.open()
    with pytest.raises(DeliveryError):
        await worker.send(where, saying("Hello."), "1")
    await worker.working(where)


async def test_once_telegram_is_there_again_messages_go(
    server: TelegramServer, worker: TelegramPlatform, takes: Takes, robin: Person
) -> None:
    async with running(make(server, takes)):
        robin.speaks(b"OggS words")
        told = await takes.next()
    assert isinstance(told, VoiceSent)
    await server.stop()
    with pytest.raises(PlatformError, match="check the network"):
        await worker.open()
    with pytest.raises(DeliveryError):
        await worker.send(told.conversation, saying("Hello."), "1")
    with pytest.raises(NoteUnavailableError):
        await worker.fetch(told.conversation, told.note)
    await server.start()
    await worker.send(told.conversation, saying("Hello."), "1")
    assert (await robin.hears())["text"] == "Hello."
