"""What saving and loading cost beside aiosqlite doing the same rows in one hop to its thread.

    python -m tests.bench.store [--rounds 9] [--turns 40]

Ends with 1 when a figure is over its gate. README.md beside it says what is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import aiosqlite

from adapters.database.codec import encode_effect
from adapters.database.config import PRAGMAS
from adapters.database.connection import connect
from adapters.database.store import DatabaseStore
from core import engine
from core.effects import Effect
from core.events import AnswerConsidered, AnswerSettled, Event, MessageReceived
from core.model import AnswerKind, Consideration, Conversation, Interview, Turn, Utterance, UtteranceKind
from core.ports import Change, Saved
from tests.contracts.sample import CONVERSATION, DEADLINE, INCIDENT, NOW, ROLES, answered_turn, new_interview

GOAL = 6.0
GATE = 12.0
WRITES = ("message received", "answer considered")
_ANSWER = "I tell the customer the same day that it cannot be met, and say what can be left out. " * 3
_FOLLOW_UP = "You said that you tell the customer what can be left out: who decides what that is?"
_RECEIVED = MessageReceived(_ANSWER, "1", NOW)
_SETTLED = AnswerSettled(2, 1, NOW)
_CONSIDERED = AnswerConsidered(2, 1, Consideration(AnswerKind.ANSWER, ("tell",), ("scope",), _FOLLOW_UP, "scope"), NOW)
_numbers = count(1)
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Figure:
    """Times of one thing as multiples of the floor: the median of the rounds, the least and the most of them."""

    name: str
    floor_ms: float
    ours_ms: float
    ratio: float
    least: float
    most: float
    gate: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it has no gate, or stays under it."""
        return self.gate is None or self.ratio <= self.gate

    def __str__(self) -> str:
        times = f"floor {self.floor_ms:6.3f} ms, ours {self.ours_ms:6.3f} ms"
        return f"{self.name:34}{times}, {self.ratio:5.2f} x ({self.least:.2f} to {self.most:.2f})"


