"""What a store remembers is what it would read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.context import require_context

from adapters.database import interviews
from adapters.database.connection import connect
from adapters.database.interviews import REMEMBERED
from adapters.database.statements import Steps, carried_out
from adapters.database.store import DatabaseStore
from core.model import Conversation, Interview, Phase, Stronger
from core.ports import Change, RoleMissingError, StaleInterviewError, StoreUnavailableError
from core.roles import Role
from tests.contracts import strategies
from tests.contracts.sample import (
    NOW,
    ROLE,
    answer,
    answered_turn,
    assessment,
    new_interview,
    report,
    spoken,
)
from tests.contracts.steps import joined, many, newcomer, parted, saved, started, written_out

LONE = "a\ud800b"


@pytest.fixture
def roles() -> dict[str, Role]:
    return {ROLE.id: ROLE}


@pytest.fixture
async def store(roles: dict[str, Role]) -> AsyncIterator[DatabaseStore]:
    async with connect("sqlite://:memory:", roles) as store:
        yield store


@pytest.fixture
def shared(store: DatabaseStore, roles: dict[str, Role]) -> DatabaseStore:
    """On a database that others use as well."""
    return another(store, roles)


def another(store: DatabaseStore, roles: dict[str, Role]) -> DatabaseStore:
    """As another process would have it on the same database: it remembers nothing of what the first one did."""
    return DatabaseStore(store._session, roles, alone)


def alone(candidate: int) -> AbstractAsyncContextManager[None]:
    """Keeps nobody from anything, as nobody else is there after all."""
    return nullcontext()


@many
@given(versions=st.lists(strategies.interviews, min_size=1, max_size=3))
async def test_what_is_remembered_of_a_save_is_what_would_be_read(
    store: DatabaseStore, roles: dict[str, Role], versions: list[Interview]
) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    for version in versions:
        interview = await saved(store, interview, replace(version, candidate=candidate))
        remembered = await store.interview(candidate, interview.id)
        assert remembered is interview
        assert written_out(await another(store, roles).interview(candidate, interview.id)) == written_out(remembered)


async def test_what_no_database_holds_is_remembered_as_it_was_stored(
    store: DatabaseStore, roles: dict[str, Role]
) -> None:
    candidate, _ = await newcomer(store)
    here = Conversation("terminal", LONE, LONE)
    late = NOW.astimezone(timezone(timedelta(hours=5)))
    heard = replace(answer(LONE, LONE), at=late, point=LONE, made_by=LONE, spoken=spoken(LONE, LONE, word_s=0.4049))
    lone = replace(assessment(), reason=LONE, missed=(LONE,))
    parts = {"assessment": lone, "disputed": lone, "stronger": Stronger(LONE, (LONE,)), "interviewer": LONE}
    turn = replace(answered_turn(), utterances=(heard,), **parts)  # type: ignore[arg-type]
    after = replace(new_interview(candidate, here), started_at=late, turns=(turn,), report=report())
    first = (await store.save(Change(candidate, here, None, after))).interview
    assert first is not None
    second = await saved(store, first, replace(first, turns=(turn, turn), report=replace(report(), role_title=LONE)))
    assert "\ud800" not in written_out(second)
    assert written_out(await another(store, roles).interview(candidate, first.id)) == written_out(second)


async def test_what_another_process_has_changed_is_seen(shared: DatabaseStore, roles: dict[str, Role]) -> None:
    candidate, conversation = await newcomer(shared)
    interview = await started(shared, candidate, conversation)
    later = await saved(another(shared, roles), interview, replace(interview, phase=Phase.PAUSED))
    assert await shared.current_interview(candidate) == later
    assert await shared.interview(candidate, interview.id) == later
    newer = await started(another(shared, roles), candidate, conversation)
    assert await shared.current_interview(candidate) == newer


async def test_what_a_store_of_ones_own_has_saved_or_read_it_need_not_look_for(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    other = await started(store, candidate, conversation)
    assert await store.current_interview(candidate) is other
    with monkeypatch.context() as patch:
        patch.setattr(store._session, "run", pytest.fail)
        assert await store.interview(candidate, interview.id) is interview
        assert await store.current_interview(candidate) is other
    over = await saved(store, other, replace(other, phase=Phase.DROPPED))
    assert await store.current_interview(candidate) == interview  # which is older, and goes on
    other = await saved(store, over, replace(over, phase=Phase.PAUSED))
    assert await store.current_interview(candidate) == other
    with pytest.raises(StaleInterviewError):
        await saved(store, replace(other, version=7), replace(other, phase=Phase.PAUSED))
    assert store._interviews.at_hand(candidate, other.id) is None  # as it is not known what the row says now
    assert await store.interview(candidate, other.id) == other
    assert await store.interview(candidate + 1, interview.id) is None


async def test_a_save_on_something_else_than_was_read_is_read_again(
    store: DatabaseStore, roles: dict[str, Role]
) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    claimed = replace(interview, turns=(answered_turn(),))  # which no row says
    await saved(store, claimed, replace(claimed, phase=Phase.PAUSED))
    kept = await store.current_interview(candidate)
    assert kept == replace(interview, phase=Phase.PAUSED, version=2)


async def test_an_interview_that_moves_with_its_account_is_its_new_candidates(store: DatabaseStore) -> None:
    (_, host), (left, phone) = await newcomer(store), await newcomer(store)
    interview = await started(store, left, phone)
    candidate = await joined(store, phone, host)
    moved = replace(interview, candidate=candidate)
    assert await store.current_interview(left) is None
    assert await store.interview(left, interview.id) is None
    assert await store.current_interview(candidate) == moved
    with pytest.raises(StaleInterviewError):
        await saved(store, interview, replace(interview, phase=Phase.PAUSED))
    gone_on = await saved(store, moved, replace(moved, phase=Phase.PAUSED))
    await parted(store, phone)
    assert await store.current_interview(candidate) is None
    assert await store.current_interview(left) == replace(gone_on, candidate=left)


async def test_an_interview_that_was_closed_unread_is_closed(store: DatabaseStore) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    await store.close_unreadable(candidate)
    closed = replace(interview, phase=Phase.DROPPED, version=2)
    assert await store.current_interview(candidate) == closed
    assert await store.interview(candidate, interview.id) == closed


async def test_nothing_is_remembered_of_whoever_is_forgotten(store: DatabaseStore) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    await store.forget(candidate)
    assert store._interviews._recent.get(interview.id) is None
    assert await store.interview(candidate, interview.id) is None


async def test_nothing_is_remembered_of_whoever_is_forgotten_by_another_process(
    shared: DatabaseStore, roles: dict[str, Role]
) -> None:
    candidate, conversation = await newcomer(shared)
    unlucky = await started(shared, candidate, conversation)
    await another(shared, roles).forget(candidate)
    assert await shared.current_interview(candidate) is None
    assert await shared.interview(candidate, unlucky.id) is None
    assert shared._interviews._recent.get(unlucky.id) is None


async def test_what_is_being_read_while_somebody_is_forgotten_is_not_remembered(
    store: DatabaseStore, roles: dict[str, Role], monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)

    async def read_and_forgotten(steps: Steps[Interview | None]) -> Interview | None:
        found = await carried_out(steps)
        await asyncio.create_task(store.forget(candidate))
        return found

    monkeypatch.setattr(interviews, "carried_out", read_and_forgotten)
    assert await store.current_interview(candidate) == interview
    assert store._interviews._recent.get(interview.id) is None


async def test_what_nobody_asks_for_is_not_remembered_for_long(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interviews, "UNASKED_S", 0.05)
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    async with asyncio.timeout(5):
        while store._interviews._known(interview.id):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    assert await store.current_interview(candidate) == interview


async def test_what_is_asked_for_again_and_again_is_remembered(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    for _ in range(4):
        store._interviews._forget_unasked()
        assert await store.current_interview(candidate) is interview


async def test_a_role_that_has_changed_or_gone_is_noticed(store: DatabaseStore, roles: dict[str, Role]) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    roles[ROLE.id] = replace(ROLE, title="Tester of tests")
    loaded = await store.current_interview(candidate)
    assert loaded is not None
    assert loaded.role.title == "Tester of tests"
    del roles[ROLE.id]
    with pytest.raises(RoleMissingError):
        await store.current_interview(candidate)
    roles[ROLE.id] = ROLE
    assert await store.current_interview(candidate) == interview


async def test_what_was_not_saved_is_not_remembered(url: str, roles: dict[str, Role]) -> None:
    async with connect(url, roles) as store:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        await store._session.run(_pragma("max_page_count=1"))  # as many pages as there are
        long = replace(answered_turn(), utterances=(answer("word " * 100_000),))
        with pytest.raises(StoreUnavailableError):
            await saved(store, interview, replace(interview, turns=(long,)))
        with pytest.raises(StoreUnavailableError):
            await started(store, candidate, conversation, turns=(long,))
        await store._session.run(_pragma("max_page_count=100000"))
        assert await store.current_interview(candidate) == interview
        newer = await started(store, candidate, conversation)  # with the id that the failed one would have had
        assert newer.id == interview.id + 1
        assert await another(store, roles).current_interview(candidate) == newer
        assert await store.current_interview(candidate) == newer


async def _pragma(setting: str) -> None:
    await require_context().db().execute_query(f"PRAGMA {setting}")


async def test_only_the_latest_interviews_are_remembered(store: DatabaseStore) -> None:
    candidate, conversation = await newcomer(store)
    first = await started(store, candidate, conversation, phase=Phase.FINISHED)
    for _ in range(REMEMBERED):
        await started(store, candidate, conversation, phase=Phase.FINISHED)
    assert store._interviews._recent.get(first.id) is None
    loaded = await store.interview(candidate, first.id)
    assert loaded == first
    assert await store.interview(candidate, first.id) is loaded


async def test_a_statement_that_fails_undoes_those_before_it(url: str, roles: dict[str, Role]) -> None:
    async with connect(url, roles) as store:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        nobody = Change(candidate + 1, conversation, inbound_id="7")
        refused = replace(nobody, after=replace(new_interview(), turns=()))
        with pytest.raises(StoreUnavailableError):
            await store.save(refused)  # the message is new, but nobody has that interview
        await store.save(replace(nobody, candidate=candidate))  # so the message was not taken
        assert await store.current_interview(candidate) == interview
