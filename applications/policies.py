"""Who may do what on the applications floor, and whom may see what. A question returns None (yes) or the reason."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import Organisation, Person
from accounts.policies import Actor
from accounts.states import UNIT_ROLES, OrganisationStatus, Role
from applications import states
from applications.models import Annex, Application, CoAuthor, DuplicateFinding, Handover, ImportBatch, OldProject, TeamMember, Voice
from core import clock
from programs import policies as programme
from programs.models import Guide

#: Desks of the bureau that read every submitted application; agencies and divisions read those of their scope.
READERS = (Role.RESOURCE, Role.SUPERVISION, Role.LEADER, Role.FINANCE, Role.AUDITOR, Role.DISCIPLINE)
SCOPED = (Role.DIVISION, Role.AGENCY)


# --- the applicant's side ----------------------------------------------------------------------------------------


def is_applicant(actor: Any, obj: Any = None) -> str | None:
    """Somebody who belongs to a unit: may start an application. Bureau staff never may (separation of duties)."""
    if actor.holds(Role.MEMBER, Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE):
        return None
    return _("Only members of a registered unit may apply. Join your unit first.")


def may_look_at_start(actor: Any, obj: Any = None) -> str | None:
    """The page before the first word: also for whoever waits for the verification of the own unit, to be told so. Who asked
    to join a unit, or was invited, reads whose turn it is."""
    reason = is_applicant(actor)
    if reason is None or people.waiting_unit_of(actor) is not None:
        return None
    return (people.what_joining_waits_for(actor) if actor.is_signed_in else "") or reason


def is_unit_user(actor: Any, obj: Any = None) -> str | None:
    """May open the unit's desk: its administrator, or who approves for it now."""
    if actor.holds(Role.ORG_ADMIN) or _deputised(actor):
        return None
    return _("Only the unit administrator may do this.")


def is_administrator(actor: Any, obj: Any = None) -> str | None:
    """What the right to approve leaves with the administrator."""
    return None if actor.holds(Role.ORG_ADMIN) else _("Only the unit administrator may do this.")


def _deputised(actor: Any) -> list[tuple[int, str]]:
    """(unit, number of the guide, or "" for all) for which the person approves today; only somebody of that unit does."""
    return [(one.organisation_id, one.scope) for one in actor.holdings
            if one.role == Role.ORG_DEPUTY and actor.holds(*UNIT_ROLES, at=one.organisation_id)]


def approved_by(actor: Any) -> Q:
    """Applications on which the person speaks for the unit: the same truth as `is_unit_admin`."""
    found = Q(unit__in=actor.units(Role.ORG_ADMIN))
    for unit, guide in _deputised(actor):
        found |= Q(unit=unit, guide__ref=guide) if guide else Q(unit=unit)
    return found


def is_leader(actor: Any, application: Application) -> str | None:
    if actor.id is not None and actor.id == application.leader_id:
        return None
    return _("Only the project leader may do this.")


def is_unit_admin(actor: Any, application: Application) -> str | None:
    """The administrator, or who approves for the unit now: in this guide or in all."""
    if actor.holds(Role.ORG_ADMIN, at=application.unit_id):
        return None
    if any(unit == application.unit_id and guide in ("", application.guide.ref) for unit, guide in _deputised(actor)):
        return None
    return _("Only the administrator of the applicant unit may do this.")


def is_unit_head(actor: Any, application: Application) -> str | None:
    """What cannot be taken back stays with the administrator."""
    if actor.holds(Role.ORG_ADMIN, at=application.unit_id):
        return None
    return _("Only the administrator of the applicant unit may do this.")


def may_remind(actor: Any, application: Application) -> str | None:
    """The administrator of the unit, of what lies with its leader."""
    if reason := is_unit_admin(actor, application):
        return reason
    return None if application.status in states.NOT_HANDED_IN else _("The application is “%(state)s”: there is nobody to remind.") % {
        "state": states.unit_label(application.status)}


def is_recommender(actor: Any, application: Application) -> str | None:
    """The administrator of a body that the guide names by its code (`mode.recommenders`)."""
    named = (application.version.data.get("mode") or {}).get("recommenders") or []
    if named and set(named) & set(_codes(actor)):
        return None
    return _("Only the recommending body named by the guide may do this.")


