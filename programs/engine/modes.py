"""Ways of funding as data: the short process of each, the parts of a guide it needs, and what contradicts it.

The table is `reference/modes/modes.json`; `check` reads a whole guide against it. Amounts are yuan, shares 0 to 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.money import wan
from programs.engine.conditions import number
from programs.engine.form_schema import ROW_KINDS
from programs.engine.forms import pick
from programs.engine.operators import within
from programs.engine.problems import Problem
from programs.states import FundingMode, ReviewMode

TABLE = Path(__file__).resolve().parents[1] / "reference" / "modes" / "modes.json"
#: Parts of the data that stand behind a page of the editor which a mode may switch off.
NEUTRAL: dict[str, Any] = {
    "budget": {"scheme": "LUMP_SUM", "headings": [], "sources": ["CITY"], "indirect_bands": []},
    "topics": [],
    "targets": {"min_rows": 0, "required_l1": []},
}
MOST_DETAIL = 5000
UNIT_OF_BOX = re.compile(r"\s*[（(](?:%|万元|10,000 yuan)[）)]$")


@cache
def table() -> Mapping[str, Any]:
    return json.loads(TABLE.read_text("utf-8"))


def mode_of(code: str) -> Mapping[str, Any]:
    """The entry of a way of funding; an empty one for a code that is not in the table."""
    return table()["modes"].get(code) or {}


def review_of(code: str) -> Mapping[str, Any]:
    return table()["reviews"].get(code) or {}


def fields_of(code: str) -> list[Mapping[str, Any]]:
    """What only this way of funding asks of the guide (owner and price of a challenge, share of a partner ...)."""
    return list(mode_of(code).get("fields", ()))


def detail_label(name: str) -> str:
    """The label of a way's own field, whichever way it is of; the code when none has it."""
    return next((pick(field, "label") for entry in table()["modes"].values() for field in entry.get("fields", ())
                 if field["code"] == name), name)


def steps_of(code: str) -> list[Mapping[str, str]]:
    return list(mode_of(code).get("steps", ()))


def name_of(code: str) -> str:
    """The way of funding with its family, where it has one: 事前资助 · 联合资助."""
    if code not in FundingMode.values:
        return ""
    family = mode_of(code).get("family", "")
    return " · ".join(str(FundingMode(one).label) for one in (family, code) if one)


def field_label(field: Mapping[str, Any]) -> str:
    """The name of an own field where its value stands beside it: the unit belongs to the box it is typed into."""
    return UNIT_OF_BOX.sub("", pick(field, "label"))


def pays(code: str) -> bool:
    """Does this way of funding pay through the portal at all? An equity investment is made outside it."""
    return bool(mode_of(code).get("pays", True))


def is_yearly(code: str) -> bool:
    """Is the money paid in yearly instalments, each after the report of the year before (stable support)?"""
    return bool(mode_of(code).get("yearly"))


def payment_templates() -> list[Mapping[str, Any]]:
    return list(table()["templates"]["payment"])


def off(data: Mapping[str, Any]) -> set[str]:
    """Parts of the editor that do not apply to a guide of this way of funding and of review."""
    mode, review = data.get("mode") or {}, data.get("review") or {}
    return {*mode_of(str(mode.get("funding_mode"))).get("off", ()), *review_of(str(review.get("mode"))).get("off", ())}


