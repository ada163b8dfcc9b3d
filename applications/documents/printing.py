"""The whole application and the receipt as PDF: what was answered, nothing else, with a fetcher that reaches nothing."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from applications.models import Application
from applications.queries import dossier
from core import clock


def application_context(application: Application, *, blind: bool = False, hide: Iterable[str] = ()) -> dict[str, Any]:
    """A draft carries its mark on every page; a submitted one its number and fingerprint."""
    final = application.submitted_at is not None and not blind
    return {
        "d": dossier(application, blind_copy=blind, hide=hide), "final": final, "receipt": application.receipt_number if final else "",
        "sha256": application.receipt_sha256 if final else "", "submitted_at": application.submitted_at,
        "printed_at": clock.now(), "site": settings.SITE_NAME,
    }


def receipt_context(application: Application) -> dict[str, Any]:
    return {
        "a": application, "unit": application.unit.name, "leader": application.leader.name,
        "guide": application.guide.title, "number": application.receipt_number,
        "submitted_at": timezone.localtime(application.submitted_at).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        "sha256": application.receipt_sha256, "code": application.receipt_sha256[:12].upper(),
        "endorsed_by": application.endorsed_by.name if application.endorsed_by else "", "site": settings.SITE_NAME,
        "url": f"{settings.SITE_URL}/receipts/",
    }


def application_pdf(application: Application, *, blind: bool = False, hide: Iterable[str] = ()) -> bytes:
    return _pdf("applications/print/application.html", application_context(application, blind=blind, hide=hide))


def receipt_pdf(application: Application) -> bytes:
    return _pdf("applications/print/receipt.html", receipt_context(application))


def _pdf(template: str, context: dict[str, Any]) -> bytes:
    """Printed papers are Chinese, whatever the screen's language."""
    from weasyprint import HTML  # noqa: PLC0415 (slow import)
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    with translation.override("zh-hans"):
        context = {**context, "css": render_to_string("applications/print/print.css")}
        html = render_to_string(template, context)
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    buffer = io.BytesIO()
    HTML(string=html, url_fetcher=fetcher, base_url=None).write_pdf(buffer, font_config=FontConfiguration())
    return buffer.getvalue()
