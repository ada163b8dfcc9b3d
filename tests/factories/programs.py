"""Plans and guides for tests, made by the same actions the desks use."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from accounts import actions as accounts
from accounts.policies import Actor, system
from accounts.states import OrgKind, Role
from core import clock
from programs import actions, queries
from programs.models import AnnualPlan, Special

GUIDES = Path(__file__).resolve().parents[2] / "programs" / "reference" / "guides"
STAFF = {
    "chen": Role.DIVISION, "he": Role.RESOURCE, "sun": Role.SUPERVISION, "lead": Role.LEADER, "fin": Role.FINANCE,
    "qian": Role.AUDITOR,
}


def staff() -> SimpleNamespace:
    """A bureau with one person per desk; attributes are actors."""
    bureau = accounts.register_organisation(
        system("test"), name="科技创新局（测试）", kind=OrgKind.BUREAU, uscc="91350100M000100Y43", region="深圳市"
    )
    people = {}
    for key, role in STAFF.items():
        person = accounts.create_person(system("test"), name=f"测试{key}", email=f"{key}@programs.example")
        accounts.grant_role(system("test"), person, bureau, role)
        people[key] = Actor.of(person)
    return SimpleNamespace(bureau=bureau, **people)


def data_of(name: str) -> dict:
    return json.loads((GUIDES / f"{name}.json").read_text("utf-8"))


def special(code: str) -> Special:
    return Special.objects.select_related("plan", "tree").get(tree__code="2024", code=code)


def approved_plan(people: SimpleNamespace, year: int | None = None, codes: tuple[str, ...] = ("POC", "KEY-INDUSTRY")):
    """An approved annual plan with one generous item per special."""
    year = year or clock.today().year
    plan = actions.draft_plan(
        people.he, year, tree=queries.tree_as_of(), control_figure=Decimal("5000000000"), reserve=Decimal("100000000")
    )
    for code in codes:
        actions.add_item(
            people.he, plan, special=special(code), title=f"{year}年{code}", money=Decimal("2000000000"), count=400,
            opens_month=1, closes_month=12,
        )
    actions.submit_plan(people.he, plan)
    return actions.approve_plan(people.lead, plan)


def plan_of_this_year(people: SimpleNamespace) -> None:
    """A year that began since the guide was published has its plan too: money is paid under the plan of the year it is paid in."""
    if not AnnualPlan.objects.filter(year=clock.today().year, status="APPROVED").exists():
        approved_plan(people)


def documents(people: SimpleNamespace):
    return actions.enter_policies_from_data(people.he, data_of("policies"))


def draft_guide(people: SimpleNamespace, name: str = "g2", *, opens=-1, closes=10, plan=None, windows=None):
    """Guide G1 or G2 as a draft with one window, in days from now."""
    plan = plan or approved_plan(people)
    documents(people)
    data = data_of(name)
    now = clock.now()
    return actions.enter_guide_from_data(
        people.chen, data, plan.items.get(special__code=data["special"]),
        windows or [(now + timedelta(days=opens), now + timedelta(days=closes))],
    )


def approved_guide(people: SimpleNamespace, name: str = "g2", **more):
    guide = draft_guide(people, name, **more)
    actions.submit_guide(people.chen, guide)
    actions.agree_guide(people.he, guide)
    passed_law(people, guide)
    return actions.approve_guide(people.lead, guide)


def passed_law(people: SimpleNamespace, guide, **more):
    """The favourable legality opinion that an approval needs."""
    answers = {point.code: (True, "") for point in queries.legal_points()}
    return actions.check_guide_law(people.sun, guide, **{"passed": True, "text": "经审查，无意见。", "answers": answers, **more})


def published_guide(people: SimpleNamespace, name: str = "g2", **more):
    return actions.publish_guide(people.chen, approved_guide(people, name, **more))


def entitlement_guide(people: SimpleNamespace, *, plan=None, formula="", conditions=None, **quota):
    """A published guide of entitlement without application: enterprises of the city with R&D spending last year."""
    from portal.demo import matching

    plan = plan or approved_plan(people, codes=("RD-SUBSIDY",))
    documents(people)
    item = plan.items.get(special__code="RD-SUBSIDY")
    data = matching.content(item)
    data["conditions"] = data["conditions"] if conditions is None else conditions
    data["amount"]["formula"] = formula or data["amount"]["formula"]
    data["quota"] |= quota
    now = clock.now()
    guide = actions.enter_guide_from_data(
        people.chen, {"title": "2026年度企业研究开发资助", "title_en": "R&D subsidy", "special": "RD-SUBSIDY", "data": data}, item,
        [(now - timedelta(days=1), now + timedelta(days=10))])
    actions.submit_guide(people.chen, guide)
    actions.agree_guide(people.he, guide)
    passed_law(people, guide)
    actions.approve_guide(people.lead, guide)
    return actions.publish_guide(people.chen, guide)
