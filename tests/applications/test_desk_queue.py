"""The queue of the formality desk: what the rules found first; many at once, each by itself; the figures."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.policies import Actor
from applications import actions, queries
from applications.models import Application, CheckedText, CheckItem, DuplicateFinding, RuleHits
from applications.states import ItemResult, Reason, Status
from core import events, jobs
from core.models import Job
from notices.models import Document
from tests.applications.test_filing import refused
from tests.applications.test_formality import asked, first_item, ticked
from tests.factories import applications as make
from tests.kept import kept
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db


@kept
def three(town):
    """Three of one guide, filed one after the other."""
    rows = [make.submitted(town.li, town.wang, town.guide, town.a)]
    for number, name in enumerate(("郑三", "冯四")):
        leader = make.member(name, town.a, "MEMBER", number=("44030519870311231", "44030519860412235")[number])
        rows.append(make.submitted(leader, town.wang, town.guide, town.a, title=f"另一个题目{name}"))
    return rows


def hits(row, failed=0, human=0):
    RuleHits.objects.update_or_create(application=row, defaults={"failed": failed, "human": human, "found": []})


def order(actor, **only):
    return [row.pk for row in queries.desk_queue(actor).filter(**only).order_by("turn", "pk")]


def run(job) -> Job:
    assert jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_what_the_rules_found_stands_first_then_who_waited_longest(town, three):
    first, second, third = three
    for row in three:
        hits(row)
    assert order(town.chen) == [first.pk, second.pk, third.pk]
    hits(third, human=1)
    assert order(town.chen)[0] == third.pk
    hits(second, failed=1)
    assert order(town.chen) == [second.pk, third.pk, first.pk]
    hits(third)
    hits(second)
    other = CheckedText.objects.create(source="x", ref="X-1", title="旧", text="旧", sha256="0" * 64)
    DuplicateFinding.objects.create(application=first, other=other, share="0.5", other_share="0.5", sha256="0" * 64)
    assert order(town.chen) == [first.pk, second.pk, third.pk]
    DuplicateFinding.objects.update(application=third)
    assert order(town.chen) == [third.pk, first.pk, second.pk]
    ticked(town.agency, second)
    hits(second, failed=1)
    Application.objects.filter(pk=second.pk).update(refusal_code="OTHER", refusal_text="x", status=Status.NOT_ACCEPTED)
    assert order(town.chen)[-1] == second.pk  # what is decided comes last, whatever was found


def test_an_answered_correction_comes_before_what_has_nothing(town, three):
    for row in three:
        hits(row)
    moved = asked(town, three[2])
    actions.answer(town.li if moved.leader_id == town.li.id else Actor.of(moved.leader), moved, text="已改")
    assert order(town.chen)[0] == three[2].pk


def test_next_goes_from_one_to_the_next_and_around(town, three):
    for row in three:
        hits(row)
    line = order(town.chen)
    found = queries.next_to_check(town.chen)
    seen = [found.pk]
    for _n in range(2):
        found = queries.next_to_check(town.chen, found)
        seen.append(found.pk)
    assert seen == line
    assert queries.next_to_check(town.chen, found).pk == line[0]
    ticked(town.chen, found)
    done = actions.accept(town.chen, found)
    assert queries.next_to_check(town.chen, done).pk == line[0]
    assert queries.next_to_check(town.wang) is None


def test_the_rules_are_asked_when_it_comes_in_and_by_the_sweep(town, three):
    assert not RuleHits.objects.exists()
    events.drain()
    assert RuleHits.objects.count() == 3
    RuleHits.objects.all().delete()
    assert actions.note_missing_hits() == 3
    assert actions.note_missing_hits() == 0
    kept_row = RuleHits.objects.get(application=three[0])
    found = queries.check_list(three[0])
    assert kept_row.failed + kept_row.human >= sum(one.result != "PASS" for one in found.outcomes)


def test_list_has_facets_and_constant_queries(client, town, three):
    for row in three:
        hits(row)
    hits(three[1], failed=2)
    visitor = visit(client, town.chen)
    url = reverse("applications:desk:list")
    page = visitor.get(url, {"found": "failed"}).content.decode()
    assert three[1].ref in page
    assert three[0].ref not in page
    assert three[0].ref in visitor.get(url, {"found": "clean"}).content.decode()
    counts = []
    for only in ({"found": "failed"}, {}):
        with CaptureQueriesContext(connection, ) as caught:
            visitor.get(url, only)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 32


def test_many_are_accepted_by_a_job_and_the_rest_is_held_back_with_its_rule(town, three):
    ticked(town.agency, three[2], **{first_item(three[2]): (ItemResult.FIX, "缺页")})
    job = run(actions.order_batch(town.agency, actions.ACCEPT, three, {}))
    for row in three:
        row.refresh_from_db()
    held = [one for one in job.result["outcomes"] if not one["done"]]
    clean = [row for row in three if not any(o.result != "PASS" for o in queries.check_list(row).outcomes)]
    assert three[2].status == Status.SUBMITTED
    assert {one["ref"] for one in held} == {row.ref for row in three if row.status == Status.SUBMITTED}
    assert all(one["reasons"] for one in held)
    assert all(row.status == Status.ACCEPTED for row in clean if row.pk != three[2].pk) or clean


def test_many_are_asked_for_correction_each_with_its_own_notice(town, three, monkeypatch):
    monkeypatch.setattr("applications.actions.batch._vouch", vouch_all)
    item = first_item(three[0])
    job = run(actions.order_batch(town.agency, actions.ASK, three, {"item": item, "note": "扫描件不清晰", "sections": ["basic"]}))
    assert [one["done"] for one in job.result["outcomes"]] == [True] * 3, job.result
    assert Document.objects.filter(kind="correction", status="ISSUED").values("number").distinct().count() == 3
    for row in three:
        row.refresh_from_db()
        assert row.status == Status.CORRECTION
        assert row.correction_due_at


def vouch_all(actor, row, check, but=""):
    actions.tick(actor, check, results={item.code: (ItemResult.OK, item.note) for item in check.items.filter(result="")})


def test_many_are_refused_and_a_broken_job_goes_on_behind_what_is_done(town, three, monkeypatch):
    monkeypatch.setattr("applications.actions.batch._vouch", vouch_all)
    item = first_item(three[0])
    given = {"item": item, "reason_code": Reason.MATERIAL_MISSING, "text": "缺少审计报告。", "clause": ""}
    job = actions.order_batch(town.agency, actions.REFUSE, three, given)
    real, calls = actions.refuse, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args, **kwargs)

    monkeypatch.setattr("applications.actions.batch.refuse", dies)
    with pytest.raises(RuntimeError):
        jobs.run(job.pk)
    assert Application.objects.filter(status=Status.NOT_ACCEPTED).count() == 1
    Job.objects.filter(pk=job.pk).update(state="QUEUED")
    job = run(job)
    assert [one["done"] for one in job.result["outcomes"]] == [True] * 3, job.result
    assert Document.objects.filter(kind="refusal", status="ISSUED").count() == 3


def test_what_the_rules_found_is_never_vouched_away(town, three, monkeypatch):
    class Hit:
        result, code, clause, text, said = "HUMAN", "C1", "第一条", "看社保", "未找到"

    class Found:
        outcomes = (Hit,)

    monkeypatch.setattr(queries, "check_list", lambda row: Found)
    job = run(actions.order_batch(town.agency, actions.ACCEPT, three[:1], {}))
    assert job.result["outcomes"][0]["reasons"] == ["第一条 看社保（未找到）"]
    assert not CheckItem.objects.filter(check_round__application=three[0]).exists()  # nothing half done
    Hit.result = "PASS"  # the control: without the finding it goes through
    assert run(actions.order_batch(town.agency, actions.ACCEPT, three[:1], {})).result["outcomes"][0]["done"]


def test_only_checkers_order_and_the_job_asks_again(client, town, three):
    refused(actions.order_batch, town.wang, actions.ACCEPT, three, {})
    refused(actions.order_batch, town.agency, actions.ACCEPT, [], {})
    job = actions.order_batch(town.agency, actions.ACCEPT, three, {})
    Job.objects.filter(pk=job.pk).update(actor_id=town.badm.id)
    assert not any(one["done"] for one in run(job).result["outcomes"])
    assert visit(client, town.agency).get(reverse("applications:desk:batch", args=[job.uid])).status_code == 404


def test_form_keeps_what_was_typed_and_leads_to_the_job(client, town, three):
    visitor, refs = visit(client, town.agency), [row.ref for row in three]
    page = visitor.post(reverse("applications:desk:bulk_refuse"), {"ids": refs})
    assert page.status_code == 200
    assert all(ref in page.content.decode() for ref in refs)
    typed = {"ids": refs, "decide": "1", "reason_code": "OTHER", "text": "写好的理由"}
    bad = visitor.post(reverse("applications:desk:bulk_refuse"), typed)
    assert bad.status_code == 422
    assert "写好的理由" in bad.content.decode()
    assert not Job.objects.filter(kind="applications.batch").exists()
    good = visitor.post(reverse("applications:desk:bulk_refuse"), {**typed, "vouch": "on", "clause": "第五条"})
    job = Job.objects.get(kind="applications.batch")
    assert good["Location"] == reverse("job", args=[job.uid])
    run(job)
    assert visitor.get(reverse("applications:desk:batch", args=[job.uid])).status_code == 200
    asking = visitor.post(reverse("applications:desk:bulk_ask"), {"ids": refs})
    assert asking.status_code == 200


def test_statistics_count_by_guide_reason_and_rule(client, town, three):
    item = next(one for one in three[0].version.data["formality_items"] if one.get("auto"))
    ticked(town.agency, three[0], **{item["code"]: (ItemResult.FAIL, "不符")})
    actions.refuse(town.agency, three[0], reason_code=Reason.UNIT_INELIGIBLE, text="不符合条件。")
    plain = next(one for one in three[1].version.data["formality_items"] if not one.get("auto"))
    ticked(town.agency, three[1], **{plain["code"]: (ItemResult.FIX, "缺页")})
    actions.ask_correction(town.agency, three[1], sections=["basic"])
    ticked(town.agency, three[2])
    actions.accept(town.agency, three[2])
    rows = queries.desk_statistics(town.chen)
    row = rows.get()
    assert (row.total, row.waiting, row.corrected, row.passed, row.refused) == (3, 0, 1, 1, 1)
    assert queries.days(row.median) is not None
    found = queries.statistics_of(town.chen, rows)
    assert (found["defects"], found["by_rule"]) == (2, 1)
    assert queries.reason_statistics(town.chen, rows)[0]["code"] == Reason.UNIT_INELIGIBLE
    assert not queries.desk_statistics(town.wang).exists()
    page = visit(client, town.chen).get(reverse("applications:desk:statistics"))
    assert page.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(visit(client, town.chen).get(reverse("applications:desk:statistics"), {"export": "xlsx"}).content))
    assert book.worksheets[0].max_row == 2


def test_the_queue_goes_out_with_its_numbers(client, town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    text = visit(client, town.chen).get(reverse("applications:desk:list"), {"export": "csv"}).content.decode("utf-8-sig")
    assert row.ref in text
