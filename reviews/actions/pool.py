"""Verbs of the expert pool: taken in, changed, confirmed, warned, paused, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts import queries as people
from accounts.models import Person
from accounts.policies import system
from accounts.states import Role
from core import clock, ledger, parameters, search
from core.workflow import Refused
from notices import actions as notices
from reviews import policies, queries
from reviews.actions.seats import release_invitations
from reviews.models import Expert, Measure
from reviews.rules import pool as rules
from reviews.states import Constituency, MeasureKind, Origin, Pool
from reviews.workflow import EXPERT

LISTS = ("disciplines", "clusters", "keywords", "languages")
#: What an expert changes himself; pool, constituency and level are the resource division's decision.
OWN = ("title", "disciplines", "clusters", "keywords", "languages", "yearly_max")


@transaction.atomic
def enrol(actor: Any, person: Person, *, constituency: str, pool: str = Pool.GENERAL, disciplines: Sequence[str] = (),
          clusters: Sequence[str] = (), keywords: Sequence[str] = (), yearly_max: int | None = None, origin: str = Origin.DESK,
          why: str = "", **more: Any) -> Expert:
    """Take a person into the pool and give him the expert's desk; a person stands there once. `more`: further columns of the
    profile. Records reviews.expert.enrol; `why` is the reason of an exception from the conditions."""
    if reason := policies.manages_pool(actor):
        raise Refused(reason)
    if constituency not in Constituency.values or pool not in Pool.values:
        raise Refused(_("Choose the constituency and the pool."))
    if Expert.objects.filter(person=person).exists():
        raise Refused(_("%(name)s stands in the pool already.") % {"name": person.name})
    accounts.grant_role(system("pool"), person, people.bureau(), Role.EXPERT)
    row = Expert.objects.create(
        person=person, constituency=constituency, pool=pool, disciplines=list(disciplines), clusters=list(clusters),
        keywords=list(keywords), yearly_max=yearly_max, origin=origin, is_demo=person.is_demo, **more)
    _index(row)
    ledger.record("reviews.expert.enrol", row, actor, why=why, constituency=constituency, pool=pool, origin=origin)
    return row


def _index(row: Expert) -> None:
    words = [dict(queries.discipline_choices()).get(code, code) for code in row.disciplines]
    Expert.objects.filter(pk=row.pk).update(search=search.vector(row.person.name, row.title, *row.keywords, *words))


def _change(actor: Any, expert: Expert, values: Mapping[str, Any]) -> Expert:
    before = {name: getattr(expert, name) for name in values}
    values = {name: list(value) if name in LISTS else value for name, value in values.items()}
    Expert.objects.filter(pk=expert.pk).update(**values)
    expert.refresh_from_db()
    _index(expert)
    changed = [name for name in values if before[name] != values[name]]
    ledger.record("reviews.expert.edit", expert, actor, before={name: before[name] for name in changed},
                  after={name: values[name] for name in changed})
    return expert


@transaction.atomic
def edit_expert(actor: Any, expert: Expert, **values: Any) -> Expert:
    """Columns of the profile, and the desk's remark; draws that are made already keep what they saw."""
    if reason := policies.manages_pool(actor, expert):
        raise Refused(reason)
    return _change(actor, expert, {name: value for name, value in values.items() if name in (*queries.PROFILE, "note")})


@transaction.atomic
def edit_own_profile(actor: Any, expert: Expert, **values: Any) -> Expert:
    """What an expert keeps up himself; saving it confirms the data for the year."""
    if reason := policies.keeps_profile(actor, expert):
        raise Refused(reason)
    _change(actor, expert, {name: value for name, value in values.items() if name in OWN})
    return confirm(actor, expert)


@transaction.atomic
def confirm(actor: Any, expert: Expert) -> Expert:
    """The yearly confirmation: everything stands as it is."""
    if reason := policies.keeps_profile(actor, expert):
        raise Refused(reason)
    Expert.objects.filter(pk=expert.pk).update(confirmed_on=clock.today())
    ledger.record("reviews.expert.confirm", expert, actor, before={"confirmed_on": expert.confirmed_on}, after={"confirmed_on": clock.today()})
    expert.refresh_from_db()
    return expert


