"""What is left in the files of a database after somebody was forgotten."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from tortoise.context import require_context

from adapters.database import config, forgetting
from adapters.database.connection import connect
from adapters.database.store import DatabaseStore
from core.model import Conversation, Preferences, Utterance
from core.ports import Change
from tests.adapters.database.versions import named
from tests.contracts.sample import ROLES, answer, answered_turn, new_interview, report, spoken
from tests.contracts.steps import code_of, joined, notice, started

PEOPLE = 6


def person(number: int) -> Conversation:
    return Conversation("telegram", f"CHAT{number}X", f"ACCOUNT{number}X")


def words(number: int, count: int) -> str:
    return f"WORD{number}X " * count


def said(number: int, chance: Random) -> Utterance:
    note = f"NOTE{number}X"
    heard = spoken(note, *[f"HEARD{number}X"] * chance.choice([1, 9, 120]))
    return replace(answer(words(number, chance.choice([1, 40, 900])), note), spoken=heard)


async def talk(store: DatabaseStore, times: int) -> None:
    """Let everybody say much, change some of it, and have things pending and done, all mixed up."""
    chance = Random(1)
    for time in range(times):
        number = chance.randrange(PEOPLE)
        where = person(number)
        candidate = await store.candidate(where)
        before = await store.current_interview(candidate)
        turn = replace(answered_turn(), utterances=tuple(said(number, chance) for _ in range(chance.randrange(1, 6))))
        told = replace(report(), role_title=words(number, 30))
        first = replace(new_interview(candidate, where), turns=(turn,) * chance.randrange(1, 4))
        after = first if before is None else replace(before, turns=first.turns, report=told)
        effects = (notice(words(number, chance.randrange(300))),) * chance.randrange(3)
        wanted = Preferences(language=f"CODE{number}X")
        change = Change(candidate, where, before, after, effects, f"MESSAGE{number}X{time}", preferences=wanted)
        for pending in (await store.save(change)).pending[1:]:
            await store.performed(pending.id)


def traces(path: Path, number: int) -> list[str]:
    """The kinds of what is left of a person, by file."""
    found = []
    for file in sorted(path.parent.iterdir()):
        content = file.read_bytes()
        kinds = ("WORD", "NOTE", "HEARD", "CHAT", "ACCOUNT", "CODE", "MESSAGE")
        found += [f"{file.name}: {kind}" for kind in kinds if f"{kind}{number}X".encode() in content]
    return found


@pytest.mark.unmeasured
@pytest.mark.parametrize("overwrites", ["ON", "OFF"])
@pytest.mark.usefixtures("up_to_date")
async def test_no_word_is_left_in_any_file_while_the_database_is_open(
    url: str, path: Path, overwrites: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config.PRAGMAS, "secure_delete", overwrites)  # without it, that the file is written anew counts
    async with connect(url, ROLES) as store:
        await talk(store, 30)
        joining = person(1)
        await joined(store, joining, person(0))
        await code_of(store, await store.candidate(person(0)), person(0))
        assert len(traces(path, 0)) >= 7
        assert len(traces(path, 1)) >= 7
        await store.forget(await store.candidate(joining))
        assert traces(path, 0) == []
        assert traces(path, 1) == []
        for other in range(2, PEOPLE):
            assert len(traces(path, other)) == 7
            interview = await store.current_interview(await store.candidate(person(other)))
            assert interview
            assert all(words(other, 1) in one.text for turn in interview.turns for one in turn.utterances)


@pytest.mark.usefixtures("up_to_date")
async def test_whoever_is_forgotten_by_one_who_does_not_wait_for_it_leaves_no_word_either(url: str, path: Path) -> None:
    async with connect(url, ROLES) as store:
        await talk(store, 10)
        where = person(2)
        candidate = await store.candidate(where)
        interview = await started(store, candidate, where)
        forgetting_them = asyncio.create_task(store.forget(candidate))
        await asyncio.sleep(0)
        forgetting_them.cancel()
        await asyncio.gather(forgetting_them, return_exceptions=True)
        await store._session.finish()
        assert forgetting_them.cancelled()
        assert store._interviews._recent.get(interview.id) is None
        assert traces(path, 2) == []


@pytest.mark.usefixtures("up_to_date")
async def test_the_last_one_leaves_every_table_empty(url: str, path: Path) -> None:
    async with connect(url, ROLES) as store:
        await talk(store, 4)
        for number in range(PEOPLE):
            await store.forget(await store.candidate(person(number)))
        assert {name for name, rows in named(path).items() if rows} == set()


@pytest.mark.parametrize("mode", ["WAL", "DELETE", "TRUNCATE"])
@pytest.mark.usefixtures("up_to_date")
async def test_whatever_is_deleted_is_overwritten(url: str, mode: str) -> None:
    async with connect(f"{url}?journal_mode={mode}", ROLES) as store:
        await talk(store, 3)

        async def asked() -> int:
            _, rows = await require_context().db().execute_query("PRAGMA secure_delete")
            return int(next(iter(dict(rows[0]).values())))

        assert await store._session.run(asked()) == 1
        await store.forget(await store.candidate(person(1)))


@pytest.mark.usefixtures("up_to_date")
async def test_another_program_that_reads_keeps_traces_for_a_while_and_the_owner_is_told(
    url: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(f"{url}?busy_timeout=0", ROLES) as store:
        await talk(store, 10)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM candidate").fetchone()
            await store.forget(await store.candidate(person(2)))
        assert [record.message for record in caplog.records] == [
            "Traces of what was deleted are left in the database file until another program lets go of it."
        ]
        caplog.clear()
        await store.forget(await store.candidate(person(3)))
        assert caplog.records == []
        assert traces(path, 2) == []


@pytest.mark.usefixtures("up_to_date")
async def test_what_was_asked_for_is_done_where_the_file_cannot_be_written_anew(
    url: str, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(url, ROLES) as store:
        await talk(store, 4)
        candidate = await store.candidate(person(1))
        monkeypatch.setattr(forgetting, "_WRITE_ANEW", f"VACUUM INTO '{path.parent}/none/x'")
        await store.forget(candidate)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "cannot be opened" in caplog.text
        assert list(await store.accounts(candidate)) == []
        assert await store.candidate(person(1)) > candidate


@pytest.mark.usefixtures("up_to_date")
async def test_what_others_belong_to_is_left_to_them(url: str, path: Path) -> None:
    """Not reached by joining and parting, but a stranger's account must never go with its home."""
    async with connect(url, ROLES) as store:
        host, phone, stranger = [await store.candidate(person(number)) for number in range(3)]
        await joined(store, person(1), person(0))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE account SET home_id = ? WHERE candidate_id = ?", (phone, stranger))
    async with connect(url, ROLES) as store:
        await store.forget(host)
        assert [row["id"] for row in named(path)["candidate"]] == [phone, stranger]
        assert await store.candidate(person(2)) == stranger
