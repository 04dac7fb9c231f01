# ruff: noqa: ASYNC240 - nothing else runs meanwhile, and tests take fixtures
"""A database that the first version has written, with an interview of every phase it knew, brought up to date.

`tests/fixtures/first_version.sql` is what SQLite's dump gave of it; it is never written anew.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database.connection import connect, migrate
from adapters.database.inspection import Inspection, inspect
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer, ConsiderAnswer, Effect, Send, SettleAnswer, StrengthenAnswer
from core.messages import Choice, OutboundKind
from core.model import (
    Conversation,
    Interview,
    Mode,
    Outcome,
    Phase,
    Preferences,
    Report,
    Stronger,
    Turn,
    Utterance,
    UtteranceKind,
)
from core.ports import Change
from tests.adapters.database.versions import KNOWN, Rows, named, restored, rows
from tests.contracts.sample import (
    DEADLINE,
    INCIDENT,
    NOW,
    QUEUES,
    ROLES,
    answer,
    answered_turn,
    assessment,
    new_interview,
)
from tests.contracts.steps import notice

SINCE = KNOWN[1:]
ADDED: dict[str, dict[str, object]] = {
    "account": {"home_id": None, "chat": ""},
    "candidate": {"preferences": "{}"},
    "interview": {"self_rating": None, "usual_pace": None},
    "turn": {"stronger_changes": "[]", "stronger_by": None, "interviewer": "", "stand_in": 0, "disputed": None},
    "utterance": {"made_by": "", "spoken": None},
    "assessment": {"passes": "[]", "shortened": 0},
}

ASKED = new_interview().turns[0]
FOLLOW_UP = Utterance(UtteranceKind.FOLLOW_UP, "And what about retry?", NOW, point="retry", made_by="rules")
WISHED = replace(
    ASKED,
    utterances=(
        *ASKED.utterances,
        replace(answer("A hint, please", "3"), kind=UtteranceKind.WISH),
        Utterance(UtteranceKind.HINT, QUEUES.hint, NOW),
    ),
)
FOLLOWED_UP = replace(
    ASKED,
    revision=2,
    utterances=(*ASKED.utterances, answer("It absorbs load.", "1"), FOLLOW_UP, answer("We retry. 👩🏽‍💻", "2")),
)
BY_RULES = replace(assessment(), assessor="rules", model="", passes=())
ANSWERED = replace(answered_turn(), stronger=None, assessment=BY_RULES)
STRENGTHENED = replace(
    answered_turn(INCIDENT),
    assessment=BY_RULES,
    stronger=Stronger("I rolled it back in [number] minutes.\nThen I wrote a test."),
)
SKIPPED = Turn(DEADLINE, utterances=(Utterance(UtteranceKind.QUESTION, DEADLINE.text, NOW),), outcome=Outcome.SKIPPED)
TURNS = {
    Phase.ASKING: (ANSWERED, replace(WISHED, attempt=2)),
    Phase.CONSIDERING: (FOLLOWED_UP,),
    Phase.REVIEWING: (STRENGTHENED,),
    Phase.PAUSED: (ANSWERED, replace(FOLLOWED_UP, attempt=2)),
    Phase.REPORTING: (ANSWERED, replace(STRENGTHENED, assessment=None, stronger=None), SKIPPED),
    Phase.FINISHED: (ANSWERED, STRENGTHENED, SKIPPED),
    Phase.DROPPED: (replace(WISHED, outcome=Outcome.UNFINISHED),),
}
# Those of messages are looked at one by one below.
EFFECTS: dict[Phase, tuple[OutboundKind | Effect, ...]] = {
    Phase.ASKING: (OutboundKind.QUESTION,),
    Phase.CONSIDERING: (SettleAnswer(0, 2), ConsiderAnswer(0, 2)),
    Phase.REVIEWING: (OutboundKind.FEEDBACK, OutboundKind.STRONGER, StrengthenAnswer(0)),
    Phase.PAUSED: (OutboundKind.NOTICE,),
    Phase.REPORTING: (AssessAnswer(1), OutboundKind.NOTICE),
    Phase.FINISHED: (OutboundKind.REPORT,),
    Phase.DROPPED: (OutboundKind.NOTICE,),
}


@pytest.fixture
def first(path: Path) -> Rows:
    """The database of the first version, in its place; what is in it."""
    return restored(path, "first_version")


@pytest.fixture(scope="module")
def brought_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the first version, brought up to date."""
    path = tmp_path_factory.mktemp("first") / "data" / "interviews.sqlite3"
    restored(path, "first_version")
    asyncio.run(migrate(f"sqlite://{path}"))
    return path


@pytest.fixture
def upgraded(path: Path, brought_up: Path) -> None:
    """The same, in its place."""
    shutil.copytree(brought_up.parent, path.parent)


