"""Long texts of an application as a Word file with fixed headings, and back. What comes back is not trusted: it is read within
bounds, without entities, and everything that cannot be taken over is named."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.oxml.ns import qn
from docx.table import Table
from lxml import etree

from applications import queries
from applications.models import Application
from core import files

MOST_PARTS, MOST_XML, MOST_UNPACKED = 2000, 20_000_000, 60_000_000
UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
NO_TEXT = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))


def written(application: Application, parts: Iterable[queries.Part]) -> bytes:
    """Sections as headings of the first level, their long fields as headings of the second with what is written so far."""
    made = docx.Document()
    made.add_heading(application.title or application.ref, 0)
    made.add_paragraph(_("Keep the headings as they are and write below them. Pictures, tables, text boxes and automatic numbering are not taken over."))
    for part in parts:
        items = queries.long_fields(part)
        if not items:
            continue
        made.add_heading(str(part.title), 1)
        answers = application.answers.get(part.code) or {}
        for item in items:
            made.add_heading(str(item.label), 2)
            for line in UNFIT.sub("", str(answers.get(item.code) or "")).replace("\r\n", "\n").split("\n"):
                made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@dataclass
class Read:
    """Texts by (title of the section, heading), and what cannot be taken over, in words."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def plain(text: str) -> str:
    """A heading however it was typed: without numbering and blanks."""
    return re.sub(r"\s+", "", re.sub(r"^\s*(?:[（(]?[\d一二三四五六七八九十]+(?:\.\d+)*[.、）)]?\s*)", "", text)) or re.sub(r"\s+", "", text)


def read(upload: Any, max_bytes: int) -> Read:
    """Raises core.files.BadFile with words for the person."""
    files.checked(upload, kinds=("docx",), max_bytes=max_bytes)
    upload.seek(0)
    raw = upload.read()
    _refuse_hostile(raw)
    try:
        return _texts(docx.Document(io.BytesIO(raw)))
    except (ValueError, KeyError, AttributeError, TypeError, OSError, RecursionError, etree.LxmlError, zipfile.BadZipFile, docx.opc.exceptions.OpcError) as error:
        raise files.BadFile(_("The Word file cannot be read. Open it in Word, save it as .docx again and upload that.")) from error


def _refuse_hostile(raw: bytes) -> None:
    """Before any parser sees it: what unpacks to too much, and XML that declares a document type (entities)."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        rows = archive.infolist()
        if len(rows) > MOST_PARTS or sum(row.file_size for row in rows) > MOST_UNPACKED:
            raise files.BadFile(_("The file unpacks to far more data than allowed. Please export it again."))
        for row in rows:
            if not row.filename.lower().endswith((".xml", ".rels")):
                continue
            if row.file_size > MOST_XML:
                raise files.BadFile(_("The file unpacks to far more data than allowed. Please export it again."))
            try:
                text = archive.read(row)
            except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError, ValueError, ArithmeticError) as error:
                raise files.BadFile(_("The Word file is damaged or locked by a password.")) from error
            if text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in text[:200] or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise files.BadFile(_("The Word file holds declarations that a text does not need; it is not opened. Save it as .docx again."))


def _level(paragraph: Any) -> int:
    name = (paragraph.style.name if paragraph.style is not None else "") or ""
    found = re.fullmatch(r"(?:heading|标题)\s*([1-9])", name.strip(), re.IGNORECASE)
    return int(found.group(1)) if found else 0


def _text(paragraph: Any) -> str:
    """What a reader of the final text sees: inserted words are in it, deleted ones are not."""
    found: list[str] = []

    def walk(node: Any) -> None:
        for one in node:
            if one.tag in NO_TEXT:
                continue
            if one.tag == qn("w:t"):
                found.append(one.text or "")
            elif one.tag == qn("w:tab"):
                found.append("\t" if one.getparent().tag == qn("w:r") else "")
            elif one.tag in (qn("w:br"), qn("w:cr")):
                found.append("\n")
            else:
                walk(one)

    walk(paragraph._p)
    return "".join(found)


def _texts(opened: Any) -> Read:
    found, section, heading = Read(), "", ""
    lines: dict[tuple[str, str], list[str]] = {}
    pictures: dict[str, int] = {}
    tables: dict[str, int] = {}
    for block in opened.iter_inner_content():
        place = heading or section
        if isinstance(block, Table):
            tables[place] = tables.get(place, 0) + 1
            continue
        text, level = _text(block), _level(block)
        if count := sum(1 for _one in block._p.iter(*PICTURES)):
            pictures[place] = pictures.get(place, 0) + count
        if level == 1:
            section, heading = text.strip(), ""
        elif level == 2:
            heading = text.strip()
            lines.setdefault((section, heading), [])
        elif heading:
            lines[section, heading].append(text)
        elif section and text.strip():
            found.dropped.append(_("Text below “%(section)s” that stands under no heading: %(text)s") % {"section": section, "text": text.strip()[:60]})
    found.texts = {key: "\n".join(rows).strip("\n") for key, rows in lines.items()}
    found.dropped += [_("%(count)d pictures under “%(place)s”") % {"count": n, "place": place} for place, n in pictures.items()]
    found.dropped += [_("%(count)d tables under “%(place)s”") % {"count": n, "place": place} for place, n in tables.items()]
    return found


@dataclass(frozen=True)
class Matched:
    """Texts that differ; headings of the form that the file lacks; of the file that the form does not have; of parts that the
    person may not write."""

    offers: list[queries.Offer]
    missing: list[str]
    foreign: list[str]
    shut: list[str]


def matched(application: Application, parts: Iterable[queries.Part], found: Read, closed: Iterable[queries.Part] = ()) -> Matched:
    """`closed` are parts of the form that the person may not write: their headings are known, their texts are left alone."""
    left = {(plain(section), plain(heading)): (section, heading) for section, heading in found.texts}
    offers, missing = [], []
    for part in parts:
        for item in queries.long_fields(part):
            key = left.pop((plain(str(part.title)), plain(str(item.label))), None)
            if key is None:
                missing.append(f"{part.title} / {item.label}")
            elif (offer := queries.text_offer(application, part, item, found.texts[key])) is not None:
                offers.append(offer)
    shut = [left.pop(key) for part in closed for item in queries.long_fields(part)
            if (key := (plain(str(part.title)), plain(str(item.label)))) in left]
    return Matched(offers, missing, *([f"{section} / {heading}" for section, heading in rows] for rows in (left.values(), shut)))
