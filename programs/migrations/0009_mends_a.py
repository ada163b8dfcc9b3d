"""What an opinion is about is kept with it. Opinions filed before do not know it and no longer carry a decision that is still
to come: they are given again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("programs", "0007_adjustments")]

    operations = [
        migrations.AddField(
            model_name="legalopinion",
            name="basis",
            field=models.CharField(blank=True, default="", help_text="hash of the content, policy documents and windows it is about", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="opinion",
            name="basis",
            field=models.CharField(blank=True, default="", help_text="hash of the case as it stood: text, proposal, evidence", max_length=64),
            preserve_default=False,
        ),
    ]
