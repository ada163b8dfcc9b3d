"""Facts that deserve a look, each as a filter over case files: what is counted is what the list shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications import policies as applications
from core import clock
from funding.models import Disbursement
from notices.models import Delivery
from projects.models import Objection, Project, ProposalItem
from projects.states import UNSETTLED
from reviews.models import BatchItem, Recusal

UNOPENED = timedelta(days=15)
MANY = 3


def cases(actor: Any) -> QuerySet:
    """Every case file the actor may open: applications that were submitted."""
    return applications.visible_to(actor).filter(submitted_at__isnull=False)


def _held(condition: Q) -> Q:
    return Q(pk__in=Project.objects.filter(condition).values("application"))


def _unopened() -> Q:
    """Notices to the applicant or its unit that nobody has opened."""
    late = Delivery.objects.filter(document__status="ISSUED", opened_at=None, sent_at__lt=clock.now() - UNOPENED)
    lists = ProposalItem.objects.filter(application=OuterRef(OuterRef("pk"))).values("proposal")
    own = late.filter(document__subject_type="applications.application").values("document__subject_id")
    of_list = late.filter(document__subject_type="projects.proposallist", organisation=OuterRef("unit"), document__subject_id__in=lists)
    return Q(pk__in=own) | Q(Exists(of_list))


def _many() -> Q:
    units = Project.objects.order_by().values("unit").annotate(n=Count("pk")).filter(n__gte=MANY).values("unit")
    return _held(Q(unit__in=units))


LOOKS: dict[str, tuple[Any, Callable[[], Q]]] = {
    "spread": (_("Scores far apart (marked by the rule of the batch)"),
               lambda: Q(pk__in=BatchItem.objects.exclude(flag="").values("application"))),
    "conflict": (_("Conflicts of interest declared after the draw"),
                 lambda: Q(pk__in=Recusal.objects.filter(found_by="LATE").values("application"))),
    "unsigned": (_("Contracts not signed in time"), lambda: _held(Q(status="CONTRACT_PENDING", sign_by__lt=clock.today()))),
    "overdue": (_("Projects overdue"), lambda: _held(Q(status="OVERDUE"))),
    "returned": (_("Payments returned by the bank"),
                 lambda: Q(pk__in=Disbursement.objects.filter(status="RETURNED").values("project__application"))),
    "objection": (_("Objections not settled"),
                  lambda: Q(pk__in=Objection.objects.filter(status__in=UNSETTLED).values("application"))),
    "unopened": (_("Case files with a notice not opened after 15 days"), _unopened),
    "many": (_("Projects of units with three or more awards"), _many),
}


def narrowed(rows: QuerySet, look: str) -> QuerySet:
    return rows.filter(LOOKS[look][1]())
