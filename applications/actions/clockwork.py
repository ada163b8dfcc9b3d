"""What the clock does: the close of a guide ends what was not submitted."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from applications import states
from applications.actions.filing import lock
from applications.models import Application
from applications.states import Reason
from applications.workflow import APPLICATION
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
    """End up to `limit` unsubmitted applications of a guide that is over; returns how many. Re-entrant."""
    if programme.is_open(guide) or programme.upcoming_window(guide) or programme.is_corrected(guide):
        return 0  # a later window, or a corrected guide to come: what was begun may still be finished
    withdrawn = guide.status not in programme_states.RUNNING_STATUSES
    code = Reason.GUIDE_WITHDRAWN if withdrawn else Reason.DEADLINE_PASSED
    text = WITHDRAWN_TEXT if withdrawn else LATE_TEXT
    rows = Application.objects.filter(guide=guide, status__in=states.BEFORE_SUBMISSION).order_by("pk")[:limit]
    ended = 0
    for row in rows:
        expire(actor, row, reason_code=code, text=text)
        ended += 1
    return ended
