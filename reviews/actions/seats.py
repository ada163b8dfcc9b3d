"""Verbs of seats: invite, declare conflicts and accept, decline, call the next alternate, make void."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.policies import Actor, system
from applications.models import Application
from core import clock, deadlines, ledger
from core.workflow import Refused
from notices import actions as notices
from reviews import policies, queries
from reviews.actions.batches import answer_due
from reviews.actions.meetings import join_meetings, strike_out
from reviews.models import Assignment, Batch, BatchItem, Declaration, Expert, Recusal
from reviews.rules import draw as rules
from reviews.states import DECLARABLE, SEATED, AssignmentStatus, BatchStatus, DeclineReason, FoundBy
from reviews.workflow import ASSIGNMENT, BATCH

PLEDGE = "我承诺对评审内容和评审过程保密，独立、客观、公正评审；除已声明的情形外，与各申报单位、项目负责人及团队成员不存在应当回避的关系。"


@transaction.atomic
def invite(actor: Any, batch: Batch) -> Batch:
    """DRAWN -> INVITING: every seated expert is invited; alternates stay unknown to everybody until they are needed."""
    row = BATCH.move("invite", actor, batch)
    Batch.objects.filter(pk=row.pk).update(invited_at=clock.now())
    row.refresh_from_db()
    seats = list(Assignment.objects.filter(batch=row, is_alternate=False, status=AssignmentStatus.DRAWN))
    for seat in seats:
        _invite_one(actor, seat, row)
    _tell(row, {seat.expert_id for seat in seats})
    deadlines.set("reviews.answers", row, answer_due(row))
    deadlines.set("reviews.due", row, row.due_at)
    return row


def _invite_one(actor: Any, seat: Assignment, batch: Batch) -> None:
    ASSIGNMENT.move("invite", actor, seat)
    Assignment.objects.filter(pk=seat.pk).update(invited_at=clock.now(), due_at=batch.due_at)


def _tell(batch: Batch, experts: Iterable[int], call: int = 0) -> None:
    """Once per expert and call: who is called again as an alternate is told again. The link is his own (queries.link_of)."""
    rows = Assignment.objects.filter(batch=batch, expert__in=list(experts), status=AssignmentStatus.INVITED).select_related("expert__person")
    first = {seat.expert_id: seat for seat in rows.order_by("expert", "-pk")}
    if call:
        first = {seat.expert_id: seat for seat in rows.filter(pk=call)}
    for seat in first.values():
        notices.tell(
            [seat.expert.person], "reviews.invite", lambda: _("You are invited to review: %(name)s") % {"name": batch.name},
            lambda seat=seat: _("Answer by %(answer)s, in one step from this link; scores are due on %(at)s.") % {
                "answer": f"{clock.local(answer_due(batch, seat.invited_at)):%Y-%m-%d %H:%M}", "at": f"{clock.local(batch.due_at):%Y-%m-%d %H:%M}"},
            queries.link_of(seat), dedupe=f"review-invite:{batch.pk}:{call}", statutory=True,
        )


def remind_invited(batches: Iterable[Batch], hours: Iterable[int]) -> int:
    """Who has not answered is reminded once for each of the hours before the end (parameter review.invite_reminders)."""
    told, marks, now = 0, sorted(int(hour) for hour in hours), clock.now()
    for seat, due in queries.waiting_invitations(batches):
        near = [mark for mark in marks if timedelta(0) < due - now <= timedelta(hours=mark)]
        if not near:
            continue
        told += notices.tell(
            [seat.expert.person], "reviews.invite_remind", lambda seat=seat: _("Please answer the invitation: %(name)s") % {"name": seat.batch.name},
            lambda due=due: _("Without an answer by %(at)s the next expert is invited.") % {"at": f"{clock.local(due):%Y-%m-%d %H:%M}"},
            queries.link_of(seat), dedupe=f"invite-remind:{seat.pk}:{near[0]}")
    return told


def _held(*batches: int) -> None:
    """Whoever moves a seat that others wait for holds its batch first, and several in one order: two experts who decline the same
    application in the same moment would otherwise each hold what the other waits for."""
    list(Batch.objects.select_for_update(no_key=True).filter(pk__in=batches).order_by("pk").values_list("pk", flat=True))


def _own(actor: Any, batch: Batch, status: str) -> list[Assignment]:
    _held(batch.pk)
    rows = policies.tasks_of(actor).filter(batch=batch, status=status)
    return list(rows.select_for_update(no_key=True, of=("self",)))


@transaction.atomic
def declare_and_accept(actor: Any, batch: Batch, *, conflicts: Mapping[str, tuple[str, str]] | None = None) -> list[Assignment]:
    """Declare conflicts for the whole batch ({application ref: (code, note)}), then accept everything else. For each
    declared conflict a recusal is written and the next alternate is called (rules RC2, RC3, RC5, RC6)."""
    conflicts = dict(conflicts or {})
    seats = _own(actor, batch, AssignmentStatus.INVITED)
    if not seats:
        raise Refused(_("You have no open invitation in this batch."))
    if wrong := [ref for ref, (code, _note) in conflicts.items() if code not in DECLARABLE]:
        raise Refused(_("Choose the kind of conflict: %(refs)s.") % {"refs": "、".join(wrong)})
    expert = seats[0].expert
    if reasons := queries.why_not_drawn(expert):
        raise Refused(_("You are not drawn as an expert now: %(why)s.") % {"why": "；".join(reasons)})
    barred = check_again(batch, [expert], [seat.item.application_id for seat in seats])
    Declaration.objects.create(
        batch=batch, expert=expert, text=PLEDGE, applications=[seat.item.application.ref for seat in seats],
        conflicts=[{"application": ref, "code": c, "note": n} for ref, (c, n) in conflicts.items()])
    accepted = []
    for seat in seats:
        found = conflicts.get(seat.item.application.ref)
        if found is None and (seat.item.application_id, expert.pk) in barred:
            _decline_one(actor, seat, DeclineReason.CONFLICT, "")
            continue
        if found is None:
            accepted.append(ASSIGNMENT.move("accept", actor, seat))
            continue
        recuse(actor, seat, found[0], FoundBy.DECLARED, found[1])
        _decline_one(actor, seat, DeclineReason.CONFLICT, found[1])
    Assignment.objects.filter(pk__in=[seat.pk for seat in accepted]).update(answered_at=clock.now())
    join_meetings(batch)
    return accepted


@transaction.atomic
def decline(actor: Any, batch: Batch, *, reason_code: str, note: str = "") -> int:
    """Decline everything of a batch; alternates are called in the order of the draw."""
    seats = _own(actor, batch, AssignmentStatus.INVITED)
    if not seats:
        raise Refused(_("You have no open invitation in this batch."))
    for seat in seats:
        _decline_one(actor, seat, reason_code, note)
    return len(seats)


@transaction.atomic
def decline_by_link(token: str, *, reason_code: str, note: str = "") -> int:
    """Decline from the link of the mail, which carries this right alone. The batch is held: the link answers once."""
    _held(queries.seat_of_link(token).batch_id)
    seat = queries.seat_of_link(token)
    count = decline(Actor.of(seat.expert.person), seat.batch, reason_code=reason_code, note=note)
    ledger.record("reviews.assignment.link", seat, system("link"), seats=count)
    return count


def _decline_one(actor: Any, seat: Assignment, reason_code: str, note: str) -> None:
    if reasons := ASSIGNMENT.why_not("decline", actor, seat, reason_code=reason_code):
        raise Refused(reasons)
    Assignment.objects.filter(pk=seat.pk).update(decline_reason=reason_code, decline_note=note[:300], answered_at=clock.now())
    ASSIGNMENT.move("decline", actor, seat, why=note, reason_code=reason_code, data={"reason": reason_code})
    call_alternate(seat)


def recuse(actor: Any, seat: Assignment, code: str, found_by: str, note: str) -> None:
    Recusal.objects.get_or_create(
        batch=seat.batch, application=seat.item.application, expert=seat.expert, code=code, found_by=found_by,
        defaults={"note": note[:500], "by": actor.person},
    )
    ledger.record("reviews.assignment.recuse", seat, actor, why=note, code=code, found_by=found_by)


def check_again(batch: Batch, experts: list[Expert], applications: list[int]) -> set[tuple[int, int]]:
    """Ask the rules once more before somebody takes a seat: employers, filings and relations change after a draw. What is new is
    written; returns the barred pairs. How often one was drawn (RC10) is a question of the draw, not of an invitation."""
    graph = queries.recusal_graph(batch, experts, applications)
    found = {pair: [one for one in findings if one.code != "RC10"] for pair, findings in graph.items()}
    for (application, expert), findings in found.items():
        for one in findings:
            Recusal.objects.get_or_create(batch=batch, application_id=application, expert_id=expert, code=one.code, found_by=FoundBy.AUTO,
                                          defaults={"note": one.about, "evidence": dict(one.evidence)})
    barred = {pair for pair, findings in found.items() if findings}
    if barred:
        # The expert's own act would tell who sits in the batch to those who read aliases only.
        ledger.record("reviews.batch.recusals", batch, system("recusal"), found=len(barred))
    return barred


def release_invitations(expert: Expert, why: str) -> int:
    """An expert who may not review any more gives his unanswered invitations to the next alternates; whoever has accepted stays with
    the organiser, who is told."""
    waiting = Assignment.objects.filter(expert=expert, status=AssignmentStatus.INVITED)
    _held(*waiting.order_by().values_list("batch", flat=True))
    rows = list(waiting.select_related("batch", "item__application", "expert"))
    for seat in rows:
        _decline_one(system("pool"), seat, DeclineReason.OTHER, why)
    _tell_organisers(expert)
    return len(rows)


def _tell_organisers(expert: Expert) -> None:
    """By alias: the organiser decides whether what has been taken on or submitted still counts."""
    kept = Assignment.objects.filter(expert=expert, status__in=[AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED])
    running = kept.filter(batch__status__in=[BatchStatus.INVITING, BatchStatus.SCORING, BatchStatus.CLOSED])
    for seat in running.select_related("batch__created_by").order_by("batch_id", "pk").distinct("batch_id"):
        notices.tell(
            [seat.batch.created_by], "reviews.expert_gone", lambda seat=seat: _("An expert of %(ref)s is drawn no more: %(who)s") % {
                "ref": seat.batch.ref, "who": seat.alias},
            lambda: _("Decide whether the sheets of this expert still count, or make the seats void."), f"/desk/reviews/{seat.batch.ref}/seats/",
            dedupe=f"expert-gone:{seat.batch_id}:{expert.pk}:{clock.today()}")


@transaction.atomic
def call_alternate(seat: Assignment) -> Assignment | None:
    """Invite the next alternate who keeps the rules of the panel (employers, constituencies, recusals); who is passed
    over, and for which rule, is recorded. None left: the organiser hears of it."""
    _held(seat.batch_id)
    if not Batch.objects.filter(pk=seat.batch_id, status__in=[BatchStatus.INVITING, BatchStatus.SCORING]).exists():
        return None  # an invitation that nobody answered before the close is declined afterwards: nobody is called any more
    batch, clerk = seat.batch, system("draw")
    found, passed = next_in_line(batch, seat.item)
    ledger.record("reviews.assignment.replace", seat, clerk, passed=passed, called=found.alias if found else "")
    if found is None:
        notices.tell([batch.created_by], "reviews.no_alternate", lambda: _("No alternate is left for an application of %(batch)s") % {
            "batch": batch.ref}, link=f"/desk/reviews/{batch.ref}/", dedupe=f"no-alternate:{seat.pk}")
        return None
    Assignment.objects.filter(pk=found.pk).update(replaces=seat)
    call(batch, found)
    return found


def next_in_line(batch: Batch, item: BatchItem, *, extra: bool = False) -> tuple[Assignment | None, list[list[str]]]:
    """The next alternate of an application who may be drawn today, and [alias, rule] of those passed over; the rows are held. `extra`:
    for a panel that is one larger."""
    rows = list(Assignment.objects.select_for_update(of=("self",)).filter(item=item).select_related("expert__person").order_by("order"))
    experts = {str(row.expert_id): row for row in rows}
    employers = queries.current_employers([row.expert for row in rows])
    facts = {code: {"constituency": row.expert.constituency, "employers": sorted(employers.get(row.expert_id, ()))}
             for code, row in experts.items()}
    members = [str(row.expert_id) for row in rows if row.status in SEATED]
    size = max(batch.panel_size, len(members)) + 1 if extra else batch.panel_size
    panel = rules.Rules(facts, size, {"INDUSTRY": batch.industry_min} if batch.industry_min else {})
    waiting = [str(row.expert_id) for row in rows if row.is_alternate and row.status == AssignmentStatus.DRAWN]
    drawable = set(queries.drawable().filter(pk__in=[int(code) for code in waiting]).values_list("pk", flat=True))
    if waiting:
        check_again(batch, [experts[code].expert for code in waiting], [item.application_id])
    barred = {str(pk) for pk in Recusal.objects.filter(batch=batch, application=item.application_id).values_list("expert", flat=True)}
    barred |= {code for code in waiting if int(code) not in drawable}
    code, passed = rules.next_alternate(waiting, members, panel, barred)
    return experts[code] if code else None, [[experts[one].alias, why] for one, why in passed]


def call(batch: Batch, found: Assignment) -> None:
    """An alternate is invited and told, and the clock looks for the answer."""
    _invite_one(system("draw"), found, batch)
    _tell(batch, [found.expert_id], found.pk)
    deadlines.set("reviews.answers", batch, answer_due(batch, queries.first_invitation(batch)))


@transaction.atomic
def expire_invitations(actor: Any, batch: Batch) -> int:
    """Invitations without an answer in time are declined by the clock and their alternates called. The time of each
    runs from its own invitation (review.answer_days), so an alternate called late keeps the whole of it."""
    _held(batch.pk)
    waiting = Assignment.objects.filter(batch=batch, status=AssignmentStatus.INVITED)
    rows = [seat for seat in waiting.select_related("batch", "item__application", "expert")
            if answer_due(batch, seat.invited_at) <= clock.now()]
    for seat in rows:
        _decline_one(actor, seat, DeclineReason.NO_ANSWER, "")
    return len(rows)


@transaction.atomic
def drop_application(actor: Any, application: Application, *, why: str) -> int:
    """An application that was withdrawn or ended leaves every review without a ranking: it takes no place and no money, its seats are
    void and nobody is called for them. Sheets of a closed review stay as they were closed."""
    items = BatchItem.objects.filter(application=application, withdrawn=False).exclude(batch__status=BatchStatus.RANKED).order_by()
    _held(*items.values_list("batch", flat=True))
    rows = list(items.select_related("batch"))
    for item in rows:
        BatchItem.objects.filter(pk=item.pk).update(withdrawn=True)
        ledger.record("reviews.batch.drop", item.batch, actor, why=why, application=application.ref)
        strike_out(actor, item, why=why)
        if item.batch.status != BatchStatus.CLOSED:
            for seat in Assignment.objects.filter(item=item, status__in=[AssignmentStatus.DRAWN, *SEATED]).select_related("batch", "expert"):
                ASSIGNMENT.move("void", actor, seat, why=why, reason=why)
    return len(rows)


@transaction.atomic
def begin(actor: Any, batch: Batch) -> Batch:
    """INVITING -> SCORING when everybody has answered."""
    return BATCH.move("begin", actor, batch)


@transaction.atomic
def report_conflict(actor: Any, seat: Assignment, *, code: str, note: str) -> Assignment:
    """A conflict seen late: the sheet stays readable for the auditor and no longer counts. Once the batch is closed the expert
    only reports it, and the organiser decides whether the sheet is void; a fixed ranking stands."""
    if code not in DECLARABLE:
        raise Refused(_("Choose the kind of conflict."))
    batch = Batch.objects.select_for_update(no_key=True).get(pk=seat.batch_id)
    if batch.status in (BatchStatus.CLOSED, BatchStatus.RANKED):
        return _report_after_close(actor, seat, batch, code, note)
    moved = ASSIGNMENT.move("void", actor, seat, why=note, reason=note)
    recuse(actor, moved, code, FoundBy.LATE, note)
    if moved.batch.status in (BatchStatus.INVITING, BatchStatus.SCORING):
        call_alternate(moved)
    return moved


def _report_after_close(actor: Any, seat: Assignment, batch: Batch, code: str, note: str) -> Assignment:
    if reason := policies.voids(actor, seat):
        raise Refused([reason])
    if not note.strip():
        raise Refused([_("A reason is needed.")])
    recuse(actor, seat, code, FoundBy.LATE, note)
    notices.tell(
        [batch.created_by], "reviews.late_conflict", lambda: _("A conflict of interest was reported after the close: %(ref)s") % {"ref": batch.ref},
        lambda: _("%(application)s. Decide whether the sheet is void before the ranking; supervision reads the record.") % {
            "application": seat.item.application.ref},
        f"/desk/reviews/{batch.ref}/seats/", dedupe=f"late-conflict:{seat.pk}:{code}")
    return seat


@transaction.atomic
def void(actor: Any, seat: Assignment, *, why: str) -> Assignment:
    """Make a seat void, with the reason; the next alternate is called while the review runs."""
    _held(seat.batch_id)
    moved = ASSIGNMENT.move("void", actor, seat, why=why, reason=why)
    if moved.batch.status in (BatchStatus.INVITING, BatchStatus.SCORING):
        call_alternate(moved)
    return moved
