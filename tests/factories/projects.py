"""Ranked applications, lists, notices and projects for tests, made by the verbs of the desks."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.policies import system
from accounts.states import Role
from applications import actions as filing
from applications.models import Application
from core import clock, events
from projects import actions
from projects.models import Contract, Project, ProposalList, Publicity
from tests.factories import applications as make

OFFICER = system("test")


def settle() -> None:
    """What events start runs now, until nothing is left."""
    while events.drain(500):
        pass


def later(**delta: Any) -> None:
    """The database's clock goes forward; it stays until the test ends."""
    clock.shift_to(clock.now() + timedelta(**delta))


def unit(town: SimpleNamespace, number: int) -> SimpleNamespace:
    """One more unit with its leader and administrator, and an account to be paid to."""
    organisation = make.unit(f"深圳第{number}测试单位", f"MA5TEX{number:02d}")
    return SimpleNamespace(
        organisation=organisation,
        leader=make.member(f"负责{number}", organisation, Role.MEMBER, phone=f"1390013{number:04d}",
                           number=f"44030519850612{700 + number}"),
        admin=make.member(f"管理{number}", organisation, Role.ORG_ADMIN, phone=f"1390014{number:04d}"),
    )


def accepted(town: SimpleNamespace, leader: Any, admin: Any, organisation: Any, **more: Any) -> Application:
    """Filed, endorsed, checked and accepted."""
    row = make.submitted(leader, admin, town.guide, organisation, **more)
    check = filing.open_check(town.chen, row)
    filing.tick(town.chen, check, results=dict.fromkeys(check.items.values_list("code", flat=True), ("OK", "")))
    return filing.accept(town.chen, row)


def ranked(town: SimpleNamespace, *, requested: tuple[str, ...] = ("3000000", "2000000")) -> list[Application]:
    """Applications of as many units, through a review without sheets, ranked by their number."""
    pairs = [(town.li, town.wang, town.a), (town.stranger, town.badm, town.b)]
    while len(pairs) < len(requested):
        more = unit(town, len(pairs))
        pairs.append((more.leader, more.admin, more.organisation))
    rows = []
    for (leader, admin, organisation), amount in zip(pairs, requested, strict=False):
        row = accepted(town, leader, admin, organisation, requested=amount, title=f"端侧芯片研制{len(rows) + 1}")
        filing.put_in_review(town.chen, row)
        filing.close_review(town.chen, row)
        if row.version.data["mode"]["audit_required"]:
            filing.order_audit(town.chen, row)
            filing.file_inspection(town.chen, row.inspections.get(), passed=True, finding="审计核实，数据一致。")
        row.refresh_from_db()
        rows.append(filing.rank(town.chen, row))
    settle()
    return rows


# Each stage is made of the one before it; `tests/worlds.py` stacks them, the functions with **more make all at once.


def begin(town: SimpleNamespace, ranked: Any) -> ProposalList:
    return actions.create_list(town.chen, town.guide)


def decide(town: SimpleNamespace, begun: ProposalList) -> ProposalList:
    return actions.decide(town.lead, actions.submit_list(town.chen, begun), minutes="会议审议通过")


def publish(town: SimpleNamespace, decided: ProposalList) -> Publicity:
    return actions.open_publicity(town.he, actions.prepare_publicity(town.he, decided))


def close(town: SimpleNamespace, published: Publicity) -> Publicity:
    """After the notice, closed by the clock."""
    later(days=30)
    return actions.close_publicity(system("clock"), published)


def award(town: SimpleNamespace, closed: Publicity) -> list[Project]:
    actions.prepare_award(town.he, closed)
    found = actions.award(town.lead, closed)
    settle()
    return found


def begun(town: SimpleNamespace, **more: Any) -> ProposalList:
    return begin(town, ranked(town, **more))


def decided(town: SimpleNamespace, **more: Any) -> ProposalList:
    return decide(town, begun(town, **more))


def published(town: SimpleNamespace, **more: Any) -> Publicity:
    return publish(town, decided(town, **more))


def closed(town: SimpleNamespace, **more: Any) -> Publicity:
    return close(town, published(town, **more))


def awarded(town: SimpleNamespace, **more: Any) -> list[Project]:
    return award(town, closed(town, **more))


def running(town: SimpleNamespace, **more: Any) -> list[Project]:
    return run(town, awarded(town, **more))


def run(town: SimpleNamespace, awarded: list[Project]) -> list[Project]:
    """Contracts offered and signed by both sides; payments are planned."""
    for project in awarded:
        contract = Contract.objects.get(project=project)
        today = clock.today()
        actions.edit_contract(town.chen, contract, starts_on=today, ends_on=today.replace(year=today.year + 2, day=1))
        contract = actions.offer_contract(town.chen, contract)
        admin = town.wang if project.unit_id == town.a.pk else town.badm
        actions.sign_bureau(town.lead, actions.sign_unit(admin, contract))
    settle()
    return [Project.objects.get(pk=project.pk) for project in awarded]


def statement() -> SimpleUploadedFile:
    return SimpleUploadedFile("异议书.pdf", make.PDF, content_type="application/pdf")


def objection(publicity: Publicity, application: Application, **more: Any) -> Any:
    given = {"application": application.ref, "kind": "PERSON", "name": "杜衡", "contact": "13800000000",
             "facts": "主要指标与已公开成果重合。", "upload": statement(), **more}
    return actions.file_objection(OFFICER, publicity, **given)
