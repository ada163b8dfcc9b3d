"""Every address of an application, by every method, for everybody who stands in some relation to it and may not: nothing is
shown and nothing is changed. The addresses are read from the URL conf, so a new one is asked without anybody thinking of it."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.policies import Actor
from accounts.states import Role
from applications import actions, queries, urls
from applications.models import Application
from applications.states import READ, WRITE
from core.models import LedgerRow
from tests.applications.client import signed_in
from tests.factories import applications as make
from tests.kept import kept

pytestmark = pytest.mark.django_db
#: What an address may be given besides the number of the application; an unknown one fails the test.
OTHERS = {"section": "basic", "part": "basic", "kind": "receipt", "code": "x", "pk": None, "uid": None}
LEADERS = {"overview", "calendar", "check", "hand_in", "recall", "take_back", "answer", "preview", "preview_pdf", "paper", "team", "member_add",
           "member", "member_remove", "partners", "partner_add", "partner", "partner_remove", "files", "file", "file_remove", "upload", "done",
           "section", "autosave", "take_over", "word", "word_file", "word_apply", "together", "seat_rights", "seat_end", "section_history", "here",
           "files_token", "look", "upload_begin", "piece", "upload_finish", "upload_cancel", "member_letter",
           "member_letter_file"}
#: Addresses by which a co-author who may only read gets in, and what more there is for one who may write one part.
READS = {"overview", "calendar", "preview", "section_history", "file", "look", "word_file"}
WRITES = {"section", "autosave", "done", "here", "word", "word_apply", "take_over"}
#: Addresses of a material; the unit reads what its leader put there.
FILES = {"file", "look", "file_remove"}
TITLE = "只有自己人能看到的题目"


def addresses() -> list[tuple[str, str, tuple[str, ...]]]:
    """(desk, name, what it is given) of every address that names an application."""
    found = []
    for desk, entries in (("my", urls.my), ("desk", urls.desk), ("api", urls.api)):
        for entry in entries:
            assert isinstance(entry, URLPattern)
            given = tuple(entry.pattern.converters)
            if {"ref", "key"} & set(given) and "applications/<str:" in str(entry.pattern):
                found.append((desk, entry.name, given))
    return found


def path_of(desk: str, name: str, given: tuple[str, ...], row: Application) -> str:
    values = {word: row.ref if word in ("ref", "key") else OTHERS[word] for word in given}
    if "pk" in values:
        values["pk"] = (row.annexes if name in FILES else row.team).first().pk
    if "uid" in values:
        values["uid"] = row.uploads.get().uid
    return reverse(f"applications:{desk}:{name}", kwargs=values)


def state_of(row: Application) -> tuple[Any, ...]:
    fresh = Application.objects.get(pk=row.pk)
    parts = [getattr(fresh, name).count() for name in ("team", "partners", "annexes", "budget", "targets", "versions")]
    return fresh.status, fresh.rev, fresh.title, fresh.receipt_number, *parts, LedgerRow.objects.count()


@kept
def scene(town):
    """Three applications of one leader's unit in three states, and people around them."""
    colleague = make.member("同事甲", town.a, Role.MEMBER, number=make.NUMBERS[4], phone="13800138055")
    second = make.member("同事乙", town.a, Role.MEMBER, number="44030519930505123", phone="13800138056")
    rows = {
        "draft": make.fill(town.li, make.started(town.li, town.guide, town.a), title=TITLE),
        "pending": make.handed_in(second, town.guide, town.a, title=TITLE),
    }
    other = make.member("同事丙", town.a, Role.MEMBER, number="44030519940606234", phone="13800138057")
    rows["submitted"] = make.submitted(other, town.wang, town.guide, town.a, title=TITLE)
    for row in rows.values():  # a file of its leader on the way
        row.uploads.create(code="x", person=row.leader, name="a.pdf", size=9, mark="m")
    make.started(town.stranger, town.guide, town.b)  # the rival files in the same guide
    return town, rows, colleague


