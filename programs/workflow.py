"""The tables of moves: guide, annual plan, policy document, special, extension. One row is one verb.

Guide states and moves follow the field's lifecycle; `return` is also possible after the bureau's approval, so that a
guide whose policy basis has expired meanwhile can be repaired instead of being stuck.
"""

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
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    ngettext,
    pgettext_lazy,
)

from accounts.models import (
    Engagement,
)
from core import (
    clock,
    parameters,
)
from core.workflow import Machine, Step
from programs import policies, rules, states
from programs.engine import (
    lineage,
    places,
    schema,
)
from programs.engine import (
    needs as needs_rules,
)
from programs.models import (
    AnnualPlan,
    AnnualPlanItem,
    ControlFigure,
    Entitlement,
    Guide,
    PlanTree,
    Special,
    SpecialMapping,
)
from programs.states import (
    CallStatus,
    ChangeStatus,
    CommentStatus,
    ExtensionStatus,
    GuideStatus,
    PlanStatus,
    PolicyStatus,
    SpecialStatus,
)


def with_reason(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def another_person(obj: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == obj.drafted_by_id:
        return _("The person who drafted it may not approve it (two persons).")
    return None


#: Guides in these states take money and number from their annual-plan item.
TAKING = (GuideStatus.PUBLISHED, GuideStatus.OPEN, GuideStatus.CLOSED)


def policy_facts(guide: Any) -> list[rules.Policy]:
    """The documents the guide names, with whether each governs its special."""
    covering = set(guide.policies.filter(specials=guide.special_id).values_list("pk", flat=True))
    return [
        rules.Policy(p.title, p.kind, p.status, p.valid_from, p.valid_to, p.government_approval, p.pk in covering)
        for p in guide.policies.all()
    ]


def item_facts(guide: Any) -> rules.Item:
    """The plan item with what its other running guides take of it; the item is locked by the caller's move."""
    item = guide.plan_item
    others = type(guide).objects.filter(plan_item=item, status__in=TAKING).exclude(pk=guide.pk)
    taken = others.aggregate(money=Sum("budget_control"), count=Sum("max_projects"))
    return rules.Item(
        item.plan.year, item.plan.status, item.money, item.count, taken["money"] or Decimal(0), taken["count"] or 0,
        item.funding_mode, item.cancelled_at is not None,
    )


def well_formed(guide: Any, **given: Any) -> list[str]:
    if guide.version is None:
        return [_("The guide has no content yet.")]
    return [places.said(problem) for problem in schema.check(guide.version.data)]


def has_windows(guide: Any, **given: Any) -> list[str]:
    return rules.window_problems(list(guide.windows.all()), clock.now())


def special_active(guide: Any, **given: Any) -> str | None:
    return rules.special_problem(guide.special.status, guide.special.label)


def governed(guide: Any, **given: Any) -> list[str]:
    return rules.policy_problems(policy_facts(guide), clock.today())


def within_plan(guide: Any, **given: Any) -> list[str]:
    return rules.item_problems(item_facts(guide), guide.budget_control, guide.max_projects, guide.year, guide.funding_mode)


def window_begun(guide: Any, **given: Any) -> str | None:
    """By the database clock: the job only makes visible what the clock has decided."""
    now, windows = clock.now(), list(guide.windows.all())
    if guide.status == GuideStatus.PUBLISHED and any(w.opens_at <= now for w in windows):
        return None
    return None if rules.open_window(windows, now) else _("No filing window is open now.")


def window_over(guide: Any, **given: Any) -> str | None:
    still = rules.open_window(list(guide.windows.all()), clock.now())
    return _("A filing window is still open.") if still else None


def later_close(guide: Any, *, closes_at: Any = None, **given: Any) -> str | None:
    window = rules.open_window(list(guide.windows.all()), clock.now())
    if window is None:
        return _("No filing window is open now, so there is nothing to extend.")
    if closes_at is not None and closes_at <= window.closes_at:
        return _("The new close must be later than the present one.")
    return None


def opinion_whole(guide: Any, *, opinion: Any = None, **given: Any) -> list[str]:
    """A yes or no to every point, a reason at every no, and a conclusion that agrees with them."""
    return rules.opinion_problems(opinion) if opinion is not None else []


def lawful(guide: Any, *, actor: Any, **given: Any) -> str | None:
    """A favourable opinion on the very version that is approved, by another person than the one who approves."""
    last = guide.opinions.order_by("-pk").first()
    if last is None or last.version_id != guide.version_id:
        return _("The legality and fair-competition check of this version is not filed yet.")
    if not last.passed:
        return _("The legality and fair-competition check did not pass: %(text)s") % {"text": last.text}
    if actor.id is not None and actor.id == last.by_id:
        return _("Who made the legality check may not approve the guide (two persons).")
    return None


def comments_settled(guide: Any, **given: Any) -> str | None:
    waiting = guide.comments.filter(must_settle=True).exclude(status=CommentStatus.RESOLVED).count()
    if not waiting:
        return None
    return ngettext("%(count)d comment that must be settled is still open.", "%(count)d comments that must be settled are still open.",
                    waiting) % {"count": waiting}


GUIDE = Machine(
    "programs.guide",
    (
        Step("submit", {GuideStatus.DRAFT}, GuideStatus.INTERNAL_REVIEW, policies.owns_guide, (well_formed,),
             gettext_lazy("Submit for internal review")),
        Step("agree", {GuideStatus.INTERNAL_REVIEW}, GuideStatus.LEGAL_REVIEW, policies.checks_guide,
             (another_person,), gettext_lazy("Agree, pass on to the legality check")),
        Step("check_law", {GuideStatus.LEGAL_REVIEW}, GuideStatus.LEGAL_REVIEW, policies.checks_law,
             (opinion_whole,), gettext_lazy("File the legality opinion")),
        Step("approve", {GuideStatus.LEGAL_REVIEW}, GuideStatus.BUREAU_APPROVED, policies.approves_guide,
             (another_person, lawful, comments_settled, well_formed), gettext_lazy("Approve for the bureau")),
        Step("return", {GuideStatus.INTERNAL_REVIEW, GuideStatus.LEGAL_REVIEW, GuideStatus.BUREAU_APPROVED},
             GuideStatus.DRAFT, policies.checks_guide, (with_reason,), gettext_lazy("Return to the drafter")),
        Step("publish", {GuideStatus.BUREAU_APPROVED}, GuideStatus.PUBLISHED, policies.owns_guide,
             (special_active, governed, within_plan, has_windows, well_formed), gettext_lazy("Publish")),
        Step("open", {GuideStatus.PUBLISHED, GuideStatus.CLOSED}, GuideStatus.OPEN, policies.is_system,
             (window_begun,), gettext_lazy("Open filing")),
        Step("close", {GuideStatus.OPEN}, GuideStatus.CLOSED, policies.is_system, (window_over,),
             gettext_lazy("Close filing")),
        Step("extend", {GuideStatus.OPEN}, GuideStatus.OPEN, policies.checks_guide, (later_close,),
             gettext_lazy("Extend the window")),
        Step("withdraw", {GuideStatus.PUBLISHED, GuideStatus.OPEN}, GuideStatus.WITHDRAWN, policies.approves_guide,
             (with_reason,), gettext_lazy("Withdraw the guide"), danger=True),
        Step("supersede", {GuideStatus.PUBLISHED, GuideStatus.OPEN}, GuideStatus.SUPERSEDED, policies.owns_guide,
             (with_reason,), gettext_lazy("Correct and reissue"), danger=True),
    ),
    "programs.Guide",
    states.GuideStatus,
)


def plan_sound(plan: Any, **given: Any) -> list[str]:
    items = [(i.title, i.money, i.count, i.opens_month, i.closes_month) for i in plan.items.all()]
    return rules.plan_problems(plan.control_figure, plan.reserve, items, reserve_bounds(plan.year))


def reserve_bounds(year: int) -> tuple[Decimal, Decimal]:
    """The least and the largest share of the reserve by the rules of that year (clauses R10, T3)."""
    day = date(year, 1, 1)
    return (
        Decimal(parameters.value("annual_plan.reserve_min", on=day, default=0)),
        Decimal(parameters.value("annual_plan.reserve_max", on=day, default=1)),
    )


ANNUAL_PLAN = Machine(
    "programs.annual_plan",
    (
        Step("submit", {PlanStatus.DRAFT}, PlanStatus.SUBMITTED, policies.is_planner, (plan_sound,),
             gettext_lazy("Submit for approval")),
        Step("return", {PlanStatus.SUBMITTED}, PlanStatus.DRAFT, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Return to the drafter")),
        Step("approve", {PlanStatus.SUBMITTED}, PlanStatus.APPROVED, policies.is_bureau_leader,
             (another_person, plan_sound), gettext_lazy("Approve the annual plan")),
        Step("publish", {PlanStatus.APPROVED}, PlanStatus.PUBLISHED, policies.is_planner, (),
             gettext_lazy("Publish the annual plan")),
    ),
    "programs.AnnualPlan",
    states.PlanStatus,
)


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

#: A special changes its state only by an adjustment case that has taken effect (clause R3); the case keeps the reason.
SPECIAL = Machine(
    "programs.special",
    (
        Step("suspend", {SpecialStatus.ACTIVE}, SpecialStatus.SUSPENDED, policies.is_system, (with_reason,),
             gettext_lazy("Suspend the special")),
        Step("resume", {SpecialStatus.SUSPENDED}, SpecialStatus.ACTIVE, policies.is_system, (with_reason,),
             gettext_lazy("Resume the special")),
        Step("cancel", {SpecialStatus.ACTIVE, SpecialStatus.SUSPENDED}, SpecialStatus.CANCELLED,
             policies.is_system, (with_reason,), gettext_lazy("Cancel the special"), danger=True),
    ),
    "programs.Special",
    states.SpecialStatus,
)

EXTENSION = Machine(
    "programs.extension",
    (
        Step("approve", {ExtensionStatus.REQUESTED}, ExtensionStatus.APPROVED, policies.decides_extension, (),
             gettext_lazy("Approve the later close")),
        Step("refuse", {ExtensionStatus.REQUESTED}, ExtensionStatus.REFUSED, policies.decides_extension,
             (with_reason,), gettext_lazy("Refuse the later close")),
    ),
    "programs.Extension",
    states.ExtensionStatus,
)


# --- adjustment of programmes ------------------------------------------------------------------------------------


def case_sound(case: Any, **given: Any) -> list[str]:
    """Clause R3: evidence, a fitting target, a proposal that can be carried out, a date to come."""
    special = case.special
    return rules.adjustment_problems(
        kind=case.kind, status=special.status if special else "", evidence=case.evidence.count(), proposal=case.proposal,
        effective_on=case.effective_on, today=clock.today(), has_special=special is not None, has_plan=case.plan is not None,
    )


def enough_opinions(case: Any, **given: Any) -> str | None:
    least = int(parameters.value("adjustment.min_opinions", default=2))
    given_by = case.opinions.count()
    if given_by >= least:
        return None
    return _("Clause R3: %(least)d opinions are asked for before the decision; %(count)d are given.") % {
        "least": least, "count": given_by,
    }


def date_reached(case: Any, **given: Any) -> str | None:
    return None if case.effective_on <= clock.today() else _("The effective date has not come.")


A = states.AdjustmentStatus
ADJUSTMENT = Machine(
    "programs.adjustment",
    (
        Step("ask", {A.DRAFT}, A.OPINIONS, policies.handles_adjustment, (case_sound,),
             gettext_lazy("Ask the desks for opinions")),
        Step("submit", {A.OPINIONS}, A.SUBMITTED, policies.handles_adjustment, (case_sound, enough_opinions),
             gettext_lazy("Put before the leader")),
        Step("return", {A.OPINIONS, A.SUBMITTED}, A.DRAFT, policies.checks_adjustment, (with_reason,),
             gettext_lazy("Return for revision")),
        Step("approve", {A.SUBMITTED}, A.APPROVED, policies.is_bureau_leader, (another_person, case_sound),
             gettext_lazy("Approve the adjustment")),
        Step("refuse", {A.SUBMITTED}, A.REFUSED, policies.is_bureau_leader, (another_person, with_reason),
             pgettext_lazy("adjustment", "Do not approve")),
        Step("withdraw", {A.DRAFT, A.OPINIONS, A.SUBMITTED}, A.WITHDRAWN, policies.handles_adjustment, (with_reason,),
             gettext_lazy("Withdraw the case"), danger=True),
        Step("revoke", {A.APPROVED}, A.WITHDRAWN, policies.is_bureau_leader, (with_reason,),
             gettext_lazy("Revoke before it takes effect"), danger=True),
        Step("apply", {A.APPROVED}, A.IN_FORCE, policies.is_system, (date_reached,), gettext_lazy("Take effect")),
    ),
    "programs.Adjustment",
    states.AdjustmentStatus,
)


# --- project managers and advisory bodies ------------------------------------------------------------------------


def proposed_by_another(portfolio: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == portfolio.proposed_by_id:
        return _("The person who proposed it may not approve it (two persons).")
    return None


def not_over(portfolio: Any, **given: Any) -> str | None:
    return _("Clause R5: the period of the appointment is over.") if portfolio.until < clock.today() else None


def with_answer(row: Any, *, answer: str = "", **given: Any) -> str | None:
    return None if answer.strip() else _("A reason is needed.")


P = states.PortfolioStatus
PORTFOLIO = Machine(
    "programs.portfolio",
    (
        Step("appoint", {P.PROPOSED}, P.ACTIVE, policies.is_bureau_leader, (proposed_by_another, not_over),
             gettext_lazy("Appoint")),
        Step("decline", {P.PROPOSED}, P.ENDED, policies.is_bureau_leader, (with_reason,), gettext_lazy("Do not appoint")),
        Step("end", {P.ACTIVE}, P.ENDED, policies.is_bureau_leader, (with_reason,), gettext_lazy("End the appointment"), danger=True),
        Step("expire", {P.ACTIVE}, P.ENDED, policies.is_system, (), gettext_lazy("The period is over")),
    ),
    "programs.Portfolio",
    states.PortfolioStatus,
)

RECOMMENDATION = Machine(
    "programs.recommendation",
    (
        Step("adopt", {states.RecommendationStatus.OPEN}, states.RecommendationStatus.ADOPTED, policies.answers_recommendation,
             (with_answer,), gettext_lazy("Adopt")),
        Step("decline", {states.RecommendationStatus.OPEN}, states.RecommendationStatus.DECLINED, policies.answers_recommendation,
             (with_answer,), gettext_lazy("Do not adopt")),
    ),
    "programs.Recommendation",
    states.RecommendationStatus,
)

R = states.AdvisoryReportStatus
ADVISORY_REPORT = Machine(
    "programs.advisory_report",
    (
        Step("accept", {R.FILED}, R.ACCEPTED, policies.is_planner, (), gettext_lazy("Accept the report")),
        Step("return", {R.FILED}, R.RETURNED, policies.is_planner, (with_reason,), gettext_lazy("Give back for revision")),
    ),
    "programs.AdvisoryReport",
    states.AdvisoryReportStatus,
)


# --- versions of the programme tree -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """What hangs on a class: published or drafted guides, items of this and later years' plans, running projects."""

    guides: int = 0
    items: int = 0
    running: int = 0

    @property
    def any(self) -> bool:
        return bool(self.guides or self.items or self.running)


def uses(specials: Iterable[Special]) -> dict[int, Use]:
    """Four queries for any number of classes. Running projects are known to this floor by the code of their class only
    (accounts.Engagement), so a code that stands in two versions counts for both: rather one mapping too many than none.
    """
    rows = list(specials)
    ids, year = [row.pk for row in rows], clock.today().year
    gone = (GuideStatus.WITHDRAWN, GuideStatus.SUPERSEDED)
    guides = Guide.objects.filter(special__in=ids).exclude(status__in=gone).values_list("special").annotate(n=Count("pk")).order_by()
    items = AnnualPlanItem.objects.filter(special__in=ids, plan__year__gte=year).values_list("special").annotate(n=Count("pk")).order_by()
    running = Counter(
        klass for klass, _type, _ref in
        Engagement.objects.filter(klass__in={row.code for row in rows}, state="RUNNING").values_list(
            "klass", "source_type", "source_ref").distinct()
    )
    by_guide, by_item = dict(guides), dict(items)
    return {row.pk: Use(by_guide.get(row.pk, 0), by_item.get(row.pk, 0), running.get(row.code, 0)) for row in rows}


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
            return _("Clause T2: “%(name)s” (%(code)s, %(tree)s) has %(running)d running projects, %(guides)d guides and "
                     "%(items)d plan items, and the new version does not say what becomes of it.") % {
                **given, "running": self.use.running, "guides": self.use.guides, "items": self.use.items}
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


# --- plan: changes of a decided annual plan ---------------------------------------------------------------------------


def plan_facts(plan: Any) -> rules.PlanFacts:
    """The plan with what guides, awards and payments hold of it. Who is about to write locks plan and items before."""
    taken = {
        row["plan_item"]: row
        for row in Guide.objects.filter(plan_item__plan=plan, status__in=TAKING).order_by().values("plan_item").annotate(
            money=Sum("budget_control"), count=Sum("max_projects"))
    }
    drawn = dict(ControlFigure.objects.filter(year=plan.year).values_list("pool", "reserved"))
    return rules.PlanFacts(
        plan.year, plan.control_figure, plan.reserve,
        {item.pk: _planned(item, taken.get(item.pk, {})) for item in plan.items.select_related("special").order_by("order", "pk")},
        drawn.get(states.Pool.CONTROL, Decimal(0)), drawn.get(states.Pool.RESERVE, Decimal(0)), reserve_bounds(plan.year),
    )


def _planned(item: Any, taken: Any) -> rules.Planned:
    return rules.Planned(
        item.pk, item.title, item.money, item.count, taken.get("money") or Decimal(0), taken.get("count") or 0, item.committed,
        item.awarded_count, item.opens_month, item.closes_month, item.opens_on, item.closes_on, item.funding_mode,
        item.review_mode, item.special.label, item.special.status, item.cancelled_at is not None,
    )


def change_lines(change: Any) -> list[rules.Line]:
    return [
        rules.Line(
            row.kind, row.item_id, row.to_id, row.money, row.count, row.opens_month, row.closes_month, row.opens_on, row.closes_on,
            row.funding_mode, row.review_mode, row.title, row.special.label if row.special else "", row.special.status if row.special else SpecialStatus.ACTIVE,
        )
        for row in change.lines.select_related("special").order_by("pk")
    ]


def plan_after(change: Any) -> tuple[rules.PlanFacts, list[str]]:
    """The plan as it would be, and what speaks against it."""
    return rules.changed_plan(
        plan_facts(change.plan), change_lines(change), control=change.control_figure, reserve=change.reserve,
        assignment=change.assignment,
    )


def change_sound(change: Any, **given: Any) -> list[str]:
    found = [] if change.reason.strip() else [_("A reason is needed.")]
    if change.plan.status not in (PlanStatus.APPROVED, PlanStatus.PUBLISHED):
        found.append(_("Clause A1: only an approved annual plan is changed by request; a draft is edited."))
    return found + plan_after(change)[1]


def not_the_asker(change: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == change.requested_by_id:
        return _("Who asked for the change may not check or approve it (two persons).")
    return None


def not_the_checker(change: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == change.checked_by_id:
        return _("Who checked the change may not approve it (two persons).")
    return None


PLAN_CHANGE = Machine(
    "programs.plan_change",
    (
        Step("submit", {ChangeStatus.DRAFT}, ChangeStatus.SUBMITTED, policies.asked_for_change, (change_sound,),
             gettext_lazy("Submit the change for checking")),
        Step("check", {ChangeStatus.SUBMITTED}, ChangeStatus.CHECKED, policies.is_planner, (not_the_asker, change_sound),
             gettext_lazy("Checked, pass on for approval")),
        Step("approve", {ChangeStatus.CHECKED}, ChangeStatus.APPLIED, policies.is_bureau_leader,
             (not_the_asker, not_the_checker, change_sound), gettext_lazy("Approve and apply the change")),
        Step("return", {ChangeStatus.SUBMITTED, ChangeStatus.CHECKED}, ChangeStatus.DRAFT, policies.handles_change,
             (with_reason,), gettext_lazy("Return to who asked")),
        Step("refuse", {ChangeStatus.SUBMITTED, ChangeStatus.CHECKED}, ChangeStatus.REFUSED, policies.is_bureau_leader,
             (not_the_asker, with_reason), gettext_lazy("Refuse the change"), danger=True),
        Step("withdraw", set(states.OPEN_CHANGES), ChangeStatus.WITHDRAWN, policies.asked_for_change, (),
             gettext_lazy("Withdraw the change"), danger=True),
    ),
    "programs.PlanChange",
    states.ChangeStatus,
)


# --- demand solicitation (出题, clause R1): topic calls and needs ---


def call_sound(call: Any, **given: Any) -> list[str]:
    """What a call must have before it goes for approval: text, directions, quotas of known groups, a sheet of 100 points."""
    found = [] if call.text.strip() else [_("The call has no text.")]
    groups = set(call.streams.values_list("group", flat=True))
    if not groups:
        found.append(_("The call names no direction."))
    found += [_("The quota names the group “%(group)s”, which has no direction.") % {"group": group}
              for group in call.quotas.exclude(group__in=groups).values_list("group", flat=True)]
    if call.seal_from is not None and not call.seal_name.strip():
        found.append(_("The threshold of the sealed statement is set, but not the statement's name."))
    return found + needs_rules.sheet_problems(list(call.criteria.values_list("weight", flat=True)))


def call_windows(call: Any, **given: Any) -> list[str]:
    return rules.window_problems(list(call.windows.all()), clock.now())


def call_closed(call: Any, **given: Any) -> str | None:
    now = clock.now()
    if any(w.closes_at > now for w in call.windows.all()):
        return _("The call is still open, or will open.")
    return None


def all_settled(call: Any, **given: Any) -> str | None:
    left = call.needs.filter(status__in=states.NEED_OPEN).count()
    return _("%(count)d topics still wait for a decision.") % {"count": left} if left else None


CALL = Machine(
    "programs.topic_call",
    (
        Step("submit", {CallStatus.DRAFT}, CallStatus.SUBMITTED, policies.owns_call, (call_sound,),
             gettext_lazy("Submit for approval")),
        Step("return", {CallStatus.SUBMITTED, CallStatus.APPROVED}, CallStatus.DRAFT, policies.approves_call, (with_reason,),
             gettext_lazy("Return to the drafter")),
        Step("approve", {CallStatus.SUBMITTED}, CallStatus.APPROVED, policies.approves_call, (another_person, call_sound),
             gettext_lazy("Approve the topic call")),
        Step("publish", {CallStatus.APPROVED}, CallStatus.PUBLISHED, policies.owns_call,
             (special_active, call_windows, call_sound), gettext_lazy("Publish")),
        Step("finish", {CallStatus.PUBLISHED}, CallStatus.FINISHED, policies.owns_call, (call_closed, all_settled),
             gettext_lazy("Settle the call")),
        Step("withdraw", {CallStatus.PUBLISHED}, CallStatus.WITHDRAWN, policies.approves_call, (with_reason,),
             gettext_lazy("Withdraw the topic call"), danger=True),
    ),
    "programs.TopicCall",
    states.CallStatus,
)

N = states.NeedStatus


def call_open(need: Any, *, opened: Any = None, **given: Any) -> str | None:
    """The action has asked the clock while it holds the call; without its answer nothing passes."""
    return None if opened is not None else _("The call is not open now.")


def answers_right(need: Any, *, problems: list[str] | None = None, **given: Any) -> list[str]:
    return [_("The topic has not been checked.")] if problems is None else list(problems)


def after_call(need: Any, **given: Any) -> str | None:
    if need.call.status == CallStatus.WITHDRAWN:
        return None
    return call_closed(need.call)


def between_windows(need: Any, **given: Any) -> str | None:
    """The desk works on a call that stands, and not while units may still file and withdraw."""
    if need.call.status != CallStatus.PUBLISHED:
        return _("The topic call is settled or withdrawn.")
    if rules.open_window(list(need.call.windows.all()), clock.now()):
        return _("The call is still open; topics are screened after its close.")
    return None


def call_stands(need: Any, **given: Any) -> str | None:
    """What was kept for later may be adopted after its call is settled."""
    return between_windows(need) if need.call.status != CallStatus.FINISHED else None


def with_reason_code(need: Any, *, reason_code: str = "", known: tuple[str, ...] = (), **given: Any) -> str | None:
    return None if reason_code in known else _("Choose the reason.")


def not_a_lead(need: Any, **given: Any) -> str | None:
    return _("Other topics were merged into this one; take them out first.") if need.members.exists() else None


def good_lead(need: Any, *, lead: Any = None, **given: Any) -> str | None:
    if lead is None or lead.pk == need.pk or lead.call_id != need.call_id or lead.status not in (N.FILED, N.SHORTLISTED):
        return _("A topic is merged into another one of the same call that still waits for its decision.")
    return None


def without_topics(need: Any, **given: Any) -> str | None:
    return _("A guide's topic comes from it; take it off the guide first.") if need.topic_links.exists() else None


NEED = Machine(
    "programs.need",
    (
        Step("hand_in", {N.DRAFT, N.UNIT_RETURNED}, N.UNIT_PENDING, policies.is_proposer, (call_open, answers_right),
             gettext_lazy("Hand in to the unit")),
        Step("recall", {N.UNIT_PENDING}, N.DRAFT, policies.is_proposer, (), gettext_lazy("Take back from the unit")),
        Step("return", {N.UNIT_PENDING}, N.UNIT_RETURNED, policies.is_need_admin, (with_reason,),
             gettext_lazy("Return to the proposer")),
        Step("endorse", {N.UNIT_PENDING}, N.FILED, policies.is_need_admin, (call_open, answers_right),
             gettext_lazy("Approve and file")),
        Step("withdraw", {N.FILED}, N.WITHDRAWN, policies.is_proposer_or_admin, (call_open, with_reason),
             gettext_lazy("Withdraw the topic"), danger=True),
        Step("expire", {N.DRAFT, N.UNIT_PENDING, N.UNIT_RETURNED}, N.EXPIRED, policies.is_system, (after_call,),
             gettext_lazy("End, not filed in time")),
        # at the desk
        Step("pass", {N.FILED}, N.SHORTLISTED, policies.screens_need, (between_windows,), gettext_lazy("Screen in")),
        Step("merge", {N.FILED, N.SHORTLISTED}, N.MERGED, policies.screens_need, (between_windows, good_lead, not_a_lead),
             gettext_lazy("Merge into another topic")),
        Step("split", {N.MERGED}, N.FILED, policies.screens_need, (between_windows,), gettext_lazy("Take out of the merger")),
        Step("adopt", {N.SHORTLISTED, N.KEPT}, N.ADOPTED, policies.screens_need, (call_stands,),
             pgettext_lazy("need", "Adopt")),
        Step("keep", {N.SHORTLISTED}, N.KEPT, policies.screens_need, (between_windows, with_reason),
             pgettext_lazy("need", "Keep for later")),
        Step("decline", {N.FILED, N.SHORTLISTED, N.KEPT}, N.DECLINED, policies.screens_need,
             (between_windows, with_reason_code, with_reason), pgettext_lazy("need", "Do not adopt"), danger=True),
        Step("reopen", {N.ADOPTED, N.KEPT, N.DECLINED}, N.SHORTLISTED, policies.screens_need,
             (between_windows, without_topics, with_reason), gettext_lazy("Decide again")),
    ),
    "programs.Need",
    states.NeedStatus,
)

# guide editor


def with_answer(comment: Any, *, answer: str = "", **given: Any) -> str | None:
    return None if answer.strip() else _("Write what was changed, or why nothing is.")


COMMENT = Machine(
    "programs.guide_comment",
    (
        Step("answer", {CommentStatus.OPEN}, CommentStatus.ANSWERED, policies.answers_comment, (with_answer,),
             gettext_lazy("Answer the comment")),
        Step("settle", {CommentStatus.OPEN, CommentStatus.ANSWERED}, CommentStatus.RESOLVED, policies.settles_comment, (),
             gettext_lazy("Settled")),
        Step("reopen", {CommentStatus.ANSWERED, CommentStatus.RESOLVED}, CommentStatus.OPEN, policies.settles_comment,
             (with_reason,), gettext_lazy("Open again")),
    ),
    "programs.GuideComment",
    CommentStatus,
)

# --- entitlement (免申即享) ---

E = states.EntitlementListStatus
R = states.EntitlementStatus


def drafted_by_another(roll: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == roll.drafted_by_id:
        return _("Who computed the list may neither check nor approve it (three persons).")
    return None


def checked_by_another(roll: Any, *, actor: Any, **given: Any) -> str | None:
    if actor.id is not None and actor.id == roll.checked_by_id:
        return _("Who checked the list may not approve it (three persons).")
    return None


def guide_stands(roll: Any, **given: Any) -> str | None:
    if roll.guide.status in states.RUNNING_STATUSES:
        return None
    return _("Clause A2: the guide is not published, or is withdrawn or superseded.")


def same_version(roll: Any, **given: Any) -> str | None:
    if roll.guide.version_id == roll.version_id:
        return None
    return _("The guide was changed since; compute the list again.")


def within_guide(roll: Any, **given: Any) -> list[str]:
    """Clause A2: what all lists of the guide take stays within the guide and its plan item; the action holds the guide."""
    return rules.entitlement_problems(roll.guide, *_taken_by_lists(roll.guide))


def _taken_by_lists(guide: Any) -> tuple[Decimal, int]:
    taken = Entitlement.objects.filter(guide=guide, status__in=states.ENTITLEMENT_COUNTING).aggregate(money=Sum("amount"), count=Count("pk"))
    return taken["money"] or Decimal(0), taken["count"]


ENTITLEMENT_LIST = Machine(
    "programs.entitlement_list",
    (
        Step("check", {E.DRAFT}, E.CHECKED, policies.checks_entitlements,
             (drafted_by_another, same_version, guide_stands, within_guide), gettext_lazy("Check the list")),
        Step("return", {E.CHECKED, E.APPROVED}, E.DRAFT, policies.returns_entitlements, (with_reason,),
             gettext_lazy("Return the list")),
        Step("approve", {E.CHECKED}, E.APPROVED, policies.approves_entitlements,
             (drafted_by_another, checked_by_another, same_version, guide_stands, within_guide), gettext_lazy("Approve the list")),
        Step("publish", {E.APPROVED}, E.PUBLISHED, policies.owns_entitlements, (same_version, guide_stands, within_guide),
             gettext_lazy("Publish to the units")),
        Step("discard", {E.DRAFT, E.CHECKED, E.APPROVED}, E.DISCARDED, policies.owns_entitlements, (with_reason,),
             gettext_lazy("Discard the list"), danger=True),
        Step("finish", {E.PUBLISHED}, E.FINISHED, policies.is_system, (), gettext_lazy("End the confirmation")),
    ),
    "programs.EntitlementList",
    states.EntitlementListStatus,
)


def in_time(row: Any, **given: Any) -> str | None:
    if row.roll.confirm_by is not None and clock.now() < row.roll.confirm_by:
        return None
    return _("The time to answer is over.")


def time_is_over(row: Any, **given: Any) -> str | None:
    return None if in_time(row) else _("The unit may still answer.")


def has_account(row: Any, **given: Any) -> str | None:
    if row.organisation.account_sealed and row.organisation.bank_name:
        return None
    return _("The unit has no bank account on record; enter it under “Our unit” first.")


def not_blocked(row: Any, *, blocked: bool = False, **given: Any) -> str | None:
    return _("Clause R12: the unit is under an integrity restriction.") if blocked else None


ENTITLEMENT = Machine(
    "programs.entitlement",
    (
        Step("offer", {R.LISTED}, R.OFFERED, policies.is_system, (), gettext_lazy("Offer to the unit")),
        Step("confirm", {R.OFFERED}, R.CONFIRMED, policies.answers_entitlement, (in_time, has_account, not_blocked),
             gettext_lazy("Confirm the account")),
        Step("decline", {R.OFFERED}, R.DECLINED, policies.answers_entitlement, (in_time, with_reason),
             gettext_lazy("Decline the money"), danger=True),
        Step("lapse", {R.OFFERED}, R.LAPSED, policies.is_system, (time_is_over,), gettext_lazy("Lapse, not confirmed in time")),
        Step("void", {R.LISTED}, R.VOID, policies.is_system, (), gettext_lazy("Void with its list")),
    ),
    "programs.Entitlement",
    states.EntitlementStatus,
)
