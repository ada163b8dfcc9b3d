"""How a person hears of what: every event has a group, what the law wants told at once stays on, quiet hours, one mail a day."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.urls import reverse

from core import clock
from core.models import Parameter
from core.workflow import Refused
from notices import actions, queries, rules, tasks
from notices.models import Message, Preference
from notices.states import MailMode
from tests.portal.conftest import visit

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
FREE, LOCKED = "programs.need", "reviews.invite"


def at(hour: int, day: int = 0) -> datetime:
    today = clock.today() + timedelta(days=day + 1)
    return datetime(today.year, today.month, today.day, hour, 30, tzinfo=ZONE)


def words(node: ast.AST, names: dict[str, str]) -> list[str]:
    """The text of an event, `*` for what is put in; names of constants are looked up."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)]
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return [names[name]] if name in names else []


def events_of(sources: list[str]) -> tuple[set[str], int]:
    """Every event that is told anywhere in the code, and how many tellings could not be read."""
    trees = [ast.parse(text) for text in sources]
    names = {target.id: node.value.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assign)
             and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) for target in node.targets if isinstance(target, ast.Name)}
    found, unread = set(), 0
    for tree in trees:
        for node in ast.walk(tree):
            name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else getattr(
                getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in ("tell", "tell_each") and len(node.args) > 1:
                read = words(node.args[1], names)
                found |= set(read)
                unread += not read
    return found, unread


def sources() -> list[str]:
    return [path.read_text() for app in settings.OURS for path in (settings.BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts]


def test_every_event_has_a_group():
    found, unread = events_of(sources())
    assert len(found) > 40
    assert unread <= 2, "passed on from a caller"
    assert [one for one in found if rules.group_of(one.replace("*", "x")) is rules.OTHER] == []


def test_an_event_without_a_group_is_found():
    found, _unread = events_of(['notices.tell([a], "brandnew.event", "x")'])
    assert [one for one in found if rules.group_of(one) is rules.OTHER] == ["brandnew.event"]


@pytest.mark.parametrize("event", ["document.correction", "document.refusal", "application.award", "application.reject", "application.remind",
                                   "membership.invite", "reviews.invite", "objection.uphold", "application.voice",
                                   "application.coauthor_invite", "file.infected"])
def test_what_the_law_wants_told_is_locked(event):
    assert rules.group_of(event).locked


def test_forged_post_cannot_switch_off_what_is_locked(client, office):
    visitor = visit(client, office.wang)
    url = reverse("notices:public:settings")
    free = {group.code: "OFF" for group, _mode in queries.matrix(office.wang) if not group.locked}
    answer = visitor.post(url, {**free, "documents": "OFF"})
    assert answer.status_code in (409, 422, 403)
    assert not Preference.objects.exists()
    with pytest.raises(Refused):
        actions.choose(office.wang, {"documents": MailMode.OFF})
    assert visitor.post(url, free).status_code == 302
    Preference.objects.create(person=office.wang.person, group="invitations", mode="OFF")  # whatever stands in the table
    actions.tell([office.wang.person], LOCKED, "请评审")
    actions.tell([office.wang.person], FREE, "课题有进展")
    assert list(Message.objects.order_by("pk").values_list("mail_state", flat=True)) == ["WAITING", "NONE"]


def test_the_lock_is_what_keeps_it_on(office, monkeypatch):
    """The negative control: the same group without its lock goes by the row of the person."""
    Preference.objects.create(person=office.wang.person, group="invitations", mode="OFF")
    open_group = rules.Group("invitations", "", ("reviews.invite",))
    monkeypatch.setattr(rules, "GROUPS", (open_group,))
    actions.tell([office.wang.person], LOCKED, "请评审")
    assert Message.objects.get().mail_state == "NONE"


def test_quiet_hours_delay_what_nothing_forces(office, mailoutbox):
    with clock.shifted_to(at(23)):
        actions.tell([office.wang.person], FREE, "课题有进展")
        actions.tell([office.wang.person], LOCKED, "请评审")
        tasks.send_mails()
        assert ["请评审" in one.subject for one in mailoutbox] == [True]
    with clock.shifted_to(at(6, day=1)):
        assert tasks.send_mails() == 0
    with clock.shifted_to(at(7, day=1)):
        assert tasks.send_mails() == 1
    Parameter.objects.filter(key="messages.quiet_until").update(value=22)  # equal hours: no quiet, so the parameter decides
    with clock.shifted_to(at(23, day=1)):
        actions.tell([office.wang.person], FREE, "又有进展")
        assert tasks.send_mails() == 1


def test_only_the_law_makes_a_message_statutory(office, mailoutbox):
    """What is always mailed because somebody waits says so, and does not call itself a service of documents."""
    with clock.shifted_to(at(10)):
        actions.tell([office.wang.person], LOCKED, "请评审")
        actions.tell([office.wang.person], LOCKED, "依法送达", statutory=True)
        assert tasks.send_mails() == 2
    assert list(Message.objects.order_by("pk").values_list("statutory", flat=True)) == [False, True]
    asked, served = mailoutbox
    assert str(rules.group_of(LOCKED).locked) in asked.body
    assert str(rules.group_of(LOCKED).locked) not in served.body
    assert "List-Unsubscribe" not in asked.extra_headers


@pytest.mark.parametrize(("hour", "begins", "ends", "due"), [
    (23, 22, 7, (1, 7)), (3, 22, 7, (0, 7)), (7, 22, 7, None), (21, 22, 7, None), (13, 12, 14, (0, 14)), (23, 0, 0, None)])
def test_after_quiet(hour, begins, ends, due):
    local = at(hour)
    expected = local if due is None else datetime.combine(local.date() + timedelta(days=due[0]), datetime.min.time().replace(hour=due[1]), tzinfo=ZONE)
    assert rules.after_quiet(local, begins, ends) == expected


def test_one_mail_a_day_with_everything_that_waits(office, mailoutbox, monkeypatch):
    actions.choose(office.wang, {"topics": MailMode.DAILY})
    with clock.shifted_to(at(10)):
        actions.tell([office.wang.person], FREE, "甲课题", link="/my/needs/1/")
        actions.tell([office.wang.person], FREE, "乙课题")
        assert tasks.send_mails() == tasks.send_digests() == 0
    with clock.shifted_to(at(8, day=1)):
        monkeypatch.setattr(tasks, "digest_for", lambda person, rows: crash())
        tasks.send_digests(limit=1)
        monkeypatch.undo()
        assert len(mailoutbox) == 0
        assert set(Message.objects.values_list("mail_state", flat=True)) == {"DIGEST"}
    with clock.shifted_to(at(9, day=1)):
        assert tasks.send_digests() == 1
        assert tasks.send_digests() == 0
    (mail,) = mailoutbox
    assert "甲课题" in mail.body
    assert "乙课题" in mail.body
    assert "/my/needs/1/" in mail.body
    assert reverse("notices:public:settings") in mail.body
    assert reverse("notices:public:settings") in mail.extra_headers["List-Unsubscribe"]
    assert set(Message.objects.values_list("mail_state", flat=True)) == {"SENT"}


def crash():
    raise ConnectionResetError("server gone")


def test_a_new_choice_counts_for_what_waits(office):
    actions.choose(office.wang, {"topics": MailMode.DAILY})
    actions.tell([office.wang.person], FREE, "甲课题")
    actions.choose(office.wang, {"topics": MailMode.OFF})
    assert Message.objects.get().mail_state == "NONE"


def test_mail_leads_to_the_page_and_the_page_asks_to_sign_in(client, office):
    actions.tell([office.wang.person], FREE, "甲课题")
    actions.tell([office.wang.person], LOCKED, "请评审")
    free, locked = (tasks.mail_for(one) for one in Message.objects.order_by("pk"))
    url = reverse("notices:public:settings")
    assert url in free.body
    assert "List-Unsubscribe" in free.extra_headers
    assert "List-Unsubscribe" not in locked.extra_headers
    assert client.get(url).status_code == 302
    page = visit(client, office.wang).get(url).content.decode()
    assert 'name="topics"' in page
    assert 'name="documents"' not in page
