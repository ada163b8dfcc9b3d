"""The expert pool: joining, recommending, confirming, measures, private values, tables; and who is in no draw."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Employment, Person
from accounts.states import HANDED_OVER, MarkLevel, Role
from core import clock, jobs
from core.models import Job, LedgerRow
from core.web import lists
from core.workflow import Refused
from notices.models import Message
from reviews import actions, policies, queries
from reviews.actions import joining
from reviews.models import Candidacy, Expert, ExpertAccount
from tests.applications.client import signed_in
from tests.factories import reviews as make

pytestmark = pytest.mark.django_db
PROFILE = {"pool": "GENERAL", "constituency": "SCIENCE", "title": "研究员", "level": "FULL", "tier": "", "is_manager": False, "disciplines": ["520"],
           "clusters": [], "keywords": ["芯片"], "languages": ["zh"], "yearly_max": None, "statement": "长期从事芯片设计。"}


def born(person: Person, day: date = date(1975, 1, 1)) -> None:
    Person.objects.filter(pk=person.pk).update(birth_date=day)
    person.refresh_from_db()


# --- joining ---------------------------------------------------------------------------------------------------------


def test_who_applies_is_admitted_and_gets_the_desk_of_experts(town):
    born(town.li.person)
    row = actions.apply_to_join(town.li, **PROFILE)
    with pytest.raises(Refused):
        actions.apply_to_join(town.li, **PROFILE)  # one at a time
    with pytest.raises(Refused):
        actions.admit(town.chen, row)
    actions.admit(town.he, row)
    expert = Expert.objects.get(person=town.li.id)
    assert (expert.level, expert.disciplines, expert.origin) == ("FULL", ["520"], "OWN")
    assert make.Actor.of(town.li.person).holds(Role.EXPERT)
    assert queries.drawable().filter(pk=expert.pk).exists()


def test_condition_not_met_needs_a_reason_and_keeps_it(town):
    born(town.li.person, date(1940, 1, 1))
    row = actions.apply_to_join(town.li, **PROFILE)
    with pytest.raises(Refused) as refused:
        actions.admit(town.he, row)
    assert "70" in refused.value.reasons[0]
    assert actions.admit(town.he, row, why="返聘院士团队成员").unmet == ["AGE"]


def test_staff_of_the_bureau_never_joins(town):
    with pytest.raises(Refused):
        actions.apply_to_join(town.chen, **PROFILE)
    assert signed_in(town.chen).get(reverse("reviews:my:join")).status_code == 403


def test_recommended_person_decides_himself(town):
    born(town.stranger.person)
    row = actions.recommend(town.wang, name="王教授", contact=town.stranger.person.email, pool="GENERAL", constituency="SCIENCE", reason="学科带头人", for_unit=True)
    assert (row.status, row.origin, row.unit_id) == ("ASKED", "UNIT", town.a.pk)
    with pytest.raises(Refused):  # nothing is decided before the person has spoken
        actions.admit(town.he, row)
    client = signed_in(town.stranger)
    assert "学科带头人" in client.get(reverse("reviews:my:join")).content.decode()
    sent = client.post(reverse("reviews:my:join"), {**PROFILE, "keywords": "芯片", "yearly_max": "", "is_manager": "", "pledge": "on"})
    assert sent.status_code == 302
    row.refresh_from_db()
    assert (row.status, row.person_id, row.origin) == ("SUBMITTED", town.stranger.id, "UNIT")


def test_who_recommends_takes_it_back_only_until_the_person_has_spoken(town):
    born(town.stranger.person)
    first = actions.recommend(town.wang, name="王教授", contact=town.stranger.person.email, pool="GENERAL", constituency="SCIENCE", reason="学科带头人")
    actions.apply_to_join(town.stranger, **PROFILE)
    with pytest.raises(Refused):
        actions.withdraw_candidacy(town.wang, Candidacy.objects.get(pk=first.pk))
    assert actions.withdraw_candidacy(town.stranger, Candidacy.objects.get(pk=first.pk)).status == "WITHDRAWN"
    again = actions.recommend(town.li, name="王教授", contact=town.stranger.person.email, pool="GENERAL", constituency="SCIENCE", reason="同行")
    assert actions.withdraw_candidacy(town.li, again).status == "WITHDRAWN"


def test_two_who_recommend_one_person_in_the_same_moment_are_both_served(town, monkeypatch):
    """Neither has seen the other's row yet; the table lets one stand for the person, and the other learns nothing."""
    monkeypatch.setattr(joining, "_is_known", lambda person: False)
    who = {"name": "王教授", "contact": town.stranger.person.email, "pool": "GENERAL", "constituency": "SCIENCE", "reason": "同行"}
    first, second = actions.recommend(town.wang, **who), actions.recommend(town.li, **who)
    assert (first.person_id, second.person_id) == (town.stranger.id, None)
    assert Message.objects.filter(event="reviews.recommended", person=town.stranger.id).count() == 1


