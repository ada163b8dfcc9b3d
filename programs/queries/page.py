"""What the public page of a guide shows: the texts of the version in the reader's language, with their provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.states import OrgKind
from core import clock
from programs import rules, states
from programs.engine import modes
from programs.engine.forms import pick
from programs.models import Guide, GuideVersion, Special
from programs.queries.guide_files import annexes_of
from programs.queries.guides import guides_of
from programs.queries.lists import CLUSTERS, entries
from programs.queries.opening import is_stopped, phase

#: Which structured block follows the text of a section.
BLOCKS = {
    "basis": "basis", "support": "support", "conditions": "conditions", "materials": "materials", "form": "form",
    "accepting": "windows", "procedure": "steps", "timing": "review", "annexes": "annexes",
}


@dataclass
class SectionView:
    code: str
    title: str
    text: str
    block: str
    mark: str


@dataclass
class GuidePage:
    """Everything a template needs; no query after this is built."""

    guide: Guide
    phase: str
    now: datetime
    window: Any
    upcoming: Any
    sections: list[SectionView]
    applicants: list[str]
    conditions: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    topics: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    criteria: list[dict[str, Any]]
    form: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    header: dict[str, str]
    annexes: list[dict[str, Any]]
    steps: list[str]
    amount_note: str
    mode_label: str
    recommenders: list[str]
    review_label: str
    quota: dict[str, Any]
    mode_steps: list[str] = field(default_factory=list)
    mode_details: list[dict[str, str]] = field(default_factory=list)
    review_note: str = ""
    support: list[str] = field(default_factory=list)
    eligibility: dict[str, Any] = field(default_factory=dict)
    team: dict[str, Any] = field(default_factory=dict)
    ethics: dict[str, str] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def has_basis(self) -> bool:
        return any(section.block == "basis" for section in self.sections)

    @property
    def decides_at(self) -> datetime | None:
        """The close people must watch: of the running window, else of the next one."""
        shown = self.window or self.upcoming
        return shown.closes_at if shown else None


def mark_text(mark: str) -> str:
    """The words beside a part that is not from the source."""
    return {"demo": _("Demo data"), "moved": _("Dates moved to this year")}.get(mark, "")


def provenance(data: dict[str, Any], path: str) -> str:
    """source, moved or demo for a part; a part without its own mark takes the mark of the whole."""
    marks = data.get("provenance") or {}
    while path:
        if path in marks:
            return marks[path]
        path = path.rpartition(".")[0]
    return ""


#: Parts of a demo guide that say on screen whether they stand in the source.
MARKED = (
    "windows", "amount", "quota", "topics", "form", "score_sheet", "payment_plan", "publicity_days", "contacts", "header.annexes",
    "mode", "review", "documents", "header.title", "header.receiving_body",
)


def guide_page(
    guide: Guide, version: GuideVersion | None = None, now: datetime | None = None, sources: dict[str, dict[str, Any]] | None = None,
    preview: bool = False,
) -> GuidePage:
    """The public page; with `preview` as it would be if the guide were published now."""
    data = (version or guide.version).data
    now = now or clock.now()
    windows = list(guide.windows.all())
    drafted = preview and guide.status not in states.PUBLIC_STATUSES
    running = drafted or (guide.status in states.RUNNING_STATUSES and not is_stopped(guide))

    def mark(path: str) -> str:
        return mark_text(provenance(data, path)) if guide.is_demo else ""

    sections = [
        SectionView(s["code"], pick(s, "title"), pick(s, "text"), BLOCKS.get(s["code"], ""), mark(f"sections.{s['code']}"))
        for s in data.get("sections", ())
    ]
    steps: list[str] = []
    for section in sections:
        if section.code == "procedure":  # shown as numbered steps, not as text
            steps, section.text = [line for line in section.text.splitlines() if line.strip()], ""
    header, mode = data.get("header") or {}, data.get("mode") or {}
    return GuidePage(
        guide=guide, phase=phase(guide, now), now=now, sections=sections, steps=steps,
        window=rules.open_window(windows, now) if running else None,
        upcoming=rules.next_window(windows, now) if running else None,
        applicants=[str(OrgKind(kind).label) for kind in data.get("applicants", ()) if kind in OrgKind.values],
        conditions=[
            {"code": rule["code"], "clause": rule.get("clause", ""), "text": pick(rule, "text"),
             "hard": rule.get("hard", True), "mark": mark(f"conditions.{rule['code']}")}
            for rule in data.get("conditions", ())
        ],
        documents=[
            {**doc, "label": pick(doc, "name"), "hint": pick(doc, "note"), "kinds": " / ".join(k.upper() for k in doc["mimes"]),
             "mark": mark(f"documents.{doc['code']}")}
            for doc in data.get("documents", ())
        ],
        topics=_topics(data, sources or {}),
        **_of_lists(data),
        header={key: pick(header, key) for key in ("issuer", "notice_line", "receiving_body", "deciding_body")},
        annexes=annexes_of(data),
        amount_note=pick(data.get("amount") or {}, "note"),
        mode_label=str(states.FundingMode(mode["funding_mode"]).label) if mode.get("funding_mode") else "",
        recommenders=_names_of(mode.get("recommenders") or []),
        review_label=_review_label(data.get("review") or {}),
        **_of_mode(data),
        **_of_frame(data),
        marks={path: mark(path) for path in MARKED},
    )


def _of_lists(data: dict[str, Any]) -> dict[str, Any]:
    """Payments, criteria, what the form asks, contacts."""
    return {
        "payments": [
            {"label": payment_label(row["kind"]), "share": _percent(row["share"]), "condition": pick(row, "condition")}
            for row in data.get("payment_plan", ())
        ],
        "criteria": [
            {"label": pick(row, "name"), "weight": row["weight"], "help": pick(row, "help")}
            for row in (data.get("score_sheet") or {}).get("criteria", ())
        ],
        "form": [
            {"title": pick(part, "title"), "fields": [pick(item, "label") for item in part["fields"]]}
            for part in (data.get("form") or {}).get("sections", ())
        ],
        "contacts": [
            {"name": pick(row, "name"), "phone": row.get("phone", ""), "hours": pick(row, "hours")}
            for row in data.get("contacts", ())
        ],
    }


def _topics(data: dict[str, Any], sources: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """`sources`: the needs the topics came from (`topics.topic_sources`), for the page of one guide; lists of cards do without."""
    return [{**topic, "label": pick(topic, "title"), "cap": Decimal(str(topic["cap"])), "source": sources.get(topic["code"])}
            for topic in data.get("topics", ())]


def _of_frame(data: dict[str, Any]) -> dict[str, Any]:
    """Fields supported, regions and partners, ethics, contract."""
    contract = data.get("contract") or {}
    return {
        "quota": data.get("quota") or {},
        "support": _support(data.get("support") or {}), "eligibility": data.get("eligibility") or {}, "team": data.get("team") or {},
        "ethics": _ethics(data.get("ethics") or {}), "contract": {**contract, "words": pick(contract, "note")}, "hidden": modes.off(data),
    }


def _of_mode(data: dict[str, Any]) -> dict[str, Any]:
    """The short process of the way of funding, and what only it says."""
    mode = data.get("mode") or {}
    code, details = str(mode.get("funding_mode", "")), mode.get("details") or {}
    return {
        "mode_steps": [pick({"s": step["zh"], "s_en": step["en"]}, "s") for step in modes.steps_of(code)],
        "mode_details": [
            {"label": pick(item, "label"), "text": modes.shown_detail(item, details[item["code"]])}
            for item in modes.fields_of(code) if details.get(item["code"]) not in (None, "", [])
        ],
        "review_note": pick(modes.review_of(str((data.get("review") or {}).get("mode"))), "note"),
    }


def _support(data: dict[str, Any]) -> list[str]:
    """The clusters by name and the free lines."""
    codes = data.get("clusters") or []
    names = {row.code: row.label for row in entries(data.get("list") or CLUSTERS)} if codes else {}
    lines = (data.get("lines_en") if _english() else None) or data.get("lines") or []
    return [names.get(code, code) for code in codes] + list(lines)


def _ethics(data: dict[str, Any]) -> dict[str, str]:
    rule = data.get("rule", states.EthicsRule.NONE)
    if rule == states.EthicsRule.NONE:
        return {}
    return {"rule": str(states.EthicsRule(rule).label), "words": pick(data, "note")}


def guide_cards(special: Special) -> list[GuidePage]:
    """The guides of a special as cards, at one moment."""
    now = clock.now()
    return [guide_page(guide, now=now) for guide in guides_of(special)]


def _english() -> bool:
    return pick({"x": "zh", "x_en": "en"}, "x") == "en"


def _percent(share: Any) -> str:
    return f"{(Decimal(str(share)) * 100).normalize():f}%"


def payment_label(kind: str) -> str:
    return {
        "SIGN": _("First payment"), "MIDTERM": _("Mid-term payment"), "FINAL": _("Final payment"),
        "ONCE": _("Single payment"), "YEARLY": _("Yearly payment"),
    }.get(kind, kind)


def _names_of(codes: list[str]) -> list[str]:
    return list(Organisation.objects.filter(uscc__in=codes).order_by("pk").values_list("name", flat=True)) if codes else []


def _review_label(review: dict[str, Any]) -> str:
    if not review.get("mode"):
        return ""
    label = str(states.ReviewMode(review["mode"]).label)
    if not review.get("panel_size"):
        return label
    return _("%(mode)s, %(size)d experts, at least %(industry)d of them from industry") % {
        "mode": label, "size": review["panel_size"], "industry": int(review.get("industry_min") or 0),
    }
