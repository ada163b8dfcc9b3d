"""Addresses of the performance floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav, slots
from core.web.access import public as everyone
from core.web.access import signed_in
from performance import api as machine
from performance import policies, queries
from performance.views import desk as desks
from performance.views import public as pages
from performance.views import reports
from programs import queries as programmes

public = [path("performance/", pages.scores, name="scores")]

my = [
    path("reports/", reports.report_list, name="reports"),
    path("projects/<str:number>/reports/<slug:kind>/start/", reports.start, name="start"),
    path("reports/<uuid:uid>/", reports.report, name="report"),
    path("reports/<uuid:uid>/file.pdf", reports.report_file, name="file"),
    path("reports/<uuid:key>/hand-in/", reports.report_hand_in, name="report_hand_in"),
    path("reports/<uuid:key>/return/", reports.report_return, name="report_return"),
    path("reports/<uuid:key>/file/", reports.report_file_with_bureau, name="report_file"),
]

desk = [
    path("acceptance/", desks.acceptance_list, name="acceptances"),
    path("acceptance/<uuid:uid>/", desks.acceptance, name="acceptance"),
    path("acceptance/<uuid:uid>/propose/", desks.acceptance_propose, name="acceptance_propose"),
    path("acceptance/<uuid:key>/return/", desks.acceptance_return, name="acceptance_return"),
    path("acceptance/<uuid:key>/confirm/", desks.acceptance_confirm, name="acceptance_confirm"),
    path("reports/<uuid:uid>/assess/", desks.report_assess, name="report_assess"),
    path("performance/", desks.evaluation_list, name="evaluations"),
    path("performance/<uuid:uid>/", desks.evaluation, name="evaluation"),
    path("performance/<uuid:uid>/score/", desks.evaluation_score, name="evaluation_score"),
    path("performance/<uuid:key>/return/", desks.evaluation_return, name="evaluation_return"),
    path("performance/<uuid:key>/confirm/", desks.evaluation_confirm, name="evaluation_confirm"),
]

api = [
    path("performance/", machine.ScoreList.as_view(), name="scores"),
    path("performance/reports/<uuid:uid>/", machine.ReportDetail.as_view(), name="report"),
    path("performance/reports/<uuid:key>/hand-in/", machine.HandIn.as_view(), name="report_hand_in"),
    path("performance/reports/<uuid:key>/file/", machine.FileReport.as_view(), name="report_file"),
    path("performance/reports/<uuid:key>/assess/", machine.Assess.as_view(), name="report_assess"),
    path("performance/acceptance/<uuid:key>/propose/", machine.Propose.as_view(), name="acceptance_propose"),
    path("performance/acceptance/<uuid:key>/confirm/", machine.Confirm.as_view(), name="acceptance_confirm"),
    path("performance/evaluations/<uuid:key>/score/", machine.Score.as_view(), name="evaluation_score"),
    path("performance/evaluations/<uuid:key>/confirm/", machine.ConfirmScore.as_view(), name="evaluation_confirm"),
]

nav.register("public", 60, _("Performance"), "performance:public:scores", everyone)
nav.register("my", 50, _("Reports"), "performance:my:reports", signed_in)
nav.register("desk", 80, _("Acceptance"), "performance:desk:acceptances", policies.is_staff)
nav.register("desk", 90, _("Performance"), "performance:desk:evaluations", policies.is_staff)
slots.register("programs.special", pages.of_special)
slots.register("projects.project", reports.of_project)
programmes.register_evidence(queries.evidence_for)
