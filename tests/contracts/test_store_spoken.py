"""What every store promises of what was spoken, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.model import Phase, UtteranceKind
from core.ports import Store
from core.speech import Delivery
from tests.contracts.sample import answer, new_interview, report, spoken
from tests.contracts.steps import newcomer, saved, started


async def reported(store: Store, *deliveries: Delivery | None) -> tuple[int, list[int]]:
    """A candidate with an interview for each delivery, and their ids."""
    candidate, conversation = await newcomer(store)
    numbers = []
    for delivery in deliveries:
        over = replace(report(), delivery=delivery)
        interview = await started(store, candidate, conversation, phase=Phase.FINISHED, report=over)
        numbers.append(interview.id)
    return candidate, numbers


def spoke(words: int, speaking_s: float) -> Delivery:
    return Delivery(words, speaking_s + 5, speaking_s)


class TestSpoken:
    async def test_a_note_is_kept_with_its_words_and_spans(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        said = replace(answer("We retry.", "n1"), spoken=spoken("n1", "We", "retry."))
        turn = replace(new_interview().turns[0], utterances=(*new_interview().turns[0].utterances, said))
        interview = await started(store, candidate, conversation, turns=(turn,), usual_pace=131.5)
        assert await store.interview(candidate, interview.id) == interview
        assert interview.turns == (turn,)
        transcript = await store.transcript(candidate)
        assert transcript
        assert transcript.turns[0][-1] == said

    async def test_what_was_heard_takes_the_place_of_the_note_and_can_be_taken_back(self, store: Store) -> None:
        candidate, conversation = await newcomer(store)
        asked = new_interview().turns[0]
        waiting = replace(answer("", "n1"), kind=UtteranceKind.VOICE_NOTE)
        heard = replace(answer("We retry.", "n1"), spoken=spoken("n1", "We", "retry."))
        interview = await started(store, candidate, conversation)
        for said in (waiting, heard, replace(heard, kind=UtteranceKind.RETRACTED), replace(heard, spoken=None)):
            turns = (replace(asked, utterances=(*asked.utterances, said)),)
            interview = await saved(store, interview, replace(interview, turns=turns))
            assert await store.current_interview(candidate) == interview


class TestUsualPace:
    async def test_nobody_who_has_not_spoken_has_one(self, store: Store) -> None:
        candidate, _ = await reported(store, None, None)
        assert await store.usual_pace(candidate) is None
        assert await store.usual_pace(10**6) is None

    async def test_it_is_all_words_by_all_the_time_of_speaking(self, store: Store) -> None:
        candidate, _ = await reported(store, spoke(200, 120), None, spoke(60, 24))
        assert await store.usual_pace(candidate) == pytest.approx(260 / 144 * 60)

    async def test_what_was_too_short_to_tell_does_not_count(self, store: Store) -> None:
        candidate, _ = await reported(store, spoke(130, 60), spoke(9, 3), spoke(10, 2.9), spoke(0, 0))
        assert await store.usual_pace(candidate) == pytest.approx(130)
        candidate, _ = await reported(store, spoke(10, 3.0))
        assert await store.usual_pace(candidate) == pytest.approx(200)

    async def test_it_is_of_the_latest_five_that_tell_it(self, store: Store) -> None:
        candidate, _ = await reported(store, spoke(300, 60), *[spoke(120, 60)] * 5, None, spoke(1, 1))
        assert await store.usual_pace(candidate) == pytest.approx(120)
        candidate, _ = await reported(store, spoke(300, 60), *[spoke(120, 60)] * 4)
        assert await store.usual_pace(candidate) == pytest.approx(780 / 5)

    async def test_it_is_nobody_elses(self, store: Store) -> None:
        await reported(store, spoke(300, 60))
        candidate, _ = await reported(store, spoke(120, 60))
        assert await store.usual_pace(candidate) == pytest.approx(120)
