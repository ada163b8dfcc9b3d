"""Between review and ranking: site visits and special audits (G1: 专项审计 before the list), by verbs, pages and API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications import actions as applications
from applications.models import Application, Inspection
from core.workflow import Refused
from projects import actions as projects
from reviews import actions
from tests.applications.client import signed_in
from tests.factories import projects as upper
from tests.factories import reviews as make
from tests.factories.applications import PDF
from tests.kept import kept

pytestmark = pytest.mark.django_db


def desk(name: str, *args) -> str:
    return reverse(f"applications:desk:{name}", args=args)


@kept
def batch(town):
    """Closed, over two applications."""
    row = make.scoring(town)
    make.score_all(row)
    row = actions.close_batch(town.chen, row)
    upper.settle()
    return make.fresh(row)


def wants_audit(batch, monkeypatch):
    """As a guide with `audit_required` says it: a published version stays as it is, so the reading is changed."""
    from programs.models import GuideVersion

    whole = GuideVersion.from_db.__func__

    def told(cls, db, names, values):
        row = whole(cls, db, names, values)
        if isinstance(row.__dict__.get("data"), dict):
            row.data["mode"] = {**(row.data.get("mode") or {}), "audit_required": True}
        return row

    monkeypatch.setattr(GuideVersion, "from_db", classmethod(told))
    return make.fresh(batch)


def test_without_the_wish_of_the_guide_nothing_is_ordered(town, batch):
    assert actions.order_audits(town.chen, batch) == 0
    assert actions.rank_batch(town.chen, batch).status == "RANKED"


def test_ranking_waits_for_every_audit_and_counts_what_it_allows(town, batch, monkeypatch):
    batch = wants_audit(batch, monkeypatch)
    with pytest.raises(Refused, match="专项审计"):
        actions.rank_batch(town.chen, batch)
    assert actions.order_audits(town.chen, batch) == 2
    assert set(Application.objects.values_list("status", flat=True)) == {"SPECIAL_AUDIT"}
    assert actions.order_audits(town.chen, batch) == 0
    first, second = Inspection.objects.order_by("pk")
    applications.file_inspection(town.chen, first, passed=True, finding="核实。", amount=Decimal(1_000_000))
    with pytest.raises(Refused, match=second.application.ref):
        actions.rank_batch(town.chen, make.fresh(batch))
    applications.file_inspection(town.chen, second, passed=False, finding="服务成本不实。")
    batch = actions.rank_batch(town.chen, make.fresh(batch))
    items = {item.application_id: item for item in batch.items.all()}
    assert (items[first.application_id].amount, items[first.application_id].outcome) == (Decimal(1_000_000), "PROPOSE")
    assert items[second.application_id].outcome == "KNOCKED_OUT"
    upper.settle()
    proposal = projects.create_list(town.chen, town.guide)
    lines = {line.application_id: line for line in proposal.items.select_related("application", "proposal")}
    assert (lines[first.application_id].selected, lines[first.application_id].amount) == (True, Decimal(1_000_000))
    assert (lines[second.application_id].selected, lines[second.application_id].reason_code) == (False, "INSPECTION")
    with pytest.raises(Refused, match="1000000"):
        projects.set_item(town.chen, lines[first.application_id], selected=True, amount=Decimal(1_500_000))
    with pytest.raises(Refused, match=second.application.ref):
        projects.set_item(town.chen, lines[second.application_id], selected=True, amount=Decimal(100))


def test_a_report_is_filed_once_by_the_desk_in_charge(town, batch):
    row = batch.items.first().application
    for who in ("li", "wang", "qian", "fin", "lead"):
        with pytest.raises(Refused):
            applications.order_visit(getattr(town, who), row, why="核实")
    applications.order_visit(town.chen, row, why="核实场地")
    one = Inspection.objects.get()
    for who in ("li", "wang", "qian", "fin", "lead"):
        with pytest.raises(Refused):
            applications.file_inspection(getattr(town, who), one, passed=True, finding="好")
    with pytest.raises(Refused):
        applications.file_inspection(town.chen, one, passed=True, finding="  ")
    applications.file_inspection(town.chen, one, passed=True, finding="属实。")
    with pytest.raises(Refused):
        applications.file_inspection(town.chen, one, passed=False, finding="再来。")
    one.refresh_from_db()
    assert (one.passed, one.finding) == (True, "属实。")


def test_the_database_keeps_a_report_whole(town, batch):
    applications.order_visit(town.chen, batch.items.first().application, why="核实")
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.update(passed=True)


def test_straight_from_acceptance_the_experts_come_first(town):
    row = upper.accepted(town, town.li, town.wang, town.a)
    with pytest.raises(Refused):
        applications.order_audit(town.chen, row)


def test_the_way_by_pages(town, batch, monkeypatch):
    batch = wants_audit(batch, monkeypatch)
    client, ref = signed_in(town.chen), batch.items.first().application.ref
    assert "专项审计" in client.get(reverse("reviews:desk:batch", args=[batch.ref])).content.decode()
    client.post(reverse("reviews:desk:audits", args=[batch.ref]))
    client.post(reverse("reviews:desk:audits", args=[batch.ref]))
    one = Inspection.objects.get(application__ref=ref)
    page = client.get(desk("application", ref))
    assert [row.pk for row in page.context["inspections"]] == [one.pk]
    url, name = desk("inspection", ref, one.pk), f"i{one.pk}-"
    typed = {f"{name}finding": "核实服务成本。", f"{name}amount": "一百"}
    answer = client.post(url, typed)
    assert answer.status_code == 422
    assert set(answer.context["inspections"][0].form.errors) == {"passed", "amount"}
    assert "核实服务成本。" in answer.content.decode()
    wrong = client.post(url, {f"{name}finding": "核实", f"{name}passed": "yes", f"{name}upload": SimpleUploadedFile("报告.pdf", b"MZ\x90")})
    assert wrong.status_code == 422 and set(wrong.context["inspections"][0].form.errors) == {"upload"}
    right = {f"{name}finding": "核实服务成本。", f"{name}passed": "yes", f"{name}amount": "120.5",
             f"{name}upload": SimpleUploadedFile("报告.pdf", PDF)}
    assert client.post(url, right).status_code == 302
    one.refresh_from_db()
    assert (one.amount, one.passed) == (Decimal(1_205_000), True)
    assert client.get(desk("inspection_file", ref, one.pk)).status_code == 200
    for actor in (town.li, town.wang, town.stranger):
        assert signed_in(actor).get(desk("inspection_file", ref, one.pk)).status_code in (403, 404)
        assert signed_in(actor).post(url, right).status_code in (403, 404)
    shown = signed_in(town.li).get(reverse("applications:my:overview", args=[ref])).content.decode()
    assert "核实服务成本" not in shown


def test_the_way_by_machines(town, batch):
    client, row = signed_in(town.chen), batch.items.first().application
    answer = client.post(reverse("applications:api:visit", args=[row.ref]), {"why": "核实场地"}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "SITE_VISIT")
    one = Inspection.objects.get()
    url = reverse("applications:api:inspection", args=[row.ref, one.pk])
    assert client.post(url, {"passed": True, "finding": "", "amount": "-1"}, content_type="application/json").status_code == 400
    assert client.post(url, {"passed": True, "finding": "属实。"}, content_type="application/json").json()["passed"] is True
    assert client.post(url, {"passed": True, "finding": "属实。"}, content_type="application/json").status_code == 409
