"""The home of an applicant and of a unit: what waits for this person, with its time, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as accounts
from accounts.models import Organisation
from accounts.states import MembershipStatus, Role
from applications import queries as applications
from applications.models import Application
from applications.states import COUNTING, Status, applicant_label
from core import money
from notices import policies as notices
from notices.models import Delivery
from performance import policies as performance
from portal.queries.places import address
from programs import queries as programme
from programs.queries.entitlements import entitlements_of_units
from projects import queries as projects
from projects.models import Contract, Project


@dataclass(frozen=True)
class Waiting:
    """One line of the to-do list."""

    what: str
    title: str
    url: str
    due: datetime | None = None
    tone: str = "doing"
    note: str = ""


def _end_of(day: date) -> datetime:
    """The end of a day in the bureau's zone: a date as a time limit includes the whole day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def waiting(actor: Any) -> list[Waiting]:
    """Everything that waits for the person: what has a time first, the nearest on top."""
    rows = [*_applications(actor), *_unit(actor), *_needs(actor), *_entitlements(actor), *_words(actor), *_contracts(actor), *_reports(actor), *_documents(actor)]
    return sorted(rows, key=lambda row: (row.due is None, row.due.timestamp() if row.due else 0))


def _applications(actor: Any) -> list[Waiting]:
    wanted = (Status.DRAFT, Status.UNIT_RETURNED, Status.CORRECTION)
    names = {
        Status.DRAFT: (_("Application to finish"), "doing"),
        Status.UNIT_RETURNED: (_("Returned by your unit"), "warn"),
        Status.CORRECTION: (_("Correction to answer"), "bad"),
    }
    found = []
    for row in applications.mine(actor).filter(status__in=wanted):
        what, tone = names[Status(row.status)]
        found.append(Waiting(what, row.title or _("Untitled application"), address("applications:my:overview", row.ref),
                             applications.next_step(row).due, tone, row.ref))
    return found


def _unit(actor: Any) -> list[Waiting]:
    """For the administrator of a unit: applications to approve, people who ask to join."""
    found = [
        Waiting(_("To approve and submit"), row.title, address("applications:my:unit_application", row.ref),
                applications.next_step(row).due, "warn", f"{row.ref} · {row.leader.name}")
        for row in applications.unit_queue(actor).filter(status=Status.UNIT_PENDING)
    ]
    for unit in Organisation.objects.filter(pk__in=actor.units(Role.ORG_ADMIN)):
        asked = accounts.memberships_of_unit(unit).filter(status=MembershipStatus.REQUESTED).count()
        if asked:
            found.append(Waiting(_("People ask to join"), unit.name, address("accounts:my:people"),
                                 note=_("%(count)d waiting") % {"count": asked}))
    return found


def _needs(actor: Any) -> list[Waiting]:
    """Proposed topics to finish, and those that wait for the administrator of the unit, until their call closes."""
    mine = programme.topics.my_needs(actor).filter(status__in=["DRAFT", "UNIT_RETURNED"])
    ours = programme.topics.unit_needs(actor).filter(status="UNIT_PENDING")
    return [
        *(Waiting(_("Topic to finish"), row.title or _("Untitled topic"), address("programs:my:need", row.ref), row.call.closes_at,
                  "warn" if row.status == "UNIT_RETURNED" else "doing", row.ref) for row in mine),
        *(Waiting(_("Topic to file"), row.title, address("programs:my:unit_need", row.ref), row.call.closes_at, "warn",
                  f"{row.ref} · {row.proposer.name}") for row in ours),
    ]


def _entitlements(actor: Any) -> list[Waiting]:
    """Money without an application (免申即享): the administrator confirms the account, or declines, in time."""
    rows = entitlements_of_units(actor).filter(status="OFFERED")
    return [Waiting(_("Account to confirm"), row.guide.title, address("programs:my:entitlement", row.uid), row.roll.confirm_by, "warn",
                    row.organisation.name) for row in rows]


