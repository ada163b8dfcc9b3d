"""Ethics review in one application: what it declares, what each activity demands and when, for the check list and the desk.

The question stands in the form of a guide that wants it, its answers are the code lists `ethics-scope` and `ethics-recheck`; what an
activity demands stands beside its entry, with the rule it comes from. When the approval is due is the guide's rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications.models import Application
from programs import queries as programme
from programs.engine import voices
from programs.engine.forms import pick
from programs.states import EthicsRule

MEASURES = "科技伦理审查办法"
LISTS = (("scope", "ethics-scope"), ("recheck", "ethics-recheck"))


def needed(document: Mapping[str, Any]) -> str:
    return _("You declare an activity within the scope of ethics review; in this guide its approval is handed in with the application: "
             "upload “%(name)s”") % {"name": pick(document, "name")}


def to_look_at(application: Application) -> Iterator[tuple[str, str, str]]:
    """(section, field, words) of everything declared: which activity, what it demands, until when. Read at the formality check."""
    data, answers = application.version.data, application.answers
    declared = voices.ethics_declared(data, answers)
    if not declared:
        return
    section = next(one["code"] for one in data["form"]["sections"] if any(item["code"] == "in_scope" for item in one["fields"]))
    due = str(EthicsRule(voices.ethics_rule(data)).label)
    for field, name in LISTS:
        chosen = set(declared.get(field) or ())
        for row in programme.entries(name).filter(code__in=chosen) if chosen else ():
            demand = pick(row.data, "demand") or _("approval of the ethics committee")
            yield section, field, pgettext("ethics", "%(activity)s: %(demand)s (%(due)s)") % {
                "activity": row.label, "demand": demand, "due": due}