def test_recommendation_without_account_waits_for_the_registration(town):
    actions.recommend(town.li, name="新人", contact="new@pool.example", pool="GENERAL", constituency="INDUSTRY", reason="总工")
    person = accounts.create_person(make.system("test"), name="新人", email="new@pool.example")
    assert queries.own_candidacy(make.Actor.of(person)).reason == "总工"
    assert queries.own_candidacy(town.stranger) is None


def test_who_recommends_never_learns_who_is_an_expert(town):
    expert = make.expert(town, 1)
    client, said = signed_in(town.li), []
    for contact in (expert.person.email, "nobody@pool.example"):
        client.post(reverse("reviews:my:recommend"), {"name": "某人", "contact": contact, "pool": "GENERAL", "constituency": "SCIENCE", "reason": "推荐"})
        page = client.get(reverse("reviews:my:join"))
        said.append(([str(one) for one in page.context["messages"]], page.content.decode().count("某人")))
    assert said[0][0] == said[1][0] and (said[0][1], said[1][1]) == (1, 2)
    assert not Message.objects.filter(person=expert.person_id, event="reviews.recommended").exists()
    assert "推荐您入库" not in signed_in(make.Actor.of(expert.person)).get(reverse("reviews:my:join")).content.decode()


def test_form_with_a_fault_keeps_what_was_typed(town):
    answer = signed_in(town.li).post(reverse("reviews:my:join"), {**PROFILE, "keywords": "芯片，量子", "yearly_max": "900", "statement": "", "pledge": "on"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"statement", "yearly_max"}
    assert "芯片，量子" in answer.content.decode()


# --- who is in no draw -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "barred"), [(MarkLevel.SERIOUS, True), (MarkLevel.ORDINARY, True), (MarkLevel.NOTE, False)])
def test_mark_of_integrity_bars_from_every_draw(town, level, barred):
    expert = make.expert(town, 1)
    accounts.mark(make.system("test"), level=level, kind="CASE", reason="查实", since=clock.today(), person=expert.person)
    assert queries.drawable().filter(pk=expert.pk).exists() is not barred
    assert bool(queries.why_not_drawn(expert)) is barred


def test_who_does_not_confirm_is_not_drawn_until_he_does(town):
    expert = make.expert(town, 1)
    assert queries.drawable().filter(pk=expert.pk).exists()
    clock.shift_to(clock.now() + timedelta(days=366 + 31))
    assert not queries.drawable().filter(pk=expert.pk).exists()
    assert actions.ask_to_confirm() == 1
    assert actions.ask_to_confirm() == 0  # told once
    owner = make.Actor.of(expert.person)
    signed_in(owner).post(reverse("reviews:review:profile_confirm"))
    assert queries.drawable().filter(pk=expert.pk).exists()


def test_pause_ends_by_the_clock_and_stands_in_the_record(town):
    expert = make.expert(town, 1)
    with pytest.raises(Refused):
        actions.pause(town.he, expert, why="迟交", until=clock.today() + timedelta(days=3))
    actions.pause(town.he, expert, why="多次迟交")
    assert not queries.drawable().filter(pk=expert.pk).exists()
    assert [(m.kind, m.reason) for m in queries.measures_of(expert)] == [("PAUSE", "多次迟交")]
    assert actions.end_pauses(make.system("clock")) == 0
    clock.shift_to(clock.now() + timedelta(days=366))
    assert actions.end_pauses(make.system("clock")) == 1
    assert Expert.objects.get(pk=expert.pk).status == "ACTIVE"


# --- private values --------------------------------------------------------------------------------------------------


def test_account_is_sealed_masked_and_every_look_is_recorded(town):
    expert = make.expert(town, 1)
    owner = make.Actor.of(expert.person)
    actions.set_account(owner, expert, holder="甲", bank="某银行", number="6222 0000 1111 2222")
    row = ExpertAccount.objects.get(expert=expert)
    assert "6222000011112222" not in f"{row.number_sealed}{row.number_masked}" and row.number_masked == "6222********2222"
    for actor in (town.he, town.chen, town.qian, owner):
        with pytest.raises(Refused):
            actions.reveal_account(actor, expert, purpose="发放评审费")
    with pytest.raises(Refused):
        actions.reveal_account(town.fin, expert, purpose=" ")
    assert not LedgerRow.objects.filter(verb="reviews.expert.reveal").exists()
    assert actions.reveal_account(town.fin, expert, purpose="发放评审费") == "6222000011112222"
    assert LedgerRow.objects.get(verb="reviews.expert.reveal").why == "发放评审费"
    assert "6222000011112222" not in signed_in(owner).get(reverse("reviews:review:profile")).content.decode()
    with pytest.raises(Refused):  # nobody diverts another's fees
        actions.set_account(town.he, expert, holder="乙", bank="某银行", number="6222000011113333")


def test_employer_and_relation_are_kept_up_by_the_expert_alone_or_the_desk(town):
    one, other = make.expert(town, 1), make.expert(town, 2)
    client = signed_in(make.Actor.of(one.person))
    own, at_desk = client.get(reverse("reviews:review:profile")), signed_in(town.he).get(reverse("reviews:desk:expert", args=[one.uid]))
    for part in ("employer", "tie"):  # a form stands on the desk whose page it is: the other desk refuses
        mine, theirs = reverse("reviews:review:profile_part", args=[part]), reverse("reviews:desk:expert_part", args=[one.uid, part])
        assert f'action="{mine}"' in own.content.decode() and theirs not in own.content.decode()
        assert f'action="{theirs}"' in at_desk.content.decode() and f'action="{mine}"' not in at_desk.content.decode()
    client.post(reverse("reviews:review:profile_part", args=["employer"]), {"e-organisation": town.a.name, "e-since": "2024-01-01"})
    job = Employment.objects.get(person=one.person_id)
    assert signed_in(make.Actor.of(other.person)).post(reverse("reviews:review:employer_end", args=[one.uid, job.pk]), {"until": "2025-01-01"}).status_code == 404
    client.post(reverse("reviews:review:employer_end", args=[one.uid, job.pk]), {"until": "2025-01-01"})
    job.refresh_from_db()
    assert job.until == date(2025, 1, 1)
    wrong = client.post(reverse("reviews:review:profile_part", args=["tie"]), {"t-code": "RC5", "t-note": "持股 3%", "t-organisation": "没有这个单位"})
    assert wrong.status_code == 422 and "持股 3%" in wrong.content.decode()
    client.post(reverse("reviews:review:profile_part", args=["tie"]), {"t-code": "RC5", "t-note": "持股 3%", "t-organisation": town.a.uscc})
    tie = queries.ties_of(one).get()
    assert signed_in(make.Actor.of(other.person)).post(reverse("reviews:review:tie_end", args=[tie.uid]), {"why": "无"}).status_code == 404
    client.post(reverse("reviews:review:tie_end", args=[tie.uid]), {"why": "已转让"})
    tie.refresh_from_db()
    assert tie.ended_why == "已转让"


# --- tables ----------------------------------------------------------------------------------------------------------


def table(rows: list[list[str]]) -> SimpleUploadedFile:
    text = "\n".join(",".join(row) for row in [["姓名", "邮箱", "手机", "界别", "职称级别", "学科", "单位", "入职日期"], *rows])
    return SimpleUploadedFile("专家.csv", text.encode())


def taken(town, rows: list[list[str]]):
    row = actions.keep_table(town.he, upload=table(rows))
    headings, _lines = actions.read_table(row)
    actions.map_table(town.he, row, mapping=queries.expert_imports.guessed(headings, {}), job=False)
    return actions.check_table(town.he, row, lambda done, total: None)


def test_table_is_checked_taken_over_and_sent_again_without_change(town):
    old = make.expert(town, 1)
    rows = [["赵新", "zhao@pool.example", "", "产业界", "正高", "520、510", town.a.name, "2020-01-01"],
            ["专家甲01", old.person.email, "", "科技界", "副高", "", "", ""],
            ["钱错", "", "", "体育界", "正高", "999999", "无此单位", "昨天"],
            ["换名", old.person.email.upper(), "", "科技界", "", "", "", ""]]
    row = taken(town, rows[:3])
    assert row.counts == {"rows": 3, "new": 1, "changed": 1, "same": 0, "wrong": 1}
    assert {one["column"] for one in row.problems} == {"邮箱", "界别", "学科", "单位", "入职日期"}
    assert "产业界" not in openpyxl.load_workbook(io.BytesIO(body_of(row.errors))).active["D2"].value
    actions.order_table(town.he, row, why="原系统迁移", job=False)
    actions.apply_table(town.he, row, lambda done, total: None)
    new = Expert.objects.select_related("person").get(person__email="zhao@pool.example")
    assert (new.constituency, new.level, new.disciplines, new.origin) == ("INDUSTRY", "FULL", ["520", "510"], "IMPORT")
    assert Employment.objects.get(person=new.person).since == date(2020, 1, 1)
    assert not new.person.has_usable_password()
    again = taken(town, rows[:2])
    assert again.counts["same"] == 2
    assert taken(town, [rows[1], rows[3]]).counts["wrong"] == 2  # the same person twice, one of them by another name


def body_of(file) -> bytes:
    from core import files

    with files.open_file(file) as stream:
        return stream.read()


def test_table_says_nothing_of_columns_it_does_not_have(town):
    """A table of names and addresses alone must not empty the profiles of those who stand in the pool."""
    old = make.expert(town, 1)
    actions.edit_expert(town.he, old, level="FULL", disciplines=["520"], keywords=["芯片"], pool="MAJOR")
    text = f"姓名,邮箱,界别,职称\n{old.person.name},{old.person.email},科技界,研究员"
    row = actions.keep_table(town.he, upload=SimpleUploadedFile("专家.csv", text.encode()))
    actions.map_table(town.he, row, mapping=queries.expert_imports.guessed(actions.read_table(row)[0], {}), job=False)
    row = actions.check_table(town.he, row, lambda done, total: None)
    actions.order_table(town.he, row, why="补职称", job=False)
    actions.apply_table(town.he, row, lambda done, total: None)
    old.refresh_from_db()
    assert (old.title, old.level, old.disciplines, old.keywords, old.pool) == ("研究员", "FULL", ["520"], ["芯片"], "MAJOR")


def test_what_would_break_the_taking_over_is_told_by_the_dry_run(town):
    """One telephone or one identity number twice, a number of somebody else, somebody of the bureau: faults of lines, not of the job."""
    number, other = "11010519491231002X", "440524188001010014"
    accounts.create_person(make.system("test"), name="别人", email="other@pool.example", id_number=other)
    head = "姓名,邮箱,手机,界别,身份证号"
    lines = ["甲,a@pool.example,13900001111,科技界,", "乙,b@pool.example,13900001111,科技界,", f"丙,c@pool.example,,科技界,{number}",
             f"丁,d@pool.example,,科技界,{number}", f"戊,e@pool.example,,科技界,{other}", f"{town.chen.person.name},{town.chen.person.email},,科技界,",
             "己,f@pool.example,,科技界,"]
    row = actions.keep_table(town.he, upload=SimpleUploadedFile("专家.csv", "\n".join([head, *lines]).encode()))
    actions.map_table(town.he, row, mapping=queries.expert_imports.guessed(actions.read_table(row)[0], {}), job=False)
    row = actions.check_table(town.he, row, lambda done, total: None)
    assert (row.counts["wrong"], row.counts["new"]) == (6, 1)
    actions.order_table(town.he, row, why="迁移", job=False)
    assert actions.apply_table(town.he, row, lambda done, total: None).status == "APPLIED"


def test_other_columns_need_another_dry_run(town):
    row = taken(town, [["赵新", "zhao@pool.example", "", "产业界", "正高", "", "", ""]])
    actions.map_table(town.he, row, mapping=row.mapping, job=False)
    with pytest.raises(Refused):
        actions.order_table(town.he, row, why="迁移", job=False)
    with pytest.raises(Refused):
        actions.apply_table(town.he, row, lambda done, total: None)
    assert not Expert.objects.exists()


def test_table_with_numbers_is_deleted_when_it_is_done_with(town):
    row = taken(town, [["赵新", "zhao@pool.example", "", "产业界", "正高", "", "", ""]])
    assert actions.sweep_tables(make.system("tables")) == 0  # still to be taken over
    actions.discard_table(town.he, row, why="传错了")
    assert actions.sweep_tables(make.system("tables")) == 1
    row.file.refresh_from_db()
    assert row.file.path == "" and row.file.sha256
    late = taken(town, [["钱新", "qian@pool.example", "", "产业界", "正高", "", "", ""]])
    clock.shift_to(clock.now() + timedelta(days=31))
    actions.sweep_tables(make.system("tables"))
    late.refresh_from_db()
    assert late.status == "DISCARDED" and not late.file.path


def test_relations_of_a_person_are_for_who_keeps_the_pool(town):
    expert = make.expert(town, 1)
    actions.declare_tie(make.Actor.of(expert.person), expert, code="RC3", name="亲属某", note="配偶")
    page = reverse("reviews:desk:expert", args=[expert.uid])
    assert "亲属某" in signed_in(town.he).get(page).content.decode()
    shown = signed_in(town.chen).get(page)
    assert shown.status_code == 200 and "亲属某" not in shown.content.decode() and "配偶" not in shown.content.decode()


def test_who_checks_what_was_handed_over_reads_no_pool(town):
    for scope, may in ((HANDED_OVER, False), ("", True)):
        clerk = accounts.create_person(make.system("test"), name="机构经办", email=f"clerk{len(scope)}@agency.example")
        accounts.grant_role(make.system("test"), clerk, town.bureau, Role.AGENCY, scope=scope)
        actor = make.Actor.of(clerk)
        assert (policies.may_read_pool(actor) is None) is may
        assert (signed_in(actor).get(reverse("reviews:desk:experts")).status_code == 200) is may


def test_table_is_for_the_resource_division(town):
    for actor in (town.chen, town.sun, town.li):
        with pytest.raises(Refused):
            actions.keep_table(actor, upload=table([]))


def test_job_takes_the_table_over_once(town):
    row = taken(town, [["赵新", "zhao@pool.example", "", "产业界", "正高", "", "", ""]])
    actions.order_table(town.he, row, why="迁移")
    assert jobs.run(Job.objects.get(kind="reviews.import").pk)
    row.refresh_from_db()
    assert row.status == "APPLIED" and Expert.objects.count() == 1


# --- pages -----------------------------------------------------------------------------------------------------------


def test_lists_ask_the_same_for_one_row_and_for_three(town, monkeypatch):
    client = signed_in(town.he)
    for number in range(1, 4):
        expert = make.expert(town, number, organisation=town.a)
        Candidacy.objects.create(name=f"候选{number}", contact=f"c{number}@pool.example", constituency="SCIENCE", by=expert.person, status="ASKED")
    for name in ("experts", "candidacies"):
        counts = []
        for rows in (1, 3):
            monkeypatch.setattr(lists.Listing, "per_page", rows)
            client.get(reverse(f"reviews:desk:{name}"))
            with CaptureQueriesContext(connection) as found:
                assert len(client.get(reverse(f"reviews:desk:{name}")).context["page"].rows) == rows
            counts.append(len(found))
        assert counts[0] == counts[1], name


def test_export_leaves_numbers_masked(town):
    expert = make.expert(town, 1)
    Person.objects.filter(pk=expert.person_id).update(phone="13812345678", id_masked="440***********1234")
    answer = signed_in(town.he).get(reverse("reviews:desk:experts"), {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = {str(cell.value) for sheet in book.worksheets for line in sheet.iter_rows() for cell in line}
    assert "138****5678" in cells and not any("13812345678" in one for one in cells)
    assert len(book.worksheets) == 2
