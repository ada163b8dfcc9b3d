"""The first page of the audit desk: numbers, red flags worth a look, pictures, own exports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from applications import policies as applications
from core import clock, money
from core.models import Job
from core.web import charts
from funding import policies as funding
from portal.queries import desk, looks, record
from portal.queries.places import address
from projects import policies as projects


def kpis(actor: Any) -> list[dict[str, Any]]:
    state = record.seal_state()
    paid = funding.visible_to(actor).filter(status="PAID").aggregate(sum=Sum("amount"))["sum"] or 0
    return [
        {"label": _("Submitted applications"), "link": address("portal:audit:cases"),
         "value": applications.visible_to(actor).filter(submitted_at__isnull=False).count()},
        {"label": _("Projects"), "value": projects.visible_to(actor).count()},
        {"label": _("Paid"), "value": money.wan(paid), "unit": _("10,000 yuan")},
        {"label": _("Acts in the record"), "value": state["total"], "link": address("portal:audit:ledger")},
        {"label": _("Not sealed yet"), "value": state["waiting"], "link": address("portal:audit:seal")},
    ]


def flags(actor: Any) -> list[dict[str, Any]]:
    """Facts that deserve a look, none of them a finding; each leads to the case files it counts."""
    rows = [(code, label, looks.narrowed(looks.cases(actor), code).count()) for code, (label, _filter) in looks.LOOKS.items()]
    return [{"label": label, "count": count, "url": address("portal:audit:cases", look=code) if count else ""}
            for code, label, count in rows]


def charts_of(actor: Any) -> list[charts.Chart]:
    year = clock.today().year
    return [desk.funnel(actor, year), desk.money_by_plan(actor), concentration(actor), by_area(actor)]


def concentration(actor: Any) -> charts.Chart:
    """The units that hold most money, in 10,000 yuan."""
    rows = projects.visible_to(actor).order_by().values_list("unit__name").annotate(sum=Sum("amount")).order_by("-sum")[:8]
    return charts.bars(_("Units with the most money awarded (10,000 yuan)"),
                       [(name, money.in_wan(total)) for name, total in rows])


def by_area(actor: Any) -> charts.Chart:
    """Acts of the last 30 days by floor."""
    since = clock.now() - timedelta(days=30)
    verbs = record.rows_for(actor).filter(at__gte=since).order_by().values_list("verb").annotate(n=Count("pk"))
    counts: dict[str, int] = {}
    for verb, number in verbs:
        counts[verb.split(".")[0]] = counts.get(verb.split(".")[0], 0) + number
    rows = [(str(label), counts[code]) for code, label in record.AREAS if counts.get(code)]
    return charts.bars(_("Acts of the last 30 days"), rows)


def exports_of(actor: Any) -> QuerySet[Job]:
    return Job.objects.filter(kind="portal.export", actor_id=actor.id).order_by("-pk")[:20]
