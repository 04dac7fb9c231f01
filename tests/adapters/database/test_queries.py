from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

from tortoise.context import require_context

from adapters.database.connection import connect
from adapters.database.store import DatabaseStore
from core.accounts import CodeMaker, LinkCode
from core.effects import AssessAnswer
from core.model import Conversation, Phase, Preferences
from core.ports import Change
from core.speech import Delivery
from tests.contracts.sample import (
    CONVERSATION,
    INCIDENT,
    NOW,
    ROLE,
    ROLES,
    answered_turn,
    assessment,
    new_interview,
    report,
)
from tests.contracts.steps import joined

# All pending effects are asked for, so reading the whole table, in the order of its ids, is right.
ELSEWHERE = Conversation("elsewhere", "there", "also me")
EVERYTHING = "FROM pending_effect WHERE TRUE ORDER BY id"


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


async def use_accounts(store: DatabaseStore) -> None:
    """Make a code, join by it and leave again, with an interview to take along."""
    home, left = await store.candidate(CONVERSATION), await store.candidate(ELSEWHERE)
    await store.save(Change(left, ELSEWHERE, None, new_interview(left, ELSEWHERE), (AssessAnswer(0),)))
    await store.save(Change(home, CONVERSATION, code=LinkCode("digest", NOW)))
    assert await store.code_maker("digest", NOW - timedelta(minutes=1)) == CodeMaker(home, CONVERSATION)
    await store.save(Change(left, ELSEWHERE, inbound_id="3", joins="digest"))
    assert await store.candidate(ELSEWHERE) == home
    accounts = await store.accounts(home)
    assert [account.joined for account in accounts] == [False, True]
    await store.save(Change(home, CONVERSATION, inbound_id="4", leaves=(accounts[1],)))
    assert await store.candidate(ELSEWHERE) == left
    assert (await store.history(left)).interviews == 1


async def use_pages(store: DatabaseStore, candidate: int, interview: int) -> None:
    """Read all that a candidate can look at again."""
    assert await store.report(candidate) is not None
    assert await store.report(candidate, interview) is not None
    assert await store.transcript(candidate) is not None
    assert await store.transcript(candidate, interview) is not None
    assert (await store.history(candidate)).average == 1.0
    assert (await store.history(candidate, before=2)).interviews == 1
    assert len((await store.history(candidate, after=0)).items) == 1


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
    spoken = replace(report(1.0), delivery=Delivery(120, 70.0, 60.0))
    await store.save(Change(candidate, CONVERSATION, third, replace(third, turns=(shorter,), report=spoken)))
    await store.candidate(CONVERSATION)
    assert await store.current_interview(candidate) is not None
    afresh, anew = DatabaseStore(store._session, ROLES), DatabaseStore(store._session, ROLES)  # remembering nothing
    assert await afresh.interview(candidate, first.id) is not None
    assert await anew.current_interview(candidate) is not None
    await use_pages(store, candidate, first.id)
    assert await store.asked(candidate, ROLE.id) != []
    assert list(await store.pending()) == []
    await store.performed(1)
    await store.save(Change(candidate, CONVERSATION, preferences=Preferences(hide_numbers=True)))
    assert (await store.preferences(candidate)).hide_numbers
    assert await store.last_seen(CONVERSATION.platform) == {CONVERSATION.chat: "2"}
    await store.forget_seen()
    await store.close_unreadable(candidate)
    assert await store.current_interview(candidate) is not None  # looked for among those that are over, too
    await use_accounts(store)
    assert list(await store.interviews(candidate)) == [first.id]
    assert await store.usual_pace(candidate) == 120
    await joined(store, ELSEWHERE, CONVERSATION)
    await store.forget(candidate)
    assert await store.candidate(ELSEWHERE) != candidate


async def test_every_query_has_an_index() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        statements: list[str] = []
        await watch(store, statements)
        await use_everything(store)
        told = await plans(store, sorted({sql for sql in statements if sql.startswith(("SELECT", "UPDATE", "DELETE"))}))
    assert len(told) > 35
    slow = [sql for sql, plan in told.items() if any(is_slow(step) for step in plan)]
    assert len(slow) == 1, slow
    assert slow[0].endswith(EVERYTHING)


async def test_every_reference_has_an_index_for_what_is_deleted_with_its_row() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:

        async def work() -> list[tuple[str, str]]:
            connection = require_context().db()._connection
            tables = await connection.execute_fetchall("SELECT name FROM sqlite_master WHERE type = 'table'")
            query = (
                'SELECT "from" FROM pragma_foreign_key_list(:name) WHERE "from" NOT IN (SELECT part.name'
                " FROM pragma_index_list(:name) AS whole, pragma_index_info(whole.name) AS part WHERE part.seqno = 0)"
            )
            bare = [(name, await connection.execute_fetchall(query, {"name": name})) for (name,) in tables]
            return [(name, column) for name, columns in bare for (column,) in columns]

        assert await store._session.run(work()) == []


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
            for afresh in (DatabaseStore(store._session, ROLES), store):  # remembering nothing, or what was saved
                loaded = await afresh.current_interview(candidate)
                assert loaded is not None
                assert len(loaded.turns) == turns
                counted.append(len([sql for sql in statements if sql.startswith("SELECT")]))
                statements.clear()
    assert counted == [4, 1] * 2  # what was saved is there, and it is looked for whether it is the newest


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
    assert [sql.split(" (")[0].split(" SET")[0] for sql in statements] == [
        "BEGIN",
        "INSERT INTO seen_update",
        "UPDATE interview",
        "INSERT INTO utterance",
        "INSERT INTO pending_effect",
        "COMMIT",
    ]


