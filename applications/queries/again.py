"""The rules of a guide asked once more before an award: what held at submission may hold no longer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Application
from applications.queries import facts as known
from applications.queries import parts
from applications.queries.checks import CheckList, check_standing
from programs.engine import conditions


def rules_again(application: Application) -> list[dict[str, Any]]:
    """What stands against an award by the register of today: {code, text, stops} each, in the language of the bureau.

    An integrity restriction (clause R12) and a limit of the guide (handbook 7.1) stop it. A condition that was met at
    submission and is not met now is named with both values: the division says why the project is proposed all the same.
    """
    with translation.override(settings.LANGUAGE_CODE):
        form, found = parts.form_of(application), CheckList()
        found.cleaned = form.clean(application.answers, final=True)[0]
        case = known.facts_of(application, form, found.cleaned)
        check_standing(application, case, found)
        hits = [{"code": "", "text": str(item), "stops": True} for item in found.wrong]
        return hits + _conditions_lost(application, case)


def _conditions_lost(application: Application, case: dict[str, Any]) -> list[dict[str, Any]]:
    version = application.versions.select_related("content").filter(why="SUBMIT").order_by("-number").first()
    before = {row["code"]: row.get("found") or "" for row in (version.data.get("conditions") if version else None) or ()}
    return [
        {"code": one.code, "stops": False, "text": _("%(clause)s %(text)s: at submission “%(before)s”, now “%(now)s” (%(source)s)") % {
            "clause": one.clause, "text": one.text, "before": before.get(one.code) or "—", "now": one.said or "—", "source": one.source or "—"}}
        for one in conditions.evaluate(application.version.data.get("conditions") or [], case) if one.blocks
    ]
