"""The bureau's side of money: payments with their steps, the year's control figure, the ledger."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.states import Role
from core import (
    clock,
    typed,
)
from core.money import (
    in_wan,
)
from core.web import charts, lists, steps
from core.web.access import access
from core.web.templatetags.st import tag
from funding import actions, policies, queries, states
from funding.forms import PayForm, RequestForm, SendForm
from funding.models import Disbursement, MoneyEntry
from funding.workflow import PAYMENT
from projects import queries as projects
from projects.states import LineKind, Pool

#: Acts on many payments, by the role that may do them.
BULK = {"request": (Role.DIVISION, gettext_lazy("Ask for payment"), actions.request),
        "check": (Role.RESOURCE, gettext_lazy("Checked, in order"), actions.check),
        "approve": (Role.LEADER, gettext_lazy("Approve"), actions.approve)}
FORMS = {"request": RequestForm, "send": SendForm, "pay": PayForm}
WITH_WHY = ("send_back", "refuse", "bounce", "unbook", "hold", "release", "cancel")
MOST_REASONS = 8


def payment_url(row: Disbursement) -> str:
    return reverse("funding:desk:payment", args=[row.ref])


class Payments(lists.Listing):
    name = "payments"
    title = gettext_lazy("Payments")
    search_fields = ("ref", "project__number", "project__title", "project__unit__name")
    hint = gettext_lazy("Number, project or unit; unit:name and money:>1000000 (yuan) narrow the list.")
    keywords = {"unit": "project__unit__name__icontains", "单位": "project__unit__name__icontains", "money": "amount", "金额": "amount"}
    columns = (
        lists.Col("ref", gettext_lazy("Payment"), main=True, link=payment_url, sub=lambda row: row.line.kind_label),
        lists.Col("project", gettext_lazy("Project"), value=lambda row: row.project.title, sub=lambda row: row.project.number),
        lists.Col("unit", gettext_lazy("Undertaking unit"), value=lambda row: row.project.unit.name),
        lists.Col("amount", gettext_lazy("Amount (10,000 yuan)"), kind="money", sort="money"),
        lists.Col("paid_at", gettext_lazy("Paid"), kind="tag", sort="paid", show=lambda row: f"{clock.local(row.paid_at):%Y-%m-%d}" if row.paid_at else "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: queries.standing_of(row)[0],
                  show=lambda row: tag(*queries.standing_of(row))),
    )
    facets = (
        lists.Facet("status", gettext_lazy("State"), states.PaymentStatus.choices),
        lists.Facet("line", gettext_lazy("Instalment"), LineKind.choices, lambda rows, value: rows.filter(line__kind=value)),
        lists.Facet("ready", gettext_lazy("Condition"), [("yes", gettext_lazy("Ready to ask for"))], queries.only_ready),
        lists.Facet("plan", gettext_lazy("Plan"), projects.plan_choices, lambda rows, value: rows.filter(project__special__plan__code=value)),
    )
    sorts = {"new": "-pk", "money": "-amount", "money_up": "amount", "paid": "-paid_at", "paid_up": "paid_at"}
    empty_title = gettext_lazy("No payment is planned yet")
    empty_text = gettext_lazy("Payments are planned when an award is made or a contract is signed.")


@access(policies.is_staff)
def payment_list(request: HttpRequest) -> HttpResponse:
    counts, listing = queries.waiting(request.actor), Payments()
    listing.bulk = [lists.Bulk(label, reverse("funding:desk:bulk", args=[verb]))
                    for verb, (role, label, _act) in BULK.items() if request.actor.holds(role)]
    kpis = [
        {"label": _("Ready to ask for"), "value": counts["to_request"], "link": "?ready=yes"},
        {"label": _("To be checked by a second person"), "value": counts["to_check"], "link": "?status=REQUESTED"},
        {"label": _("To be approved"), "value": counts["to_approve"], "link": "?status=CHECKED"},
        {"label": _("To be sent"), "value": counts["to_send"], "link": "?status=APPROVED"},
        {"label": _("Waiting for the bank"), "value": counts["to_book"], "link": "?status=SENT"},
        {"label": _("Returned by the bank"), "value": counts["returned"], "link": "?status=RETURNED", "tone": "bad" if counts["returned"] else ""},
    ]
    return lists.page(request, listing, policies.visible_to(request.actor), template="funding/payments.html", context={
        "kpis": kpis, "actions": [(_("Control figure"), reverse("funding:desk:figures")), (_("Ledger of money"), reverse("funding:desk:ledger"))],
    })


@access(policies.is_staff)
@require_POST
def bulk(request: HttpRequest, verb: str) -> HttpResponse:
    """One act on the chosen payments; each is refused or done on its own and the page says which and why."""
    if verb not in BULK:
        raise Http404
    rows = lists.rows_of(lists.chosen(request), lambda key: queries.get_for(request.actor, key))
    if not rows:
        messages.warning(request, _("Choose at least one payment."))
        return redirect("funding:desk:payments")
    found = actions.bulk(BULK[verb][2], request.actor, rows)
    done, refused = [one for one in found if one.done], [one for one in found if not one.done]
    if done:
        messages.success(request, ngettext("%(verb)s: %(n)d payment.", "%(verb)s: %(n)d payments.", len(done)) % {
            "verb": BULK[verb][1], "n": len(done)})
    for one in refused[:MOST_REASONS]:
        messages.error(request, f"{one.ref}：{' '.join(str(reason) for reason in one.reasons)}")
    if len(refused) > MOST_REASONS:
        messages.error(request, _("%(n)d more were refused.") % {"n": len(refused) - MOST_REASONS})
    return redirect("funding:desk:payments")


def _context(request: HttpRequest, row: Disbursement, bound: Any = None) -> dict[str, Any]:
    actor, open_now = request.actor, PAYMENT.open_to(request.actor, row)
    urls = {verb: reverse("funding:desk:step", args=[row.ref, verb]) for verb in PAYMENT.steps if verb not in FORMS}
    return {
        "title": _("Payment %(ref)s") % {"ref": row.ref}, "payment": row, "standing": queries.standing_of(row), "account": dict.fromkeys(("name", "bank", "masked"), "") | (row.account or {}),
        "line": queries.line_of(row), "entries": queries.entries_of_payment(row), "events": queries.history_of(row),
        "buttons": steps.buttons(PAYMENT, actor, row, urls, needs_why=WITH_WHY),
        "forms": [
            {"verb": verb, "label": PAYMENT.steps[verb].label, "url": reverse("funding:desk:step", args=[row.ref, verb]),
             "form": bound if bound is not None and isinstance(bound, FORMS[verb]) else FORMS[verb]()}
            for verb in FORMS if verb in open_now],
        "returned": queries.returned_because(row), "waits": queries.waits_for(row),
        "figures": queries.figures(row.year or clock.today().year),
        "crumbs": [(Payments.title, reverse("funding:desk:payments")), (row.ref, None)],
    }


@access(policies.is_staff)
def payment(request: HttpRequest, ref: str) -> HttpResponse:
    row = queries.get_for(request.actor, ref)
    return render(request, "funding/payment.html", _context(request, row))


ACTS = {"request": actions.request, "check": actions.check, "send_back": actions.send_back, "approve": actions.approve,
        "refuse": actions.refuse, "send": actions.send, "pay": actions.pay, "bounce": actions.bounce,
        "unbook": actions.unbook, "hold": actions.hold, "release": actions.release, "cancel": actions.cancel}


@access(policies.is_staff)
@require_POST
def step(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """The steps of one payment by name; those of `FORMS` need input, the returning ones a reason."""
    if verb not in ACTS:
        raise Http404
    row, given = queries.get_for(request.actor, ref), {}
    if verb in FORMS:
        form = FORMS[verb](request.POST)
        if not form.is_valid():
            return render(request, "funding/payment.html", _context(request, row, form), status=422)
        given = form.cleaned_data
    elif verb in WITH_WHY:
        given = {"why": request.POST.get("why", "").strip()[:500]}
    row = ACTS[verb](request.actor, row, **given)
    messages.success(request, _("%(ref)s: now “%(state)s”.") % {"ref": row.ref, "state": row.status_label})
    return redirect(payment_url(row))


@access(policies.is_staff)
def figures(request: HttpRequest) -> HttpResponse:
    """The year's control figure and reserve: what is reserved and paid of it, by month, plan and state."""
    years = queries.years()
    asked = typed.whole(request.GET.get("year", ""))
    year = asked if asked in years else (
        clock.today().year if clock.today().year in years or not years else years[0])
    rows = queries.figures(year)
    return render(request, "funding/figures.html", {
        "title": _("Control figure %(year)s") % {"year": year}, "year": year, "years": years, "rows": rows,
        "bullet": charts.bullet(_("Reserved against the figure"), [
            (row["label"], in_wan(row["reserved"]), in_wan(row["amount"])) for row in rows], note=_("10,000 yuan")),
        "paid": charts.bullet(_("Paid against reserved"), [
            (row["label"], in_wan(row["paid"]), in_wan(row["reserved"])) for row in rows], note=_("10,000 yuan")),
        "months": charts.line(_("Paid by month"), {_("Paid"): [(name, in_wan(sum)) for name, sum in queries.paid_by_month(year)]},
                              note=_("10,000 yuan")),
        "plans": charts.bars(_("Paid by plan"), [(name, in_wan(sum)) for name, sum in queries.paid_by_plan(year)], note=_("10,000 yuan")),
        "crumbs": [(Payments.title, reverse("funding:desk:payments")), (_("Control figure"), None)],
    })


