"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import OPEN_PHASES, Conversation, Interview, Outcome, Phase, Preferences, Stronger, UtteranceKind
from core.ports import AlreadySeenError, Change, StaleInterviewError, Store
from tests.contracts import strategies
from tests.contracts.sample import (
    CONVERSATION,
    INCIDENT,
    ROLE,
    answer,
    answered_turn,
    assessment,
    new_interview,
    report,
)
from tests.contracts.steps import many, newcomer, notice, own_pending, saved, started, written_out


class TestCandidates:
    async def test_an_account_is_one_candidate_in_every_chat_and_under_every_name(self, store: Store) -> None:
        first = await store.candidate(Conversation("discord", "here", "7"))
        assert await store.candidate(Conversation("discord", "elsewhere", "7")) == first

    async def test_other_accounts_and_other_platforms_are_other_candidates(self, store: Store) -> None:
        places = [("discord", "7"), ("discord", "8"), ("telegram", "7")]
        found = {await store.candidate(Conversation(platform, "here", account)) for platform, account in places}
        assert len(found) == 3

    async def test_first_contacts_at_the_same_time_make_one_candidate(self, store: Store) -> None:
        found = await asyncio.gather(*(store.candidate(CONVERSATION) for _ in range(5)))
        assert len(set(found)) == 1


