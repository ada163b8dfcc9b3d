"""Taking over from an earlier application: what fits is offered, what is typed stays, and nothing comes from others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.states import Role
from applications import actions, queries
from applications.models import Application
from applications.queries.taking import misfit
from applications.states import READ, WRITE
from core.workflow import Refused
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories import programs as programme
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def pair(town):
    """An earlier application of li's, filled, and a new empty one in another guide with other parts."""
    town.old = make.fill(town.li, make.started(town.li, town.guide, town.a), title="去年的题目")
    town.new = make.started(town.li, town.guide, town.a)
    town.other = make.started(town.li, programme.published_guide(town, "g1", plan=town.guide.plan_item.plan), town.a)
    return town


def url(row, earlier, **more) -> str:
    return reverse("applications:my:take_over", args=[row.ref]) + f"?from={earlier.ref}" + "".join(f"&{k}={v}" for k, v in more.items())


def offers(town, row=None, **more):
    return queries.offers_from(town.li, row or town.new, town.old, **more)


def test_the_same_fields_are_offered_and_taken(pair):
    client = signed_in(pair.li)
    page = client.get(url(pair.new, pair.old))
    assert page.status_code == 200 and "去年的题目" in page.content.decode()
    found = offers(pair)
    keys = [one.key for one in found if one.ticked and not one.problem]
    assert "basic/title" in keys and "targets/rows" in keys and "basic/topic" not in [one.key for one in found]
    client.post(url(pair.new, pair.old), {"rev": pair.new.rev, "take": keys})
    row = Application.objects.get(pk=pair.new.pk)
    assert row.title == "去年的题目" and row.answers["targets"] == pair.old.answers["targets"] and row.targets.count() == pair.old.targets.count()
    assert row.saves.filter(section="basic", saved_by=pair.li.person).exists()


def test_what_is_typed_is_replaced_only_when_ticked(pair):
    actions.save_section(pair.li, pair.new, section="basic", values={"title": "今年的题目"}, base=0)
    pair.new.refresh_from_db()
    one = next(one for one in offers(pair) if one.key == "basic/title")
    assert not one.ticked and one.old == "今年的题目"
    client = signed_in(pair.li)
    client.post(url(pair.new, pair.old), {"rev": pair.new.rev, "take": ["basic/months"]})
    assert Application.objects.get(pk=pair.new.pk).title == "今年的题目"
    client.post(url(pair.new, pair.old), {"rev": Application.objects.get(pk=pair.new.pk).rev, "take": ["basic/title"]})
    assert Application.objects.get(pk=pair.new.pk).title == "去年的题目"


def test_what_was_typed_after_the_look_is_left_alone_and_named(pair):
    base = pair.new.rev
    actions.save_section(pair.li, pair.new, section="basic", values={"title": "刚写的题目"}, base=base)
    page = signed_in(pair.li).post(url(pair.new, pair.old), {"rev": base, "take": ["basic/title", "basic/months"]}, follow=True).content.decode()
    row = Application.objects.get(pk=pair.new.pk)
    assert row.title == "刚写的题目" and row.answers["basic"]["months"] == pair.old.answers["basic"]["months"]
    assert str(next(one for one in offers(pair) if one.key == "basic/title").label) in page


def test_another_form_says_what_does_not_fit(pair):
    found = offers(pair, pair.other)
    assert any(one.problem for one in found) and any(not one.problem for one in found)
    text = signed_in(pair.li).get(url(pair.other, pair.old)).content.decode()
    assert all(str(one.problem).split("：")[0] in text for one in found if one.problem)
    wrong = [one.key for one in found if one.problem]
    before = Application.objects.get(pk=pair.other.pk).answers
    signed_in(pair.li).post(url(pair.other, pair.old), {"rev": pair.other.rev, "take": wrong})
    assert Application.objects.get(pk=pair.other.pk).answers == before


def test_other_kind_label_choice_or_length_is_no_fit():
    from programs.engine.forms import Choice, Field

    item = Field("x", "textarea", {"label": "甲", "max_length": 5})
    fits = misfit
    assert fits(item, item, "12345") == ""
    assert fits(item, item, "123456") and fits(item, replace(item, kind="text"), "1") and fits(item, Field("x", "textarea", {"label": "乙"}), "1")
    one = Field("x", "select", {"label": "甲"}, (Choice("a", "A"),))
    assert fits(one, one, "a") == "" and fits(one, one, "b")
    table = Field("t", "table", {"label": "甲"}, (), (item,))
    assert fits(table, table, [{"x": "1"}]) == "" and fits(table, table, [{"x": "123456"}]) and fits(table, replace(table, columns=(one,)), [{"x": "1"}])


def test_one_section_alone(pair):
    assert {one.part for one in offers(pair, only="targets")} == {"targets"}


def test_materials_come_as_new_versions_when_they_still_fit(pair):
    found = queries.file_offers(pair.new, pair.old, actions.limit_of)
    assert found and not any(one.problem for one in found)
    code = found[0].code
    signed_in(pair.li).post(url(pair.new, pair.old), {"rev": pair.new.rev, "file": [code, "no-such"]})
    annex = pair.new.annexes.get()
    assert annex.code == code and annex.file.sha256 == pair.old.annexes.get(code=code, is_current=True).file.sha256 and annex.number == 1
    pair.old.annexes.get(code=code, is_current=True).file.__class__.objects.filter(pk=annex.file_id).update(scan="INFECTED")
    assert queries.file_offers(pair.new, pair.old, actions.limit_of)[0].problem
    assert actions.take_files(pair.li, pair.new, pair.old, [code]) == 0


