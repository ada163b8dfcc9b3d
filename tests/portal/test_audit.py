"""The case file and the record: complete, covered, and nothing that tells an expert's name."""

import re

import pytest
from django.apps import apps
from django.utils import translation

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import jobs, ledger
from core.models import LedgerRow
from core.workflow import Refused
from portal import actions
from portal.queries import cases, record, things
from tests.house.source import APPS
from tests.portal.conftest import visit


def test_case_file_shows_every_act_on_the_application(town, filed):
    case = cases.case_for(town.qian, filed.ref)
    written = set(LedgerRow.objects.filter(target_type="applications.application", target_id=filed.pk).values_list("pk", flat=True))
    shown = {act.pk for act in cases.timeline(town.qian, case)["acts"]}
    assert written and written <= shown


def test_time_line_narrows_by_floor_and_person(town, filed):
    case = cases.case_for(town.qian, filed.ref)
    only = cases.timeline(town.qian, case, "applications", "王静")["acts"]
    assert only and {(act.area, act.who) for act in only} == {("applications", "王静")}
    assert cases.timeline(town.qian, case, "funding")["acts"] == []


@pytest.mark.parametrize("key", ["stranger", "badm", "li"])
def test_case_page_is_closed_to_others(client, town, filed, key):
    assert visit(client, getattr(town, key)).get(f"/audit/cases/{filed.ref}/").status_code == 403


def test_case_that_is_not_there_is_404(client, town):
    assert visit(client, town.qian).get("/audit/cases/NO-SUCH-1/").status_code == 404


def test_draft_has_no_case(client, town):
    from tests.factories import applications as make

    draft = make.started(town.li, town.guide, town.a)
    assert visit(client, town.qian).get(f"/audit/cases/{draft.ref}/").status_code == 404


def test_versions_are_compared(client, town, filed):
    page = visit(client, town.qian).get(f"/audit/cases/{filed.ref}/").content.decode()
    assert filed.versions.get().sha256[:16] in page


def test_row_covers_personal_numbers(client, town):
    row = ledger.record("core.file.open", town.a, town.li, why="致电 13912345678", note="11010519900307123X")
    page = visit(client, town.qian).get(f"/audit/ledger/{row.pk}/").content.decode()
    assert "13912345678" not in page and "139****5678" in page


class Seat:
    """Stands for a seat of a panel as the target of a row."""

    _meta = type("Meta", (), {"label_lower": "reviews.assignment"})
    pk, ref = 987654, "seat"


def test_expert_on_a_seat_is_covered_and_cannot_be_searched(client, town):
    expert = Actor.of(accounts.create_person(system("test"), name="欧阳评审", email="e@portal.example"))
    ledger.record("reviews.assignment.submit", Seat, expert)
    page = visit(client, town.qian).get("/audit/ledger/?area=reviews").content.decode()
    assert "欧阳评审" not in page
    assert "reviews.assignment" in page
    assert "reviews.assignment" not in client.get("/audit/ledger/?q=欧阳评审").content.decode()
    assert not record.rows_for(town.qian).filter(shown_by__contains="欧阳").exists()


def test_discipline_knows_the_expert(town):
    """The control: with the right to know, the name is there."""
    watcher = accounts.create_person(system("test"), name="纪检", email="d@portal.example")
    accounts.grant_role(system("test"), watcher, town.bureau, Role.DISCIPLINE)
    expert = Actor.of(accounts.create_person(system("test"), name="欧阳评审", email="e@portal.example"))
    row = ledger.record("reviews.assignment.submit", Seat, expert)
    assert record.acts(Actor.of(watcher), [row])[0].who == "欧阳评审"


# --- the seal ----------------------------------------------------------------------------------------------------


def check(actor):
    job = actions.ask_seal_check(actor)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_seal_check_finds_the_chain_whole(town):
    job = check(town.qian)
    assert (job.state, job.result["broken_at"], job.done) == ("DONE", None, job.result["sealed"])


def test_seal_check_finds_a_row_changed_behind_our_back(town, as_owner_without_triggers):
    check(town.qian)
    row = LedgerRow.objects.order_by("pk")[3]
    as_owner_without_triggers("UPDATE core_ledgerrow SET why = 'forged' WHERE id = %s", [row.pk])
    assert check(town.qian).result["broken_at"] == row.pk


@pytest.mark.parametrize("key", ["chen", "lead", "li"])
def test_only_readers_of_the_record_check_the_seal(town, key):
    with pytest.raises(Refused):
        actions.ask_seal_check(getattr(town, key))


def test_labels_exist_for_every_verb_written(town, filed):
    """A verb without words would stand as code on the time line."""
    verbs = LedgerRow.objects.order_by().values_list("verb", flat=True).distinct()
    assert [verb for verb in verbs if record.verb_label(verb) == verb] == []


def test_every_table_of_the_house_is_called_something_in_chinese(client, town, filed):
    """A table without a name would stand as app.model in the record; a name that is no table is left over."""
    tables = {model._meta.label_lower for model in apps.get_models() if model.__module__.split(".")[0] in APPS}
    assert set(things.THINGS) == tables
    with translation.override("zh-hans"):
        names = {table: things.called(table) for table in tables}
    assert [table for table, name in names.items() if not re.fullmatch(r"[\u4e00-\u9fff、]+", name)] == []
    assert len(set(names.values())) == len(names)
    client = visit(client, town.qian)
    row = LedgerRow.objects.filter(target_type="applications.application").first()
    page = client.get("/audit/ledger/").content.decode()
    assert "申报书" in page and "applications.application" not in page.replace("applications.application.", "")
    assert "申报书" in client.get(f"/audit/ledger/{row.pk}/").content.decode()
