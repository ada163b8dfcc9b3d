"""Needs as drafts, compared with each other, and at their end with a call that is withdrawn."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.policies import system
from core import clock, jobs
from core.models import Job, LedgerRow, Parameter
from core.workflow import Refused
from notices.models import Message
from programs import actions, queries
from programs.models import Need, TopicCall
from programs.queries import likeness
from programs.workflow import NEED
from tests.factories import applications as people_of
from tests.factories import topics
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def town(staff):
    staff.__dict__.update(people_of.people().__dict__)
    return staff


@kept
def call(town) -> TopicCall:
    return topics.published_call(town)


@kept
def three(town, call) -> list[Need]:
    """Two alike, one of its own; all filed, the call closed (the clock stays past the close)."""
    rows = [
        topics.filed(town.li, town.wang, call, town.a, title="端侧大模型稀疏推理芯片", name_agreed=True),
        topics.filed(town.stranger, town.badm, call, town.b, title="面向端侧大模型的稀疏推理芯片架构"),
        topics.filed(town.li, town.wang, call, town.a, title="海上风电柔性直流送出", background="海上风电并网距离远。", content="研制柔直换流阀与海缆接头。"),
    ]
    clock.shift_to(call.closes_at + timedelta(minutes=1))
    return rows


def test_the_number_of_files_is_limited_and_those_taken_off_count(town, call):
    Parameter.objects.filter(key="need.files_most").update(value=2)
    need = topics.started(town.li, call, town.a)
    for _n in range(2):
        actions.detach_file(town.li, actions.attach_file(town.li, need, upload=topics.letter(), kind="OTHER"))
    with pytest.raises(Refused, match="2"):
        actions.attach_file(town.li, need, upload=topics.letter(), kind="OTHER")
    assert need.files.count() == 2


def test_what_cannot_be_stored_is_left_out_of_a_draft(town, call):
    need = topics.started(town.li, call, town.a)
    actions.save_need(town.li, need, values={"title": "甲\x00乙\ud800丙", "content": None}, base=need.rev)
    assert (need.title, need.answers["title"], need.answers["content"]) == ("甲乙丙", "甲乙丙", "")


def test_a_draft_is_shown_as_it_is_written(town, call):
    need = topics.started(town.li, call, town.a, ind_0_value="很多", amount="800")
    view = queries.topics.need_view(need)
    assert (view.need.amount, view.need.partners) == (Decimal(8_000_000), [])
    assert dict(view.rows)["研究内容"] == topics.answers()["content"]
    assert [(row["name"], row["value_label"]) for row in view.indicators] == [("能效比", "很多")]
    handed = topics.handed_in(town.li, call, town.a)
    actions.return_need(town.wang, handed, why="改")
    actions.save_need(town.li, handed, values={"content": "新内容"}, base=handed.rev)
    view = queries.topics.need_view(handed)
    assert (dict(view.rows)["研究内容"], handed.content) == ("新内容", topics.answers()["content"])


def test_filed_topics_end_with_a_call_that_is_withdrawn(town, call, three):
    one, two, other = three
    actions.merge_need(town.chen, two, lead=one, why="内容一致")
    actions.screen_in(town.chen, one)
    actions.withdraw_call(town.lead, call, why="计划调整")
    for need in three:
        need.refresh_from_db()
    assert [need.status for need in three] == ["WITHDRAWN", "MERGED", "WITHDRAWN"]
    assert (one.outcome, queries.topics.lead_of(two).outcome) == ("计划调整", "计划调整")
    told = Message.objects.filter(event="programs.need", dedupe__contains=":lapse").values_list("person", flat=True)
    assert set(told) == {town.li.person.pk, town.stranger.person.pk} and len(told) == 3
    assert NEED.why_not("lapse", system("clock"), one)


def test_a_filed_topic_does_not_lapse_while_its_call_stands(town, call):
    need = topics.filed(town.li, town.wang, call, town.a)
    assert NEED.why_not("lapse", system("clock"), need)
    assert NEED.why_not("lapse", town.chen, need)


def test_the_close_compares_the_topics_as_a_job(town, call, three):
    actions.close_call(system("clock"), call)
    job = Job.objects.get(kind="programs.likeness")
    assert jobs.run(job.pk)
    call.refresh_from_db()
    assert [(row["one"], row["two"]) for row in likeness.similar_pairs(call)] == [tuple(three[:2])]
    assert call.compared_at and LedgerRow.objects.filter(verb="programs.topic_call.compare", target_id=call.pk).exists()
    actions.screen_in(town.chen, three[0])
    actions.keep_need(town.chen, three[0], why="储备")
    assert likeness.similar_pairs(call) == []  # one of the two is decided
    with pytest.raises(Refused):
        actions.ask_comparison(town.li, call)


def test_all_against_all_grows_with_the_number_of_topics_only(town, call):
    """Texts of the same words over and over: everything is alike, and still few pairs are measured, soon."""
    first = topics.filed(town.li, town.wang, call, town.a)
    words = [f"{a}{b}研究" for a in "稀疏推理芯片架构海缆" for b in "编译风电柔性直流接头"]
    rows = Need.objects.bulk_create(
        Need(ref=f"XQ-1-{n}", call=call, stream=first.stream, unit=first.unit, proposer=first.proposer, title=f"题{n}", status="FILED",
             filed_at=first.filed_at, endorsed_by=first.endorsed_by, content="".join(words[(n * 7 + k * k) % 100] for k in range(60)) + f"第{n // 3}号样机")
        for n in range(600))
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE programs_need SET grams = %s::tsvector WHERE id = %s",
                           [(" ".join(f"'{one}'" for one in {row.content[i:i + 2] for i in range(len(row.content) - 1)}), row.pk) for row in rows])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
    assert actions.compare_needs(town.chen, call) == 30
    call.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        assert len(likeness.similar_pairs(call)) == 30
    assert len(asked) == 1
