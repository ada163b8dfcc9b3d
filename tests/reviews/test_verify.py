"""After the close nothing of a review changes unseen: not by the owner of the database, who can switch every trigger off."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import ledger
from core.models import LedgerRow
from reviews import actions
from reviews.models import Batch, Score
from reviews.rules import scores, sealed
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def forge(as_owner_without_triggers):
    """A better sheet for one application, and as many of its traces put right as the level says."""

    def forged(batch: Batch, level: int) -> None:
        score = Score.objects.select_related("assignment__item").filter(assignment__batch=batch).order_by("total").first()
        values = {row["code"]: str(row["weight"]) for row in batch.sheet["criteria"]}
        sheet = {"values": values, "comment": score.comments, "recommendation": "A", "knockouts": score.knockout}
        digest = sealed.sheet_sha256(score.assignment.uid, batch.ref, sheet, Decimal("100.00"), score.submitted_at) if level > 1 else score.sha256
        as_owner_without_triggers("UPDATE reviews_score SET total = 100, values = %s, recommendation = 'A', sha256 = %s WHERE id = %s",
                                  [json.dumps(values), digest, score.pk])
        if level > 1:
            as_owner_without_triggers("UPDATE reviews_batch SET closed_sha256 = %s WHERE id = %s", [actions.sheets_digest(batch), batch.pk])
        figures = actions.figures_of(batch)
        for pk, one in figures.items():
            as_owner_without_triggers("UPDATE reviews_batchitem SET count = %s, mean = %s, tie = %s WHERE id = %s", [one.count, one.mean, one.tie, pk])
        if level > 2:
            for verb, target, value in (("reviews.assignment.submit", score.assignment_id, digest), ("reviews.batch.close", batch.pk, actions.sheets_digest(batch))):
                as_owner_without_triggers("UPDATE core_ledgerrow SET data = jsonb_set(data, '{sha256}', to_jsonb(%s::text)) WHERE verb = %s AND target_id = %s",
                                          [value, verb, target])

    return forged


@pytest.fixture
def closed(town, scoring):
    make.score_all(scoring)
    actions.close_batch(town.chen, make.fresh(scoring))
    ledger.seal_pending()
    return make.fresh(scoring)


def verified(batch) -> tuple[str, str]:
    """(what the command printed, why it failed)."""
    out = io.StringIO()
    try:
        call_command("verify_reviews", batch.ref, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def page(town, batch) -> str:
    return signed_in(town.qian).get(reverse("reviews:desk:batch", args=[batch.ref])).content.decode()


def test_an_untouched_review_agrees(town, closed):
    assert verified(closed)[1] == "" and f"{closed.ref} same" in verified(closed)[0]
    assert "与记录不符" not in page(town, closed)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_sheet_changed_by_the_owner_of_the_database_is_found(town, closed, forge, level):
    """1: the sheet and its figures; 2: its hash and the hash of the close too; 3: the record as well, which its seal tells."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.filter(assignment__batch=closed).update(total=1)  # what everybody else gets to hear
    forge(closed, level)
    batch = make.fresh(closed)
    printed, failed = verified(batch)
    assert failed, printed
    if level < 3:
        assert "DIFFERS" in printed and "与记录不符" in page(town, batch)
        with pytest.raises(actions.batches.Refused):
            actions.rank_batch(town.chen, batch)
    else:
        assert "seal" in failed


def test_without_the_comparison_with_the_record_a_careful_forger_gets_away(town, closed, forge, monkeypatch):
    """The control: hashes alone, which the owner of the database can make as well as anybody, would agree."""
    forge(closed, 2)
    batch = make.fresh(closed)
    told = {score.assignment_id: score.sha256 for score in Score.objects.filter(assignment__batch=batch)}
    monkeypatch.setattr(actions.batches.queries, "sheet_digests_on_record", lambda row: dict(told))
    monkeypatch.setattr(actions.batches.queries, "digests_on_record", lambda row: {"close": "", "rank": ""})
    assert actions.problems_of(batch) == []


def test_a_sheet_taken_away_or_a_ranking_turned_round_is_found(town, ranked_batch, as_owner_without_triggers):
    batch = ranked_batch
    assert actions.problems_of(batch) == []
    as_owner_without_triggers("UPDATE reviews_batchitem SET rank = 3 - rank WHERE batch_id = %s", [batch.pk])
    assert len(actions.problems_of(batch)) == 1
    as_owner_without_triggers("UPDATE reviews_batchitem SET rank = 3 - rank WHERE batch_id = %s", [batch.pk])
    gone = Score.objects.filter(assignment__batch=batch).first()
    as_owner_without_triggers("DELETE FROM reviews_score WHERE id = %s", [gone.pk])
    assert any("1" in text for text in actions.problems_of(batch))


def test_figures_come_from_the_sheets_alone(closed):
    rules = scores.Rules.load(closed.rules)
    by_item = {}
    for score in Score.objects.filter(assignment__batch=closed):
        by_item.setdefault(score.assignment.item_id, []).append(score.total)
    for item in closed.items.all():
        assert item.mean == scores.official_mean(by_item[item.pk], rules.trim_from)[0]
    assert LedgerRow.objects.get(verb="reviews.batch.close", target_id=closed.pk).data["sha256"] == closed.closed_sha256
