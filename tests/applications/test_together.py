"""Writing together: who gets a seat, what it lets in, when it ends, and what is kept of who wrote what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from applications import actions, policies, queries
from applications.models import Application, CoAuthor, Presence, SectionSave
from applications.states import READ, WRITE, SeatStatus
from core import clock, events
from core.models import Parameter
from core.workflow import Refused
from notices import tasks
from notices.models import Message, Outgoing
from tests.applications.client import cost, signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


def my(name: str, *args) -> str:
    return reverse(f"applications:my:{name}", args=args)


@kept
def desk(town):
    """A draft of li's, and hu of the same unit who may become a co-author."""
    town.hu = make.member("胡同事", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a), title="共同撰写的题目")
    return town


def seated(desk, rights=None, who=None) -> CoAuthor:
    person = (who or desk.hu).person
    seat = actions.invite_coauthor(desk.li, desk.row, who=person.email, rights=rights or {"*": WRITE})
    return actions.accept_seat(who or desk.hu, seat)


def fresh(actor: Actor) -> Actor:
    return Actor.of(type(actor.person).objects.get(pk=actor.id))


def write(actor, row, text="协作者写的内容", section="basic", name="title"):
    row = Application.objects.get(pk=row.pk)
    return actions.save_section(actor, row, section=section, values={name: text}, base=row.rev)


def test_an_invitation_gives_nothing_before_it_is_accepted(desk):
    seat = actions.invite_coauthor(desk.li, desk.row, who="HU@applications.example", rights={"*": WRITE})
    events.drain()
    assert Message.objects.filter(person=desk.hu.person, event="application.coauthor_invite").count() == 1
    with pytest.raises(Refused):
        write(desk.hu, desk.row)
    assert policies.may_view(desk.hu, desk.row) and not policies.visible_to(desk.hu).filter(pk=desk.row.pk).exists()
    client = signed_in(desk.hu)
    assert my("seat_accept", seat.pk) in client.get(my("list")).content.decode()
    client.post(my("seat_accept", seat.pk))
    write(desk.hu, desk.row)
    events.drain()
    assert Message.objects.filter(person=desk.li.person, event="application.coauthor_accept").count() == 1
    assert "共同撰写的题目" not in client.get(my("list")).content.decode()  # the title is the new one
    assert "协作者写的内容" in client.get(my("list")).content.decode()


def test_only_the_invited_person_answers(desk):
    seat = actions.invite_coauthor(desk.li, desk.row, who="13800138061", rights={"*": WRITE})
    for other in (desk.li, desk.wang, desk.stranger):
        with pytest.raises(Refused):
            actions.accept_seat(other, seat)
    assert signed_in(desk.stranger).post(my("seat_accept", seat.pk)).status_code == 404


def test_whoever_belongs_to_neither_unit_gets_no_seat_until_the_unit_is_a_partner(desk):
    seat = actions.invite_coauthor(desk.li, desk.row, who=desk.stranger.person.email, rights={"*": WRITE})
    with pytest.raises(Refused, match="partner unit|合作单位"):
        actions.accept_seat(desk.stranger, seat)
    actions.add_partner(desk.li, desk.row, name=desk.b.name, uscc=desk.b.uscc, task="算法", contact="周外", phone="13800138003")
    actions.accept_seat(desk.stranger, seat)
    assert policies.visible_to(desk.stranger).filter(pk=desk.row.pk).count() == 1
    actions.remove_partner(desk.li, desk.row.partners.get())
    assert not policies.visible_to(desk.stranger).filter(pk=desk.row.pk).exists()
    with pytest.raises(Refused):
        write(desk.stranger, desk.row)


def test_an_address_without_an_account_waits_for_it(desk):
    actions.invite_coauthor(desk.li, desk.row, who="new@applications.example", rights={"*": WRITE})
    new = make.member("新同事", desk.a, Role.MEMBER, number="44030519930505123", email="new@applications.example")
    events.drain()
    seat = CoAuthor.objects.get(address="new@applications.example")
    assert seat.person_id == new.id and Message.objects.filter(person=new.person, event="application.coauthor_invite").exists()
    assert actions.accept_seat(new, seat).status == SeatStatus.ACTIVE


