"""Hearing a piece of one's own voice note: only what is there, and only one's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import engine, report
from core.messages import Outbound, OutboundKind
from core.model import Conversation, Interview, Mode, Outcome, Phase, Turn
from core.speech import Excerpt, Span
from core.wording import interview as say
from core.wording.pieces import quote
from tests.contracts.sample import CONVERSATION, ROLE, answer, new_interview
from tests.core.counter import Counter
from tests.core.test_delivery import aloud, improvable, spoken, turn

OTHER = Conversation("terminal", "there", "you")
NOTHING = "I have no recording of that. Voice notes are kept only if you have set that: /settings shows it."
KEPT = turn(
    aloud(spoken("We built it. It failed twice.", (0.0, 6.0), seconds=6.1), text="We built it. It failed twice."),
    answer("And this was typed."),
    made=improvable("And this was typed", "It failed twice"),
)


def over(*turns: Turn) -> Interview:
    return replace(new_interview(), mode=Mode.COACH, phase=Phase.FINISHED, turns=turns)


@pytest.fixture
def counter() -> Counter:
    return Counter()


def assert_nothing(page: Outbound) -> None:
    assert (page.kind, page.text, page.excerpt) == (OutboundKind.NOTICE, NOTHING, None)


async def test_an_improvement_is_heard_where_it_was_spoken(counter: Counter) -> None:
    number = await counter.keep(over(turn(answer("typed")), KEPT))
    page = await counter.page("hear", f"{number} 1 1")
    assert page.excerpt
    assert replace(page.excerpt, span=Span(2.7, 6.1)) == Excerpt(number, "n1", Span(2.7, 6.1))
    assert (page.excerpt.span.start, page.excerpt.span.end) == pytest.approx((2.7, 6.1))
    assert page.blocks == (quote("It failed twice"),)
    assert page.choices == ()


def hear(page: Outbound) -> list[str]:
    return [one.argument for one in page.choices if one.command == "hear"]


async def test_the_button_of_feedback_leads_there(counter: Counter) -> None:
    number = await counter.keep(over(KEPT))
    kept = await counter.store.interview(await counter.store.candidate(CONVERSATION), number)
    assert kept
    offered = hear(engine.addressed(kept, say.feedback(kept)))
    assert offered == [f"{number} 0 1"]
    assert (await counter.page("hear", offered[0])).blocks[0].text == "It failed twice"


async def test_the_buttons_of_every_report_lead_to_their_interview(counter: Counter) -> None:
    """Whether it is asked for as the latest, by its number, once there is a newer one, or while one is open."""
    reported = replace(over(KEPT), report=report.build(over(KEPT)))
    number = await counter.keep(reported)
    latest = await counter.page("report"), await counter.page("report", str(number))
    open_one = replace(over(KEPT), phase=Phase.REVIEWING)
    newer = await counter.keep(open_one)
    past = await counter.page("report", str(number))
    so_far = await counter.page("report", "so far", replace(open_one, id=newer))
    assert [hear(page) for page in (*latest, past, so_far)] == [[f"{number} 0 1"]] * 3 + [[f"{newer} 0 1"]]
    assert (await counter.page("hear", f"{number} 0 1")).excerpt


@pytest.mark.parametrize(
    "argument",
    [
        "{} 0 0",  # it was typed
        "{} 0 2",
        "{} 1 0",  # nothing of it is assessed
        "{} 2 0",
        "{} 0",
        "{}",
        "",
        "{} 0 1 1",
        "{} 0 -1",
        "{} -1 1",
        "{}  0 1",
        "{} 0 1; drop",
        "{} \u0660 \u0661",
        "{} 0 99999",
        "9999999999999999999999999 0 1",
        "999999999999999999 0 1",
        "0 0 1",
        "you're hearing things",
    ],
)
async def test_what_is_not_there_is_said_in_a_sentence(counter: Counter, argument: str) -> None:
    number = await counter.keep(over(KEPT, replace(KEPT, assessment=None, attempt=2)))
    assert (await counter.page("hear", f"{number} 0 1")).excerpt
    assert_nothing(await counter.page("hear", argument.format(number)))


async def test_a_note_that_is_not_kept_is_not_heard(counter: Counter) -> None:
    said = KEPT.utterances[1]
    assert said.spoken
    gone = replace(said, spoken=replace(said.spoken, kept=False))
    number = await counter.keep(over(replace(KEPT, utterances=(KEPT.utterances[0], gone))))
    assert_nothing(await counter.page("hear", f"{number} 0 1"))


async def test_nobody_hears_anybody_else(counter: Counter) -> None:
    number = await counter.keep(over(KEPT))
    assert_nothing(await counter.page("hear", f"{number} 0 1", where=OTHER))
    assert (await counter.page("hear", f"{number} 0 1", where=CONVERSATION)).excerpt


async def test_a_note_of_a_role_that_is_gone_is_not_heard(counter: Counter) -> None:
    number = await counter.keep(replace(over(replace(KEPT, outcome=Outcome.ANSWERED)), phase=Phase.ASKING))
    del counter.roles[ROLE.id]
    assert_nothing(await counter.page("hear", f"{number} 0 1"))


async def test_hearing_while_an_interview_is_open_changes_nothing(counter: Counter) -> None:
    interview = replace(over(KEPT), phase=Phase.REVIEWING)
    number = await counter.keep(interview)
    after, sent = await counter.ask("hear", f" {number} 0 1 ", interview)
    assert after is interview
    assert [one.excerpt is not None for one in sent] == [True]
