"""Rows read back as the values of core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from adapters.database.codec import (
    decode_assessment,
    decode_disputed,
    decode_effect,
    decode_report,
    decode_spoken,
    decode_stronger,
)
from adapters.database.models import InterviewRow, PendingEffectRow, ReportRow, TurnRow, UtteranceRow
from core.model import Conversation, Interview, Mode, Outcome, Phase, Report, Turn, Utterance, UtteranceKind
from core.ports import PendingEffect, RoleMissingError
from core.roles import Question, Role, Seniority


async def read_interview(row: InterviewRow, roles: Mapping[str, Role]) -> Interview:
    """The interview of a row, with everything that hangs on it. Raises RoleMissingError."""
    role = _role(row, roles)
    return Interview(
        candidate=row.candidate_id,
        conversation=Conversation(row.platform, row.chat, row.account),
        role=role,
        mode=Mode(row.mode),
        seniority=Seniority(row.seniority),
        plan=tuple(_question(role, question_id) for question_id in row.plan),
        phase=Phase(row.phase),
        started_at=row.started_at.astimezone(UTC),
        turns=tuple([_turn(turn, role) for turn in await _turn_rows(row.id).select_related("assessment")]),
        report=await read_report(ReportRow.filter(interview_id=row.id)),
        self_rating=row.self_rating,
        usual_pace=row.usual_pace,
        id=row.id,
        version=row.version,
    )


async def read_report(rows: QuerySet[ReportRow]) -> Report | None:
    """The report of the first of the rows, or None."""
    row = await rows.first()
    return None if row is None else decode_report(row.total, row.document)


async def read_said(interview_id: int) -> tuple[tuple[Utterance, ...], ...]:
    """All that was said in an interview, turn by turn."""
    rows = await _turn_rows(interview_id)
    return tuple(tuple(_utterance(utterance) for utterance in row.utterances) for row in rows)


def read_pending_effect(row: PendingEffectRow) -> PendingEffect:
    """The pending effect of a row."""
    conversation = Conversation(row.platform, row.chat, row.account)
    effect = decode_effect(row.kind, row.payload)
    return PendingEffect(row.id, row.candidate_id, conversation, effect, row.interview_id)


def _turn_rows(interview_id: int) -> QuerySet[TurnRow]:
    utterances = Prefetch("utterances", UtteranceRow.all().order_by("turn_id", "position"))
    return TurnRow.filter(interview_id=interview_id).order_by("position").prefetch_related(utterances)


def _turn(row: TurnRow, role: Role) -> Turn:
    assessment = row.assessment
    return Turn(
        question=_question(role, row.question_id),
        attempt=row.attempt,
        revision=row.revision,
        utterances=tuple(_utterance(utterance) for utterance in row.utterances),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        assessment=None if assessment is None else decode_assessment(assessment),
        stronger=decode_stronger(row.stronger, row.stronger_changes, row.stronger_by),
        interviewer=row.interviewer,
        stand_in=row.stand_in,
        disputed=decode_disputed(row.disputed),
    )


def _utterance(row: UtteranceRow) -> Utterance:
    at, spoken = row.at.astimezone(UTC), decode_spoken(row.spoken)
    return Utterance(UtteranceKind(row.kind), row.text, at, row.message_id, row.point, row.made_by, spoken)


def _role(row: InterviewRow, roles: Mapping[str, Role]) -> Role:
    if row.role_id not in roles:
        raise RoleMissingError(f"The role “{row.role_title}” is no longer there: start a new interview.")
    return roles[row.role_id]


def _question(role: Role, question_id: str) -> Question:
    question = role.question(question_id)
    if question is None:
        raise RoleMissingError(f"A question of the role “{role.title}” is no longer there: start a new interview.")
    return question
