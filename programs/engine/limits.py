"""Limits of applications and projects (限项): how many a person or a unit may be in at a time or in a year.

A rule is {code, clause, text, text_en, scope, roles, classes, excluded, states, window, max, exempt_kinds, exempt_rd_from};
money in yuan as text. The applications floor counts by it at hand-in, at submission and again before the award.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import APPLICANT_KINDS
from core.money import wan
from programs.engine.amounts import check_bounds
from programs.engine.forms import pick
from programs.engine.problems import Problem

SCOPES = {"person": gettext_lazy("Every member of the team"), "unit": gettext_lazy("The applicant unit")}
ROLES = {
    "person": {"LEADER": gettext_lazy("as leader"), "MAIN": gettext_lazy("as main member"), "MEMBER": gettext_lazy("as participant")},
    "unit": {"LEAD": gettext_lazy("as lead unit"), "PARTNER": gettext_lazy("as partner unit")},
}
ROLE_NAMES = {code: label for group in ROLES.values() for code, label in group.items()}
STATES = {
    "APPLIED": gettext_lazy("applied for, not decided yet"), "RUNNING": gettext_lazy("running projects"),
    "AWARDED": gettext_lazy("applications that were awarded"), "ENDED": gettext_lazy("projects and applications that have ended"),
}
WINDOWS = {"running": gettext_lazy("counted together, whatever year they began in"), "calendar_year": gettext_lazy("begun in this calendar year")}
KINDS = {kind.value: kind.label for kind in APPLICANT_KINDS}
CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
MOST, MOST_RULES, MOST_CODES = 1000, 30, 60
LISTS = ("roles", "classes", "excluded", "states", "exempt_kinds")


def check(rows: Any, path: str = "limits") -> list[Problem]:
    """What is wrong with the rules, each at its place."""
    if not isinstance(rows, list) or len(rows) > MOST_RULES:
        return [Problem(path, _("must be a list of at most %(most)d rules") % {"most": MOST_RULES})]
    found: list[Problem] = []
    codes = [row.get("code") for row in rows if isinstance(row, Mapping)]
    for index, row in enumerate(rows):
        here = f"{path}[{index}]"
        if not isinstance(row, Mapping) or not isinstance(row.get("code"), str) or not CODE.fullmatch(row["code"]):
            found.append(Problem(here, _("needs a code of letters, digits and dashes")))
            continue
        if codes.count(row["code"]) > 1:
            found.append(Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": row["code"]}))
        found.extend(_row(row, here))
    return found


def _row(row: Mapping[str, Any], here: str) -> list[Problem]:
    found = [Problem(f"{here}.{name}", _("must be plain text")) for name in ("clause", "text", "text_en")
             if row.get(name) is not None and not isinstance(row[name], str)]
    if not row.get("text"):
        found.append(Problem(f"{here}.text", _("is missing")))
    most = row.get("max")
    if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= MOST:
        found.append(Problem(f"{here}.max", _("must be a whole number from 0 to %(most)d") % {"most": MOST}))
    scope = row.get("scope", "person")
    if not isinstance(scope, str) or scope not in SCOPES:
        return [*found, Problem(f"{here}.scope", _("choose whom the limit concerns"))]
    if not isinstance(row.get("window", "running"), str) or row.get("window", "running") not in WINDOWS:
        found.append(Problem(f"{here}.window", _("choose the period")))
    known = {"roles": ROLES[scope], "states": STATES, "exempt_kinds": KINDS}
    for name in LISTS:
        values = row.get(name, [])
        if not isinstance(values, list) or len(values) > MOST_CODES or not all(isinstance(one, str) and one for one in values):
            found.append(Problem(f"{here}.{name}", _("must be a list of codes")))
        elif name in known and (strange := [one for one in values if one not in known[name]]):
            found.append(Problem(f"{here}.{name}", _("does not fit: %(codes)s") % {"codes": "、".join(strange)}))
    if not row.get("states", ["APPLIED", "RUNNING"]):
        found.append(Problem(f"{here}.states", _("choose what is counted")))
    if row.get("exempt_rd_from") not in (None, ""):
        found.extend(_spend(row["exempt_rd_from"], f"{here}.exempt_rd_from"))
    return found


def _spend(value: Any, path: str) -> list[Problem]:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not re.fullmatch(r"-?[0-9.]{1,60}", str(value)):
        return [Problem(path, _("must be a number"))]
    return check_bounds(value, path)


def words(row: Mapping[str, Any], specials: Mapping[str, str] | None = None) -> str:
    """A rule as a reader needs it: its text, then what is counted, of whom and when. `specials` names codes for the public."""
    scope = row.get("scope", "person")

    def named(name: str, of: Mapping[str, Any]) -> str:
        return "、".join(str(of.get(code, code)) for code in row.get(name) or ())

    parts = [
        f"{SCOPES.get(scope, scope)}：" + _("at most %(most)s") % {"most": row.get("max")}, str(WINDOWS.get(row.get("window", "running"), "")),
        named("roles", ROLES.get(scope, {})), named("states", STATES),
        _("only %(codes)s") % {"codes": named("classes", specials or {})} if row.get("classes") else "",
        _("without %(codes)s") % {"codes": named("excluded", specials or {})} if row.get("excluded") else "",
        _("not for %(kinds)s") % {"kinds": named("exempt_kinds", KINDS)} if row.get("exempt_kinds") else "",
        _("not for units with R&D spending above %(sum)s (10,000 yuan)") % {"sum": wan(Decimal(str(row["exempt_rd_from"])))} if row.get("exempt_rd_from") else "",
    ]
    return f"{pick(row, 'text')}\n" + "；".join(part for part in parts if part)
