"""What a person should look at in the windows of a guide or a topic call before they are public: remarks, not refusals.
Those who check see them on the page; whether the time to file is reasonable is theirs to judge."""

from __future__ import annotations

from core import clock, parameters
from programs.models import Guide, TopicCall
from programs.rules.planned import outside_plan, planned_days, time_remarks
from programs.states import CallStatus, GuideStatus

BEFORE_PUBLISHING = (GuideStatus.DRAFT, GuideStatus.INTERNAL_REVIEW, GuideStatus.LEGAL_REVIEW, GuideStatus.BUREAU_APPROVED)
CALL_BEFORE = (CallStatus.DRAFT, CallStatus.SUBMITTED, CallStatus.APPROVED)


def guide_remarks(guide: Guide) -> list[str]:
    if guide.status not in BEFORE_PUBLISHING:
        return []
    windows, item = list(guide.windows.all()), guide.plan_item
    planned = planned_days(item.plan.year, item.opens_month, item.closes_month, item.opens_on, item.closes_on)
    return outside_plan(windows, planned, clock.local) + time_remarks(
        windows, int(parameters.value("guide.min_open_days", default=0)), clock.now(), clock.local)


def call_remarks(call: TopicCall) -> list[str]:
    if call.status not in CALL_BEFORE:
        return []
    least = int(parameters.value("topic_call.min_open_days", default=0))
    return time_remarks(list(call.windows.all()), least, clock.now(), clock.local)
