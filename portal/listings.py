"""Lists of the audit desk."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.states import Status
from core.models import LedgerRow
from core.web import lists
from portal.queries import looks, record, things
from programs import queries as programs
from projects.models import Project


def _of_area(rows: QuerySet, area: str) -> QuerySet:
    return rows.filter(verb__startswith=f"{area}.")


class Record(lists.Listing):
    """Every act. No export here: what leaves the house is a job with a purpose."""

    name, title = "record", _("Record")
    columns = (
        lists.Col("pk", _("Row"), main=True, link=lambda row: reverse("portal:audit:row", args=[row.pk]),
                  show=lambda row: record.verb_label(row.verb), sub=lambda row: row.verb),
        lists.Col("at", _("Time"), sort="old"),
        lists.Col("target_ref", _("Thing"), show=lambda row: row.thing, sub=lambda row: things.called(row.target_type)),
        lists.Col("actor_label", _("Acted by")),
        lists.Col("why", _("Reason")),
    )
    facets = (lists.Facet("area", _("Floor"), record.AREAS, _of_area),)
    keywords = {"人": "shown_by__icontains", "by": "shown_by__icontains", "号": "target_ref__icontains",
                "no": "target_ref__icontains", "动作": "verb__icontains", "verb": "verb__icontains",
                "日": "at__date", "on": "at__date"}
    sorts = {"new": "-pk", "old": "pk"}
    search_fields = ("target_ref", "shown_by", "why", "verb")
    hint = _("Words, or 人:name 号:number 动作:verb 日:2026-05-01")
    can_export = False

    def __init__(self, actor: Any) -> None:
        self.actor = actor

    def prepare(self, rows: list[LedgerRow]) -> None:
        """Experts stand under their alias for those who may not know them; numbers of persons are covered."""
        for row, act in zip(rows, record.acts(self.actor, rows), strict=True):
            row.actor_label, row.why, row.thing = act.who, act.why, act.target


class Cases(lists.Listing):
    name, title = "cases", _("Case files")
    columns = (
        lists.Col("ref", _("No."), main=True, link=lambda row: reverse("portal:audit:case", args=[row.ref]),
                  show=lambda row: row.title, sub=lambda row: row.ref, sort="name"),
        lists.Col("unit__name", _("Unit"), sub=lambda row: row.leader.name),
        lists.Col("special", _("Special"), value=lambda row: row.guide.special.label, sub=lambda row: row.guide.ref),
        lists.Col("status", _("State"), show=lambda row: Status(row.status).label),
        lists.Col("requested", _("Requested (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("project", _("Project"), value=lambda row: row.project.number if row.project else "",
                  sub=lambda row: row.project.status_label if row.project else ""),
        lists.Col("submitted_at", _("Submitted at"), sort="old"),
    )
    facets = (
        lists.Facet("status", _("State"), [(code, label) for code, label in Status.choices if code not in ("DRAFT", "EXPIRED")]),
        lists.Facet("look", _("Worth a look"), [(code, label) for code, (label, _filter) in looks.LOOKS.items()], looks.narrowed),
        lists.Facet("guide__year", _("Year"), lambda: programs.year_choices()),
        lists.Facet("guide__special__plan__code", _("Plan"), lambda: programs.plan_choices()),
    )
    keywords = {"单位": "unit__name__icontains", "unit": "unit__name__icontains", "负责人": "leader__name__icontains",
                "leader": "leader__name__icontains", "号": "ref__icontains", "no": "ref__icontains", "金额": "requested"}
    sorts = {"new": "-submitted_at", "old": "submitted_at", "money": "-requested", "money_down": "requested", "name": "ref"}
    search_column = "search"
    hint = _("Words, or 单位:name 负责人:name 号:number 金额:>1000000")
    can_export = False

    def prepare(self, rows: list[Any]) -> None:
        held = {project.application_id: project for project in Project.objects.filter(application__in=[row.pk for row in rows])}
        for row in rows:
            row.project = held.get(row.pk)
