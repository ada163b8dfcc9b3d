"""The page on which a person chooses what is mailed how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from notices import rules
from notices.states import MailMode


class MatrixForm(forms.Form):
    """One choice for each group that is not locked."""

    def __init__(self, *args: Any, matrix: Iterable[tuple[rules.Group, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group, mode in matrix:
            if not group.locked:
                self.fields[group.code] = forms.ChoiceField(
                    label=group.label, choices=MailMode.choices, initial=mode, widget=forms.Select(attrs={"aria-label": group.label}))
