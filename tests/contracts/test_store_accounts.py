"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.accounts import Account
from core.effects import AssessAnswer, SettleAnswer
from core.model import Conversation, Interview, Phase, Preferences
from core.ports import Change, StaleInterviewError, Store
from tests.contracts.sample import ROLE, new_interview, report
from tests.contracts.steps import code_of, joined, newcomer, notice, own_pending, parted, saved, seen_by, started


async def over(store: Store, conversation: Conversation, total: float) -> Interview:
    candidate = await store.candidate(conversation)
    return await started(store, candidate, conversation, phase=Phase.FINISHED, report=report(total))


class TestAccounts:
    async def test_a_candidate_has_the_account_they_came_with(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        assert await store.accounts(candidate) == [Account(conversation.platform, conversation.account)]
        assert list(await store.accounts(10**6)) == []

    async def test_whoever_has_joined_is_told_from_whoever_is_at_home(self, store: Store) -> None:
        home, host = await newcomer(store)
        left, joiner = await newcomer(store)
        another = replace(joiner, platform="another")
        await store.candidate(another)
        for account in (joiner, another):
            assert await joined(store, account, host) == home
        assert await store.accounts(home) == [
            Account(host.platform, host.account, chat=host.chat),
            Account(joiner.platform, joiner.account, joined=True, chat=joiner.chat),
            Account(another.platform, another.account, joined=True, chat=another.chat),
        ]
        assert list(await store.accounts(left)) == []
        await parted(store, joiner)
        assert await store.accounts(left) == [Account(joiner.platform, joiner.account, chat=joiner.chat)]
        assert len(await store.accounts(home)) == 2

    async def test_where_an_account_is_is_known_from_where_it_was_joined_last(self, store: Store) -> None:
        home, host = await newcomer(store)
        left, joiner = await newcomer(store)
        await joined(store, joiner, replace(host, chat="then"))
        await parted(store, joiner)
        await joined(store, replace(joiner, chat="now"), replace(host, chat="now, too"))
        assert [account.chat for account in await store.accounts(home)] == ["now, too", "now"]
        await parted(store, joiner)
        assert [account.chat for account in await store.accounts(left)] == ["now"]


class TestJoining:
    async def test_an_account_that_joins_is_the_same_candidate_from_then_on(self, store: Store) -> None:
        home, host = await newcomer(store)
        left, joiner = await newcomer(store)
        await joined(store, joiner, host)
        for place in (joiner, replace(joiner, chat="elsewhere"), host):
            assert await store.candidate(place) == home
        await parted(store, joiner)
        assert (await store.candidate(joiner), await store.candidate(host)) == (left, home)

    async def test_whoever_has_joined_sees_both_histories_and_whoever_has_left_their_own(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        first, second = await over(store, host, 2.0), await over(store, joiner, 4.0)
        await joined(store, joiner, host)
        third = await over(store, joiner, 3.0)
        page = await store.history(home)
        assert [item.id for item in page.items] == [third.id, second.id, first.id]
        assert (page.interviews, page.average) == (3, 3.0)
        assert await store.current_interview(home) == third
        assert await store.report(home, second.id) == report(4.0)
        assert await store.transcript(home, second.id) is not None
        assert await store.interview(home, second.id) == replace(second, candidate=home)
        await parted(store, joiner)
        assert await seen_by(store, host) == [first.id]
        assert await seen_by(store, joiner) == [second.id, third.id]
        assert await store.interview(left, second.id) == second
        assert await store.interview(left, third.id) == replace(third, candidate=left)

    async def test_nobody_reaches_what_is_not_theirs_before_during_and_after(self, store: Store) -> None:
        (home, host), (left, joiner), (other, _) = [await newcomer(store) for _ in range(3)]
        theirs = {home: (await over(store, host, 2.0)).id, left: (await over(store, joiner, 4.0)).id}
        for step, reach in enumerate(
            [{home: [home], left: [left]}, {home: [home, left]}, {home: [home], left: [left]}]
        ):
            if step:
                await (joined(store, joiner, host) if step == 1 else parted(store, joiner))
            for candidate in (home, left, other):
                mine = [number for whose, number in theirs.items() if whose in reach.get(candidate, [])]
                for number in theirs.values():
                    assert (await store.interview(candidate, number) is not None) == (number in mine)
                    assert (await store.report(candidate, number) is not None) == (number in mine)
                    assert (await store.transcript(candidate, number) is not None) == (number in mine)
                assert [item.id for item in (await store.history(candidate)).items] == sorted(mine, reverse=True)
                assert (await store.history(candidate)).interviews == len(mine)
                assert (await store.report(candidate) is not None) == bool(mine)
                assert (await store.transcript(candidate) is not None) == bool(mine)
                assert (await store.current_interview(candidate) is not None) == bool(mine)
                assert (len(await store.asked(candidate, ROLE.id)) > 0) == bool(mine)
                assert len(await store.accounts(candidate)) == (
                    1 if candidate == other else len(reach.get(candidate, []))
                )

    async def test_the_same_account_name_on_another_platform_is_somebody_else(self, store: Store) -> None:
        (_, host), (left, joiner) = await newcomer(store), await newcomer(store)
        namesake = replace(joiner, platform="another")
        stranger = await store.candidate(namesake)
        begun = await started(store, stranger, namesake)
        await joined(store, joiner, host)
        assert await store.candidate(namesake) == stranger
        assert await store.current_interview(stranger) == begun
        await parted(store, joiner)
        assert await store.candidate(joiner) == left

    async def test_a_namesake_on_another_platform_takes_nothing_along_but_what_was_begun_there(
        self, store: Store
    ) -> None:
        home, host = await newcomer(store)
        namesake = replace(host, platform="another")
        left = await store.candidate(namesake)
        hosts, theirs = await over(store, host, 2.0), await over(store, namesake, 4.0)
        await joined(store, namesake, host)
        assert await seen_by(store, host) == [hosts.id, theirs.id]
        await parted(store, namesake)
        assert await store.current_interview(home) == hosts
        assert await store.current_interview(left) == theirs

    async def test_an_interview_paused_on_one_account_goes_on_from_the_other(self, store: Store) -> None:
        (home, host), (_, joiner) = await newcomer(store), await newcomer(store)
        paused = await started(store, home, host, phase=Phase.PAUSED)
        await over(store, joiner, 4.0)
        await joined(store, joiner, host)
        assert await store.current_interview(home) == paused
        change = Change(home, joiner, paused, replace(paused, phase=Phase.ASKING), (notice("Go on."),))
        result = await store.save(change)
        assert await store.current_interview(home) == result.interview
        assert [effect.conversation for effect in result.pending] == [joiner]
        await parted(store, joiner)
        assert await store.current_interview(home) == result.interview

    async def test_an_open_interview_of_one_who_leaves_is_open_at_home(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        await over(store, host, 2.0)
        await joined(store, joiner, host)
        begun = await started(store, home, joiner)
        newer = await over(store, host, 3.0)
        assert await store.current_interview(home) == begun
        await parted(store, joiner)
        assert await store.current_interview(home) == newer
        assert await store.current_interview(left) == replace(begun, candidate=left)

    async def test_preferences_stay_with_the_candidate_they_are_of(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        calm = Preferences(hide_numbers=True)
        await store.save(Change(left, joiner, preferences=calm))
        await joined(store, joiner, host)
        assert await store.preferences(await store.candidate(joiner)) == Preferences()
        await parted(store, joiner)
        assert await store.preferences(await store.candidate(joiner)) == calm
        assert await store.preferences(home) == Preferences()


class TestEffectsOnTheMove:
    async def test_effects_of_interviews_that_move_go_along_and_come_back(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        hosts = (
            await store.save(Change(home, host, after=new_interview(home, host), effects=(AssessAnswer(0),)))
        ).pending
        effects = (AssessAnswer(0), SettleAnswer(0, 1), notice("Begun."))
        begun = (await store.save(Change(left, joiner, after=new_interview(left, joiner), effects=effects))).pending
        outside = (await store.save(Change(left, joiner, effects=(notice("Outside."),)))).pending
        await joined(store, joiner, host)
        moved = [replace(effect, candidate=home) for effect in begun]
        assert await own_pending(store, home) == [*hosts, *moved]
        assert await own_pending(store, left) == list(outside)
        await parted(store, joiner)
        assert await own_pending(store, home) == list(hosts)
        assert await own_pending(store, left) == [*begun, *outside]

    async def test_what_is_said_about_joining_is_said_to_whoever_asked(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        digest = await code_of(store, home, host)
        result = await store.save(Change(left, joiner, effects=(notice("Joined."),), inbound_id="1", joins=digest))
        assert [(one.candidate, one.conversation) for one in result.pending] == [(left, joiner)]
        assert await own_pending(store, left) == list(result.pending)
        gone = (Account(joiner.platform, joiner.account, joined=True),)
        result = await store.save(Change(home, host, effects=(notice("Parted."),), inbound_id="2", leaves=gone))
        assert [(one.candidate, one.conversation) for one in result.pending] == [(home, host)]

    async def test_what_was_loaded_before_it_moved_is_stale(self, store: Store) -> None:
        (home, host), (left, joiner) = await newcomer(store), await newcomer(store)
        begun = await started(store, left, joiner)
        await joined(store, joiner, host)
        moved = replace(begun, candidate=home)
        with pytest.raises(StaleInterviewError):
            await store.save(Change(left, joiner, begun, replace(begun, phase=Phase.PAUSED)))
        assert await store.current_interview(home) == moved
        assert (await saved(store, moved, replace(moved, phase=Phase.PAUSED))).candidate == home


class TestLeaving:
    async def test_several_leave_at_once_each_to_their_own_home(self, store: Store) -> None:
        (home, host), *others = [await newcomer(store) for _ in range(3)]
        begun = {}
        for _, joiner in others:
            await joined(store, joiner, host)
            begun[joiner] = await over(store, joiner, 3.0)
        leaving = tuple(account for account in await store.accounts(home) if account.joined)
        await store.save(Change(home, host, leaves=leaving))
        for candidate, joiner in others:
            assert await store.candidate(joiner) == candidate
            assert await seen_by(store, joiner) == [begun[joiner].id]
        assert await seen_by(store, host) == []
        assert await store.accounts(home) == [Account(host.platform, host.account, chat=host.chat)]

    async def test_whoever_is_at_home_cannot_leave_and_nobody_sends_others_away(self, store: Store) -> None:
        (home, host), (_, joiner), (other, stranger) = [await newcomer(store) for _ in range(3)]
        await joined(store, joiner, host)
        await over(store, host, 2.0)
        seen = await seen_by(store, host)
        leaving = Account(joiner.platform, joiner.account, joined=True)
        unknown = Account("nowhere", "nobody", joined=True)
        at_home = Account(host.platform, host.account, joined=True)
        await store.save(Change(other, stranger, leaves=(leaving, unknown, at_home)))
        await store.save(Change(home, host, leaves=(at_home, unknown)))
        assert await store.candidate(joiner) == await store.candidate(host) == home
        assert await seen_by(store, host) == seen
