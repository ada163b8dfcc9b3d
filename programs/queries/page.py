"""What the public page of a guide shows: the texts of the version in the reader's language, with their provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from accounts.states import OrgKind
from core import clock
from core.money import wan
from programs import rules, states
from programs.engine import kinds, limits, modes, schema
from programs.engine.conditions import number
from programs.engine.forms import ROW_KINDS, pick
from programs.models import Guide, GuideVersion, Special
from programs.queries.amount_words import own_money_words
from programs.queries.guide_files import annexes_of
from programs.queries.guides import guides_of
from programs.queries.lists import CLUSTERS, entries
from programs.queries.opening import is_stopped, phase
from programs.queries.tree import special_names
from programs.queries.wording import percent

#: Which structured block follows the text of a section.
BLOCKS = {
    "basis": "basis", "support": "support", "conditions": "conditions", "materials": "materials", "form": "form",
    "accepting": "windows", "procedure": "steps", "timing": "review", "annexes": "annexes",
}


#: Blocks that are shown even when their section is not in the text.
HOMELESS = ("form", "review")


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
    budget: dict[str, Any]
    targets: dict[str, Any]
    contacts: list[dict[str, Any]]
    header: dict[str, str]
    annexes: list[dict[str, Any]]
    steps: list[str]
    amount_note: str
    mode_label: str
    recommenders: list[str]
    review_label: str
    quota: dict[str, Any]
    limits: list[dict[str, Any]]
    mode_name: str = ""
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
    def homeless(self) -> list[SectionView]:
        """What the guide lays down in parts whose section its text does without: shown after the text, without a number."""
        there = {section.block for section in self.sections}
        return [SectionView(block, "", "", block, "") for block in HOMELESS if block not in there]

    @property
    def annexes_at(self) -> str:
        """The block that lists the annexes: their own section, else the last one of the text."""
        return "annexes" if any(section.block == "annexes" for section in self.sections) else "review"

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
        for s in data.get("sections", ()) if schema.is_shown(s)
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
        documents=[{**doc, "mark": mark(f"documents.{doc['code']}")} for doc in document_lines(data)],
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


def document_lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The materials in the reader's language; `needed` says of whom they are required."""
    return [
        {**doc, "label": pick(doc, "name"), "hint": pick(doc, "note"), "kinds": " / ".join(k.upper() for k in doc["mimes"]),
         "needed": kinds.required_words(doc), "signed_words": signing_words(doc.get("signed_by") or "")}
        for doc in data.get("documents") or ()
    ]


def signing_words(who: str) -> str:
    """People sign, a seal is set: “由法定代表人签署，加盖单位公章”."""
    names = [one.strip() for one in re.split("[、，,]", who) if one.strip()]
    seals = [one for one in names if one.endswith(("章", "seal"))]
    people = [one for one in names if one not in seals]
    return "，".join([*([_("signed by %(who)s") % {"who": "、".join(people)}] if people else []),
                     *([_("with %(seal)s") % {"seal": "、".join(seals)}] if seals else [])])


def _of_lists(data: dict[str, Any]) -> dict[str, Any]:
    """Payments, criteria, what the form asks, contacts."""
    return {
        "payments": [
            {"label": payment_label(row["kind"]), "share": percent(row["share"]), "condition": pick(row, "condition")}
            for row in data.get("payment_plan", ())
        ],
        "criteria": [
            {"label": pick(row, "name"), "weight": row["weight"], "help": pick(row, "help")}
            for row in (data.get("score_sheet") or {}).get("criteria", ())
        ],
        "form": [
            {"title": pick(part, "title"), "fields": [pick(item, "label") for item in part["fields"] if item["kind"] not in ROW_KINDS],
             "repeated": [_repeated(item) for item in part["fields"] if item["kind"] in ROW_KINDS]}
            for part in (data.get("form") or {}).get("sections", ())
        ],
        "budget": _budget(data.get("budget") or {}), "targets": _targets(data.get("targets") or {}),
        "contacts": [
            {"name": pick(row, "name"), "phone": row.get("phone", ""), "hours": pick(row, "hours")}
            for row in data.get("contacts", ())
        ],
    }


def rows_words(low: Any, high: Any) -> str:
    """How often something is filled in: 3 to 10 times; empty without limits."""
    if low and high:
        return ngettext("%(low)s to %(high)s row", "%(low)s to %(high)s rows", int(high)) % {"low": low, "high": high}
    if low:
        return ngettext("at least %(count)s row", "at least %(count)s rows", int(low)) % {"count": low}
    return ngettext("at most %(count)s row", "at most %(count)s rows", int(high)) % {"count": high} if high else ""


def _repeated(item: Mapping[str, Any]) -> dict[str, Any]:
    """A table or a group of fields of the form: what each row asks, and how many there may be."""
    return {"label": pick(item, "label"), "inside": [pick(one, "label") for one in item.get(ROW_KINDS[item["kind"]], ())],
            "limits": rows_words(item.get("min_rows"), item.get("max_rows"))}


