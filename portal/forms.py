"""Input of the audit desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Pause
from portal.queries.tables import TABLES


class ExportForm(forms.Form):
    table = forms.ChoiceField(label=_("Table"), widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label=_("Format"), widget=forms.RadioSelect, initial="xlsx",
        choices=(("xlsx", _("Excel with a sheet of the data dictionary")), ("csv", _("CSV and its data dictionary, in a ZIP"))),
    )
    year = forms.IntegerField(
        label=_("Year of the guide or budget"), required=False, min_value=2000, max_value=2100,
        help_text=_("The record has no such year; use the days below."),
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, help_text=_("For example the number of the audit order; it is kept in the record."),
    )

    def __init__(self, *args: Any, tables: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [
            (name, f"{TABLES[name].label}：{TABLES[name].meaning}") for name in tables
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The last day must not be before the first."))
        return data


class PauseForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is switched off"), widget=forms.RadioSelect, choices=Pause.Kind.choices)
    ends_at = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help_text=_("It comes on again by itself."))
    why = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Whoever opens such a page reads it."))
