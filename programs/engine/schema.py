"""Is a whole guide's data well formed? `check` gives every problem at once; [] means the guide can be evaluated.

Unknown parts are refused too, so that an imported file can hide nothing from the people who sign the guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programs.engine import (
    amounts,
    budget,
    conditions,
    conflicts,
    forms,
    kinds,
    limits,
    modes,
    places,
    sheets,
    targets,
)
from programs.engine.conditions import number
from programs.engine.places import part_of
from programs.engine.problems import Problem
from programs.engine.wellformed import check_size
from programs.states import TAG_LISTS, FundingMode, ReviewMode

#: The order of a guide's sections, as real guides have it (handbook of the field, 3.1).
SECTION_ORDER = (
    "content", "basis", "support", "conditions", "materials", "form", "accepting", "deciding", "procedure", "timing",
    "certificate", "annexes",
)
NEEDED_SECTIONS = ("content", "support", "conditions", "materials", "procedure")
#: Sections no guide leaves out: without them nobody knows what is supported, who applies how and until when.
KEPT_SECTIONS = (*NEEDED_SECTIONS, "accepting")
NEEDED_TEXTS = ("content", "support", "procedure")
PARTS = (
    "header", "sections", "mode", "applicants", "conditions", "amount", "quota", "topics", "form", "team", "documents",
    "budget", "targets", "score_sheet", "review", "payment_plan", "publicity_days", "formality_items", "contacts",
    "provenance", "tags", "support", "eligibility", "annexes", "ethics", "contract", "limits",
)
NEEDED_PARTS = (
    "sections", "mode", "conditions", "amount", "quota", "form", "documents", "budget", "targets", "score_sheet",
    "review", "payment_plan", "publicity_days", "formality_items",
)
FILE_KINDS = ("pdf", "png", "jpg", "docx", "xlsx", "zip")
PAYMENT_KINDS = ("SIGN", "MIDTERM", "FINAL", "ONCE", "YEARLY")
PROVENANCE = ("source", "moved", "demo")
QUOTA_KINDS = ("LIMITED", "UNLIMITED")
#: How ethics review is asked for: not at all, declared in the form, the approval handed in with it, or before the award.
ETHICS_RULES = ("NONE", "DECLARE", "WITH_APPLICATION", "BEFORE_AWARD")
MOST_TEXT, MOST_DEPTH, MOST_ITEMS, MOST_PANEL = 60_000, 16, 400, 99
SCRIPT = re.compile(r"<\s*/?\s*(script|iframe|object|embed|style|link|meta|svg|img|form|base)\b|javascript\s*:", re.IGNORECASE)
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def check(data: Any) -> list[Problem]:
    """Every problem of a guide's data, each with its place."""
    if not isinstance(data, Mapping):
        return [Problem("", _("The guide's data cannot be read"))]
    size = _check_size(data)
    if size:
        return size
    found = [Problem(str(key), _("is not a part of a guide")) for key in data if key not in PARTS]
    found.extend(Problem(key, _("is missing")) for key in NEEDED_PARTS if key not in data)
    for key, checker in CHECKERS.items():
        if key in data:
            found.extend(_guarded(checker, data[key], key))
    faulty = {part_of(problem.path) for problem in found}
    for parts, rule in TOGETHER:
        if not faulty & set(parts):
            found.extend(_guarded(lambda whole, _path, ask=rule: ask(whole), data, parts[0]))
    return found + _guarded(lambda whole, _path: modes.check(whole, faulty), data, "mode")


def check_part(part: str, value: Any) -> list[Problem]:
    """Problems of one part alone, as it is saved in the editor."""
    found = _check_size(value, part)
    return found or (_guarded(CHECKERS[part], value, part) if part in CHECKERS else [])


def check_present(data: Any) -> list[Problem]:
    """Problems of an unfinished guide: what is there must be right, what is missing is not yet asked."""
    if not isinstance(data, Mapping):
        return [Problem("", _("The guide's data cannot be read"))]
    found = _check_size(data) or [Problem(str(key), _("is not a part of a guide")) for key in data if key not in PARTS]
    if not found:
        found = [problem for key in data for problem in check_part(key, data[key])]
    return found


def _guarded(checker: Callable[[Any, str], list[Problem]], value: Any, key: str) -> list[Problem]:
    """A part of an unexpected shape is a problem, never a crash."""
    try:
        return checker(value, key)
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return [Problem(key, _("cannot be read"))]


