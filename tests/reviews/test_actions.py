"""The verbs of a review, from accepted applications to the ranking, and what each of them refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from applications.models import Application
from core import clock
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from reviews import actions, queries
from reviews.models import Assignment, Expert, Recusal, Score
from reviews.rules import draw as rules
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


def test_ranked_batch_ranks_every_application_and_says_so(town, ranked_batch):
    batch = ranked_batch
    assert batch.status == "RANKED"
    rows = list(queries.items_of(batch))
    assert [row.rank for row in rows] == [1, 2] and rows[0].mean > rows[1].mean
    assert set(Application.objects.values_list("status", flat=True)) == {"RANKED"}
    assert actions.problems_of(batch) == []
    assert LedgerRow.objects.filter(verb="reviews.batch.rank", target_ref=batch.ref).count() == 1


@pytest.mark.parametrize("who", ["he", "sun", "lead", "fin", "qian", "li", "wang"])
def test_create_batch_by_a_wrong_desk_is_refused(town, who):
    with pytest.raises(Refused):
        actions.create_batch(getattr(town, who), town.guide)


# --- the draw ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["chen", "lead", "qian", "li"])
def test_commit_draw_by_whoever_does_not_draw_is_refused(town, made, who):
    batch = made
    make.pool(town)
    with pytest.raises(Refused):
        actions.commit_draw(getattr(town, who), batch, public_source="次日指数")


def test_commit_draw_without_enough_experts_is_refused(town, made):
    batch = made
    make.pool(town, 2)
    with pytest.raises(Refused):
        actions.commit_draw(town.he, batch, public_source="次日指数")


def test_enter_value_older_than_the_commitment_is_refused(town, made):
    batch = made
    make.pool(town)
    draw = actions.commit_draw(town.he, batch, public_source="次日指数")
    with pytest.raises(Refused) as refused:
        actions.enter_value(town.he, draw, value="1", at=draw.committed_at - timedelta(seconds=1))
    said = " ".join(str(reason) for reason in refused.value.reasons)
    assert f"{clock.local(draw.committed_at):%Y-%m-%d %H:%M:%S}" in said  # Beijing time, as on every page
    assert "UTC" not in said


def test_draw_replays_from_what_is_public(town, drawn):
    draw = make.draw(drawn)
    assert queries.draw_check(draw) == dict.fromkeys(("commitment", "candidates", "seed", "result"), True)
    assert rules.replay(draw.candidates, draw.secret, draw.public_value)[0] == draw.commit_hash


def test_draw_check_finds_another_value_and_another_result(town, drawn):
    draw = make.draw(drawn)
    draw.public_value += "1"
    assert not queries.draw_check(draw)["seed"]
    draw.refresh_from_db()
    draw.result["panels"][0]["members"].reverse()
    assert not queries.draw_check(draw)["result"]


def test_panel_keeps_its_size_and_its_share_of_industry(town, drawn):
    batch = drawn
    for item in batch.items.all():
        members = Assignment.objects.filter(item=item, is_alternate=False).select_related("expert")
        assert len(members) == batch.panel_size
        assert sum(row.expert.constituency == "INDUSTRY" for row in members) >= batch.industry_min


# --- conflicts of interest ---------------------------------------------------------------------------------------


def test_expert_of_an_applying_unit_is_never_seated(town):
    own = make.expert(town, 99, organisation=town.a)
    make.pool(town)
    make.drawn(town)
    filed = Application.objects.get(unit=town.a)
    assert Recusal.objects.filter(expert=own, application=filed, code="RC1", found_by="AUTO").exists()
    assert not Assignment.objects.filter(expert=own, item__application=filed).exists()


def test_expert_without_a_tie_is_not_recused(town):
    """The control: the rule bars the colleague and nobody else."""
    make.expert(town, 99, organisation=town.a)
    make.pool(town)
    make.drawn(town)
    assert Recusal.objects.exclude(expert__person__name="专家甲99").count() == 0


def test_declared_conflict_goes_to_the_next_alternate(town, invited):
    batch = invited
    seat = make.seats(batch, "INVITED")[0]
    ref = seat.item.application.ref
    actions.declare_and_accept(make.owner(seat), batch, conflicts={ref: ("RC5", "有偿咨询")})
    seat.refresh_from_db()
    called = Assignment.objects.get(replaces=seat)
    assert (seat.status, seat.decline_reason, called.status, called.item_id) == ("DECLINED", "CONFLICT", "INVITED", seat.item_id)
    assert Recusal.objects.filter(expert=seat.expert, application__ref=ref, code="RC5", found_by="DECLARED").exists()


def test_declaration_of_an_unknown_kind_changes_nothing(town, invited):
    batch = invited
    seat = make.seats(batch, "INVITED")[0]
    with pytest.raises(Refused):
        actions.declare_and_accept(make.owner(seat), batch, conflicts={seat.item.application.ref: ("RC99", "x")})
    seat.refresh_from_db()
    assert seat.status == "INVITED"


def test_decline_calls_one_alternate_per_seat(town, invited):
    batch = invited
    seat = make.seats(batch, "INVITED")[0]
    count = actions.decline(make.owner(seat), batch, reason_code="BUSY")
    assert Assignment.objects.filter(batch=batch, replaces__expert=seat.expert).count() == count
    assert queries.progress_of(batch)["seats"] == batch.panel_size * batch.items.count()


def test_late_conflict_takes_the_sheet_out_of_the_count(town, scoring):
    batch = scoring
    seat = make.seats(batch, "ACCEPTED")[0]
    actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch))
    actions.report_conflict(make.owner(seat), seat, code="RC3", note="亲属")
    assert queries.sheets_of(batch).count() == 0 and Score.objects.filter(submitted_at__isnull=False).count() == 1
    assert Recusal.objects.filter(expert=seat.expert, found_by="LATE").count() == 1


def test_after_the_close_a_conflict_is_reported_and_the_organiser_decides(town, scoring):
    make.score_all(scoring)
    batch = actions.close_batch(town.chen, make.fresh(scoring))
    seat = make.seats(batch, "SUBMITTED")[0]
    count = queries.sheets_of(batch).count()
    actions.report_conflict(make.owner(seat), seat, code="RC3", note="亲属")
    assert queries.sheets_of(batch).count() == count
    assert Recusal.objects.filter(expert=seat.expert, found_by="LATE").count() == 1
    assert Message.objects.filter(person=town.chen.person, event="reviews.late_conflict").count() == 1
    assert actions.void(town.chen, seat, why="亲属关系").status == "VOID"


def test_a_fixed_ranking_keeps_its_sheets(town, ranked_batch):
    seat = make.seats(ranked_batch, "SUBMITTED")[0]
    actions.report_conflict(make.owner(seat), seat, code="RC3", note="亲属")
    assert Recusal.objects.filter(expert=seat.expert, found_by="LATE").count() == 1
    for actor in (make.owner(seat), town.chen):
        with pytest.raises(Refused, match="排序"):
            actions.void(actor, seat, why="亲属")
    seat.refresh_from_db()
    assert seat.status == "SUBMITTED"


# --- sheets ------------------------------------------------------------------------------------------------------


def test_submit_twice_gives_one_sheet(town, scoring):
    batch = scoring
    seat = make.seats(batch, "ACCEPTED")[0]
    first = actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch))
    with pytest.raises(Refused):
        actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch, 0.5))
    assert [(row.sha256, row.total) for row in Score.objects.filter(assignment=seat)] == [(first.sha256, first.total)]


def test_submit_after_the_time_is_refused_and_before_is_taken(town, scoring):
    batch = scoring
    on_time, late = make.seats(batch, "ACCEPTED")[:2]
    clock.shift_to(batch.due_at - timedelta(minutes=1))
    actions.submit_sheet(make.owner(on_time), on_time, values=make.sheet(batch))
    clock.shift_to(batch.due_at + timedelta(seconds=1))
    with pytest.raises(Refused):
        actions.submit_sheet(make.owner(late), late, values=make.sheet(batch))


def test_submit_by_another_expert_is_refused(town, scoring):
    batch = scoring
    seat = make.seats(batch, "ACCEPTED")[0]
    other = Expert.objects.exclude(pk=seat.expert_id).select_related("person").first()
    for actor in (make.Actor.of(other.person), town.chen, town.li):
        with pytest.raises(Refused):
            actions.submit_sheet(actor, seat, values=make.sheet(batch))


def test_submit_before_the_declaration_is_refused(town, invited):
    batch = invited
    seat = make.seats(batch, "INVITED")[0]
    with pytest.raises(Refused):
        actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch))


def test_draft_on_an_old_revision_changes_nothing(town, scoring):
    batch = scoring
    seat = make.seats(batch, "ACCEPTED")[0]
    assert actions.save_draft(make.owner(seat), seat, values=make.sheet(batch), base=0).rev == 1
    late = actions.save_draft(make.owner(seat), seat, values=make.sheet(batch, 0.1), base=0)
    assert late.rev == 1 and late.current["values"] == Score.objects.get(assignment=seat).draft["values"]


def test_submitted_sheet_is_frozen_by_the_database(town, scoring):
    batch = scoring
    seat = make.seats(batch, "ACCEPTED")[0]
    score = actions.submit_sheet(make.owner(seat), seat, values=make.sheet(batch))
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Score.objects.filter(pk=score.pk).update(total=1)


# --- end of the review -------------------------------------------------------------------------------------------


def test_close_with_sheets_missing_before_the_time_is_refused(town, scoring):
    batch = scoring
    with pytest.raises(Refused):
        actions.close_batch(town.chen, batch)


def test_close_with_too_few_sheets_after_the_time_is_refused(town, scoring):
    batch = scoring
    clock.shift_to(batch.due_at + timedelta(hours=1))
    with pytest.raises(Refused):
        actions.close_batch(town.chen, batch)


@pytest.mark.parametrize("who", ["he", "sun", "lead", "agency", "li"])
def test_rank_by_a_wrong_desk_is_refused(town, scoring, who):
    batch = scoring
    make.score_all(batch)
    batch = actions.close_batch(town.chen, batch)
    with pytest.raises(Refused):
        actions.rank_batch(getattr(town, who), batch)


def test_rank_after_figures_were_touched_is_refused(town, scoring):
    batch = scoring
    make.score_all(batch)
    batch = actions.close_batch(town.chen, batch)
    batch.items.update(mean=99)
    with pytest.raises(Refused):
        actions.rank_batch(town.chen, batch)


def test_alternate_called_late_keeps_the_whole_time_to_answer(town, invited):
    batch = invited
    seat = make.seats(batch, "INVITED")[0]
    answer_at = actions.answer_due(batch)
    clock.shift_to(answer_at - timedelta(hours=1))
    actions.decline(make.owner(seat), batch, reason_code="BUSY")
    clock.shift_to(answer_at)
    actions.expire_invitations(make.system("clock"), batch)
    assert Assignment.objects.get(replaces=seat).status == "INVITED"
