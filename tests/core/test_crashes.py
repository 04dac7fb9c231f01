"""An interview whose process dies at any moment goes on where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from core.messages import CommandSent, Inbound, TextEdited, TextSent
from core.model import Interview, Phase
from core.runner import Runner
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, ROLES
from tests.core.doubles import Fuse, Fused, HurriedClock, RecordingPlatform, ScriptedInterviewer, by_words, rest

NEVER = 10**6


def said(number: int, text: str) -> TextSent:
    return TextSent(CONVERSATION, f"t{number}", text)


def asked(number: int, command: str, argument: str = "") -> CommandSent:
    return CommandSent(CONVERSATION, f"c{number}", command, argument)


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
)
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


@dataclass
class Process:
    """A runner whose ports all go through one fuse."""

    store: FakeStore
    platform: RecordingPlatform
    fuse: Fuse

    def __post_init__(self) -> None:
        self.runner = Runner(
            store=Fused(self.store, self.fuse),  # type: ignore[arg-type]
            interviewer=Fused(ScriptedInterviewer(by_words), self.fuse),  # type: ignore[arg-type]
            platforms={"terminal": Fused(self.platform, self.fuse)},  # type: ignore[dict-item]
            roles=ROLES,
            clock=Fused(HurriedClock(), self.fuse),  # type: ignore[arg-type]
            quiet_gap_s=4,
        )

    async def take(self, inbound: Inbound | None) -> bool:
        """Take a message (or what is pending) and do all that follows; False when the process died of it."""
        task = asyncio.create_task(self._take(inbound))
        death = asyncio.create_task(self.fuse.blown.wait())
        await asyncio.wait([task, death], return_when=asyncio.FIRST_COMPLETED)
        alive = task.done() and not self.fuse.blown.is_set()
        for one in (task, death):
            one.cancel()
        await asyncio.gather(task, death, return_exceptions=True)
        if not alive:
            await self._die()
        return alive

    async def _die(self) -> None:
        """End everything where it stands, which a process that is closed does not do to messages it is taking."""
        tasks = [task for some in self.runner._tasks.values() for task in some]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, inbound: Inbound | None) -> None:
        if inbound is None:
            await self.runner.resume(CONVERSATION)
        else:
            await self.runner.receive(inbound)
        await self.runner.idle(CONVERSATION)


@dataclass
class Outcome:
    """How a script ended."""

    interview: Interview
    sent: list[tuple[str, str]]
    died: bool


async def play(script: Sequence[Inbound], at: int, *, after: bool) -> Outcome:
    """Play a script in a process that dies at its nth call of a port, and go on in a second one."""
    store, platform = FakeStore(ROLES), RecordingPlatform()
    process = Process(store, platform, Fuse(at, after=after))
    died = False
    for inbound in script:
        if not await process.take(inbound):
            died = True
            process = Process(store, platform, Fuse(NEVER, after=False))
            assert await process.take(None)
            # The platform delivers once more what was not acknowledged, and what was, it may as well.
            assert await process.take(inbound)
    await rest()
    assert await store.pending() == []
    interview = await store.interview(1, max(store._interviews))
    assert interview
    sent = [(key, message.text) for _, message, key in platform.sent]
    return Outcome(replace(interview, version=0), sent, died)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("script", [MOCK, COACH])
async def test_a_process_that_dies_at_any_moment_goes_on_where_it_stood(
    script: Sequence[Inbound],
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
        at += 1
    assert at > len(script) * 4
