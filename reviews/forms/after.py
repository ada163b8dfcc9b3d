"""Forms of what follows a review: comments, grades, days of a meeting."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews import states


class CommentsForm(forms.Form):
    text = forms.CharField(label=_("What the applicant reads"), max_length=8000, widget=forms.Textarea(attrs={"rows": 14}))
    numbers_are_fine = forms.BooleanField(label=_("The numbers in the text are no scores"), required=False)


class GradeForm(forms.Form):
    expert = forms.UUIDField(widget=forms.HiddenInput)
    grade = forms.ChoiceField(label=_("Grade"), choices=states.Grade.choices)
    note = forms.CharField(label=_("Note"), max_length=500, required=False, help_text=_("Needed for another grade than the computed one."))


class DaysForm(forms.Form):
    days = forms.DecimalField(label=_("Days of the meeting"), min_value=Decimal("0.5"), max_value=Decimal(30), max_digits=4, decimal_places=1, initial=Decimal(1),
                              help_text=_("Half days count; from the third day on the rate is lower."))

    def clean_days(self) -> Decimal:
        days: Decimal = self.cleaned_data["days"]
        if days % Decimal("0.5"):
            raise forms.ValidationError(_("Whole and half days only."))
        return days
