"""What becomes of a guide is told to everyone who has begun or handed in an application under it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import states
from applications.models import Application
from notices import actions as notices
from programs.models import Guide

SUBJECTS: dict[str, Any] = {
    "extend": gettext_lazy("The guide closes later: %(title)s"),
    "withdraw": gettext_lazy("The guide has been withdrawn: %(title)s"),
    "supersede": gettext_lazy("The guide is being corrected: %(title)s"),
}


def tell_of_guide(verb: str, guide: Guide, *, event_id: int, why: str) -> int:
    """One message per person and event, to the leaders and to the administrators of their units; the link leads to the
    public page of the guide, where the official notice stands. Returns how many were new."""
    rows = Application.objects.filter(guide=guide).exclude(status__in=states.GONE).select_related("leader", "unit")
    people = {row.leader for row in rows} | {row.unit for row in rows}
    subject, given = SUBJECTS[verb], {"title": guide.title}
    return notices.tell(
        people, f"guide.{verb}", lambda: subject % given, lambda: _("Reason: %(why)s") % {"why": why} if why else "",
        reverse("programs:public:guide", args=[guide.year, guide.slug]), dedupe=f"guide:{event_id}", statutory=True,
    )
