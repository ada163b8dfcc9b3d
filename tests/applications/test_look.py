"""Looking at materials: shown in the page, with their versions, for whoever may; what was never submitted stays the applicant's."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import actions, policies, queries
from applications.models import Annex
from core.models import LedgerRow, StoredFile
from tests.applications.client import cost, signed_in
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def url(name: str, *args) -> str:
    return reverse(f"applications:{name}", args=args)


@pytest.fixture
def row(town):
    """Submitted; the first material was replaced before that, so it has two versions."""
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    actions.attach(town.li, row, code=first(row).code, upload=SimpleUploadedFile("第二稿.pdf", make.PDF + b"\n%%EOF\n"))
    return actions.endorse(town.wang, actions.hand_in(town.li, row))


def first(row, **more):
    return Annex.objects.filter(application=row.pk, **more).order_by("code", "number").first()


def test_leader_unit_and_desk_look_at_the_same_page(town, row):
    one = first(row, is_current=True)
    for actor, name in ((town.li, "my:look"), (town.wang, "my:look"), (town.agency, "desk:look"), (town.chen, "desk:look")):
        page = signed_in(actor).get(url(name, row.ref, one.pk))
        text = page.content.decode()
        assert page.status_code == 200 and one.file.sha256 in text and "未扫描" in text and "第2版" in text
        assert f'data="{url("my:file", row.ref, one.pk)}?inline=1" type="application/pdf"' in text
        shown = signed_in(actor).get(url("my:file", row.ref, one.pk) + "?inline=1")
        assert shown["Content-Disposition"].startswith("inline") and b"".join(shown.streaming_content).startswith(b"%PDF")
    assert LedgerRow.objects.filter(verb="core.file.open", target_id=one.file_id).count() == 4
    assert signed_in(town.stranger).get(url("my:look", row.ref, one.pk)).status_code == 404
    assert signed_in(town.wang).get(url("desk:look", row.ref, one.pk)).status_code == 403


def test_what_was_replaced_before_the_submission_is_the_applicants(town, row):
    old, client = first(row, is_current=False), signed_in(town.agency)
    for name in ("my:look", "my:file", "desk:look"):
        assert client.get(url(name, row.ref, old.pk)).status_code == 404
        for actor in (town.li, town.wang) if name != "desk:look" else ():
            assert signed_in(actor).get(url(name, row.ref, old.pk)).status_code == 200
    assert f"/files/{old.pk}/" not in client.get(url("desk:application", row.ref)).content.decode()
    assert f"/files/{old.pk}/look/" in signed_in(town.wang).get(url("my:unit_application", row.ref)).content.decode()


def test_without_that_question_the_desk_would_open_it(town, row, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(policies, "of_applicant", lambda actor, application: None)
    assert signed_in(town.agency).get(url("my:file", row.ref, first(row, is_current=False).pk)).status_code == 200


def test_what_was_submitted_stays_open_to_the_desk_after_it_was_replaced(town, row, as_owner_without_triggers):
    one = first(row, is_current=True)
    as_owner_without_triggers("UPDATE applications_annex SET is_current = FALSE WHERE id = %s", [one.pk])  # as a correction does
    assert signed_in(town.agency).get(url("my:file", row.ref, one.pk)).status_code == 200


def test_pictures_stand_in_the_page_and_what_cannot_be_shown_says_so(town):
    row = make.started(town.li, town.guide, town.a)
    code = next(one["code"] for one in queries.documents_of(row) if "png" in one["mimes"])
    annex = actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("执照.png", PNG))
    page = signed_in(town.li).get(url("my:look", row.ref, annex.pk)).content.decode()
    assert f'<img class="st-shown" src="{url("my:file", row.ref, annex.pk)}?inline=1" alt="执照.png">' in page
    StoredFile.objects.filter(pk=annex.file_id).update(mime="application/zip")
    page = signed_in(town.li).get(url("my:look", row.ref, annex.pk)).content.decode()
    assert "不能在浏览器中显示" in page and "<img" not in page.split("<main")[1] and "<object" not in page


def test_a_locked_file_is_not_shown(town, row):
    one = first(row, is_current=True)
    StoredFile.objects.filter(pk=one.file_id).update(scan="INFECTED")
    page = signed_in(town.agency).get(url("my:look", row.ref, one.pk)).content.decode()
    assert "查出病毒" in page and url("my:file", row.ref, one.pk) + "?inline" not in page


def test_one_leads_to_the_next_in_the_order_of_the_guide(town, row):
    client, seen, pk = signed_in(town.agency), [], first(row, is_current=True).pk
    while pk:
        text = client.get(url("desk:look", row.ref, pk)).content.decode()
        seen.append(pk)
        found = re.search(r'rel="next" href="[^"]*/files/(\d+)/"', text)
        pk = int(found[1]) if found else None
    current = {one.code: one.pk for one in row.annexes.filter(is_current=True)}
    assert seen == [current[one["code"]] for one in queries.documents_of(row) if one["code"] in current] and len(seen) > 2


def test_versions_cost_no_query_each(town):
    row = make.started(town.li, town.guide, town.a)
    code, costs, client = queries.documents_of(row)[0]["code"], [], signed_in(town.li)
    for _turn in range(3):
        annex = actions.attach(town.li, row, code=code, upload=SimpleUploadedFile("a.pdf", make.PDF))
        costs.append((cost(client, url("my:files", row.ref)), cost(client, url("my:look", row.ref, annex.pk))))
    page = client.get(url("my:files", row.ref)).content.decode()
    assert costs[0] == costs[2] and "3 个版本" in page and "（当前）" in page
