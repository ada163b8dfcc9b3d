"""Versions of the programme tree: time line, differences, the table of a draft, what may not be removed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from programs import policies, rules, states
from programs.engine import lineage
from programs.engine.treefile import Difference, differences
from programs.models import AnnualPlanItem, Guide, Plan, PlanTree, Special, SpecialMapping, TreeUpload
from programs.queries.tree import plans_of
from programs.workflow import Cover, coverage, uses

PLAN_COLUMNS = ("name", "name_en", "budget_scheme", "source", "order")
SPECIAL_COLUMNS = (
    "plan", "name", "name_en", "prefix", "funding_modes", "review_modes", "budget_scheme", "amount_note", "amount_note_en",
    "division", "note", "note_en", "source", "confidence", "order",
)
MAPPING_COLUMNS = ("share", "note")


def tree_version(actor: Any, code: str) -> PlanTree:
    row = policies.trees_visible_to(actor).select_related("base", "checked_by", "enacted_by").filter(code=code).first()
    if row is None:
        raise Http404
    return row


def versions(actor: Any) -> list[PlanTree]:
    """The versions a person may see, oldest first: the time line."""
    return list(policies.trees_visible_to(actor).order_by("effective_from", "pk"))


def former_of(tree: PlanTree) -> PlanTree | None:
    """The decided version before this one."""
    return (
        PlanTree.objects.filter(disabled_on=None, status__in=states.OFFICIAL_TREES, effective_from__lt=tree.effective_from)
        .exclude(pk=tree.pk).order_by("-effective_from").first()
    )


def asked_day(text: str) -> tuple[date | None, str]:
    """(day, what is wrong with it) of the date field of the tree page."""
    if not text.strip():
        return None, ""
    try:
        return date.fromisoformat(text.strip()), ""
    except ValueError:
        return None, _("“%(text)s” is not a day; write it as 2024-04-22.") % {"text": text[:20]}


def plan_of(tree: PlanTree, code: str) -> Plan:
    row = Plan.objects.filter(tree=tree, code=code, disabled_on=None).first()
    if row is None:
        raise Http404
    return row


def special_of(tree: PlanTree, code: str) -> Special:
    row = Special.objects.select_related("plan", "tree").filter(tree=tree, code=code, disabled_on=None).first()
    if row is None:
        raise Http404
    return row


def upload_of(tree: PlanTree, uid: Any) -> TreeUpload:
    row = TreeUpload.objects.filter(tree=tree, uid=uid).select_related("file", "tree").first()
    if row is None:
        raise Http404
    return row


# --- differences between versions ---------------------------------------------------------------------------------


def _nodes(tree: PlanTree) -> list[lineage.Node]:
    rows = Special.objects.filter(tree=tree, disabled_on=None).select_related("plan")
    return [
        lineage.Node(
            row.pk, row.code, row.label, row.plan.code, row.plan.label,
            {"mode": "、".join(row.mode_labels), "review": "、".join(row.review_labels), "budget": row.scheme_label,
             "prefix": row.prefix},
        )
        for row in rows
    ]


def change_words(kind: str) -> str:
    return {
        "ADDED": pgettext("tree change", "Added"), "GONE": pgettext("tree change", "Gone"),
        "ENDED": pgettext("tree change", "Not continued"), "RENAMED": pgettext("tree change", "Renamed"),
        "MOVED": pgettext("tree change", "Moved to another plan"), "CHANGED": pgettext("tree change", "Rules changed"),
        "SPLIT": pgettext("tree change", "Split"), "MERGED": pgettext("tree change", "Merged"),
    }[kind]


def field_words(name: str) -> str:
    return {"mode": _("Way of funding"), "review": _("Review"), "budget": _("Budget"), "prefix": _("Number prefix")}[name]


def tree_changes(old: PlanTree, new: PlanTree) -> list[dict[str, Any]]:
    """What the newer version changed against the older one, by plan of the newer one; three queries."""
    links = [
        lineage.Link(row.old_id, row.into_id, row.new_id, Fraction(row.share))
        for row in SpecialMapping.objects.filter(into=new)
    ]
    return [
        {
            "kinds": [change_words(kind) for kind in change.kinds], "tone": _tone(change.kinds), "old": change.old,
            "new": change.new, "share": share_words(change.share), "is_mapped": change.is_mapped,
            "fields": [(field_words(name), before or "—", after or "—") for name, before, after in change.fields],
        }
        for change in lineage.compare(_nodes(old), _nodes(new), links, new.pk)
    ]


def _tone(kinds: tuple[str, ...]) -> str:
    return "good" if "ADDED" in kinds else "bad" if "GONE" in kinds else "warn" if "ENDED" in kinds else "doing"


def share_words(share: Fraction | Decimal | None) -> str:
    """A share as a percentage without needless noughts; empty for the whole or nothing known."""
    if share is None or share == 1:
        return ""
    exact = Decimal(share.numerator) / Decimal(share.denominator) if isinstance(share, Fraction) else share
    return f"{(exact * 100).quantize(Decimal('0.0001')).normalize():f}%"


# --- mapping and removals -----------------------------------------------------------------------------------------


def cover_rows(tree: PlanTree) -> list[Cover]:
    """Old classes in use or mapped, with what is still missing (clauses P3, T2)."""
    return coverage(tree)


def mapping_rows(tree: PlanTree) -> list[dict[str, Any]]:
    """Every class of the version before (and older ones that are mapped), with its heirs in this version."""
    former = former_of(tree)
    links: dict[int, list[SpecialMapping]] = defaultdict(list)
    for link in SpecialMapping.objects.filter(into=tree).select_related("new"):
        links[link.old_id].append(link)
    mine = Special.objects.filter(disabled_on=None, tree=former) if former else Special.objects.none()
    rows = list((mine | Special.objects.filter(pk__in=links)).select_related("tree", "plan").order_by(
        "-tree__effective_from", "plan__order", "order", "code"))
    covers = {cover.special.pk: cover for cover in coverage(tree)}
    used = uses(rows)
    return [
        {
            "old": row, "use": used[row.pk], "problem": covers[row.pk].problem if row.pk in covers else "",
            "heirs": [{"new": link.new, "share": share_words(link.share) or "100%", "note": link.note} for link in links[row.pk]],
        }
        for row in rows
    ]


def heirs_of(tree: PlanTree, old: Special) -> list[SpecialMapping]:
    return list(SpecialMapping.objects.filter(into=tree, old=old).select_related("new"))


def old_special(key: str) -> Special:
    """An old class by "tree:code"."""
    tree, _sep, code = key.partition(":")
    row = Special.objects.select_related("tree", "plan").filter(
        tree__code=tree, code=code, tree__status__in=states.OFFICIAL_TREES).first()
    if row is None:
        raise Http404
    return row


def removal_reasons(specials: Iterable[Special]) -> list[str]:
    """Why specials of a draft may not be taken out: guides and plan items rest on them, or old classes in use go there."""
    rows = list(specials)
    found = []
    guides, items = _own(rows)
    for row in rows:
        if guides[row.pk] or items[row.pk]:
            found.append(_("Clause T2: %(guides)d guides and %(items)d plan items rest on “%(name)s”; it cannot be removed.") % {
                "guides": guides[row.pk], "items": items[row.pk], "name": row.label})
    arriving = SpecialMapping.objects.filter(new__in=rows).select_related("old__tree", "new")
    used = uses([link.old for link in arriving])
    found += [_orphans(link.old, used[link.old_id], link.new.label) for link in arriving if used[link.old_id].any]
    return found


def _own(rows: list[Special]) -> tuple[Counter[int], Counter[int]]:
    """What rests on the rows themselves, withdrawn guides and past plan items included."""
    ids = [row.pk for row in rows]
    guides = Counter(Guide.objects.filter(special__in=ids).values_list("special", flat=True))
    items = Counter(AnnualPlanItem.objects.filter(special__in=ids).values_list("special", flat=True))
    return guides, items


def _orphans(old: Special, use: Any, target: str) -> str:
    return _("Clause T2: “%(old)s” (%(tree)s) goes to “%(new)s” and has %(running)d running projects and %(guides)d guides; "
             "map it elsewhere first.") % {
        "old": old.label, "tree": old.tree.label, "new": target, "running": use.running, "guides": use.guides}


def mapping_reasons(tree: PlanTree, old: Special, heirs: list[tuple[Special | None, Decimal, str]]) -> list[str]:
    """Why a mapping of one old class cannot stand (clause P3)."""
    found = []
    if not old.tree.is_ready or old.tree_id == tree.pk or old.tree.effective_from >= tree.effective_from:
        found.append(_("Clause P3: only a class of an earlier version is mapped."))
    if any(new is not None and new.tree_id != tree.pk for new, _share, _note in heirs):
        found.append(_("Clause P3: the heir must be a special of this version."))
    targets = [new.pk if new else None for new, _share, _note in heirs]
    if len(targets) != len(set(targets)):
        found.append(_("Clause P3: a special stands twice among the heirs."))
    if any(new is None and not note.strip() for new, _share, note in heirs):
        found.append(_("Clause P3: a class that is not continued needs a note that says why."))
    if heirs:
        found += _share_reasons(old.label, [Fraction(share) for _new, share, _note in heirs])
    return found


def _share_reasons(name: str, shares: list[Fraction]) -> list[str]:
    words = {
        "range": _("Clause P3: a share lies above 0 and is at most 1 (“%(name)s”).") % {"name": name},
        "sum": _("Clause P3: the shares of “%(name)s” add up to %(sum)s, not to 1.") % {
            "name": name, "sum": f"{float(sum(shares)):.6g}"},
    }
    return [words[code] for code in lineage.share_problems(shares)]


# --- the table of a draft -----------------------------------------------------------------------------------------


def stored_table(tree: PlanTree) -> dict[str, dict[str, dict[str, Any]]]:
    """The version as its table has it: {PLAN|SPECIAL|MAPPING: {key: row}}; three queries."""
    plans = {plan.code: {name: getattr(plan, name) for name in PLAN_COLUMNS} for plan in tree.plans.filter(disabled_on=None)}
    specials = {
        row.code: {name: row.plan.code if name == "plan" else getattr(row, name) for name in SPECIAL_COLUMNS}
        for row in tree.specials.filter(disabled_on=None).select_related("plan")
    }
    links = {}
    for link in SpecialMapping.objects.filter(into=tree).select_related("old__tree", "new"):
        row = {"old_tree": link.old.tree.code, "old": link.old.code, "new": link.new.code if link.new else "",
               "share": link.share, "note": link.note}
        links[mapping_key(row)] = row
    return {"PLAN": plans, "SPECIAL": specials, "MAPPING": links}


def mapping_key(row: Mapping[str, Any]) -> str:
    return f"{row['old_tree']}:{row['old']} → {row.get('new') or '—'}"


def table_digest(tree: PlanTree) -> str:
    plain = {what: {key: {n: str(v) if isinstance(v, Decimal) else v for n, v in row.items()} for key, row in rows.items()}
             for what, rows in stored_table(tree).items()}
    return rules.digest(plain)


def table_differences(tree: PlanTree, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Difference]:
    stored = stored_table(tree)
    columns = {"PLAN": PLAN_COLUMNS, "SPECIAL": SPECIAL_COLUMNS, "MAPPING": MAPPING_COLUMNS}
    return [row for what, fields in columns.items() for row in differences(what, stored[what], wanted[what], fields)]


def table_reasons(
    tree: PlanTree, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]], changes: list[Difference]
) -> list[str]:
    """Why a table as a whole cannot be applied: orphans (T2), empty or unknown plans (P4), shares that do not add up (P3)."""
    found = [
        _("Clause P4: the special %(code)s names the plan %(plan)s, which the table does not have.") % {"code": key, "plan": row["plan"]}
        for key, row in wanted["SPECIAL"].items() if row["plan"] not in wanted["PLAN"]
    ]
    gone = [change.key for change in changes if (change.what, change.kind) == ("SPECIAL", "REMOVE")]
    guides, items = _own(leaving := list(tree.specials.filter(code__in=gone)))
    found += [
        _("Clause T2: %(guides)d guides and %(items)d plan items rest on “%(name)s”; it cannot be removed.") % {
            "guides": guides[row.pk], "items": items[row.pk], "name": row.label}
        for row in leaving if guides[row.pk] or items[row.pk]
    ]
    return found + _mapping_table_reasons(tree, wanted)


def _mapping_table_reasons(tree: PlanTree, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    found, shares = [], defaultdict(list)
    earlier = PlanTree.objects.filter(status__in=states.OFFICIAL_TREES, effective_from__lt=tree.effective_from).exclude(pk=tree.pk)
    known = {(s.tree.code, s.code): s for s in Special.objects.filter(tree__in=earlier).select_related("tree")}
    for row in wanted["MAPPING"].values():
        old = (row["old_tree"], row["old"])
        shares[old].append(Fraction(row["share"]))
        if old not in known:
            found.append(_("Clause P3: %(tree)s:%(code)s is not a class of an earlier version.") % {"tree": old[0], "code": old[1]})
        if row["new"] and row["new"] not in wanted["SPECIAL"]:
            found.append(_("Clause P3: %(code)s goes to %(new)s, which the table does not have.") % {"code": row["old"], "new": row["new"]})
    for old, parts in shares.items():
        found += _share_reasons(f"{old[0]}:{old[1]}", parts)
    lost = Special.objects.filter(continued_as__into=tree).distinct().select_related("tree")
    unmapped = [row for row in lost if (row.tree.code, row.code) not in shares]
    used = uses(unmapped)
    found += [
        _("Clause T2: “%(name)s” (%(tree)s) has %(running)d running projects and %(guides)d guides; the table may not leave it "
          "without a line of mapping.") % {
            "name": row.label, "tree": row.tree.label, "running": used[row.pk].running, "guides": used[row.pk].guides}
        for row in unmapped if used[row.pk].any
    ]
    return found


# --- what the pages of a draft show -------------------------------------------------------------------------------


def counted_versions(actor: Any) -> QuerySet[PlanTree]:
    return policies.trees_visible_to(actor).annotate(
        plan_count=Count("plans", filter=Q(plans__disabled_on=None), distinct=True),
        special_count=Count("specials", filter=Q(specials__disabled_on=None), distinct=True),
    )


def heir_choices(tree: PlanTree) -> list[tuple[str, Any]]:
    """Specials of the draft by plan, and "not continued"."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in tree.specials.filter(disabled_on=None).select_related("plan").order_by("plan__order", "order"):
        groups.setdefault(row.plan.label, []).append((row.code, f"{row.label} {row.code}"))
    return [("", "—"), ("-", _("not continued")), *groups.items()]


