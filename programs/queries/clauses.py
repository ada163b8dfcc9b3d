"""A guide clause by clause, in words: what comparing, history and comments speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from core.money import wan
from programs import states
from programs.engine import kinds, labels, limits, modes, places, schema
from programs.engine.conditions import number
from programs.engine.forms import pick
from programs.models import Guide, GuideVersion
from programs.queries.editor import words
from programs.queries.lists import list_label
from programs.queries.page import band_words, payment_label, source_label
from programs.queries.tags import guide_tags_of

MOST_GUIDES, MOST_VERSIONS = 10, 200  # as far back as the history of a clause goes


@dataclass(frozen=True)
class Clause:
    """One clause of one part; `code` is unique in the part and stays the same from year to year."""

    part: str
    code: str
    label: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        return self.part, self.code


@dataclass(frozen=True)
class Change:
    """A clause that differs; an empty text means that it is not there."""

    part: str
    code: str
    label: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        return _("added") if not self.before else _("taken out") if not self.after else _("changed")


@dataclass(frozen=True)
class Step:
    """One save that changed a clause."""

    guide: Guide
    number: int
    by: Person
    at: Any
    note: str
    before: str
    after: str


MONEY = ("budget_control", "cap", "note_equipment_from")
BLIND = {"single": gettext_lazy("Experts see the applicant, not the other way"), "double": gettext_lazy("Neither sees the other")}
CHOICES: dict[str, Any] = {
    "funding_mode": states.FundingMode, "scheme": states.BudgetScheme, "kind": states.QuotaKind, "rule": states.EthicsRule,
    "mode": states.ReviewMode,
}


def clauses_of(data: Mapping[str, Any]) -> list[Clause]:
    """Every clause, in the order of the parts. Texts are those of the reader's language, with the Chinese as a rule."""
    return [clause for part in places.PARTS if part in data and part != "provenance" for clause in READERS.get(part, _values)(part, data[part])]


def _values(part: str, data: Any) -> Iterable[Clause]:
    """A part that is a handful of single values."""
    if not isinstance(data, Mapping):
        yield Clause(part, "value", places.part_name(part), shown_value(part, data))
        return
    for key, value in data.items():
        if value in (None, "", [], {}) or key in ("limits", "labels", "details"):
            continue
        yield Clause(part, key, labels.of(key), shown_value(key, value))


