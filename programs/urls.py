"""Addresses of the programmes floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from core.web import nav
from core.web.access import public as everyone
from programs import api as machine
from programs import api_topics as topic_machine
from programs import policies
from programs.views import editor, guides, need_desk, needs, plans, topic_calls
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

# --- demand solicitation (出题) ---
public += [
    path("topics/", topic_calls.calls, name="topic_calls"),
    path("topics/statistics/", topic_calls.statistics, name="topic_statistics"),
    path("topics/<slug:ref>/", topic_calls.call, name="topic_call"),
    path("topics/<slug:ref>/calendar.ics", topic_calls.call_calendar, name="topic_call_calendar"),
]
my = [
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
nav.register("desk", 25, _("Topics"), "programs:desk:needs", policies.is_staff)
