"""A table of old projects: which file, from where, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.queries import FIELDS


class ImportForm(forms.Form):
    source = forms.CharField(label=_("Source"), max_length=30, help_text=_("The system or list the table comes from; a row is known by source and number."))
    file = forms.FileField(label=_("Table (.xlsx or .csv)"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
                           help_text=_("The first row holds the headings; of a workbook the first sheet is read."))


class MappingForm(forms.Form):
    def __init__(self, *args: Any, headings: Sequence[str], chosen: Mapping[str, str], unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [("", _("not in this table")), *((heading, heading) for heading in headings)]
        for name, (label, needed, _words) in FIELDS.items():
            self.fields[f"m-{name}"] = forms.ChoiceField(label=label, choices=columns, required=needed, initial=chosen.get(name, ""))
        self.fields["unit"] = forms.ChoiceField(label=_("Amounts are in"), choices=[("wan", _("10,000 yuan")), ("yuan", _("yuan"))], initial=unit)

    def clean(self) -> dict[str, Any]:
        data, seen = super().clean() or {}, {}
        for name, heading in list(data.items()):
            if name.startswith("m-") and heading:
                if heading in seen:
                    self.add_error(name, _("This column is mapped to another field already."))
                seen[heading] = name
        return data

    @property
    def mapping(self) -> dict[str, str]:
        return {name[2:]: value for name, value in self.cleaned_data.items() if name.startswith("m-") and value}
