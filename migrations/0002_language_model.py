from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("interviews", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AssessmentRow",
            name="passes",
            field=fields.JSONField(db_default=[], encoder=dumps, decoder=loads),
        ),
        ops.AddField(
            model_name="AssessmentRow",
            name="shortened",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="CandidateRow",
            name="preferences",
            field=fields.JSONField(db_default={}, encoder=dumps, decoder=loads),
        ),
        ops.AddField(
            model_name="InterviewRow",
            name="self_rating",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="TurnRow",
            name="disputed",
            field=fields.JSONField(null=True, encoder=dumps, decoder=loads),
        ),
        ops.AddField(
            model_name="TurnRow",
            name="interviewer",
            field=fields.CharField(db_default="", max_length=255),
        ),
        ops.AddField(
            model_name="TurnRow",
            name="stand_in",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="TurnRow",
            name="stronger_by",
            field=fields.CharField(null=True, max_length=255),
        ),
        ops.AddField(
            model_name="TurnRow",
            name="stronger_changes",
            field=fields.JSONField(db_default=[], encoder=dumps, decoder=loads),
        ),
        ops.AddField(
            model_name="UtteranceRow",
            name="made_by",
            field=fields.CharField(db_default="", max_length=255),
        ),
        # Until now there were only the rules, and nobody was asked how well it went: whoever waits for a report
        # when this comes has to get it without that.
        ops.RunSQL(
            [
                "UPDATE turn SET stronger_by = 'rules' WHERE stronger <> ''",
                "UPDATE utterance SET made_by = 'rules' WHERE kind = 'follow_up'",
                "UPDATE interview SET self_rating = 0 WHERE phase = 'reporting'",
            ],
            reverse_sql=ops.RunSQL.noop,
        ),
    ]
