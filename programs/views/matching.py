"""Which guides fit whom: the public self-check, the list for units and people, and a guide's reach for the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.states import APPLICANT_KINDS, OrganisationStatus, Role
from core import clock
from core.web import charts, lists
from core.web.access import access, public
from notices import actions as notices
from notices import queries as mail
from programs import actions, policies, queries, states
from programs.engine import selfcheck
from programs.forms.selfcheck import SelfCheckAllForm, SelfCheckForm
from programs.models import Guide
from programs.queries import matching, register
from programs.states import Reach
from programs.views.guides import desk_url
from programs.views.public import guide_url, title_of

# --- self-check -------------------------------------------------------------------------------------------------------


@access(public)
def self_check(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """A few questions of the guide's conditions, answered at once (clause R6). Nothing is kept."""
    guide = queries.public_guide(request.actor, year, slug)
    versions = [guide.version] if guide.version else []
    form = SelfCheckForm(request.POST if request.method == "POST" else None, selfcheck.questions(
        [rule for version in versions for rule in register.rules_of(version)]))
    answered = versions and form.is_bound and form.is_valid()
    context = {
        "title": _("Can I apply?"), "guide": guide, "guide_title": title_of(guide), "guide_url": guide_url(guide), "form": form,
        "result": matching.standings_by_answers(versions, form.facts())[0] if answered else None,
        "crumbs": [(_("Application guides"), reverse("programs:public:guides")), (title_of(guide), guide_url(guide)), (_("Can I apply?"), None)],
    }
    return render(request, "programs/self_check.html", context)


@access(public)
def self_check_all(request: HttpRequest) -> HttpResponse:
    """The few questions that most open guides ask, and at once which guides fit, nearly fit or do not. Nothing is kept:
    the answers come by POST, so that they stand in no address and no log."""
    versions = matching.running_versions()
    form = SelfCheckAllForm(
        request.POST if request.method == "POST" else None,
        matching.few_questions(versions))
    rows = matching.standings_by_answers(versions, form.facts()) if form.is_bound and form.is_valid() else None
    context = {
        "title": _("Which guides fit us?"), "form": form, "asked_guides": len(versions), "checked": rows is not None,
        "groups": grouped(rows or [], ANSWERED), "registered": policies.may_match(request.actor) is None,
        "crumbs": [(_("Application guides"), reverse("programs:public:guides")), (_("Which guides fit us?"), None)],
    }
    return render(request, "programs/self_check_all.html", context)


def grouped(rows: list[Any], groups: Any) -> list[dict[str, Any]]:
    return [{"code": code, "label": label, "text": text, "rows": [row for row in rows if row.reach == code]} for code, label, text in groups]


#: A visitor answers a few questions only: what fits so far is not yet said to fit.
ANSWERED = (
    (Reach.MEETS, gettext_lazy("Nothing against it so far"), gettext_lazy("By your answers nothing speaks against an application.")),
    (Reach.NEARLY, Reach.NEARLY.label, gettext_lazy("Only a little is missing; the clauses stand below.")),
    (Reach.NOT, Reach.NOT.label, gettext_lazy("More is missing.")),
)


# --- for a unit and its people ----------------------------------------------------------------------------------------

GROUPS = (
    (Reach.MEETS, Reach.MEETS.label, gettext_lazy("Nothing that the register holds speaks against an application.")),
    (Reach.NEARLY, Reach.NEARLY.label, gettext_lazy("Only a little is missing; what and where to mend it stands below.")),
    (Reach.NOT, Reach.NOT.label, gettext_lazy("More is missing.")),
)


def mend_links(actor: Any, unit: Organisation) -> dict[str, tuple[str, str]]:
    """{place: (label, address)}; what the actor may not change himself names who can."""
    admin = actor.holds(Role.ORG_ADMIN, at=unit)
    return {
        "unit": (_("Our unit"), reverse("accounts:my:unit")) if admin else (_("the administrator of the unit, under “Our unit”"), ""),
        "people": (_("People of the unit"), reverse("accounts:my:people")) if admin else (_("the administrator of the unit, under “People of the unit”"), ""),
        "profile": (_("Personal profile"), reverse("accounts:public:me")), "application": (_("in the application itself"), ""),
        "": ("", ""),
    }


def _unit_asked(request: HttpRequest) -> tuple[Organisation, list[Organisation]]:
    units = list(matching.units_of(request.actor))
    if not units:
        raise Http404
    wanted = request.GET.get("unit", "")
    return next((one for one in units if str(one.uid) == wanted), units[0]), units


@access(policies.may_match)
def my_matching(request: HttpRequest) -> HttpResponse:
    """Running guides by whether the unit meets them: an administrator over all its people, others as leader themselves."""
    unit, units = _unit_asked(request)
    admin = request.actor.holds(Role.ORG_ADMIN, at=unit)
    rows = matching.standings(unit, person=None if admin else request.actor.person)
    links = mend_links(request.actor, unit)
    for row in rows:
        for miss in [*row.missing, *row.open_]:
            miss.label, miss.url = links[miss.place]
    context = {
        "title": _("Guides that fit"), "unit": unit, "units": units, "admin": admin, "run": matching.last_run(), "verified": unit.status == OrganisationStatus.VERIFIED,
        "mailed": mail.wants_mail(request.actor.person, actions.MATCHING_EVENT),
        "groups": grouped(rows, GROUPS),
        "total": len(rows), "crumbs": [(_("My desk"), "/my/"), (_("Guides that fit"), None)],
    }
    return render(request, "programs/matching.html", context)


