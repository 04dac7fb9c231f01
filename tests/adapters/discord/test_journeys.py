"""Whole ways through an interview: discord.py, the runner, an interviewer by rules and SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.database.connection import connect
from adapters.discord import DiscordPlatform
from bot.wiring import SystemClock
from core.interviewers.rules import RulesInterviewer
from core.runner import Runner
from tests.adapters.discord.conftest import ROLES, Start
from tests.wires.discord import DiscordServer, Fault, Message, User

ROLES_BY_ID = {role.id: role for role in ROLES}
ANSWER = (
    "I found the cause in the logs within 20 minutes, rolled the release back and wrote a test, so that 3,000 "
    "customers could pay again. I learned to release in small steps, because a large one hides its mistakes."
)


class Served:
    """The bot with everything behind it, and somebody who uses it."""

    def __init__(self, server: DiscordServer, user: User, folder: Path, start: Start) -> None:
        self.server = server
        self.user = user
        self.direct = server.world.direct(user)
        self._path = folder / "interviews.sqlite3"
        self._start = start
        self._heard = 0
        self.gap_s = 0.0
        self.engines: dict[str, Any] = {}
        """What the runner is given besides."""

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[None]:
        """The process lives; what it does not know afterwards is not on disk either."""
        self.server.gateway.ready.clear()
        self.server.gateway.sessions.clear()
        platforms: dict[str, DiscordPlatform] = {}
        async with connect(f"sqlite://{self._path}", ROLES_BY_ID) as store:
            runner = Runner(
                store=store,
                interviewer=RulesInterviewer(),
                platforms=platforms,
                roles=ROLES_BY_ID,
                clock=SystemClock(),
                quiet_gap_s=self.gap_s,
                report_wait_s=0.1,
                **self.engines,
            )
            linked: dict[str, Any] = {"receive": runner.receive, "typing": runner.typing}
            async with self._start(**linked | settings) as platforms["discord"]:
                await runner.resume_all()
                try:
                    yield
                finally:
                    await runner.close()

    async def hear(self, words: str) -> Message:
        """The bot's next message that holds these words."""
        found = await self.server.until(lambda: self._next(words))
        self._heard = self.server.said_in(self.direct).index(found) + 1
        return found

    async def turn(self, page: Message, label: str, words: str) -> None:
        """Press a button, and wait until its message says that."""
        await self.server.presses(self.user, page, label)
        await self.server.until(lambda: words in page.text or None)

    async def press(self, message: Message, label: str) -> None:
        await self.server.presses(self.user, message, label)

    async def give(self, name: str, **options: Any) -> None:
        await self.server.gives(self.user, name, **options)

    async def write(self, text: str) -> None:
        await self.server.writes(self.user, text)

    def _next(self, words: str) -> Message | None:
        said = self.server.said_in(self.direct)[self._heard :]
        return next((message for message in said if words in message.text), None)


@pytest.fixture
def ana_served(server: DiscordServer, ana: User, tmp_path: Path, start: Start) -> Served:
    return Served(server, ana, tmp_path, start)


def rows(message: Message) -> list[list[str]]:
    return [[button["label"] for button in row["components"]] for row in message.components]


async def begin(served: Served) -> Message:
    """From the first command to the first question. The page that it was chosen on."""
    await served.give("interview start")
    page = await served.hear("Which job shall we practise for?")
    await served.turn(page, "Backend Engineer", "Mock interview")
    assert [len(row) for row in rows(page)] == [2, 3, 3, 2]
    await served.turn(page, "Coach", "Coach interview")
    await served.turn(page, "✓ Coach", "Coach interview")
    await served.turn(page, "3", "3 questions")
    await served.turn(page, "Senior", "senior level")
    return page


async def test_from_the_menu_to_the_report_and_back_through_history(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        await served.give("start")
        first = await served.hear("Your interview partner")
        assert "Discord" in first.text
        await served.press(first, "How it works")
        await served.hear("How an interview goes")
        page = await begin(served)
        await served.press(page, "Start")
        question = await served.hear("Question 1 of 3")
        assert (
            len([one for one in served.direct.messages if "Which job" in one.text or "Coach interview" in one.text])
            == 1
        )
        assert page.text.endswith("› Start")  # noqa: RUF001
        assert not page.buttons
        await served.press(question, "Hint")
        await served.write(ANSWER)
        await served.server.until(lambda: len(served.server.said_in(served.direct)) > 5 or None)
        await served.give("interview stop")
        report = await served.hear("Your report: Backend Engineer")
        assert report.embeds
        assert report.buttons
        await served.give("history")
        history = await served.hear("Your history: 1 interview")
        await served.press(history, next(label for label in history.buttons if label.startswith("1 · Backend")))
        again = await served.hear("Your report: Backend Engineer")
        assert again is not report


async def test_history_is_leafed_through_in_its_own_message(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        for _ in range(11):
            await served.write("/interview start backend_engineer mock 3")
            await served.press(await served.hear("Question 1 of 3"), "Skip")
            await served.press(await served.hear("Question 2 of 3"), "Finish")
            await served.hear("Nothing was answered yet")
        await served.give("history")
        page = await served.hear("Your history: 11 interviews")
        said = len(served.direct.messages)
        await served.turn(page, "Older", "\n- 1 · ")
        await served.turn(page, "Newer", "\n- 11 · ")
        assert rows(page)[-1] == ["Older"]
        assert len(served.direct.messages) == said


async def test_everything_goes_on_after_a_restart(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        page = await begin(served)
    async with served.running():
        await served.turn(page, "Mock", "Mock interview")
        await served.turn(page, "Another job", "Which job")
        await served.turn(page, "Backend Engineer", "Mock interview")
        await served.press(page, "Start")
        question = await served.hear("Question 1 of 5")
    async with served.running():
        await served.give("interview skip")
        await served.hear("Question 2 of 5")
        await served.press(question, "Skip")
        await served.hear("That choice belongs to an earlier question")


async def test_a_long_transcript_is_a_file(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        await served.write("/interview backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        for _ in range(2):
            await served.write(f"*{ANSWER}* 😀 @everyone {ANSWER * 7}")
        await served.give("transcript")
        given = await served.hear("Transcript: Backend Engineer")
        [(name, content)] = given.files.values()
        assert name == "interview-1-backend-engineer.txt"
        assert f"*{ANSWER}* 😀 @everyone" in content.decode()


async def test_a_message_that_discord_never_takes_is_said_and_the_next_one_goes_on(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        served.server.faults.append(Fault("POST", "/messages", status=400, code=50035))
        await served.give("interview start")
        await served.hear("I could not show you a message just now.")
        await served.give("roles")
        await served.hear("Jobs I can interview for")


async def test_our_words_name_what_discord_has(ana_served: Served) -> None:
    served = ana_served
    async with served.running():
        await served.give("help")
        told = await served.hear("What you can say")
        assert "/interview skip:" in told.text
        assert "/interview start role:backend\\_engineer mode:coach questions:5 level:senior" in told.text
        await served.write("/interview start backend_engineer mock 3")
        await served.hear("Question 1 of 3")
        await served.write("/interview skip")
        await served.hear("Question 2 of 3")
        await served.write("?!")
        await served.hear("use /interview hint or /interview skip")


async def test_nothing_is_kept_of_who_is_not_let_in(ana_served: Served) -> None:
    served = ana_served
    async with served.running(allowed_users={1}):
        await served.write("/interview backend_engineer")
        await served.hear("invited people only")
    async with served.running():
        await served.give("history")
        await served.hear("You have no interviews yet. /interview start starts the first.")
