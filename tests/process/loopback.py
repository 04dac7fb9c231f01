"""A loopback Ollama in a process of its own, as an owner's would be."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.process.home import ROOT


class Loopback:
    """`python -m tests.wires.ollama` with these arguments, until the end of the block or `kill`."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.wires.ollama", *self._arguments]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, self._process.communicate()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it; a request that did not fit Ollama's own description fails the test."""
        self._process.terminate()
        _, mistakes = self._process.communicate(timeout=20)
        assert kind is not None or not mistakes, mistakes

    def kill(self) -> None:
        """Be gone from one moment to the next."""
        self._process.kill()
        self._process.wait()
