"""The money of advisory bodies lies in an item of the annual plan like that of guides (clauses A2, R5)."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum

from core import parameters
from programs.models import AdvisoryBody, AdvisoryYear, AnnualPlanItem
from programs.states import PlanStatus


def advisory_item(year: int) -> AnnualPlanItem | None:
    """The item of the decided plan that pays advisory bodies; which special it is, is a dated parameter."""
    code = str(parameters.value("advisory.special", default="FUTURE-STRAT"))
    return AnnualPlanItem.objects.filter(
        plan__year=year, plan__status__in=(PlanStatus.APPROVED, PlanStatus.PUBLISHED), special__code=code,
        cancelled_at=None).order_by("pk").first()


def advisory_money(year: int, *, without: AdvisoryBody | None = None) -> Decimal:
    """What all bodies together (but one) have of a year, in yuan."""
    rows = AdvisoryYear.objects.filter(year=year)
    return (rows.exclude(body=without) if without else rows).aggregate(sum=Sum("money"))["sum"] or Decimal(0)


def advisory_taken(item: AnnualPlanItem) -> Decimal:
    """What advisory bodies hold of this very item."""
    paying = advisory_item(item.plan.year)
    return advisory_money(item.plan.year) if paying is not None and paying.pk == item.pk else Decimal(0)
