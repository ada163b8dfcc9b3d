"""Entitlement without application (免申即享): lists at the desk, and what a unit confirms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.money import wan
from core.web import lists, steps
from core.web.access import access
from programs import actions, policies, queries, states
from programs.models import Entitlement, EntitlementList
from programs.queries import entitlements as reads
from programs.views.guides import desk_url as guide_desk
from programs.views.plans import events_of
from programs.workflow import ENTITLEMENT, ENTITLEMENT_LIST

CSS = {"PASS": "pass", "FAIL": "fail", "HUMAN": "human"}


def list_url(roll: EntitlementList) -> str:
    return reverse("programs:desk:entitlement_list", args=[roll.ref])


class Lists(lists.Listing):
    name = "entitlementlists"
    title = gettext_lazy("Entitlement lists")
    search_fields = ("ref", "guide__title")
    sorts = {"new": "-pk", "money": "-total"}
    columns = (
        lists.Col("ref", gettext_lazy("List"), main=True, link=list_url, sub=lambda row: row.guide.title),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label,
                  show=lambda row: (row.status_label, states.LIST_TONES.get(row.status, ""))),
        lists.Col("count", gettext_lazy("Units"), kind="num"),
        lists.Col("total", gettext_lazy("Money (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("confirmed", gettext_lazy("Units that confirmed"), kind="num"),
        lists.Col("waiting", gettext_lazy("Awaiting the unit"), kind="num"),
        lists.Col("day", gettext_lazy("Data of")),
        lists.Col("confirm_by", gettext_lazy("Confirm until")),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.EntitlementListStatus.choices),)
    empty_title = gettext_lazy("No entitlement list yet")
    empty_text = gettext_lazy("A list is computed from the desk page of a published guide of entitlement without application.")


class Rows(lists.Listing):
    name = "entitlements"
    title = gettext_lazy("Units of the list")
    search_fields = ("organisation__name", "organisation__uscc")
    sorts = {"name": "organisation__name", "money": "-amount", "money_up": "amount"}
    columns = (
        lists.Col("unit", gettext_lazy("Unit"), main=True, sort="name", value=lambda row: row.organisation.name,
                  link=lambda row: reverse("programs:desk:entitlement", args=[row.uid]), sub=lambda row: row.organisation.uscc),
        lists.Col("amount", gettext_lazy("Amount (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label, show=lambda row: (row.status_label, row.tone)),
        lists.Col("answered_at", gettext_lazy("Answered at")),
        lists.Col("account", gettext_lazy("Account confirmed"), value=lambda row: row.account.get("masked", "")),
        lists.Col("reason", gettext_lazy("Reason")),
        lists.Col("amount_yuan", gettext_lazy("Amount, yuan"), export_only=True, value=lambda row: row.amount),
        lists.Col("account_name", gettext_lazy("Account holder"), export_only=True, value=lambda row: row.account.get("name", "")),
        lists.Col("bank", gettext_lazy("Bank"), export_only=True, value=lambda row: row.account.get("bank", "")),
        lists.Col("how", gettext_lazy("How it was computed"), export_only=True,
                  value=lambda row: "；".join(f"{name}：{text} = {value}" for name, text, value in reads.entitlement_lines(row))),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.EntitlementStatus.choices),)


@access(policies.is_staff)
def entitlement_lists(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Lists(), reads.lists_for(request.actor), context={
        "crumbs": [(_("Guides"), reverse("programs:desk:guides")), (_("Entitlement lists"), None)]})


@access(policies.is_staff)
@require_POST
def entitlement_draft(request: HttpRequest, ref: str) -> HttpResponse:
    roll = actions.draft_entitlements(request.actor, queries.get_for(request.actor, ref))
    messages.success(request, _("The list is computed: %(count)d units. Another person checks it.") % {"count": roll.count})
    return redirect(list_url(roll))


@access(policies.is_staff)
def entitlement_list(request: HttpRequest, ref: str) -> HttpResponse:
    roll = reads.list_for(request.actor, ref)
    verbs = {"check": False, "return": True, "approve": False, "publish": False, "discard": True}
    sums = reads.sums_of(roll)
    context = {
        "title": roll.ref, "roll": roll, "guide_url": guide_desk(roll.guide), "tone": states.LIST_TONES.get(roll.status, ""),
        "kpis": [
            {"label": _("Units"), "value": roll.count}, {"label": _("Money standing"), "value": wan(roll.total), "unit": _("10,000 yuan")},
            {"label": _("Money of the guide for it"), "value": wan(roll.money), "unit": _("10,000 yuan")},
            {"label": _("Left out, a person must look"), "value": roll.open_cases, "tone": "warn" if roll.open_cases else ""},
        ],
        "sums": [(states.EntitlementStatus(status).label, count, money) for status, (count, money) in sums.items()],
        "buttons": steps.buttons(ENTITLEMENT_LIST, request.actor, roll, {v: reverse(f"programs:desk:entitlement_{v}", args=[ref]) for v in verbs},
                                 needs_why=tuple(v for v, why in verbs.items() if why)),
        "events": events_of(roll), "crumbs": [(_("Guides"), reverse("programs:desk:guides")), (_("Entitlement lists"), reverse("programs:desk:entitlement_lists")), (roll.ref, None)],
    }
    return lists.page(request, Rows(), reads.rows_of(request.actor, roll), template="programs/entitlement_list.html", context=context)


def _list_step(act: Any, *, needs_why: bool = False) -> Any:
    return steps.step_view(reads.list_for, act, question=policies.is_staff, to=list_url, needs_why=needs_why)


entitlement_check = _list_step(actions.check_entitlements)
entitlement_return = _list_step(actions.return_entitlements, needs_why=True)
entitlement_approve = _list_step(actions.approve_entitlements)
entitlement_publish = _list_step(actions.publish_entitlements)
entitlement_discard = _list_step(actions.discard_entitlements, needs_why=True)


def how_computed(row: Entitlement) -> dict[str, Any]:
    """The lines of the formula and the outcome of each condition, as frozen."""
    return {"lines": reads.entitlement_words(row), "outcomes": [{**one, "css": CSS.get(one["result"], "")} for one in row.conditions]}


@access(policies.is_staff)
def entitlement(request: HttpRequest, uid: Any) -> HttpResponse:
    row = reads.any_entitlement(request.actor, uid)
    context = {
        "title": row.organisation.name, "row": row, "events": events_of(row), "at_desk": True, **how_computed(row),
        "crumbs": [(_("Guides"), reverse("programs:desk:guides")), (_("Entitlement lists"), reverse("programs:desk:entitlement_lists")), (row.roll.ref, list_url(row.roll)), (row.organisation.name, None)],
    }
    return render(request, "programs/entitlement.html", context)


# --- the unit ---------------------------------------------------------------------------------------------------------


def own_url(row: Entitlement) -> str:
    return reverse("programs:my:entitlement", args=[row.uid])


class Own(lists.Listing):
    name = "ownentitlements"
    title = gettext_lazy("Money without an application")
    search_fields = ("guide__title", "organisation__name")
    sorts = {"new": "-roll__published_at", "money": "-amount"}
    columns = (
        lists.Col("guide", gettext_lazy("Guide"), main=True, link=own_url, value=lambda row: row.guide.title, sub=lambda row: row.organisation.name),
        lists.Col("amount", gettext_lazy("Amount (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: row.status_label, show=lambda row: (row.status_label, row.tone)),
        lists.Col("confirm_by", gettext_lazy("Confirm until"), value=lambda row: row.roll.confirm_by),
    )
    empty_title = gettext_lazy("Nothing was computed for your unit yet")
    empty_text = gettext_lazy("When a guide entitles your unit by data that are held already, you get a message and confirm your account here.")


@access(policies.is_org_admin)
def own_entitlements(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Own(), reads.entitlements_of_units(request.actor))


@access(policies.is_org_admin)
def own_entitlement(request: HttpRequest, uid: Any) -> HttpResponse:
    row = reads.own_entitlement(request.actor, uid)
    context = {
        "title": row.guide.title, "row": row, "at_desk": False, "unit": row.organisation, "events": [], **how_computed(row), "now": clock.now(),
        "buttons": steps.buttons(ENTITLEMENT, request.actor, row, {
            verb: reverse(f"programs:my:entitlement_{verb}", args=[row.uid]) for verb in ("confirm", "decline")}, needs_why=("decline",)),
        "crumbs": [(_("Money without an application"), reverse("programs:my:entitlements")), (row.guide.title, None)],
    }
    return render(request, "programs/entitlement.html", context)


entitlement_confirm = steps.step_view(reads.own_entitlement, actions.confirm_entitlement, question=policies.is_org_admin, to=own_url)
entitlement_decline = steps.step_view(reads.own_entitlement, actions.decline_entitlement, question=policies.is_org_admin, to=own_url, needs_why=True)
