"""A runner among doubles, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from core.messages import CommandSent, TextEdited, TextSent, VoiceSent
from core.model import Consideration, Conversation, Interview
from core.ports import Change, Saved, StoreUnavailableError
from core.runner import Runner
from core.runner.waits import Waits
from core.speech import Transcription, VoiceNote
from tests.contracts.fake_jobs import FakeJobs
from tests.contracts.fake_speech import FakeRecordings, FakeSynthesizer, FakeTranscriber
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, ROLES
from tests.core.doubles import FakeClock, RecordingPlatform, ScriptedInterviewer, in_turn, rest

GAP = 4.0
OTHER = Conversation("terminal", "there", "you")
FULL = StoreUnavailableError("The disk is full: nothing was saved.")


class FailingStore:
    """The fake store, which cannot save while `failing`, and tells what it `saves`.

    Each of `refusals` is raised by one save. With `slow`, whoever has saved is held up afterwards.
    """

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.failing = False
        self.refusals: list[Exception] = []
        self.slow: asyncio.Event | None = None
        self.saves: Callable[[Change], None] = lambda _: None

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        found: Callable[..., Awaitable[object]] = getattr(self._store, name)
        return found

    async def save(self, change: Change) -> Saved:
        await asyncio.sleep(0)
        if self.failing:
            raise FULL
        if self.refusals:
            raise self.refusals.pop(0)
        saved = await self._store.save(change)
        self.saves(change)
        if self.slow:
            await self.slow.wait()
        return saved

    async def performed(self, effect_id: int) -> None:
        if self.failing:
            raise FULL
        await self._store.performed(effect_id)


class Room:
    """A runner with its ports."""

    def __init__(self, *considerations: Consideration) -> None:
        self.roles = dict(ROLES)
        self.store = FakeStore(self.roles)
        self.disk = FailingStore(self.store)
        self.platform = RecordingPlatform()
        self.platforms = {"terminal": self.platform}
        self.interviewer = ScriptedInterviewer(in_turn(*considerations))
        self.clock = FakeClock()
        self.transcriber: FakeTranscriber | None = None
        self.synthesizer: FakeSynthesizer | None = None
        self.recordings: FakeRecordings | None = None
        self.queue: FakeJobs | None = None
        self.gap_s = GAP
        self.runner = self.new_runner()
        self._messages = 0

    def new_runner(self, **limits: int) -> Runner:
        return Runner(
            store=self.disk,  # type: ignore[arg-type]
            interviewer=self.interviewer,
            platforms=self.platforms,
            roles=self.roles,
            clock=self.clock,
            quiet_gap_s=self.gap_s,
            messages_per_minute=limits.get("messages_per_minute", 60),
            open_interviews=limits.get("open_interviews", 200),
            transcriber=self.transcriber,
            synthesizer=self.synthesizer,
            recordings=self.recordings,
            jobs=self.queue,
        )

    def with_voice(self) -> Room:
        """The room with everything that is needed to listen and to speak."""
        self.transcriber, self.synthesizer = FakeTranscriber(), FakeSynthesizer()
        self.recordings = FakeRecordings()
        self.runner = self.new_runner()
        return self

    async def command(
        self, name: str, argument: str = "", turn: int | None = None, where: Conversation = CONVERSATION
    ) -> None:
        self._messages += 1
        await self.runner.receive(CommandSent(where, f"c{self._messages}", name, argument, turn))
        await rest()

    async def say(self, text: str, message_id: str = "", where: Conversation = CONVERSATION) -> None:
        self._messages += 1
        await self.runner.receive(TextSent(where, message_id or f"t{self._messages}", text))
        await rest()

    async def note(self, heard: str | Transcription | Exception, *, where: Conversation = CONVERSATION) -> str:
        """Send a voice note in which that is heard; its id."""
        self._messages += 1
        note = f"n{self._messages}"
        sound = note.encode()
        if self.transcriber:
            self.transcriber.script[sound] = heard
        self.platform.notes[note] = sound
        await self.runner.receive(VoiceSent(where, note, VoiceNote(note, 3.0, len(sound))))
        await rest()
        return note

    async def edit(self, text: str, message_id: str, *, uncertain: bool = False) -> None:
        self._messages += 1
        await self.runner.receive(TextEdited(CONVERSATION, f"e{self._messages}", message_id, text, uncertain))
        await rest()

    async def answer(self, text: str = "I rolled it back in four minutes.", where: Conversation = CONVERSATION) -> None:
        await self.say(text, where=where)
        await self.clock.advance(GAP)

    async def interview(self, where: Conversation = CONVERSATION) -> Interview:
        found = await self.store.current_interview(await self.store.candidate(where))
        assert found
        return found

    async def over(self, questions: int = 1, where: Conversation = CONVERSATION) -> None:
        """A whole mock interview, up to its report."""
        await self.command("interview", f"tester {questions}", where=where)
        for _ in range(questions):
            await self.answer(where=where)
        await self.command("rate", "3", where=where)

    async def press(self, label: str) -> None:
        """Press a button that was sent, the newest of that label."""
        choices = [choice for _, message, _ in self.platform.sent for choice in message.choices]
        choice = next(choice for choice in reversed(choices) if choice.label == label)
        await self.command(choice.command, choice.argument, choice.turn)

    async def wait_for_report(self) -> None:
        """As long as a report is waited for in which nothing is assessed yet."""
        await self.clock.advance(10)
        await self.clock.advance(50)

    async def end(self) -> None:
        await self.runner.close()

    @property
    def last(self) -> str:
        return self.platform.texts[-1]


class Hall(Room):
    """A room with a second process: one receives, the other works."""

    def __init__(self, *considerations: Consideration) -> None:
        super().__init__(*considerations)
        self.queue = self.jobs = FakeJobs(self.clock, Waits(GAP).seconds)
        self.store = FakeStore(self.roles, self.jobs)
        self.disk._store = self.store
        self.transcriber, self.recordings = FakeTranscriber(), FakeRecordings()
        self.runner = self.new_runner()
        self.worker = self.new_runner()
        self.working = asyncio.create_task(self.jobs.work(self.worker.perform))

    async def end(self) -> None:
        self.working.cancel()
        with suppress(asyncio.CancelledError):
            await self.working
        await self.worker.close()
        await super().end()
