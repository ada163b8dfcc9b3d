import pytest

from applications import actions, queries
from applications.states import Status
from tests.factories import applications as make

pytestmark = pytest.mark.django_db


def test_fill_hand_in_endorse_gives_a_receipt(town):
    application = make.fill(town.li, make.started(town.li, town.guide, town.a))
    found = queries.check_list(application)
    assert [str(item) for item in found.wrong] == []
    actions.hand_in(town.li, application)
    row = actions.endorse(town.wang, application)
    assert row.status == Status.SUBMITTED
    assert row.receipt_number == f"{row.ref}-R1"
    assert row.submitted_at < town.guide.closes_at
    assert queries.latest(row).sha256 == row.receipt_sha256
