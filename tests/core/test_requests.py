"""What a candidate asks for when starting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Mode, StartRequest
from core.requests import BadRequestError, besides_role, find_role, nearest, reply_style, start_request
from core.roles import Seniority
from core.speech import ReplyStyle
from tests.contracts.sample import QUEUES, ROLE

BACKEND = replace(
    ROLE,
    id="backend_engineer",
    title="Backend Engineer",
    questions=tuple(replace(QUEUES, id=f"q{place}") for place in range(8)),
)
ROLES = {ROLE.id: ROLE, BACKEND.id: BACKEND}


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("tester", StartRequest(ROLE, Mode.MOCK, 3, Seniority.MID)),
        ("backend_engineer", StartRequest(BACKEND, Mode.MOCK, 5, Seniority.MID)),
        ("Backend Engineer", StartRequest(BACKEND, Mode.MOCK, 5, Seniority.MID)),
        ("backend engineer coach", StartRequest(BACKEND, Mode.COACH, 5, Seniority.MID)),
        ("voice tester both", StartRequest(ROLE, Mode.MOCK, 3, Seniority.MID)),
        ("coach 2 senior tester", StartRequest(ROLE, Mode.COACH, 2, Seniority.SENIOR)),
        ("JUNIOR TESTER ALL MOCK", StartRequest(ROLE, Mode.MOCK, 3, Seniority.JUNIOR)),
        ("backend_engineer all", StartRequest(BACKEND, Mode.MOCK, 8, Seniority.MID)),
        ("backend_engineer 1", StartRequest(BACKEND, Mode.MOCK, 1, Seniority.MID)),
        ("backend_engineer 8", StartRequest(BACKEND, Mode.MOCK, 8, Seniority.MID)),
    ],
)
def test_words_may_stand_in_any_order(argument: str, expected: StartRequest) -> None:
    assert start_request(argument, ROLES) == expected


@pytest.mark.parametrize("argument", ["", "   ", "coach", "5", "senior mock all", "voice"])
def test_no_role_named_is_no_request_yet(argument: str) -> None:
    assert start_request(argument, ROLES) is None


@pytest.mark.parametrize(
    ("argument", "style", "besides"),
    [
        ("tester", None, ""),
        ("tester Voice", ReplyStyle.VOICE, "voice"),
        ("BOTH senior tester", ReplyStyle.BOTH, "senior both"),
        ("voice text coach 3", ReplyStyle.TEXT, "coach 3 text"),
        ("voices", None, ""),
    ],
)
def test_a_request_can_say_how_questions_come(argument: str, style: ReplyStyle | None, besides: str) -> None:
    assert reply_style(argument) == style
    assert besides_role(argument) == besides


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("bakend_enginer", "Did you mean backend_engineer?"),
        ("xyzzy", "There is: tester, backend_engineer."),
        ("tester 0", "from 1 to 3, not 0"),
        ("tester 4", "from 1 to 3, not 4"),
        ("tester -1", "from 1 to 3, not -1"),
        ("tester --1", "There is no role “tester --1”"),
        ("tester 99999999999999", "from 1 to 3"),
        ("9", "from 1 to 8, not 9"),
        ("", "There are no roles"),
    ],
)
def test_what_cannot_be_met_is_said_in_a_sentence(argument: str, problem: str) -> None:
    with pytest.raises(BadRequestError, match=problem):
        start_request(argument or "anything", ROLES if argument else {})


def test_a_long_name_is_cut() -> None:
    with pytest.raises(BadRequestError) as error:
        find_role("q" * 500, ROLES)
    assert len(str(error.value)) < 200


def test_the_nearest_is_the_key_of_what_is_most_alike() -> None:
    assert nearest("histroy", {"history": "history", "hint": "hint"}) == "history"
    assert nearest("qqq", {"history": "history"}) is None


@given(st.text(max_size=60), st.sampled_from([ROLES, {ROLE.id: ROLE}]))
def test_any_argument_gives_a_request_or_a_sentence(argument: str, roles: dict[str, object]) -> None:
    try:
        asked = start_request(argument, roles)  # type: ignore[arg-type]
    except BadRequestError as problem:
        assert str(problem)  # noqa: PT017 - either is fine
    else:
        assert asked is None or 1 <= asked.questions <= len(asked.role.questions)


@given(st.sampled_from(["-", "--", "9-", "٣", "²", "all", "-0", "+1", "1_0", "0x1"]))
def test_odd_numbers_are_refused_or_taken_never_a_crash(number: str) -> None:
    try:
        start_request(f"tester {number}", ROLES)
    except BadRequestError as problem:
        assert str(problem)  # noqa: PT017
