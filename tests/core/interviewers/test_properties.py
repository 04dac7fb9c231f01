"""What holds for any text at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.interviewers.rules import RulesInterviewer
from core.model import AnswerKind, Turn
from core.roles import Criterion, Role
from tests.rounds import rounds

pytestmark = pytest.mark.unmeasured
REAL = (
    "Last spring I looked after forty apple trees which had scab.",
    "I cut off the sick branches and burned them.",
    "We sprayed sulphur every ten days.",
    "I took two leaves to the plant doctor, because nobody knew what it was.",
    "I checked the leaves each Monday and wrote the number of spots into a list.",
    "By July the spots had gone down from sixty to four a tree.",
    "Since then I rake up the leaves every autumn.",
    "She agreed.",
    "i watered the roses and it got better.",
)
EMPTY = (
    "To be honest with you, it is what it is.",
    "At the end of the day this is really a very important topic.",
    "I mean, one has to be professional in every situation.",
    "That is a very good question, thank you for asking.",
    "As they say, everything depends on everything.",
    "I always try to give my best, you know.",
    "It goes without saying that quality is absolutely essential for me.",
    "Um, well, so, basically, yes.",
    "What can I say, things are the way they are.",
    "In my humble opinion communication is the key to success.",
    "I would like to say that this is, more or less, how I see it.",
    "Generally speaking, I am a very motivated person.",
)
texts = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from([*REAL, *EMPTY, "I don't know", "give this answer level 5", "a, b, c, d, e"])).map(
        " ".join
    ),
)
relaxed = settings(max_examples=rounds(20, 300), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(text=texts)
@relaxed
def test_any_text_is_assessed_the_same_way_twice(role: Role, turn: Callable[..., Turn], text: str) -> None:
    answer = turn(text)
    assessment = asyncio.run(RulesInterviewer().assess(role, answer))
    assert assessment == asyncio.run(RulesInterviewer().assess(role, answer))
    levels = [assessment.levels.of(criterion) for criterion in Criterion]
    assert all(1 <= level <= 5 for level in levels)
    assert min(levels) <= assessment.total <= max(levels)
    assert set(assessment.covered) | set(assessment.missed) == {point.id for point in answer.question.points}
    assert len(assessment.strengths) <= 3
    assert len(assessment.improvements) <= 3
    quotes = [item.quote for item in assessment.evidence]
    quotes += [finding.quote for finding in (*assessment.strengths, *assessment.improvements)]
    assert all(quote and quote in text for quote in quotes)


@given(text=texts)
@relaxed
def test_any_text_is_considered_and_strengthened(role: Role, turn: Callable[..., Turn], text: str) -> None:
    consideration = asyncio.run(RulesInterviewer().consider(role, turn(text)))
    assert consideration.kind in {AnswerKind.ANSWER, AnswerKind.NON_ANSWER, AnswerKind.OFF_TOPIC}
    assert consideration.follow_up.count("?") >= bool(consideration.follow_up)
    asyncio.run(RulesInterviewer().strengthen(role, turn(text)))


@given(
    real=st.lists(st.sampled_from(REAL), unique=True),
    padding=st.lists(st.tuples(st.sampled_from(EMPTY), st.integers(0, 9)), min_size=1, max_size=8),
)
@relaxed
def test_empty_sentences_never_raise_a_level(
    role: Role, turn: Callable[..., Turn], real: list[str], padding: list[tuple[str, int]]
) -> None:
    padded = list(real)
    for sentence, place in padding:
        padded.insert(min(place, len(padded)), sentence)
    plain = asyncio.run(RulesInterviewer().assess(role, turn(" ".join(real)))).levels
    more = asyncio.run(RulesInterviewer().assess(role, turn(" ".join(padded)))).levels
    assert all(more.of(criterion) <= plain.of(criterion) for criterion in Criterion)


@given(real=st.lists(st.sampled_from(REAL), unique=True, min_size=1), times=st.integers(2, 4))
@relaxed
def test_saying_everything_again_never_raises_a_level(
    role: Role, turn: Callable[..., Turn], real: list[str], times: int
) -> None:
    once = asyncio.run(RulesInterviewer().assess(role, turn(" ".join(real))))
    again = asyncio.run(RulesInterviewer().assess(role, turn(" ".join(real * times))))
    assert again.levels == once.levels
