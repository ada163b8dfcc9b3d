"""Trying the amount of a guide: the formula with typed figures, explained line by line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import from_wan
from programs import queries
from programs.engine import amounts
from programs.engine.facts import CATALOGUE, MONEY, NUMBER, TEXT, Fact
from programs.engine.forms import pick
from programs.engine.operators import label, number
from programs.forms.base import unmarked
from programs.forms.conditions import SUBJECTS

#: What a formula may call, in words, each with an example that can be copied.
FUNCTION_WORDS = (
    ("min(a, b, …)", gettext_lazy("the smallest of the values"), "min(cap, application.total_budget * 50%)"),
    ("max(a, b, …)", gettext_lazy("the largest of the values"), "max(0, application.total_budget - application.self_raised)"),
    ("round(a)", gettext_lazy("rounded to whole yuan, half a yuan upwards"), "round(application.requested * 30%)"),
    ("by(fact; A, B: a; rest: b)", gettext_lazy("another value for every answer of a fact; rest stands for all other answers"),
     "by(unit.kind; ENTERPRISE: 30%; rest: 50%)"),
    ("tiers(a; 500万: x; rest: y)", gettext_lazy("in bands: each slice of the value with its own share"),
     "tiers(application.total_budget; 500万: 30%; rest: 20%)"),
    ("cap", gettext_lazy("the most per project, as it stands above"), "min(cap, 200万)"),
    ("+ - * / ( )", gettext_lazy("plus, minus, times, divided by, brackets; a divisor must be above zero"),
     "application.requested / max(1, application.months)"),
    ("a = …", gettext_lazy("a step with a name, which later lines may use"), "base = application.total_budget * 50%"),
)
#: Facts every application has, whatever its form asks: the budget, the months, the team, the partners.
ALWAYS = ("application.", "team.", "guide.")


def formula_facts(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Facts a formula of this guide may name, by whom they are about: what its form asks, what every application has, what the
    register knows. Facts in words serve in by(…), with the answers that stand for them."""
    asked = {item["fact"]: pick(item, "label") for part in (data.get("form") or {}).get("sections", ())
             for item in part["fields"] if item.get("fact")}
    names, groups = queries.Names(), {}
    for name, entry in CATALOGUE.items():
        codes = names.of(name) if entry.kind == TEXT and entry.choices else {}
        known = name in asked or entry.register or name.startswith(ALWAYS)
        if known and entry.subject not in ("member", "partner") and (entry.kind in (NUMBER, MONEY) or codes):
            unit = str(_("yuan")) if entry.kind == MONEY else entry.unit
            groups.setdefault(SUBJECTS[entry.subject], []).append(
                {"code": name, "label": label(name), "unit": unit, "asked": asked.get(name, ""), "answers": codes})
    return [{"title": title, "rows": rows} for title, rows in groups.items()]


class AmountTryForm(forms.Form):
    """A formula and the figures it asks for; every refused formula names the place of the error."""

    formula = forms.CharField(label=gettext_lazy("Formula of the amount"), max_length=amounts.MAX_LENGTH, strip=False,
                              widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}))
    cap = forms.CharField(label=gettext_lazy("At most per project (10,000 yuan)"), max_length=20)

    def __init__(self, data: Any, amount: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"formula": amount.get("formula", ""), "cap": f"{Decimal(str(amount.get('cap') or 0)) / 10000:f}"})
        self.where: tuple[str, str] | None = None
        text = self.data.get("formula", "").replace("\r\n", "\n") if data else amount.get("formula", "")
        self.names = self._names(text)
        names = queries.Names()
        for name in self.names:
            codes = names.of(name)
            unit = _("10,000 yuan") if CATALOGUE[name].kind == MONEY else CATALOGUE[name].unit
            title = f"{label(name)}（{unit}）" if unit else label(name)
            self.fields[name] = forms.ChoiceField(label=title, required=False, choices=[("", "—"), *codes.items()]) if codes else \
                forms.CharField(label=title, max_length=30, required=False)
            unmarked(self.fields[name])  # without it there is no amount, and the page says which is missing

    @staticmethod
    def _names(text: str) -> list[str]:
        try:
            return sorted(amounts.parse(text).facts) if text.strip() else []
        except amounts.FormulaError:
            return []

    @property
    def boxes(self) -> list[Any]:
        return [self[name] for name in self.names]

    def clean_cap(self) -> Decimal:
        try:
            return from_wan(self.cleaned_data["cap"])
        except (ArithmeticError, ValueError) as error:
            raise forms.ValidationError(_("must be a number")) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        text = values.get("formula", "").replace("\r\n", "\n")
        problems = amounts.check({"cap": 1, "formula": text}) if text else []
        if problems:
            self.add_error("formula", problems[0].text)
            self.where = amounts.caret(text, problems[0].position or 0)
        for name in self.names:
            try:
                values[name] = self._value(name, values.get(name) or "")
            except (ArithmeticError, ValueError):
                self.add_error(name, _("must be a number"))
        return {**values, "formula": text}

    @staticmethod
    def _value(name: str, raw: str) -> Any:
        if not raw.strip():
            return None
        kind = CATALOGUE[name].kind
        return from_wan(raw) if kind == MONEY else number(raw.strip()) if kind == NUMBER else raw

    def explain(self) -> tuple[amounts.Amount | None, str]:
        """(amount with its lines, "") or (None, what is missing)."""
        values = self.cleaned_data
        facts = {name: Fact(values[name], _("typed here")) for name in self.names if values.get(name) is not None}
        try:
            return amounts.evaluate({"formula": values["formula"], "cap": values["cap"]}, facts), ""
        except (amounts.MissingFact, amounts.FormulaError, ArithmeticError) as error:
            return None, str(error)
