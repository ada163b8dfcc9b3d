"""Conditions in plain words: what the editor shows while a tree is built, and what the public page can say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.states import Gender, OrgKind
from core.money import wan
from programs.engine.facts import BOOL, CATALOGUE, MONEY
from programs.engine.operators import OPERATORS, label, number, wanted_shape
from programs.models import Special
from programs.queries.lists import choices as code_list
from programs.queries.lists import is_english

#: What a person reads for a comparison, in the order of the menu.
OP_WORDS: dict[str, Any] = {
    "is_true": gettext_lazy("is so"), "is_false": gettext_lazy("is not so"), "eq": gettext_lazy("equals"),
    "ne": gettext_lazy("differs from"), "in": gettext_lazy("is one of"), "not_in": gettext_lazy("is none of"),
    "starts_with": gettext_lazy("begins with"), "contains": gettext_lazy("contains the words"),
    "within_region": gettext_lazy("lies in the region"), "ge": gettext_lazy("is at least"), "gt": gettext_lazy("is more than"),
    "le": gettext_lazy("is at most"), "lt": gettext_lazy("is less than"), "between": gettext_lazy("lies between"),
    "ge_each": gettext_lazy("is at least each of"), "on_or_before": gettext_lazy("is on or before"),
    "on_or_after": gettext_lazy("is on or after"), "age_in_year_le": gettext_lazy("age in the year is at most"),
    "age_on_lt": gettext_lazy("age on the day is below"), "age_on_le": gettext_lazy("age on the day is at most"),
    "years_since_ge": gettext_lazy("full years since then are at least"),
    "years_since_le": gettext_lazy("full years since then are at most"), "valid_on": gettext_lazy("is valid on"),
    "any_of": gettext_lazy("contains any of"), "none_of": gettext_lazy("contains none of"), "all_of": gettext_lazy("contains all of"),
    "same_list": gettext_lazy("is the same list as"), "count_ge": gettext_lazy("has entries at least"),
    "count_le": gettext_lazy("has entries at most"),
}

#: Kinds of fields of the application form, in the order of the menu.
FIELD_KIND_WORDS: dict[str, Any] = {
    "text": gettext_lazy("One line"), "textarea": gettext_lazy("Long text"), "number": gettext_lazy("Number"),
    "money": gettext_lazy("Money (yuan)"), "date": gettext_lazy("Date"), "select": gettext_lazy("Choice from a list"),
    "radio": gettext_lazy("Choice, all shown"), "multi": gettext_lazy("Several choices"), "bool": gettext_lazy("Yes to tick"),
    "table": pgettext_lazy("field", "Table"), "group": gettext_lazy("Group of fields, filled in several times"),
}


class Names:
    """Names of the codes that values are written in; each list is read once, when it is first needed."""

    @cached_property
    def special(self) -> dict[str, str]:
        return {row.code: row.label for row in Special.objects.order_by("tree__effective_from")}

    @cached_property
    def org_kind(self) -> dict[str, str]:
        return {kind.value: str(kind.label) for kind in OrgKind}

    @cached_property
    def gender(self) -> dict[str, str]:
        return {kind.value: str(kind.label) for kind in Gender}

    @cached_property
    def platform_kind(self) -> dict[str, str]:
        return {row["value"]: row["label_en" if is_english() else "label"] for row in code_list("platform-kinds")}

    def of(self, fact: str) -> dict[str, str]:
        """{code: name} of a fact's values; empty when they are free."""
        entry = CATALOGUE.get(fact)
        return getattr(self, entry.choices) if entry and entry.choices else {}


def words(node: Mapping[str, Any], names: Names | None = None) -> str:
    """A tree of comparisons as a readable line."""
    names = names or Names()
    for group, sign in (("all", _(" and ")), ("any", _(" or "))):
        if group in node:
            return sign.join(f"（{words(child, names)}）" if len(node[group]) > 1 else words(child, names) for child in node[group])
    if "not" in node:
        return _("not (%(inner)s)") % {"inner": words(node["not"], names)}
    if "human" in node:
        return _("a person looks: %(what)s") % {"what": node["human"]}
    return _rows(node, names) if "rows" in node else _leaf(node, names)


