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
from programs.actions.windows import materialise_guide
from programs.models import AnnualPlanItem, Guide, GuideWindow
from programs.workflow import GUIDE


@transaction.atomic
def create_guide(
    actor: Any,
    item: AnnualPlanItem,
    *,
    title: str,
    title_en: str = "",
    copy_from: Guide | None = None,
    is_demo: bool = False,
) -> Guide:
    """Begin a guide for an item of the annual plan (clause A2), from an older guide or from the special's skeleton.

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
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    year, code = item.plan.year, item.special.code
    number = refs.next_number(f"guide:{code}", str(year))
    guide = Guide.objects.create(
        ref=f"{year}-{code}-{number}", slug=f"{code.lower()}-{number}", year=year, batch_no=number,
        title=title.strip(), title_en=title_en.strip(), special=item.special, plan_item=item, is_demo=is_demo,
        drafted_by=actor.person, supersedes=None,
    )
    data = copy_from.version.data if copy_from and copy_from.version else queries.skeleton(item)
    header = {**data.get("header", {}), "title": guide.title, "title_en": guide.title_en}
    ledger.record("programs.guide.create", guide, actor, item=item.pk, copied_from=copy_from.ref if copy_from else "")
    add_version(actor, guide, {**data, "header": header}, note=_("First draft"))
    guide.policies.set(queries.documents_for(item.special, clock.today()))
    return guide


@transaction.atomic
def submit_guide(actor: Any, guide: Guide) -> Guide:
    """DRAFT -> INTERNAL_REVIEW. Refused with every problem of the content."""
    return GUIDE.move("submit", actor, guide)


@transaction.atomic
def agree_guide(actor: Any, guide: Guide, *, why: str = "") -> Guide:
    """INTERNAL_REVIEW -> LEGAL_REVIEW, by the resource division, another person than the drafter."""
    row = GUIDE.move("agree", actor, guide, why=why)
    Guide.objects.filter(pk=row.pk).update(agreed_by=actor.person)
    return row


@transaction.atomic
def approve_guide(actor: Any, guide: Guide, *, why: str = "") -> Guide:
    """LEGAL_REVIEW -> BUREAU_APPROVED, by a leader who did not draft it; `why` keeps the legality opinion."""
    row = GUIDE.move("approve", actor, guide, why=why)
    Guide.objects.filter(pk=row.pk).update(approved_by=actor.person)
    row.refresh_from_db()
    return row


@transaction.atomic
def return_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """Back to DRAFT with a reason; the sign-offs so far are void and the drafter is told."""
    row = GUIDE.move("return", actor, guide, why=why, reason=why)
    Guide.objects.filter(pk=row.pk).update(agreed_by=None, approved_by=None)
    row.refresh_from_db()
    notices.tell([row.drafted_by], "guide.returned", lambda: _("Guide returned to you: %(title)s") % {"title": row.title}, why,
                 reverse("programs:desk:guide", args=[row.ref]))
    return row


@transaction.atomic
def publish_guide(actor: Any, guide: Guide) -> Guide:
    """BUREAU_APPROVED -> PUBLISHED; refused with all reasons at once (clauses R13, A2, T2, windows, content).

    Locks the plan item, so that two guides cannot both take its last money. Side effects: the `guide` notice is
    issued, the opening timer is set; when the first window has begun already the guide opens at once.
    """
    AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=guide.plan_item_id)
    Guide.objects.filter(pk=guide.pk, published_at=None).update(published_at=CoreNow())
    row = GUIDE.move("publish", actor, guide)
    row.refresh_from_db()
    _issue_notice(actor, row)
    return materialise_guide(system("clock"), row)


def _issue_notice(actor: Any, guide: Guide) -> None:
    """The official notice of the guide, signed by the leader who approved it."""
    document = notices.draft(
        actor, documents.GUIDE, subject=guide, title=documents.title(guide), context=documents.context(guide),
        addressee=documents.addressee(), is_public=True,
    )
    notices.issue_now(actor, guide.approved_by, document)


@transaction.atomic
def withdraw_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """PUBLISHED or OPEN -> WITHDRAWN by a leader, with a reason; filing stops at once, timers are cancelled."""
    row = GUIDE.move("withdraw", actor, guide, why=why, reason=why)
    _stop_timers(row)
    return row


@transaction.atomic
def supersede_guide(actor: Any, guide: Guide, *, why: str) -> Guide:
    """PUBLISHED or OPEN -> SUPERSEDED; returns the new draft that starts from its content (更正重发).

    The draft keeps windows and policy documents and goes through checking and approval again.
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
    new.refresh_from_db()
    return new


def _stop_timers(guide: Guide) -> None:
    for kind in ("guide.open", "guide.close"):
        deadlines.cancel(kind, guide)
