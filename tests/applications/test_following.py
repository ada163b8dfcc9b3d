"""A guide is corrected while people are writing (更正重发): what they wrote goes on under the corrected guide."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.policies import system
from applications import actions, queries, rules
from applications.models import Application
from applications.views.frame import closes_at
from applications.workflow import APPLICATION
from core import clock, deadlines
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from programs import actions as programme
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.factories import programs as factory
from tests.factories.projects import settle

pytestmark = pytest.mark.django_db


def corrected(town, change=lambda data: None):
    """The guide of the town is corrected: superseded, changed, signed by all hands and published."""
    new = programme.supersede_guide(town.chen, town.guide, why="金额有误")
    settle()
    deadlines.sweep()
    data = copy.deepcopy(new.version.data)
    change(data)
    parts = {key: value for key, value in data.items() if value != new.version.data.get(key)}
    if parts:
        programme.save_parts(town.chen, new, parts)
    new.refresh_from_db()
    programme.submit_guide(town.chen, new)
    programme.agree_guide(town.he, new)
    factory.passed_law(town, new)
    return programme.publish_guide(town.chen, programme.approve_guide(town.lead, new))


def followed(town, **more):
    new = corrected(town, **more)
    settle()
    deadlines.sweep()
    settle()
    return new


def again(row):
    return Application.objects.select_related("guide", "version", "unit", "leader").get(pk=row.pk)


def shorter_form(data):
    section = next(one for one in data["form"]["sections"] if one["code"] == "leader")
    section["help"] = "按更正后的口径填写"


def test_a_draft_waits_for_the_corrected_guide_and_goes_on_under_it(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    for part in ("basic", "leader"):
        actions.mark_done(town.li, row, part=part, done=True)
    before = again(row)
    programme.supersede_guide(town.chen, town.guide, why="金额有误")
    settle()
    deadlines.sweep()
    actions.expire_guide(system("test"), type(town.guide).objects.get(pk=town.guide.pk))  # a close that is swept late
    waiting = again(row)
    assert APPLICATION.why_not("expire", system("test"), waiting)
    assert waiting.status == "DRAFT" and "更正" in queries.next_step(waiting).text
    with pytest.raises(Refused, match="更正"):
        actions.hand_in(town.li, waiting)
    assert waiting.answers == before.answers


def test_what_was_written_is_kept_and_only_changed_parts_are_to_be_looked_at_again(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    for part in ("basic", "leader"):
        actions.mark_done(town.li, row, part=part, done=True)
    before = again(row)
    assert {"basic", "leader"} <= set(before.done)
    new = followed(town, change=shorter_form)
    now = again(row)
    assert (now.guide, now.version_id, now.status, now.ref) == (new, new.version_id, "DRAFT", before.ref)
    assert now.answers == before.answers and now.team.count() == before.team.count() and now.annexes.count() == before.annexes.count()
    assert "leader" not in now.done and "basic" in now.done
    assert (now.topic.guide, now.topic.code) == (new, before.topic.code)
    [told] = Message.objects.filter(event="guide.follow")
    assert told.person == town.li.person and "项目负责人" in told.body
    assert LedgerRow.objects.filter(verb="applications.application.follow", target_id=row.pk).count() == 1
    assert actions.endorse(town.wang, actions.hand_in(town.li, now)).status == "SUBMITTED"


def test_what_waited_with_the_unit_comes_back_to_the_leader(town):
    row = make.handed_in(town.li, town.guide, town.a)
    new = followed(town)
    now = again(row)
    assert (now.status, now.guide, now.version_id) == ("DRAFT", new, new.version_id)
    assert actions.hand_in(town.li, now).status == "UNIT_PENDING"


def test_what_was_submitted_stays_submitted_by_the_text_it_was_filed_under(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    new = followed(town, change=shorter_form)
    now = again(row)
    assert (now.status, now.guide, now.version_id, now.submitted_at) == ("SUBMITTED", new, row.version_id, row.submitted_at)
    assert {one.person for one in Message.objects.filter(event="guide.follow")} == {town.li.person, town.wang.person}


def test_taken_back_after_the_correction_it_is_filed_by_the_new_text(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    new = followed(town, change=shorter_form)
    back = actions.take_back(town.li, again(row))
    assert (back.status, back.version_id) == ("DRAFT", new.version_id) and "leader" not in back.done
    filed = actions.endorse(town.wang, actions.hand_in(town.li, again(back)))
    assert filed.status == "SUBMITTED" and filed.version_id == new.version_id


def test_a_unit_that_the_corrected_guide_shuts_out_is_told_at_the_check_list(town):
    row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    followed(town, change=lambda data: data.update(applicants=["UNIVERSITY"]))
    town.guide.refresh_from_db()
    with pytest.raises(Refused, match="已更正重发为"):
        make.started(town.stranger, town.guide, town.b)
    with pytest.raises(Refused, match="Units of this kind|不受理此类单位"):
        actions.hand_in(town.li, again(row))


def test_pages_lead_from_the_old_guide_to_the_corrected_one(town, client):
    row = make.started(town.li, town.guide, town.a)
    address = f"/guides/{town.guide.year}/{town.guide.slug}/"
    new = programme.supersede_guide(town.chen, town.guide, why="金额有误")
    page = client.get(address).content.decode()
    assert "已失效" in page and f"/guides/{new.year}/{new.slug}/" not in page  # a draft is nobody's business
    assert closes_at(again(row)) is None


def test_the_published_correction_is_linked_and_compared_with_what_it_corrects(town, client):
    new = followed(town, change=shorter_form)
    page = client.get(f"/guides/{town.guide.year}/{town.guide.slug}/").content.decode()
    assert f"/guides/{new.year}/{new.slug}/" in page and "我能申报" not in page
    assert signed_in(town.chen).get(f"/desk/guides/{new.ref}/compare/").context["other"] == town.guide


def test_run_twice_or_cut_it_moves_everybody_once(town):
    rows = [make.started(town.li, town.guide, town.a), make.started(town.stranger, town.guide, town.b)]
    new = corrected(town)
    assert actions.follow_guide(system("test"), new, limit=1) == 1
    assert {again(row).guide_id for row in rows} == {new.pk, town.guide.pk}
    assert actions.follow_guide(system("test"), new) == 1 and actions.follow_guide(system("test"), new) == 0
    assert {again(row).guide_id for row in rows} == {new.pk}
    assert LedgerRow.objects.filter(verb="applications.application.follow").count() == 2


def test_a_second_correction_takes_along_what_the_first_one_took(town):
    row = make.started(town.li, town.guide, town.a)
    town.guide = followed(town)
    last = followed(town)
    assert again(row).guide == last


def test_ended_ones_stay_where_they_were(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    actions.withdraw(town.wang, row, why="不再申报")
    followed(town)
    assert again(row).guide == town.guide


def test_database_moves_what_is_frozen_only_to_the_guide_that_corrects_its_own(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    other = factory.published_guide(town, plan=factory.approved_plan(town, town.guide.year + 1))
    with pytest.raises(DatabaseError, match="stays with its guide"), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(guide=other, topic=None)
    new = corrected(town, change=shorter_form)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(guide=new, version=new.version)
    wrong = new.topics.exclude(code=row.topic.code).first()
    assert wrong is not None
    with pytest.raises(DatabaseError, match="stays with its topic"), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(guide=new, topic=wrong)


def test_a_leader_gives_a_correction_up_and_what_waited_ends_with_the_reason(town):
    draft = make.started(town.li, town.guide, town.a)
    filed = make.submitted(town.stranger, town.badm, town.guide, town.b)
    new = programme.supersede_guide(town.chen, town.guide, why="金额有误")
    with pytest.raises(Refused):
        programme.discard_guide(town.chen, new, why="不再更正")  # applicants wait for it: not the division alone
    programme.discard_guide(town.lead, new, why="专项已暂停")
    settle()
    deadlines.sweep()
    ended = again(draft)
    assert (ended.status, ended.refusal_code, ended.answers) == ("EXPIRED", "GUIDE_WITHDRAWN", draft.answers)
    assert (again(filed).status, again(filed).guide) == ("SUBMITTED", town.guide)
    assert "更正已终止" in queries.shut(again(draft))


def test_drafts_that_come_late_to_a_guide_that_has_closed_are_ended(town):
    row = make.started(town.li, town.guide, town.a)
    new = corrected(town)
    with clock.shifted_to(new.closes_at + timedelta(minutes=1)):
        settle()
        deadlines.sweep()
        assert (again(row).guide, again(row).status, again(row).refusal_code) == (new, "EXPIRED", "DEADLINE_PASSED")


def test_what_is_in_a_formal_correction_is_not_asked_again_who_may_apply(town):
    row = make.submitted(town.li, town.wang, town.guide, town.a)
    type(town.a).objects.filter(pk=town.a.pk).update(kind="GOVERNMENT")
    for status, asked in (("DRAFT", True), ("CORRECTION", False)):
        here = again(row)
        here.status = status
        assert any("此类单位" in item.text for item in queries.blockers(here)) is asked


def test_nothing_is_given_back_by_hand(town):
    row = make.handed_in(town.li, town.guide, town.a)
    for who in (town.li, town.wang, town.chen):
        assert APPLICATION.why_not("give_back", who, row)
    assert APPLICATION.why_not("give_back", system("test"), row)  # the guide was not corrected


@pytest.mark.parametrize(("before", "after", "parts"), [
    ({"form": {"sections": [{"code": "a"}]}}, {"form": {"sections": [{"code": "a"}]}}, []),
    ({"form": {"sections": [{"code": "a"}, {"code": "b"}]}}, {"form": {"sections": [{"code": "a", "help": "x"}]}}, ["a"]),
    ({}, {"form": {"sections": [{"code": "new"}]}}, ["new"]),
    ({"topics": [{"code": "T1"}], "form": {"sections": [{"code": "basic"}]}}, {"topics": [], "form": {"sections": [{"code": "basic"}]}}, ["basic"]),
    ({"budget": {"a": 1}, "documents": []}, {"budget": {"a": 2}, "documents": [{"code": "D01"}]}, ["budget", "files"]),
])
def test_changed_parts(before, after, parts):
    assert rules.changed_parts(before, after) == parts