def _words(actor: Any) -> list[Waiting]:
    """What the person's unit is asked to decide on (an owner on the bids for its challenge), and papers that are owed."""
    return [
        Waiting(applications.label_of(row), row.application.title, address(
            "applications:my:unit_voice" if row.organisation_id else "applications:my:voice", row.uid), tone="warn", note=row.application.ref)
        for row in applications.voices_owed(actor)
    ]


def _contracts(actor: Any) -> list[Waiting]:
    rows = Contract.objects.filter(
        project__in=projects.mine(actor), status="OFFERED",
        project__unit__in=actor.units(Role.ORG_ADMIN, Role.ORG_LEGAL),
    ).select_related("project")
    return [
        Waiting(_("Contract to sign"), row.project.title, address("projects:my:contract", row.project.number),
                _end_of(row.project.sign_by) if row.project.sign_by else None, "warn", row.project.number)
        for row in rows
    ]


def _reports(actor: Any) -> list[Waiting]:
    mine = performance.reports_visible_to(actor)
    rows = mine.filter(Q(status__in=["DRAFT", "RETURNED"], project__leader=actor.id)
                       | Q(status="UNIT_PENDING", project__unit__in=actor.units(Role.ORG_ADMIN)))
    found = [
        Waiting(_("Report to approve") if row.status == "UNIT_PENDING" else _("Report to finish"), row.project.title,
                address("performance:my:report", row.uid), tone="warn" if row.status == "RETURNED" else "doing",
                note=row.project.number)
        for row in rows
    ]
    running = projects.mine(actor).filter(status__in=["ACTIVE", "OVERDUE"], leader=actor.id, ends_on__isnull=False)
    begun = mine.filter(kind="FINAL").values("project")
    return found + [
        Waiting(_("Final report"), row.title, address("performance:my:reports"), _end_of(row.ends_on),
                "bad" if row.status == "OVERDUE" else "", row.number)
        for row in running.exclude(pk__in=begun)
    ]


def _documents(actor: Any) -> list[Waiting]:
    """Official documents that were delivered and not opened yet."""
    rows: QuerySet[Delivery] = notices.deliveries_of(actor).filter(opened_at=None).select_related("document")
    return [
        Waiting(_("Document not opened yet"), row.document.title, address("notices:public:document", row.document.uid),
                note=row.document.number)
        for row in rows.order_by("-pk")[:10]
    ]


# --- the rest of the page ----------------------------------------------------------------------------------------


def latest_applications(actor: Any) -> list[Application]:
    """The newest, each with `told`: the state in the words meant for applicants."""
    rows = list(applications.mine(actor)[:6])
    for row in rows:
        row.told = applicant_label(row.status)
    return rows


def latest_projects(actor: Any) -> QuerySet[Project]:
    return projects.mine(actor).order_by("-pk")[:6]


def unit_numbers(actor: Any, unit: Organisation) -> list[dict[str, Any]]:
    """The unit in numbers: counted in three queries."""
    counts = applications.unit_queue(actor).filter(unit=unit).order_by().aggregate(
        drafts=Count("pk", filter=Q(status__in=[Status.DRAFT, Status.UNIT_RETURNED])),
        waiting=Count("pk", filter=Q(status=Status.UNIT_PENDING)),
        filed=Count("pk", filter=Q(status__in=COUNTING)),
    )
    topics = programme.topics.unit_needs(actor).filter(unit=unit, status="UNIT_PENDING").count()
    held = projects.mine(actor).filter(unit=unit).exclude(status="LAPSED").aggregate(n=Count("pk"), money=Sum("amount"))
    return [
        {"label": _("Being filled in"), "value": counts["drafts"]},
        {"label": _("Waiting for my approval"), "value": counts["waiting"],
         "tone": "warn" if counts["waiting"] else "", "link": address("applications:my:unit_list")},
        {"label": _("Topics waiting for my approval"), "value": topics, "tone": "warn" if topics else "",
         "link": address("programs:my:unit_needs", status="UNIT_PENDING")},
        {"label": _("Submitted and running"), "value": counts["filed"]},
        {"label": _("Projects"), "value": held["n"], "link": address("projects:my:projects")},
        {"label": _("Money awarded"), "value": money.wan(held["money"] or 0), "unit": _("10,000 yuan")},
    ]
