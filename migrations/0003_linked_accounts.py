from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("interviews", "0002_language_model")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LinkCodeRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "candidate",
                    fields.OneToOneField(
                        "interviews.CandidateRow",
                        source_field="candidate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="link_code",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("platform", fields.CharField(max_length=255)),
                ("chat", fields.CharField(max_length=255)),
                ("account", fields.CharField(max_length=255)),
                ("digest", fields.CharField(unique=True, max_length=255)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "link_code",
                "app": "interviews",
                "indexes": [Index(fields=["expires_at"], name="link_code_expires_at")],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="AccountRow",
            name="home",
            field=fields.ForeignKeyField(
                "interviews.CandidateRow",
                source_field="home_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="accounts_away",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddField(
            model_name="AccountRow",
            name="chat",
            field=fields.CharField(db_default="", max_length=255),
        ),
        ops.AddIndex(
            model_name="AccountRow",
            index=Index(fields=["candidate_id", "id"], name="account_candidate"),
        ),
        ops.AddIndex(
            model_name="PendingEffectRow",
            index=Index(fields=["interview_id"], name="pending_effect_interview"),
        ),
    ]
