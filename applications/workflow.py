"""The table of moves of an application. One row is one verb; the drawing in docs/states is made from it.

Upper floors move an application only through the thin verbs of `actions.upper`; their own policy has been asked, and
the role is asked here once more.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications import policies
from applications.models import Application, Correction
from applications.states import InspectionKind, Reason, Status
from core import clock
from core.workflow import Machine, Step
from programs import queries as programme


def before_close(application: Application, *, opened: Any = None, **given: Any) -> str | None:
    """Before the close of filing, by the database clock. `opened` is the guide held by the submitting transaction."""
    if opened is not None:
        return None
    if programme.is_open(application.guide):
        return None
    return programme.closed_reason(application.guide, application.guide.status, clock.now())


def after_close(application: Application, **given: Any) -> str | None:
    """Only a guide with neither an open nor a coming window ends what was not submitted."""
    guide = application.guide
    if programme.is_open(guide) or programme.upcoming_window(guide):
        return _("Filing is still possible.")
    return None


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


S = Status
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
        Step("take_back", {S.SUBMITTED}, S.DRAFT, policies.is_leader, (before_close,),
             gettext_lazy("Take back before the close")),
        Step("withdraw", WITHDRAWABLE, S.WITHDRAWN, policies.is_unit_admin, (with_reason,),
             gettext_lazy("Withdraw the application"), danger=True),
        Step("expire", {S.DRAFT, S.UNIT_PENDING, S.UNIT_RETURNED, S.RECOMMEND_PENDING}, S.EXPIRED,
             policies.is_system, (after_close,), gettext_lazy("End, not submitted in time")),
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
        Step("propose", {S.RANKED}, S.PROPOSED, policies.is_bureau_leader, (), gettext_lazy("Propose for award")),
        Step("not_select", {S.RANKED}, S.NOT_SELECTED, policies.is_bureau_leader, (with_reason_code,),
             gettext_lazy("Do not select"), danger=True),
        Step("publicise", {S.PROPOSED}, S.PUBLICITY, policies.is_resource, (), gettext_lazy("Publish in the notice")),
        Step("hold", {S.PUBLICITY}, S.OBJECTION_HOLD, policies.is_supervision, (),
             gettext_lazy("Hold for an objection")),
        Step("release_hold", {S.OBJECTION_HOLD}, S.PUBLICITY, policies.is_supervision, (),
             gettext_lazy("Release, objection not upheld")),
        Step("award", {S.PUBLICITY}, S.AWARDED, policies.is_bureau_leader, (), gettext_lazy("Award")),
        Step("award_directly", {S.PROPOSED}, S.AWARDED, policies.is_bureau_leader, (),
             gettext_lazy("Award without public notice")),
        Step("reject", {S.OBJECTION_HOLD}, S.REJECTED, policies.is_bureau_leader, (with_reason_code,),
             gettext_lazy("Refuse the award, objection upheld"), danger=True),
    ),
    "applications.Application",
    Status,
)
