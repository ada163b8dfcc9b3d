"""Verbs of the list of proposed awards: made from the ranking, adjusted, submitted, decided."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.policies import system
from applications import actions as applications
from applications import queries as filed
from applications.states import Gate, Reason
from core import clock, ledger, refs
from core.workflow import Refused
from notices import actions as notices
from programs import actions as programme
from programs.models import AnnualPlanItem, Guide
from projects import documents, policies, queries
from projects.models import ProposalItem, ProposalList
from projects.states import ListStatus
from projects.workflow import PROPOSAL

BEYOND = "综合评议排序第{rank}位，超出本批支持数量或者资金规模。"
BELOW = "专家评审综合得分{score}分，低于建议立项的分数线。"
INSPECTED = "现场考察或者专项审计结论为不通过，不予支持。"
DECLINED = "共同决定的单位不同意支持该项目，不予支持。"
KNOCKED_OUT = "专家评审认定存在否决事项，不予支持。"


@transaction.atomic
def create_list(actor: Any, guide: Guide) -> ProposalList:
    """A list from the ranked applications of a guide that stand in no list yet. The best are proposed with the amount
    requested until number or money is used up; the division may change that before it submits.

    Locks the guide's plan item, so that two lists are not made from the same applications at once."""
    guide = Guide.objects.select_related("special__plan", "version").get(pk=guide.pk)
    if reason := policies.may_propose(actor, guide):
        raise Refused(reason)
    item = AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=guide.plan_item_id)
    _rank_without_experts(guide)
    ranking = queries.ranking_of(guide)
    filed.with_versions(application for application, _review in ranking)
    for application, _review in ranking:
        applications.ask_voices(system("voices"), application, (Gate.PROPOSE, Gate.AWARD))  # accepted before it was asked
    if not ranking:
        raise Refused(_("This guide has no ranked application that stands in no list yet."))
    number = refs.next_number(f"proposal.{guide.ref}")
    row = ProposalList.objects.create(ref=f"{guide.ref}-L{number}", guide=guide, created_by=actor.person,
                                      is_demo=guide.is_demo)
    left = min(guide.budget_control, item.money - item.committed)
    places = min(guide.max_projects or len(ranking), item.count - item.awarded_count)
    lines, mark = [], _pass_mark(guide)
    for rank, (application, review) in enumerate(ranking, 1):
        allowed = filed.allowed_amount(application)
        amount = min(allowed, guide.cap_per_project or allowed)
        score = review.mean if review else None
        short = Reason.INSPECTION if filed.failed_inspection(application) else _shortfall(review, mark)
        short = short or (Reason.BODY_DECLINED if filed.declined(application) else "")
        chosen = not short and places > 0 and amount <= left
        if chosen:
            places, left = places - 1, left - amount
        code, text = ("", "") if chosen else _why_not(rank, score, short)
        lines.append(ProposalItem(proposal=row, application=application, rank=rank, score=score, amount=amount,
                                  selected=chosen, reason_code=code, reason=text))
    ProposalItem.objects.bulk_create(lines)
    ask_rules_again(row)
    ledger.record("projects.proposal.create", row, actor, guide=guide.ref, lines=len(lines))
    return row


@transaction.atomic
def ask_rules_again(row: ProposalList) -> None:
    """Write to each proposed line what the register of today says of it by the rules of the guide. Whoever is counted by a
    limit is held to the end of the transaction, so that two lists are not decided past it at once."""
    items = list(row.items.filter(selected=True).select_related(
        "application__guide__special", "application__unit", "application__leader").order_by("rank"))
    found = filed.with_versions([item.application for item in items])
    applications.hold_limits(*found)
    for item in items:
        hits = filed.rules_again(item.application)
        if hits != item.hits:
            ProposalItem.objects.filter(pk=item.pk).update(hits=hits)


def _rank_without_experts(guide: Guide) -> None:
    """A guide of the mode FORMAL asks no expert: what was accepted stands by number, once its audit, if any, is filed."""
    waiting = list(queries.waiting_for_rank(guide))
    if gaps := filed.inspection_gaps(waiting):
        raise Refused(gaps)
    for row in waiting:
        applications.rank(system("ranking"), row)


def _pass_mark(guide: Guide) -> Decimal:
    data = guide.version.data if guide.version else {}
    return Decimal(str((data.get("review") or {}).get("pass_mark") or 0))


def _shortfall(review: Any, mark: Decimal) -> str:
    """Why the review itself stands against a proposal: below a mark, or a knock-out question; "" when it does not."""
    if review is None:
        return ""
    if review.outcome == "KNOCKED_OUT":
        return Reason.KNOCKED_OUT
    if review.outcome in ("FAILED", "BELOW") or (review.mean is not None and review.mean < mark):
        return Reason.BELOW_MARK
    return ""


def _why_not(rank: int, score: Decimal | None, short: str) -> tuple[str, str]:
    fixed = {Reason.KNOCKED_OUT: KNOCKED_OUT, Reason.INSPECTION: INSPECTED, Reason.BODY_DECLINED: DECLINED}
    if short in fixed:
        return short, fixed[short]
    if short:
        return short, BELOW.format(score=score)
    return Reason.BEYOND_QUOTA, BEYOND.format(rank=rank)


