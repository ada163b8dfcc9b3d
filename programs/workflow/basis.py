"""The moves of a policy document, of a version of the programme tree and of a number that decides."""

from __future__ import annotations

from collections import (
    Counter,
    defaultdict,
)
from collections.abc import (
    Iterable,
)
from dataclasses import (
    dataclass,
)
from datetime import (
    date,
)
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
)

from accounts.models import (
    Engagement,
)
from core import (
    clock,
)
from core.workflow import Machine, Step
from programs import policies, states
from programs.engine import (
    lineage,
)
from programs.models import (
    AnnualPlan,
    AnnualPlanItem,
    Guide,
    PlanTree,
    Special,
    SpecialMapping,
)
from programs.states import (
    PolicyStatus,
)
from programs.workflow.asked import with_reason


def government_approved(document: Any, **given: Any) -> str | None:
    if document.kind != states.PolicyKind.SCHEME:
        return None
    if not document.government_approval.strip():
        return _("Clause R13: an implementation scheme needs the approval of the municipal government.")
    if document.government_approved_on is None:
        return _("Clause R13: the day of the municipal government's approval is missing.")
    return None


POLICY_DOCUMENT = Machine(
    "programs.policy_document",
    (
        Step("enact", {PolicyStatus.DRAFT}, PolicyStatus.IN_FORCE, policies.is_planner, (government_approved,),
             gettext_lazy("Put in force")),
        Step("repeal", {PolicyStatus.IN_FORCE}, PolicyStatus.REPEALED, policies.is_planner, (with_reason,),
             gettext_lazy("Repeal"), danger=True),
    ),
    "programs.PolicyDocument",
    states.PolicyStatus,
)


@dataclass(frozen=True)
class Use:
    """What hangs on a class: published or drafted guides, items of this and later years' plans, running projects,
    applications under way."""

    guides: int = 0
    items: int = 0
    running: int = 0
    applied: int = 0

    @property
    def any(self) -> bool:
        return bool(self.guides or self.items or self.running or self.applied)


def uses(specials: Iterable[Special]) -> dict[int, Use]:
    """Four queries for any number of classes. Running projects are known to this floor by the code of their class only
    (accounts.Engagement), so a code that stands in two versions counts for both: rather one mapping too many than none.
    """
    rows = list(specials)
    ids, year = [row.pk for row in rows], clock.today().year
    guides = Guide.objects.filter(special__in=ids).exclude(status__in=states.GONE_STATUSES).values_list("special").annotate(n=Count("pk")).order_by()
    items = AnnualPlanItem.objects.filter(special__in=ids, plan__year__gte=year).values_list("special").annotate(n=Count("pk")).order_by()
    engaged = Counter(
        (klass, state) for klass, state, _type, _ref in
        Engagement.objects.filter(klass__in={row.code for row in rows}, state__in=("RUNNING", "APPLIED")).values_list(
            "klass", "state", "source_type", "source_ref").distinct()
    )
    by_guide, by_item = dict(guides), dict(items)
    return {row.pk: Use(by_guide.get(row.pk, 0), by_item.get(row.pk, 0), engaged[row.code, "RUNNING"], engaged[row.code, "APPLIED"])
            for row in rows}


def atlas() -> lineage.Atlas:
    """Every link between classes of all versions, in four small queries."""
    trees = {row.pk: row for row in PlanTree.objects.filter(disabled_on=None)}
    ordered = sorted(trees.values(), key=lambda row: (row.effective_from, row.pk))
    links = [
        lineage.Link(old, into, new, Fraction(share))
        for old, into, new, share in SpecialMapping.objects.values_list("old", "into", "new", "share")
    ]
    home = dict(Special.objects.filter(tree__in=trees).values_list("pk", "tree"))
    drafts = [pk for pk, row in trees.items() if not row.is_ready]
    return lineage.Atlas(links, home, {row.pk: place for place, row in enumerate(ordered)}, drafts)


@dataclass(frozen=True)
class Cover:
    """A class of an earlier version, what hangs on it, and whether the version in question says what becomes of it."""

    special: Special
    use: Use
    heirs: lineage.Heirs
    wrong_sum: Fraction | None

    @property
    def problem(self) -> str:
        given = {"name": self.special.label, "code": self.special.code, "tree": self.special.tree.label}
        if self.wrong_sum is not None:
            return _("Clause P3: the shares of “%(name)s” (%(code)s) add up to %(sum)s, not to 1.") % {
                **given, "sum": f"{float(self.wrong_sum):.6g}"}
        if self.use.any and not self.heirs.is_whole:
            return _("Clause T2: “%(name)s” (%(code)s, %(tree)s) has %(running)d running projects, %(applied)d applications, "
                     "%(guides)d guides and %(items)d plan items, and the new version does not say what becomes of it.") % {
                **given, "running": self.use.running, "applied": self.use.applied, "guides": self.use.guides, "items": self.use.items}
        return ""


