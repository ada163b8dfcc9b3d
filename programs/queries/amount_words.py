"""How much a guide grants, in words: the cap, the note, the formula read aloud, the own money asked for. Official notices and
people read these; the formula itself stays the only thing that is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.money import wan
from programs.engine import amounts, kinds, modes
from programs.engine.forms import pick
from programs.engine.operators import label, number
from programs.queries.wording import Names, percent


def amount_words(data: Mapping[str, Any]) -> list[str]:
    """The rules of the amount of a guide's content, a sentence each; [] when there is nothing but the cap."""
    amount, found = data.get("amount") or {}, []
    if note := pick(amount, "note").strip():
        found.append(note)
    found += formula_words(amount) + _shares(data.get("mode") or {})
    if own := own_money_words(data.get("budget") or {}):
        found.append(own)
    return found


def own_money_words(budget: Mapping[str, Any]) -> str:
    """The self-raised ratio as guides say it: at least 1 : 1, and of whom it is asked."""
    ratio = number(budget.get("self_raised_min_ratio") or 0)
    if not ratio:
        return ""
    said = _("own money to money asked for at least %(ratio)s : 1") % {"ratio": f"{ratio.normalize():f}"}
    who = kinds.words(budget.get("self_raised_for"))
    return _("%(rule)s (only of: %(kinds)s)") % {"rule": said, "kinds": who} if who else said


def _shares(mode: Mapping[str, Any]) -> list[str]:
    """Shares and limits in per cent that belong to the way of funding, as those of joint funding."""
    details = mode.get("details") or {}
    return [
        f"{pick(item, 'label').replace('（%）', '').replace(' (%)', '')}：{modes.shown_detail(item, details[item['code']])}"
        for item in modes.fields_of(str(mode.get("funding_mode", "")))
        if item["kind"] == "percent" and details.get(item["code"]) not in (None, "")
    ]


def formula_words(amount: Mapping[str, Any]) -> list[str]:
    """One line per line of the formula; [] without a formula, or while it cannot be read."""
    text = str(amount.get("formula") or "")
    if not text.strip():
        return []
    try:
        formula = amounts.parse(text)
    except amounts.FormulaError:
        return []
    names = dict(amount.get("labels") or {}) | {amounts.CAP: _("the most per project")}
    return [f"{names.get(name, name) if name else _('Sum granted')} = {_said(node, names)}" for name, node, _source in formula.lines]


def _said(node: Any, names: Mapping[str, str]) -> str:
    if node.kind == "number":
        return percent(node.value) if node.is_percent else _figure(node.value)
    if node.kind == "name":
        return names.get(node.value) or label(node.value)
    parts = [_said(child, names) for child in node.children]
    if node.kind == "op":
        return _operation(node, parts)
    if node.kind == "call":
        return _called(node.value, parts)
    return _cases(node, parts) if node.kind == "by" else _bands(node, parts)


def _operation(node: Any, parts: list[str]) -> str:
    """Brackets only where the order of working needs them."""
    weak = node.value in "*/"
    left, right = (
        f"（{part}）" if child.kind == "op" and ((weak and child.value in "+-") or (last and node.value in "-/")) else part
        for part, child, last in zip(parts, node.children, (False, True), strict=True)
    )
    return f"{left} {({'*': '×', '/': '÷', '-': '−'}).get(node.value, node.value)} {right}"


def _called(name: str, parts: list[str]) -> str:
    if name == "round":
        return _("%(value)s rounded to the yuan") % {"value": parts[0]}
    words = _("the least of: %(values)s") if name == "min" else _("the greatest of: %(values)s")
    return words % {"values": "，".join(parts)}


def _cases(node: Any, parts: list[str]) -> str:
    fact, cases = node.value
    known = Names().of(fact)
    rest = pgettext("formula", "others")
    said = "；".join(f"{'、'.join(rest if key == 'rest' else str(known.get(key, key)) for key in keys)} {part}"
                    for keys, part in zip(cases, parts, strict=True))
    return _("by %(fact)s (%(cases)s)") % {"fact": label(fact), "cases": said}


def _bands(node: Any, parts: list[str]) -> str:
    base, *rates = parts
    said = "；".join(_("the rest %(rate)s") % {"rate": rate} if bound is None else _("up to %(bound)s %(rate)s")
                    % {"bound": _figure(bound), "rate": rate} for bound, rate in zip(node.value, rates, strict=True))
    return _("%(base)s by bands (%(bands)s)") % {"base": base, "bands": said}


def _figure(value: Decimal) -> str:
    """A sum of ten thousand and more in 万元."""
    return _("%(amount)s 万元") % {"amount": wan(value)} if value >= 10000 else amounts.show(value)