def test_nothing_is_taken_from_an_application_of_others(pair):
    foreign = make.fill(pair.stranger, make.started(pair.stranger, pair.guide, pair.b), title="别人的题目")
    client = signed_in(pair.li)
    assert "别人的题目" not in client.get(url(pair.new, foreign)).content.decode()
    client.post(url(pair.new, foreign), {"rev": pair.new.rev, "take": ["basic/title"]})
    assert Application.objects.get(pk=pair.new.pk).title == ""
    with pytest.raises(Refused):
        actions.take_files(pair.li, pair.new, foreign, ["D01"])
    assert client.get(url(foreign, pair.old)).status_code == 404


def test_a_coauthor_takes_over_from_the_own_ones_into_what_is_shared_for_writing(pair):
    hu = make.member("胡同事", pair.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    mine = make.started(hu, pair.guide, pair.a)
    make.save(hu, mine, "basic", {"title": "胡自己的题目", "months": "18"})
    actions.accept_seat(hu, actions.invite_coauthor(pair.li, pair.new, who="hu@applications.example", rights={"basic": WRITE, "targets": READ}))
    client = signed_in(hu)
    assert client.get(url(pair.new, pair.old)).context["rows"].count() == 1  # only the own ones are offered
    page = client.get(url(pair.new, mine))
    assert [one["title"] for one in page.context["groups"]] == [str(queries.part_of(pair.new, "basic").title)] and not page.context["files"]
    client.post(url(pair.new, mine), {"rev": pair.new.rev, "take": ["basic/title", "targets/rows"], "file": ["any"]})
    row = Application.objects.get(pk=pair.new.pk)
    assert row.title == "胡自己的题目" and "targets" not in row.answers
    actions.change_rights(pair.li, row.coauthors.get(), rights={"*": READ})
    assert client.get(url(pair.new, mine)).status_code == 404


def test_beginning_leads_to_what_may_be_taken_over(pair):
    client = signed_in(pair.li)
    start = reverse("applications:my:start", args=[pair.guide.ref])
    assert pair.old.ref in client.get(start).content.decode()
    topic = pair.guide.topics.first()
    answer = client.post(start, {"unit": pair.a.pk, "earlier": pair.old.ref, **({"topic": topic.pk} if topic else {})})
    assert answer.status_code == 302 and f"take-over/?from={pair.old.ref}" in answer["Location"]


def test_pledges_are_not_taken_over_and_what_is_of_then_is_not_ticked(pair):
    found = {one.key: one for one in offers(pair)}
    pledged = {f"{part.code}/{code}" for part in queries.parts_of(pair.old) for code in queries.pledges_of(part.section)}
    assert pledged and not pledged & set(found)
    dates = [one for one in found.values() if one.name == "starts_on"]
    assert dates and not any(one.ticked for one in dates)
    signed_in(pair.li).post(url(pair.new, pair.old), {"rev": pair.new.rev, "take": sorted(pledged)})
    assert not Application.objects.get(pk=pair.new.pk).answers.get("pledge")


def test_without_the_list_of_pledges_they_would_be_offered(pair, monkeypatch):
    """The negative control of the one above."""
    monkeypatch.setattr("applications.queries.parts.pledges_of", lambda _section: set())
    assert any(one.part == "pledge" and one.ticked for one in offers(pair))


@pytest.mark.parametrize(("document", "dated"), [
    ({"name": "社保凭证", "note": "项目负责人和全体成员近3个月"}, True), ({"name": "审计报告", "note": "覆盖近两年服务成本"}, True),
    ({"name": "Proof", "note_en": "Leader, last 3 months"}, True), ({"name": "科研诚信承诺书", "note": ""}, True),
    ({"name": "合作协议", "note": "写明任务、经费和知识产权"}, False), ({"name": "营业执照"}, False)])
def test_which_materials_are_of_their_time(document, dated):
    from applications.queries.taking import of_its_time

    assert of_its_time(document) is dated


def test_dated_materials_are_shown_without_a_tick(pair):
    files = queries.file_offers(pair.new, pair.old, actions.limit_of)
    dated = [one.code for one in files if one.of_its_time]
    assert dated and any(one.ticked for one in files)
    page = signed_in(pair.li).get(url(pair.new, pair.old)).content.decode()
    for one in files:
        assert (f'value="{one.code}" checked' in page) is one.ticked


def test_nothing_ticked_is_said_and_stays_on_the_page(pair):
    answer = signed_in(pair.li).post(url(pair.new, pair.old), {"rev": pair.new.rev}, follow=True)
    page = answer.content.decode()
    assert "没有勾选任何内容" in page and "已填入" not in page and "st-msg--success" not in page
    assert answer.redirect_chain[-1][0].endswith(f"?from={pair.old.ref}")


def test_amounts_are_told_in_ten_thousands_and_a_single_column_is_not_named_again():
    from applications.queries.taking import told
    from programs.engine.forms import Field

    assert told(Field("m", "money", {"label": "金额"}), "1250000.00") == "125 万元"
    word = Field("word", "text", {"label": "关键词"})
    assert told(Field("k", "table", {"label": "关键词"}, (), (word,)), [{"word": "甲"}, {"word": "乙"}]) == "甲\n乙"
