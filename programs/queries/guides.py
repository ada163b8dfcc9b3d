"""Reads of guides, their versions, and what a version defines."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from core import search
from core.clock import CoreNow
from core.models import LedgerRow
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from programs import policies, rules, states
from programs.engine.budget import Scheme
from programs.engine.forms import Form
from programs.engine.sheets import Sheet
from programs.engine.targets import Template
from programs.models import AnnualPlanItem, Extension, Guide, GuideVersion, GuideWindow
from programs.queries.lists import choices
from programs.states import GuideStatus

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


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
