"""Verbs of a plan: order it, hold seats, move by hand or by table with the consequences first, apply at once, take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import books, clock, jobs, ledger, parameters
from core.workflow import Refused
from reviews import policies, queries
from reviews.actions.draws import commit_data, drawable, find_recusals
from reviews.models import Assignment, Batch, Draw, Plan, PlanItem
from reviews.rules import draw as drawing
from reviews.rules import moves
from reviews.states import BatchStatus, Mode, PlanKind, PlanStatus
from reviews.workflow import BATCH, PLAN

KIND, APPLY, TABLE = "reviews.plan", "reviews.plan.apply", "reviews.plan.table"
MOST_SCALE = 5
RULES = {
    "UNKNOWN": lambda: _("there is no such panel or expert in this plan"),
    "BARRED": lambda: _("a recusal bars this expert, or the expert has left the pool"),
    "FAR": lambda: _("is not among the candidates that were kept for this panel"),
    "TWICE": lambda: _("stands twice in one panel"),
    "EMPLOYER": lambda: _("another member has the same employer (at most one each)"),
    "CONSTITUENCY": lambda: _("too few experts of this constituency"),
    "SEATS": lambda: _("number of members is not the size of the panel"),
    "LOAD": lambda: _("would have more than the load of one expert"),
    "LOCKED": lambda: _("the seat is locked"),
}


def told(fault: moves.Fault) -> str:
    """A broken rule in one line: where, who, which."""
    return _("%(where)s: %(rule)s") % {"where": " ".join(filter(None, (fault.panel, fault.about))), "rule": RULES[fault.rule]()}


@transaction.atomic
def order_plan(actor: Any, batch: Batch, *, scale: int = 1, balance: int = 0, floor: bool = False, load: int | None = None,
               economy_min: int = 0, base: Plan | None = None) -> Any:
    """Queue the working-out of an assignment; returns the job. `base` is a plan whose locked seats are kept."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    if reason := policies.draws(actor, row):
        raise Refused([reason])
    if row.status != BatchStatus.DRAFT:
        raise Refused([_("The experts of this batch are drawn already.")])
    least = {name: count for name, count in (("ECONOMY", economy_min), ("INDUSTRY", row.industry_min)) if count}
    if sum(least.values()) > row.panel_size:
        raise Refused([_("The least numbers by constituency are more than the %(seats)d seats of a panel.") % {"seats": row.panel_size}])
    steps, ratio = parameters.value("review.balance_steps"), int(row.rules.get("draw_ratio") or 0)
    if not 0 <= balance < len(steps) or not 1 <= scale <= MOST_SCALE:
        raise Refused([_("Choose one of the steps that are offered.")])
    if scale < ratio:
        raise Refused([_("The rules of this guide ask for a draw of 1:%(ratio)d. Run the lottery instead.") % {"ratio": ratio}])
    usual = 1 if row.mode == Mode.PANEL else int(row.rules["load"])
    params = {"minimum": least, "load": load or usual, "balance": balance, "floor": floor, "scale": scale, "base": base.pk if base else None}
    plan = Plan.objects.create(batch=row, kind=PlanKind.LOTTERY if scale > 1 else PlanKind.OPTIMUM, params=params, operator=actor.person)
    ledger.record("reviews.plan.order", plan, actor, **params)
    return jobs.start(KIND, actor, {"plan": plan.pk}, _("Assignment of experts: %(ref)s") % {"ref": row.ref})


def _held(actor: Any, plan: Plan) -> Plan:
    """The plan, locked, while its seats may be changed."""
    row = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("batch__guide__special__plan").get(pk=plan.pk)
    if reason := policies.works_plan(actor, row):
        raise Refused([reason])
    if row.status != PlanStatus.READY or row.kind != PlanKind.OPTIMUM:
        raise Refused([_("Seats are moved in a plan that is ready and not yet applied.")])
    return row


@transaction.atomic
def lock_seats(actor: Any, plan: Plan, *, panel: str, codes: Sequence[str]) -> int:
    """Exactly these seats of the panel are locked: no new run and no hand moves them. How many are."""
    row = _held(actor, plan)
    seats = PlanItem.objects.filter(plan=row, panel=panel, seat=True)
    seats.exclude(code__in=codes).update(locked=False)
    count = seats.filter(code__in=codes).update(locked=True)
    ledger.record("reviews.plan.lock", row, actor, panel=panel, codes=sorted(codes))
    return count


def verdict_of(plan: Plan, wanted: Mapping[str, Sequence[str]]) -> moves.Verdict:
    locked = set(plan.items.filter(locked=True).values_list("panel", "code"))
    return moves.examine(wanted, queries.plan_seats(plan), queries.plan_setting(plan, wanted), locked)