@dataclass
class _Stopwatch:
    """Collects how long things took, in seconds, by what they are."""

    times: Times = field(default_factory=dict)

    async def time(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        begin = time.perf_counter()
        result = await work()
        self.times.setdefault(name, []).append(time.perf_counter() - begin)
        return result


# Ours: whole turns as the runner saves them, each in an interview of its own with two answers behind it


async def _begun(store: DatabaseStore, count: int = 1) -> list[Interview]:
    """Interviews of one newcomer."""
    conversation = Conversation("bench", f"chat {next(_numbers)}", f"account {next(_numbers)}")
    candidate = await store.candidate(conversation)
    change = Change(candidate, conversation, after=_open(candidate, conversation))
    return [_interview(await store.save(change)) for _ in range(count)]


def _open(candidate: int = 1, conversation: Conversation = CONVERSATION) -> Interview:
    asked = Turn(DEADLINE, utterances=(Utterance(UtteranceKind.QUESTION, DEADLINE.text, NOW),))
    return replace(new_interview(candidate, conversation), turns=(answered_turn(), answered_turn(INCIDENT), asked))


async def _our_turn(store: DatabaseStore, interview: Interview, watch: _Stopwatch) -> None:
    number = str(next(_numbers))
    received = _change(interview, _RECEIVED, inbound_id=number)
    saved = await watch.time(WRITES[0], lambda: store.save(received))
    await watch.time("load of what was saved", lambda: store.current_interview(interview.candidate))
    elsewhere = DatabaseStore(store._session, ROLES)  # which remembers nothing
    await watch.time("load of what was not used lately", lambda: elsewhere.current_interview(interview.candidate))
    saved = await store.save(_change(_interview(saved), _SETTLED, performed=saved.pending[0].id))
    considered = _change(_interview(saved), _CONSIDERED, performed=saved.pending[0].id)
    await watch.time(WRITES[1], lambda: store.save(considered))


def _change(before: Interview, event: Event, **rest: Any) -> Change:
    after, effects = engine.step(before, event)
    return Change(before.candidate, before.conversation, before, after, effects, **rest)


def _interview(saved: Saved) -> Interview:
    assert saved.interview is not None
    return saved.interview


# The floor: the same rows, encoded beforehand, in one function run in aiosqlite's thread


class Floor:
    """Interviews that `begun` has begun, kept by nothing but SQL."""

    def __init__(self, connection: aiosqlite.Connection, begun: list[Interview]) -> None:
        self._connection = connection
        self._begun = begun
        self._at = NOW.isoformat(" ")
        self._payloads = [encode_effect(effect)[1] for effect in _effects()]

    async def turn(self, watch: _Stopwatch) -> None:
        """The same writes and reads, one hop each."""
        self._interview = self._begun.pop()
        self._where = ("bench", self._interview.conversation.chat, self._interview.conversation.account)
        self._version, self._position = 1, 1
        await watch.time(WRITES[0], lambda: self._hop(self._receive))
        await watch.time("load", lambda: self._hop(self._load))
        await watch.time(WRITES[1], lambda: self._hop(self._consider))

    async def _hop(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._connection._execute(work, self._connection._conn)  # type: ignore[no-untyped-call]

    def _receive(self, sql: sqlite3.Connection) -> None:
        number = str(next(_numbers))
        sql.execute("BEGIN")
        sql.execute(
            "INSERT INTO seen_update (platform, chat, inbound_id, seen_at, account) VALUES (?, ?, ?, ?, ?)",
            (*self._where[:2], number, self._at, self._where[2]),
        )
        self._update(sql, "asking")
        self._update_turn(sql, "revision", 1)
        self._say(sql, "answer", _ANSWER, number)
        self._pend(sql, "settle_answer", self._payloads[0])
        sql.execute("COMMIT")

    def _consider(self, sql: sqlite3.Connection) -> None:
        sql.execute("BEGIN")
        sql.execute("DELETE FROM pending_effect WHERE id = ?", (self._effect,))
        self._update(sql, "asking")
        self._update_turn(sql, "interviewer", "rules")
        self._say(sql, "follow_up", _FOLLOW_UP, "")
        self._pend(sql, "send", self._payloads[1])
        sql.execute("COMMIT")

    def _update(self, sql: sqlite3.Connection, phase: str) -> None:
        self._version += 1
        sql.execute(
            "UPDATE interview SET phase = ?, version = ? WHERE id = ? AND candidate_id = ? AND version = ?",
            (phase, self._version, self._interview.id, self._interview.candidate, self._version - 1),
        )

    def _update_turn(self, sql: sqlite3.Connection, column: str, value: object) -> None:
        where = "WHERE interview_id = ? AND position = 2"
        sql.execute(f"UPDATE turn SET {column} = ? {where}", (value, self._interview.id))

    def _say(self, sql: sqlite3.Connection, kind: str, text: str, message_id: str) -> None:
        sql.execute(
            "INSERT INTO utterance (turn_id, position, kind, text, at, message_id, point, made_by)"
            " VALUES ((SELECT id FROM turn WHERE interview_id = ? AND position = 2), ?, ?, ?, ?, ?, '', '')",
            (self._interview.id, self._position, kind, text, self._at, message_id),
        )
        self._position += 1

    def _pend(self, sql: sqlite3.Connection, kind: str, payload: str) -> None:
        self._effect = sql.execute(
            "INSERT INTO pending_effect (candidate_id, interview_id, platform, chat, account, kind, payload)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self._interview.candidate, self._interview.id, *self._where, kind, payload),
        ).lastrowid

    def _load(self, sql: sqlite3.Connection) -> list[Any]:
        one = "SELECT * FROM interview WHERE candidate_id = ? ORDER BY id DESC LIMIT 1"
        turns = "SELECT * FROM turn LEFT JOIN assessment ON turn_id = turn.id WHERE interview_id = ? ORDER BY position"
        said = (
            "SELECT utterance.* FROM turn JOIN utterance ON turn_id = turn.id WHERE interview_id = ?"
            " ORDER BY turn.position, utterance.position"
        )
        report = "SELECT * FROM report WHERE interview_id = ?"
        found = sql.execute(one, (self._interview.candidate,)).fetchall()
        return [found, *(sql.execute(query, (self._interview.id,)).fetchall() for query in (turns, said, report))]


def _effects() -> list[Effect]:
    """What a message is followed by, and what the answer that it is."""
    interview, settle = engine.step(_open(), _RECEIVED)
    _, follow_up = engine.step(engine.step(interview, _SETTLED)[0], _CONSIDERED)
    return [settle[0], follow_up[0]]


@asynccontextmanager
async def _floor(path: Path, turns: int) -> AsyncIterator[Floor]:
    async with connect(f"sqlite://{path}", ROLES) as store:
        begun = [one for _ in range(turns) for one in await _begun(store)]
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma, value in PRAGMAS.items():
            await connection.execute(f"PRAGMA {pragma}={value}")
        yield Floor(connection, begun)


# Both, turn by turn: in longer stretches the one that computes less would be interrupted less on a busy machine


async def measure(folder: Path, rounds: int, turns: int) -> list[Figure]:
    """The figures of so many rounds of so many turns each; the first round of each side does not count."""
    begun = (rounds + 1) * turns
    async with connect(f"sqlite://{folder}/ours", ROLES) as store, _floor(folder / "floor", begun) as floor:
        pairs = [await _round(store, floor, turns) for _ in range(rounds + 1)][1:]
    beside = {**{name: name for name in WRITES}, **{name: "load" for name in pairs[0][0] if name not in WRITES}}
    return [_figure(name, [(ours[name], floors[other]) for ours, floors in pairs]) for name, other in beside.items()]


async def _round(store: DatabaseStore, floor: Floor, turns: int) -> tuple[Times, Times]:
    ours, floors = _Stopwatch(), _Stopwatch()
    for _ in range(turns):
        [interview] = await _begun(store)
        await _our_turn(store, interview, ours)
        await floor.turn(floors)
    return ours.times, floors.times


def _figure(name: str, rounds: list[tuple[list[float], list[float]]]) -> Figure:
    medians = [(statistics.median(ours), statistics.median(floor)) for ours, floor in rounds]
    ratios = [ours / floor for ours, floor in medians]
    ours_ms, floor_ms = (1000 * statistics.median(side) for side in zip(*medians, strict=True))
    gate = GATE if name in WRITES else None
    return Figure(name, floor_ms, ours_ms, statistics.median(ratios), min(ratios), max(ratios), gate)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--turns", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), options.rounds, options.turns))
    sys.stdout.writelines(f"{one}\n" for one in figures)
    return 0 if all(one.is_met for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
