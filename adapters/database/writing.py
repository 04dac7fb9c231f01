"""The values of core written as rows, and only what a step has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from tortoise.exceptions import IntegrityError

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
from adapters.database.linking import write_accounts
from adapters.database.models import (
    AssessmentRow,
    CandidateRow,
    InterviewRow,
    PendingEffectRow,
    ReportRow,
    SeenUpdateRow,
    TurnRow,
    UtteranceRow,
)
from core.effects import Effect, Send
from core.model import Assessment, Conversation, Interview, Report, Turn, Utterance
from core.ports import AlreadySeenError, Change, PendingEffect, Saved, StaleInterviewError


async def write_change(change: Change) -> Saved:
    """Write a change, inside a transaction whose first statement this writes (a read first could lose its place)."""
    if change.inbound_id is not None:
        await _write_seen(change.conversation, change.inbound_id)
    interview = await _write_interview(change)
    if change.preferences is not None:
        document = encode_preferences(change.preferences)
        await CandidateRow.filter(id=change.candidate).update(preferences=document)
    if change.performed is not None:
        await PendingEffectRow.filter(id=change.performed).delete()
    await write_accounts(change)
    pending = [await _write_effect(change, effect, interview) for effect in change.effects]
    return Saved(interview, tuple(pending))


async def _write_seen(conversation: Conversation, inbound_id: str) -> None:
    where = {"platform": conversation.platform, "chat": conversation.chat, "account": conversation.account}
    columns = storable({**where, "inbound_id": inbound_id})
    try:
        await SeenUpdateRow.create(**columns, seen_at=datetime.now(UTC))
    except IntegrityError as error:
        raise AlreadySeenError("This message was taken before, so it was left alone: send it as a new one.") from error


async def _write_interview(change: Change) -> Interview | None:
    before, after = change.before, change.after
    if after is None:
        return None
    if before is None:
        columns = _interview_columns(after)
        row = await InterviewRow.create(**columns, candidate_id=change.candidate, version=1)
        saved = replace(after, id=row.id, version=1)
    else:
        await _update_interview(change.candidate, before, after)
        saved = replace(after, id=before.id, version=before.version + 1)
    await _write_turns(saved.id, before.turns if before else (), after.turns)
    await _write_report(saved.id, before.report if before else None, after.report)
    return saved


async def _update_interview(candidate: int, before: Interview, after: Interview) -> None:
    columns = _changed(_interview_columns(before), _interview_columns(after))
    rows = InterviewRow.filter(id=before.id, candidate_id=candidate, version=before.version)
    if not await rows.update(**columns, version=before.version + 1):
        raise StaleInterviewError("The interview has gone on in the meantime, so nothing was saved: try again.")


def _interview_columns(interview: Interview) -> dict[str, Any]:
    conversation = interview.conversation
    columns = {
        "platform": conversation.platform,
        "chat": conversation.chat,
        "account": conversation.account,
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
    return storable(columns)


async def _write_turns(interview_id: int, before: tuple[Turn, ...], after: tuple[Turn, ...]) -> None:
    for position, (old, new) in enumerate(zip_longest(before, after)):
        if new is None:
            await TurnRow.filter(interview_id=interview_id, position=position).delete()
        elif new != old:
            turn_id = await _write_turn(interview_id, position, old, new)
            await _write_utterances(turn_id, old.utterances if old else (), new.utterances)
            await _write_assessment(turn_id, old.assessment if old else None, new.assessment)


async def _write_turn(interview_id: int, position: int, old: Turn | None, new: Turn) -> int:
    columns = _turn_columns(new)
    if old is None:
        return (await TurnRow.create(**columns, interview_id=interview_id, position=position)).id
    turn_id = (await TurnRow.get(interview_id=interview_id, position=position).only("id")).id
    if changed := _changed(_turn_columns(old), columns):
        await TurnRow.filter(id=turn_id).update(**changed)
    return turn_id


def _turn_columns(turn: Turn) -> dict[str, Any]:
    columns = {
        "question_id": turn.question.id,
        "attempt": turn.attempt,
        "revision": turn.revision,
        "outcome": None if turn.outcome is None else turn.outcome.value,
        "interviewer": turn.interviewer,
        "stand_in": turn.stand_in,
    }
    return {**storable(columns), **encode_stronger(turn.stronger), "disputed": encode_disputed(turn.disputed)}


async def _write_utterances(turn_id: int, before: tuple[Utterance, ...], after: tuple[Utterance, ...]) -> None:
    for position, (old, new) in enumerate(zip_longest(before, after)):
        if new is None:
            await UtteranceRow.filter(turn_id=turn_id, position=position).delete()
        elif old is None:
            await UtteranceRow.create(**_utterance_columns(new), turn_id=turn_id, position=position)
        elif new != old:
            await UtteranceRow.filter(turn_id=turn_id, position=position).update(**_utterance_columns(new))


def _utterance_columns(utterance: Utterance) -> dict[str, Any]:
    columns = {
        "kind": utterance.kind.value,
        "text": utterance.text,
        "at": utterance.at,
        "message_id": utterance.message_id,
        "point": utterance.point,
        "made_by": utterance.made_by,
    }
    return {**storable(columns), "spoken": encode_spoken(utterance.spoken)}


async def _write_assessment(turn_id: int, before: Assessment | None, after: Assessment | None) -> None:
    if before is not None and after != before:
        await AssessmentRow.filter(turn_id=turn_id).delete()
    if after is not None and after != before:
        await AssessmentRow.create(**encode_assessment(after), turn_id=turn_id)


async def _write_report(interview_id: int, before: Report | None, after: Report | None) -> None:
    if before is not None and after != before:
        await ReportRow.filter(interview_id=interview_id).delete()
    if after is not None and after != before:
        await ReportRow.create(**encode_report(after), interview_id=interview_id)


async def _write_effect(change: Change, effect: Effect, interview: Interview | None) -> PendingEffect:
    kind, payload = encode_effect(effect)
    elsewhere = effect.to if isinstance(effect, Send) else None
    conversation = elsewhere or change.conversation
    columns = {"platform": conversation.platform, "chat": conversation.chat, "account": conversation.account}
    interview_id = None if interview is None else interview.id
    row = await PendingEffectRow.create(
        **storable(columns),
        candidate_id=change.candidate,
        interview_id=interview_id,
        kind=kind,
        payload=payload,
    )
    return PendingEffect(row.id, change.candidate, conversation, effect, interview_id)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in after.items() if before[column] != value}
