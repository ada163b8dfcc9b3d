"""Changing a decided annual plan during the year (clauses A1, A2, R10): asked, checked, approved and applied at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policies import Actor
from core import clock, ledger, refs
from core.clock import CoreNow
from core.workflow import Refused
from notices import actions as notices
from programs import documents, policies, queries, rules, states
from programs.actions.turns import hand_over, returned
from programs.models import (
    AnnualPlan,
    AnnualPlanItem,
    ControlFigure,
    PlanChange,
    PlanChangeLine,
    PlanVersion,
)
from programs.states import ChangeKind, ChangeStatus
from programs.workflow import PLAN_CHANGE, plan_after

LINE_FIELDS = (
    "item", "to", "special", "title", "title_en", "money", "count", "opens_month", "closes_month", "opens_on", "closes_on",
    "funding_mode", "review_mode",
)
#: What a line may change of an item.
SHOWN = ("title", "money", "count", "opens_month", "closes_month", "opens_on", "closes_on", "funding_mode", "review_mode")


def keep_version(plan: AnnualPlan, change: PlanChange | None = None) -> PlanVersion:
    """Append the plan as it is now to its history. Version 1 is the plan as approved; versions are never changed."""
    data = queries.plan_snapshot(plan)
    last = plan.versions.order_by("-number").first()
    return PlanVersion.objects.create(
        plan=plan, number=(last.number if last else 0) + 1, change=change, data=data, sha256=rules.digest(data),
        at=clock.now() if change or plan.approved_at is None else plan.approved_at,
    )


def _refuse(*reasons: str | None) -> None:
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)


@transaction.atomic
def ask_change(
    actor: Any, plan: AnnualPlan, *, title: str, reason: str, control_figure: Decimal | None = None,
    reserve: Decimal | None = None, assignment: str = "", lines: Iterable[Mapping[str, Any]] = (),
) -> PlanChange:
    """Begin a change request of a decided plan; its lines come along (all or nothing) or are added next. Records
    programs.plan_change.create.

    Only the resource division may change the figures of the year. Raises Refused.
    """
    row = AnnualPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    _refuse(
        policies.may_ask_change(actor),
        None if queries.is_decided(row) else _("Clause A1: only an approved annual plan is changed by request; a draft is edited."),
        None if title.strip() else _("The change needs a title."),
        None if reason.strip() else _("A reason is needed."),
    )
    _figures_allowed(actor, control_figure, reserve)
    number = refs.next_number("plan_change", str(row.year))
    change = PlanChange.objects.create(
        ref=f"PLAN-{row.year}-C{number}", plan=row, number=number, title=title.strip()[:200], reason=reason.strip(),
        control_figure=control_figure, reserve=reserve, assignment=assignment.strip()[:200], requested_by=actor.person,
    )
    ledger.record("programs.plan_change.create", change, actor, why=reason, plan=row.year)
    for line in lines:
        add_change_line(actor, change, **line)
    return change


def _figures_allowed(actor: Any, control_figure: Decimal | None, reserve: Decimal | None) -> None:
    if control_figure is None and reserve is None:
        return
    if policies.is_planner(actor) is not None:
        raise Refused([_("Clause R10: only the resource division asks for another control figure or reserve.")])
    if min(value for value in (control_figure, reserve) if value is not None) < 0:
        raise Refused([_("Clause R10: the control figure and the reserve are not below 0.")])


def _own_draft(actor: Any, change: PlanChange) -> PlanChange:
    row = PlanChange.objects.select_for_update(no_key=True, of=("self",)).select_related("plan__tree").get(pk=change.pk)
    _refuse(
        policies.asked_for_change(actor, row),
        None if row.status == ChangeStatus.DRAFT else _("The change is with those who decide; only a draft can be edited."),
    )
    return row


@transaction.atomic
def edit_change(
    actor: Any, change: PlanChange, *, title: str, reason: str, control_figure: Decimal | None = None,
    reserve: Decimal | None = None, assignment: str = "",
) -> PlanChange:
    """Change the words or the figures of a request that is still a draft. Records programs.plan_change.edit."""
    row = _own_draft(actor, change)
    _refuse(
        None if title.strip() else _("The change needs a title."), None if reason.strip() else _("A reason is needed."),
    )
    _figures_allowed(actor, control_figure, reserve)
    PlanChange.objects.filter(pk=row.pk).update(
        title=title.strip()[:200], reason=reason.strip(), control_figure=control_figure, reserve=reserve,
        assignment=assignment.strip()[:200],
    )
    row.refresh_from_db()
    ledger.record("programs.plan_change.edit", row, actor, why=reason)
    return row


@transaction.atomic
def add_change_line(actor: Any, change: PlanChange, *, kind: str, **values: Any) -> PlanChangeLine:
    """Add a line: ADD (special, title, money, count, window), SET (item and what changes), MOVE (item, to, money) or CANCEL
    (item). Refused at once when the line alone makes no sense. Records programs.plan_change.line_add."""
    row = _own_draft(actor, change)
    clean = _line_values(row.plan, kind, values)
    for special in {one.special if isinstance(one, AnnualPlanItem) else one
                    for name in ("item", "to", "special") if (one := clean.get(name)) is not None}:
        _refuse(policies.may_change_special(actor, special))
    line = PlanChangeLine.objects.create(change=row, kind=kind, **clean)
    ledger.record("programs.plan_change.line_add", row, actor, line=line.pk, after=_line_state(line))
    return line


def _line_values(plan: AnnualPlan, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if kind not in ChangeKind.values:
        raise Refused([_("Clause A1: this kind of change is not known.")])
    clean = {key: value for key in LINE_FIELDS if (value := values.get(key)) not in (None, "")}
    wanted = {"ADD": {"special", "title", "money", "count", "opens_month", "closes_month"}, "SET": {"item"},
              "MOVE": {"item", "to", "money"}, "CANCEL": {"item"}}[kind]
    if clean.get("opens_on") and clean.get("closes_on"):
        clean |= {"opens_month": clean["opens_on"].month, "closes_month": clean["closes_on"].month}
    if kind in ("MOVE", "CANCEL"):
        clean = {key: value for key, value in clean.items() if key in wanted}
    elif kind == "SET":
        clean = {key: value for key, value in clean.items() if key not in ("to", "special")}
    else:
        clean = {key: value for key, value in clean.items() if key not in ("item", "to")}
    if missing := sorted(wanted - set(clean)):
        raise Refused([_("Clause A1: this line lacks: %(names)s.") % {"names": "、".join(queries.line_word(name) for name in missing)}])
    if kind == "SET" and set(clean) == {"item"}:
        raise Refused([_("Clause A1: the line changes nothing.")])
    if kind == "ADD" and clean["special"].tree_id != plan.tree_id:
        raise Refused([_("“%(name)s” is not in the programme tree of this plan.") % {"name": clean["special"].label}])
    if any(one.plan_id != plan.pk for name in ("item", "to") if (one := clean.get(name))):
        raise Refused([_("Clause A2: the line names no item of this plan.")])
    if clean.get("money", 1) <= 0 or clean.get("count", 1) <= 0:
        raise Refused([_("An item needs money and a number of awards above 0.")])
    return clean


def _line_state(line: PlanChangeLine) -> dict[str, Any]:
    state = {key: getattr(line, key) for key in LINE_FIELDS if key not in ("item", "to", "special")}
    return {"kind": line.kind, "item": line.item_id, "to": line.to_id, "special": line.special.code if line.special else "", **state}


@transaction.atomic
def remove_change_line(actor: Any, line: PlanChangeLine) -> PlanChange:
    """Take a line out of a draft. Records programs.plan_change.line_remove."""
    row = _own_draft(actor, line.change)
    ledger.record("programs.plan_change.line_remove", row, actor, line=line.pk, before=_line_state(line))
    line.delete()
    return row


@transaction.atomic
def submit_change(actor: Any, change: PlanChange) -> PlanChange:
    """DRAFT -> SUBMITTED by who asked; refused with every rule it would break (clauses A1, A2, R10, T2)."""
    row = PLAN_CHANGE.move("submit", actor, change)
    PlanChange.objects.filter(pk=row.pk).update(submitted_at=CoreNow())
    row.refresh_from_db()
    hand_over(actor, row)
    return row


@transaction.atomic
def check_change(actor: Any, change: PlanChange, *, why: str = "") -> PlanChange:
    """SUBMITTED -> CHECKED by the resource division, another person than who asked."""
    row = PLAN_CHANGE.move("check", actor, change, why=why)
    PlanChange.objects.filter(pk=row.pk).update(checked_by=actor.person, checked_at=CoreNow())
    row.refresh_from_db()
    hand_over(actor, row, why=why)
    return row


@transaction.atomic
def return_change(actor: Any, change: PlanChange, *, why: str) -> PlanChange:
    """SUBMITTED or CHECKED -> DRAFT with a reason; the check so far is void."""
    row = PLAN_CHANGE.move("return", actor, change, why=why, reason=why)
    PlanChange.objects.filter(pk=row.pk).update(checked_by=None, checked_at=None)
    row.refresh_from_db()
    returned(actor, row, row.requested_by, why=why)
    return row


@transaction.atomic
def refuse_change(actor: Any, change: PlanChange, *, why: str) -> PlanChange:
    """SUBMITTED or CHECKED -> REFUSED by a leader, with a reason; the plan stays as it is."""
    row = PLAN_CHANGE.move("refuse", actor, change, why=why, reason=why)
    PlanChange.objects.filter(pk=row.pk).update(decided_by=actor.person, decided_at=CoreNow())
    row.refresh_from_db()
    notices.tell([row.requested_by], "plan_change.refused", lambda: _("Your change of the annual plan is refused: %(title)s")
                 % {"title": row.title}, why, reverse("programs:desk:plan_change", args=[row.ref]))
    return row


@transaction.atomic
def withdraw_change(actor: Any, change: PlanChange) -> PlanChange:
    """Taken back by who asked, while nothing is decided."""
    return PLAN_CHANGE.move("withdraw", actor, change)


@transaction.atomic
def approve_change(actor: Any, change: PlanChange) -> PlanChange:
    """CHECKED -> APPLIED by a leader who neither asked nor checked: items, figures and pools change together or not at all.

    Locks the request, the plan, its items and the pools of the year in this order, then asks every rule again, so that no
    guide is published and no award or payment made between the question and the change. The tables' own constraints are
    the last guard. Side effects: a new version of the plan; for a published plan the official document of the change.
    """
    PlanChange.objects.select_for_update(no_key=True).get(pk=change.pk)
    plan = AnnualPlan.objects.select_for_update(no_key=True).get(pk=change.plan_id)
    list(AnnualPlanItem.objects.select_for_update(no_key=True).filter(plan=plan).order_by("pk"))
    list(ControlFigure.objects.select_for_update(no_key=True).filter(year=plan.year).order_by("pool"))
    PlanChange.objects.filter(pk=change.pk, status=ChangeStatus.CHECKED).update(decided_by=_decider(actor, change), decided_at=CoreNow())
    if not plan.versions.exists():  # approved before the plan had a history
        keep_version(plan)
    before = queries.plan_snapshot(plan)
    row = PLAN_CHANGE.move("approve", actor, change)
    row.refresh_from_db()
    _apply(row, plan)
    plan.refresh_from_db()
    version = keep_version(plan, row)
    ledger.record("programs.annual_plan.adjust", plan, actor, why=row.reason, change=row.ref, version=version.number, before=before,
                  after=version.data)
    if plan.status == states.PlanStatus.PUBLISHED:
        _issue_change(row, plan)
    notices.tell([row.requested_by], "plan_change.applied", lambda: _("Your change of the annual plan is approved and applied: %(title)s")
                 % {"title": row.title}, link=reverse("programs:desk:plan_change", args=[row.ref]))
    return row


def _decider(actor: Any, change: PlanChange) -> Any:
    """The person for the signature; the move itself refuses who may not sign, before the table's constraint would."""
    return actor.person if actor.id not in (None, change.requested_by_id, change.checked_by_id) else None