def strangers(town, colleague) -> dict[str, Actor | None]:
    return {"public": None, "rival": town.stranger, "rival's administrator": town.badm, "colleague": colleague}


def ask(client: Client, method: str, path: str, *, brief: bool = False) -> Any:
    """`brief`: a refusal comes as JSON, not as the page around it."""
    told = {"accept": "application/json"} if brief or method == "POST" else {}
    return client.get(path, headers=told) if method == "GET" else client.post(path, {"why": "试", "title": "改了"}, headers=told)


def wrong(answer: Any) -> bool:
    shown = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code < 300 or TITLE.encode() in shown


def sweep(rows: dict[str, Application], who: dict[str, Actor | None], which: list[tuple[str, str, tuple[str, ...]]]) -> tuple[list[str], int]:
    """Cells that are wrong, and how many were asked. The first relation reads the refusals as whole pages."""
    bad, cells, first = [], 0, next(iter(who))
    for (relation, actor), (state, row) in itertools.product(who.items(), rows.items()):
        client, before = signed_in(actor) if actor else Client(), state_of(row)
        for (desk, name, given), method in itertools.product(which, ("GET", "POST")):
            cells += 1
            with transaction.atomic():
                answer = ask(client, method, path_of(desk, name, given, row), brief=relation != first)
            if wrong(answer):
                bad.append(f"{method} {desk}:{name} of a {state} one by {relation}: {answer.status_code}")
        if state_of(row) != before:
            bad.append(f"the {state} one was changed by {relation}")
    return bad, cells


def test_who_has_nothing_to_do_with_it_sees_and_changes_nothing(scene):
    town, rows, colleague = scene
    bad, cells = sweep(rows, strangers(town, colleague), addresses())
    assert not bad, "\n".join(bad)
    assert cells > 1200


def test_the_own_unit_does_not_write_for_its_leader_nor_the_leader_for_the_unit(scene):
    town, rows, _colleague = scene
    inner = [one for one in addresses() if one[0] == "my" and one[1] in LEADERS - {"paper", "file", "look", "calendar"}]
    bad, cells = sweep(rows, {"administrator": town.wang}, inner)
    assert not bad, "\n".join(bad)
    for name in ("file", "look"):
        assert ask(signed_in(town.wang), "GET", path_of("my", name, ("ref", "pk"), rows["draft"])).status_code == 200
    outer = [one for one in addresses() if one[0] == "my" and one[1].startswith("unit_")]
    bad, more = sweep({"draft": rows["draft"]}, {"leader": town.li}, outer)
    assert not bad and cells + more > 120, "\n".join(bad)


def seated(town, rows, person: Actor, rights: dict[str, str]) -> None:
    for row in rows.values():
        leader = Actor.of(row.leader)
        if row.status != "SUBMITTED":
            actions.accept_seat(person, actions.invite_coauthor(leader, row, who=person.person.phone, rights=rights))


def test_a_coauthor_who_reads_changes_nothing_and_reads_what_is_shared(scene):
    town, rows, colleague = scene
    seated(town, rows, colleague, {"*": READ})
    left = [one for one in addresses() if not (one[0] == "my" and one[1] in READS) and (one[0], one[1]) != ("api", "application")]
    bad, cells = sweep(rows, {"co-author (read)": colleague}, left)
    assert not bad and cells > 300, "\n".join(bad)
    inside, _cells = sweep({"submitted": rows["submitted"]}, {"co-author (read)": colleague}, addresses())
    assert not inside, "\n".join(inside)
    before, client = state_of(rows["draft"]), signed_in(colleague)
    for name, given in (("overview", ("ref",)), ("preview", ("ref",)), ("section_history", ("ref", "section"))):
        for method in ("GET", "POST"):
            assert ask(client, method, path_of("my", name, given, rows["draft"])).status_code in (200, 405)
    assert state_of(rows["draft"]) == before


