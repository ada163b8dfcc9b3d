"""Payments for tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from accounts.models import Organisation
from core import crypt
from funding import actions
from funding.models import Disbursement
from tests.factories import programs as programme
from tests.factories import projects as make


def with_accounts() -> None:
    """Every unit gets a bank account in the register."""
    for row in Organisation.objects.filter(account_sealed=""):
        Organisation.objects.filter(pk=row.pk).update(
            account_name=row.name, bank_name="深圳测试银行", account_sealed=crypt.seal(f"7559{row.pk:012d}"), account_masked="7559****0001")


def planned(town: SimpleNamespace, **more: Any) -> Disbursement:
    """The first instalment of a running project, ready to be asked for."""
    return first_instalment(town, make.running(town, **more))


def first_instalment(town: SimpleNamespace, running: list[Any]) -> Disbursement:
    project = running[0]
    with_accounts()
    programme.plan_of_this_year(town)
    return Disbursement.objects.select_related("line").get(project=project, line__order=0)


def requested(town: SimpleNamespace, row: Disbursement, why: str = "") -> Disbursement:
    return actions.request(town.chen, row, why=why)


def approved(town: SimpleNamespace, row: Disbursement, why: str = "") -> Disbursement:
    return actions.approve(town.lead, actions.check(town.he, requested(town, row, why)))


def sent(town: SimpleNamespace, row: Disbursement, reference: str = "ZL0001", why: str = "") -> Disbursement:
    return actions.send(town.fin, approved(town, row, why), reference=reference)


def paid(town: SimpleNamespace, row: Disbursement) -> Disbursement:
    return actions.pay(town.fin, sent(town, row), receipt="HD0001")
