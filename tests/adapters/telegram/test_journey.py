"""A whole interview by buttons and plain messages, from /start to the history, and a restart in its middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.roles import BUILT_IN, load_roles
from adapters.telegram import TelegramPlatform
from bot.wiring import SystemClock
from core.interviewers.rules import RulesInterviewer
from core.messages import Inbound
from core.runner import Runner
from tests.adapters.telegram.conftest import QUICK, conversation, running
from tests.contracts.fake_store import FakeStore
from tests.wires.telegram import TOKEN, Person, TelegramServer, buttons_of

ROLES = load_roles([BUILT_IN]).roles
ANSWER = (
    "I <b>led</b> the move of 12 services & their databases to new machines. I measured first, moved one service a "
    "week, and rolled back twice; in the end we had <b>40</b> percent fewer incidents & I wrote the runbook."
)


@asynccontextmanager
async def bot(server: TelegramServer, store: FakeStore, robin: Person) -> AsyncIterator[None]:
    """The bot as a process would have it: what was pending for Robin goes on first."""
    runners: list[Runner] = []

    async def receive(inbound: Inbound) -> None:
        await runners[0].receive(inbound)

    platform = TelegramPlatform(TOKEN, receive, list(ROLES.values()), api_base_url=server.url, timing=QUICK)
    runner = Runner(
        store=store,
        interviewer=RulesInterviewer(),
        platforms={"telegram": platform},
        roles=ROLES,
        clock=SystemClock(),
        quiet_gap_s=0.05,
    )
    runners.append(runner)
    await runner.resume(conversation(robin))
    async with running(platform):
        yield
        await runner.close()


async def hears(robin: Person, words: str) -> dict[str, Any]:
    """The next message with these words; those before it are heard, too."""
    while words not in (message := await robin.hears())["text"]:
        pass
    return message


async def test_from_start_to_history(server: TelegramServer, robin: Person) -> None:
    store = FakeStore(ROLES)
    async with bot(server, store, robin):
        robin.writes("/start")
        menu = await hears(robin, "Which job")
        robin.presses("Backend Engineer", menu)
        question = await hears(robin, "Question 1 of 5")
        assert list(buttons_of(question)) == ["Hint", "Repeat", "Skip", "Pause", "Finish"]
        robin.presses("Hint")
        await hears(robin, "A hint:")
        robin.writes("One moment,")
        robin.writes(ANSWER)
        probed = await hears(robin, "Follow-up 1 of 3")
    async with bot(server, store, robin):  # restarted: the buttons of the old process still work
        robin.presses("Skip", probed)
        await hears(robin, "Question 2 of 5")
        robin.presses("Skip", question)
        await hears(robin, "belongs to an earlier question")
        robin.presses("Finish")
        report = await hears(robin, "Your report: Backend Engineer")
        assert any(label.startswith("Try question") for label in buttons_of(report))
        robin.writes("/history")
        await hears(robin, "Your history: 1 interview")
    assert "we had <b>40</b> percent fewer incidents & I wrote" in report["text"]


@pytest.mark.parametrize("payload", ["backend_engineer", "sales_associate"])
async def test_a_deep_link_begins_with_its_role(server: TelegramServer, robin: Person, payload: str) -> None:
    async with bot(server, FakeStore(ROLES), robin):
        robin.writes(f"/start {payload}")
        await hears(robin, ROLES[payload].title)
        await hears(robin, "Question 1 of 5")
