"""Versions of the programme tree (clauses P3, P4, T1, T2): drafted by screen or table, checked, put in force, ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import system
from core import clock, deadlines, files, ledger
from core.clock import CoreNow
from core.models import StoredFile
from core.workflow import Refused
from programs import policies, queries, states
from programs.engine.treefile import Difference
from programs.models import Plan, PlanTree, Special, SpecialMapping, TreeUpload
from programs.workflow import PLAN_TREE

PLAN_FIELDS = ("name", "name_en", "budget_scheme", "source", "order")
SPECIAL_FIELDS = (
    "name", "name_en", "prefix", "funding_modes", "review_modes", "budget_scheme", "amount_note", "amount_note_en",
    "division", "note", "note_en", "source", "confidence", "order",
)
TREE_FIELDS = ("name", "name_en", "effective_from", "source", "note", "note_en")


def _draft(actor: Any, tree: PlanTree) -> PlanTree:
    """The locked version, when this person may change it now; remembers the person as one of its editors."""
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    row = PlanTree.objects.select_for_update(no_key=True).get(pk=tree.pk)
    if row.status != states.TreeStatus.DRAFT:
        raise Refused([_("Clause P4: only a draft of a version is changed; “%(name)s” is “%(state)s”.")
                       % {"name": row.label, "state": row.status_label}])
    row.editors.add(actor.person)
    return row


@transaction.atomic
def create_tree(
    actor: Any, *, code: str, name: str, effective_from: date, copy_from: PlanTree | None = None, **values: Any
) -> PlanTree:
    """Begin a version, empty or with the plans and specials of another; every copied class is mapped one to one.

    Records programs.plan_tree.create.
    """
    if reason := policies.is_planner(actor):
        raise Refused([reason])
    if PlanTree.objects.filter(code=code).exists():
        raise Refused([_("A version with the code %(code)s stands already.") % {"code": code}])
    more = {key: values[key] for key in TREE_FIELDS if key in values}
    tree = PlanTree.objects.create(code=code, name=name, effective_from=effective_from, base=copy_from, **more)
    tree.editors.add(actor.person)
    if copy_from is not None:
        _copy(copy_from, tree)
    ledger.record("programs.plan_tree.create", tree, actor, copied_from=copy_from.code if copy_from else "",
                  plans=tree.plans.count(), specials=tree.specials.count())
    return tree


def _copy(old: PlanTree, tree: PlanTree) -> None:
    plans = {
        plan.pk: Plan.objects.create(tree=tree, code=plan.code, **{name: getattr(plan, name) for name in PLAN_FIELDS})
        for plan in old.plans.filter(disabled_on=None)
    }
    olds = list(old.specials.filter(disabled_on=None, plan__in=plans).exclude(status=states.SpecialStatus.CANCELLED))
    news = Special.objects.bulk_create(
        Special(tree=tree, plan=plans[row.plan_id], code=row.code, **{name: getattr(row, name) for name in SPECIAL_FIELDS})
        for row in olds
    )
    SpecialMapping.objects.bulk_create(
        SpecialMapping(old=before, into=tree, new=after) for before, after in zip(olds, news, strict=True)
    )


@transaction.atomic
def change_tree(actor: Any, tree: PlanTree, **values: Any) -> PlanTree:
    """Names, planned day, source and note of a draft. Records programs.plan_tree.change with both states."""
    row = _draft(actor, tree)
    clean = {key: values[key] for key in TREE_FIELDS if key in values}
    before = {key: getattr(row, key) for key in clean}
    PlanTree.objects.filter(pk=row.pk).update(**clean)
    row.refresh_from_db()
    ledger.record("programs.plan_tree.change", row, actor, before=before, after=clean)
    return row


@transaction.atomic
def save_category(actor: Any, tree: PlanTree, *, code: str, is_new: bool = False, **values: Any) -> Plan:
    """Add a plan to a draft version, or change the one with this code. Records programs.plan_tree.plan."""
    row = _draft(actor, tree)
    old = Plan.objects.filter(tree=row, code=code).first()
    if is_new and old is not None:
        raise Refused([_("The code %(code)s stands already in this version.") % {"code": code}])
    plan = _save(Plan, {"tree": row, "code": code}, old, values, PLAN_FIELDS)
    _record(actor, row, "plan", code, old, plan, PLAN_FIELDS)
    return plan


@transaction.atomic
def save_special(actor: Any, tree: PlanTree, *, code: str, plan: Plan, is_new: bool = False, **values: Any) -> Special:
    """Add a special to a draft version, or change or move the one with this code. Records programs.plan_tree.special."""
    row = _draft(actor, tree)
    if plan.tree_id != row.pk:
        raise Refused([_("“%(name)s” is not a plan of this version.") % {"name": plan.label}])
    old = Special.objects.filter(tree=row, code=code).select_related("plan").first()
    if is_new and old is not None:
        raise Refused([_("The code %(code)s stands already in this version.") % {"code": code}])
    special = _save(Special, {"tree": row, "code": code, "plan": plan}, old, values, SPECIAL_FIELDS)
    _record(actor, row, "special", code, old, special, (*SPECIAL_FIELDS, "plan"))
    return special


def _save(model: type, key: Mapping[str, Any], old: Any, values: Mapping[str, Any], fields: Sequence[str]) -> Any:
    clean = {name: values[name] for name in fields if name in values}
    if old is None:
        return model._base_manager.create(**key, **clean)
    model._base_manager.filter(pk=old.pk).update(**clean, **({"plan": key["plan"]} if "plan" in key else {}))
    return model._base_manager.get(pk=old.pk)


def _record(actor: Any, tree: PlanTree, what: str, code: str, old: Any, new: Any, fields: Sequence[str]) -> None:
    def state(row: Any) -> dict[str, Any] | None:
        return {name: getattr(row, name).code if name == "plan" else getattr(row, name) for name in fields} if row else None

    before, after = state(old), state(new)
    if before != after:
        ledger.record(f"programs.plan_tree.{what}", tree, actor, code=code, before=before, after=after)


@transaction.atomic
def remove_plan(actor: Any, tree: PlanTree, *, code: str) -> None:
    """Take an empty plan out of a draft. Records programs.plan_tree.plan_remove."""
    row = _draft(actor, tree)
    _remove_plan(row, code)
    ledger.record("programs.plan_tree.plan_remove", row, actor, code=code)


def _remove_plan(tree: PlanTree, code: str) -> None:
    plan = Plan.objects.get(tree=tree, code=code)
    if plan.specials.exists():
        raise Refused([_("Clause P4: “%(name)s” still has specials; move or remove them first.") % {"name": plan.label}])
    plan.delete()


@transaction.atomic
def remove_special(actor: Any, tree: PlanTree, *, code: str) -> None:
    """Take a special out of a draft; refused when something hangs on it (clauses P3, T2). Records
    programs.plan_tree.special_remove."""
    row = _draft(actor, tree)
    special = Special.objects.select_related("tree").get(tree=row, code=code)
    if reasons := queries.removal_reasons([special]):
        raise Refused(reasons)
    special.delete()
    ledger.record("programs.plan_tree.special_remove", row, actor, code=code)


@transaction.atomic
def move_in_list(actor: Any, tree: PlanTree, *, what: str, code: str) -> None:
    """One place up: a plan among the plans, a special among those of its plan. Records programs.plan_tree.order."""
    row = _draft(actor, tree)
    model = Plan if what == "plan" else Special
    one = model._base_manager.get(tree=row, code=code)
    rows = list(Plan.objects.filter(tree=row) if what == "plan" else Special.objects.filter(plan=one.plan))
    rows.sort(key=lambda item: (item.order, item.code))
    place = next(i for i, item in enumerate(rows) if item.pk == one.pk)
    if place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for order, item in enumerate(rows, 1):
        item.order = order
    model._base_manager.bulk_update(rows, ["order"])
    ledger.record("programs.plan_tree.order", row, actor, what=what, codes=[item.code for item in rows])


@transaction.atomic
def map_special(actor: Any, tree: PlanTree, *, old: Special, heirs: Iterable[tuple[Special | None, Decimal, str]]) -> PlanTree:
    """Say what becomes of an old class in this draft: (special of the draft or None, share, note) per heir; an empty list
    takes the mapping away. Clause P3: the shares add up to 1. Records programs.plan_tree.map."""
    row, wanted = _draft(actor, tree), list(heirs)
    if reasons := queries.mapping_reasons(row, old, wanted):
        raise Refused(reasons)
    before = _links(row, old)
    SpecialMapping.objects.filter(into=row, old=old).delete()
    SpecialMapping.objects.bulk_create(
        SpecialMapping(old=old, into=row, new=new, share=share, note=note) for new, share, note in wanted
    )
    after = _links(row, old)
    if before != after:
        ledger.record("programs.plan_tree.map", row, actor, old=f"{old.tree.code}:{old.code}", before=before, after=after)
    return row


def _links(tree: PlanTree, old: Special) -> list[list[str]]:
    rows = SpecialMapping.objects.filter(into=tree, old=old).select_related("new")
    return [[row.new.code if row.new else "", str(row.share), row.note] for row in rows]


@transaction.atomic
def map_same_codes(actor: Any, tree: PlanTree) -> int:
    """Map every class of the version before that has no mapping yet and whose code stands in this draft. Returns how many.
    Records programs.plan_tree.map_same."""
    row = _draft(actor, tree)
    former = queries.former_of(row)
    if former is None:
        return 0
    new = {special.code: special for special in row.specials.filter(disabled_on=None)}
    rows = [
        SpecialMapping(old=old, into=row, new=new[old.code])
        for old in former.specials.filter(disabled_on=None, code__in=new).exclude(continued_as__into=row)
    ]
    SpecialMapping.objects.bulk_create(rows)
    ledger.record("programs.plan_tree.map_same", row, actor, codes=[link.old.code for link in rows])
    return len(rows)


# --- the table ---------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_upload(actor: Any, tree: PlanTree, *, upload: Any, max_bytes: int) -> TreeUpload:
    """Keep an uploaded table for its preview; nothing of the version changes. Records programs.plan_tree.upload."""
    row = _draft(actor, tree)
    file: StoredFile = files.store(upload, actor=actor, kinds=("xlsx",), max_bytes=max_bytes)
    kept = TreeUpload.objects.create(tree=row, file=file, uploaded_by=actor.person)
    ledger.record("programs.plan_tree.upload", row, actor, file=file.name, sha256=file.sha256)
    return kept


@transaction.atomic
def apply_table(
    actor: Any, tree: PlanTree, *, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]], seen: str,
    upload: TreeUpload | None = None,
) -> list[Difference]:
    """Make a draft as a table says: all of it or nothing. `wanted` is {PLAN|SPECIAL|MAPPING: {key: row}} as
    `queries.stored_table` gives it; `seen` is the digest of the state that the preview was compared with.

    Records programs.plan_tree.apply with every difference. Raises Refused when somebody changed the draft meanwhile, when
    a removal would orphan what hangs on a class (clauses P3, T2), or when shares do not add up (clause P3).
    """
    row = _draft(actor, tree)
    if queries.table_digest(row) != seen:
        raise Refused([_("The version was changed meanwhile; look at the preview again before you apply it.")])
    changes = queries.table_differences(row, wanted)
    if reasons := queries.table_reasons(row, wanted, changes):
        raise Refused(reasons)
    _apply(row, wanted, changes)
    if upload is not None:
        TreeUpload.objects.filter(pk=upload.pk).update(applied_at=CoreNow())
    ledger.record(
        "programs.plan_tree.apply", row, actor, upload=str(upload.uid) if upload else "",
        changes=[{"what": c.what, "kind": c.kind, "key": c.key, "fields": [list(f) for f in c.fields]} for c in changes],
    )
    return changes


def _apply(tree: PlanTree, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]], changes: list[Difference]) -> None:
    """Plans first, then specials, then removals (a special may leave a plan that goes), then the mapping."""
    by = {(change.what, change.kind, change.key) for change in changes}
    for key, values in wanted["PLAN"].items():
        if ("PLAN", "ADD", key) in by or ("PLAN", "CHANGE", key) in by:
            Plan.objects.update_or_create(tree=tree, code=key, defaults={n: values[n] for n in PLAN_FIELDS})
    plans = {plan.code: plan for plan in tree.plans.all()}
    for key, values in wanted["SPECIAL"].items():
        if ("SPECIAL", "ADD", key) in by or ("SPECIAL", "CHANGE", key) in by:
            defaults = {**{n: values[n] for n in SPECIAL_FIELDS}, "plan": plans[values["plan"]]}
            Special.objects.update_or_create(tree=tree, code=key, defaults=defaults)
    gone = [change.key for change in changes if (change.what, change.kind) == ("SPECIAL", "REMOVE")]
    Special.objects.filter(tree=tree, code__in=gone).delete()
    for change in changes:
        if (change.what, change.kind) == ("PLAN", "REMOVE"):
            _remove_plan(tree, change.key)
    if any(change.what == "MAPPING" for change in changes):
        _replace_mapping(tree, wanted["MAPPING"].values())


def _replace_mapping(tree: PlanTree, rows: Iterable[Mapping[str, Any]]) -> None:
    wanted = list(rows)
    olds = {(s.tree.code, s.code): s for s in Special.objects.filter(
        tree__code__in={row["old_tree"] for row in wanted}).select_related("tree")}
    news = {special.code: special for special in tree.specials.all()}
    SpecialMapping.objects.filter(into=tree).delete()
    SpecialMapping.objects.bulk_create(
        SpecialMapping(into=tree, old=olds[row["old_tree"], row["old"]], new=news[row["new"]] if row["new"] else None,
                       share=row["share"], note=row["note"])
        for row in wanted
    )


# --- moves -------------------------------------------------------------------------------------------------------


@transaction.atomic
def check_tree(actor: Any, tree: PlanTree) -> PlanTree:
    """DRAFT -> CHECKED by somebody who changed nothing in it (two persons)."""
    row = PLAN_TREE.move("check", actor, tree)
    PlanTree.objects.filter(pk=row.pk).update(checked_by=actor.person)
    row.refresh_from_db()
    return row


@transaction.atomic
def return_tree(actor: Any, tree: PlanTree, *, why: str) -> PlanTree:
    """CHECKED -> DRAFT with a reason."""
    row = PLAN_TREE.move("return", actor, tree, why=why, reason=why)
    PlanTree.objects.filter(pk=row.pk).update(checked_by=None)
    row.refresh_from_db()
    return row


@transaction.atomic
def enact_tree(actor: Any, tree: PlanTree, *, on: date) -> PlanTree:
    """CHECKED -> IN_FORCE from a day; refused with every class that would be orphaned (clauses P3, T2). The version
    before ends on the day before; a timer makes its end visible."""
    row = PLAN_TREE.move("enact", actor, tree, on=on, data={"on": on})
    former = PlanTree.objects.filter(
        disabled_on=None, status=states.TreeStatus.IN_FORCE, effective_from__lt=on).exclude(pk=row.pk)
    former.filter(effective_to=None).update(effective_to=on - timedelta(days=1))
    PlanTree.objects.filter(pk=row.pk).update(effective_from=on, enacted_by=actor.person)
    row.refresh_from_db()
    if on <= clock.today():
        end_former_trees(system("clock"))
    else:
        deadlines.set("plan_tree.begin", row, timezone.make_aware(datetime.combine(on, time(0, 5))))
    return row


@transaction.atomic
def end_former_trees(actor: Any) -> int:
    """IN_FORCE -> ENDED for versions whose last day is over; the clock has decided it already. Returns how many."""
    over = PlanTree.objects.filter(status=states.TreeStatus.IN_FORCE, effective_to__lt=clock.today())
    return len([PLAN_TREE.move("end", actor, tree) for tree in over])
