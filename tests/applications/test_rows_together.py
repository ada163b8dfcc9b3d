"""Two people at the rows of team and partners: nothing is lost silently, everything is on record, the leader's row is the leader's."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.states import IdKind, Role
from applications import actions, policies, queries
from applications.models import Application, Partner, TeamMember
from applications.states import WRITE, Status, TeamRole
from core import clock, events
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from tests.applications.client import cost, signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
OTHER_NUMBER = make.resident("44030519930505123")


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


@kept
def desk(town):
    """li leads, hu writes every part with her; one more member and one partner."""
    town.hu = make.member("胡同事", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a), title="共同撰写的题目")
    actions.accept_seat(town.hu, actions.invite_coauthor(town.li, town.row, who=town.hu.person.email, rights={"*": WRITE}))
    town.lead = town.row.team.get(role=TeamRole.LEADER)
    town.mate = town.row.team.exclude(role=TeamRole.LEADER).first()
    town.partner = actions.add_partner(town.li, town.row, name=town.b.name, uscc=town.b.uscc, task="算法", contact="周外", phone="13800138003")
    return town


def page_values(page) -> dict[str, str]:
    """What a browser would send back from the form of the page."""
    form = page.context["form"]
    found = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else "on" if value is True else str(value) for name, value in found.items() if value is not False}
    return {**values, "shown": page.context["shown"]}


def posted(client, address: str, **changed):
    return client.post(address, {**page_values(client.get(address)), **changed})


def test_a_coauthor_cannot_touch_the_row_of_the_leader(desk):
    sealed = desk.lead.id_print
    with pytest.raises(Refused, match="leader|负责人"):
        actions.change_member(desk.hu, desk.lead, id_kind=IdKind.RESIDENT, id_number=OTHER_NUMBER, duty="改")
    client, address = signed_in(desk.hu), my("member", desk.row.ref, desk.lead.pk)
    page = client.get(address).content.decode()
    assert 'name="id_number"' not in page and 'name="birth_date"' not in page and desk.lead.id_masked not in page and "disabled" in page
    answer = client.post(address, {"title": "院士", "duty": "改", "person_months": "1", "id_kind": IdKind.RESIDENT, "id_number": OTHER_NUMBER})
    assert answer.status_code == 200
    desk.lead.refresh_from_db()
    assert (desk.lead.id_print, desk.lead.title) == (sealed, desk.lead.title) and desk.lead.duty != "改"
    posted(signed_in(desk.li), address, duty="负责人自己改的")
    desk.lead.refresh_from_db()
    assert desk.lead.duty == "负责人自己改的"


def test_without_the_question_a_coauthor_would_replace_the_number(desk, monkeypatch):
    """The negative control of the one above."""
    monkeypatch.setattr(policies, "may_change_member", lambda *_any: None)
    before = desk.lead.id_print
    actions.change_member(desk.hu, desk.lead, id_kind=IdKind.RESIDENT, id_number=OTHER_NUMBER)
    desk.lead.refresh_from_db()
    assert desk.lead.id_print != before


def test_a_registered_number_is_said_to_be_registered(desk):
    client = signed_in(desk.hu)
    assert desk.mate.id_masked
    for address in (my("member", desk.row.ref, desk.mate.pk), my("team", desk.row.ref)):
        page = client.get(address).content.decode()
        assert "已登记（不显示）" in page and desk.mate.id_masked not in page


def test_a_number_changed_by_somebody_else_is_on_record_and_told_to_the_leader(desk):
    actions.change_member(desk.hu, desk.mate, id_kind=IdKind.RESIDENT, id_number=OTHER_NUMBER, title="正高级工程师")
    events.drain()
    row = LedgerRow.objects.get(verb="applications.application.change_member", actor_id=desk.hu.id)
    assert "id_print" in row.data["fields"] and "title" in row.data["fields"]
    assert OTHER_NUMBER not in f"{row.data}{row.before}{row.after}{row.why}"
    told = Message.objects.get(person=desk.li.person, event="application.member_number")
    assert desk.mate.name in told.subject and "胡同事" in told.subject
    page = signed_in(desk.li).get(my("overview", desk.row.ref)).content.decode()
    assert "成员信息修改" in page and "胡同事" in page and "证件号码" in page


def test_the_leader_is_not_told_of_the_own_change(desk):
    actions.change_member(desk.li, desk.mate, id_kind=IdKind.RESIDENT, id_number=OTHER_NUMBER)
    events.drain()
    assert not Message.objects.filter(event="application.member_number").exists()


def test_every_act_on_a_row_is_on_record_and_a_save_without_change_is_not(desk):
    start = LedgerRow.objects.count()
    member = actions.add_member(desk.hu, desk.row, name="新成员", role=TeamRole.MEMBER, duty="测试", person_months=1)
    actions.change_member(desk.hu, member, duty="测试")
    actions.change_member(desk.hu, member, duty="另一任务")
    actions.remove_member(desk.hu, member)
    actions.change_partner(desk.hu, desk.partner, task="数据")
    actions.remove_partner(desk.hu, desk.partner)
    verbs = [one.rsplit(".", 1)[1] for one in LedgerRow.objects.order_by("pk").values_list("verb", flat=True)[start:]]
    assert verbs == ["add_member", "change_member", "remove_member", "change_partner", "remove_partner"]
    told = [one for one in queries.events_for_applicant(desk.row) if "新成员" in one["why"]]
    assert len(told) == 3 and all(one["who"].startswith("胡同事") for one in told)


@pytest.mark.parametrize("kind", ["member", "partner"])
def test_a_row_changed_meanwhile_is_not_overwritten_and_the_second_save_goes_through(desk, kind):
    row, field = (desk.mate, "duty") if kind == "member" else (desk.partner, "task")
    client, address = signed_in(desk.li), my(kind, desk.row.ref, row.pk)
    mine = page_values(client.get(address))
    posted(signed_in(desk.hu), address, **{field: "胡同事写的任务"})
    page = client.post(address, {**mine, field: "负责人写的任务"})
    text = page.content.decode()
    row.refresh_from_db()
    assert getattr(row, field) == "胡同事写的任务" and "负责人写的任务" in text
    assert [one["label"] for one in page.context["moves"]] == ["承担任务"]
    assert "<ins>" in text and page.context["shown"] != mine["shown"]
    client.post(address, {**mine, field: "负责人写的任务", "shown": page.context["shown"]})
    row.refresh_from_db()
    assert getattr(row, field) == "负责人写的任务"


def test_without_the_comparison_the_last_save_would_win(desk, monkeypatch):
    """The negative control of the one above."""
    client, address = signed_in(desk.li), my("partner", desk.row.ref, desk.partner.pk)
    mine = page_values(client.get(address))
    posted(signed_in(desk.hu), address, task="胡同事写的任务")
    monkeypatch.setattr(queries, "moved", lambda *_any: [])
    client.post(address, {**mine, "task": "负责人写的任务"})
    assert Partner.objects.get(pk=desk.partner.pk).task == "负责人写的任务"


def test_a_changed_number_shows_a_coauthor_neither_the_old_nor_the_new_one(desk):
    client, address = signed_in(desk.hu), my("member", desk.row.ref, desk.mate.pk)
    mine = page_values(client.get(address))
    old = desk.mate.id_masked
    actions.change_member(desk.li, desk.mate, id_kind=IdKind.RESIDENT, id_number=OTHER_NUMBER)
    desk.mate.refresh_from_db()
    page = client.post(address, {**mine, "duty": "新任务"})
    labels = [one["label"] for one in page.context["moves"]]
    assert "证件号码" in labels and old not in page.content.decode() and desk.mate.id_masked not in page.content.decode()


@pytest.mark.parametrize("kind", ["member", "partner"])
def test_a_row_changed_meanwhile_is_not_removed_before_it_was_seen(desk, kind):
    row = desk.mate if kind == "member" else desk.partner
    client = signed_in(desk.li)
    page = client.get(my("team" if kind == "member" else "partners", desk.row.ref))
    (sealed,) = [one.shown for one in page.context["members" if kind == "member" else "rows"] if one.pk == row.pk]
    assert f'name="shown" value="{sealed}"' in page.content.decode()
    posted(signed_in(desk.hu), my(kind, desk.row.ref, row.pk), **{"duty" if kind == "member" else "task": "胡同事写的任务"})
    answer = client.post(my(f"{kind}_remove", desk.row.ref, row.pk), {"shown": sealed})
    assert answer.status_code == 409 and "胡同事写的任务" in answer.content.decode() and type(row).objects.filter(pk=row.pk).exists()
    client.post(my(f"{kind}_remove", desk.row.ref, row.pk), {"shown": answer.context["shown"]})
    assert not type(row).objects.filter(pk=row.pk).exists()


def test_what_was_typed_for_a_removed_row_can_be_added_anew(desk):
    client, address = signed_in(desk.li), my("partner", desk.row.ref, desk.partner.pk)
    mine = page_values(client.get(address))
    actions.remove_partner(desk.hu, desk.partner)
    page = client.post(address, {**mine, "task": "负责人写的任务"}).content.decode()
    assert "负责人写的任务" in page and my("partner_add", desk.row.ref) in page


@pytest.mark.parametrize("page", ["member_add", "partner"])
def test_a_right_that_ends_while_a_row_is_written_gives_the_text_back(desk, page):
    address = my(page, desk.row.ref, *([desk.partner.pk] if page == "partner" else []))
    actions.end_seat(desk.li, desk.row.coauthors.get())
    answer = signed_in(desk.hu).post(address, {"name": "写到一半", "role": "MEMBER", "duty": "写到一半的任务", "task": "写到一半的任务",
                                               "id_number": OTHER_NUMBER, "shown": "x"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "写到一半的任务" in text and "承担任务" in text and "权限已结束" in text
    assert OTHER_NUMBER not in text and desk.partner.phone not in text and not TeamMember.objects.filter(name="写到一半").exists()


def test_the_leader_too_when_it_was_handed_in_meanwhile(desk):
    Application.objects.filter(pk=desk.row.pk).update(status=Status.UNIT_PENDING)
    answer = signed_in(desk.li).post(my("partner_add", desk.row.ref), {"name": "写到一半", "task": "写到一半的任务"})
    assert answer.status_code == 409 and "写到一半的任务" in answer.content.decode()


def test_nonsense_in_place_of_what_was_shown_does_not_stop_a_save(desk):
    posted(signed_in(desk.li), my("partner", desk.row.ref, desk.partner.pk), task="新任务", shown="nonsense:x:y")
    assert Partner.objects.get(pk=desk.partner.pk).task == "新任务"


def test_the_lists_ask_the_same_for_one_row_and_for_three(desk):
    client = signed_in(desk.li)
    first = cost(client, my("team", desk.row.ref)), cost(client, my("partners", desk.row.ref))
    for number in range(2):
        TeamMember.objects.create(application=desk.row, name=f"成员{number}", role=TeamRole.MEMBER)
        Partner.objects.create(application=Application.objects.get(pk=desk.row.pk), name=f"单位{number}")
    assert (cost(client, my("team", desk.row.ref)), cost(client, my("partners", desk.row.ref))) == first


# --- a signed letter in place of the own log-in -------------------------------------------------------------------


def letter(name="同意书.pdf", body=make.PDF):
    return SimpleUploadedFile(name, body)


def test_a_signed_letter_of_a_member_without_an_account_reaches_unit_and_desk(desk):
    client, address = signed_in(desk.hu), my("member_letter", desk.row.ref, desk.mate.pk)
    assert client.post(address, {}).status_code == 422 and client.post(address, {"file": letter("x.pdf", b"MZ")}).status_code == 422
    assert client.post(address, {"file": letter()}).status_code == 302
    desk.mate.refresh_from_db()
    assert desk.mate.letter.name == "同意书.pdf" and LedgerRow.objects.filter(verb="applications.application.member_letter").exists()
    assert "signed letter" not in client.get(my("team", desk.row.ref)).content.decode()  # in Chinese
    file = my("member_letter_file", desk.row.ref, desk.mate.pk)
    assert client.get(file).status_code == 200 and signed_in(desk.stranger).get(file).status_code == 404
    actions.remove_partner(desk.li, desk.partner)
    row = actions.hand_in(desk.li, Application.objects.get(pk=desk.row.pk))
    page = signed_in(desk.wang).get(reverse("applications:my:unit_application", args=[row.ref]))
    told = {one["name"]: one for one in page.context["consents"]}
    assert told[desk.mate.name]["member"] and file in page.content.decode() and any(one["missing"] for one in told.values())
    assert signed_in(desk.wang).get(file).status_code == 200 and signed_in(desk.chen).get(file).status_code == 404
    row = actions.endorse(desk.wang, row)
    assert {one["name"]: one["letter"] for one in queries.latest(row).data["team"]}[desk.mate.name] == desk.mate.letter.sha256
    assert signed_in(desk.chen).get(file).status_code == 200
    assert client.post(address, {"file": letter()}).status_code in (404, 409)


def test_a_letter_is_of_the_person_who_signed_it(desk):
    member = actions.attach_letter(desk.li, desk.mate, upload=letter())
    kept = actions.change_member(desk.li, member, duty="别的任务")
    assert kept.letter_id == member.letter_id
    assert actions.change_member(desk.li, kept, name="另一个人").letter_id is None
    with pytest.raises(Refused):
        actions.attach_letter(desk.li, desk.lead, upload=letter())
    TeamMember.objects.filter(pk=desk.mate.pk).update(confirmed_at=clock.now())
    with pytest.raises(Refused):
        actions.attach_letter(desk.li, TeamMember.objects.get(pk=desk.mate.pk), upload=letter())


def test_money_that_goes_to_a_related_party_is_shown_to_who_checks(desk):
    assert not any("关联" in item.text for item in queries.check_list(desk.row).human)
    actions.change_partner(desk.li, desk.partner, is_related=True, share=500000)
    (item,) = [item for item in queries.check_list(Application.objects.get(pk=desk.row.pk)).human if "关联" in item.text]
    assert desk.partner.name in item.text and "50" in item.text and item.part == "partners"
