"""The form of another body's word: the answer, its day, the document it stands on, and the figures the guide asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.rows import WanField
from core import clock
from programs.engine.voices import Ask


class VoiceForm(forms.Form):
    """`paper`: the answer stands on a document with a number and a day (on record, or handed in); without it the unit that
    was asked answers in its own name today. `choice`: with the yes or no; the applicant only hands in."""

    agree = forms.TypedChoiceField(choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))], widget=forms.RadioSelect,
                                   coerce=lambda value: value == "yes", empty_value=None)
    decided_on = forms.DateField(label=gettext_lazy("Day of the decision"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    number = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=80)
    text = forms.CharField(label=gettext_lazy("Grounds of the answer"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
                           help_text=gettext_lazy("Needed for a no; kept with the case file."))
    upload = forms.FileField(label=gettext_lazy("Document (PDF, JPG or PNG)"), widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.png"}))

    def __init__(self, *args: Any, ask: Ask | None, paper: bool, choice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask = ask
        self.fields["agree"].label = ask.question if ask else _("Answer")
        if not choice:
            del self.fields["agree"]
            self.fields["text"].help_text = ""
        if not paper:
            for name in ("decided_on", "number"):
                del self.fields[name]
            self.fields["upload"].required = False
        for one in ask.figures if ask and choice else ():
            self.fields[f"f-{one.code}"] = _figure_field(one)
        self.order_fields(["agree", *[name for name in self.fields if name.startswith("f-")], "decided_on", "number", "text", "upload"])

    def clean_decided_on(self) -> Any:
        day = self.cleaned_data["decided_on"]
        if day > clock.today():
            raise forms.ValidationError(_("The day of the decision lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("agree") is False and not data.get("text", "").strip():
            self.add_error("text", _("Write the grounds; they stand in the file."))
        for one in self.ask.figures if self.ask and data.get("agree") else ():
            value = data.get(f"f-{one.code}")
            if f"f-{one.code}" not in self.errors and value is None:
                self.add_error(f"f-{one.code}", _("Give “%(label)s”.") % {"label": one.label})
        return data

    def given(self) -> dict[str, Any]:
        """Arguments of the action; figures in yuan and shares 0 to 1."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("agree", "decided_on", "number", "text", "upload") if name in data}
        if self.ask and self.ask.figures and "agree" in data:
            found["figures"] = {one.code: data.get(f"f-{one.code}") for one in self.ask.figures}
        return found


class ShareField(forms.DecimalField):
    """A share typed in percent, kept as 0 to 1."""

    def clean(self, value: Any) -> Decimal | None:
        found = super().clean(value)
        return None if found is None else found / 100


def _figure_field(figure: Any) -> forms.Field:
    if figure.kind == "money":
        return WanField(label=figure.label, required=False)
    return ShareField(label=figure.label, required=False, min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2)
