"""The search over everything the actor may see: guides, notices, applications, projects, documents, units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import policies as accounts
from applications import policies as applications
from core import search
from notices import policies as notices
from portal.queries.places import address
from programs import queries as programs
from projects import policies as project_policies
from projects import queries as projects

SHOWN = 8


@dataclass(frozen=True)
class Found:
    title: str
    url: str
    sub: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    total: int
    rows: list[Found]


def everywhere(actor: Any, q: str) -> list[Group]:
    """At most eight of each kind, with the whole number; every kind goes through its floor's `visible_to`."""
    q = q.strip()[:200]
    if not q:
        return []
    groups = [_guides(actor, q), _applications(actor, q), _projects(actor, q), _awarded(actor, q), _documents(actor, q), _units(actor, q)]
    return [group for group in groups if group.total]


def _numbered(rows: QuerySet, q: str, number: str) -> QuerySet:
    """By its number as typed, or by words."""
    by_number = rows.filter(**{f"{number}__icontains": q}) if len(q) >= 3 else rows.none()
    return by_number if by_number.exists() else search.match(rows, q, "search")


def _guides(actor: Any, q: str) -> Group:
    rows = programs.guides_for(actor)
    either = Q(ref__icontains=q)
    for word in q.split():
        either |= Q(title__icontains=word) | Q(title_en__icontains=word) | Q(special__name__icontains=word)
    rows = rows.filter(either).order_by("-year", "-pk")
    return Group(_("Guides"), rows.count(), [
        Found(projects.title_of(row), address("programs:public:guide", row.year, row.slug), f"{row.ref} · {row.special.label}")
        for row in rows[:SHOWN]
    ])


def _applications(actor: Any, q: str) -> Group:
    rows = _numbered(applications.visible_to(actor), q, "ref").order_by("-pk")
    return Group(_("Applications"), rows.count(), [
        Found(row.title or row.ref, application_page(actor, row), f"{row.ref} · {row.unit.name}") for row in rows[:SHOWN]
    ])


def application_page(actor: Any, row: Any) -> str:
    """The page of an application that is the actor's own: as applicant, as unit, as auditor, as desk."""
    if row.leader_id == actor.id:
        return address("applications:my:overview", row.ref)
    if row.unit_id in actor.units("ORG_ADMIN"):
        return address("applications:my:unit_application", row.ref)
    if accounts.is_auditor(actor) is None:
        return address("portal:audit:case", row.ref)
    if applications.seat_of(actor, row) is not None:
        return address("applications:my:overview", row.ref)
    return address("applications:desk:application", row.ref)


def _projects(actor: Any, q: str) -> Group:
    rows = _numbered(project_policies.visible_to(actor), q, "number").order_by("-pk")
    staff = accounts.is_desk_user(actor) is None
    auditor = accounts.is_auditor(actor) is None
    page = "portal:audit:case" if auditor else "projects:desk:project" if staff else "projects:my:project"
    return Group(_("Projects"), rows.count(), [
        Found(row.title, address(page, row.number), f"{row.number} · {row.unit.name}") for row in rows[:SHOWN]
    ])


def _awarded(actor: Any, q: str) -> Group:
    """Awarded projects are public; the desks have found them among their own already."""
    if accounts.is_desk_user(actor) is None or accounts.is_auditor(actor) is None:
        return Group("", 0, [])
    rows = _numbered(projects.public_projects(), q, "number").order_by("-pk")
    return Group(_("Awarded projects (public)"), rows.count(), [
        Found(row.title, address("projects:public:projects", q=row.number), f"{row.number} · {row.unit.name}")
        for row in rows[:SHOWN]
    ])


def _documents(actor: Any, q: str) -> Group:
    rows = notices.visible_to(actor).filter(Q(number__icontains=q) | Q(title__icontains=q)).order_by("-pk")
    return Group(_("Official documents"), rows.count(), [
        Found(row.title, address("notices:public:document", row.uid), row.number) for row in rows[:SHOWN]
    ])


def _units(actor: Any, q: str) -> Group:
    rows = accounts.organisations_visible_to(actor)
    if accounts.is_bureau_staff(actor) is not None:
        return Group("", 0, [])
    rows = rows.filter(Q(name__icontains=q) | Q(uscc__icontains=q)).order_by("name")
    return Group(_("Units"), rows.count(), [
        Found(row.name, address("accounts:desk:unit", row.uid), row.ref) for row in rows[:SHOWN]
    ])