def _rows(node: Mapping[str, Any], names: Names) -> str:
    among = label(str(node.get("rows", "")))
    if node.get("first"):
        among = _("the first %(count)s of %(rows)s") % {"count": node["first"], "rows": among}
    if node.get("every"):
        many = _("all")
    elif node.get("most") is not None:
        many = _("at most %(count)s of them") % {"count": node["most"]}
    elif node.get("share"):
        many = _("at least %(share)s") % {"share": percent(node["share"])}
    else:
        many = _("at least %(count)s of them") % {"count": node.get("least", "?")}
    return _("of %(rows)s, %(many)s meet: %(that)s") % {"rows": among, "many": many, "that": words(node.get("that") or {}, names)}


def percent(value: Any) -> str:
    """A share of 1 as a person reads it; what is no number stays as it is."""
    try:
        return f"{(number(value) * 100).normalize():f}%"
    except ArithmeticError:
        return str(value)


def _leaf(node: Mapping[str, Any], names: Names) -> str:
    fact, op = str(node.get("fact", "")), str(node.get("op", ""))
    if fact not in CATALOGUE or op not in OPERATORS:
        return _("(not chosen yet)")
    said = f"{label(fact)} {OP_WORDS[op]}"
    if node.get("of"):
        only = "、".join(names.of(fact).get(code, code) for code in node["of"])
        said = _("%(said)s (only %(entries)s)") % {"said": said, "entries": only}
    if OPERATORS[op].wants != "nothing":
        said = f"{said} {value_words(fact, op, node.get('value'), names)}"
    if OPERATORS[op].at:
        said = _("%(said)s, counted to %(moment)s") % {"said": said, "moment": _plain(node.get("at"), "", names)}
    if node.get("value_by"):
        said = f"{said}；{_by(fact, op, node['value_by'], names)}"
    return said.strip()


def value_words(fact: str, op: str, value: Any, names: Names) -> str:
    money = OPERATORS[op].wants in ("number", "range", "numbers", "same") and CATALOGUE[fact].kind == MONEY
    unit = CATALOGUE[fact].unit if OPERATORS[op].wants in ("number", "range", "same") and op in ("ge", "gt", "le", "lt", "between", "eq") else ""
    if op.startswith(("age_", "years_")):
        unit = _("years of age") if op.startswith("age_") else _("years")
    text = _plain(value, fact, names, money=money)
    if op == "between" and isinstance(value, list) and len(value) == 2:
        text = _("%(low)s to %(high)s") % {"low": _plain(value[0], fact, names, money=money), "high": _plain(value[1], fact, names, money=money)}
    return f"{text} {unit}".strip() if unit and not isinstance(value, Mapping) else text


def _plain(value: Any, fact: str, names: Names, *, money: bool = False) -> str:
    if value is None:
        return "?"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _reference(value)
    if isinstance(value, list):
        return "、".join(_plain(item, fact, names, money=money) for item in value) or _("none")
    if money:
        try:
            return _("%(amount)s 10,000 yuan") % {"amount": wan(number(value))}
        except ArithmeticError:
            return str(value)
    return names.of(fact).get(str(value), str(value))


def _reference(value: Mapping[str, Any]) -> str:
    said = label(str(value.get("fact", "")))
    if value.get("months"):
        months = int(value["months"])
        said = (_("%(count)d months after %(day)s") if months > 0 else _("%(count)d months before %(day)s")) % {
            "count": abs(months), "day": said}
    return f"{said} × {percent(value['times'])}" if value.get("times") else said


def _by(fact: str, op: str, varied: Mapping[str, Any], names: Names) -> str:
    if "facts" not in varied:
        rows = [({varied["fact"]: key}, value) for key, value in varied["values"].items()]
    else:
        rows = [(row["when"], row["value"]) for row in varied["values"]]
    return "；".join(
        _("for %(who)s: %(value)s") % {
            "who": _(" and ").join(_who(name, key, names) for name, key in when.items()), "value": value_words(fact, op, value, names)}
        for when, value in rows
    )


def _who(name: str, key: Any, names: Names) -> str:
    if CATALOGUE[name].kind == BOOL:
        return label(name) if key is True else _("not (%(inner)s)") % {"inner": label(name)}
    return f"{label(name)}：{names.of(name).get(str(key), str(key))}"


def shape_of(fact: str, op: str) -> str:
    """Shape of the value, "" while fact or comparison is not chosen."""
    return wanted_shape(fact, op) if fact in CATALOGUE and op in OPERATORS else ""
