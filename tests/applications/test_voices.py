"""The word of others: who is asked, who answers, what an answer needs, and what stands still without it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.urls import reverse

from applications import actions, policies, queries
from applications.models import Voice
from applications.workflow import APPLICATION, VOICE
from core import clock
from core.models import LedgerRow
from core.workflow import Refused
from notices.models import Message
from programs.engine import voices as rules_of_voices
from tests.applications.client import cost, signed_in
from tests.factories import applications as make
from tests.factories import modes
from tests.factories import programs as programme
from tests.factories import projects as story
from tests.kept import kept

pytestmark = pytest.mark.django_db


#: A challenge guide and its people, made once for the tests of a module.
challenged = kept(modes.challenge)


def in_scope(data):
    data["ethics"] = {"rule": "BEFORE_AWARD", "note": ""}


def before_award():
    return modes.town_of("PRE", change=in_scope)


prepaid = kept(before_award)


def paper(name="批件.pdf"):
    return SimpleUploadedFile(name, make.PDF, content_type="application/pdf")


def accepted(town, **more):
    return story.accepted(town, town.li, town.wang, town.a, **more)


def test_owner_unit_is_asked_at_the_acceptance_and_told(challenged):
    town = challenged
    row = accepted(town)
    voice = Voice.objects.get(application=row)
    assert (voice.code, voice.gate, voice.organisation, voice.status) == ("owner_choice", "PROPOSE", town.owner, "ASKED")
    assert Message.objects.filter(person=town.host.person, event="application.voice").exists()
    assert LedgerRow.objects.filter(verb="applications.voice.ask", target_id=voice.pk).exists()
    assert actions.ask_voices(town.chen, row, ("PROPOSE", "AWARD")) == []


def test_owner_answers_in_its_own_desk_and_sees_its_bid_only(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    assert queries.voice_of_unit(town.host, voice.uid) == voice
    assert [label for label, _answer in queries.shown_to_owner(voice)] == ["技术路线与攻关方案", "承诺达到的指标", "与发榜方对接情况"]
    row = actions.answer_voice(town.host, voice, agree=True, text="同意")
    assert (row.status, row.decided_on, row.answered_by) == ("AGREED", clock.today(), town.host.person)
    assert queries.gaps_before_proposal([row.application]) == []


@pytest.mark.parametrize("who", ["li", "wang", "stranger", "badm", "he", "fin", "agency", "qian"])
def test_answer_by_anybody_else_is_refused(who, challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    with pytest.raises(Refused):
        actions.answer_voice(getattr(town, who), voice, agree=True)
    assert Voice.objects.get().status == "ASKED"


def test_bid_is_seen_by_nobody_else_and_the_bidder_does_not_read_the_answer(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    for who in (town.li, town.wang, town.stranger, town.badm):
        assert not policies.voices_visible_to(who).exists()
        with pytest.raises(Http404):
            queries.voice_for(who, voice.uid)
    assert policies.voices_visible_to(town.host).count() == policies.voices_at_desk(town.chen).count() == 1
    assert policies.visible_to(town.host).count() == 0


def test_decline_without_grounds_is_refused_and_writes_nothing(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    with pytest.raises(Refused):
        actions.answer_voice(town.host, voice, agree=False)
    voice.refresh_from_db()
    assert (voice.status, voice.answered_by) == ("ASKED", None)


def test_record_needs_day_number_and_paper(db):
    town = modes.town_of("JOINT", details=lambda town: {"partner_body": "香港创新科技署", "city_share_max": "1"})
    voice = Voice.objects.get(application=accepted(town))
    assert (voice.side, voice.organisation, voice.body) == ("RECORD", None, "香港创新科技署")
    with pytest.raises(Refused) as refusal:
        actions.answer_voice(town.chen, voice, agree=True, decided_on=clock.today() + timedelta(days=1))
    assert len(refusal.value.reasons) == 3
    with pytest.raises(Refused):
        actions.answer_voice(town.chen, voice, agree=True, decided_on=clock.today(), number="ITC-2026-1")
    row = actions.answer_voice(town.chen, voice, agree=True, decided_on=clock.today(), number="ITC-2026-1", upload=paper())
    assert (row.status, row.number, row.file.mime) == ("AGREED", "ITC-2026-1", "application/pdf")


def test_paper_answer_of_a_registered_owner_goes_on_record_by_the_bureau(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    with pytest.raises(Refused):
        actions.answer_voice(town.chen, voice, agree=True, decided_on=clock.today())
    row = actions.answer_voice(town.chen, voice, agree=True, decided_on=clock.today(), number="函〔2026〕1号", upload=paper())
    assert row.status == "AGREED"


def test_decision_before_the_due_diligence_is_refused_and_figures_keep_the_limit(db):
    town = modes.town_of("EQUITY", details=lambda town: {"share_limit": "0.2"})
    row = accepted(town)
    first, then = Voice.objects.filter(application=row).order_by("pk")
    given = {"agree": True, "decided_on": clock.today(), "number": "决2026-1"}
    figures = {"invested": Decimal("2000000"), "share": Decimal("0.1")}
    with pytest.raises(Refused, match="尽职调查"):
        actions.answer_voice(town.chen, then, **given, figures=figures, upload=paper())
    actions.answer_voice(town.chen, first, **given, upload=paper())
    with pytest.raises(Refused, match="R4"):
        actions.answer_voice(town.chen, then, **given, figures={**figures, "share": Decimal("0.21")}, upload=paper())
    with pytest.raises(Refused):
        actions.answer_voice(town.chen, then, **given, upload=paper())
    done = actions.answer_voice(town.chen, then, **given, figures=figures, upload=paper())
    assert queries.words_of(done)["figures"] == [("投资金额（万元）", "200"), ("持股比例（%）", "10%")]


def test_reopened_answer_blocks_again_until_it_is_decided_on(challenged):
    town = challenged
    voice = actions.answer_voice(town.host, Voice.objects.get(application=accepted(town)), agree=True)
    with pytest.raises(Refused):
        actions.reopen_voice(town.host, voice, why="误点")
    with pytest.raises(Refused):
        actions.reopen_voice(town.chen, voice, why=" ")
    row = actions.reopen_voice(town.chen, voice, why="发榜方来函更正")
    assert row.status == "ASKED" and queries.gaps_before_proposal([row.application])


def test_answer_after_the_decision_is_refused(challenged):
    town = challenged
    row = accepted(town)
    voice = Voice.objects.get(application=row)
    actions.withdraw(town.wang, row, why="撤回")
    with pytest.raises(Refused):
        actions.answer_voice(town.host, voice, agree=True)


# --- ethics ------------------------------------------------------------------------------------------------------


def test_ethics_approval_is_asked_only_where_rule_and_answer_say_so(prepaid):
    town = prepaid
    row = accepted(town)
    assert not row.voices.exists() and queries.gaps_before_award(row) == []
    modes.in_ethics_scope(row)
    assert "科技伦理审查办法" in queries.gaps_before_award(row)[0]
    assert [voice.code for voice in actions.ask_voices(town.chen, row, ("AWARD",))] == ["ethics"]
    modes.in_ethics_scope(row, recheck=["R1"])
    assert [voice.code for voice in actions.ask_voices(town.chen, row, ("AWARD",))] == ["ethics_recheck"]


def asking_more(data):
    data["ethics"] = {"rule": "WITH_APPLICATION", "note": ""}
    relations = next(one for one in programme.data_of("skeleton")["form"]["sections"] if one["code"] == "relations")
    data["form"]["sections"].insert(1, relations)


@kept
def declared():
    """A guide that wants the approval with the application and asks for related parties; li's application says yes to both."""
    town = modes.town_of("PRE", change=asking_more)
    town.row = make.fill(town.li, make.started(town.li, town.guide, town.a))
    make.save(town.li, town.row, "ethics", {"in_scope": "yes", "scope": ["E2"], "recheck": ["R1"], "committee": "深圳某大学科技伦理委员会"})
    make.save(town.li, town.row, "relations", {"has_relations": "yes", "relations.0.party": town.a.name, "relations.0.other": "深圳外协测试厂",
                                               "relations.0.kind": "KIN", "relations.0.amount": "200000", "relations.0.note": "董事长之弟"})
    town.row.refresh_from_db()
    return town


