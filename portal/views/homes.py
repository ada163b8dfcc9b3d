"""The first page of every desk: public, applicant and unit, expert, workbench; and the search."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import policies as accounts
from accounts import queries as people
from accounts.states import Role
from applications import queries as applications
from core import clock
from core.web.access import access, public, signed_in
from portal import policies
from portal.queries import desk as workbench
from portal.queries import finding, mine
from portal.queries import public as everybody
from portal.queries.places import address
from programs import queries as programmes


@access(public)
def home(request: HttpRequest) -> HttpResponse:
    """What the portal is and what runs now. On a demonstration installation: what to try, one account per role."""
    guides = everybody.open_guides()
    return render(request, "portal/home.html", {
        "title": _("Home"), "kpis": everybody.numbers(), "guides": guides, "expected": [] if guides else everybody.expected(),
        "notices": everybody.notices(), "awards": everybody.awards(), "trials": everybody.trials(),
    })


@access(signed_in)
def my(request: HttpRequest) -> HttpResponse:
    """What waits for this person. An expert without a unit goes on to the reviews."""
    actor = request.actor
    if actor.roles() == {Role.EXPERT} and (reviews := address("reviews:review:home")):
        return redirect(reviews)
    unit = people.unit_of(actor)
    return render(request, "portal/my.html", {
        "title": _("My desk"), "waiting": mine.waiting(actor), "unit": unit,
        "unit_waits": None if unit else people.waiting_unit_of(actor),
        "joining": "" if unit else people.what_joining_waits_for(actor),
        "kpis": mine.unit_numbers(actor, unit) if unit and actor.holds(Role.ORG_ADMIN, at=unit) else [],
        "applications": mine.latest_applications(actor), "projects": mine.latest_projects(actor),
        "guides": applications.open_guides(actor), "portfolios": programmes.portfolios_in_force(actor.person),
        "bodies": programmes.own_bodies(actor),
    })


@access(policies.is_desk)
def desk(request: HttpRequest) -> HttpResponse:
    """The workbench of the roles the person holds."""
    actor, year = request.actor, clock.today().year
    if actor.roles() <= {Role.SYSADMIN, Role.SECADMIN}:
        return redirect("accounts:desk:people")
    groups = workbench.queues(actor)
    pictures = [workbench.funnel(actor, year), workbench.money_by_plan(actor)]
    if policies.is_money_reader(actor) is None:
        pictures += [workbench.plan_execution(actor, year), workbench.paid_by_month(year)]
    return render(request, "portal/desk.html", {
        "title": _("Workbench"), "groups": groups, "total": workbench.total(groups), "kpis": workbench.kpis(actor, year),
        "charts": pictures, "dates": workbench.dates(actor), "warning": workbench.plan_warning(actor),
        "may_pause": policies.may_pause(actor) is None, "roles": [str(Role(role).label) for role in sorted(actor.roles())],
    })


@access(public)
def find(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    groups = finding.everywhere(request.actor, q)
    return render(request, "portal/search.html", {
        "title": _("Search"), "q": q, "groups": groups, "count": sum(group.total for group in groups),
    })


@access(public)
def guidance(request: HttpRequest) -> HttpResponse:
    """Help, and the accessibility statement."""
    return render(request, "portal/help.html", {
        "title": _("Help and accessibility"), "address": settings.SUPPORT_ADDRESS,
        "is_staff": accounts.is_desk_user(request.actor) is None,
    })
