"""The public self-check of a guide: one field per question, all may be left empty; nothing is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from programs import queries
from programs.engine.facts import BOOL, CATALOGUE, DATE, LIST, MONEY, NUMBER, PERIOD, Fact
from programs.engine.operators import label
from programs.engine.selfcheck import Question
from programs.forms.base import DateField, WanField

SUBJECTS = {"unit": _("The unit"), "leader": _("The leader"), "pair": _("The leader at the unit"), "team": _("The team"),
            "application": _("The application")}
YES_NO = [("", _("I do not know")), ("true", _("yes")), ("false", _("no"))]
PAST = ("unit.registered_on", "leader.birth_date", "leader.degree_on", "leader.postdoc_left_on")
OLDEST = date(1900, 1, 1)
SHARES = ("share", "ratio")


class SelfCheckForm(forms.Form):
    """Fields are named after the facts, with an underscore for the point."""

    def __init__(self, data: Any, asked: list[Question], *, names: Any = None) -> None:
        super().__init__(data)
        self.asked, self.names = asked, names or queries.Names()
        for question in asked:
            self.fields[key_of(question.fact)] = self._field(question)

    def _field(self, question: Question) -> forms.Field:
        entry, title = CATALOGUE[question.fact], label(question.fact)
        if question.kind == LIST:
            known = self.names.of(question.fact)
            return forms.MultipleChoiceField(
                label=title, required=False, widget=forms.CheckboxSelectMultiple, help_text=gettext("Tick what applies."),
                choices=[("-", gettext("none of these")), *((code, known.get(code, code)) for code in question.codes)])
        if question.kind == BOOL:
            return forms.ChoiceField(label=title, required=False, choices=YES_NO)
        if question.kind == PERIOD:
            return DateField(label=gettext("%(fact)s: valid until") % {"fact": title}, required=False)
        if question.kind == DATE:
            return DateField(label=title, required=False, help_text=gettext("For example: 1985-06-15"))
        if question.kind == MONEY:
            return WanField(label=f"{title} ({gettext('10,000 yuan')})", required=False)
        if question.kind == NUMBER:
            return _number(question.fact, title, entry.unit)
        codes = {key: value for key, value in self.names.of(question.fact).items() if key not in ("BUREAU", "AGENCY", "DISTRICT")}
        if codes:
            return forms.ChoiceField(label=title, required=False, choices=[("", gettext("I do not know")), *codes.items()])
        hint = gettext("Province or city, and district, for example: 深圳市南山区") if question.fact.endswith("region") else ""
        return forms.CharField(label=title, required=False, max_length=100, help_text=hint)

    def clean(self) -> dict[str, Any]:
        found, today = super().clean(), clock.today()
        for question in self.asked:
            key = key_of(question.fact)
            value = found.get(key)
            if isinstance(value, date) and value < OLDEST:
                self.add_error(key, ValidationError(gettext("This day is too long ago.")))
            elif question.fact in PAST and isinstance(value, date) and value > today:
                self.add_error(key, ValidationError(gettext("This day lies in the future.")))
            elif question.kind == LIST and value and "-" in value and len(value) > 1:
                self.add_error(key, ValidationError(gettext("“None of these” and a tick contradict each other.")))
        return found

    def facts(self) -> dict[str, Fact]:
        """What was answered, as facts of the engine; an empty field is not known."""
        source, found = gettext("your answer"), {}
        for question in self.asked:
            value = typed(question, self.cleaned_data.get(key_of(question.fact)))
            if value is not None:
                found[question.fact] = Fact(value, source, self._shown(question, value))
        return found

    def _shown(self, question: Question, value: Any) -> str:
        known = self.names.of(question.fact)
        if question.kind == LIST:
            return "、".join(known.get(code, code) for code in value) or gettext("none of these")
        return known.get(value, "") if isinstance(value, str) else ""

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Fields by subject, as the page shows them."""
        rows: dict[str, list[Any]] = {}
        for question in self.asked:
            rows.setdefault(question.subject, []).append(self[key_of(question.fact)])
        return [{"code": subject, "title": SUBJECTS[subject], "fields": fields} for subject, fields in rows.items()]


class SelfCheckAllForm(SelfCheckForm):
    """Over all guides at once at least one answer is needed: without any, every guide would seem to fit."""

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not self.errors and not any(value not in (None, "", []) for value in found.values()):
            raise ValidationError(gettext("Answer at least one question."))
        return found


def key_of(fact: str) -> str:
    return fact.replace(".", "_")


def typed(question: Question, value: Any) -> Any:
    if value in (None, "", []):
        return None
    if question.kind == BOOL:
        return value == "true"
    if question.kind == PERIOD:
        return {"from": None, "to": value.isoformat()}
    if question.kind == LIST:
        return [code for code in value if code != "-"]
    return value.isoformat() if question.kind == DATE else value


def _number(fact: str, title: str, unit: str) -> forms.Field:
    share = fact.rpartition("_")[2] in SHARES or "_share_" in fact
    field = forms.DecimalField(
        label=f"{title} ({unit})" if unit else title, required=False, min_value=Decimal(0), max_digits=16, decimal_places=6,
        help_text=gettext("As a decimal: 0.5 is half") if share else "")
    field.widget.attrs["inputmode"] = "decimal"
    return field
