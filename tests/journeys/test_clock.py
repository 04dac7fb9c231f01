"""The machine's clock is set back by an hour in the middle of interviews: nobody waits for it to come round again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.wiring import SystemClock
from tests.journeys.house import ANSWERS, House, house
from tests.journeys.speaking import listening
from tests.wires.ollama import OllamaServer, Reply

HOUR = timedelta(hours=1)


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
    async with house(server, folder, clock=clock) as here:
        yield here


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