def _apply(change: PlanChange, plan: AnnualPlan) -> None:
    after, problems = plan_after(change)
    if problems:
        raise Refused(problems)
    items = {item.pk: item for item in plan.items.all()}
    lines = list(change.lines.select_related("special").order_by("pk"))
    for number, line in enumerate(lines, 1):
        if line.kind == ChangeKind.ADD:
            _add(plan, line, after.items[-number])
    for key, planned in after.items.items():
        if key > 0 and (changes := _differences(items[key], planned)):
            AnnualPlanItem.objects.filter(pk=key).update(**changes)
    for line in lines:
        if line.kind == ChangeKind.SET and line.title_en:
            AnnualPlanItem.objects.filter(pk=line.item_id).update(title_en=line.title_en)
    if (after.control, after.reserve) != (plan.control_figure, plan.reserve):
        AnnualPlan.objects.filter(pk=plan.pk).update(control_figure=after.control, reserve=after.reserve)
        for pool, amount in ((states.Pool.CONTROL, after.control - after.reserve), (states.Pool.RESERVE, after.reserve)):
            ControlFigure.objects.update_or_create(year=plan.year, pool=pool, defaults={"amount": amount})


def _add(plan: AnnualPlan, line: PlanChangeLine, planned: rules.Planned) -> None:
    order = (plan.items.order_by("-order").values_list("order", flat=True).first() or 0) + 1
    AnnualPlanItem.objects.create(
        plan=plan, special=line.special, title_en=line.title_en, order=order, **{name: getattr(planned, name) for name in SHOWN},
    )


def _differences(item: AnnualPlanItem, planned: rules.Planned) -> dict[str, Any]:
    values = asdict(planned)
    changes = {name: values[name] for name in SHOWN if values[name] != getattr(item, name)}
    if planned.cancelled and item.cancelled_at is None:
        changes["cancelled_at"] = clock.now()
    return changes


def _issue_change(change: PlanChange, plan: AnnualPlan) -> None:
    """The official document of the adjustment: prepared by who checked it, signed by the leader who approved it."""
    document = notices.draft(
        Actor.of(change.checked_by), documents.PLAN_CHANGE, subject=change, title=documents.change_title(change, plan),
        context=documents.change_context(change, plan), addressee=documents.addressee(), is_public=True,
    )
    notices.issue_now(Actor.of(change.decided_by), change.decided_by, document)
