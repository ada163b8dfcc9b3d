"""The list of official documents."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.web import lists
from core.web.templatetags.st import tag
from notices.queries import KINDS
from notices.states import DocumentStatus

TONES = {"DRAFT": "doing", "PROOFED": "doing", "SIGNED": "warn", "WITHDRAWN": "bad"}


def kinds():
    return [(code, kind.title) for code, kind in sorted(KINDS.items())]


class Documents(lists.Listing):
    name = "documents"
    title = _("Official documents")
    columns = (
        lists.Col("title", _("Title"), main=True, link=lambda row: reverse("notices:desk:document", args=[row.uid]),
                  sub=lambda row: row.number or row.subject_ref),
        lists.Col("number", _("Document number"), export_only=True),
        lists.Col("kind", _("Kind"), value=lambda row: str(KINDS[row.kind].title if row.kind in KINDS else row.kind)),
        lists.Col("addressee", _("Addressee")),
        lists.Col("issued_at", _("Issued"), sort="issued"),
        lists.Col("status", _("State"), kind="tag", value=lambda row: str(row.get_status_display()),
                  show=lambda row: tag(row.get_status_display(), TONES.get(row.status, ""))),
    )
    facets = (lists.Facet("status", _("State"), DocumentStatus.choices), lists.Facet("kind", _("Kind"), kinds))
    sorts = {"new": "-pk", "issued": "issued_at", "issued_down": "-issued_at"}
    search_fields = ("title", "number", "subject_ref")
    keywords = {"文号": "number__icontains", "编号": "subject_ref__icontains"}
    empty_text = _("Documents are drafted from the pages of guides, applications and awards.")
