"""Matching: what a unit and its people meet, who could apply, the night that tells them once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from core.models import Job
from core.workflow import Refused
from notices.models import Message
from portal.demo import invented
from programs import actions
from programs.models import Guide, GuideMatch, GuideTold, MatchRun
from programs.queries import matching, register
from programs.states import Reach
from tests.factories import programs as make
from tests.kept import kept
from tests.programs import trees
from tests.programs.test_register_sql import version_of, write

pytestmark = pytest.mark.django_db
MACHINE = system("test")


def a_unit(number, **more):
    row = accounts.register_organisation(
        MACHINE, name=f"深圳匹配测试{number}号有限公司", kind="ENTERPRISE", uscc=invented.uscc(710 + number, "ENTERPRISE"),
        region="深圳市南山区", is_demo=True, **more)
    return accounts.verify(MACHINE, row)


def a_person(unit, name, *roles, facts=None):
    person = accounts.create_person(MACHINE, name=name, email=f"{name.encode().hex()[:16]}@matching.example")
    for role in roles or (Role.MEMBER,):
        row = accounts.grant_role(MACHINE, person, unit, role)
        type(row).objects.filter(pk=row.pk).update(facts=facts or {})
    return person


FIT = {"full_time": True, "insured_since": "2020-01-01"}


@kept
def world(staff):
    guide = make.published_guide(staff)
    unit = a_unit(1)
    return {"guide": guide, "unit": unit, "admin": a_person(unit, "王管理", Role.ORG_ADMIN), "fit": a_person(unit, "李合格", facts=FIT),
            "staff": staff, "loose": a_person(unit, "赵兼职", facts={"full_time": False})}


def night(**more):
    return actions.refresh_matches(MACHINE, **more)


def test_the_best_leader_of_a_unit_is_shown_and_the_others_counted(world):
    [row] = matching.standings(world["unit"])
    assert (row.reach, row.leader, row.able) == (Reach.MEETS, world["fit"], 2)  # the administrator's post says nothing
    [own] = matching.standings(world["unit"], person=world["loose"])
    assert own.reach == Reach.NEARLY and [miss.outcome.code for miss in own.missing] == ["C2"]
    assert own.missing[0].place == "people" and own.missing[0].outcome.source


def test_more_than_nearly_is_not_met(world):
    unit = a_unit(2)
    type(unit).objects.filter(pk=unit.pk).update(region="东莞市", kind="SOCIAL", facts={"is_legal_person": False})
    person = a_person(unit, "周不符", facts={"full_time": False, "insured_since": clock.today().isoformat()})
    unit.refresh_from_db()
    [row] = matching.standings(unit, person=person)
    assert row.reach == Reach.NOT and len(row.missing) > matching.near_most()


def test_standings_ask_a_constant_number_of_queries(world):
    def count():
        with CaptureQueriesContext(connection) as found:
            matching.standings(world["unit"])
        return len(found)

    first = count()
    for number in range(4):
        a_person(world["unit"], f"多人{number}", facts=FIT)
    Guide.objects.create(**{
        **{f.attname: getattr(world["guide"], f.attname) for f in Guide._meta.concrete_fields if f.attname != "id"}, "ref": "G-OTHER", "slug": "other"})
    Guide.objects.get(ref="G-OTHER").windows.create(opens_at=clock.now(), closes_at=clock.now() + timedelta(days=3))
    assert len(matching.standings(world["unit"])) == 2
    assert count() == first


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(trees.registers(), trees.rules())
def test_best_leader_agrees_with_the_one_case_evaluator(data, rules):
    with transaction.atomic():
        write(data)
        version = version_of(rules)
        slow: dict[int, list] = {}
        for pair in register.by_one_case(version, at=trees.DAY):
            slow.setdefault(pair.organisation_id, []).append(pair)
        for unit, pairs in slow.items():
            best = matching.best_leaders([version, version], unit, day=trees.DAY)
            least = min(pairs, key=lambda one: (len(one.failed), len(one.human), one.person_id))
            for number in (0, 1):
                assert (best[number].person_id, best[number].failed) == (least.person_id, len(least.failed))
                assert best[number].able == sum(not one.failed for one in pairs)
            [alone] = matching.best_leaders([version], unit, person=pairs[-1].person_id, day=trees.DAY).values()
            assert alone.failed == len(pairs[-1].failed)
        reach = matching.guide_reach(version, day=trees.DAY)
        assert (reach.pairs, reach.units) == (sum(not p.failed for ps in slow.values() for p in ps), sum(any(not p.failed for p in ps) for ps in slow.values()))
        for clause in reach.clauses:
            assert clause.out == sum(all(clause.code in p.failed for p in ps) for ps in slow.values())
            assert clause.alone == sum(
                all(p.failed for p in ps) and any(p.failed == (clause.code,) for p in ps) for ps in slow.values())
        transaction.set_rollback(True)


# --- the night --------------------------------------------------------------------------------------------------------


def test_the_night_tells_the_leader_and_the_administrator_once(world):
    run = night()
    assert (run.guides, run.told) == (1, 2) and run.done_at
    told = Message.objects.filter(event="programs.matching")
    assert {row.person for row in told} == {world["admin"], world["fit"]}
    assert world["guide"].title in told[0].body and told[0].link == "/my/matching/"
    again = night()
    assert told.count() == 2 and again.told == 2
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        assert night().told == 0
    assert told.count() == 2


def test_nobody_is_told_who_does_not_match(world):
    night()
    assert not Message.objects.filter(event="programs.matching", person=world["loose"]).exists()
    assert not GuideMatch.objects.filter(person=world["loose"]).exists()
    row = world["loose"].memberships.get()
    type(row).objects.filter(pk=row.pk).update(facts=FIT)
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        night()
    assert Message.objects.filter(event="programs.matching", person=world["loose"]).count() == 1  # the control


def test_who_no_longer_matches_is_taken_out_and_who_still_does_keeps_the_day(world):
    night()
    row = world["fit"].memberships.get()
    type(row).objects.filter(pk=row.pk).update(facts={"full_time": False})
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        night()
    assert not GuideMatch.objects.filter(person=world["fit"]).exists()
    assert GuideMatch.objects.get(person=world["admin"]).since == MatchRun.objects.order_by("day").first().day


@pytest.mark.parametrize("status", ["WITHDRAWN", "DRAFT"])
def test_guides_that_are_not_public_are_never_told(world, status):
    Guide.objects.filter(pk=world["guide"].pk).update(status=status)
    assert night().told == 0 and not GuideMatch.objects.exists()


def test_closed_guides_are_never_told(world):
    night()
    GuideTold.objects.all().delete()
    Message.objects.all().delete()
    with clock.shifted_to(world["guide"].closes_at + timedelta(minutes=1)):
        assert night().told == 0
        assert not GuideMatch.objects.exists()


def test_a_run_killed_half_way_loses_and_doubles_nothing(world, monkeypatch):
    from programs.actions import matching as module

    monkeypatch.setattr(module, "PEOPLE", 1)  # one person a transaction
    real, calls = module.notices.tell_each, []

    def dies(letters, *args, **more):
        calls.append(letters)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(letters, *args, **more)

    monkeypatch.setattr(module.notices, "tell_each", dies)
    with pytest.raises(RuntimeError):
        night()
    assert Message.objects.filter(event="programs.matching").count() == GuideTold.objects.count() == 1
    monkeypatch.setattr(module.notices, "tell_each", real)
    night()
    assert Message.objects.filter(event="programs.matching").count() == GuideTold.objects.count() == 2


def test_a_second_message_waits_for_the_next_night(world):
    night()
    other = Guide.objects.create(**{
        **{f.attname: getattr(world["guide"], f.attname) for f in Guide._meta.concrete_fields if f.attname != "id"}, "ref": "G-OTHER", "slug": "other"})
    other.windows.create(opens_at=clock.now(), closes_at=clock.now() + timedelta(days=3))
    night()
    assert not GuideTold.objects.filter(guide=other).exists()
    with clock.shifted_to(clock.now() + timedelta(days=1)):
        night()
    assert GuideTold.objects.filter(guide=other).count() == 2


def test_mails_are_left_out_for_who_does_not_want_them(world):
    from notices import actions as notices
    from notices.states import MailState

    notices.prefer(Actor.of(world["fit"]), "programs.matching", mail=False)
    night()
    assert Message.objects.get(person=world["fit"], event="programs.matching").mail_state == MailState.NONE
    assert Message.objects.get(person=world["admin"], event="programs.matching").mail_state == MailState.WAITING


def test_only_the_clock_matches(world):
    for act in (actions.refresh_matches, actions.start_matching, actions.tell_searches):
        with pytest.raises(Refused):
            act(world["staff"].chen)


def test_one_job_begins_a_day_after_its_hour(staff):
    early = clock.local(clock.now()).replace(hour=1, minute=0)
    with clock.shifted_to(early):
        assert actions.start_matching(MACHINE) is False
    with clock.shifted_to(early.replace(hour=5)):
        assert actions.start_matching(MACHINE) is True
        assert actions.start_matching(MACHINE) is False
    assert Job.objects.filter(kind="programs.matching").count() == 1


# --- pages ------------------------------------------------------------------------------------------------------------


def test_my_matching_shows_what_is_missing_and_where_to_mend_it(world, sign_in):
    text = sign_in(Actor.of(world["loose"])).get("/my/matching/").content.decode()
    assert "全职在牵头单位工作" in text and "接近符合" in text
    text = sign_in(Actor.of(world["admin"])).get("/my/matching/").content.decode()
    assert "李合格" in text and "/my/unit/people/" in text


def test_nobody_without_a_unit_sees_the_matching_page(world, applicant, sign_in):
    assert sign_in(applicant).get("/my/matching/").status_code == 403


def test_the_page_asks_a_constant_number_of_queries(world, sign_in, django_assert_max_num_queries):
    client = sign_in(Actor.of(world["admin"]))
    client.get("/my/matching/")
    with django_assert_max_num_queries(30):
        client.get("/my/matching/")


def test_the_desk_sees_who_could_apply_for_a_draft_too(staff, drafted, sign_in):
    unit = a_unit(1)
    a_person(unit, "李合格", facts=FIT)
    client = sign_in(staff.chen)
    page = client.get(f"/desk/guides/{drafted.ref}/reach/").content.decode()
    assert unit.name in page
    assert unit.name not in client.get(f"/desk/guides/{drafted.ref}/reach/?reach=NEARLY").content.decode()
    table = client.get(f"/desk/guides/{drafted.ref}/reach/?export=csv").content.decode("utf-8-sig")
    assert unit.name in table and "李合格" in table


def test_the_public_does_not_see_who_could_apply(staff, published, applicant, sign_in):
    assert sign_in(applicant).get(f"/desk/guides/{published.ref}/reach/").status_code == 403




def test_mails_are_switched_on_and_off_where_the_guides_stand(world, sign_in):
    from notices import queries as notices

    client, person = sign_in(Actor.of(world["fit"])), world["fit"]
    for word, wanted in (("off", False), ("on", True)):
        assert client.post("/my/matching/mail/", {"mail": word}, follow=True).status_code == 200
        assert notices.wants_mail(person, "programs.matching") is wanted
    assert client.post("/api/v1/matching/mail/", {"mail": False}, content_type="application/json").json() == {"mail": False}
    assert not notices.wants_mail(person, "programs.matching")


def test_unverified_unit_is_told_so(world, sign_in):
    type(world["unit"]).objects.filter(pk=world["unit"].pk).update(status="PENDING")
    assert "核验" in sign_in(Actor.of(world["admin"])).get("/my/matching/").content.decode()


def test_what_the_heading_of_a_guide_asks_counts_as_a_condition(world, rewritten):
    rules = [one.outcome.code for one in matching.standings(world["unit"])[0].missing]
    assert register.WHO not in rules
    version = world["guide"].version
    rewritten(version, {**version.data, "applicants": ["UNIVERSITY"], "eligibility": {"regions": ["东莞市"]}})
    [row] = matching.standings(world["unit"])
    assert {register.WHO, register.WHERE} <= {miss.outcome.code for miss in row.missing}
    assert night().told == 0


def in_mode(rewritten, guide, code, **details):
    version = guide.version
    rewritten(version, {**version.data, "mode": {"funding_mode": code, "details": details}})


def test_the_owner_of_a_challenge_is_not_offered_its_own(world, rewritten):
    in_mode(rewritten, world["guide"], "CHALLENGE", owner_uscc=world["unit"].uscc)
    other = a_unit(2)
    a_person(other, "吴揭榜", facts=FIT)
    assert register.OWNER in {miss.outcome.code for miss in matching.standings(world["unit"])[0].missing}
    assert matching.standings(other)[0].reach == Reach.MEETS
    night()
    assert set(GuideMatch.objects.values_list("organisation_id", flat=True)) == {other.pk}


def test_a_guide_for_named_units_is_offered_to_nobody_else(world, rewritten):
    in_mode(rewritten, world["guide"], "STABLE", institutions=[world["unit"].uscc])
    other = a_unit(2)
    a_person(other, "吴旁观", facts=FIT)
    assert matching.standings(world["unit"])[0].reach == Reach.MEETS
    [row] = matching.standings(other)
    assert {miss.outcome.code: miss.place for miss in row.missing} == {register.NAMED: ""}  # nothing to be mended by the unit
    night()
    assert set(GuideMatch.objects.values_list("organisation_id", flat=True)) == {world["unit"].pk}


def test_where_nobody_applies_only_the_administrator_is_told(staff):
    make.entitlement_guide(staff, conditions=[])
    unit = a_unit(1)
    admin = a_person(unit, "王管理", Role.ORG_ADMIN)
    a_person(unit, "李合格", facts=FIT)
    assert night().told == 1
    assert Message.objects.get(event="programs.matching").person == admin


def test_the_desk_page_counts_who_could_apply(world, sign_in):
    night()
    client, ref = sign_in(world["staff"].chen), world["guide"].ref
    page = client.get(f"/desk/guides/{ref}/").content.decode()
    assert f"/desk/guides/{ref}/reach/count/" in page and "1家单位" in page  # the night's count stands without JavaScript
    assert "<b>1</b>" in client.get(f"/desk/guides/{ref}/reach/count/").content.decode()
    assert sign_in(Actor.of(world["fit"])).get(f"/desk/guides/{ref}/reach/count/").status_code == 403
