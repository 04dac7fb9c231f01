"""The values of core written as rows, and only what a step has changed, in as few statements as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest

from adapters.database.codec import (
    encode_assessment,
    encode_disputed,
    encode_effect,
    encode_preferences,
    encode_report,
    encode_spoken,
    encode_stronger,
    storable,
)
from adapters.database.statements import Answer, Queueing, Row, Statement, Steps, insertion, together, update
from core.effects import Effect, Send
from core.model import Conversation, Interview, Report, Turn, Utterance
from core.ports import AlreadySeenError, Change, PendingEffect, Saved, StaleInterviewError

ROWS_AT_ONCE = 500  # far below what a statement may hold in values
_OF_TURN = "(SELECT id FROM turn WHERE interview_id = ? AND position = ?)"
_TURN = "interview_id = ? AND position = ?"
_UTTERANCE = f"turn_id = {_OF_TURN} AND position = ?"
_PERFORMED = "DELETE FROM pending_effect WHERE id = ?"
_NO_TURNS_FROM = "DELETE FROM turn WHERE interview_id = ? AND position >= ?"
_NOTHING_SAID_FROM = f"DELETE FROM utterance WHERE turn_id = {_OF_TURN} AND position >= ?"  # noqa: S608 - our own words
_NO_ASSESSMENT = f"DELETE FROM assessment WHERE turn_id = {_OF_TURN}"  # noqa: S608 - the same
_NO_REPORT = "DELETE FROM report WHERE interview_id = ?"

Differing = list[tuple[int, Turn | None, Turn]]
"""The places of turns that are not as they were, how they were, and how they are."""


def write_change(change: Change) -> Steps[Saved]:
    """Write a change that concerns no accounts. Raises as `write_step` does."""
    interview = yield from write_step(change)
    return (yield from write_effects(change, interview))


def concerns_accounts(change: Change) -> bool:
    """Whether a change says anything of accounts and codes, which is written between its step and its effects."""
    return bool(change.joins or change.leaves or change.code)


def is_in_place(change: Change) -> bool:
    """Whether a change makes no interview, and puts nothing in the place of another."""
    before, after = change.before, change.after
    if concerns_accounts(change):
        return False
    if before is None or after is None:
        return after is None
    if before.report not in (None, after.report) or len(before.turns) > len(after.turns):
        return False
    return all(_only_grows(old, new) for old, new in zip(before.turns, after.turns, strict=False))


def _only_grows(old: Turn, new: Turn) -> bool:
    is_kept = old.assessment is None or old.assessment == new.assessment
    return old is new or (is_kept and len(old.utterances) <= len(new.utterances))


def write_at_once(
    change: Change, queueing: Callable[[Sequence[PendingEffect]], Queueing]
) -> Steps[tuple[Saved, int | None]]:
    """Write a change in place and queue its effects with one statement of PostgreSQL, which does all of it or nothing.

    What was saved, and the job of its message where that has been begun. It fails, as `is_not_as_hoped` tells, where
    `write_step` and `write_effects` would raise more about it.
    """
    before, after = change.before, change.after
    interview = after and before and replace(after, id=before.id, version=before.version + 1)
    changes = _hoped(write_step(change))
    if not change.effects:
        if changes:
            yield together(sql for sql, _ in changes), _values(changes)
        return Saved(interview, ()), None
    making = _effects(change, interview)
    queued, places = queueing(_pending(change, interview, [0] * len(change.effects)))
    sql = together((sql for sql, _ in changes), making[0], queued)
    [row] = (yield sql, [*_values([*changes, making]), *places]).rows
    return _saved(change, interview, row["made"]), row["taken"]


def _values(statements: Iterable[Statement]) -> list[object]:
    return [value for _, values in statements for value in values]


def _hoped(steps: Steps[object]) -> list[Statement]:
    """The statements of steps each of which changes something."""
    statements = []
    try:
        statements.append(next(steps))
        while True:
            statements.append(steps.send(Answer(1, ())))
    except StopIteration:
        return statements


def write_step(change: Change) -> Steps[Interview | None]:
    """Write a change but for its accounts and effects, in a transaction whose first statement this is.

    A read first could lose its place. Raises AlreadySeenError and StaleInterviewError.
    """
    if change.performed is not None and not (yield _PERFORMED, [change.performed]).changed:
        raise StaleInterviewError("This has been seen to in the meantime, so nothing was saved: go on from there.")
    if change.inbound_id is not None:
        yield from _write_seen(change.conversation, change.inbound_id)
    interview = yield from _write_interview(change)
    if change.preferences is not None:
        document = encode_preferences(change.preferences)
        yield update("candidate", ["preferences"], "id = ?"), [document, change.candidate]
    return interview


def _write_seen(where: Conversation, inbound_id: str) -> Steps[None]:
    columns = storable({**_where(where), "inbound_id": inbound_id, "seen_at": datetime.now(UTC)})
    sql = insertion("seen_update", columns) + " ON CONFLICT DO NOTHING"
    if not (yield sql, [*columns.values()]).changed:
        raise AlreadySeenError("This message was taken before, so it was left alone: send it as a new one.")


def _write_interview(change: Change) -> Steps[Interview | None]:
    before, after = change.before, change.after
    if after is None:
        return None
    if before is None:
        columns = storable({"candidate_id": change.candidate, **_interview_columns(after), "version": 1})
        [row] = (yield insertion("interview", columns) + " RETURNING id", [*columns.values()]).rows
        saved = replace(after, id=row["id"], version=1)
    else:
        yield from _update_interview(change.candidate, before, after)
        saved = replace(after, id=before.id, version=before.version + 1)
    yield from _write_turns(saved.id, before.turns if before else (), after.turns)
    yield from _write_report(saved.id, before.report if before else None, after.report)
    return saved


def _update_interview(candidate: int, before: Interview, after: Interview) -> Steps[None]:
    columns = _changed(_interview_columns(before), _interview_columns(after)) | {"version": before.version + 1}
    sql = update("interview", columns, "id = ? AND candidate_id = ? AND version = ?")
    if not (yield sql, [*columns.values(), before.id, candidate, before.version]).changed:
        raise StaleInterviewError("The interview has gone on in the meantime, so nothing was saved: try again.")


def _interview_columns(interview: Interview) -> Row:
    return {
        **_where(interview.conversation),
        "role_id": interview.role.id,
        "role_title": interview.role.title,
        "mode": interview.mode.value,
        "seniority": interview.seniority.value,
        "plan": [question.id for question in interview.plan],
        "phase": interview.phase.value,
        "started_at": interview.started_at,
        "self_rating": interview.self_rating,
        "usual_pace": interview.usual_pace,
    }


def _write_turns(interview_id: int, before: tuple[Turn, ...], after: tuple[Turn, ...]) -> Steps[None]:
    if len(after) < len(before):
        yield _NO_TURNS_FROM, [interview_id, len(after)]
    pairs = enumerate(zip_longest(before, after))
    differing = [(place, old, new) for place, (old, new) in pairs if new is not None and new != old]
    for place, old, new in differing:
        if old and (columns := _changed(_turn_columns(old), _turn_columns(new))):
            yield update("turn", columns, _TURN), [*columns.values(), interview_id, place]
    new_ones = [(place, storable(_turn_columns(new))) for place, old, new in differing if old is None]
    yield from _insert("turn", interview_id, new_ones, interview_id="?", position="?")
    yield from _write_utterances(interview_id, differing)
    yield from _write_assessments(interview_id, differing)


def _turn_columns(turn: Turn) -> Row:
    return {
        "question_id": turn.question.id,
        "attempt": turn.attempt,
        "revision": turn.revision,
        "outcome": None if turn.outcome is None else turn.outcome.value,
        "interviewer": turn.interviewer,
        "stand_in": turn.stand_in,
        **encode_stronger(turn.stronger),
        "disputed": encode_disputed(turn.disputed),
    }


def _write_utterances(interview_id: int, turns: Differing) -> Steps[None]:
    new_ones: list[tuple[int, Row]] = []
    for place, old, new in turns:
        before = old.utterances if old else ()
        if len(new.utterances) < len(before):
            yield _NOTHING_SAID_FROM, [interview_id, place, len(new.utterances)]
        for position, (was, said) in enumerate(zip(before, new.utterances, strict=False)):
            if said != was and (columns := _changed(_utterance_columns(was), _utterance_columns(said))):
                yield update("utterance", columns, _UTTERANCE), [*columns.values(), interview_id, place, position]
        for position, said in enumerate(new.utterances[len(before) :], len(before)):
            new_ones.append((place, {"position": position, **_utterance_columns(said)}))
    yield from _insert("utterance", interview_id, new_ones, turn_id=_OF_TURN)


def _utterance_columns(utterance: Utterance) -> Row:
    columns = {
        "kind": utterance.kind.value,
        "text": utterance.text,
        "at": utterance.at,
        "message_id": utterance.message_id,
        "point": utterance.point,
        "made_by": utterance.made_by,
    }
    return {**storable(columns), "spoken": encode_spoken(utterance.spoken)}


def _write_assessments(interview_id: int, turns: Differing) -> Steps[None]:
    new_ones: list[tuple[int, Row]] = []
    for place, old, new in turns:
        before = old.assessment if old else None
        if new.assessment == before:
            continue
        if before is not None:
            yield _NO_ASSESSMENT, [interview_id, place]
        if new.assessment is not None:
            new_ones.append((place, encode_assessment(new.assessment)))
    yield from _insert("assessment", interview_id, new_ones, turn_id=_OF_TURN)


def _insert(table: str, interview_id: int, rows: list[tuple[int, Row]], /, **made: str) -> Steps[None]:
    """Insert rows that belong to turns of an interview; `made` is what the interview and the turn's place become."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        values = [value for place, row in some for value in (interview_id, place, *row.values())]
        yield insertion(table, some[0][1], len(some), **made), [*values]