def ask_to_confirm() -> int:
    """Experts whose yearly confirmation is due hear of it: once before it is due and once when it is overdue."""
    told = 0
    for row in queries.must_confirm_soon():
        last, late = queries.confirm_by(row), queries.confirm_by(row) < clock.today()
        told += notices.tell(
            [row.person], "reviews.confirm", lambda: _("Confirm your data in the expert pool"),
            lambda last=last: _("Please look through your data, employers and relations by %(day)s. Who does not confirm is not drawn.") % {"day": last},
            "/review/profile/", dedupe=f"expert-confirm:{row.pk}:{last}:{int(late)}")
    return told


def pause_span() -> tuple[date, date]:
    """The earliest and the latest day a pause may end (parameter review.pause_months)."""
    least, most = (int(one) for one in parameters.value("review.pause_months"))
    return rules.confirm_by(clock.today(), least), rules.confirm_by(clock.today(), most)


def _measure(actor: Any, expert: Expert, kind: str, why: str, until: date | None = None) -> None:
    if not why.strip():
        raise Refused(_("A reason is needed."))
    Measure.objects.create(expert=expert, kind=kind, reason=why.strip()[:500], until=until, by=actor.person)
    texts = {
        MeasureKind.WARN: lambda: _("You have been warned as an expert"),
        MeasureKind.PAUSE: lambda: _("You are not drawn as an expert until %(day)s") % {"day": until},
        MeasureKind.REMOVE: lambda: _("You have been removed from the expert pool"),
    }
    notices.tell([expert.person], "reviews.measure", texts[MeasureKind(kind)], why, "/review/profile/", statutory=True)


@transaction.atomic
def warn(actor: Any, expert: Expert, *, why: str) -> Expert:
    """A warning with the reason; it stands in the quality record and the expert is told."""
    if reason := policies.manages_pool(actor, expert):
        raise Refused(reason)
    _measure(actor, expert, MeasureKind.WARN, why)
    ledger.record("reviews.expert.warn", expert, actor, why=why)
    return expert


@transaction.atomic
def pause(actor: Any, expert: Expert, *, why: str, until: date | None = None) -> Expert:
    """ACTIVE -> PAUSED until a day within the span of the parameter; the clock ends it."""
    least, most = pause_span()
    until = until or least
    if not least <= until <= most:
        raise Refused(_("A pause ends between %(least)s and %(most)s.") % {"least": least, "most": most})
    row = EXPERT.move("pause", actor, expert, why=why, reason=why, columns={"paused_until": until}, data={"until": until.isoformat()})
    _measure(actor, row, MeasureKind.PAUSE, why, until)
    release_invitations(row, why)
    return row


@transaction.atomic
def resume(actor: Any, expert: Expert) -> Expert:
    """PAUSED -> ACTIVE."""
    return EXPERT.move("resume", actor, expert, columns={"paused_until": None})


def end_pauses(actor: Any) -> int:
    """Pauses whose day has come are over."""
    rows = list(Expert.objects.filter(status="PAUSED", paused_until__lte=clock.today()))
    for row in rows:
        resume(actor, row)
    return len(rows)


@transaction.atomic
def remove(actor: Any, expert: Expert, *, why: str) -> Expert:
    """-> REMOVED from the pool, with the reason; the expert is told. A case of integrity is supervision's to open."""
    row = EXPERT.move("remove", actor, expert, why=why, reason=why)
    notices.tell(people.holders(Role.SUPERVISION), "reviews.removed", lambda: _("An expert has been removed from the pool: %(name)s") % {"name": row.person.name},
                 lambda: _("Decide whether a case of integrity is to be opened. Reason: %(why)s") % {"why": why}, f"/desk/experts/{row.uid}/",
                 dedupe=f"expert-removed:{row.pk}")
    _measure(actor, row, MeasureKind.REMOVE, why)
    release_invitations(row, why)
    end_desks(system("pool"))
    return row


def end_desks(actor: Any) -> int:
    """Who has been removed and has no sheet in hand any more is no review expert: the role ends, and with it the desk and every
    other work that is given to review experts."""
    rows = list(queries.desks_left_over())
    for row in rows:
        accounts.end_role(actor, row, why=str(_("Removed from the expert pool")))
    return len(rows)
