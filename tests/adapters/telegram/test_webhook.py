"""Updates brought by Telegram: only with the secret, and taken only when stored."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from adapters.telegram import Webhook, WebhookError
from adapters.telegram.webhook import SECRET_HEADER
from core.messages import TextSent
from core.ports import StoreUnavailableError
from tests.adapters.telegram.conftest import Takes, make, running, until
from tests.wires.telegram import Fault, Person, TelegramServer

SECRET = "a-Secret_0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def webhook(server: TelegramServer, takes: Takes) -> AsyncIterator[Webhook]:
    """A bot that listens, and that Telegram knows of."""
    port = free_port()
    webhook = Webhook(f"http://127.0.0.1:{port}/hook", port, SECRET)
    async with running(make(server, takes, webhook)):
        await until(lambda: server.webhook is not None)
        yield webhook


async def post(webhook: Webhook, body: Any, secret: str | None = SECRET, path: str = "") -> int:
    headers = {SECRET_HEADER: secret} if secret is not None else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(webhook.url + path, data=data, headers=headers) as response,
    ):
        return response.status


@pytest.mark.usefixtures("webhook")
async def test_messages_come_in_order_without_polling(robin: Person, takes: Takes, server: TelegramServer) -> None:
    for number in range(5):
        robin.writes(str(number))
    await takes.next(4)
    assert [one.text for one in takes.taken if isinstance(one, TextSent)] == ["0", "1", "2", "3", "4"]
    await until(lambda: not server.updates.waiting)
    assert not server.asked("getUpdates")
    (asked,) = server.asked("setWebhook")
    assert (asked.secret_token, asked.max_connections) == (SECRET, 1)
    assert set(server.webhook_statuses) == {200}


@pytest.mark.usefixtures("webhook")
async def test_what_was_not_stored_is_not_confirmed(robin: Person, takes: Takes, server: TelegramServer) -> None:
    takes.fails = [StoreUnavailableError("The disk is full.")] * 2
    robin.writes("Hello")
    await takes.next()
    await until(lambda: not server.updates.waiting)
    assert server.webhook_statuses == [503, 503, 200]
    assert "waits at Telegram" in (await robin.hears())["text"]


async def test_without_the_secret_nothing_is_taken(webhook: Webhook, robin: Person, takes: Takes) -> None:
    update = {"update_id": 1, "message": {"message_id": 1, "date": 5, "chat": robin.chat.plain, "from": robin.plain}}
    update["message"] |= {"text": "Hello"}  # type: ignore[operator]
    for secret in (None, "", "a-Secret_1", SECRET + "x", "ä"):
        assert await post(webhook, update, secret) == 403
    assert await post(webhook, update, path="/other") == 404
    assert not takes.attempts
    assert await post(webhook, update) == 200
    assert len(takes.taken) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[]", b"7", b'"x"', b"null", b"{}", b'{"update_id": 1, "message": 7}', b"[" * 100_000],
    ids=str,
)
async def test_what_is_no_update_is_refused(webhook: Webhook, takes: Takes, body: bytes) -> None:
    assert await post(webhook, body) == 400
    assert not takes.attempts


async def test_a_body_that_is_too_long_is_refused(webhook: Webhook) -> None:
    assert await post(webhook, b" " * 1_000_001) == 413


async def test_one_chat_in_order_even_over_several_connections(
    webhook: Webhook, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    takes.holding["1001"] = asyncio.Event()
    robin.writes("first")
    await until(lambda: bool(takes.attempts))
    update = {
        "update_id": 2,
        "message": {"message_id": 9, "date": 5, "chat": robin.chat.plain, "from": robin.plain, "text": "second"},
    }
    other = asyncio.create_task(post(webhook, update))
    await asyncio.sleep(0.05)
    assert len(takes.attempts) == 1
    takes.holding.pop("1001").set()
    assert await other == 200
    assert [one.text for one in takes.taken if isinstance(one, TextSent)] == ["first", "second"]


async def test_polling_takes_the_webhook_away(server: TelegramServer, robin: Person, takes: Takes) -> None:
    port = free_port()
    async with running(make(server, takes, Webhook(f"http://127.0.0.1:{port}", port, SECRET))):
        await until(lambda: server.webhook is not None)
    async with running(make(server, takes)):
        robin.writes("Hello")
        await takes.next()
    assert server.webhook is None


async def test_a_port_that_is_taken_ends_the_run(server: TelegramServer, takes: Takes) -> None:
    platform = make(server, takes, Webhook(f"{server.url}/hook", server.port, SECRET))
    with pytest.raises(WebhookError, match=f"port {server.port}"):
        await platform.run()
    await platform.close()


async def test_an_address_that_telegram_refuses_ends_the_run(server: TelegramServer, takes: Takes) -> None:
    server.faults.append(Fault("setWebhook", 400, "Bad Request: bad webhook: An HTTPS URL must be provided"))
    platform = make(server, takes, Webhook("http://localhost/hook", free_port(), SECRET))
    with pytest.raises(WebhookError, match=r"must be provided\.$"):
        await platform.run()
    await platform.close()


async def test_telegram_may_be_away_when_the_webhook_is_set(
    server: TelegramServer, robin: Person, takes: Takes
) -> None:
    server.faults.append(Fault("setWebhook", 500))
    port = free_port()
    async with running(make(server, takes, Webhook(f"http://127.0.0.1:{port}/", port, SECRET))):
        robin.writes("Hello")
        await takes.next()


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(Webhook("https://example.org", 8080, SECRET))
