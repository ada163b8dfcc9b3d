"""The expert's own data: profile and yearly confirmation, employers, standing relations, account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.web.access import access
from core.workflow import Refused
from reviews import actions, policies, queries
from reviews.forms.pool import AccountForm, EmployerForm, OwnProfileForm, TieForm
from reviews.models import Expert

#: What a part of the page writes; the desk uses the first two.
PARTS: dict[str, tuple[Any, Any]] = {
    "employer": (EmployerForm, actions.add_employer), "tie": (TieForm, actions.declare_tie), "account": (AccountForm, actions.set_account),
    "own": (OwnProfileForm, actions.edit_own_profile),
}


def save_part(request: HttpRequest, expert: Expert, part: str) -> Any:
    """Write one part; the bound form with its faults where something is wrong, else None."""
    form_class, act = PARTS[part]
    form = form_class(request.POST)
    if form.is_valid():
        try:
            act(request.actor, expert, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.reasons)
            return form
        messages.success(request, _("Saved."))
        return None
    return form


def _page(request: HttpRequest, row: Expert, forms: dict[str, Any] | None = None) -> HttpResponse:
    initial = {**queries.profile_of(row), "keywords": "，".join(row.keywords)}
    account = getattr(row, "account", None)
    return render(request, "reviews/profile.html", {
        "title": _("My data as an expert"), "expert": row, "own": OwnProfileForm(initial=initial), "employer": EmployerForm(), "tie": TieForm(),
        "account_form": AccountForm(initial={"holder": account.holder if account else row.person.name, "bank": account.bank if account else ""}),
        "account": account, "jobs": queries.employments_of(row.person), "ties": queries.ties_of(row), "why_not": queries.why_not_drawn(row),
        "confirm_by": queries.confirm_by(row), "measures": queries.measures_of(row), "load": queries.loads([row]).get(row.pk, 0),
        **(forms or {})}, status=422 if forms else 200)


@access(policies.is_expert)
def profile(request: HttpRequest) -> HttpResponse:
    row = queries.own_expert(request.actor)
    return redirect("reviews:my:join") if row is None else _page(request, row)


@access(policies.is_expert)
@require_POST
def profile_part(request: HttpRequest, part: str) -> HttpResponse:
    row = queries.own_expert_or_404(request.actor)
    form = save_part(request, row, part)
    return redirect("reviews:review:profile") if form is None else _page(request, row, {"account_form" if part == "account" else part: form})


@access(policies.is_expert)
@require_POST
def profile_confirm(request: HttpRequest) -> HttpResponse:
    actions.confirm(request.actor, queries.own_expert_or_404(request.actor))
    messages.success(request, _("Confirmed. Thank you."))
    return redirect("reviews:review:profile")


def _back(request: HttpRequest, row: Expert) -> HttpResponse:
    return redirect("reviews:review:profile") if row.person_id == request.actor.id else redirect("reviews:desk:expert", row.uid)


@access(policies.may_keep_some_profile)
@require_POST
def employer_end(request: HttpRequest, uid: Any, pk: int) -> HttpResponse:
    """The last day with an employer; said by the expert or by the desk."""
    row = queries.expert_to_keep(request.actor, uid)
    until = request.POST.get("until", "")
    job = queries.employment_for(request.actor, row, pk)
    day = queries.day_of(until)
    if day is None:
        raise Refused(_("Say the last day with this employer."))
    actions.end_employer(request.actor, row, job, until=day)
    messages.success(request, _("Saved."))
    return _back(request, row)


@access(policies.may_keep_some_profile)
@require_POST
def tie_end(request: HttpRequest, uid: Any) -> HttpResponse:
    row = queries.tie_for(request.actor, uid)
    actions.end_tie(request.actor, row, why=request.POST.get("why", ""))
    messages.success(request, _("Saved."))
    return _back(request, row.expert)
