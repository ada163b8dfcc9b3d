"""Tables that leave the house: columns with their meaning, and the rows the actor may see, one after the other.

Personal data are covered: identity numbers never leave, telephones and accounts are masked, experts stand under their
alias unless the actor may know the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import policies as applications
from applications.states import Reason, Status
from core.crypt import mask
from core.web.export import Column
from funding import policies as funding
from funding.models import MoneyEntry
from funding.states import EntryKind
from portal import rules
from portal.queries import record, things
from projects.states import Pool
from reviews import policies as reviews
from reviews.models import Score

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """`rows(actor)` is what may be seen; `at` the column the period looks at; `line` makes one row of cells."""

    name: str
    label: Any
    meaning: Any
    columns: tuple[Column, ...]
    rows: Callable[[Any], QuerySet]
    at: str
    line: Callable[[Any], Callable[[Any], Row]]
    year: str = ""


def chosen(table: Table, actor: Any, params: dict[str, Any]) -> QuerySet:
    """The rows of one export: period and year applied."""
    rows = table.rows(actor)
    if params.get("since"):
        rows = rows.filter(**{f"{table.at}__gte": _start(date.fromisoformat(params["since"]))})
    if params.get("until"):
        rows = rows.filter(**{f"{table.at}__lt": _start(date.fromisoformat(params["until"]) + timedelta(days=1))})
    if params.get("year") and table.year:
        rows = rows.filter(**{table.year: int(params["year"])})
    return rows.order_by("pk")


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def lines(table: Table, actor: Any, rows: QuerySet) -> Iterator[Row]:
    line = table.line(actor)
    for row in rows.iterator(chunk_size=500):
        yield line(row)


# --- applications ------------------------------------------------------------------------------------------------


def _application(actor: Any) -> Callable[[Any], Row]:
    def line(row: Any) -> Row:
        return (
            row.ref, row.guide.ref, row.guide.special.plan.label, row.guide.special.label, row.title, row.unit.name,
            row.unit.uscc or "", row.leader.name, mask(row.leader.phone or ""), str(Status(row.status).label),
            row.requested, row.submitted_at, row.receipt_number or "", row.refusal_code,
            str(Reason(row.refusal_code).label) if row.refusal_code else "", rules.masked_text(row.refusal_text),
        )

    return line


APPLICATIONS = Table(
    "applications", _("Applications"), _("Submitted applications, one row each"),
    (
        Column("ref", _("Application"), _("Number of the application")), Column("guide", _("Guide"), _("Number of the guide")),
        Column("plan", _("Plan"), _("Plan of the programme tree in force at publication")),
        Column("special", _("Special"), _("Special programme of the guide")), Column("title", _("Title"), _("Title as submitted")),
        Column("unit", _("Unit"), _("Applicant unit")), Column("uscc", _("Unit code"), _("Unified social credit code; empty overseas")),
        Column("leader", _("Leader"), _("Project leader")),
        Column("phone", _("Telephone"), _("Telephone of the leader, covered")),
        Column("status", _("State"), _("State when the table was made")),
        Column("requested", _("Money requested"), _("Money asked of the city"), _("yuan")),
        Column("submitted_at", _("Submitted at"), _("Moment the server received the approval of the unit")),
        Column("receipt", _("Receipt"), _("Number of the receipt")),
        Column("reason", _("Reason code"), _("Why the application ended, if it did")),
        Column("reason_label", _("Reason in words"), _("The reason code in words")),
        Column("reason_text", _("Reason"), _("Text of the reason as told to the applicant")),
    ),
    lambda actor: applications.visible_to(actor).filter(submitted_at__isnull=False), "submitted_at", _application,
    "guide__year",
)


# --- scores ------------------------------------------------------------------------------------------------------


def _scores(actor: Any) -> QuerySet[Score]:
    return Score.objects.filter(
        submitted_at__isnull=False, assignment__batch__in=reviews.visible_to(actor)
    ).select_related("assignment__batch__guide__special__plan", "assignment__item__application", "assignment__expert__person")


def _score(actor: Any) -> Callable[[Any], Row]:
    known: dict[int, bool] = {}

    def line(row: Score) -> Row:
        seat = row.assignment
        if seat.batch_id not in known:
            known[seat.batch_id] = reviews.sees_names(actor, seat.batch)
        parts = "; ".join(f"{code}={value}" for code, value in row.values.items())
        return (
            seat.batch.ref, seat.item.application.ref, seat.item.group, seat.alias,
            seat.expert.person.name if known[seat.batch_id] else "***", parts, row.total,
            row.get_recommendation_display(), ", ".join(row.knockout), rules.masked_text(row.comments), row.submitted_at,
            row.sha256, seat.item.mean, seat.item.rank,
        )

    return line


SCORES = Table(
    "scores", _("Scores"), _("Submitted score sheets, one row each"),
    (
        Column("batch", _("Batch"), _("Number of the review batch")), Column("application", _("Application"), _("Number of the application")),
        Column("group", _("Group"), _("Group of comparison inside the batch")), Column("alias", _("Alias"), _("Name of the expert inside the batch")),
        Column("expert", _("Expert"), _("Name of the expert; covered for those who may not know it")),
        Column("values", _("Points by criterion"), _("Criterion = points, as submitted")), Column("total", _("Total"), _("Sum of the points")),
        Column("recommendation", _("Recommendation"), _("What the expert recommends")),
        Column("knockout", _("Knock-out"), _("Knock-out questions answered with yes")),
        Column("comments", _("Comments"), _("Comments of the expert; numbers of persons are covered")),
        Column("submitted_at", _("Submitted at"), _("Moment of submission")),
        Column("sha256", _("Fingerprint"), _("SHA-256 of the sheet as submitted")),
        Column("mean", _("Mean"), _("Mean of the application by the rule of the batch")),
        Column("rank", _("Rank"), _("Rank inside the batch")),
    ),
    _scores, "submitted_at", _score, "assignment__batch__guide__year",
)


# --- payments ----------------------------------------------------------------------------------------------------


def _payments(actor: Any) -> QuerySet:
    return funding.visible_to(actor).select_related(
        "project__unit", "project__special", "line", "requested_by", "checked_by", "approved_by", "sent_by")


def _name(person: Any) -> str:
    return person.name if person else ""


def _payment(actor: Any) -> Callable[[Any], Row]:
    def line(row: Any) -> Row:
        return (
            row.ref, row.project.number, row.project.title, row.project.unit.name, row.line.kind_label, row.amount,
            row.year or "", str(Pool(row.pool).label), row.status_label, str(row.account.get("masked", "")),
            _name(row.requested_by), row.requested_at, _name(row.checked_by), row.checked_at, _name(row.approved_by),
            row.approved_at, _name(row.sent_by), row.sent_at, row.sent_reference, row.paid_at, row.bank_receipt,
        )

    return line


PAYMENTS = Table(
    "payments", _("Payments"), _("Instalments with everybody who acted on them, one row each"),
    (
        Column("ref", _("Payment"), _("Number of the payment")), Column("project", _("Project"), _("Number of the project")),
        Column("title", _("Title"), _("Title of the project")), Column("unit", _("Unit"), _("Receiving unit")),
        Column("kind", _("Instalment"), _("Which instalment of the payment plan")),
        Column("amount", _("Amount"), _("Amount of the instalment"), _("yuan")),
        Column("year", _("Budget year"), _("Year whose control figure it is charged to")),
        Column("pool", _("Pool"), _("Control figure or reserve")), Column("status", _("State"), _("State when the table was made")),
        Column("account", _("Account"), _("Account of the unit, covered")),
        Column("requested_by", _("Requested by"), _("First person")), Column("requested_at", _("Requested at"), ""),
        Column("checked_by", _("Checked by"), _("Second person")), Column("checked_at", _("Checked at"), ""),
        Column("approved_by", _("Approved by"), _("Third person")), Column("approved_at", _("Approved at"), ""),
        Column("sent_by", _("Sent by"), _("Finance officer")), Column("sent_at", _("Sent at"), ""),
        Column("sent_reference", _("Treasury reference"), _("Reference under which it was sent, once")),
        Column("paid_at", _("Paid at"), _("Moment the bank's answer was booked")), Column("receipt", _("Bank receipt"), ""),
    ),
    _payments, "created_at", _payment, "year",
)


# --- money ledger and record -------------------------------------------------------------------------------------


def _entry(actor: Any) -> Callable[[Any], Row]:
    def line(row: MoneyEntry) -> Row:
        return (row.pk, row.at, row.year, str(Pool(row.pool).label), row.project.number, str(EntryKind(row.kind).label),
                row.amount, row.disbursement.ref if row.disbursement else "", row.reverses_id or "", _name(row.by), row.ref)

    return line


MONEY = Table(
    "money", _("Money ledger"), _("Entries of the append-only money ledger"),
    (
        Column("id", _("Entry"), _("Running number")), Column("at", _("Time"), _("Moment of the entry")),
        Column("year", _("Budget year"), _("Year whose control figure it is charged to")),
        Column("pool", _("Pool"), _("Control figure or reserve")), Column("project", _("Project"), _("Number of the project")),
        Column("kind", _("Kind"), _("Commitment, reservation, payment or their opposite")),
        Column("amount", _("Amount"), _("Negative where money is freed or returned"), _("yuan")),
        Column("payment", _("Payment"), _("Number of the payment, if any")), Column("reverses", _("Reverses"), _("Entry it takes back")),
        Column("by", _("Acted by"), _("Who acted")), Column("ref", _("Reference"), _("Reference of the treasury or bank")),
    ),
    lambda actor: funding.entries_visible_to(actor), "at", _entry, "year",
)


def _record(actor: Any) -> Callable[[Any], Row]:
    named = record.knows_experts(actor)

    def line(row: Any) -> Row:
        seat = row.target_type == record.SEATS and not named and row.verb.rpartition(".")[2] not in record.STAFF_ACTS
        return (
            row.pk, row.at, row.verb, record.verb_label(row.verb), row.target_type, things.called(row.target_type), row.target_ref,
            "***" if seat else row.actor_label, rules.masked_text(row.why), _flat(row.before), _flat(row.after),
            _flat(row.data), row.request_id, row.ip or "",
        )

    return line


def _flat(value: Any) -> str:
    return "; ".join(f"{path}={held}" for path, held in rules.leaves(rules.masked(value or {})).items() if path)[:5000]


RECORD = Table(
    "ledger", _("Record"), _("Every act, one row each; nothing can be changed or taken out"),
    (
        Column("id", _("Row"), _("Running number; a gap is an act that was not completed")), Column("at", _("Time"), _("By the clock of the database")),
        Column("verb", _("Code of the act"), _("floor.thing.verb")), Column("label", _("Act"), _("The act in words")),
        Column("target_type", _("Kind of thing"), _("Table")),
        Column("target_kind", _("Kind of thing in words"), ""), Column("target", _("Thing"), _("Its public number")),
        Column("actor", _("Acted by"), _("Who acted; experts are covered for those who may not know them")),
        Column("why", _("Reason"), _("Reason given; personal numbers are covered")),
        Column("before", _("Before"), _("Values before")), Column("after", _("After"), _("Values after")),
        Column("data", _("Particulars"), _("Other values of the act")), Column("request", _("Request"), _("Number of the web request")),
        Column("ip", _("Network address"), _("Network address of the request")),
    ),
    record.rows_for, "at", _record,
)
TABLES = {table.name: table for table in (APPLICATIONS, SCORES, PAYMENTS, MONEY, RECORD)}
