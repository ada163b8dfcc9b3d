"""Reads of the programmes floor. Pages fetch only through `visible_to` and these."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Membership, Person
from accounts.states import MembershipStatus, Role
from core import clock, search
from core.clock import CoreNow
from core.models import LedgerRow
from core.workflow import Refused
from programs import policies, rules, states
from programs.engine.budget import Scheme
from programs.engine.forms import Form
from programs.engine.sheets import Sheet
from programs.engine.targets import Template
from programs.models import (
    AnnualPlan,
    AnnualPlanItem,
    ControlFigure,
    Extension,
    Guide,
    GuideVersion,
    GuideWindow,
    Plan,
    PlanTree,
    PolicyDocument,
    ReferenceEntry,
    Special,
)
from programs.states import GuideStatus

REFERENCE = Path(__file__).parent / "reference"


# --- is it open? -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """The answer of `lock_open`: the locked guide, the database's moment, and the window it falls into."""

    guide: Guide
    now: datetime
    window: GuideWindow


def is_open(guide: Guide, at: datetime | None = None) -> bool:
    """Whether filing is possible at a moment (now when not given). Asked of the clock, not of the status."""
    return current_window(guide, at) is not None


def current_window(guide: Guide, at: datetime | None = None) -> GuideWindow | None:
    if guide.status not in states.RUNNING_STATUSES:
        return None
    return rules.open_window(guide.windows.all(), at or clock.now())


def upcoming_window(guide: Guide, at: datetime | None = None) -> GuideWindow | None:
    if guide.status not in states.RUNNING_STATUSES:
        return None
    return rules.next_window(guide.windows.all(), at or clock.now())


