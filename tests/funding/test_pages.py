"""Pages of the funding floor: who opens them, bulk acts, what they cost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from funding import actions, queries
from funding.models import Disbursement
from tests.factories import funding as make
from tests.kept import kept
from tests.projects.test_pages import PEOPLE, STAFF, cost, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_questions(settings):
    settings.ASK_CONSENT = False


row = kept(make.first_instalment)


def test_money_desk_opens_for_staff_and_for_nobody_else(town, row):
    urls = [reverse("funding:desk:payments"), reverse("funding:desk:payment", args=[row.ref]),
            reverse("funding:desk:figures"), reverse("funding:desk:ledger"), reverse("funding:api:figures", args=[2026])]
    for key in PEOPLE:
        found = {signed_in(getattr(town, key)).get(url).status_code for url in urls}
        assert found == ({200} if key in STAFF else {403}), key
    assert {Client().get(url).status_code for url in urls} == {302, 403}


def test_payment_shows_the_account_masked_only(town, row):
    asked = make.requested(town, row)
    text = signed_in(town.he).get(reverse("funding:desk:payment", args=[asked.ref])).content.decode()
    assert "7559****0001" in text
    assert f"7559{row.project.unit_id:012d}" not in text


def test_five_steps_by_browser(town, row):
    for key, verb, given in (("chen", "request", {"pool": "CONTROL"}), ("he", "check", {}), ("lead", "approve", {}),
                             ("fin", "send", {"reference": "ZL1"}), ("fin", "pay", {"receipt": "HD1"})):
        client, url = signed_in(getattr(town, key)), reverse("funding:desk:step", args=[row.ref, verb])
        assert [client.post(url, given).status_code for _turn in range(2)] == [302, 409]
    done = Disbursement.objects.get(pk=row.pk)
    assert (done.status, done.sent_reference) == ("PAID", "ZL1")
    signed_in(town.li).post(reverse("funding:my:confirm", args=[row.ref]))
    assert Disbursement.objects.get(pk=row.pk).confirmed_at is None
    signed_in(town.wang).post(reverse("funding:my:confirm", args=[row.ref]))
    assert Disbursement.objects.get(pk=row.pk).confirmed_by_id == town.wang.id


def test_send_without_a_number_says_so(town, row):
    make.approved(town, row)
    response = signed_in(town.fin).post(reverse("funding:desk:step", args=[row.ref, "send"]), {"reference": ""})
    assert response.status_code == 422
    assert Disbursement.objects.get(pk=row.pk).status == "APPROVED"


def test_bulk_says_which_and_why_not(town, row):
    asked = make.requested(town, row)
    other = Disbursement.objects.exclude(pk=row.pk).first()
    client = signed_in(town.he)
    response = client.post(reverse("funding:desk:bulk", args=["check"]), {"ids": [asked.ref, other.ref]}, follow=True)
    assert other.ref in "".join(str(message) for message in response.context["messages"])
    assert Disbursement.objects.get(pk=asked.pk).status == "CHECKED"
    assert client.post(reverse("funding:desk:bulk", args=["check"]), {"ids": ["ZF-forged"]}).status_code == 404
    assert client.post(reverse("funding:desk:bulk", args=["erase"]), {"ids": [asked.ref]}).status_code == 404


def test_lists_cost_the_same_at_one_and_at_many_rows(town, row):
    client = signed_in(town.lead)
    for name, one in (("funding:desk:payments", row.ref), ("funding:desk:ledger", row.project.number)):
        assert cost(client, reverse(name)) == cost(client, f"{reverse(name)}?q={one}"), name


def test_api_moves_by_the_same_rules(town, row):
    url = reverse("funding:api:check", args=[row.ref])
    actions.request(town.chen, row)
    refused = signed_in(town.chen).post(url, {}, content_type="application/json")
    assert refused.status_code in (403, 409, 422)
    assert signed_in(town.he).post(url, {}, content_type="application/json").json()["status"] == "CHECKED"


def test_project_page_of_the_unit_says_what_each_instalment_waits_for(town, row):
    page = reverse("projects:my:project", args=[row.project.number])
    text = signed_in(town.wang).get(page).content.decode()
    assert text.count("拨付条件已满足，由业务处申请拨付") == 1, "the first instalment"
    assert "验收通过后方可拨付尾款" in text
    make.requested(town, row)
    assert "拨付条件已满足" not in signed_in(town.wang).get(page).content.decode()


def test_an_instalment_whose_condition_is_met_does_not_read_as_waiting_for_it(town, row):
    met, waits = "条件已满足，可申请拨付", "待满足条件"
    pages = {town.lead: [reverse("funding:desk:payments") + f"?q={row.ref}", reverse("funding:desk:payment", args=[row.ref])],
             town.wang: [reverse("funding:my:payments") + f"?q={row.ref}"]}
    for actor, urls in pages.items():
        for url in urls:
            text = signed_in(actor).get(url).content.decode()
            assert met in text and f">{waits}</span>" not in text, url
    other = Disbursement.objects.exclude(pk=row.pk).exclude(line__kind="SIGN").first()  # the negative control: its condition is to come
    assert queries.standing_of(other)[0] == waits
    type(row.project.unit).objects.filter(pk=row.project.unit_id).update(account_sealed="")
    assert queries.standing_of(Disbursement.objects.get(pk=row.pk))[0] == "条件已满足，缺银行账户"
