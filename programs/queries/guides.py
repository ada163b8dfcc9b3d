"""Reads of guides, their versions, and what a version defines."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from core import plans, search
from core.clock import CoreNow
from core.models import LedgerRow
from core.typed import whole
from programs import policies, rules, states
from programs.engine import modes, packages
from programs.engine.budget import Scheme
from programs.engine.forms import Form
from programs.engine.sheets import Sheet
from programs.engine.targets import Template
from programs.models import (
    AnnualPlanItem,
    Extension,
    Guide,
    GuideComment,
    GuideUpload,
    GuideVersion,
    GuideWindow,
    LegalOpinion,
    Special,
)
from programs.queries.guide_files import without_files
from programs.queries.lists import choices
from programs.queries.opening import unstopped
from programs.queries.tree import tree_as_of
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
    return policies.visible_to(actor).prefetch_related("windows", "extensions")


def public_guides() -> QuerySet[Guide]:
    """Everything the public search looks through; superseded guides are reached from their successor."""
    return (
        Guide.objects.filter(status__in=states.PUBLIC_STATUSES)
        .exclude(status=GuideStatus.SUPERSEDED)
        .select_related("special__plan", "version")
        .prefetch_related("windows")
    )


def in_phase(rows: QuerySet[Guide], phase: str) -> QuerySet[Guide]:
    """open, coming or closed by the clock, whatever the last job has written."""
    opened = Exists(GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__lte=CoreNow(), closes_at__gt=CoreNow()))
    coming = Exists(GuideWindow.objects.filter(guide=OuterRef("pk"), opens_at__gt=CoreNow()))
    running = rows.filter(unstopped())
    if phase == "open":
        return running.filter(opened)
    if phase == "coming":
        return running.filter(~opened, coming)
    stopped = Q(status__in=states.RUNNING_STATUSES) & ~unstopped()
    return rows.filter(Q(~opened, ~coming) | stopped)


def guides_of(special: Special) -> QuerySet[Guide]:
    """Published guides of a special by code, over all tree versions, newest first."""
    return public_guides().filter(special__code=special.code).order_by("-year", "-pk")[:20]


def plan_choices() -> list[tuple[str, str]]:
    tree = tree_as_of()
    return [(plan.code, plan.label) for plan in tree.plans.all()] if tree else []


def year_choices() -> list[tuple[str, str]]:
    years = Guide.objects.filter(status__in=states.PUBLIC_STATUSES).order_by("-year").values_list("year", flat=True)
    return [(str(year), str(year)) for year in years.distinct()]


def versions_of(guide: Guide, most: int = 8) -> list[GuideVersion]:
    """The newest first, each with the names of the parts that changed against the one before; no more are read than shown."""
    rows = list(guide.versions.select_related("created_by").order_by("-number")[: most + 1])
    for newer, older in zip(rows, [*rows[1:], None], strict=True):
        newer.changed = rules.changed_parts(older.data if older else {}, newer.data)
    return rows[:most]


def version_numbers(guide: Guide, most: int = 200) -> list[GuideVersion]:
    """The newest first, without their content: to choose one from."""
    return list(guide.versions.only("number", "created_at", "guide_id").order_by("-number")[:most])


def history_of(obj: Any, limit: int = 100) -> QuerySet[LedgerRow]:
    return LedgerRow.objects.filter(target_type=obj._meta.label_lower, target_id=obj.pk).order_by("-id")[:limit]


def last_return(guide: Guide) -> LedgerRow | None:
    """Why a draft came back: the return it has not been submitted again after; None when there is none."""
    if guide.status != GuideStatus.DRAFT:
        return None
    last = LedgerRow.objects.filter(
        target_type=guide._meta.label_lower, target_id=guide.pk, verb__in=["programs.guide.submit", "programs.guide.return"],
    ).order_by("-id").first()
    return last if last is not None and last.verb == "programs.guide.return" else None


def open_extension(guide: Guide) -> Extension | None:
    return guide.extensions.filter(status=states.ExtensionStatus.REQUESTED).select_related(
        "window", "requested_by", "guide__special__plan"
    ).first()


def form_of(version: GuideVersion) -> Form:
    """The application form of a guide version, with the code lists its fields name."""
    data = version.data["form"]
    every = [f for s in data["sections"] for item in s["fields"] for f in (item, *item.get("columns", ()), *item.get("fields", ()))]
    names = {f["choices_from"] for f in every if f.get("choices_from")}
    return Form.load(data, {name: choices(name) for name in names})


def sheet_of(version: GuideVersion) -> Sheet:
    return Sheet.load(version.data["score_sheet"])


def budget_of(version: GuideVersion) -> Scheme:
    return Scheme.load(version.data["budget"])


def targets_of(version: GuideVersion) -> Template:
    return Template.load(version.data["targets"])


def skeleton(item: AnnualPlanItem, mode: str = "", review: str = "") -> dict[str, Any]:
    """The content a new guide starts from: common sections and forms with the item's money and number, brought in line with
    its way of funding and of review (those of the special when none is chosen)."""
    data = json.loads((REFERENCE / "guides" / "skeleton.json").read_text("utf-8"))
    special = item.special
    mode = mode or item.funding_mode or (special.funding_modes[0] if special.funding_modes else states.FundingMode.PRE)
    data["quota"] = {"kind": "LIMITED", "max_projects": item.count, "budget_control": str(item.money)}
    data["amount"] = {"cap": str((item.money / max(item.count, 1)).quantize(Decimal(1)))}
    if special.budget_scheme == states.BudgetScheme.LUMP_SUM:
        data["budget"] = dict(modes.NEUTRAL["budget"])
    data["mode"] = {"funding_mode": mode, "contract_required": mode not in states.MODES_WITHOUT_CONTRACT,
                    "audit_required": "AUDIT" in special.review_modes}
    allowed = modes.mode_of(mode).get("reviews", ())
    wanted = review or item.review_mode or next((one for one in special.review_modes if one in allowed), "")
    if wanted:
        data["review"]["mode"] = wanted
    data.update(modes.adapted(data, mode))
    if modes.review_of(data["review"]["mode"]).get("audit"):
        data["mode"]["audit_required"] = True
    return data


def guide_package(guide: Guide) -> dict[str, Any]:
    """A guide as one file that another bureau can import."""
    data, _files = without_files(guide.version.data)
    return {
        "format": f"keguan-guide-{packages.VERSION}", "title": guide.title, "title_en": guide.title_en, "special": guide.special.code,
        "data": data, "demo_notes": guide.version.demo_notes, "sha256": packages.digest(data),
    }


def guides_to_copy(actor: Any) -> list[Guide]:
    """Guides a new one may start from, newest first."""
    return list(policies.visible_to(actor).exclude(version=None).order_by("-year", "-pk")[:60])


def without_application(guide: Guide) -> bool:
    """Whether nobody applies: who is entitled is computed from data held already (免申即享)."""
    return guide.funding_mode == states.FundingMode.ENTITLEMENT


def successors_of(guide: Guide) -> QuerySet[Guide]:
    """Published corrections of a superseded guide."""
    return guide.corrections.filter(status__in=states.PUBLIC_STATUSES)


def version_of(guide: Guide, number: int) -> GuideVersion:
    version = guide.versions.select_related("created_by").filter(number=number).first()
    if version is None:
        raise Http404
    return version


def get_open_extension(actor: Any, ref: str) -> Extension:
    extension = open_extension(get_for(actor, ref))
    if extension is None:
        raise Http404
    return extension


def version_before(version: GuideVersion) -> GuideVersion | None:
    return GuideVersion.objects.filter(guide=version.guide_id, number__lt=version.number).order_by("-number").first()


def search_guides(actor: Any, q: str, phase: str, year: str) -> QuerySet[Guide]:
    """The search of the API: text, phase by the clock, year."""
    rows = search.match(guides_for(actor), q)
    if phase in ("open", "coming", "closed"):
        rows = in_phase(rows, phase)
    return rows.filter(year=whole(year)) if whole(year) is not None and len(year) == 4 else rows


def kept_version_of(pk: int, sha256: str | None = None) -> GuideVersion:
    """A version that applications rest on; one small statement when this process has it in memory, and none for who has just been told
    its `sha256` (with that of another version it is read)."""
    if sha256 is None:
        with connection.cursor() as cursor:
            plans.run(cursor, "SELECT sha256 FROM programs_guideversion WHERE id = %s", [pk])
            found = cursor.fetchone()
        sha256 = found[0] if found else None
    return _KEPT.get((pk, sha256 or "")) or kept_version(GuideVersion.objects.get(pk=pk))


KEPT_VERSIONS = 64
_KEPT: dict[tuple[int, str], GuideVersion] = {}


def kept_version(version: GuideVersion) -> GuideVersion:
    """The same version with its data, from the memory of this process: what applications rest on never changes, and
    its hash is part of the key. `version` may come without its data (defer)."""
    key = (version.pk, version.sha256)
    if key not in _KEPT:
        if len(_KEPT) >= KEPT_VERSIONS:
            _KEPT.clear()
        _KEPT[key] = GuideVersion.objects.get(pk=version.pk)
    return _KEPT[key]


def comments_of(guide: Guide, keys: tuple[str, ...] = ()) -> list[GuideComment]:
    """The staff's comments, newest first; with `keys` those on these parts."""
    rows = guide.comments.select_related("author", "answered_by", "resolved_by", "version", "guide__special__plan")
    return list(rows.filter(part__in=keys) if keys else rows)


def comment_for(actor: Any, pk: int) -> GuideComment:
    row = GuideComment.objects.select_related("guide__special__plan", "author").filter(
        pk=pk, guide__in=policies.visible_to(actor).values("pk")).first() if policies.is_staff(actor) is None else None
    if row is None:
        raise Http404
    return row


def opinions_of(guide: Guide) -> list[LegalOpinion]:
    return list(guide.opinions.select_related("by", "version"))


def upload_for(actor: Any, uid: Any) -> GuideUpload:
    row = policies.uploads_of(actor).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row
