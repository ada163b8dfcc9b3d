"""Desk pages of adjustment cases (clause R3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.web import lists, steps
from core.web.access import access
from core.web.once import once
from core.web.templatetags.st import tag
from notices import queries as notices
from programs import actions, policies, queries, states
from programs.forms.adjustments import AdjustmentForm, CiteForm, OpinionForm
from programs.models import Adjustment
from programs.views.attempt import attempt
from programs.views.plans import events_of
from programs.workflow import ADJUSTMENT

TONES = {"DRAFT": "warn", "OPINIONS": "doing", "SUBMITTED": "doing", "APPROVED": "good", "IN_FORCE": "good", "REFUSED": "bad"}
#: verb -> (action, whether a reason is asked for)
ACTS: dict[str, tuple[Any, bool]] = {
    "ask": (actions.ask_opinions, False), "submit": (actions.submit_adjustment, False),
    "return": (actions.return_adjustment, True), "approve": (actions.approve_adjustment, False),
    "refuse": (actions.refuse_adjustment, True), "withdraw": (actions.withdraw_adjustment, True),
    "revoke": (actions.revoke_adjustment, True),
}
NEEDS_WHY = tuple(verb for verb, (_act, needed) in ACTS.items() if needed)


def case_url(case: Adjustment) -> str:
    return reverse("programs:desk:adjustment", args=[case.ref])


class Adjustments(lists.Listing):
    name = "adjustments"
    title = gettext_lazy("Adjustment of programmes")
    search_fields = ("ref", "title", "special__name", "plan__name")
    sorts = {"new": "-pk", "date": "-effective_on", "date_up": "effective_on"}
    columns = (
        lists.Col("title", gettext_lazy("Case"), main=True, link=case_url, sub=lambda row: f"{row.ref} · {row.target_label}"),
        lists.Col("kind", gettext_lazy("Kind"), show=lambda row: row.kind_label),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: tag(row.status_label, TONES.get(row.status, ""))),
        lists.Col("effective_on", gettext_lazy("In effect from"), sort="date"),
        lists.Col("drafted_by", gettext_lazy("Drafted by"), value=lambda row: row.drafted_by.name),
    )
    facets = (
        lists.Facet("kind", gettext_lazy("Kind"), states.AdjustmentKind.choices),
        lists.Facet("status", gettext_lazy("State"), states.AdjustmentStatus.choices),
    )
    empty_title = gettext_lazy("No case yet")
    empty_text = gettext_lazy("A special is created, adjusted, suspended or cancelled by a case that cites its evidence.")


@access(policies.is_staff)
def case_list(request: HttpRequest) -> HttpResponse:
    drafter = policies.may_draft_adjustments(request.actor) is None
    context = {
        "actions": [(_("Open a case"), reverse("programs:desk:adjustment_new"))] if drafter else [],
        "crumbs": [(_("Programme tree"), reverse("programs:desk:tree")), (_("Adjustment of programmes"), None)],
    }
    return lists.page(request, Adjustments(), policies.adjustments_visible_to(request.actor), context=context)


@access(policies.may_draft_adjustments)
@once
def case_new(request: HttpRequest) -> HttpResponse:
    form = AdjustmentForm(request.POST or None, initial={"special": request.GET.get("special", ""), "kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        case = attempt(
            form, actions.open_adjustment, request.actor, values["kind"], special=queries.special_in_force(values["special"]),
            plan=queries.plan_in_force(values["plan"]), title=values["title"], reason=values["reason"],
            effective_on=values["effective_on"], open_guides=values["open_guides"], proposal=form.proposal(),
        )
        if case:
            messages.success(request, _("The case is opened as a draft; now cite its evidence."))
            return redirect(case_url(case))
    return render(request, "st/form_page.html", {
        "form": form, "title": _("Open an adjustment case"), "back": reverse("programs:desk:adjustments"), "submit": _("Open the case"),
    })


@access(policies.is_staff)
def case_detail(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    drafting = row.status == states.AdjustmentStatus.DRAFT and policies.handles_adjustment(request.actor, row) is None
    asking = row.status == states.AdjustmentStatus.OPINIONS and policies.gives_opinion(request.actor, row) is None
    context = {
        "title": row.title, "case": row, "tone": TONES.get(row.status, ""), "evidence": list(row.evidence.all()),
        "opinions": queries.case_opinions(row), "follows": queries.consequences(row),
        "proposal": queries.proposal_lines(row), "drafting": drafting,
        "cite_form": CiteForm(offers=queries.offers(request.actor, queries.specials_of_case(row))) if drafting else None,
        "opinion_form": OpinionForm() if asking else None, "notices": notices.about(row), "events": events_of(row),
        "buttons": steps.buttons(
            ADJUSTMENT, request.actor, row,
            {verb: reverse("programs:desk:adjustment_step", args=[row.ref, verb]) for verb in ACTS}, needs_why=NEEDS_WHY,
        ),
        "crumbs": [(_("Adjustment of programmes"), reverse("programs:desk:adjustments")), (row.ref, None)],
    }
    return render(request, "programs/adjustment.html", context)


@access(policies.may_draft_adjustments)
def case_edit(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    initial = {"title": row.title, "reason": row.reason, "effective_on": row.effective_on, "open_guides": row.open_guides}
    form = AdjustmentForm(request.POST or None, fixed=row.kind, initial=initial | AdjustmentForm.load(row.proposal))
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "reason", "effective_on", "open_guides")}
        if attempt(form, actions.change_adjustment, request.actor, row, proposal=form.proposal(), **values):
            messages.success(request, _("Saved."))
            return redirect(case_url(row))
    return render(request, "st/form_page.html", {"form": form, "title": row.title, "back": case_url(row)})


@access(policies.is_staff)
@require_POST
def case_step(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    if verb not in ACTS:
        raise Http404
    act, needs_why = ACTS[verb]
    why = request.POST.get("why", "").strip()
    act(request.actor, row, why=why) if needs_why else act(request.actor, row)
    messages.success(request, _("Done."))
    return redirect(case_url(row))


@access(policies.may_draft_adjustments)
@require_POST
def cite(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    form = CiteForm(request.POST, offers=queries.offers(request.actor, queries.specials_of_case(row)))
    values = steps.cleaned(form)
    actions.cite(request.actor, row, form.offered(), note=values["note"])
    return redirect(f"{case_url(row)}#evidence")


@access(policies.may_draft_adjustments)
@require_POST
def uncite(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    actions.uncite(request.actor, row, pk)
    return redirect(f"{case_url(row)}#evidence")


@access(policies.is_staff)
@require_POST
def opinion(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_adjustment(request.actor, ref)
    values = steps.cleaned(OpinionForm(request.POST))
    actions.give_opinion(request.actor, row, stance=values["stance"], text=values["text"])
    messages.success(request, _("Your opinion is recorded."))
    return redirect(f"{case_url(row)}#opinions")
