"""The whole application as plain data: frozen at submission, printed, shown to the desk, and blinded for reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from applications import policies, rules, states
from applications.models import Annex, Application, Version
from applications.queries import blind, parts
from core.money import wan
from programs.engine import forms
from programs.engine.forms import Form, pick

#: Sections and fields that name people or units; left out of a blinded copy.
NAMING_SECTIONS = ("unit", "leader", "lists", "relations")


def snapshot(application: Application, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is submitted, as JSON without any personal number in plain."""
    return {
        "ref": application.ref,
        "guide": {"ref": application.guide.ref, "title": application.guide.title,
                  "version": application.version.number, "sha256": application.version.sha256},
        "title": application.title,
        "topic": application.topic.code if application.topic_id else "",
        "leader": application.leader.name,
        "unit": {"name": application.unit.name, "code": application.unit.ref},
        "requested": str(application.requested),
        "months": application.months,
        "starts_on": application.starts_on.isoformat() if application.starts_on else None,
        "ends_on": application.ends_on.isoformat() if application.ends_on else None,
        "answers": {key: value for key, value in cleaned.items() if key not in parts.BUILT_IN},
        "team": [_member(row) for row in parts.rows_of(application, "team", "organisation", "letter")],
        "partners": [
            {"name": row.name, "uscc": row.uscc, "country": row.country, "region": row.region, "contact": row.contact,
             "phone": row.phone, "task": row.task, "share": str(row.share), "is_related": row.is_related}
            for row in application.partners.all()
        ],
        "budget": [
            {"heading": row.heading, "source": row.source, "amount": str(row.amount), "note": row.note}
            for row in application.budget.all()
        ],
        "budget_notes": _budget_notes(application),
        "targets": [
            {"l1": row.l1, "l2": row.l2, "name": row.name, "unit": row.unit, "direction": row.direction,
             "baseline": _number(row.baseline), "value": _number(row.value), "value_text": row.value_text,
             "weight": _number(row.weight), "evidence": row.evidence}
            for row in application.targets.all()
        ],
        "annexes": [
            {"code": row.code, "number": row.number, "name": row.file.name, "size": row.file.size,
             "sha256": row.file.sha256}
            for row in parts.rows_of(application, "annexes", "file") if row.is_current
        ],
    }


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _budget_notes(application: Application) -> dict[str, str]:
    raw = application.answers.get(parts.BUDGET) or {}
    return {name.split(":", 1)[0]: text for name, text in raw.items() if name.endswith(":note") and text}


def _member(row: Any) -> dict[str, Any]:
    return {
        "role": row.role, "name": row.name, "id": row.id_masked, "gender": row.gender,
        "unit": row.organisation.name if row.organisation else row.organisation_name, "title": row.title,
        "degree": row.degree, "duty": row.duty, "months": f"{row.person_months.normalize():f}",
        "full_time": row.full_time, "confirmed": row.confirmed_at is not None,
        "letter": row.letter.sha256 if row.letter_id else "",
    }


def latest(application: Application) -> Version | None:
    return application.versions.select_related("content").order_by("-number").first()


def data_of(application: Application) -> dict[str, Any]:
    """What was submitted; while it is being filled in, what stands there now."""
    version = latest(application) if application.status not in states.EDITABLE else None
    if version is not None:
        return version.data
    cleaned, _errors = parts.form_of(application).clean(application.answers)
    return snapshot(application, cleaned)


