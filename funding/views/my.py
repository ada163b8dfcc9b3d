"""The unit's and the leader's side: their payments, the confirmation that money has come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.web import lists
from core.web.access import access, signed_in
from core.web.templatetags.st import tag
from funding import actions, queries, states
from funding.models import Disbursement


def project_url(row: Disbursement) -> str:
    return reverse("projects:my:project", args=[row.project.number])


class Receipts(lists.Listing):
    name = "receipts"
    title = gettext_lazy("Payments")
    search_fields = ("ref", "project__number", "project__title")
    columns = (
        lists.Col("ref", gettext_lazy("Payment"), main=True, link=project_url, sub=lambda row: row.line.kind_label),
        lists.Col("project", gettext_lazy("Project"), value=lambda row: row.project.title, sub=lambda row: row.project.number),
        lists.Col("amount", gettext_lazy("Amount (10,000 yuan)"), kind="money"),
        lists.Col("paid_at", gettext_lazy("Paid"), kind="tag", show=lambda row: f"{clock.local(row.paid_at):%Y-%m-%d}" if row.paid_at else "—"),
        lists.Col("confirmed_at", gettext_lazy("Receipt confirmed"), kind="tag",
                  show=lambda row: f"{clock.local(row.confirmed_at):%Y-%m-%d}" if row.confirmed_at else "—"),
        lists.Col("status", gettext_lazy("State"), kind="tag", value=lambda row: queries.standing_of(row)[0],
                  show=lambda row: tag(*queries.standing_of(row))),
    )
    facets = (lists.Facet("status", gettext_lazy("State"), states.PaymentStatus.choices),)
    empty_title = gettext_lazy("No payment is planned yet")


@access(signed_in)
def payment_list(request: HttpRequest) -> HttpResponse:
    return lists.page(request, Receipts(), queries.mine(request.actor))


@access(signed_in)
@require_POST
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    row = actions.confirm_receipt(request.actor, queries.get_for(request.actor, ref))
    messages.success(request, _("The receipt of %(ref)s is confirmed.") % {"ref": row.ref})
    return redirect(project_url(row))
