"""Reads of project managers and advisory bodies (clause R5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum
from django.http import Http404

from accounts import queries as accounts
from accounts.models import Organisation, Person
from accounts.states import OrganisationStatus, Role
from core import clock
from programs import policies, states
from programs.models import (
    AdvisoryBody,
    AdvisoryReport,
    Portfolio,
    Recommendation,
    ReferenceEntry,
    Special,
)

FUTURE = "FUTURE"


def _uid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Http404 from error


def get_portfolio(actor: Any, uid: Any) -> Portfolio:
    row = policies.portfolios_visible_to(actor).filter(uid=_uid(uid)).first()
    if row is None:
        raise Http404
    return row


def portfolios_in_force(person: Person, special: Special | None = None) -> list[Portfolio]:
    day = clock.today()
    rows = Portfolio.objects.filter(person=person, status=states.PortfolioStatus.ACTIVE, since__lte=day, until__gte=day)
    return list(rows.filter(specials=special) if special else rows)


def recommendations_of(portfolio: Portfolio) -> QuerySet[Recommendation]:
    return portfolio.recommendations.select_related("special__plan", "answered_by")


def get_recommendation(portfolio: Portfolio, pk: int) -> Recommendation:
    row = recommendations_of(portfolio).select_related("portfolio__person").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def division_people(special: Special) -> list[Person]:
    """The people of the division in charge of a special today."""
    return list({*accounts.holders(Role.DIVISION, special.code), *accounts.holders(Role.DIVISION, special.plan.code)})


def person_by_email(email: str) -> Person | None:
    return Person.objects.filter(email__iexact=email.strip(), is_active=True).first()


# --- advisory bodies ---------------------------------------------------------------------------------------------


def bodies() -> QuerySet[AdvisoryBody]:
    return AdvisoryBody.objects.select_related("organisation", "industry").annotate(
        money=Sum("years__money"), last_year=Max("years__year")
    )


def at_work() -> Q:
    """`AdvisoryBody.is_at_work`, for lists: the last day is still a day of work."""
    return Q(until=None) | Q(until__gte=clock.today())


def get_body(uid: Any) -> AdvisoryBody:
    row = bodies().filter(uid=_uid(uid)).first()
    if row is None:
        raise Http404
    return row


def own_body(actor: Any, uid: Any) -> AdvisoryBody:
    row = get_body(uid)
    if policies.acts_for_body(actor, row):
        raise Http404
    return row


def own_bodies(actor: Any) -> list[AdvisoryBody]:
    return list(bodies().filter(organisation__in=actor.units(Role.ORG_ADMIN)).filter(at_work()))


def reports_of_body(actor: Any, body: AdvisoryBody) -> QuerySet[AdvisoryReport]:
    return policies.reports_visible_to(actor).filter(body=body)


def get_report(actor: Any, uid: Any) -> AdvisoryReport:
    row = policies.reports_visible_to(actor).filter(uid=_uid(uid)).first()
    if row is None:
        raise Http404
    return row


def industries() -> list[tuple[ReferenceEntry, AdvisoryBody | None]]:
    """Every future industry of the newest list with the body in charge, if any."""
    in_charge = {body.industry_id: body for body in bodies().filter(at_work()).order_by("since")}
    return [(row, in_charge.get(row.pk)) for row in future_industries()]


def future_industries() -> QuerySet[ReferenceEntry]:
    return ReferenceEntry.objects.filter(list="clusters-2024", group=FUTURE, disabled_on=None).order_by("order")


def units_called(text: str) -> list[Organisation]:
    """Verified units by code or name, for a form."""
    return list(Organisation.objects.filter(Q(uscc=text.strip()) | Q(name=text.strip()), status=OrganisationStatus.VERIFIED)[:2])
