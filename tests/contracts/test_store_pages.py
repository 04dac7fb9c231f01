"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.history import HistoryPage
from core.model import Phase, Report
from core.ports import Change, RoleMissingError, StaleInterviewError, Store
from core.roles import Role
from tests.contracts.sample import (
    DEADLINE,
    INCIDENT,
    NOW,
    QUEUES,
    ROLE,
    answered_turn,
    report,
)
from tests.contracts.steps import many, newcomer, saved, started


class TestReports:
    async def test_there_is_no_report_before_there_is_one(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        assert await store.report(candidate) is None
        assert await store.report(candidate, interview.id) is None

    async def test_the_report_is_that_of_an_interview_or_the_newest_there_is(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        first = await started(store, candidate, conversation, phase=Phase.FINISHED, report=report(2.0))
        second = await started(store, candidate, conversation, phase=Phase.FINISHED, report=report(3.0))
        third = await started(store, candidate, conversation)
        assert await store.report(candidate, first.id) == report(2.0)
        assert await store.report(candidate, second.id) == report(3.0)
        assert await store.report(candidate, third.id) is None
        assert await store.report(candidate) == report(3.0)

    async def test_a_report_made_again_replaces_the_first(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation, report=report(2.0))
        later: tuple[Report | None, ...] = (report(2.5), report(None), None, report(1.0))
        for version in later:
            interview = await saved(store, interview, replace(interview, report=version))
            assert await store.report(candidate) == version
            assert await store.interview(candidate, interview.id) == interview


class TestRolesThatGo:
    async def test_an_interview_whose_role_is_gone_can_be_closed_and_loses_nothing(
        self, store: Store, roles: dict[str, Role]
    ) -> None:
        candidate, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        interview = await started(store, candidate, conversation, turns=(answered_turn(),))
        others = await started(store, other, elsewhere)
        del roles[ROLE.id]
        with pytest.raises(RoleMissingError):
            await store.current_interview(candidate)
        with pytest.raises(RoleMissingError):
            await store.interview(candidate, interview.id)
        await store.close_unreadable(candidate)
        assert await store.current_interview(candidate) is None  # it is over now, and over without its role
        assert [item.phase for item in (await store.history(candidate)).items] == [Phase.DROPPED]
        roles[ROLE.id] = ROLE
        closed = replace(interview, phase=Phase.DROPPED, version=2)
        assert await store.interview(candidate, interview.id) == closed
        assert await store.current_interview(candidate) == closed
        assert await store.current_interview(other) == others

    async def test_what_was_loaded_before_it_was_closed_is_stale(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        await store.close_unreadable(candidate)
        with pytest.raises(StaleInterviewError):
            await store.save(Change(candidate, conversation, interview, interview))

    async def test_closing_changes_nothing_where_nothing_is_open(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        await store.close_unreadable(candidate)
        interview = await started(store, candidate, conversation, phase=Phase.FINISHED)
        await store.close_unreadable(candidate)
        assert await store.interview(candidate, interview.id) == interview

    @pytest.mark.parametrize("gone", [QUEUES, DEADLINE])  # one that was asked, one that is planned
    async def test_an_interview_one_of_whose_questions_is_gone_cannot_be_read(
        self, store: Store, roles: dict[str, Role], gone: object
    ) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation, report=report())
        left = tuple(question for question in ROLE.questions if question != gone)
        roles[ROLE.id] = replace(ROLE, questions=left)
        with pytest.raises(RoleMissingError):
            await store.current_interview(candidate)
        assert await store.report(candidate, interview.id) == report()
        await saved(store, interview, replace(interview, phase=Phase.FINISHED))
        assert await store.current_interview(candidate) is None
        with pytest.raises(RoleMissingError):
            await store.interview(candidate, interview.id)

    async def test_an_older_interview_does_not_stand_in_for_one_whose_role_is_gone(
        self, store: Store, roles: dict[str, Role]
    ) -> None:
        candidate, conversation = await newcomer(store)
        older = await started(store, candidate, conversation, phase=Phase.FINISHED)
        other = replace(ROLE, id="another")
        roles[other.id] = other
        newest = await started(store, candidate, conversation, role=other, phase=Phase.FINISHED)
        assert await store.current_interview(candidate) == newest
        del roles[other.id]
        assert await store.current_interview(candidate) is None
        assert await store.interview(candidate, older.id) == older

    async def test_an_interview_takes_its_questions_as_the_role_has_them_now(
        self, store: Store, roles: dict[str, Role]
    ) -> None:
        candidate, conversation = await newcomer(store)
        await started(store, candidate, conversation)
        better = replace(QUEUES, text="Better put?")
        roles[ROLE.id] = replace(ROLE, questions=(better, INCIDENT, DEADLINE))
        interview = await store.current_interview(candidate)
        assert interview is not None
        assert (interview.role, interview.plan[0], interview.turns[0].question) == (roles[ROLE.id], better, better)


class TestAsked:
    async def test_questions_asked_come_newest_first_and_once(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        turns = (answered_turn(QUEUES), answered_turn(INCIDENT), replace(answered_turn(INCIDENT), attempt=2))
        await started(store, candidate, conversation, turns=turns, phase=Phase.FINISHED)
        assert await store.asked(candidate, ROLE.id) == ["incident", "queues"]
        await started(store, candidate, conversation, turns=(answered_turn(DEADLINE), answered_turn(QUEUES)))
        assert await store.asked(candidate, ROLE.id) == ["queues", "deadline", "incident"]

    async def test_questions_asked_are_those_of_the_role(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        await started(store, candidate, conversation, role=replace(ROLE, id="another"))
        assert await store.asked(candidate, ROLE.id) == []
        assert await store.asked(candidate, "another") == ["queues"]

    async def test_at_most_fifty_questions_are_told(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        questions = [replace(QUEUES, id=f"q{number}") for number in range(60)]
        turns = tuple(replace(answered_turn(), question=question) for question in questions)
        await started(store, candidate, conversation, turns=turns)
        assert await store.asked(candidate, ROLE.id) == [f"q{number}" for number in range(59, 9, -1)]


class TestHistory:
    async def test_the_history_is_empty_at_first(self, store: Store) -> None:
        candidate, _ = await newcomer(store)
        page = await store.history(candidate)
        assert page == HistoryPage()
        assert await store.history(candidate, after=1) == page

    async def test_a_line_of_the_history_tells_of_its_interview(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation, phase=Phase.FINISHED, report=report(2.5))
        [item] = (await store.history(candidate)).items
        assert (item.id, item.role_title, item.mode) == (interview.id, ROLE.title, interview.mode)
        assert (item.phase, item.started_at, item.total) == (Phase.FINISHED, NOW, 2.5)

    async def test_the_history_is_read_page_by_page_newest_first(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        totals = [None, 1.0, 2.0, None, 4.5]
        numbers = []
        for total in totals:
            numbers.append((await started(store, candidate, conversation, report=report(total))).id)
            await started(store, other, elsewhere, report=report(5.0))
        numbers.reverse()
        pages = [await store.history(candidate, None, 2)]
        while pages[-1].older is not None:
            pages.append(await store.history(candidate, pages[-1].older, 2))
        assert [[item.id for item in page.items] for page in pages] == [numbers[:2], numbers[2:4], numbers[4:]]
        assert [page.newer for page in pages] == [None, numbers[2], numbers[4]]
        assert [item.total for page in pages for item in page.items] == totals[::-1]
        assert {(page.interviews, page.average) for page in pages} == {(5, 2.5)}

    async def test_leafing_back_shows_the_next_newer_ones(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        numbers = []
        for _ in range(5):
            numbers.append((await started(store, candidate, conversation, report=report(2.5))).id)
            await started(store, other, elsewhere)
        numbers.reverse()
        page = await store.history(candidate, after=numbers[4], limit=2)
        assert [item.id for item in page.items] == numbers[2:4]
        assert (page.newer, page.older) == (numbers[2], numbers[3])
        assert (page.interviews, page.average) == (5, 2.5)
        page = await store.history(candidate, after=numbers[2], limit=2)
        assert [item.id for item in page.items] == numbers[:2]
        assert (page.newer, page.older) == (None, numbers[1])

    async def test_a_page_that_is_just_full_is_the_last(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        numbers = [(await started(store, candidate, conversation)).id for _ in range(3)]
        assert (await store.history(candidate, None, 3)).older is None
        assert (await store.history(candidate, None, 3)).newer is None
        assert (await store.history(candidate, None, 2)).older == numbers[1]
        assert (await store.history(candidate, after=numbers[0], limit=2)).newer is None
        assert (await store.history(candidate, after=numbers[0], limit=1)).newer == numbers[1]

    async def test_beyond_either_end_there_is_nothing_and_nowhere_to_go(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        numbers = [(await started(store, candidate, conversation)).id for _ in range(3)]
        nothing = HistoryPage(interviews=3)
        assert await store.history(candidate, numbers[0]) == nothing
        assert await store.history(candidate, -(10**40)) == nothing
        assert await store.history(candidate, after=numbers[2]) == nothing
        assert await store.history(candidate, after=10**40) == nothing
        everything = await store.history(candidate)
        assert len(everything.items) == 3
        assert await store.history(candidate, 10**40) == everything
        assert await store.history(candidate, after=-(10**40)) == everything

    @many
    @given(length=st.integers(0, 7), limit=st.integers(1, 4))
    async def test_leafing_there_and_back_shows_every_interview_once(
        self, store: Store, length: int, limit: int
    ) -> None:
        candidate, conversation = await newcomer(store)
        numbers = [(await started(store, candidate, conversation)).id for _ in range(length)]
        page = await store.history(candidate, limit=limit)
        there = [item.id for item in page.items]
        while page.older is not None:
            page = await store.history(candidate, page.older, limit)
            there += [item.id for item in page.items]
        back = [item.id for item in reversed(page.items)]
        while page.newer is not None:
            page = await store.history(candidate, limit=limit, after=page.newer)
            back += [item.id for item in reversed(page.items)]
        assert there[::-1] == back == numbers
