"""From frozen context to PDF: a pure function of (context, template, fonts), with a fetcher that reaches nothing."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notices import rules

BODY = re.compile(r"<body[^>]*>(.*)</body>", re.S)
log = logging.getLogger(__name__)
SONG = '"FandolSong", "Noto Serif CJK SC"'
FANG = '"FandolFang", "Noto Serif CJK SC"'
KAI = '"LXGW WenKai", "FandolKai", "Noto Serif CJK SC"'
HEI = '"FandolHei", "Noto Sans CJK SC"'


@dataclass(frozen=True)
class Rendered:
    pdf: bytes
    sha256: str
    pages: int
    fonts: list[str]


def fonts() -> dict[str, str]:
    """Font stacks; a bureau that owns 方正小标宋 or 仿宋_GB2312 names them in settings.NOTICE_FONTS."""
    return {"song": SONG, "fang": FANG, "kai": KAI, "hei": HEI} | getattr(settings, "NOTICE_FONTS", {})


def template_version(name: str) -> str:
    """Hash over the template and the layout base it stands on: the version a document was made with."""
    digest = hashlib.sha256()
    for part in (name, "notices/layout.html", "notices/layout.css"):
        digest.update(Path(get_template(part).origin.name).read_bytes())
    return digest.hexdigest()


def html(template: str, context: dict[str, Any]) -> str:
    data = dict(context)
    data.setdefault("title", "")
    data["title_lines"] = rules.balanced_title(str(data.get("title", "")))
    data["mark"] = data.get("mark") or f"{data.get('issuer', '')}文件"
    data["mark_size"] = rules.mark_size(data["mark"])
    data["fonts"] = fonts()
    data["css"] = render_to_string("notices/layout.css", data)
    return render_to_string(template, data)


def page(template: str, context: dict[str, Any]) -> SafeString:
    """The same text as part of a page of the portal: the body of `html` without its style sheet, its title one level
    lower, its tables free to scroll on a phone. Every value went through the template's escaping."""
    found = BODY.search(html(template, context))
    text = found.group(1) if found else ""
    text = text.replace("<h1>", '<h2 class="title">').replace("</h1>", "</h2>")
    text = text.replace("<table", f'<div class="st-scrollx" tabindex="0" role="group" aria-label="{_("Table")}"><table')
    return SafeString(text.replace("</table>", "</table></div>"))


def fetcher() -> Any:
    """No network, no files: only data: addresses, and no redirects (reliability: an injected tag must reach nothing)."""
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 (slow import)

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Make the PDF. Deterministic: the same frozen context, template and fonts give the same bytes."""
    from weasyprint import HTML  # noqa: PLC0415 (slow import)
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    page = HTML(string=html(template, context), url_fetcher=fetcher(), base_url=None)
    document = page.render(font_config=FontConfiguration())
    buffer = io.BytesIO()
    identifier = hashlib.sha256(str(context.get("verify_code", "")).encode()).digest()[:16]
    document.write_pdf(buffer, pdf_identifier=identifier, uncompressed_pdf=False)
    data = buffer.getvalue()
    return Rendered(data, rules.sha256(data), len(document.pages), used_fonts(document))


def used_fonts(document: Any) -> list[str]:
    return sorted({_font_name(font) for font in getattr(document, "fonts", {}).values()}) if document else []


def _font_name(font: Any) -> str:
    name = getattr(font, "name", b"") or getattr(font, "family", b"")
    return name.decode() if isinstance(name, bytes) else str(name)


@lru_cache(maxsize=1)
def _fandol() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (slow import)

    path = Path(settings.FONT_DIR) / "FandolFang-Regular.otf"
    if not path.exists():
        return frozenset()
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_characters(texts: Iterable[str]) -> str:
    """Han characters that the 仿宋 font lacks; the fallback draws them, staff are warned before sealing."""
    known = _fandol()
    if not known:
        return ""
    return "".join(sorted({c for text in texts for c in text if "\u3400" <= c <= "\u9fff" and ord(c) not in known}))


def all_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in all_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in all_texts(item)]
    return []
