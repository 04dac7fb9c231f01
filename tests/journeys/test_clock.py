"""The machine's clock is set back by an hour in the middle of interviews: nobody waits for it to come round again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.wiring import SystemClock
from core.messages import OutboundKind
from core.model import Phase
from tests.journeys.house import ANSWERS, House, house
from tests.journeys.speaking import listening
from tests.wires.ollama import OllamaServer, Reply

HOUR = timedelta(hours=1)
TOLD = "Question 1 of 2", "Question 2 of 2", "how well did it go", "Your report:"


class WallClock(SystemClock):
    """The machine's clock, which somebody can set."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(listening()) as server:
        yield server


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
async def here(server: OllamaServer, folder: Path, clock: WallClock) -> AsyncIterator[House]:
    async with house(server, folder, quiet_gap_s=0.2, report_wait_s=0.4, clock=clock) as here:
        yield here


async def test_set_back_in_a_quiet_gap_a_consideration_and_the_wait_for_a_report(
    server: OllamaServer, here: House, clock: WallClock
) -> None:
    sam = here.candidate()
    await sam.start()
    heard = len(sam.heard)
    await sam.say(ANSWERS[0])
    clock.off -= HOUR  # in the quiet gap
    await sam.until(OutboundKind.QUESTION, after=heard)
    server.reply = listening(first_token_s=0.3)
    await sam.say(ANSWERS[1])
    await server.chat(len(server.chats))
    clock.off -= HOUR  # while it is considered
    await sam.until_text("how well did it go")
    clock.off -= HOUR  # while the report is waited for
    report = await sam.until_report(2)
    assert report.assessors == ("llama3.1:8b",)
    interview = await here.interview(sam)
    assert interview.phase is Phase.FINISHED
    assert [turn.answer_text for turn in interview.turns] == list(ANSWERS[:2])
    texts = [message.text for message in sam.heard]
    places = [next(place for place, text in enumerate(texts) if word in text) for word in TOLD]
    assert places == sorted(places)


async def test_a_model_that_was_ill_is_asked_again_whatever_the_clock_says(
    server: OllamaServer, here: House, clock: WallClock
) -> None:
    sam = here.candidate()
    await sam.start()
    server.reply = [Reply(status=500)] * 20
    await sam.answer(ANSWERS[0])
    server.reply = listening()
    clock.off -= HOUR
    before = len(server.chats)
    await sam.answer(ANSWERS[1])
    assert len(server.chats) > before


async def test_start_pressed_for_another_interview_after_the_clock_was_set_back_is_answered(
    here: House, clock: WallClock
) -> None:
    """Only a second press within seconds is taken for impatience."""
    sam = here.candidate()
    await sam.start()
    await sam.idle()
    clock.off -= HOUR
    heard = len(sam.heard)
    await sam.command("interview", "sales_associate 2", pressed_in="page")
    await sam.idle()
    assert len(sam.heard) == heard + 1
