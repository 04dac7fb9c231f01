"""A database of the third version, in which nothing was spoken, brought up to date.

`tests/fixtures/third_version.sql` is what SQLite's dump gave of it; it is never written anew.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.database.connection import connect, migrate
from core.accounts import CodeMaker
from core.effects import AssessAnswer, TranscribeNote
from core.model import Conversation, Phase, Preferences, UtteranceKind
from core.ports import Change, Store
from core.speech import VoiceNote
from tests.adapters.database.versions import KNOWN, Rows, named, restored, rows
from tests.contracts.sample import (
    INCIDENT,
    NOW,
    ROLES,
    answer,
    answered_turn,
    assessment,
    new_interview,
    report,
    spoken,
)
from tests.contracts.steps import notice, seen_by

ONE, TWO = Conversation("telegram", "1", "one"), Conversation("discord", "2", "two")
THREE, FIVE = Conversation("discord", "thread", "three"), Conversation("telegram", "5", "five")
WEIGHED = replace(answered_turn(), disputed=assessment(2.0), interviewer="small", stand_in=True)
OVER = replace(
    new_interview(1, ONE),
    phase=Phase.FINISHED,
    turns=(WEIGHED, answered_turn(INCIDENT)),
    report=report(3.7),
    self_rating=4,
    id=1,
    version=1,
)
PAUSED = replace(
    new_interview(1, TWO),
    phase=Phase.PAUSED,
    turns=(answered_turn(INCIDENT), *new_interview().turns),
    id=2,
    version=1,
)
WRITTEN_BY = {"1": "one", "2": "two"}
"""The chats in which one account alone was interviewed: two were in the thread, and nobody yet where five is."""


@pytest.fixture
def third(path: Path) -> Rows:
    """The database of the third version, in its place; what is in it."""
    return restored(path, "third_version")


async def test_every_row_is_as_it_was_and_nothing_of_it_was_spoken(url: str, path: Path, third: Rows) -> None:
    wanted = named(path)
    assert all(wanted.values())
    wanted["utterance"] = [row | {"spoken": None} for row in wanted["utterance"]]
    wanted["interview"] = [row | {"usual_pace": None} for row in wanted["interview"]]
    wanted["seen_update"] = [row | {"account": WRITTEN_BY.get(str(row["chat"]), "")} for row in wanted["seen_update"]]
    result = await migrate(url)
    assert result.applied == KNOWN[3:]
    assert named(path) == wanted
    assert result.backup is not None
    assert rows(result.backup) == third
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pending_effect'").fetchone() == (4,)


async def test_everything_is_read_as_it_was(url: str, third: Rows) -> None:
    async with connect(url, ROLES) as store:
        assert await store.interview(1, 1) == OVER
        assert await store.current_interview(await store.candidate(TWO)) == PAUSED
        assert await store.preferences(1) == Preferences(hide_numbers=True)
        assert await store.usual_pace(1) is None
        assert await store.code_maker("a digest", NOW + timedelta(minutes=9)) == CodeMaker(1, ONE)
        pending = [(one.candidate, one.interview, one.effect) for one in await store.pending()]
        assert pending == [(1, 1, notice("Your report.")), (1, 2, AssessAnswer(0)), (2, None, notice("Outside."))]


async def test_an_interview_of_then_is_gone_on_with_by_voice(url: str, third: Rows) -> None:
    effect = TranscribeNote("n2", VoiceNote("file", 4.0, 9000))
    said = (replace(answer("We retry.", "n1"), spoken=spoken("n1", "We", "retry.")), answer("", "n2"))
    async with connect(url, ROLES) as store:
        turn = replace(PAUSED.turns[1], utterances=(*PAUSED.turns[1].utterances, said[0]))
        turn = replace(turn, utterances=(*turn.utterances, replace(said[1], kind=UtteranceKind.VOICE_NOTE)))
        after = replace(PAUSED, phase=Phase.ASKING, turns=(PAUSED.turns[0], turn), usual_pace=131.5)
        await store.save(Change(1, TWO, PAUSED, after, (effect,)))
    async with connect(url, ROLES) as store:
        assert await store.current_interview(1) == replace(after, version=2)
        assert (await store.pending())[-1].effect == effect


async def test_whoever_was_there_then_is_forgotten_on_all_accounts_and_nobody_else(
    url: str, path: Path, third: Rows
) -> None:
    async with connect(url, ROLES) as store:
        await store.forget(await store.candidate(ONE))
        left = named(path)
        assert [row["external_id"] for row in left["account"]] == ["three", "four", "five"]
        assert [row["id"] for row in left["candidate"]] == [3, 4, 5]
        assert [row["chat"] for row in left["seen_update"]] == ["thread", "thread", "5"]
        assert {name: len(left[name]) for name in ("interview", "turn", "utterance")} == {
            "interview": 2,
            "turn": 2,
            "utterance": 2,
        }
        assert [left[name] for name in ("assessment", "report", "pending_effect", "link_code")] == [[], [], [], []]
        assert await seen_by(store, THREE) == [3]
        assert await store.candidate(FIVE) == 5
        assert await store.candidate(TWO) > 5


async def marks(store: Store) -> dict[str, str]:
    return {**await store.last_seen("telegram"), **await store.last_seen("discord")}


async def test_no_mark_of_then_is_left_where_whoever_is_forgotten_has_written_since(url: str, third: Rows) -> None:
    """From an old one on, all that was taken since would be asked for and taken once more."""
    async with connect(url, ROLES) as store:
        for number in ("61", "62"):
            await store.save(Change(5, FIVE, inbound_id=number))
        await store.forget(5)
        assert await marks(store) == {"1": "11", "2": "22", "thread": "41"}


async def test_no_mark_of_then_is_left_where_whoever_is_forgotten_was_interviewed(url: str, third: Rows) -> None:
    async with connect(url, ROLES) as store:
        await store.forget(3)
        assert await marks(store) == {"1": "11", "2": "22", "5": "51"}
