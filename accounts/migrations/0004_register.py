"""Facts of people and posts that guides ask about and that have no column of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_unit_changes")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="facts",
            field=models.JSONField(
                blank=True, default=dict, help_text="is_veteran, degree_on, is_postdoc, postdoc_left_on, talents"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="facts",
            field=models.JSONField(
                blank=True, default=dict, help_text="what the unit says of the post: full_time, insured_since, post"
            ),
        ),
    ]