def _write_report(interview_id: int, before: Report | None, after: Report | None) -> Steps[None]:
    if after == before:
        return
    if before is not None:
        yield _NO_REPORT, [interview_id]
    if after is not None:
        columns = {"interview_id": interview_id, **encode_report(after)}
        yield insertion("report", columns), [*columns.values()]


def write_effects(change: Change, interview: Interview | None) -> Steps[Saved]:
    """Write what is to be done after a change."""
    if not change.effects:
        return Saved(interview, ())
    sql, values = _effects(change, interview)
    answer = yield f"{sql} RETURNING id", values
    return _saved(change, interview, [row["id"] for row in answer.rows])


def _effects(change: Change, interview: Interview | None) -> Statement:
    interview_id = None if interview is None else interview.id
    rows = [
        _effect_row(change.candidate, interview_id, _place(one, change.conversation), one) for one in change.effects
    ]
    return insertion("pending_effect", rows[0], len(rows)), [value for row in rows for value in row.values()]


def _saved(change: Change, interview: Interview | None, ids: Iterable[int]) -> Saved:
    """What a save gave, its effects with the ids as they were given, whatever order those are told in."""
    return Saved(interview, tuple(_pending(change, interview, sorted(ids))))


def _pending(change: Change, interview: Interview | None, ids: Sequence[int]) -> list[PendingEffect]:
    interview_id = None if interview is None else interview.id
    return [
        PendingEffect(one, change.candidate, _place(effect, change.conversation), effect, interview_id)
        for effect, one in zip(change.effects, ids, strict=True)
    ]


def _effect_row(candidate: int, interview_id: int | None, where: Conversation, effect: Effect) -> Row:
    kind, payload = encode_effect(effect)
    about = {"candidate_id": candidate, "interview_id": interview_id, "kind": kind, "payload": payload}
    return {**about, **storable(_where(where))}


def _place(effect: Effect, where: Conversation) -> Conversation:
    elsewhere = effect.to if isinstance(effect, Send) else None
    return elsewhere or where


def _where(conversation: Conversation) -> Row:
    return {"platform": conversation.platform, "chat": conversation.chat, "account": conversation.account}


def _changed(before: Row, after: Row) -> Row:
    return storable({column: value for column, value in after.items() if before[column] != value})
