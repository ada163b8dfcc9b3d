"""Versions of the programme tree: drafting, mapping, checking by two persons, putting in force, what must not be orphaned."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Engagement
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock, deadlines
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from programs import actions, queries, workflow
from programs.models import Plan, PlanTree, Special, SpecialMapping
from tests.factories import programs as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


def reasons(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reasons


def another(people, key, role):
    person = accounts.create_person(system("test"), name=f"测试{key}", email=f"{key}@programs.example")
    accounts.grant_role(system("test"), person, people.bureau, role)
    return Actor.of(person)


@kept
def world(staff):
    staff.gao = another(staff, "gao", Role.RESOURCE)
    staff.old = PlanTree.objects.get(code="2024")
    return staff


def draft(people, code="2030", days=30, copy=True):
    return actions.create_tree(
        people.he, code=code, name="新一版体系", effective_from=clock.today() + timedelta(days=days),
        copy_from=people.old if copy else None, source="测试")


def special_values(**more):
    return {"name": "新专项", "name_en": "New", "prefix": "XZX", "funding_modes": ["PRE"], "review_modes": ["PANEL"],
            "budget_scheme": "ITEMISED", "confidence": "partial", "order": 9, **more}


# --- drafting ----------------------------------------------------------------------------------------------------


def test_create_from_another_version_copies_and_maps_every_class(world):
    tree = draft(world)
    assert tree.status == "DRAFT"
    assert tree.specials.count() == world.old.specials.count()
    assert SpecialMapping.objects.filter(into=tree).count() == tree.specials.count()
    assert all(link.old.code == link.new.code and link.share == 1 for link in SpecialMapping.objects.filter(into=tree).select_related("old", "new"))
    assert not [row.problem for row in queries.cover_rows(tree) if row.problem]


def test_create_is_refused_for_others_and_for_a_code_that_stands(world):
    assert reasons(actions.create_tree, world.chen, code="x", name="x", effective_from=clock.today())
    assert reasons(actions.create_tree, world.he, code="2024", name="x", effective_from=clock.today())


def test_save_move_and_remove_a_special(world):
    tree = draft(world)
    plans = list(tree.plans.order_by("order"))
    row = actions.save_special(world.he, tree, code="NEW-ONE", plan=plans[0], is_new=True, **special_values())
    moved = actions.save_special(world.he, tree, code="NEW-ONE", plan=plans[1], **special_values(name="改名"))
    assert (moved.pk, moved.plan_id, moved.name) == (row.pk, plans[1].pk, "改名")
    assert reasons(actions.save_special, world.he, tree, code="NEW-ONE", plan=plans[1], is_new=True, **special_values())
    actions.remove_special(world.he, tree, code="NEW-ONE")
    assert not Special.objects.filter(pk=row.pk).exists()
    verbs = list(LedgerRow.objects.filter(target_type="programs.plantree", target_id=tree.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["programs.plan_tree.create", "programs.plan_tree.special", "programs.plan_tree.special", "programs.plan_tree.special_remove"]


def test_a_version_in_force_cannot_be_changed(world):
    assert "P4" in reasons(actions.change_tree, world.he, world.old, name="x")[0]
    assert "P4" in reasons(actions.save_category, world.he, world.old, code="X", name="x")[0]
    assert "P4" in reasons(actions.remove_special, world.he, world.old, code="POC")[0]


def test_a_special_of_another_version_is_no_place_for_it(world):
    tree = draft(world)
    assert reasons(actions.save_special, world.he, tree, code="N", plan=world.old.plans.first(), **special_values())


def test_order_moves_one_place_up(world):
    tree = draft(world)
    before = list(tree.plans.order_by("order", "code").values_list("code", flat=True))
    actions.move_in_list(world.he, tree, what="plan", code=before[2])
    assert list(tree.plans.order_by("order").values_list("code", flat=True)) == [before[0], before[2], before[1], *before[3:]]


def test_a_plan_with_specials_is_not_removed(world):
    tree = draft(world)
    assert "P4" in reasons(actions.remove_plan, world.he, tree, code="BASIC")[0]
    actions.save_category(world.he, tree, code="EMPTY", name="空计划", is_new=True)
    actions.remove_plan(world.he, tree, code="EMPTY")
    assert not Plan.objects.filter(tree=tree, code="EMPTY").exists()


# --- mapping and orphans -----------------------------------------------------------------------------------------


def engage(people, klass, ref="P1"):
    Engagement.objects.create(person=people.chen.person, klass=klass, role="LEADER", state="RUNNING", starts=clock.today(),
                              source_type="projects.project", source_ref=ref)


def test_remove_a_special_to_which_running_projects_go_is_refused(world):
    tree = draft(world)
    actions.remove_special(world.he, tree, code="TIC")  # nothing hangs on it
    engage(world, "KUNPENG")
    found = reasons(actions.remove_special, world.he, tree, code="KUNPENG")
    assert len(found) == 1
    assert "T2" in found[0]
    assert Special.objects.filter(tree=tree, code="KUNPENG").exists()


def test_enact_is_refused_while_a_class_in_use_is_unmapped(world):
    tree = draft(world)
    old = Special.objects.get(tree=world.old, code="KUNPENG")
    actions.map_special(world.he, tree, old=old, heirs=[])
    actions.check_tree(world.gao, tree)
    assert not workflow.tree_covers(tree)
    engage(world, "KUNPENG")
    found = reasons(actions.enact_tree, world.lead, tree, on=tree.effective_from)
    assert len(found) == 1
    assert "T2" in found[0]
    assert PlanTree.objects.get(pk=tree.pk).status == "CHECKED"
    assert PlanTree.objects.get(pk=world.old.pk).effective_to is None


def test_enact_sees_guides_of_a_class(world):
    guide = make.published_guide(world)
    tree = draft(world, days=1)
    actions.map_special(world.he, tree, old=guide.special, heirs=[])
    assert any("T2" in text for text in workflow.tree_covers(tree))
    actions.map_special(world.he, tree, old=guide.special, heirs=[(None, Decimal(1), "不再设立，存量项目管理至结题")])
    assert not workflow.tree_covers(tree)


@pytest.mark.parametrize(("heirs", "clause"), [
    (lambda t: [(t("POC"), Decimal("0.5"), "")], "0.5"),
    (lambda t: [(t("POC"), Decimal("0.6"), ""), (t("PILOT"), Decimal("0.6"), "")], "1.2"),
    (lambda t: [(t("POC"), Decimal("0.5"), ""), (t("POC"), Decimal("0.5"), "")], "P3"),
    (lambda t: [(None, Decimal(1), "")], "P3"),
])
def test_mapping_with_wrong_shares_is_refused_and_nothing_changes(world, heirs, clause):
    tree = draft(world)
    old = Special.objects.get(tree=world.old, code="POC")
    before = list(SpecialMapping.objects.filter(into=tree).values_list("old", "new", "share"))
    found = reasons(actions.map_special, world.he, tree, old=old, heirs=heirs(lambda code: Special.objects.get(tree=tree, code=code)))
    assert any(clause in text and "P3" in text for text in found)
    assert list(SpecialMapping.objects.filter(into=tree).values_list("old", "new", "share")) == before


def test_mapping_of_a_class_of_the_same_version_is_refused(world):
    tree = draft(world)
    mine = Special.objects.get(tree=tree, code="POC")
    assert "P3" in reasons(actions.map_special, world.he, tree, old=mine, heirs=[(mine, Decimal(1), "")])[0]


def test_the_database_refuses_a_share_of_more_than_all(world):
    tree = draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialMapping.objects.filter(into=tree).update(share=Decimal("1.5"))


def test_map_same_codes_fills_only_what_is_missing(world):
    tree = draft(world)
    SpecialMapping.objects.filter(into=tree, old__code__in=["POC", "PILOT"]).delete()
    assert actions.map_same_codes(world.he, tree) == 2
    assert actions.map_same_codes(world.he, tree) == 0


# --- moves -------------------------------------------------------------------------------------------------------


def test_check_by_whoever_changed_it_is_refused(world):
    tree = draft(world)
    assert "两人" in (text := reasons(actions.check_tree, world.he, tree)[0]) or "双人" in text
    actions.change_tree(world.gao, tree, name="改")
    assert reasons(actions.check_tree, world.gao, tree)  # an editor as well
    assert actions.check_tree(world.lead, tree).status == "CHECKED"


def test_check_of_an_empty_version_is_refused(world):
    found = reasons(actions.check_tree, world.gao, draft(world, copy=False))
    assert len(found) == 2
    assert all("P4" in text for text in found)


def test_return_needs_a_reason_and_opens_the_draft_again(world):
    tree = actions.check_tree(world.gao, draft(world))
    assert reasons(actions.return_tree, world.lead, tree, why=" ")
    assert actions.return_tree(world.lead, tree, why="名称有误").status == "DRAFT"


def test_enact_ends_the_version_before_on_the_day_before(world):
    tree = actions.check_tree(world.gao, draft(world))
    on = clock.today() + timedelta(days=40)
    tree = actions.enact_tree(world.lead, tree, on=on)
    old = PlanTree.objects.get(pk=world.old.pk)
    assert (tree.status, tree.effective_from) == ("IN_FORCE", on)
    assert (old.status, old.effective_to) == ("IN_FORCE", on - timedelta(days=1))
    assert queries.tree_as_of().code == "2024"
    assert queries.tree_as_of(on).code == "2030"
    assert queries.tree_as_of(on - timedelta(days=1)).code == "2024"
    with clock.shifted_to(clock.now() + timedelta(days=41)):
        deadlines.sweep()
        assert PlanTree.objects.get(pk=old.pk).status == "ENDED"
        assert queries.tree_as_of().code == "2030"


def test_enact_by_others_than_a_leader_is_refused(world):
    tree = actions.check_tree(world.gao, draft(world))
    assert reasons(actions.enact_tree, world.he, tree, on=tree.effective_from)


def test_enact_backwards_over_guides_of_another_version_is_refused(world):
    make.published_guide(world)
    tree = actions.check_tree(world.gao, draft(world))
    assert "T3" in reasons(actions.enact_tree, world.lead, tree, on=clock.today() - timedelta(days=1))[0]
    assert actions.enact_tree(world.lead, tree, on=clock.today() + timedelta(days=1)).status == "IN_FORCE"


def test_enact_before_the_last_version_is_refused(world):
    tree = actions.check_tree(world.gao, draft(world))
    assert "P4" in reasons(actions.enact_tree, world.lead, tree, on=world.old.effective_from)[0]


def test_a_guide_keeps_the_version_it_was_published_under(world):
    guide = make.published_guide(world)
    tree = actions.check_tree(world.gao, draft(world, days=1))
    actions.enact_tree(world.lead, tree, on=tree.effective_from)
    with clock.shifted_to(clock.now() + timedelta(days=3)):
        deadlines.sweep()
        guide.refresh_from_db()
        assert guide.special.tree.code == "2024"
        assert guide.plan_item.plan.tree.code == "2024"
        assert queries.tree_of_year(guide.year).code == "2024"  # the report of the year keeps the tree of its plan (T3)


def test_reference_data_does_not_undo_what_staff_decided(world):
    from django.core.management import call_command

    tree = PlanTree.objects.get(code="2025")
    actions.change_tree(world.he, tree, name="2025年正式体系")
    call_command("load_reference", verbosity=0)
    assert PlanTree.objects.get(code="2025").name == "2025年正式体系"


# --- pages -------------------------------------------------------------------------------------------------------


def test_drafts_are_hidden_from_the_public(world, sign_in):
    tree = draft(world)
    address = f"{reverse('programs:public:tree')}?version={tree.code}"
    assert sign_in().get(address).status_code == 404
    assert sign_in(world.chen).get(address).status_code == 200
    assert sign_in().get(reverse("programs:public:special", args=[tree.code, "POC"])).status_code == 404


def test_the_tree_as_of_a_day(sign_in, db):
    address = reverse("programs:public:tree")
    assert "2019年度科技计划体系" in sign_in().get(f"{address}?on=2023-05-01").content.decode()
    page = sign_in().get(f"{address}?on=2018-01-01").content.decode()
    assert "没有已知的计划体系版本" in page
    assert "不是日期" in sign_in().get(f"{address}?on=yesterday").content.decode()


def test_compare_and_lineage_pages(sign_in, db):
    page = sign_in().get(f"{reverse('programs:public:tree_compare')}?from=2019&to=2024").content.decode()
    assert "新增" in page
    assert "调整所属计划" in page
    page = sign_in().get(reverse("programs:public:special_lineage", args=["2024", "HK-A"])).content.decode()
    assert "2019年度科技计划体系" in page
    assert "承接自" in page


def test_numbers_follow_the_mapping(world):
    plan = make.approved_plan(world, codes=("POC", "PILOT"))
    tree = draft(world)
    old, new = plan.items.get(special__code="POC"), Special.objects.get(tree=tree, code="POC")
    pilot = Special.objects.get(tree=tree, code="PILOT")
    actions.map_special(world.he, tree, old=old.special, heirs=[(new, Decimal("0.333333"), ""), (pilot, Decimal("0.666667"), "")])
    mine, other = queries.followed_numbers(new), queries.followed_numbers(pilot)
    assert mine["money"] == Decimal("666666000.00")
    assert mine["money"] + other["money"] == old.money + plan.items.get(special__code="PILOT").money
    assert mine["years"][0]["count"] + other["years"][0]["count"] == 800


def test_lineage_asks_the_same_number_of_questions_however_long_it_is(world, django_assert_num_queries):
    def asked(special):
        with CaptureQueriesContext(connection) as found:
            queries.lineage_of(world.he, special)
        return len(found)

    one = asked(Special.objects.get(tree=world.old, code="POC"))
    tree = draft(world)
    assert asked(Special.objects.get(tree=tree, code="HK-A")) == one


def test_draft_page_by_screen(world, sign_in):
    tree, client = draft(world), sign_in(world.he)
    address = reverse("programs:desk:version_special", args=[tree.code, "new"])
    values = {"code": "AI-ONE", "plan": "KEYRD", **special_values(), "prefix": "AIY"}
    assert client.post(address, {**values, "code": "ai one"}).status_code == 200
    assert not Special.objects.filter(tree=tree, code="AI-ONE").exists()
    assert client.post(address, values).status_code == 302
    assert Special.objects.get(tree=tree, code="AI-ONE").plan.code == "KEYRD"
    page = client.get(reverse("programs:desk:version", args=[tree.code])).content.decode()
    assert "AI-ONE" in page


def test_mapping_form_keeps_what_was_typed(world, sign_in):
    tree, client = draft(world), sign_in(world.he)
    address = reverse("programs:desk:version_map", args=[tree.code, "2024:POC"])
    values = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-new": "PILOT", "form-0-share": "40%", "form-0-note": "并入"}
    page = client.post(address, values).content.decode()
    assert "0.4" in page
    assert "并入" in page
    values["form-0-share"] = "100%"
    assert client.post(address, values).status_code == 302
    assert SpecialMapping.objects.get(into=tree, old__code="POC").new.code == "PILOT"


# --- decided for a day to come -------------------------------------------------------------------------------------


def test_nothing_new_begins_in_a_class_that_a_decided_version_leaves_open(world):
    tree = draft(world)
    SpecialMapping.objects.filter(into=tree, old__code="POC").delete()
    tree.specials.filter(code="POC").delete()
    tree = actions.enact_tree(world.lead, actions.check_tree(world.gao, tree), on=tree.effective_from)
    plan = actions.draft_plan(world.he, clock.today().year, tree=world.old, control_figure=Decimal("5000000000"), reserve=Decimal("100000000"))
    values = {"money": Decimal(1000000), "count": 4, "opens_month": 1, "closes_month": 12}
    item = actions.add_item(world.he, plan, special=make.special("POC"), title="概念验证", **values)
    assert any("T2" in reason for reason in reasons(actions.submit_plan, world.he, plan))
    assert any("T2" in reason for reason in reasons(actions.create_guide, world.chen, item, title="概念验证指南"))
    actions.add_item(world.he, plan, special=make.special("KEY-LAB"), title="重点实验室", **values)
    actions.remove_item(world.he, item)
    assert actions.submit_plan(world.he, plan).status == "SUBMITTED"


def test_what_a_version_leaves_open_is_told_when_it_begins(world):
    tree = draft(world)
    SpecialMapping.objects.filter(into=tree, old__code="POC").delete()
    tree = actions.enact_tree(world.lead, actions.check_tree(world.gao, tree), on=tree.effective_from)
    Engagement.objects.create(organisation=world.bureau, klass="POC", role="LEAD", state="APPLIED", starts=clock.today(),
                              source_type="applications.application", source_ref="A1")
    with clock.shifted_to(clock.now() + timedelta(days=31)):
        deadlines.sweep()
    assert Message.objects.filter(person=world.he.person, dedupe__startswith=f"plan_tree_begin:{tree.pk}:").exists()


def test_applications_under_way_keep_a_class_from_being_left_open(world):
    tree = draft(world)
    SpecialMapping.objects.filter(into=tree, old__code="POC").delete()
    Engagement.objects.create(organisation=world.bureau, klass="POC", role="LEAD", state="APPLIED", starts=clock.today(),
                              source_type="applications.application", source_ref="A1")
    found = reasons(actions.enact_tree, world.lead, actions.check_tree(world.gao, tree), on=tree.effective_from)
    assert any("T2" in reason for reason in found)
