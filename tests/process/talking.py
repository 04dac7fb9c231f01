"""A process that is spoken to line by line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import IO, Self

from tests.process.home import MARK, Home, Message, is_mark


class Talking:
    """The program with its input and output open, at the point where it waits for the first line."""

    def __init__(self, home: Home, *arguments: str, **settings: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat", "--json", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home.path,
            env=home.environment(**settings),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def say(self, *lines: str) -> list[Message]:
        """Send lines and wait for everything that they are answered with."""
        self.write(*lines, MARK)
        messages: list[Message] = []
        while not messages or not is_mark(messages[-1]):
            line = _stream(self.process.stdout).readline()
            assert line, "the process ended"
            messages.append(json.loads(line))
        return messages[:-1]

    def finish(self) -> list[Message]:
        """End the input, and wait for the end of the process; what was still said."""
        out, err = self.process.communicate(timeout=50)
        assert self.process.returncode == 0, err
        return [json.loads(line) for line in out.decode().split("\n") if line]

    def write(self, *lines: str) -> None:
        """Send lines and wait for nothing."""
        stream = _stream(self.process.stdin)
        stream.write("".join(f"{line}\n" for line in lines).encode())
        stream.flush()

    def end(self, by: signal.Signals) -> tuple[int, str]:
        """End the process by a signal while it waits for a line; its exit status and its standard error."""
        time.sleep(0.5)  # nothing outside shows that it has gone from its last message to waiting
        self.process.send_signal(by)
        status = self.process.wait(timeout=20)
        return status, _stream(self.process.stderr).read().decode()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
