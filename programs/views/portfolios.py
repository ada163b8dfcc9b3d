"""Project managers: the desk proposes and appoints, the manager works from the own page (clause R5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.web import lists, steps
from core.web.access import access, signed_in
from core.web.once import once
from core.web.templatetags.st import tag
from programs import actions, policies, queries, states
from programs.forms.portfolios import AnswerForm, PortfolioForm, RecommendationForm
from programs.models import Portfolio
from programs.views.attempt import attempt
from programs.views.plans import events_of
from programs.workflow import PORTFOLIO

TONES = {"PROPOSED": "doing", "ACTIVE": "good", "OPEN": "doing", "ADOPTED": "good"}
ACTS = {
    "appoint": (actions.appoint, False), "decline": (actions.decline_portfolio, True), "end": (actions.end_portfolio, True),
}


def portfolio_url(row: Portfolio) -> str:
    return reverse("programs:desk:portfolio", args=[row.uid])


class Portfolios(lists.Listing):
    name = "portfolios"
    title = gettext_lazy("Project managers")
    search_fields = ("person__name", "reason")
    sorts = {"new": "-pk", "until": "until", "until_down": "-until"}
    columns = (
        lists.Col("person", gettext_lazy("Project manager"), main=True, link=portfolio_url, value=lambda row: row.person.name,
                  sub=lambda row: "、".join(special.label for special in row.specials.all())),
        lists.Col("rights", gettext_lazy("Delegated rights"), value=lambda row: "、".join(row.right_labels)),
        lists.Col("since", pgettext_lazy("term", "From")),
        lists.Col("until", pgettext_lazy("term", "Until"), sort="until"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES.get(row.status, ""))),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.PortfolioStatus.choices),)
    empty_title = gettext_lazy("No project manager yet")
    empty_text = gettext_lazy("A division proposes, a leader appoints; the rights end with the period.")


@access(policies.is_staff)
def portfolio_list(request: HttpRequest) -> HttpResponse:
    may = policies.proposes_portfolio(request.actor) is None
    context = {
        "actions": [(_("Propose a project manager"), reverse("programs:desk:portfolio_new"))] if may else [],
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Project managers"), None)],
    }
    return lists.page(request, Portfolios(), policies.portfolios_visible_to(request.actor), context=context)


@access(policies.proposes_portfolio)
@once
def portfolio_new(request: HttpRequest) -> HttpResponse:
    form = PortfolioForm(request.POST or None, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        specials = [queries.special_in_force(code) for code in values["specials"]]
        row = attempt(form, actions.propose_portfolio, request.actor, form.found, specials=[s for s in specials if s],
                      rights=values["rights"], since=values["since"], until=values["until"], reason=values["reason"])
        if row:
            messages.success(request, _("The proposal is with the leaders of the bureau."))
            return redirect(portfolio_url(row))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Propose a project manager"), "back": reverse("programs:desk:portfolios"), "submit": pgettext("portfolio", "Propose"),
    })


def _page(request: HttpRequest, row: Portfolio, **more: Any) -> HttpResponse:
    context = {
        "title": row.person.name, "portfolio": row, "tone": TONES.get(row.status, ""), "specials": list(row.specials.all()),
        "recommendations": [(r, TONES.get(r.status, "")) for r in queries.recommendations_of(row)], **more,
    }
    return render(request, "programs/portfolio.html", context)


@access(policies.is_staff)
def portfolio(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_portfolio(request.actor, uid)
    answering = any(policies.owns_guide_of(request.actor, special) is None for special in row.specials.all())
    return _page(
        request, row, events=events_of(row), answer_form=AnswerForm() if answering else None,
        buttons=steps.buttons(PORTFOLIO, request.actor, row, {
            verb: reverse("programs:desk:portfolio_step", args=[row.uid, verb]) for verb in ACTS}, needs_why=("decline", "end")),
        crumbs=[(_("Project managers"), reverse("programs:desk:portfolios")), (row.person.name, None)],
    )


@access(policies.is_staff)
@require_POST
def portfolio_step(request: HttpRequest, uid: Any, verb: str) -> HttpResponse:
    row = queries.get_portfolio(request.actor, uid)
    if verb not in ACTS:
        raise Http404
    act, needs_why = ACTS[verb]
    act(request.actor, row, why=request.POST.get("why", "").strip()) if needs_why else act(request.actor, row)
    messages.success(request, _("Done."))
    return redirect(portfolio_url(row))


@access(policies.is_staff)
@require_POST
def answer(request: HttpRequest, uid: Any, pk: int) -> HttpResponse:
    row = queries.get_recommendation(queries.get_portfolio(request.actor, uid), pk)
    values = steps.cleaned(AnswerForm(request.POST))
    actions.answer_recommendation(request.actor, row, adopt=values["adopt"] == "yes", answer=values["answer"])
    messages.success(request, _("The answer is recorded."))
    return redirect(portfolio_url(row.portfolio))


@access(signed_in)
def own(request: HttpRequest, uid: Any) -> HttpResponse:
    """The manager's own page: the specials, what runs in them, what was recommended."""
    row = queries.get_portfolio(request.actor, uid)
    if row.person_id != request.actor.id:
        raise Http404
    active = row.status == states.PortfolioStatus.ACTIVE
    return _page(
        request, row, own=True, recommend_form=RecommendationForm(portfolio=row) if active else None,
        crumbs=[(_("My page"), reverse("portal:my:home")), (_("Project manager"), None)],
    )


@access(signed_in)
@require_POST
def recommend(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.get_portfolio(request.actor, uid)
    values = steps.cleaned(RecommendationForm(request.POST, portfolio=row))
    special = next(s for s in row.specials.all() if s.code == values["special"])
    actions.recommend(request.actor, row, special=special, kind=values["kind"], subject=values["subject"], text=values["text"])
    messages.success(request, _("The recommendation is with the division in charge."))
    return redirect("programs:my:portfolio", row.uid)
