"""A guide as one file: export is a page, import is here; the demo enters the real guides the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused
from programs.actions.content import add_version, set_policies, set_windows
from programs.actions.guides import create_guide
from programs.engine import schema
from programs.models import AnnualPlanItem, Guide, PolicyDocument


@transaction.atomic
def import_guide(actor: Any, item: AnnualPlanItem, *, package: Mapping[str, Any], is_demo: bool = False) -> Guide:
    """Make a draft from an exported guide ({title, title_en, data, demo_notes}). Every problem is listed at once."""
    data = package.get("data")
    problems = [str(problem) for problem in schema.check(data)]
    if not isinstance(package.get("title"), str) or not package["title"].strip():
        problems.append(_("The guide needs a title."))
    if problems:
        raise Refused(problems)
    guide = create_guide(
        actor, item, title=package["title"], title_en=str(package.get("title_en", "")), is_demo=is_demo
    )
    header = {**data.get("header", {}), "title": package["title"], "title_en": package.get("title_en", "")}
    add_version(
        actor, guide, {**data, "header": header}, note=_("Entered from a file"),
        demo_notes=package.get("demo_notes") or (),
    )
    guide.refresh_from_db()
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
