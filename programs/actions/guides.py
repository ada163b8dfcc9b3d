"""A guide's way: made from an annual-plan item, checked, approved, published, withdrawn or corrected."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policies import system
from accounts.states import Role
from core import clock, deadlines, ledger, refs
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, queries, states
from programs.actions.content import add_version
from programs.actions.need_desk import (
    carry_links,
)
from programs.actions.timers import (
    materialise_guide,
)
from programs.actions.turns import hand_over
from programs.engine import (
    modes,
)
from programs.models import Adjustment, AnnualPlanItem, Guide, GuideWindow
from programs.workflow import GUIDE, uncontinued

STANDING = "standing sign-off"


@transaction.atomic
def create_guide(
    actor: Any,
    item: AnnualPlanItem,
    *,
    title: str,
    title_en: str = "",
    copy_from: Guide | None = None,
    funding_mode: str = "",
    review_mode: str = "",
    is_demo: bool = False,
) -> Guide:
    """Begin a guide for an item of the annual plan (clause A2), from an older guide or from the skeleton of a way of
    funding and of review (those of the special when none is chosen).

    Gives the reference year-special-number, makes version 1, names the policy documents valid today. Records
    programs.guide.create.
    """
    reasons = [policies.may_write_guides(actor)]
    if not reasons[0] and not policies.holds_for(actor, Role.DIVISION, item.special):
        reasons.append(_("Only the division in charge of this special may do this."))
    if item.special.status != states.SpecialStatus.ACTIVE:
        reasons.append(_("Clause T2: this special is suspended or cancelled and may open no guide."))
    if not title.strip():
        reasons.append(_("The guide needs a title."))
    reasons.extend(_mode_reasons(funding_mode, review_mode))
    reasons.extend(uncontinued([item.special]))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    year, code = item.plan.year, item.special.code
    number = refs.next_number(f"guide:{code}", str(year))
    guide = Guide.objects.create(
        ref=f"{year}-{code}-{number}", slug=f"{code.lower()}-{number}", year=year, batch_no=number,
        title=title.strip(), title_en=title_en.strip(), special=item.special, plan_item=item, is_demo=is_demo,
        drafted_by=actor.person, supersedes=None, copied_from=copy_from,
    )
    data = copy_from.version.data if copy_from and copy_from.version else queries.skeleton(item, funding_mode, review_mode)
    header = {**data.get("header", {}), "title": guide.title, "title_en": guide.title_en}
    ledger.record("programs.guide.create", guide, actor, item=item.pk, copied_from=copy_from.ref if copy_from else "")
    add_version(actor, guide, {**data, "header": header}, note=_("First draft"))
    guide.policies.set(queries.documents_for(item.special, clock.today()))
    return guide


def _mode_reasons(mode: str, review: str) -> list[str]:
    """Why this way of review does not go with this way of funding; nothing chosen is always right."""
    entry = modes.mode_of(mode)
    if not mode or not review or review in entry.get("reviews", ()):
        return []
    return [_("Clause R4: “%(mode)s” is not decided by “%(review)s”")
            % {"mode": states.FundingMode(mode).label, "review": states.ReviewMode(review).label}]


@transaction.atomic
def submit_guide(actor: Any, guide: Guide) -> Guide:
    """DRAFT -> INTERNAL_REVIEW. Refused with every problem of the content. The resource division is told."""
    row = GUIDE.move("submit", actor, guide)
    hand_over(actor, row)
    return row


@transaction.atomic
def agree_guide(actor: Any, guide: Guide, *, why: str = "") -> Guide:
    """INTERNAL_REVIEW -> LEGAL_REVIEW, by the resource division, another person than the drafter. Who may make the legality
    check is told; when the opinion on this very guide is there already, the leaders are."""
    row = GUIDE.move("agree", actor, guide, why=why)
    Guide.objects.filter(pk=row.pk).update(agreed_by=actor.person)
    row.refresh_from_db()
    hand_over(actor, row, why=why)
    return row


@transaction.atomic
def approve_guide(actor: Any, guide: Guide, *, why: str = "") -> Guide:
    """LEGAL_REVIEW -> BUREAU_APPROVED, by a leader who neither drafted it nor made the legality check.

    Refused without a favourable legality opinion on this very version, and while a comment that must be settled is open.
    """
    row = GUIDE.move("approve", actor, guide, why=why)
    Guide.objects.filter(pk=row.pk).update(approved_by=actor.person)
    row.refresh_from_db()
    hand_over(actor, row, why=why)
    return row


@transaction.atomic
def return_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """Back to DRAFT with a reason, by the resource division, or by who makes the legality check or the leader while it waits for them;
    the sign-offs so far are void and the drafter is told."""
    row = GUIDE.move("return", actor, guide, why=why, reason=why)
    Guide.objects.filter(pk=row.pk).update(agreed_by=None, approved_by=None)
    row.refresh_from_db()
    notices.tell([row.drafted_by], "guide.returned", lambda: _("Guide returned to you: %(title)s") % {"title": row.title}, why,
                 reverse("programs:desk:guide", args=[row.ref]))
    return row


@transaction.atomic
def discard_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """DRAFT -> DISCARDED with a reason. It was never public and has taken nothing of its plan item, so there is no notice and
    nothing to give back; versions, comments and opinions stay for the record. With a draft that corrects a guide the
    correction is given up: what waited for it ends."""
    return GUIDE.move("discard", actor, guide, why=why, reason=why)


@transaction.atomic
def publish_guide(actor: Any, guide: Guide) -> Guide:
    """BUREAU_APPROVED -> PUBLISHED; refused with all reasons at once (clauses R13, A2, T2, windows, content).

    Holds the special, so that no case suspends it meanwhile (or the case waits and finds this guide), and locks the plan
    item, so that two guides cannot both take its last money. Side effects: the `guide` notice is
    issued, the opening timer is set; when the first window has begun already the guide opens at once.
    """
    queries.hold_special(guide.special_id)
    AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=guide.plan_item_id)
    Guide.objects.filter(pk=guide.pk, published_at=None).update(published_at=CoreNow())
    row = GUIDE.move("publish", actor, guide)
    row.refresh_from_db()
    _issue_notice(actor, row)
    return materialise_guide(system("clock"), row)


def _issue_notice(actor: Any, guide: Guide) -> None:
    """The official notice of the guide, signed by the leader who approved it."""
    _issue(actor, guide.approved_by, documents.GUIDE, guide, documents.title(guide), documents.context(guide))


def _issue(actor: Any, signer: Any, kind: str, guide: Guide, title: str, context: dict[str, Any]) -> None:
    document = notices.draft(
        actor, kind, subject=guide, title=title, context=context, addressee=documents.addressee(), is_public=True)
    notices.issue_now(actor, signer, document)


def issue_extension(actor: Any, guide: Guide, *, old_close: Any, new_close: Any, why: str) -> None:
    """The official notice of a later close, decided by two persons already."""
    _issue(actor, system(STANDING), documents.EXTENSION, guide, documents.extension_title(guide),
           documents.extension_context(guide, old_close, new_close, why))


def issue_late_filing(actor: Any, guide: Guide, extension: Any) -> None:
    """The official notice of the time for those who had begun, decided by two persons already."""
    _issue(actor, system(STANDING), documents.LATE_FILING, guide, documents.late_filing_title(guide), documents.late_filing_context(guide, extension))


@transaction.atomic
def withdraw_guide(actor: Any, guide: Guide, *, why: str, case: Adjustment | None = None) -> Guide:
    """PUBLISHED, OPEN or between two windows -> WITHDRAWN by a leader, with a reason, or by the system for the decided
    adjustment `case` of its special; filing stops at once, timers are cancelled.

    Side effect: the notice of the withdrawal is issued, signed by the leader (for a case: by its decision); who has begun an
    application hears of it.
    """
    row = GUIDE.move("withdraw", actor, guide, why=why, reason=why, case=case, data={"case": case.ref} if case else None)
    _stop_timers(row)
    _issue(system(STANDING), actor, documents.WITHDRAWAL, row, documents.withdrawal_title(row), documents.withdrawal_context(row, why))
    return row


@transaction.atomic
def supersede_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """PUBLISHED, OPEN or between two windows -> SUPERSEDED; returns the new draft that starts from its content (更正重发).

    The draft keeps windows and policy documents and goes through checking and approval again. Side effect: the notice of
    the correction is issued; the notice of the new guide then says clause by clause what was corrected.
    """
    old = GUIDE.move("supersede", actor, guide, why=why, reason=why)
    _stop_timers(old)
    new = create_guide(
        actor, old.plan_item, title=old.title, title_en=old.title_en, copy_from=old, is_demo=old.is_demo
    )
    Guide.objects.filter(pk=new.pk).update(supersedes=old, opens_at=old.opens_at, closes_at=old.closes_at)
    GuideWindow.objects.bulk_create(
        GuideWindow(guide=new, opens_at=w.opens_at, closes_at=w.closes_at) for w in old.windows.all()
    )
    new.policies.set(old.policies.all())
    carry_links(old, new)
    _issue(actor, system(STANDING), documents.CORRECTION, old, documents.correction_title(old), documents.correction_context(old, why))
    new.refresh_from_db()
    return new


def _stop_timers(guide: Guide) -> None:
    for kind in ("guide.open", "guide.close"):
        deadlines.cancel(kind, guide)
