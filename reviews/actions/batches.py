"""Verbs of a batch: made from accepted applications, closed with its figures, ranked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import actions as applications
from applications import queries as filed
from applications.models import Application
from applications.states import Status
from core import clock, deadlines, jobs, ledger, parameters, refs
from core.workflow import Refused, hold
from notices import actions as notices
from programs.models import Guide
from reviews import policies, queries
from reviews.models import Assignment, Batch, BatchItem
from reviews.rules import draw as draws
from reviews.rules import ranking, scores, sealed
from reviews.states import AssignmentStatus, BatchStatus, Blind, Mode
from reviews.workflow import BATCH

STANDING = (Status.REVIEWED, Status.SITE_VISIT, Status.SPECIAL_AUDIT)


def numbers_of(guide: Guide) -> dict[str, Any]:
    """The numbers in force today, the guide's own first; they stay with the batch."""
    review = guide.version.data.get("review") or {}
    value = parameters.value
    return {
        "trim_from": value("review.trim_from"), "flag_range": str(review.get("range_flag") or value("review.flag_range")),
        "flag_sd": str(value("review.flag_sd")), "pass_mark": str(review.get("pass_mark") or value("review.eligible_mark")),
        "propose_mark": str(review.get("propose_mark") or value("review.propose_mark")),
        "knockout_share": str(value("review.knockout_share")), "least_sheets": int(value("review.least_sheets")),
        "recusal_years": int(value("review.recusal_years")), "load": int(value("review.load_max")),
        "alternates_per_seat": int(value("review.alternates_per_seat")), "answer_days": int(value("review.answer_days")),
        "yearly_max": int(value("review.expert_yearly_max")),
        "draw_ratio": int(review.get("draw_ratio") or value("review.draw_ratio", default=0)), "chair_tie": bool(review.get("chair_tie")),
    }


@transaction.atomic
def create_batch(actor: Any, guide: Guide, *, name: str = "", applications_: Iterable[Application] | None = None) -> Batch:
    """A batch over accepted applications of a guide (all that wait, unless some are named). The score sheet and the
    numbers are copied now; the applications go to IN_REVIEW; groups take as many as one panel may carry."""
    if reason := policies.may_create(actor, guide):
        raise Refused(reason)
    waiting = Application.objects.select_for_update(no_key=True, of=("self",)).filter(guide=guide, status=Status.ACCEPTED)
    if applications_ is not None:
        waiting = waiting.filter(pk__in=[one.pk for one in applications_])
    rows = list(waiting.select_related("topic", "guide__special__plan", "version").order_by("ref"))
    if not rows:
        raise Refused(_("No accepted application of this guide waits for a review."))
    data = guide.version.data
    review, number = data.get("review") or {}, refs.next_number(f"batch.{guide.ref}")
    mode = review.get("mode") if review.get("mode") in Mode.values else Mode.PANEL
    batch = Batch.objects.create(
        ref=f"{guide.ref}-R{number}", guide=guide, name=name or guide.title, mode=mode,
        panel_size=int(review.get("panel_size") or 5), industry_min=int(review.get("industry_min") or 0),
        blind=review.get("blind") if review.get("blind") in Blind.values else Blind.SINGLE,
        sheet=data["score_sheet"], rules=numbers_of(guide), created_by=actor.person, is_demo=guide.is_demo,
    )
    _group(batch, rows)
    for row in rows:
        applications.put_in_review(actor, row)
    ledger.record("reviews.batch.create", batch, actor, guide=guide.ref, items=len(rows))
    return batch


def order_new_batch(actor: Any, guide: Guide) -> Any:
    """A batch over very many applications is made by a job."""
    if reason := policies.may_create(actor, guide):
        raise Refused(reason)
    return jobs.start("reviews.batch", actor, {"guide": guide.pk}, _("Review of %(ref)s") % {"ref": guide.ref})


