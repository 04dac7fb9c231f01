"""What is answered about earlier interviews: the report, the history, the transcript."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import report as reports
from core.desk import SO_FAR
from core.messages import Choice, Outbound, OutboundKind
from core.model import Conversation, Mode, Phase
from tests.contracts.sample import INCIDENT, QUEUES, ROLE, ROLES, answered_turn, new_interview, report
from tests.core.counter import Counter
from tests.core.room import Room

OPEN = new_interview()
MADE = reports.build(replace(OPEN, turns=(answered_turn(), answered_turn(INCIDENT))))
ADDRESS = f"#{OPEN.address}"
OVER = replace(OPEN, phase=Phase.FINISHED, report=MADE)
SOMEBODY = Conversation("terminal", "there", "somebody else")


@pytest.fixture
def counter() -> Counter:
    return Counter()


def commands(message: Outbound) -> list[tuple[str, str]]:
    return [(one.command, one.argument) for one in message.choices]


# The report


async def test_the_report_of_a_mock_interview_comes_at_the_end(counter: Counter) -> None:
    assert "at the end" in await counter.text("report", "", OPEN)


async def test_a_report_that_is_being_made_is_given_as_far_as_it_is(counter: Counter) -> None:
    waiting = replace(OPEN, turns=(answered_turn(), *OPEN.turns), phase=Phase.REPORTING)
    assert waiting.mode is Mode.MOCK
    assert "Report so far" in await counter.text("report", "", waiting)


async def test_the_report_so_far(counter: Counter) -> None:
    assert "Nothing has been assessed" in await counter.text("report", SO_FAR, OPEN)
    some = replace(OPEN, id=7, turns=(answered_turn(), *OPEN.turns), mode=Mode.COACH)
    page = await counter.page("report", "", some)
    assert "Report so far" in page.text
    assert commands(page) == [("transcript", "7"), ("history", "")]
    assert "Report so far" in await counter.text("report", f" {SO_FAR} ", replace(some, mode=Mode.MOCK))


async def test_while_an_attempt_is_made_after_the_report_it_can_be_read_only(counter: Counter) -> None:
    number = await counter.keep(replace(OPEN, report=MADE))
    candidate = await counter.store.candidate(OPEN.conversation)
    reopened = await counter.store.current_interview(candidate)
    for argument in ("", str(number)):
        page = await counter.page("report", argument, reopened)
        assert page.report == MADE
        assert commands(page) == [("transcript", str(number)), ("history", "")]


async def test_what_can_be_done_with_a_report_is_offered_for_the_latest_interview_only(counter: Counter) -> None:
    first = await counter.keep(OVER)
    about = [("retry", f"{ADDRESS} 1"), ("stronger", f"{ADDRESS} 1"), ("disagree", ADDRESS)]
    assert commands(await counter.page("report")) == [*about, ("transcript", str(first)), ("history", "")]
    second = await counter.keep(OVER)
    offered = [commands(await counter.page("report", asked)) for asked in ("", str(second), str(first))]
    assert offered[0] == offered[1]
    assert len(offered[0]) == 5
    assert offered[0][-2:] == [("transcript", str(second)), ("history", "")]
    assert offered[2] == [("transcript", str(first)), ("history", "")]
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    assert commands(await counter.page("report")) == [("transcript", str(second)), ("history", "")]


async def test_the_report_at_the_end_leads_to_its_own_transcript() -> None:
    room = Room()
    await room.over()
    [page] = [message for _, message, _ in room.platform.sent if message.kind is OutboundKind.REPORT]
    assert commands(page)[-2:] == [("transcript", str((await room.interview()).id)), ("history", "")]


async def test_a_report_of_long_ago_has_no_transcript_of_another_interview(counter: Counter) -> None:
    await counter.keep(OVER)
    for _ in range(10):
        await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    page = await counter.page("report")
    assert (page.report, commands(page)) == (MADE, [("history", "")])


async def test_the_newest_report_may_be_of_an_interview_that_was_closed_during_a_further_attempt(
    counter: Counter,
) -> None:
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    closed = await counter.keep(replace(OPEN, phase=Phase.DROPPED, report=report(4.0)))
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    page = await counter.page("report")
    assert "Total: 4.0 of 5" in page.text
    assert commands(page) == [("transcript", str(closed)), ("history", "")]
    states = [block.text.rsplit(" · ")[-1] for block in (await counter.page("history")).blocks if " · " in block.text]
    assert states == ["ended without a report", "ended", "finished"]
    assert (await counter.page("transcript", str(closed))).blocks[1].text.endswith(" · ended")


async def test_of_an_interview_that_is_finished_the_report_counts_without_a_total(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    bare = await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(None)))
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    assert commands(await counter.page("report"))[0] == ("transcript", str(bare))


async def test_a_report_by_number_and_the_newest(counter: Counter) -> None:
    first = await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(4.0)))
    assert "Total: 4.0 of 5" in await counter.text("report")
    assert "Total: 2.0 of 5" in await counter.text("report", f" {first} ")
    assert "Total: 2.0 of 5" in await counter.text("report", str(first), OPEN)


@pytest.mark.parametrize("argument", ["999", "9" * 30, "last", "0"])
async def test_a_report_that_is_not_there_is_not_replaced_by_another(counter: Counter, argument: str) -> None:
    await counter.keep(replace(OPEN, phase=Phase.FINISHED, report=report(2.0)))
    assert "no such report" in await counter.text("report", argument)
    assert "no such report" in await counter.text("report", argument, OPEN)


async def test_no_report_of_somebody_else_and_none_at_all(counter: Counter) -> None:
    assert "no such report" in await counter.text("report")
    number = await counter.keep(OVER)
    unfinished = await counter.keep(OPEN)
    for other in (number, unfinished):
        assert "no such report" in (await counter.page("report", str(other), where=SOMEBODY)).text


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.ASKING, "is still open, so it has no report yet."),
        (Phase.PAUSED, "is paused, so it has no report yet."),
        (Phase.DROPPED, "ended without a report."),
    ],
)
async def test_an_interview_without_a_report_says_so(counter: Counter, phase: Phase, said: str) -> None:
    number = await counter.keep(replace(OPEN, phase=phase))
    page = await counter.page("report", str(number))
    assert page.text.startswith(f"Interview {number}, Tester, {said}")
    assert commands(page) == [("transcript", str(number)), ("history", "")]


# The history


async def test_an_empty_history_leads_to_an_interview(counter: Counter) -> None:
    page = await counter.page("history")
    assert "no interviews yet" in page.text
    assert commands(page) == [("interview", "")]


async def test_history_has_a_button_for_each_interview_and_pages_both_ways(counter: Counter) -> None:
    ids = [await counter.keep(replace(OVER, turns=(answered_turn(),))) for _ in range(21)]
    newest = await counter.page("history")
    assert "21 interviews" in newest.text
    assert commands(newest) == [*(("report", str(one)) for one in ids[:10:-1]), ("history", f"<{ids[11]}")]
    assert newest.choices[0] == Choice(f"{ids[20]} · Tester · 1 Mar", "report", str(ids[20]))
    assert newest.choices[-1].row == 0
    middle = await counter.page("history", f"<{ids[11]}")
    assert [(one.label, one.argument, one.row) for one in middle.choices[-2:]] == [
        ("Newer", f">{ids[10]}", 0),
        ("Older", f"<{ids[1]}", 0),
    ]
    assert commands(middle)[:-2] == [("report", str(one)) for one in ids[10:0:-1]]
    assert await counter.page("history", f" {ids[11]} ") == middle
    oldest = await counter.page("history", f"<{ids[1]}")
    assert commands(oldest) == [("report", str(ids[0])), ("history", f">{ids[0]}")]
    assert await counter.page("history", f">{ids[0]}") == middle
    assert f"/history >{ids[10]} shows newer ones." in middle.text
    assert f"/history {ids[1]} shows older ones." in middle.text


@pytest.mark.parametrize("cursor", ["<0", ">999999", "0", "older", "<", "<" + "9" * 30])
async def test_a_cursor_that_leads_nowhere_shows_the_newest(counter: Counter, cursor: str) -> None:
    await counter.keep(OVER)
    assert await counter.page("history", cursor) == await counter.page("history")


async def test_history_of_somebody_else_is_not_shown(counter: Counter) -> None:
    number = await counter.keep(OVER)
    for cursor in ("", f"<{number + 1}", f">{number - 1}"):
        assert "no interviews yet" in (await counter.page("history", cursor, where=SOMEBODY)).text


async def test_a_button_of_the_history_holds_no_score(counter: Counter) -> None:
    await counter.keep(replace(OVER, started_at=datetime(2026, 11, 22, tzinfo=UTC)))
    page = await counter.page("history")
    assert page.choices[0].label.endswith(" · Tester · 22 Nov")


# The transcript


async def test_a_transcript_by_number_and_the_newest(counter: Counter) -> None:
    first = await counter.keep(replace(OVER, turns=(answered_turn(),)))
    second = await counter.keep(OPEN)
    for argument, number in (("", second), (str(first), first), (f" {second} ", second)):
        page = await counter.page("transcript", argument, OPEN)
        assert page.kind is OutboundKind.TRANSCRIPT
        assert f"Interview {number} · " in page.text
        assert QUEUES.text in page.text


async def test_a_transcript_outlives_its_role() -> None:
    counter = Counter()
    await counter.keep(replace(OVER, turns=(answered_turn(),)))
    del counter.roles[ROLE.id]
    assert ROLE.id in ROLES
    assert QUEUES.sample in (await counter.page("transcript")).text


@pytest.mark.parametrize("argument", ["", "1", "999999", "9" * 30, "last"])
async def test_a_transcript_that_is_not_there_is_not_replaced_by_another(counter: Counter, argument: str) -> None:
    number = await counter.keep(OPEN)
    wanted = str(number) if argument == "1" else argument
    page = await counter.page("transcript", wanted, where=SOMEBODY)
    assert page.text.startswith("There is no such interview of yours.")
    if argument not in {"", "1"}:
        assert "no such interview" in await counter.text("transcript", argument)
