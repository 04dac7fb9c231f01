"""Who is let in, and what others are told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.telegram.admission import Admission
from core.messages import CommandSent, TextSent
from tests.adapters.telegram.conftest import Takes, make, running, until
from tests.wires.telegram import Person, TelegramServer


@pytest.fixture
async def closed(server: TelegramServer, takes: Takes) -> AsyncIterator[None]:
    """A bot for 1001 and 1002 only."""
    async with running(make(server, takes, allowed=[1001, 1002])):
        await until(lambda: bool(server.asked("getUpdates")))
        yield


@pytest.mark.usefixtures("closed")
async def test_who_is_let_in_is_served(robin: Person, takes: Takes, server: TelegramServer) -> None:
    robin.writes("Hello")
    robin.presses_payload("k3:", None)
    await takes.next(1)
    assert [type(one) for one in takes.taken] == [TextSent, CommandSent]
    assert not robin.chat.said


@pytest.mark.usefixtures("closed")
async def test_who_is_not_let_in_is_told_once_with_their_id(
    robin: Person, takes: Takes, server: TelegramServer
) -> None:
    kim = Person(server, 5005)
    number = kim.writes("/start")
    kim.edits(number, "Let me in")
    kim.sends(voice={"file_id": "a", "file_unique_id": "b", "duration": 3})
    kim.writes("Hello?")
    said = (await kim.hears())["text"]
    assert "5005" in said
    kim.blocks()
    robin.writes("still here")
    await takes.next()
    await until(lambda: not server.updates.waiting)
    assert [one["text"] for one in kim.chat.said] == [said]
    assert [one.conversation.account for one in takes.attempts] == ["1001"]


@pytest.mark.usefixtures("closed")
async def test_their_presses_are_acknowledged_with_that_sentence(takes: Takes, server: TelegramServer) -> None:
    kim = Person(server, 5005)
    for payload in ("k3:", "zz9:"):
        kim.presses_payload(payload, None)
    await until(lambda: len(server.asked("answerCallbackQuery")) == 2)
    for form in server.asked("answerCallbackQuery"):
        assert "5005" in form.text
    assert not takes.attempts
    assert not kim.chat.said


@pytest.mark.usefixtures("closed")
async def test_in_groups_they_are_not_answered(robin: Person, takes: Takes, server: TelegramServer) -> None:
    group = server.chat(-100_500, "supergroup")
    Person(server, 5005, group).writes("/interview@practice_test_bot")
    Person(server, 1001, group).writes("/interview@practice_test_bot")
    robin.writes("Hello")
    await takes.next()
    await until(lambda: bool(group.said))
    assert [form.text.partition(":")[0] for form in server.asked("sendMessage")] == [
        "Interviews are private. Write to me here"
    ]


def test_the_sentence_is_due_again_after_an_hour() -> None:
    now = [0.0]
    admission = Admission([1], clock=lambda: now[0])
    assert (admission.admits(1), admission.admits(2)) == (True, False)
    assert (admission.is_to_be_told(2), admission.is_to_be_told(2), admission.is_to_be_told(3)) == (True, False, True)
    now[0] = 3_599.0
    assert not admission.is_to_be_told(2)
    now[0] = 3_600.0
    assert (admission.is_to_be_told(2), admission.is_to_be_told(2)) == (True, False)


def test_without_a_list_everyone_is_let_in() -> None:
    assert Admission(()).admits(5005)