def _group(batch: Batch, rows: list[Application]) -> None:
    """Groups of neighbouring topics, none larger than the load of one expert."""
    ordered = sorted(rows, key=lambda row: (row.topic.code if row.topic else "", row.ref))
    size = int(batch.rules["load"])
    count = -(-len(ordered) // size)
    share = -(-len(ordered) // count)
    groups, items = [], []
    titles = applications.blind_titles(rows) if batch.blind == Blind.DOUBLE else {}
    for index in range(count):
        code = f"G{index + 1:02d}"
        groups.append({"code": code, "name": f"第{index + 1}组", "name_en": f"Group {index + 1}"})
        items += [BatchItem(batch=batch, application=row, group=code, amount=row.requested, blind_title=titles.get(row.pk, ""))
                  for row in ordered[index * share : (index + 1) * share]]
    BatchItem.objects.bulk_create(items)
    Batch.objects.filter(pk=batch.pk).update(groups=groups)
    batch.groups = groups


@transaction.atomic
def set_due(actor: Any, batch: Batch, *, due_at: datetime) -> Batch:
    """Until when scores are taken, before invitations go out."""
    if reason := policies.organises(actor, batch):
        raise Refused(reason)
    if batch.status not in (BatchStatus.DRAFT, BatchStatus.DRAWN):
        raise Refused(_("Invitations are out: extend the time instead."))
    if due_at <= clock.now():
        raise Refused(_("The day by which scores are due has passed."))
    Batch.objects.filter(pk=batch.pk).update(due_at=due_at)
    ledger.record("reviews.batch.due", batch, actor, before={"due_at": batch.due_at}, after={"due_at": due_at})
    batch.refresh_from_db()
    return batch


@transaction.atomic
def extend_due(actor: Any, batch: Batch, *, due_at: datetime, why: str) -> Batch:
    """More time for everybody, with the reason; never less."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    if reason := policies.organises(actor, row):
        raise Refused(reason)
    if row.status not in (BatchStatus.INVITING, BatchStatus.SCORING):
        raise Refused(_("The review does not run."))
    if row.due_at and due_at <= row.due_at:
        raise Refused(_("The time can only be extended."))
    if not why.strip():
        raise Refused(_("A reason is needed."))
    Batch.objects.filter(pk=row.pk).update(due_at=due_at)
    Assignment.objects.filter(batch=row, status__in=["INVITED", "ACCEPTED"]).update(due_at=due_at)
    deadlines.set("reviews.due", row, due_at)
    ledger.record("reviews.batch.extend", row, actor, why=why, before={"due_at": row.due_at}, after={"due_at": due_at})
    row.refresh_from_db()
    return row


def figures_of(batch: Batch) -> dict[int, scores.Figures]:
    """item id -> its figures from the submitted sheets."""
    rules = scores.Rules.load(batch.rules)
    tie = scores.tie_code(batch.sheet)
    sheets: dict[int, list[scores.Sheet]] = {}
    for score in queries.sheets_of(batch):
        sheets.setdefault(score.assignment.item_id, []).append(scores.Sheet(
            score.total, Decimal(str(score.values.get(tie) or 0)), tuple(score.knockout)))
    return {item.pk: scores.aggregate(sheets.get(item.pk, []), rules) for item in batch.items.all()}


def write_figures(batch: Batch) -> dict[int, scores.Figures]:
    found = figures_of(batch)
    for pk, one in found.items():
        BatchItem.objects.filter(pk=pk).update(
            count=one.count, mean=one.mean, tie=one.tie, spread=one.spread, flag=one.flag, knockouts=one.knockouts)
    return found


def sheets_digest(batch: Batch) -> str:
    """SHA-256 over every submitted sheet: what the ranking rests on."""
    return draws.sha256([[score.assignment.alias, score.assignment.item_id, score.sha256] for score in queries.sheets_of(batch)])


@transaction.atomic
def close_batch(actor: Any, batch: Batch) -> Batch:
    """INVITING or SCORING -> CLOSED: figures are worked out, sheets that are missing stay missing, the applications go
    to REVIEWED, and a hash over all sheets says what the figures rest on. The batch is held first: a sheet that is being submitted
    comes before the close and counts, or after it and is refused."""
    held = hold(Batch, batch.pk)
    if reasons := BATCH.why_not("close", actor, held):
        raise Refused(reasons)
    digest = sheets_digest(held)
    Batch.objects.filter(pk=batch.pk).update(closed_sha256=digest, closed_at=clock.now())
    row = BATCH.move("close", actor, held, data={"sha256": digest})
    write_figures(row)
    for item in row.items.select_related("application__guide__special__plan").filter(withdrawn=False):
        if item.application.status == Status.IN_REVIEW:
            applications.close_review(actor, item.application)
    deadlines.cancel("reviews.due", row)
    row.refresh_from_db()
    _order_analysis(actor, row)
    return row


def _order_analysis(actor: Any, batch: Batch) -> None:
    """Figures beside the official order take seconds: a worker makes them after the act."""
    jobs.start("reviews.analysis", actor, {"batch": batch.pk}, _("What the ranking is worth: %(ref)s") % {"ref": batch.ref})


def reopen_batch(actor: Any, batch: Batch, *, why: str) -> Batch:
    """CLOSED -> SCORING, with the reason."""
    return BATCH.move("reopen", actor, batch, why=why, reason=why)


def problems_of(batch: Batch) -> list[str]:
    """What differs between a closed batch and its raw sheets worked out again, and between both and the record; [] = nothing."""
    said, found = queries.digests_on_record(batch), _changed_sheets(batch)
    if batch.closed_sha256 != sheets_digest(batch):
        found.append(_("The sheets are not those that were closed."))
    if said["close"] not in ("", batch.closed_sha256):
        found.append(_("The hash of the close is not the one on record."))
    figures = figures_of(batch)
    items = list(batch.items.select_related("application"))
    for item in items:
        one = figures[item.pk]
        if (item.count, item.mean, item.tie) != (one.count, one.mean, one.tie):
            found.append(_("The figures of %(ref)s do not agree with its sheets.") % {"ref": item.application.ref})
    if batch.status == BatchStatus.RANKED and said["rank"] not in ("", _order_digest(items)):
        found.append(_("The ranking is not the one on record."))
    return found


def _changed_sheets(batch: Batch) -> list[str]:
    """Submitted sheets whose content, hash or place in the record do not agree, those of seats made void too."""
    found, on_record = [], queries.sheet_digests_on_record(batch)
    for score in queries.all_sheets_of(batch):
        seat = score.assignment
        sheet = {"values": score.values, "comment": score.comments, "recommendation": score.recommendation, "knockouts": score.knockout}
        sheet |= {"notes": score.notes} if score.notes else {}
        told = {"who": seat.alias, "ref": seat.item.application.ref}
        if sealed.sheet_sha256(seat.uid, batch.ref, sheet, score.total, score.submitted_at) != score.sha256:
            found.append(_("The sheet of %(who)s on %(ref)s is not what was submitted.") % told)
        elif on_record.pop(seat.pk, "") != score.sha256:
            found.append(_("The sheet of %(who)s on %(ref)s is not the one on record.") % told)
        else:
            continue
        on_record.pop(seat.pk, "")
    if on_record:
        found.append(_("%(count)d sheets on record are gone.") % {"count": len(on_record)})
    return found


def _order_digest(items: Iterable[BatchItem]) -> str:
    return sealed.order_sha256((item.pk, item.rank, item.outcome, item.amount) for item in items)


def gaps_before_rank(batch: Batch) -> list[str]:
    """The reports of visits and audits that are still missing."""
    return filed.inspection_gaps([item.application for item in queries.under_review(batch) if item.application.status in STANDING and not item.withdrawn])


def problems_before_rank(batch: Batch) -> list[str]:
    return problems_of(batch) + gaps_before_rank(batch)


def order_audits(actor: Any, batch: Batch) -> int:
    """A special audit for every application of the closed batch that the guide wants audited and has none; how many."""
    return applications.order_audits(actor, queries.audits_wanted(batch))


@transaction.atomic
def rank_batch(actor: Any, batch: Batch) -> Batch:
    """CLOSED -> RANKED by the division: everything is worked out again from the raw sheets first; rank and outcome are
    written within number and money of the guide, and the applications go to RANKED (clauses R5, A2)."""
    row = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("guide__special__plan").get(pk=batch.pk)
    problems = problems_before_rank(row)
    if reasons := BATCH.why_not("rank", actor, row, problems=problems):
        raise Refused(reasons)
    items = list(queries.under_review(row))
    figures = figures_of(row)
    for item in items:
        item.amount = filed.allowed_amount(item.application)
    out = {i.pk for i in items if figures[i.pk].knocked_out or filed.failed_inspection(i.application)}
    places = ranking.rank(
        [ranking.Row(i.pk, i.mean, i.tie, i.amount, i.pk in out, i.withdrawn) for i in items],
        quota=row.guide.max_projects or 0, money=row.guide.budget_control, pass_mark=Decimal(row.rules["pass_mark"]),
        propose_mark=Decimal(row.rules["propose_mark"]),
    )
    amounts = {item.pk: item.amount for item in items}
    for place in places:
        BatchItem.objects.filter(pk=place.key).update(
            rank=place.rank, outcome=place.outcome, recommended=place.outcome == "PROPOSE", amount=amounts[place.key])
    Batch.objects.filter(pk=row.pk).update(ranked_at=clock.now())
    moved = BATCH.move("rank", actor, row, problems=problems, data={"sha256": _order_digest(row.items.all())})
    ranked = {place.key for place in places if place.rank is not None}
    for item in items:
        if item.pk in ranked and item.application.status in STANDING:
            applications.rank(actor, item.application)
    moved.refresh_from_db()
    _order_analysis(actor, moved)
    return moved


def remind(actor: Any, batch: Batch, *, days: int | None = None) -> int:
    """Tell experts whose sheets are missing; `days` before the time ends names the round, so each is told once."""
    if not actor.is_system and (reason := policies.organises(actor, batch)):
        raise Refused(reason)
    rows = Assignment.objects.filter(batch=batch, status=AssignmentStatus.ACCEPTED).select_related("expert__person")
    people = {row.expert.person for row in rows}
    if not people:
        return 0
    mark = f"{days}d" if days is not None else f"{clock.now():%Y%m%d%H}"
    notices.tell(
        people, "reviews.remind", lambda: _("Review scores are due on %(at)s") % {"at": f"{clock.local(batch.due_at):%Y-%m-%d %H:%M}"},
        batch.name, "/review/", dedupe=f"review-remind:{batch.pk}:{mark}",
    )
    rows.update(reminded_at=clock.now())
    return len(people)


answer_due = queries.answer_due


def tell_due(actor: Any, batch: Batch) -> None:
    """The time for scores is over: whoever made the batch hears what is missing."""
    missing = Assignment.objects.filter(batch=batch, status__in=["INVITED", "ACCEPTED"]).count()
    notices.tell([batch.created_by], "reviews.due", lambda: _("The time for scores is over: %(ref)s") % {"ref": batch.ref},
                 lambda: _("%(count)d sheets are missing.") % {"count": missing}, f"/desk/reviews/{batch.ref}/",
                 dedupe=f"review-due:{batch.pk}:{batch.due_at:%Y%m%d%H%M}")