def shown_value(key: str, value: Any) -> str:
    """A single value of a guide as a person reads it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if key in ("applicants", "self_raised_for"):
        return kinds.words(value)
    if key in MONEY and value not in (None, ""):
        return money_words(value)
    if key == "mimes":
        return "、".join(str(one).upper() for one in value)
    if key == "blind":
        return str(BLIND.get(value, value))
    if key == "sources":
        return "、".join(source_label(one) for one in value)
    if key == "list" and value:
        return list_label(str(value))
    if key in CHOICES and value in CHOICES[key].values:
        return str(CHOICES[key](value).label)
    if key == "indirect_bands":
        return "；".join(band_words(band) for band in value)
    if isinstance(value, Mapping):
        return str(value.get("name", "")) or "；".join(f"{inner}: {shown_value(inner, one)}" for inner, one in value.items())
    if isinstance(value, list):
        return "、".join(shown_value("", one) for one in value)
    return str(value)


def money_words(value: Any) -> str:
    return _("%(amount)s 万元") % {"amount": wan(number(value))}


def _mode(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    yield from _values(part, data)
    details = data.get("details") or {}
    for field in modes.fields_of(str(data.get("funding_mode"))):
        if details.get(field["code"]) not in (None, "", []):
            yield Clause(part, field["code"], modes.field_label(field), modes.shown_detail(field, details[field["code"]]))


def _tags(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    for tag in guide_tags_of(data):
        asked = tag["fixed"] or (_("the applicant must choose") if tag["required"] else _("the applicant may choose"))
        yield Clause(part, tag["code"], tag["dimension"], f"{tag['list']}；{asked}")


def _rows(part: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[Clause]:
    for index, row in enumerate(rows, 1):
        code = str(row.get("code") or row.get("kind") or row.get("name") or index)
        yield Clause(part, code, _label_of(part, row, code), _row_text(part, row))


def _label_of(part: str, row: Mapping[str, Any], code: str) -> str:
    if part == "payment_plan":
        return payment_label(code)
    if part in ("sections", "topics", "documents", "annexes", "contacts"):
        return pick(row, "title") or pick(row, "name") or code
    return str(row.get("clause") or code)


def _row_text(part: str, row: Mapping[str, Any]) -> str:
    """A row of a list in words, the parts that matter to a reader."""
    if part == "sections":
        return pick(row, "text") if schema.is_shown(row) else _("not in this guide")
    if part == "conditions":
        kind = _("stops an application") if row.get("hard", True) else _("examined by a person")
        lines = [pick(row, "text"), words(row.get("test") or {})]
        if row.get("exempt"):
            lines.append(_("except: %(test)s") % {"test": words(row["exempt"])})
        return "\n".join([*lines, kind])
    if part == "limits":
        return limits.words(row)
    if part == "topics":
        return _("%(title)s; at most %(cap)s") % {"title": pick(row, "title"), "cap": money_words(row.get("cap") or 0)}
    if part == "documents":
        pieces = [kinds.required_words(row), " / ".join(str(one).upper() for one in row.get("mimes", ())),
                  f"≤ {row.get('max_mb')} MB", row.get("signed_by"), pick(row, "note"), (row.get("file") or {}).get("name")]
        return "；".join(str(one) for one in pieces if one)
    if part == "annexes":
        return (row.get("file") or {}).get("name") or pick(row, "name")
    if part == "payment_plan":
        return f"{(number(row['share']) * 100).normalize():f}% {pick(row, 'condition')}".strip()
    if part == "contacts":
        return f"{row.get('phone', '')} {pick(row, 'hours')}".strip()
    return pick(row, "text") or pick(row, "name")


def _form(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    labels = field_labels(data)
    for section in data.get("sections", ()):
        yield Clause(part, section["code"], pick(section, "title"), pick(section, "help") or pick(section, "title"))
        for item in section["fields"]:
            yield Clause(part, f"{section['code']}.{item['code']}", f"{pick(section, 'title')} · {pick(item, 'label')}",
                         field_words(item, section["code"], labels))


def field_labels(form: Mapping[str, Any]) -> dict[str, str]:
    """{"section.code": label} of every field of a form, and {"section.code=value": label} of every answer of a choice."""
    found = {}
    for part in form.get("sections", ()):
        for item in part["fields"]:
            place = f"{part['code']}.{item['code']}"
            found[place] = pick(item, "label")
            found |= {f"{place}={one['value']}": pick(one, "label") for one in item.get("choices") or ()}
    return found


def field_words(item: Mapping[str, Any], section: str, labels: Mapping[str, str]) -> str:
    """A field of the form with its limits in one line; `labels` are those of all fields, for its rule."""
    unit = pick(item, "unit") or (_("yuan") if item.get("kind") == "money" else "")
    inside = "、".join(pick(one, "label") for one in (*item.get("columns", ()), *item.get("fields", ())))
    pieces = [
        pick(item, "label"), _("Must be filled in") if item.get("required") else "", pick(item, "help"),
        f"≤ {item['max_length']}" if item.get("max_length") else "", f"≥ {item['min']} {unit}".strip() if item.get("min") not in (None, "") else "",
        f"≤ {item['max']} {unit}".strip() if item.get("max") not in (None, "") else "", inside, "、".join(pick(one, "label") for one in item.get("choices", ())),
        visible_words(item["visible_if"], section, labels) if item.get("visible_if") else "",
    ]
    return "；".join(piece for piece in pieces if piece)


def _quoted(leaf: Mapping[str, Any], place: str, labels: Mapping[str, str]) -> str:
    """The value a field is compared with, by the words of the answer; a value without words stands in quotes."""
    from programs.engine import visibility  # noqa: PLC0415 (only needed here)

    if leaf.get("op") in visibility.WITHOUT_VALUE:
        return ""
    value, said = leaf.get("value", ""), []
    for one in value if isinstance(value, list) else [value]:
        plain = visibility.plain_bool(one)
        said.append(labels.get(f"{place}={one}") or (f'"{plain}"' if isinstance(plain, str) else shown_value("", plain)))
    return "、".join(said)


def visible_words(rule: Mapping[str, Any], section: str, labels: Mapping[str, str]) -> str:
    """A visibility rule as a line: shown when 是否涉及伦理 = yes and ... `section` is that of the field which has the rule."""
    from programs.engine import visibility  # noqa: PLC0415 (only needed here)

    join, leaves = visibility.parts_of(rule)
    signs = {"eq": "=", "ne": "≠", "in": "∈", "ge": "≥", "le": "≤", "filled": _("is filled in"), "empty": _("is empty")}
    said = []
    for leaf in leaves:
        place = visibility.place_of(leaf["field"], section)
        said.append(f"{labels.get(place, leaf['field'])} {signs.get(leaf.get('op', 'eq'), '')} {_quoted(leaf, place, labels)}".strip())
    return _("shown when %(rule)s") % {"rule": (_(" and ") if join == "all" else _(" or ")).join(said)}


def _budget(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    yield from _values(part, {key: value for key, value in data.items() if key != "headings"})
    for row in data.get("headings", ()):
        yield Clause(part, f"heading.{row['code']}", pick(row, "name"), "；".join(filter(None, (pick(row, "name"), row.get("note", "")))))


def _targets(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    yield from _values(part, {key: value for key, value in data.items() if key != "kinds"})
    for row in data.get("kinds", ()):
        yield Clause(part, f"kind.{row['l1']}/{row['l2']}", f"{pick(row, 'l1')} / {pick(row, 'l2')}", "、".join(map(str, row.get("examples", ()))) or row["l2"])


def _sheet(part: str, data: Mapping[str, Any]) -> Iterable[Clause]:
    yield from _values(part, {key: value for key, value in data.items() if key not in ("criteria", "knockouts")})
    for row in data.get("criteria", ()):
        bands = "；".join(f"{a['min']}–{a['max']} {pick(a, 'text')}" for a in row.get("anchors", ()))
        yield Clause(part, f"criterion.{row['code']}", pick(row, "name"),
                     "\n".join(filter(None, (_("%(count)s points") % {"count": row["weight"]}, pick(row, "help"), bands, *_least_of(row)))))
    for row in data.get("knockouts") or ():
        yield Clause(part, f"knockout.{row['code']}", _("Knock-out question"), pick(row, "text"))


def _least_of(row: Mapping[str, Any]) -> Iterator[str]:
    """What a criterion asks its expert to write."""
    if row.get("comment_min"):
        yield _("a comment of at least %(count)d characters") % {"count": row["comment_min"]}
    if row.get("reason_min"):
        yield _("a reason of at least %(count)d characters for lowest or highest points") % {"count": row["reason_min"]}


READERS = {
    "mode": _mode, "tags": _tags, "sections": _rows, "conditions": _rows, "limits": _rows, "topics": _rows, "documents": _rows, "annexes": _rows, "formality_items": _rows,
    "payment_plan": _rows, "contacts": _rows, "form": _form, "budget": _budget, "targets": _targets, "score_sheet": _sheet,
}


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Clauses that differ, part by part in the order of the new guide, then what is no longer there."""
    old, new = {c.key: c for c in clauses_of(before)}, {c.key: c for c in clauses_of(after)}
    order = {part: place for place, part in enumerate(places.PARTS)}
    keys = [*new, *(key for key in old if key not in new)]
    found = [
        Change(key[0], key[1], (new.get(key) or old[key]).label, old[key].text if key in old else "", new[key].text if key in new else "")
        for key in keys if (old[key].text if key in old else None) != (new[key].text if key in new else None)
    ]
    return sorted(found, key=lambda change: order[change.part])


