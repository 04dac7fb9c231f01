"""The whole bot on Telegram, by rules and over a fake store, for journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from adapters.roles import BUILT_IN, load_roles
from adapters.telegram import TelegramPlatform
from bot.wiring import SystemClock
from core.interviewers.rules import RulesInterviewer
from core.messages import Inbound
from core.ports import Synthesizer, Transcriber
from core.runner import Runner
from tests.adapters.telegram.conftest import QUICK, conversation, running
from tests.contracts.fake_store import FakeStore
from tests.wires.telegram import TOKEN, Person, TelegramServer

ROLES = load_roles([BUILT_IN]).roles
ANSWER = (
    "I <b>led</b> the move of 12 services & their databases to new machines. I measured first, moved one service a "
    "week, and rolled back twice; in the end we had <b>40</b> percent fewer incidents & I wrote the runbook."
)


@asynccontextmanager
async def bot(
    server: TelegramServer,
    store: FakeStore,
    robin: Person,
    transcriber: Transcriber | None = None,
    synthesizer: Synthesizer | None = None,
) -> AsyncIterator[None]:
    """The bot as a process would have it: what was pending for Robin goes on first."""
    runners: list[Runner] = []

    async def receive(inbound: Inbound) -> bool:
        return await runners[0].receive(inbound)

    platform = TelegramPlatform(TOKEN, receive, list(ROLES.values()), api_base_url=server.url, timing=QUICK)
    runner = Runner(
        store=store,
        interviewer=RulesInterviewer(),
        platforms={"telegram": platform},
        roles=ROLES,
        clock=SystemClock(),
        quiet_gap_s=0.05,
        transcriber=transcriber,
        synthesizer=synthesizer,
    )
    runners.append(runner)
    await runner.resume(conversation(robin))
    async with running(platform):
        yield
        await runner.close()


async def hears(robin: Person, words: str) -> dict[str, Any]:
    """The next message with these words; those before it are heard, too."""
    while True:
        message = await robin.hears()
        if words in message.get("text", message.get("caption", "")):
            return message


async def turns(robin: Person, page: dict[str, Any], label: str, words: str) -> None:
    """Presses a button of a page, which then shows these words in its place."""
    robin.presses(label, page)
    await robin.sees(page, words)
