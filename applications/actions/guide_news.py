"""What becomes of a guide is told to everyone who has begun or handed in an application under it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import queries, states
from applications.models import Application
from core import clock
from notices import actions as notices
from programs import queries as programme
from programs.models import Guide

SUBJECTS: dict[str, Any] = {
    "extend": gettext_lazy("The guide closes later: %(title)s"),
    "withdraw": gettext_lazy("The guide has been withdrawn: %(title)s"),
    "supersede": gettext_lazy("The guide is being corrected: %(title)s"),
}


def tell_of_guide(verb: str, guide: Guide, *, event_id: int, why: str) -> int:
    """One message per person and event, to the leaders and to those who speak for their units; the link leads to the
    public page of the guide, where the official notice stands. Returns how many were new."""
    rows = Application.objects.filter(guide=guide).exclude(status__in=states.GONE).select_related("leader", "unit")
    people = {row.leader for row in rows} | set(queries.speakers_of(guide, *{row.unit_id for row in rows}))
    subject, given = SUBJECTS[verb], {"title": guide.title}
    return notices.tell(
        people, f"guide.{verb}", lambda: subject % given, lambda: "\n".join(text for text in (
            _("Reason: %(why)s") % {"why": why} if why else "",
            programme.closed_reason(guide, guide.status, clock.now()) if verb == "supersede" else "") if text),
        reverse("programs:public:guide", args=[guide.year, guide.slug]), dedupe=f"guide:{event_id}", statutory=True,
    )


def tell_of_late_filing(guide: Guide) -> int:
    """The leaders and the administrators of the units of exactly those who may go on after the close: until when, why, and that
    the unit must approve before. Told twice it reaches everybody once."""
    late, told = programme.late_grant(guide), 0
    if late is None:
        return 0
    given = {"until": f"{clock.local(late.closes_at):%Y-%m-%d %H:%M}", "begun": f"{clock.local(late.begun_before):%Y-%m-%d %H:%M}", "why": late.reason}
    rows = Application.objects.filter(guide=guide, status__in=states.BEFORE_SUBMISSION, created_at__lte=late.begun_before)
    for row in rows.select_related("leader", "unit"):
        title = row.title or row.ref
        for who, page in (([row.leader], "overview"), (queries.speakers_of(guide, row.unit_id), "unit_application")):
            told += notices.tell(
                who, "guide.late_filing", lambda title=title: _("May still be submitted until %(until)s: %(title)s") % {**given, "title": title},
                lambda: _("Applications begun by %(begun)s and not submitted may be finished, approved by the unit and submitted until %(until)s."
                          " Only the submission by the unit counts. Reason: %(why)s") % given,
                reverse(f"applications:my:{page}", args=[row.ref]), dedupe=f"late:{late.pk}:{row.pk}:{page}", statutory=True)
    return told


def tell_of_following(application: Application, again: list[str], *, event_id: int) -> None:
    """The leader, and the unit when it has submitted, hear under which guide the application goes on."""
    guide = application.guide
    given = {"title": application.title or application.ref}
    submitted = application.status not in states.BEFORE_SUBMISSION

    def body() -> str:
        if submitted:
            return _("“%(guide)s” has been published in a corrected text. Your application stays submitted as it is, by the text it was filed"
                     " under. To file by the corrected text, take it back before the close.") % {"guide": guide.title}
        names = {part.code: str(part.title) for part in queries.parts_of(application)}
        parts = "、".join(names[code] for code in again if code in names)
        text = _("“%(guide)s” has been published in a corrected text. Your application goes on under it, with all that you have written.") % {
            "guide": guide.title}
        return text + (_(" Look again at: %(parts)s.") % {"parts": parts} if parts else "")

    for who, page in [([application.leader], "overview"), *([(queries.speakers_of(guide, application.unit_id), "unit_application")] if submitted else [])]:
        notices.tell(who, "guide.follow", lambda: _("The corrected guide is published: %(title)s") % given, body,
                     reverse(f"applications:my:{page}", args=[application.ref]), dedupe=f"follow:{event_id}:{page}", statutory=True)
