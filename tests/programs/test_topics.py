"""Demand solicitation (clause R1): a call by two persons, filing by the clock and the quota, seals, screening, adoption."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts import actions as accounts
from accounts.models import Organisation
from accounts.policies import Actor, system
from accounts.states import OrgKind, Role
from core import clock, deadlines, files
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Document, Message
from programs import actions, policies, queries
from programs.engine import needs as rules
from programs.models import Need, NeedReview, TopicCall
from programs.queries import likeness
from programs.workflow import NEED
from tests.factories import applications as people_of
from tests.factories import programs as make
from tests.factories import topics
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def town(staff):
    found = people_of.people()
    staff.__dict__.update(found.__dict__)
    return staff


@kept
def call(town) -> TopicCall:
    return topics.published_call(town)


def closed(call: TopicCall):
    return clock.shifted_to(call.closes_at + timedelta(minutes=1))


def reasons(error) -> str:
    return "；".join(error.value.reasons)


# --- the call ----------------------------------------------------------------------------------------------------


def test_publish_a_call_issues_its_notice_and_is_public(town, call):
    assert call.status == "PUBLISHED"
    document = Document.objects.get(subject_type="programs.topiccall", subject_id=call.pk)
    assert document.status == "ISSUED"
    assert document.is_public
    assert "专项1至专项2：每家单位牵头不超过2项" in document.context["quotas"][0]
    assert queries.topics.get_call(Actor.system_named("x"), call.ref) == call


def test_approve_a_call_by_its_drafter_is_refused(town):
    call = topics.draft_call(town)
    actions.submit_call(town.chen, call)
    accounts.grant_role(system("test"), town.chen.person, town.bureau, Role.LEADER)
    with pytest.raises(Refused) as error:
        actions.approve_call(Actor.of(town.chen.person), call)
    assert "two persons" in reasons(error) or "起草" in reasons(error)


def test_approve_a_call_without_being_a_leader_is_refused(town):
    call = topics.draft_call(town)
    actions.submit_call(town.chen, call)
    with pytest.raises(Refused):
        actions.approve_call(town.he, call)


def test_publish_a_call_whose_window_is_over_is_refused(town):
    call, now = topics.draft_call(town), clock.now()
    actions.set_call_windows(town.chen, call, windows=[(now - timedelta(days=5), now - timedelta(days=1))])
    actions.approve_call(town.lead, actions.submit_call(town.chen, call))
    with pytest.raises(Refused) as error:
        actions.publish_call(town.chen, call)
    assert len(error.value.reasons) == 1


def test_submit_a_call_with_a_quota_of_an_unknown_group_is_refused(town):
    call = topics.draft_call(town)
    actions.set_quotas(town.chen, call, rows=[{"group": "Z", "kinds": [], "most": 1}])
    with pytest.raises(Refused, match="Z"):
        actions.submit_call(town.chen, call)


def test_two_quotas_for_the_same_units_are_refused(town):
    call = topics.draft_call(town)
    with pytest.raises(Refused):
        actions.set_quotas(town.chen, call, rows=[{"group": "A", "kinds": [], "most": 1}, {"group": "A", "kinds": [], "most": 2}])


def test_a_score_sheet_that_is_not_100_points_is_refused(town):
    call = topics.draft_call(town)
    with pytest.raises(Refused, match="90"):
        actions.set_criteria(town.chen, call, rows=[{"code": "a", "name": "甲", "weight": 90}])


def test_change_a_published_call_is_refused(town, call):
    with pytest.raises(Refused):
        actions.change_call(town.chen, call, title="改")
    with pytest.raises(Refused):
        actions.set_quotas(town.chen, call, rows=[])


def test_a_draft_call_is_not_seen_by_the_public(town):
    call = topics.draft_call(town)
    assert policies.may_view_call(town.li, call) is not None
    assert not policies.calls_visible_to(town.li).exists()
    assert policies.calls_visible_to(town.chen).get() == call


def test_copy_a_call_takes_numbers_and_no_window(town, call):
    new = actions.create_call(town.chen, call.special, year=call.year + 1, title="下一年", copy_from=call)
    assert new.quotas.count() == 3
    assert new.exempt_spend == call.exempt_spend
    assert not new.windows.exists()
    assert new.criteria.count() == call.criteria.count()


# --- filing ------------------------------------------------------------------------------------------------------


def test_file_a_need(town, call):
    need = topics.filed(town.li, town.wang, call, town.a)
    assert (need.status, need.amount, need.cluster) == ("FILED", Decimal(8_000_000), "P02")
    assert need.indicators.get().value == Decimal("12.5")
    assert need.filed_at is not None
    assert Message.objects.filter(person=town.li.person, event="programs.need").exists()
    assert LedgerRow.objects.filter(verb="programs.need.endorse", target_id=need.pk).exists()


def test_pressed_twice_the_first_filing_stands(town, call):
    need = topics.handed_in(town.li, call, town.a)
    first = actions.endorse_need(town.wang, need)
    again = actions.endorse_need(town.wang, need)
    assert again.filed_at == first.filed_at
    assert LedgerRow.objects.filter(verb="programs.need.endorse", target_id=need.pk).count() == 1


def test_a_need_at_the_closing_instant_is_late(town, call):
    need = topics.handed_in(town.li, call, town.a)
    with clock.shifted_to(call.closes_at), pytest.raises(Refused) as error:
        actions.endorse_need(town.wang, need)
    assert clock.local(call.closes_at).strftime("%Y-%m-%d %H:%M") in reasons(error)
    with clock.shifted_to(call.closes_at - timedelta(seconds=5)):
        assert actions.endorse_need(town.wang, need).status == "FILED"


def test_start_before_the_opening_is_refused(town):
    call = topics.published_call(town, opens=2, closes=5)
    with pytest.raises(Refused):
        topics.started(town.li, call, town.a)


def test_the_timer_ends_what_was_not_filed(town, call):
    need = topics.handed_in(town.li, call, town.a)
    with closed(call):
        deadlines.sweep()
        need.refresh_from_db()
        assert need.status == "EXPIRED"


def test_withdraw_before_the_close_frees_the_quota_and_after_it_is_refused(town, call):
    rows = [topics.filed(town.li, town.wang, call, town.a, title=f"课题{n}") for n in range(2)]
    actions.withdraw_need(town.wang, rows[0], why="内容重复")
    assert topics.filed(town.li, town.wang, call, town.a, title="课题3").status == "FILED"
    with closed(call), pytest.raises(Refused):
        actions.withdraw_need(town.wang, rows[1], why="过期")


def test_the_third_need_of_a_group_is_refused_with_clause_limit_count_and_found_value(town, call):
    for number in range(2):
        topics.filed(town.li, town.wang, call, town.a, title=f"课题{number}", stream=str(number + 1))
    with pytest.raises(Refused) as error:
        topics.handed_in(town.li, call, town.a, title="课题三")
    text = reasons(error)
    for part in ("通知三（一）", "2", "50,000", f"{call.year - 1}：8,000", f"{call.year - 2}：6,000"):
        assert part in text, text
    assert topics.filed(town.li, town.wang, call, town.a, title="课题四", stream="11").status == "FILED"  # another group


def test_without_the_quota_the_third_need_passes(town):
    """Negative control: the quota is what refuses."""
    call = topics.draft_call(town)
    actions.set_quotas(town.chen, call, rows=[])
    now = clock.now()
    actions.set_call_windows(town.chen, call, windows=[(now - timedelta(days=1), now + timedelta(days=5))])
    actions.approve_call(town.lead, actions.submit_call(town.chen, call))
    call = actions.publish_call(town.chen, call)
    assert [topics.filed(town.li, town.wang, call, town.a, title=f"课题{n}").status for n in range(3)] == ["FILED"] * 3


def test_the_quota_is_asked_again_at_filing(town, call):
    """Three handed in while the unit had filed none: the third filing is refused."""
    rows = [topics.handed_in(town.li, call, town.a, title=f"课题{n}") for n in range(3)]
    actions.endorse_need(town.wang, rows[0])
    actions.endorse_need(town.wang, rows[1])
    with pytest.raises(Refused, match="2"):
        actions.endorse_need(town.wang, rows[2])


def spends(unit: Organisation, **years: str) -> None:
    Organisation.objects.filter(pk=unit.pk).update(facts={"rd_spend": {key.strip("y"): value for key, value in years.items()}})
    unit.refresh_from_db()


def test_an_enterprise_above_the_exemption_has_no_quota(town, call):
    spends(town.a, **{f"y{call.year - 2}": "500000000.01"})
    assert [topics.filed(town.li, town.wang, call, town.a, title=f"课题{n}").status for n in range(3)] == ["FILED"] * 3


def test_exactly_the_threshold_is_not_above_it(town, call):
    spends(town.a, **{f"y{call.year - 1}": "500000000"})
    for number in range(2):
        topics.filed(town.li, town.wang, call, town.a, title=f"课题{number}")
    with pytest.raises(Refused):
        topics.filed(town.li, town.wang, call, town.a, title="课题三")


def test_a_university_may_lead_five_in_direction_eleven(town, call):
    school = people_of.unit("深圳试验大学", "MA5KEGUD", OrgKind.UNIVERSITY)
    member, admin = people_of.member("校一", school, Role.MEMBER), people_of.member("校管", school, Role.ORG_ADMIN)
    for number in range(5):
        topics.filed(member, admin, call, school, title=f"课题{number}", stream="11")
    with pytest.raises(Refused, match="5"):
        topics.filed(member, admin, call, school, title="课题六", stream="11")


def test_an_overseas_body_files(town, call):
    body = accounts.register_organisation(system("test"), name="海外研究所", kind=OrgKind.OVERSEAS, country="新加坡", overseas_number="SG-1",
                                          licence=files.store_bytes(people_of.PDF, "a.pdf", "application/pdf", actor=system("test")))
    body = accounts.verify(system("test"), body)
    member, admin = people_of.member("海一", body, Role.MEMBER), people_of.member("海管", body, Role.ORG_ADMIN)
    assert topics.filed(member, admin, call, body).status == "FILED"


def test_a_unit_that_is_not_verified_or_not_asked_is_refused(town, call):
    Organisation.objects.filter(pk=town.a.pk).update(status="SUSPENDED")
    town.a.refresh_from_db()
    with pytest.raises(Refused):
        topics.started(town.li, call, town.a)
    with pytest.raises(Refused):
        topics.started(town.li, call, town.b)  # not one's own


def test_two_filings_at_once_never_pass_the_quota(transactional_db):
    staff = make.staff()
    staff.__dict__.update(people_of.people().__dict__)
    call = topics.published_call(staff)
    rows = [topics.handed_in(staff.li, call, staff.a, title=f"课题{n}") for n in range(3)]
    actions.endorse_need(staff.wang, rows[0])
    found: list[str] = []

    def second() -> None:
        try:
            actions.endorse_need(staff.wang, rows[2])
            found.append("FILED")
        except Refused:
            found.append("refused")
        finally:
            connection.close()

    with transaction.atomic():
        actions.endorse_need(staff.wang, rows[1])
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.5)
        assert not found  # it waits for the first
    other.join(10)
    assert found == ["refused"]
    assert Need.objects.filter(status="FILED").count() == 2


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "name"), [
    ({"ind_0_value": "较高"}, "ind_0_value"), ({"ind_0_value": ""}, "ind_0_value"), ({"ind_0_unit": ""}, "ind_0_unit"),
    ({"ind_0_value": "NaN"}, "ind_0_value"), ({"ind_0_value": "1e999"}, "ind_0_value"), ({"ind_0_sign": "~"}, "ind_0_sign"),
    ({"amount": "很多"}, "amount"), ({"amount": "-1"}, "amount"), ({"amount": "0"}, "amount"), ({"cluster": "X99"}, "cluster"),
    ({"title": "长" * 61}, "title"), ({"content": ""}, "content"), ({"stage": "X"}, "stage"),
    ({f"ind_0_{col}": "" for col in rules.COLUMNS}, "ind_0_name"),
])
def test_a_wrong_answer_is_refused_beside_its_field_and_kept(town, call, given, name):
    need = topics.started(town.li, call, town.a, **given)
    assert name in queries.topics.cleaned(need).errors
    with pytest.raises(Refused):
        actions.hand_in_need(town.li, need)
    need.refresh_from_db()
    assert need.status == "DRAFT"
    key = next(iter(given))
    assert need.answers.get(key, "") == given[key]


def test_over_the_threshold_every_proposing_unit_must_have_sealed(town, call):
    need = topics.started(town.li, call, town.a, amount="1000", partners="深圳对岸机器人有限公司")
    with pytest.raises(Refused) as error:
        actions.hand_in_need(town.li, need)
    assert "通知四（二）" in reasons(error)
    assert "1,000" in reasons(error)
    actions.attach_file(town.li, need, upload=topics.letter(), kind="LETTER", sealed_by=[town.a.name])
    with pytest.raises(Refused) as error:
        actions.hand_in_need(town.li, need)
    assert "深圳对岸机器人有限公司" in reasons(error)
    assert town.a.name not in reasons(error)
    row = actions.attach_file(town.li, need, upload=topics.letter(), kind="LETTER", sealed_by=["深圳对岸机器人有限公司"])
    actions.detach_file(town.li, row)
    with pytest.raises(Refused):
        actions.hand_in_need(town.li, need)
    actions.attach_file(town.li, need, upload=topics.letter(), kind="LETTER", sealed_by=["深圳对岸机器人有限公司"])
    assert actions.hand_in_need(town.li, need).status == "UNIT_PENDING"


def test_under_the_threshold_no_statement_is_asked(town, call):
    assert topics.handed_in(town.li, call, town.a, amount="999.9999").status == "UNIT_PENDING"


def test_a_wrong_file_is_refused_by_its_content(town, call):
    need = topics.started(town.li, call, town.a)
    for data in (b"MZ\x00\x00nothing", b""):
        with pytest.raises(files.BadFile):
            actions.attach_file(town.li, need, upload=topics.letter(data=data), kind="LETTER", sealed_by=[town.a.name])
    with pytest.raises(Refused):
        actions.attach_file(town.li, need, upload=topics.letter(), kind="LETTER", sealed_by=["没有这家单位"])


def test_two_people_at_one_draft_overwrite_nothing(town, call):
    need = topics.started(town.li, call, town.a)
    base = need.rev
    actions.save_need(town.li, need, values={"title": "甲写的"}, base=base)
    saved = actions.save_need(town.li, need, values={"title": "乙写的", "content": "乙"}, base=base)
    assert saved.conflicts == {"title": "甲写的"}
    need.refresh_from_db()
    assert (need.answers["title"], need.answers["content"]) == ("甲写的", "乙")


def test_save_by_another_or_after_filing_or_of_an_unknown_field_is_refused(town, call):
    need = topics.started(town.li, call, town.a)
    for actor, values in ((town.wang, {"title": "x"}), (town.li, {"status": "FILED"})):
        with pytest.raises(Refused):
            actions.save_need(actor, need, values=values, base=need.rev)
    actions.hand_in_need(town.li, need)
    with pytest.raises(Refused):
        actions.save_need(town.li, need, values={"title": "x"}, base=need.rev)


def test_a_field_that_the_call_leaves_out_is_not_asked(town):
    call = topics.draft_call(town)
    actions.set_asks(town.chen, call, asks={"stage": {"shown": False}, "own_money": {"required": True}})
    found = {one.code: one for one in rules.asked(queries.topics.get_call(town.chen, call.ref).asks)}
    assert "stage" not in found
    assert found["own_money"].required


# --- who sees ------------------------------------------------------------------------------------------------------


def test_who_sees_a_need(town, call):
    draft, need = topics.started(town.li, call, town.a), topics.filed(town.li, town.wang, call, town.a, title="另一题")
    for actor, row, seen in (
        (town.li, draft, True), (town.wang, draft, True), (town.stranger, draft, False), (town.chen, draft, False),
        (town.chen, need, True), (town.qian, need, True), (town.stranger, need, False), (town.badm, need, False),
    ):
        assert (policies.may_view_need(actor, row) is None) is seen
        assert policies.needs_visible_to(actor).filter(pk=row.pk).exists() is seen


# --- the desk ------------------------------------------------------------------------------------------------------


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


def test_screening_while_the_call_is_open_is_refused(town, call):
    need = topics.filed(town.li, town.wang, call, town.a)
    with pytest.raises(Refused):
        actions.screen_in(town.chen, need)


def test_similar_needs_are_proposed_and_a_person_decides(town, three):
    one, two, other = three
    found = likeness.similar_needs(one)
    assert [row["need"] for row in found] == [two]
    assert int(found[0]["percent"]) > 50
    assert likeness.similar_pairs(one.call) == []
    assert actions.compare_needs(town.chen, one.call) == 1
    pairs = likeness.similar_pairs(TopicCall.objects.get(pk=one.call_id))
    assert [(row["one"], row["two"]) for row in pairs] == [(one, two)]
    merged = actions.merge_need(town.chen, two, lead=one, why="内容一致")
    assert (merged.status, merged.merged_into, merged.proposer) == ("MERGED", one, town.stranger.person)
    assert Message.objects.filter(person=town.stranger.person, dedupe__contains="merge").exists()
    with pytest.raises(Refused):
        actions.merge_need(town.chen, one, lead=other)  # others were merged into it
    assert actions.split_need(town.chen, merged).merged_into is None


def test_merge_into_itself_or_a_decided_one_is_refused(town, three):
    one, two, _other = three
    with pytest.raises(Refused):
        actions.merge_need(town.chen, one, lead=one)
    actions.decline_need(town.chen, two, reason_code="OTHER", why="不属于范围")
    with pytest.raises(Refused):
        actions.merge_need(town.chen, one, lead=two)


def test_decline_needs_a_code_and_facts_and_tells_the_proposer(town, three):
    need = three[2]
    for code, why in (("", "因为"), ("NOSUCH", "因为"), ("OTHER", "  ")):
        with pytest.raises(Refused):
            actions.decline_need(town.chen, need, reason_code=code, why=why)
    row = actions.decline_need(town.chen, need, reason_code="MATURE", why="市场已有成熟产品")
    assert (row.status, row.outcome) == ("DECLINED", "市场已有成熟产品")
    assert Message.objects.filter(person=town.li.person, dedupe__contains="decline", body__contains="成熟产品").exists()


def expert(town, name: str = "专家甲") -> Actor:
    return people_of.member(name, town.bureau, Role.EXPERT, email=f"{name}@topics.example")


def test_experts_score_blind_and_see_nothing_of_each_other(town, call, three):
    one, _two, other = three
    for need in three:
        actions.screen_in(town.chen, need)
    first, second, uninvited = expert(town), expert(town, "专家乙"), expert(town, "专家丙")
    actions.invite_experts(town.chen, call, people=[first.person, second.person])
    points = {"need": "28", "novelty": "20.5", "feasibility": "15", "industry": "20"}
    actions.score_need(first, one, points=points, comment="值得")
    actions.score_need(second, one, points={**points, "need": "20"})
    one.refresh_from_db()
    assert (one.score, one.score_count) == (Decimal("79.50"), 2)
    assert queries.topics.own_review(second, one).total == Decimal("75.5")
    assert queries.topics.reviews_of(second, one) == []
    assert len(queries.topics.reviews_of(town.sun, one)) == 2
    assert queries.topics.reviews_of(town.chen, one) == []  # who may still give points gives them first
    assert queries.topics.reviews_of(town.fin, one) == []
    assert set(policies.needs_to_score(first)) == set(three)
    assert not policies.needs_to_score(uninvited).exists()
    with pytest.raises(Refused):
        actions.score_need(uninvited, one, points=points)
    actions.score_need(first, one, points={**points, "need": "30"})  # changed, not added
    assert NeedReview.objects.filter(need=one).count() == 2
    view = queries.topics.need_view(one, blind=True)
    assert town.a.name not in str(view.rows)
    assert town.a.name in str(queries.topics.need_view(other).rows)


@pytest.mark.parametrize("points", [
    {}, {"need": "31", "novelty": "20", "feasibility": "15", "industry": "20"},
    {"need": "-1", "novelty": "20", "feasibility": "15", "industry": "20"},
    {"need": "10.3", "novelty": "20", "feasibility": "15", "industry": "20"},
    {"need": "x", "novelty": "20", "feasibility": "15", "industry": "20"},
])
def test_wrong_points_are_refused(town, three, points):
    actions.screen_in(town.chen, three[0])
    with pytest.raises(Refused):
        actions.score_need(town.chen, three[0], points=points)


def test_an_expert_of_a_proposing_unit_may_not_score(town, call, three):
    for need in three:
        actions.screen_in(town.chen, need)
    biased, partner = expert(town), expert(town, "专家乙")
    accounts.employ(system("test"), biased.person, town.a, since=clock.today())
    accounts.employ(system("test"), partner.person, town.b, since=clock.today())
    Need.objects.filter(pk=three[2].pk).update(partners=[town.b.name])
    actions.invite_experts(town.chen, call, people=[biased.person, partner.person])
    assert set(policies.needs_to_score(biased)) == {three[1]}
    assert set(policies.needs_to_score(partner)) == {three[0]}
    good = {"need": "20", "novelty": "20", "feasibility": "15", "industry": "20"}
    for actor, need in ((biased, three[0]), (partner, queries.topics.desk_need(town.chen, three[2].ref))):
        with pytest.raises(Refused):
            actions.score_need(actor, need, points=good)


def test_scoring_ends_at_its_time(town, call, three):
    actions.screen_in(town.chen, three[0])
    TopicCall.objects.filter(pk=call.pk).update(score_until=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused):
        actions.score_need(town.chen, three[0], points={"need": "20", "novelty": "20", "feasibility": "15", "industry": "20"})


def test_invite_somebody_who_is_no_expert_is_refused(town, call):
    with pytest.raises(Refused, match="李明远"):
        actions.invite_experts(town.chen, call, people=[town.li.person])


# --- into a guide ----------------------------------------------------------------------------------------------------


@kept
def adopted(town, three) -> Need:
    one, two, _other = three
    actions.screen_in(town.chen, one)
    actions.merge_need(town.chen, two, lead=one)
    return actions.adopt_need(town.chen, one, why="列入课题指南")


def test_adoption_is_told_to_all_proposers(town, adopted):
    told = Message.objects.filter(dedupe__contains="adopt").values_list("person", flat=True)
    assert set(told) == {town.li.person.pk, town.stranger.person.pk}


def test_a_topic_of_a_guide_shows_the_needs_it_came_from(town, adopted):
    guide = make.draft_guide(town)
    link = actions.topic_from_need(town.chen, guide, need=adopted, code="X1")
    sources = queries.topics.topic_sources(guide)["X1"]
    assert (sources["count"], sources["enterprises"], sources["units"]) == (2, 2, [town.a.name])
    assert queries.topics.topics_from(adopted) == []  # the guide is not published yet
    assert [t.code for t in queries.topics.topics_from(adopted, public=False)] == ["X1"]
    with pytest.raises(Refused):
        actions.reopen_need(town.chen, adopted, why="重新考虑")
    guide.refresh_from_db()
    rest = [row for row in guide.version.data["topics"] if row["code"] != "X1"]
    with pytest.raises(Refused, match="X1"):
        actions.save_part(town.chen, guide, "topics", rest)
    actions.unlink_topic(town.chen, guide, link)
    actions.save_part(town.chen, guide, "topics", rest)
    assert actions.reopen_need(town.chen, adopted, why="重新考虑").status == "SHORTLISTED"


def test_only_adopted_needs_of_the_special_go_into_a_draft_guide(town, three):
    guide = make.draft_guide(town)
    with pytest.raises(Refused):
        actions.link_topic(town.chen, guide, topic=guide.topics.first(), need=three[0])
    actions.screen_in(town.chen, three[0])
    need = actions.adopt_need(town.chen, three[0])
    actions.link_topic(town.chen, guide, topic=guide.topics.first(), need=need)
    with pytest.raises(Refused):
        actions.link_topic(town.he, guide, topic=guide.topics.first(), need=need)


def test_a_corrected_guide_keeps_the_sources(town, adopted):
    guide = make.draft_guide(town)
    actions.topic_from_need(town.chen, guide, need=adopted, code="X1")
    actions.agree_guide(town.he, actions.submit_guide(town.chen, guide))
    make.passed_law(town, guide)
    actions.approve_guide(town.lead, guide)
    guide = actions.publish_guide(town.chen, guide)
    assert [t.code for t in queries.topics.topics_from(adopted)] == ["X1"]
    new = actions.supersede_guide(town.chen, guide, why="更正")
    assert queries.topics.topic_sources(new)["X1"]["count"] == 2


def test_settle_a_call_only_when_every_need_is_decided(town, call, three):
    with pytest.raises(Refused, match="3"):
        actions.finish_call(town.chen, call)
    actions.screen_in(town.chen, three[0])
    kept = actions.keep_need(town.chen, three[0], why="明年再议")
    for need in three[1:]:
        actions.decline_need(town.chen, need, reason_code="OTHER", why="不采纳")
    call = actions.finish_call(town.chen, call)
    assert call.status == "FINISHED"
    assert actions.adopt_need(town.chen, kept).status == "ADOPTED"  # what was kept may be adopted later


def test_withdraw_a_call_stops_filing_and_tells(town, call):
    need = topics.handed_in(town.li, call, town.a)
    actions.withdraw_call(town.lead, call, why="计划调整")
    need.refresh_from_db()
    assert need.status == "EXPIRED"
    with pytest.raises(Refused):
        topics.started(town.li, call, town.a)
    assert Message.objects.filter(person=town.li.person, event="programs.topic_call.withdraw").exists()


def test_participation_counts_by_kind_cluster_and_year(town, adopted):
    found = queries.participation()
    assert (found["filed"], found["adopted"], found["enterprise"]) == (3, 2, 3)
    assert found["enterprise_share"] == Decimal("100.0")
    assert found["adopted_share"] == Decimal("66.7")
    assert [(row["filed"], row["adopted"]) for row in found["years"]] == [(3, 2)]
    assert queries.participation("1999")["filed"] == 0


def test_the_machine_of_needs_knows_no_way_back_from_an_end():
    ends = {"WITHDRAWN", "EXPIRED"}
    assert not [step.verb for step in NEED.steps.values() if ends & set(step.sources)]
