"""Guides of any way of funding, made from guide G2 by the same adaptation the editor makes."""

from __future__ import annotations

import copy
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import Role
from core import clock
from programs import actions
from programs.engine import modes
from tests.factories import applications as make
from tests.factories import programs as programme

AMOUNTS = {"money": "3000000", "number": 3, "percent": "0.5"}


def details_of(code: str, **given: Any) -> dict[str, Any]:
    found = {field["code"]: given.get(field["code"], AMOUNTS.get(field["kind"], "说明")) for field in modes.fields_of(code)}
    return {key: value for key, value in found.items() if value is not None}


def town_of(code: str, *, details: Any = None, change: Any = None) -> SimpleNamespace:
    """A bureau, two units, an owner unit with its administrator, and one open guide of this way of funding. `details` gets
    the town and returns what it sets; `change` may rewrite the data."""
    staff = programme.staff()
    agency = accounts.create_person(system("test"), name="钱专员", email="agency@applications.example")
    accounts.grant_role(system("test"), agency, staff.bureau, Role.AGENCY)
    town = SimpleNamespace(**vars(staff), **vars(make.people()), agency=Actor.of(agency))
    town.owner = make.unit("深圳榜主装备有限公司", "MA5KEGUC")
    town.host = make.member("郑榜", town.owner, Role.ORG_ADMIN, phone="13800138009")
    town.guide = _guide(town, code, details(town) if details else {}, change)
    return town


def challenge(**more: Any) -> SimpleNamespace:
    return town_of("CHALLENGE", details=lambda town: {
        "owner": town.owner.name, "owner_uscc": town.owner.uscc, "price": "6000000", "owner_money": "3000000"} | more)


def _guide(town: SimpleNamespace, code: str, given: dict[str, Any], change: Any) -> Any:
    plan = programme.approved_plan(town)
    programme.documents(town)
    whole = copy.deepcopy(programme.data_of("g2"))
    data = whole["data"]
    data["quota"]["budget_control"], data["conditions"] = "900000000", []
    data.update(modes.adapted(data, code))
    if fields := details_of(code, **given):
        data["mode"]["details"] = fields
    if change:
        change(data)
    now = clock.now()
    guide = actions.enter_guide_from_data(
        town.chen, whole, plan.items.get(special__code=whole["special"]), [(now - timedelta(days=1), now + timedelta(days=10))])
    actions.submit_guide(town.chen, guide)
    actions.agree_guide(town.he, guide)
    programme.passed_law(town, guide)
    return actions.publish_guide(town.chen, actions.approve_guide(town.lead, guide))


def rewritten(application: Any, **sections: Any) -> Any:
    """Other answers in an application that is frozen already, as if it had been filed with them: the guards sleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        type(application).objects.filter(pk=application.pk).update(answers={**application.answers, **sections})
        cursor.execute("SET session_replication_role = DEFAULT")
    application.refresh_from_db()
    return application


def in_ethics_scope(application: Any, **more: Any) -> Any:
    return rewritten(application, ethics={"in_scope": "yes", "scope": ["E1"], "committee": "深圳某大学科技伦理委员会", **more})
