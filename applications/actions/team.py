"""Team and partners: rows of their own, because identity numbers never rest in the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Organisation, Person
from applications import policies, queries, states
from applications.actions.filing import editable, lock
from applications.models import Application, Partner, TeamMember
from core import files, ledger
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices

MEMBER_FIELDS = ("role", "name", "gender", "birth_date", "organisation", "organisation_name", "title", "degree",
                 "email", "duty", "person_months", "full_time")
LETTER_KINDS, LETTER_BYTES = ("pdf", "jpg", "png"), 10 * 1024 * 1024
PARTNER_FIELDS = ("name", "uscc", "country", "region", "contact", "phone", "task", "share", "is_related")


def _identity(row: Application, id_kind: str, id_number: str, but: TeamMember | None = None) -> dict[str, Any]:
    """Sealed columns of a number; refused when the same person is named already."""
    found = accounts.sealed_identity(id_kind, id_number)
    if not found:
        return {}
    others = row.team.exclude(pk=but.pk) if but else row.team.all()
    if others.filter(id_print=found["id_print"]).exists():
        raise Refused([_("This person is in the team already (same identity number).")])
    found["person"] = Person.objects.filter(id_print=found["id_print"], is_active=True).first()
    return found


@transaction.atomic
def add_member(actor: Any, application: Application, *, id_kind: str = "", id_number: str = "",
               **values: Any) -> TeamMember:
    """Name a member. The number is sealed; a resident number gives birth date and sex. An account with the same number
    is linked, and its owner can confirm."""
    row = lock(application)
    editable(actor, row, queries.TEAM)
    clean = {key: values[key] for key in MEMBER_FIELDS if key in values}
    if clean.get("role") == states.TeamRole.LEADER:
        raise Refused([_("The leader of the application is its first member and stays so.")])
    identity = _identity(row, id_kind, id_number)
    order = (row.team.aggregate(last=Max("order"))["last"] or 0) + 1
    member = TeamMember.objects.create(application=row, order=order, **{**clean, **identity})
    ledger.record("applications.application.add_member", row, actor, name=member.name)
    _touch(row)
    return member


@transaction.atomic
def change_member(actor: Any, member: TeamMember, *, id_kind: str = "", id_number: str = "",
                  shown: Mapping[str, str] | None = None, **values: Any) -> TeamMember:
    """Correct a member. An empty number leaves the one on record; the leader's name and role stay. `shown` is the row as the
    person saw it (queries.unsealed): refused when somebody has changed it since. Records the names of changed fields."""
    row = lock(member.application)
    editable(actor, row, queries.TEAM)
    member = _still_there(row.team, member)
    if reason := policies.may_change_member(actor, row, member):
        raise Refused([reason])
    _as_shown(member, shown)
    before = queries.as_shown(member)
    clean = {key: values[key] for key in MEMBER_FIELDS if key in values}
    if member.role == states.TeamRole.LEADER:
        for key in ("role", "name", "organisation", "organisation_name"):
            clean.pop(key, None)
    elif clean.get("role") == states.TeamRole.LEADER:
        raise Refused([_("The leader of the application is its first member and stays so.")])
    clean.update(_identity(row, id_kind, id_number, but=member))
    if member.role == states.TeamRole.LEADER:
        clean.pop("person", None)
    TeamMember.objects.filter(pk=member.pk).update(**clean)
    _touch(row)
    member.refresh_from_db()
    if fields := queries.moved(member, before):
        if {"name", queries.NUMBER} & set(fields):  # it was signed by somebody else
            TeamMember.objects.filter(pk=member.pk).update(letter=None, letter_at=None)
            member.refresh_from_db()
        ledger.record("applications.application.change_member", row, actor, name=member.name, fields=fields)
    return member


@transaction.atomic
def remove_member(actor: Any, member: TeamMember, *, shown: Mapping[str, str] | None = None) -> None:
    """`shown` is the row as the person saw it: refused when somebody has changed it since."""
    row = lock(member.application)
    editable(actor, row, queries.TEAM)
    member = _still_there(row.team, member)
    _unchanged(member, shown)
    if member.role == states.TeamRole.LEADER:
        raise Refused([_("The leader of the application is its first member and stays so.")])
    ledger.record("applications.application.remove_member", row, actor, name=member.name)
    member.delete()
    _touch(row)


@transaction.atomic
def confirm_member(actor: Any, member: TeamMember) -> TeamMember:
    """A member with an account says yes, by the own log-in, while the application is still being filled in."""
    row = lock(member.application)
    if actor.id is None or member.person_id != actor.id:
        raise Refused([_("Only the member in person may confirm.")])
    if row.status not in states.EDITABLE:
        raise Refused([_("The application has been handed in already.")])
    TeamMember.objects.filter(pk=member.pk, confirmed_at=None).update(confirmed_at=CoreNow())
    member.refresh_from_db()
    return member


def attach_letter(actor: Any, member: TeamMember, *, upload: Any) -> TeamMember:
    """The signed consent of a member who has no account to confirm with; a new one takes the place of the one before. The bytes are
    checked and stored before the row is held. Raises core.files.BadFile. Records applications.application.member_letter."""
    editable(actor, member.application, queries.TEAM)
    _may_have_letter(member)
    stored = files.store(upload, actor=actor, kinds=LETTER_KINDS, max_bytes=LETTER_BYTES)
    with transaction.atomic():
        row = lock(member.application)
        editable(actor, row, queries.TEAM)
        member = _still_there(row.team, member)
        _may_have_letter(member)
        TeamMember.objects.filter(pk=member.pk).update(letter=stored, letter_at=CoreNow())
        ledger.record("applications.application.member_letter", row, actor, name=member.name, sha256=stored.sha256)
        _touch(row)
    member.refresh_from_db()
    return member


def _may_have_letter(member: TeamMember) -> None:
    if member.role == states.TeamRole.LEADER:
        raise Refused([_("The leader of the application confirms by handing it in.")])
    if member.confirmed_at is not None:
        raise Refused([_("%(name)s has confirmed by the own log-in; no letter is needed.") % {"name": member.name}])


@transaction.atomic
def detach_letter(actor: Any, member: TeamMember) -> None:
    """The letter counts no more; that it was there stays on record."""
    row = lock(member.application)
    editable(actor, row, queries.TEAM)
    member = _still_there(row.team, member)
    if member.letter_id is not None:
        TeamMember.objects.filter(pk=member.pk).update(letter=None, letter_at=None)
        ledger.record("applications.application.member_letter_gone", row, actor, name=member.name)
        _touch(row)


def _partner_values(row: Application, values: Mapping[str, Any], but: Partner | None = None) -> dict[str, Any]:
    clean = {key: values[key] for key in PARTNER_FIELDS if key in values}
    code = str(clean.get("uscc") or "")
    if code:
        if code == row.unit.uscc:
            raise Refused([_("The applicant unit is the lead and cannot be its own partner.")])
        others = row.partners.exclude(pk=but.pk) if but else row.partners.all()
        if others.filter(uscc=code).exists():
            raise Refused([_("This unit is named as a partner already.")])
        clean["organisation"] = Organisation.objects.filter(uscc=code).first()
    return clean


@transaction.atomic
def add_partner(actor: Any, application: Application, **values: Any) -> Partner:
    """Name a partner; one that is registered here is linked by its code."""
    row = lock(application)
    editable(actor, row, queries.PARTNERS)
    order = (row.partners.aggregate(last=Max("order"))["last"] or 0) + 1
    partner = Partner.objects.create(application=row, order=order, **_partner_values(row, values))
    ledger.record("applications.application.add_partner", row, actor, name=partner.name)
    _touch(row)
    return partner


@transaction.atomic
def change_partner(actor: Any, partner: Partner, *, shown: Mapping[str, str] | None = None, **values: Any) -> Partner:
    """Like a member: refused when somebody has changed the row since the person saw it; changed fields are on record."""
    row = lock(partner.application)
    editable(actor, row, queries.PARTNERS)
    partner = _still_there(row.partners, partner)
    _as_shown(partner, shown)
    before = queries.as_shown(partner)
    Partner.objects.filter(pk=partner.pk).update(**_partner_values(row, values, but=partner))
    _touch(row)
    partner.refresh_from_db()
    if fields := queries.moved(partner, before):
        ledger.record("applications.application.change_partner", row, actor, name=partner.name, fields=fields)
    return partner


@transaction.atomic
def remove_partner(actor: Any, partner: Partner, *, shown: Mapping[str, str] | None = None) -> None:
    row = lock(partner.application)
    editable(actor, row, queries.PARTNERS)
    partner = _still_there(row.partners, partner)
    _unchanged(partner, shown)
    ledger.record("applications.application.remove_partner", row, actor, name=partner.name)
    partner.delete()
    _touch(row)


def _touch(row: Application) -> None:
    Application.objects.filter(pk=row.pk).update(saved_at=CoreNow())


# --- two people at one row ---------------------------------------------------------------------------------------


def _still_there(rows: Any, row: Any) -> Any:
    """The row as it is now, under the lock of its application."""
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise Refused([_("Somebody has removed “%(name)s” meanwhile.") % {"name": row.name}])
    found.application = row.application
    return found


def _as_shown(row: TeamMember | Partner, shown: Mapping[str, str] | None) -> None:
    if queries.moved(row, shown):
        raise Refused([_("Somebody has changed “%(name)s” since you opened it. Nothing is saved yet: see below what was changed; "
                         "save once more to put your text in its place.") % {"name": row.name}])


def _unchanged(row: TeamMember | Partner, shown: Mapping[str, str] | None) -> None:
    if queries.moved(row, shown):
        raise Refused([_("Somebody has changed “%(name)s” since you opened the page. It is not removed yet: see below what was "
                         "changed.") % {"name": row.name}])


def tell_of_number(application: Application, name: str, who: str, by: int | None, *, event_id: int) -> None:
    """The leader vouches for the team: an identity number replaced by somebody else is told."""
    if by == application.leader_id:
        return
    given = {"who": who, "name": name, "title": application.title or application.ref}
    notices.tell([application.leader], "application.member_number",
                 lambda: _("%(who)s has changed the identity number of %(name)s: %(title)s") % given,
                 link=reverse("applications:my:team", args=[application.ref]), dedupe=f"member-number:{event_id}")
