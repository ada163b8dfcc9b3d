"""Figures beside the ranking on the desk, and the extra expert where sheets disagree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.states import MarkLevel
from core import clock, jobs
from core.models import Deadline, Job, LedgerRow
from core.workflow import Refused
from reviews import actions, queries
from reviews.models import Analysis, Assignment
from reviews.rules import draw as draws
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def desk(name: str, *args) -> str:
    return reverse(f"reviews:desk:{name}", args=args)


@pytest.fixture
def apart(scoring):
    """A batch in scoring: on the first application the sheets lie far apart, on the second they agree."""
    batch = scoring
    first = batch.items.order_by("pk").first().pk
    for number, seat in enumerate(make.seats(batch, "ACCEPTED")):
        share = (0.95 if number % 2 else 0.5) if seat.item_id == first else 0.8
        actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch, share))
    return make.fresh(batch)


def test_an_extra_expert_is_the_next_alternate_of_the_draw_and_only_where_sheets_disagree(town, apart):
    first, second = apart.items.order_by("pk")
    wanted = Assignment.objects.filter(item=first, is_alternate=True, status="DRAWN").order_by("order").first()
    with pytest.raises(Refused):
        actions.extra_expert(town.chen, apart, second)
    for who in ("he", "sun", "lead", "li"):
        with pytest.raises(Refused):
            actions.extra_expert(getattr(town, who), apart, first)
    client = signed_in(town.chen)
    shown = client.get(desk("disagreements", apart.ref))
    assert [row["i"].pk for row in shown.context["rows"]] == [first.pk]
    assert client.post(desk("extra", apart.ref, first.pk)).status_code == 302
    called = Assignment.objects.get(item=first, status="INVITED")
    assert called.expert.constituency and (called.pk == wanted.pk or called.order > wanted.order)
    with pytest.raises(Refused):  # one at a time
        actions.extra_expert(town.chen, apart, first)
    assert [row["i"].pk for row in client.get(desk("disagreements", apart.ref)).context["rows"]] == []
    actions.declare_and_accept(make.owner(called), apart)
    called.refresh_from_db()
    actions.submit_sheet(make.owner(called), called, values=make.sheet(apart, 0.7))
    assert actions.figures_of(apart)[first.pk].count == apart.panel_size + 1


def test_an_extra_expert_may_be_drawn_today_and_the_clock_looks_for_the_answer(town, apart):
    """As with every other alternate: who is marked since the draw is passed over, and the invitation ends by the clock."""
    first = apart.items.order_by("pk").first()
    waiting = Assignment.objects.filter(item=first, is_alternate=True, status="DRAWN").select_related("expert__person").order_by("order")
    bad = waiting.first().expert
    accounts.mark(make.system("test"), level=MarkLevel.SERIOUS, kind="CASE", reason="查实", since=clock.today(), person=bad.person)
    Deadline.objects.filter(kind="reviews.answers").update(done_at=clock.now())
    called = actions.extra_expert(town.chen, apart, first)
    assert called.expert_id != bad.pk
    assert Deadline.objects.filter(kind="reviews.answers", target_id=apart.pk, done_at=None).exists()
    assert [bad_alias for bad_alias, rule in LedgerRow.objects.get(verb="reviews.assignment.extra").data["passed"] if rule == "RECUSED"]


def test_nobody_is_called_when_the_time_for_scores_is_over(town, apart):
    clock.shift_to(apart.due_at + timedelta(minutes=1))
    with pytest.raises(Refused, match="延长"):
        actions.extra_expert(town.chen, apart, apart.items.order_by("pk").first())


def test_figures_are_made_after_the_close_once_and_stay(town, apart):
    actions.close_batch(town.chen, apart)
    job = Job.objects.get(kind="reviews.analysis")
    assert jobs.run(job.pk)
    found = Analysis.objects.get(batch=apart)
    batch = make.fresh(apart)
    assert actions.analyse(make.system("figures"), batch) == found
    with pytest.raises(IntegrityError), transaction.atomic():
        Analysis.objects.update(sha256="x")
    client = signed_in(town.chen)
    shown = client.get(desk("analysis", batch.ref))
    text = shown.content.decode()
    assert found.sha256 in text and not shown.context["stale"] and len(shown.context["rows"]) == 2
    assert "专家甲" not in text  # aliases only
    assert client.get(desk("analysis_table", batch.ref)).status_code == 200
    for who in (town.li, town.wang):
        assert signed_in(who).get(desk("analysis", batch.ref)).status_code in (403, 404)


def test_lists_ask_no_more_for_more_rows(town, apart, as_owner_without_triggers):
    """The list of disagreements at one row and at two: the numbers of the batch are made stricter for the second look."""
    client, counts = signed_in(town.chen), []
    client.get(desk("disagreements", apart.ref))
    for least in ("12", "-1"):
        as_owner_without_triggers("UPDATE reviews_batch SET rules = rules || jsonb_build_object('flag_sd', %s) WHERE id = %s", [least, apart.pk])
        with CaptureQueriesContext(connection) as counted:
            counts.append(len(client.get(desk("disagreements", apart.ref)).context["rows"]))
        counts.append(len(counted))
    assert (counts[0], counts[2]) == (1, 2) and counts[1] == counts[3]


def test_the_draw_near_the_line_is_committed_first_and_repeats(town, apart, monkeypatch):
    """The figures name who is near; nothing but the later value decides their order, and it stays."""
    batch = actions.close_batch(town.chen, apart)
    near = [item.pk for item in batch.items.all()]
    monkeypatch.setattr(actions.worth, "compute", lambda row: {"near": near, "chosen": near[:1], "method": "x"})
    actions.analyse(make.system("figures"), batch)
    with pytest.raises(Refused):
        actions.commit_line(town.chen, batch, public_source="次日指数")  # who owns the special draws nothing
    draw = actions.commit_line(town.he, batch, public_source="次日指数")
    with pytest.raises(Refused):
        actions.enter_line(town.he, draw, value="1", at=draw.committed_at)
    make.upper.later(hours=6)
    done = actions.enter_line(town.he, draw, value="10234.56", at=clock.now())
    assert sorted(done.order) == done.refs and queries.line_draw_agrees(done)
    done.public_value = "10234.57x"
    assert not queries.line_draw_agrees(done) or draws.order_by_lot(done.refs, done.secret, done.public_value) == done.order
    with pytest.raises(IntegrityError), transaction.atomic():
        type(done).objects.update(order=done.order[::-1])
    with pytest.raises(Refused):
        actions.commit_line(town.he, batch, public_source="再抽一次")
    monkeypatch.setattr(actions.worth, "compute", lambda row: {"near": near, "chosen": near[:1], "method": "y"})
    actions.analyse(make.system("figures"), batch)
    with pytest.raises(Refused):  # newer figures of the same sheets
        actions.commit_line(town.he, batch, public_source="换一次图再抽")


def test_other_values_give_other_orders():
    refs = [f"KEY-{n}" for n in range(8)]
    assert len({tuple(draws.order_by_lot(refs, "ab" * 32, str(value))) for value in range(20)}) == 20