@transaction.atomic
def propose_change(actor: Any, plan: Plan, *, wanted: Mapping[str, Sequence[str]], source: str = "") -> moves.Verdict:
    """Keep a wanted change with the plan, to be looked at before it is taken; nothing moves. What breaks a rule is told too."""
    row = _held(actor, plan)
    found = verdict_of(row, wanted)
    if not found.changes and not found.faults:
        raise Refused([_("Nothing would change.")])
    kept = {change.panel: list(wanted[change.panel]) for change in found.changes}
    Plan.objects.filter(pk=row.pk).update(proposal={"panels": kept, "source": source, "unknown": [
        told(fault) for fault in found.faults if fault.panel not in kept and fault.rule == "UNKNOWN"]})
    return found


def propose_table(actor: Any, plan: Plan, *, upload: Any) -> moves.Verdict:
    """A table of the plan (XLSX or CSV) that was changed outside: its seats become a proposal. Raises BadFile."""
    limits = {"most_mb": int(parameters.value("import.table_mb")), "most_rows": int(parameters.value("import.rows"))}
    headings, lines = books.read_lines(upload, upload.name, upload.size, **limits)
    panel, code, seat = (next((one for one in headings if one in words), "") for words in (
        (_("Panel"), "Panel"), (_("Expert"), "Expert"), (_("Seat or reserve"), "Seat or reserve")))
    if not panel or not code:
        raise Refused([_("The table needs the columns “%(panel)s” and “%(expert)s”, as in the table that was downloaded.") % {
            "panel": _("Panel"), "expert": _("Expert")}])
    wanted: dict[str, list[str]] = {}
    for line in lines:
        cells = {name: line.cells.get(name, "").strip() for name in (panel, code, seat) if name}
        if cells[panel] and cells[code] and (not seat or cells[seat] in ("", _("Seat"), "Seat")):
            wanted.setdefault(cells[panel], []).append(cells[code])
    return propose_change(actor, plan, wanted=wanted, source=str(upload.name)[:100])


@transaction.atomic
def drop_change(actor: Any, plan: Plan) -> Plan:
    row = _held(actor, plan)
    Plan.objects.filter(pk=row.pk).update(proposal={})
    return row


@transaction.atomic
def take_change(actor: Any, plan: Plan) -> Plan:
    """The proposal becomes the seats, all of it or nothing; every rule is asked again."""
    row = _held(actor, plan)
    wanted = (row.proposal or {}).get("panels") or {}
    found = verdict_of(row, wanted)
    if found.faults or row.proposal.get("unknown"):
        raise Refused([*row.proposal.get("unknown", []), *(told(fault) for fault in found.faults)])
    if not found.changes:
        raise Refused([_("Nothing would change.")])
    for change in found.changes:
        items = PlanItem.objects.filter(plan=row, panel=change.panel)
        items.filter(code__in=change.goes).update(seat=False, by_hand=True)
        items.filter(code__in=change.comes).update(seat=True, by_hand=True)
        for place, code in enumerate(wanted[change.panel]):
            items.filter(code=code).update(place=place)
    Plan.objects.filter(pk=row.pk).update(proposal={}, changed=True, figures={**row.figures, **_figures(row, found.gain)})
    ledger.record("reviews.plan.move", row, actor, gain=found.gain, changes=[[c.panel, list(c.goes), list(c.comes)] for c in found.changes])
    row.refresh_from_db()
    return row


def _figures(plan: Plan, gain: int) -> dict[str, int]:
    """What the seats as they are now say of filling, load and the worst-served panel."""
    loads = moves.loads_of(queries.plan_seats(plan))
    return {"affinity": plan.figures["affinity"] + gain, "filled": sum(loads.values()), "load_max": max(loads.values(), default=0),
            "idle": plan.figures["experts"] - len(loads), "least": queries.least_served(plan)}


def problems_of_plan(plan: Plan, setting: moves.Setting | None = None) -> list[str]:
    """What stands against applying: every panel is looked at with the recusals, the pool and the batch of this moment."""
    setting, now = setting or queries.plan_setting(plan), queries.plan_seats(plan)
    panels = set(queries.panel_of_each(plan.batch).values())
    faults = [moves.Fault("SEATS", panel, "0") for panel in sorted(panels - set(now))]
    faults += [moves.Fault("UNKNOWN", panel) for panel in sorted(set(now) - panels)]
    for panel, members in now.items():
        faults += moves.faults_of(panel, members, setting)
    faults += [moves.Fault("LOAD", "", code) for code, count in sorted(moves.loads_of(now).items()) if count > setting.load]
    return [told(fault) for fault in faults]


@transaction.atomic
def apply_plan(actor: Any, plan: Plan) -> Plan:
    """READY -> APPLIED: recusals are found anew, every seat is looked at, and all seats and alternates are written at once; the
    batch is DRAWN. Nobody is invited yet."""
    batch = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=plan.batch_id)
    fresh = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("batch__guide__special__plan").get(pk=plan.pk)
    find_recusals(actor, batch)
    setting = queries.plan_setting(fresh)
    problems = problems_of_plan(fresh, setting)
    row = PLAN.move("apply", actor, fresh, problems=problems, data={"certificate": fresh.certificate_sha256, "inputs": fresh.inputs_sha256})
    Plan.objects.filter(pk=row.pk).update(applied_at=clock.now())
    _write_seats(fresh, setting)
    BATCH.move("draw", actor, batch)
    row.refresh_from_db()
    return row