def test_where_the_guide_wants_the_approval_with_the_application_nothing_goes_without_it(declared):
    """Hand-in and approval by the unit ask the same list; the desk reads what was declared; the re-check stays for the award."""
    found = queries.check_list(declared.row)
    (item,) = [item for item in found.wrong if item.clause == "科技伦理审查办法"]
    assert item.part == "files" and item.anchor == "d-D09"
    assert any("实验动物使用许可证" in one.text for one in found.human) and any("复核" in one.text for one in found.human)
    with pytest.raises(Refused, match="伦理|ethics"):
        actions.hand_in(declared.li, declared.row)
    actions.attach(declared.li, declared.row, code="D09", upload=paper())
    row = actions.endorse(declared.wang, actions.hand_in(declared.li, declared.row))
    actions.note_hits(row)
    page = signed_in(declared.chen).get(reverse("applications:desk:application", args=[row.ref])).content.decode()
    assert "实验动物使用许可证" in page and "近亲属" in page
    assert [voice.code for voice in actions.ask_voices(declared.chen, row, ("AWARD",))] == ["ethics_recheck"]


def test_without_the_rule_of_the_guide_the_paper_is_not_asked(declared, monkeypatch):
    """The negative control: the same answers under a guide that only wants them declared."""
    monkeypatch.setattr(rules_of_voices, "ethics_rule", lambda data: "DECLARE")
    found = queries.check_list(declared.row)
    assert not [item for item in found.wrong if item.clause == "科技伦理审查办法"] and any("实验动物" in one.text for one in found.human)


