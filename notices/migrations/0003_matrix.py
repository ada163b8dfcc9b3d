from django.conf import settings
from django.db import migrations, models

MODES = [("AT_ONCE", "At once"), ("DAILY", "Once a day, together"), ("OFF", "No mail")]
STATES = [("NONE", "No mail"), ("WAITING", "Waiting"), ("DIGEST", "Waiting for the daily mail"), ("SENT", "Sent"), ("FAILED", "Failed")]


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_guards"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RemoveConstraint("preference", "preference_once"),
        migrations.RenameField("preference", "event", "group"),
        migrations.AddField("preference", "mode", models.CharField(choices=MODES, default="AT_ONCE", max_length=8)),
        # The one event that could be switched off until now is a group of its own.
        migrations.RunSQL([
            "DELETE FROM notices_preference WHERE \"group\" <> 'programs.matching'",
            "UPDATE notices_preference SET \"group\" = 'matching', mode = CASE WHEN mail THEN 'AT_ONCE' ELSE 'OFF' END",
        ], migrations.RunSQL.noop),
        migrations.RemoveField("preference", "mail"),
        migrations.AddConstraint("preference", models.UniqueConstraint(fields=["person", "group"], name="preference_once")),
        migrations.AddConstraint("preference", models.CheckConstraint(
            condition=models.Q(mode__in=["AT_ONCE", "DAILY", "OFF"]), name="preference_mode")),
        migrations.AlterField("message", "mail_state", models.CharField(choices=STATES, default="NONE", max_length=8)),
        migrations.AddIndex("message", models.Index(
            condition=models.Q(mail_state="DIGEST"), fields=["mail_retry_at", "person"], name="message_digest_due")),
    ]
