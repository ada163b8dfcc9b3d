"""A unit registers, is verified, changes its administrator; people join and leave; duplicates are merged."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import actions, policies, queries
from accounts.middleware import EPOCH
from accounts.models import Consent, Membership, Organisation, Person
from accounts.policies import Actor
from accounts.states import MembershipStatus, OrganisationStatus, Role
from core.models import Parameter, StoredFile
from core.workflow import Refused
from tests.accounts.conftest import SYSTEM, person, uscc

CODE = uscc("91440300", "MA5DB456")




def registered(house):
    notice = queries.current_notice()
    return actions.register_unit_with_administrator(
        policies.ANONYMOUS, unit={"name": "乙单位", "kind": "ENTERPRISE", "uscc": CODE},
        administrator={"name": "新管", "email": "new@accounts.example", "password": "long-enough-2026"},
        licence=SimpleUploadedFile("执照.pdf", b"%PDF-1.4 licence %%EOF"), notice=notice)


def test_registration_waits_until_the_bureau_verifies(house):
    unit, admin = registered(house)
    assert unit.status == OrganisationStatus.PENDING
    assert not Actor.of(admin).holds(Role.ORG_ADMIN)
    assert Consent.objects.filter(person=admin).count() == 1
    actions.verify(house.he, unit)
    assert Actor.of(admin).holds(Role.ORG_ADMIN, at=unit)


def test_applicant_may_not_verify(house):
    unit, _admin = registered(house)
    with pytest.raises(Refused):
        actions.verify(house.wang, unit)
    assert Organisation.objects.get(pk=unit.pk).status == OrganisationStatus.PENDING


def test_refusal_needs_a_reason_and_can_be_mended(house):
    unit, admin = registered(house)
    with pytest.raises(Refused):
        actions.refuse(house.he, unit, reason=" ")
    actions.refuse(house.he, unit, reason="证照不清晰")
    assert Organisation.objects.get(pk=unit.pk).refused_reason == "证照不清晰"


def test_verification_needs_the_licence(house):
    unit = actions.register_organisation(SYSTEM, name="丙单位", kind="ENTERPRISE", uscc=CODE)
    with pytest.raises(Refused):
        actions.verify(house.he, unit)


def test_same_code_is_registered_once(house):
    registered(house)
    with pytest.raises(Refused):
        actions.register_organisation(SYSTEM, name="又一", kind="ENTERPRISE", uscc=CODE)


@pytest.mark.parametrize("more", [{}, {"country": "新加坡"}, {"overseas_number": "2020X"}])
def test_overseas_body_needs_country_and_number(db, more):
    with pytest.raises(Refused):
        actions.register_organisation(SYSTEM, name="Overseas", kind="OVERSEAS", **more)


def test_overseas_body_needs_no_code(db):
    row = actions.register_organisation(SYSTEM, name="Overseas", kind="OVERSEAS", country="新加坡", overseas_number="2020X")
    assert row.uscc is None and row.ref == "2020X"


def test_administrator_changes_only_after_a_successor(house):
    held = house.wang_person.memberships.get()
    with pytest.raises(Refused):
        actions.end_role(house.wang, held)
    actions.grant_role(house.wang, house.li_person, house.unit, Role.ORG_ADMIN)
    actions.end_role(house.wang, held)
    assert Actor.of(house.li_person).holds(Role.ORG_ADMIN, at=house.unit)
    assert not Actor.of(Person.objects.get(pk=house.wang_person.pk)).holds(Role.ORG_ADMIN)


def test_person_asks_joins_and_leaves(house):
    newcomer = person("newcomer")
    row = actions.request_membership(Actor.of(newcomer), house.unit)
    assert Actor.of(newcomer).roles() == set()
    with pytest.raises(Refused):
        actions.confirm_membership(house.li, row)
    actions.confirm_membership(house.wang, row)
    assert Actor.of(newcomer).holds(Role.MEMBER, at=house.unit)
    actions.end_role(Actor.of(newcomer), Membership.objects.get(pk=row.pk))
    assert Actor.of(newcomer).roles() == set()


def sign_in(client, who):
    """With the notice accepted, or every page leads there."""
    client.force_login(who)
    session = client.session
    session[EPOCH] = who.session_epoch
    session.save()
    actions.consent(Actor.of(who), queries.current_notice())


@pytest.mark.parametrize("typed", ["", "no such unit", "7ad0", "\x00", "科" * 200])
def test_a_unit_that_is_not_there_is_said_beside_the_field(house, client, typed):
    sign_in(client, person("newcomer"))
    page = client.post("/me/join/", {"unit": typed})
    assert page.status_code == 422
    assert "unit" in page.context["form"].errors
    assert not Membership.objects.filter(person__email="newcomer@accounts.example").exists()


@pytest.mark.parametrize("typed", ["甲单位", " {uscc} ", "{uscc_low}"])
def test_a_person_asks_by_name_or_code(house, client, typed):
    sign_in(client, person("newcomer"))
    client.post("/me/join/", {"unit": typed.format(uscc=house.unit.uscc, uscc_low=house.unit.uscc.lower())})
    assert Membership.objects.get(person__email="newcomer@accounts.example").organisation == house.unit


def test_merge_moves_roles_and_closes_the_other(house):
    double = person("double")
    actions.grant_role(SYSTEM, double, house.unit, Role.MEMBER)
    boss = person("boss")
    actions.grant_role(SYSTEM, boss, house.bureau, Role.SYSADMIN)
    with pytest.raises(Refused):
        actions.merge_people(house.wang, house.wang_person, double, why="同一人")
    actions.merge_people(Actor.of(boss), house.wang_person, double, why="同一人")
    gone = Person.objects.get(pk=double.pk)
    assert (gone.merged_into_id, gone.is_active) == (house.wang_person.pk, False)
    held = house.wang_person.memberships.filter(status=MembershipStatus.ACTIVE).values_list("role", flat=True)
    assert set(held) == {Role.ORG_ADMIN, Role.MEMBER}


@pytest.mark.parametrize(("role", "wanted"), [(Role.DIVISION, Role.MEMBER), (Role.SYSADMIN, Role.SECADMIN)])
def test_incompatible_role_is_refused(house, role, wanted):
    somebody = person("somebody")
    actions.grant_role(SYSTEM, somebody, house.bureau, role)
    with pytest.raises(Refused):
        actions.grant_role(SYSTEM, somebody, house.unit if wanted == Role.MEMBER else house.bureau, wanted)


@pytest.mark.parametrize("path", ["/desk/organisations/", "/desk/people/", "/desk/roles/", "/desk/people/merge/"])
def test_desk_pages_refuse_the_unit_side(client, house, path):
    client.force_login(house.li_person)
    session = client.session
    session["epoch"] = house.li_person.session_epoch
    session.save()
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("key", ["wang", "li", "he", "stranger"])
def test_visible_units_are_those_one_may_view(house, key):
    actor = Actor.of(person("stranger")) if key == "stranger" else getattr(house, key)
    seen = set(policies.organisations_visible_to(actor).values_list("pk", flat=True))
    allowed = {row.pk for row in Organisation.objects.all() if policies.may_view_organisation(actor, row) is None}
    assert seen == allowed


# --- the form that is open to everybody ------------------------------------------------------------------------------


def kept_files() -> set[str]:
    return {str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def given(**more):
    return {"unit-kind": "ENTERPRISE", "unit-name": "乙单位", "unit-uscc": CODE, "unit-region": "深圳市", "unit-legal_representative": "甲",
            "unit-licence": SimpleUploadedFile("执照.pdf", b"%PDF-1.4 licence %%EOF"), "person-name": "新管", "person-email": "new@accounts.example",
            "person-mobile": "13900000077", "person-id_kind": "PASSPORT", "person-id_number": "E1234567", "person-password": "long-enough-2026",
            "consent-agree": "on", **more}


@pytest.mark.parametrize("wrong", [{"person-email": "li@accounts.example"}, {"person-password": "1234567890"}, {"unit-uscc": "taken"}])
def test_refused_registration_leaves_no_file(client, house, wrong, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)  # other tests run beside this one and keep files too
    before, rows = kept_files(), StoredFile.objects.count()
    page = client.post("/register/", given(**{key: house.unit.uscc if value == "taken" else value for key, value in wrong.items()}))
    assert page.status_code == 422
    assert (kept_files(), StoredFile.objects.count()) == (before, rows)
    assert client.post("/register/", given()).status_code == 302
    assert StoredFile.objects.count() == rows + 1


def test_one_address_registers_so_often_and_no_more(client, house):
    Parameter.objects.filter(key="register.per_address_hour").update(value=2)
    for _turn in range(2):
        assert client.post("/register/", given(**{"person-email": "li@accounts.example"})).status_code == 422
    page = client.post("/register/", given())
    assert page.status_code == 422
    assert not Organisation.objects.filter(uscc=CODE).exists()
    assert client.post("/register/", given(), REMOTE_ADDR="203.0.113.4").status_code == 302


def test_everything_wrong_with_a_registration_is_told_at_once(client, house):
    page = client.post("/register/", given(**{
        "unit-uscc": "123", "unit-licence": SimpleUploadedFile("执照.pdf", b"no scan"), "person-password": "1234567890", "person-mobile": "12"}))
    assert set(page.context["unit"].errors) == {"uscc", "licence"}
    assert set(page.context["person"].errors) == {"mobile", "password"}
    again = client.post("/register/", given(**{"person-mobile": "12"}))
    assert again.context["unit"].errors["licence"] == ["请重新选择文件：其他内容有误时，已选的文件不会保留。"]


def test_registration_says_which_bodies_give_which_number(client, house):
    text = client.get("/register/").content.decode()
    label = text[text.index('for="id_unit-uscc"'):]
    assert "（境内单位必填）" in label[:label.index("</label>")]
    assert text.count("（仅境外机构填写）") == 2