class Entries(lists.Listing):
    name = "ledger"
    title = gettext_lazy("Ledger of money")
    search_fields = ("project__number", "project__title", "ref", "disbursement__ref")
    columns = (
        lists.Col("at", gettext_lazy("At"), main=True),
        lists.Col("kind", gettext_lazy("Kind"), kind="tag", show=lambda row: row.kind_label),
        lists.Col("project", gettext_lazy("Project"), value=lambda row: row.project.number, sub=lambda row: row.project.unit.name),
        lists.Col("payment", gettext_lazy("Payment"), kind="tag", value=lambda row: row.disbursement.ref if row.disbursement else "—"),
        lists.Col("amount", gettext_lazy("Yuan"), kind="num", show=lambda row: row.amount_text),
        lists.Col("year", gettext_lazy("Year"), kind="tag"),
        lists.Col("pool", gettext_lazy("Paid from"), kind="tag", show=lambda row: row.get_pool_display()),
        lists.Col("by", gettext_lazy("Booked by"), kind="tag", value=lambda row: row.by.name if row.by else "—"),
        lists.Col("ref", gettext_lazy("Reference")),
    )
    facets = (
        lists.Facet("kind", gettext_lazy("Kind"), states.EntryKind.choices), lists.Facet("pool", gettext_lazy("Paid from"), Pool.choices),
        lists.Facet("year", gettext_lazy("Year"), lambda: [(str(y), str(y)) for y in queries.years()]),
    )
    empty_title = gettext_lazy("Nothing has been booked yet")

    def key(self, row: MoneyEntry) -> str:
        return str(row.pk)


@access(policies.is_staff)
def ledger(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Entries(), policies.entries_visible_to(request.actor), context={
        "lead": _("Rows are only added, never changed; a wrong row is undone by its reversal."),
        "crumbs": [(Payments.title, reverse("funding:desk:payments")), (Entries.title, None)]})


def of_project(actor: Any, project: Any) -> tuple[str, dict[str, Any]]:
    """The slot on the page of a project: its payments and what has come."""
    rows = list(queries.of_project(actor, project))
    for row in rows:
        row.project = project  # its unit and state are read already
        row.waits, row.standing = queries.waits_for(row), queries.standing_of(row)
    return "funding/_project.html", {
        "rows": rows, "money": queries.money_of(project), "project": project,
        "may_confirm": policies.confirms_for(actor, project) is None, "staff": policies.is_staff(actor) is None,
    }
