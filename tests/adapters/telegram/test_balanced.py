"""Several processes that receive for one bot: behind a balancer by webhook, and what is said where they only poll."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from adapters.telegram import Webhook
from core.messages import TextSent
from tests.adapters.telegram.conftest import Takes, make, running, until
from tests.adapters.telegram.test_webhook import SECRET, free_port
from tests.wires.telegram import Person, TelegramServer


class Balancer:
    """Passes each request on to the next of those that answer."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.port = free_port()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self._session:
            runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=0.1)
            runner.app.router.add_post("/hook", self._pass)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            yield
            await runner.cleanup()

    async def _pass(self, request: web.Request) -> web.Response:
        body = await request.read()
        for _ in self._ports:
            self._ports.append(port := self._ports.pop(0))
            try:
                url = f"http://127.0.0.1:{port}/hook"
                async with self._session.post(url, data=body, headers=request.headers) as response:
                    return web.Response(status=response.status)
            except aiohttp.ClientError:
                continue
        return web.Response(status=502)


@pytest.fixture
async def hooks() -> AsyncIterator[list[Webhook]]:
    """Two processes' own, with one public address and one secret."""
    ports = [free_port(), free_port()]
    balancer = Balancer([*ports])
    async with balancer.listening():
        yield [Webhook(f"http://127.0.0.1:{balancer.port}/hook", port, SECRET) for port in ports]


def said(*takes: Takes) -> list[str]:
    return sorted(one.text for each in takes for one in each.taken if isinstance(one, TextSent))


async def test_two_share_a_webhook_and_either_goes_on_without_the_other(
    server: TelegramServer, robin: Person, hooks: list[Webhook]
) -> None:
    first, second = Takes(), Takes()
    async with AsyncExitStack() as both:
        async with running(make(server, first, hooks[0])):
            await until(lambda: server.webhook is not None)
            robin.writes("0")
            await first.next()
            await both.enter_async_context(running(make(server, second, hooks[1])))
            await until(lambda: len(server.asked("setWebhook")) == 2)
            for number in range(1, 7):
                robin.writes(str(number))
            await until(lambda: len(said(first, second)) == 7)
            assert first.taken[1:]
            assert second.taken
        robin.writes("7")
        await until(lambda: len(said(first, second)) == 8)
        assert said(second)[-1] == "7"
    assert said(first, second) == [str(number) for number in range(8)]  # each once, by one of the two
    assert server.webhook is not None
    assert not server.asked("deleteWebhook")


async def test_while_nobody_answers_telegram_keeps_what_is_written(
    server: TelegramServer, robin: Person, takes: Takes, hooks: list[Webhook]
) -> None:
    async with running(make(server, Takes(), hooks[0])):
        await until(lambda: server.webhook is not None)
    robin.writes("written meanwhile")
    await until(lambda: 502 in server.webhook_statuses)
    async with running(make(server, takes, hooks[1])):
        assert isinstance(written := await takes.next(), TextSent)
    assert written.text == "written meanwhile"


async def test_check_leaves_the_webhook_as_it_is(server: TelegramServer, takes: Takes, hooks: list[Webhook]) -> None:
    async with running(make(server, takes, hooks[0])):
        await until(lambda: server.webhook is not None)
        other = make(server, takes)
        assert await other.check() == "@practice_test_bot"
        await other.close()
        assert server.webhook is not None
    assert len(server.asked("setWebhook")) == 1


async def test_the_owner_is_told_once_that_another_process_polls(
    server: TelegramServer, robin: Person, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Takes(), Takes()
    async with running(make(server, first)), running(make(server, second)):
        async with asyncio.timeout(5):
            while len(told := [one for one in caplog.messages if "Another process" in one]) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        polls = len(server.asked("getUpdates"))
        await until(lambda: len(server.asked("getUpdates")) > polls + 4)
        robin.writes("Hello")
        await until(lambda: said(first, second) == ["Hello"])
    assert [one for one in caplog.messages if "Another process" in one] == told
    (said_of_it,) = {*told}
    assert said_of_it == (
        "Another process receives for this bot on Telegram, so little or nothing comes in here: end one of the two, or "
        "give both TELEGRAM_WEBHOOK_URL. Trying again."
    )
