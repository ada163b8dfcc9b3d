"""Messages and papers that follow an act; called from reactions and timers, never inside the act itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions as accounts
from accounts import queries as account_queries
from accounts.models import Organisation
from applications import queries, states
from applications.models import Application
from core import clock, deadlines, jobs, parameters
from notices import actions as notices
from programs import queries as programme
from programs.models import Guide

LEADER, UNIT, RECOMMENDER = "leader", "unit", "recommender"
#: verb -> (who hears of it, subject). The event name is the key of the personal matrix of messages.
TOLD: dict[str, tuple[tuple[str, ...], Any]] = {
    "hand_in": ((UNIT,), gettext_lazy("An application waits for the unit's approval: %(title)s")),
    "return": ((LEADER,), gettext_lazy("Your unit has returned your application: %(title)s")),
    "pass_on": ((LEADER, RECOMMENDER), gettext_lazy("An application waits for the recommendation: %(title)s")),
    "decline": ((LEADER, UNIT), gettext_lazy("The recommending body has returned the application: %(title)s")),
    "endorse": ((LEADER,), gettext_lazy("Submitted, receipt %(receipt)s: %(title)s")),
    "recommend": ((LEADER, UNIT), gettext_lazy("Submitted, receipt %(receipt)s: %(title)s")),
    "accept": ((LEADER, UNIT), gettext_lazy("Accepted after the formality check: %(title)s")),
    "withdraw": ((LEADER,), gettext_lazy("Your unit has withdrawn the application: %(title)s")),
    "expire": ((LEADER,), gettext_lazy("Not submitted before the close: %(title)s")),
    "visit": ((LEADER, UNIT), gettext_lazy("A site visit will be made: %(title)s")),
    "audit": ((LEADER, UNIT), gettext_lazy("A special audit will be made: %(title)s")),
    "not_select": ((LEADER, UNIT), gettext_lazy("Not selected, with the reason: %(title)s")),
    "reject": ((LEADER, UNIT), gettext_lazy("The award is refused, with the reason: %(title)s")),
    "award": ((LEADER, UNIT), gettext_lazy("Awarded: %(title)s")),
    "award_directly": ((LEADER, UNIT), gettext_lazy("Awarded: %(title)s")),
}


def tell_of(verb: str, application: Application, *, event_id: int) -> None:
    """One message per person and event, whatever runs twice."""
    who, subject = TOLD[verb]
    given = {"title": application.title or application.ref, "receipt": application.receipt_number or ""}
    body = application.return_reason or application.refusal_text if verb in (
        "return", "decline", "not_select", "reject", "expire") else ""
    if LEADER in who:
        notices.tell([application.leader], f"application.{verb}", lambda: subject % given, body,
                     reverse("applications:my:overview", args=[application.ref]), dedupe=f"application:{event_id}")
    if UNIT in who:
        notices.tell(queries.speakers_of(application.guide, application.unit_id), f"application.{verb}", lambda: subject % given, body,
                     reverse("applications:my:unit_application", args=[application.ref]), dedupe=f"application:{event_id}:u")
    if RECOMMENDER in who:
        named = (application.version.data.get("mode") or {}).get("recommenders") or []
        notices.tell(list(Organisation.objects.filter(uscc__in=named)), f"application.{verb}", lambda: subject % given, body,
                     reverse("applications:my:unit_application", args=[application.ref]), dedupe=f"application:{event_id}:r")


def order_papers(actor: Any, application: Application, *, receipt: bool) -> None:
    jobs.start("applications.print", actor, {"application": application.pk, "keep": True}, application.ref)
    if receipt:
        jobs.start("applications.receipt", actor, {"application": application.pk}, application.receipt_number or "")


def order_preview(actor: Any, application: Application) -> Any:
    """The draft as PDF for the person who asks; a job page shows it when it is done."""
    return jobs.start("applications.print", actor, {"application": application.pk},
                      _("PDF of application %(ref)s") % {"ref": application.ref})


def keep_pdf(actor: Any, application: Application, file: Any) -> None:
    """The printed application of a submitted version, made by a worker after the act."""
    Application.objects.filter(pk=application.pk).update(pdf=file)


def keep_receipt(actor: Any, application: Application, file: Any) -> None:
    Application.objects.filter(pk=application.pk).update(receipt_pdf=file)


def _next_reminder(closes_at: datetime) -> datetime | None:
    now = clock.now()
    days = parameters.value("guide.close_reminder", default=[3, 1])
    coming = [closes_at - timedelta(days=int(day)) for day in days]
    return min((moment for moment in coming if moment > now), default=None)


def plan_reminder(actor: Any, guide: Guide) -> None:
    """Set the next reminder of a guide's close (three days and one day before, as dated data)."""
    guide.refresh_from_db()
    window = programme.current_window(guide) or programme.late_window(guide)
    moment = _next_reminder(window.closes_at) if window else None
    if moment:
        deadlines.set("applications.remind", guide, moment)


def remind(actor: Any, guide: Guide) -> int:
    """Tell everyone with an unsubmitted application how long there is left; then set the next reminder."""
    window = programme.current_window(guide) or programme.late_window(guide)
    if window is None:
        return 0
    days = max(1, round((window.closes_at - clock.now()) / timedelta(days=1)))
    told = 0
    rows = Application.objects.filter(guide=guide, status__in=states.BEFORE_SUBMISSION).select_related("leader", "unit")
    for row in rows:
        if programme.late_problem(guide, row.created_at, getattr(window, "begun_before", None)):
            continue
        title = row.title or row.ref
        told += notices.tell([row.leader], "application.remind", lambda title=title: _(
                                 "%(days)d days until the close, not submitted yet: %(title)s") % {"days": days, "title": title},
                             link=reverse("applications:my:overview", args=[row.ref]), statutory=True,
                             dedupe=f"remind:{row.pk}:{window.closes_at:%Y%m%d%H%M}:{days}")
    plan_reminder(actor, guide)
    return told


def may_track(number: str, address: str) -> bool:
    """Count a look-up by the public; False when this address or this application has had too many within the hour.

    Counted is the application whichever of its numbers was typed, and a number that does not exist like any other:
    neither the count nor the answer tells which numbers do.
    """
    found = queries.numbered(number)
    keys = (("track-from", address, "track.per_address_hour"), ("track", found.ref if found else number, "track.per_number_hour"))
    if any(account_queries.tried_too_often(*one) for one in keys):
        return False
    for kind, key, _parameter in keys:
        accounts.note_try(kind, key)
    return True
