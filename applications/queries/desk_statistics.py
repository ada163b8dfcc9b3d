"""Figures of the formality check: what became of the applications of each guide, for which reasons, how long it took."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Extract

from applications import policies, states
from applications.models import CheckItem, FormalityCheck
from applications.states import CheckOutcome, ItemResult, Reason, Status
from programs.models import Guide, GuideVersion

DAY = Decimal(86400)
PASSED_ON = [status for status in states.SEEN_BY_BUREAU if status not in (*states.AT_CHECK, Status.NOT_ACCEPTED, Status.WITHDRAWN)]


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def desk_statistics(actor: Any) -> QuerySet[Guide]:
    """Guides with submitted applications of the actor's desk: one row each, whose counts are subqueries on that desk."""
    mine = policies.at_desk(actor).order_by().filter(guide=OuterRef("pk"))

    def many(**only: Any) -> Any:
        return Coalesce(Subquery(mine.filter(**only).values("guide").annotate(n=Count("pk", distinct=True)).values("n")), 0)

    first = FormalityCheck.objects.filter(application=OuterRef("pk")).exclude(outcome="").order_by("decided_at").values("decided_at")[:1]
    taken = ExpressionWrapper(F("first") - F("submitted_at"), output_field=DurationField())
    median = mine.annotate(first=Subquery(first)).filter(first__isnull=False).values("guide").annotate(
        n=Median(Extract(taken, "epoch"))).values("n")
    return Guide.objects.filter(pk__in=policies.at_desk(actor).order_by().values("guide")).annotate(
        total=many(), waiting=many(status=Status.SUBMITTED), corrected=many(correction__isnull=False),
        passed=many(status__in=PASSED_ON), refused=many(status=Status.NOT_ACCEPTED),
        late=many(refusal_code=Reason.CORRECTION_LATE), median=Subquery(median, output_field=FloatField()))


def days(seconds: float | None) -> Decimal | None:
    return None if seconds is None else (Decimal(str(seconds)) / DAY).quantize(Decimal("0.1"))


def reason_statistics(actor: Any, guides: QuerySet[Guide] | None = None) -> list[dict[str, Any]]:
    rows = policies.at_desk(actor).filter(status=Status.NOT_ACCEPTED)
    if guides is not None:
        rows = rows.filter(guide__in=guides.order_by().values("pk"))
    counted = rows.order_by().values("refusal_code").annotate(count=Count("pk")).order_by("-count")
    known = dict(states.Reason.choices)
    return [
        {"code": row["refusal_code"], "label": str(known.get(row["refusal_code"], row["refusal_code"])),
         "count": row["count"]}
        for row in counted
    ]


def statistics_of(actor: Any, guides: QuerySet[Guide]) -> dict[str, Any]:
    """Over these guides: defects by item of the list and how many a rule could have told before the submission: items that stand
    for a condition of the guide. Three queries, however many applications there are."""
    mine = policies.at_desk(actor).order_by().filter(guide__in=guides.order_by().values("pk"))
    found = CheckItem.objects.filter(result__in=(ItemResult.FIX, ItemResult.FAIL), check_round__application__in=mine.values("pk"),
                                     check_round__outcome__in=(CheckOutcome.FIX, CheckOutcome.REFUSE))
    counted = list(found.order_by().values_list("check_round__application__version", "code").annotate(n=Count("pk")))
    items = {pk: {one["code"]: one for one in rows or []} for pk, rows in GuideVersion.objects.filter(
        pk__in={version for version, _code, _n in counted}).values_list("pk", "data__formality_items")}
    by_item: Counter[str] = Counter()
    told = total = 0
    for version, code, n in counted:
        item = items.get(version, {}).get(code, {})
        by_item[item.get("text", code)] += n
        total, told = total + n, told + (n if item.get("auto") else 0)
    return {"defects": total, "by_rule": told, "share": Decimal(told) / total if total else None, "items": by_item.most_common(10)}