def by_part(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """[{"part", "title", "changes"}] for a page."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.part, []).append(change)
    return [{"part": part, "title": places.part_name(part), "changes": rows} for part, rows in groups.items()]


def forebears(guide: Guide) -> list[Guide]:
    """The guide and those it came from, newest first: what it corrects, what it was copied from, last year's."""
    line, seen = [guide], {guide.pk}
    while len(line) < MOST_GUIDES:
        last = line[-1]
        other = last.supersedes or last.copied_from
        if other is None or other.pk in seen:
            return line
        line.append(other)
        seen.add(other.pk)
    return line


def clause_history(guide: Guide, part: str, code: str) -> tuple[str, list[Step]]:
    """The name of a clause, and who changed it when, over versions and over the guides it comes from; newest first.

    Of the last MOST_VERSIONS versions, of which this one part is read; what was before them is not said.
    """
    line = {one.pk: one for one in forebears(guide)}  # a guide is younger than all that it comes from
    rows = GuideVersion.objects.filter(guide__in=line).annotate(own=KeyTransform(part, "data")).defer("data").select_related("created_by")
    newest = list(rows.order_by("-guide_id", "-number")[: MOST_VERSIONS + 1])
    steps: list[Step] = []
    label, before = "", ""
    for version in reversed(newest):
        found = next((c for c in clauses_of({part: version.own}) if c.key == (part, code)), None) if version.own is not None else None
        text = found.text if found else ""
        label = found.label if found else label
        if text != before:
            steps.append(Step(line[version.guide_id], version.number, version.created_by, version.created_at, version.note, before, text))
        before = text
    if len(newest) > MOST_VERSIONS and steps and (steps[0].guide.pk, steps[0].number) == (newest[-1].guide_id, newest[-1].number):
        del steps[0]  # it only begins what is read
    return label, steps[::-1]


def last_years(guide: Guide) -> Guide | None:
    """The newest earlier guide of the same special by code, whatever tree it stood in."""
    rows = Guide.objects.filter(special__code=guide.special.code, pk__lt=guide.pk).exclude(version=None).exclude(pk=guide.supersedes_id)
    return rows.select_related("version", "special").filter(status__in=states.PUBLIC_STATUSES).order_by("-year", "-pk").first()


def comparable(guide: Guide) -> tuple[list[Guide], list[Guide]]:
    """Guides to compare with: of the same special, and the newest others."""
    rows = Guide.objects.exclude(pk=guide.pk).exclude(version=None).select_related("special").only(
        "ref", "title", "year", "special__code").order_by("-year", "-pk")
    return list(rows.filter(special__code=guide.special.code)[:20]), list(rows.exclude(special__code=guide.special.code)[:40])
