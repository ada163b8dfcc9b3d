"""One condition of a guide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.engine import conditions, facts
from programs.forms.base import area, one_line

LEAVES = 4
LISTS = ("in", "not_in", "none_of", "any_of", "same_list", "ge_each", "between")


def fact_choices() -> list[tuple[str, str]]:
    return [("", "—"), *[(name, f"{conditions.label(name)}（{name}）") for name in facts.CATALOGUE]]


def op_choices() -> list[tuple[str, Any]]:
    return [
        ("", "—"), ("is_true", gettext("is so")), ("is_false", gettext("is not so")), ("eq", gettext("equals")), ("ne", gettext("differs from")),
        ("in", gettext("is one of")), ("not_in", gettext("is none of")), ("starts_with", gettext("begins with")),
        ("within_region", gettext("lies in the region")), ("ge", gettext("is at least")), ("gt", gettext("is more than")),
        ("le", gettext("is at most")), ("lt", gettext("is less than")), ("between", gettext("lies between")),
        ("ge_each", gettext("is at least each of")), ("on_or_before", gettext("is on or before")), ("on_or_after", gettext("is on or after")),
        ("age_in_year_le", gettext("age in the year is at most")), ("age_on_lt", gettext("age on the day is below")),
        ("valid_on", gettext("is valid on")), ("none_of", gettext("contains none of")), ("any_of", gettext("contains any of")),
        ("same_list", gettext("is the same list as")),
    ]


def leaf_value(op: str, raw: str) -> Any:
    """What a person types -> the value of a comparison: a fact name, a list parted by commas, or a text."""
    raw = raw.strip()
    if raw in facts.CATALOGUE:
        return {"fact": raw}
    if op in LISTS:
        return [piece.strip() for piece in raw.replace("，", ",").replace("、", ",").split(",") if piece.strip()]
    return raw


def leaf_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("fact", ""))
    return ", ".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)


def flat(test: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]] | None:
    """A test that the rows can show: one comparison, or some joined by all / any. None for deeper trees."""
    for join in ("all", "any"):
        if join in test:
            leaves = test[join]
            plain = len(leaves) <= LEAVES and all("fact" in leaf and "value_by" not in leaf for leaf in leaves)
            return (join, leaves) if plain else None
    return ("all", [test]) if "fact" in test and "value_by" not in test else None


class ConditionForm(forms.Form):
    code = one_line(_("Code"), 20)
    clause = one_line(_("Clause"), 60, required=False, help_text=_("Where it stands in the guide, e.g. 四、（二）"))
    text = area(_("Text of the condition"), 1000, 3)
    text_en = area(_("Text in English"), 1000, 2, required=False)
    hard = forms.BooleanField(
        label=_("Blocks the submission when it fails"), required=False,
        help_text=_("Otherwise it is only shown to the people who check."),
    )
    join = forms.ChoiceField(
        label=_("How the comparisons are joined"), widget=forms.RadioSelect,
        choices=[("all", _("all must hold")), ("any", _("one is enough")), ("human", _("a person must look")),
                 ("tree", _("a deeper tree, as JSON"))],
    )
    human = one_line(_("What a person must look at"), 300, required=False)
    tree = forms.CharField(
        label=_("Tree (JSON)"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_('{"all": [...]}, {"any": [...]}, {"not": {...}} over {"fact", "op", "value"}'),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(LEAVES):
            self.fields[f"fact{n}"] = forms.ChoiceField(label=gettext("Fact %(n)d") % {"n": n + 1}, choices=fact_choices(), required=False)
            self.fields[f"op{n}"] = forms.ChoiceField(label=gettext("Comparison"), choices=op_choices(), required=False)
            self.fields[f"value{n}"] = forms.CharField(label=gettext("Value or fact"), max_length=500, required=False)
            self.fields[f"at{n}"] = forms.CharField(label=gettext("counted to (year or day)"), max_length=60, required=False)

    @property
    def leaf_rows(self) -> list[list[Any]]:
        return [[self[f"{name}{n}"] for name in ("fact", "op", "value", "at")] for n in range(LEAVES)]

    @staticmethod
    def load(rule: Mapping[str, Any]) -> dict[str, Any]:
        first = {key: rule.get(key, "") for key in ("code", "clause", "text", "text_en")}
        first["hard"] = rule.get("hard", True)
        test = rule.get("test") or {}
        if "human" in test:
            return {**first, "join": "human", "human": test["human"]}
        shown = flat(test) if test else ("all", [])
        if shown is None:
            return {**first, "join": "tree", "tree": json.dumps(test, ensure_ascii=False, indent=1)}
        first["join"] = shown[0]
        for n, leaf in enumerate(shown[1]):
            first.update({f"fact{n}": leaf["fact"], f"op{n}": leaf["op"], f"value{n}": leaf_text(leaf.get("value")),
                          f"at{n}": leaf_text(leaf.get("at"))})
        return first

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["test"] = self._test(values)
        problems = conditions.check([{"code": values.get("code") or "X", "text": "x", "test": values["test"]}])
        if problems:
            raise ValidationError([f"{problem.path.removeprefix('conditions[0].')}：{problem.text}" for problem in problems])
        return values

    def _test(self, values: Mapping[str, Any]) -> Any:
        if values.get("join") == "human":
            return {"human": values.get("human", "")}
        if values.get("join") == "tree":
            try:
                return json.loads(values.get("tree") or "{}", parse_float=str)
            except (ValueError, RecursionError):
                self.add_error("tree", gettext("This cannot be read as JSON."))
                return {"human": "?"}
        leaves = []
        for n in range(LEAVES):
            if values.get(f"fact{n}"):
                op = values.get(f"op{n}", "")
                leaf = {"fact": values[f"fact{n}"], "op": op}
                if op not in conditions.NEEDS_NO_VALUE:
                    leaf["value"] = leaf_value(op, values.get(f"value{n}", ""))
                if op in conditions.NEEDS_AT:
                    leaf["at"] = leaf_value("eq", values.get(f"at{n}", "")) or None
                leaves.append(leaf)
        join = "any" if values.get("join") == "any" else "all"
        return leaves[0] if len(leaves) == 1 else {join: leaves}

    def rule(self, old: Mapping[str, Any]) -> dict[str, Any]:
        return {**old, **{key: self.cleaned_data[key] for key in ("code", "clause", "text", "text_en", "hard", "test")}}