@transaction.atomic
def set_item(actor: Any, item: ProposalItem, *, selected: bool, amount: Decimal, reason_code: str = "", reason: str = "",
             note: str | None = None) -> ProposalItem:
    """Change one line of a draft list; amounts in yuan. The limits are asked when the list is submitted."""
    row = ProposalList.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=item.proposal_id)
    if why := policies.prepares(actor, row):
        raise Refused(why)
    if row.status != ListStatus.DRAFT:
        raise Refused(_("The list is “%(state)s” and cannot be changed now.") % {"state": row.status_label})
    if selected and amount <= 0:
        raise Refused(_("No amount is set: %(names)s.") % {"names": item.application.ref})
    allowed = filed.allowed_amount(item.application)
    if selected and allowed < min(amount, item.application.requested):
        raise Refused(_("%(ref)s: the audit or the way of funding allows at most %(amount)s yuan.") % {
            "ref": item.application.ref, "amount": allowed})
    if selected and filed.declined(item.application):
        raise Refused(_("%(ref)s: a body that decides too has declined.") % {"ref": item.application.ref})
    if selected and filed.failed_inspection(item.application):
        raise Refused(_("%(ref)s did not stand the site visit or the special audit.") % {"ref": item.application.ref})
    before = {"selected": item.selected, "amount": item.amount, "reason_code": item.reason_code, "note": item.note}
    after = {"selected": selected, "amount": amount, "reason_code": "" if selected else reason_code,
             "note": item.note if note is None else note.strip()}
    ProposalItem.objects.filter(pk=item.pk).update(**after, reason="" if selected else reason.strip())
    if before != after:
        ledger.record("projects.proposal.item", row, actor, before=before, after=after, application=item.application.ref)
    item.refresh_from_db()
    return item


@transaction.atomic
def set_items(actor: Any, row: ProposalList, changes: Mapping[int, Mapping[str, Any]]) -> ProposalList:
    """Change many lines at once: {pk of the line: arguments of `set_item`}; all or none."""
    for item in ProposalItem.objects.filter(proposal=row, pk__in=changes).select_related("application__guide", "proposal").prefetch_related(
            "application__inspections", "application__voices"):
        set_item(actor, item, **changes[item.pk])
    return row


def submit_list(actor: Any, row: ProposalList) -> ProposalList:
    """DRAFT -> SUBMITTED when it keeps number, money, reasons and the rules of the guide; leaders see it on their desk. What
    the rules say stays on the lines also when the list is refused for it."""
    if policies.prepares(actor, row) is None and row.status == ListStatus.DRAFT:
        ask_rules_again(row)
    return _submit(actor, row)


@transaction.atomic
def _submit(actor: Any, row: ProposalList) -> ProposalList:
    ProposalList.objects.filter(pk=row.pk).update(submitted_at=clock.now())
    return PROPOSAL.move("submit", actor, row)


def return_list(actor: Any, row: ProposalList, *, why: str) -> ProposalList:
    """SUBMITTED -> DRAFT with the reason."""
    return PROPOSAL.move("return", actor, row, why=why, reason=why)


@transaction.atomic
def decide(actor: Any, row: ProposalList, *, minutes: str = "") -> ProposalList:
    """SUBMITTED -> DECIDED by a leader who did not prepare it, once every body that decides too has agreed (clause R4). Takes
    the money from the plan item (clause A2), moves the applications to PROPOSED or NOT_SELECTED; each of the latter gets its
    notice with the reason."""
    AnnualPlanItem.objects.select_for_update(no_key=True).get(pk=row.guide.plan_item_id)
    # What a unit gets in a year is summed over lists of other guides too: of one unit they are decided one after another.
    units = ProposalItem.objects.filter(proposal=row, selected=True).values("application__unit")
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk").only("pk"))
    if policies.decides(actor, row) is None:
        ask_rules_again(row)
    moved = PROPOSAL.move("decide", actor, row, why=minutes)
    ProposalList.objects.filter(pk=row.pk).update(decided_by=actor.id, decided_at=clock.now(), minutes=minutes.strip())
    chosen = list(queries.items_of(moved, selected=True))
    if chosen:
        programme.commit_award(actor, moved.guide.plan_item, sum((i.amount for i in chosen), Decimal(0)), len(chosen))
    for item in chosen:
        applications.propose(actor, item.application)
    for item in queries.items_of(moved, selected=False):
        left_out = applications.not_select(actor, item.application, item.reason_code, item.reason)
        _tell_not_awarded(actor, left_out, item.reason_code, item.reason)
    moved.refresh_from_db()
    return moved


def _tell_not_awarded(actor: Any, application: Any, reason_code: str, text: str) -> None:
    """Drafted by the system from the decision, signed by the leader who decided."""
    document = notices.draft(
        system("decision"), documents.NOT_AWARDED, subject=application, title=f"不予立项通知书（{application.ref}）",
        context=documents.not_awarded_context(application, reason_code, text), addressee=application.unit.name,
        recipients=[application.unit, application.leader],
    )
    notices.issue_now(actor, actor, document)
