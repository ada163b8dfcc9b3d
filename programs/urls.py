"""Addresses of the programmes floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts import queries as accounts
from core.web import nav
from core.web.access import public as everyone
from programs import api as machine
from programs import policies, queries
from programs.api import matching as matching_machine
from programs.api import topics as topic_machine
from programs.views import (
    adjustments,
    advisory,
    basis,
    calls,
    changes,
    conditions,
    editor,
    entitlements,
    form_builder,
    guides,
    lineage,
    matching,
    need_desk,
    needs,
    overlaps,
    parameters,
    plans,
    portfolios,
    searches,
    topic_calls,
    uploads,
    versions,
)
from programs.views import public as pages
from programs.views import review as remarks

public = [
    path("guides/", calls.guides, name="guides"),
    path("guides/feed.<str:kind>", calls.feed, name="feed"),
    path("guides/calendar.ics", calls.windows, name="windows"),
    path("guides/expected/", calls.expected, name="expected"),
    path("guides/expected.<str:kind>", calls.expected_feed, name="expected_feed"),
    path("guides/<int:year>/<slug:slug>/", pages.guide, name="guide"),
    path("guides/<int:year>/<slug:slug>/files/<uuid:uid>/", pages.guide_file, name="guide_file"),
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
    # guide editor
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
    path("plans/annual/<int:year>/edit/", changes.plan_edit, name="plan_edit"),
    path("plans/annual/<int:year>/live/", changes.plan_live, name="plan_live"),
    path("plans/annual/<int:year>/changes/new/", changes.change_new, name="change_new"),
    path("plans/annual/changes/", changes.change_list, name="plan_changes"),
    path("plans/annual/changes/<slug:ref>/", changes.change, name="plan_change"),
    path("plans/annual/changes/<slug:ref>/edit/", changes.change_edit, name="change_edit"),
    path("plans/annual/changes/<slug:ref>/lines/<slug:kind>/", changes.line_new, name="line_new"),
    path("plans/annual/changes/<slug:ref>/remove/<int:pk>/", changes.line_remove, name="line_remove"),
    path("plans/annual/changes/<slug:key>/submit/", changes.change_submit, name="change_submit"),
    path("plans/annual/changes/<slug:key>/check/", changes.change_check, name="change_check"),
    path("plans/annual/changes/<slug:key>/approve/", changes.change_approve, name="change_approve"),
    path("plans/annual/changes/<slug:key>/return/", changes.change_return, name="change_return"),
    path("plans/annual/changes/<slug:key>/refuse/", changes.change_refuse, name="change_refuse"),
    path("plans/annual/changes/<slug:key>/withdraw/", changes.change_withdraw, name="change_withdraw"),
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
    path("guides/entitlements/", entitlements.entitlement_lists, name="entitlement_lists"),
    path("guides/entitlements/units/<uuid:uid>/", entitlements.entitlement, name="entitlement"),
    path("guides/entitlements/<slug:ref>/", entitlements.entitlement_list, name="entitlement_list"),
    path("guides/entitlements/<slug:key>/check/", entitlements.entitlement_check, name="entitlement_check"),
    path("guides/entitlements/<slug:key>/return/", entitlements.entitlement_return, name="entitlement_return"),
    path("guides/entitlements/<slug:key>/approve/", entitlements.entitlement_approve, name="entitlement_approve"),
    path("guides/entitlements/<slug:key>/publish/", entitlements.entitlement_publish, name="entitlement_publish"),
    path("guides/entitlements/<slug:key>/discard/", entitlements.entitlement_discard, name="entitlement_discard"),
    path("guides/new/", guides.guide_new, name="guide_new"),
    path("guides/import/", uploads.guide_import, name="guide_import"),
    path("guides/import/<uuid:uid>/", uploads.guide_import_check, name="guide_import_check"),
    path("guides/<slug:ref>/", guides.guide, name="guide"),
    path("guides/<slug:ref>/preview/", guides.guide_preview, name="guide_preview"),
    path("guides/<slug:ref>/windows/", guides.guide_windows, name="guide_windows"),
    path("guides/<slug:ref>/policies/", guides.guide_policies, name="guide_policies"),
    path("guides/<slug:ref>/extend/", guides.guide_extend, name="guide_extend"),
    path("guides/<slug:ref>/extend-begun/", guides.guide_extend_begun, name="guide_extend_begun"),
    path("guides/<slug:ref>/export.json", guides.guide_export, name="guide_export"),
    path("guides/<slug:ref>/versions/<int:number>/", guides.guide_version, name="guide_version"),
    path("guides/<slug:ref>/conditions/", conditions.conditions, name="conditions"),
    path("guides/<slug:ref>/conditions/<slug:code>/", conditions.condition, name="condition"),
    path("guides/<slug:ref>/conditions/<slug:code>/move/", conditions.condition_move, name="condition_move"),
    path("guides/<slug:ref>/conditions/<slug:code>/remove/", conditions.condition_remove, name="condition_remove"),
    path("guides/<slug:ref>/amount/", conditions.amount_try, name="amount_try"),
    path("guides/<slug:ref>/form/", form_builder.form_parts, name="form_parts"),
    path("guides/<slug:ref>/form/<slug:section>/", form_builder.form_section, name="form_section"),
    path("guides/<slug:ref>/form/<slug:section>/move-section/", form_builder.section_move, name="section_move"),
    path("guides/<slug:ref>/form/<slug:section>/<slug:code>/", form_builder.form_field, name="form_field"),
    path("guides/<slug:ref>/form/<slug:section>/<slug:code>/move/", form_builder.form_move, name="form_move"),
    path("guides/<slug:ref>/edit/<slug:part>/", editor.edit, name="edit"),
    path("guides/<slug:key>/submit/", guides.guide_submit, name="guide_submit"),
    path("guides/<slug:key>/agree/", guides.guide_agree, name="guide_agree"),
    path("guides/<slug:key>/approve/", guides.guide_approve, name="guide_approve"),
    path("guides/<slug:key>/return/", guides.guide_return, name="guide_return"),
    path("guides/<slug:key>/discard/", guides.guide_discard, name="guide_discard"),
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
    # guide editor
    path("guides/<slug:ref>/compare/", remarks.compare, name="guide_compare"),
    path("guides/<slug:ref>/clauses/", remarks.clauses, name="guide_clauses"),
    path("guides/<slug:ref>/clauses/<slug:part>/<path:clause>/", remarks.clause_history, name="clause_history"),
    path("guides/<slug:ref>/comments/", remarks.comments, name="comments"),
    path("guides/comments/<int:key>/answer/", remarks.comment_answer, name="comment_answer"),
    path("guides/comments/<int:key>/settle/", remarks.comment_settle, name="comment_settle"),
    path("guides/comments/<int:key>/reopen/", remarks.comment_reopen, name="comment_reopen"),
    path("guides/<slug:ref>/opinion/", remarks.opinion, name="guide_opinion"),
]

api = [
    path("plans/", machine.Tree.as_view(), name="tree"),
    path("plans/annual/<int:year>/", machine.AnnualPlanDetail.as_view(), name="annual_plan"),
    path("plans/annual/<int:key>/submit/", machine.SubmitPlan.as_view(), name="plan_submit"),
    path("plans/annual/<int:key>/return/", machine.ReturnPlan.as_view(), name="plan_return"),
    path("plans/annual/<int:key>/approve/", machine.ApprovePlan.as_view(), name="plan_approve"),
    path("plans/annual/<int:key>/publish/", machine.PublishPlan.as_view(), name="plan_publish"),
    path("plans/annual/<int:key>/changes/", machine.PlanChanges.as_view(), name="plan_changes"),
    path("plans/changes/<slug:key>/", machine.PlanChangeDetail.as_view(), name="plan_change"),
    path("plans/changes/<slug:key>/submit/", machine.SubmitChange.as_view(), name="change_submit"),
    path("plans/changes/<slug:key>/check/", machine.CheckChange.as_view(), name="change_check"),
    path("plans/changes/<slug:key>/approve/", machine.ApproveChange.as_view(), name="change_approve"),
    path("plans/changes/<slug:key>/return/", machine.ReturnChange.as_view(), name="change_return"),
    path("plans/changes/<slug:key>/refuse/", machine.RefuseChange.as_view(), name="change_refuse"),
    path("plans/changes/<slug:key>/withdraw/", machine.WithdrawChange.as_view(), name="change_withdraw"),
    path("specials/<slug:tree>/<slug:code>/", machine.SpecialDetail.as_view(), name="special"),
    path("guides/", machine.GuideList.as_view(), name="guides"),
    path("guides/import/", machine.GuideImport.as_view(), name="guide_import"),
    path("guides/<slug:ref>/", machine.GuideDetail.as_view(), name="guide"),
    path("guides/<slug:key>/submit/", machine.Submit.as_view(), name="guide_submit"),
    path("guides/<slug:key>/agree/", machine.Agree.as_view(), name="guide_agree"),
    path("guides/<slug:key>/approve/", machine.Approve.as_view(), name="guide_approve"),
    path("guides/<slug:key>/return/", machine.Return.as_view(), name="guide_return"),
    path("guides/<slug:key>/discard/", machine.Discard.as_view(), name="guide_discard"),
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
    # guide editor
    path("guides/<slug:ref>/export/", machine.GuideExport.as_view(), name="guide_export"),
    path("guides/<slug:ref>/compare/", machine.GuideCompare.as_view(), name="guide_compare"),
    path("guides/<slug:key>/check-law/", machine.CheckLaw.as_view(), name="guide_check_law"),
    path("guides/<slug:key>/comments/", machine.CommentList.as_view(), name="comments"),
    path("guides/comments/<int:key>/answer/", machine.CommentAnswer.as_view(), name="comment_answer"),
    path("guides/comments/<int:key>/settle/", machine.CommentSettle.as_view(), name="comment_settle"),
    path("guides/comments/<int:key>/reopen/", machine.CommentReopen.as_view(), name="comment_reopen"),
]

accounts.scopes_from(queries.target_choices)
nav.register("public", 10, _("Guides"), "programs:public:guides", everyone)
nav.register("public", 40, _("Programme tree"), "programs:public:tree", everyone)
nav.register("desk", 10, _("Plans"), "programs:desk:tree", policies.is_staff)
nav.register("desk", 20, _("Guides"), "programs:desk:guides", policies.is_staff)

# --- demand solicitation (出题) ---
public += [
    path("topics/", topic_calls.calls, name="topic_calls"),
    path("topics/statistics/", topic_calls.statistics, name="topic_statistics"),
    path("topics/<slug:ref>/", topic_calls.call, name="topic_call"),
    path("topics/<slug:ref>/calendar.ics", topic_calls.call_calendar, name="topic_call_calendar"),
]
my += [
    path("needs/", needs.mine, name="needs"),
    path("needs/start/<slug:ref>/", needs.start, name="need_start"),
    path("needs/<slug:ref>/", needs.need, name="need"),
    path("needs/<slug:ref>/save/", needs.autosave, name="need_autosave"),
    path("needs/<slug:ref>/files/<int:pk>/", needs.file, name="need_file"),
    path("needs/<slug:ref>/files/<int:pk>/remove/", needs.file_remove, name="need_file_remove"),
    path("needs/<slug:ref>/files/<slug:kind>/", needs.upload, name="need_upload"),
    path("needs/<slug:key>/hand-in/", needs.need_hand_in, name="need_hand_in"),
    path("needs/<slug:key>/recall/", needs.need_recall, name="need_recall"),
    path("needs/<slug:key>/withdraw/", needs.need_withdraw, name="need_withdraw"),
    path("unit/needs/", needs.unit_list, name="unit_needs"),
    path("unit/needs/<slug:ref>/", needs.unit_need, name="unit_need"),
    path("unit/needs/<slug:key>/endorse/", needs.unit_endorse, name="unit_endorse"),
    path("unit/needs/<slug:key>/return/", needs.unit_return, name="unit_return"),
    path("unit/needs/<slug:key>/withdraw/", needs.unit_withdraw, name="unit_withdraw"),
]
review = [
    path("needs/", needs.score_list, name="needs"),
    path("needs/<slug:ref>/", needs.score, name="need"),
]
desk += [
    path("topics/", topic_calls.call_list, name="topic_calls"),
    path("topics/new/", topic_calls.call_new, name="topic_call_new"),
    path("topics/statistics/", topic_calls.desk_statistics, name="topic_statistics"),
    path("topics/<slug:ref>/", topic_calls.desk_call, name="topic_call"),
    path("topics/<slug:ref>/edit/", topic_calls.call_edit, name="topic_call_edit"),
    path("topics/<slug:ref>/windows/", topic_calls.call_windows, name="topic_call_windows"),
    path("topics/<slug:ref>/directions/", topic_calls.call_streams, name="topic_call_streams"),
    path("topics/<slug:ref>/quotas/", topic_calls.call_quotas, name="topic_call_quotas"),
    path("topics/<slug:ref>/fields/", topic_calls.call_asks, name="topic_call_asks"),
    path("topics/<slug:ref>/sheet/", topic_calls.call_criteria, name="topic_call_criteria"),
    path("topics/<slug:ref>/experts/", topic_calls.call_experts, name="topic_call_experts"),
    path("topics/<slug:ref>/ranking/", need_desk.ranking, name="topic_ranking"),
    path("topics/<slug:ref>/compare/", topic_calls.call_compare, name="topic_call_compare"),
    path("topics/<slug:key>/submit/", topic_calls.call_submit, name="topic_call_submit"),
    path("topics/<slug:key>/return/", topic_calls.call_return, name="topic_call_return"),
    path("topics/<slug:key>/approve/", topic_calls.call_approve, name="topic_call_approve"),
    path("topics/<slug:key>/publish/", topic_calls.call_publish, name="topic_call_publish"),
    path("topics/<slug:key>/finish/", topic_calls.call_finish, name="topic_call_finish"),
    path("topics/<slug:key>/withdraw/", topic_calls.call_withdraw, name="topic_call_withdraw"),
    path("needs/", need_desk.need_list, name="needs"),
    path("needs/bulk/", need_desk.need_bulk, name="need_bulk"),
    path("needs/<slug:ref>/", need_desk.need, name="need"),
    path("needs/<slug:ref>/with/<slug:other>/", need_desk.compare, name="need_compare"),
    path("needs/<slug:ref>/decline/", need_desk.need_decline, name="need_decline"),
    path("needs/<slug:ref>/score/", need_desk.need_score, name="need_score"),
    path("needs/<slug:key>/pass/", need_desk.need_pass, name="need_pass"),
    path("needs/<slug:key>/split/", need_desk.need_split, name="need_split"),
    path("needs/<slug:key>/adopt/", need_desk.need_adopt, name="need_adopt"),
    path("needs/<slug:key>/keep/", need_desk.need_keep, name="need_keep"),
    path("needs/<slug:key>/reopen/", need_desk.need_reopen, name="need_reopen"),
    path("guides/<slug:ref>/sources/", need_desk.sources, name="guide_sources"),
    path("guides/<slug:ref>/sources/<int:pk>/remove/", need_desk.source_remove, name="guide_source_remove"),
]
api += topic_machine.PATHS

nav.register("public", 15, _("Calls for topics"), "programs:public:topic_calls", everyone)
nav.register("my", 30, _("My topics"), "programs:my:needs", policies.may_propose)
nav.register("my", 35, _("Topics of the unit"), "programs:my:unit_needs", policies.is_unit_user)
nav.register("review", 20, _("Topics to score"), "programs:review:needs", policies.is_expert)
nav.register("desk", 25, _("Topics"), "programs:desk:needs", policies.is_staff, also=("programs:desk:topic_calls",))

# --- matching and entitlement (免申即享) ---
public += [
    path("guides/searches/stop/<str:token>/", searches.stop_by_link, name="search_stop"),
    path("guides/searches/<uuid:token>/feed.<slug:kind>", searches.search_feed, name="search_feed"),
    path("guides/check/", matching.self_check_all, name="self_check_all"),
    path("guides/<int:year>/<slug:slug>/check/", matching.self_check, name="self_check"),
]
my += [
    path("matching/", matching.my_matching, name="matching"),
    path("matching/mail/", matching.matching_mail, name="matching_mail"),
    path("searches/", searches.searches, name="searches"),
    path("searches/<uuid:key>/stop/", searches.search_stop, name="search_stop"),
    path("searches/<uuid:key>/take-up/", searches.search_take_up, name="search_take_up"),
    path("searches/<uuid:key>/renew/", searches.search_renew, name="search_renew"),
    path("searches/<uuid:key>/drop/", searches.search_drop, name="search_drop"),
    path("entitlements/", entitlements.own_entitlements, name="entitlements"),
    path("entitlements/<uuid:uid>/", entitlements.own_entitlement, name="entitlement"),
    path("entitlements/<uuid:key>/confirm/", entitlements.entitlement_confirm, name="entitlement_confirm"),
    path("entitlements/<uuid:key>/decline/", entitlements.entitlement_decline, name="entitlement_decline"),
]
desk += [
    path("guides/<slug:ref>/reach/", matching.guide_reach, name="guide_reach"),
    path("guides/<slug:ref>/reach/count/", matching.guide_reach_count, name="guide_reach_count"),
    path("guides/<slug:ref>/entitlements/", entitlements.entitlement_draft, name="entitlement_draft"),
]
api += matching_machine.PATHS

nav.register("my", 15, _("Guides that fit"), "programs:my:matching", policies.may_match)
nav.register("my", 60, _("Money without an application"), "programs:my:entitlements", policies.is_org_admin)
