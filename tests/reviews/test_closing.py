"""A sheet that is being submitted while its batch is closed: it counts, or it is refused; never neither."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import clock
from core.workflow import Refused
from reviews import actions
from reviews.actions import sheets
from reviews.models import Batch
from tests.factories import reviews as make


class Close(threading.Thread):
    """The organiser closes from another connection."""

    def __init__(self, actor, batch):
        super().__init__()
        self.actor, self.batch = actor, batch

    def run(self):
        try:
            actions.close_batch(self.actor, self.batch)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_close_waits_for_a_sheet_on_its_way_in(town, scoring, monkeypatch, guarded):
    """Without the lock (negative control) the batch is closed without a sheet whose expert was told that it is in."""
    if not guarded:
        monkeypatch.setattr(sheets, "_stands_open", lambda batch: None)
    last, *others = make.seats(scoring, "ACCEPTED")
    for seat in others:
        actions.submit_sheet(make.owner(seat), seat, values=make.sheet(scoring))
    Batch.objects.filter(pk=scoring.pk).update(due_at=clock.now() - timedelta(seconds=1))
    closing = Close(town.chen, make.fresh(scoring))
    with transaction.atomic():
        actions.submit_sheet(make.owner(last), last, values=make.sheet(scoring))
        closing.start()
        closing.join(2)
        assert closing.is_alive() is guarded
    closing.join(20)
    batch = make.fresh(scoring)
    assert batch.status == "CLOSED"
    assert bool(actions.problems_of(batch)) is not guarded


@pytest.mark.django_db
def test_after_the_close_a_sheet_is_refused_with_its_reason(town, scoring):
    last, *others = make.seats(scoring, "ACCEPTED")
    for seat in others:
        actions.submit_sheet(make.owner(seat), seat, values=make.sheet(scoring))
    Batch.objects.filter(pk=scoring.pk).update(due_at=clock.now() - timedelta(seconds=1))
    batch = actions.close_batch(town.chen, make.fresh(scoring))
    with pytest.raises(Refused, match="评审已结束"):
        actions.submit_sheet(make.owner(last), last, values=make.sheet(scoring))
    assert actions.problems_of(batch) == []
