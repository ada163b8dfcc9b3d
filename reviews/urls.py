"""Addresses of the reviews floor by desk."""

from __future__ import annotations

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from core.web import nav, slots
from reviews import api as machine
from reviews import policies
from reviews.views import after, expert, invitations, joining, meetings, plans, pool, profile, seats, sheets, worth
from reviews.views import desk as desks

public = [
    path("draws/<uuid:uid>/", desks.receipt, name="receipt"),
    path("draws/verify_draw.py", desks.verify_script, name="verify_script"),
    path("draws/verify_assignment.py", desks.verify_assignment, name="verify_assignment"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]

my = [
    path("expert/", joining.join, name="join"),
    path("expert/recommend/", joining.recommend, name="recommend"),
    path("expert/<uuid:key>/withdraw/", joining.join_withdraw, name="join_withdraw"),
]

review = [
    path("", expert.home, name="home"),
    path("profile/", profile.profile, name="profile"),
    path("profile/confirm/", profile.profile_confirm, name="profile_confirm"),
    path("profile/ties/<uuid:uid>/end/", profile.tie_end, name="tie_end"),
    path("profile/<uuid:uid>/employers/<int:pk>/end/", profile.employer_end, name="employer_end"),
    re_path("^profile/(?P<part>employer|tie|account|own)/$", profile.profile_part, name="profile_part"),
    path("tasks/<uuid:uid>/", expert.task, name="task"),
    path("tasks/<uuid:uid>/autosave/", expert.autosave, name="autosave"),
    path("tasks/<uuid:uid>/application.pdf", expert.paper, name="paper"),
    path("tasks/<uuid:uid>/conflict/", expert.conflict, name="conflict"),
    path("meetings/<uuid:uid>/", meetings.own, name="meeting"),
    path("meetings/<uuid:uid>/present/", meetings.attend, name="attend"),
    path("meetings/<uuid:uid>/meeting.ics", meetings.calendar, name="meeting_calendar"),
    path("meetings/points/<int:pk>/vote/", meetings.vote, name="vote"),
    path("meetings/points/<int:pk>/leave/", meetings.leave, name="leave"),
    path("<str:ref>/", expert.batch, name="batch"),
    path("<str:ref>/calendar.ics", invitations.calendar, name="calendar"),
    path("<str:ref>/accept/", expert.accept, name="accept"),
    path("<str:ref>/decline/", expert.decline, name="decline"),
    path("<str:ref>/summary/", sheets.summary, name="summary"),
    path("<str:ref>/submit/", sheets.submit_all, name="submit_all"),
    path("<str:ref>/offline/", sheets.offline, name="offline"),
    path("<str:ref>/offline/apply/", sheets.offline_apply, name="offline_apply"),
    path("<str:ref>/offline/form.xlsx", sheets.offline_form, name="offline_form"),
    path("<str:ref>/offline/pack.zip", sheets.offline_pack, name="offline_pack"),
]

desk = [
    path("reviews/", desks.batch_list, name="batches"),
    path("reviews/new/<slug:guide>/", desks.batch_new, name="batch_new"),
    path("reviews/draws/<uuid:uid>/", desks.draw, name="draw"),
    path("reviews/draws/<uuid:uid>/value/", desks.draw_enter, name="draw_enter"),
    path("reviews/draws/<uuid:key>/open/", desks.draw_open, name="draw_open"),
    path("reviews/draws/<uuid:key>/cancel/", desks.draw_cancel, name="draw_cancel"),
    path("reviews/plans/<uuid:uid>/", plans.plan, name="plan"),
    path("reviews/plans/<uuid:uid>/experts/", plans.plan_experts, name="plan_experts"),
    path("reviews/plans/<uuid:uid>/table/", plans.plan_table, name="plan_table"),
    path("reviews/plans/<uuid:uid>/certificate/", plans.plan_certificate, name="plan_certificate"),
    path("reviews/plans/<uuid:uid>/again/", plans.plan_again, name="plan_again"),
    path("reviews/plans/<uuid:uid>/take/", plans.plan_take, name="plan_take"),
    path("reviews/plans/<uuid:uid>/commit/", plans.plan_commit, name="plan_commit"),
    path("reviews/plans/<uuid:uid>/panels/<str:panel>/", plans.panel, name="plan_panel"),
    path("reviews/plans/<uuid:uid>/panels/<str:panel>/lock/", plans.panel_lock, name="plan_lock"),
    path("reviews/plans/<uuid:uid>/panels/<str:panel>/move/", plans.panel_move, name="plan_move"),
    path("reviews/plans/<uuid:key>/apply/", plans.plan_apply, name="plan_apply"),
    path("reviews/plans/<uuid:key>/undo/", plans.plan_undo, name="plan_undo"),
    path("reviews/plans/<uuid:key>/discard/", plans.plan_discard, name="plan_discard"),
    path("reviews/meetings/<uuid:uid>/", meetings.meeting, name="meeting"),
    path("reviews/meetings/<uuid:uid>/screen/", meetings.screen, name="screen"),
    path("reviews/meetings/<uuid:uid>/move/", meetings.meeting_move, name="meeting_move"),
    path("reviews/meetings/<uuid:uid>/order/", meetings.meeting_order, name="meeting_order"),
    path("reviews/meetings/<uuid:uid>/presence/", meetings.meeting_presence, name="meeting_presence"),
    path("reviews/meetings/<uuid:uid>/chair/", meetings.meeting_chair, name="meeting_chair"),
    path("reviews/meetings/<uuid:key>/call/", meetings.meeting_call, name="meeting_call"),
    path("reviews/meetings/<uuid:key>/start/", meetings.meeting_start, name="meeting_start"),
    path("reviews/meetings/<uuid:key>/end/", meetings.meeting_end, name="meeting_end"),
    path("reviews/meetings/<uuid:key>/cancel/", meetings.meeting_cancel, name="meeting_cancel"),
    path("reviews/meetings/points/<int:pk>/leave/", meetings.point_leave, name="point_leave"),
    path("reviews/meetings/points/<int:key>/open/", meetings.point_open, name="point_open"),
    path("reviews/meetings/points/<int:key>/vote/", meetings.point_vote, name="point_vote"),
    path("reviews/meetings/points/<int:key>/decide/", meetings.point_decide, name="point_decide"),
    path("reviews/meetings/points/<int:key>/again/", meetings.point_again, name="point_again"),
    path("reviews/meetings/points/<int:key>/skip/", meetings.point_skip, name="point_skip"),
    path("reviews/<str:ref>/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("reviews/fees/", after.fee_lists, name="fee_lists"),
    path("reviews/fees/<uuid:uid>/", after.fee_list, name="fee_list"),
    path("reviews/fees/<uuid:key>/confirm/", after.fees_confirm, name="fees_confirm"),
    path("reviews/fees/<uuid:key>/reopen/", after.fees_reopen, name="fees_reopen"),
    path("reviews/fees/<uuid:key>/pay/", after.fees_pay, name="fees_pay"),
    path("reviews/fees/<uuid:uid>/export/", after.fees_export, name="fees_export"),
    path("reviews/industry/", after.industry, name="industry"),
    path("reviews/<str:ref>/", desks.batch, name="batch"),
    path("reviews/<str:ref>/plan/", plans.planning, name="planning"),
    path("reviews/<str:ref>/plan/run/", plans.plan_run, name="plan_run"),
    path("reviews/<str:ref>/groups/", plans.groups, name="groups"),
    path("reviews/<str:ref>/groups/propose/", plans.groups_propose, name="groups_propose"),
    path("reviews/<str:ref>/due/", desks.due, name="due"),
    path("reviews/<str:ref>/extend/", desks.extend, name="extend"),
    path("reviews/<str:ref>/remind/", desks.remind, name="remind"),
    path("reviews/<str:ref>/audits/", desks.audits, name="audits"),
    path("reviews/<str:ref>/commit/", desks.commit, name="commit"),
    path("reviews/<str:ref>/comments/", after.comments, name="comments"),
    path("reviews/<str:ref>/comments/send/", after.comments_send, name="comments_send"),
    path("reviews/<str:ref>/comments/<str:application>/", after.comment, name="comment"),
    path("reviews/<str:ref>/experts/", after.merits, name="merits"),
    path("reviews/<str:ref>/experts/grade/", after.merit, name="merit"),
    path("reviews/<str:ref>/experts/rest/", after.merits_rest, name="merits_rest"),
    path("reviews/<str:ref>/fees/", after.fees_make, name="fees_make"),
    path("reviews/<str:ref>/seats/", seats.seats, name="seats"),
    path("reviews/<str:ref>/seats/<uuid:uid>/void/", seats.seat_void, name="seat_void"),
    path("reviews/<str:ref>/recusals/", pool.recusals, name="recusals"),
    path("reviews/<str:key>/invite/", desks.invite, name="invite"),
    path("reviews/<str:key>/begin/", desks.begin, name="begin"),
    path("reviews/<str:key>/close/", desks.close, name="close"),
    path("reviews/<str:key>/rank/", desks.rank, name="rank"),
    path("reviews/<str:key>/reopen/", desks.reopen, name="reopen"),
    path("reviews/<str:ref>/analysis/", worth.analysis, name="analysis"),
    path("reviews/<str:ref>/analysis.xlsx", worth.analysis_table, name="analysis_table"),
    path("reviews/<str:ref>/copies/", worth.blind_copies, name="blind_copies"),
    path("reviews/<str:ref>/copies/<int:item>.pdf", worth.blind_copy, name="blind_copy"),
    path("reviews/<str:ref>/line/", worth.line_commit, name="line_commit"),
    path("reviews/<str:ref>/line/value/", worth.line_enter, name="line_enter"),
    path("reviews/<str:ref>/disagreements/", worth.disagreements, name="disagreements"),
    path("reviews/<str:ref>/disagreements/<int:item>/extra/", worth.extra, name="extra"),
    path("experts/", pool.experts, name="experts"),
    path("experts/new/", pool.expert_new, name="expert_new"),
    path("experts/applications/", joining.candidacies, name="candidacies"),
    path("experts/applications/<uuid:uid>/", joining.candidacy, name="candidacy"),
    path("experts/applications/<uuid:key>/admit/", joining.candidacy_admit, name="candidacy_admit"),
    path("experts/applications/<uuid:key>/return/", joining.candidacy_return, name="candidacy_return"),
    path("experts/applications/<uuid:key>/refuse/", joining.candidacy_refuse, name="candidacy_refuse"),
    path("experts/tables/", joining.expert_imports, name="expert_imports"),
    path("experts/tables/new/", joining.expert_import_new, name="expert_import_new"),
    path("experts/tables/<uuid:uid>/", joining.expert_import, name="expert_import"),
    path("experts/tables/<uuid:uid>/map/", joining.expert_import_map, name="expert_import_map"),
    path("experts/tables/<uuid:uid>/apply/", joining.expert_import_apply, name="expert_import_apply"),
    path("experts/tables/<uuid:key>/discard/", joining.expert_import_discard, name="expert_import_discard"),
    path("experts/tables/<uuid:uid>/errors/", joining.expert_import_errors, name="expert_import_errors"),
    path("experts/<uuid:uid>/", pool.expert, name="expert"),
    path("experts/<uuid:uid>/pause/", pool.expert_pause, name="expert_pause"),
    path("experts/<uuid:uid>/identity/", pool.expert_identity, name="expert_identity"),
    re_path("^experts/(?P<uid>[0-9a-f-]{36})/(?P<part>employer|tie)/$", pool.expert_part, name="expert_part"),
    path("experts/<uuid:key>/warn/", pool.expert_warn, name="expert_warn"),
    path("experts/<uuid:key>/resume/", pool.expert_resume, name="expert_resume"),
    path("experts/<uuid:key>/remove/", pool.expert_remove, name="expert_remove"),
]

api = [
    path("reviews/", machine.BatchList.as_view(), name="batches"),
    path("reviews/draws/<uuid:uid>/", machine.DrawReceipt.as_view(), name="receipt"),
    path("reviews/tasks/<uuid:uid>/submit/", machine.SubmitSheet.as_view(), name="submit"),
    path("reviews/<str:ref>/", machine.BatchDetail.as_view(), name="batch"),
    path("reviews/<str:key>/invite/", machine.Invite.as_view(), name="invite"),
    path("reviews/<str:key>/close/", machine.Close.as_view(), name="close"),
    path("reviews/<str:key>/rank/", machine.Rank.as_view(), name="rank"),
]

nav.register("review", 10, _("Reviews"), "reviews:review:home", policies.is_expert)
nav.register("review", 20, _("My data as an expert"), "reviews:review:profile", policies.is_expert)
nav.register("my", 75, _("Expert pool"), "reviews:my:join", policies.may_join)
nav.register("desk", 40, _("Reviews"), "reviews:desk:batches", policies.is_review_desk)
nav.register("desk", 45, _("Expert pool"), "reviews:desk:experts", policies.may_read_pool)
nav.register("desk", 46, _("Review fees"), "reviews:desk:fee_lists", policies.is_finance)
slots.register("applications.application", after.of_application)
