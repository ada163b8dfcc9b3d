"""What the clock does: the close of a guide ends what was not submitted."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from applications import states
from applications.actions.filing import lock
from applications.models import Application
from applications.states import Reason, Status
from applications.workflow import APPLICATION, GO_ON, end_of
from core import clock, deadlines
from programs import queries as programme
from programs import states as programme_states
from programs.models import Guide

AT_ONCE = 200
LATE_TEXT = "受理截止时单位尚未审核提交。"
WITHDRAWN_TEXT = "申请指南已撤回。"


@transaction.atomic
def expire(actor: Any, application: Application, *, reason_code: str, text: str) -> Application:
    """DRAFT, UNIT_PENDING, UNIT_RETURNED or RECOMMEND_PENDING -> EXPIRED with the reason. The text stays readable."""
    row = lock(application)
    if row.status not in states.BEFORE_SUBMISSION:
        return row
    Application.objects.filter(pk=row.pk).update(refusal_code=reason_code, refusal_text=text)
    return APPLICATION.move("expire", actor, row, why=text, data={"reason_code": reason_code})


@transaction.atomic
def expire_guide(actor: Any, guide: Guide, *, limit: int = AT_ONCE) -> int:
    """End up to `limit` unsubmitted applications of a guide that is over; returns how many. Re-entrant.

    Holds the guide: a time for those who had begun is given before or after, and finds nothing half ended. While it runs only
    what had not begun in time ends.
    """
    programme.hold_guide(guide.pk)
    if programme.is_open(guide) or programme.upcoming_window(guide) or programme.is_corrected(guide):
        return 0  # a later window, or a corrected guide to come: what was begun may still be finished
    withdrawn = guide.status not in programme_states.RUNNING_STATUSES
    code = Reason.GUIDE_WITHDRAWN if withdrawn else Reason.DEADLINE_PASSED
    text = WITHDRAWN_TEXT if withdrawn else LATE_TEXT
    rows = Application.objects.filter(guide=guide, status__in=states.BEFORE_SUBMISSION)
    if late := programme.late_window(guide):
        rows = rows.filter(created_at__gt=late.begun_before)
    ended = 0
    for row in rows.order_by("pk")[:limit]:
        expire(actor, row, reason_code=code, text=text)
        ended += 1
    return ended


@transaction.atomic
def go_on(actor: Any, application: Application) -> Application:
    """EXPIRED -> where it stood when the close ended it, for the time that two persons have given to those who had begun."""
    row = lock(application)
    end = end_of(row)
    verb = GO_ON.get((end.before or {}).get("status")) if end is not None else None
    if row.status != Status.EXPIRED or verb is None:
        return row
    return APPLICATION.move(verb, actor, row, columns={"refusal_code": "", "refusal_text": ""})


@transaction.atomic
def let_go_on(actor: Any, guide: Guide, *, limit: int = AT_ONCE) -> int:
    """Bring back up to `limit` applications that the close ended although they had begun in time; returns how many. Re-entrant."""
    late = programme.late_window(guide)
    if late is None:
        return 0
    rows = Application.objects.filter(guide=guide, status=Status.EXPIRED, refusal_code=Reason.DEADLINE_PASSED, created_at__lte=late.begun_before)
    return sum(go_on(actor, row).status != Status.EXPIRED for row in rows.order_by("pk")[:limit])


def plan_late_filing(guide: Guide) -> None:
    """After the decision: who had begun is let in again and told, at once or at the close; at its end what is left ends again."""
    late, now = programme.late_grant(guide), clock.now()
    if late is not None and late.opens_at is not None and late.begun_before is not None:
        deadlines.set("applications.go_on", guide, max(now, late.begun_before))
        deadlines.set("applications.expire", guide, max(now, late.opens_at))
