"""Which changes can be saved by one statement, and that it does save all of those that the engine makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from adapters.database import writing
from adapters.database.connection import connect
from adapters.database.stored import as_stored
from adapters.database.writing import is_in_place, write_step
from core.accounts import Account, LinkCode
from core.model import Interview, Outcome, Phase, Preferences, Turn
from core.ports import Change
from tests.contracts.sample import (
    CONVERSATION,
    INCIDENT,
    NOW,
    ROLES,
    answer,
    answered_turn,
    assessment,
    new_interview,
    report,
)
from tests.contracts.steps import newcomer, notice, written_out
from tests.core.exploring import Edge, edges
from tests.rounds import rounds

OF_EACH = rounds(1, 10)
ASKED = new_interview().turns[0]
ANSWERED = replace(ASKED, utterances=(*ASKED.utterances, answer("I was on call.")))
ASSESSED = answered_turn()
STANDING = replace(new_interview(), turns=(ASSESSED, ANSWERED), id=1, version=1)
FINISHED = replace(STANDING, report=report())


def last(turn: Turn) -> Interview:
    """The interview with another last turn."""
    return replace(STANDING, turns=(ASSESSED, turn))


def first(turn: Turn) -> Interview:
    """The same with another first turn, which is the one that was assessed."""
    return replace(STANDING, turns=(turn, ANSWERED))


IN_PLACE = {
    "no interview": Change(1, CONVERSATION, effects=(notice("Hello."),), inbound_id="1", preferences=Preferences()),
    "nothing of it": Change(1, CONVERSATION, STANDING, STANDING),
    "its own columns": Change(1, CONVERSATION, STANDING, replace(STANDING, phase=Phase.PAUSED)),
    "the same report": Change(1, CONVERSATION, FINISHED, replace(FINISHED, self_rating=3)),
    "columns of a turn": Change(1, CONVERSATION, STANDING, last(replace(ANSWERED, outcome=Outcome.ANSWERED))),
    "more was said": Change(1, CONVERSATION, last(ASKED), last(ANSWERED)),
    "it was said otherwise": Change(
        1, CONVERSATION, STANDING, last(replace(ANSWERED, utterances=(ASKED.utterances[0], answer("I was there."))))
    ),
    "an assessment": Change(1, CONVERSATION, STANDING, last(replace(ANSWERED, assessment=assessment()))),
    "one turn more": Change(
        1, CONVERSATION, STANDING, replace(STANDING, turns=(*STANDING.turns, answered_turn(INCIDENT)))
    ),
    "a report": Change(1, CONVERSATION, STANDING, FINISHED),
    "the same assessment": Change(1, CONVERSATION, STANDING, first(replace(ASSESSED, stronger=None))),
}
NOT_IN_PLACE = {
    "a new interview": Change(1, CONVERSATION, None, STANDING),
    "a code": Change(1, CONVERSATION, code=LinkCode("digest", NOW)),
    "who joins": Change(1, CONVERSATION, joins="digest"),
    "who leaves": Change(1, CONVERSATION, STANDING, STANDING, leaves=(Account("terminal", "me", joined=True),)),
    "another report": Change(1, CONVERSATION, FINISHED, replace(FINISHED, report=report(1.0))),
    "no report any more": Change(1, CONVERSATION, FINISHED, STANDING),
    "one turn fewer": Change(1, CONVERSATION, STANDING, replace(STANDING, turns=(ASSESSED,))),
    "less was said": Change(1, CONVERSATION, last(ANSWERED), last(ASKED)),
    "another assessment": Change(1, CONVERSATION, STANDING, first(replace(ASSESSED, assessment=assessment(1.0)))),
    "no assessment any more": Change(1, CONVERSATION, STANDING, first(replace(ASSESSED, assessment=None))),
}


@pytest.mark.parametrize("what", IN_PLACE)
def test_what_is_only_added_or_put_in_the_place_of_itself_is_in_place(what: str) -> None:
    assert is_in_place(IN_PLACE[what])


@pytest.mark.parametrize("what", NOT_IN_PLACE)
def test_a_new_interview_and_what_takes_the_place_of_something_is_not(what: str) -> None:
    assert not is_in_place(NOT_IN_PLACE[what])


def some_of_each_kind() -> Iterator[Edge]:
    """Steps of interviews that are saved in place, some for each series of statements and number of effects."""
    kinds: dict[object, list[Edge]] = {}
    for edge in edges():
        change = Change(1, CONVERSATION, edge.before, edge.after, edge.effects)
        if edge.after not in (None, edge.before) and is_in_place(change):
            statements = tuple([sql for sql, _ in writing._hoped(write_step(change))])
            kinds.setdefault((edge.before.phase, statements, len(edge.effects)), []).append(edge)
    for kind in kinds.values():
        yield from islice(kind, OF_EACH)


@pytest.mark.unmeasured
async def test_whatever_the_engine_makes_in_place_is_saved_by_one_statement_and_read_back(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    async with connect(postgres_url, ROLES, lambda _: 0.0) as store, connect(postgres_url, ROLES) as other:
        monkeypatch.setattr(store, "_save_step_by_step", None)
        for edge in some_of_each_kind():
            candidate, where = await newcomer(other)
            own: dict[str, Any] = {"candidate": candidate, "conversation": where, "id": 0, "version": 0}
            before = (await other.save(Change(candidate, where, after=replace(edge.before, **own)))).interview
            assert edge.after
            assert before
            after = replace(edge.after, **{**own, "id": before.id, "version": before.version})
            saved = await store.save(Change(candidate, where, before, after, edge.effects, inbound_id="1"))
            read = await other.interview(candidate, before.id)
            kept = replace(as_stored(before, after), version=before.version + 1)
            assert written_out(read) == written_out(saved.interview) == written_out(kept), edge.row
            assert list(await other.pending_of(candidate)) == list(saved.pending), edge.row
            assert [one.effect for one in saved.pending] == list(edge.effects), edge.row
            tried += 1
    assert tried > 100
