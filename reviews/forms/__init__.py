"""Forms of the reviews floor: due time, draw, answer to an invitation, void."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews import states


class WhenField(forms.DateTimeField):
    """A moment in the bureau's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if hasattr(value, "tzinfo") else value


class DueForm(forms.Form):
    due_at = WhenField(label=_("Scores are due"))


class ExtendForm(DueForm):
    why = forms.CharField(label=_("Reason"), max_length=500)


class CommitForm(forms.Form):
    public_source = forms.CharField(label=_("Public value that will decide"), max_length=200,
                                    help_text=_("Something nobody knows yet, such as an index at tomorrow's close."))


class ValueForm(forms.Form):
    value = forms.CharField(label=_("Public value"), max_length=100)
    at = WhenField(label=_("Published at"))


class DeclineForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=[
        (code, label) for code, label in states.DeclineReason.choices if code not in ("CONFLICT", "NO_ANSWER")])
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason_code") == states.DeclineReason.OTHER and not data.get("note", "").strip():
            self.add_error("note", _("Say the reason in words."))
        return data


class AcceptForm(forms.Form):
    pledge = forms.BooleanField(label=_("I have read the pledge and declare conflicts of interest truthfully."))


class ConflictForm(forms.Form):
    code = forms.ChoiceField(label=_("Kind of conflict"), choices=[(code.value, code.label) for code in states.DECLARABLE])
    note = forms.CharField(label=_("What it consists of"), max_length=500)