def _codes(actor: Any) -> list[str]:
    """The unified codes of the units the person administers."""
    units = actor.units(Role.ORG_ADMIN)
    return list(Organisation.objects.filter(pk__in=units).exclude(uscc=None).values_list("uscc", flat=True)) if units else []


def _to_recommend(actor: Any) -> Q:
    """What waits, or has waited, for the recommendation of the person's units."""
    asked = Q(pk=None)
    for code in _codes(actor):
        asked |= Q(version__data__mode__recommenders__contains=[code])
    return asked & Q(status__in=(states.Status.RECOMMEND_PENDING, *states.SEEN_BY_BUREAU))


# --- the bureau's side -------------------------------------------------------------------------------------------


def _desk(actor: Any, application: Application, *roles: str) -> bool:
    if not actor.holds(*roles) or programme.holds_everywhere(actor, *roles):
        return actor.holds(*roles)  # guide and special are read only for a role that is bound to some of them
    special = application.guide.special
    return any(programme.holds_for(actor, role, special) for role in roles)


def is_checker(actor: Any, application: Application) -> str | None:
    """The division in charge; an institution for what is handed over to it, or for its specials while that lies with no other one."""
    if _desk(actor, application, Role.DIVISION):
        return None
    if actor.holds(Role.AGENCY):
        if application.unit_id in actor.units(Role.AGENCY):
            return _("Clause R11: an institution does not check its own application; the division in charge does.")
        holder = holder_of(application)
        if holder is None and _desk(actor, application, Role.AGENCY):
            return None
        if holder is not None:
            return None if holder.organisation_id in actor.units(Role.AGENCY) else _(
                "Clause R11: this check is handed over to “%(unit)s” until %(until)s.") % {
                    "unit": holder.organisation.name, "until": holder.until.isoformat()}
    return _("Only the institution or division in charge of this special may do this.")


def in_force() -> QuerySet[Handover]:
    """Handovers that give something today: not suspended, in their time, to an institution that is itself in good standing."""
    day = clock.today()
    return Handover.objects.filter(status=states.HandoverStatus.ACTIVE, since__lte=day, until__gte=day,
                                   organisation__status=OrganisationStatus.VERIFIED)


def holder_of(application: Application) -> Handover | None:
    """Who has been given the check of this application; a chosen one goes before the whole guide."""
    rows = in_force().filter(Q(whole=True, guide=application.guide_id) | Q(applications=application.pk))
    return rows.select_related("organisation").order_by("whole", "-pk").first()


def _handed(actor: Any) -> Q:
    """What is handed over to the person's institutions; their own applications never are."""
    units = actor.units(Role.AGENCY)
    if not units:
        return Q(pk=None)
    rows = in_force().filter(organisation__in=units)
    guides, chosen = rows.filter(whole=True).values("guide"), rows.filter(whole=False).values("applications")
    return (Q(guide__in=guides) | Q(pk__in=chosen)) & ~Q(unit__in=units)


def hands_over(actor: Any, guide: Guide) -> str | None:
    """The division in charge gives the check away and takes it back."""
    return programme.owns_guide(actor, guide)


def moves_handover(actor: Any, row: Handover) -> str | None:
    """The division in charge; the system when the institution itself is suspended."""
    return None if actor.is_system else hands_over(actor, row.guide)


def is_giver(actor: Any, obj: Any = None) -> str | None:
    return None if actor.holds(Role.DIVISION) else _("Only the division in charge of this special may do this.")


def handovers_visible_to(actor: Any) -> QuerySet[Handover]:
    """Both sides: the division of the special, and the institution; the desks that read everything."""
    rows = Handover.objects.select_related("guide__special__plan", "organisation", "handed_by")
    if actor.is_system or actor.holds(*READERS):
        return rows
    theirs = Q(organisation__in=actor.units(Role.AGENCY))
    if actor.holds(Role.DIVISION):
        codes = actor.scopes(Role.DIVISION)
        theirs |= Q() if codes is None else Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes)
        return rows if codes is None else rows.filter(theirs)
    return rows.filter(theirs)


def is_system(actor: Any, application: Any = None) -> str | None:
    return None if actor.is_system else _("Only the system does this, by the clock.")


