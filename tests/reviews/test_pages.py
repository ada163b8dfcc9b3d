"""The expert's desk by pages: autosave in two windows, the sheet that stays, and what blindness hides from whom."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import system
from applications.models import Application
from core import clock
from reviews import actions, queries
from reviews.models import Assignment, Score
from reviews.states import Blind
from reviews.views import desk as desks
from tests.applications.client import signed_in
from tests.factories import reviews as make
from tests.kept import kept

pytestmark = pytest.mark.django_db


def page(name: str, *args) -> str:
    return reverse(f"reviews:review:{name}", args=args)


@kept
def seat(scoring) -> Assignment:
    return make.seats(scoring, "ACCEPTED")[0]


def send(client, seat, values, rev):
    return client.post(page("autosave", seat.uid), json.dumps({"rev": rev, "values": values}), content_type="application/json")


def flat(seat, share: float = 0.85) -> dict[str, str]:
    """A complete sheet as the page sends it."""
    sheet = make.sheet(seat.batch, share)
    return {**{f"v-{code}": value for code, value in sheet["values"].items()}, "comment": sheet["comment"], "recommendation": "B"}


def test_autosave_in_two_windows_answers_409_with_the_other_text(seat):
    client = signed_in(make.owner(seat))
    first = send(client, seat, {"comment": "甲窗口"}, 0)
    assert first.status_code == 200
    second = send(client, seat, {"comment": "乙窗口"}, 0)
    assert second.status_code == 409
    assert (second.json()["rev"], second.json()["values"]["comment"]) == (first.json()["rev"], "甲窗口")
    assert Score.objects.get(assignment=seat).draft["comment"] == "甲窗口"
    third = send(client, seat, {"comment": "乙窗口"}, second.json()["rev"])
    assert third.status_code == 200
    assert Score.objects.get(assignment=seat).draft["comment"] == "乙窗口"


def test_autosave_of_nonsense_changes_nothing(seat):
    client = signed_in(make.owner(seat))
    for body in ("", "[]", '{"rev":"x","values":{}}', '{"rev":1,"values":3}', '{"rev":null,"values":{}}'):
        assert client.post(page("autosave", seat.uid), body, content_type="application/json").status_code == 400, body
    assert not Score.objects.exists()


def test_what_the_database_cannot_hold_is_left_out_of_the_sheet(seat):
    client = signed_in(make.owner(seat))
    code = next(name for name in flat(seat) if name.startswith("v-"))
    assert send(client, seat, {"comment": "甲\x00乙\udfff", "recommendation": "\x00B", code: "1\x00x"}, 0).status_code == 200
    draft = Score.objects.get(assignment=seat).draft
    assert (draft["comment"], draft["recommendation"], draft["values"][code[2:]]) == ("甲乙", "B", "1x")


def test_a_sheet_that_wants_something_keeps_all_that_was_typed(seat):
    client = signed_in(make.owner(seat))
    given = flat(seat)
    code = next(name for name in given if name.startswith("v-"))
    for wrong in ("", "1000", "-1", "NaN", "八", "0.1", "1e9999"):
        answer = client.post(page("task", seat.uid), given | {code: wrong})
        assert answer.status_code == 422, wrong
        assert [one["id"] for one in answer.context["errors"]] == [code], wrong
        shown = {item["c"].code: item["value"] for item in answer.context["criteria"]}
        assert shown == {name[2:]: value for name, value in (given | {code: wrong}).items() if name.startswith("v-")}
        assert answer.context["given"]["comment"] == given["comment"]
    assert not Score.objects.filter(submitted_at__isnull=False).exists()


def test_after_the_time_the_sheet_is_read_only_and_the_lists_say_so(town, seat):
    owner = make.owner(seat)
    client = signed_in(owner)
    assert send(client, seat, {"comment": "未完成的意见"}, 0).status_code == 200
    before = {name: client.get(url).content.decode() for name, url in (
        ("task", page("task", seat.uid)), ("batch", page("batch", seat.batch.ref)), ("home", page("home")))}
    assert "data-autosave" in before["task"] and "待评分" in before["home"]
    assert all("已截止，未提交" not in text for text in before.values())
    assert queries.waiting(owner)["to_score"] > 0
    clock.shift_to(seat.batch.due_at + timedelta(minutes=1))
    text = client.get(page("task", seat.uid)).content.decode()
    assert "data-autosave" not in text and "评分时间已于" in text and "未完成的意见" in text
    refused = send(client, seat, {"comment": "晚了"}, 1)
    assert refused.status_code == 422 and "评分时间已于" in refused.json()["reasons"][0]
    assert Score.objects.get(assignment=seat).draft["comment"] == "未完成的意见"
    assert "已截止，未提交" in client.get(page("batch", seat.batch.ref)).content.decode()
    home = client.get(page("home")).content.decode()
    assert "已截止，未提交" in home and "待评分" not in home
    assert queries.waiting(owner)["to_score"] == 0
    actions.extend_due(town.chen, make.fresh(seat.batch), due_at=clock.now() + timedelta(days=2), why="补充评分")
    assert send(client, seat, {"comment": "延期后"}, 1).status_code == 200  # the time was extended: it opens again


def test_a_submitted_sheet_stays(seat):
    client = signed_in(make.owner(seat))
    assert client.post(page("task", seat.uid), flat(seat)).status_code == 302
    before = Score.objects.values().get(assignment=seat)
    again = client.post(page("task", seat.uid), flat(seat, 0.5), follow=True)
    assert again.status_code == 409
    assert send(client, seat, {"comment": "改"}, before["rev"]).status_code == 422
    assert Score.objects.values().get(assignment=seat) == before


def test_a_sheet_opens_for_its_expert_only(town, seat):
    rival = next(one for one in make.seats(seat.batch, "ACCEPTED") if one.expert_id != seat.expert_id)
    addresses = [page(name, seat.uid) for name in ("task", "paper")]
    for actor in (make.owner(rival), town.li, town.wang, town.chen, town.lead, town.he, town.fin, town.qian):
        client = signed_in(actor)
        assert {client.get(url).status_code for url in addresses} <= {403, 404}
        assert send(client, seat, {"comment": "他人"}, 0).status_code in (403, 404)
        assert client.post(page("task", seat.uid), flat(seat)).status_code in (403, 404)
    assert not Score.objects.exists()


def test_the_applicant_sees_no_expert_and_no_single_score(town, ranked_batch):
    batch = ranked_batch
    ref = batch.items.get(application__leader=town.li.id).application.ref
    client = signed_in(town.li)
    for url in (reverse("applications:my:overview", args=[ref]), reverse("applications:my:preview", args=[ref]),
                reverse("applications:my:list"), reverse("notices:public:inbox"), reverse("applications:api:application", args=[ref])):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "专家甲" not in answer.content.decode() and make.WORDS not in answer.content.decode(), url
    for url in (reverse("reviews:desk:batch", args=[batch.ref]), page("batch", batch.ref), reverse("reviews:api:batch", args=[batch.ref])):
        assert client.get(url).status_code in (403, 404), url


@pytest.mark.parametrize("blind", ["single", "double"])
def test_double_blind_shows_no_names(town, blind):
    town.guide.version.data.setdefault("review", {})["blind"] = blind  # as the guide would say; a batch copies it when it is made
    batch = make.scoring(town)
    seat = next(one for one in make.seats(batch, "ACCEPTED") if one.item.application.leader_id == town.li.id)
    client, names = signed_in(make.owner(seat)), (town.a.name, town.li.person.name)

    def shown(url: str) -> list[str]:
        return [name for name in names if name in client.get(url, follow=True).content.decode()]

    assert batch.blind == blind
    assert shown(page("task", seat.uid)) == ([] if blind == Blind.DOUBLE else list(names))
    if blind == Blind.DOUBLE:
        assert shown(page("batch", batch.ref)) == shown(page("summary", batch.ref)) == shown(page("offline", batch.ref)) == []


# --- what no browser of ours sends -----------------------------------------------------------------------------------

ODD = ({"a": 1}, [1, [2]], "1e999999", "-1e999999", "NaN", "Infinity", "9" * 400, True, None, 1e308, "²", "1,5")


@pytest.mark.parametrize("odd", ODD)
def test_points_that_cannot_be_read_never_break_the_page(seat, odd):
    client = signed_in(make.owner(seat))
    code = next(name for name in flat(seat) if name.startswith("v-"))
    assert send(client, seat, {code: odd, "comment": odd, "recommendation": odd, "knockouts": [odd]}, 0).status_code == 200
    assert client.get(page("task", seat.uid)).status_code == 200
    assert client.post(page("task", seat.uid), {code: str(odd), "comment": "x", "recommendation": "B"}).status_code == 422


def test_draft_that_was_stored_unreadable_is_shown_as_typed(seat):
    client = signed_in(make.owner(seat))
    assert send(client, seat, {"comment": "甲"}, 0).status_code == 200
    code = next(name for name in flat(seat) if name.startswith("v-")).removeprefix("v-")
    Score.objects.update(draft={"values": {code: "1e999999"}, "comment": "甲", "knockouts": [{"a": 1}]})
    shown = client.get(page("task", seat.uid))
    assert shown.status_code == 200
    assert "1e999999" in shown.content.decode()


@pytest.mark.parametrize("body", ["5", "true", "[{}]", "[" * 100_000, '{"rev":1e400,"values":{}}', '{"rev":"²","values":{}}', '{"rev":1.5,"values":{}}',
                                  '{"rev":' + "9" * 5000 + ',"values":{}}', '{"rev":0,"values":{"a":' + "[" * 500 + "]" * 500 + "}}",
                                  '{"rev":0,"values":{"a":NaN}}'])
def test_autosave_of_hostile_bodies_is_refused(seat, body):
    client = signed_in(make.owner(seat))
    assert client.post(page("autosave", seat.uid), body, content_type="application/json").status_code == 400
    assert not Score.objects.exists()


# --- who opened the paper --------------------------------------------------------------------------------------------


def test_auditor_learns_no_expert_from_the_papers_opened(town, seat):
    """Single-blind papers: the look of an expert stands under the seat and is read by its alias."""
    from core import files
    from core.models import LedgerRow
    from portal.queries import record

    application = seat.item.application
    application.pdf = files.store_bytes(b"%PDF-1.4 x", "a.pdf", "application/pdf", actor=town.chen)
    application.save(update_fields=["pdf"])
    type(seat.batch).objects.filter(pk=seat.batch_id).update(blind=Blind.SINGLE)
    expert = make.owner(seat)
    assert signed_in(expert).get(page("paper", seat.uid)).status_code == 200
    row = LedgerRow.objects.filter(verb="core.file.open", actor_id=expert.id).get()
    act = record.acts(town.qian, [row])[0]
    assert expert.person.name not in act.who
    assert not record.rows_for(town.qian).filter(shown_by__icontains=expert.person.name, pk=row.pk).exists()
    assert expert.person.name not in signed_in(town.qian).get(f"/audit/ledger/{row.pk}/").content.decode()


@pytest.mark.parametrize("by_date", [False, True])
def test_who_had_the_right_reads_since_when_it_is_gone(town, by_date):
    """By the date of the role while the session goes on, or by an act that ends it; who never had it reads the rule alone."""
    role, url, day = town.agency.person.memberships.get(role="AGENCY"), reverse("reviews:desk:batches"), clock.today()
    said = f"您的“专业机构”角色已于 {day:%Y-%m-%d} 终止"
    if by_date:
        type(role).objects.filter(pk=role.pk).update(until=day)
        client = signed_in(town.agency)
        assert client.get(url).status_code == 200  # the last day counts
        clock.shift_to(clock.now() + timedelta(days=1))
    else:
        accounts.end_role(system("test"), role)
        client = signed_in(town.agency)
    answer, other = client.get(url), signed_in(town.li).get(url)
    assert answer.status_code == other.status_code == 403
    assert said in answer.content.decode() and "角色已于" not in other.content.decode()


@pytest.mark.parametrize(("typed", "kept"), [("1e1", "10"), ("1E+1", "10"), ("10.000", "10"), ("-0", "0"), ("8.50", "8.50"), ("9.0", "9.0")])
def test_points_stand_in_the_sheet_as_people_write_them(town, seat, typed, kept):
    code = seat.batch.sheet["criteria"][0]["code"]
    given = make.sheet(seat.batch)
    given["values"][code] = typed
    score = actions.submit_sheet(make.owner(seat), seat, values=given)
    assert score.values[code] == kept and Decimal(score.values[code]) + sum(Decimal(one) for name, one in score.values.items() if name != code) == score.total


def test_steps_that_would_tell_a_ranking_are_one_for_everybody_outside(town, ranked_batch):
    """An application that was ranked and one that experts threw out read the same to leader and unit: in lists, filters, exports, refusals and
    to machines. The control is the desk."""
    one, other = (ranked_batch.items.get(application__leader=who.id).application for who in (town.li, town.stranger))
    Application.objects.filter(pk=other.pk).update(status="REVIEWED")
    api, units, words = reverse("applications:api:list"), reverse("applications:my:unit_list"), {"已排序", "评审完成"}
    for row, leader, unit in ((one, signed_in(town.li), signed_in(town.wang)), (other, signed_in(town.stranger), signed_in(town.badm))):
        for url in (units, reverse("applications:my:unit_application", args=[row.ref]), f"{units}?export=csv"):
            text = unit.get(url).content.decode()
            assert "评审中" in text and not [word for word in words if word in text], url
        every = [unit.get(f"{units}?status={status}&export=csv").content for status in ("", "RANKED", "REVIEWED", "IN_REVIEW")]
        assert row.ref in every[0].decode() and len(set(every)) == 1  # no such filters; the one there is takes all of the review
        assert row.ref not in unit.get(f"{units}?status=AWARDED&export=csv").content.decode()
        for client, name in ((unit, "unit_return"), (leader, "hand_in")):
            said = client.post(reverse(f"applications:my:{name}", args=[row.ref]), {"why": "改"}, headers={"accept": "application/json"}).json()["reasons"][0]
            assert "评审中" in said and not [word for word in words if word in said]
        for client in (unit, leader):
            assert [found["status"] for found in client.get(api).json()["results"]] == ["IN_REVIEW"]
            assert client.get(reverse("applications:api:application", args=[row.ref])).json()["status"] == "IN_REVIEW"
            assert [len(client.get(api, {"status": status}).json()["results"]) for status in ("RANKED", "REVIEWED", "IN_REVIEW")] == [0, 0, 1]
    desk = signed_in(town.chen)
    assert {row["status"] for row in desk.get(api).json()["results"]} == {"RANKED", "REVIEWED"}
    assert len(desk.get(api, {"status": "RANKED"}).json()["results"]) == 1


def test_a_draw_that_was_annulled_stands_on_the_receipt_of_the_next(town, drawn):
    """Whoever draws until the result pleases is seen by everybody."""
    first = make.draw(drawn)
    actions.cancel_draw(town.he, first, why="候选名单有误")
    actions.cancel_draw(town.he, actions.commit_draw(town.he, make.fresh(drawn), public_source="次日指数"), why="写错")
    second = actions.commit_draw(town.he, make.fresh(drawn), public_source="后日指数")
    for client, name in ((Client(), "public:receipt"), (signed_in(town.chen), "desk:draw")):
        text = client.get(reverse(f"reviews:{name}", args=[second.uid])).content.decode()
        assert str(first.uid) in text and "启封后作废" in text and "启封前作废" in text and "候选名单有误" not in text
    assert str(first.uid) in signed_in(town.chen).get(reverse("reviews:desk:batch", args=[drawn.ref])).content.decode()
    alone = Client().get(reverse("reviews:public:receipt", args=[first.uid])).content.decode()
    assert "启封前作废" in alone and "启封后作废" not in alone


def test_a_large_draw_is_worked_out_by_the_browser_of_whoever_asks(town, drawn, monkeypatch):
    url, asked = reverse("reviews:public:receipt", args=[make.draw(drawn).uid]), []
    monkeypatch.setattr(queries, "draw_check", lambda draw: asked.append(draw) or {"seed": True})
    assert "一致" in Client().get(url).content.decode() and len(asked) == 1
    monkeypatch.setattr(desks, "WORKED_OUT", 1)
    text = Client().get(url).content.decode()
    assert len(asked) == 1 and 'id="verify"' in text and "verify.js" in text and "刚才重新演算" not in text
    assert signed_in(town.he).get(reverse("reviews:desk:draw", args=[make.draw(drawn).uid])).status_code == 200 and len(asked) == 2
