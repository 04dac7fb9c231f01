"""What every store promises, run over the fake and the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from core.history import Transcript
from core.model import Interview, Phase
from core.ports import Store
from core.roles import Role
from tests.contracts import strategies
from tests.contracts.sample import INCIDENT, NOW, ROLE, answer, answered_turn, report
from tests.contracts.steps import many, newcomer, saved, started, written_out


def transcript_of(interview: Interview) -> Transcript:
    return Transcript(
        interview.id,
        interview.role.title,
        interview.mode,
        interview.seniority,
        interview.phase,
        interview.started_at,
        tuple(turn.utterances for turn in interview.turns),
        None if interview.report is None else interview.report.total,
    )


async def test_there_is_none_where_there_was_no_interview(store: Store) -> None:
    candidate, _ = await newcomer(store)
    assert await store.transcript(candidate) is None
    assert await store.transcript(candidate, 1) is None


async def test_it_tells_all_that_was_said_in_order(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    turns = (answered_turn(), replace(answered_turn(INCIDENT), utterances=(answer("One."), answer("Two.", "m2"))))
    interview = await started(store, candidate, conversation, turns=turns, phase=Phase.FINISHED, report=report(2.5))
    told = await store.transcript(candidate, interview.id)
    assert told == transcript_of(interview)
    assert told is not None
    assert (told.role_title, told.started_at, told.total) == (ROLE.title, NOW, 2.5)
    assert [utterance.text for utterance in told.turns[1]] == ["One.", "Two."]


async def test_it_is_that_of_an_interview_or_of_the_newest(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    first = await started(store, candidate, conversation)
    second = await started(store, candidate, conversation, phase=Phase.DROPPED)
    assert await store.transcript(candidate, first.id) == transcript_of(first)
    assert await store.transcript(candidate, second.id) == transcript_of(second)
    assert await store.transcript(candidate) == transcript_of(second)


async def test_it_follows_an_interview_that_goes_on(store: Store) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    turns = (replace(interview.turns[0], utterances=(*interview.turns[0].utterances, answer("So."))), answered_turn())
    interview = await saved(store, interview, replace(interview, turns=turns, report=report(None)))
    assert await store.transcript(candidate) == transcript_of(interview)


@pytest.mark.parametrize("gone", ["role", "questions"])
async def test_it_needs_no_role(store: Store, roles: dict[str, Role], gone: str) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation, phase=Phase.FINISHED, report=report())
    if gone == "role":
        del roles[ROLE.id]
    else:
        roles[ROLE.id] = replace(ROLE, questions=(INCIDENT,), title="Another title")
    assert await store.transcript(candidate) == transcript_of(interview)


@many
@given(version=strategies.interviews)
async def test_any_interview_has_one(store: Store, version: Interview) -> None:
    candidate, conversation = await newcomer(store)
    interview = await started(store, candidate, conversation)
    interview = await saved(store, interview, replace(version, candidate=candidate))
    assert written_out(await store.transcript(candidate, interview.id)) == written_out(transcript_of(interview))
