"""What every store promises of forgetting a candidate, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.accounts import Account
from core.effects import AssessAnswer
from core.model import Conversation, Phase, Preferences
from core.ports import Change, StaleInterviewError, Store
from tests.contracts.sample import NOW, ROLE, answered_turn, new_interview, report
from tests.contracts.steps import code_of, joined, newcomer, notice, own_pending, parted, saved, seen_by, started

CALM = Preferences(hide_numbers=True, keep_recordings=True)


async def known(store: Store, conversation: Conversation, inbound_id: str = "7") -> int:
    """Let a candidate leave something everywhere; their id."""
    candidate = await store.candidate(conversation)
    turns = (answered_turn(), *new_interview().turns)
    over = replace(new_interview(candidate, conversation), phase=Phase.FINISHED, turns=turns, report=report())
    effects = (notice("Your report."), AssessAnswer(0))
    change = Change(candidate, conversation, None, over, effects, inbound_id, preferences=CALM)
    await store.save(change)
    await store.save(Change(candidate, conversation, effects=(notice("Outside."),)))
    return candidate


async def is_unknown(store: Store, candidate: int) -> bool:
    """Whether nothing is left of a candidate but accounts."""
    page = await store.history(candidate)
    left = [
        await store.current_interview(candidate),
        await store.report(candidate),
        await store.transcript(candidate),
        await store.usual_pace(candidate),
        *await store.interviews(candidate),
        *await store.asked(candidate, ROLE.id),
        *await own_pending(store, candidate),
        *page.items,
        page.average,
    ]
    return page.interviews == 0 and left == [None] * 5 and await store.preferences(candidate) == Preferences()


async def test_nothing_is_left_and_whoever_comes_again_is_new(store: Store) -> None:
    _, conversation = await newcomer(store)
    candidate = await known(store, conversation)
    digest = await code_of(store, candidate, conversation)
    assert not await is_unknown(store, candidate)
    await store.forget(candidate)
    assert await is_unknown(store, candidate)
    assert list(await store.accounts(candidate)) == []
    assert await store.code_maker(digest, NOW) is None
    again = await store.candidate(conversation)
    assert again > candidate
    assert await is_unknown(store, again)
    assert await store.accounts(again) == [Account(conversation.platform, conversation.account)]


async def test_others_keep_all_that_they_had(store: Store) -> None:
    _, conversation = await newcomer(store)
    candidate = await known(store, conversation)
    elsewhere = Conversation("elsewhere", conversation.chat, conversation.account)
    other = await known(store, elsewhere)
    page, pending = await store.history(other), await own_pending(store, other)
    digest = await code_of(store, other, elsewhere)
    await store.forget(candidate)
    assert await store.candidate(elsewhere) == other
    assert await store.history(other) == page
    assert await own_pending(store, other) == pending
    assert await store.preferences(other) == CALM
    assert await store.code_maker(digest, NOW) is not None
    assert await store.last_seen("elsewhere") == {conversation.chat: "7"}


async def test_accounts_that_have_joined_are_forgotten_with_what_they_brought_and_left(store: Store) -> None:
    (_, host), (_, phone), (_, tablet) = await newcomer(store), await newcomer(store), await newcomer(store)
    homes = [await known(store, account) for account in (host, phone, tablet)]
    for account in (phone, tablet):
        await joined(store, account, host)
    assert len(await store.interviews(homes[0])) == 3
    await store.forget(homes[0])
    assert [await is_unknown(store, home) for home in homes] == [True, True, True]
    new = [await store.candidate(account) for account in (host, phone, tablet)]
    assert len({*new, *homes}) == 6
    assert await store.last_seen(host.platform) == {}


async def test_an_account_that_has_left_keeps_what_was_begun_on_it(store: Store) -> None:
    (_, host), (_, phone) = await newcomer(store), await newcomer(store)
    home, left = await known(store, host), await known(store, phone)
    await joined(store, phone, host)
    await store.save(Change(home, phone, inbound_id="8"))
    await parted(store, phone)
    await store.forget(home)
    assert await is_unknown(store, home)
    assert await store.candidate(phone) == left
    assert len(await seen_by(store, phone)) == 1
    assert await store.last_seen(host.platform) == {phone.chat: "8"}


async def test_whom_an_account_came_from_is_nobody_by_now_and_can_be_forgotten_without_it(store: Store) -> None:
    (_, host), (left, phone) = await newcomer(store), await newcomer(store)
    home = await known(store, host)
    await joined(store, phone, host)
    await store.forget(left)
    accounts = await store.accounts(home)
    assert [(account.external_id, account.joined) for account in accounts] == [
        (host.account, False),
        (phone.account, False),
    ]
    await parted(store, phone)
    assert await store.candidate(phone) == home


async def test_a_message_of_somebody_forgotten_can_come_again(store: Store) -> None:
    (_, conversation), (other, stranger) = await newcomer(store), await newcomer(store)
    thread = replace(stranger, chat=conversation.chat)
    await store.save(Change(other, thread, inbound_id="5"))
    await store.forget(await known(store, conversation, "9"))
    assert await store.last_seen(conversation.platform) == {conversation.chat: "5"}
    await known(store, conversation, "9")
    assert await store.last_seen(conversation.platform) == {conversation.chat: "9"}


async def test_what_was_under_way_is_not_saved_any_more(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    await store.forget(candidate)
    with pytest.raises(StaleInterviewError):
        await saved(store, interview, replace(interview, phase=Phase.PAUSED))


@pytest.mark.parametrize("candidate", [0, -1, 10**6])
async def test_nobody_is_forgotten_twice(store: Store, candidate: int) -> None:
    _, conversation = await newcomer(store)
    here = await known(store, conversation)
    await store.forget(candidate)
    await store.forget(candidate)
    assert len(await store.interviews(here)) == 1


async def test_the_interviews_of_a_candidate_are_told_the_oldest_first(store: Store) -> None:
    (candidate, conversation), (other, stranger) = await newcomer(store), await newcomer(store)
    assert list(await store.interviews(candidate)) == []
    first = await started(store, candidate, conversation, phase=Phase.DROPPED)
    await started(store, other, stranger)
    second = await started(store, candidate, conversation)
    assert list(await store.interviews(candidate)) == [first.id, second.id]