def coverage(tree: PlanTree) -> list[Cover]:
    """Classes of the versions before this one that are in use or mapped into it; `problem` says what is missing."""
    before = PlanTree.objects.filter(
        disabled_on=None, status__in=states.OFFICIAL_TREES, effective_from__lt=tree.effective_from
    ).exclude(pk=tree.pk)
    rows = list(Special.objects.filter(tree__in=before, disabled_on=None).select_related("tree", "plan").order_by(
        "-tree__effective_from", "plan__order", "order"))
    used, sums, ways = uses(rows), defaultdict(Fraction), atlas()
    for link in (link for by_tree in ways.ahead.values() for link in by_tree.get(tree.pk, ())):
        sums[link.old] += link.share
    found = []
    for row in rows:
        if not used[row.pk].any and row.pk not in sums:
            continue
        wrong = sums[row.pk] if row.pk in sums and sums[row.pk] != 1 else None
        found.append(Cover(row, used[row.pk], ways.heirs(row.pk, tree.pk), wrong))
    return found


def uncontinued(specials: Iterable[Special]) -> list[str]:
    """Clauses P3, T2: once the next version is decided for a day to come, nothing new begins in a class of which it does not
    say what becomes. What was there was asked for when the version was decided."""
    coming = list(PlanTree.objects.filter(disabled_on=None, status=states.TreeStatus.IN_FORCE, effective_from__gt=clock.today()))
    if not coming:
        return []
    ways, wanted = atlas(), {special.pk: special for special in specials}
    return [
        _("Clause T2: the version “%(tree)s”, in force from %(day)s, does not say what becomes of “%(name)s”; nothing new begins in it.")
        % {"tree": tree.label, "day": tree.effective_from.isoformat(), "name": special.label}
        for tree in coming for special in wanted.values()
        if special.tree.effective_from < tree.effective_from and not ways.heirs(special.pk, tree.pk).is_whole
    ]


def not_an_editor(tree: PlanTree, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and tree.editors.filter(pk=actor.id).exists():
        return _("Whoever changed this version may neither check it nor put it in force (two persons).")
    return None


def tree_complete(tree: PlanTree, **given: Any) -> list[str]:
    plans = list(tree.plans.filter(disabled_on=None))
    found = [] if plans else [_("Clause P4: the version has no plan.")]
    filled = set(tree.specials.filter(disabled_on=None).values_list("plan", flat=True))
    if not filled:
        found.append(_("Clause P4: the version has no special."))
    found += [_("Clause P4: the plan “%(name)s” has no special.") % {"name": plan.label} for plan in plans
              if filled and plan.pk not in filled]
    return found


def tree_covers(tree: PlanTree, **given: Any) -> list[str]:
    return [row.problem for row in coverage(tree) if row.problem]


def tree_dated(tree: PlanTree, *, on: date | None = None, **given: Any) -> list[str]:
    """A version begins after the last one; backwards only while nothing since that day rests on another version."""
    day, found = on or tree.effective_from, []
    later = PlanTree.objects.filter(disabled_on=None, status__in=states.OFFICIAL_TREES, effective_from__gte=day).exclude(pk=tree.pk)
    if later.exists():
        found.append(_("Clause P4: “%(name)s” is in force from that day or later; a version begins after the last one.")
                     % {"name": later.first().label})
    if day < clock.today():
        rests = Guide.objects.filter(published_at__date__gte=day).exclude(special__tree=tree).exists()
        if rests or AnnualPlan.objects.filter(year__gte=day.year).exclude(tree=tree).exists():
            found.append(_("Clause T3: since %(day)s guides or annual plans rest on another version; choose today or a day to come.")
                         % {"day": day.isoformat()})
    return found


def tree_over(tree: PlanTree, **given: Any) -> str | None:
    if tree.effective_to is not None and tree.effective_to < clock.today():
        return None
    return _("This version is still in force.")


PLAN_TREE = Machine(
    "programs.plan_tree",
    (
        Step("check", {states.TreeStatus.DRAFT}, states.TreeStatus.CHECKED, policies.checks_tree,
             (not_an_editor, tree_complete), gettext_lazy("Confirm as checked")),
        Step("return", {states.TreeStatus.CHECKED}, states.TreeStatus.DRAFT, policies.returns_tree, (with_reason,),
             gettext_lazy("Return to the drafter")),
        Step("enact", {states.TreeStatus.CHECKED}, states.TreeStatus.IN_FORCE, policies.is_bureau_leader,
             (not_an_editor, tree_complete, tree_covers, tree_dated), gettext_lazy("Put in force")),
        Step("end", {states.TreeStatus.IN_FORCE}, states.TreeStatus.ENDED, policies.is_system, (tree_over,),
             gettext_lazy("End")),
    ),
    "programs.PlanTree",
    states.TreeStatus,
)

PARAMETER_CHANGE = Machine(
    "programs.parameter_change",
    (
        Step("approve", {states.ParameterStatus.REQUESTED}, states.ParameterStatus.APPROVED, policies.decides_parameter, (),
             gettext_lazy("Approve the new value")),
        Step("refuse", {states.ParameterStatus.REQUESTED}, states.ParameterStatus.REFUSED, policies.decides_parameter,
             (with_reason,), gettext_lazy("Refuse the new value")),
        Step("take_back", {states.ParameterStatus.REQUESTED}, states.ParameterStatus.TAKEN_BACK, policies.takes_back_parameter, (),
             gettext_lazy("Take back the request")),
    ),
    "programs.ParameterChange",
    states.ParameterStatus,
)
