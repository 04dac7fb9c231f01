"""What every store promises of accounts that join and leave in any order, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.effects import AssessAnswer
from core.model import Conversation
from core.ports import Change, CodeGoneError, Store
from tests.contracts.sample import new_interview
from tests.contracts.steps import code_of, many, newcomer, parted, seen_by

PEOPLE = range(3)
person = st.sampled_from(PEOPLE)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("start"), person, person),
        st.tuples(st.just("join"), person, person),
        st.tuples(st.just("leave"), person, person),
        st.tuples(st.just("make"), person, person),
        st.tuples(st.just("use"), person, person),
    ),
    max_size=15,
)


@dataclass
class Story:
    """Three accounts, where each is, which interviews and effects were begun on each, and the codes they have made."""

    store: Store
    homes: list[int]
    accounts: list[Conversation]
    at: list[int]
    begun: dict[int, list[int]] = field(default_factory=lambda: {one: [] for one in PEOPLE})
    codes: dict[int, str] = field(default_factory=dict)  # the latest that each account made
    valid: dict[int, str] = field(default_factory=dict)  # by the account whose candidate made it

    async def start(self, one: int, _: int) -> None:
        candidate, conversation = self.homes[self.at[one]], self.accounts[one]
        interview = new_interview(candidate, conversation)
        result = await self.store.save(Change(candidate, conversation, after=interview, effects=(AssessAnswer(0),)))
        assert result.interview is not None
        self.begun[one].append(result.interview.id)

    async def join(self, one: int, other: int) -> None:
        await self.make(other, other)
        await self.use(one, other)

    async def make(self, one: int, _: int) -> None:
        self.codes[one] = await code_of(self.store, self.homes[self.at[one]], self.accounts[one])
        self.valid[self.at[one]] = self.codes[one]

    async def use(self, one: int, other: int) -> None:
        """Join by the latest code of another, which may have been made long ago, and where that one is no more."""
        digest = self.codes.get(other, "never made")
        maker = next((maker for maker, code in self.valid.items() if code == digest), None)
        change = Change(self.homes[self.at[one]], self.accounts[one], joins=digest)
        if maker is None or self.at[one] != one or self.at.count(one) > 1 or maker == one:
            with pytest.raises(CodeGoneError):
                await self.store.save(change)
            return
        await self.store.save(change)
        self.at[one] = maker
        self._forget_codes(one, maker)

    async def leave(self, one: int, _: int) -> None:
        left = self.at[one]
        await parted(self.store, self.accounts[one])
        self.at[one] = one
        self._forget_codes(left)

    def _forget_codes(self, *makers: int) -> None:
        for maker in makers:
            self.valid.pop(maker, None)

    async def check(self) -> None:
        """Everybody sees what was begun on the accounts that are where they are, and nothing else.

        Nobody is where the one whom they have joined is no more.
        """
        assert [self.at[self.at[one]] for one in PEOPLE] == self.at
        pending = {(effect.interview, effect.candidate) for effect in await self.store.pending()}
        for one in PEOPLE:
            here = [other for other in PEOPLE if self.at[other] == self.at[one]]
            assert await self.store.candidate(self.accounts[one]) == self.homes[self.at[one]]
            assert await seen_by(self.store, self.accounts[one]) == sorted(
                number for other in here for number in self.begun[other]
            )
            assert {(number, self.homes[self.at[one]]) for number in self.begun[one]} <= pending
        for one in set(PEOPLE) - set(self.at):
            assert (await self.store.history(self.homes[one])).interviews == 0
            assert list(await self.store.accounts(self.homes[one])) == []


@pytest.mark.unmeasured
@many
@given(moves=moves)
async def test_no_interview_is_lost_or_shown_to_others_and_leaving_restores_all(
    store: Store, moves: list[tuple[str, int, int]]
) -> None:
    people = [await newcomer(store) for _ in PEOPLE]
    story = Story(store, [home for home, _ in people], [account for _, account in people], list(PEOPLE))
    for name, one, other in moves:
        await getattr(story, name)(one, other)
        await story.check()
    for one in PEOPLE:
        await story.leave(one, one)
    await story.check()
    for one in PEOPLE:
        assert await seen_by(store, story.accounts[one]) == story.begun[one]
