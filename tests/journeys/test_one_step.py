"""One step and one call of the model for each thing that a candidate does, however often and at once it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.messages import CommandSent, Inbound, OutboundKind, TextSent
from core.model import Phase, UtteranceKind
from tests.journeys.house import ANSWERS, Candidate, House, house
from tests.journeys.speaking import CRITERIA, GAP_S, SENTENCES, is_consideration, listening
from tests.wires.ollama import ChatRequest, OllamaServer


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(listening()) as server:
        yield server


@pytest.fixture
async def here(server: OllamaServer, folder: Path) -> AsyncIterator[House]:
    async with house(server, folder, quiet_gap_s=GAP_S) as here:
        yield here


async def at_once(here: House, inbounds: Sequence[Inbound]) -> None:
    """They all arrive before any of them is taken."""
    await asyncio.gather(*(here.runner.receive(one) for one in inbounds))


def said(sam: Candidate, number: int, text: str) -> TextSent:
    return TextSent(sam.conversation, f"said-{number}", text)


def presses(sam: Candidate, label: str, times: int) -> list[CommandSent]:
    """The newest button of that label, pressed so many times."""
    choices = [choice for message in sam.heard for choice in message.choices]
    found = next(choice for choice in reversed(choices) if choice.label == label)
    ids = [f"{label}-{len(choices)}-{press}" for press in range(times)]
    return [CommandSent(sam.conversation, one, found.command, found.argument, found.turn, "page") for one in ids]


def considered(server: OllamaServer) -> list[ChatRequest]:
    return [chat.body for chat in server.chats if is_consideration(chat.body)]


def count(sam: Candidate, kind: OutboundKind) -> int:
    return sum(message.kind is kind for message in sam.heard)


async def until_asked(here: House, sam: Candidate, questions: int) -> None:
    """Until so many questions were asked, and all that follows has happened."""
    while count(sam, OutboundKind.QUESTION) < questions:
        await sam.until(OutboundKind.QUESTION, after=len(sam.heard))
    await until_done(here)


async def until_done(here: House) -> None:
    """Until nothing is pending any more, wherever it was asked for."""
    async with asyncio.timeout(20):
        while await here.store.pending():  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)


async def test_an_update_that_comes_again_and_at_once_is_one_message(here: House) -> None:
    sam = here.candidate()
    await sam.start()
    before = (await here.interview(sam)).version
    await at_once(here, [said(sam, 1, ANSWERS[0])] * 5)
    assert (await here.interview(sam)).version == before + 1
    await until_asked(here, sam, 2)
    interview = await here.interview(sam)
    await at_once(here, [said(sam, 1, ANSWERS[0])] * 5)
    assert await here.interview(sam) == interview
    assert [one.text for one in interview.turns[0].answers] == [ANSWERS[0]]


async def test_whatever_is_pressed_five_times_at_once_is_done_once(server: OllamaServer, here: House) -> None:
    """An interview is begun, rated, and an answer made stronger."""
    sam = here.candidate()
    await sam.command("setup", "sales_associate mock 2")
    await until_done(here)
    await at_once(here, presses(sam, "Start", 5))
    await until_asked(here, sam, 1)
    assert ((await here.interview(sam)).id, count(sam, OutboundKind.QUESTION)) == (1, 1)
    for text in ANSWERS[:2]:
        await sam.answer(text)
    await sam.until_text("how well did it go")
    await at_once(here, presses(sam, "Well", 5))
    await sam.until_report(2)
    await until_done(here)
    calls = len(server.chats)
    assert (count(sam, OutboundKind.REPORT), calls, len(considered(server))) == (1, 2 + 2 * CRITERIA, 2)
    await at_once(here, presses(sam, "A stronger version of answer 1", 5))
    await until_done(here)
    assert len(server.chats) == calls + 1


async def test_two_devices_of_one_account_make_one_step(server: OllamaServer, here: House) -> None:
    """A candidate presses the same in two rooms, and writes in both, at the same moment."""
    sam = here.candidate()
    await sam.start("sales_associate 3")
    elsewhere = replace(sam.conversation, chat="another room")
    pressed = presses(sam, "Skip", 2)
    await at_once(here, [pressed[0], replace(pressed[1], conversation=elsewhere)])
    await until_done(here)
    assert (len((await here.interview(sam)).turns), len(server.chats)) == (2, 0)
    texts = [said(sam, 1, ANSWERS[1]), replace(said(sam, 2, SENTENCES[1]), conversation=elsewhere)]
    await at_once(here, texts)
    await until_asked(here, sam, 3)
    turn = (await here.interview(sam)).turns[1]
    assert sorted(one.text for one in turn.answers) == sorted(one.text for one in texts)
    assert (len(considered(server)), len(server.chats)) == (1, 1 + CRITERIA)


async def test_what_comes_while_an_answer_is_considered_belongs_to_it(server: OllamaServer, here: House) -> None:
    """The call in vain is broken off; the whole answer is considered once, and asked about once."""
    server.reply = listening(first_token_s=0.3)
    sam = here.candidate()
    await sam.start()
    await sam.say(SENTENCES[0])
    first = await server.chat(0)
    await at_once(here, [said(sam, number, text) for number, text in enumerate(SENTENCES[1:])])
    await until_asked(here, sam, 2)
    assert first.left
    assert len(considered(server)) == 2
    turn = (await here.interview(sam)).turns[0]
    assert sum(one.kind is UtteranceKind.ANSWER for one in turn.utterances) == len(SENTENCES)
    assert (await here.interview(sam)).phase is Phase.ASKING