def is_checker_desk(actor: Any, obj: Any = None) -> str | None:
    """May open the formality desk at all."""
    if actor.holds(*SCOPED):
        return None
    return _("Only professional institutions and divisions do the formality check.")


def _or_system(*roles: str, reason: Any) -> Any:
    """For moves that upper floors make: their own policy has been asked; here the role is asked once more."""

    def question(actor: Any, application: Application) -> str | None:
        if actor.is_system or _desk(actor, application, *roles):
            return None
        return str(reason())

    question.__name__ = "system_or_" + "_".join(role.lower() for role in roles)
    return question


is_organiser = _or_system(
    Role.AGENCY, Role.DIVISION, reason=lambda: _("Only the organiser of the review may do this.")
)
is_division = _or_system(
    Role.DIVISION, reason=lambda: _("Only the division in charge of this special may do this.")
)
is_resource = _or_system(Role.RESOURCE, reason=lambda: _("Only the resource division may do this."))
is_supervision = _or_system(Role.SUPERVISION, reason=lambda: _("Only the supervision division may do this."))
is_bureau_leader = _or_system(Role.LEADER, reason=lambda: _("Only a leader of the bureau may do this."))


def may_read_desk(actor: Any, obj: Any = None) -> str | None:
    """May read the desk's lists: who checks, and the divisions that watch, decide or audit."""
    if actor.holds(*SCOPED, *READERS):
        return None
    return _("Only staff of the bureau and its institutions may open this desk.")


# --- seeing ------------------------------------------------------------------------------------------------------


def may_view(actor: Any, application: Application) -> str | None:
    """Whoever has to do with the whole of it, and who writes its draft with the leader."""
    reason = may_view_whole(actor, application)
    if reason and application.status in states.WRITTEN_TOGETHER and seat_of(actor, application) is not None:
        return None
    return reason


def may_view_whole(actor: Any, application: Application) -> str | None:
    """Own applications, those of one's unit (administrator, legal and finance), those that wait for one's unit's
    recommendation, and the bureau's desks from the submission on."""
    if actor.is_system:
        return None
    if actor.id is not None and actor.id == application.leader_id:
        return None
    if actor.holds(Role.ORG_ADMIN, Role.ORG_LEGAL, Role.ORG_FINANCE, at=application.unit_id) or is_unit_admin(actor, application) is None:
        return None
    if application.status in (states.Status.RECOMMEND_PENDING, *states.SEEN_BY_BUREAU) and is_recommender(actor, application) is None:
        return None
    if application.status in states.SEEN_BY_BUREAU and (
        actor.holds(*READERS) or _desk(actor, application, *SCOPED) or _is_handed(actor, application)
    ):
        return None
    return _("You may only see applications of your own or your unit.")


def reads_inside(actor: Any, application: Application) -> bool:
    """Whether the steps inside the bureau are the reader's to know: everybody else is told of the review as a whole."""
    return bool(actor.is_system or actor.holds(*READERS) or _desk(actor, application, *SCOPED) or _is_handed(actor, application))


def state_told(actor: Any, application: Application) -> str:
    return application.status_label if reads_inside(actor, application) else states.unit_label(application.status)


def _is_handed(actor: Any, application: Application) -> bool:
    return actor.holds(Role.AGENCY) and Application.objects.filter(_handed(actor), pk=application.pk).exists()


def visible_to(actor: Any) -> QuerySet[Application]:
    """The same truth as `may_view`, as a queryset; the only way pages fetch applications."""
    rows = Application.objects.select_related("guide__special__plan", "version", "unit", "leader", "topic")
    if actor.is_system:
        return rows
    mine = Q(leader=actor.id) if actor.id is not None else Q(pk=None)
    mine |= Q(unit__in=actor.units(Role.ORG_LEGAL, Role.ORG_FINANCE)) | approved_by(actor) | _to_recommend(actor) | written_with(actor)
    seen = Q(status__in=states.SEEN_BY_BUREAU)
    if actor.holds(*READERS):
        return rows.filter(mine | seen)
    if actor.holds(*SCOPED):
        return rows.filter(mine | (seen & _scope(actor)))
    return rows.filter(mine)


def _scope(actor: Any) -> Q:
    """Applications of the specials or plans a division or institution answers for."""
    codes = actor.scopes(*SCOPED)
    if codes is None:
        return Q()
    return Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes) | _handed(actor)


