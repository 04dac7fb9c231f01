"""Rows read back as the values of core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tortoise.queryset import QuerySet

from adapters.database.codec import (
    decode_assessment,
    decode_disputed,
    decode_effect,
    decode_report,
    decode_spoken,
    decode_stronger,
)
from adapters.database.models import ReportRow
from adapters.database.statements import Row, Steps, document, time_of
from core.model import Assessment, Conversation, Interview, Mode, Outcome, Phase, Report, Turn, Utterance, UtteranceKind
from core.ports import PendingEffect, RoleMissingError
from core.roles import Question, Role, Seniority

_INTERVIEW = (
    "SELECT interview.id, candidate_id, platform, chat, account, role_id, role_title, mode, seniority, plan, phase,"
    " version, started_at, self_rating, usual_pace, report.total, report.document"
    " FROM interview LEFT JOIN report ON report.interview_id = interview.id WHERE interview.id = ?"
)
_TURNS = (
    "SELECT position, question_id, attempt, revision, outcome, stronger, stronger_changes, stronger_by, interviewer,"
    " stand_in, disputed, communication, technical, structure, total, evidence, covered, missed, strengths,"
    " improvements, reason, assessor, model, passes, shortened"
    " FROM turn LEFT JOIN assessment ON assessment.turn_id = turn.id WHERE interview_id = ? ORDER BY position"
)
_SAID = (
    "SELECT turn.position AS place, kind, text, at, message_id, point, made_by, spoken"
    " FROM turn LEFT JOIN utterance ON utterance.turn_id = turn.id"
    " WHERE interview_id = ? ORDER BY turn.position, utterance.position"
)
# The same in one document, where each would be a question to a server: of the interview that is called `one` there.
WHOLE = (
    "(SELECT row_to_json(whole) FROM (SELECT it.*,"  # noqa: S608 - our own words
    f" (SELECT json_agg(turn) FROM ({_TURNS}) AS turn) AS turns,"
    f" (SELECT json_agg(said) FROM ({_SAID}) AS said) AS said FROM ({_INTERVIEW}) AS it) AS whole)"
).replace("?", "one.id")
_DOCUMENTS = ("evidence", "covered", "missed", "strengths", "improvements", "passes")
_FIGURES = ("communication", "technical", "structure", "total", "reason", "assessor", "model")
_EFFECTS = "SELECT id, candidate_id, interview_id, platform, chat, account, kind, payload FROM pending_effect"

Said = tuple[tuple[Utterance, ...], ...]


def whole_interview(whole: Row, roles: Mapping[str, Role]) -> Interview:
    """The interview of a `WHOLE`. Raises RoleMissingError."""
    return _interview(whole, whole["turns"] or (), _said(whole["said"] or ()), roles)


def read_interview(interview_id: int, version: int, roles: Mapping[str, Role]) -> Steps[Interview | None]:
    """An interview that had that version a moment ago, with everything that hangs on it; None when it is gone.

    Raises RoleMissingError. No transaction holds the queries together: whatever is changed raises the version, so the
    one that comes last shows whether the others told the same state.
    """
    while True:
        turns = (yield _TURNS, [interview_id]).rows
        said = yield from read_said(interview_id)
        row = (yield _INTERVIEW, [interview_id]).first
        if row is None:
            return None
        if row["version"] == version:
            return _interview(row, turns, said, roles)
        version = row["version"]


def read_said(interview_id: int) -> Steps[Said]:
    """All that was said in an interview, turn by turn."""
    return _said((yield _SAID, [interview_id]).rows)


def _said(rows: Sequence[Row]) -> Said:
    said: dict[int, list[Utterance]] = {}
    for row in rows:
        turn = said.setdefault(row["place"], [])
        if row["kind"] is not None:
            turn.append(_utterance(row))
    return tuple(tuple(utterances) for utterances in said.values())


async def read_report(rows: QuerySet[ReportRow]) -> Report | None:
    """The report of the first of the rows, or None."""
    row = await rows.first()
    return None if row is None else decode_report(row.total, row.document)


def read_pending(where: str = "TRUE", *values: object) -> Steps[list[PendingEffect]]:
    """The pending effects for which a condition holds, oldest first."""
    return [pending_effect(row) for row in (yield f"{_EFFECTS} WHERE {where} ORDER BY id", values).rows]


def pending_effect(row: Row) -> PendingEffect:
    """The pending effect of a row. Raises ValueError where it cannot be read."""
    effect = decode_effect(row["kind"], document(row["payload"]))
    return PendingEffect(row["id"], row["candidate_id"], conversation_of(row), effect, row["interview_id"])


def _interview(row: Row, turns: Sequence[Row], said: Said, roles: Mapping[str, Role]) -> Interview:
    role = _role(row, roles)
    return Interview(
        candidate=row["candidate_id"],
        conversation=conversation_of(row),
        role=role,
        mode=Mode(row["mode"]),
        seniority=Seniority(row["seniority"]),
        plan=tuple(_question(role, question_id) for question_id in document(row["plan"])),
        phase=Phase(row["phase"]),
        started_at=time_of(row["started_at"]),
        turns=tuple([_turn(turn, utterances, role) for turn, utterances in zip(turns, said, strict=True)]),
        report=None if row["document"] is None else decode_report(row["total"], document(row["document"])),
        self_rating=row["self_rating"],
        usual_pace=row["usual_pace"],
        id=row["id"],
        version=row["version"],
    )


def conversation_of(row: Row) -> Conversation:
    """The conversation that a row is about."""
    return Conversation(row["platform"], row["chat"], row["account"])


def _turn(row: Row, utterances: tuple[Utterance, ...], role: Role) -> Turn:
    return Turn(
        question=_question(role, row["question_id"]),
        attempt=row["attempt"],
        revision=row["revision"],
        utterances=utterances,
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        assessment=None if row["communication"] is None else assessment_of(row),
        stronger=decode_stronger(row["stronger"], document(row["stronger_changes"]), row["stronger_by"]),
        interviewer=row["interviewer"],
        stand_in=bool(row["stand_in"]),
        disputed=decode_disputed(document(row["disputed"])),
    )


def _utterance(row: Row) -> Utterance:
    at, spoken = time_of(row["at"]), decode_spoken(document(row["spoken"]))
    kind = UtteranceKind(row["kind"])
    return Utterance(kind, row["text"], at, row["message_id"], row["point"], row["made_by"], spoken)


def assessment_of(row: Row) -> Assessment:
    """The assessment of a row that has its columns."""
    columns = {name: row[name] for name in _FIGURES} | {name: document(row[name]) for name in _DOCUMENTS}
    return decode_assessment({**columns, "shortened": bool(row["shortened"])})


def _role(row: Row, roles: Mapping[str, Role]) -> Role:
    if row["role_id"] not in roles:
        raise RoleMissingError(f"The role “{row['role_title']}” is no longer there: start a new interview.")
    return roles[row["role_id"]]


def _question(role: Role, question_id: str) -> Question:
    question = role.question(question_id)
    if question is None:
        raise RoleMissingError(f"A question of the role “{role.title}” is no longer there: start a new interview.")
    return question