def dossier(application: Application, blind_copy: bool = False, hide: Iterable[str] = ()) -> dict[str, Any]:
    """Ready to show: sections of (label, text) and tables. `blind_copy` leaves out and blacks out who is behind it,
    `hide` further words that somebody has found."""
    data = data_of(application)
    form = parts.form_of(application)
    shown = {
        "ref": application.ref, "title": data["title"], "guide": data["guide"]["title"],
        "special": application.guide.special.label, "topic": _topic(application, data["topic"]),
        "requested": data["requested"], "requested_wan": wan(Decimal(data["requested"])),
        "months": data["months"], "starts_on": data["starts_on"], "ends_on": data["ends_on"],
        "unit": data["unit"]["name"], "unit_code": data["unit"]["code"], "leader": data["leader"],
        "sections": [
            {"code": s.code, "title": s.title, "group": pick(s.data, "group"), "rows": rows}
            for s in form.sections
            if not (blind_copy and s.code in NAMING_SECTIONS)
            and (rows := _rows(s, data["answers"], form))
        ],
        "team": _team(data), "budget": _budget(application, data),
        "partners": [{**row, "share_wan": wan(Decimal(row["share"])) or "0"} for row in data["partners"]],
        "targets": [shown_target(row) for row in data["targets"]], "annexes": _annexes(application, data),
        "is_demo": application.is_demo, "blind": blind_copy, "held": 0,
    }
    return _blinded(application, shown, data, hide) if blind_copy else shown


#: What of the dossier belongs to which part besides the sections of the form, and what stands in its place.
OF_PARTS: dict[str, tuple[str, ...]] = {
    parts.TEAM: ("team",), parts.PARTNERS: ("partners",), parts.TARGETS: ("targets",), parts.BUDGET: ("budget",), parts.FILES: ("annexes",),
    "basic": ("requested_wan", "months", "topic"),
}


def shared_dossier(application: Application) -> dict[str, Any]:
    """The dossier as its reader may see it: for a co-author (`application.seat`) only the parts that are shared."""
    shown, seat = dossier(application), getattr(application, "seat", None)
    if seat is None:
        return shown
    shown["sections"] = [one for one in shown["sections"] if seat.right(one["code"])]
    for part, names in OF_PARTS.items():
        if not seat.right(part):
            shown |= {name: {} if name == "budget" else "" for name in names}
    return shown


def open_dossier(actor: Any, application: Application) -> dict[str, Any]:
    """The dossier for readers who may open the materials: each with its file and the versions before it."""
    shown = shared_dossier(application) | {"look": "applications:my:look"}
    versions = annexes_by_code(actor, application)
    for one in shown["annexes"] or ():
        one["versions"] = versions.get(one["code"], [])
        one["annex"] = next((row for row in one["versions"] if row.number == one["number"]), None)
    return shown


def annexes_by_code(actor: Any, application: Application) -> dict[str, list[Annex]]:
    """The versions of every material that the actor may open, the newest first."""
    found: dict[str, list[Annex]] = {}
    for row in policies.annexes_visible_to(actor, application):
        found.setdefault(row.code, []).append(row)
    return found


def _topic(application: Application, code: str) -> str:
    topics = application.version.data.get("topics") or []
    row = next((topic for topic in topics if topic["code"] == code), None)
    return f"{code} {pick(row, 'title')}" if row else ""


def _rows(section: forms.Section, answers: Mapping[str, Any], form: Form) -> list[dict[str, Any]]:
    own, rows = answers.get(section.code) or {}, []
    for field in section.fields:
        if not forms.is_visible(field, section.code, answers):
            continue
        value = own.get(field.code)
        if rules.blank(value):
            continue
        row: dict[str, Any] = {"code": field.code, "kind": field.kind, "label": field.label}
        if field.kind == "table":
            row["columns"] = [column.label for column in field.columns]
            row["cells"] = [
                [forms.display(column, line.get(column.code)) for column in field.columns] for line in value
            ]
        elif field.kind == "group":
            row["blocks"] = [
                [{"label": column.label, "text": forms.display(column, line.get(column.code))} for column in field.columns
                 if not rules.blank(line.get(column.code))]
                for line in value
            ]
        else:
            row["text"] = forms.display(field, value)
        rows.append(row)
    return rows


def _team(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "role": str(states.TeamRole(row["role"]).label), "consent": consent_words(row.get("confirmed"), row.get("letter"))}
            for row in data["team"]]


