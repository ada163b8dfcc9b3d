"""Reads of the funding floor."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _

from core import clock
from core.models import LedgerRow
from funding import policies
from funding.models import Disbursement, MoneyEntry
from funding.states import PaymentStatus
from funding.workflow import PAYMENT, condition_met, has_account
from programs import queries as programmes
from programs.models import ControlFigure
from projects import queries as projects
from projects.models import Project
from projects.states import LineKind

ZERO = Decimal(0)


def get_for(actor: Any, ref: str) -> Disbursement:
    found = policies.visible_to(actor).filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_by_uid(actor: Any, uid: Any) -> Disbursement:
    try:
        found = policies.visible_to(actor).filter(uid=UUID(str(uid))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def of_project(actor: Any, project: Project) -> QuerySet[Disbursement]:
    return policies.visible_to(actor).filter(project=project).order_by("line__order")


def paid_to(project: Project) -> Decimal:
    """Yuan paid to a project, by the money ledger: payments, less what was returned or reversed."""
    rows = MoneyEntry.objects.filter(project=project)
    paid = rows.filter(Q(kind__in=["PAY", "RETURN"]) | Q(kind="REVERSAL", reverses__kind__in=["PAY", "RETURN"]))
    return paid.aggregate(sum=Sum("amount"))["sum"] or ZERO


#: Rows of the ledger that count as paid; a reversal takes its row back.
PAID = Q(kind="PAY") | Q(kind="REVERSAL", reverses__kind="PAY")


def _paid(year: int) -> QuerySet[MoneyEntry]:
    """Paid out of the control figure of a year."""
    return MoneyEntry.objects.filter(PAID, year=year)


def years() -> list[int]:
    return list(ControlFigure.objects.order_by("-year").values_list("year", flat=True).distinct())


def figures(year: int) -> list[dict[str, Any]]:
    """Per pool: the figure, what is reserved, what is paid, what is left (yuan)."""
    paid = dict(
        _paid(year).order_by().values_list("pool").annotate(sum=Sum("amount")))
    return [
        {"pool": row.pool, "label": Disbursement(pool=row.pool).get_pool_display(), "amount": row.amount,
         "reserved": row.reserved, "paid": paid.get(row.pool, ZERO), "left": row.amount - row.reserved}
        for row in ControlFigure.objects.filter(year=year).order_by("pool")
    ]


def by_status(actor: Any) -> dict[str, tuple[int, Decimal]]:
    """state -> (how many, yuan)."""
    rows = policies.visible_to(actor).order_by().values("status").annotate(n=Count("pk"), sum=Sum("amount"))
    return {row["status"]: (row["n"], row["sum"]) for row in rows}


def paid_by_month(year: int) -> list[tuple[str, Decimal]]:
    """Twelve rows: month, yuan paid in it, whichever year's control figure it was reserved in (a payment approved in December may
    be booked in January)."""
    found: dict[int, Decimal] = dict.fromkeys(range(1, 13), ZERO)
    for at, amount in MoneyEntry.objects.filter(PAID, at__year=year).values_list("at", "amount"):
        found[clock.local(at).month] += amount
    return [(f"{month}", amount) for month, amount in found.items()]


def paid_by_plan(year: int) -> list[tuple[str, Decimal]]:
    rows = _paid(year).order_by().values_list(
        "project__special__plan__name_en" if programmes.is_english() else "project__special__plan__name").annotate(
        sum=Sum("amount"))
    return sorted(rows, key=lambda row: -row[1])


def waiting(actor: Any) -> dict[str, int]:
    counts = {status: n for status, (n, _sum) in by_status(actor).items()}
    return {
        "to_request": ready_to_request(actor).count(), "to_check": counts.get("REQUESTED", 0), "to_approve": counts.get("CHECKED", 0),
        "to_send": counts.get("APPROVED", 0), "to_book": counts.get("SENT", 0), "returned": counts.get("RETURNED", 0),
    }


def ready_to_request(actor: Any) -> QuerySet[Disbursement]:
    """Instalments whose condition is met as far as the portal knows."""
    return only_ready(policies.visible_to(actor))


def only_ready(rows: QuerySet[Disbursement], value: str = "") -> QuerySet[Disbursement]:
    return rows.filter(status="CONDITION_WAIT").filter(
        Q(line__kind="SIGN", project__status__in=["ACTIVE", "OVERDUE", "ACCEPTANCE", "PASSED"])
        | Q(line__kind="ONCE", project__status__in=["COMPLETED", "ACTIVE"])
        | Q(line__kind="FINAL", project__status="PASSED")
        | (Q(line__kind="YEARLY", project__status__in=["ACTIVE", "OVERDUE", "ACCEPTANCE", "PASSED"])
           & (Q(line__year_no=1) | Q(cleared_at__isnull=False)))
    )


def verb_label(verb: str) -> str:
    name = verb.rsplit(".", 1)[1]
    if name in PAYMENT.steps:
        return str(PAYMENT.steps[name].label)
    return {"plan": _("Entered in the plan"), "confirm": _("Receipt confirmed by the unit"), "reverse": _("Reversed"),
            "clear": _("Condition met: report of the year before favourable")}.get(name, verb)


def waits_for(row: Disbursement) -> list[str]:
    """What stands in the way of an instalment that waits for its condition, and whose turn it is; the portal's page says it."""
    if row.status != "CONDITION_WAIT":
        return []
    missing = [str(reason) for check in (condition_met, has_account) if (reason := check(row))]
    if not missing and row.line.kind == LineKind.MIDTERM:
        return [_("Waits for the mid-term check; after it the division in charge asks for the payment.")]
    return missing or [_("The condition is met: the division in charge asks for the payment.")]