@access(policies.may_match)
@require_POST
def matching_mail(request: HttpRequest) -> HttpResponse:
    """Mails of the night on or off; the messages in the portal stay."""
    wanted = request.POST.get("mail") == "on"
    notices.prefer(request.actor, actions.MATCHING_EVENT, mail=wanted)
    messages.success(request, _("New matches are mailed to you.") if wanted else _("New matches are not mailed any more; you find them under Messages."))
    return redirect("programs:my:matching")


# --- who could apply? -------------------------------------------------------------------------------------------------


class ReachedUnits(lists.Listing):
    """Units of the register by how they stand to a guide. `version` is set by the page."""

    name = "reached"
    title = gettext_lazy("Units that could apply")
    search_fields = ("name", "uscc")
    sorts = {"name": "name", "name_down": "-name", "founded": "registered_on", "founded_down": "-registered_on"}
    columns = (
        lists.Col("name", gettext_lazy("Unit"), main=True, sort="name", sub=lambda row: row.uscc),
        lists.Col("kind", gettext_lazy("Kind of unit"), value=lambda row: row.get_kind_display()),
        lists.Col("region", gettext_lazy("Region")),
        lists.Col("registered_on", gettext_lazy("Registered on"), sort="founded"),
        lists.Col("able", gettext_lazy("People who could lead"), kind="num", value=lambda row: row.reached[0]),
        lists.Col("best", gettext_lazy("Best leader"), value=lambda row: row.reached[1]),
        lists.Col("missing", gettext_lazy("Conditions missing"), value=lambda row: "、".join(row.reached[3]) or "—"),
    )
    facets = (lists.Facet("kind", gettext_lazy("Kind of unit"), [(kind.value, kind.label) for kind in APPLICANT_KINDS]),)
    empty_title = gettext_lazy("No unit")

    def __init__(self, version: Any) -> None:
        self.version = version

    def prepare(self, rows: list[Any]) -> None:
        found = matching.best_of_units(self.version, [row.pk for row in rows])
        for row in rows:
            row.reached = found.get(row.pk, (0, "", 0, ()))


@access(policies.is_staff)
def guide_reach(request: HttpRequest, ref: str) -> HttpResponse:
    """Who could apply for a guide by the register of today, a draft too: before publishing a division sees what a clause does."""
    guide = queries.get_for(request.actor, ref)
    reach = request.GET.get("reach", "")
    reach = reach if reach in Reach.values else Reach.MEETS
    context = {
        "title": _("Who could apply?"), "guide": guide, "reach": reach, "back": desk_url(guide),
        "crumbs": [(_("Guides"), reverse("programs:desk:guides")), (guide.ref, desk_url(guide)), (_("Who could apply?"), None)],
    }
    if not matching.is_askable(guide.version):
        return render(request, "programs/reach_none.html", context)
    rows = matching.units_reached(guide.version, reach)
    if request.GET.get("export") not in ("xlsx", "csv"):
        context |= reach_numbers(guide, reach)
    return lists.page(request, ReachedUnits(guide.version), rows, template="programs/reach.html", context=context)


@access(policies.is_staff)
def guide_reach_count(request: HttpRequest, ref: str) -> HttpResponse:
    """The numbers alone, for the desk page of the guide: counted after the page is there."""
    guide = queries.get_for(request.actor, ref)
    if not matching.is_askable(guide.version):
        raise Http404
    return render(request, "programs/_reach_count.html", {"found": matching.guide_reach(guide.version), "day": clock.today()})


def reach_numbers(guide: Guide, reach: str) -> dict[str, Any]:
    found = matching.guide_reach(guide.version)
    kept_out = sorted((one for one in found.clauses if one.out), key=lambda one: -one.out)
    alone = sorted((one for one in found.clauses if one.alone), key=lambda one: -one.alone)

    def named(one: Any) -> str:
        return f"{one.clause or one.code} {one.text}"

    return {
        "kpis": [
            {"label": _("Units that could apply"), "value": found.units, "tone": "good"},
            {"label": _("Possible leaders"), "value": found.pairs},
            {"label": _("Units that nearly could"), "value": found.near_units, "tone": "warn"},
            {"label": _("Units in the register"), "value": found.all_units},
        ],
        "charts": [
            charts.bars(_("Units that a clause keeps out"), [(named(one), one.out) for one in kept_out[:12]],
                        note=_("Whoever leads; a unit kept out by several clauses counts for each")),
            charts.bars(_("Units that only this clause keeps out"), [(named(one), one.alone) for one in alone[:12]],
                        note=_("They could apply if the clause were dropped")),
        ],
        "tabs": [(code.value, code.label, code.value == reach) for code in Reach], "day": clock.today(),
        "is_draft": guide.status not in states.PUBLIC_STATUSES,
    }