def test_the_answer_does_not_tell_whether_an_account_exists(desk):
    client = signed_in(desk.li)
    pages = []
    for who in (desk.hu.person.email, "nobody@applications.example"):
        page = client.post(my("together", desk.row.ref), {"who": who, "every": WRITE}, follow=True).content.decode()
        pages.append("胡同事" in page or "404" in page)
    assert pages == [False, False] and CoAuthor.objects.count() == 2
    for who in ("没有这种地址", "a@", desk.li.person.email, desk.hu.person.email):
        answer = client.post(my("together", desk.row.ref), {"who": who, "every": WRITE})
        assert answer.status_code == 422 and f'value="{who}"' in answer.content.decode()
    assert CoAuthor.objects.count() == 2


def test_rights_hold_part_by_part(desk):
    seated(desk, {"basic": WRITE, "content": READ, "team": READ})
    write(desk.hu, desk.row)
    part = next(one.code for one in queries.parts_of(desk.row) if one.kind == "form" and one.code not in ("basic", "content"))
    for section in (part, "targets"):
        with pytest.raises(Refused):
            actions.save_section(desk.hu, desk.row, section=section, values={}, base=desk.row.rev)
    with pytest.raises(Refused):
        actions.add_member(desk.hu, desk.row, name="某人")
    client = signed_in(desk.hu)
    assert client.get(my("section", desk.row.ref, "basic")).status_code == 200
    assert client.get(my("section", desk.row.ref, part)).status_code == 404
    assert client.get(my("team", desk.row.ref)).status_code == 404  # to read is on the page of the whole
    page = client.get(my("preview", desk.row.ref)).content.decode()
    assert 'id="s-basic"' in page and 'id="s-team"' in page and 'id="s-targets"' not in page and f'id="s-{part}"' not in page


def test_a_reader_cannot_write_and_a_change_of_rights_counts_at_once(desk):
    seat = seated(desk, {"*": READ})
    with pytest.raises(Refused):
        write(desk.hu, desk.row)
    actions.change_rights(desk.li, seat, rights={"*": WRITE})
    write(desk.hu, desk.row)
    signed_in(desk.li).post(my("seat_rights", desk.row.ref, seat.pk), {"every": "some", "p-targets": READ})
    with pytest.raises(Refused):
        write(desk.hu, desk.row)


@pytest.mark.parametrize("verb", ["hand_in", "recall", "take_back", "answer"])
def test_a_coauthor_never_acts_for_the_leader(desk, verb):
    seated(desk)
    with pytest.raises(Refused):
        getattr(actions, verb)(desk.hu, desk.row)
    assert signed_in(desk.hu).post(my(verb, desk.row.ref)).status_code in (404, 405)


def test_a_coauthor_neither_invites_nor_ends_others(desk):
    seat = seated(desk)
    with pytest.raises(Refused):
        actions.invite_coauthor(desk.hu, desk.row, who=desk.wang.person.email, rights={"*": WRITE})
    with pytest.raises(Refused):
        actions.change_rights(desk.hu, seat, rights={"*": WRITE})
    with pytest.raises(Refused):
        actions.end_seat(desk.hu, seat)
    client = signed_in(desk.hu)
    for name, args in (("together", ()), ("seat_rights", (seat.pk,)), ("seat_end", (seat.pk,)), ("check", ()), ("paper", ("application",))):
        assert client.post(my(name, desk.row.ref, *args)).status_code == 404