def standing_of(row: Disbursement) -> tuple[str, str]:
    """(label, tone) of the state as a person reads it: an instalment whose condition is met no longer waits for it. The
    mid-term check is known by the word of the division alone, so that instalment goes on waiting."""
    if row.status != "CONDITION_WAIT" or row.line.kind == LineKind.MIDTERM or condition_met(row):
        return row.status_label, row.tone
    if has_account(row):
        return _("Condition met, no bank account yet"), "warn"
    return _("Condition met, can be asked for"), "warn"


def returned_because(row: Disbursement) -> str:
    """The reason the bank gave, of a payment that it has returned and that waits to be asked for again."""
    if row.status != "RETURNED":
        return ""
    last = LedgerRow.objects.filter(
        target_type=row._meta.label_lower, target_id=row.pk, verb="funding.payment.bounce").order_by("-pk").first()
    return last.why if last else ""


def history_of(row: Disbursement) -> list[dict[str, Any]]:
    return [
        {"at": one.at, "who": one.actor_label if one.actor_id else _("System"), "why": one.why, "label": verb_label(one.verb)}
        for one in LedgerRow.objects.filter(target_type=row._meta.label_lower, target_id=row.pk).order_by("-pk")
    ]


def money_of(project: Project) -> dict[str, Decimal]:
    """Awarded, reserved for payment, paid (yuan)."""
    rows = dict(MoneyEntry.objects.filter(project=project).order_by().values_list("kind").annotate(sum=Sum("amount")))
    return {"amount": project.amount, "reserved": rows.get("RESERVE", ZERO) + rows.get("FREE", ZERO), "paid": paid_to(project)}


def project_of(actor: Any, number: str) -> Project:
    return projects.get_for(actor, number)


def entries_of(project: Project) -> QuerySet[MoneyEntry]:
    return MoneyEntry.objects.filter(project=project).select_related("disbursement", "by").order_by("-pk")


def entries_of_payment(row: Disbursement) -> QuerySet[MoneyEntry]:
    return MoneyEntry.objects.filter(disbursement=row).select_related("by").order_by("-pk")


def money_by_status(actor: Any, year: int) -> list[tuple[str, Decimal]]:
    """(state, yuan) of the payments of a year, in the order of their way."""
    rows = policies.visible_to(actor).filter(Q(year=year) | Q(year=None)).order_by().values_list("status").annotate(sum=Sum("amount"))
    found = dict(rows)
    return [(label, found[code]) for code, label in PaymentStatus.choices if found.get(code)]


def mine(actor: Any) -> QuerySet[Disbursement]:
    """Payments of the projects one leads or whose unit one acts for."""
    return policies.visible_to(actor).filter(project__in=projects.mine(actor))


def late(actor: Any) -> QuerySet[Disbursement]:
    """Paid and not confirmed by the unit."""
    return policies.visible_to(actor).filter(status="PAID", confirmed_at=None)


WAY = ("CONDITION_WAIT", "REQUESTED", "CHECKED", "APPROVED", "SENT", "PAID")


def line_of(row: Disbursement) -> list[dict[str, str]]:
    """Where the payment stands on its way, as steps."""
    labels = dict(PaymentStatus.choices) | {row.status: standing_of(row)[0]}
    if row.status in WAY:
        at, stop = WAY.index(row.status), False
    else:
        at, stop = (4, True) if row.status == "RETURNED" else (0, True)
    paid = row.status == "PAID"
    return [{"label": labels[code], "state": "done" if i < at or (paid and i == at) else ("stop" if stop else "here") if i == at else ""}
            for i, code in enumerate(WAY)]


def paid_by_item(items: Iterable[int]) -> dict[int, Decimal]:
    """{annual-plan item: yuan paid to its projects so far, in whatever year}, in one query."""
    rows = MoneyEntry.objects.filter(
        Q(kind__in=["PAY", "RETURN"]) | Q(kind="REVERSAL", reverses__kind__in=["PAY", "RETURN"]), project__guide__plan_item__in=list(items)
    )
    return dict(rows.order_by().values_list("project__guide__plan_item").annotate(sum=Sum("amount")))
