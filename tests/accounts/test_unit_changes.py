"""What payments and rules rest on changes only after the bureau has verified it; duplicates are merged in sight."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts import actions, queries
from accounts.middleware import EPOCH
from accounts.models import Membership, Organisation
from accounts.states import MembershipStatus, OrganisationStatus, Role
from core.models import LedgerRow
from core.workflow import Refused
from tests.accounts.conftest import SYSTEM, person, uscc

GIVEN = {"region": "深圳市南山区", "legal_representative": "王一", "account_name": "甲单位", "bank_name": "甲银行",
         "account_number": "755900001111"}


@pytest.fixture
def kept(house):
    """The unit with its first verified data."""
    actions.edit_organisation(house.wang, house.unit, **GIVEN)
    actions.confirm_change(house.he, queries.waiting_change(house.unit))
    house.unit.refresh_from_db()
    return house


def signed_in(client, who):
    client.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session[EPOCH] = type(who).objects.get(pk=who.pk).session_epoch
    session.save()
    return client


def test_first_account_is_verified_too(house):
    actions.edit_organisation(house.wang, house.unit, **GIVEN)
    house.unit.refresh_from_db()
    assert not house.unit.account_sealed
    actions.confirm_change(house.he, queries.waiting_change(house.unit))
    house.unit.refresh_from_db()
    assert house.unit.account_sealed
    assert house.unit.account_masked.endswith("1111")


@pytest.mark.parametrize("field, value", [("region", "深圳市福田区"), ("legal_representative", "钱二"),
                                          ("bank_name", "乙银行"), ("account_number", "622200002222")])
def test_guarded_value_waits_for_the_bureau(kept, field, value):
    before = Organisation.objects.values().get(pk=kept.unit.pk)
    actions.edit_organisation(kept.wang, kept.unit, **{field: value})
    assert Organisation.objects.values().get(pk=kept.unit.pk) == before
    change = queries.waiting_change(kept.unit)
    assert "622200002222" not in str(change.proposed)
    assert LedgerRow.objects.filter(verb="accounts.unitchange.ask", target_id=change.pk).exists()
    actions.confirm_change(kept.he, change)
    assert Organisation.objects.values().get(pk=kept.unit.pk) != before
    assert LedgerRow.objects.filter(verb="accounts.unitchange.confirm", target_id=change.pk).exists()


def test_free_value_is_written_at_once(kept):
    actions.edit_organisation(kept.wang, kept.unit, **GIVEN | {"account_number": "", "address": "新路一号"})
    assert Organisation.objects.get(pk=kept.unit.pk).address == "新路一号"
    assert queries.waiting_change(kept.unit) is None


def test_account_of_another_name_needs_an_explanation(kept):
    with pytest.raises(Refused, match="甲单位"):
        actions.edit_organisation(kept.wang, kept.unit, account_name="王某个人")
    assert queries.waiting_change(kept.unit) is None
    actions.edit_organisation(kept.wang, kept.unit, account_name="甲单位（基本户）", explanation="银行登记名带后缀")
    assert queries.change_rows(queries.waiting_change(kept.unit))[0]["differs"]


def test_brackets_of_either_width_are_one_name(kept):
    Organisation.objects.filter(pk=kept.unit.pk).update(name="甲（深圳）单位")
    kept.unit.refresh_from_db()
    actions.edit_organisation(kept.wang, kept.unit, account_name="甲(深圳) 单位")
    assert queries.waiting_change(kept.unit)


def test_unit_does_not_verify_its_own_change(kept):
    actions.edit_organisation(kept.wang, kept.unit, region="深圳市福田区")
    change = queries.waiting_change(kept.unit)
    for actor in (kept.wang, kept.li, kept.chen):
        with pytest.raises(Refused):
            actions.confirm_change(actor, change)
    kept.unit.refresh_from_db()
    assert kept.unit.region == "深圳市南山区"


def test_refusal_needs_a_reason_and_keeps_the_old(kept):
    actions.edit_organisation(kept.wang, kept.unit, region="深圳市福田区")
    change = queries.waiting_change(kept.unit)
    with pytest.raises(Refused):
        actions.refuse_change(kept.he, change, why=" ")
    actions.refuse_change(kept.he, change, why="无证明")
    kept.unit.refresh_from_db()
    assert kept.unit.region == "深圳市南山区"
    assert queries.last_change(kept.unit).reason == "无证明"


def test_newer_change_takes_the_place_of_the_waiting_one(kept):
    actions.edit_organisation(kept.wang, kept.unit, region="深圳市福田区")
    actions.edit_organisation(kept.wang, kept.unit, legal_representative="钱二")
    assert queries.waiting_change(kept.unit).proposed == {"region": "深圳市福田区", "legal_representative": "钱二"}
    assert kept.unit.changes.filter(status="WITHDRAWN").count() == 1


def test_page_refuses_another_name_beside_the_field_and_loses_nothing(client, kept):
    signed_in(client, kept.wang_person)
    answer = client.post("/my/unit/", GIVEN | {"account_name": "王某个人", "phone": "0755-1"})
    assert answer.status_code == 422
    assert "account_name" in answer.context["form"].errors
    assert "0755-1" in answer.content.decode()
    answer = client.post("/my/unit/", GIVEN | {"account_number": "622200002222"}, follow=True)
    text = answer.content.decode()
    assert "等待科技局核验" in text
    assert "622200002222" not in text


def test_bureau_sees_the_change_among_its_tasks_and_verifies_it(client, kept):
    actions.edit_organisation(kept.wang, kept.unit, region="深圳市福田区")
    change = queries.waiting_change(kept.unit)
    signed_in(client, kept.he.person)
    assert "change=waiting" in client.get("/desk/").content.decode()
    assert kept.unit.name in client.get("/desk/organisations/?change=waiting").content.decode()
    assert "深圳市福田区" in client.get(f"/desk/organisations/{kept.unit.uid}/").content.decode()
    client.post(reverse("accounts:public:unit_change", args=[change.uid, "confirm"]))
    kept.unit.refresh_from_db()
    assert kept.unit.region == "深圳市福田区"


def test_stranger_does_not_find_the_change(client, kept):
    actions.edit_organisation(kept.wang, kept.unit, region="深圳市福田区")
    signed_in(client, person("stranger"))
    url = reverse("accounts:public:unit_change", args=[queries.waiting_change(kept.unit).uid, "confirm"])
    assert client.post(url).status_code == 404


def test_duplicate_is_merged_on_a_page(client, kept):
    other = actions.register_organisation(SYSTEM, name="甲单位分录", kind="ENTERPRISE", uscc=uscc("91440300", "MA5DC789"))
    asks = person("asks")
    Membership.objects.create(person=asks, organisation=other, role=Role.ORG_ADMIN, since="2026-01-01")
    signed_in(client, kept.he.person)
    url = f"/desk/organisations/{other.uid}/merge/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"keep": "没有这个单位", "why": "重复"}).status_code == 422
    client.post(url, {"keep": kept.unit.uscc.lower(), "why": "同一单位登记两次"})
    other.refresh_from_db()
    assert (other.status, other.merged_into) == (OrganisationStatus.MERGED, kept.unit)
    asked = asks.memberships.get(organisation=kept.unit)
    assert (asked.role, asked.status) == (Role.MEMBER, MembershipStatus.REQUESTED)
    signed_in(client, kept.chen.person)
    assert client.get(url).status_code == 403


def waiting_unit(who, like):
    """A unit registered and not verified, with this administrator."""
    unit = actions.register_organisation(SYSTEM, name="待核验单位", kind=like.kind, uscc=uscc("91440300", "MA5DD001"))
    Membership.objects.create(person=who, organisation=unit, role=Role.ORG_ADMIN, since="2026-01-01")
    return unit
