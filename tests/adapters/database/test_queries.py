from __future__ import annotations

from dataclasses import replace

from tortoise.context import require_context

from adapters.database.connection import connect
from adapters.database.store import DatabaseStore
from core.effects import AssessAnswer
from core.model import Phase, Preferences
from core.ports import Change
from tests.contracts.sample import CONVERSATION, INCIDENT, ROLE, ROLES, answered_turn, assessment, new_interview, report

# All pending effects are asked for, so reading the whole table, in the order of its ids, is right.
EVERYTHING = 'FROM "pending_effect" ORDER BY "id" ASC'


async def watch(store: DatabaseStore, statements: list[str]) -> None:
    """Collect all further statements, with their values."""

    async def work() -> None:
        await require_context().db()._connection.set_trace_callback(statements.append)

    await store._session.run(work())


async def plans(store: DatabaseStore, statements: list[str]) -> dict[str, list[str]]:
    """How SQLite goes about each statement."""

    async def work() -> dict[str, list[str]]:
        connection = require_context().db()._connection
        told = {sql: await connection.execute_fetchall(f"EXPLAIN QUERY PLAN {sql}") for sql in statements}
        return {sql: [row["detail"] for row in rows] for sql, rows in told.items()}

    return await store._session.run(work())


def is_slow(step: str) -> bool:
    return ("SCAN" in step and "CONSTANT ROW" not in step) or "TEMP B-TREE" in step


async def use_everything(store: DatabaseStore) -> None:
    """Call every method of the store in a way that makes all its queries."""
    candidate = await store.candidate(CONVERSATION)
    change = Change(candidate, CONVERSATION, None, new_interview(candidate), (AssessAnswer(0),), "1")
    saved = await store.save(change)
    first = saved.interview
    assert first is not None
    turns = (answered_turn(), answered_turn(INCIDENT))
    second = replace(first, turns=turns, report=report())
    change = Change(candidate, CONVERSATION, first, second, (), "2", saved.pending[0].id)
    third = (await store.save(change)).interview
    assert third is not None
    shorter = replace(
        answered_turn(), utterances=turns[0].utterances[1:], assessment=None, disputed=assessment(), attempt=2
    )
    await store.save(Change(candidate, CONVERSATION, third, replace(third, turns=(shorter,), report=report(1.0))))
    await store.candidate(CONVERSATION)
    assert await store.current_interview(candidate) is not None
    assert await store.interview(candidate, first.id) is not None
    assert await store.report(candidate) is not None
    assert await store.report(candidate, first.id) is not None
    assert await store.asked(candidate, ROLE.id) != []
    assert (await store.history(candidate)).average == 1.0
    assert (await store.history(candidate, before=2)).interviews == 1
    assert list(await store.pending()) == []
    await store.performed(1)
    await store.save(Change(candidate, CONVERSATION, preferences=Preferences(hide_numbers=True)))
    assert (await store.preferences(candidate)).hide_numbers
    assert await store.last_seen(CONVERSATION.platform) == {CONVERSATION.chat: "2"}
    await store.forget_seen()
    await store.close_unreadable(candidate)


async def test_every_query_has_an_index() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        statements: list[str] = []
        await watch(store, statements)
        await use_everything(store)
        told = await plans(store, sorted({sql for sql in statements if sql.startswith(("SELECT", "UPDATE", "DELETE"))}))
    assert len(told) > 15
    slow = [sql for sql, plan in told.items() if any(is_slow(step) for step in plan)]
    assert len(slow) == 1, slow
    assert slow[0].endswith(EVERYTHING)


async def test_loading_an_interview_takes_the_same_few_queries_however_long_it_is() -> None:
    counted = []
    async with connect("sqlite://:memory:", ROLES) as store:
        for turns in (1, 30):
            conversation = replace(CONVERSATION, account=str(turns))
            candidate = await store.candidate(conversation)
            turn = replace(answered_turn(), disputed=assessment())
            long = replace(new_interview(candidate, conversation), turns=(turn,) * turns)
            await store.save(Change(candidate, conversation, after=long))
            statements: list[str] = []
            await watch(store, statements)
            loaded = await store.current_interview(candidate)
            assert loaded is not None
            assert len(loaded.turns) == turns
            counted.append(len([sql for sql in statements if sql.startswith("SELECT")]))
    assert counted == [4, 4]


async def test_a_message_writes_only_what_it_changes() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        interview = replace(new_interview(candidate), turns=(answered_turn(), *new_interview().turns))
        before = (await store.save(Change(candidate, CONVERSATION, after=interview))).interview
        assert before is not None
        asked = before.turns[1]
        said = replace(asked, utterances=(*asked.utterances, answered_turn().utterances[1]))
        after = replace(before, turns=(before.turns[0], said), phase=Phase.CONSIDERING)
        statements: list[str] = []
        await watch(store, statements)
        await store.save(Change(candidate, CONVERSATION, before, after, (AssessAnswer(1),), "7"))
    tables = [" ".join(sql.split('"')[:2]) for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert tables == [
        "INSERT INTO  seen_update",
        "UPDATE  interview",
        "INSERT INTO  utterance",
        "INSERT INTO  pending_effect",
    ]


async def test_preferences_take_one_statement_each_way() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        statements: list[str] = []
        await watch(store, statements)
        await store.save(Change(candidate, CONVERSATION, preferences=Preferences(hide_numbers=True)))
        await store.preferences(candidate)
    started = [sql.split(maxsplit=1)[0] for sql in statements]
    assert started == ["BEGIN", "UPDATE", "COMMIT", "SELECT"]
