"""What follows an act is written with it, in one function (`core_record`), and the act can never be deleted: there is nothing left for a
foreign key to find out, and each submission paid three times for asking. The index of the event alone is the beginning of `reaction_once`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_scanning")]
    operations = [
        migrations.AlterField("reaction", "event", models.ForeignKey(
            db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="reactions", to="core.ledgerrow")),
    ]
