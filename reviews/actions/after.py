"""Verbs after the review: comments are edited and sent, experts are evaluated, fees are listed, confirmed and paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock, crypt, ledger
from core.web import export
from core.workflow import Refused
from notices import actions as notices
from reviews import policies
from reviews.models import Batch, BatchItem, ExpertReview, FeeLine, FeeList
from reviews.queries import after as reads
from reviews.rules import fees
from reviews.states import BatchStatus, FeeStatus, Grade, TitleLevel
from reviews.workflow import FEES, tax_stands

MONTH_LOCK = 0x5203
DONE = (BatchStatus.CLOSED, BatchStatus.RANKED)


def _over(actor: Any, batch: Batch) -> None:
    if reason := policies.organises(actor, batch):
        raise Refused(reason)
    if batch.status not in DONE:
        raise Refused(_("The review is not closed yet."))


# --- comments for applicants -----------------------------------------------------------------------------------------


def _problems(item: BatchItem, text: str, names: list[str], *, numbers_are_fine: bool) -> list[str]:
    named, scored = reads.wrong_in_comments(item, text, names)
    found = [_("Names of experts never go out: %(names)s") % {"names": "、".join(named)}] if named else []
    if scored and not numbers_are_fine:
        found.append(_("This looks like a score: %(words)s. Take it out, or say that it is none.") % {"words": "、".join(scored)})
    return found


@transaction.atomic
def edit_comments(actor: Any, item: BatchItem, *, text: str, numbers_are_fine: bool = False) -> BatchItem:
    """The organiser's words for the applicant. Refused with a name of an expert in it, and with what looks like a score unless the
    organiser says that it is none. What was sent stays."""
    _over(actor, item.batch)
    row = BatchItem.objects.select_for_update(no_key=True, of=("self",)).select_related("batch", "application").get(pk=item.pk)
    if row.feedback_sent_at:
        raise Refused(_("The comments have been sent."))
    if not text.strip():
        raise Refused(_("Write what the applicant is to read."))
    if problems := _problems(row, text, reads.names_of_experts(row.batch), numbers_are_fine=numbers_are_fine):
        raise Refused(problems)
    BatchItem.objects.filter(pk=row.pk).update(feedback=text.strip(), feedback_by=actor.person)
    ledger.record("reviews.batchitem.comments", row, actor, application=row.application.ref, numbers_are_fine=numbers_are_fine)
    row.refresh_from_db()
    return row


@transaction.atomic
def send_comments(actor: Any, batch: Batch) -> int:
    """Send the comments of every application of a ranked batch to its leader; all of them must have been edited, and the names are
    looked for once more. No application learns of another, and nothing of experts or points."""
    _over(actor, batch)
    if batch.status != BatchStatus.RANKED:
        raise Refused(_("Comments go out once the ranking is fixed."))
    rows = list(reads.comment_items(batch).select_for_update(no_key=True, of=("self",)).filter(feedback_sent_at=None).select_related(
        "application__leader", "batch"))
    if not rows:
        raise Refused(_("The comments have been sent."))
    if empty := [row.application.ref for row in rows if not row.feedback]:
        raise Refused(_("Comments are missing for: %(refs)s") % {"refs": "、".join(empty[:10])})
    names = reads.names_of_experts(batch)
    for row in rows:
        if problems := _problems(row, row.feedback, names, numbers_are_fine=True):
            raise Refused([f"{row.application.ref}：{one}" for one in problems])
    BatchItem.objects.filter(pk__in=[row.pk for row in rows]).update(feedback_sent_at=clock.now())
    ledger.record("reviews.batch.comments_sent", batch, actor, count=len(rows))
    for row in rows:
        notices.tell([row.application.leader], "reviews.comments", lambda row=row: _("Comments of the review: %(ref)s") % {"ref": row.application.ref},
                     row.feedback, f"/my/applications/{row.application.ref}/", dedupe=f"review-comments:{row.pk}")
    return len(rows)


# --- experts ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def evaluate(actor: Any, batch: Batch, expert_uid: Any, *, grade: str, note: str = "") -> ExpertReview:
    """The organiser's word on one expert of a closed batch: the computed grade, or another with a note."""
    _over(actor, batch)
    one = next((row for row in reads.merits_of(batch) if str(row["expert"].uid) == str(expert_uid)), None)
    if one is None or grade not in Grade.values:
        raise Refused(_("Choose the expert and the grade."))
    return _evaluate(actor, batch, one, grade, note)


