"""Doubles for the ports that the runner speaks to; the store has its fake in tests/contracts."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from core.messages import Outbound
from core.model import AnswerKind, Assessment, Consideration, Conversation, Stronger, Turn
from core.ports import NOBODY, NoteGoneError, Waiting
from core.roles import Role
from core.speech import Speech, VoiceNote
from tests.contracts.sample import NOW, assessment

ANSWER = Consideration(AnswerKind.ANSWER)


async def rest() -> None:
    """Let everything that can go on without waiting go on."""
    for _ in range(50):
        await asyncio.sleep(0)


class FakeClock:
    """A clock that goes on only when told to."""

    def __init__(self) -> None:
        self._now = NOW
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._now + timedelta(seconds=seconds), woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Let time pass, and all that follows from it happen."""
        await rest()
        self._now += timedelta(seconds=seconds)
        for due, woken in self._sleepers:
            if due <= self._now:
                woken.set()
        await rest()


class HurriedClock:
    """A clock that stands still and on which nobody waits, but for what takes longer than `patience_s`.

    That is over when `ring` is called.
    """

    patience_s = 5.0

    def __init__(self) -> None:
        self._waiting: list[asyncio.Event] = []

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        if seconds <= self.patience_s:
            await asyncio.sleep(0)
            return
        over = asyncio.Event()
        self._waiting.append(over)
        await over.wait()

    def ring(self) -> None:
        for over in self._waiting:
            over.set()
        self._waiting.clear()


class RecordingPlatform:
    """Keeps what was sent, in order, with its keys, and the `pulses` of its sign.

    `failure` is raised instead of sending while it is set, `failing` for the keys it names; `tries` counts all. `door`
    holds every sending until it is opened. `speeches` is what was played with each message, `speaking` the pulses of
    the sign that something is spoken. `notes` are the sounds that can be fetched, by reference, or why one cannot be.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[Conversation, Outbound, str]] = []
        self.speeches: list[Speech | None] = []
        self.pulses: list[Conversation] = []
        self.speaking: list[Conversation] = []
        self.notes: dict[str, bytes | Exception] = {}
        self.failure: Exception | None = None
        self.failing: dict[str, Exception] = {}
        self.tries = 0
        self.door = asyncio.Event()
        self.door.set()

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        self.tries += 1
        await asyncio.sleep(0)
        await self.door.wait()
        if failure := self.failure or self.failing.get(key):
            raise failure
        self.sent.append((conversation, message, key))
        self.speeches.append(speech)

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        self.pulses.append(conversation)
        if speaking:
            self.speaking.append(conversation)

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        await asyncio.sleep(0)
        found = self.notes.get(note.reference, NoteGoneError())
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def texts(self) -> list[str]:
        return [message.text for _, message, _ in self.sent]


class ScriptedInterviewer:
    """Considers as it is told to; assesses and strengthens always alike.

    `door` holds every call until it is opened, `doors` those of one name; `failure` is raised instead of an answer
    while it is set, and by the calls named in `failing` always. `waiting` is who waited for each call, `cancelled` the
    calls that were cancelled.
    """

    def __init__(self, considering: Callable[[Turn], Consideration]) -> None:
        self._considering = considering
        self.calls: list[str] = []
        self.waiting: list[Waiting] = []
        self.cancelled: list[str] = []
        self.doors: dict[str, asyncio.Event] = {}
        self.door = asyncio.Event()
        self.door.set()
        self.failure: Exception | None = None
        self.failing: set[str] = set()

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        await self._call("consider", waiting)
        return self._considering(turn)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        await self._call("assess", waiting)
        return assessment()

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        await self._call("strengthen", waiting)
        return Stronger(f"Stronger: {turn.answer_text}")

    async def _call(self, name: str, waiting: Waiting) -> None:
        self.calls.append(name)
        self.waiting.append(waiting)
        try:
            await self.door.wait()
            await self.doors.get(name, self.door).wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        if self.failure:
            raise self.failure
        if name in self.failing:
            raise RuntimeError
        await asyncio.sleep(0)


def in_turn(*considerations: Consideration) -> Callable[[Turn], Consideration]:
    """One consideration after the other, and then that every answer is complete."""
    left = list(considerations)
    return lambda turn: left.pop(0) if left else ANSWER


def by_words(turn: Turn) -> Consideration:
    """By the answer's own words, so that asking twice about the same answer gives the same."""
    latest = turn.latest_answer[-1].text
    if "follow" in latest:
        return Consideration(AnswerKind.ANSWER, missing=("buffer",), follow_up=f"And after {latest}?", point="buffer")
    return Consideration(AnswerKind.NON_ANSWER) if "no idea" in latest else ANSWER


class Fuse:
    """Lets so many calls pass and then, before or after the call it burns at, stops everything."""

    def __init__(self, at: int, *, after: bool) -> None:
        self._left = at
        self._after = after
        self.blown = asyncio.Event()

    async def call(self, call: Callable[[], Awaitable[object]]) -> object:
        """Make a call, unless the process is dead."""
        if self.blown.is_set():
            await asyncio.Future()
        self._left -= 1
        if self._left >= 0:
            return await call()
        if self._after:
            await call()
        self.blown.set()
        return await asyncio.Future()


class Fused:
    """A port whose every call goes through a fuse."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., object]:
        found = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found  # type: ignore[no-any-return]

        async def fused(*arguments: object, **named: object) -> object:
            return await self._fuse.call(lambda: found(*arguments, **named))

        return fused