def _check_size(node: Any, path: str = "", depth: int = 0) -> list[Problem]:
    if depth > MOST_DEPTH:
        return [Problem(path, _("is nested too deeply"))]
    if isinstance(node, str):
        return check_text(node, path)
    if isinstance(node, (list, Mapping)) and len(node) > MOST_ITEMS:
        return [Problem(path, _("has too many entries"))]
    children = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    found: list[Problem] = []
    for key, child in children:
        if isinstance(key, str) and (len(key) > 200 or UNFIT.search(key) or SCRIPT.search(key)):
            found.append(Problem(path, _("holds a key that cannot be used")))
            continue
        if isinstance(child, (str, list, Mapping)):  # numbers and nothing at all are of no size
            found.extend(_check_size(child, f"{path}.{key}" if path else str(key), depth + 1))
        if len(found) > 20:
            break
    return found


def check_text(text: str, path: str) -> list[Problem]:
    """Texts are plain: what a browser would run, and characters that hide or turn round other text, are refused."""
    if len(text) > MOST_TEXT:
        return [Problem(path, _("is too long"))]
    if SCRIPT.search(text):
        return [Problem(path, _("must be plain text, without markup or script"))]
    if UNFIT.search(text):
        return [Problem(path, _("holds characters that cannot be stored or shown"))]
    return []


def _texts(data: Mapping[str, Any], path: str, names: tuple[str, ...]) -> list[Problem]:
    return [Problem(f"{path}.{name}", _("must be plain text")) for name in names
            if data.get(name) is not None and not isinstance(data[name], str)]


def is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _coded(rows: Any, path: str, needed: tuple[str, ...], least: int = 0) -> list[Problem]:
    """A list of {code, ...} with unique codes and the needed texts."""
    if not isinstance(rows, list):
        return [Problem(path, _("must be a list"))]
    found = [] if len(rows) >= least else [Problem(path, _("must hold at least one entry"))]
    seen: set[str] = set()
    for index, row in enumerate(rows):
        here = f"{path}[{index}]"
        if not isinstance(row, Mapping) or not isinstance(row.get("code"), str) or not row["code"]:
            found.append(Problem(here, _("needs a code")))
            continue
        if row["code"] in seen:
            found.append(Problem(f"{here}.code", _("“%(code)s” stands twice") % {"code": row["code"]}))
        seen.add(row["code"])
        found.extend(Problem(f"{here}.{key}", _("is missing")) for key in needed if not row.get(key))
        found.extend(_texts(row, here, ("title", "title_en", "name", "name_en", "text", "text_en", "note", "note_en", "signed_by",
                                        "template")))
    return found


def is_shown(section: Mapping[str, Any]) -> bool:
    """Does the section stand in the public text? One that is left out keeps its words for later years."""
    return not section.get("omit")


def _readable(rows: Any) -> list[Mapping[str, Any]]:
    """The rows of a list that can be asked further; `_coded` has said what is wrong with the list and the others. When one
    cannot be read the places of those after it would be wrong, so none is asked."""
    ok = isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)
    return rows if ok else []


def _sections(rows: Any, path: str) -> list[Problem]:
    found = _coded(rows, path, ("title",))
    codes = {row.get("code"): row for row in _readable(rows)}
    for code, row in codes.items():
        if not isinstance(row.get("omit", False), bool):
            found.append(Problem(f"{path}.{code}.omit", _("must be yes or no")))
        elif row.get("omit") and code in KEPT_SECTIONS:
            found.append(Problem(f"{path}.{code}.omit", _("this section stands in every guide")))
    found.extend(
        Problem(path, _("the section “%(code)s” is missing") % {"code": places.section_name(code)})
        for code in NEEDED_SECTIONS
        if code not in codes
    )
    return found


def _mode(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("is missing"))]
    found = []
    if data.get("funding_mode") not in FundingMode.values:
        found.append(Problem(f"{path}.funding_mode", _("choose a funding mode")))
    found.extend(
        Problem(f"{path}.{key}", _("must be yes or no"))
        for key in ("contract_required", "audit_required")
        if not isinstance(data.get(key), bool)
    )
    bodies = data.get("recommenders", [])
    if not isinstance(bodies, list) or not all(isinstance(code, str) and len(code) == 18 for code in bodies):
        found.append(Problem(f"{path}.recommenders", _("must be a list of unified social credit codes")))
    return found or modes.check_details(data.get("details"), data["funding_mode"], f"{path}.details")