def difference_rows(changes: Iterable[Difference]) -> list[dict[str, Any]]:
    """Differences in words: what, kind, name, and each field with both values."""
    from programs.queries.workbook import SHEETS, shown  # noqa: PLC0415 (that module reads this one)

    labels = {what: dict(columns) for what, (_tab, columns) in SHEETS.items()}
    return [
        {
            "what": str(SHEETS[row.what][0]), "kind": kind_words(row.kind), "tone": {"ADD": "good", "REMOVE": "bad"}.get(row.kind, "doing"),
            "key": row.key, "name": row.name if row.what != "MAPPING" else "",
            "fields": [(str(labels[row.what].get(name, name)), shown(name, old) if old is not None else "", shown(name, new))
                       for name, old, new in row.fields if row.kind == "CHANGE" or new not in ("", None, [])],
        }
        for row in changes
    ]


def kind_words(kind: str) -> str:
    return {"ADD": pgettext("table", "New"), "CHANGE": pgettext("table", "Changed"), "REMOVE": pgettext("table", "Removed")}[kind]


def difference_counts(changes: Iterable[Difference]) -> list[dict[str, Any]]:
    counts = Counter(change.kind for change in changes)
    return [{"label": kind_words(kind), "value": counts[kind], "unit": ""} for kind in ("ADD", "CHANGE", "REMOVE")]