def to_check(actor: Any) -> Q:
    """The part of `at_desk` that the actor may decide on: the same truth as `is_checker`."""
    by_division = Q(pk=None)
    if actor.holds(Role.DIVISION):
        codes = actor.scopes(Role.DIVISION)
        by_division = Q() if codes is None else Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes)
        if codes is None:
            return by_division
    if not actor.holds(Role.AGENCY):
        return by_division
    units, codes = actor.units(Role.AGENCY), actor.scopes(Role.AGENCY)
    of_scope = Q() if codes is None else Q(guide__special__code__in=codes) | Q(guide__special__plan__code__in=codes)
    others = in_force().exclude(organisation__in=units)
    free = ~Q(guide__in=others.filter(whole=True).values("guide")) & ~Q(pk__in=others.filter(whole=False).values("applications"))
    return by_division | ((of_scope & free | _handed(actor)) & ~Q(unit__in=units))


def of_applicant(actor: Any, application: Application) -> str | None:
    """The leader, who writes the materials with the leader, and those who speak for the unit: what was replaced before the
    submission is theirs alone."""
    own = actor.holds(Role.ORG_LEGAL, Role.ORG_FINANCE, at=application.unit_id)
    if actor.is_system or own or may_read(actor, application, "files") is None or is_unit_admin(actor, application) is None:
        return None
    return _("Only the applicant may see what was replaced before the submission.")


def annexes_visible_to(actor: Any, application: Application) -> QuerySet[Annex]:
    """Versions of the materials for whom may see the application: all for the applicant, for others those that are current or
    stood in something submitted."""
    # by the table itself: an act may have fetched the current ones only
    rows = Annex.objects.filter(application=application).select_related("file", "added_by").order_by("code", "-number")
    if of_applicant(actor, application) is None:
        return rows
    open_ = Q(is_current=True)
    for submitted in application.versions.values_list("content__data__annexes", "whole__annexes"):
        for one in submitted[0] or submitted[1] or ():
            open_ |= Q(code=one["code"], number=one["number"])
    return rows.filter(open_)


def mine(actor: Any) -> QuerySet[Application]:
    """What the person leads."""
    return visible_to(actor).filter(leader=actor.id)


def of_units(actor: Any) -> QuerySet[Application]:
    """What the units the person administers have, and what waits for their recommendation."""
    return visible_to(actor).filter(approved_by(actor) | _to_recommend(actor))


def waits_for(actor: Any) -> Q:
    """What waits for the word of the person: approval by the own unit, or the recommendation asked of it."""
    pending = Q(status=states.Status.UNIT_PENDING) & approved_by(actor)
    return pending | (Q(status=states.Status.RECOMMEND_PENDING) & _to_recommend(actor))


def of_own_units(actor: Any) -> QuerySet[Application]:
    """The part of `of_units` that needs no other table (but the guide, for who approves in one alone): what the own units have."""
    return Application.objects.filter(approved_by(actor))


def at_desk(actor: Any) -> QuerySet[Application]:
    """What a checker answers for; the desks that read every application see them all."""
    rows = visible_to(actor).filter(status__in=states.SEEN_BY_BUREAU)
    if actor.holds(*READERS):
        return rows
    return rows.filter(_scope(actor)) if actor.holds(*SCOPED) else rows.none()


# --- writing together --------------------------------------------------------------------------------------------


def seats_in_force(actor: Any) -> QuerySet[CoAuthor]:
    """The seats that give rights today: accepted, and the person still belongs to the applicant unit or to a partner unit.
    Whoever leaves both, or whose account ends, holds none from that moment."""
    units = actor.units(*UNIT_ROLES)
    if actor.id is None or not units:
        return CoAuthor.objects.none()
    return CoAuthor.objects.filter(_of_units(units), person=actor.id, status=states.SeatStatus.ACTIVE)


def _of_units(units: set[int]) -> Q:
    return Q(application__unit__in=units) | Q(application__partners__organisation__in=units)


def seat_of(actor: Any, application: Application) -> CoAuthor | None:
    return seats_in_force(actor).filter(application=application).first()


def written_with(actor: Any) -> Q:
    """Applications of others whose draft the person writes."""
    if actor.id is None or not actor.units(*UNIT_ROLES):
        return Q(pk=None)
    return Q(status__in=states.WRITTEN_TOGETHER, pk__in=seats_in_force(actor).values("application"))


