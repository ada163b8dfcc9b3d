"""A right or the time to write ends while somebody writes: the reason is said, the typed text comes back, nothing else does."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from accounts.states import Role
from applications import actions
from applications.models import Application
from applications.states import READ, WRITE, Status
from applications.views import sections
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
TYPED, SECRET = "写到一半的题目", "负责人后来改的题目"


@kept
def desk(town):
    town.hu = make.member("胡同事", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138061", email="hu@applications.example")
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    town.seat = actions.invite_coauthor(town.li, town.row, who="hu@applications.example", rights={"*": WRITE})
    town.seat = actions.accept_seat(town.hu, town.seat)
    town.row.refresh_from_db()
    return town


def end(desk) -> None:
    actions.end_seat(desk.li, desk.seat)


def shrink(desk) -> None:
    actions.change_rights(desk.li, desk.seat, rights={"targets": READ})


def to_read(desk) -> None:
    actions.change_rights(desk.li, desk.seat, rights={"*": READ})


def hand_in(desk) -> None:
    Application.objects.filter(pk=desk.row.pk).update(status=Status.UNIT_PENDING)


def submit(desk) -> None:
    actions.endorse(desk.wang, actions.hand_in(desk.li, desk.row))


def at(name: str, desk) -> str:
    return reverse(f"applications:my:{name}", args=[desk.row.ref, "basic"])


def post(actor, desk):
    return signed_in(actor).post(at("section", desk), {"rev": desk.row.rev, "title": TYPED, "months": "24"})


def autosave(actor, desk, text: str = TYPED):
    return signed_in(actor).post(at("autosave", desk), json.dumps({"rev": desk.row.rev, "values": {"title": text}}),
                                 content_type="application/json", headers={"accept": "application/json"})


CASES = [(end, "权限已结束", 404), (submit, "已经提交", 404), (shrink, "请联系项目负责人", 422), (to_read, "没有填写这一部分的权限", 422), (hand_in, "不能修改", 422)]


@pytest.mark.parametrize(("happens", "reason", "_status"), CASES)
def test_a_plain_save_says_why_and_gives_the_text_back(desk, happens, reason, _status):
    actions.save_section(desk.li, desk.row, section="basic", values={"title": SECRET}, base=desk.row.rev)
    happens(desk)
    answer = post(desk.hu, desk)
    page = answer.content.decode()
    assert answer.status_code == 409 and TYPED in page and reason in page and "题目" in page and "<form" not in page.split("<main")[1]
    assert SECRET not in page
    assert Application.objects.get(pk=desk.row.pk).answers["basic"]["title"] == SECRET


@pytest.mark.parametrize(("happens", "reason", "status"), CASES)
def test_autosave_says_why(desk, happens, reason, status):
    happens(desk)
    answer = autosave(desk.hu, desk)
    assert answer.status_code == status and reason in "".join(answer.json()["reasons"])


def test_the_leader_too_when_it_was_handed_in_meanwhile(desk):
    hand_in(desk)
    answer = post(desk.li, desk)
    assert answer.status_code == 409 and TYPED in answer.content.decode()
    assert f">{desk.row.answers['basic']['months']}<" not in answer.content.decode()  # it was not changed


def test_a_right_that_ends_between_the_question_and_the_lock(desk, monkeypatch):
    """The page is asked for while all is well; the act itself refuses."""
    whole = sections._save_page

    def late(*given):
        to_read(desk)
        return whole(*given)

    monkeypatch.setattr(sections, "_save_page", late)
    answer = post(desk.hu, desk)
    assert answer.status_code == 409 and TYPED in answer.content.decode()


def test_a_stranger_learns_nothing_but_gets_the_own_text(desk):
    for ref in (desk.row.ref, "KEY-2026-99999"):
        answer = signed_in(desk.stranger).post(reverse("applications:my:section", args=[ref, "basic"]), {"title": TYPED, "rev": 1})
        page = answer.content.decode()
        assert answer.status_code == 404 and TYPED in page and "权限已结束" not in page and desk.row.title not in page
    assert signed_in(desk.stranger).get(at("section", desk)).status_code == 404


def test_somebody_who_never_accepted_counts_as_a_stranger(desk):
    end(desk)
    type(desk.seat).objects.filter(pk=desk.seat.pk).update(answered_at=None)
    assert post(desk.hu, desk).status_code == 404


def test_while_the_right_lasts_it_is_saved(desk):
    """The control: the same requests without anything having happened."""
    assert post(desk.hu, desk).status_code == 302 and autosave(desk.hu, desk).status_code == 200


@pytest.mark.parametrize("much", [1_100_000, 2_000_000])
def test_too_much_is_refused_in_words(desk, much):
    answer = autosave(desk.hu, desk, "长" * much)
    assert answer.status_code == 413 and "过长" in answer.json()["reasons"][0]