async def newest(store: DatabaseStore, phase: Phase) -> Interview:
    candidate = await store.candidate(Conversation("terminal", "any", phase.value))
    interview = await store.current_interview(candidate)
    assert interview is not None
    return interview


async def test_every_row_is_as_it_was_and_has_the_new_columns(url: str, path: Path, first: Rows) -> None:
    wanted = named(path)
    assert all(wanted.values())
    for name, columns in ADDED.items():
        wanted[name] = [row | columns for row in wanted[name]]
    for row in wanted["turn"]:
        row["stronger_by"] = "rules" if row["stronger"] else None
    for row in wanted["utterance"]:
        row["made_by"] = "rules" if row["kind"] == "follow_up" else ""
    for row in wanted["interview"]:
        row["self_rating"] = 0 if row["phase"] == "reporting" else None
    writers = {row["chat"]: row["account"] for row in wanted["interview"]}  # each was in a chat of their own
    wanted["seen_update"] = [row | {"account": writers.get(row["chat"], "")} for row in wanted["seen_update"]]
    assert (await migrate(url)).applied == SINCE
    assert named(path) == {**wanted, "link_code": []}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pending_effect'").fetchone() == (12,)


async def test_the_backup_is_the_database_of_the_first_version(url: str, path: Path, first: Rows) -> None:
    backup = (await migrate(url)).backup
    assert backup is not None
    assert rows(backup) == first
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT name FROM tortoise_migrations").fetchall() == [(KNOWN[0],)]


async def test_a_look_tells_what_waits_and_touches_nothing(url: str, path: Path, first: Rows) -> None:
    before = path.read_bytes()
    assert inspect(url) == Inspection(exists=True, waiting=SINCE)
    assert path.read_bytes() == before
    await migrate(url)
    assert inspect(url) == Inspection(exists=True, waiting=())


@pytest.mark.parametrize("phase", TURNS)
@pytest.mark.usefixtures("upgraded")
async def test_an_interview_of_every_phase_is_read_and_goes_on(url: str, phase: Phase) -> None:
    async with connect(url, ROLES) as store:
        interview = await newest(store, phase)
        expected = replace(
            new_interview(interview.candidate, Conversation("terminal", f"chat of {phase}", phase.value)),
            mode=Mode.COACH if phase is Phase.REVIEWING else Mode.MOCK,
            phase=phase,
            turns=TURNS[phase],
            self_rating=0 if phase is Phase.REPORTING else None,
            report=interview.report,
            id=interview.id,
            version=1,
        )
        assert interview == expected
        assert await store.preferences(interview.candidate) == Preferences()
        wishes = Preferences(hide_numbers=True)
        turn = replace(interview.turns[0], stronger=Stronger("Better.", ("Why.",), "small"), disputed=assessment())
        after = replace(interview, turns=(turn, *interview.turns[1:]), self_rating=4)
        change = Change(interview.candidate, interview.conversation, interview, after, preferences=wishes)
        assert (await store.save(change)).interview == await newest(store, phase)
        assert await store.preferences(interview.candidate) == wishes


@pytest.mark.usefixtures("upgraded")
async def test_the_report_is_read(url: str) -> None:
    async with connect(url, ROLES) as store:
        interview = await newest(store, Phase.FINISHED)
        report = await store.report(interview.candidate)
    assert isinstance(report, Report)
    assert report == interview.report
    assert (report.total, report.assessed, report.assessors, report.self_rating) == (3.7, 2, ("rules",), None)
    assert [(result.level, result.spread) for result in report.criteria] == [(3.0, None), (4.0, None), (4.0, None)]
    assert [(result.total, result.disputed) for result in report.questions] == [(3.7, None), (3.7, None), (None, None)]


@pytest.mark.usefixtures("upgraded")
async def test_every_effect_that_waits_is_read(url: str) -> None:
    async with connect(url, ROLES) as store:
        pending = await store.pending()
    found: dict[str, list[OutboundKind | Effect]] = {}
    for effect in pending:
        said = effect.effect.message.kind if isinstance(effect.effect, Send) else effect.effect
        found.setdefault(effect.conversation.account, []).append(said)
    assert found == {phase.value: list(effects) for phase, effects in EFFECTS.items()}
    messages = {effect.id: effect.effect.message for effect in pending if isinstance(effect.effect, Send)}
    assert {block.calm for message in messages.values() for block in message.blocks} == {None}
    assert messages[1].choices[0] == Choice("Hint", "hint", turn=1)
    assert messages[4].default == Choice("Next question", "next", turn=0)
    assert messages[10].report is not None
    assert messages[10].report.self_rating is None
    assert pending[-1].effect == notice("Outside.")
    assert pending[-1].interview is None
