"""Verbs of the expert pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from core import ledger, search
from core.workflow import Refused
from reviews import policies
from reviews.models import Expert
from reviews.states import Constituency, Pool
from reviews.workflow import EXPERT


@transaction.atomic
def enrol(actor: Any, person: Person, *, constituency: str, pool: str = Pool.GENERAL, disciplines: Sequence[str] = (),
          clusters: Sequence[str] = (), keywords: Sequence[str] = (), yearly_max: int | None = None) -> Expert:
    """Take a person into the pool; a person stands there once. Records reviews.expert.enrol."""
    if reason := policies.manages_pool(actor):
        raise Refused(reason)
    if constituency not in Constituency.values or pool not in Pool.values:
        raise Refused(_("Choose the constituency and the pool."))
    if Expert.objects.filter(person=person).exists():
        raise Refused(_("%(name)s stands in the pool already.") % {"name": person.name})
    row = Expert.objects.create(
        person=person, constituency=constituency, pool=pool, disciplines=list(disciplines), clusters=list(clusters),
        keywords=list(keywords), yearly_max=yearly_max, is_demo=person.is_demo,
    )
    _index(row)
    ledger.record("reviews.expert.enrol", row, actor, constituency=constituency, pool=pool)
    return row


def _index(row: Expert) -> None:
    Expert.objects.filter(pk=row.pk).update(search=search.vector(row.person.name, *row.keywords, *row.disciplines))


@transaction.atomic
def edit_expert(actor: Any, expert: Expert, *, constituency: str, pool: str, disciplines: Sequence[str],
                clusters: Sequence[str], keywords: Sequence[str], yearly_max: int | None, note: str = "") -> Expert:
    """Fields, clusters and limits of an expert; draws that are made already keep what they saw."""
    if reason := policies.manages_pool(actor, expert):
        raise Refused(reason)
    before = {"constituency": expert.constituency, "pool": expert.pool, "yearly_max": expert.yearly_max}
    Expert.objects.filter(pk=expert.pk).update(
        constituency=constituency, pool=pool, disciplines=list(disciplines), clusters=list(clusters),
        keywords=list(keywords), yearly_max=yearly_max, note=note,
    )
    expert.refresh_from_db()
    _index(expert)
    ledger.record("reviews.expert.edit", expert, actor, before=before,
                  after={"constituency": constituency, "pool": pool, "yearly_max": yearly_max})
    return expert


def pause(actor: Any, expert: Expert, *, why: str) -> Expert:
    """ACTIVE -> PAUSED: not drawn until resumed."""
    return EXPERT.move("pause", actor, expert, why=why, reason=why)


def resume(actor: Any, expert: Expert) -> Expert:
    """PAUSED -> ACTIVE."""
    return EXPERT.move("resume", actor, expert)


def remove(actor: Any, expert: Expert, *, why: str) -> Expert:
    """-> REMOVED from the pool, with the reason."""
    return EXPERT.move("remove", actor, expert, why=why, reason=why)
