"""The bot in this process, as `run` puts it together, with candidates who answer at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.database.connection import connect
from adapters.ollama import OllamaModel
from adapters.roles import BUILT_IN, load_roles
from bot.memory import settled
from bot.wiring import SystemClock
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.fallback import FallbackInterviewer
from core.interviewers.model import ModelInterviewer
from core.interviewers.queue import ModelQueue
from core.interviewers.rules import RulesInterviewer
from core.messages import CommandSent, Outbound, OutboundKind, TextSent
from core.model import Conversation
from core.ports import Interviewer, LanguageModel, NoteGoneError, Store
from core.runner import Runner
from core.speech import Speech, VoiceNote

ROLES = load_roles([BUILT_IN]).roles
REQUEST = "sales_associate 4"
QUESTIONS = 4
TURNS = 2 * QUESTIONS
CALLS = 256
"""So many calls the model takes at once: more than there are candidates, so that nobody waits for a place."""
OPEN_INTERVIEWS = 10_000
"""More than all rounds begin, as what is refused would be measured for an interview."""
ANSWERS = (
    "I sold office furniture to 120 small companies in Leeds for three years, on my own responsibility.",
    "I asked what they were looking for, showed two offers and took in 9,000 pounds a month, so I learned patience.",
    "In 2022 a customer shouted at me because 30 chairs came a week late, and I stayed calm and let him finish.",
    "I gave him a discount of 10 percent, and since then I check every order with the warehouse on the day before.",
    "I beat my target by 22 percent in 2023, since I called 15 old customers a day and won 31 of them back.",
    "Most of them had only forgotten us, so now I write to every customer twice a year and note what they need.",
    "They said the price was too high, so I worked out the cost per year, and they signed for 14,000 pounds.",
    "I had asked their bookkeeper for the figures first, and next time I would ask for the budget at the start.",
)
GOES_ON = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.MENU})


class Stub:
    """A platform that takes a message in no time, and knows when."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[asyncio.Future[float], bool]] = {}

    def next(self, account: str, *, starts: bool = False) -> asyncio.Future[float]:
        """When the next message came that its candidate can go on with; where they start that must be a question."""
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[account] = waiting, starts
        return waiting

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        if message.kind in GOES_ON:
            self.came(conversation.account, message.kind)

    def came(self, account: str, kind: str) -> None:
        """A message has come that its candidate can go on with."""
        waiting, starts = self._waiting.pop(account, (None, False))
        if waiting is None:
            return
        if starts and kind != OutboundKind.QUESTION:
            waiting.set_exception(RuntimeError(f"No interview began for {account}: there is nothing to measure."))
        else:
            waiting.set_result(time.monotonic())

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        pass

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        raise NoteGoneError


class Room:
    """A runner with all that it needs, and its stub."""

    def __init__(self, runner: Runner, store: Store, stub: Stub) -> None:
        self.runner = runner
        self.store = store
        self.stub = stub

    def candidate(self, name: str) -> Candidate:
        return Candidate(self, name)


class Candidate:
    """Somebody who is interviewed, and answers each question and one follow-up to it as soon as they are asked."""

    def __init__(self, room: Room, name: str) -> None:
        self.conversation = Conversation("stub", name, name)
        self._room = room
        self._name = name
        self._messages = 0

    async def start(self, request: str = REQUEST) -> None:
        asked = self._room.stub.next(self._name, starts=True)
        await self._room.runner.receive(CommandSent(self.conversation, self._id(), "interview", request))
        await asked

    async def answer(self, words: str) -> tuple[float, float]:
        """When it was said, and when the interviewer's next message was handed to the platform."""
        asked = self._room.stub.next(self._name)
        begun = time.monotonic()
        await self._room.runner.receive(TextSent(self.conversation, self._id(), words))
        return begun, await asked

    async def idle(self) -> None:
        """Until nothing is done for them any more."""
        await self._room.runner.idle(self.conversation)

    def _id(self) -> str:
        self._messages += 1
        return f"{self._name}-{self._messages}"


@asynccontextmanager
async def room(url: str, folder: Path, *, calls: int = CALLS) -> AsyncIterator[Room]:
    """The bot over the model at a URL, with a database in a folder."""
    async with OllamaModel(url, "llama3.1:8b") as model:
        await model.prepare()
        async with room_of(interviewer_of(model, calls), folder) as made:
            yield made


def interviewer_of(model: LanguageModel, calls: int) -> Interviewer:
    return FallbackInterviewer(
        ModelInterviewer(ModelQueue(model, parallel=calls)),
        RulesInterviewer(),
        considering=CircuitBreaker(SystemClock()),
        grading=CircuitBreaker(SystemClock()),
        deadline_s=60,
    )


@asynccontextmanager
async def room_of(
    interviewer: Interviewer, folder: Path, *, open_interviews: int = OPEN_INTERVIEWS
) -> AsyncIterator[Room]:
    """The bot with an interviewer."""
    stub = Stub()
    async with connect(f"sqlite://{folder / 'interviews.sqlite3'}", ROLES) as store:
        runner = Runner(
            store=store,
            interviewer=interviewer,
            platforms={"stub": stub},
            roles=ROLES,
            clock=SystemClock(),
            quiet_gap_s=0,
            messages_per_minute=6_000,
            open_interviews=open_interviews,
        )
        try:
            async with settled():  # as a process of the bot is
                yield Room(runner, store, stub)
        finally:
            await runner.close()
