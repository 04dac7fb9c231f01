"""A worker as `interview-bot worker` is one, whose platform tells the bench of each message, in no time.

python -m tests.bench.worker DATABASE_URL MODEL_URL PORT
"""

from __future__ import annotations

import json
import socket
import sys

from adapters.database.connection import connect
from adapters.database.placing import BACKGROUND, CONSIDER, DELIVER, MODEL, SPEECH
from adapters.database.working import JobWorker
from adapters.ollama import OllamaModel
from bot.loop import run
from bot.memory import settled
from bot.wiring import SystemClock
from core.messages import Outbound
from core.model import Conversation
from core.ports import NoteGoneError
from core.runner import Runner
from core.runner.waits import Waits
from core.speech import Speech, VoiceNote
from tests.bench.room import GOES_ON, ROLES, interviewer_of

CALLS = 20
AT_ONCE = {DELIVER: 50, CONSIDER: CALLS + 5, MODEL: CALLS + 5, SPEECH: 10, BACKGROUND: 50}
"""As `run` has it for so many calls at once."""
WAITS = Waits(quiet_gap_s=0.0, report_wait_s=3_600.0)
"""Nobody waits for a report here: it would be made while others are timed."""


class _Telling:
    """A platform that tells a port of this machine who has got a message to go on with."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        if message.kind in GOES_ON:
            self._socket.sendto(json.dumps([conversation.account, message.kind]).encode(), self._to)

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        pass

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        raise NoteGoneError


async def _work(database: str, model_url: str, port: int) -> None:
    async with (
        OllamaModel(model_url, "llama3.1:8b") as model,
        connect(database, ROLES, WAITS.seconds) as store,
    ):
        await model.prepare()
        assert store.jobs is not None
        runner = Runner(
            store=store,
            interviewer=interviewer_of(model, CALLS),
            platforms={"stub": _Telling(port)},
            roles=ROLES,
            clock=SystemClock(),
            quiet_gap_s=0,
            jobs=store.jobs,
        )
        print("ready", flush=True)  # noqa: T201 - whoever started it waits for this
        async with settled():
            await JobWorker(store.jobs, store, runner.perform, {"stub": runner.deliver}).work(AT_ONCE)


if __name__ == "__main__":
    run(_work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
