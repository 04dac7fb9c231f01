"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.effects import AssessAnswer, ConsiderAnswer, Effect, SettleAnswer
from core.model import Conversation, Phase
from core.ports import Change, PendingEffect, StaleInterviewError, Standing, Store
from tests.contracts import strategies
from tests.contracts.sample import new_interview
from tests.contracts.steps import (
    accounts,
    joined,
    many,
    newcomer,
    notice,
    own_pending,
    parted,
    started,
    written_out,
)


class TestSeen:
    async def test_the_newest_message_of_each_chat_is_known_by_the_highest_number(self, store: Store) -> None:
        candidate, here = await newcomer(store)
        there, elsewhere = replace(here, chat="there"), replace(here, platform="another")
        huge = "1" + 30 * "0"
        taken = [
            (here, number)
            for number in ("9", "1048576", "10", "edit-99999999", "edit:9999999:20260301T10", "88888888x", "²")
        ]
        taken += [(there, "5"), (there, huge), (there, str(2**63)), (elsewhere, "77")]
        for conversation, inbound_id in taken:
            await store.save(Change(candidate, conversation, inbound_id=inbound_id))
        assert await store.last_seen(here.platform) == {here.chat: "1048576", "there": huge}
        assert await store.last_seen("another") == {here.chat: "77"}
        assert await store.last_seen("a third") == {}

    async def test_a_number_behind_its_kind_counts_too(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for inbound_id in ("7", "voice:20", "voice-2:19", "voice:9", "voice:x30", "a:b:40", "press-50", ":"):
            await store.save(Change(candidate, conversation, inbound_id=inbound_id))
        assert await store.last_seen(conversation.platform) == {conversation.chat: "20"}

    async def test_what_was_pressed_since_does_not_count_as_it_may_have_come_in_elsewhere(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for inbound_id in ("interaction:5", "7", "interaction:20", "interaction:9"):
            await store.save(Change(candidate, conversation, inbound_id=inbound_id))
        assert await store.last_seen(conversation.platform) == {conversation.chat: "7"}

    async def test_where_nothing_was_written_yet_the_first_that_was_pressed_counts(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for inbound_id in ("interaction:x3", "interaction:20", "interaction:9", "interaction:100"):
            await store.save(Change(candidate, conversation, inbound_id=inbound_id))
        assert await store.last_seen(conversation.platform) == {conversation.chat: "9"}

    async def test_a_chat_without_any_number_is_left_out(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        for inbound_id in ("edit-1", "", "-5", "1.5"):
            await store.save(Change(candidate, conversation, inbound_id=inbound_id))
        await store.save(Change(candidate, conversation))
        assert await store.last_seen(conversation.platform) == {}

    async def test_a_candidate_is_where_their_newest_message_came_from(self, store: Store) -> None:
        (candidate, here), (other, elsewhere) = await newcomer(store), await newcomer(store)
        assert await store.wrote_last(candidate) is None
        chat = replace(here, chat="another chat")
        for where in (here, chat, here):
            await store.save(Change(candidate, where, inbound_id=f"m{next(accounts)}"))
        await store.save(Change(other, elsewhere, inbound_id="m1"))
        assert await store.wrote_last(candidate) == here
        await joined(store, elsewhere, here)
        assert await store.wrote_last(candidate) == elsewhere
        await parted(store, elsewhere)
        assert await store.wrote_last(candidate) == here

    async def test_an_effect_is_told_at_one_look_with_its_interview_and_where_its_candidate_is(
        self, store: Store
    ) -> None:
        candidate, here = await newcomer(store)
        interview = await started(store, candidate, here)
        asked = Change(candidate, here, interview, interview, (notice("In."), ConsiderAnswer(0, 1)))
        saved = await store.save(asked)
        message, effect = saved.pending
        assert await store.standing(effect.id) == Standing(effect, saved.interview, None)
        await store.save(Change(candidate, here, inbound_id="m1"))
        for known in (0, interview.id, 2**40):
            assert await store.standing(effect.id, known) == Standing(effect, saved.interview, here)
            assert await store.standing(message.id, known) == Standing(message, None, None)
        outside = (await store.save(Change(candidate, here, effects=(AssessAnswer(0),)))).pending[0]
        assert await store.standing(outside.id) == Standing(outside, None, here)
        await store.performed(effect.id)
        assert await store.standing(effect.id) is None

    async def test_an_interview_that_has_become_anothers_is_no_part_of_what_stands(self, store: Store) -> None:
        (candidate, here), (_, there) = await newcomer(store), await newcomer(store)
        interview = await started(store, candidate, here)
        (effect,) = (await store.save(Change(candidate, here, interview, interview, (AssessAnswer(0),)))).pending
        assert (await store.standing(effect.id)) is not None
        await joined(store, here, there)
        moved = await store.standing(effect.id, interview.id)
        assert moved is not None
        assert moved.interview is not None
        assert moved.pending.candidate == moved.interview.candidate != candidate


class TestAlone:
    async def test_whoever_was_alone_lets_others_be(self, store: Store) -> None:
        candidate, _ = await newcomer(store)
        for _ in range(2):
            async with asyncio.timeout(5), store.alone(candidate), store.alone(candidate + 1):
                await store.preferences(candidate)


class TestEffects:
    async def test_effects_wait_in_order_until_they_are_performed(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = new_interview(candidate, conversation)
        effects: tuple[Effect, ...] = (notice("one"), SettleAnswer(0, 1), notice("two"))
        first = await store.save(Change(candidate, conversation, after=interview, effects=effects))
        second = await store.save(Change(candidate, conversation, effects=(AssessAnswer(0),)))
        everything = [*first.pending, *second.pending]
        assert [pending.effect for pending in everything] == [*effects, AssessAnswer(0)]
        assert [pending.id for pending in everything] == sorted({pending.id for pending in everything})
        assert await store.pending() == everything
        await store.performed(first.pending[1].id)
        await store.performed(first.pending[1].id)
        everything.remove(first.pending[1])
        assert await store.pending() == everything

    async def test_an_effect_knows_whom_it_is_for_and_its_interview_where_there_is_one(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        thread = replace(conversation, chat="thread")
        change = Change(candidate, thread, after=new_interview(candidate, conversation), effects=(notice("in"),))
        result = await store.save(change)
        assert result.interview is not None
        reply = await store.save(Change(candidate, conversation, effects=(notice("out"),)))
        inside = PendingEffect(result.pending[0].id, candidate, thread, notice("in"), result.interview.id)
        outside = PendingEffect(reply.pending[0].id, candidate, conversation, notice("out"))
        assert reply.interview is None
        assert await own_pending(store, candidate) == [inside, outside]

    async def test_a_message_waits_where_it_is_to_be_sent(self, store: Store) -> None:
        (candidate, here), (_, there) = await newcomer(store), await newcomer(store)
        effects = (notice("here"), replace(notice("there"), to=there), AssessAnswer(0))
        result = await store.save(Change(candidate, here, effects=effects))
        assert [one.conversation for one in result.pending] == [here, there, here]
        assert await own_pending(store, candidate) == list(result.pending)

    async def test_a_result_removes_its_effect_with_what_it_changes(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        asked = await store.save(Change(candidate, conversation, interview, interview, (ConsiderAnswer(0, 1),)))
        assert asked.interview is not None
        change = Change(candidate, conversation, effects=(AssessAnswer(0),), performed=asked.pending[0].id)
        answered = await store.save(replace(change, before=asked.interview, after=asked.interview))
        assert await own_pending(store, candidate) == list(answered.pending)

    async def test_what_somebody_else_has_performed_changes_nothing(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        interview = await started(store, candidate, conversation)
        asked = await store.save(Change(candidate, conversation, interview, interview, (ConsiderAnswer(0, 1),)))
        assert asked.interview
        again = Change(candidate, conversation, asked.interview, asked.interview, performed=asked.pending[0].id)
        answered = (await store.save(again)).interview
        assert answered
        late = replace(again, before=answered, after=replace(answered, phase=Phase.PAUSED), effects=(notice("late"),))
        with pytest.raises(StaleInterviewError):
            await store.save(late)
        assert await store.interview(candidate, answered.id) == answered
        assert await own_pending(store, candidate) == []

    async def test_one_effect_and_those_of_one_candidate_are_found(self, store: Store) -> None:
        (candidate, here), (other, there) = await newcomer(store), await newcomer(store)
        first, second = (await store.save(Change(candidate, here, effects=(notice("1"), AssessAnswer(0))))).pending
        await store.save(Change(other, there, effects=(notice("another's"),)))
        assert await store.pending_effect(second.id) == second
        assert await store.pending_of(candidate) == [first, second]
        await store.performed(first.id)
        assert await store.pending_effect(first.id) is None
        assert await store.pending_of(candidate) == [second]
        assert await store.pending_of(2**40) == []

    async def test_ids_of_effects_are_never_given_out_twice(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        given_out = []
        for _ in range(3):
            result = await store.save(Change(candidate, conversation, effects=(notice("once"),)))
            given_out.append(result.pending[0].id)
            await store.performed(given_out[-1])
        assert len(set(given_out)) == 3

    @many
    @given(conversation=strategies.conversations, effects=st.lists(strategies.effects, max_size=3))
    async def test_any_effect_comes_back(self, store: Store, conversation: Conversation, effects: list[Effect]) -> None:
        candidate, _ = await newcomer(store)
        result = await store.save(Change(candidate, conversation, effects=tuple(effects)))
        assert [pending.effect for pending in result.pending] == effects
        assert written_out(await own_pending(store, candidate)) == written_out(list(result.pending))
