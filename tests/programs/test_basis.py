"""The policy basis: replacing ends validity and never runs in a circle; the chain on the guide page; what runs out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock, deadlines
from core.models import Deadline, LedgerRow
from core.workflow import Refused
from notices.models import Message
from programs import actions, queries, rules
from programs.models import PolicyDocument
from tests.factories import programs as make

pytestmark = pytest.mark.django_db


def reasons(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reasons


def document(people, number, *, begins=0, ends=None, kind="MEASURES", enact=True, **more):
    today = clock.today()
    values = {"government_approval": "深府函〔2030〕1号", "government_approved_on": today} if kind == "SCHEME" else {}
    row = actions.create_policy(
        people.he, number=number, title=f"办法{number}", kind=kind, issuer="科技创新局", issued_on=today,
        valid_from=today + timedelta(days=begins), valid_to=None if ends is None else today + timedelta(days=ends), **{**values, **more})
    return actions.enact_policy(people.he, row) if enact else row


def test_replace_ends_the_old_one_on_the_day_before(staff):
    old, new = document(staff, "A", begins=-100), document(staff, "B", begins=10)
    old = actions.replace_policy(staff.he, old, by=new)
    assert (old.replaced_by, old.valid_to) == (new, clock.today() + timedelta(days=9))
    assert queries.state_of(old, clock.today()) == "VALID"
    assert queries.state_of(old, clock.today() + timedelta(days=10)) == "REPLACED"
    row = LedgerRow.objects.get(verb="programs.policy_document.replace")
    assert row.after["replaced_by"] == "B"


def test_replace_keeps_an_earlier_end(staff):
    old, new = document(staff, "A", begins=-100, ends=3), document(staff, "B", begins=10)
    assert actions.replace_policy(staff.he, old, by=new).valid_to == clock.today() + timedelta(days=3)


def test_replace_in_a_circle_is_refused(staff):
    a, b, c = document(staff, "A", begins=-30), document(staff, "B", begins=-20), document(staff, "C", begins=-10)
    actions.replace_policy(staff.he, a, by=b)
    actions.replace_policy(staff.he, b, by=c)
    PolicyDocument.objects.filter(pk=a.pk).update(valid_from=clock.today(), valid_to=None)  # later than C, so that only the circle stands in the way
    found = reasons(actions.replace_policy, staff.he, c, by=PolicyDocument.objects.get(pk=a.pk))
    assert len(found) == 1
    assert "成环" in found[0]
    assert [row.number for row in queries.replaced_by_chain(PolicyDocument.objects.get(pk=a.pk))] == ["B", "C"]


def test_replace_by_itself_a_draft_an_older_one_or_twice_is_refused(staff):
    a, b, draft = document(staff, "A", begins=-30), document(staff, "B", begins=-20), document(staff, "D", begins=5, enact=False)
    assert "R13" in reasons(actions.replace_policy, staff.he, a, by=a)[0]
    assert "R13" in reasons(actions.replace_policy, staff.he, a, by=draft)[0]
    assert "R13" in reasons(actions.replace_policy, staff.he, b, by=a)[0]
    actions.replace_policy(staff.he, a, by=b)
    assert "R13" in reasons(actions.replace_policy, staff.he, a, by=b)[0]
    assert reasons(actions.replace_policy, staff.chen, b, by=a)


def test_a_scheme_without_number_or_day_of_the_approval_is_not_enacted(staff):
    row = document(staff, "S", kind="SCHEME", enact=False, government_approval="")
    assert "R13" in reasons(actions.enact_policy, staff.he, row)[0]
    row = document(staff, "S2", kind="SCHEME", enact=False, government_approved_on=None)
    assert "R13" in reasons(actions.enact_policy, staff.he, row)[0]
    assert document(staff, "S3", kind="SCHEME").status == "IN_FORCE"


def test_a_guide_on_a_higher_document_alone_is_not_published(staff, approved):
    higher = document(staff, "H", begins=-10, kind="HIGHER")
    higher.specials.set([approved.special])
    approved.policies.set([higher])
    found = reasons(actions.publish_guide, staff.chen, approved)
    assert len(found) == 1
    assert "R13" in found[0]


def test_only_higher_documents_are_rested_on(staff):
    base = document(staff, "A")
    assert reasons(document, staff, "B", rests_on=[base])
    assert list(document(staff, "C", rests_on=[document(staff, "H", kind="HIGHER")]).rests_on.values_list("number", flat=True)) == ["H"]


# --- the chain ---------------------------------------------------------------------------------------------------


def test_chain_on_the_guide_page(staff, published, sign_in):
    base = published.policies.get(number="深科创规〔2025〕2号")
    chain = queries.basis_chain(published)
    assert [link.name for link in chain][-2:] == [f"{published.year}年 · {published.plan_item.title}", published.title]
    assert chain[0].what == "上位文件"
    assert next(link for link in chain if link.name == base.title).then == "发布之日有效"
    page = sign_in().get(reverse("programs:public:guide", args=[published.year, published.slug])).content.decode()
    for link in chain:
        assert link.name in page
        assert not link.url or link.url in page


def test_chain_says_what_became_of_the_basis_and_what_it_was_when_published(staff, published):
    base = published.policies.get(number="深科创规〔2025〕2号")
    new = document(staff, "新办法", begins=1)
    actions.replace_policy(staff.he, base, by=new)
    with clock.shifted_to(clock.now() + timedelta(days=5)):
        link = next(link for link in queries.basis_chain(published) if link.name == base.title)
        assert link.state == "已被“办法新办法”替代"
        assert link.tone == "bad"
        assert link.then == "发布之日有效"
    base.refresh_from_db()
    actions.repeal_policy(staff.he, base, why="废止")
    base.refresh_from_db()
    assert queries.was_valid(base, clock.today() - timedelta(days=1))
    assert not queries.was_valid(base, clock.today())


def test_chain_asks_the_same_number_of_questions_for_one_document_and_many(staff, published):

    def asked():
        with CaptureQueriesContext(connection) as found:
            queries.basis_chain(queries.public_guide(staff.chen, published.year, published.slug))
        return len(found)

    before = asked()
    for number in range(4):
        published.policies.add(document(staff, f"N{number}", rests_on=[document(staff, f"H{number}", kind="HIGHER")]))
    assert asked() == before


@given(st.text(alphabet="第一二三条章 内容\n", max_size=200))
def test_articles_keep_every_word(text):
    found = queries.articles(text)
    kept = "".join(article.number + "".join(article.lines) for article in found)
    assert "".join(kept.split()) == "".join(text.split())
    anchors = [article.anchor for article in found if article.anchor]
    assert len(anchors) == len(set(anchors))


def test_articles_have_anchors_on_the_page(staff, sign_in):
    row = document(staff, "T", text="前言\n第一章 总则\n第一条 为了规范管理。\n续行\n第二条　本办法适用于本市。")
    assert [(a.anchor, a.number) for a in queries.articles(row.text)] == [
        ("", ""), ("chapter-1", "第一章 总则"), ("article-1", "第一条"), ("article-2", "第二条")]
    page = sign_in().get(reverse("programs:public:policy", args=["T"])).content.decode()
    assert 'id="article-2"' in page
    assert 'href="#article-1"' in page


# --- the file ----------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_attach_and_public_download(staff, sign_in):
    row, draft = document(staff, "F"), document(staff, "G", enact=False)
    address = reverse("programs:desk:policy_attach", args=["F"])
    assert sign_in(staff.he).post(address, {"file": SimpleUploadedFile("办法.pdf", PDF)}).status_code == 302
    answer = sign_in().get(reverse("programs:public:policy_file", args=["F"]))
    assert b"".join(answer.streaming_content) == PDF
    row.refresh_from_db()
    assert len(row.file.sha256) == 64
    actions.attach_text(staff.he, draft, upload=SimpleUploadedFile("x.pdf", PDF))
    assert sign_in().get(reverse("programs:public:policy_file", args=["G"])).status_code == 404  # a draft is not public
    assert sign_in(staff.chen).get(reverse("programs:public:policy_file", args=["G"])).status_code == 200


def test_attach_of_something_else_is_refused_beside_the_field(staff, sign_in):
    document(staff, "F")
    answer = sign_in(staff.he).post(reverse("programs:desk:policy_attach", args=["F"]), {"file": SimpleUploadedFile("a.pdf", b"MZ\x00\x01")})
    assert answer.status_code == 422
    assert PolicyDocument.objects.get(number="F").file is None


# --- what runs out -----------------------------------------------------------------------------------------------


def test_owners_are_told_in_time_and_once(staff):
    row = document(staff, "W", ends=120)
    due = Deadline.objects.get(kind="policy.expires", target_id=row.pk, done_at=None)
    assert due.due_at.date() == row.valid_to - timedelta(days=90)
    with clock.shifted_to(clock.now() + timedelta(days=31)):
        deadlines.sweep()
        assert Message.objects.filter(event="programs.policy.expires", person=staff.he.person).count() == 1
        assert queries.expiring_documents()[0].number == "W"


def test_the_timer_moves_with_the_end(staff):
    row = document(staff, "W", ends=120)
    actions.change_policy(staff.he, row, valid_to=None)
    assert not Deadline.objects.filter(kind="policy.expires", target_id=row.pk, done_at=None).exists()


def test_guides_that_lose_their_basis_before_the_close_are_listed(staff, sign_in):
    guide = make.published_guide(staff, closes=30)
    assert queries.guides_losing_basis() == []
    PolicyDocument.objects.exclude(kind="HIGHER").update(valid_to=clock.today() + timedelta(days=5))
    found = queries.guides_losing_basis()
    assert [row["guide"] for row in found] == [guide]
    page = sign_in(staff.chen).get(reverse("programs:desk:policy_warnings")).content.decode()
    assert guide.title in page


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 2000), st.none() | st.integers(0, 2000),
       st.sampled_from(["DRAFT", "IN_FORCE", "REPEALED"]), st.booleans())
def test_a_document_has_exactly_one_state_on_every_day(begins, later, lasts, status, replaced):
    on = begins + timedelta(days=later - 500)
    end = None if lasts is None else begins + timedelta(days=lasts)
    state = rules.document_state(status, begins, end, replaced, on)
    valid = status == "IN_FORCE" and begins <= on and (end is None or on <= end)
    assert (state == "VALID") == valid


def test_replaced_document_does_not_come_back_to_life(staff):
    old, new = document(staff, "A", begins=-100), document(staff, "B", begins=10)
    actions.replace_policy(staff.he, old, by=new)
    today = clock.today()
    for end in (None, today + timedelta(days=10), today + timedelta(days=400)):
        with pytest.raises(Refused, match="R13"):
            actions.change_policy(staff.he, old, valid_to=end)
    with pytest.raises(Refused, match="R13"):
        actions.change_policy(staff.he, new, valid_from=today + timedelta(days=9))
    assert actions.change_policy(staff.he, old, valid_to=today + timedelta(days=5)).valid_to == today + timedelta(days=5)
