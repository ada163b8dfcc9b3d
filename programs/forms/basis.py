"""Forms of the policy basis and of deciding numbers."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs import rules
from programs.forms.base import DateField, area, one_line


class ReplaceForm(forms.Form):
    by = forms.ChoiceField(label=_("Document that takes its place"),
                           help_text=_("Must be in force; this document ends with the day before the new one is valid."))

    def __init__(self, *args: Any, documents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [("", "—"), *documents]


class TextFileForm(forms.Form):
    file = forms.FileField(label=_("PDF or Word (.docx)"), widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}))


class ParameterForm(forms.Form):
    """A new value of one deciding number, of the kind its present value has."""

    value = forms.CharField(label=_("New value"), max_length=4000)
    effective_from = DateField(label=_("In force from"), help_text=_("A day to come: a number never changes backwards (clause T3)."))
    source = one_line(_("Source"), 300, help_text=_("The act or decision that sets the value."))
    why = area(_("Reason"), 2000, 3)

    def __init__(self, *args: Any, present: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = rules.kind_of(present)
        self.fields["value"].help_text = gettext("%(kind)s, as the present one") % {"kind": rules.KIND_WORDS[self.kind]()}
        if self.kind in ("list", "table"):
            self.fields["value"].widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})

    def clean_value(self) -> Any:
        text = self.cleaned_data["value"].strip()
        value = _typed(text, self.kind)
        if rules.kind_of(value) != self.kind:
            raise ValidationError(gettext("The new value must be of the same kind as the old one (%(kind)s).") % {
                "kind": rules.KIND_WORDS[self.kind]()})
        return value


def _typed(text: str, kind: str) -> Any:
    """Whole numbers and tables as JSON has them; numbers with a fraction stay text, so that none becomes a float."""
    if kind in ("number", "text"):
        return text
    try:
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise ValidationError(gettext("The new value must be of the same kind as the old one (%(kind)s).") % {
            "kind": rules.KIND_WORDS[kind]()}) from error
