"""What has been worked out beforehand for an application that waits for its submission."""

from __future__ import annotations

from django.db import models

from applications.models.filing import Application, Content
from core.clock import CoreNow


class Prepared(models.Model):
    """The answer of the check list and the content to be frozen (none when something is wrong), with the print of all they were made from.

    Nothing is decided here: at the submission the database works the print out again, and where it differs by one letter the
    whole check is made anew (ADR 0025). Rows may be thrown away at any time; only seconds are lost.
    """

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True, related_name="prepared")
    print = models.CharField(max_length=32)
    of_unit = models.BooleanField(help_text="the rules of the guide look at what else the unit has filed or runs")
    content = models.ForeignKey(Content, models.CASCADE, null=True, related_name="prepared")
    engaged = models.JSONField(help_text="[[role, person or null, unit or null]]: whom the submission engages")
    klass = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=CoreNow())

    def __str__(self) -> str:
        return f"{self.application_id} {self.print}"
