"""Who has a guide before him may send it back himself: the legality check and the leader as well as the resource division."""

import pytest
from django.urls import reverse

from core.workflow import Refused
from notices.models import Message
from programs import actions
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(staff):
    """A guide before the legality check."""
    guide = make.draft_guide(staff)
    actions.submit_guide(staff.chen, guide)
    return actions.agree_guide(staff.he, guide)


@pytest.mark.parametrize("who", ["sun", "lead"])
def test_legality_check_and_leader_return_a_guide_on_its_page(staff, waiting, sign_in, who):
    if who == "lead":
        make.passed_law(staff, waiting)
    client, page = sign_in(getattr(staff, who)), reverse("programs:desk:guide", args=[waiting.ref])
    address = reverse("programs:desk:guide_return", args=[waiting.ref])
    assert address in client.get(page).content.decode()
    client.post(address, {"why": "补充公平竞争依据"})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.agreed_by) == ("DRAFT", None)
    assert Message.objects.get(event="guide.returned").person_id == staff.chen.id
    assert "补充公平竞争依据" in sign_in(staff.chen).get(page).content.decode()


@pytest.mark.parametrize("who", ["sun", "lead"])
def test_machines_return_a_guide_too(staff, waiting, sign_in, who):
    address = reverse("programs:api:guide_return", args=[waiting.ref])
    client = sign_in(getattr(staff, who))
    assert client.post(address, {"why": ""}, content_type="application/json").status_code in (400, 409)
    assert client.post(address, {"why": "补充依据"}, content_type="application/json").status_code == 200
    waiting.refresh_from_db()
    assert waiting.status == "DRAFT"


def test_before_it_waits_for_them_they_do_not_return_it(staff, drafted):
    actions.submit_guide(staff.chen, drafted)
    for who in (staff.sun, staff.lead, staff.chen):
        with pytest.raises(Refused):
            actions.return_guide(who, drafted, why="退回")
