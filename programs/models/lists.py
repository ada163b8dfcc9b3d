"""Code lists: clusters, disciplines, headings, ethics scope."""

from __future__ import annotations

from django.db import models

from core.models import Labelled


class ReferenceEntry(Labelled):
    """One line of a code list: clusters-2024, disciplines, negative-list, expenditure-2021, ethics-scope ..."""

    list = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    group = models.CharField(max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    source = models.TextField(blank=True)
    disabled_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["list", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="referenceentry_code_in_list")]

    def __str__(self) -> str:
        return f"{self.list} {self.code} {self.label}"
