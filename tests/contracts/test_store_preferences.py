"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.model import Phase, Preferences
from core.ports import Change, Store
from tests.contracts import strategies
from tests.contracts.sample import new_interview
from tests.contracts.steps import many, newcomer, notice, own_pending, saved, started

CALM = Preferences(hide_numbers=True)


async def test_whoever_has_said_nothing_wants_what_everybody_wants(store: Store) -> None:
    candidate, _ = await newcomer(store)
    assert await store.preferences(candidate) == Preferences()
    assert await store.preferences(10**6) == Preferences()


async def test_what_one_candidate_wants_is_nothing_to_another(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    other, _ = await newcomer(store)
    await store.save(Change(candidate, conversation, preferences=CALM))
    assert await store.preferences(candidate) == CALM
    assert await store.preferences(other) == Preferences()


async def test_a_change_that_says_nothing_of_them_leaves_them(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    await store.save(Change(candidate, conversation, effects=(notice("Kept."),), preferences=CALM))
    assert [pending.effect for pending in await own_pending(store, candidate)] == [notice("Kept.")]
    interview = await started(store, candidate, conversation)
    await saved(store, interview, replace(interview, phase=Phase.PAUSED))
    assert await store.preferences(candidate) == CALM


async def test_they_are_saved_with_an_interview(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    interview = new_interview(candidate, conversation)
    saved_interview = (await store.save(Change(candidate, conversation, after=interview, preferences=CALM))).interview
    assert await store.current_interview(candidate) == saved_interview
    assert await store.preferences(candidate) == CALM


@many
@given(versions=st.lists(strategies.preferences, min_size=1, max_size=3))
async def test_any_preferences_come_back(store: Store, versions: list[Preferences]) -> None:
    candidate, conversation = await newcomer(store)
    for version in versions:
        await store.save(Change(candidate, conversation, preferences=version))
        assert await store.preferences(candidate) == version
