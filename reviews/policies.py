"""Who may do what on the reviews floor, and whom may see what. A question returns None (yes) or the reason.

Duties are apart: the division (or the institution it delegated to) prepares and organises a batch, the resource or
supervision division draws, the division ranks, the bureau's leader decides elsewhere.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.states import Role
from programs import policies as programme
from programs.models import Guide
from reviews import states
from reviews.models import AgendaItem, Assignment, Batch, Draw, Expert, Meeting, Plan

ORGANISERS = (Role.DIVISION, Role.AGENCY)
DRAWERS = (Role.RESOURCE, Role.SUPERVISION)
READERS = (Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.AUDITOR, Role.DISCIPLINE)
#: Desks that may know which expert stands behind an alias once the draw is open; auditors read aliases only.
NAMERS = (Role.RESOURCE, Role.SUPERVISION, Role.DISCIPLINE)


def _holds(actor: Any, special: Any, *roles: str) -> bool:
    return any(programme.holds_for(actor, role, special) for role in roles)


# --- desks -------------------------------------------------------------------------------------------------------


def is_review_desk(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(*ORGANISERS, *READERS):
        return None
    return _("Only staff of the bureau and professional institutions may see reviews.")


def is_any_organiser(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(*ORGANISERS):
        return None
    return _("Only a division or a professional institution organises reviews.")


def is_any_drawer(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(*DRAWERS):
        return None
    return _("Only the resource or the supervision division draws experts.")


def may_create(actor: Any, guide: Guide) -> str | None:
    if _holds(actor, guide.special, *ORGANISERS):
        return None
    return _("Only the institution or division in charge of this special may do this.")


def organises(actor: Any, batch: Batch) -> str | None:
    if actor.is_system or programme.holds_everywhere(actor, *ORGANISERS):
        return None  # the guide is read only for a role that is bound to some specials
    return may_create(actor, batch.guide)


def draws(actor: Any, batch: Batch) -> str | None:
    """Separation of duties: whoever owns the special or made the batch never works the draw."""
    if reason := is_any_drawer(actor):
        return reason
    if _holds(actor, batch.guide.special, *ORGANISERS) or actor.id == batch.created_by_id:
        return _("The division that owns the special does not draw its own experts (separation of duties).")
    return None


def ranks(actor: Any, batch: Batch) -> str | None:
    if _holds(actor, batch.guide.special, Role.DIVISION):
        return None
    return _("Only the division in charge of this special may do this.")


def sees_names(actor: Any, batch: Batch) -> bool:
    """Who stands behind the aliases: the organisers and the divisions that watch, never before the draw is opened."""
    if batch.status == states.BatchStatus.DRAFT:
        return False
    return actor.holds(*NAMERS) or _holds(actor, batch.guide.special, *ORGANISERS)


def may_view(actor: Any, batch: Batch) -> str | None:
    if actor.is_system or actor.holds(*READERS) or _holds(actor, batch.guide.special, *ORGANISERS):
        return None
    return _("You may only see reviews of the specials you are in charge of.")


def visible_to(actor: Any) -> QuerySet[Batch]:
    """The same truth as `may_view`."""
    rows = Batch.objects.select_related("guide__special__plan", "created_by")
    if actor.is_system or actor.holds(*READERS):
        return rows
    if not actor.holds(*ORGANISERS):
        return rows.none()
    codes = actor.scopes(*ORGANISERS)
    if codes is None:
        return rows
    return rows.filter(Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes))


# --- the pool ----------------------------------------------------------------------------------------------------


def manages_pool(actor: Any, expert: Expert | None = None) -> str | None:
    if actor.is_system or actor.holds(Role.RESOURCE):
        return None
    return _("Only the resource division keeps the expert pool.")


def may_read_pool(actor: Any, obj: Any = None) -> str | None:
    if actor.is_system or actor.holds(*ORGANISERS, Role.RESOURCE, Role.SUPERVISION, Role.DISCIPLINE):
        return None
    return _("Only the desks that work with experts may see the pool.")


def experts_visible_to(actor: Any) -> QuerySet[Expert]:
    rows = Expert.objects.select_related("person")
    return rows if may_read_pool(actor) is None else rows.none()


# --- the expert --------------------------------------------------------------------------------------------------


def is_expert(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.EXPERT) else _("Only review experts may do this.")


def is_own(actor: Any, assignment: Assignment) -> str | None:
    if actor.id is not None and assignment.expert.person_id == actor.id:
        return None
    return _("Only the expert this review was given to may do this.")


def is_own_or_system(actor: Any, assignment: Assignment) -> str | None:
    return None if actor.is_system else is_own(actor, assignment)


def voids(actor: Any, assignment: Assignment) -> str | None:
    """The expert (a conflict of interest), the organiser (found late), or the system (the application is gone)."""
    if actor.is_system or is_own(actor, assignment) is None:
        return None
    return organises(actor, assignment.batch)


def organises_assignment(actor: Any, assignment: Assignment) -> str | None:
    return organises(actor, assignment.batch)


def tasks_of(actor: Any) -> QuerySet[Assignment]:
    """What an expert knows of: invitations and what came of them, never a seat as an alternate."""
    rows = Assignment.objects.select_related(
        "batch__guide__special", "item__application", "expert__person", "score"
    )
    if actor.id is None or is_expert(actor):
        return rows.none()
    return rows.filter(expert__person=actor.id).exclude(status=states.AssignmentStatus.DRAWN)


def may_read_dossier(actor: Any, assignment: Assignment) -> str | None:
    """Only after acceptance and declaration, and only while the review runs."""
    if reason := is_own(actor, assignment):
        return reason
    if assignment.status == states.AssignmentStatus.INVITED:
        return _("The application opens after you have accepted and declared conflicts of interest.")
    if assignment.status not in (states.AssignmentStatus.ACCEPTED, states.AssignmentStatus.SUBMITTED):
        return _("You are not a reviewer of this application.")
    if assignment.batch.status not in (states.BatchStatus.INVITING, states.BatchStatus.SCORING):
        return _("The review is over; the application is closed again.")
    return None


# --- the public --------------------------------------------------------------------------------------------------


def receipts() -> QuerySet[Draw]:
    """Every draw has a public receipt from the moment of its commitment; it names codes only."""
    return Draw.objects.select_related("batch__guide")


# --- meetings ----------------------------------------------------------------------------------------------------


def runs(actor: Any, meeting: Meeting) -> str | None:
    """Who organises the batch runs its meetings, and votes in none."""
    return organises(actor, meeting.batch)


def runs_agenda(actor: Any, agenda: AgendaItem) -> str | None:
    return runs(actor, agenda.meeting)


def meetings_visible_to(actor: Any) -> QuerySet[Meeting]:
    """Meetings of the batches that a desk sees (`may_view`)."""
    return Meeting.objects.select_related("batch__guide__special__plan", "chair", "minutes").filter(batch__in=visible_to(actor).values("pk"))


def meetings_of(actor: Any) -> QuerySet[Meeting]:
    """Meetings an expert belongs to, from the moment they are called."""
    rows = Meeting.objects.select_related("batch__guide", "chair")
    if actor.id is None or is_expert(actor):
        return rows.none()
    return rows.filter(attendees__expert__person=actor.id).exclude(status=states.MeetingStatus.PLANNED)


# --- plans of an assignment --------------------------------------------------------------------------------------


def works_plan(actor: Any, plan: Plan) -> str | None:
    """Whoever may draw for the batch: an assignment that is worked out is no less a choice of experts than a draw."""
    return None if actor.is_system else draws(actor, plan.batch)


def plans_visible_to(actor: Any) -> QuerySet[Plan]:
    """With the batch. Experts are codes on every page of a plan, for everybody."""
    return Plan.objects.select_related("batch__guide__special__plan", "operator", "certificate").filter(batch__in=visible_to(actor))


def groups(actor: Any, batch: Batch) -> str | None:
    """Groups are the organiser's, while experts are not drawn."""
    if reason := organises(actor, batch):
        return reason
    return None if batch.status == states.BatchStatus.DRAFT else _("The groups are fixed once experts are drawn.")
