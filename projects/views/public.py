"""What everybody may see: public notices with the objection form, and awarded projects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.files import BadFile
from core.web import charts, lists
from core.web.access import access
from core.web.access import public as everyone
from core.web.once import once
from core.web.templatetags.st import tag
from programs import policies as programme_policies
from projects import actions, policies, queries, states
from projects.forms import ObjectionForm
from projects.models import Project, Publicity

NOTICE_TONES = {"OPEN": "good", "PREPARED": "doing"}


def publicity_url(row: Publicity) -> str:
    return reverse("projects:public:publicity", args=[row.proposal.ref])


class Notices(lists.Listing):
    name = "publicity"
    title = gettext_lazy("Public notices of proposed awards")
    search_fields = ("proposal__guide__title", "proposal__ref")
    columns = (
        lists.Col("title", gettext_lazy("Guide"), main=True, link=publicity_url, value=lambda row: queries.title_of(row.proposal.guide),
                  sub=lambda row: row.proposal.ref),
        lists.Col("count", gettext_lazy("Projects"), kind="num", value=lambda row: row.chosen),
        lists.Col("opens_at", gettext_lazy("Notice from")),
        lists.Col("closes_at", gettext_lazy("Objections until"), sort="close"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, NOTICE_TONES.get(row.status, ""))),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), [c for c in states.PublicityStatus.choices if c[0] != "PREPARED"]),)
    sorts = {"new": "-pk", "close": "closes_at", "close_down": "-closes_at"}
    empty_title = gettext_lazy("No list of proposed awards has been published yet")


class Awards(lists.Listing):
    name = "awards"
    title = gettext_lazy("Awarded projects")
    search_column = "search"
    hint = gettext_lazy("Number, title, unit or leader; unit:name, special:name and money:>1000000 (yuan) narrow the list.")
    keywords = {"unit": "unit__name__icontains", "单位": "unit__name__icontains", "special": "special__name__icontains",
                "专项": "special__name__icontains", "money": "amount", "金额": "amount"}
    columns = (
        lists.Col("title", gettext_lazy("Project"), main=True, sub=lambda row: row.number),
        lists.Col("unit", gettext_lazy("Undertaking unit"), value=lambda row: row.unit.name),
        lists.Col("leader", gettext_lazy("Leader"), value=lambda row: row.leader.name),
        lists.Col("special", gettext_lazy("Special"), value=lambda row: row.special.label),
        lists.Col("amount", gettext_lazy("Grant (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("awarded_at", gettext_lazy("Awarded on"), kind="tag", show=lambda row: f"{clock.local(row.awarded_at):%Y-%m-%d}"),
    )
    facets = (lists.Facet("year", gettext_lazy("Year"), queries.year_choices, lambda rows, value: rows.filter(awarded_at__year=value)),
              lists.Facet("plan", gettext_lazy("Plan"), queries.plan_choices, lambda rows, value: rows.filter(special__plan__code=value)))
    sorts = {"new": "-pk", "money": "-amount", "money_up": "amount"}
    empty_title = gettext_lazy("No project has been awarded yet")


@access(everyone)
def notices(request: HttpRequest) -> HttpResponse:
    rows = queries.with_counts(policies.publicities_visible_to(request.actor).exclude(status="PREPARED"))
    return lists.page(request, Notices(), rows, context={
        "lead": _("Anybody may object under their real name while a notice runs."), "crumbs": [(Notices.title, None)]})


@access(everyone)
def publicity(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_publicity(request.actor, ref)
    return render(request, "projects/publicity.html", {
        "title": queries.title_of(row.proposal.guide), "publicity": row, "tone": NOTICE_TONES.get(row.status, ""),
        "items": queries.items_of(row.proposal, selected=True), "sums": queries.notice_sums(row.proposal),
        "running": queries.runs(row), "crumbs": [(Notices.title, reverse("projects:public:notices")), (row.proposal.ref, None)],
    })


@access(everyone)
@once
def objection_new(request: HttpRequest, ref: str) -> HttpResponse:
    """The form of an objection; after the close it says until when one could be filed."""
    row = queries.get_publicity(request.actor, ref)
    items = [item for item in queries.items_of(row.proposal, selected=True) if item.application.status != "REJECTED"]
    form = ObjectionForm(request.POST or None, request.FILES or None, items=items,
                         initial={"application": request.GET.get("project", "")})
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.file_objection(request.actor, row, **form.cleaned_data)
            return redirect("projects:public:objection", uid=found.uid)
        except BadFile as error:
            form.add_error("upload", str(error))
    return render(request, "projects/objection_new.html", {
        "title": _("File an objection"), "publicity": row, "form": form, "running": queries.runs(row),
        "crumbs": [(Notices.title, reverse("projects:public:notices")), (row.proposal.ref, publicity_url(row)),
                   (_("File an objection"), None)],
    }, status=422 if form.errors else 200)


@access(everyone)
def objection(request: HttpRequest, uid: Any) -> HttpResponse:
    """The objector's own page: its secret address is the key. Number, state, decision; no identity."""
    row = queries.objection_by_uid(uid)
    return render(request, "projects/objection_receipt.html", {
        "title": _("Objection %(number)s") % {"number": row.number}, "objection": row,
        "crumbs": [(Notices.title, reverse("projects:public:notices")), (row.number, None)],
    })


@access(everyone)
def awards(request: HttpRequest) -> HttpResponse:
    rows = queries.public_projects()
    return lists.page(request, Awards(), rows, template="projects/list.html", context={
        "chart": charts.bars(_("Grants by plan"), queries.money_of(rows), note=_("10,000 yuan")),
        "chart2": charts.bars(_("Awarded projects by year"), queries.count_by_year(rows), note=_("number of projects")),
        "crumbs": [(Awards.title, None)],
    })


def of_special(actor: Any, special: Any) -> tuple[str, dict[str, Any]] | None:
    """The slot on the page of a special: how many projects, how much money."""
    found = queries.special_summary(special)
    return ("projects/_special.html", found) if found["count"] else None


def project_url(row: Project) -> str:
    return reverse("projects:my:project", args=[row.number])


def of_portfolio(actor: Any, portfolio: Any) -> tuple[str, dict[str, Any]] | None:
    """The slot on the page of a project manager: what runs in the specials the person may watch (clause R5)."""
    specials = list(portfolio.specials.all())
    if programme_policies.is_staff(actor) is not None:
        specials = [s for s in specials if programme_policies.manages(actor, s, "watch_milestones") is None]
    return ("projects/_portfolio.html", {"running": queries.running_in(specials)}) if specials else None


def of_entitlement(actor: Any, row: Any) -> tuple[str, dict[str, Any]] | None:
    """The slot on the page of an entitlement: the project it became."""
    project = queries.of_entitlement(actor, row)
    if project is None:
        return None
    desk = programme_policies.is_staff(actor) is None
    return "projects/_of_entitlement.html", {
        "project": project, "url": reverse("projects:desk:project", args=[project.number]) if desk else project_url(project)}
