"""Addresses of the programmes floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav
from core.web.access import public as everyone
from programs import api as machine
from programs import policies
from programs.views import (
    adjustments,
    advisory,
    basis,
    editor,
    guides,
    lineage,
    overlaps,
    parameters,
    plans,
    portfolios,
    versions,
)
from programs.views import public as pages

public = [
    path("guides/", pages.guides, name="guides"),
    path("guides/<int:year>/<slug:slug>/", pages.guide, name="guide"),
    path("guides/<int:year>/<slug:slug>/calendar.ics", pages.calendar, name="calendar"),
    path("plans/", pages.tree, name="tree"),
    path("plans/annual/<int:year>/", pages.annual_plan, name="annual_plan"),
    path("plans/policies/<str:number>/", pages.policy_document, name="policy"),
    path("plans/adjustments/<slug:ref>/", pages.adjustment, name="adjustment"),
    path("advisory/", advisory.overview, name="advisory"),
    path("advisory/reports/<uuid:uid>/file.pdf", advisory.report_file, name="advisory_file"),
    path("plans/<slug:tree>/<slug:code>/", pages.special, name="special"),
    # versions of the tree, policy basis
    path("tree/compare/", lineage.compare, name="tree_compare"),
    path("tree/<slug:tree>/<slug:code>/", lineage.special_lineage, name="special_lineage"),
    path("policies/<str:number>/file/", basis.policy_file, name="policy_file"),
]

my = [
    path("portfolios/<uuid:uid>/", portfolios.own, name="portfolio"),
    path("portfolios/<uuid:uid>/recommend/", portfolios.recommend, name="recommend"),
    path("advisory/<uuid:uid>/", advisory.own, name="advisory_body"),
]

desk = [
    path("plans/", plans.tree, name="tree"),
    # adjustment of programmes
    path("plans/adjustments/", adjustments.case_list, name="adjustments"),
    path("plans/adjustments/new/", adjustments.case_new, name="adjustment_new"),
    path("plans/adjustments/<slug:ref>/", adjustments.case_detail, name="adjustment"),
    path("plans/adjustments/<slug:ref>/edit/", adjustments.case_edit, name="adjustment_edit"),
    path("plans/adjustments/<slug:ref>/cite/", adjustments.cite, name="adjustment_cite"),
    path("plans/adjustments/<slug:ref>/cite/<int:pk>/remove/", adjustments.uncite, name="adjustment_uncite"),
    path("plans/adjustments/<slug:ref>/opinion/", adjustments.opinion, name="adjustment_opinion"),
    path("plans/adjustments/<slug:ref>/<slug:verb>/", adjustments.case_step, name="adjustment_step"),
    # project managers and advisory bodies
    path("portfolios/", portfolios.portfolio_list, name="portfolios"),
    path("portfolios/new/", portfolios.portfolio_new, name="portfolio_new"),
    path("portfolios/<uuid:uid>/", portfolios.portfolio, name="portfolio"),
    path("portfolios/<uuid:uid>/recommendations/<int:pk>/", portfolios.answer, name="recommendation_answer"),
    path("portfolios/<uuid:uid>/<slug:verb>/", portfolios.portfolio_step, name="portfolio_step"),
    path("advisory/", advisory.body_list, name="advisory"),
    path("advisory/new/", advisory.body_new, name="advisory_new"),
    path("advisory/<uuid:uid>/", advisory.body, name="advisory_body"),
    path("advisory/<uuid:uid>/money/", advisory.body_money, name="advisory_money"),
    path("advisory/<uuid:uid>/end/", advisory.body_end, name="advisory_end"),
    path("advisory/reports/<uuid:uid>/<slug:verb>/", advisory.report_step, name="advisory_report_step"),
    path("plans/overlap/", overlaps.overlap, name="overlap"),
    path("plans/overlap/make/", overlaps.overlap_make, name="overlap_make"),
    path("plans/overlap/pairs/<int:pk>/", overlaps.overlap_pair, name="overlap_pair"),
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
    path("guides/<slug:ref>/conditions/", editor.conditions, name="conditions"),
    path("guides/<slug:ref>/conditions/<slug:code>/", editor.condition, name="condition"),
    path("guides/<slug:ref>/conditions/<slug:code>/remove/", editor.condition_remove, name="condition_remove"),
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
    # versions of the tree
    path("tree/", versions.versions, name="versions"),
    path("tree/new/", versions.version_new, name="version_new"),
    path("tree/<slug:code>/", versions.version, name="version"),
    path("tree/<slug:code>/edit/", versions.version_edit, name="version_edit"),
    path("tree/<slug:key>/check/", versions.version_check, name="version_check"),
    path("tree/<slug:key>/return/", versions.version_return, name="version_return"),
    path("tree/<slug:code>/enact/", versions.version_enact, name="version_enact"),
    path("tree/<slug:code>/plans/<slug:plan>/", versions.version_plan, name="version_plan"),
    path("tree/<slug:code>/plans/<slug:plan>/remove/", versions.version_plan_remove, name="version_plan_remove"),
    path("tree/<slug:code>/specials/<slug:special>/", versions.version_special, name="version_special"),
    path("tree/<slug:code>/specials/<slug:special>/remove/", versions.version_special_remove, name="version_special_remove"),
    path("tree/<slug:code>/up/<slug:what>/<slug:row>/", versions.version_move, name="version_move"),
    path("tree/<slug:code>/mapping/", versions.version_mapping, name="version_mapping"),
    path("tree/<slug:code>/mapping/same/", versions.version_map_same, name="version_map_same"),
    path("tree/<slug:code>/mapping/<str:old>/", versions.version_map, name="version_map"),
    path("tree/<slug:code>/table.xlsx", versions.version_table, name="version_table"),
    path("tree/<slug:code>/upload/", versions.version_upload, name="version_upload"),
    path("tree/<slug:code>/uploads/<uuid:uid>/", versions.version_preview, name="version_preview"),
    path("tree/<slug:code>/uploads/<uuid:uid>/apply/", versions.version_apply, name="version_apply"),
    path("tree/<slug:code>/uploads/<uuid:uid>/problems.xlsx", versions.version_errors, name="version_errors"),
    path("year-reports/<int:year>/", lineage.year_report, name="year_report"),
    # policy basis, numbers that decide
    path("policies/warnings/", basis.policy_warnings, name="policy_warnings"),
    path("policies/<str:number>/replace/", basis.policy_replace, name="policy_replace"),
    path("policies/<str:number>/file/", basis.policy_attach, name="policy_attach"),
    path("parameters/", parameters.parameters, name="parameters"),
    path("parameters/changes/<int:key>/approve/", parameters.parameter_approve, name="parameter_approve"),
    path("parameters/changes/<int:key>/refuse/", parameters.parameter_refuse, name="parameter_refuse"),
    path("parameters/changes/<int:key>/take-back/", parameters.parameter_take_back, name="parameter_take_back"),
    path("parameters/<str:key>/", parameters.parameter, name="parameter"),
    path("parameters/<str:key>/ask/", parameters.parameter_ask, name="parameter_ask"),
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
    # adjustment of programmes
    path("adjustments/", machine.AdjustmentList.as_view(), name="adjustments"),
    path("adjustments/<slug:ref>/", machine.AdjustmentDetail.as_view(), name="adjustment"),
    *(path(f"adjustments/<slug:key>/{verb}/", view.as_view(), name=f"adjustment_{verb}") for verb, view in (
        ("ask", machine.AskOpinions), ("submit", machine.SubmitAdjustment), ("return", machine.ReturnAdjustment),
        ("approve", machine.ApproveAdjustment), ("refuse", machine.RefuseAdjustment),
        ("withdraw", machine.WithdrawAdjustment), ("revoke", machine.RevokeAdjustment),
    )),
    # versions of the tree, policy basis, numbers that decide
    path("tree/", machine.TreeList.as_view(), name="versions"),
    path("tree/compare/", machine.TreeCompare.as_view(), name="tree_compare"),
    path("tree/<slug:code>/table/", machine.TreeTable.as_view(), name="version_table"),
    path("tree/<slug:code>/map/", machine.MapSpecial.as_view(), name="version_map"),
    path("tree/<slug:key>/check/", machine.CheckTree.as_view(), name="version_check"),
    path("tree/<slug:key>/return/", machine.ReturnTree.as_view(), name="version_return"),
    path("tree/<slug:key>/enact/", machine.EnactTree.as_view(), name="version_enact"),
    path("specials/<slug:tree>/<slug:code>/lineage/", machine.Lineage.as_view(), name="special_lineage"),
    path("policies/", machine.PolicyList.as_view(), name="policies"),
    path("policies/<str:number>/replace/", machine.ReplacePolicy.as_view(), name="policy_replace"),
    path("parameters/", machine.ParameterList.as_view(), name="parameters"),
    path("parameters/<str:key>/ask/", machine.AskParameter.as_view(), name="parameter_ask"),
    path("parameters/changes/<int:key>/approve/", machine.ApproveParameter.as_view(), name="parameter_approve"),
    path("parameters/changes/<int:key>/refuse/", machine.RefuseParameter.as_view(), name="parameter_refuse"),
    path("parameters/changes/<int:key>/take-back/", machine.TakeBackParameter.as_view(), name="parameter_take_back"),
]

nav.register("public", 10, _("Guides"), "programs:public:guides", everyone)
nav.register("public", 40, _("Programme tree"), "programs:public:tree", everyone)
nav.register("desk", 10, _("Plans"), "programs:desk:tree", policies.is_staff)
nav.register("desk", 20, _("Guides"), "programs:desk:guides", policies.is_staff)
