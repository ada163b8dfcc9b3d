"""A guide as one file: export is a page, import is here; the demo enters the real guides the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import ledger
from core.workflow import Refused
from programs import policies, queries
from programs.actions.content import add_version, set_policies, set_windows
from programs.actions.guides import create_guide
from programs.engine import packages
from programs.models import AnnualPlanItem, Guide, GuideUpload, PolicyDocument


@transaction.atomic
def import_guide(actor: Any, item: AnnualPlanItem, *, package: Mapping[str, Any], is_demo: bool = False) -> Guide:
    """Make a draft from an exported guide. Every problem is listed at once, and nothing is saved when there is one.

    Files of the other bureau do not come along: materials and annexes keep their names without a file.
    """
    found = packages.take({"format": f"keguan-guide-{packages.VERSION}", **package})
    if found.problems:
        raise Refused(found.sentences)
    return _draft(actor, item, found, is_demo)


def _draft(actor: Any, item: AnnualPlanItem, found: packages.Package, is_demo: bool = False) -> Guide:
    guide = create_guide(actor, item, title=found.title, title_en=found.title_en, is_demo=is_demo)
    data, _lost = queries.without_files(found.data)
    header = {**data.get("header", {}), "title": found.title, "title_en": found.title_en}
    add_version(actor, guide, {**data, "header": header}, note=_("Entered from a file"), demo_notes=found.demo_notes)
    guide.refresh_from_db()
    return guide


@transaction.atomic
def read_guide_file(actor: Any, *, name: str, raw: bytes) -> GuideUpload:
    """Read a guide file and keep it until its sender says yes. Refused with every problem; then nothing is kept.

    Records programs.guide_upload.read.
    """
    if reason := policies.may_write_guides(actor):
        raise Refused([reason])
    found = packages.read(raw)
    if found.problems:
        raise Refused(found.sentences)
    row = GuideUpload.objects.create(
        name=name.replace("\\", "/").rsplit("/", 1)[-1][-200:] or "guide.json", sent_by=actor.person,
        package={"title": found.title, "title_en": found.title_en, "special": found.special, "data": found.data,
                 "demo_notes": list(found.demo_notes), "sha256": found.sha256},
    )
    ledger.record("programs.guide_upload.read", row, actor, sha256=found.sha256)
    return row


@transaction.atomic
def confirm_upload(actor: Any, upload: GuideUpload, item: AnnualPlanItem) -> Guide:
    """The sender's yes: the file becomes a draft for an item of the annual plan. A second yes is refused."""
    row = policies.uploads_of(actor).select_for_update().filter(pk=upload.pk).first()
    if row is None:
        raise Refused([_("This file was sent by somebody else.")])
    if not row.is_open:
        raise Refused([_("This file has become a draft already.")])
    guide = import_guide(actor, item, package=row.package)
    GuideUpload.objects.filter(pk=row.pk).update(guide=guide)
    return guide


@transaction.atomic
def enter_guide_from_data(
    actor: Any,
    data: Mapping[str, Any],
    item: AnnualPlanItem,
    windows: Iterable[tuple[datetime, datetime]],
    *,
    policies: Iterable[PolicyDocument] | None = None,
) -> Guide:
    """Enter a guide from a data file of programs/reference/guides (title, title_en, data, demo_notes), as a draft.

    The demo then moves it through submit, agree, approve and publish like any guide.
    """
    guide = import_guide(actor, item, package=data, is_demo=True)
    set_windows(actor, guide, windows=windows)
    if policies is not None:
        set_policies(actor, guide, policies=policies)
    guide.refresh_from_db()
    return guide
