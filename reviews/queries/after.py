"""After the review: comments for applicants, what is said of experts, fees, the share of industry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from core import clock, parameters
from core.models import LedgerRow
from reviews import policies
from reviews.models import Assignment, Batch, BatchItem, Expert, ExpertReview, FeeLine, FeeList, Score
from reviews.rules import comments as wording
from reviews.rules import fees, merits, scores
from reviews.states import Constituency, FeeStatus, Mode

# --- comments for applicants -----------------------------------------------------------------------------------------


def comment_items(batch: Batch) -> QuerySet[BatchItem]:
    return batch.items.filter(withdrawn=False).select_related("application", "feedback_by").order_by("rank", "application__ref")


def comment_item(batch: Batch, ref: str) -> BatchItem:
    row = comment_items(batch).filter(application__ref=ref).first()
    if row is None:
        raise Http404
    return row


def raw_comments(item: BatchItem) -> list[Score]:
    """The submitted sheets that count, by alias; `notes_said` are the comments on single criteria with their names."""
    labels = {one["code"]: one["name"] for one in item.batch.sheet["criteria"]}
    rows = list(Score.objects.filter(assignment__item=item, assignment__status="SUBMITTED", submitted_at__isnull=False).select_related(
        "assignment").order_by("assignment__alias"))
    for row in rows:
        row.notes_said = [(labels.get(code, code), text) for code, text in row.notes.items()]
    return rows


def said_in(row: Score) -> str:
    """Everything an expert wrote on a sheet."""
    return "\n".join(filter(None, (row.comments, *(f"{label}：{text}" for label, text in row.notes_said))))


def draft_comments(item: BatchItem) -> str:
    return item.feedback or wording.merged(said_in(row) for row in raw_comments(item))


def names_of_experts(batch: Batch) -> list[str]:
    return list(Assignment.objects.filter(batch=batch).exclude(status="DRAWN").values_list("expert__person__name", flat=True).distinct())


def wrong_in_comments(item: BatchItem, text: str, names: Iterable[str] | None = None) -> tuple[list[str], list[str]]:
    """(names of experts and aliases, what looks like a score) in a text that is to go out."""
    totals = [str(row.total) for row in raw_comments(item)]
    return wording.names_in(text, names_of_experts(item.batch) if names is None else names), wording.scores_in(text, totals)


def comments_sent(actor: Any, application: Any) -> str:
    """What the bureau wrote to the applicant, once it has been sent; whoever may see the application may read it."""
    row = BatchItem.objects.filter(application=application, feedback_sent_at__isnull=False).order_by("-pk").first()
    return row.feedback if row else ""


# --- what is said of experts -----------------------------------------------------------------------------------------

FAULTS = {
    "MISSING": gettext_lazy("sheets are missing"), "LATE": gettext_lazy("submitted after the first time that was set"),
    "WORDS": gettext_lazy("comments are short"), "REPEATED": gettext_lazy("the same comment stands at several applications"),
    "DEVIATION": gettext_lazy("points are far from the panel's"),
}


def grade_numbers() -> merits.Numbers:
    fair, poor = (Decimal(str(one)) for one in parameters.value("review.grade_deviation"))
    return merits.Numbers(int(parameters.value("review.grade_words")), int(parameters.value("review.grade_words_poor")), fair, poor)


def first_due(batch: Batch) -> datetime | None:
    """The time for scores as it was set before any extension."""
    row = LedgerRow.objects.filter(verb="reviews.batch.extend", target_type="reviews.batch", target_id=batch.pk).order_by("pk").first()
    text = (row.before or {}).get("due_at") if row else None
    return parse_datetime(text) if text else batch.due_at


def merits_of(batch: Batch) -> list[dict[str, Any]]:
    """Per expert who took the batch on: figures, faults in words, the computed grade, and what was decided."""
    numbers, due = grade_numbers(), first_due(batch)
    rows = Assignment.objects.filter(batch=batch, status__in=["ACCEPTED", "SUBMITTED"]).select_related("expert__person", "score").order_by("alias")
    by_expert: dict[int, list[Assignment]] = defaultdict(list)
    for seat in rows:
        by_expert[seat.expert_id].append(seat)
    deviations = _deviations(by_expert)
    decided = {row.expert_id: row for row in ExpertReview.objects.filter(batch=batch).select_related("by")}
    found = []
    for expert, seats in by_expert.items():
        sheets = [seat.score for seat in seats if seat.status == "SUBMITTED"]
        words, repeated = merits.words_of(["".join((sheet.comments, *sheet.notes.values())) for sheet in sheets])
        work = merits.Work(len(seats), len(sheets), sum(due is not None and sheet.submitted_at > due for sheet in sheets), words, repeated,
                           deviations.get(expert))
        found.append({
            "expert": seats[0].expert, "alias": seats[0].alias, "work": work, "grade": merits.grade(work, numbers),
            "faults": [str(FAULTS[code]) for code, _at_best in merits.faults(work, numbers)], "decided": decided.get(expert)})
    return found


def _deviations(by_expert: Mapping[int, list[Assignment]]) -> dict[int, Decimal]:
    table: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for expert, seats in by_expert.items():
        for seat in seats:
            if seat.status == "SUBMITTED":
                table[str(seat.item_id)][str(expert)] = seat.score.total
    return {int(expert): value for expert, value, _count in scores.calibration(table)}


def figures_as_data(work: merits.Work) -> dict[str, Any]:
    return {"seats": work.seats, "submitted": work.submitted, "late": work.late, "words": work.words, "repeated": work.repeated,
            "deviation": str(work.deviation) if work.deviation is not None else None}


# --- fees ------------------------------------------------------------------------------------------------------------


def fee_rules(batch: Batch) -> dict[str, Any]:
    """Rates and tax table in force today, as plain data that stays with the list."""
    value = parameters.value
    later = value("review.fee_later_days")
    rates = value("review.fee_day" if batch.mode == Mode.PANEL else "review.fee_item")
    return {
        **tax_rules(), "basis": str(value("review.fee_basis")), "per": "day" if batch.mode == Mode.PANEL else "sheet", "rates": {key: str(rate) for key, rate in rates.items()},
        "half": str(value("review.fee_half_day")), "later_from": int(later["from"]), "later_share": str(later["share"]),
    }


def tax_rules() -> dict[str, Any]:
    """How remuneration is taxed today."""
    tax = parameters.value("tax.labour")
    return {
        "period": str(parameters.value("tax.labour_period", default="PAYMENT")),
        "tax": {"allowance": str(tax["allowance"]), "allowance_to": str(tax["allowance_to"]), "share": str(tax["share"]),
                "brackets": [[str(one) for one in row] for row in tax["brackets"]]},
    }


def this_month() -> date:
    return clock.today().replace(day=1)


def earlier_lists(row: FeeList | None, month: date, *, last: bool = False) -> QuerySet[FeeList]:
    """Handed-over lists whose amounts stood before those of `row` in the month; with `last`, all others of the month."""
    rows = FeeList.objects.filter(month=month, status__in=[FeeStatus.CONFIRMED, FeeStatus.PAID])
    if row is not None:
        rows = rows.exclude(pk=row.pk)
        if not last and row.worked_at:
            rows = rows.filter(worked_at__lt=row.worked_at)
    return rows


def earlier_amounts(row: FeeList | None, rules: Mapping[str, Any], month: date, *, last: bool = False) -> dict[int, fees.Before]:
    """expert -> what earlier lists of the month say; nothing where every payment is taxed by itself."""
    if rules.get("period") != "MONTH":
        return {}
    lines = FeeLine.objects.filter(list__in=earlier_lists(row, month, last=last)).order_by().values_list("expert").annotate(g=Sum("gross"), t=Sum("tax"))
    return {expert: fees.Before(gross, tax) for expert, gross, tax in lines}


def unpaid_before(row: FeeList) -> list[str]:
    """Batches whose lists count as earlier for somebody on this one and are not paid yet."""
    if row.rules.get("period") != "MONTH" or row.month is None:
        return []
    mine = FeeLine.objects.filter(list=row).values("expert")
    rows = earlier_lists(row, row.month).filter(status=FeeStatus.CONFIRMED, lines__expert__in=mine)
    return sorted(set(rows.values_list("batch__ref", flat=True)))


def worked_out(row: FeeList, lines: Iterable[FeeLine], before: Mapping[int, fees.Before]) -> list[tuple[FeeLine, fees.Before, fees.Amount]]:
    """Every line with what its amounts should be after these earlier ones."""
    table = fees.Table.load(row.rules["tax"])
    return [(line, was, fees.amount(line.rate, line.units, table, row.rules["basis"], was))
            for line in lines for was in [before.get(line.expert_id, fees.NOTHING)]]


def counted_before(row: FeeList, lines: Iterable[FeeLine]) -> list[str]:
    """Batches whose lists the earlier amounts on this one come from."""
    if not any(line.before_gross for line in lines) or row.month is None:
        return []
    mine = FeeLine.objects.filter(list=row).values("expert")
    return sorted(set(earlier_lists(row, row.month).filter(lines__expert__in=mine).values_list("batch__ref", flat=True)))


def outdated(row: FeeList, lines: Iterable[FeeLine]) -> bool:
    """Whether the tax is no longer that of the month in which the list would be paid now."""
    if row.rules.get("period") == "MONTH" and row.month != this_month():
        return True
    if row.rules.get("period", "PAYMENT") != tax_rules()["period"]:
        return True
    found = worked_out(row, lines, earlier_amounts(row, row.rules, row.month or this_month()))
    return any((line.gross, line.tax, line.net) != (one.gross, one.tax, one.net) for line, _was, one in found)


def sheets_of_experts(batch: Batch) -> dict[int, int]:
    """expert -> submitted sheets that count."""
    return dict(Assignment.objects.filter(batch=batch, status="SUBMITTED").order_by().values_list("expert").annotate(n=Count("pk")))


def fee_lines(batch: Batch, rules: Mapping[str, Any], days: Decimal,
              before: Mapping[int, fees.Before]) -> list[tuple[Expert, int, Decimal, Decimal, fees.Amount]]:
    """(expert, sheets, units, rate, amount) of everybody who submitted a sheet that counts."""
    counts = sheets_of_experts(batch)
    table = fees.Table.load(rules["tax"])
    per_day = fees.day_units(days, Decimal(rules["half"]), int(rules["later_from"]), Decimal(rules["later_share"]))
    found = []
    for expert in Expert.objects.filter(pk__in=counts).select_related("person", "account").order_by("person__name_sort", "pk"):
        units, rate = per_day if rules["per"] == "day" else Decimal(counts[expert.pk]), Decimal(rules["rates"][expert.level])
        found.append((expert, counts[expert.pk], units, rate, fees.amount(rate, units, table, rules["basis"], before.get(expert.pk, fees.NOTHING))))
    return found


def fee_lists(actor: Any) -> QuerySet[FeeList]:
    return policies.fees_visible_to(actor)


def fee_list_for(actor: Any, uid: Any) -> FeeList:
    try:
        row = fee_lists(actor).filter(uid=UUID(str(uid))).first()
    except ValueError as error:
        raise Http404 from error
    if row is None:
        raise Http404
    return row


def lines_of(row: FeeList) -> list[FeeLine]:
    lines = list(row.lines.select_related("expert__person", "expert__account"))
    for line in lines:
        account = getattr(line.expert, "account", None)
        line.masked = account.number_masked if account else ""
    return lines


def fee_list_of(batch: Batch) -> FeeList | None:
    return FeeList.objects.filter(batch=batch).first()


def fee_sums(lines: Iterable[FeeLine]) -> fees.Amount:
    return fees.sums([fees.Amount(line.gross, line.tax, line.net) for line in lines])


def without_account(lines: Iterable[FeeLine]) -> list[str]:
    return [line.expert.person.name for line in lines if getattr(line.expert, "account", None) is None]


# --- the share of industry -------------------------------------------------------------------------------------------


def industry_shares(actor: Any, year: int | None = None) -> list[dict[str, Any]]:
    """Per guide with reviews: experts whose sheets count, by constituency, and the share of industry beside what was asked for."""
    batches = policies.visible_to(actor).filter(**({"created_at__year": year} if year else {}))
    rows = Assignment.objects.filter(batch__in=batches.order_by().values("pk"), status="SUBMITTED").order_by().values(
        "batch__guide__ref", "batch__guide__title").annotate(
        sheets=Count("pk"), all=Count("expert", distinct=True),
        **{code: Count("expert", distinct=True, filter=Q(expert__constituency=code)) for code in Constituency.values})
    asked = defaultdict(list)
    for guide, least, size in batches.order_by().values_list("guide__ref", "industry_min", "panel_size"):
        asked[guide].append(Decimal(least) / size)
    found = []
    for row in rows.order_by("batch__guide__ref"):
        share = Decimal(row["INDUSTRY"]) / row["all"]
        least = max(asked[row["batch__guide__ref"]])
        found.append({"ref": row["batch__guide__ref"], "title": row["batch__guide__title"], "sheets": row["sheets"], "all": row["all"],
                      "science": row["SCIENCE"], "industry": row["INDUSTRY"], "economy": row["ECONOMY"], "share": round(share * 100),
                      "least": round(least * 100), "low": share < least})
    return found


def years_of_reviews(actor: Any) -> list[int]:
    return sorted({clock.local(at).year for at in policies.visible_to(actor).order_by().values_list("created_at", flat=True)}, reverse=True)


