"""Numbers without gaps, the frozen context, the verify page, and deliveries that are opened once."""

import hashlib
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from core import files, jobs
from core.models import Job, LedgerRow
from core.workflow import Refused
from notices import actions, rendering
from notices.models import Delivery, Document, Message
from tests.applications.client import signed_in
from tests.notices.conftest import build, draft, issued
from tests.portal.conftest import visit


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_issue_at_once():
    office = build()
    papers = [draft(office) for _one in range(8)]
    broken = []

    def work(number):
        try:
            with transaction.atomic():
                actions.issue_now(office.chen, office.lead, papers[number])
                if number % 4 == 0:
                    raise RuntimeError("the worker dies after the number was taken")
        except RuntimeError:
            broken.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(Document.objects.filter(status="ISSUED").values_list("seq", flat=True))
    assert (len(broken), numbers) == (2, list(range(1, 7)))


def test_context_is_frozen_at_issue(office):
    paper = issued(office)
    with pytest.raises(Refused):
        actions.edit_draft(office.chen, paper, title="改题", context={})
    with pytest.raises(Refused):
        actions.address(paper, [office.other.person])
    row = Document.objects.get(pk=paper.pk)
    assert (row.context["number"], row.context["verify_code"]) == (row.number, row.verify_code)


def test_drafter_may_not_sign(office):
    with pytest.raises(Refused):
        actions.sign(office.chen, draft(office))


def test_issue_without_signature_is_refused(office):
    paper = draft(office)
    with pytest.raises(Refused):
        actions.issue(office.chen, paper)
    assert Document.objects.get(pk=paper.pk).seq is None


def test_pdf_is_made_once_and_rebuilds_to_the_same_bytes(office):
    paper = issued(office)
    while jobs.run():
        pass
    row = Document.objects.select_related("pdf").get(pk=paper.pk)
    data = files.read(row.pdf)
    assert row.sha256 == hashlib.sha256(data).hexdigest() == rendering.render(row.template, row.context).sha256


def test_verify_page_knows_the_code_and_no_other(client, office):
    paper = issued(office)
    page = client.get(f"/verify/{paper.verify_code}/")
    assert (page.status_code, paper.number in page.content.decode()) == (200, True)
    other = paper.verify_code[:-1] + ("A" if paper.verify_code[-1] != "A" else "B")
    assert client.get(f"/verify/{other}/").status_code == 404 or paper.number not in client.get(f"/verify/{other}/").content.decode()


def test_verify_page_says_when_withdrawn(client, office):
    paper = issued(office)
    before = client.get(f"/verify/{paper.verify_code}/").content
    actions.withdraw(office.lead, paper, why="文号有误")
    assert client.get(f"/verify/{paper.verify_code}/").content != before


def test_first_opening_is_the_proof_and_later_ones_change_nothing(office):
    paper = issued(office)
    actions.open_delivery(office.wang, paper)
    first = Delivery.objects.get(document=paper)
    actions.open_delivery(office.wang, paper)
    again = Delivery.objects.get(document=paper)
    assert (first.opened_by_id, first.opened_at) == (office.wang.id, again.opened_at)
    assert LedgerRow.objects.filter(verb="notices.document.open", target_id=paper.pk).count() == 1


def test_stranger_neither_reads_nor_opens(client, office):
    paper = issued(office)
    actions.open_delivery(office.other, paper)
    assert Delivery.objects.get(document=paper).opened_at is None
    assert visit(client, office.other).get(f"/documents/{paper.uid}/").status_code == 404


def test_public_document_is_read_by_anybody(client, office):
    assert client.get(f"/documents/{issued(office, is_public=True).uid}/").status_code == 200


# --- messages and the outbox -------------------------------------------------------------------------------------


def test_the_same_fact_is_told_once(office):
    assert actions.tell([office.unit], "x", "一", dedupe="fact:1") == 1
    assert actions.tell([office.unit], "x", "一", dedupe="fact:1") == 0
    assert Message.objects.filter(person=office.wang.person).count() == 1


