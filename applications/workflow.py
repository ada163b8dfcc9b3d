"""The table of moves of an application. One row is one verb; the drawing in docs/states is made from it.

Upper floors move an application only through the thin verbs of `actions.upper`; their own policy has been asked, and
the role is asked here once more.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.states import OrganisationStatus
from applications import policies
from applications.models import Application, CoAuthor, Correction, DuplicateFinding, Handover, ImportBatch, Voice
from applications.states import (
    WRITTEN_TOGETHER,
    DuplicateStatus,
    Gate,
    HandoverStatus,
    ImportStatus,
    InspectionKind,
    Reason,
    SeatStatus,
    Side,
    Status,
    VoiceStatus,
    applicant_label,
    unit_label,
)
from core import clock
from core.models import LedgerRow
from core.workflow import Machine, Step
from programs import queries as programme
from programs.engine import voices


def before_close(application: Application, *, opened: Any = None, **given: Any) -> str | None:
    """Before the close of filing, by the database clock. `opened` is the guide held by the submitting transaction. After the
    close, in a time for those who had begun, only an application that had begun by then (ADR 0026)."""
    if opened is not None and opened.begun_before is None:
        return None  # the usual minute: the guide need not be read for it
    guide, begun = application.guide, application.created_at
    if opened is not None:
        return programme.late_problem(guide, begun, opened.begun_before)
    if programme.window_for(guide, begun) is not None:
        return None
    late = programme.late_window(guide)
    return programme.late_problem(guide, begun, late.begun_before) if late else programme.closed_reason(guide, guide.status, clock.now())


def before_common_close(application: Application, *, opened: Any = None, **given: Any) -> str | None:
    """The time after the close is for what was not submitted; what was submitted stands as it is."""
    if opened is None and programme.late_window(application.guide) is None:
        return None
    if opened is not None and opened.begun_before is None:
        return None
    return _("The close is over. The time after it is for applications that were not submitted; yours stands as it was submitted.")


def after_close(application: Application, **given: Any) -> str | None:
    """Only a guide with neither an open nor a coming window ends what was not submitted; in a time for those who had begun it
    ends the others."""
    guide = application.guide
    if programme.window_for(guide, application.created_at) or programme.upcoming_window(guide):
        return _("Filing is still possible.")
    return programme.closed_reason(guide, guide.status, clock.now()) if programme.is_corrected(guide) else None


def begun_in_time(application: Application, **given: Any) -> str | None:
    """Two persons have given a later close to those who had begun, and this is one of them."""
    late = programme.late_window(application.guide)
    if late is None:
        return _("No time after the close has been given under this guide.")
    return programme.late_problem(application.guide, application.created_at, late.begun_before)


def end_of(application: Application) -> Any:
    """The record of the end of what was not submitted: where it stood, and why it ended."""
    return LedgerRow.objects.filter(
        target_type=application._meta.label_lower, target_id=application.pk, verb="applications.application.expire").order_by("-id").first()


def _stood_as(status: str) -> Any:
    """Comes back only to where it stood when the close ended it. What ended with a withdrawn guide does not."""

    def need(application: Application, **given: Any) -> str | None:
        end = end_of(application)
        if end is not None and end.data.get("reason_code") == Reason.DEADLINE_PASSED and (end.before or {}).get("status") == status:
            return None
        return _("The close did not end it in the state “%(state)s”.") % {"state": Status(status).label}

    need.__name__ = f"stood_as_{status.lower()}"
    return need


def guide_corrected(application: Application, **given: Any) -> str | None:
    return None if programme.is_corrected(application.guide) else _("The guide was not corrected.")


def with_reason(application: Application, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def with_reason_code(application: Application, *, reason_code: str = "", text: str = "", **given: Any) -> str | None:
    """A refusal always has a code of the closed list and a text of its own."""
    if reason_code not in Reason.values:
        return _("Choose the reason.")
    return None if text.strip() else _("Write the reason in words; the applicant will read it.")


def rules_met(application: Application, *, blockers: Any = None, **given: Any) -> list[str]:
    """Everything the check page calls wrong. The acting verb works it out and hands it over; without it: no."""
    return [_("The check list has not been run.")] if blockers is None else [str(item) for item in blockers]


def no_recommender(application: Application, **given: Any) -> str | None:
    if needs_recommender(application):
        return _("This guide asks for a recommendation after the unit's approval.")
    return None


def has_recommender(application: Application, **given: Any) -> str | None:
    return None if needs_recommender(application) else _("This guide asks for no recommendation.")


def _texts(application: Application) -> dict[str, Any]:
    """The data of the guide version. A row that was just locked has none at hand: the memory of this process has, and so
    a hundred kilobytes that never change are not read at every move."""
    if not Application.version.is_cached(application):
        application.version = programme.kept_version_of(application.version_id)
    return application.version.data


def needs_recommender(application: Application) -> bool:
    return bool((_texts(application).get("mode") or {}).get("recommenders"))


def asked_once(application: Application, **given: Any) -> str | None:
    """One-time correction (一次性告知): all defects in one notice, and never a second one."""
    if Correction.objects.filter(application=application).exists():
        return _("A correction can be asked only once; decide on what has been answered.")
    return None


def with_defects(application: Application, *, items: Any = (), **given: Any) -> str | None:
    return None if items else _("Name at least one item to be corrected.")


def in_time(application: Application, **given: Any) -> str | None:
    """The clock counts from the issue of the notice in the system."""
    due = application.correction_due_at
    if due is not None and clock.now() < due:
        return None
    return _("The time for the correction is over.")


def correction_overdue(application: Application, **given: Any) -> str | None:
    due = application.correction_due_at
    return None if due is not None and clock.now() >= due else _("The time for the correction is not over yet.")


def without_review(application: Application, **given: Any) -> str | None:
    """Modes that pay by right or after a formality check alone are ranked without experts."""
    mode = (_texts(application).get("review") or {}).get("mode")
    return None if mode == "FORMAL" else _("This guide has an expert review.")


def after_experts(application: Application, **given: Any) -> str | None:
    """Straight from the acceptance only where no expert is asked."""
    return without_review(application) and _("The experts come first.") if application.status == Status.ACCEPTED else None


def inspected(application: Application, **given: Any) -> str | None:
    """Every site visit and special audit ordered has its report, and the audit the guide asks for has been made
    (择优排序前的专项审计; the guide's `mode.audit_required`)."""
    rows = list(application.inspections.all())
    if any(row.filed_at is None for row in rows):
        return _("%(ref)s: the report of the site visit or special audit is missing.") % {"ref": application.ref}
    asked = (_texts(application).get("mode") or {}).get("audit_required")
    if asked and not any(row.kind == InspectionKind.AUDIT for row in rows):
        return _("%(ref)s: the guide asks for a special audit before the ranking.") % {"ref": application.ref}
    return None


# --- the word of others (ways of funding) -----------------------------------------------------------------------


def voice_gaps(application: Application, gate: str, round: int = 1, *, against: bool = True) -> list[str]:
    """What other bodies have not said yet, or have said no to, at this gate; [] = go on. What is asked comes from the
    guide's data, not from the rows: a row that was never made is an answer that is missing. `against=False`: a no is an
    answer like another. Prefetch `voices`."""
    asked = voices.asks(application.version.data, application.answers, gate)
    if not asked:
        return []
    rows = {row.code: row for row in application.voices.all() if row.round == round}
    return [text for ask in asked if (text := _gap(application, ask, rows.get(ask.code), against))]


def _gap(application: Application, ask: voices.Ask, row: Voice | None, against: bool) -> str:
    given = {"clause": ask.clause, "ref": application.ref, "label": ask.label, "body": ask.body or "—"}
    if row is not None and (row.status == VoiceStatus.AGREED or (row.status == VoiceStatus.DECLINED and not against)):
        return ""
    if row is not None and row.status == VoiceStatus.DECLINED:
        return _("Clause %(clause)s: %(ref)s: %(body)s has declined (%(label)s).") % given
    if row is not None and row.status == VoiceStatus.HANDED_IN:
        return _("Clause %(clause)s: %(ref)s: “%(label)s” is handed in and not confirmed yet.") % given
    return _("Clause %(clause)s: %(ref)s: “%(label)s” of %(body)s is missing.") % given


def heard_before_proposal(application: Application, **given: Any) -> list[str]:
    """Who decides too has agreed (clause R4; joint funding: only what both agree on)."""
    return voice_gaps(application, Gate.PROPOSE)


def heard_before_award(application: Application, **given: Any) -> list[str]:
    """The approval of the ethics committee, where the guide asks for it before the award; and what the proposal needed."""
    return [*voice_gaps(application, Gate.PROPOSE), *voice_gaps(application, Gate.AWARD)]


S = Status
#: Where it stood when the close ended it -> the verb that brings it back there.
GO_ON = {S.DRAFT: "go_on", S.UNIT_RETURNED: "go_on_returned", S.UNIT_PENDING: "go_on_at_unit", S.RECOMMEND_PENDING: "go_on_at_recommender"}
WITHDRAWABLE = {S.SUBMITTED, S.ACCEPTED, S.CORRECTION, S.IN_REVIEW}

APPLICATION = Machine(
    "applications.application",
    (
        # the applicant and the unit
        Step("hand_in", {S.DRAFT, S.UNIT_RETURNED}, S.UNIT_PENDING, policies.is_leader, (before_close, rules_met),
             gettext_lazy("Hand in to the unit")),
        # not in the field's published list of moves: until the unit has approved, the leader may take it back
        Step("recall", {S.UNIT_PENDING}, S.DRAFT, policies.is_leader, (before_close,), gettext_lazy("Take back")),
        Step("return", {S.UNIT_PENDING}, S.UNIT_RETURNED, policies.is_unit_admin, (with_reason,),
             gettext_lazy("Return to the leader")),
        Step("endorse", {S.UNIT_PENDING}, S.SUBMITTED, policies.is_unit_admin,
             (no_recommender, before_close, rules_met), gettext_lazy("Approve and submit to the bureau")),
        Step("pass_on", {S.UNIT_PENDING}, S.RECOMMEND_PENDING, policies.is_unit_admin,
             (has_recommender, before_close, rules_met), gettext_lazy("Approve and pass on to the recommending body")),
        Step("recommend", {S.RECOMMEND_PENDING}, S.SUBMITTED, policies.is_recommender, (before_close, rules_met),
             gettext_lazy("Recommend and submit to the bureau")),
        Step("decline", {S.RECOMMEND_PENDING}, S.UNIT_RETURNED, policies.is_recommender, (with_reason,),
             gettext_lazy("Return to the unit")),
        Step("take_back", {S.SUBMITTED}, S.DRAFT, policies.is_leader, (before_close, before_common_close),
             gettext_lazy("Take back before the close")),
        Step("withdraw", WITHDRAWABLE, S.WITHDRAWN, policies.is_unit_head, (with_reason,),
             gettext_lazy("Withdraw the application"), danger=True),
        Step("give_back", {S.UNIT_PENDING, S.RECOMMEND_PENDING}, S.DRAFT, policies.is_system, (guide_corrected,),
             gettext_lazy("Give back, the guide was corrected")),
        Step("expire", {S.DRAFT, S.UNIT_PENDING, S.UNIT_RETURNED, S.RECOMMEND_PENDING}, S.EXPIRED,
             policies.is_system, (after_close,), gettext_lazy("End, not submitted in time")),
        # let in again for a time after the close, each to where it stood
        *(Step(verb, {S.EXPIRED}, target, policies.is_system, (begun_in_time, _stood_as(target)), gettext_lazy("Go on after the close"))
          for target, verb in GO_ON.items()),
        # the formality check
        Step("accept", {S.SUBMITTED}, S.ACCEPTED, policies.is_checker, (), pgettext_lazy("application", "Accept")),
        Step("ask_correction", {S.SUBMITTED}, S.CORRECTION, policies.is_checker, (asked_once, with_defects),
             gettext_lazy("Ask for correction")),
        Step("answer", {S.CORRECTION}, S.SUBMITTED, policies.is_leader, (in_time, rules_met),
             gettext_lazy("Send the correction")),
        Step("refuse", {S.SUBMITTED}, S.NOT_ACCEPTED, policies.is_checker, (with_reason_code,),
             gettext_lazy("Refuse"), danger=True),
        Step("lapse", {S.CORRECTION}, S.NOT_ACCEPTED, policies.is_system, (correction_overdue,),
             gettext_lazy("Refuse, correction not answered in time"), danger=True),
        # moved by upper floors
        Step("put_in_review", {S.ACCEPTED}, S.IN_REVIEW, policies.is_organiser, (), gettext_lazy("Assign for review")),
        Step("close_review", {S.IN_REVIEW}, S.REVIEWED, policies.is_organiser, (), gettext_lazy("Close the review")),
        Step("visit", {S.REVIEWED}, S.SITE_VISIT, policies.is_division, (), gettext_lazy("Order a site visit")),
        Step("audit", {S.REVIEWED, S.SITE_VISIT, S.ACCEPTED}, S.SPECIAL_AUDIT, policies.is_division, (after_experts,),
             gettext_lazy("Order a special audit")),
        Step("rank", {S.REVIEWED, S.SITE_VISIT, S.SPECIAL_AUDIT}, S.RANKED, policies.is_division, (inspected,),
             pgettext_lazy("application", "Rank")),
        Step("rank_directly", {S.ACCEPTED, S.SPECIAL_AUDIT}, S.RANKED, policies.is_system, (without_review, inspected),
             gettext_lazy("Rank without review")),
        Step("propose", {S.RANKED}, S.PROPOSED, policies.is_bureau_leader, (heard_before_proposal,),
             gettext_lazy("Propose for award")),
        Step("not_select", {S.RANKED}, S.NOT_SELECTED, policies.is_bureau_leader, (with_reason_code,),
             gettext_lazy("Do not select"), danger=True),
        Step("publicise", {S.PROPOSED}, S.PUBLICITY, policies.is_resource, (), gettext_lazy("Publish in the notice")),
        Step("hold", {S.PUBLICITY}, S.OBJECTION_HOLD, policies.is_supervision, (),
             gettext_lazy("Hold for an objection")),
        Step("release_hold", {S.OBJECTION_HOLD}, S.PUBLICITY, policies.is_supervision, (),
             gettext_lazy("Release, objection not upheld")),
        Step("award", {S.PUBLICITY}, S.AWARDED, policies.is_bureau_leader, (heard_before_award,), gettext_lazy("Award")),
        Step("award_directly", {S.PROPOSED}, S.AWARDED, policies.is_bureau_leader, (heard_before_award,),
             gettext_lazy("Award without public notice")),
        Step("reject", {S.OBJECTION_HOLD}, S.REJECTED, policies.is_bureau_leader, (with_reason_code,),
             gettext_lazy("Refuse the award, objection upheld"), danger=True),
    ),
    "applications.Application",
    Status,
    told=policies.state_told,
)


D = DuplicateStatus


def still_open(finding: DuplicateFinding, **given: Any) -> str | None:
    """A verdict belongs to the time before the decision on the application; afterwards it is history."""
    status = finding.application.status
    return None if status in JUDGED_IN else _("The application is “%(state)s”: the duplicate check is closed.") % {
        "state": finding.application.status_label}


JUDGED_IN = {S.SUBMITTED, S.CORRECTION, S.ACCEPTED, S.IN_REVIEW, S.REVIEWED, S.SITE_VISIT, S.SPECIAL_AUDIT, S.RANKED, S.PROPOSED}
DUPLICATE = Machine(
    "applications.duplicate",
    (
        Step("clear", {D.OPEN, D.PARTLY, D.DUPLICATE}, D.CLEARED, policies.judges_duplicate, (with_reason, still_open),
             pgettext_lazy("duplicate check", "No duplicate")),
        Step("call_partly", {D.OPEN, D.CLEARED, D.DUPLICATE}, D.PARTLY, policies.judges_duplicate, (with_reason, still_open),
             pgettext_lazy("duplicate check", "Duplicate in part")),
        Step("call_duplicate", {D.OPEN, D.CLEARED, D.PARTLY}, D.DUPLICATE, policies.judges_duplicate, (with_reason, still_open),
             pgettext_lazy("duplicate check", "Duplicate"), danger=True),
        Step("reopen", {D.CLEARED, D.PARTLY, D.DUPLICATE}, D.OPEN, policies.is_system, (), gettext_lazy("Judge again, the text has changed")),
    ),
    "applications.DuplicateFinding",
    DuplicateStatus,
)


H = HandoverStatus


def still_in_time(row: Handover, **given: Any) -> str | None:
    return _("Clause R11: the time of this handover is over.") if row.until < clock.today() else None


def time_is_over(row: Handover, **given: Any) -> str | None:
    return None if row.until < clock.today() else _("Clause R11: the time of this handover is not over.")


def in_good_standing(row: Handover, **given: Any) -> str | None:
    if row.organisation.status == OrganisationStatus.VERIFIED:
        return None
    return _("Clause R11: “%(unit)s” is “%(state)s” and is given nothing to check.") % {
        "unit": row.organisation.name, "state": row.organisation.get_status_display()}


HANDOVER = Machine(
    "applications.handover",
    (
        Step("suspend", {H.ACTIVE}, H.SUSPENDED, policies.moves_handover, (with_reason,), pgettext_lazy("handover", "Suspend")),
        Step("resume", {H.SUSPENDED}, H.ACTIVE, policies.moves_handover, (still_in_time, in_good_standing), gettext_lazy("Hand over again")),
        Step("take_back", {H.ACTIVE, H.SUSPENDED}, H.ENDED, policies.moves_handover, (with_reason,), gettext_lazy("Take the check back"),
             danger=True),
        Step("expire", {H.ACTIVE, H.SUSPENDED}, H.ENDED, policies.is_system, (time_is_over,), pgettext_lazy("handover", "The period is over")),
    ),
    "applications.Handover",
    HandoverStatus,
)


I = ImportStatus  # noqa: E741


def dry_run_made(batch: ImportBatch, *, counts: Any = None, **given: Any) -> str | None:
    """Something must be left to take over."""
    found = counts or batch.counts
    if found.get("new", 0) + found.get("changed", 0):
        return None
    return _("Clause T1: no row of this table is new or changed and without fault.")


IMPORT = Machine(
    "applications.import",
    (
        Step("check", {I.UPLOADED, I.CHECKED}, I.CHECKED, policies.imports, (), gettext_lazy("Make a dry run")),
        Step("apply", {I.CHECKED}, I.APPLIED, policies.imports, (with_reason, dry_run_made), gettext_lazy("Take over"), danger=True),
        Step("discard", {I.UPLOADED, I.CHECKED}, I.DISCARDED, policies.discards_import, (with_reason,), gettext_lazy("Discard the table")),
    ),
    "applications.ImportBatch",
    ImportStatus,
)


V = VoiceStatus
#: Until then an answer may be taken back: afterwards somebody has decided on it.
BEFORE_DECISION = {
    Gate.PROPOSE: (S.ACCEPTED, S.IN_REVIEW, S.REVIEWED, S.SITE_VISIT, S.SPECIAL_AUDIT, S.RANKED),
    Gate.AWARD: (S.ACCEPTED, S.IN_REVIEW, S.REVIEWED, S.SITE_VISIT, S.SPECIAL_AUDIT, S.RANKED, S.PROPOSED, S.PUBLICITY, S.OBJECTION_HOLD),
}


def ask_of(voice: Voice) -> voices.Ask | None:
    """What the guide says of this row today; None when its data or the answers no longer ask for it."""
    application = voice.application
    return next((ask for ask in voices.asks(application.version.data, application.answers) if ask.code == voice.code), None)


def in_stage(voice: Voice, *, actor: Any = None, **given: Any) -> str | None:
    """Nobody is asked about what has ended or has been decided."""
    stages = BEFORE_DECISION.get(voice.gate)
    if stages is None:
        return None if voice.application.status == S.AWARDED else _("The project is not awarded.")
    return None if voice.application.status in stages else _("The application is “%(state)s”: this can be answered no more.") % {
        "state": policies.state_told(actor, voice.application) if actor else unit_label(voice.application.status)}


def before_acceptance(voice: Voice, **given: Any) -> str | None:
    return _("What was said at the acceptance stands; a second examination asks again.") if voice.gate == Gate.ACCEPTANCE else None


def in_order(voice: Voice, **given: Any) -> str | None:
    """The due diligence comes before the decision that rests on it."""
    ask = ask_of(voice)
    if ask is None or not ask.after:
        return None
    first = Voice.objects.filter(application=voice.application, code=ask.after, round=voice.round).first()
    if first is not None and first.status in (V.AGREED, V.DECLINED):
        return None
    return _("“%(label)s” comes first.") % {"label": voices.label_of(ask.after)}


def dated(voice: Voice, **given: Any) -> list[str]:
    """The day of the decision, which is not to come; on record, the number and the paper it stands on."""
    found = []
    if voice.decided_on is None:
        found.append(_("Give the day of the decision."))
    elif voice.decided_on > clock.today():
        found.append(_("The day of the decision lies in the future."))
    if voice.organisation_id is None or given.get("on_record"):
        if not voice.number.strip():
            found.append(_("Give the number of the document."))
        if voice.file_id is None:
            found.append(_("Attach the document."))
    return found


def with_figures(voice: Voice, **given: Any) -> list[str]:
    ask = ask_of(voice)
    return voices.figure_problems(ask, {key: voices.number(value) for key, value in voice.figures.items()}) if ask else []


def with_words(voice: Voice, **given: Any) -> str | None:
    return None if voice.text.strip() else _("Write the grounds; they stand in the file.")


def handed_in_first(voice: Voice, **given: Any) -> str | None:
    if voice.side == Side.APPLICANT and voice.status != V.HANDED_IN:
        return _("The applicant hands the document in first.")
    return None


def by_applicant(voice: Voice, **given: Any) -> str | None:
    return None if voice.side == Side.APPLICANT else _("This is not answered by the applicant.")


VOICE = Machine(
    "applications.voice",
    (
        Step("hand_in", {V.ASKED}, V.HANDED_IN, policies.hands_in_voice, (by_applicant, in_stage, dated), gettext_lazy("Hand in")),
        Step("send_back", {V.HANDED_IN}, V.ASKED, policies.keeps_voice, (with_reason,), gettext_lazy("Send back to the applicant")),
        Step("agree", {V.ASKED, V.HANDED_IN}, V.AGREED, policies.gives_voice,
             (handed_in_first, in_stage, in_order, dated, with_figures), pgettext_lazy("word of another body", "Agree")),
        Step("decline", {V.ASKED, V.HANDED_IN}, V.DECLINED, policies.gives_voice,
             (handed_in_first, in_stage, in_order, dated, with_words), pgettext_lazy("word of another body", "Decline"), danger=True),
        Step("reopen", {V.AGREED, V.DECLINED}, V.ASKED, policies.keeps_voice, (with_reason, in_stage, before_acceptance),
             gettext_lazy("Ask again")),
    ),
    "applications.Voice",
    VoiceStatus,
)


P = SeatStatus


def being_written(seat: CoAuthor, **given: Any) -> str | None:
    status = seat.application.status
    return None if status in WRITTEN_TOGETHER else _("The application is “%(state)s” and cannot be changed now.") % {
        "state": applicant_label(status)}


COAUTHOR = Machine(
    "applications.coauthor",
    (
        Step("accept", {P.INVITED}, P.ACTIVE, policies.is_invited, (being_written,), gettext_lazy("Accept")),
        Step("decline", {P.INVITED}, P.DECLINED, policies.may_decline, (), pgettext_lazy("invitation", "Decline")),
        Step("withdraw", {P.INVITED}, P.ENDED, policies.gives_seat, (), pgettext_lazy("invitation", "Take back")),
        Step("leave", {P.ACTIVE}, P.ENDED, policies.holds_seat, (), gettext_lazy("Stop writing with")),
        Step("end", {P.ACTIVE}, P.ENDED, policies.ends_seat, (), gettext_lazy("End the right to write"), danger=True),
    ),
    "applications.CoAuthor",
    SeatStatus,
)
