"""What would be taken over into a draft, from an earlier application of the same leader or from a Word file: shown before
anything is written, field by field, with what does not fit and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from applications import policies, rules
from applications.models import Annex, Application
from applications.queries import parts
from applications.queries.together import shown_value
from core.models import StoredFile
from core.money import wan, yuan
from programs.engine.forms import ROW_KINDS, Field, display, pick

OPTIONS = ("select", "radio", "multi")
NOT_TAKEN = ("topic",)  # belongs to the guide it was chosen in
#: A material of its time: its note names a period, or it is a pledge. Taken over only when the person ticks it.
PERIOD = re.compile(r"近\s*[\d一二两三四五六七八九十]+\s*个?\s*[年月周日天]|last\s+\w+\s+(?:years?|months?|weeks?|days?)", re.IGNORECASE)
PLEDGE = re.compile(r"承诺|pledge", re.IGNORECASE)


@dataclass(frozen=True)
class Offer:
    """One field: what stands there, what would, and the flat values that a save would write. `note` warns, `problem` forbids."""

    part: str
    title: str
    name: str
    label: str
    old: str = ""
    new: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    problem: str = ""
    of_its_time: bool = False

    @property
    def key(self) -> str:
        return f"{self.part}/{self.name}"

    @property
    def ticked(self) -> bool:
        """Nothing that is typed already is replaced without being asked for; a date of then is looked at first."""
        return not self.old and bool(self.new) and not self.of_its_time


def earlier_of(actor: Any, application: Application) -> QuerySet[Application]:
    """Other applications that the actor leads, the newest first."""
    return policies.mine(actor).exclude(pk=application.pk).order_by("-pk")


def offers_from(actor: Any, application: Application, earlier: Application, only: str = "") -> list[Offer]:
    """Fields of the earlier one that hold something, by section and in the order of its form."""
    found: list[Offer] = []
    mine = {part.code: part for part in parts.parts_of(application)}
    for theirs in parts.parts_of(earlier):
        if theirs.section is None or (only and theirs.code != only):
            continue
        own, answers = mine.get(theirs.code), earlier.answers.get(theirs.code) or {}
        if own is not None and policies.may_write(actor, application, own.code):
            continue
        pledges = parts.pledges_of(theirs.section) | (parts.pledges_of(own.section) if own is not None else set())
        for item in theirs.section.fields:
            value = answers.get(item.code)
            if rules.blank(value) or item.code in NOT_TAKEN or item.code in pledges:
                continue
            offer = _offer(application, own, theirs, item, value)
            if offer is not None:
                found.append(offer)
    return found


def _offer(application: Application, own: parts.Part | None, theirs: parts.Part, item: Field, value: Any) -> Offer | None:
    target = own.section.field(item.code) if own is not None else None
    given = {"part": theirs.code, "title": str(theirs.title), "name": item.code, "label": str(item.label), "new": told(item, value),
             "of_its_time": item.kind == "date"}
    if target is None:
        return Offer(**given, problem=_("The form of this guide has no such field."))
    current = application.answers.get(theirs.code, {}).get(item.code)
    if current == value:
        return None
    given["old"] = told(target, current)
    if problem := misfit(item, target, value):
        return Offer(**given, problem=problem)
    wanted, there = rules.flat(own.section, {item.code: value}), rules.flat(own.section, {item.code: current} if current else {})
    return Offer(**given, values={**dict.fromkeys(set(there) - set(wanted), ""), **wanted})


def told(item: Field, value: Any) -> str:
    """A stored value as text; of a table a line for each row."""
    if rules.blank(value):
        return ""
    if item.kind not in ROW_KINDS:
        return _cell(item, value)
    named = len(item.columns) > 1
    lines = ["；".join(f"{column.label}：{text}" if named else text for column in item.columns if (text := _cell(column, row.get(column.code))))
             for row in value]
    return "\n".join(line for line in lines if line)


def _cell(item: Field, value: Any) -> str:
    """Amounts in 万元, as everywhere."""
    if item.kind == "money" and not rules.blank(value):
        try:
            return f"{wan(yuan(value))} {_('10,000 yuan')}"
        except ValueError:
            return str(value)
    return str(display(item, value))


def misfit(item: Field, target: Field, value: Any) -> str:
    """Why a value of one form does not fit the field of another; "" when it does."""
    if item.kind != target.kind:
        return _("The field is of another kind in this guide.")
    if str(item.label) != str(target.label):
        return _("The field asks for something else in this guide: %(label)s") % {"label": target.label}
    if target.kind in ROW_KINDS:
        if [(one.code, one.kind, str(one.label)) for one in item.columns] != [(one.code, one.kind, str(one.label)) for one in target.columns]:
            return _("The table has other columns in this guide.")
        pairs = [(column, row.get(column.code)) for row in value for column in target.columns]
        return next((found for column, cell in pairs if not rules.blank(cell) and (found := _out_of_range(column, cell))), "")
    return _out_of_range(target, value)


def _out_of_range(target: Field, value: Any) -> str:
    if target.kind in OPTIONS:
        known = {choice.value for choice in target.choices}
        if not set(value if isinstance(value, list) else [value]) <= known:
            return _("The choice does not exist in this guide.")
    if target.max_length and isinstance(value, str) and len(value) > target.max_length:
        return _("The text has %(have)d characters; this guide allows %(most)d.") % {"have": len(value), "most": target.max_length}
    return ""


# --- materials ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileOffer:
    """A document of the earlier application for the same entry of the list."""

    annex: Annex
    code: str
    label: str
    has: bool
    problem: str = ""
    of_its_time: bool = False

    @property
    def ticked(self) -> bool:
        return not self.has and not self.of_its_time


def file_offers(application: Application, earlier: Application, limit_of: Any) -> list[FileOffer]:
    present = set(application.annexes.filter(is_current=True).values_list("code", flat=True))
    before = {row["code"]: row for row in parts.documents_of(earlier)}
    asked = {row["code"]: row for row in parts.documents_of(application)}
    found = []
    for annex in earlier.annexes.filter(is_current=True).select_related("file").order_by("code"):
        document, old = asked.get(annex.code), before.get(annex.code)
        label = str(pick(document or old or {}, "name") or annex.code)
        found.append(FileOffer(annex, annex.code, label, annex.code in present, _file_problem(annex, document, old, limit_of), of_its_time(document or {})))
    return found


def of_its_time(document: Mapping[str, Any]) -> bool:
    """Whether a document of the list is good for a period, or is somebody's word of then."""
    notes = f"{document.get('note') or ''} {document.get('note_en') or ''}"
    return bool(PERIOD.search(notes) or PLEDGE.search(f"{document.get('name') or ''} {document.get('name_en') or ''}"))


