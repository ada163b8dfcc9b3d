"""Field kinds the forms of this floor share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import from_wan


class DateField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MomentField(forms.DateTimeField):
    """A time in the bureau's zone, to the minute."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if timezone.is_aware(value) else value
        return super().prepare_value(value)


class WanField(forms.DecimalField):
    """Money typed in 万元, clean value in yuan."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=16, decimal_places=6, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else from_wan(str(found))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            amount = (value / 10000).normalize()
            return f"{amount:f}"
        return value


class LinesField(forms.CharField):
    """One entry per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class CodesField(forms.MultipleChoiceField):
    """Codes to tick in a long list, which stands folded with what is ticked said above it. The form sets the choices and says
    which codes do not exist: one that was written before may have left the list."""

    widget = forms.CheckboxSelectMultiple
    fold = True

    def valid_value(self, value: Any) -> bool:
        return True

    def offer(self, choices: list[tuple[str, str]], kept: Any) -> None:
        """The list, with codes that stand there already and are not in it."""
        known = {code for code, _name in choices}
        self.choices = [*choices, *((code, code) for code in kept or () if code not in known)]


def one_line(label: Any, most: int = 200, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **kwargs)


def area(label: Any, most: int = 20_000, rows: int = 6, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows, "data-max": most}), **kwargs
    )


def needed_later(field: forms.Field) -> forms.Field:
    """A field a draft may leave empty and a submission may not: not to be called optional."""
    field.mark = _("(needed before it is submitted)")
    return field


def unmarked(field: forms.Field) -> forms.Field:
    """A field that the page checks in its own way: whether it may stay empty depends on the others."""
    field.mark = ""
    return field


def show_theirs(form: forms.Form, before: Mapping[str, Any], who: str, now: Mapping[str, Any] | None = None) -> None:
    """Mark the fields of a sent form that hold something else than what somebody saved meanwhile. `before` is what this person
    began from, `now` what stands (the form's `initial` if not given); a field nobody else touched needs no comparison."""
    for name, field in form.fields.items():
        stands = now.get(name, field.initial) if now is not None else form.get_initial_for_field(field, name)
        typed = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        if name not in ("DELETE", "ORDER") and stands != before.get(name, field.initial) and field.has_changed(stands, typed):
            field.theirs = {"who": who, "text": _in_words(field, stands)}


def _in_words(field: forms.Field, value: Any) -> str:
    shown = field.prepare_value(value)
    names = {str(key): str(words) for key, words in getattr(field, "choices", ()) if not isinstance(words, list | tuple)}
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(shown, list | tuple):
        return "、".join(names.get(str(one), str(one)) for one in shown)
    return names.get(str(shown), str(shown)) if shown not in (None, "") else ""


class WhyForm(forms.Form):
    why = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
