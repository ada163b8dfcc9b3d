"""The last comparison of the needs of a call with each other is kept with the call."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("programs", "0007_adjustments"),
    ]

    operations = [
        migrations.AddField(
            model_name="topiccall",
            name="alike",
            field=models.JSONField(blank=True, default=list, help_text="[[need, need, likeness]] of the last comparison, the most alike first"),
        ),
        migrations.AddField(
            model_name="topiccall",
            name="compared_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