def _quota(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("is missing"))]
    found = []
    most = data.get("max_projects")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= 100_000:
        found.append(Problem(f"{path}.max_projects", _("must be a whole number from 1")))
    found.extend(amounts.check_bounds(data.get("budget_control"), f"{path}.budget_control"))
    per_unit = data.get("per_unit")
    if per_unit is not None and (isinstance(per_unit, bool) or not isinstance(per_unit, int) or not 1 <= per_unit <= 100_000):
        found.append(Problem(f"{path}.per_unit", _("must be a whole number from 1")))
    if data.get("kind", "LIMITED") not in QUOTA_KINDS:
        found.append(Problem(f"{path}.kind", _("must be a limited or an unlimited number")))
    return found


def _topics(rows: Any, path: str) -> list[Problem]:
    found = _coded(rows, path, ("title",))
    return found + [
        problem for index, row in enumerate(_readable(rows)) for problem in amounts.check_bounds(row.get("cap"), f"{path}[{index}].cap")
    ]


def _amount(data: Any, path: str) -> list[Problem]:
    return amounts.check(data, path) or _texts(data, path, ("note", "note_en", "formula"))


def _documents(rows: Any, path: str) -> list[Problem]:
    found = _coded(rows, path, ("name",))
    for index, row in enumerate(_readable(rows)):
        here = f"{path}[{index}]"
        files = row.get("mimes")
        if not isinstance(files, list) or not files or not set(map(str, files)) <= set(FILE_KINDS):
            found.append(Problem(f"{here}.mimes", _("choose at least one kind of file")))
        size = row.get("max_mb")
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 200:
            found.append(Problem(f"{here}.max_mb", _("must lie between 1 and 200")))
        if not isinstance(row.get("required", False), bool):
            found.append(Problem(f"{here}.required", _("must be yes or no")))
        found.extend(kinds.check(row.get("required_for"), f"{here}.required_for"))
        if row.get("required_for") and not row.get("required"):
            found.append(Problem(f"{here}.required_for", _("only a required material is required of certain kinds of units")))
        found.extend(_file(row.get("file"), f"{here}.file"))
    return found


def _file(data: Any, path: str) -> list[Problem]:
    """A file of the guide by its key; the bytes are kept apart."""
    if data is None:
        return []
    ok = (isinstance(data, Mapping) and isinstance(data.get("uid"), str) and UID.fullmatch(data["uid"])
          and isinstance(data.get("name"), str) and is_whole(data.get("size"), 1, 10**9) and isinstance(data.get("sha256"), str)
          and len(data["sha256"]) == 64)
    return [] if ok else [Problem(path, _("is not a file of this guide"))]


def _review(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("is missing"))]
    found = []
    if data.get("mode") not in ReviewMode.values:
        found.append(Problem(f"{path}.mode", _("choose a way of review")))
    if data.get("blind", "single") not in ("single", "double"):
        found.append(Problem(f"{path}.blind", _("choose who sees whom")))
    if data.get("mode") == ReviewMode.FORMAL:
        return found
    size = data.get("panel_size")
    if isinstance(size, bool) or not isinstance(size, int) or not 3 <= size <= MOST_PANEL or size % 2 == 0:
        found.append(Problem(f"{path}.panel_size", _("must be an odd number from 3 to %(most)d") % {"most": MOST_PANEL}))
    elif not 0 <= int(data.get("industry_min") or 0) <= size:
        found.append(Problem(f"{path}.industry_min", _("cannot be more than the panel")))
    if not isinstance(data.get("chair_tie", False), bool):
        found.append(Problem(f"{path}.chair_tie", _("must be yes or no")))
    ratio = data.get("draw_ratio") or 0
    if isinstance(ratio, bool) or not isinstance(ratio, int) or ratio not in (0, 2, 3, 4, 5):
        found.append(Problem(f"{path}.draw_ratio", _("must be empty, or a whole number from 2 to 5")))
    for key, low, high in (("due_days", 1, 180), ("pass_mark", 0, 100), ("range_flag", 0, 100)):
        if not low <= number(data.get(key, -1)) <= high:
            found.append(
                Problem(f"{path}.{key}", _("must lie between %(low)d and %(high)d") % {"low": low, "high": high})
            )
    return found


def _payment_plan(rows: Any, path: str) -> list[Problem]:
    if not isinstance(rows, list) or not rows:
        return [Problem(path, _("must hold at least one payment"))]
    if not all(isinstance(row, Mapping) for row in rows):
        return [Problem(path, _("cannot be read"))]
    found, total = [problem for index, row in enumerate(rows)
                    for problem in _texts(row, f"{path}[{index}]", ("condition", "condition_en"))], Decimal(0)
    for index, row in enumerate(rows):
        if row.get("kind") not in PAYMENT_KINDS:
            found.append(Problem(f"{path}[{index}].kind", _("choose a kind of payment")))
        share = number(row.get("share") or 0)
        if not 0 < share <= 1:
            found.append(Problem(f"{path}[{index}].share", _("must lie between 0 and 1")))
        found.extend(check_size([share], f"{path}[{index}].share"))
        total += share
    kinds = [row.get("kind") for row in rows]
    if len(set(kinds)) != len(kinds):
        found.append(Problem(path, _("a kind of payment stands twice")))
    if not found and total != 1:
        found.append(Problem(path, _("the shares add up to %(sum)s, not 1") % {"sum": total}))
    return found


