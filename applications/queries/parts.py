"""The parts of one application: the sections of the guide's form, and those every application has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications.models import Annex, Application, Partner, TeamMember
from applications.states import Source
from programs import queries as programme
from programs.engine import kinds
from programs.engine.budget import Heading, Scheme
from programs.engine.forms import Choice, Field, Form, Section, pick
from programs.engine.targets import Template
from programs.models import GuideVersion

TEAM, PARTNERS, TARGETS, BUDGET, FILES = "team", "partners", "targets", "budget", "files"
BUILT_IN = (TEAM, PARTNERS, TARGETS, BUDGET, FILES)
TOTAL = "TOTAL"
KEPT_FORMS = 64


@dataclass(frozen=True)
class Part:
    """One entry of the task list. `section` is None for parts that are rows of their own (team, partners, files)."""

    code: str
    title: Any
    group: str
    kind: str
    section: Section | None = None
    help: Any = ""


class _Key:
    """Hashable name of an immutable guide version that still carries the row."""

    def __init__(self, version: GuideVersion):
        self.version, self.name = version, (version.pk, version.sha256)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.name == self.name


@lru_cache(maxsize=KEPT_FORMS)
def _form(key: _Key) -> Form:
    return programme.form_of(key.version)


def rows_of(application: Application, name: str, *related: str) -> list[Any]:
    """The rows of a relation (team, partners, annexes ...), from memory where the act has fetched them with `fetch_rows`."""
    rows = getattr(application, name)
    return list(rows.all() if name in getattr(application, "_prefetched_objects_cache", {}) else rows.select_related(*related))


def fetch_rows(application: Application) -> None:
    """Read at once what an act looks at again and again: team, partners, budget, targets, the current annexes."""
    annexes = Annex.objects.filter(is_current=True).select_related("file")
    prefetch_related_objects([application], Prefetch("team", TeamMember.objects.select_related("person", "organisation", "letter")),
                             Prefetch("partners", Partner.objects.select_related("organisation")), "budget", "targets",
                             Prefetch("annexes", annexes))


def form_of(application: Application) -> Form:
    """The guide's form; with topics, the choice of the topic stands first in the basic section."""
    form = _form(_Key(application.version))
    topics = application.version.data.get("topics") or []
    if not topics:
        return form
    data = {"code": "topic", "kind": "select", "label": "申报课题", "label_en": "Topic", "required": True}
    field = Field("topic", "select", data, tuple(
        Choice(t["code"], f"{t['code']} {t['title']}", f"{t['code']} {t.get('title_en') or t['title']}") for t in topics
    ))
    return Form(tuple(replace(s, fields=(field, *s.fields)) if s.code == "basic" else s for s in form.sections))


def scheme_of(application: Application) -> Scheme:
    return programme.budget_of(application.version)


def template_of(application: Application) -> Template:
    return programme.targets_of(application.version)


def has_grid(scheme: Scheme) -> bool:
    """A lump sum of city money alone has nothing to lay out: the amount requested is the budget."""
    return bool(scheme.headings) or len(scheme.sources) > 1


def budget_leaves(scheme: Scheme) -> tuple[Heading, ...]:
    return scheme.leaves or (Heading(TOTAL, pgettext("budget", "Total")),)


def under(scheme: Scheme, code: str) -> list[str]:
    """A heading with everything below it: what its sum takes in."""
    children = [heading.code for heading in scheme.headings if heading.parent == code]
    return [code, *(leaf for child in children for leaf in under(scheme, child))]


def level_of(scheme: Scheme, code: str) -> int:
    """How deep a heading stands; 0 is the top."""
    heading = scheme.heading(code)
    return 1 + level_of(scheme, heading.parent) if heading and heading.parent else 0