def tree_page(actor: Any, version: str, on: str) -> dict[str, Any]:
    """The tree as a page asks for it: by version, as of a day, else the one in force; with its time line and what it
    changed against the version before (clause P4)."""
    day, problem = asked_day(on)
    shown = versions(actor)
    chosen = next((tree for tree in shown if tree.code == version), None) if version else None
    if version and chosen is None:
        raise Http404
    current = next((tree for tree in reversed(shown) if _in_force(tree, clock.today())), None)
    if chosen is None:
        chosen = next((tree for tree in reversed(shown) if _in_force(tree, day)), None) if day else current
    if day and chosen is None:
        problem = _("No version of the tree is known for %(day)s.") % {"day": day.isoformat()}
    former = former_of(chosen) if chosen else None
    return {
        "tree": chosen, "trees": shown, "on": on, "on_problem": problem, "current": current, "former": former,
        "plans": plans_of(chosen) if chosen else [], "changes": tree_changes(former, chosen) if former else [],
    }


def _in_force(tree: PlanTree, day: date) -> bool:
    return tree.is_ready and tree.effective_from <= day and (tree.effective_to is None or day <= tree.effective_to)


def compared_trees(actor: Any, old: str, new: str) -> dict[str, Any]:
    """Two versions side by side, the earlier one first; without names the last two decided ones."""
    shown = versions(actor)
    by_code = {tree.code: tree for tree in shown}
    decided = [tree for tree in shown if tree.is_ready]
    after = by_code.get(new) or (decided[-1] if decided else None)
    before = by_code.get(old) or (former_of(after) if after else None)
    if after is not None and before is not None and before.effective_from > after.effective_from:
        before, after = after, before
    return {"trees": shown, "before": before, "after": after,
            "changes": tree_changes(before, after) if before and after and before != after else []}
