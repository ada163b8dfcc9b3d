"""What publishing will ask is asked when a guide is submitted, in the same words; a returned guide is told to its drafter."""

import pytest

from core.workflow import Refused
from notices.models import Message
from programs import actions

pytestmark = pytest.mark.django_db


def test_submit_asks_for_the_filing_window(staff, approved):
    approved.windows.all().delete()
    with pytest.raises(Refused) as late:
        actions.publish_guide(staff.chen, approved)
    actions.return_guide(staff.he, approved, why="请补充受理时间")
    with pytest.raises(Refused) as early:
        actions.submit_guide(staff.chen, approved)
    assert early.value.reasons == late.value.reasons


def test_submit_asks_for_the_policy_document(staff, drafted):
    drafted.policies.clear()
    with pytest.raises(Refused, match="R13"):
        actions.submit_guide(staff.chen, drafted)


def test_drafter_is_told_of_a_return(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    actions.return_guide(staff.he, drafted, why="请补充受理时间")
    told = Message.objects.get(person=drafted.drafted_by, event="guide.returned")
    assert drafted.title in told.subject
    assert told.body == "请补充受理时间"
