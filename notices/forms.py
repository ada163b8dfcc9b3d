"""The page on which a person chooses what is mailed how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notices import rules
from notices.states import MailMode


class MatrixForm(forms.Form):
    """One choice for each group that is not locked."""

    def __init__(self, *args: Any, matrix: Iterable[tuple[rules.Group, str]], texted: set[str] | None = None, **kwargs: Any) -> None:
        """`texted`: groups with a text message; None when there is no channel, or no number for it."""
        super().__init__(*args, **kwargs)
        if texted is not None:
            self.fields["texts"] = forms.MultipleChoiceField(
                label=_("Text message"), required=False, initial=sorted(texted), choices=[(group.code, group.label) for group, _mode in matrix])
        for group, mode in matrix:
            if not group.locked:
                self.fields[group.code] = forms.ChoiceField(
                    label=group.label, choices=MailMode.choices, initial=mode, widget=forms.Select(attrs={"aria-label": group.label}))


class CodeForm(forms.Form):
    code = forms.RegexField(r"^\s*(?:\d\s*){6}$", label=_("Code from the text message"), error_messages={"invalid": _("The code has six digits.")},
                            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}))