@pytest.mark.parametrize("how", ["leader", "own", "membership", "account"])
def test_a_seat_ends(desk, how):
    seat = seated(desk)
    write(desk.hu, desk.row)
    if how == "leader":
        signed_in(desk.li).post(my("seat_end", desk.row.ref, seat.pk))
    elif how == "own":
        signed_in(desk.hu).post(my("seat_leave", seat.pk))
    elif how == "membership":
        accounts.end_role(desk.wang, desk.hu.person.memberships.get())
    else:
        sysadmin = make.member("系统员", desk.bureau, Role.SYSADMIN, email="root@applications.example")
        accounts.end_account(sysadmin, desk.hu.person, why="离职")
    hu = fresh(desk.hu)
    assert not policies.visible_to(hu).filter(pk=desk.row.pk).exists() and policies.may_view(hu, desk.row)
    with pytest.raises(Refused):
        write(hu, desk.row)
    events.drain()
    seat.refresh_from_db()
    assert seat.status == SeatStatus.ENDED and seat.ended_at
    assert Message.objects.filter(person=desk.li.person, event__in=["application.coauthor_end", "application.coauthor_leave"]).exists()
    assert Application.objects.get(pk=desk.row.pk).title == "协作者写的内容"  # what was written stays


def test_without_the_question_of_belonging_a_former_colleague_would_write(desk, monkeypatch):
    """The negative control of the one above."""
    seated(desk)
    accounts.end_role(desk.wang, desk.hu.person.memberships.get())
    monkeypatch.setattr(policies, "seats_in_force", lambda actor: CoAuthor.objects.filter(person=actor.id, status=SeatStatus.ACTIVE))
    write(fresh(desk.hu), desk.row)


def test_after_the_submission_a_coauthor_sees_no_more(desk):
    seated(desk)
    actions.hand_in(desk.li, desk.row)
    desk.row.refresh_from_db()
    with pytest.raises(Refused):
        write(desk.hu, desk.row)
    assert signed_in(desk.hu).get(my("preview", desk.row.ref)).status_code == 200
    actions.endorse(desk.wang, desk.row)
    client = signed_in(desk.hu)
    assert client.get(my("preview", desk.row.ref)).status_code == 404
    page = client.get(my("list")).content.decode()
    assert "共同撰写的题目" in page and my("overview", desk.row.ref) not in page


def test_numbers_of_identity_are_not_shown_to_a_coauthor(desk):
    seated(desk)
    mask = desk.row.team.first().id_masked
    assert mask and mask in signed_in(desk.li).get(my("team", desk.row.ref)).content.decode()
    client = signed_in(desk.hu)
    assert mask not in client.get(my("team", desk.row.ref)).content.decode()
    assert mask not in client.get(my("member", desk.row.ref, desk.row.team.first().pk)).content.decode()
    assert mask not in client.get(my("preview", desk.row.ref)).content.decode()


def test_files_of_a_part_that_is_not_shared_stay_shut(desk):
    seat = seated(desk, {"basic": WRITE})
    annex = desk.row.annexes.first()
    client = signed_in(desk.hu)
    assert client.get(my("file", desk.row.ref, annex.pk)).status_code == 404
    actions.change_rights(desk.li, seat, rights={"files": READ})
    assert client.get(my("file", desk.row.ref, annex.pk)).status_code == 200
    assert client.get(my("paper", desk.row.ref, "application")).status_code == 404


def test_the_policy_and_the_queryset_say_the_same(desk):
    seats = [None, {"*": READ}, {"basic": WRITE}]
    people = [desk.li, desk.hu, desk.wang, desk.stranger, desk.chen, system("x")]
    for rights in seats:
        if rights and CoAuthor.objects.exists():
            actions.change_rights(desk.li, CoAuthor.objects.get(), rights=rights)
        elif rights:
            seated(desk, rights)
        for one in people:
            shown = policies.visible_to(one).filter(pk=desk.row.pk).exists()
            assert shown == (policies.may_view(one, desk.row) is None), one.label


def test_the_history_says_who_wrote_what(desk):
    seated(desk)
    write(desk.li, desk.row, "负责人写的旧题目")
    write(desk.hu, desk.row, "协作者写的新题目")
    part = queries.part_of(desk.row, "basic")
    sittings, older = queries.saves_of(desk.row, part)
    assert [one["by"].name for one in sittings[:2]] == ["胡同事", "李明远"] and not older
    assert sittings[0]["changes"][0]["before"] == "负责人写的旧题目" and sittings[0]["changes"][0]["after"] == "协作者写的新题目"
    page = signed_in(desk.hu).get(my("section_history", desk.row.ref, "basic")).content.decode()
    assert "胡同事" in page and "<del>" in page and "<ins>" in page
    assert signed_in(desk.stranger).get(my("section_history", desk.row.ref, "basic")).status_code == 404


