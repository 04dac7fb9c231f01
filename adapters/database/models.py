"""The tables. One truth: an interview is rebuilt from these rows, and only a report is kept as it was told.

Tortoise makes no index for a foreign key, so every query of the store has its index named here. Enumerations are kept
as their words: a migration must not depend on what core calls them today. Classes have comments instead of docstrings,
as Tortoise would write the docstrings into the schema (and cut the SQL in two at a semicolon). A column that came after
the first version has `db_default`: the rows that were there before got it.
"""

from __future__ import annotations

import json
from typing import Any

from tortoise import fields, models
from tortoise.indexes import Index

WORD = 32
NAME = 255


def _document(**options: Any) -> fields.JSONField[Any]:
    # Named encoders, as Tortoise would otherwise take orjson where it is installed and the schema would follow it.
    return fields.JSONField(encoder=json.dumps, decoder=json.loads, **options)


# A person, of whom nothing is kept but what they prefer and what hangs on this row.
class CandidateRow(models.Model):
    id = fields.IntField(primary_key=True)
    created_at = fields.DatetimeField()
    preferences = _document(db_default={})

    class Meta:
        table = "candidate"


# The identity of a candidate on a platform. `home` is the candidate it came from when it joined this one by a code, and
# goes back to when it leaves; null while it is at home. `chat` is where it was when it was joined with another.
class AccountRow(models.Model):
    id = fields.IntField(primary_key=True)
    candidate: fields.ForeignKeyRelation[CandidateRow] = fields.ForeignKeyField("interviews.CandidateRow", "accounts")
    candidate_id: int
    home: fields.ForeignKeyNullableRelation[CandidateRow] = fields.ForeignKeyField(
        "interviews.CandidateRow", "accounts_away", null=True
    )
    home_id: int | None
    platform = fields.CharField(NAME)
    external_id = fields.CharField(NAME)
    chat = fields.CharField(NAME, db_default="")

    class Meta:
        table = "account"
        unique_together = (("platform", "external_id"),)
        indexes = (
            Index(fields=("candidate_id", "id"), name="account_candidate"),
            Index(fields=("home_id",), name="account_home"),
        )