def _evaluate(actor: Any, batch: Batch, one: dict[str, Any], grade: str, note: str) -> ExpertReview:
    if grade != one["grade"] and not note.strip():
        raise Refused(_("Another grade than the computed one needs a note."))
    row, _created = ExpertReview.objects.update_or_create(batch=batch, expert=one["expert"], defaults={
        "figures": reads.figures_as_data(one["work"]), "computed": one["grade"], "grade": grade, "note": note.strip()[:500], "by": actor.person, "at": clock.now()})
    ledger.record("reviews.batch.evaluate", batch, actor, why=note, alias=one["alias"], computed=one["grade"], grade=grade)
    return row


@transaction.atomic
def evaluate_rest(actor: Any, batch: Batch) -> int:
    """Everybody without a word yet gets the computed grade; how many."""
    _over(actor, batch)
    rows = [one for one in reads.merits_of(batch) if one["decided"] is None]
    for one in rows:
        _evaluate(actor, batch, one, one["grade"], "")
    return len(rows)


# --- fees ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_fees(actor: Any, batch: Batch, *, days: Decimal = Decimal(1)) -> FeeList:
    """The fee list of a closed batch, by the rates and the tax table in force today; made again as long as it is not confirmed."""
    batch = _held(batch.pk)
    _over(actor, batch)
    row = FeeList.objects.select_for_update(no_key=True).filter(batch=batch).first()
    if row is not None and row.status != FeeStatus.DRAFT:
        raise Refused(_("The fee list is confirmed and stays."))
    rules, month = reads.fee_rules(batch), reads.this_month()
    before = reads.earlier_amounts(row, rules, month, last=True)
    lines = reads.fee_lines(batch, rules, days, before)
    if not lines:
        raise Refused(_("Nobody has submitted a sheet."))
    row, _created = FeeList.objects.update_or_create(batch=batch, defaults={
        "rules": rules, "days": days, "made_by": actor.person, "month": month, "worked_at": None})
    FeeLine.objects.filter(list=row).delete()
    FeeLine.objects.bulk_create([
        FeeLine(list=row, expert=expert, count=count, units=units, rate=rate, gross=one.gross, tax=one.tax, net=one.net,
                before_gross=was.gross, before_tax=was.tax)
        for expert, count, units, rate, one in lines for was in [before.get(expert.pk, fees.NOTHING)]])
    ledger.record("reviews.fees.make", row, actor, batch=batch.ref, lines=len(lines), days=str(days))
    notices.tell(
        [expert.person for expert, *_rest in lines if getattr(expert, "account", None) is None], "reviews.fees", lambda: _("Where is your review fee to go?"),
        lambda: _("Give your account in your data as an expert; the fees of a review are paid once everybody has."), "/review/profile/",
        dedupe=f"review-account:{row.pk}")
    return row


def _held(batch: int) -> Batch:
    return Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch)


def _still_as_reviewed(row: FeeList, batch: Batch) -> None:
    """A list says what the sheets of its batch, which is held, say."""
    if dict(row.lines.values_list("expert", "count")) != reads.sheets_of_experts(batch):
        raise Refused(_("Sheets have changed since the list was made: make it again."))


def _work_out(row: FeeList, rules: dict[str, Any]) -> None:
    """The amounts as the last list of this month, which is held, so that two lists do not leave out one another."""
    month = reads.this_month()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [MONTH_LOCK, month.year * 100 + month.month])
    row.rules, row.month, row.worked_at = rules, month, clock.now()
    for line, was, one in reads.worked_out(row, row.lines.all(), reads.earlier_amounts(row, rules, month, last=True)):
        FeeLine.objects.filter(pk=line.pk).update(gross=one.gross, tax=one.tax, net=one.net, before_gross=was.gross, before_tax=was.tax)
    FeeList.objects.filter(pk=row.pk).update(rules=rules, month=month, worked_at=row.worked_at)


@transaction.atomic
def work_out_fees(actor: Any, row: FeeList) -> FeeList:
    """CONFIRMED stays CONFIRMED, by finance: the tax of the month in which the list will be paid, after the other lists of that month."""
    fresh = FeeList.objects.select_for_update(no_key=True, of=("self",)).select_related("batch__guide__special__plan").get(pk=row.pk)
    if reasons := FEES.why_not("reckon", actor, fresh):
        raise Refused(reasons)
    _work_out(fresh, {**fresh.rules, **reads.tax_rules()})
    return FEES.move("reckon", actor, fresh, data={"month": f"{fresh.month:%Y-%m}"})


