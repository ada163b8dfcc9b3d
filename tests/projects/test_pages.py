"""Pages of the projects floor: who opens them, what they cost, what their forms refuse."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.middleware import EPOCH
from accounts.policies import ANONYMOUS
from applications.models import Application
from core.workflow import Refused
from projects import actions, policies
from projects.models import Contract, Objection, Project, ProposalList
from tests.factories import projects as make

pytestmark = pytest.mark.django_db
PEOPLE = ("chen", "he", "sun", "lead", "fin", "qian", "li", "wang", "stranger", "badm")
STAFF = ("chen", "he", "sun", "lead", "fin", "qian")


@pytest.fixture(autouse=True)
def _no_questions(settings):
    """The pages themselves are asked, not the consent before them."""
    settings.ASK_CONSENT = False


def signed_in(actor) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    person = type(actor.person).objects.get(pk=actor.id)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session[EPOCH] = person.session_epoch
    session.save()
    return client


def cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200, url
    return len(found)


def desk_urls(project: Project, row: ProposalList) -> list[str]:
    return [
        reverse("projects:desk:proposals"), reverse("projects:desk:proposal", args=[row.ref]),
        reverse("projects:desk:notices"), reverse("projects:desk:notice", args=[row.ref]),
        reverse("projects:desk:projects"), reverse("projects:desk:project", args=[project.number]),
        reverse("projects:desk:contract", args=[project.number]),
    ]


def test_desk_opens_for_staff_and_for_nobody_else(town, awarded):
    project = awarded[0]
    urls = desk_urls(project, ProposalList.objects.get())
    for key in PEOPLE:
        found = {signed_in(getattr(town, key)).get(url).status_code for url in urls}
        assert found == ({200} if key in STAFF else {403}), key
    assert {Client().get(url).status_code for url in urls} == {302}


def test_project_is_visible_exactly_to_whom_may_view_it(town, awarded):
    for project in awarded:
        for key in PEOPLE:
            actor = getattr(town, key)
            seen = policies.visible_to(actor).filter(pk=project.pk).exists()
            assert seen == (policies.may_view(actor, project) is None), (key, project)
            code = signed_in(actor).get(reverse("projects:my:project", args=[project.number])).status_code
            assert code == (200 if seen else 404), (key, project)


def test_public_pages_name_no_objector(town, published):
    row = published
    make.objection(row, Application.objects.first())
    client = Client(headers={"accept-language": "zh-hans"})
    for url in (reverse("projects:public:notices"), reverse("projects:public:publicity", args=[row.proposal.ref]),
                reverse("projects:public:objection", args=[Objection.objects.get().uid]), reverse("projects:public:projects"),
                reverse("projects:api:publicity", args=[row.proposal.ref])):
        response = client.get(url)
        assert response.status_code == 200, url
        assert "杜衡" not in response.content.decode()
        assert "13800000000" not in response.content.decode()


def test_objection_form_files_once_on_a_double_click(town, published):
    row = published
    url = reverse("projects:public:objection_new", args=[row.proposal.ref])
    key = "11111111-1111-4111-8111-111111111111"
    for _turn in range(2):
        given = {"once": key, "application": Application.objects.first().ref, "kind": "PERSON", "name": "杜衡",
                 "contact": "13800000000", "facts": "重合。", "upload": make.statement()}
        assert Client().post(url, given).status_code == 302
    assert Objection.objects.count() == 1


@pytest.mark.parametrize(("contact", "fits"), [
    ("abc", False), ("12345", False), ("a@b", False), ("1 号楼 2 层 3 室", False), ("13800000000", True), ("0755-8000 0001 转 12", True),
    ("（0755）80000001", True), ("+852 2123 4567", True), ("du.heng@example.cn", True), ("杜先生 138 0000 0000", True)])
def test_contact_of_an_objection_can_be_reached(town, published, contact, fits):
    given = {"application": Application.objects.first().ref, "kind": "PERSON", "name": "杜衡", "contact": contact, "facts": "重合。"}
    answer = Client().post(reverse("projects:public:objection_new", args=[published.proposal.ref]), given | {"upload": make.statement()})
    assert answer.status_code == (302 if fits else 422)
    assert Objection.objects.exists() is fits
    if not fits:
        assert list(answer.context["form"].errors) == ["contact"] and contact in answer.content.decode()
        with pytest.raises(Refused, match="手机"):
            actions.file_objection(ANONYMOUS, published, **given, upload=make.statement())


@pytest.mark.parametrize("name", ["异议.exe", "异议.pdf"])
def test_objection_form_refuses_a_file_that_is_no_scan(town, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = make.published(town)
    response = Client().post(reverse("projects:public:objection_new", args=[row.proposal.ref]), {
        "application": Application.objects.first().ref, "kind": "PERSON", "name": "杜衡", "contact": "13800000000", "facts": "x",
        "upload": SimpleUploadedFile(name, b"MZ\x90\x00 not a scan")})
    assert response.status_code == 422
    assert not Objection.objects.exists()


def test_identity_page_is_for_supervision(town, published):
    objection = make.objection(published, Application.objects.first())
    url = reverse("projects:desk:objection_identity", args=[objection.number])
    assert "杜衡" in signed_in(town.sun).post(url, {"why": "核实"}).content.decode()
    for key in ("chen", "he", "fin", "qian", "li"):
        assert "杜衡" not in signed_in(getattr(town, key)).post(url, {"why": "核实"}).content.decode(), key


def test_list_form_keeps_wrong_amounts_and_says_so(town, begun):
    row = begun
    item = row.items.first()
    given = {}
    for one in row.items.all():
        given |= {f"i{one.pk}-selected": "on", f"i{one.pk}-amount": "1", f"i{one.pk}-reason": "", f"i{one.pk}-reason_code": ""}
    given[f"i{item.pk}-amount"] = "一百"
    response = signed_in(town.chen).post(reverse("projects:desk:proposal", args=[row.ref]), given)
    assert response.status_code == 422
    assert "一百" in response.content.decode()
    assert row.items.get(pk=item.pk).amount == item.amount


def test_decide_by_browser_twice_moves_once(town):
    from projects import actions

    row = actions.submit_list(town.chen, make.begun(town))
    client, url = signed_in(town.lead), reverse("projects:desk:proposal_decide", args=[row.ref])
    assert [client.post(url, {"minutes": "通过"}).status_code for _turn in range(2)] == [302, 409]
    assert Application.objects.filter(status="PROPOSED").count() == 2
    assert client.get(url).status_code == 405


def test_contract_is_signed_by_browser_for_the_own_unit_only(town):
    from datetime import timedelta

    from core import clock
    from projects import actions

    project = next(one for one in make.awarded(town) if one.unit_id == town.a.pk)
    contract = Contract.objects.get(project=project)
    actions.edit_contract(town.chen, contract, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=400))
    actions.offer_contract(town.chen, contract)
    url = reverse("projects:my:contract_sign", args=[project.number])
    assert signed_in(town.badm).post(url).status_code == 404
    signed_in(town.li).post(url)
    assert Contract.objects.get(pk=contract.pk).status == "OFFERED"
    signed_in(town.wang).post(url)
    assert Contract.objects.get(pk=contract.pk).status == "UNIT_SIGNED"


def test_lists_cost_the_same_at_one_and_at_many_rows(town):
    make.awarded(town, requested=("3000000", "2000000", "1000000"))
    client, row = signed_in(town.chen), ProposalList.objects.get()
    one = Project.objects.order_by("pk").first()
    urls = [reverse("projects:desk:projects"), reverse("projects:public:projects"), reverse("projects:api:projects")]
    many = [cost(client, url) for url in urls]
    few = [cost(client, f"{url}?q={one.number}") for url in urls]
    assert [a - b for a, b in zip(many, few, strict=True)] == [0, 0, 0]
    assert cost(client, reverse("projects:desk:proposal", args=[row.ref])) < 40
