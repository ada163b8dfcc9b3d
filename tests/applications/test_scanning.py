"""A material that nobody has looked into, or in which a virus was found, goes nowhere."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from applications import actions, queries
from applications.states import Status
from core import events, scanning
from core.management.commands.scan import EICAR
from core.models import StoredFile
from core.workflow import Refused
from notices.models import Message
from tests.applications.client import signed_in
from tests.applications.test_prepared import WORKER, ready
from tests.core.test_scanning import clamd  # noqa: F401 (a fixture)
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
BAD = make.PDF[:9] + EICAR + make.PDF[9:]


def page(actor, name, row) -> str:
    return signed_in(actor).get(reverse(name, args=[row.ref])).content.decode()


def line(text: str, code: str) -> str:
    return re.search(rf'<li id="d-{code}".*?</li>', text, re.S)[0]


def test_nothing_is_handed_in_before_the_verdict(town, clamd):  # noqa: F811
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    with pytest.raises(Refused) as refused:
        actions.hand_in(town.li, row)
    assert all("病毒检查尚未完成" in reason for reason in refused.value.reasons) and refused.value.reasons
    current = row.annexes.filter(is_current=True).first()
    shown = line(page(town.li, "applications:my:files", row), current.code)
    assert "正在查毒" in shown and "尚未完成" in shown and f"/files/{current.pk}/?" not in shown
    assert signed_in(town.li).get(reverse("applications:my:file", args=[row.ref, current.pk])).status_code == 409
    scanning.sweep()
    assert actions.hand_in(town.li, row).status == Status.UNIT_PENDING
    assert signed_in(town.wang).get(reverse("applications:my:file", args=[row.ref, current.pk])).status_code == 200


def test_nor_with_a_virus_in_it_and_the_uploader_is_told(town, clamd):  # noqa: F811
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    code = queries.documents_of(row)[0]["code"]
    actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("中毒的方案.pdf", BAD))
    scanning.sweep()
    events.drain()
    with pytest.raises(Refused, match="“中毒的方案.pdf”中查出病毒"):
        actions.hand_in(town.li, row)
    letter = Message.objects.get(event="file.infected")
    assert letter.person_id == town.li.id and "中毒的方案.pdf" in letter.subject and letter.link.endswith(f"/{row.ref}/files/#d-{code}")
    assert "查出病毒" in line(page(town.li, "applications:my:files", row), code)
    actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("干净.pdf", make.PDF))
    scanning.sweep()
    assert actions.hand_in(town.li, row).status == Status.UNIT_PENDING


@pytest.mark.parametrize("state", ["PENDING", "INFECTED"])
def test_what_stands_ready_falls_when_the_verdict_changes(town, state):
    row = ready(town)
    StoredFile.objects.filter(pk=row.annexes.filter(is_current=True).first().file_id).update(scan=state)
    assert queries.prepared(row) is None
    with pytest.raises(Refused), transaction.atomic():
        actions.endorse(town.wang, row)
    row.refresh_from_db()
    assert row.status == Status.UNIT_PENDING


def test_nor_does_it_stand_when_the_letter_of_a_member_turns_out_to_be_infected(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    member = row.team.exclude(role="LEADER").first()
    type(member).objects.filter(pk=member.pk).update(confirmed_at=None)
    member = actions.attach_letter(town.li, row.team.get(pk=member.pk), upload=SimpleUploadedFile("同意书.pdf", make.PDF, "application/pdf"))
    row = actions.hand_in(town.li, row)
    assert actions.prepare(WORKER, row) and queries.prepared(row) is not None
    StoredFile.objects.filter(pk=member.letter_id).update(scan="INFECTED")
    assert queries.prepared(row) is None


def test_with_a_print_that_knows_no_files_it_would_pass(town):
    """The negative control: the function of the database without the row of the file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('applications_print'::regproc)")
        text = cursor.fetchone()[0]
        assert "FROM core_storedfile x WHERE" in text
        cursor.execute(text.replace("FROM core_storedfile x WHERE", "FROM core_storedfile x WHERE false AND"))
    row = ready(town)
    StoredFile.objects.filter(pk=row.annexes.filter(is_current=True).first().file_id).update(scan="INFECTED")
    assert actions.endorse(town.wang, row).status == Status.SUBMITTED


def test_and_without_the_question_of_the_check_list(town, monkeypatch):
    row = make.handed_in(town.li, town.guide, town.a)
    StoredFile.objects.filter(pk=row.annexes.filter(is_current=True).first().file_id).update(scan="INFECTED")
    monkeypatch.setattr("applications.queries.checks.scan_problem", lambda file: "")
    assert actions.endorse(town.wang, row).status == Status.SUBMITTED


def test_a_material_that_the_guide_asks_for_no_more_is_asked_too(town, rewritten):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    annex = row.annexes.filter(is_current=True).first()
    StoredFile.objects.filter(pk=annex.file_id).update(scan="PENDING")
    rest = [one for one in row.version.data["documents"] if one["code"] != annex.code]
    rewritten(row.version, {**row.version.data, "documents": rest})
    row = type(row).objects.get(pk=row.pk)
    assert annex.code not in {one["code"] for one in queries.documents_of(row)}
    assert [item.anchor for item in queries.check_list(row).wrong if "病毒检查尚未完成" in item.text] == [f"d-{annex.code}"]
    shown = line(page(town.li, "applications:my:files", row), annex.code)
    assert "指南已不再要求" in shown and "正在查毒" in shown and 'type="file"' not in shown
    signed_in(town.li).post(reverse("applications:my:file_remove", args=[row.ref, annex.pk]))
    assert f'id="d-{annex.code}"' not in page(town.li, "applications:my:files", row)


def test_a_replaced_bad_version_stops_nobody(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    first = row.annexes.filter(is_current=True).first()
    StoredFile.objects.filter(pk=first.file_id).update(scan="INFECTED")
    actions.attach(town.li, row, code=first.code, upload=SimpleUploadedFile("b.pdf", make.PDF))
    assert actions.hand_in(town.li, row).status == Status.UNIT_PENDING


def test_unscanned_is_said_at_the_unit_and_at_the_desk(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    count = row.annexes.filter(is_current=True).count()
    for actor, name in ((town.wang, "applications:my:unit_application"), (town.agency, "applications:desk:application"),
                        (town.li, "applications:my:overview")):
        assert page(actor, name, row).count("未扫描") >= count > 0
    StoredFile.objects.update(scan="CLEAN")
    assert "未扫描" not in page(town.agency, "applications:desk:application", row)


def test_a_locked_material_is_named_but_not_linked_at_the_desk(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    annex = row.annexes.filter(is_current=True).first()
    StoredFile.objects.filter(pk=annex.file_id).update(scan="INFECTED")
    shown = page(town.agency, "applications:desk:application", row)
    assert "查出病毒，已锁定" in shown and f"/files/{annex.pk}/" not in shown
    assert signed_in(town.agency).get(reverse("applications:my:file", args=[row.ref, annex.pk])).status_code == 409
