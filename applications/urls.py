"""Addresses of the applications floor by desk."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from applications import api as machine
from applications import policies
from applications.views import deputies, finishing, materials, pieces, rows, sections, taking, together, unit, workbench
from applications.views import desk as desks
from applications.views import desk_many as many
from applications.views import duplicates as twice
from applications.views import handovers as hands
from applications.views import imports as old
from applications.views import preview as look
from applications.views import public as pages
from applications.views import voices as word
from applications.views import word as office
from core.web import nav
from core.web.access import public as everyone

public = [
    path("track/", pages.track, name="track"),
    path("receipts/", pages.receipts, name="receipts"),
    path("invited/<str:token>/", pages.invited, name="invited"),
]

my = [
    path("applications/", workbench.workbench, name="list"),
    path("applications/start/<slug:guide>/", workbench.start, name="start"),
    path("applications/invitations/<int:pk>/", workbench.confirm, name="confirm"),
    path("applications/seats/<int:key>/accept/", together.seat_accept, name="seat_accept"),
    path("applications/seats/<int:key>/decline/", together.seat_decline, name="seat_decline"),
    path("applications/seats/<int:key>/leave/", together.seat_leave, name="seat_leave"),
    path("applications/<str:ref>/", workbench.overview, name="overview"),
    path("applications/<str:ref>/calendar.ics", workbench.calendar, name="calendar"),
    path("applications/<str:ref>/together/", together.together, name="together"),
    path("applications/<str:ref>/together/<int:pk>/", together.seat_rights, name="seat_rights"),
    path("applications/<str:ref>/together/<int:pk>/end/", together.seat_end, name="seat_end"),
    path("applications/<str:ref>/word/", office.word_page, name="word"),
    path("applications/<str:ref>/word/file.docx", office.word_file, name="word_file"),
    path("applications/<str:ref>/word/apply/", office.word_apply, name="word_apply"),
    path("applications/<str:ref>/take-over/", taking.take_over, name="take_over"),
    path("applications/<str:ref>/check/", finishing.check, name="check"),
    path("applications/<str:key>/hand-in/", finishing.hand_in, name="hand_in"),
    path("applications/<str:key>/recall/", finishing.recall, name="recall"),
    path("applications/<str:key>/take-back/", finishing.take_back, name="take_back"),
    path("applications/<str:ref>/answer/", finishing.answer, name="answer"),
    path("applications/<str:ref>/read/", finishing.preview, name="preview"),
    path("applications/<str:ref>/read/pdf/", finishing.preview_pdf, name="preview_pdf"),
    path("applications/<str:ref>/papers/<slug:kind>.pdf", finishing.paper, name="paper"),
    path("applications/<str:ref>/team/", rows.team, name="team"),
    path("applications/<str:ref>/team/add/", rows.member_add, name="member_add"),
    path("applications/<str:ref>/team/<int:pk>/", rows.member, name="member"),
    path("applications/<str:ref>/team/<int:pk>/letter/", rows.member_letter, name="member_letter"),
    path("applications/<str:ref>/team/<int:pk>/letter/file/", rows.member_letter_file, name="member_letter_file"),
    path("applications/<str:ref>/team/<int:pk>/remove/", rows.member_remove, name="member_remove"),
    path("applications/<str:ref>/partners/", rows.partners, name="partners"),
    path("applications/<str:ref>/partners/add/", rows.partner_add, name="partner_add"),
    path("applications/<str:ref>/partners/<int:pk>/", rows.partner, name="partner"),
    path("applications/<str:ref>/partners/<int:pk>/remove/", rows.partner_remove, name="partner_remove"),
    path("applications/<str:ref>/files/", materials.listing, name="files"),
    path("applications/<str:ref>/files/token/", pieces.token, name="files_token"),
    path("applications/<str:ref>/files/<int:pk>/", materials.read, name="file"),
    path("applications/<str:ref>/files/<int:pk>/look/", materials.look, name="look"),
    path("applications/<str:ref>/files/<int:pk>/remove/", materials.remove, name="file_remove"),
    path("applications/<str:ref>/files/<str:code>/upload/", materials.upload, name="upload"),
    path("applications/<str:ref>/files/<str:code>/pieces/", pieces.begin, name="upload_begin"),
    path("applications/<str:ref>/files/pieces/<uuid:uid>/", pieces.piece, name="piece"),
    path("applications/<str:ref>/files/pieces/<uuid:uid>/finish/", pieces.finish, name="upload_finish"),
    path("applications/<str:ref>/files/pieces/<uuid:uid>/cancel/", pieces.cancel, name="upload_cancel"),
    path("applications/<str:ref>/parts/<slug:part>/done/", sections.done, name="done"),
    path("applications/<str:ref>/sections/<slug:section>/", sections.section, name="section"),
    path("applications/<str:ref>/sections/<slug:section>/history/", together.section_history, name="section_history"),
    path("applications/<str:ref>/sections/<slug:section>/here/", together.here, name="here"),
    path("applications/<str:ref>/sections/<slug:section>/autosave/", sections.autosave, name="autosave"),
    path("unit/applications/", unit.unit_list, name="unit_list"),
    path("unit/applications/submit/", unit.unit_bulk, name="unit_bulk"),
    path("unit/applications/deputies/", deputies.deputies, name="deputies"),
    path("unit/applications/deputies/<int:key>/end/", deputies.deputy_end, name="deputy_end"),
    path("unit/applications/remind/", unit.unit_remind_all, name="unit_remind_all"),
    path("unit/applications/<str:ref>/", unit.unit_application, name="unit_application"),
    path("unit/applications/<str:key>/endorse/", unit.unit_endorse, name="unit_endorse"),
    path("unit/applications/<str:key>/pass-on/", unit.unit_pass_on, name="unit_pass_on"),
    path("unit/applications/<str:key>/recommend/", unit.unit_recommend, name="unit_recommend"),
    path("unit/applications/<str:key>/decline/", unit.unit_decline, name="unit_decline"),
    path("unit/applications/<str:key>/return/", unit.unit_return, name="unit_return"),
    path("unit/applications/<str:key>/remind/", unit.unit_remind, name="unit_remind"),
    path("unit/applications/<str:key>/withdraw/", unit.unit_withdraw, name="unit_withdraw"),
    # the word of others
    path("unit/voices/", word.unit_voices, name="unit_voices"),
    path("unit/voices/<uuid:uid>/", word.unit_voice, name="unit_voice"),
    path("voices/<uuid:uid>/", word.my_voice, name="voice"),
    path("voices/<uuid:uid>/file/", word.voice_file, name="voice_file"),
]

desk = [
    path("applications/", desks.desk_list, name="list"),
    path("applications/voices/", word.desk_voices, name="voices"),
    path("applications/voices/<uuid:uid>/", word.desk_voice, name="voice"),
    path("applications/voices/<uuid:key>/send-back/", word.send_back, name="voice_send_back"),
    path("applications/voices/<uuid:key>/reopen/", word.reopen, name="voice_reopen"),
    path("applications/duplicates/", twice.duplicates, name="duplicates"),
    path("applications/duplicates/<uuid:uid>/", twice.duplicate, name="duplicate"),
    path("applications/duplicates/<uuid:key>/clear/", twice.clear, name="duplicate_clear"),
    path("applications/duplicates/<uuid:key>/partly/", twice.partly, name="duplicate_partly"),
    path("applications/duplicates/<uuid:key>/duplicate/", twice.is_duplicate, name="duplicate_call"),
    path("applications/accept/", many.bulk_accept, name="bulk_accept"),
    path("applications/ask/", many.bulk_ask, name="bulk_ask"),
    path("applications/refuse/", many.bulk_refuse, name="bulk_refuse"),
    path("applications/batch/<uuid:uid>/", many.batch, name="batch"),
    path("applications/handovers/", hands.handovers, name="handovers"),
    path("applications/handovers/new/", hands.handover_new, name="handover_new"),
    path("applications/handovers/<uuid:uid>/", hands.handover, name="handover"),
    path("applications/handovers/<uuid:key>/take-back/", hands.take_back, name="handover_take_back"),
    path("applications/handovers/<uuid:key>/suspend/", hands.suspend, name="handover_suspend"),
    path("applications/handovers/<uuid:key>/resume/", hands.resume, name="handover_resume"),
    path("applications/statistics/", many.statistics, name="statistics"),
    path("applications/imports/", old.imports, name="imports"),
    path("applications/imports/new/", old.import_new, name="import_new"),
    path("applications/imports/projects/", old.old_projects, name="old_projects"),
    path("applications/imports/<uuid:uid>/", old.import_page, name="import"),
    path("applications/imports/<uuid:uid>/columns/", old.import_map, name="import_map"),
    path("applications/imports/<uuid:uid>/apply/", old.import_apply, name="import_apply"),
    path("applications/imports/<uuid:uid>/discard/", old.import_discard, name="import_discard"),
    path("applications/imports/<uuid:uid>/problems.xlsx", old.import_errors, name="import_errors"),
    path("applications/<str:ref>/", desks.application, name="application"),
    path("applications/<str:ref>/files/<int:pk>/", materials.desk_look, name="look"),
    path("applications/<str:key>/compare/", twice.compare, name="compare"),
    path("applications/<str:ref>/check/", desks.open_check, name="open_check"),
    path("applications/<str:ref>/check/list/", desks.tick, name="tick"),
    path("applications/<str:key>/accept/", desks.accept, name="accept"),
    path("applications/<str:ref>/correction/", desks.ask, name="ask"),
    path("applications/<str:ref>/refuse/", desks.refuse, name="refuse"),
    path("applications/<str:key>/visit/", desks.visit, name="visit"),
    path("applications/<str:key>/audit/", desks.audit, name="audit"),
    path("applications/<str:ref>/inspections/<int:pk>/", desks.inspection, name="inspection"),
    path("applications/<str:ref>/inspections/<int:pk>/report.pdf", desks.inspection_file, name="inspection_file"),
    # guide editor
    path("guides/<slug:ref>/form-preview/", look.form_preview, name="form_preview"),
    # the word of others
]

api = [
    path("applications/", machine.ApplicationList.as_view(), name="list"),
    path("applications/<str:ref>/", machine.ApplicationDetail.as_view(), name="application"),
    path("applications/<str:key>/hand-in/", machine.HandIn.as_view(), name="hand_in"),
    path("applications/<str:key>/endorse/", machine.Endorse.as_view(), name="endorse"),
    path("applications/<str:key>/pass-on/", machine.PassOn.as_view(), name="pass_on"),
    path("applications/<str:key>/recommend/", machine.Recommend.as_view(), name="recommend"),
    path("applications/<str:key>/decline/", machine.Decline.as_view(), name="decline"),
    path("applications/<str:key>/return/", machine.SendBack.as_view(), name="return"),
    path("applications/<str:key>/withdraw/", machine.Withdraw.as_view(), name="withdraw"),
    path("applications/<str:key>/accept/", machine.Accept.as_view(), name="accept"),
    path("applications/<str:key>/refuse/", machine.Refuse.as_view(), name="refuse"),
    path("applications/<str:key>/visit/", machine.Visit.as_view(), name="visit"),
    path("applications/<str:key>/audit/", machine.Audit.as_view(), name="audit"),
    path("applications/<str:ref>/inspections/<int:pk>/", machine.InspectionReport.as_view(), name="inspection"),
    # the formality check: in other hands, and many decisions at once
    path("handovers/", machine.HandoverList.as_view(), name="handovers"),
    path("handovers/<uuid:key>/take-back/", machine.TakeBack.as_view(), name="handover_take_back"),
    path("handovers/<uuid:key>/suspend/", machine.Suspend.as_view(), name="handover_suspend"),
    path("handovers/<uuid:key>/resume/", machine.Resume.as_view(), name="handover_resume"),
    path("formality/batches/", machine.Batch.as_view(), name="batches"),
    path("formality/batches/<uuid:uid>/", machine.BatchResult.as_view(), name="batch"),
    # old projects
    path("imports/", machine.ImportList.as_view(), name="imports"),
    path("imports/<uuid:uid>/", machine.ImportDetail.as_view(), name="import"),
    path("imports/<uuid:key>/dry-run/", machine.DryRun.as_view(), name="import_dry_run"),
    path("imports/<uuid:key>/run/", machine.RunImport.as_view(), name="import_run"),
    path("imports/<uuid:key>/discard/", machine.DiscardImport.as_view(), name="import_discard"),
    # the word of others
    path("voices/", machine.VoiceList.as_view(), name="voices"),
    path("voices/<uuid:key>/answer/", machine.AnswerVoice.as_view(), name="voice_answer"),
    path("voices/<uuid:key>/hand-in/", machine.HandInVoice.as_view(), name="voice_hand_in"),
    path("voices/<uuid:key>/send-back/", machine.SendBackVoice.as_view(), name="voice_send_back"),
    path("voices/<uuid:key>/reopen/", machine.ReopenVoice.as_view(), name="voice_reopen"),
]

nav.register("my", 10, _("My applications"), "applications:my:list", policies.is_applicant)
nav.register("my", 20, _("Applications of the unit"), "applications:my:unit_list", policies.is_unit_user)
nav.register("desk", 30, _("Applications"), "applications:desk:list", policies.may_read_desk)
nav.register("desk", 95, _("Old projects"), "applications:desk:imports", policies.imports_alone)
nav.register("my", 25, _("Our word is asked"), "applications:my:unit_voices", policies.is_administrator)
nav.register("public", 50, _("Look up progress"), "applications:public:track", everyone)