def _file_problem(annex: Annex, document: Mapping[str, Any] | None, old: Mapping[str, Any] | None, limit_of: Any) -> str:
    if document is None:
        return _("This guide does not ask for it.")
    if old is None or pick(old, "name") != pick(document, "name"):
        return _("This guide asks for another document under this code: %(name)s") % {"name": pick(document, "name")}
    if annex.file.scan == StoredFile.Scan.INFECTED:
        return _("The file did not pass the virus check.")
    if not any(annex.file.name.lower().endswith(f".{kind}") for kind in ("jpeg", *document["mimes"])):
        return _("This guide takes other kinds of files.")
    if annex.file.size > limit_of(document):
        return _("The file is larger than this guide allows.")
    return ""


# --- texts of a Word file ----------------------------------------------------------------------------------------


def long_fields(part: parts.Part) -> list[Field]:
    return [item for item in part.section.fields if item.kind == "textarea"] if part.kind == "form" and part.section is not None else []


def text_offer(application: Application, part: parts.Part, item: Field, text: str) -> Offer | None:
    """A text for one long field; None when it is what stands there."""
    old = shown_value(part.section, item.code, application.answers.get(part.code, {}).get(item.code))
    if old.replace("\r\n", "\n").strip() == text.strip():
        return None
    note = ""
    if not text.strip():
        note = _("Empty in the file: ticked, the text in the portal is cleared.")
    elif item.max_length and len(text) > item.max_length:
        note = _("The text has %(have)d characters; this guide allows %(most)d.") % {"have": len(text), "most": item.max_length}
    return Offer(part.code, str(part.title), item.code, str(item.label), old, text, {item.code: text}, note)
