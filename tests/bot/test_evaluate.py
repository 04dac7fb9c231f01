from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.roles import BUILT_IN, load_roles
from bot import graded
from bot.agreement import Stability
from bot.figures import Share, figures, show
from bot.measuring import MAX_FAILURES_IN_A_ROW, MAX_UNREACHED_IN_A_ROW, Grading, Measuring
from core.assessment import lowest
from core.model import Assessment, Levels, Passes, Turn
from core.ports import CutReplyError, LanguageModelError, ModelMissingError, ModelUnavailableError
from core.roles import Criterion, Role
from tests.bot.conftest import Command
from tests.bot.test_assess import ANSWER

LEVELS = {"communication": 4, "technical": 4, "structure": 4}


def _line(**changes: Any) -> str:
    row = {"role": "sales_associate", "question": "targets", "answer": ANSWER, "levels": LEVELS} | changes
    return json.dumps(row)


@pytest.fixture
def own(place: Path) -> Path:
    """A file of three answers that the owner graded, two of which code decides."""
    path = place / "own.jsonl"
    ones = dict.fromkeys(LEVELS, 1)
    path.write_text("\n".join([_line(), _line(answer="I don't know", levels=ones), "", _line(answer="", levels=ones)]))
    return path


def test_the_rules_are_measured_by_the_answers_that_come_with_the_source(interview_bot: Command) -> None:
    ended = interview_bot("eval", "--model", "rules", "--json")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["answers"] == found["gradings"]["measured"] == found["gradings"]["wanted"] == 165
    assert found["whole"]
    assert not found["interrupted"]
    assert set(found["agreement"]["all"]) == {criterion.value for criterion in Criterion}
    for one in found["agreement"]["all"].values():
        assert one["kappa"] > 0.8
        assert one["answers"] == 165
    weighed = found["agreement"]["weighed"]["technical"]
    assert weighed["answers"] == 165 - found["decided_in_code"]
    assert weighed["exact"] < found["agreement"]["all"]["technical"]["exact"]
    assert (found["stability"], found["pass_spread"], found["quotes"]["share"]) == (None, None, None)


def test_an_owners_file_as_a_table(interview_bot: Command, own: Path) -> None:
    ended = interview_bot("eval", str(own), "--model", "rules", "--repeat", "3")
    assert (ended.status, ended.err) == (0, "")
    assert "rules: 3 graded answers, 2 of them decided in code." in ended.out
    assert "weighed (1)" in ended.out
    assert "all (3)" in ended.out
    assert "Graded 3 times: 100% of 1 answer got the same levels; mean spread 0.00 levels." in ended.out
    assert "Quotes" not in ended.out


def test_where_code_decided_nothing_or_everything_one_part_of_the_table_is_enough(
    interview_bot: Command, own: Path
) -> None:
    own.write_text(_line())
    assert "weighed" not in interview_bot("eval", str(own), "--model", "rules").out
    own.write_text(_line(answer="no idea", levels=dict.fromkeys(LEVELS, 1)))
    decided = interview_bot("eval", str(own), "--model", "rules")
    assert "weighed" not in decided.out
    assert "none" in decided.out
    assert "Seconds" not in decided.out


def test_a_limit_takes_answers_from_all_of_the_set(interview_bot: Command, own: Path) -> None:
    files = (str(own), str(own))
    assert json.loads(interview_bot("eval", *files, "--model", "rules", "--limit", "2", "--json").out)["answers"] == 2
    all_of_it = json.loads(interview_bot("eval", *files, "--model", "rules", "--limit", "99", "--json").out)
    assert all_of_it["answers"] == 6
    half = json.loads(interview_bot("eval", *files, "--model", "rules", "--limit", "3", "--json").out)
    assert half["decided_in_code"] == 2


BAD = {
    "not json": "Invalid JSON",
    json.dumps({"role": "sales_associate", "question": "targets", "answer": "x"}): "levels: Field required",
    _line(levels=LEVELS | {"technical": 6}): "levels.technical: Input should be less than or equal to 5",
    _line(levels=LEVELS | {"technical": "4"}): "levels.technical: Input should be a valid integer",
    _line(levels=LEVELS | {"technical": 3.5}): "levels.technical: Input should be a valid integer",
    _line(levels=LEVELS | {"technical": True}): "levels.technical: Input should be a valid integer",
    _line(role="baker"): "There is no role “baker”",
    _line(question="foo"): "no question of sales_associate is like that one",
    _line(answer="word " * 2001): "longer than 2000 words",
    _line(answer="x" * 1_000_001): "the line is longer than 1,000,000 bytes",
}


def test_every_bad_line_is_named_and_nothing_is_measured(interview_bot: Command, own: Path) -> None:
    own.write_text("\n".join([_line(), "", *BAD]))
    ended = interview_bot("eval", str(own), "--model", "rules")
    assert (ended.status, ended.out) == (1, "")
    *lines, last = ended.err.splitlines()
    assert last == "Nothing was measured."
    for number, (line, reason) in enumerate(zip(lines, BAD.values(), strict=True), 3):
        assert line.startswith(f"{own}, line {number}: ")
        assert reason in line


def test_very_many_bad_lines_are_counted(interview_bot: Command, own: Path) -> None:
    own.write_text("x\n" * 50)
    ended = interview_bot("eval", str(own), "--model", "rules")
    assert ended.err.splitlines()[-2:] == ["There are 30 more mistakes.", "Nothing was measured."]
    assert len(ended.err.splitlines()) == graded.MAX_MISTAKES + 2


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_file_that_cannot_be_read_is_named(interview_bot: Command, name: str) -> None:
    ended = interview_bot("eval", name, "--model", "rules")
    assert (ended.status, ended.out) == (1, "")
    assert "cannot be read: " in ended.err
    assert ended.err.endswith("\nNothing was measured.\n")