def order_apply(actor: Any, plan: Plan) -> Any:
    """Applying as a job; what can be said at once is said at once."""
    if reasons := PLAN.why_not("apply", actor, plan, problems=[]):
        raise Refused(reasons)
    return jobs.start(APPLY, actor, {"plan": plan.pk}, _("Applying the assignment: %(ref)s") % {"ref": plan.batch.ref})


def apply_by_job(actor: Any, plan: Plan) -> None:
    """What stands against it is told on the plan, which is as it was."""
    try:
        apply_plan(actor, plan)
    except Refused as refused:
        Plan.objects.filter(pk=plan.pk).update(error="\n".join(str(one) for one in refused.reasons)[:2000])
    else:
        Plan.objects.filter(pk=plan.pk).exclude(error="").update(error="")


def order_plan_table(actor: Any, plan: Plan, *, kind: str) -> Any:
    """The table of a plan as a job; who may see the plan may have it."""
    return jobs.start(TABLE, actor, {"plan": plan.pk, "kind": kind, "language": get_language() or "zh-hans"}, _("Plan of %(ref)s") % {"ref": plan.batch.ref})


def _write_seats(plan: Plan, setting: moves.Setting) -> None:
    """Seats, and behind them alternates in order of affinity with as many of each constituency as the panel needs."""
    batch = plan.batch
    rules = drawing.Rules(setting.people, setting.seats, setting.minimum)
    spare, rows, aliases = setting.seats * int(batch.rules["alternates_per_seat"]), [], {}
    people = queries.plan_key(plan)
    seats = queries.plan_seats(plan)
    for panel, items in queries.panels_of(batch).items():
        near = setting.near[panel]
        order = sorted((code for code in near if code not in setting.barred.get(panel, ())), key=lambda code: (-near[code], code))
        waiting = drawing.alternates(order, seats[panel], rules, spare)
        for item in items:
            for is_spare, codes in ((False, seats[panel]), (True, waiting)):
                rows += [
                    Assignment(batch=batch, item=item, expert_id=people[code], order=place, is_alternate=is_spare,
                               alias=aliases.setdefault(code, f"专家{len(aliases) + 1:02d}"))
                    for place, code in enumerate(codes)
                ]
    Assignment.objects.bulk_create(rows, batch_size=2000)


@transaction.atomic
def undo_plan(actor: Any, plan: Plan, *, why: str) -> Plan:
    """APPLIED -> READY until invitations leave: the seats go, the batch is in preparation again, with the reason."""
    batch = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=plan.batch_id)
    fresh = Plan.objects.select_related("batch__guide__special__plan").get(pk=plan.pk)
    row = PLAN.move("undo", actor, fresh, why=why, reason=why)
    BATCH.move("redraw", actor, batch, why=why, reason=why)
    Assignment.objects.filter(batch=batch).delete()
    Plan.objects.filter(pk=row.pk).update(applied_at=None)
    row.refresh_from_db()
    return row


def discard_plan(actor: Any, plan: Plan) -> Plan:
    """A plan nobody wants; it stays readable."""
    return PLAN.move("discard", actor, plan)


@transaction.atomic
def commit_lottery(actor: Any, plan: Plan, *, public_source: str) -> Draw:
    """The published odds of a lottery become the input of a draw: secret committed now, decided by a value published later. The
    odds fit only the facts they were worked out from; when somebody is barred meanwhile, they are worked out again."""
    batch = drawable(actor, plan.batch, public_source)
    row = Plan.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.pk)
    if row.status != PlanStatus.READY or row.kind != PlanKind.LOTTERY:
        raise Refused([_("Only a lottery that has been worked out can be committed.")])
    if short := [panel["key"] for panel in row.data["panels"] if sum(panel["odds"].values()) != row.data["scale"] * panel["seats"]]:
        raise Refused([_("There are not enough experts for %(scale)d candidates a seat: %(panels)s.") % {
            "scale": row.data["scale"], "panels": "、".join(short[:5]) + (_(" and others") if len(short) > 5 else "")}])
    find_recusals(actor, batch)
    setting = queries.plan_setting(row)
    current = set(queries.panel_of_each(batch).values()) == {panel["key"] for panel in row.data["panels"]}
    if not current or any(code in setting.barred.get(panel["key"], ()) for panel in row.data["panels"] for code in panel["candidates"]):
        raise Refused([_("Recusals, pool or groups have changed since the odds were worked out. Work them out again.")])
    return commit_data(actor, batch, row.data, queries.plan_key(row), public_source)
