"""Who reports, who examines, who confirms; whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from performance.models import Acceptance, Evaluation, Report
from performance.states import EvaluationStatus
from programs import policies as programme
from projects import policies as projects
from projects.models import Project

STAFF = (Role.DIVISION, Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AGENCY, Role.AUDITOR)


# --- the undertaking side ----------------------------------------------------------------------------------------


def leads(actor: Any, project: Project) -> str | None:
    if actor.id is not None and actor.id == project.leader_id:
        return None
    return _("Only the project leader may do this.")


def administers(actor: Any, project: Project) -> str | None:
    if actor.holds(Role.ORG_ADMIN, at=project.unit_id):
        return None
    return _("Only the administrator of the undertaking unit may do this.")


def is_reporter(actor: Any, report: Report) -> str | None:
    return leads(actor, report.project)


def is_unit_admin(actor: Any, report: Report) -> str | None:
    return administers(actor, report.project)


def is_system(actor: Any, obj: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


# --- the bureau's side -------------------------------------------------------------------------------------------


def is_staff(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(*STAFF) else _("Only staff of the bureau and its institutions may open this.")


def examines(actor: Any, row: Acceptance) -> str | None:
    """Supervision, or the professional institution the special is delegated to. Never the division that awarded it:
    who selects does not examine (clause R9 of the reform plan: decision, execution and supervision are separate)."""
    if actor.holds(Role.SUPERVISION) or programme.holds_for(actor, Role.AGENCY, row.project.special):
        return None
    return _("Only the supervision division or the institution in charge of this special examines final reports.")


def assesses(actor: Any, report: Report) -> str | None:
    if actor.holds(Role.SUPERVISION) or programme.holds_for(actor, Role.AGENCY, report.project.special):
        return None
    return _("Only the supervision division or the institution in charge of this special assesses annual reports.")


def confirms(actor: Any, row: Acceptance) -> str | None:
    return None if actor.holds(Role.LEADER) else _("Only a leader of the bureau confirms a conclusion.")


def scores(actor: Any, row: Evaluation) -> str | None:
    if actor.holds(Role.SUPERVISION) or programme.holds_for(actor, Role.AGENCY, row.project.special):
        return None
    return _("Only the supervision division or the institution in charge of this special scores performance.")


def confirms_score(actor: Any, row: Evaluation) -> str | None:
    return None if actor.holds(Role.RESOURCE) else _("Only the resource division confirms a performance score.")


# --- seeing ------------------------------------------------------------------------------------------------------


def reports_visible_to(actor: Any) -> QuerySet[Report]:
    """Reports of visible projects; the bureau sees them from the filing on."""
    rows = Report.objects.select_related("project__unit", "project__leader", "project__special", "project__guide", "file")
    rows = rows.filter(project__in=projects.visible_to(actor))
    if actor.is_system:
        return rows
    if actor.holds(*STAFF):
        return rows.filter(filed_at__isnull=False) | rows.filter(project__leader=actor.id)
    return rows


def acceptances_visible_to(actor: Any) -> QuerySet[Acceptance]:
    rows = Acceptance.objects.select_related("project__unit", "project__leader", "project__special", "report")
    return rows.filter(project__in=projects.visible_to(actor))


def evaluations_visible_to(actor: Any) -> QuerySet[Evaluation]:
    """The bureau sees all that it may see of projects; the unit and the leader see a score once it is confirmed."""
    rows = Evaluation.objects.select_related("project__unit", "project__leader", "project__special__plan", "report")
    rows = rows.filter(project__in=projects.visible_to(actor))
    if actor.is_system or actor.holds(*STAFF):
        return rows
    return rows.filter(status=EvaluationStatus.CONFIRMED)
