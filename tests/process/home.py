"""Starts the real process as a user does, in a folder of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coverage import Coverage

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
Message = dict[str, Any]
MARK = "/mark"
"""A command that does not exist: what it is answered with shows where the answer to the line before ends."""
_UNKNOWN = f"I do not know {MARK}."

ANSWERS = (
    "I sold office furniture to small companies in Leeds for three years and looked after 120 accounts.",
    "Mostly owners of firms with 10 to 50 people; they bought desks and whole meeting rooms from me.",
    "In 2022 a customer shouted at me because her 30 chairs came a week late. I listened and called the warehouse.",
    "I had them delivered next morning, and she ordered again for 9,000 pounds.",
    "I beat my target by 22 percent in 2023: I called 15 old customers a day and won 31 of them back.",
    "I asked what had changed for them and offered a free visit to measure the rooms.",
    "They said the price was too high, so I worked out the cost per year, and they signed for 14,000 pounds.",
    "I lost a deal of 20,000 pounds because I never spoke to the finance director; since then I ask who decides.",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def messages(self) -> list[Message]:
        """The JSON lines of the output."""
        return [json.loads(line) for line in self.out.split("\n") if line]


class Home:
    """The folder of one user: the data folder is in it, and processes run in it.

    Without being measured for coverage a process starts in half the time, and may be killed or have no disk left.
    """

    def __init__(self, path: Path, *, measured: bool = False) -> None:
        self.path = path
        self._measured = measured
        self.database = path / "data" / "interviews.sqlite3"

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of this test run without any setting of the program but those given.

        Nothing is asked of an Ollama that may run on this machine, and voice is off, unless a test says so.
        """
        names = {name.upper() for name in Settings.model_fields}
        inherited = {name: value for name, value in os.environ.items() if name not in names}
        if self._measured and Coverage.current():
            inherited |= {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml")}
            inherited |= {"COVERAGE_FILE": str(ROOT / ".coverage")}
        fixed = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "DATA_DIR": str(self.path / "data"), "LOGNAME": "sam"}
        fixed |= {"INTERVIEWER": "rules", "VOICE": "off"}
        return inherited | fixed | settings

    def run(
        self,
        *arguments: str,
        given: str | bytes = "",
        before: Callable[[], None] | None = None,
        program: Sequence[str] = ("-m", "bot"),
        settings: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run the program to its end, which is never a traceback."""
        ended = subprocess.run(
            [sys.executable, *program, *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=self.path,
            env=self.environment(**(settings or {})),
            preexec_fn=before,
            timeout=50,
            check=False,
        )
        err = ended.stderr.decode()
        assert "Traceback" not in err, err
        return Ended(ended.returncode, ended.stdout.decode(), err)

    def chat(self, *arguments: str, lines: Sequence[str | bytes] = (), **settings: str) -> list[list[Message]]:
        """The messages at the start and after each line of an interview that ends well, and after the last."""
        raw = [line.encode() if isinstance(line, str) else line for line in lines]
        mark = f"{MARK}\n".encode()
        given = mark + b"".join(line + b"\n" + mark for line in raw)
        ended = self.run("chat", "--json", *arguments, given=given, settings=settings)
        assert ended.status == 0, ended.err
        return parted(ended.messages)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()

    def said(self, *kinds: str) -> list[str]:
        """Every text in the transcripts, of these kinds where some are given."""
        rows = self.rows("SELECT kind, text FROM utterance ORDER BY turn_id, position")
        return [text for kind, text in rows if not kinds or kind in kinds]

    def transcript(self, interview: int = 1) -> list[tuple[Any, ...]]:
        """The questions of an interview with everything said and how each was closed."""
        return self.rows(
            "SELECT turn.position, question_id, attempt, outcome, kind, text, point FROM turn "
            f"LEFT JOIN utterance ON turn_id = turn.id WHERE interview_id = {interview} "
            "ORDER BY turn.position, utterance.position"
        )


def parted(messages: list[Message]) -> list[list[Message]]:
    """The messages between the marks, without the marks."""
    parts: list[list[Message]] = [[]]
    for message in messages:
        if message["text"].startswith(_UNKNOWN):
            parts.append([])
        else:
            parts[-1].append(message)
    return parts


def is_mark(message: Message) -> bool:
    """Whether a message is the answer to a mark."""
    return str(message["text"]).startswith(_UNKNOWN)


def kinds(messages: list[Message]) -> list[str]:
    """What the messages are for, in order."""
    return [message["kind"] for message in messages]
