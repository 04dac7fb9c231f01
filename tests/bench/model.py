"""A loopback Ollama that listens, as a process of its own: what it costs is not counted as ours.

    python -m tests.bench.model --first-token-seconds 0.2

Prints its address. For each line of input it prints when the last token of each consideration was sent, by the words
that were considered: `time.monotonic()`, which all processes of a machine share.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.journeys.speaking import is_consideration, listening
from tests.wires.ollama import ChatRequest, OllamaServer, Pace

ROOT = Path(__file__).resolve().parents[2]
FOLLOW_UP = "What was different afterwards because of what you did?"


def follow_up(request: ChatRequest) -> str:
    """One to each first answer, so that of two answers the second closes the question."""
    return "" if request.data["thread"] else FOLLOW_UP


class ModelProcess:
    """The process, until the end of the block."""

    def __init__(self, first_token_s: float = 0.0) -> None:
        self._first_token_s = first_token_s

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.model", "--first-token-seconds", str(self._first_token_s)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.url = self._line().strip()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.communicate()

    def ends(self) -> dict[str, float]:
        """When the last token of each consideration was sent, by the words that were considered."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        ends: dict[str, float] = json.loads(self._line())
        return ends

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The loopback model has ended.")
        return line


async def _serve(first_token_s: float) -> None:
    server = OllamaServer(listening(level=4, follow_up=follow_up), pace=Pace(first_token_s=first_token_s))
    await server.start()
    print(server.url, flush=True)  # noqa: T201 - whoever started it waits for the address
    while await asyncio.to_thread(sys.stdin.readline):
        considered = (chat for chat in server.chats if is_consideration(chat.body))
        ends = {chat.body.data["latest"]: chat.last_token_at for chat in considered}
        print(json.dumps(ends), flush=True)  # noqa: T201 - this was asked for
        server.chats.clear()
    await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.model", description=__doc__)
    parser.add_argument("--first-token-seconds", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args().first_token_seconds))


if __name__ == "__main__":
    main()