def written_by(actor: Any) -> QuerySet[Application]:
    """What the person leads, and what it writes with others: the doors of the pages where an application is filled in."""
    own = Q(leader=actor.id) if actor.id is not None else Q(pk=None)
    return visible_to(actor).filter(own | written_with(actor))


def may_read(actor: Any, application: Application, part: str) -> str | None:
    """A part of the draft: the leader, and a co-author with a right to it."""
    if is_leader(actor, application) is None:
        return None
    seat = seat_of(actor, application) if application.status in states.WRITTEN_TOGETHER else None
    return None if seat is not None and seat.right(part) else _("This part is not shared with you; ask the project leader.")


def may_write(actor: Any, application: Application, part: str) -> str | None:
    """The leader writes every part, a co-author those that the leader has shared for writing."""
    if is_leader(actor, application) is None:
        return None
    seat = seat_of(actor, application)
    if seat is None:
        return is_leader(actor, application)
    return None if seat.right(part) == states.WRITE else _("You may not write this part; ask the project leader.")


def writes_no_more(actor: Any, seat: CoAuthor, part: str) -> str:
    """Why a person who has or had a seat does not get into a part now, in words that tell nothing of what is in it."""
    if seat.status != states.SeatStatus.ACTIVE:
        return _("You no longer write this application with its leader: your right to it has ended.")
    if not seats_in_force(actor).filter(pk=seat.pk).exists():
        return _("You no longer belong to a unit of this application, so you may not write it.")
    if seat.application.status not in states.WRITTEN_TOGETHER:
        return _("The application has been submitted and is no longer written together.")
    return may_read(actor, seat.application, part) or _("This part is not shared with you; ask the project leader.")


def may_change_member(actor: Any, application: Application, member: TeamMember) -> str | None:
    """Who writes the team; the row of the leader is the leader's alone."""
    if member.role == states.TeamRole.LEADER and is_leader(actor, application) is not None:
        return _("The row of the project leader is changed by the leader alone.")
    return may_write(actor, application, "team")


def may_pledge(actor: Any, application: Application) -> str | None:
    """Pledges, and the word that their part is finished: nobody gives them for the leader."""
    return None if is_leader(actor, application) is None else _("Pledges are given by the project leader alone.")


def people_actor(person: Person) -> Any:
    """The person with the roles in force now, asked by the system after something has changed."""
    return Actor.of(person)


def may_decline(actor: Any, seat: CoAuthor) -> str | None:
    """Saying no is open to whoever was asked, of whatever unit."""
    return None if actor.id is not None and is_address_of(actor, seat) else _("Only the person who was invited answers this.")


def is_invited(actor: Any, seat: CoAuthor) -> str | None:
    """The person who was asked, once known to the applicant unit or to a partner unit."""
    if reason := may_decline(actor, seat):
        return reason
    if not CoAuthor.objects.filter(_of_units(actor.units(*UNIT_ROLES)), pk=seat.pk).exists():
        return _("Only people of the applicant unit or of a partner unit named in the application write with its leader.")
    return None


def is_address_of(actor: Any, seat: CoAuthor) -> bool:
    """An invitation to an address waits for whoever has it: the account may be younger than the invitation."""
    if seat.person_id is not None:
        return bool(seat.person_id == actor.id)
    return seat.address in (actor.person.email, actor.person.phone)


def holds_seat(actor: Any, seat: CoAuthor) -> str | None:
    return None if actor.id is not None and seat.person_id == actor.id else _("Only the co-author may do this.")


def gives_seat(actor: Any, seat: CoAuthor) -> str | None:
    return is_leader(actor, seat.application)


def ends_seat(actor: Any, seat: CoAuthor) -> str | None:
    """The leader at any time; the system when the person's membership has ended."""
    return None if actor.is_system else is_leader(actor, seat.application)


# --- the word of others (ways of funding) ------------------------------------------------------------------------


def keeps_voice(actor: Any, voice: Voice) -> str | None:
    """Puts the word of a body without an account on record, confirms papers, asks again: the division in charge."""
    if _desk(actor, voice.application, Role.DIVISION):
        return None
    return _("Only the division in charge of this special may do this.")