@transaction.atomic
def confirm_fees(actor: Any, row: FeeList) -> FeeList:
    """DRAFT -> CONFIRMED: handed to finance; it changes no more. Everybody paid must have given an account, and the list must say what
    the closed review says: a sheet that became void since is not paid."""
    batch = _held(row.batch_id)
    _over(actor, batch)
    _still_as_reviewed(row, batch)
    moved = FEES.move("confirm", actor, row, missing=reads.without_account(reads.lines_of(row)),
                      columns={"confirmed_by": actor.person, "confirmed_at": clock.now()})
    _work_out(moved, {**moved.rules, **reads.tax_rules()})
    return moved


@transaction.atomic
def reopen_fees(actor: Any, row: FeeList, *, why: str) -> FeeList:
    """CONFIRMED -> DRAFT, by finance with the reason: something is to be corrected."""
    return FEES.move("reopen", actor, row, why=why, reason=why)


@transaction.atomic
def pay_fees(actor: Any, row: FeeList) -> FeeList:
    """CONFIRMED -> PAID, by finance, in the month the tax was worked out for and in the order of the month's lists; not when a sheet
    became void meanwhile: then the list goes back to the organiser."""
    if reason := policies.is_finance(actor):
        raise Refused(reason)
    _still_as_reviewed(row, _held(row.batch_id))
    moved = FEES.move("pay", actor, row, outdated=reads.outdated(row, row.lines.all()), unpaid=reads.unpaid_before(row), columns={"paid_at": clock.now()})
    people = [line.expert.person for line in reads.lines_of(moved)]
    notices.tell(people, "reviews.fees", lambda: _("Your review fee has been paid"), lambda: _("It goes to the account in your data."), "/review/profile/",
                 dedupe=f"review-fees:{moved.pk}")
    return moved


@transaction.atomic
def export_fees(actor: Any, row: FeeList) -> bytes:
    """The list for the bank and the tax return, with whole numbers: for finance only, and every export is on record."""
    if reason := policies.is_finance(actor):
        raise Refused(reason)
    if row.status == FeeStatus.DRAFT:
        raise Refused(_("The fee list is not confirmed yet."))
    if row.status == FeeStatus.CONFIRMED and (reason := tax_stands(row, outdated=reads.outdated(row, row.lines.all()))):
        raise Refused(reason)
    lines = reads.lines_of(row)
    ledger.record("reviews.fees.export", row, actor, batch=row.batch.ref, lines=len(lines))
    columns = [
        export.Column("name", _("Full name")), export.Column("identity", _("Identity number"), _("Whole, for the tax return")),
        export.Column("level", _("Level of the title"), _("Decides the rate")), export.Column("sheets", _("Sheets"), _("Sheets submitted that count")),
        export.Column("units", _("Counted units"), _("Days of a meeting by the rules of the list, or sheets")), export.Column("rate", _("Rate per unit"), unit=_("yuan")),
        export.Column("gross", _("Before tax"), unit=_("yuan")), export.Column("tax", _("Income tax withheld"), _("Table of withholding for labour remuneration"), _("yuan")),
        export.Column("net", _("After tax"), unit=_("yuan")),
        export.Column("before_gross", _("Earlier in the month, before tax"), _("Of other lists of the month that are taxed together with this one"), _("yuan")),
        export.Column("before_tax", _("Earlier in the month, tax"), unit=_("yuan")), export.Column("holder", _("Name of the bank account")), export.Column("bank", _("Bank and branch")),
        export.Column("account", _("Account number"), _("Whole"))]
    data = [[line.expert.person.name, crypt.open_sealed(line.expert.person.id_sealed), str(TitleLevel(line.expert.level).label), line.count, line.units, line.rate,
             line.gross, line.tax, line.net, line.before_gross, line.before_tax, *_account(line)] for line in lines]
    return export.to_xlsx(columns, data, title=_("Fee list %(batch)s") % {"batch": row.batch.ref}, source=str(row.uid))


def _account(line: FeeLine) -> list[str]:
    account = getattr(line.expert, "account", None)
    return [account.holder, account.bank, crypt.open_sealed(account.number_sealed)] if account else ["", "", ""]


