"""What the guide editor shows of conditions and of the checks of publishing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from programs import workflow
from programs.engine.forms import pick
from programs.models import Guide
from programs.queries.wording import Names, words

#: The questions of the `publish` step, with a heading for the check list on the desk page.
PUBLISH_CHECKS = (
    (workflow.special_active, gettext_lazy("The special is in force (T2)")),
    (workflow.governed, gettext_lazy("A valid policy document governs it (R13)")),
    (workflow.within_plan, gettext_lazy("Within an approved annual-plan item (A2)")),
    (workflow.has_windows, gettext_lazy("Filing windows")),
    (workflow.well_formed, gettext_lazy("Content complete and well formed")),
)


def condition_lines(guide: Guide) -> list[dict[str, Any]]:
    """The conditions with their test in words."""
    names = Names()
    return [
        {**rule, "shown": pick(rule, "text"), "test_words": words(rule.get("test") or {}, names),
         "exempt_words": words(rule["exempt"], names) if rule.get("exempt") else ""}
        for rule in (guide.version.data.get("conditions") or [])
    ]