def adapted(data: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The parts of a guide that change when it takes this way of funding: contract, payments, review, parts that do not
    apply made neutral, the form asked for what the mode needs. Details of another mode are left out."""
    entry, mode = mode_of(code), dict(data.get("mode") or {})
    known = {field["code"] for field in fields_of(code)}
    details = {key: value for key, value in (mode.get("details") or {}).items() if key in known}
    mode = {"audit_required": False, **mode, "funding_mode": code, "contract_required": entry.get("contract", True)}
    mode.pop("details", None)
    if entry.get("audit"):
        mode["audit_required"] = True
    if details:
        mode["details"] = details
    found: dict[str, Any] = {"mode": mode}
    kinds = {row.get("kind") for row in data.get("payment_plan") or ()}
    if not kinds or not kinds <= set(entry.get("payments", ())) or (entry.get("contract") is False) != (kinds == {"ONCE"}):
        found["payment_plan"] = [dict(row) for row in entry.get("payment_plan", ())]
    if (data.get("review") or {}).get("mode") not in entry.get("reviews", ()):
        found["review"] = {**(data.get("review") or {}), "mode": entry["reviews"][0]}
    for part in entry.get("off", ()):
        if part in NEUTRAL:
            value = NEUTRAL[part]
            found[part] = {**(data.get(part) or {}), **value} if isinstance(value, dict) else value
    section = entry.get("form_section")
    if section and missing_fields(data, code):
        form = data.get("form") or {"sections": []}
        others = [part for part in form["sections"] if part["code"] != section["code"]]
        at = next((i for i, part in enumerate(others) if part["code"] in ("ethics", "lists", "pledge")), len(others))
        found["form"] = {**form, "sections": [*others[:at], section, *others[at:]]}
    return found


def field_codes(form: Any) -> set[str]:
    """Codes of all fields of a form, those inside tables and groups too."""
    found = set()
    for part in (form or {}).get("sections", ()):
        for item in part["fields"]:
            found.add(item["code"])
            found |= {one["code"] for one in item.get(ROW_KINDS.get(item["kind"], ""), ())}
    return found


def missing_fields(data: Mapping[str, Any], code: str) -> list[str]:
    """Codes of form fields without which this way of funding cannot be decided."""
    asked = field_codes(data.get("form"))
    return [name for name in mode_of(code).get("form_needs", ()) if name not in asked]


def needed_label(code: str, name: str) -> str:
    """A field the way of funding needs in the form, for people: 合作单位（partner_unit）."""
    rows = [row for item in (mode_of(code).get("form_section") or {}).get("fields", ())
            for row in (item, *item.get(ROW_KINDS.get(item["kind"], ""), ()))]
    found = next((pick(row, "label") for row in rows if row["code"] == name), "")
    return f"{found}（{name}）" if found else name


def check_details(details: Any, code: str, path: str = "mode.details") -> list[Problem]:
    """Kinds of the values of the mode's own fields; what is missing is asked by `check`."""
    if details is None:
        return []
    if not isinstance(details, Mapping):
        return [Problem(path, _("cannot be read"))]
    kinds = {field["code"]: field["kind"] for field in fields_of(code)}
    found = [Problem(f"{path}.{key}", _("is not asked by this way of funding")) for key in details if key not in kinds]
    for key, kind in kinds.items():
        value = details.get(key)
        if value not in (None, "", []) and not _is_kind(value, kind):
            found.append(Problem(f"{path}.{key}", KIND_PROBLEMS[kind]()))
    return found


def _is_kind(value: Any, kind: str) -> bool:
    if kind == "usccs":
        return isinstance(value, list) and all(isinstance(one, str) and len(one) == 18 for one in value)
    if kind in ("text", "textarea"):
        return isinstance(value, str) and len(value) <= MOST_DETAIL
    if kind == "uscc":
        return isinstance(value, str) and len(value) == 18
    try:
        found = number(value)
    except (ArithmeticError, TypeError, ValueError):
        return False
    return within(found) and {"money": found >= 0, "number": found > 0 and found == int(found), "percent": 0 <= found <= 1}[kind]


KIND_PROBLEMS = {
    "text": lambda: _("must be plain text"), "textarea": lambda: _("must be plain text"),
    "uscc": lambda: _("must be a unified social credit code of 18 characters"),
    "usccs": lambda: _("must be a list of unified social credit codes"), "money": lambda: _("must be an amount from 0"),
    "number": lambda: _("must be a whole number from 1"), "percent": lambda: _("must lie between 0 and 1"),
}


def check(data: Mapping[str, Any], faulty: Collection[str] = ()) -> list[Problem]:
    """What contradicts the way of funding (clause R4), each with its place; all of it at once. Parts that are missing or
    not well formed are named in `faulty`: no rule that looks at them is asked."""
    if "mode" in faulty:
        return []
    code = data["mode"]["funding_mode"]
    entry, name = mode_of(code), str(FundingMode(code).label)
    if not entry:
        return []
    missing = _check_details_present(data, code, name)
    found = list(missing)
    for parts, rule in RULES:
        if not set(parts) & set(faulty):
            found.extend(rule(data, entry, name))
    if not missing and code in OWN_RULES and not {"amount", "quota"} & set(faulty):
        found.extend(OWN_RULES[code](data, data["mode"].get("details") or {}))
    return found


def _check_contract(data: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> list[Problem]:
    contract = entry["contract"]
    if contract is None or data["mode"]["contract_required"] == contract:
        return []
    text = _("Clause R4: “%(mode)s” is carried out under a contract") if contract else _("Clause R4: “%(mode)s” has no contract")
    return [Problem("mode.contract_required", text % {"mode": name})]


def _check_payments(data: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> list[Problem]:
    plan = _("Clause R4: “%(mode)s” pays once after the fact, not by stages") if entry["contract"] is False else _(
        "Clause R4: “%(mode)s” does not pay like this")
    return [Problem(f"payment_plan.{row['kind']}", plan % {"mode": name})
            for row in data["payment_plan"] if row["kind"] not in entry["payments"]]


def _check_review(data: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> list[Problem]:
    review = data["review"]["mode"]
    found = []
    if review not in entry["reviews"]:
        found.append(Problem("review.mode", _("Clause R4: “%(mode)s” is not decided by “%(review)s”")
                             % {"mode": name, "review": ReviewMode(review).label}))
    if (entry["audit"] or review_of(review).get("audit")) and not data["mode"]["audit_required"]:
        found.append(Problem("mode.audit_required", _("Clause R4: this way of funding or of review needs a special audit")))
    return found


def _check_formula(data: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> list[Problem]:
    if not entry["formula"] or data["amount"].get("formula"):
        return []
    return [Problem("amount.formula", _("Clause R6: “%(mode)s” computes the amounts, so it needs a formula") % {"mode": name})]


def _check_form(data: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> list[Problem]:
    return [
        Problem("form", _("Clause R4: “%(mode)s” must ask for “%(code)s” in the application form") % {
            "mode": name, "code": needed_label(data["mode"]["funding_mode"], missing)})
        for missing in missing_fields(data, data["mode"]["funding_mode"])
    ]


#: What each rule looks at besides the way of funding itself.
RULES = (
    ((), _check_contract), (("payment_plan",), _check_payments), (("review",), _check_review), (("amount",), _check_formula),
    (("form",), _check_form),
)


def _check_details_present(data: Mapping[str, Any], code: str, name: str) -> list[Problem]:
    details = data["mode"].get("details") or {}
    return [
        Problem(f"mode.details.{field['code']}", _("Clause R4: “%(mode)s” needs “%(field)s”") % {"mode": name, "field": pick(field, "label")})
        for field in fields_of(code) if field["required"] and details.get(field["code"]) in (None, "", [])
    ]


def _challenge(data: Mapping[str, Any], details: Mapping[str, Any]) -> list[Problem]:
    price, own, cap = number(details["price"]), number(details["owner_money"]), number(data["amount"]["cap"])
    if own <= 0:
        return [Problem("mode.details.owner_money", _("Clause R4: the owner of a challenge brings money of its own"))]
    if own + cap < price:
        return [Problem("mode.details.price", _("Clause R4: the price of %(price)s 万元 is more than the city's %(cap)s and the owner's %(own)s")
                        % {"price": wan(price), "cap": wan(cap), "own": wan(own)})]
    return []


def _joint(data: Mapping[str, Any], details: Mapping[str, Any]) -> list[Problem]:
    if details.get("partner_share") in (None, ""):  # many guides of joint funding state no share
        return []
    share = number(details["partner_share"])
    return [] if 0 < share < 1 else [Problem("mode.details.partner_share", _("Clause R2: in joint funding each side bears a share"))]


def _stable(data: Mapping[str, Any], details: Mapping[str, Any]) -> list[Problem]:
    yearly, bodies = number(details["yearly"]), details["institutions"]
    found = []
    if yearly * len(bodies) > number(data["quota"]["budget_control"]):
        found.append(Problem("mode.details.yearly", _("Clause R2: %(count)d institutions with %(yearly)s 万元 a year are more than the money of the guide")
                             % {"count": len(bodies), "yearly": wan(yearly)}))
    if len(bodies) > data["quota"]["max_projects"]:
        found.append(Problem("mode.details.institutions", _("Clause A2: there are more institutions than awards in the guide")))
    return found


def _matching(data: Mapping[str, Any], details: Mapping[str, Any]) -> list[Problem]:
    return [] if number(details["ratio"]) > 0 else [Problem("mode.details.ratio", _("must be more than 0"))]


def _interest(data: Mapping[str, Any], details: Mapping[str, Any]) -> list[Problem]:
    if number(details["unit_year_cap"]) < number(data["amount"]["cap"]):
        return [Problem("mode.details.unit_year_cap", _("is less than the cap of one project"))]
    return []


OWN_RULES = {"CHALLENGE": _challenge, "JOINT": _joint, "STABLE": _stable, "MATCHING": _matching, "INTEREST": _interest}


def shown_detail(field: Mapping[str, Any], value: Any) -> str:
    """A value of the mode's own fields as a person reads it."""
    if field["kind"] == "money":
        return _("%(amount)s 万元") % {"amount": wan(number(value))}
    if field["kind"] == "percent":
        return f"{(number(value) * 100).normalize():f}%"
    return "、".join(value) if isinstance(value, list) else str(value)
