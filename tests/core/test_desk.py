"""What is answered outside the course of an interview."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import report as reports
from core.desk import SO_FAR, Answer, Desk
from core.effects import Send
from core.messages import CommandSent, Outbound, OutboundKind
from core.model import Interview, Mode, Phase, Preferences
from core.ports import Change
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, INCIDENT, ROLE, ROLES, answered_turn, new_interview, report
from tests.core.doubles import FakeClock

OPEN = new_interview()
MADE = reports.build(replace(OPEN, turns=(answered_turn(), answered_turn(INCIDENT))))


class Counter:
    """A desk with its store and one candidate before it."""

    def __init__(self) -> None:
        self.store = FakeStore(ROLES)
        self.desk = Desk(self.store, ROLES, FakeClock())
        self.answer = Answer(None, ())

    async def keep(self, interview: Interview) -> int:
        candidate = await self.store.candidate(CONVERSATION)
        saved = await self.store.save(Change(candidate, CONVERSATION, after=replace(interview, candidate=candidate)))
        assert saved.interview
        return saved.interview.id

    async def ask(
        self, command: str, argument: str = "", interview: Interview | None = None
    ) -> tuple[Interview | None, list[Outbound]]:
        candidate = await self.store.candidate(CONVERSATION)
        asked = CommandSent(CONVERSATION, "1", command, argument)
        self.answer = await self.desk.answer(candidate, asked, interview)
        return self.answer.interview, [one.message for one in self.answer.effects if isinstance(one, Send)]


@pytest.fixture
def counter() -> Counter:
    return Counter()


async def text(counter: Counter, command: str, argument: str = "", interview: Interview | None = None) -> str:
    after, sent = await counter.ask(command, argument, interview)
    assert after is interview
    assert len(sent) == 1
    return sent[0].text


@pytest.mark.parametrize("command", ["interview", "start"])
async def test_an_interview_begins(counter: Counter, command: str) -> None:
    after, sent = await counter.ask(command, "tester coach 2")
    assert after
    assert (after.mode, len(after.plan), after.phase) == (Mode.COACH, 2, Phase.ASKING)
    assert [one.kind for one in sent] == [OutboundKind.NOTICE, OutboundKind.QUESTION]


async def test_questions_asked_before_come_last(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    after, _ = await counter.ask("interview", "tester 1")
    assert after
    assert after.plan == (INCIDENT,)


async def test_without_a_role_there_is_a_menu_that_keeps_what_was_asked_for(counter: Counter) -> None:
    after, sent = await counter.ask("interview", "coach 2")
    assert after is None
    assert [(one.command, one.argument) for one in sent[0].choices] == [("interview", "tester coach 2")]
    assert sent[0].default == sent[0].choices[0]


async def test_a_request_that_cannot_be_met_changes_nothing(counter: Counter) -> None:
    assert "Did you mean tester?" in await text(counter, "interview", "testre")
    assert "Did you mean tester?" in await text(counter, "interview", "testre", OPEN)


async def test_there_is_one_interview_at_a_time(counter: Counter) -> None:
    after, sent = await counter.ask("interview", "tester", OPEN)
    assert after is OPEN
    assert [one.command for one in sent[0].choices] == ["resume", "stop", "drop"]
    assert sent[0].default == sent[0].choices[0]
    _, sent = await counter.ask("interview", "", OPEN)
    assert sent[0].default == sent[0].choices[0]
    _, sent = await counter.ask("interview", "tester", replace(OPEN, role=replace(ROLE, id="other")))
    assert sent[0].default == sent[0].choices[1]


async def test_the_report_of_a_mock_interview_comes_at_the_end(counter: Counter) -> None:
    assert "at the end" in await text(counter, "report", "", OPEN)


async def test_a_report_that_is_being_made_is_given_as_far_as_it_is(counter: Counter) -> None:
    waiting = replace(OPEN, turns=(answered_turn(), *OPEN.turns), phase=Phase.REPORTING)
    assert waiting.mode is Mode.MOCK
    assert "Report so far" in await text(counter, "report", "", waiting)


async def test_the_report_so_far(counter: Counter) -> None:
    assert "Nothing has been assessed" in await text(counter, "report", SO_FAR, OPEN)
    some = replace(OPEN, turns=(answered_turn(), *OPEN.turns), mode=Mode.COACH)
    assert "Report so far" in await text(counter, "report", "", some)
    assert "Report so far" in await text(counter, "report", f" {SO_FAR} ", replace(some, mode=Mode.MOCK))


async def test_while_an_attempt_is_made_after_the_report_it_is_given_without_choices(counter: Counter) -> None:
    await counter.keep(replace(OPEN, report=MADE))
    candidate = await counter.store.candidate(CONVERSATION)
    reopened = await counter.store.current_interview(candidate)
    _, sent = await counter.ask("report", "", reopened)
    assert (sent[0].report, sent[0].choices) == (MADE, ())


async def test_what_can_be_done_with_a_report_is_offered_for_the_latest_interview_only(counter: Counter) -> None:
    first = await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=MADE))
    _, sent = await counter.ask("report")
    assert {choice.argument.partition(" ")[0] for choice in sent[0].choices} == {f"#{first}"}
    second = await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=MADE))
    offered = [(await counter.ask("report", asked))[1][0].choices for asked in ("", str(second), str(first))]
    assert [len(choices) for choices in offered] == [3, 3, 0]
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    assert (await counter.ask("report"))[1][0].choices == ()


async def test_settings_are_shown_and_changed(counter: Counter) -> None:
    for argument, preferences, shown in (
        ("", None, "shown"),
        ("numbers off", Preferences(hide_numbers=True), "hidden"),
        (" Numbers  ON ", Preferences(), "shown"),
        ("numbers perhaps", None, "shown"),
    ):
        assert f"Numbers are {shown}" in await text(counter, "settings", argument)
        assert counter.answer.preferences == preferences
    candidate = await counter.store.candidate(CONVERSATION)
    await counter.store.save(Change(candidate, CONVERSATION, preferences=Preferences(hide_numbers=True)))
    assert "Numbers are hidden" in await text(counter, "settings", "", OPEN)


async def test_a_report_by_number_and_the_newest(counter: Counter) -> None:
    first = await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(4.0)))
    assert "Total: 4.0 of 5" in await text(counter, "report")
    assert "Total: 2.0 of 5" in await text(counter, "report", f" {first} ")
    assert "Total: 2.0 of 5" in await text(counter, "report", str(first), OPEN)


@pytest.mark.parametrize("argument", ["999", "9" * 30, "last"])
async def test_a_report_that_is_not_there_is_not_replaced_by_another(counter: Counter, argument: str) -> None:
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    assert "no such report" in await text(counter, "report", argument)
    assert "no such report" in await text(counter, "report", argument, OPEN)


async def test_no_report_of_somebody_else_and_none_at_all(counter: Counter) -> None:
    assert "no such report" in await text(counter, "report")
    assert "no such report" in await text(counter, "report", "1")


async def test_history_has_pages(counter: Counter) -> None:
    assert "no interviews yet" in await text(counter, "history")
    ids = [
        await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(3.0), turns=(answered_turn(),)))
        for _ in range(11)
    ]
    _, sent = await counter.ask("history")
    assert "11 interviews" in sent[0].text
    assert [(one.command, one.argument) for one in sent[0].choices] == [("history", str(ids[1]))]
    shown = await text(counter, "history", f" {ids[1]} ")
    assert f"\n{ids[0]} · " in shown
    assert f"\n{ids[1]} · " not in shown


async def test_the_roles_are_a_page_and_no_question(counter: Counter) -> None:
    _, sent = await counter.ask("roles")
    assert (sent[0].kind, sent[0].default) == (OutboundKind.ROLES, None)
    assert "/interview tester" in sent[0].text


async def test_roles_help_and_commands_that_do_not_exist(counter: Counter) -> None:
    assert "Tester (tester), 3 questions: A role for tests." in await text(counter, "roles")
    assert "/skip: the next question" in await text(counter, "help")
    assert "Did you mean /history?" in await text(counter, "histroy")
    assert "/help lists" in await text(counter, "xqzw")
    assert len(await text(counter, "x" * 5000)) < 120
