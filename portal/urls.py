"""Addresses of the pages that look across all floors."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav, slots
from core.web.access import public as everyone
from core.web.access import signed_in
from portal import api as machine
from portal import policies
from portal.queries import figures as measured
from portal.views import audit as watch
from portal.views import figures, homes, pauses

public = [
    path("", homes.home, name="home"),
    path("search/", homes.find, name="search"),
    path("help/", homes.guidance, name="help"),
    path("plans/figures/", figures.public_page, name="figures"),
    path("plans/figures/<slug:table>.<str:kind>", figures.download, name="figures_table"),
]
my = [path("", homes.my, name="home")]
desk = [
    path("", homes.desk, name="home"),
    path("plans/annual/<int:year>/actual/", figures.plan_actual, name="plan_actual"),
    path("switches/", pauses.page, name="pauses"),
    path("switches/<int:pk>/on/", pauses.switch_on, name="pause_end"),
]
audit = [
    path("", watch.home, name="home"),
    path("cases/", watch.cases, name="cases"),
    path("cases/<str:ref>/", watch.case, name="case"),
    path("ledger/", watch.ledger, name="ledger"),
    path("ledger/<int:pk>/", watch.row, name="row"),
    path("seal/", watch.seal, name="seal"),
    path("seal/check/", watch.seal_check, name="seal_check"),
    path("exports/", watch.exports, name="exports"),
]

api = [
    path("", machine.Root.as_view(), name="root"),
    path("schema/", machine.Schema.as_view(), name="schema"),
    path("figures/", machine.Figures.as_view(), name="figures"),
    path("plans/annual/<int:year>/actual/", machine.PlanActual.as_view(), name="plan_actual"),
]

nav.register("public", 1, _("Home"), "portal:public:home", everyone)
nav.register("public", 90, _("Search"), "portal:public:search", everyone)
nav.register("my", 1, _("To do"), "portal:my:home", signed_in)
nav.register("desk", 1, _("Workbench"), "portal:desk:home", policies.is_desk)
nav.register("audit", 1, _("Audit desk"), "portal:audit:home", policies.reads_ledger)
nav.register("audit", 10, _("Case files"), "portal:audit:cases", policies.is_auditor)
nav.register("audit", 20, _("Record"), "portal:audit:ledger", policies.reads_ledger)
nav.register("audit", 30, _("Seal"), "portal:audit:seal", policies.reads_ledger)
nav.register("audit", 40, _("Exports"), "portal:audit:exports", policies.reads_ledger)

slots.register("programs.guide", measured.rates_of_guide)
slots.register("programs.special", measured.rates_of_special)
slots.register("programs.annual_plan", measured.plan_links)
slots.register("programs.guides", measured.figure_links)
