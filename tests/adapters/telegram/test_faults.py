"""What happens when Telegram, the network or a candidate's account fails."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import RetryAfter

from adapters.telegram import BadTokenError, PlatformError, TelegramPlatform, Timing
from adapters.telegram.asides import MOST, MOST_OF_A_CHAT, Asides
from adapters.telegram.client import Client
from adapters.telegram.commands import list_commands
from adapters.telegram.failures import unusable
from core.messages import Choice
from core.ports import DeliveryError, RefusedMessageError, UnreachableError
from tests.adapters.telegram.conftest import QUICK, ROLE, Takes, conversation, make, running, saying, until
from tests.wires.telegram import TOKEN, Fault, Person, TelegramServer, buttons_of

SKIP = (Choice("Skip", "skip", turn=0),)


@pytest.mark.parametrize(
    "closed", ["bot was blocked by the user", "user is deactivated", "bot can't initiate conversation with a user"]
)
async def test_who_is_gone_cannot_be_reached(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, closed: str
) -> None:
    robin.chat.closed = closed
    with pytest.raises(UnreachableError):
        await platform.send(conversation(robin), saying("Hello"), "key")
    await platform.working(conversation(robin))
    assert len(server.asked("sendMessage")) == 1


async def test_a_chat_that_is_not_found_cannot_be_reached(platform: TelegramPlatform, robin: Person) -> None:
    lost = conversation(robin)
    robin.server.chats.clear()
    with pytest.raises(UnreachableError):
        await platform.send(lost, saying("Hello"), "key")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("sendMessage", 500),
        Fault("sendMessage", 502, raw="<html>Bad Gateway: quokka</html>"),
        Fault("sendMessage", 200, raw="quokka"),
        Fault("sendMessage", 200, raw='{"ok": true}'),
        Fault("sendMessage", drop=True),
        Fault("sendMessage", slow_s=9),
        Fault("sendMessage", 400, raw="<html>Bad Request: quokka</html>", times=9),
        Fault("sendMessage", 403, raw="<html>Forbidden: quokka</html>"),
    ],
    ids=["500", "502", "no JSON", "no result", "dropped", "slow", "a page for 400", "a page for 403"],
)
async def test_what_may_work_later_is_said_to_be_so(
    server: TelegramServer, robin: Person, takes: Takes, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    platform = make(server, takes, quick=0.3)
    server.faults.append(fault)
    with pytest.raises(DeliveryError) as failed:
        await platform.send(conversation(robin), saying("Hello"), "key")
    assert not isinstance(failed.value, UnreachableError | RefusedMessageError)
    assert TOKEN not in str(failed.value)
    assert "quokka" not in caplog.text + str(failed.value)
    server.faults.clear()
    await platform.send(conversation(robin), saying("Hello"), "key")
    assert (await robin.hears())["text"] == "Hello"
    await platform.close()


async def test_a_broken_off_message_goes_on_where_it_was(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    long = saying("a" * 4_000, "b" * 4_000, "c" * 4_000, choices=SKIP)
    await platform.send(conversation(robin), saying("x"), "first")
    server.faults.append(Fault("sendMessage", 500, spares=2))
    with pytest.raises(DeliveryError):
        await platform.send(conversation(robin), long, "key")
    await platform.send(conversation(robin), long, "key")
    assert [message["text"][0] for message in robin.chat.said] == ["x", "a", "b", "c"]
    assert [bool(buttons_of(message)) for message in robin.chat.said] == [False, False, False, True]


async def test_the_same_key_is_the_same_message(platform: TelegramPlatform, robin: Person) -> None:
    for key in ("7", "7", "8"):
        await platform.send(conversation(robin), saying(f"Message {key}"), key)
    assert [message["text"] for message in robin.chat.said] == ["Message 7", "Message 8"]


async def test_refused_markup_is_sent_plainly(
    platform: TelegramPlatform, robin: Person, server: TelegramServer
) -> None:
    server.faults.append(Fault("sendMessage", 400, "Bad Request: can't parse entities: no end tag"))
    await platform.send(conversation(robin), saying("1 < 2 & 3", choices=SKIP), "key")
    shown = await robin.hears()
    assert (shown["text"], list(buttons_of(shown))) == ("1 < 2 & 3", ["Skip"])


async def test_refused_buttons_are_left_out(platform: TelegramPlatform, robin: Person, server: TelegramServer) -> None:
    server.faults.append(Fault("sendMessage", 400, "Bad Request: BUTTON_DATA_INVALID", times=2))
    await platform.send(conversation(robin), saying("Hello", choices=SKIP), "key")
    shown = await robin.hears()
    assert (shown["text"], buttons_of(shown)) == ("Hello", {})


async def test_what_is_refused_in_every_form_never_arrives(
    platform: TelegramPlatform, robin: Person, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(Fault("sendMessage", 400, "Bad Request: quokka", times=3))
    with pytest.raises(RefusedMessageError) as refused:
        await platform.send(conversation(robin), saying("quokka", choices=SKIP), "key")
    assert "quokka" not in str(refused.value) + caplog.text
    await platform.send(conversation(robin), saying("Hello"), "next")
    assert (await robin.hears())["text"] == "Hello"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getUpdates", 500),
        Fault("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=1),
        Fault("getUpdates", 409, "Conflict: terminated by other getUpdates request"),
        Fault("getUpdates", 200, raw="quokka"),
        Fault("getUpdates", 200, raw='{"ok": true, "result": [{"quokka": 1}]}'),
        Fault("getUpdates", drop=True, done=True),
    ],
    ids=["500", "429", "409", "no JSON", "no updates", "lost reply"],
)
async def test_polling_goes_on(
    server: TelegramServer, robin: Person, takes: Takes, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.append(fault)
    robin.writes("Hello")
    platform = make(server, takes)
    async with running(platform):
        await takes.next()
    assert "quokka" not in caplog.text
    assert TOKEN not in caplog.text


async def test_a_server_that_goes_and_comes_back(
    platform: TelegramPlatform, robin: Person, takes: Takes, server: TelegramServer
) -> None:
    await server.stop()
    await asyncio.sleep(0.1)
    robin.writes("Hello")
    await server.start()
    await takes.next()
    robin.writes("still there?")
    await takes.next(1)


async def test_telegram_may_come_later_than_the_bot(server: TelegramServer, robin: Person, takes: Takes) -> None:
    platform = make(server, takes)
    await server.stop()
    async with running(platform):
        await asyncio.sleep(0.05)
        await server.start()
        robin.writes("Hello")
        await takes.next()


async def test_commands_are_listed_only_when_they_changed(server: TelegramServer) -> None:
    client = Client(TOKEN, server.url, QUICK)
    for _ in range(2):
        await list_commands(client.bot)
    await client.close()
    assert len(server.asked("getMyCommands")) == 2
    assert len(server.asked("setMyCommands")) == 1


async def test_a_list_of_commands_that_cannot_be_set_stops_nothing(
    server: TelegramServer, robin: Person, takes: Takes
) -> None:
    for fault in (Fault("setMyCommands", 500), Fault("setMyCommands", 429, "Too Many Requests", retry_after=3_600)):
        server.faults.append(fault)
        robin.writes("Hello")
        async with running(make(server, takes, quick=0.2)):
            await takes.next()
        takes.taken.clear()


async def test_whatever_the_list_of_commands_fails_with_is_told(
    server: TelegramServer, takes: Takes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(bot: object) -> None:
        raise LookupError

    monkeypatch.setattr("adapters.telegram.platform.list_commands", broken)
    async with running(make(server, takes)):
        await until(lambda: "could not be set (LookupError)" in caplog.text)


async def test_nobody_waits_for_the_list_of_commands(server: TelegramServer, robin: Person, takes: Takes) -> None:
    server.faults.append(Fault("getMyCommands", 500, slow_s=60))
    robin.writes("Hello")
    async with running(make(server, takes)):
        await takes.next()
    assert not server.asked("setMyCommands")


async def test_a_server_that_holds_no_poll_is_not_asked_without_end(server: TelegramServer, takes: Takes) -> None:
    server.faults.append(Fault("getUpdates", 200, raw='{"ok": true, "result": []}', times=10_000))
    async with running(make(server, takes)):
        await until(lambda: len(server.asked("getUpdates")) > 2)
        await asyncio.sleep(0.1)
    assert len(server.asked("getUpdates")) < 20


async def test_a_refused_token_ends_the_run(server: TelegramServer, takes: Takes) -> None:
    platform = make(server, takes)
    server.token = "1:another"
    with pytest.raises(BadTokenError) as refused:
        await platform.run()
    assert TOKEN not in str(refused.value)
    with pytest.raises(BadTokenError):
        await platform.check()
    await platform.close()


async def test_a_token_that_is_taken_back_ends_the_run(server: TelegramServer, takes: Takes) -> None:
    platform = make(server, takes)
    async with running(platform) as run:
        await until(lambda: bool(server.asked("getUpdates")))
        server.token = "1:another"
        Person(server).writes("Hello")
        with pytest.raises(BadTokenError):
            await run


@pytest.mark.parametrize("token", ["", "abc", "1:a/../b", "1:a\n", "1:ä"])
def test_what_cannot_be_a_token_is_refused_at_once(takes: Takes, token: str) -> None:
    with pytest.raises(BadTokenError):
        TelegramPlatform(token, takes, [ROLE], timing=QUICK)


async def test_check_gives_the_name_or_the_reason(server: TelegramServer, takes: Takes) -> None:
    platform = TelegramPlatform(TOKEN, takes, [ROLE], api_base_url=server.url, timing=Timing(read_s=0.1, send_s=0.3))
    assert await platform.check() == "@practice_test_bot"
    for fault in (
        Fault("getMe", 500),
        Fault("getMe", 200, raw="<html>"),
        Fault("getMe", 200, raw="{}"),
        Fault("getMe", 409, "Conflict"),
        Fault("getMe", 429, "Too Many Requests", retry_after=1, times=9),
        Fault("getMe", slow_s=1),
    ):
        server.faults = [fault]
        with pytest.raises(PlatformError) as wrong:
            await platform.check()
        assert TOKEN not in str(wrong.value)
    await platform.close()


def test_who_is_too_fast_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    assert "slow down" in str(unusable(RetryAfter(5), "https://example.org"))


async def test_too_many_small_calls_are_left_out_and_one_chat_takes_no_others_place() -> None:
    asides, held, begun = Asides(QUICK), asyncio.Event(), list[int]()

    async def call(chat: int) -> None:
        begun.append(chat)
        await held.wait()

    for chat in [1] * 50 + list(range(2, 400)):
        asides.say(chat, call(chat))
    await asyncio.sleep(0)
    assert (begun.count(1), len(begun)) == (MOST_OF_A_CHAT, MOST)
    held.set()
    await asyncio.sleep(0.01)
    asides.say(1, call(1))
    await asyncio.sleep(0)
    assert begun.count(1) == MOST_OF_A_CHAT + 1
    await asides.close()


async def test_a_small_call_that_breaks_disturbs_nobody(server: TelegramServer, robin: Person, takes: Takes) -> None:
    server.faults.append(Fault("answerCallbackQuery", 200, raw="{}"))
    async with running(make(server, takes)):
        robin.presses_payload("k0:", None)
        await takes.next()
        await until(lambda: not server.faults[0].times)