def lock_open(guide: Guide) -> Open:
    """For the submitting transaction: hold the guide FOR SHARE, then ask the database clock, in this order.

    The share lock lets any number of submissions pass together, while closing, extending or withdrawing the guide
    waits for all of them; so nothing appears after the close has frozen the list. Raises Refused when filing is not
    possible; must be called inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM programs_guide WHERE id = %s FOR SHARE", [guide.pk])
        status = cursor.fetchone()[0]
        cursor.execute(
            "SELECT core_now(), w.id, w.opens_at, w.closes_at FROM (SELECT core_now() AS moment) c"
            " LEFT JOIN programs_guidewindow w"
            " ON w.guide_id = %s AND w.opens_at <= c.moment AND c.moment < w.closes_at",
            [guide.pk],
        )
        now, window_id, opens_at, closes_at = cursor.fetchone()
    if status not in states.RUNNING_STATUSES or window_id is None:
        raise Refused([closed_reason(guide, status, now)])
    guide.status = status
    return Open(guide, now, GuideWindow(pk=window_id, guide_id=guide.pk, opens_at=opens_at, closes_at=closes_at))


def closed_reason(guide: Guide, status: str, now: datetime) -> str:
    """Why filing is not possible, with the times that decide."""
    if status not in states.RUNNING_STATUSES:
        return _("The guide “%(title)s” is not open: %(state)s.") % {
            "title": guide.title, "state": states.GuideStatus(status).label,
        }
    windows = list(guide.windows.all())
    upcoming = rules.next_window(windows, now)
    given = {"title": guide.title, "now": _moment(now)}
    if upcoming is not None:
        return _("Filing for “%(title)s” opens at %(at)s; the server clock says %(now)s.") % {
            **given, "at": _moment(upcoming.opens_at),
        }
    last = max((w.closes_at for w in windows), default=None)
    return _("Filing for “%(title)s” closed at %(at)s; the server clock says %(now)s.") % {
        **given, "at": _moment(last) if last else "—",
    }


def _moment(value: datetime) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def open_rows(rows: QuerySet[Guide]) -> QuerySet[Guide]:
    """Guides that are open by the clock, whatever the last job has written."""
    return rows.filter(
        Exists(GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__lte=CoreNow(), closes_at__gt=CoreNow())),
        status__in=states.RUNNING_STATUSES,
    )


def phase(guide: Guide, at: datetime) -> str:
    """UPCOMING, OPEN, CLOSED by the clock; or the status for guides the clock does not decide."""
    if guide.status not in states.RUNNING_STATUSES:
        return guide.status
    windows = list(guide.windows.all())
    if rules.open_window(windows, at):
        return GuideStatus.OPEN
    return GuideStatus.PUBLISHED if rules.next_window(windows, at) else GuideStatus.CLOSED


# --- guides ------------------------------------------------------------------------------------------------------


def get_for(actor: Any, ref: str) -> Guide:
    """One guide the actor may see, by its reference; 404 otherwise."""
    guide = policies.visible_to(actor).prefetch_related("windows").filter(ref=ref).first()
    if guide is None:
        raise Http404
    return guide


def public_guide(actor: Any, year: int, slug: str) -> Guide:
    guide = (
        policies.visible_to(actor).prefetch_related("windows", "policies", "topics").filter(year=year, slug=slug).first()
    )
    if guide is None:
        raise Http404
    return guide


def guides_for(actor: Any) -> QuerySet[Guide]:
    return policies.visible_to(actor).prefetch_related("windows")


def public_guides(q: str = "", *, phase: str = "", plan: str = "", mode: str = "", year: str = "") -> QuerySet[Guide]:
    """The public search: Chinese text and facets, open ones first by nearest close, then upcoming, then closed."""
    rows = (
        Guide.objects.filter(status__in=states.PUBLIC_STATUSES)
        .exclude(status=GuideStatus.SUPERSEDED)
        .select_related("special__plan", "version")
        .prefetch_related("windows")
    )
    rows = search.match(rows, q)
    if plan:
        rows = rows.filter(special__plan__code=plan)
    if mode:
        rows = rows.filter(funding_mode=mode)
    if year.isdigit():
        rows = rows.filter(year=int(year))
    opened = GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__lte=CoreNow(), closes_at__gt=CoreNow())
    coming = GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__gt=CoreNow())
    rows = rows.annotate(open_now=Exists(opened), coming=Exists(coming))
    if phase == "open":
        rows = rows.filter(open_now=True, status__in=states.RUNNING_STATUSES)
    elif phase == "coming":
        rows = rows.filter(coming=True, open_now=False, status__in=states.RUNNING_STATUSES)
    elif phase == "closed":
        rows = rows.filter(coming=False, open_now=False)
    return rows.order_by("-open_now", "-coming", "closes_at" if phase == "open" else "-closes_at", "-pk")


def versions_of(guide: Guide) -> list[GuideVersion]:
    """Newest first, each with the names of the parts that changed against the one before."""
    rows = list(guide.versions.select_related("created_by").order_by("-number"))
    for newer, older in zip(rows, [*rows[1:], None], strict=True):
        newer.changed = rules.changed_parts(older.data if older else {}, newer.data)
    return rows


def history_of(obj: Any, limit: int = 100) -> QuerySet[LedgerRow]:
    return LedgerRow.objects.filter(target_type=obj._meta.label_lower, target_id=obj.pk).order_by("-id")[:limit]


def open_extension(guide: Guide) -> Extension | None:
    return guide.extensions.filter(status=states.ExtensionStatus.REQUESTED).select_related(
        "window", "requested_by", "guide__special__plan"
    ).first()


def form_of(version: GuideVersion) -> Form:
    """The application form of a guide version, with the code lists its fields name."""
    data = version.data["form"]
    names = {f["choices_from"] for s in data["sections"] for f in s["fields"] if f.get("choices_from")}
    return Form.load(data, {name: choices(name) for name in names})


def sheet_of(version: GuideVersion) -> Sheet:
    return Sheet.load(version.data["score_sheet"])


def budget_of(version: GuideVersion) -> Scheme:
    return Scheme.load(version.data["budget"])


def targets_of(version: GuideVersion) -> Template:
    return Template.load(version.data["targets"])


# --- reference lists ---------------------------------------------------------------------------------------------


def entries(name: str, group: str = "") -> QuerySet[ReferenceEntry]:
    rows = ReferenceEntry.objects.filter(list=name, disabled_on=None)
    return rows.filter(group=group) if group else rows


def choices(name: str) -> list[dict[str, str]]:
    """A code list as choices of a form field."""
    return [
        {"value": row.code, "label": row.name, "label_en": row.name_en or row.name} for row in entries(name)
    ]


# --- the tree ----------------------------------------------------------------------------------------------------


def tree_as_of(day: date | None = None) -> PlanTree | None:
    """The version of the programme tree in force on a day (clause P4)."""
    when = day or clock.today()
    return (
        PlanTree.objects.filter(Q(effective_to=None) | Q(effective_to__gte=when), effective_from__lte=when,
                                disabled_on=None, is_ready=True)
        .order_by("-effective_from")
        .first()
    )


def trees() -> QuerySet[PlanTree]:
    return PlanTree.objects.filter(disabled_on=None)


def get_tree(code: str) -> PlanTree:
    tree = PlanTree.objects.filter(code=code).first()
    if tree is None:
        raise Http404
    return tree


def plans_of(tree: PlanTree) -> list[Plan]:
    rows = Special.objects.filter(disabled_on=None).order_by("order", "code")
    return list(tree.plans.filter(disabled_on=None).prefetch_related(Prefetch("specials", rows)))


def specials_for_choice(tree: PlanTree) -> list[Special]:
    return list(Special.objects.filter(tree=tree, disabled_on=None).select_related("plan"))


def get_special(tree: str, code: str) -> Special:
    special = Special.objects.select_related("plan", "tree").filter(tree__code=tree, code=code).first()
    if special is None:
        raise Http404
    return special


def special_numbers(special: Special) -> dict[str, Any]:
    """What this special has in the plans: money, number, awarded, committed, by year."""
    rows = (
        AnnualPlanItem.objects.filter(special__code=special.code, plan__status__in=_DECIDED)
        .values(year=F("plan__year"))
        .annotate(money=Sum("money"), count=Sum("count"), committed=Sum("committed"), awarded=Sum("awarded_count"))
        .order_by("-year")
    )
    years = list(rows)
    return {
        "years": years,
        "money": sum((row["money"] for row in years), Decimal(0)),
        "committed": sum((row["committed"] for row in years), Decimal(0)),
        "awarded": sum(row["awarded"] for row in years),
    }


# --- policy documents --------------------------------------------------------------------------------------------


def get_document(actor: Any, number: str) -> PolicyDocument:
    row = policies.documents_visible_to(actor).select_related("replaced_by").filter(number=number).first()
    if row is None:
        raise Http404
    return row


def documents_for(special: Special, on: date) -> QuerySet[PolicyDocument]:
    """Documents that govern a special on a day."""
    return PolicyDocument.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), specials=special, status=states.PolicyStatus.IN_FORCE,
        valid_from__lte=on,
    )


# --- annual plan -------------------------------------------------------------------------------------------------

_DECIDED = (states.PlanStatus.APPROVED, states.PlanStatus.PUBLISHED)


def get_plan(actor: Any, year: int) -> AnnualPlan:
    plan = policies.plans_visible_to(actor).filter(year=year).first()
    if plan is None:
        raise Http404
    return plan


def items_of(plan: AnnualPlan) -> list[AnnualPlanItem]:
    """Items with what their guides take: `.guide_count`, `.guide_money`."""
    taken = Q(guides__status__in=states.RUNNING_STATUSES)
    return list(
        plan.items.select_related("special__plan").annotate(
            guide_count=Count("guides", filter=taken), guide_money=Sum("guides__budget_control", filter=taken)
        )
    )


def items_without_guide(actor: Any) -> QuerySet[AnnualPlanItem]:
    """Items of decided plans for which a guide may still be written."""
    return (
        AnnualPlanItem.objects.filter(plan__status__in=_DECIDED, special__status=states.SpecialStatus.ACTIVE)
        .select_related("plan", "special__plan")
        .order_by("-plan__year", "order")
    )


def plan_sums(items: Iterable[AnnualPlanItem]) -> dict[str, Any]:
    rows = list(items)
    return {
        "money": sum((row.money for row in rows), Decimal(0)),
        "count": sum(row.count for row in rows),
        "committed": sum((row.committed for row in rows), Decimal(0)),
        "awarded": sum(row.awarded_count for row in rows),
    }


def control_figure(year: int, pool: str = states.Pool.CONTROL) -> ControlFigure | None:
    return ControlFigure.objects.filter(year=year, pool=pool).first()


def expected_guides(actor: Any, on: date) -> list[AnnualPlanItem]:
    """Items of the published plan whose guide is still to come this year (for the empty state of the search)."""
    return list(
        AnnualPlanItem.objects.filter(
            plan__year=on.year, plan__status=states.PlanStatus.PUBLISHED, opens_month__gte=on.month
        )
        .exclude(guides__status__in=states.PUBLIC_STATUSES)
        .select_related("special__plan")
        .order_by("opens_month", "order")[:12]
    )


def english() -> bool:
    return (get_language() or "").startswith("en")


def is_plan_decided(year: int) -> bool:
    return AnnualPlan.objects.filter(year=year, status__in=_DECIDED).exists()


def planners() -> list[Person]:
    """People of the resource division today: the owners of the annual plan."""
    today = clock.today()
    rows = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today), role=Role.RESOURCE, status=MembershipStatus.ACTIVE, since__lte=today
    )
    return list(Person.objects.filter(pk__in=rows.values("person"), is_active=True))


def skeleton(item: AnnualPlanItem) -> dict[str, Any]:
    """The content a new guide starts from: common sections and forms, with the item's money and number filled in."""
    data = json.loads((REFERENCE / "guides" / "skeleton.json").read_text("utf-8"))
    special = item.special
    mode = special.funding_modes[0] if special.funding_modes else states.FundingMode.PRE
    contract = mode not in states.MODES_WITHOUT_CONTRACT
    data["mode"] = {
        "funding_mode": mode, "contract_required": contract, "audit_required": "AUDIT" in special.review_modes,
    }
    data["quota"] = {"kind": "LIMITED", "max_projects": item.count, "budget_control": str(item.money)}
    data["amount"] = {"cap": str((item.money / max(item.count, 1)).quantize(Decimal(1)))}
    if special.budget_scheme == states.BudgetScheme.LUMP_SUM:
        data["budget"] = {"scheme": states.BudgetScheme.LUMP_SUM, "headings": [], "sources": ["CITY"], "indirect_bands": []}
    if not contract:
        data["payment_plan"] = [{"kind": "ONCE", "share": "1", "condition": "下达资助计划后一次性拨付",
                                 "condition_en": "Paid once after the award"}]
    if special.review_modes:
        data["review"]["mode"] = special.review_modes[0]
    return data


def guide_package(guide: Guide) -> dict[str, Any]:
    """A guide as one file that another bureau can import."""
    return {
        "format": "keguan-guide-1", "title": guide.title, "title_en": guide.title_en, "special": guide.special.code,
        "data": guide.version.data, "demo_notes": guide.version.demo_notes, "sha256": guide.version.sha256,
    }
