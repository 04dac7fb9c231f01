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


@pytest.mark.parametrize("brought", [False, True])
async def test_why_something_cannot_be_stored_is_told_the_owner_once_and_not_with_each_try(
    server: TelegramServer, takes: Takes, robin: Person, *, brought: bool
) -> None:
    port = free_port()
    webhook = Webhook(f"http://127.0.0.1:{port}/hook", port, SECRET) if brought else None
    full, locked = StoreUnavailableError("The disk is full."), StoreUnavailableError("The database is locked.")
    takes.fails = [full, full, locked, full]
    with lines_of("adapters.telegram") as lines:
        async with running(make(server, takes, webhook)):
            robin.writes("one")
            await takes.next(0)
    told = "What a candidate sent could not be taken and stays with Telegram: "
    assert [line for _, line in lines.kept] == [f"{told}{full}", f"{told}{locked}"]


async def test_what_is_logged_of_a_message_names_its_conversation(
    server: TelegramServer, takes: Takes, robin: Person
) -> None:
    takes.fails = [StoreUnavailableError("The disk is full."), ValueError("I sold chairs")]
    with lines_of("adapters.telegram") as lines:
        async with running(make(server, takes)):
            robin.writes("I sold chairs")
            await until(lambda: len(lines.kept) == 2)
    assert lines.kept == [
        (conversation(robin), "What a candidate sent could not be taken and stays with Telegram: The disk is full."),
        (conversation(robin), "An update could not be taken: ValueError"),
    ]
