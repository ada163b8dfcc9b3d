"""Addresses of the funding floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav, slots
from core.web.access import signed_in
from funding import api as machine
from funding import policies
from funding.views import desk as desks
from funding.views import my as own

my = [
    path("payments/", own.payment_list, name="payments"),
    path("payments/<str:ref>/confirm/", own.confirm, name="confirm"),
]

desk = [
    path("payments/", desks.payment_list, name="payments"),
    path("payments/bulk/<slug:verb>/", desks.bulk, name="bulk"),
    path("payments/<str:ref>/", desks.payment, name="payment"),
    path("payments/<str:ref>/<slug:verb>/", desks.step, name="step"),
    path("money/", desks.figures, name="figures"),
    path("money/ledger/", desks.ledger, name="ledger"),
]

api = [
    path("payments/", machine.PaymentList.as_view(), name="payments"),
    path("payments/<str:ref>/", machine.PaymentDetail.as_view(), name="payment"),
    path("payments/<str:key>/request/", machine.Ask.as_view(), name="request"),
    path("payments/<str:key>/check/", machine.Check.as_view(), name="check"),
    path("payments/<str:key>/send-back/", machine.SendBack.as_view(), name="send_back"),
    path("payments/<str:key>/approve/", machine.Approve.as_view(), name="approve"),
    path("payments/<str:key>/refuse/", machine.Refuse.as_view(), name="refuse"),
    path("payments/<str:key>/send/", machine.Send.as_view(), name="send"),
    path("payments/<str:key>/pay/", machine.Pay.as_view(), name="pay"),
    path("payments/<str:key>/bounce/", machine.Bounce.as_view(), name="bounce"),
    path("payments/<str:key>/confirm/", machine.Confirm.as_view(), name="confirm"),
    path("money/<int:year>/", machine.Figures.as_view(), name="figures"),
]

nav.register("my", 45, _("Payments"), "funding:my:payments", signed_in)
nav.register("desk", 70, _("Payments"), "funding:desk:payments", policies.is_staff)
nav.register("desk", 75, _("Control figure"), "funding:desk:figures", policies.is_staff)
slots.register("projects.project.money", desks.of_project)
