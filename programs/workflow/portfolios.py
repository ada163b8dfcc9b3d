"""The moves of project managers, their recommendations, and reports of advisory bodies (clause R5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
)

from core import (
    clock,
)
from core.workflow import Machine, Step
from programs import policies, states
from programs.workflow.asked import with_reason


def proposed_by_another(portfolio: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == portfolio.proposed_by_id:
        return _("The person who proposed it may not approve it (two persons).")
    return None


def not_over(portfolio: Any, **given: Any) -> str | None:
    return _("Clause R5: the period of the appointment is over.") if portfolio.until < clock.today() else None


def with_grounds(row: Any, *, answer: str = "", **given: Any) -> str | None:
    return None if answer.strip() else _("A reason is needed.")


P = states.PortfolioStatus
PORTFOLIO = Machine(
    "programs.portfolio",
    (
        Step("appoint", {P.PROPOSED}, P.ACTIVE, policies.is_bureau_leader, (proposed_by_another, not_over),
             gettext_lazy("Appoint")),
        Step("decline", {P.PROPOSED}, P.ENDED, policies.is_bureau_leader, (with_reason,), gettext_lazy("Do not appoint")),
        Step("end", {P.ACTIVE}, P.ENDED, policies.is_bureau_leader, (with_reason,), gettext_lazy("End the appointment"), danger=True),
        Step("expire", {P.ACTIVE}, P.ENDED, policies.is_system, (), gettext_lazy("The period is over")),
    ),
    "programs.Portfolio",
    states.PortfolioStatus,
)

RECOMMENDATION = Machine(
    "programs.recommendation",
    (
        Step("adopt", {states.RecommendationStatus.OPEN}, states.RecommendationStatus.ADOPTED, policies.answers_recommendation,
             (with_grounds,), gettext_lazy("Adopt")),
        Step("decline", {states.RecommendationStatus.OPEN}, states.RecommendationStatus.DECLINED, policies.answers_recommendation,
             (with_grounds,), gettext_lazy("Do not adopt")),
    ),
    "programs.Recommendation",
    states.RecommendationStatus,
)

R = states.AdvisoryReportStatus
ADVISORY_REPORT = Machine(
    "programs.advisory_report",
    (
        Step("accept", {R.FILED}, R.ACCEPTED, policies.is_planner, (), gettext_lazy("Accept the report")),
        Step("return", {R.FILED}, R.RETURNED, policies.is_planner, (with_reason,), gettext_lazy("Give back for revision")),
    ),
    "programs.AdvisoryReport",
    states.AdvisoryReportStatus,
)
