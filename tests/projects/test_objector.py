"""Who objects stands sealed, and nowhere else: the form promises that only supervision opens it and that each look is recorded."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Application
from core import ledger
from core.models import LedgerRow, StoredFile
from core.workflow import Refused
from notices.models import Message
from projects import actions
from projects.models import Objection
from tests.factories import projects as make
from tests.projects.test_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(town, published):
    """An objection by the signed-in li, from a known address, with a telling file name."""
    notice = published
    given = {"application": Application.objects.first().ref, "kind": "PERSON", "name": "杜衡", "contact": "13800000000", "facts": "重合。",
             "upload": SimpleUploadedFile(f"{town.li.person.name}异议书.pdf", make.statement().read())}
    answer = signed_in(town.li).post(reverse("projects:public:objection_new", args=[notice.proposal.ref]), given, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 302
    return Objection.objects.get()


def test_record_and_file_know_no_objector(town, filed):
    row = LedgerRow.objects.get(verb="projects.objection.file")
    assert (row.actor_id, row.actor_label, row.ip, row.request_id) == (None, "objector", None, "")
    assert not LedgerRow.objects.filter(actor_id=town.li.id, at__gte=filed.filed_at).exists()
    assert StoredFile.objects.get(pk=filed.file_id).uploaded_by_id is None
    assert filed.file.name == f"{filed.number}.pdf"
    assert not Message.objects.filter(person=town.li.person, body__contains=filed.number).exists()


def test_pages_of_the_desk_and_of_audit_do_not_name_the_objector(town, filed):
    name = town.li.person.name
    row = LedgerRow.objects.get(verb="projects.objection.file")
    for key, url in (("lead", reverse("projects:desk:objection", args=[filed.number])), ("lead", reverse("projects:desk:objections")),
                     ("qian", "/audit/ledger/?q=verb:projects.objection"), ("qian", f"/audit/ledger/{row.pk}/"), ("qian", "/audit/ledger/?export=csv")):
        page = signed_in(getattr(town, key)).get(url)
        text = page.content.decode("utf-8", "ignore")
        lines = [line for line in text.splitlines() if filed.number in line] if "export" in url else [text.partition("<main")[2]]
        assert page.status_code == 200, url
        assert lines and all(name not in line and "203.0.113.9" not in line for line in lines), url


def test_objector_reads_the_outcome_under_the_secret_address(town, filed):
    page = signed_in(town.li).get(reverse("projects:public:objection", args=[filed.uid]))
    assert page.status_code == 200
    assert filed.number in page.content.decode()


def test_signed_statement_is_for_supervision_and_each_look_is_recorded(town, filed):
    url = reverse("projects:desk:objection_file", args=[filed.number])
    for key in ("lead", "qian", "chen", "he", "fin", "li"):
        assert signed_in(getattr(town, key)).get(url).status_code in (403, 404), key
        with pytest.raises(Refused):
            actions.open_statement(getattr(town, key), filed)
    assert url not in signed_in(town.lead).get(reverse("projects:desk:objection", args=[filed.number])).content.decode()
    assert signed_in(town.sun).get(url).status_code == 200
    assert LedgerRow.objects.filter(verb="projects.objection.open_identity", target_id=filed.pk, actor_id=town.sun.id).count() == 1


def test_a_named_actor_would_be_seen_in_the_record(town, filed):
    """The negative control: the same row by an ordinary actor holds account, address and request."""
    token = ledger.request_context.set({"ip": "203.0.113.9", "request_id": "r"})
    try:
        row = ledger.record("projects.objection.file", filed, town.li)
    finally:
        ledger.request_context.reset(token)
    assert (row.actor_id, row.ip, row.request_id) == (town.li.id, "203.0.113.9", "r")