def test_a_file_or_a_set_that_is_too_large_is_refused(
    interview_bot: Command, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graded, "MAX_ANSWERS", 2)
    assert "There are more than 2 answers." in interview_bot("eval", str(own), "--model", "rules").err
    monkeypatch.setattr(graded, "MAX_FILE_BYTES", 100)
    assert f"{own} is larger than 0 MB." in interview_bot("eval", str(own), "--model", "rules").err


def test_an_empty_file_is_no_set(interview_bot: Command, own: Path) -> None:
    own.write_text("\n\n")
    ended = interview_bot("eval", str(own), "--model", "rules")
    assert (ended.status, ended.err) == (1, "There is no graded answer.\nNothing was measured.\n")


def test_without_the_source_a_file_has_to_be_named(
    interview_bot: Command, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graded, "GOLDEN", place)
    ended = interview_bot("eval", "--model", "rules")
    assert (ended.status, ended.out) == (2, "")
    assert "name a file of yours" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--passes", "2"), ("--model", "a b"), ("--repeat", "0"), ("--limit", "0")])
def test_a_wrong_option_is_refused(interview_bot: Command, arguments: tuple[str, ...]) -> None:
    ended = interview_bot("eval", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert arguments[0] in ended.err


class _Scripted:
    """Grades by a list of outcomes, and then with the lowest levels."""

    def __init__(self, *outcomes: LanguageModelError | Assessment) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    async def grade(self, role: Role, turn: Turn) -> Grading:
        self.asked += 1
        outcome = self.outcomes.pop(0) if self.outcomes else lowest("")
        if isinstance(outcome, LanguageModelError):
            raise outcome
        return Grading(outcome, quotes_claimed=3, quotes_real=2, replies=4, invalid_replies=1)


def _answers(number: int) -> list[graded.GradedAnswer]:
    return graded.read_graded(graded.golden_files(), load_roles([BUILT_IN]).roles)[:number]


async def _measured(scripted: _Scripted, answers: int, repeat: int = 1) -> Measuring:
    measuring = Measuring(_answers(answers), repeat)
    await measuring.measure(scripted.grade, lambda: None)
    return measuring


async def test_an_answer_that_fails_is_named_and_left_out_and_the_others_are_measured() -> None:
    measuring = await _measured(
        _Scripted(lowest(""), CutReplyError("It broke off."), CutReplyError("It broke off.")), 5
    )
    assert (measuring.graded, measuring.wanted, measuring.is_whole, measuring.stopped) == (3, 5, False, False)
    assert measuring.failures == {"It broke off.": 2}


async def test_a_model_that_is_missing_or_fails_again_and_again_is_given_up() -> None:
    missing = _Scripted(ModelMissingError("There is no such model."))
    assert (await _measured(missing, 5)).stopped
    assert missing.asked == 1
    for error, most in (
        (CutReplyError("It broke off."), MAX_FAILURES_IN_A_ROW),
        (ModelUnavailableError("It hangs."), MAX_UNREACHED_IN_A_ROW),
    ):
        broken = _Scripted(lowest(""), *[error] * 30)
        measuring = await _measured(broken, 20)
        assert measuring.stopped
        assert broken.asked == 1 + most
        assert (measuring.graded, measuring.wanted) == (1, 20)


async def test_what_code_decides_in_between_lets_nothing_be_hoped_of_a_model() -> None:
    measuring = Measuring(_answers(20), 1)
    calls = iter(range(20))

    async def grade(role: Role, turn: Turn) -> Grading:
        if next(calls) % 2:
            return Grading(lowest("echo"), decided=True)
        raise ModelUnavailableError("It hangs.")

    await measuring.measure(grade, lambda: None)
    assert measuring.stopped
    assert measuring.graded == 2


async def test_a_model_that_fails_now_and_then_is_measured_to_the_end() -> None:
    outcomes = [lowest("") if place % 3 == 2 else ModelUnavailableError("It hangs.") for place in range(20)]
    measuring = await _measured(_Scripted(*outcomes), 20)
    assert (measuring.stopped, measuring.graded) == (False, 6)


async def test_the_figures_of_several_gradings(capsys: pytest.CaptureFixture[str]) -> None:
    def reached(level: int, *passes: int) -> Assessment:
        made = Assessment(Levels(level, level, level), level)
        return replace(made, passes=(Passes(Criterion.STRUCTURE, passes),) if passes else ())

    scripted = _Scripted(reached(5, 5, 3, 5), reached(3, 3), reached(3), reached(3))
    measuring = await _measured(scripted, 2, repeat=2)
    assert measuring.is_whole
    found = figures(measuring, "some", 3)
    show(measuring, found)
    assert found.stability == Stability(2, 0.5, 1.0)
    assert found.pass_spread == 2
    assert (found.quotes, found.invalid_replies) == (Share(8, 12), Share(4, 16))
    assert found.agreement["structure"].answers == 2
    shown = capsys.readouterr().out
    assert "The 3 passes of one grading differed by 2.00 levels on average." in shown
    assert "Quotes that stand in the answer: 8 of 12 (67%)." in shown
    assert "Replies that could not be used: 4 of 16 (25.0%)." in shown
