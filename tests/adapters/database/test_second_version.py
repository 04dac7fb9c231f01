"""A database of the second version, in which every account was a candidate of its own, brought up to date.

`tests/fixtures/second_version.sql` is what SQLite's dump gave of it; it is never written anew.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database.connection import connect, migrate
from core.accounts import Account
from core.effects import AssessAnswer
from core.model import Conversation, Phase, Preferences
from tests.adapters.database.versions import KNOWN, Rows, named, restored, rows
from tests.contracts.sample import INCIDENT, ROLES, answered_turn, assessment, new_interview, report
from tests.contracts.steps import joined, notice, parted, seen_by

ONE, TWO = Conversation("telegram", "1", "one"), Conversation("discord", "2", "two")
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
    new_interview(2, TWO),
    phase=Phase.PAUSED,
    turns=(answered_turn(INCIDENT), *new_interview().turns),
    id=2,
    version=1,
)


@pytest.fixture
def second(path: Path) -> Rows:
    """The database of the second version, in its place; what is in it."""
    return restored(path, "second_version")


async def test_every_row_is_as_it_was_and_every_account_at_home(url: str, path: Path, second: Rows) -> None:
    wanted = named(path)
    assert all(wanted.values())
    wanted["account"] = [row | {"home_id": None, "chat": ""} for row in wanted["account"]]
    wanted["utterance"] = [row | {"spoken": None} for row in wanted["utterance"]]
    wanted["interview"] = [row | {"usual_pace": None} for row in wanted["interview"]]
    writers = {ONE.chat: ONE.account, TWO.chat: TWO.account}
    wanted["seen_update"] = [row | {"account": writers[str(row["chat"])]} for row in wanted["seen_update"]]
    result = await migrate(url)
    assert result.applied == KNOWN[2:]
    assert named(path) == {**wanted, "link_code": []}
    assert result.backup is not None
    assert rows(result.backup) == second
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pending_effect'").fetchone() == (4,)


async def test_everything_is_read_as_it_was(url: str, second: Rows) -> None:
    async with connect(url, ROLES) as store:
        assert await store.current_interview(await store.candidate(ONE)) == OVER
        assert await store.current_interview(await store.candidate(TWO)) == PAUSED
        assert await store.preferences(1) == Preferences(hide_numbers=True)
        pending = [(one.candidate, one.interview, one.effect) for one in await store.pending()]
        assert pending == [(1, 1, notice("Your report.")), (2, 2, AssessAnswer(0)), (2, None, notice("Outside."))]


async def test_accounts_of_then_join_and_part_now(url: str, second: Rows) -> None:
    async with connect(url, ROLES) as store:
        assert await store.accounts(1) == [Account("telegram", "one")]
        assert await joined(store, TWO, ONE) == 1
        joining = Account("discord", "two", joined=True, chat="2")
        assert await store.accounts(1) == [Account("telegram", "one", chat="1"), joining]
        assert await seen_by(store, TWO) == [1, 2]
        assert await store.current_interview(1) == replace(PAUSED, candidate=1)
    async with connect(url, ROLES) as store:
        await parted(store, TWO)
        assert (await seen_by(store, ONE), await seen_by(store, TWO)) == ([1], [2])
        assert await store.current_interview(2) == PAUSED
