"""What holds for an interview whatever happens to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import engine, policy, text, wishes
from core.effects import Effect, Send
from core.events import AnswerAssessed, AnswerStrengthened, MessageEdited, MessageReceived
from core.model import CANDIDATE_KINDS, Interview, Mode, Outcome, Phase, StartRequest
from core.model import UtteranceKind as Kind
from tests.contracts.sample import CONVERSATION, NOW, ROLE
from tests.core.exploring import Edge, edges, events, take

CLOSED = {Phase.FINISHED, Phase.DROPPED}
courses = st.lists(st.integers(0, 10**6), max_size=80)
modes = st.sampled_from(Mode)


def begin(mode: Mode) -> tuple[Interview, tuple[Effect, ...]]:
    return engine.begin(StartRequest(ROLE, mode, 3), 1, CONVERSATION, (), NOW)


def run(mode: Mode, course: Sequence[int]) -> list[Edge]:
    """A course of an interview: each number picks one of the events there are."""
    interview, _ = begin(mode)
    taken = []
    for number in course:
        possible = list(events(interview))
        row, event = possible[number % len(possible)]
        edge = take(interview, row, event)
        taken.append(edge)
        interview = edge.after or interview
    return taken


def assert_sound(interview: Interview) -> None:
    open_turns = [turn for turn in interview.turns if turn.outcome is None]
    assert open_turns in ([], [interview.turns[-1]])
    assert (interview.phase is Phase.FINISHED) == (interview.report is not None)
    for turn in interview.turns:
        prompts = turn.count(Kind.FOLLOW_UP) + turn.count(Kind.REDIRECT) + turn.count(Kind.ENCOURAGEMENT)
        assert turn.count(Kind.FOLLOW_UP) <= policy.MAX_FOLLOW_UPS
        assert prompts <= policy.MAX_PROMPTS
        assert turn.count(Kind.CLARIFICATION) <= policy.MAX_CLARIFICATIONS
        assert len(text.words(turn.answer_text)) <= policy.MAX_ANSWER_WORDS
        assert (turn.outcome is Outcome.ANSWERED) <= bool(turn.answers)
        assert (turn.assessment is not None) <= (turn.outcome in {Outcome.ANSWERED, Outcome.NOT_ANSWERED})
        follow_ups = [said.text for said in turn.utterances if said.kind is Kind.FOLLOW_UP]
        assert len(follow_ups) == len(set(follow_ups))
    assert {turn.question for turn in interview.turns} <= set(interview.plan)
    if interview.phase in {Phase.ASKING, Phase.CONSIDERING}:
        assert open_turns
    if interview.phase in {Phase.REVIEWING, Phase.REPORTING, Phase.FINISHED}:
        assert not open_turns


def assert_follows(edge: Edge) -> None:
    """What holds between an interview and the next."""
    before, after = edge.before, edge.after
    assert after is not None
    closed = [turn.outcome for turn in before.turns if turn.outcome is not None]
    assert [turn.outcome for turn in after.turns][: len(closed)] == closed
    assert len(after.turns) in {len(before.turns), len(before.turns) + 1}
    assert all(isinstance(effect, Send) is False or effect.message.text.strip() for effect in edge.effects)  # type: ignore[union-attr]
    late = isinstance(edge.event, AnswerAssessed | AnswerStrengthened)
    assert edge.effects or late, "a candidate who said something hears something or is waited for"


def assert_kept(interview: Interview, received: dict[str, str]) -> None:
    """Nothing that the candidate said is lost."""
    kept = {
        said.message_id: said.text
        for turn in interview.turns
        for said in turn.utterances
        if said.kind in CANDIDATE_KINDS
    }
    assert kept == received


@given(mode=modes, course=courses)
@settings(deadline=None, max_examples=300)
def test_whatever_happens_the_interview_is_sound(mode: Mode, course: list[int]) -> None:
    received: dict[str, str] = {}
    for edge in run(mode, course):
        if edge.after is None:
            continue
        assert edge.before.phase not in CLOSED, "after the end nothing changes"
        assert_sound(edge.after)
        assert_follows(edge)
        if isinstance(edge.event, MessageEdited) or _is_answer(edge):
            received[edge.event.message_id] = edge.event.text  # type: ignore[union-attr]
        assert_kept(edge.after, received)


def _is_answer(edge: Edge) -> bool:
    event = edge.event
    if not isinstance(event, MessageReceived) or not text.has_words(event.text):
        return False
    return wishes.wish(event.text, reviewing=edge.before.phase is Phase.REVIEWING) is None


@given(mode=modes, course=courses)
@settings(deadline=None, max_examples=100)
def test_the_same_events_give_the_same_interview_and_effects(mode: Mode, course: list[int]) -> None:
    taken = run(mode, course)
    interview, effects = begin(mode)
    assert (interview, effects) == begin(mode)
    for edge in taken:
        again = take(interview, edge.row, edge.event)
        assert (again.after, again.effects) == (edge.after, edge.effects)
        interview = again.after or interview


@given(said=st.text(max_size=200), mode=modes, phase=st.sampled_from([Phase.ASKING, Phase.REVIEWING]))
@settings(deadline=None)
def test_any_text_at_all_is_taken_or_refused(said: str, mode: Mode, phase: Phase) -> None:
    interview = next(edge.before for edge in edges() if edge.before.phase is phase)
    edge = take(interview, "message", MessageReceived(said, "new", NOW))
    if edge.after:
        assert_sound(edge.after)


def test_every_interview_that_can_be_reached_is_sound() -> None:
    for edge in edges():
        assert edge.after is not None
        assert edge.before.phase not in CLOSED
        assert_sound(edge.after)
        assert_follows(edge)


@pytest.mark.parametrize("phase", Phase)
def test_the_search_reaches_every_phase(phase: Phase) -> None:
    assert any(edge.after and edge.after.phase is phase for edge in edges())