def _publicity_days(value: Any, path: str) -> list[Problem]:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 60:
        return [Problem(path, _("must lie between 0 and 60"))]
    return []


def _applicants(rows: Any, path: str) -> list[Problem]:
    ok = isinstance(rows, list) and all(isinstance(row, str) for row in rows)
    return [] if ok else [Problem(path, _("must be a list"))]


def _provenance(data: Any, path: str) -> list[Problem]:
    return [Problem(f"{path}.{key}", _("must be source, moved or demo")) for key, mark in data.items() if mark not in PROVENANCE]


def _conditions(rules: Any, path: str) -> list[Problem]:
    """Well formed, and such that somebody can meet them all."""
    return conditions.check(rules, path) or conflicts.check(rules, path)


def _mapping(data: Any, path: str) -> list[Problem]:
    return [] if isinstance(data, Mapping) else [Problem(path, _("cannot be read"))]


def _tags(tags: Any, path: str) -> list[Problem]:
    """{dimension: {list, required, preset}}: which code list applies; fixed by the guide or chosen by the applicant."""
    if not isinstance(tags, Mapping):
        return [Problem(path, _("must be a table"))]
    found = []
    for dimension, rule in tags.items():
        here = f"{path}.{dimension}"
        if dimension not in TAG_LISTS:
            found.append(Problem(here, _("is not a kind of tag")))
        elif not isinstance(rule, Mapping) or rule.get("list") not in TAG_LISTS[dimension]:
            found.append(Problem(here, _("names a code list that is none of this kind")))
        elif not isinstance(rule.get("preset", ""), str) or set(rule) - {"list", "required", "preset"}:
            found.append(Problem(here, _("cannot be read")))
    return found


def _tags_asked(data: Mapping[str, Any]) -> list[Problem]:
    """What the applicant has to choose is asked by the form, from the same list; what the guide fixes is not asked."""
    asked = {item["code"]: item.get("choices_from") for section in data["form"]["sections"] for item in section["fields"]}
    found = []
    for dimension, rule in (data.get("tags") or {}).items():
        if rule.get("preset"):
            if dimension in asked:
                found.append(Problem(f"tags.{dimension}", _("is fixed by the guide and asked by the form as well")))
        elif asked.get(dimension) != rule["list"]:
            found.append(Problem(f"tags.{dimension}", _("is not asked by the form from this code list")))
    return found


def _header(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("cannot be read"))]
    found = [Problem(f"{path}.{key}", _("must be a list")) for key in ("annexes", "annexes_en")
             if key in data and not (isinstance(data[key], list) and all(isinstance(one, str) for one in data[key]))]
    return found + _texts(data, path, tuple(key for key in data if key not in ("annexes", "annexes_en")))


def _team(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("cannot be read"))]
    found = [Problem(f"{path}.{key}", _("must be a whole number from 1")) for key in ("min", "max")
             if data.get(key) is not None and not is_whole(data[key], 1, 500)]
    if not found and (data.get("min") or 1) > (data.get("max") or 500):
        found.append(Problem(f"{path}.min", _("the lower bound is above the upper one")))
    return found


def _contacts(rows: Any, path: str) -> list[Problem]:
    if not isinstance(rows, list):
        return [Problem(path, _("must be a list"))]
    names = ("name", "name_en", "phone", "hours", "hours_en")
    return [problem for index, row in enumerate(rows) for problem in (
        _texts(row, f"{path}[{index}]", names) if isinstance(row, Mapping) else [Problem(f"{path}[{index}]", _("cannot be read"))])]


def _support(data: Any, path: str) -> list[Problem]:
    """Fields that are supported: codes of the 20+8 clusters of one list, and free lines."""
    if not isinstance(data, Mapping):
        return [Problem(path, _("cannot be read"))]
    return [Problem(f"{path}.{key}", _("must be a list")) for key in ("clusters", "lines", "lines_en")
            if key in data and not (isinstance(data[key], list) and all(isinstance(one, str) for one in data[key]))
            ] + _texts(data, path, ("list",))


