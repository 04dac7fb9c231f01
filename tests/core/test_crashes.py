"""An interview whose process dies at any moment goes on where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.messages import CommandSent, Inbound, TextEdited, TextSent, VoiceSent
from core.model import Interview, Phase
from core.ports import UnusableSoundError
from core.runner import Runner
from core.speech import SoundProblem, Transcription, VoiceNote
from tests.contracts.fake_speech import FakeRecordings, FakeTranscriber, heard
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, ROLES
from tests.core.doubles import Fuse, Fused, HurriedClock, RecordingPlatform, ScriptedInterviewer, by_words, rest
from tests.rounds import rounds

pytestmark = pytest.mark.unmeasured
NEVER = 10**6
Script = Sequence[Inbound | None]


def said(number: int, text: str) -> TextSent:
    return TextSent(CONVERSATION, f"t{number}", text)


def asked(number: int, command: str, argument: str = "") -> CommandSent:
    return CommandSent(CONVERSATION, f"c{number}", command, argument)


PASSED = None
"""The time that a report is waited for."""
MOCK = (
    asked(1, "interview", "tester 3"),
    said(2, "I would follow the load."),
    said(3, "It absorbs load."),
    asked(4, "hint"),
    said(5, "I have no idea."),
    said(6, "I rolled it back in four minutes."),
    asked(7, "pause"),
    asked(8, "resume"),
    asked(9, "skip"),
    asked(10, "rate", "4"),
)
AFTERWARDS = (
    asked(1, "interview", "tester 2"),
    said(2, "It absorbs load."),
    said(3, "I rolled it back."),
    asked(4, "rate", "2"),
    asked(5, "retry", "1"),
    said(6, "I would follow the load."),
    said(7, "It absorbs load, and failed work is tried again."),
    asked(8, "disagree", "2"),
    said(9, "I did say what I did."),
    asked(10, "stronger", "2"),
    asked(11, "disagree", "1"),
    asked(12, "stop"),
    asked(13, "retry"),
    asked(14, "drop"),
    asked(15, "settings", "numbers off"),
    asked(16, "retry", "2"),
    said(17, "I rolled it back in four minutes."),
)
"""After the report: another attempt, a second look, a stronger version, and two that are called off."""
UNRATED = (
    asked(1, "interview", "tester 2"),
    said(2, "It absorbs load."),
    said(3, "I rolled it back."),
    PASSED,
    PASSED,
)
"""Nobody rates, so that both waits for the report go by."""
COACH = (
    asked(1, "interview", "tester coach 2"),
    said(2, "It absorbs laod."),
    TextEdited(CONVERSATION, "e3", "t2", "It absorbs load."),
    asked(4, "retry"),
    said(5, "It absorbs load, and failed work is tried again."),
    asked(6, "next"),
    said(7, "I rolled it back."),
    asked(8, "next"),
)


def spoke(number: int, reference: str) -> VoiceSent:
    return VoiceSent(CONVERSATION, f"n{number}", VoiceNote(reference))


HEARD: dict[str, str | Transcription | Exception] = {
    "answer": "I would follow the load.",
    "mumbled": heard("It absorbs load.", probability=0.3),
    "wish": "Can you give me a hint?",
    "broken": UnusableSoundError(SoundProblem.UNREADABLE),
}
SPOKEN = (
    asked(1, "settings", "recordings on"),
    asked(2, "interview", "tester 1"),
    spoke(3, "answer"),
    spoke(4, "broken"),
    spoke(5, "wish"),
    spoke(6, "mumbled"),
    asked(7, "use", "n6"),
    asked(8, "rate", "3"),
)
"""By voice: a follow-up, a note that cannot be used, a wish, and an answer that is confirmed."""


@dataclass
class Process:
    """A runner whose ports all go through one fuse."""

    store: FakeStore
    platform: RecordingPlatform
    recordings: FakeRecordings
    fuse: Fuse

    def __post_init__(self) -> None:
        self.clock = HurriedClock()
        self.runner = Runner(
            store=Fused(self.store, self.fuse),  # type: ignore[arg-type]
            interviewer=Fused(ScriptedInterviewer(by_words), self.fuse),  # type: ignore[arg-type]
            platforms={"terminal": Fused(self.platform, self.fuse)},  # type: ignore[dict-item]
            roles=ROLES,
            clock=Fused(self.clock, self.fuse),  # type: ignore[arg-type]
            quiet_gap_s=4,
            transcriber=Fused(FakeTranscriber({name.encode(): said for name, said in HEARD.items()}), self.fuse),  # type: ignore[arg-type]
            recordings=Fused(self.recordings, self.fuse),  # type: ignore[arg-type]
        )

    async def resume(self) -> bool:
        """Perform what is pending, and do all that follows; False when the process died of it."""
        return await self._survives(self.runner.resume(CONVERSATION))

    async def take(self, inbound: Inbound | None) -> bool:
        """Take a message, or let time pass, and do all that follows; False when the process died of it."""
        return await self._survives(self._wait() if inbound is None else self.runner.receive(inbound))

    async def _wait(self) -> None:
        self.clock.ring()
        await rest()

    async def _survives(self, work: Coroutine[Any, Any, object]) -> bool:
        task = asyncio.create_task(self._finish(work))
        death = asyncio.create_task(self.fuse.blown.wait())
        await asyncio.wait([task, death], return_when=asyncio.FIRST_COMPLETED)
        alive = task.done() and not self.fuse.blown.is_set()
        for one in (task, death):
            one.cancel()
        await asyncio.gather(task, death, return_exceptions=True)
        if not alive:
            await self.runner._underway.close()
        return alive

    async def _finish(self, work: Coroutine[Any, Any, object]) -> None:
        await work
        await self.runner.idle(CONVERSATION)


@dataclass
class Outcome:
    """How a script ended."""

    interview: Interview
    sent: list[tuple[str, str]]
    died: bool


async def play(script: Script, at: int, *, after: bool) -> Outcome:
    """Play a script in a process that dies at its nth call of a port, and go on in a second one."""
    store, platform, recordings = FakeStore(ROLES), RecordingPlatform(), FakeRecordings()
    platform.notes = {name: name.encode() for name in HEARD}
    process = Process(store, platform, recordings, Fuse(at, after=after))
    died = False
    for inbound in script:
        if not await process.take(inbound):
            died = True
            process = Process(store, platform, recordings, Fuse(NEVER, after=False))
            assert await process.resume()
            # The platform delivers once more what was not acknowledged, and what was, it may as well.
            assert await process.take(inbound)
    await rest()
    assert await store.pending() == []
    interview = await store.interview(1, max(store._interviews))
    assert interview
    sent = [(key, message.text) for _, message, key in platform.sent]
    return Outcome(replace(interview, version=0), sent, died)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("script", [MOCK, COACH, AFTERWARDS, UNRATED, SPOKEN])
async def test_a_process_that_dies_at_any_moment_goes_on_where_it_stood(
    script: Script,
    after: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    undisturbed = await play(script, NEVER, after=False)
    assert undisturbed.interview.phase is Phase.FINISHED
    at = 0
    while (disturbed := await play(script, at, after=after)).died:
        assert disturbed.interview == undisturbed.interview, at
        assert dict(disturbed.sent) == dict(undisturbed.sent), at
        assert list(dict(disturbed.sent)) == list(dict(undisturbed.sent)), at
        assert len(disturbed.sent) <= len(undisturbed.sent) + 1, at
        at += rounds(2, 1)  # to die after a call is nearly to die before the next: by turns, or all of both
    assert at > len(script) * 4


async def test_what_was_spoken_is_in_the_interview_that_nothing_has_disturbed() -> None:
    undisturbed = (await play(SPOKEN, NEVER, after=False)).interview
    (turn,) = undisturbed.turns
    assert turn.answer_text == "I would follow the load.\nIt absorbs load."
    assert all(one.spoken and one.spoken.kept for one in turn.answers)
