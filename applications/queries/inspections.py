"""Reads of site visits and special audits: what is missing, what was found, what it allows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from applications import policies, workflow
from applications.models import Application, Inspection
from applications.queries.voices import mode_caps


def inspections_of(application: Application) -> QuerySet[Inspection]:
    return application.inspections.select_related("ordered_by", "filed_by", "file")


def inspection_for(actor: Any, application: Application, pk: int) -> Inspection:
    """One of an application the actor's desk answers for; 404 otherwise."""
    found = Inspection.objects.select_related("application__guide__special__plan", "application__version").filter(
        pk=pk, application=application, application__in=policies.at_desk(actor)).first()
    if found is None:
        raise Http404
    return found


def inspection_gaps(applications: Iterable[Application]) -> list[str]:
    """Which reports are still missing before these can be ranked; [] = none. Prefetch `inspections`."""
    return [reason for row in applications if (reason := workflow.inspected(row))]


def failed_inspection(application: Application) -> bool:
    return any(row.passed is False for row in application.inspections.all())


def allowed_amount(application: Application) -> Decimal:
    """What may be granted at most (yuan): the amount asked for, lowered by what the visits and audits found and by what the
    way of funding allows (clause R4)."""
    found = [row.amount for row in application.inspections.all() if row.amount is not None]
    return max(min([application.requested, *found, *(cap for _name, cap in mode_caps(application))]), Decimal(0))