def _budget(data: Mapping[str, Any]) -> dict[str, Any]:
    """The budget template: scheme, sources, headings as a tree in their order, and its rules."""
    if not data.get("scheme"):
        return {}
    parents = {row["code"]: row.get("parent") or "" for row in data.get("headings") or ()}
    below: dict[str, list[str]] = {}
    for row in data.get("headings") or ():
        below.setdefault(parents[row["code"]], []).append(pick(row, "name"))
    return {
        "scheme": str(states.BudgetScheme(data["scheme"]).label), "own": own_money_words(data),
        "sources": [source_label(one) for one in data.get("sources") or ()],
        "headings": [{"name": pick(row, "name"), "note": pick(row, "note"), "below": below.get(row["code"], [])}
                     for row in data.get("headings") or () if not parents[row["code"]] or row["code"] in below],
        "bands": [band_words(band) for band in data.get("indirect_bands") or ()],
        "equipment": wan(number(data["note_equipment_from"])) if data.get("note_equipment_from") else "",
    }


def source_label(code: str) -> str:
    return {"CITY": _("City money"), "OWN": _("Own money"), "OTHER": _("Other money")}.get(code, code)


def band_words(band: Mapping[str, Any]) -> str:
    rate = percent(band["rate"])
    if band.get("upto") is None:
        return _("above: %(rate)s") % {"rate": rate}
    return _("up to %(upto)s 万元: %(rate)s") % {"upto": wan(number(band["upto"])), "rate": rate}


def _targets(data: Mapping[str, Any]) -> dict[str, Any]:
    """How many performance targets there must be, of which kinds."""
    rows = data.get("kinds") or ()
    if not rows or not data.get("max_rows", 30):
        return {}
    kinds_: dict[str, list[str]] = {}
    for row in rows:
        kinds_.setdefault(pick(row, "l1"), []).append(pick(row, "l2"))
    first = {row["l1"]: pick(row, "l1") for row in rows}
    return {"limits": rows_words(data.get("min_rows", 1), data.get("max_rows", 30)), "kinds": list(kinds_.items()),
            "required": [first.get(one, one) for one in data.get("required_l1") or ()]}


def _topics(data: dict[str, Any], sources: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """`sources`: the needs the topics came from (`topics.topic_sources`), for the page of one guide; lists of cards do without."""
    return [{**topic, "label": pick(topic, "title"), "cap": Decimal(str(topic["cap"])), "source": sources.get(topic["code"])}
            for topic in data.get("topics", ())]


def _limits(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules of limitation in words; specials by their names."""
    codes = {code for row in rows for key in ("classes", "excluded") for code in row.get(key) or ()}
    names = special_names(codes) if codes else {}
    return [{**row, "words": limits.words(row, names)} for row in rows]


def _of_frame(data: dict[str, Any]) -> dict[str, Any]:
    """Fields supported, regions and partners, ethics, contract."""
    contract = data.get("contract") or {}
    return {
        "quota": data.get("quota") or {}, "limits": _limits(data.get("limits") or ()),
        "support": _support(data.get("support") or {}), "eligibility": data.get("eligibility") or {}, "team": data.get("team") or {},
        "ethics": _ethics(data.get("ethics") or {}), "contract": {**contract, "words": pick(contract, "note")}, "hidden": modes.off(data),
    }


def _of_mode(data: dict[str, Any]) -> dict[str, Any]:
    """The short process of the way of funding, and what only it says."""
    mode = data.get("mode") or {}
    code, details = str(mode.get("funding_mode", "")), mode.get("details") or {}
    return {
        "mode_name": modes.name_of(code),
        "mode_steps": [pick({"s": step["zh"], "s_en": step["en"]}, "s") for step in modes.steps_of(code)],
        "mode_details": [
            {"label": modes.field_label(item), "text": modes.shown_detail(item, details[item["code"]])}
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
    """The rule, also when the guide says that nothing is asked; nothing for a guide that is silent about it."""
    rule = data.get("rule", "")
    if rule not in states.EthicsRule.values:
        return {}
    return {"rule": str(states.EthicsRule(rule).label), "words": pick(data, "note")}


def guide_cards(special: Special) -> list[GuidePage]:
    """The guides of a special as cards, at one moment."""
    now = clock.now()
    return [guide_page(guide, now=now) for guide in guides_of(special)]


def _english() -> bool:
    return pick({"x": "zh", "x_en": "en"}, "x") == "en"


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
    told = _("%(mode)s, %(size)d experts, at least %(industry)d of them from industry") % {
        "mode": label, "size": review["panel_size"], "industry": int(review.get("industry_min") or 0),
    }
    return _("%(review)s, drawn 1:%(ratio)d") % {"review": told, "ratio": review["draw_ratio"]} if review.get("draw_ratio") else told
