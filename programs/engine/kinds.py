"""Rules of a guide that hold for certain kinds of units only (上年度审计报告：企业必交). No kinds named: for every unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.states import APPLICANT_KINDS, OrgKind
from programs.engine.problems import Problem


def applies(kinds: Iterable[str] | None, unit_kind: str) -> bool:
    """Does a rule that names these kinds hold for a unit of this kind?"""
    named = list(kinds or ())
    return not named or unit_kind in named


def check(value: Any, path: str) -> list[Problem]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return [Problem(path, _("must be a list"))]
    known = {kind.value for kind in APPLICANT_KINDS}
    found = [Problem(path, _("“%(code)s” is not a kind of unit that applies") % {"code": code}) for code in value if code not in known]
    return found if len(value) == len(set(value)) else [*found, Problem(path, _("a kind of unit stands twice"))]


def words(kinds: Iterable[str] | None) -> str:
    """The kinds by name; empty for every unit."""
    return "、".join(str(OrgKind(kind).label) if kind in OrgKind.values else kind for kind in kinds or ())


def is_required(row: Mapping[str, Any], unit_kind: str) -> bool:
    """Must a unit of this kind hand in this material?"""
    return bool(row.get("required")) and applies(row.get("required_for"), unit_kind)


def required_words(row: Mapping[str, Any]) -> str:
    """Whether a material is required, and of whom."""
    if not row.get("required"):
        return _("where it applies")
    if row.get("required_for"):
        return _("required of: %(kinds)s") % {"kinds": words(row["required_for"])}
    return _("required")