def gives_voice(actor: Any, voice: Voice) -> str | None:
    """The administrator of the unit that was asked; the division, on record, for everybody else and for an answer on paper."""
    if speaks_for(actor, voice) or _desk(actor, voice.application, Role.DIVISION):
        return None
    return _("Only the body that was asked, or the division in charge on record, answers this.")


def speaks_for(actor: Any, voice: Voice) -> bool:
    """Is the actor the administrator of the registered unit that was asked?"""
    return voice.organisation_id is not None and actor.holds(Role.ORG_ADMIN, at=voice.organisation_id)


def hands_in_voice(actor: Any, voice: Voice) -> str | None:
    """The leader of the application or the administrator of its unit."""
    application = voice.application
    if is_leader(actor, application) is None or is_unit_head(actor, application) is None:
        return None
    return _("Only the project leader or the unit administrator hands this in.")


def voices_visible_to(actor: Any) -> QuerySet[Voice]:
    """What one's unit was asked, papers one's own applications owe, and what the bureau's desks see of the application.
    The applicant does not read what others say of a bid before it is decided."""
    rows = Voice.objects.select_related(
        "application__guide__special__plan", "application__version", "application__unit", "application__leader", "organisation", "file",
        "answered_by", "confirmed_by").defer("application__version__data")
    if actor.is_system:
        return rows
    asked = Q(organisation__in=actor.units(Role.ORG_ADMIN), application__status__in=states.SEEN_BY_BUREAU)
    own = Q(application__leader=actor.id) if actor.id is not None else Q(pk=None)
    own = Q(side=states.Side.APPLICANT) & (own | Q(application__unit__in=actor.units(Role.ORG_ADMIN)))
    return rows.filter(asked | own | Q(application__in=at_desk(actor).values("pk")))


def voices_at_desk(actor: Any) -> QuerySet[Voice]:
    return voices_visible_to(actor).filter(application__in=at_desk(actor).values("pk"))


def voices_of_units(actor: Any) -> QuerySet[Voice]:
    return voices_visible_to(actor).filter(organisation__in=actor.units(Role.ORG_ADMIN))


# --- duplicate check (查重) --------------------------------------------------------------------------------------


def judges_duplicate(actor: Any, finding: DuplicateFinding) -> str | None:
    """Who checks the application says what the likeness is."""
    return is_checker(actor, finding.application)


def duplicates_visible_to(actor: Any) -> QuerySet[DuplicateFinding]:
    """The findings of the applications at one's desk; nobody outside the bureau reads them."""
    rows = DuplicateFinding.objects.select_related(
        "application__guide__special__plan", "application__unit", "application__leader", "other", "other__application", "decided_by")
    return rows if actor.is_system else rows.filter(application__in=at_desk(actor).values("pk"))


# --- old projects from elsewhere ---------------------------------------------------------------------------------


def imports(actor: Any, obj: Any = None) -> str | None:
    """Old projects are taken over by the resource division or the system administrator."""
    if actor.holds(Role.RESOURCE, Role.SYSADMIN):
        return None
    return _("Clause T1: only the resource division or the system administrator takes over old projects.")


def discards_import(actor: Any, obj: Any = None) -> str | None:
    """Whoever may take it over; the system, when nobody has done so in time."""
    return None if actor.is_system else imports(actor)


def imports_alone(actor: Any, obj: Any = None) -> str | None:
    """For the navigation: who does not come by the list of applications."""
    return imports(actor) or (None if may_read_desk(actor) else _("The way leads through the list of applications."))


def imports_visible_to(actor: Any) -> QuerySet[ImportBatch]:
    rows = ImportBatch.objects.select_related("source", "file", "errors", "uploaded_by", "applied_by")
    return rows if actor.is_system or imports(actor) is None else rows.none()


def may_read_old(actor: Any, obj: Any = None) -> str | None:
    """What was taken over is read by who takes it over and by the desks that read every application."""
    if imports(actor) is None or actor.holds(*READERS):
        return None
    return _("Only staff of the bureau and its institutions may open this desk.")


def old_projects_visible_to(actor: Any) -> QuerySet[OldProject]:
    rows = OldProject.objects.select_related("source", "batch", "unit", "leader", "special__tree")
    return rows if actor.is_system or may_read_old(actor) is None else rows.none()
