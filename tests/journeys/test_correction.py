"""A guide is corrected while people are writing: the draft waits, comes along and is submitted under the corrected guide; what
had been submitted stays so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.policies import Actor
from applications.models import Application
from core import clock
from portal.demo import cycle, fill
from programs import actions as programme
from programs import queries as programmes
from programs.models import Guide
from tests.journeys.conftest import Town, free_year, guide_data


@pytest.mark.django_db
def test_00_the_programme_tree_is_there(town: Town):
    assert programmes.tree_as_of() is not None


def test_a_corrected_guide_takes_draft_and_submission_along(town: Town):
    year = free_year(town)
    plan = cycle.annual_plan(town.world, year, [("KEY-INDUSTRY", f"{year}年度重点产业研发计划", Decimal(1_500_000_000), 309)])
    now = clock.now()
    guide = cycle.publish(town.world, guide_data("g2.json"), plan.items.get(special__code="KEY-INDUSTRY"),
                          [(now + timedelta(days=1), now + timedelta(days=40))])
    town.later(guide.opens_at + timedelta(hours=1))
    one, two = [unit for unit in town.world.units[1:] if unit.kind == "ENTERPRISE"][-2:]
    rows = []
    for unit in (one, two):
        leader = town.world.leaders[unit.pk][0]
        rows.append((fill.Filler(town.world, fill.begin(town.world, guide, unit, leader), Actor.of(leader)).everything(), leader))
    (draft, writer), (filed, second) = rows
    check = f"/my/applications/{filed.ref}/check/"
    town.desk(second.email).open(check).press("/hand-in/")
    town.desk(town.world.admins[two.pk].email).open(f"/my/unit/applications/{filed.ref}/").press("/endorse/")

    chen = town.desk("chen").open(f"/desk/guides/{guide.ref}/").press("/supersede/", why="资助上限有误")
    new = Guide.objects.get(supersedes=guide)
    chen.sees(new.ref)
    cycle.move_to(clock.now())
    author = town.desk(writer.email)
    author.open(f"/my/applications/{draft.ref}/").sees("正在更正", "全部保留")
    author.open(f"/my/applications/{draft.ref}/check/").sees("正在更正")

    programme.submit_guide(town.world.actor("chen"), new)
    town.desk("he").open(f"/desk/guides/{new.ref}/").press("/agree/")
    sun = town.desk("sun").open(f"/desk/guides/{new.ref}/opinion/")
    for yes in sun.page.locator("main input[type=radio][value=yes]").all():
        yes.check()
    sun.press(text="经审查，同意。")
    town.desk("lead").open(f"/desk/guides/{new.ref}/").press("/approve/")
    chen.open(f"/desk/guides/{new.ref}/").press("/publish/")
    cycle.move_to(clock.now() + timedelta(minutes=5))

    draft, filed = (Application.objects.get(pk=row.pk) for row in (draft, filed))
    assert (draft.guide_id, draft.status, filed.guide_id, filed.status) == (new.pk, "DRAFT", new.pk, "SUBMITTED")
    assert filed.version_id == guide.version_id != draft.version_id
    author.open("/inbox/").sees("更正后的指南已发布")
    author.open(f"/my/applications/{draft.ref}/check/").press("/hand-in/")
    assert Application.objects.get(pk=draft.pk).status == "UNIT_PENDING"
