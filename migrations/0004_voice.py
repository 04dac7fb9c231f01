from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("interviews", "0003_linked_accounts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="UtteranceRow",
            name="spoken",
            field=fields.JSONField(null=True, encoder=dumps, decoder=loads),
        ),
        ops.AddField(
            model_name="InterviewRow",
            name="usual_pace",
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name="SeenUpdateRow",
            name="account",
            field=fields.CharField(db_default="", max_length=255),
        ),
        ops.AddIndex(
            model_name="SeenUpdateRow",
            index=Index(fields=["platform", "account"], name="seen_update_account"),
        ),
        ops.AddIndex(
            model_name="AccountRow",
            index=Index(fields=["home_id"], name="account_home"),
        ),
        ops.AddIndex(
            model_name="PendingEffectRow",
            index=Index(fields=["candidate_id"], name="pending_effect_candidate"),
        ),
        # Whose the messages were that were taken until now is known of the chats in which one account alone was
        # interviewed. The ids of the others go like all old ones; the newest of its chat, which stays, goes with the
        # first who is forgotten of those who wrote there since.
        ops.RunSQL(
            [
                """UPDATE seen_update SET account = alone.account FROM (
                    SELECT platform, chat, MIN(account) AS account FROM interview
                    GROUP BY platform, chat HAVING COUNT(DISTINCT account) = 1
                ) AS alone WHERE alone.platform = seen_update.platform AND alone.chat = seen_update.chat""",
            ],
            reverse_sql=ops.RunSQL.noop,
        ),
    ]
