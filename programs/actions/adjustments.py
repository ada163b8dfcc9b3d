"""Adjustment cases (clause R3): drafted with evidence, opinions heard, decided by a leader, in effect on a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import Actor, system
from core import clock, deadlines, ledger, refs
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, queries, rules, states
from programs.actions.guides import withdraw_guide
from programs.actions.specials import cancel_special, resume_special, suspend_special
from programs.actions.timers import materialise_guide
from programs.models import Adjustment, Evidence, Guide, Opinion, Plan, PlanTree, Special
from programs.queries.evidence import Offer
from programs.states import AdjustmentKind, AdjustmentStatus, EvidenceKind
from programs.workflow import ADJUSTMENT, case_basis

MOVES = {
    AdjustmentKind.SUSPEND: suspend_special, AdjustmentKind.RESUME: resume_special, AdjustmentKind.CANCEL: cancel_special,
}
FIELDS = ("title", "reason", "effective_on", "open_guides", "proposal")


@transaction.atomic
def open_adjustment(
    actor: Any, kind: str, *, special: Special | None = None, plan: Plan | None = None, title: str, reason: str,
    effective_on: date, open_guides: str = states.OpenGuides.KEEP, proposal: Mapping[str, Any] | None = None,
    is_demo: bool = False,
) -> Adjustment:
    """Open a case as a draft. A division opens cases for its own specials alone. Records programs.adjustment.open.

    Refused when another case about the same special is pending: two cases could undo each other.
    """
    reasons = [policies.may_draft_adjustments(actor), _foreign(actor, special, plan)]
    target = special or plan
    if target is None:
        reasons.append(_("Clause R3: name the special or the plan the case is about."))
    if not title.strip() or not reason.strip():
        reasons.append(_("A title and a reason are needed."))
    if found := [text for text in reasons if text]:
        raise Refused(found)
    year = str(clock.today().year)
    ref = f"ADJ-{year}-{refs.next_number('adjustment', year):03d}"
    try:
        with transaction.atomic():
            case = Adjustment.objects.create(
                ref=ref, kind=kind, tree=target.tree, special=special, plan=special.plan if special else plan,
                title=title.strip(), reason=reason.strip(), effective_on=effective_on, open_guides=open_guides,
                proposal=_clean(proposal), drafted_by=actor.person, is_demo=is_demo,
            )
    except IntegrityError as error:
        raise Refused([_("Another case about “%(name)s” is pending; decide it first.") % {"name": target.label}]) from error
    ledger.record("programs.adjustment.open", case, actor, why=reason, kind=kind, about=target.label)
    return case


def _foreign(actor: Any, special: Special | None, plan: Plan | None) -> str | None:
    """A division may speak for what it owns; resource and supervision for everything."""
    if actor.holds("RESOURCE") or actor.holds("SUPERVISION"):
        return None
    codes = [special.code, special.plan.code] if special else [plan.code] if plan else []
    if any(actor.holds("DIVISION", scope=code) for code in codes):
        return None
    return _("Only the division in charge of this special may do this.")


def _clean(proposal: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (proposal or {}).items() if key in rules.PROPOSAL_FIELDS and value not in ("", [], None)}


def _draft_row(actor: Any, case: Adjustment, *, states_allowed: tuple[str, ...] = (AdjustmentStatus.DRAFT,)) -> Adjustment:
    row = Adjustment.objects.select_for_update(no_key=True, of=("self",)).select_related("special__plan", "plan", "tree").get(
        pk=case.pk
    )
    if reason := policies.handles_adjustment(actor, row):
        raise Refused([reason])
    if row.status not in states_allowed:
        raise Refused([_("Only a draft of the case can be changed.")])
    return row


@transaction.atomic
def change_adjustment(actor: Any, case: Adjustment, **values: Any) -> Adjustment:
    """Change title, reason, date, fate of open guides or proposal of a draft. Records programs.adjustment.change."""
    row = _draft_row(actor, case)
    new = {key: values[key] for key in FIELDS if key in values}
    if "proposal" in new:
        new["proposal"] = _clean(new["proposal"])
    before = {key: getattr(row, key) for key in new}
    Adjustment.objects.filter(pk=row.pk).update(**new)
    row.refresh_from_db()
    ledger.record("programs.adjustment.change", row, actor, before=before, after={key: getattr(row, key) for key in new})
    return row


@transaction.atomic
def cite(actor: Any, case: Adjustment, offer: Offer, *, note: str = "") -> Evidence:
    """Cite evidence that the portal knows, frozen as it is today. The same one twice is refused."""
    row = _draft_row(actor, case)
    if offer.ref and row.evidence.filter(kind=offer.kind, ref=offer.ref).exists():
        raise Refused([_("“%(title)s” is cited already.") % {"title": offer.title}])
    policy = queries.policy_numbered(offer.ref) if offer.kind == EvidenceKind.POLICY else None
    found = Evidence.objects.create(
        adjustment=row, kind=offer.kind, ref=offer.ref[:80], title=offer.title[:200], url=offer.url[:300], figure=offer.figure[:60],
        note=note or offer.note, policy=policy, added_by=actor.person,
    )
    ledger.record("programs.adjustment.cite", row, actor, kind=offer.kind, ref=offer.ref, title=offer.title)
    return found


@transaction.atomic
def uncite(actor: Any, case: Adjustment, pk: int) -> None:
    """Take a piece of evidence out of a draft. Records programs.adjustment.uncite."""
    row = _draft_row(actor, case)
    found = row.evidence.filter(pk=pk).first()
    if found is not None:
        ledger.record("programs.adjustment.uncite", row, actor, kind=found.kind, ref=found.ref, title=found.title)
        found.delete()


@transaction.atomic
def give_opinion(actor: Any, case: Adjustment, *, stance: str, text: str = "") -> Opinion:
    """A desk's opinion, changeable while opinions are collected. Disagreement needs its reason."""
    row = Adjustment.objects.select_for_update(no_key=True).get(pk=case.pk)
    reasons = [policies.gives_opinion(actor, row)]
    if row.status != AdjustmentStatus.OPINIONS:
        reasons.append(_("Opinions are not being collected now."))
    if stance not in states.Stance.values:
        reasons.append(_("Choose whether you agree."))
    if stance != states.Stance.FOR and not text.strip():
        reasons.append(_("A reason is needed."))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    opinion, _created = Opinion.objects.update_or_create(
        adjustment=row, person=actor.person,
        defaults={"stance": stance, "text": text.strip(), "at": clock.now(), "basis": case_basis(row)},
    )
    ledger.record("programs.adjustment.opinion", row, actor, why=text.strip(), stance=stance)
    return opinion