def test_a_message_is_read_when_the_page_it_leads_to_was_opened_from_anywhere(client, office, settings):
    settings.ASK_CONSENT = False
    me, other = office.wang, office.other
    links = {"here": "/me/", "anchor": "/me/#roles", "query": "/me/?tab=2", "elsewhere": "/inbox/", "closed": "/desk/people/"}
    for name, link in links.items():
        actions.tell([me.person, other.person], "test.told", name, "", link)

    def unread(actor):
        return sorted(Message.objects.filter(person=actor.id, event="test.told", read_at=None).values_list("subject", flat=True))

    client = signed_in(me)
    assert client.get("/desk/people/").status_code == 403  # a page that is refused marks nothing
    assert client.post("/me/", {}).status_code in (302, 405, 422, 200) and len(unread(me)) == 5
    page = client.get("/me/")
    assert page.status_code == 200 and page.context["unread"] == 3
    assert unread(me) == ["closed", "elsewhere", "query"]
    assert len(unread(other)) == 5
    client.get("/me/?tab=2")
    assert unread(me) == ["closed", "elsewhere"]


def test_a_message_is_written_in_both_languages_whoever_acts(client, office):
    """The actor works in English; the reader reads the own language, and mail is in that of the bureau."""
    with translation.override("en"):
        issued(office)
    row = Message.objects.get(person=office.wang.person)
    assert "公文" in row.body
    assert "Official document" in row.body_en and "Official document" not in row.body
    with translation.override("en"):
        assert row.text == row.body_en
    with translation.override("zh-hans"):
        assert row.text == row.body


def test_mail_is_sent_again_after_a_crash_and_only_then(office, mailoutbox, monkeypatch):
    from notices import tasks

    actions.tell([office.unit], "x", "一", dedupe="fact:2", statutory=True)
    real = tasks.mail_for

    def crash(message):
        raise ConnectionResetError("server gone")

    monkeypatch.setattr(tasks, "mail_for", crash)
    tasks.send_mails()
    row = Message.objects.get(person=office.wang.person)
    assert (row.mail_state, row.mail_tries, len(mailoutbox)) == ("WAITING", 1, 0)
    monkeypatch.setattr(tasks, "mail_for", real)
    assert tasks.send_mails() == 0, "not before its time"
    Message.objects.update(mail_retry_at=row.created_at)
    tasks.send_mails()
    tasks.send_mails()
    assert [one.to for one in mailoutbox] == [[office.wang.person.email]]
    assert mailoutbox[0].extra_headers["Message-ID"].startswith(f"<{row.uid}@")


def test_mail_gives_up_after_its_tries(office):
    actions.tell([office.unit], "x", "一", dedupe="fact:3")
    for _one in range(8):
        actions.mail_failed(Message.objects.get(), "refused")
    assert Message.objects.get().mail_state == "FAILED"


def test_muted_event_is_kept_but_not_mailed_unless_statutory(office):
    actions.prefer(office.wang, "x", mail=False)
    actions.tell([office.unit], "x", "一", dedupe="fact:4")
    actions.tell([office.unit], "x", "二", dedupe="fact:5", statutory=True)
    assert list(Message.objects.order_by("pk").values_list("mail_state", flat=True)) == ["NONE", "WAITING"]


def test_text_is_read_at_once_and_its_pdf_goes_before_others(office, client):
    first, asked = issued(office), issued(office)
    page = client.get(f"/documents/{asked.uid}/") if asked.is_public else visit(client, office.lead).get(f"/documents/{asked.uid}/")
    text = page.content.decode()
    assert asked.context["verify_code"] in text
    assert text.count("<h1") == 1
    assert "<style" not in text
    assert jobs.run()
    assert [Document.objects.get(pk=row.pk).pdf_id is not None for row in (first, asked)] == [False, True]
    assert not jobs.hurry(Job.objects.get(params__document=asked.pk))
    assert jobs.run()
    assert Document.objects.get(pk=first.pk).pdf_id


def test_text_escapes_what_was_typed(office):
    paper = issued(office)
    made = rendering.page(paper.template, paper.context | {"addressee": "<script>x</script>"})
    assert "<script>" not in made
    assert "&lt;script&gt;" in made


def test_draft_is_read_before_it_is_signed(office, client):
    paper = draft(office)
    answer = visit(client, office.lead).get(f"/desk/documents/{paper.uid}/")
    assert answer.status_code == 200
    assert 'class="title"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("sql", [
    "UPDATE notices_document SET context = '{}' WHERE id = %s", "UPDATE notices_document SET title = 'x' WHERE id = %s",
    "UPDATE notices_document SET signed_by_id = drafted_by_id WHERE id = %s", "DELETE FROM notices_document WHERE id = %s"])
def test_an_issued_document_is_never_rewritten(office, sql):
    row, waiting = issued(office), draft(office)
    with pytest.raises(DatabaseError, match="is issued"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [row.pk])
    with connection.cursor() as cursor:  # a draft is still worked on
        cursor.execute("UPDATE notices_document SET title = 'x' WHERE id = %s", [waiting.pk])
