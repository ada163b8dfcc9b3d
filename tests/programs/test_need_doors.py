"""Who scores a need after a merger, whose sheets count, and who may open what stands behind a need (clause R1)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse

from accounts import actions as accounts
from accounts.policies import system
from core import clock
from core.workflow import Refused
from programs import actions, policies, queries
from programs.models import Need, TopicCall
from tests.factories import applications as people_of
from tests.factories import topics
from tests.kept import kept
from tests.programs.test_topics import expert

pytestmark = pytest.mark.django_db


@kept
def town(staff):
    staff.__dict__.update(people_of.people().__dict__)
    return staff


@kept
def call(town):
    return topics.published_call(town)


@kept
def three(town, call):
    """Two alike, one of its own; all filed, the call closed (the clock stays past the close)."""
    rows = [topics.filed(town.li, town.wang, call, town.a), topics.filed(town.stranger, town.badm, call, town.b),
            topics.filed(town.li, town.wang, call, town.a, title="海上风电柔性直流送出")]
    clock.shift_to(call.closes_at + timedelta(minutes=1))
    return rows


def test_an_expert_of_a_merged_unit_may_not_score_the_lead_and_no_longer_counts(town, call, three):
    one, two, _other = three
    actions.screen_in(town.chen, one)
    biased, free = expert(town), expert(town, "专家乙")
    accounts.employ(system("test"), biased.person, town.b, since=clock.today())
    actions.invite_experts(town.chen, call, people=[biased.person, free.person])
    good = {"need": "20", "novelty": "20", "feasibility": "15", "industry": "20"}
    actions.score_need(biased, one, points={**good, "need": "30"})
    actions.score_need(free, one, points=good)
    actions.merge_need(town.chen, two, lead=one)
    one.refresh_from_db()
    assert (one.score, one.score_count) == (Decimal("75.00"), 1)
    assert (set(policies.needs_to_score(biased)), set(policies.needs_to_score(free))) == (set(), {one})
    with pytest.raises(Refused):
        actions.score_need(biased, one, points=good)
    actions.split_need(town.chen, two)
    one.refresh_from_db()
    assert one.score_count == 2
    assert set(policies.needs_to_score(biased)) == {one}


def test_a_partner_of_a_merged_need_may_not_score_the_lead(town, call, three):
    one, two, _other = three
    actions.screen_in(town.chen, one)
    Need.objects.filter(pk=two.pk).update(partners=[town.bureau.name])
    partner = expert(town)
    accounts.employ(system("test"), partner.person, town.bureau, since=clock.today())
    actions.invite_experts(town.chen, call, people=[partner.person])
    assert set(policies.needs_to_score(partner)) == {one}
    actions.merge_need(town.chen, two, lead=one)
    assert not policies.needs_to_score(partner).exists()
    assert policies.may_score(partner, one)


def test_sheets_are_shown_after_ones_own_or_the_end_of_scoring(town, call, three):
    actions.screen_in(town.chen, three[0])
    first = expert(town)
    actions.invite_experts(town.chen, call, people=[first.person])
    good = {"need": "20", "novelty": "20", "feasibility": "15", "industry": "20"}
    actions.score_need(first, three[0], points=good)
    need = queries.topics.desk_need(town.chen, three[0].ref)
    assert queries.topics.reviews_of(town.chen, need) == []
    TopicCall.objects.filter(pk=call.pk).update(score_until=clock.now() - timedelta(minutes=1))
    assert len(queries.topics.reviews_of(town.chen, queries.topics.desk_need(town.chen, need.ref))) == 1
    TopicCall.objects.filter(pk=call.pk).update(score_until=None)
    actions.score_need(town.chen, need, points=good)
    assert len(queries.topics.reviews_of(town.chen, need)) == 2


def test_files_telephones_and_names_are_for_the_division_and_who_watches(town, call, three):
    need = queries.topics.desk_need(town.chen, three[0].ref)
    for actor, reads in ((town.chen, True), (town.sun, True), (town.qian, True), (town.he, False), (town.fin, False), (town.lead, False)):
        assert (policies.opens_need(actor, need) is None) is reads
        assert queries.topics.desk_need(actor, need.ref) == need
        if reads:
            assert queries.topics.opened_need(actor, need.ref) == need
        else:
            with pytest.raises(Http404):
                queries.topics.opened_need(actor, need.ref)
    assert policies.opens_need(town.li, need) is None
    assert policies.opens_need(town.wang, need) is None
    assert "13800138001" in str(queries.topics.need_view(need).rows)
    assert "13800138001" not in str(queries.topics.need_view(need, is_open=False).rows)


def test_pages_of_the_desk_keep_what_is_closed(town, call, three, sign_in):
    actions.screen_in(town.chen, three[0])
    invited = expert(town)
    actions.invite_experts(town.chen, call, people=[invited.person])
    actions.score_need(invited, three[0], points={"need": "20", "novelty": "20", "feasibility": "15", "industry": "20"})
    page, of_call = reverse("programs:desk:need", args=[three[0].ref]), reverse("programs:desk:topic_call", args=[call.ref])
    for actor, reads, sheets in ((town.chen, True, False), (town.sun, True, True), (town.fin, False, False)):
        text = sign_in(actor).get(page).content.decode()
        assert ("13800138001" in text) is reads
        assert ('<th scope="row">专家甲' in text) is sheets
        assert ("专家甲" in sign_in(actor).get(of_call).content.decode()) is reads
        assert ("contact_phone" in sign_in(actor).get(reverse("programs:api:need", args=[three[0].ref])).json()["answers"]) is reads
    assert "专家甲" not in sign_in(town.fin).get(page).content.decode()
