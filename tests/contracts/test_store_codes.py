"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.accounts import Account, CodeMaker, LinkCode
from core.model import Phase, Preferences
from core.ports import AlreadySeenError, Change, CodeGoneError, Saved, StaleInterviewError, Store
from tests.contracts.sample import NOW
from tests.contracts.steps import code_of, joined, newcomer, notice, own_pending, parted, saved, started

END = NOW + timedelta(minutes=10)
SHORTLY = timedelta(microseconds=1)


class TestCodes:
    async def test_a_code_tells_its_maker_until_it_expires(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation, END)
        assert await store.code_maker(digest, NOW) == CodeMaker(maker, conversation)
        assert await store.code_maker(digest, END - SHORTLY) == CodeMaker(maker, conversation)
        assert await store.code_maker(digest, END) is None
        assert await store.code_maker(digest, END + timedelta(days=9)) is None

    async def test_a_code_that_nobody_made_has_no_maker(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        for other in ("", digest[:-1], digest + "0", digest.upper(), "%", "_", "\ud800"):
            assert await store.code_maker(other, NOW) is None

    async def test_a_new_code_takes_the_place_of_the_earlier_one_only_of_its_maker(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        first = await code_of(store, maker, conversation)
        others = await code_of(store, other, elsewhere)
        second = await code_of(store, maker, conversation)
        assert await store.code_maker(first, NOW) is None
        assert await store.code_maker(second, NOW) == CodeMaker(maker, conversation)
        assert await store.code_maker(others, NOW) == CodeMaker(other, elsewhere)
        with pytest.raises(CodeGoneError):
            await store.save(Change(other, elsewhere, joins=first))

    async def test_a_change_that_says_nothing_of_codes_leaves_them(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        await started(store, maker, conversation)
        assert await store.code_maker(digest, NOW) == CodeMaker(maker, conversation)

    async def test_a_code_is_saved_with_its_message_or_not_at_all(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        change = Change(maker, conversation, inbound_id="42", code=LinkCode("first of two", END))
        await store.save(change)
        with pytest.raises(AlreadySeenError):
            await store.save(replace(change, code=LinkCode("second of two", END)))
        assert await store.code_maker("first of two", NOW) == CodeMaker(maker, conversation)
        assert await store.code_maker("second of two", NOW) is None


class TestCodesThatAreGone:
    async def test_a_code_joins_once(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        (first, there), (second, elsewhere) = await newcomer(store), await newcomer(store)
        await store.save(Change(first, there, joins=digest))
        assert await store.candidate(there) == maker
        assert await store.code_maker(digest, NOW) is None
        with pytest.raises(CodeGoneError):
            await store.save(Change(second, elsewhere, joins=digest))
        assert await store.candidate(elsewhere) == second

    async def test_of_several_who_have_the_same_code_at_the_same_time_one_joins(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        others = [await newcomer(store) for _ in range(5)]
        saves = [store.save(Change(candidate, elsewhere, joins=digest)) for candidate, elsewhere in others]
        results = await asyncio.gather(*saves, return_exceptions=True)
        assert [type(result) for result in results if not isinstance(result, Saved)] == [CodeGoneError] * 4
        assert len(await store.accounts(maker)) == 2

    async def test_nobody_joins_by_their_own_code(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        with pytest.raises(CodeGoneError):
            await store.save(Change(maker, conversation, joins=digest))
        assert await store.code_maker(digest, NOW) == CodeMaker(maker, conversation)
        assert await store.accounts(maker) == [Account(conversation.platform, conversation.account)]

    async def test_whoever_has_joined_has_to_leave_before_joining_another(self, store: Store) -> None:
        (_, first), (_, second), (home, joiner) = [await newcomer(store) for _ in range(3)]
        host = await joined(store, joiner, first)
        with pytest.raises(CodeGoneError):
            await joined(store, joiner, second)
        assert await store.candidate(joiner) == host
        await parted(store, joiner)
        assert await store.candidate(joiner) == home

    async def test_nobody_joins_who_would_leave_others_behind(self, store: Store) -> None:
        (home, host), (_, joiner), (maker, conversation) = [await newcomer(store) for _ in range(3)]
        await joined(store, joiner, host)
        digest = await code_of(store, maker, conversation)
        with pytest.raises(CodeGoneError):
            await store.save(Change(home, host, joins=digest))
        assert await store.candidate(host) == await store.candidate(joiner) == home
        await parted(store, joiner)
        await store.save(Change(home, host, joins=digest))
        assert await store.candidate(host) == maker

    async def test_nobody_joins_with_the_account_of_somebody_else(self, store: Store) -> None:
        maker, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        candidate, _ = await newcomer(store)
        digest = await code_of(store, maker, conversation)
        with pytest.raises(CodeGoneError):
            await store.save(Change(candidate, elsewhere, joins=digest))
        assert await store.candidate(elsewhere) == other
        assert await store.code_maker(digest, NOW) == CodeMaker(maker, conversation)

    async def test_the_code_of_whoever_joins_ends_with_it(self, store: Store) -> None:
        _, conversation = await newcomer(store)
        home, joiner = await newcomer(store)
        third, elsewhere = await newcomer(store)
        digest = await code_of(store, home, joiner)
        await joined(store, joiner, conversation)
        assert await store.code_maker(digest, NOW) is None
        with pytest.raises(CodeGoneError):
            await store.save(Change(third, elsewhere, joins=digest))

    async def test_nobody_who_was_parted_comes_back_by_a_code_made_before(self, store: Store) -> None:
        _, conversation = await newcomer(store)
        home, joiner = await newcomer(store)
        maker = await joined(store, joiner, conversation)
        digest = await code_of(store, maker, joiner)
        await parted(store, joiner)
        assert await store.code_maker(digest, NOW) is None
        with pytest.raises(CodeGoneError):
            await store.save(Change(home, joiner, joins=digest))

    async def test_when_it_is_gone_nothing_of_the_change_is_saved(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        await store.save(Change(candidate, conversation, effects=(notice("kept"),)))
        [pending] = await own_pending(store, candidate)
        change = Change(
            candidate,
            conversation,
            interview,
            replace(interview, phase=Phase.PAUSED),
            (notice("lost"),),
            "42",
            pending.id,
            Preferences(hide_numbers=True),
            LinkCode("never", END),
            joins="nothing",
        )
        with pytest.raises(CodeGoneError):
            await store.save(change)
        assert await store.current_interview(candidate) == interview
        assert await own_pending(store, candidate) == [pending]
        assert await store.preferences(candidate) == Preferences()
        assert await store.code_maker("never", NOW) is None
        await store.save(replace(change, joins=""))  # its message was not taken either

    @pytest.mark.parametrize("error", [AlreadySeenError, StaleInterviewError])
    async def test_when_another_thing_is_wrong_the_code_stays(self, store: Store, error: type[Exception]) -> None:
        maker, conversation = await newcomer(store)
        candidate, elsewhere = await newcomer(store)
        interview = await started(store, candidate, elsewhere)
        await saved(store, interview, interview, inbound_id="42")
        digest = await code_of(store, maker, conversation)
        change = Change(candidate, elsewhere, inbound_id="42", joins=digest)
        if error is StaleInterviewError:
            change = replace(change, inbound_id="43", before=interview, after=interview)
        with pytest.raises(error):
            await store.save(change)
        assert await store.code_maker(digest, NOW) == CodeMaker(maker, conversation)
        assert await store.candidate(elsewhere) == candidate