@transaction.atomic
def ask_opinions(actor: Any, case: Adjustment) -> Adjustment:
    """DRAFT -> OPINIONS; the other desks are told."""
    _hold_tree(case)
    row = ADJUSTMENT.move("ask", actor, case)
    people = [person for person in queries.desk_people() if person.pk != row.drafted_by_id]
    notices.tell(
        people, "programs.adjustment.ask", lambda: _("Your opinion is asked for: %(title)s") % {"title": row.title},
        row.reason, f"/desk/plans/adjustments/{row.ref}/", dedupe=f"adjustment:{row.pk}:{clock.now():%Y%m%d%H%M}",
    )
    return row


def _hold_tree(case: Adjustment) -> None:
    """Cases of a version move on one after the other: two about the same plan or code cannot both find the way free."""
    PlanTree.objects.select_for_update(no_key=True).get(pk=case.tree_id)


@transaction.atomic
def submit_adjustment(actor: Any, case: Adjustment) -> Adjustment:
    """OPINIONS -> SUBMITTED, when enough opinions are heard on the case as it stands."""
    _hold_tree(case)
    return ADJUSTMENT.move("submit", actor, case)


@transaction.atomic
def return_adjustment(actor: Any, case: Adjustment, *, why: str) -> Adjustment:
    """Back to DRAFT with a reason; opinions given so far are kept, and count again only for the same text."""
    return ADJUSTMENT.move("return", actor, case, why=why, reason=why)


@transaction.atomic
def refuse_adjustment(actor: Any, case: Adjustment, *, why: str) -> Adjustment:
    """SUBMITTED -> REFUSED by a leader, with a reason."""
    row = ADJUSTMENT.move("refuse", actor, case, why=why, reason=why)
    Adjustment.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    row.refresh_from_db()
    return row


@transaction.atomic
def withdraw_adjustment(actor: Any, case: Adjustment, *, why: str) -> Adjustment:
    return ADJUSTMENT.move("withdraw", actor, case, why=why, reason=why)


@transaction.atomic
def revoke_adjustment(actor: Any, case: Adjustment, *, why: str) -> Adjustment:
    """APPROVED -> WITHDRAWN before the effective date; its timer is cancelled."""
    row = ADJUSTMENT.move("revoke", actor, case, why=why, reason=why)
    deadlines.cancel("adjustment.apply", row)
    return row