def test_declared_relations_reach_the_desk_and_no_reviewer(declared):
    (item,) = [item for item in queries.check_list(declared.row).human if item.part == "relations"]
    assert "近亲属" in item.text and "20 万元" in item.text and "深圳外协测试厂" in item.text
    assert "深圳外协测试厂" in str(queries.dossier(declared.row)) and "深圳外协测试厂" not in str(queries.dossier(declared.row, blind_copy=True))
    make.save(declared.li, declared.row, "relations", {"has_relations": "no"})
    declared.row.refresh_from_db()
    assert not [item for item in queries.check_list(declared.row).human if item.part == "relations"]


def test_ethics_approval_is_handed_in_by_the_applicant_and_confirmed_by_the_division(prepaid):
    town = prepaid
    row = accepted(town)
    modes.in_ethics_scope(row)
    voice = actions.ask_voices(town.chen, row, ("AWARD",))[0]
    with pytest.raises(Refused, match="hands the document in first|须先由申报单位提交"):
        actions.answer_voice(town.chen, voice, agree=True)  # nothing has been handed in
    for who in (town.stranger, town.badm, town.chen):
        with pytest.raises(Refused):
            actions.hand_in_voice(who, voice, decided_on=clock.today(), number="伦审1号", upload=paper())
    with pytest.raises(Refused):
        actions.hand_in_voice(town.li, voice, decided_on=clock.today(), number="伦审1号")
    handed = actions.hand_in_voice(town.li, voice, decided_on=clock.today(), number="伦审1号", upload=paper())
    assert handed.status == "HANDED_IN" and queries.gaps_before_award(row)
    back = actions.send_back_voice(town.chen, handed, why="批件未盖章")
    assert back.status == "ASKED"
    handed = actions.hand_in_voice(town.wang, back, decided_on=clock.today(), number="伦审1号", upload=paper())
    done = actions.answer_voice(town.chen, handed, agree=True)
    row = type(row).objects.get(pk=row.pk)
    assert (done.status, done.confirmed_by) == ("AGREED", town.chen.person) and queries.gaps_before_award(row) == []


