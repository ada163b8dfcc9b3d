"""The bureau's lists of proposed awards: from the ranking to the leaders' decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.money import in_wan
from core.web import charts, lists, steps
from core.web.access import access
from core.web.templatetags.st import tag
from programs import queries as programmes
from projects import actions, policies, queries, states
from projects.forms import ItemForm, MinutesForm
from projects.models import ProposalList
from projects.workflow import PROPOSAL

TONES = {"DRAFT": "warn", "SUBMITTED": "doing", "DECIDED": "good"}
PER_PAGE = 100


def proposal_url(row: ProposalList) -> str:
    return reverse("projects:desk:proposal", args=[row.ref])


class Proposals(lists.Listing):
    name = "proposals"
    title = gettext_lazy("Lists of proposed awards")
    search_fields = ("ref", "guide__title", "guide__special__name")
    columns = (
        lists.Col("guide", gettext_lazy("Guide"), main=True, link=proposal_url, value=lambda row: queries.title_of(row.guide),
                  sub=lambda row: row.ref),
        lists.Col("ranked", gettext_lazy("Ranked"), kind="num"),
        lists.Col("chosen", gettext_lazy("Projects proposed"), kind="num"),
        lists.Col("money", gettext_lazy("Money (10,000 yuan)"), kind="money", value=lambda row: row.money or 0),
        lists.Col("created_by", gettext_lazy("Prepared by"), value=lambda row: row.created_by.name),
        lists.Col("created_at", gettext_lazy("Begun")),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES[row.status])),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.ListStatus.choices),)
    empty_title = gettext_lazy("No list has been begun yet")
    empty_text = gettext_lazy("A list is begun from a guide whose applications are ranked.")


@access(policies.is_desk)
def proposal_list(request: HttpRequest) -> HttpResponse:
    counts = queries.waiting(request.actor)
    kpis = [
        {"label": _("To be decided"), "value": counts["decide"], "link": "?status=SUBMITTED"},
        {"label": _("To be published"), "value": counts["publicise"], "link": reverse("projects:desk:notices")},
        {"label": _("Objections not settled"), "value": counts["objections"], "tone": "bad" if counts["objections"] else ""},
        {"label": _("Notices ready for the award"), "value": counts["award"], "link": reverse("projects:desk:notices")},
        {"label": _("Contracts to offer"), "value": counts["offer"], "link": f"{reverse('projects:desk:projects')}?contract=DRAFT"},
        {"label": _("Contracts for the bureau to sign"), "value": counts["bureau_sign"],
         "link": f"{reverse('projects:desk:projects')}?contract=UNIT_SIGNED"},
    ]
    return lists.page(request, Proposals(), queries.lists_with_sums(policies.lists_visible_to(request.actor)),
                      template="projects/proposals.html",
                      context={"kpis": kpis, "guides": queries.guides_to_propose(request.actor)})


@access(policies.is_desk)
@require_POST
def proposal_new(request: HttpRequest, ref: str) -> HttpResponse:
    row = actions.create_list(request.actor, programmes.get_for(request.actor, ref))
    messages.success(request, _("The list has been begun from the ranking; check amounts and reasons before you submit it."))
    return redirect(proposal_url(row))


def item_forms(page: Any, data: Any = None) -> list[ItemForm]:
    return [ItemForm(data, item=item) for item in page]


def _context(request: HttpRequest, row: ProposalList, page: Any, forms: list[ItemForm]) -> dict[str, Any]:
    sums, actor = queries.sums_of(row), request.actor
    urls = {verb: reverse(f"projects:desk:proposal_{verb}", args=[row.ref]) for verb in ("submit", "return")}
    decidable = "decide" in PROPOSAL.open_to(actor, row)
    money = [(_("Guide"), sums["money"], sums["budget"]), (_("Plan item"), sums["money"], sums["plan_left"])]
    number = [(_("Guide"), sums["count"], sums["most"] or 0), (_("Plan item"), sums["count"], sums["plan_count_left"])]
    return {
        "title": queries.title_of(row.guide), "proposal": row, "page": page, "forms": forms, "sums": sums, "tone": TONES[row.status],
        "may_edit": row.status == "DRAFT" and policies.prepares(actor, row) is None,
        "money_chart": charts.bullet(_("Money proposed against what there is"), [
            (name, in_wan(done), in_wan(most)) for name, done, most in money], note=_("10,000 yuan"))
        if row.status != "DECIDED" else None,
        "count_chart": charts.bullet(_("Projects proposed against what there is"), number, note=_("number of projects"))
        if row.status != "DECIDED" else None,
        "buttons": steps.buttons(PROPOSAL, actor, row, urls, needs_why=("return",)),
        "minutes": MinutesForm() if decidable else None,
        "reasons": PROPOSAL.why_not("decide", actor, row) if decidable else [],
        "notice": queries.publicity_of(row), "may_publish": policies.is_resource(actor) is None,
        "events": queries.history_of(row),
        "crumbs": [(Proposals.title, reverse("projects:desk:proposals")), (row.ref, None)],
    }


@access(policies.is_desk)
def proposal(request: HttpRequest, ref: str) -> HttpResponse:
    """The ranking with the line where number or money ends; amounts and reasons may be changed while it is a draft."""
    row = queries.get_list(request.actor, ref)
    page = queries.ranking_page(row, request.GET.get("page"), PER_PAGE)
    if request.method != "POST":
        return render(request, "projects/proposal.html", _context(request, row, page, item_forms(page)))
    forms = item_forms(page, request.POST)
    if all([form.is_valid() for form in forms]):  # noqa: C419 (every form shows its own errors)
        actions.set_items(request.actor, row, {form.item.pk: form.cleaned_data for form in forms if form.has_changed()})
        messages.success(request, _("Saved."))
        return redirect(f"{proposal_url(row)}?page={page.number}" if page.number > 1 else proposal_url(row))
    return render(request, "projects/proposal.html", _context(request, row, page, forms), status=422)


proposal_submit = steps.step_view(
    queries.get_list, actions.submit_list, question=policies.is_desk, to=proposal_url,
    done=gettext_lazy("The list stands for decision by the leaders."))
proposal_return = steps.step_view(
    queries.get_list, actions.return_list, question=policies.is_desk, to=proposal_url, needs_why=True)


@access(policies.is_desk)
@require_POST
def proposal_decide(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_list(request.actor, ref)
    row = actions.decide(request.actor, row, **steps.cleaned(MinutesForm(request.POST)))
    messages.success(request, _("Decided. Those not proposed have been told with the reason."))
    return redirect(proposal_url(row))

