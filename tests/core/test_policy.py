"""Which questions are asked, and what follows an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import policy
from core.model import AnswerKind, Consideration, Interview, Outcome, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.policy import Move
from core.roles import Role, Seniority
from tests.contracts.sample import INCIDENT, NOW, QUEUES, ROLE, new_interview

LEVELS = (
    Seniority.MID,
    Seniority.JUNIOR,
    Seniority.SENIOR,
    Seniority.SENIOR,
    Seniority.JUNIOR,
    Seniority.MID,
)
BIG = replace(
    ROLE,
    questions=tuple(replace(QUEUES, id=f"q{place}", seniority=level) for place, level in enumerate(LEVELS)),
)
IDS = [question.id for question in BIG.questions]


def planned(
    count: int, seniority: Seniority = Seniority.MID, asked: tuple[str, ...] = (), role: Role = BIG
) -> list[str]:
    return [question.id for question in policy.plan(role, seniority, count, asked)]


@pytest.mark.parametrize(
    ("seniority", "expected"),
    [
        (Seniority.JUNIOR, ["q0", "q1", "q4"]),
        (Seniority.MID, ["q0", "q1", "q5"]),
        (Seniority.SENIOR, ["q0", "q2", "q3"]),
    ],
)
def test_the_first_interview_opens_with_the_first_question_and_is_near_the_seniority(
    seniority: Seniority, expected: list[str]
) -> None:
    assert planned(3, seniority) == expected


def test_questions_that_were_asked_come_last() -> None:
    assert planned(3, Seniority.MID, ("q5", "q1", "q0")) == ["q2", "q3", "q4"]
    assert planned(4, Seniority.MID, ("q5", "q1", "q0"))[:1] == ["q0"]


def test_once_all_were_asked_those_asked_longest_ago_come_again() -> None:
    asked = tuple(reversed(IDS))
    assert planned(2, asked=asked) == ["q0", "q1"]
    assert planned(2, asked=("q1", "q0", *asked)) == ["q2", "q3"]
    assert planned(2, asked=("q1", "q0", "q5", "q4", "q3", "q2")) == ["q2", "q3"]


@given(
    count=st.integers(1, len(IDS)),
    seniority=st.sampled_from(Seniority),
    asked=st.lists(st.sampled_from([*IDS, "gone"]), max_size=50),
)
def test_a_plan_is_of_that_many_questions_in_the_files_order_and_always_the_same(
    count: int, seniority: Seniority, asked: list[str]
) -> None:
    plan = planned(count, seniority, tuple(asked))
    assert len(plan) == count
    assert plan == sorted(plan)
    assert plan == planned(count, seniority, tuple(asked))
    left_out = set(IDS) - set(plan)
    assert not (set(plan) & set(asked) and left_out - set(asked)), "nothing is asked again while something is new"


def interview_with(*kinds: Kind, text: str = "") -> Interview:
    said = tuple(Utterance(kind, text or f"{kind} {place}", NOW) for place, kind in enumerate(kinds))
    interview = new_interview()
    return replace(interview, turns=(replace(interview.turns[-1], utterances=said),))


FOLLOWED = Consideration(AnswerKind.ANSWER, missing=("retry",), follow_up="And what about retries?", point="retry")
SILENT = Consideration(AnswerKind.ANSWER)


@pytest.mark.parametrize(
    ("said", "consideration", "move"),
    [
        ((Kind.ANSWER,), FOLLOWED, Move.FOLLOW_UP),
        ((Kind.ANSWER,), SILENT, Move.MOVE_ON),
        ((Kind.ANSWER, Kind.FOLLOW_UP, Kind.FOLLOW_UP, Kind.ANSWER), FOLLOWED, Move.FOLLOW_UP),
        ((Kind.FOLLOW_UP, Kind.FOLLOW_UP, Kind.FOLLOW_UP, Kind.ANSWER), FOLLOWED, Move.MOVE_ON),
        ((Kind.FOLLOW_UP, Kind.REDIRECT, Kind.ENCOURAGEMENT, Kind.ANSWER), FOLLOWED, Move.MOVE_ON),
        ((Kind.FOLLOW_UP, Kind.REDIRECT, Kind.ANSWER), FOLLOWED, Move.FOLLOW_UP),
        ((Kind.CLARIFICATION, Kind.CLARIFICATION, Kind.HINT, Kind.HINT, Kind.ANSWER), FOLLOWED, Move.FOLLOW_UP),
        ((Kind.NON_ANSWER,), Consideration(AnswerKind.NON_ANSWER), Move.ENCOURAGE),
        ((Kind.ENCOURAGEMENT, Kind.NON_ANSWER), Consideration(AnswerKind.NON_ANSWER), Move.MOVE_ON),
        ((Kind.ANSWER, Kind.FOLLOW_UP, Kind.NON_ANSWER), Consideration(AnswerKind.NON_ANSWER), Move.MOVE_ON),
        ((Kind.FOLLOW_UP,) * 3, Consideration(AnswerKind.NON_ANSWER), Move.MOVE_ON),
        ((Kind.OFF_TOPIC,), Consideration(AnswerKind.OFF_TOPIC), Move.REDIRECT),
        ((Kind.REDIRECT, Kind.OFF_TOPIC), Consideration(AnswerKind.OFF_TOPIC), Move.MOVE_ON),
        ((Kind.ENCOURAGEMENT, Kind.OFF_TOPIC), Consideration(AnswerKind.OFF_TOPIC), Move.REDIRECT),
    ],
)
def test_what_follows_an_answer(said: tuple[Kind, ...], consideration: Consideration, move: Move) -> None:
    assert policy.decide(interview_with(Kind.QUESTION, *said), consideration) is move


def test_a_follow_up_is_never_repeated() -> None:
    interview = interview_with(Kind.FOLLOW_UP, text=FOLLOWED.follow_up)
    assert policy.decide(interview, FOLLOWED) is Move.MOVE_ON
    again = replace(FOLLOWED, follow_up=f"  {FOLLOWED.follow_up.upper()}")
    assert policy.decide(interview, again) is Move.MOVE_ON


def test_the_next_question_is_the_first_that_was_not_asked() -> None:
    interview = new_interview()
    assert policy.next_question(interview) == INCIDENT
    all_asked = replace(interview, turns=tuple(Turn(question) for question in interview.plan))
    assert policy.next_question(all_asked) is None


def test_a_turn_is_answered_when_anything_counts_as_an_answer() -> None:
    assert policy.outcome(interview_with(Kind.ANSWER, Kind.NON_ANSWER).turns[-1]) is Outcome.ANSWERED
    assert policy.outcome(interview_with(Kind.NON_ANSWER, Kind.WISH, Kind.TOO_LONG).turns[-1]) is Outcome.NOT_ANSWERED
