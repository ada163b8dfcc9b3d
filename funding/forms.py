"""Forms of a payment: what each step needs besides the press of a button."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.states import Pool


class RequestForm(forms.Form):
    pool = forms.ChoiceField(label=_("Paid from"), choices=Pool.choices, initial=Pool.CONTROL, widget=forms.RadioSelect)
    why = forms.CharField(label=_("Grounds"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
                          help_text=_("For the instalment after the mid-term check: name the check that was passed."))


class SendForm(forms.Form):
    reference = forms.CharField(label=_("Number of the payment order"), max_length=60,
                                help_text=_("Each number is used once; it cannot be changed after sending."))


class PayForm(forms.Form):
    receipt = forms.CharField(label=_("Number of the bank's receipt"), max_length=80)