def test_the_history_of_many_sittings_is_paged(desk):
    for number in range(1, 45):
        SectionSave.objects.create(application=desk.row, section="basic", rev=1000 + number, values={"title": f"第{number}稿"}, saved_by=desk.li.person)
    part = queries.part_of(desk.row, "basic")
    seen, before = [], 0
    while True:
        sittings, before = queries.saves_of(desk.row, part, before)
        seen += [one["changes"][0]["after"] for one in sittings]
        if not before:
            break
    assert seen[:44] == [f"第{number}稿" for number in range(44, 0, -1)] and len(seen) == len(set(seen))


def test_the_list_asks_the_same_for_one_seat_and_for_three(desk):
    def more(number: int) -> None:
        leader = make.member(f"负责人{number}", desk.a, Role.MEMBER, email=f"lead{number}@applications.example")
        row = make.started(leader, desk.guide, desk.a)
        actions.accept_seat(desk.hu, actions.invite_coauthor(leader, row, who=desk.hu.person.email, rights={"*": WRITE}))

    client = signed_in(desk.hu)
    seated(desk)
    first = cost(client, my("list"))
    more(1), more(2)
    assert cost(client, my("list")) == first
    leader = signed_in(desk.li)
    first = cost(leader, my("together", desk.row.ref))
    for number in range(2):
        actions.invite_coauthor(desk.li, desk.row, who=f"more{number}@applications.example", rights={"*": READ})
    assert cost(leader, my("together", desk.row.ref)) == first


def here(client, row, section="basic", **values):
    return client.post(reverse("applications:my:here", args=[row.ref, section]), values)


def test_who_else_is_in_the_section_is_said_by_name_and_field(desk):
    seated(desk)
    mine, others = signed_in(desk.li), signed_in(desk.hu)
    assert here(others, desk.row, field="title").json() == {"text": ""}
    text = here(mine, desk.row, field="no-such-field").json()["text"]
    assert "胡同事" in text and str(queries.label_of_name(queries.part_of(desk.row, "basic").section, "title")) in text
    assert here(others, desk.row, "targets").json() == {"text": ""}  # another section
    page = others.get(reverse("applications:my:section", args=[desk.row.ref, "basic"])).content.decode()
    assert 'id="here"' in page and "李明远" in page and "st/together" in page


def test_whoever_left_some_time_ago_is_no_longer_said_to_be_here(desk):
    seated(desk)
    here(signed_in(desk.hu), desk.row)
    Presence.objects.update(at=clock.now() - timedelta(seconds=46))
    assert here(signed_in(desk.li), desk.row).json() == {"text": ""}


def test_nobody_outside_is_told_who_is_here(desk):
    seated(desk, {"targets": WRITE})
    assert here(signed_in(desk.hu), desk.row, "basic").status_code == 404
    assert here(signed_in(desk.stranger), desk.row).status_code == 404
    assert not Presence.objects.exists()


def test_who_writes_alone_gets_no_script_for_it(desk):
    page = signed_in(desk.li).get(reverse("applications:my:section", args=[desk.row.ref, "basic"])).content.decode()
    assert 'id="here"' not in page and "st/together" not in page


