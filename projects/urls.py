"""Addresses of the projects floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav
from core.web.access import public as everyone
from core.web.access import signed_in
from projects import api as machine
from projects import policies
from projects.views import desk as desks
from projects.views import projects as pages
from projects.views import public as open_pages

public = [
    path("notices/", open_pages.notices, name="notices"),
    path("notices/<str:ref>/", open_pages.notice, name="notice"),
    path("awards/", open_pages.awards, name="awards"),
]

my = [
    path("projects/", pages.my_list, name="list"),
    path("projects/<str:number>/", pages.my_project, name="project"),
    path("projects/<str:number>/contract/", pages.my_contract, name="contract"),
    path("projects/<str:key>/contract/sign/", pages.contract_sign_unit, name="contract_sign_unit"),
]

desk = [
    path("proposals/", desks.proposal_list, name="proposals"),
    path("proposals/new/<slug:guide>/", desks.proposal_new, name="proposal_new"),
    path("proposals/<str:ref>/", desks.proposal, name="proposal"),
    path("proposals/<str:key>/submit/", desks.proposal_submit, name="proposal_submit"),
    path("proposals/<str:key>/return/", desks.proposal_return, name="proposal_return"),
    path("proposals/<str:ref>/decide/", desks.proposal_decide, name="proposal_decide"),
    path("proposals/<str:ref>/notice/", desks.publicity, name="publicity"),
    path("proposals/<str:ref>/notice/new/", desks.publicity_new, name="publicity_new"),
    path("proposals/<str:key>/notice/open/", desks.publicity_open, name="publicity_open"),
    path("proposals/<str:ref>/award/prepare/", desks.award_prepare, name="award_prepare"),
    path("proposals/<str:ref>/award/", desks.award, name="award"),
    path("objections/", desks.objection_list, name="objections"),
    path("objections/<str:number>/", desks.objection, name="objection"),
    path("objections/<str:number>/file/", desks.objection_file, name="objection_file"),
    path("objections/<str:number>/identity/", desks.objection_identity, name="objection_identity"),
    path("objections/<str:key>/accept/", desks.objection_accept, name="objection_accept"),
    path("objections/<str:number>/<slug:verb>/", desks.objection_decide, name="objection_decide"),
    path("projects/", pages.desk_list, name="projects"),
    path("projects/<str:number>/", pages.desk_project, name="project"),
    path("projects/<str:key>/suspend/", pages.project_suspend, name="project_suspend"),
    path("projects/<str:key>/resume/", pages.project_resume, name="project_resume"),
    path("projects/<str:number>/contract/", pages.desk_contract, name="contract"),
    path("projects/<str:number>/contract/draft/", pages.contract_draft, name="contract_draft"),
    path("projects/<str:number>/contract/targets/<int:pk>/", pages.target, name="target"),
    path("projects/<str:key>/contract/offer/", pages.contract_offer, name="contract_offer"),
    path("projects/<str:key>/contract/take-back/", pages.contract_take_back, name="contract_take_back"),
    path("projects/<str:key>/contract/sign/", pages.contract_sign_bureau, name="contract_sign_bureau"),
]

api = [
    path("projects/", machine.Awards.as_view(), name="awards"),
    path("projects/<str:number>/", machine.ProjectDetail.as_view(), name="project"),
    path("projects/<str:key>/contract/offer/", machine.Offer.as_view(), name="contract_offer"),
    path("projects/<str:key>/contract/sign-unit/", machine.SignUnit.as_view(), name="contract_sign_unit"),
    path("projects/<str:key>/contract/sign-bureau/", machine.SignBureau.as_view(), name="contract_sign_bureau"),
]

nav.register("public", 20, _("Public notices"), "projects:public:notices", everyone)
nav.register("public", 30, _("Awarded projects"), "projects:public:awards", everyone)
nav.register("my", 30, _("My projects"), "projects:my:list", signed_in)
nav.register("desk", 50, _("Proposed awards"), "projects:desk:proposals", policies.is_desk)
nav.register("desk", 55, _("Projects"), "projects:desk:projects", policies.is_desk)
nav.register("desk", 57, _("Objections"), "projects:desk:objections", desks.handles)
