"""Addresses of the projects floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav, slots
from core.web.access import public as everyone
from core.web.access import signed_in
from programs import queries as programmes
from projects import api as machine
from projects import policies, queries
from projects.views import desk as desks
from projects.views import figures, notices, proposals
from projects.views import my as own
from projects.views import public as pages

public = [
    path("publicity/", pages.notices, name="notices"),
    path("publicity/<slug:ref>/", pages.publicity, name="publicity"),
    path("publicity/<slug:ref>/object/", pages.objection_new, name="objection_new"),
    path("objections/<uuid:uid>/", pages.objection, name="objection"),
    path("projects/", pages.awards, name="projects"),
]

my = [
    path("projects/", own.project_list, name="projects"),
    path("projects/<str:number>/", own.project, name="project"),
    path("projects/<str:number>/contract/", own.contract, name="contract"),
    path("projects/<str:key>/contract/sign/", own.contract_sign, name="contract_sign"),
]

desk = [
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/new/<slug:ref>/", proposals.proposal_new, name="proposal_new"),
    path("proposals/<slug:ref>/", proposals.proposal, name="proposal"),
    path("proposals/<slug:key>/submit/", proposals.proposal_submit, name="proposal_submit"),
    path("proposals/<slug:key>/return/", proposals.proposal_return, name="proposal_return"),
    path("proposals/<slug:ref>/decide/", proposals.proposal_decide, name="proposal_decide"),
    path("publicity/", notices.notice_list, name="notices"),
    path("publicity/<slug:ref>/", notices.notice, name="notice"),
    path("publicity/<slug:ref>/prepare/", notices.notice_prepare, name="notice_prepare"),
    path("publicity/<slug:key>/open/", notices.notice_open, name="notice_open"),
    path("publicity/<slug:ref>/award/prepare/", notices.award_prepare, name="award_prepare"),
    path("publicity/<slug:ref>/award/", notices.award, name="award"),
    path("objections/", notices.objection_list, name="objections"),
    path("objections/<slug:number>/", notices.objection, name="objection"),
    path("objections/<slug:number>/file/", notices.objection_file, name="objection_file"),
    path("objections/<slug:number>/identity/", notices.objection_identity, name="objection_identity"),
    path("objections/<slug:key>/accept/", notices.objection_accept, name="objection_accept"),
    path("objections/<slug:number>/refuse/", notices.objection_refuse, name="objection_refuse"),
    path("objections/<slug:number>/dismiss/", notices.objection_dismiss, name="objection_dismiss"),
    path("objections/<slug:number>/hand-over/", notices.objection_hand_over, name="objection_hand_over"),
    path("objections/<slug:key>/send-back/", notices.objection_send_back, name="objection_send_back"),
    path("objections/<slug:number>/uphold/", notices.objection_uphold, name="objection_uphold"),
    path("projects/", desks.project_list, name="projects"),
    path("projects/<str:number>/", desks.project, name="project"),
    path("projects/<str:key>/suspend/", desks.project_suspend, name="project_suspend"),
    path("projects/<str:key>/resume/", desks.project_resume, name="project_resume"),
    path("projects/<str:number>/contract/", desks.contract, name="contract"),
    path("projects/<str:number>/contract/targets/<int:order>/", desks.contract_target, name="contract_target"),
    path("projects/<str:key>/contract/offer/", desks.contract_offer, name="contract_offer"),
    path("projects/<str:key>/contract/take-back/", desks.contract_take_back, name="contract_take_back"),
    path("projects/<str:key>/contract/sign/", desks.contract_sign_bureau, name="contract_sign_bureau"),
    # figures by tag
    path("figures/tags/", figures.tag_figures, name="tag_figures"),
]

api = [
    path("publicity/", machine.NoticeList.as_view(), name="notices"),
    path("publicity/<slug:ref>/", machine.NoticeDetail.as_view(), name="publicity"),
    path("publicity/<slug:key>/open/", machine.OpenNotice.as_view(), name="notice_open"),
    path("publicity/<slug:key>/award/", machine.Award.as_view(), name="award"),
    path("proposals/<slug:ref>/", machine.ProposalDetail.as_view(), name="proposal"),
    path("proposals/<slug:key>/submit/", machine.SubmitList.as_view(), name="proposal_submit"),
    path("proposals/<slug:key>/return/", machine.ReturnList.as_view(), name="proposal_return"),
    path("proposals/<slug:key>/decide/", machine.Decide.as_view(), name="proposal_decide"),
    path("projects/", machine.ProjectList.as_view(), name="projects"),
    path("projects/<str:number>/", machine.ProjectDetail.as_view(), name="project"),
    path("projects/<str:key>/contract/offer/", machine.Offer.as_view(), name="contract_offer"),
    path("projects/<str:key>/contract/sign-unit/", machine.SignUnit.as_view(), name="contract_sign_unit"),
    path("projects/<str:key>/contract/sign-bureau/", machine.SignBureau.as_view(), name="contract_sign_bureau"),
    # figures by tag
    path("figures/tags/", machine.TagFigures.as_view(), name="tag_figures"),
]

nav.register("public", 20, _("Public notices"), "projects:public:notices", everyone)
nav.register("public", 50, _("Projects"), "projects:public:projects", everyone)
nav.register("my", 40, _("Projects"), "projects:my:projects", signed_in)
nav.register("desk", 50, _("Proposed awards"), "projects:desk:proposals", policies.is_desk)
nav.register("desk", 55, _("Notices and awards"), "projects:desk:notices", policies.is_desk)
nav.register("desk", 57, _("Objections"), "projects:desk:objections", policies.handles_objections)
nav.register("desk", 60, _("Projects"), "projects:desk:projects", policies.is_desk)
slots.register("programs.special", pages.of_special)
slots.register("programs.portfolio", pages.of_portfolio)
programmes.register_titles(queries.titles_of)
slots.register("programs.entitlement", pages.of_entitlement)