def consent_words(confirmed: Any, letter: Any) -> str:
    """How a member has agreed to being named."""
    return _("by own log-in") if confirmed else _("signed letter") if letter else "—"


def consents_of(application: Application) -> list[dict[str, Any]]:
    """Members besides the leader with how each has agreed, for those who answer for the application; `member` when there is a letter."""
    rows = application.team.exclude(role=states.TeamRole.LEADER).select_related("letter")
    return [{"name": row.name, "words": consent_words(row.confirmed_at, row.letter_id), "missing": not (row.confirmed_at or row.letter_id),
             "member": row if row.letter_id else None} for row in rows]


def shown_target(row: Mapping[str, Any]) -> dict[str, Any]:
    """A target of a snapshot with its value as a reader knows it: ≥ 6."""
    sign = {"GE": "≥", "LE": "≤", "QUAL": ""}[row["direction"]]
    value = row["value_text"] if row["direction"] == "QUAL" else f"{sign} {row['value']}"
    return {**row, "shown": value}


def _budget(application: Application, data: Mapping[str, Any]) -> dict[str, Any]:
    """Headings x sources in 万元 with sums, made in yuan."""
    scheme = parts.scheme_of(application)
    if not parts.has_grid(scheme):
        return {}
    amounts: dict[tuple[str, str], Decimal] = {}
    for row in data["budget"]:
        amounts[row["heading"], row["source"]] = Decimal(row["amount"])
    rows = []
    for heading in scheme.headings or parts.budget_leaves(scheme):
        covered = parts.under(scheme, heading.code)
        line = [sum((amounts.get((code, source), Decimal(0)) for code in covered), Decimal(0))
                for source in scheme.sources]
        rows.append({
            "code": heading.code, "name": heading.name, "level": parts.level_of(scheme, heading.code),
            "cells": [wan(value) for value in line], "total": wan(sum(line, Decimal(0))),
            "note": data.get("budget_notes", {}).get(heading.code, ""),
        })
    sums = [sum((v for (_h, s), v in amounts.items() if s == source), Decimal(0)) for source in scheme.sources]
    return {
        "sources": [str(states.Source(source).label) for source in scheme.sources], "rows": rows,
        "sums": [wan(value) for value in sums], "total": wan(sum(sums, Decimal(0))),
    }


def _annexes(application: Application, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = {row["code"]: row for row in parts.documents_of(application)}
    return [
        {**row, "title": pick(asked[row["code"]], "name") if row["code"] in asked else row["code"],
         "required": bool(asked.get(row["code"], {}).get("required")), "who": asked.get(row["code"], {}).get("who", "")}
        for row in data["annexes"]
    ]


def _hidden(application: Application, data: Mapping[str, Any], hide: Iterable[str]) -> Any:
    """The pattern of all that names somebody behind the application."""
    people = [data["leader"], *(row["name"] for row in data["team"])]
    units = [application.unit, *(row.organisation for row in parts.rows_of(application, "team", "organisation") if row.organisation)]
    return blind.pattern_of(blind.names_in(data, [*blind.latin_names(people), *(unit.name_en for unit in units if unit.name_en), *hide]))


def blind_title(application: Application, hide: Iterable[str] = ()) -> str:
    """The title as an expert of a double-blind review reads it."""
    data = data_of(application)
    return blind.black_out(data["title"], _hidden(application, data, hide))


def _blinded(application: Application, shown: dict[str, Any], data: Mapping[str, Any], hide: Iterable[str]) -> dict[str, Any]:
    """Who is behind it is left out or blacked out wherever it stands; materials cannot be blinded and are counted only."""
    kept = {key: shown[key] for key in ("ref", "guide", "special", "starts_on", "ends_on")}  # the bureau's own words and plain dates
    held = len(data["annexes"])
    shown |= {"unit": blind.HIDDEN, "unit_code": "", "leader": blind.HIDDEN, "team": [], "partners": [], "annexes": []}
    return blind.black_out(shown, _hidden(application, data, hide)) | kept | {"held": held}
