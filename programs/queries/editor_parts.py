"""The task list of the guide editor, and the leaves that differ between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import states
from programs.engine import modes, places, schema
from programs.engine.problems import Problem
from programs.models import Guide

#: Group -> pages of the editor: (code, words, parts of the data behind it). The order is that in which a guide is written.
GROUPS = (
    (gettext_lazy("Frame"), (
        ("header", gettext_lazy("Title and bodies"), ("header",)),
        ("policies", gettext_lazy("Policy basis"), ()),
        ("windows", gettext_lazy("Filing windows"), ()),
        ("sections", gettext_lazy("Texts of the sections"), ("sections",)),
        ("contacts", gettext_lazy("Contacts"), ("contacts",)),
    )),
    (gettext_lazy("What is supported"), (
        ("mode", gettext_lazy("Way of funding"), ("mode",)),
        ("money", gettext_lazy("Money, number, formula"), ("quota", "amount", "publicity_days")),
        ("support", gettext_lazy("Fields supported"), ("support",)),
        ("tags", gettext_lazy("Tags"), ("tags",)),
        ("topics", gettext_lazy("Topics"), ("topics",)),
        ("payment_plan", gettext_lazy("Payment plan"), ("payment_plan",)),
        ("contract", gettext_lazy("Contract terms"), ("contract",)),
    )),
    (gettext_lazy("Who can apply"), (
        ("applicants", gettext_lazy("Kinds of units, regions, team, partners"), ("applicants", "eligibility", "team")),
        ("conditions", gettext_lazy("Conditions"), ("conditions",)),
        ("limits", gettext_lazy("Limits of applications and projects"), ("limits",)),
    )),
    (gettext_lazy("What is handed in"), (
        ("form", gettext_lazy("Application form"), ("form",)),
        ("documents", gettext_lazy("Materials"), ("documents",)),
        ("budget", gettext_lazy("Budget template"), ("budget",)),
        ("targets", gettext_lazy("Template of the targets"), ("targets",)),
        ("ethics", gettext_lazy("Ethics review"), ("ethics",)),
        ("annexes", gettext_lazy("Annexes"), ("annexes",)),
    )),
    (gettext_lazy("How it is decided"), (
        ("formality_items", gettext_lazy("Formality check list"), ("formality_items",)),
        ("review", gettext_lazy("Review"), ("review",)),
        ("criteria", gettext_lazy("Score sheet"), ("score_sheet",)),
    )),
)
OWN_PAGES = {"conditions": "conditions", "form": "form_parts", "windows": "guide_windows", "policies": "guide_policies"}
MOST_SAID = 20  # problems of one part that a page says; their number is always the whole
OPTIONAL = ("limits", "support", "tags", "topics", "contract", "ethics", "annexes", "contacts")


def part_codes() -> list[str]:
    """Parts of the data that a comment may be about."""
    return [*places.PARTS]


def part_label(key: str) -> str:
    return places.part_name(key)


def said(problem: Problem) -> str:
    return places.said(problem)


def page_title(code: str) -> str:
    """The words of a page of the editor."""
    return next((str(label) for _group, rows in GROUPS for one, label, _keys in rows if one == code), code)


def keys_of(code: str) -> tuple[str, ...]:
    """The parts of the data behind a page of the editor."""
    return next((keys for _group, rows in GROUPS for one, _label, keys in rows if one == code), ())


def editor_groups(guide: Guide) -> list[dict[str, Any]]:
    """Groups of tasks for `parts/tasks.html`: each part that applies, with its page and what is missing or said about it."""
    data = guide.version.data if guide.version else {}
    problems, away = schema.check(data), modes.off(data)
    open_comments = [row.part for row in guide.comments.all() if row.status != states.CommentStatus.RESOLVED]
    extra = {"windows": [f"{w.opens_at:%Y}" for w in guide.windows.all()], "policies": [p.number for p in guide.policies.all()]}
    found = []
    for title, rows in GROUPS:
        items = []
        for code, label, keys in rows:
            if code in away:
                continue
            wrong = [problem for problem in problems if places.part_of(problem.path) in keys]
            state, text = _state(data, code, keys, wrong, extra.get(code))
            waiting = sum(part in keys for part in open_comments)
            if waiting:
                text = _("%(text)s · comments: %(count)d") % {"text": text, "count": waiting}
            items.append({"code": code, "label": label, "url": url_of(guide, code), "state": state, "text": text,
                          "problems": [problem.text for problem in wrong[:MOST_SAID]]})
        found.append({"title": title, "items": items})
    return found


def linked_problems(guide: Guide) -> list[dict[str, str]]:
    """What is missing or wrong in the content, each with the page where it is mended."""
    if guide.version is None:
        return []
    codes = {key: code for _title, rows in GROUPS for code, _label, keys in rows for key in keys}
    found = []
    for problem in schema.check(guide.version.data):
        code = codes.get(places.part_of(problem.path))
        found.append({"text": places.said(problem), "url": url_of(guide, code) if code else ""})
    return found


def url_of(guide: Guide, code: str) -> str:
    if code in OWN_PAGES:
        return reverse(f"programs:desk:{OWN_PAGES[code]}", args=[guide.ref])
    return reverse("programs:desk:edit", args=[guide.ref, code])


def _state(data: Mapping[str, Any], code: str, keys: tuple[str, ...], wrong: list[Problem], rows: list[str] | None) -> tuple[str, str]:
    if rows is not None:
        return ("done", str(len(rows))) if rows else ("err", _("none yet"))
    if wrong:
        return "err", _("%(count)d to do") % {"count": len(wrong)}
    value = data.get(keys[0])
    if not any(data.get(key) or data.get(key) == 0 for key in keys):  # nothing is wrong with it, but nothing stands there either
        return "todo", _("optional") if code in OPTIONAL else _("empty")
    if code == "form":
        value = [item for part in (value or {}).get("sections", ()) for item in part["fields"]]
    return "done", str(len(value)) if isinstance(value, list) else _("filled in")


def progress(groups: list[dict[str, Any]]) -> tuple[int, int]:
    """(parts without fault, parts) of a task list."""
    states_ = [item["state"] for group in groups for item in group["items"]]
    return sum(state != "err" for state in states_), len(states_)


def data_at(guide: Guide, number: int) -> Mapping[str, Any]:
    """The content of a version of the guide; empty for one there never was."""
    version = guide.versions.filter(number=number).first()
    return version.data if version else {}


def overtaken(guide: Guide, base: int | None) -> tuple[Mapping[str, Any], str] | None:
    """(the data that version `base` had, whose version stands now) when somebody saved since; None when nobody did."""
    if base is None or guide.version is None or base == guide.version.number:
        return None
    who = _("Version %(number)d, saved by %(name)s") % {"number": guide.version.number, "name": guide.version.created_by.name}
    return data_at(guide, base), who