class TestInterviews:
    async def test_there_is_no_interview_at_first(self, store: Store) -> None:
        candidate, _ = await newcomer(store)
        assert await store.current_interview(candidate) is None
        assert await store.interview(candidate, 1) is None

    async def test_a_saved_interview_has_an_id_and_a_version_and_comes_back_the_same(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        assert interview.id > 0
        assert interview.version == 1
        assert interview == replace(new_interview(candidate, conversation), id=interview.id, version=1)
        assert await store.current_interview(candidate) == interview
        assert await store.interview(candidate, interview.id) == interview

    async def test_each_save_counts_the_version_up_by_one(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        first = await started(store, candidate, conversation)
        second = await saved(store, first, replace(first, phase=Phase.PAUSED))
        third = await saved(store, second, second)
        assert (second.version, third.version) == (2, 3)
        assert await store.current_interview(candidate) == third

    async def test_an_interview_may_go_on_in_another_chat(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        moved = await saved(store, interview, replace(interview, conversation=replace(conversation, chat="thread")))
        assert await store.current_interview(candidate) == moved

    @pytest.mark.parametrize("phase", list(Phase))
    async def test_the_current_interview_is_the_newest_where_none_or_it_is_open(
        self, store: Store, phase: Phase
    ) -> None:
        candidate, conversation = await newcomer(store)
        await started(store, candidate, conversation, phase=phase)
        newest = await started(store, candidate, conversation, phase=phase)
        assert await store.current_interview(candidate) == newest
        assert await store.interview(candidate, newest.id) == newest

    @pytest.mark.parametrize("phase", sorted(OPEN_PHASES))
    async def test_the_current_interview_is_the_open_one_however_many_newer_ones_are_over(
        self, store: Store, phase: Phase
    ) -> None:
        candidate, conversation = await newcomer(store)
        await started(store, candidate, conversation, phase=Phase.FINISHED)
        going_on = await started(store, candidate, conversation, phase=phase)
        for over in (Phase.FINISHED, Phase.DROPPED):
            await started(store, candidate, conversation, phase=over)
        assert await store.current_interview(candidate) == going_on
        await store.close_unreadable(candidate)
        assert await store.interview(candidate, going_on.id) == replace(going_on, phase=Phase.DROPPED, version=2)

    async def test_nobody_sees_the_interview_of_somebody_else(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        other, _ = await newcomer(store)
        interview = await started(store, candidate, conversation, report=report())
        assert await store.current_interview(other) is None
        assert await store.interview(other, interview.id) is None
        assert await store.report(other) is None
        assert await store.report(other, interview.id) is None
        assert await store.transcript(other) is None
        assert await store.transcript(other, interview.id) is None
        assert await store.asked(other, ROLE.id) == []
        assert (await store.history(other)).items == ()

    @pytest.mark.parametrize("number", [0, -1, 10**6, 2**63, 10**40, -(10**40)])
    async def test_an_id_that_does_not_exist_is_nothing(self, store: Store, number: int) -> None:
        candidate, conversation = await newcomer(store)
        await started(store, candidate, conversation, report=report())
        assert await store.interview(candidate, number) is None
        assert await store.report(candidate, number) is None
        assert await store.transcript(candidate, number) is None

    async def test_an_answer_is_added_edited_and_reclassified(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        for utterance in (answer("frist"), answer("first"), replace(answer("first"), kind=UtteranceKind.OFF_TOPIC)):
            asked = interview.turns[0].utterances[:1]
            turn = replace(interview.turns[0], utterances=(*asked, utterance))
            interview = await saved(store, interview, replace(interview, turns=(turn,)))
            assert await store.current_interview(candidate) == interview

    async def test_a_turn_is_closed_assessed_and_followed_by_the_next(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        closed = replace(interview.turns[0], outcome=Outcome.ANSWERED)
        assessed = replace(closed, assessment=assessment(2.0))
        again = replace(assessed, assessment=assessment(2.5), stronger=Stronger("Better.", ("It is longer.",), "small"))
        following = answered_turn(INCIDENT)
        retried = (following, replace(again, attempt=2))
        for turns in ((closed,), (assessed,), (again,), (again, following), retried):
            interview = await saved(store, interview, replace(interview, turns=turns))
            assert await store.current_interview(candidate) == interview

    async def test_an_assessment_that_is_disputed_is_kept_beside_the_new_one(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation, turns=(answered_turn(),), phase=Phase.FINISHED)
        disputed = replace(answered_turn(), assessment=None, disputed=assessment())
        for turn in (disputed, replace(disputed, assessment=assessment(4.5)), answered_turn()):
            interview = await saved(store, interview, replace(interview, turns=(turn,)))
            assert await store.current_interview(candidate) == interview

    @pytest.mark.parametrize("text", ["", "Stronger."])
    async def test_a_stronger_version_without_a_word_is_not_the_same_as_none(self, store: Store, text: str) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        for stronger in (Stronger(text), Stronger(text, made_by=""), None, Stronger(text, ("",), "small")):
            turn = replace(interview.turns[0], stronger=stronger)
            interview = await saved(store, interview, replace(interview, turns=(turn,)))
            assert await store.current_interview(candidate) == interview

    async def test_a_self_rating_is_told_from_none_given(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation, phase=Phase.REPORTING)
        for rating in (0, 4, None):
            interview = await saved(store, interview, replace(interview, self_rating=rating))
            assert await store.current_interview(candidate) == interview

    @many
    @given(versions=st.lists(strategies.interviews, min_size=1, max_size=3))
    async def test_whatever_changes_comes_back_in_every_field(self, store: Store, versions: list[Interview]) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        for version in versions:
            after = replace(version, candidate=candidate)
            interview = await saved(store, interview, after)
            assert interview == replace(after, id=interview.id, version=interview.version)
            assert written_out(await store.interview(candidate, interview.id)) == written_out(interview)


class TestAllOrNothing:
    async def test_a_message_taken_before_saves_nothing(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        await store.save(Change(candidate, conversation, effects=(notice("kept"),), inbound_id="42"))
        [pending] = await own_pending(store, candidate)
        paused = replace(interview, phase=Phase.PAUSED)
        wishes = Preferences(hide_numbers=True)
        change = Change(candidate, conversation, interview, paused, (notice("lost"),), "42", pending.id, wishes)
        with pytest.raises(AlreadySeenError):
            await store.save(change)
        assert await store.current_interview(candidate) == interview
        assert await own_pending(store, candidate) == [pending]
        assert await store.preferences(candidate) == Preferences()

    async def test_the_same_number_in_another_chat_or_platform_is_another_message(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for place in (conversation, replace(conversation, chat="b"), replace(conversation, platform="c")):
            await store.save(Change(candidate, place, inbound_id="42"))
            with pytest.raises(AlreadySeenError):
                await store.save(Change(candidate, place, inbound_id="42"))

    async def test_changes_without_a_message_may_repeat(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for _ in range(2):
            await store.save(Change(candidate, conversation))
        assert await own_pending(store, candidate) == []

    async def test_an_interview_changed_in_the_meantime_saves_nothing(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        await store.save(Change(candidate, conversation, effects=(notice("kept"),)))
        [pending] = await own_pending(store, candidate)
        newer = await saved(store, interview, replace(interview, phase=Phase.PAUSED))
        stopped = replace(interview, phase=Phase.FINISHED, report=report(), turns=(answered_turn(),))
        wishes = Preferences(hide_numbers=True)
        stale = Change(candidate, conversation, interview, stopped, (notice("lost"),), "42", pending.id, wishes)
        with pytest.raises(StaleInterviewError):
            await store.save(stale)
        assert await store.current_interview(candidate) == newer
        assert await own_pending(store, candidate) == [pending]
        assert await store.preferences(candidate) == Preferences()
        await store.save(replace(stale, before=newer, after=newer))  # its message was not taken either
        assert [effect.effect for effect in await own_pending(store, candidate)] == [notice("lost")]

    async def test_of_two_saves_at_the_same_time_one_wins(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        changes = [Change(candidate, conversation, interview, replace(interview, phase=phase)) for phase in Phase]
        results = await asyncio.gather(*(store.save(change) for change in changes), return_exceptions=True)
        assert sum(isinstance(result, StaleInterviewError) for result in results) == len(results) - 1
        kept = await store.interview(candidate, interview.id)
        assert kept is not None
        assert kept.version == 2

    async def test_nobody_changes_the_interview_of_somebody_else(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        other, elsewhere = await newcomer(store)
        interview = await started(store, candidate, conversation)
        with pytest.raises(StaleInterviewError):
            await store.save(Change(other, elsewhere, interview, replace(interview, phase=Phase.PAUSED)))
        assert await store.current_interview(candidate) == interview
