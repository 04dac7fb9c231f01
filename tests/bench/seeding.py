"""Fills a database with interviews that never took place, in SQL, as a year of use would."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from adapters.database.codec import encode_effect
from core.effects import ConsiderAnswer, Effect, Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from tests.bench.room import ROLES

CANDIDATE = 1
"""The candidate who looks: with as many interviews as everybody has."""
INTERVIEWS_EACH, TURNS_EACH, SAID_EACH = 5, 5, 4
MESSAGES_EACH = INTERVIEWS_EACH * TURNS_EACH * SAID_EACH
_AT = "2026-01-05 10:00:00+00:00"
_ROLE = ROLES["sales_associate"]
_SAID = "I asked what they were looking for, showed two offers and took in 9,000 pounds a month. " * 2


def seed(
    connection: sqlite3.Connection, candidates: int, *, phase: str = "dropped", each: int = INTERVIEWS_EACH
) -> None:
    """So many candidates with so many interviews each, in a database without any."""
    connection.executescript("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")
    people, sittings = range(1, candidates + 1), range(1, candidates * each + 1)
    turns = range(1, TURNS_EACH * len(sittings) + 1)
    _insert(connection, "candidate", ("id", "created_at"), ((one, _AT) for one in people))
    accounts = ((one, one, "telegram", str(one), str(one)) for one in people)
    _insert(connection, "account", ("id", "candidate_id", "platform", "external_id", "chat"), accounts)
    plan = json.dumps([question.id for question in _ROLE.questions[:TURNS_EACH]])
    fixed = {"role_id": _ROLE.id, "role_title": _ROLE.title, "mode": "mock", "seniority": "mid", "plan": plan}
    fixed |= {"phase": phase, "version": "1", "started_at": _AT, "platform": "telegram"}
    rows = ((one, *2 * (str(_of(one, each)),), _of(one, each), *fixed.values()) for one in sittings)
    _insert(connection, "interview", ("id", "chat", "account", "candidate_id", *fixed), rows)
    _insert(
        connection,
        "turn",
        ("id", "interview_id", "position", "question_id", "attempt", "revision", "outcome", "stronger"),
        ((one, _of(one, TURNS_EACH), *_turn((one - 1) % TURNS_EACH, is_open=phase == "asking")) for one in turns),
    )
    _insert(
        connection,
        "utterance",
        ("turn_id", "position", "kind", "text", "at", "message_id", "point"),
        ((turn, place, *_said(place), _AT, "", "") for turn in turns for place in range(SAID_EACH)),
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def leave_pending(connection: sqlite3.Connection, count: int) -> None:
    """So many effects that a process which ended has left: messages to send, and answers to consider."""
    message = Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "Where were we?"),))
    kinds: tuple[Effect, ...] = (Send(message), ConsiderAnswer(TURNS_EACH - 1, 1))
    encoded = [encode_effect(kind) for kind in kinds]
    rows = ((one, one, "telegram", str(one), str(one), *encoded[one % 2]) for one in range(1, count + 1))
    columns = ("candidate_id", "interview_id", "platform", "chat", "account", "kind", "payload")
    _insert(connection, "pending_effect", columns, rows)
    connection.commit()


def _insert(connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Any) -> None:
    places = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def _of(number: int, each: int) -> int:
    """To which one the number belongs where each has so many."""
    return 1 + (number - 1) // each


def _turn(position: int, *, is_open: bool) -> tuple[object, ...]:
    last = is_open and position == TURNS_EACH - 1
    return position, _ROLE.questions[position].id, 1, 1, None if last else "answered", ""


def _said(place: int) -> tuple[str, str]:
    return (
        (("question", "follow_up")[place // 2], "What was different afterwards?")
        if place % 2 == 0
        else ("answer", _SAID)
    )
