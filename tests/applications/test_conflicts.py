"""Two people in one place: whatever one of them wrote is either saved or shown beside the other's, in fields, rows and amounts."""

from __future__ import annotations

import itertools
import json

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.states import Role
from applications import actions, queries, rules
from applications.models import Application
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def desk(town):
    town.hu = make.member("胡同事", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    actions.accept_seat(town.hu, actions.invite_coauthor(town.li, town.row, who="hu@applications.example", rights={"*": "WRITE"}))
    town.row.refresh_from_db()
    return town


def at(name: str, row, section: str) -> str:
    return reverse(f"applications:my:{name}", args=[row.ref, section])


def save(actor, row, section, values, base, **more):
    return actions.save_section(actor, Application.objects.get(pk=row.pk), section=section, values=values, base=base, **more)


def stored(row, section) -> dict:
    part = queries.part_of(row, section)
    return rules.flat(part.section, Application.objects.get(pk=row.pk).answers.get(section) or {})


def page_of(row, section) -> dict:
    return {name: value for name, value in stored(row, section).items() if not isinstance(value, list)}


def test_a_field_another_page_still_shows_as_it_was_is_not_put_back(desk):
    """The page saves one field, learns the new revision, and sends itself whole later: the other's text in a field that it
    never showed must not go."""
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡写的题目"}, base)
    saved = save(desk.li, desk.row, "basic", {"months": "30"}, base, bases={"": base})
    assert saved.news == {"title": "胡写的题目"} and not saved.conflicts
    whole = {**page_of(desk.row, "basic"), "title": desk.row.title, "months": "30"}
    late = save(desk.li, desk.row, "basic", whole, saved.rev, whole=True, bases={"": base, "months": saved.rev})
    assert late.conflicts == {"title": "胡写的题目"} and stored(desk.row, "basic")["title"] == "胡写的题目"


def test_without_the_revisions_of_fields_it_would_go(desk):
    """The negative control: one revision for the whole page lets the old text win."""
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡写的题目"}, base)
    saved = save(desk.li, desk.row, "basic", {"months": "30"}, base)
    save(desk.li, desk.row, "basic", {"title": "旧题目"}, saved.rev, whole=True)
    assert stored(desk.row, "basic")["title"] == "旧题目"


def test_two_new_rows_in_one_place_are_two_rows(desk):
    count = len(desk.row.answers["targets"]["rows"])
    base = desk.row.rev
    save(desk.hu, desk.row, "targets", {f"rows.{count}.name": "胡的指标"}, base)
    found = save(desk.li, desk.row, "targets", {f"rows.{count}.name": "李的指标", f"rows.{count}.unit": "项"}, base)
    assert set(found.conflicts) == {f"rows.{count}.name", f"rows.{count}.unit"}
    part = queries.part_of(desk.row, "targets")
    row = Application.objects.get(pk=desk.row.pk)
    (one,) = queries.conflicts_of(row, part, found.conflicts, {f"rows.{count}.name": "李的指标", f"rows.{count}.unit": "项"})
    assert "胡的指标" in one["theirs"] and "李的指标" in one["mine"] and one["both"]
    client = signed_in(desk.li)
    body = {"rev": row.rev, f"rows.{count}.name": "李的指标", f"rows.{count}.unit": "项", "settle": f"both:rows.{count}"}
    assert client.post(at("section", row, "targets"), body).status_code == 302
    rows = Application.objects.get(pk=row.pk).answers["targets"]["rows"]
    assert [one["name"] for one in rows[count:]] == ["胡的指标", "李的指标"] and rows[-1]["unit"] == "项" and not rows[-2].get("unit")


def test_two_cells_of_an_old_row_are_no_conflict(desk):
    base = desk.row.rev
    save(desk.hu, desk.row, "targets", {"rows.0.name": "胡改的名称"}, base)
    assert not save(desk.li, desk.row, "targets", {"rows.0.unit": "台"}, base).conflicts
    row = Application.objects.get(pk=desk.row.pk).answers["targets"]["rows"][0]
    assert row["name"] == "胡改的名称" and row["unit"] == "台"


def test_rows_that_moved_up_are_not_written_by_their_old_number(desk):
    rows = desk.row.answers["targets"]["rows"]
    base, last = desk.row.rev, len(rows) - 1
    assert last >= 1
    save(desk.hu, desk.row, "targets", {f"rows.0.{column}": "" for column in rows[0]}, base, whole=True)
    found = save(desk.li, desk.row, "targets", {f"rows.{last - 1}.name": "写给旧行号"}, base)
    assert found.conflicts
    assert "写给旧行号" not in json.dumps(Application.objects.get(pk=desk.row.pk).answers["targets"], ensure_ascii=False)


def test_amounts_of_the_budget_too(desk):
    name = next(name for name in stored(desk.row, "budget") if not name.endswith(":note"))
    base = desk.row.rev
    save(desk.hu, desk.row, "budget", {name: "11"}, base)
    client = signed_in(desk.li)
    page = client.post(at("section", desk.row, "budget"), {"rev": base, name: "22"})
    text = page.content.decode()
    assert page.status_code == 200 and "<del>" in text and 'value="22"' in text and f'value="theirs:{name}"' in text
    assert f'value="both:{name}"' not in text and stored(desk.row, "budget")[name] == "11"
    rev = Application.objects.get(pk=desk.row.pk).rev
    client.post(at("section", desk.row, "budget"), {"rev": rev, name: "22", "unsettled": name, "settle": f"mine:{name}"})
    assert stored(desk.row, "budget")[name] == "22"


@pytest.mark.parametrize(("choice", "kept_text"), [("theirs", "胡的题目"), ("mine", "李的题目"), ("both", "胡的题目 李的题目")])
def test_each_choice_without_script(desk, choice, kept_text):
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡的题目"}, base)
    client, url = signed_in(desk.li), at("section", desk.row, "basic")
    sent = {**page_of(desk.row, "basic"), "title": "李的题目"}
    page = client.post(url, {**sent, "rev": base}).content.decode()
    assert "胡的题目" in page.replace("</del>", "").replace("<del>", "").replace("</ins>", "").replace("<ins>", "") and 'value="李的题目"' in page
    assert "胡同事" in page
    rev = Application.objects.get(pk=desk.row.pk).rev
    page = client.post(url, {**sent, "rev": rev, "unsettled": "title", "settle": f"{choice}:title"}, follow=True)
    assert page.redirect_chain and "data-settled" in page.content.decode() and "data-settled" not in client.get(url).content.decode() and stored(desk.row, "basic")["title"] == kept_text


def test_both_texts_over_the_limit_is_said_at_once_and_after_the_choice(desk):
    most = queries.part_of(desk.row, "basic").section.field("title").max_length
    base, theirs, mine = desk.row.rev, "胡" * most, "李" * most
    save(desk.hu, desk.row, "basic", {"title": theirs}, base)
    client, url = signed_in(desk.li), at("section", desk.row, "basic")
    page = client.post(url, {"rev": base, "title": mine}).content.decode()
    assert f"共 {2 * most + 1} 字" in page and f"{most} 字" in page
    answer = client.post(url, {"rev": Application.objects.get(pk=desk.row.pk).rev, "title": mine, "unsettled": "title", "settle": "both:title"})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'class="st-err"' in page and f"{theirs} {mine}" in page and "data-settled" in page
    assert stored(desk.row, "basic")["title"] == f"{theirs} {mine}"


def test_both_texts_within_the_limit_is_not_warned_of(desk):
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡的题目"}, base)
    page = signed_in(desk.li).post(at("section", desk.row, "basic"), {"rev": base, "title": "李的题目"})
    assert not any(one["over"] for one in page.context["conflicts"])


def test_choosing_for_one_field_leaves_the_other_choice_open(desk):
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡的题目", "months": "11"}, base)
    sent = {**page_of(desk.row, "basic"), "title": "李的题目", "months": "22"}
    rev = Application.objects.get(pk=desk.row.pk).rev
    page = signed_in(desk.li).post(at("section", desk.row, "basic"), {
        **sent, "rev": rev, "unsettled": ["title", "months"], "settle": "mine:title"}).content.decode()
    assert stored(desk.row, "basic")["title"] == "李的题目" and stored(desk.row, "basic")["months"] == "11"
    assert 'value="theirs:months"' in page and 'value="theirs:title"' not in page and 'value="22"' in page


def test_autosave_tells_the_panel_and_the_news(desk):
    base = desk.row.rev
    save(desk.hu, desk.row, "basic", {"title": "胡的题目", "months": "11"}, base)
    answer = signed_in(desk.li).post(at("autosave", desk.row, "basic"), json.dumps(
        {"rev": base, "values": {"title": "李的<b>题目"}, "bases": {"": base}}), content_type="application/json")
    found = answer.json()
    assert answer.status_code == 409 and found["values"] == {"title": "胡的题目"} and found["news"] == {"months": "11"}
    assert 'name="settle" value="both:title"' in found["html"] and "<b>" not in found["html"]


@pytest.mark.parametrize("bases", ["x", [], {"": "x"}, {"title": None}, {"title": -1}, {"title": 10**30}, {"": {"a": 1}}])
def test_nonsense_for_the_revisions_of_fields_breaks_nothing(desk, bases):
    base = desk.row.rev
    answer = signed_in(desk.li).post(at("autosave", desk.row, "basic"), json.dumps({"rev": base, "values": {"title": "题"}, "bases": bases}),
                                     content_type="application/json")
    assert answer.status_code in (200, 409)
    page = signed_in(desk.li).post(at("section", desk.row, "basic"), {"rev": base, "title": "题二", "bases": json.dumps(bases), "settle": "both:nothing.9.x"})
    assert page.status_code in (200, 302)


STEPS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["f", "g", "t.0.x", "t.0.y", "t.1.x", "t.1.y"]), st.booleans()), max_size=25)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_text_goes_without_having_been_seen(steps):
    """Two pages over the same fields, saving single fields or everything they show, in any order: a text that is replaced was
    known to the page that replaced it."""
    number = itertools.count(1)
    current, revs, rev = {}, {}, 0
    pages = {who: {"shows": {}, "top": 0, "seen": {}} for who in "ab"}
    for who, name, whole in steps:
        page = pages[who]
        page["shows"][name] = f"{who}{next(number)}"
        sent = dict(page["shows"]) if whole else {name: page["shows"][name]}
        bases = {"": page["top"], **page["seen"]}
        merged = rules.merge(current, revs, page["top"], sent, bases)
        news = rules.news(current, revs, page["top"], sent, bases)
        for one in merged.written:
            assert revs.get(one, 0) <= bases.get(one, page["top"]), "an unseen text was replaced"
        if merged.written:
            rev += 1
            current |= merged.written
            revs |= dict.fromkeys(merged.written, rev)
        page["seen"] |= {one: rev for one in sent if one not in merged.conflicts}
        page["shows"] |= news | merged.conflicts  # taken for the own after it was shown
        page["seen"] |= dict.fromkeys([*news, *merged.conflicts], rev)
