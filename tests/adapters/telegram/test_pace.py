"""How fast a chat is written to, and that nobody waits for another's limit."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from adapters.telegram import TelegramPlatform
from adapters.telegram.pace import BURST, Pace
from core.messages import Choice
from core.ports import DeliveryError
from tests.adapters.telegram.conftest import Takes, conversation, make, running, saying, until
from tests.wires.telegram import Fault, Person, TelegramServer, buttons_of

SKIP = (Choice("Skip", "skip", turn=0),)


def busy(method: str, retry_after: int = 1, times: int = 1) -> Fault:
    return Fault(method, 429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after, times=times)


def test_after_a_burst_a_chat_is_written_to_once_a_second() -> None:
    now = 1_000.0
    pace = Pace(1.0, lambda: now)
    for _ in range(BURST):
        assert pace.wait_s("1") == 0
        pace.count("1")
    assert (pace.wait_s("1"), pace.wait_s("2")) == (1.0, 0)
    now += 1.0
    assert pace.wait_s("1") == 0
    pace.count("1")
    assert pace.wait_s("1") == 1.0
    now += 60.0
    for _ in range(BURST):
        assert pace.wait_s("1") == 0
        pace.count("1")
    assert pace.wait_s("1") == 1.0


def test_a_rest_is_kept_and_no_burst_follows() -> None:
    now = 1_000.0
    pace = Pace(1.0, lambda: now)
    pace.hold("1", 30.0)
    pace.hold("1", 5.0)
    assert (pace.wait_s("1"), pace.wait_s("2")) == (30.0, 0)
    now += 30.0
    assert pace.wait_s("1") == 0
    pace.count("1")
    assert pace.wait_s("1") == 1.0


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "sendChatAction"])
async def test_nobody_waits_for_the_limit_of_another(
    server: TelegramServer, robin: Person, takes: Takes, method: str
) -> None:
    kim, platform = Person(server, 2), make(server, takes, quick=60.0)
    server.faults.append(busy(method, retry_after=3_600))
    page = replace(saying("page"), replaces="1" if method == "editMessageText" else "")
    calls = [platform.send(conversation(robin), page, "page"), platform.working(conversation(robin))]
    held = [asyncio.ensure_future(call) for call in calls]
    await until(lambda: bool(server.asked(method)))
    await platform.send(conversation(kim), saying("Hello"), "key")
    await platform.working(conversation(kim))
    assert (kim.chat.said[0]["text"], kim.chat.actions) == ("Hello", ["typing"])
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)
    await platform.close()


async def test_the_buttons_of_an_answer_that_must_wait_hold_up_nobody(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    kim = Person(server, 2)
    await platform.send(conversation(robin), saying("Why?", choices=SKIP), "key")
    server.faults.append(busy("editMessageText", retry_after=3_600))
    robin.presses("Skip")
    await until(lambda: bool(server.asked("editMessageText")))
    await platform.send(conversation(kim), saying("Hello"), "other")
    assert kim.chat.said


async def test_a_short_rest_is_waited_for(platform: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    server.faults.append(busy("sendMessage", times=2))
    await platform.send(conversation(robin), saying("Hello"), "key")
    assert (await robin.hears())["text"] == "Hello"
    assert len(server.asked("sendMessage")) == 3


async def test_a_long_rest_is_kept_by_those_who_try_again(server: TelegramServer, robin: Person, takes: Takes) -> None:
    platform = make(server, takes, quick=0.3)
    server.faults.append(busy("sendMessage"))
    for _ in range(2):
        with pytest.raises(DeliveryError):
            await platform.send(conversation(robin), saying("Hello"), "key")
        await platform.working(conversation(robin))
    assert (len(server.asked("sendMessage")), robin.chat.actions) == (1, [])
    async with asyncio.timeout(5):
        while not robin.chat.said:
            try:
                await platform.send(conversation(robin), saying("Hello"), "key")
            except DeliveryError:
                continue
    assert len(server.asked("sendMessage")) == 2
    await platform.close()


async def test_of_two_edits_the_later_stays(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    older = (Choice("Older", "history", "<11"), Choice("Skip", "skip", turn=0))
    await platform.send(conversation(robin), saying("Newest", choices=older), "first")
    shown = await robin.hears()
    server.faults.append(busy("editMessageText"))
    turned = replace(saying("Earlier", choices=older), replaces=str(shown["message_id"]))
    turning = asyncio.ensure_future(platform.send(conversation(robin), turned, "second"))
    await until(lambda: bool(server.asked("editMessageText")))
    robin.presses("Skip", dict(shown))
    await robin.sees(shown, "› Skip")  # noqa: RUF001 - as it is shown
    await turning
    assert not buttons_of(shown)


async def test_telegram_is_left_alone_for_as_long_as_it_wants_at_the_start(
    server: TelegramServer, robin: Person, takes: Takes
) -> None:
    server.faults.append(busy("getMe"))
    robin.writes("Hello")
    begun = asyncio.get_running_loop().time()
    async with running(make(server, takes)):
        await takes.next()
    assert asyncio.get_running_loop().time() - begun >= 1
    assert len(server.asked("getMe")) == 2