def test_database_refuses_an_unconfirmed_paper_and_an_answer_without_its_day(prepaid):
    town = prepaid
    row = accepted(town)
    modes.in_ethics_scope(row)
    voice = actions.ask_voices(town.chen, row, ("AWARD",))[0]
    for given in ({"status": "AGREED"}, {"status": "HANDED_IN"},
                  {"status": "AGREED", "decided_on": clock.today(), "answered_by": town.li.person, "answered_at": clock.now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Voice.objects.filter(pk=voice.pk).update(**given)


# --- who may file, and how much ----------------------------------------------------------------------------------


def test_owner_does_not_bid_on_its_own_challenge(challenged):
    town = challenged
    leader = make.member("榜主员", town.owner, "MEMBER", phone="13800138010")
    with pytest.raises(Refused, match="R4"):
        make.started(leader, town.guide, town.owner)


@pytest.mark.parametrize(("code", "field"), [("STABLE", "institutions"), ("OWNER_LED", "owner_uscc")])
def test_only_named_units_file(db, code, field):
    town = modes.town_of(code, details=lambda town: {field: [town.a.uscc] if field == "institutions" else town.a.uscc})
    assert make.started(town.li, town.guide, town.a).pk
    with pytest.raises(Refused, match="R4"):
        make.started(town.stranger, town.guide, town.b)


def test_amount_above_the_details_is_refused_at_the_check_list(db):
    town = modes.challenge(price="5000000")
    row = make.fill(town.li, make.started(town.li, town.guide, town.a), requested="2000001")
    assert any("榜额" in item.text for item in queries.blockers(row))
    row = make.fill(town.stranger, make.started(town.stranger, town.guide, town.b), requested="2000000")
    assert not any("榜额" in item.text for item in queries.blockers(row))


def test_applicant_hands_in_only_what_the_applicant_is_asked_for(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    with pytest.raises(Refused, match="not answered by the applicant|不由申报单位提交"):
        actions.hand_in_voice(town.li, voice, decided_on=clock.today(), number="函1号", upload=paper())
    assert Voice.objects.get().status == "ASKED"


def test_proposal_waits_for_who_decides_too(challenged):
    """The table of the application itself, whoever asks it; the list of projects holds the same before."""
    town = challenged
    row = accepted(town)
    type(row).objects.filter(pk=row.pk).update(status="RANKED")
    row.refresh_from_db()
    assert any("R4" in reason for reason in APPLICATION.why_not("propose", town.lead, row))
    actions.answer_voice(town.host, Voice.objects.get(application=row), agree=True, text="同意")
    assert APPLICATION.why_not("propose", town.lead, type(row).objects.get(pk=row.pk)) == []


def test_every_move_of_the_table_is_reached():
    assert set(VOICE.steps) == {"hand_in", "send_back", "agree", "decline", "reopen"}


# --- pages and machines ------------------------------------------------------------------------------------------


def test_owner_answers_on_its_page_and_a_faulty_answer_keeps_what_was_typed(challenged):
    town = challenged
    voice = Voice.objects.get(application=accepted(town))
    page, url = signed_in(town.host), reverse("applications:my:unit_voice", args=[voice.uid])
    assert voice.application.title in page.get(reverse("applications:my:unit_voices")).content.decode()
    shown = page.get(url).content.decode()
    assert "技术路线与攻关方案" in shown and "评分" not in shown
    faulty = page.post(url, {"agree": "no", "text": ""})
    assert faulty.status_code == 422 and "理由" in faulty.content.decode()
    wrong = page.post(url, {"agree": "yes", "text": "见附件", "upload": SimpleUploadedFile("a.pdf", b"MZ" + b"\0" * 200)})
    assert wrong.status_code == 422 and "见附件" in wrong.content.decode() and Voice.objects.get().status == "ASKED"
    assert page.post(url, {"agree": "yes", "text": "同意"}).status_code == 302
    assert Voice.objects.get().status == "AGREED"
    for who in (town.badm, town.wang):
        assert signed_in(who).get(url).status_code == 404
    assert signed_in(town.li).get(url).status_code == 403


def test_machines_get_the_same_answers_with_the_reasons(db):
    town = modes.town_of("JOINT", details=lambda town: {"partner_body": "香港创新科技署", "city_share_max": "1"})
    voice = Voice.objects.get(application=accepted(town))
    client, url = signed_in(town.chen), reverse("applications:api:voice_answer", args=[voice.uid])
    assert [one["code"] for one in client.get(reverse("applications:api:voices")).json()["results"]] == ["partner_decision"]
    assert signed_in(town.li).get(reverse("applications:api:voices")).json()["results"] == []
    given = {"agree": "true", "decided_on": clock.today().isoformat(), "number": "ITC-1"}
    assert client.post(url, given).status_code == 409
    assert client.post(url, {"text": "无"}).status_code == 400  # nothing said is not a no
    assert client.post(url, {**given, "upload": SimpleUploadedFile("a.exe", b"MZ" + b"\0" * 200)}).status_code == 400
    assert signed_in(town.li).post(url, given).status_code == 404
    done = client.post(url, {**given, "upload": paper()})
    assert done.status_code == 200 and done.json()["status"] == "AGREED" and done.json()["file"]
    again = client.post(reverse("applications:api:voice_reopen", args=[voice.uid]), {"why": "更正"}, content_type="application/json")
    assert again.json()["status"] == "ASKED"


def test_desk_list_costs_the_same_for_one_row_and_for_many(challenged):
    town = challenged
    row = accepted(town)
    client, url = signed_in(town.chen), reverse("applications:desk:voices")
    one = cost(client, url)
    for number in range(3):
        Voice.objects.create(application=row, code="owner_choice", round=number + 2, gate="PROPOSE", side="OWNER", body="单位", organisation=town.owner)
    assert cost(client, url) == one