def test_presence_is_not_logged(desk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'applications_presence'")
        assert cursor.fetchone()[0] == "u"


# --- pledges -----------------------------------------------------------------------------------------------------


def pledge_part(desk):
    return next(part for part in queries.parts_of(desk.row) if queries.pledges_of(part.section))


def test_a_coauthor_gives_no_pledge_and_takes_none_back(desk):
    seated(desk)
    part = pledge_part(desk)
    name = sorted(queries.pledges_of(part.section))[0]
    actions.save_section(desk.li, desk.row, section=part.code, values={name: ""}, base=10_000)
    for value in (True, "true", "on"):
        with pytest.raises(Refused, match="负责人|leader"):
            write(desk.hu, desk.row, value, part.code, name)
    actions.save_section(desk.li, desk.row, section=part.code, values={name: True}, base=10_000)
    for value in (False, "", "false"):
        with pytest.raises(Refused, match="负责人|leader"):
            write(desk.hu, desk.row, value, part.code, name)
    for done in (True, False):
        with pytest.raises(Refused, match="负责人|leader"):
            actions.mark_done(desk.hu, desk.row, part=part.code, done=done)
    write(desk.hu, desk.row, True, part.code, name)  # what stands there already changes nothing
    actions.mark_done(desk.li, desk.row, part=part.code, done=True)


def test_without_the_question_a_coauthor_would_pledge(desk, monkeypatch):
    """The negative control of the one above."""
    seated(desk)
    part = pledge_part(desk)
    name = sorted(queries.pledges_of(part.section))[0]
    actions.save_section(desk.li, desk.row, section=part.code, values={name: ""}, base=10_000)
    monkeypatch.setattr(policies, "may_pledge", lambda *_any: None)
    write(desk.hu, desk.row, True, part.code, name)
    assert Application.objects.get(pk=desk.row.pk).answers[part.code][name] is True


def test_the_page_of_pledges_is_to_be_read_by_a_coauthor(desk):
    seated(desk)
    part = pledge_part(desk)
    names = sorted(queries.pledges_of(part.section))
    actions.save_section(desk.li, desk.row, section=part.code, values={names[0]: "", names[1]: True}, base=10_000)
    before = Application.objects.get(pk=desk.row.pk)
    client, address = signed_in(desk.hu), my("section", desk.row.ref, part.code)
    page = client.get(address).content.decode()
    assert page.count(" disabled") == len(names) and 'name="done"' not in page
    only = {item.code for item in part.section.fields} == set(names)
    assert ('name="go"' in page) is not only
    assert signed_in(desk.li).get(address).content.decode().count(" disabled") == 0
    client.post(address, {"rev": before.rev, "go": "here"})  # a browser sends no closed box: nothing is taken back
    answer = client.post(address, {"rev": before.rev, names[0]: "true", "done": "1", "go": "next"})
    text = answer.content.decode()
    after = Application.objects.get(pk=desk.row.pk)
    assert answer.status_code == 200 and f'id="e-f-{names[0]}"' in text and "承诺由项目负责人本人作出" in text
    assert after.answers[part.code] == before.answers[part.code] and after.done == before.done


def test_a_section_that_may_only_be_read_says_why(desk):
    seated(desk, {"*": READ})
    page = signed_in(desk.hu).get(my("section", desk.row.ref, "basic"), follow=True)
    assert page.redirect_chain and "没有填写这一部分的权限" in page.content.decode()
    Application.objects.filter(pk=desk.row.pk).update(status="UNIT_PENDING")
    page = signed_in(desk.li).get(my("section", desk.row.ref, "basic"), follow=True)
    assert page.redirect_chain and "不能修改" in page.content.decode()


def test_an_invitation_begins_without_a_chosen_right(desk):
    page = signed_in(desk.li).get(my("together", desk.row.ref)).content.decode()
    assert 'name="every"' in page and " checked" not in page


# --- invitations -------------------------------------------------------------------------------------------------


def test_so_many_invitations_wait_at_once(desk):
    assert Parameter.objects.filter(key="together.invitations_max").update(value=2) == 1
    for number in range(2):
        last = actions.invite_coauthor(desk.li, desk.row, who=f"n{number}@applications.example", rights={"*": READ})
    answer = signed_in(desk.li).post(my("together", desk.row.ref), {"who": "n3@applications.example", "every": READ})
    assert answer.status_code == 422 and 'value="n3@applications.example"' in answer.content.decode() and CoAuthor.objects.count() == 2
    actions.withdraw_seat(desk.li, last)
    actions.invite_coauthor(desk.li, desk.row, who="n3@applications.example", rights={"*": READ})


def test_inviting_again_on_the_same_day_sends_no_second_message(desk):
    for _time in range(3):
        seat = actions.invite_coauthor(desk.li, desk.row, who=desk.hu.person.email, rights={"*": READ})
        events.drain()
        actions.withdraw_seat(desk.li, seat)
        events.drain()
    told = Message.objects.filter(person=desk.hu.person)
    assert told.filter(event="application.coauthor_invite").count() == 1
    assert told.filter(event="application.coauthor_withdraw").count() == 1


def test_an_invitation_to_an_unknown_address_is_taken_back_in_silence(desk):
    actions.withdraw_seat(desk.li, actions.invite_coauthor(desk.li, desk.row, who="new@applications.example", rights={"*": READ}))
    events.drain()
    assert not Message.objects.filter(event="application.coauthor_withdraw").exists()


def test_whoever_belongs_to_no_unit_of_it_reads_why_and_may_decline(desk):
    seat = actions.invite_coauthor(desk.li, desk.row, who=desk.stranger.person.email, rights={"*": WRITE})
    client = signed_in(desk.stranger)
    page = client.get(my("list")).content.decode()
    assert my("seat_decline", seat.pk) in page and my("seat_accept", seat.pk) not in page and "合作单位" in page
    with pytest.raises(Refused):
        actions.accept_seat(desk.stranger, seat)
    with pytest.raises(Refused):
        actions.decline_seat(desk.hu, seat)
    client.post(my("seat_decline", seat.pk))
    seat.refresh_from_db()
    assert seat.status == SeatStatus.DECLINED


@pytest.mark.parametrize("who", ["胡 <hu@applications.example>", "<hu@applications.example>", "h u@applications.example", "hu@applications example.cn", "a@b@c.cn"])
def test_an_address_is_an_address(desk, who):
    with pytest.raises(Refused):
        actions.invite_coauthor(desk.li, desk.row, who=who, rights={"*": READ})


def test_taking_back_asks_another_question_than_ending(desk):
    actions.invite_coauthor(desk.li, desk.row, who="new@applications.example", rights={"*": READ})
    seated(desk)
    page = signed_in(desk.li).get(my("together", desk.row.ref)).content.decode()
    assert page.count("撤回这份邀请？") == 1 and page.count("data-confirm") == 2


# --- letters to addresses without an account ----------------------------------------------------------------------


def test_an_address_without_an_account_gets_a_letter_that_leads_to_the_invitation(desk, mailoutbox, client):
    seat = actions.invite_coauthor(desk.li, desk.row, who="new@applications.example", rights={"*": READ})
    events.drain()
    events.drain()
    tasks.send_outgoing()
    (mail,) = [one for one in mailoutbox if one.to == ["new@applications.example"]]
    link = next(word for word in mail.body.split() if "/invited/" in word)
    page = client.get(link[link.index("/invited/"):], headers={"accept-language": "zh-hans"})
    text = page.content.decode()
    assert page.status_code == 200 and desk.li.person.name in text and "new@applications.example" in text and desk.row.title not in text
    assert f"next={my('list')}" in text
    assert client.get("/invited/nonsense/").status_code == 410
    actions.withdraw_seat(desk.li, seat)
    assert client.get(link[link.index("/invited/"):]).status_code == 410
    assert signed_in(desk.hu).get(link[link.index("/invited/"):]).status_code == 302


def test_so_many_letters_a_day_and_once_for_an_address(desk):
    assert Parameter.objects.filter(key="together.letters_per_day").update(value=2) == 1
    for name in ("n1", "n1", "n2", "n3"):
        seat = actions.invite_coauthor(desk.li, desk.row, who=f"{name}@applications.example", rights={"*": READ})
        actions.tell_of_seat("invite", seat, event_id=0)
        actions.withdraw_seat(desk.li, seat)
    assert sorted(Outgoing.objects.values_list("address", flat=True)) == ["n1@applications.example", "n2@applications.example"]