def test_a_coauthor_of_one_part_writes_that_and_nothing_else(scene):
    town, rows, colleague = scene
    seated(town, rows, colleague, {"basic": WRITE})
    left = [one for one in addresses() if not (one[0] == "my" and one[1] in READS | WRITES) and (one[0], one[1]) != ("api", "application")]
    bad, cells = sweep(rows, {"co-author (write one part)": colleague}, left)
    assert not bad and cells > 300, "\n".join(bad)
    client = signed_in(colleague)
    others = [part.code for part in queries.parts_of(rows["draft"]) if part.section is not None and part.code != "basic"]
    before = state_of(rows["draft"])
    for code in others:
        for name in ("section", "autosave", "section_history", "here"):
            for method in ("GET", "POST"):
                answer = ask(client, method, reverse(f"applications:my:{name}", args=[rows["draft"].ref, code]))
                assert answer.status_code >= 400 and not wrong(answer), (name, code, method, answer.status_code)
        assert ask(client, "POST", reverse("applications:my:done", args=[rows["draft"].ref, code])).status_code >= 400
    assert state_of(rows["draft"]) == before
    assert ask(client, "GET", path_of("my", "section", ("ref", "section"), rows["draft"])).status_code == 200
    pending = state_of(rows["pending"])
    assert ask(client, "POST", path_of("my", "section", ("ref", "section"), rows["pending"])).status_code == 409
    assert state_of(rows["pending"]) == pending


def test_a_part_that_stands_open_is_found(scene, monkeypatch):
    """The negative control of the one above: with every part taken for a shared one, the others can be opened."""
    town, rows, colleague = scene
    seated(town, rows, colleague, {"basic": WRITE})
    monkeypatch.setattr("applications.models.CoAuthor.right", lambda seat, part: WRITE)
    assert ask(signed_in(colleague), "GET", reverse("applications:my:section", args=[rows["draft"].ref, "targets"])).status_code == 200


def test_staff_do_not_enter_by_the_applicants_door(scene):
    town, rows, _colleague = scene
    who = {"division": town.chen, "agency": town.agency}
    bad, cells = sweep(rows, who, [one for one in addresses() if one[0] == "my" and one[1] not in ("file", "look")])
    assert not bad and cells > 300, "\n".join(bad)
    files = [one for one in addresses() if one[0] == "my" and one[1] in FILES]
    before, _cells = sweep({state: row for state, row in rows.items() if state != "submitted"}, who, files)
    assert not before, "\n".join(before)  # what is submitted they read, as all that belongs to it


def test_the_right_ones_get_in(scene):
    """Without this the others would pass on a portal that is shut."""
    town, rows, _colleague = scene
    found = Counter(ask(signed_in(town.li), "GET", path_of(desk, name, given, rows["draft"])).status_code
                    for desk, name, given in addresses() if desk == "my" and name in LEADERS)
    assert found[200] >= 10, found
    assert ask(signed_in(town.wang), "GET", path_of("my", "unit_application", ("ref",), rows["pending"])).status_code == 200


def test_a_door_that_stands_open_is_found(scene, monkeypatch):
    """The negative control: with everybody's applications taken for the own ones, the sweep reports it."""
    town, rows, colleague = scene
    for name in ("mine", "written_by"):
        monkeypatch.setattr(f"applications.policies.{name}", lambda actor: Application.objects.all())
    monkeypatch.setattr("applications.policies.is_leader", lambda actor, application=None: None)
    bad, _cells = sweep({"draft": rows["draft"]}, {"rival": town.stranger}, addresses())
    assert any("GET my:overview" in line for line in bad)


def test_every_address_is_known():
    names = {name for desk, name, _given in addresses() if desk == "my"}
    unknown = {name for name in names if name not in LEADERS and not name.startswith("unit_")}
    assert not unknown, f"say in LEADERS whose they are: {sorted(unknown)}"


def test_a_form_where_json_is_wanted_is_refused_in_words(town):
    row = make.started(town.li, town.guide, town.a)
    answer = ask(signed_in(town.li), "POST", path_of("my", "autosave", ("ref", "section"), row))
    assert answer.status_code == 400 and answer.json()["reasons"]
