"""Addresses of the programmes floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav
from core.web.access import public as everyone
from programs import api as machine
from programs import policies
from programs.views import conditions, editor, guides, plans
from programs.views import public as pages

public = [
    path("guides/", pages.guides, name="guides"),
    path("guides/<int:year>/<slug:slug>/", pages.guide, name="guide"),
    path("guides/<int:year>/<slug:slug>/calendar.ics", pages.calendar, name="calendar"),
    path("plans/", pages.tree, name="tree"),
    path("plans/annual/<int:year>/", pages.annual_plan, name="annual_plan"),
    path("plans/policies/<str:number>/", pages.policy_document, name="policy"),
    path("plans/<slug:tree>/<slug:code>/", pages.special, name="special"),
]

desk = [
    path("plans/", plans.tree, name="tree"),
    path("plans/special/<str:key>/suspend/", plans.special_suspend, name="special_suspend"),
    path("plans/special/<str:key>/resume/", plans.special_resume, name="special_resume"),
    path("plans/special/<str:key>/cancel/", plans.special_cancel, name="special_cancel"),
    path("plans/annual/", plans.plan_list, name="plans"),
    path("plans/annual/new/", plans.plan_new, name="plan_new"),
    path("plans/annual/<int:year>/", plans.plan, name="plan"),
    path("plans/annual/<int:year>/money/", plans.plan_money, name="plan_money"),
    path("plans/annual/<int:year>/items/new/", plans.item_new, name="item_new"),
    path("plans/annual/items/<int:pk>/", plans.item, name="item"),
    path("plans/annual/items/<int:pk>/remove/", plans.item_remove, name="item_remove"),
    path("plans/annual/<int:key>/submit/", plans.plan_submit, name="plan_submit"),
    path("plans/annual/<int:key>/return/", plans.plan_return, name="plan_return"),
    path("plans/annual/<int:key>/approve/", plans.plan_approve, name="plan_approve"),
    path("plans/annual/<int:key>/publish/", plans.plan_publish, name="plan_publish"),
    path("plans/policies/", plans.policy_list, name="policies"),
    path("plans/policies/new/", plans.policy_new, name="policy_new"),
    path("plans/policies/<str:number>/", plans.policy, name="policy"),
    path("plans/policies/<str:number>/edit/", plans.policy_edit, name="policy_edit"),
    path("plans/policies/<str:key>/enact/", plans.policy_enact, name="policy_enact"),
    path("plans/policies/<str:key>/repeal/", plans.policy_repeal, name="policy_repeal"),
    path("plans/<slug:tree>/<slug:code>/", plans.special, name="special"),
    path("guides/", guides.guide_list, name="guides"),
    path("guides/new/", guides.guide_new, name="guide_new"),
    path("guides/<slug:ref>/", guides.guide, name="guide"),
    path("guides/<slug:ref>/preview/", guides.guide_preview, name="guide_preview"),
    path("guides/<slug:ref>/windows/", guides.guide_windows, name="guide_windows"),
    path("guides/<slug:ref>/policies/", guides.guide_policies, name="guide_policies"),
    path("guides/<slug:ref>/extend/", guides.guide_extend, name="guide_extend"),
    path("guides/<slug:ref>/export.json", guides.guide_export, name="guide_export"),
    path("guides/<slug:ref>/versions/<int:number>/", guides.guide_version, name="guide_version"),
    path("guides/<slug:ref>/conditions/", conditions.conditions, name="conditions"),
    path("guides/<slug:ref>/conditions/<slug:code>/", conditions.condition, name="condition"),
    path("guides/<slug:ref>/conditions/<slug:code>/remove/", conditions.condition_remove, name="condition_remove"),
    path("guides/<slug:ref>/amount/", conditions.amount_try, name="amount_try"),
    path("guides/<slug:ref>/form/", editor.form_parts, name="form_parts"),
    path("guides/<slug:ref>/form/section/", editor.form_section, name="form_section"),
    path("guides/<slug:ref>/form/<slug:section>/<slug:code>/", editor.form_field, name="form_field"),
    path("guides/<slug:ref>/form/<slug:section>/<slug:code>/move/", editor.form_move, name="form_move"),
    path("guides/<slug:ref>/edit/<slug:part>/", editor.edit, name="edit"),
    path("guides/<slug:key>/submit/", guides.guide_submit, name="guide_submit"),
    path("guides/<slug:key>/agree/", guides.guide_agree, name="guide_agree"),
    path("guides/<slug:key>/approve/", guides.guide_approve, name="guide_approve"),
    path("guides/<slug:key>/return/", guides.guide_return, name="guide_return"),
    path("guides/<slug:key>/publish/", guides.guide_publish, name="guide_publish"),
    path("guides/<slug:key>/withdraw/", guides.guide_withdraw, name="guide_withdraw"),
    path("guides/<slug:key>/supersede/", guides.guide_supersede, name="guide_supersede"),
    path("guides/<slug:key>/extension/approve/", guides.extension_approve, name="extension_approve"),
    path("guides/<slug:key>/extension/refuse/", guides.extension_refuse, name="extension_refuse"),
]

api = [
    path("plans/", machine.Tree.as_view(), name="tree"),
    path("plans/annual/<int:year>/", machine.AnnualPlanDetail.as_view(), name="annual_plan"),
    path("specials/<slug:tree>/<slug:code>/", machine.SpecialDetail.as_view(), name="special"),
    path("guides/", machine.GuideList.as_view(), name="guides"),
    path("guides/<slug:ref>/", machine.GuideDetail.as_view(), name="guide"),
    path("guides/<slug:key>/submit/", machine.Submit.as_view(), name="guide_submit"),
    path("guides/<slug:key>/agree/", machine.Agree.as_view(), name="guide_agree"),
    path("guides/<slug:key>/approve/", machine.Approve.as_view(), name="guide_approve"),
    path("guides/<slug:key>/return/", machine.Return.as_view(), name="guide_return"),
    path("guides/<slug:key>/publish/", machine.Publish.as_view(), name="guide_publish"),
    path("guides/<slug:key>/withdraw/", machine.Withdraw.as_view(), name="guide_withdraw"),
]

nav.register("public", 10, _("Guides"), "programs:public:guides", everyone)
nav.register("public", 40, _("Programme tree"), "programs:public:tree", everyone)
nav.register("desk", 10, _("Plans"), "programs:desk:tree", policies.is_staff)
nav.register("desk", 20, _("Guides"), "programs:desk:guides", policies.is_staff)