def budget_section(scheme: Scheme) -> Section:
    """One box per heading and source, in 万元, and a note per heading; "EQUIP-BUY:CITY" and "EQUIP-BUY:note"."""
    fields = []
    for heading in budget_leaves(scheme):
        name = heading.name
        fields += [
            Field(f"{heading.code}:{source}", "number",
                  {"label": f"{name} {Source(source).label}", "places": 6, "min": 0})
            for source in scheme.sources
        ]
        fields.append(Field(f"{heading.code}:note", "text", {"label": _("Note on %(name)s") % {"name": name},
                                                            "max_length": 500}))
    return Section(BUDGET, {"code": BUDGET, "title": _("Budget")}, tuple(fields))


def targets_section(template: Template) -> Section:
    kinds = tuple(Choice(f"{k.l1}/{k.l2}", f"{k.l1_label} / {k.l2_label}") for k in template.kinds)
    directions = (Choice("GE", _("At least")), Choice("LE", _("At most")), Choice("QUAL", _("Qualitative")))
    columns = (
        Field("kind", "select", {"label": _("Kind of target")}, kinds),
        Field("name", "text", {"label": _("Target"), "max_length": 100}),
        Field("direction", "select", {"label": _("Direction")}, directions),
        Field("baseline", "number", {"label": _("Now"), "places": 4}),
        Field("value", "text", {"label": _("Target value"), "max_length": 200}),
        Field("unit", "text", {"label": _("Unit of measure"), "max_length": 20}),
        Field("weight", "number", {"label": _("Weight"), "places": 2, "min": 0, "max": 100}),
        Field("evidence", "text", {"label": _("Proof at acceptance"), "max_length": 200}),
    )
    rows = Field("rows", "table", {"label": _("Targets"), "required": True, "lines": template.min_rows, "max_rows": template.max_rows}, (), columns)
    return Section(TARGETS, {"code": TARGETS, "title": _("Performance targets")}, (rows,))


def parts_of(application: Application) -> list[Part]:
    """In the order of the task list. Team and partners close the first group, targets and budget the content."""
    sections = form_of(application).sections
    groups: list[str] = []
    by_group: dict[str, list[Part]] = {}
    for section in sections:
        group = pick(section.data, "group") or _("Content")
        if group not in groups:
            groups.append(group)
        by_group.setdefault(group, []).append(Part(section.code, section.title, group, "form", section, section.help))
    first, last = groups[0], groups[-1]
    content = groups[-2] if len(groups) > 2 else last
    by_group[first] += [
        Part(TEAM, _("Project team"), first, TEAM), Part(PARTNERS, _("Partner units"), first, PARTNERS),
    ]
    by_group[content].append(Part(TARGETS, _("Performance targets"), content, TARGETS,
                                  targets_section(template_of(application))))
    scheme = scheme_of(application)
    if has_grid(scheme):
        by_group[content].append(Part(BUDGET, _("Budget"), content, BUDGET, budget_section(scheme)))
    by_group[last].append(Part(FILES, _("Attached materials"), last, FILES))
    return [part for group in groups for part in by_group[group]]


def part_of(application: Application, code: str) -> Part | None:
    return next((part for part in parts_of(application) if part.code == code), None)


def pledges_of(section: Section | None) -> set[str]:
    """Codes of the fields that must be ticked: what the leader pledges."""
    return {item.code for item in section.fields if item.data.get("must_be") is True} if section is not None else set()


def documents_of(application: Application) -> list[Mapping[str, Any]]:
    """The guide's materials; `required` says whether they are required of this unit, `who` of which kinds in words."""
    return [
        {**row, "required": kinds.is_required(row, application.unit.kind), "who": kinds.words(row.get("required_for"))}
        for row in application.version.data.get("documents") or ()
    ]


def document_of(application: Application, code: str) -> Mapping[str, Any] | None:
    return next((row for row in documents_of(application) if row["code"] == code), None)



def common_parts(applications: list[Application]) -> list[Part]:
    """Parts that each of several applications has."""
    codes = [{part.code for part in parts_of(row)} for row in applications]
    return [part for part in parts_of(applications[0]) if all(part.code in one for one in codes)] if applications else []
