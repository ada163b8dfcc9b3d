"""Who may do what on the reviews floor, and whom may see what. A question returns None (yes) or the reason.

Duties are apart: the division (or the institution it delegated to) prepares and organises a batch, the resource or
supervision division draws, the division ranks, the bureau's leader decides elsewhere.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts import policies as accounts
from accounts import queries as people
from accounts.states import DESK_ROLES, HANDED_OVER, STAFF_ROLES, Role
from programs import policies as programme
from programs.models import Guide
from reviews import states
from reviews.models import AgendaItem, Assignment, Batch, Candidacy, Draw, Expert, ExpertImport, FeeList, Meeting, Plan

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


def opens_reviews(actor: Any, obj: Any = None) -> str | None:
    """The same for a page: whoever had the right reads since when it is gone. A menu asks the plain question, which reads nothing."""
    reason = is_review_desk(actor)
    if reason is None or (ended := people.ended_role(actor, *ORGANISERS)) is None:
        return reason
    return _("Your role “%(role)s” ended on %(day)s.") % {"role": ended.get_role_display(), "day": f"{ended.until:%Y-%m-%d}"} + reason


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
    codes = actor.scopes(*ORGANISERS)
    if actor.is_system or actor.holds(*NAMERS) or codes is None or codes - {HANDED_OVER}:
        return None
    return _("Only the desks that work with experts may see the pool.")


def may_read_ties(actor: Any, obj: Any = None) -> str | None:
    """Kin, shares and disputes of a person: for who keeps the pool and who watches. Organisers read of them what bars somebody from an
    application of theirs, among the recusals of the batch."""
    if actor.holds(*NAMERS):
        return None
    return _("Only who keeps the pool or watches over it sees the relations of an expert.")


def experts_visible_to(actor: Any) -> QuerySet[Expert]:
    rows = Expert.objects.select_related("person")
    return rows if may_read_pool(actor) is None else rows.none()


def may_join(actor: Any, obj: Any = None) -> str | None:
    """Anybody who is signed in and works for no desk of the bureau (separation of duties)."""
    if actor.id is None:
        return _("Please sign in first.")
    if actor.holds(*STAFF_ROLES, *DESK_ROLES):
        return _("A review expert holds no role of the bureau (separation of duties).")
    return None


def recommends_for_unit(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.ORG_ADMIN) else _("Only the administrator of a unit recommends in its name.")


def is_candidate(actor: Any, row: Candidacy) -> str | None:
    """The person himself; a recommendation without an account belongs to whoever has its e-mail or telephone."""
    if actor.id is not None and (row.person_id == actor.id or (
            row.person_id is None and row.contact in (actor.person.email, actor.person.phone))):
        return None
    return _("Only the person this is about may do this.")


def withdraws_candidacy(actor: Any, row: Candidacy) -> str | None:
    """Who recommended somebody takes that back while the person has said nothing; the person's own application is the person's."""
    if actor.id is not None and row.by_id == actor.id and (row.origin == states.Origin.OWN or row.status == states.CandidacyStatus.ASKED):
        return None
    return is_candidate(actor, row)


def candidacies_visible_to(actor: Any) -> QuerySet[Candidacy]:
    """The keepers of the pool see all of them; others what they wrote and what is about them."""
    rows = Candidacy.objects.select_related("person", "by", "unit", "decided_by")
    if manages_pool(actor) is None:
        return rows
    if actor.id is None:
        return rows.none()
    contacts = [one for one in (actor.person.email, actor.person.phone) if one]
    return rows.filter(Q(by=actor.id) | Q(person=actor.id) | Q(person=None, contact__in=contacts))


def imports_visible_to(actor: Any) -> QuerySet[ExpertImport]:
    rows = ExpertImport.objects.select_related("file", "errors", "uploaded_by")
    return rows if manages_pool(actor) is None else rows.none()


def keeps_profile(actor: Any, expert: Expert) -> str | None:
    """The expert himself, or the resource division for him."""
    if actor.id is not None and expert.person_id == actor.id:
        return None
    return manages_pool(actor, expert)


def may_keep_some_profile(actor: Any, obj: Any = None) -> str | None:
    """Opens the door; whose profile it is decides `keeps_profile`."""
    return None if is_expert(actor) is None else manages_pool(actor)


def is_finance(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.FINANCE) else _("Only finance sees whole account numbers and pays fees.")


def may_read_fees(actor: Any, obj: Any = None) -> str | None:
    if actor.holds(*ORGANISERS, Role.FINANCE):
        return None
    return _("Only organisers of reviews and finance see fee lists.")


def fees_visible_to(actor: Any) -> QuerySet[FeeList]:
    """Organisers see those of their batches, finance what has been handed over."""
    rows = FeeList.objects.select_related("batch__guide__special__plan", "made_by", "confirmed_by").annotate(
        people=Count("lines"), gross=Sum("lines__gross"), tax=Sum("lines__tax"), net=Sum("lines__net"))
    seen = Q(pk__in=[])
    if actor.holds(Role.FINANCE):
        seen |= ~Q(status=states.FeeStatus.DRAFT)
    if actor.holds(*ORGANISERS):
        seen |= Q(batch__in=visible_to(actor).order_by().values("pk"))
    return rows.filter(seen)


def organises_fees(actor: Any, row: FeeList) -> str | None:
    return organises(actor, row.batch)


def may_see_identity(actor: Any, obj: Any = None) -> str | None:
    return accounts.may_unmask(actor)


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


def leaves_out(actor: Any, agenda: AgendaItem) -> str | None:
    """The organiser, or the system when the application is gone."""
    return None if actor.is_system else runs_agenda(actor, agenda)


def chairs(actor: Any, agenda: AgendaItem) -> str | None:
    chair = agenda.meeting.chair
    if actor.id is not None and chair is not None and chair.expert.person_id == actor.id:
        return None
    return _("Only the chair of the meeting may do this.")


def meetings_visible_to(actor: Any) -> QuerySet[Meeting]:
    """Meetings of the batches that a desk sees (`may_view`)."""
    return Meeting.objects.select_related("batch__guide__special__plan", "chair", "minutes").filter(batch__in=visible_to(actor).values("pk"))


def meetings_of(actor: Any) -> QuerySet[Meeting]:
    """Meetings an expert belongs to, from the moment they are called."""
    rows = Meeting.objects.select_related("batch__guide", "chair__expert")
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