# The code by which another account can join its maker, and where it was made: there is one at most of each. It stands
# here as a digest, and as such only in the message that shows it, until that has arrived.
class LinkCodeRow(models.Model):
    id = fields.IntField(primary_key=True)
    candidate: fields.OneToOneRelation[CandidateRow] = fields.OneToOneField("interviews.CandidateRow", "link_code")
    candidate_id: int
    platform = fields.CharField(NAME)
    chat = fields.CharField(NAME)
    account = fields.CharField(NAME)
    digest = fields.CharField(NAME, unique=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "link_code"
        indexes = (Index(fields=("expires_at",), name="link_code_expires_at"),)


# One sitting. `plan` is the list of the ids of its questions; `version` counts the saves. It moves with the account
# that it was begun on when that one joins another candidate or leaves it.
class InterviewRow(models.Model):
    id = fields.IntField(primary_key=True)
    candidate: fields.ForeignKeyRelation[CandidateRow] = fields.ForeignKeyField("interviews.CandidateRow", "interviews")
    candidate_id: int
    platform = fields.CharField(NAME)
    chat = fields.CharField(NAME)
    account = fields.CharField(NAME)
    role_id = fields.CharField(NAME)
    role_title = fields.TextField()
    mode = fields.CharField(WORD)
    seniority = fields.CharField(WORD)
    plan = _document()
    phase = fields.CharField(WORD)
    version = fields.IntField()
    started_at = fields.DatetimeField()
    self_rating = fields.SmallIntField(null=True)
    usual_pace = fields.FloatField(null=True)
    report: ReportRow | None

    class Meta:
        table = "interview"
        indexes = (Index(fields=("candidate_id", "id"), name="interview_candidate"),)


# One question of an interview and how it was closed; `position` counts from 0. Without `stronger_by` there is no
# stronger version, and `stronger` is empty.
class TurnRow(models.Model):
    id = fields.IntField(primary_key=True)
    interview: fields.ForeignKeyRelation[InterviewRow] = fields.ForeignKeyField("interviews.InterviewRow", "turns")
    interview_id: int
    position = fields.IntField()
    question_id = fields.CharField(NAME)
    attempt = fields.IntField()
    revision = fields.IntField()
    outcome = fields.CharField(WORD, null=True)
    stronger = fields.TextField()
    stronger_changes = _document(db_default=[])
    stronger_by = fields.CharField(NAME, null=True)
    interviewer = fields.CharField(NAME, db_default="")
    stand_in = fields.BooleanField(db_default=False)
    disputed = _document(null=True)
    utterances: fields.ReverseRelation[UtteranceRow]
    assessment: AssessmentRow | None

    class Meta:
        table = "turn"
        unique_together = (("interview_id", "position"),)


# One thing said in a turn; `position` counts from 0. `spoken` is null for what was written.
class UtteranceRow(models.Model):
    id = fields.IntField(primary_key=True)
    turn: fields.ForeignKeyRelation[TurnRow] = fields.ForeignKeyField("interviews.TurnRow", "utterances")
    turn_id: int
    position = fields.IntField()
    kind = fields.CharField(WORD)
    text = fields.TextField()
    at = fields.DatetimeField()
    message_id = fields.CharField(NAME)
    point = fields.CharField(NAME)
    made_by = fields.CharField(NAME, db_default="")
    spoken = _document(null=True)

    class Meta:
        table = "utterance"
        unique_together = (("turn_id", "position"),)


# The assessment of the answer of a turn.
class AssessmentRow(models.Model):
    id = fields.IntField(primary_key=True)
    turn: fields.OneToOneRelation[TurnRow] = fields.OneToOneField("interviews.TurnRow", "assessment")
    turn_id: int
    communication = fields.SmallIntField()
    technical = fields.SmallIntField()
    structure = fields.SmallIntField()
    total = fields.FloatField()
    evidence = _document()
    covered = _document()
    missed = _document()
    strengths = _document()
    improvements = _document()
    reason = fields.TextField()
    assessor = fields.CharField(NAME)
    model = fields.CharField(NAME)
    passes = _document(db_default=[])
    shortened = fields.BooleanField(db_default=False)

    class Meta:
        table = "assessment"


# What the candidate was told at the end: `total` as a figure to reckon with, the rest as a document.
class ReportRow(models.Model):
    id = fields.IntField(primary_key=True)
    interview: fields.OneToOneRelation[InterviewRow] = fields.OneToOneField("interviews.InterviewRow", "report")
    interview_id: int
    total = fields.FloatField(null=True)
    document = _document()

    class Meta:
        table = "report"


# An effect that has not been performed yet; the lowest id is the oldest.
class PendingEffectRow(models.Model):
    id = fields.IntField(primary_key=True)
    candidate: fields.ForeignKeyRelation[CandidateRow] = fields.ForeignKeyField("interviews.CandidateRow", "effects")
    candidate_id: int
    interview: fields.ForeignKeyNullableRelation[InterviewRow] = fields.ForeignKeyField(
        "interviews.InterviewRow", "effects", null=True
    )
    interview_id: int | None
    platform = fields.CharField(NAME)
    chat = fields.CharField(NAME)
    account = fields.CharField(NAME)
    kind = fields.CharField(WORD)
    payload = _document()

    class Meta:
        table = "pending_effect"
        indexes = (
            Index(fields=("interview_id",), name="pending_effect_interview"),
            Index(fields=("candidate_id",), name="pending_effect_candidate"),
        )


# A message that was taken, by the platform's own id, which some platforms count in each chat anew. `account` is who
# wrote it, so that it can be forgotten with them; it is empty where an earlier version did not say.
class SeenUpdateRow(models.Model):
    id = fields.IntField(primary_key=True)
    platform = fields.CharField(NAME)
    chat = fields.CharField(NAME)
    inbound_id = fields.CharField(NAME)
    seen_at = fields.DatetimeField()
    account = fields.CharField(NAME, db_default="")

    class Meta:
        table = "seen_update"
        unique_together = (("platform", "chat", "inbound_id"),)
        indexes = (
            Index(fields=("seen_at",), name="seen_update_seen_at"),
            Index(fields=("platform", "account"), name="seen_update_account"),
        )