async def test_what_two_or_more_statements_do_takes_one_hop_to_the_thread_of_sqlite() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        hops: list[object] = []
        await store._session.run(_count_hops(hops))
        for change in (
            Change(candidate, CONVERSATION, None, new_interview(candidate), (AssessAnswer(0),), "7"),
            Change(candidate, CONVERSATION, performed=1),
        ):
            await store.save(change)
        await DatabaseStore(store._session, ROLES).current_interview(candidate)
        await store.current_interview(candidate)
        assert len(hops) == 4
        await store.current_interview(candidate)
        await store.interview(candidate, 1)
        assert len(hops) == 4  # as that is known by now


async def _count_hops(hops: list[object]) -> None:
    thread = require_context().db()._connection
    hop = thread._execute

    async def counted(*work: object) -> Any:
        hops.append(work)
        return await hop(*work)

    thread._execute = counted


async def test_preferences_take_one_statement_each_way() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        statements: list[str] = []
        await watch(store, statements)
        await store.save(Change(candidate, CONVERSATION, preferences=Preferences(hide_numbers=True)))
        await store.preferences(candidate)
    started = [sql.split(maxsplit=1)[0] for sql in statements]
    assert started == ["BEGIN", "UPDATE", "COMMIT", "SELECT"]


async def test_what_is_looked_at_again_takes_the_same_few_queries_however_much_there_is() -> None:
    counted = []
    async with connect("sqlite://:memory:", ROLES) as store:
        for many in (1, 30):
            conversation = replace(CONVERSATION, account=str(many))
            candidate = await store.candidate(conversation)
            long = replace(new_interview(candidate, conversation), turns=(answered_turn(),) * many)
            for _ in range(many):
                await store.save(Change(candidate, conversation, after=replace(long, phase=Phase.FINISHED)))
            statements: list[str] = []
            await watch(store, statements)
            transcript = await store.transcript(candidate)
            assert transcript is not None
            assert len(transcript.turns) == many
            assert len((await store.history(candidate, limit=20)).items) == min(many, 20)
            assert len((await store.history(candidate, limit=20, after=0)).items) == min(many, 20)
            assert len(await store.accounts(candidate)) == 1
            assert (await store.current_interview(candidate)) is not None
            counted.append(len([sql for sql in statements if sql.startswith("SELECT")]))
    assert counted == [2 + 2 + 2 + 1 + 2] * 2


async def test_an_open_interview_that_is_the_newest_is_found_by_one_query() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        statements: list[str] = []
        await watch(store, statements)
        await store.current_interview(candidate)
    assert len([sql for sql in statements if sql.startswith("SELECT")]) == 1


async def test_joining_takes_the_same_few_statements_however_many_interviews_come_along() -> None:
    counted = []
    async with connect("sqlite://:memory:", ROLES) as store:
        home = await store.candidate(CONVERSATION)
        for many in (0, 30):
            joiner = replace(CONVERSATION, account=str(many))
            left = await store.candidate(joiner)
            begun = Change(left, joiner, None, new_interview(left, joiner), (AssessAnswer(0),))
            for _ in range(many):
                await store.save(begun)
            await store.save(Change(home, CONVERSATION, code=LinkCode(str(many), NOW)))
            statements: list[str] = []
            await watch(store, statements)
            await store.save(Change(left, joiner, inbound_id=str(many), joins=str(many)))
            counted.append([" ".join(sql.split()[:2]) for sql in statements])
            assert (await store.history(home)).interviews == many
            assert {effect.candidate for effect in await store.pending()} <= {home}
    assert counted[0] == counted[1]
    assert counted[0][1] == "INSERT INTO"  # a read first could lose its place


async def test_codes_that_have_long_expired_are_forgotten_when_the_next_is_made() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        for hours in range(0, 30, 6):
            conversation = replace(CONVERSATION, account=str(hours))
            code = LinkCode(str(hours), NOW + timedelta(hours=hours))
            await store.save(Change(await store.candidate(conversation), conversation, code=code))
        makers = [await store.code_maker(str(hours), NOW - timedelta(hours=1)) for hours in range(0, 30, 6)]
        assert [maker is not None for maker in makers] == [True, True, True, True, True]
        late = replace(CONVERSATION, account="late")
        code = LinkCode("late", (NOW + timedelta(hours=36, seconds=1)).astimezone(timezone(timedelta(hours=5))))
        await store.save(Change(await store.candidate(late), late, code=code))
        makers = [await store.code_maker(str(hours), NOW - timedelta(hours=1)) for hours in range(0, 30, 6)]
        assert [maker is not None for maker in makers] == [False, False, False, True, True]
