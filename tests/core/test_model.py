"""What the values say about themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.model import CANDIDATE_KINDS, Phase, Speaker, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.roles import Criterion
from tests.contracts.sample import INCIDENT, NOW, QUEUES, ROLE, assessment, new_interview


def said(*kinds: Kind) -> Turn:
    return Turn(QUEUES, utterances=tuple(Utterance(kind, f"{place}", NOW) for place, kind in enumerate(kinds)))


@pytest.mark.parametrize(
    ("kinds", "latest"),
    [
        ((), []),
        ((Kind.ANSWER,), ["0"]),
        ((Kind.QUESTION, Kind.ANSWER, Kind.HINT, Kind.ANSWER), ["1", "3"]),
        ((Kind.QUESTION, Kind.ANSWER, Kind.FOLLOW_UP), []),
        ((Kind.QUESTION, Kind.ANSWER, Kind.FOLLOW_UP, Kind.TOO_LONG, Kind.ANSWER), ["3", "4"]),
        ((Kind.QUESTION, Kind.NON_ANSWER, Kind.ENCOURAGEMENT, Kind.CLARIFICATION, Kind.ANSWER), ["4"]),
        ((Kind.QUESTION, Kind.OFF_TOPIC, Kind.REDIRECT, Kind.WISH), ["3"]),
    ],
)
def test_the_latest_answer_is_what_was_said_since_something_was_asked(
    kinds: tuple[Kind, ...], latest: list[str]
) -> None:
    assert [one.text for one in said(*kinds).latest_answer] == latest


@pytest.mark.parametrize(
    ("started_at", "address"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "0"),
        (datetime(1969, 1, 1, tzinfo=UTC), "0"),
        (datetime(1970, 1, 1, 0, 0, 0, 35_999, tzinfo=UTC), "z"),
        (datetime(1970, 1, 1, 0, 0, 0, 36_000, tzinfo=UTC), "10"),
        (datetime.fromtimestamp(int("lx2k9a3f", 36) / 1000, UTC), "lx2k9a3f"),
    ],
)
def test_an_interview_is_addressed_by_when_it_was_started(started_at: datetime, address: str) -> None:
    interview = replace(new_interview(), started_at=started_at)
    assert interview.address == replace(interview, id=7, version=3).address == address
    elsewhere = started_at.astimezone(timezone(timedelta(hours=5)))
    assert replace(interview, started_at=elsewhere).address == address


def test_only_answers_count_as_the_answer() -> None:
    turn = said(*Kind)
    assert turn.answer_text == str(list(Kind).index(Kind.ANSWER))
    assert all(turn.count(kind) == 1 for kind in Kind)


@pytest.mark.parametrize("kind", Kind)
def test_who_said_something_follows_from_its_kind(kind: Kind) -> None:
    speaker = Utterance(kind, "…", NOW).speaker
    assert speaker is (Speaker.CANDIDATE if kind in CANDIDATE_KINDS else Speaker.INTERVIEWER)


def test_things_are_found_by_their_id() -> None:
    assert ROLE.question("incident") == INCIDENT
    assert ROLE.question("none") is None
    assert QUEUES.point("retry") == QUEUES.points[1]
    assert QUEUES.point("") is None
    assert ROLE.rule(Criterion.TECHNICAL).label == "Knowledge"
    assert [assessment().levels.of(criterion) for criterion in Criterion] == [3, 4, 4]


def test_an_interview_is_open_until_it_is_finished_or_dropped() -> None:
    interview = new_interview()
    assert interview.number == 1
    is_open = {phase for phase in Phase if Phase(phase) not in {Phase.FINISHED, Phase.DROPPED}}
    for phase in Phase:
        object.__setattr__(interview, "phase", phase)
        assert interview.is_open == (phase in is_open)
