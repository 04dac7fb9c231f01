"""The whole bot in this process: SQLite, the runner, and an interviewer over a loopback Ollama."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.database.connection import connect
from adapters.ollama import OllamaModel
from adapters.roles import BUILT_IN, load_roles
from bot.wiring import SystemClock
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.fallback import FallbackInterviewer
from core.interviewers.model import ModelInterviewer
from core.interviewers.queue import ModelQueue
from core.interviewers.rules import RulesInterviewer
from core.messages import CommandSent, Outbound, OutboundKind, TextSent
from core.model import Conversation, Interview, Report
from core.ports import Clock, NoteGoneError, Store
from core.runner import Runner
from core.runner.waits import Waits
from core.speech import Speech, VoiceNote
from tests.wires.ollama import OllamaServer

ROLES = load_roles([BUILT_IN]).roles
SAYING = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.REPORT})
ANSWERS = (
    (
        "I sold office furniture to 120 small companies in Leeds for three years, on my own responsibility. I "
        "asked what they were looking for, showed two offers, and took in 9,000 pounds per month. I learned that "
        "patience sells."
    ),
    (
        "In 2022 a customer shouted at me because 30 chairs came a week late. I stayed calm, let him finish and gave "
        "him a discount. He is still a customer, and since then I always check with the warehouse."
    ),
    "I beat my target by 22 percent in 2023, since I called 15 old customers a day and won 31 of them back.",
    "They said the price was too high, so I worked out the cost per year, and they signed for 14,000 pounds.",
)
"""Each of the first two makes all the points of its question, so that nothing is left to be asked."""


class Chat:
    """A platform that keeps what each candidate was sent, and lets a test wait for it."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Outbound]] = {}
        self._came = asyncio.Condition()

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        async with self._came:
            self.sent.setdefault(conversation.account, []).append(message)
            self._came.notify_all()

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        pass

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        raise NoteGoneError

    async def until(self, account: str, fits: Callable[[Outbound], bool], after: int) -> Outbound:
        """The first message that fits, of those that come after so many."""
        async with self._came:
            await self._came.wait_for(lambda: any(map(fits, self.sent.get(account, [])[after:])))
            return next(filter(fits, self.sent[account][after:]))


class Candidate:
    """Somebody who is interviewed."""

    def __init__(self, house: House, chat: Chat, account: str) -> None:
        self.conversation = Conversation("chat", account, account)
        self._house = house
        self._chat = chat
        self._messages = 0

    @property
    def heard(self) -> list[Outbound]:
        return self._chat.sent.get(self.conversation.account, [])

    async def start(self, request: str = "sales_associate 2") -> None:
        await self.command("interview", request)
        await self.until(OutboundKind.QUESTION)

    async def command(self, name: str, argument: str = "", *, pressed_in: str = "") -> None:
        asked = CommandSent(self.conversation, self._id(), name, argument, pressed_in=pressed_in)
        await self._house.runner.receive(asked)

    async def say(self, text: str) -> None:
        await self._house.runner.receive(TextSent(self.conversation, self._id(), text))

    async def answer(self, text: str) -> Outbound:
        """Say something, and get what is asked next (or the report)."""
        before = len(self.heard)
        await self.say(text)
        return await self.until(*SAYING, OutboundKind.MENU, after=before)

    async def until(self, *kinds: OutboundKind, after: int = 0) -> Outbound:
        return await self._chat.until(self.conversation.account, lambda message: message.kind in kinds, after)

    async def until_text(self, text: str) -> None:
        await self._chat.until(self.conversation.account, lambda message: text in message.text, 0)

    async def until_report(self, assessed: int) -> Report:
        """The first report in which so many questions are assessed."""

        def fits(message: Outbound) -> bool:
            return message.report is not None and message.report.assessed == assessed

        found = (await self._chat.until(self.conversation.account, fits, 0)).report
        assert found
        return found

    async def idle(self) -> None:
        await self._house.runner.idle(self.conversation)

    def _id(self) -> str:
        self._messages += 1
        return f"{self.conversation.account}-{self._messages}"


class House:
    """A runner with everything it needs."""

    def __init__(
        self, new_runner: Callable[[], Runner], store: Store, chat: Chat, interviewer: FallbackInterviewer
    ) -> None:
        self._new_runner = new_runner
        self.runner = new_runner()
        self.store = store
        self.interviewer = interviewer
        self._chat = chat

    def candidate(self, name: str = "sam") -> Candidate:
        return Candidate(self, self._chat, name)

    async def begin_anew(self) -> None:
        """End all that is under way, as at the end of a process, and go on with it as the next one does."""
        await self.runner.close()
        self.runner = self._new_runner()
        await self.runner.resume_all()

    async def interview(self, candidate: Candidate) -> Interview:
        found = await self.store.current_interview(await self.store.candidate(candidate.conversation))
        assert found
        return found


@asynccontextmanager
async def house(
    server: OllamaServer,
    folder: Path,
    *,
    deadline_s: float = 20.0,
    report_wait_s: float = 10.0,
    passes: int = 1,
    quiet_gap_s: float = 0.0,
    clock: Clock | None = None,
    url: str = "",
) -> AsyncIterator[House]:
    """The house over a server; a model that has never answered is missed all the same.

    At a `url` is a database in which everything that follows is queued; whoever works on that is not part of the house.
    """
    chat, clock = Chat(), clock or SystemClock()
    seconds = Waits(quiet_gap_s, report_wait_s).seconds if url else None
    async with (
        connect(url or f"sqlite://{folder / 'interviews.sqlite3'}", ROLES, seconds) as store,
        OllamaModel(server.url, "llama3.1:8b") as model,
    ):
        await model.prepare()
        interviewer = FallbackInterviewer(
            ModelInterviewer(ModelQueue(model), passes),
            RulesInterviewer(),
            considering=CircuitBreaker(clock),
            grading=CircuitBreaker(clock),
            deadline_s=deadline_s,
            background_deadline_s=30,
            always_tell=True,
        )

        def new_runner() -> Runner:
            return Runner(
                store=store,
                interviewer=interviewer,
                platforms={"chat": chat},
                roles=ROLES,
                clock=clock,
                quiet_gap_s=quiet_gap_s,
                report_wait_s=report_wait_s,
                jobs=store.jobs,
            )

        here = House(new_runner, store, chat, interviewer)
        try:
            yield here
        finally:
            await here.runner.close()
