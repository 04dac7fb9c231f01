"""Whether the bot says truly that messages come in, and whose they are where the log speaks of one."""

from __future__ import annotations

import pytest

from adapters.telegram import Webhook
from core.ports import StoreUnavailableError
from tests.adapters.telegram.conftest import Takes, conversation, make, running, until
from tests.adapters.telegram.test_webhook import SECRET, free_port
from tests.lines import lines_of
from tests.wires.telegram import Person, TelegramServer


async def test_it_serves_while_telegram_can_be_asked(server: TelegramServer, takes: Takes, robin: Person) -> None:
    platform = make(server, takes)
    assert not platform.serves
    async with running(platform):
        await until(lambda: platform.serves)
        await server.stop()
        await until(lambda: not platform.serves)
        await server.start()
        robin.writes("hello")
        await until(lambda: platform.serves)
    assert not platform.serves


@pytest.mark.usefixtures("robin")
async def test_it_serves_once_telegram_knows_where_to_bring_messages(server: TelegramServer, takes: Takes) -> None:
    port = free_port()
    platform = make(server, takes, Webhook(f"http://127.0.0.1:{port}/hook", port, SECRET))
    assert not platform.serves
    async with running(platform):
        await until(lambda: platform.serves)
        assert server.webhook is not None
    assert not platform.serves


async def test_what_cannot_be_stored_is_told_once_until_something_can(
    server: TelegramServer, takes: Takes, robin: Person
) -> None:
    full = StoreUnavailableError("The disk is full.")
    takes.fails = [full, full, full]
    with lines_of("adapters.telegram") as lines:
        async with running(make(server, takes)):
            robin.writes("one")
            await takes.next(0)
            assert len(lines.kept) == 1
            takes.fails = [full]
            robin.writes("two")
            await takes.next(1)
    assert len(lines.kept) == 2


async def test_what_is_logged_of_a_message_names_its_conversation(
    server: TelegramServer, takes: Takes, robin: Person
) -> None:
    takes.fails = [StoreUnavailableError("The disk is full."), ValueError("I sold chairs")]
    with lines_of("adapters.telegram") as lines:
        async with running(make(server, takes)):
            robin.writes("I sold chairs")
            await until(lambda: len(lines.kept) == 2)
    assert lines.kept == [
        (conversation(robin), "A message could not be stored; it stays with Telegram until it can be."),
        (conversation(robin), "An update could not be taken: ValueError"),
    ]
