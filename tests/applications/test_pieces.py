"""A file that comes in pieces: goes on where it stopped, is nobody else's, and passes the same door as a whole one."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions, queries, tasks
from applications.models import Annex, Upload
from core import clock, files
from core.models import LedgerRow, Parameter
from core.workflow import Refused
from tests.applications.client import signed_in
from tests.factories import applications as make

pytestmark = pytest.mark.django_db
MB = 1 << 20
BODY = b"%PDF-1.4\n" + b"\n".join(b"%d" % n for n in range(400_000)) + b"\n%%EOF\n"


@pytest.fixture
def row(town):
    return make.started(town.li, town.guide, town.a)


def code_of(row) -> str:
    return queries.documents_of(row)[0]["code"]


def url(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


class Sender:
    """What the script does, without one."""

    def __init__(self, actor, row, body: bytes = BODY, **given):
        self.client, self.row, self.body = signed_in(actor, enforce_csrf_checks=False), row, body
        self.given = {"name": "可行性报告.pdf", "size": len(body), "mark": hashlib.sha256(body).hexdigest(), **given}

    def begin(self):
        answer = self.client.post(url("upload_begin", self.row.ref, code_of(self.row)), self.given, headers={"accept": "application/json"})
        self.at = answer.json().get("url")
        return answer

    def piece(self, offset: int, body: bytes | None = None, client=None):
        sent = self.body[offset:offset + actions.PIECE] if body is None else body
        return (client or self.client).post(self.at, sent, content_type="application/octet-stream",
                                            headers={"x-offset": str(offset), "accept": "application/json"})

    def end(self, what: str = "finish"):
        return self.client.post(f"{self.at}{what}/", headers={"accept": "application/json"})


def test_a_file_in_pieces_is_the_file(town, row, django_capture_on_commit_callbacks):
    sender = Sender(town.li, row)
    told = sender.begin().json()
    assert (told["received"], told["size"], told["piece"]) == (0, len(BODY), actions.PIECE) and len(told["token"]) == 64
    assert len(BODY) > 2 * actions.PIECE
    for offset in range(0, len(BODY), actions.PIECE):
        assert sender.piece(offset).json()["received"] == min(offset + actions.PIECE, len(BODY))
    folder = Upload.objects.get().folder
    assert len(default_storage.listdir(folder)[1]) == 3
    with django_capture_on_commit_callbacks(execute=True):
        assert sender.end().json() == {"name": "可行性报告.pdf", "number": 1}
    annex = Annex.objects.get()
    assert files.read(annex.file) == BODY and annex.file.sha256 == hashlib.sha256(BODY).hexdigest() and files.intact(annex.file)
    assert annex.is_current and annex.added_by_id == town.li.id and annex.file.mime == "application/pdf"
    assert not Upload.objects.exists() and not default_storage.exists(folder)
    assert LedgerRow.objects.filter(verb="applications.annex.attach").count() == 1
    assert sender.end().status_code == 404  # sent again because the answer was lost: nothing happens twice


def test_it_goes_on_where_it_stopped_in_another_session_and_after_a_piece_was_lost(town, row):
    sender = Sender(town.li, row)
    sender.begin()
    sender.piece(0)
    later = Sender(town.li, row)  # chosen again in a reloaded page
    assert later.begin().json()["received"] == actions.PIECE and Upload.objects.count() == 1
    late = later.piece(0)  # sent again, because the answer to the first had been lost
    assert (late.status_code, late.json()["received"]) == (200, actions.PIECE) and len(Upload.objects.get().pieces) == 1
    early = later.piece(2 * actions.PIECE)
    assert (early.status_code, early.json()["received"]) == (409, actions.PIECE)
    assert later.client.get(later.at).json()["received"] == actions.PIECE
    later.piece(actions.PIECE)
    later.piece(2 * actions.PIECE)
    assert later.end().status_code == 200 and files.read(Annex.objects.get().file) == BODY


@pytest.mark.parametrize("change", [{"mark": "0" * 64}, {"name": "另一个.pdf"}, {"size": len(BODY) - 1}])
def test_another_file_for_the_material_takes_its_place(town, row, change):
    first = Sender(town.li, row)
    first.begin()
    first.piece(0)
    other = Sender(town.li, row, **change)
    assert other.begin().json()["received"] == 0
    assert Upload.objects.count() == 1 and first.piece(actions.PIECE).status_code == 404


def test_nobody_goes_on_with_what_another_has_begun(town, row):
    sender = Sender(town.li, row)
    sender.begin()
    for actor in (town.stranger, town.wang, town.agency):
        other = signed_in(actor)
        assert sender.piece(0, client=other).status_code == 404
        assert other.get(sender.at).status_code == 404
        for what in ("finish", "cancel"):
            assert other.post(f"{sender.at}{what}/").status_code == 404
        assert other.post(url("upload_begin", row.ref, code_of(row)), sender.given).status_code == 404
    assert Upload.objects.get().received == 0


def test_without_the_question_whose_it_is_another_would_go_on(town, row, monkeypatch):
    """The negative control."""
    sender = Sender(town.li, row)
    sender.begin()
    monkeypatch.setattr(queries, "upload_for", lambda actor, ref, uid: Upload.objects.get(uid=uid))
    monkeypatch.setattr("applications.actions.pieces.editable", lambda *given: None)
    assert sender.piece(0, client=signed_in(town.stranger)).json()["received"] == MB


def test_not_even_another_leader_of_own_applications(town, row):
    sender = Sender(town.li, row)
    sender.begin()
    foreign = make.started(town.stranger, town.guide, town.b)
    path = sender.at.replace(row.ref, foreign.ref)
    assert signed_in(town.stranger).get(path).status_code == 404
    Upload.objects.update(person=town.stranger.id)  # the negative control: the row's owner is what is asked
    Upload.objects.update(application=foreign)
    assert signed_in(town.stranger).get(path).status_code == 200


def test_signed_out_and_old_token_are_told_apart_and_nothing_is_lost(town, row):
    sender = Sender(town.li, row)
    sender.begin()
    sender.client.logout()
    assert sender.piece(0).status_code == 401
    again = signed_in(town.li, enforce_csrf_checks=True)
    refused = sender.piece(0, client=again)
    assert refused.status_code == 403
    token = again.get(sender.at).json()["token"]
    sent = again.post(sender.at, BODY[:MB], content_type="application/octet-stream", headers={"x-offset": "0", "x-csrftoken": token})
    assert sent.json()["received"] == MB
    assert again.get(url("files_token", row.ref)).json()["token"]


def test_limits_stand_at_the_beginning_and_at_each_piece(town, row, settings):
    limit = actions.limit_of(queries.document_of(row, code_of(row)))
    big = Sender(town.li, row, size=limit + 1).begin()
    assert big.status_code == 422 and f"{limit // MB} MB" in big.json()["reasons"][0]
    assert Sender(town.li, row, size=0).begin().status_code == 422
    assert Sender(town.li, row, size="很大").begin().status_code == 422
    sender = Sender(town.li, row, size=MB + 10)
    sender.begin()
    assert sender.piece(0).status_code == 200
    lie = sender.piece(MB, body=b"x" * 11)
    assert lie.status_code == 409 and "大小" in lie.json()["reasons"][0]
    assert sender.piece(MB, body=b"x" * (actions.PIECE + 1)).status_code == 400
    assert sender.piece(MB, body=b"").status_code == 400
    settings.UPLOAD_LIMIT_BYTES = MB  # lowered while it was on its way
    assert sender.piece(MB, body=b"x").status_code == 422
    assert Upload.objects.get().received == MB


def test_without_the_limit_it_would_be_begun(town, row, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("applications.actions.pieces._within_limits", lambda *given: None)
    assert Sender(town.li, row, size=actions.limit_of(queries.document_of(row, code_of(row))) + 1).begin().status_code == 200


def test_unfinished_bytes_of_one_person_are_bounded(town, row):
    Parameter.objects.filter(key="upload.pending_mb").delete()
    Parameter.objects.create(key="upload.pending_mb", value=3, unit="MB", effective_from=clock.today(), source="测试")
    one, two = (one["code"] for one in queries.documents_of(row)[:2])
    actions.begin_upload(town.li, row, code=one, name="a.pdf", size=2 * MB, mark="t1")
    with pytest.raises(Refused, match="3 MB"):
        actions.begin_upload(town.li, row, code=two, name="b.pdf", size=2 * MB, mark="t2")
    actions.begin_upload(town.li, row, code=one, name="c.pdf", size=3 * MB, mark="t3")  # in place of the first
    Parameter.objects.filter(key="upload.pending_mb").update(value=5)
    assert actions.begin_upload(town.li, row, code=two, name="b.pdf", size=2 * MB, mark="t2")


def test_what_is_finished_too_early_or_arrived_broken_is_refused(town, row):
    sender = Sender(town.li, row)
    sender.begin()
    sender.piece(0)
    assert sender.end().status_code == 409 and Upload.objects.exists()
    sender.piece(MB)
    sender.piece(2 * MB)
    held = Upload.objects.get()
    place = held.pieces[1]
    default_storage.delete(place)
    with default_storage.open(place, "wb") as stream:
        stream.write(b"y" * MB)
    refused = sender.end()
    assert refused.status_code == 422 and "重新选择" in refused.json()["reasons"][0]
    assert not Upload.objects.exists() and not Annex.objects.exists()


def test_without_its_mark_a_broken_file_would_pass(town, row):
    """The negative control: the same bytes, announced without their hash."""
    sender = Sender(town.li, row, mark="t1730000000000")
    sender.begin()
    for offset in range(0, len(BODY), MB):
        sender.piece(offset)
    place = Upload.objects.get().pieces[1]
    default_storage.delete(place)
    with default_storage.open(place, "wb") as stream:
        stream.write(b"y" * MB)
    assert sender.end().status_code == 200 and files.read(Annex.objects.get().file) != BODY


def test_the_content_decides_here_too(town, row):
    sender = Sender(town.li, row, b"MZ\x90\x00 program" * 50)
    sender.begin()
    sender.piece(0)
    refused = sender.end()
    assert refused.status_code == 422 and "PDF" in refused.json()["reasons"][0]
    assert not Upload.objects.exists() and not Annex.objects.exists()


def test_what_may_not_be_changed_takes_no_piece(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    sender = Sender(town.li, row)
    sender.begin()
    actions.hand_in(town.li, row)
    assert sender.piece(0).status_code == 409
    assert Sender(town.li, row, mark="t9").begin().status_code == 409


def test_given_up_by_script_and_by_the_plain_button(town, row, django_capture_on_commit_callbacks):
    sender = Sender(town.li, row)
    sender.begin()
    sender.piece(0)
    folder = Upload.objects.get().folder
    with django_capture_on_commit_callbacks(execute=True):
        assert sender.end("cancel").json() == {"cancelled": True}
    assert not Upload.objects.exists() and not default_storage.exists(folder)
    sender.begin()
    sender.piece(0)
    page = sender.client.get(url("files", row.ref)).content.decode()
    assert "再次选择同一文件" in page and "1.0" in re.search(r"<p[^>]*data-begun>(.*?)</p>", page, re.S)[1]
    assert sender.client.post(f"{sender.at}cancel/").status_code == 302 and not Upload.objects.exists()
    again = sender.client.post(f"{sender.at}cancel/", follow=True)  # a second click, or a page that is older than the end
    assert again.redirect_chain == [(url("files", row.ref), 302)] and "已不存在" in again.content.decode()
    assert "data-confirm" in page.split("data-begun")[1].split("</button>")[0] and sender.end("cancel").status_code == 404
    assert signed_in(town.stranger).post(f"{sender.at}cancel/").status_code == 404


def test_stale_and_stray_bytes_are_swept(town, row, django_capture_on_commit_callbacks):
    sender = Sender(town.li, row)
    sender.begin()
    sender.piece(0)
    folder = Upload.objects.get().folder
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_stale_uploads()
    assert Upload.objects.exists() and default_storage.exists(folder)
    with clock.shifted_to(clock.now() + timedelta(hours=49)), django_capture_on_commit_callbacks(execute=True):
        tasks.end_stale_uploads()
    assert not Upload.objects.exists() and not default_storage.exists(folder)
    sender.begin()
    sender.piece(0)
    alive, stray = Upload.objects.get().folder, default_storage.save("pieces/3f0e1d2c/000000000000", files.as_stream(b"x"))
    hour = (clock.now() + timedelta(hours=1)).replace(minute=0, second=5)
    with clock.shifted_to(hour):
        tasks.end_stale_uploads()
    assert not default_storage.exists(stray) and default_storage.exists(alive)


def test_the_page_costs_the_same_with_three_on_their_way(town, row):
    client, codes = signed_in(town.li), [one["code"] for one in queries.documents_of(row)[:3]]
    costs = []
    for code in codes:
        actions.begin_upload(town.li, row, code=code, name="a.pdf", size=MB, mark="t1")
        client.get(url("files", row.ref))
        with CaptureQueriesContext(connection) as asked:
            client.get(url("files", row.ref))
        costs.append(len(asked))
    assert costs[0] == costs[-1] and len(codes) == 3


def test_names_are_made_fit(town, row):
    for name, kept in (("C:\\书\\..\\..\\方案.pdf", "方案.pdf"), ("..", "file"), ("", "file"), ("../../etc/passwd", "passwd")):
        Upload.objects.all().delete()
        body = make.PDF
        sender = Sender(town.li, row, body, name=name)
        assert sender.begin().status_code == 200, name
        assert Upload.objects.get().name == kept
        sender.piece(0)
        assert json.loads(sender.end().content)["name"].startswith(kept.removesuffix(".pdf"))