@transaction.atomic
def approve_adjustment(actor: Any, case: Adjustment, *, why: str = "") -> Adjustment:
    """SUBMITTED -> APPROVED by a leader who did not draft it.

    Side effects: the official document is issued and public; the timer of the effective date is set; a case whose
    date is today takes effect at once.
    """
    _hold_tree(case)
    row = ADJUSTMENT.move("approve", actor, case, why=why)
    Adjustment.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    row = Adjustment.objects.select_related("special__plan", "plan", "tree", "drafted_by", "decided_by").get(pk=row.pk)
    document = notices.draft(
        Actor.of(row.drafted_by), documents.ADJUSTMENT, subject=row, title=documents.adjustment_title(row),
        context=documents.adjustment_context(row), addressee=documents.addressee(), is_public=True,
    )
    notices.issue_now(actor, actor, document)
    due = timezone.make_aware(datetime.combine(row.effective_on, time(0)))
    deadlines.set("adjustment.apply", row, due)
    return apply_adjustment(system("adjustment"), row) if row.effective_on <= clock.today() else row


@transaction.atomic
def apply_adjustment(actor: Any, case: Adjustment) -> Adjustment:
    """APPROVED -> IN_FORCE on the effective date: the special changes, guides that may not open are withdrawn.

    The specials are locked before anybody asks what follows: a guide that is being published is either found or refused.
    Guides are withdrawn on the authority of the decided case, whatever roles the leader still holds. Running projects are
    not touched (clause T2). A case that has taken effect already is left alone, so the timer may
    come twice.
    """
    row = Adjustment.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "special__plan__tree", "special__tree", "plan__tree", "tree", "decided_by"
    ).get(pk=case.pk)
    if row.status != AdjustmentStatus.APPROVED:
        return row
    specials = [special.pk for special in queries.specials_of_case(row)]
    list(Special.objects.select_for_update(no_key=True).filter(pk__in=specials).order_by("pk"))
    _by_the_clock(actor, specials)
    follows = queries.consequences(row)
    before = _carry_out(actor, row, follows.specials)
    Adjustment.objects.filter(pk=row.pk).update(before=before, applied_at=CoreNow())
    ADJUSTMENT.move("apply", actor, row, data={
        "former": before, "withdrawn": [guide.ref for guide in follows.withdrawn], "running": follows.running,
    })
    for guide in follows.withdrawn:
        withdraw_guide(actor, guide, why=_("Clause R3: %(title)s") % {"title": row.title}, case=row)
    _by_the_clock(actor, specials)
    deadlines.cancel("adjustment.apply", row)
    row.refresh_from_db()
    return row


def _by_the_clock(actor: Any, specials: list[int]) -> None:
    """What the clock has decided for guides of these specials is written before they are stopped and after they go on."""
    for guide in Guide.objects.filter(
            special__in=specials, status__in=states.RUNNING_STATUSES, windows__closes_at__gt=CoreNow()).distinct().order_by("pk"):
        materialise_guide(actor, guide)


def _carry_out(actor: Any, case: Adjustment, specials: list[Special]) -> dict[str, Any]:
    """Do what the case says; returns the former values of what it changed."""
    if case.kind == AdjustmentKind.CREATE:
        _make_special(actor, case)
        return {}
    if case.kind == AdjustmentKind.CHANGE:
        return _change_target(actor, case)
    fitting = [special for special in specials if special.status in rules.FITTING[AdjustmentKind(case.kind)]]
    for special in fitting:
        MOVES[AdjustmentKind(case.kind)](actor, special, why=f"{case.ref} {case.title}")
    return {"status": {special.code: special.status for special in specials}}


def _make_special(actor: Any, case: Adjustment) -> Special:
    values = {key: value for key, value in case.proposal.items() if key != "plan"}
    if Special.objects.filter(tree=case.tree, code=values["code"]).exists():
        raise Refused([_("Clause R3: the code “%(code)s” is in use in this tree.") % {"code": values["code"]}])
    special = Special.objects.create(
        tree=case.tree, plan=case.plan, order=case.plan.specials.count() + 1, source=case.ref, confidence="sourced", **values
    )
    Adjustment.objects.filter(pk=case.pk).update(special=special)
    ledger.record("programs.special.create", special, actor, why=case.title, after=values)
    return special


def _change_target(actor: Any, case: Adjustment) -> dict[str, Any]:
    """Write the proposed columns to the special, or the names to the plan; records both states."""
    target: Any = case.special or case.plan
    values = {key: value for key, value in case.proposal.items() if key != "code"}  # what is known by a code keeps it
    if case.special is None:
        values = {key: value for key, value in values.items() if key in ("name", "name_en", "budget_scheme")}
    if code := values.pop("plan", ""):
        values["plan"] = Plan.objects.get(tree=case.tree, code=code)
    before = {key: target.plan.code if key == "plan" else getattr(target, key) for key in values}
    type(target).objects.filter(pk=target.pk).update(**values)
    after = {key: value.code if key == "plan" else value for key, value in values.items()}
    ledger.record(f"programs.{target._meta.model_name}.change", target, actor, why=f"{case.ref} {case.title}", before=before,
                  after=after)
    return before
