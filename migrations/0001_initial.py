from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="CandidateRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "candidate", "app": "interviews", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccountRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "candidate",
                    fields.ForeignKeyField(
                        "interviews.CandidateRow",
                        source_field="candidate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("platform", fields.CharField(max_length=255)),
                ("external_id", fields.CharField(max_length=255)),
            ],
            options={
                "table": "account",
                "app": "interviews",
                "unique_together": (("platform", "external_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InterviewRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "candidate",
                    fields.ForeignKeyField(
                        "interviews.CandidateRow",
                        source_field="candidate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="interviews",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("platform", fields.CharField(max_length=255)),
                ("chat", fields.CharField(max_length=255)),
                ("account", fields.CharField(max_length=255)),
                ("role_id", fields.CharField(max_length=255)),
                ("role_title", fields.TextField(unique=False)),
                ("mode", fields.CharField(max_length=32)),
                ("seniority", fields.CharField(max_length=32)),
                ("plan", fields.JSONField(encoder=dumps, decoder=loads)),
                ("phase", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "interview",
                "app": "interviews",
                "indexes": [Index(fields=["candidate_id", "id"], name="interview_candidate")],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PendingEffectRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "candidate",
                    fields.ForeignKeyField(
                        "interviews.CandidateRow",
                        source_field="candidate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "interview",
                    fields.ForeignKeyField(
                        "interviews.InterviewRow",
                        source_field="interview_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="effects",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("platform", fields.CharField(max_length=255)),
                ("chat", fields.CharField(max_length=255)),
                ("account", fields.CharField(max_length=255)),
                ("kind", fields.CharField(max_length=32)),
                ("payload", fields.JSONField(encoder=dumps, decoder=loads)),
            ],
            options={"table": "pending_effect", "app": "interviews", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReportRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "interview",
                    fields.OneToOneField(
                        "interviews.InterviewRow",
                        source_field="interview_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="report",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("total", fields.FloatField(null=True)),
                ("document", fields.JSONField(encoder=dumps, decoder=loads)),
            ],
            options={"table": "report", "app": "interviews", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeenUpdateRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("platform", fields.CharField(max_length=255)),
                ("chat", fields.CharField(max_length=255)),
                ("inbound_id", fields.CharField(max_length=255)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "seen_update",
                "app": "interviews",
                "unique_together": (("platform", "chat", "inbound_id"),),
                "indexes": [Index(fields=["seen_at"], name="seen_update_seen_at")],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TurnRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "interview",
                    fields.ForeignKeyField(
                        "interviews.InterviewRow",
                        source_field="interview_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="turns",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("question_id", fields.CharField(max_length=255)),
                ("attempt", fields.IntField()),
                ("revision", fields.IntField()),
                ("outcome", fields.CharField(null=True, max_length=32)),
                ("stronger", fields.TextField(unique=False)),
            ],
            options={
                "table": "turn",
                "app": "interviews",
                "unique_together": (("interview_id", "position"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AssessmentRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "turn",
                    fields.OneToOneField(
                        "interviews.TurnRow",
                        source_field="turn_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assessment",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("communication", fields.SmallIntField()),
                ("technical", fields.SmallIntField()),
                ("structure", fields.SmallIntField()),
                ("total", fields.FloatField()),
                ("evidence", fields.JSONField(encoder=dumps, decoder=loads)),
                ("covered", fields.JSONField(encoder=dumps, decoder=loads)),
                ("missed", fields.JSONField(encoder=dumps, decoder=loads)),
                ("strengths", fields.JSONField(encoder=dumps, decoder=loads)),
                ("improvements", fields.JSONField(encoder=dumps, decoder=loads)),
                ("reason", fields.TextField(unique=False)),
                ("assessor", fields.CharField(max_length=255)),
                ("model", fields.CharField(max_length=255)),
            ],
            options={"table": "assessment", "app": "interviews", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UtteranceRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "turn",
                    fields.ForeignKeyField(
                        "interviews.TurnRow",
                        source_field="turn_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="utterances",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField()),
                ("kind", fields.CharField(max_length=32)),
                ("text", fields.TextField(unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("message_id", fields.CharField(max_length=255)),
                ("point", fields.CharField(max_length=255)),
            ],
            options={
                "table": "utterance",
                "app": "interviews",
                "unique_together": (("turn_id", "position"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
