"""`engagement_once` begins with the person: an index of the person alone cost each submission and found nothing more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_session")]
    operations = [
        migrations.AlterField("engagement", "person", models.ForeignKey(
            blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="engagements",
            to=settings.AUTH_USER_MODEL)),
    ]
