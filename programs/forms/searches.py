"""Keeping a search of the calls."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.base import one_line


class KeepForm(forms.Form):
    name = one_line(_("Name of the search"), 60)
    query = forms.CharField(max_length=600, required=False, widget=forms.HiddenInput)
