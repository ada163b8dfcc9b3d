"""Days off and made-up working days are numbers that decide, dated and changed by two people; the table that nothing filled goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0009_together")]
    operations = [migrations.DeleteModel("WorkdayOverride")]