def _eligibility(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("cannot be read"))]
    regions = data.get("regions", [])
    found = []
    if not isinstance(regions, list) or not all(isinstance(one, str) and one for one in regions):
        found.append(Problem(f"{path}.regions", _("must be a list")))
    if data.get("partners_max") is not None and not is_whole(data["partners_max"], 0, 50):
        found.append(Problem(f"{path}.partners_max", _("must lie between %(low)d and %(high)d") % {"low": 0, "high": 50}))
    found.extend(Problem(f"{path}.{key}", _("must be yes or no")) for key in ("partner_transfer", "partners_anywhere")
                 if not isinstance(data.get(key, False), bool))
    return found


def _ethics(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping) or data.get("rule") not in ETHICS_RULES:
        return [Problem(f"{path}.rule", _("choose how ethics review is asked for"))]
    return _texts(data, path, ("note", "note_en"))


def _contract(data: Any, path: str) -> list[Problem]:
    if not isinstance(data, Mapping):
        return [Problem(path, _("cannot be read"))]
    return _file(data.get("file"), f"{path}.file") + _texts(data, path, ("note", "note_en"))


def _annexes(rows: Any, path: str) -> list[Problem]:
    found = _coded(rows, path, ("name",))
    return found or [problem for index, row in enumerate(rows) for problem in _file(row.get("file"), f"{path}[{index}].file")]


CHECKERS: dict[str, Callable[[Any, str], list[Problem]]] = {
    "header": _header,
    "sections": _sections,
    "mode": _mode,
    "applicants": _applicants,
    "conditions": _conditions,
    "amount": _amount,
    "quota": _quota,
    "topics": _topics,
    "form": forms.check,
    "team": _team,
    "documents": _documents,
    "budget": budget.check,
    "targets": targets.check,
    "score_sheet": sheets.check,
    "review": _review,
    "payment_plan": _payment_plan,
    "publicity_days": _publicity_days,
    "formality_items": lambda rows, path: _coded(rows, path, ("text",), least=1),
    "contacts": _contacts,
    "provenance": _provenance,
    "tags": _tags,
    "support": _support,
    "eligibility": _eligibility,
    "annexes": _annexes,
    "ethics": _ethics,
    "contract": _contract,
    "limits": limits.check,
}


def _texts_there(data: Mapping[str, Any]) -> list[Problem]:
    """The texts no guide can do without."""
    texts = {section["code"]: str(section.get("text", "")).strip() for section in data["sections"]}
    return [Problem(f"sections.{code}", _("the text is missing")) for code in NEEDED_TEXTS if not texts.get(code)]


def _payments_fit(data: Mapping[str, Any]) -> list[Problem]:
    contract, kinds_ = data["mode"]["contract_required"], [row["kind"] for row in data["payment_plan"]]
    if not contract and kinds_ != ["ONCE"]:
        return [Problem("payment_plan", _("without a contract there is exactly one payment"))]
    if contract and not {"SIGN", "ONCE", "YEARLY"} & set(kinds_):
        return [Problem("payment_plan", _("a first payment is missing"))]
    return []


def _caps_fit(data: Mapping[str, Any]) -> list[Problem]:
    over = number(data["amount"]["cap"]) > number(data["quota"]["budget_control"])
    return [Problem("amount.cap", _("is more than the money of the whole guide"))] if over else []


def _topics_fit(data: Mapping[str, Any]) -> list[Problem]:
    cap = number(data["amount"]["cap"])
    return [Problem(f"topics.{topic['code']}", _("its cap is above the cap of the guide"))
            for topic in data.get("topics") or [] if number(topic["cap"]) > cap]


def _check_ethics(data: Mapping[str, Any]) -> list[Problem]:
    """A rule on ethics needs its question in the form, or its material."""
    rule = (data.get("ethics") or {}).get("rule", "NONE")
    if rule != "NONE" and "in_scope" not in modes.field_codes(data["form"]):
        return [Problem("ethics.rule", _("the form must ask whether ethics review applies (field “in_scope”)"))]
    if rule == "WITH_APPLICATION" and not any("伦理" in row["name"] for row in data["documents"]):
        return [Problem("ethics.rule", _("the materials must name the approval of the ethics committee"))]
    return []


#: Rules between the parts. Each is asked as soon as the parts it looks at are well formed, so that nothing comes in
#: instalments: what is missing in one part hides nothing of another.
TOGETHER: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any]], list[Problem]]], ...] = (
    (("sections",), _texts_there),
    (("payment_plan", "mode"), _payments_fit),
    (("amount", "quota"), _caps_fit),
    (("topics", "amount"), _topics_fit),
    (("tags", "form"), _tags_asked),
    (("ethics", "form", "documents"), _check_ethics),
)
