"""The tables of moves: batch, draw, assignment, expert."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.workflow import Machine, Step
from reviews import policies
from reviews.models import AgendaItem, Assignment, Ballot, Batch, BatchItem, Declaration, Draw, Meeting, Plan
from reviews.rules import meetings
from reviews.states import (
    AgendaStatus,
    AssignmentStatus,
    BatchStatus,
    CandidacyStatus,
    DeclineReason,
    DrawStatus,
    ExpertStatus,
    FeeStatus,
    ImportStatus,
    LineDrawStatus,
    MeetingStatus,
    PlanStatus,
)

M, G = MeetingStatus, AgendaStatus

A, B, D, E, P = AssignmentStatus, BatchStatus, DrawStatus, ExpertStatus, PlanStatus


# --- batch -------------------------------------------------------------------------------------------------------


def has_open_draw(batch: Batch, **given: Any) -> str | None:
    if Draw.objects.filter(batch=batch, status=D.OPENED).exists() or Plan.objects.filter(batch=batch, status=P.APPLIED).exists():
        return None
    return _("Open the draw of the experts first.")


def has_due(batch: Batch, **given: Any) -> str | None:
    if batch.due_at is None:
        return _("Set the day by which scores are due.")
    return None if batch.due_at > clock.now() else _("The day by which scores are due has passed.")


def all_answered(batch: Batch, **given: Any) -> str | None:
    waiting = Assignment.objects.filter(batch=batch, status=A.INVITED).count()
    if waiting:
        return _("%(count)d invitations are not answered yet.") % {"count": waiting}
    return None


def sheets_in_or_due(batch: Batch, **given: Any) -> str | None:
    """Before the due time a batch closes only when every sheet is in; after it, whatever is missing stays missing."""
    if batch.due_at is not None and clock.now() >= batch.due_at:
        return None
    open_sheets = Assignment.objects.filter(batch=batch, status__in=[A.INVITED, A.ACCEPTED]).count()
    if open_sheets:
        return _("%(count)d sheets are missing and the time is not over.") % {"count": open_sheets}
    return None


def every_item_scored(batch: Batch, **given: Any) -> str | None:
    """At least three valid sheets per application: the smallest panel the regulations know."""
    counts = _sheets_per_item(batch)
    thin = [ref for ref, count in counts.items() if count < int(batch.rules["least_sheets"])]
    if not thin:
        return None
    return _("%(count)d applications have fewer than %(least)s valid sheets: %(refs)s. Extend the time or call alternates.") % {
        "count": len(thin), "least": batch.rules["least_sheets"],
        "refs": "、".join(thin[:5]) + (_(" and others") if len(thin) > 5 else ""),
    }


def _sheets_per_item(batch: Batch) -> dict[str, int]:
    counts = dict.fromkeys(batch.items.filter(withdrawn=False).values_list("application__ref", flat=True), 0)
    for ref in Assignment.objects.filter(batch=batch, status=A.SUBMITTED, item__withdrawn=False).values_list(
        "item__application__ref", flat=True
    ):
        counts[ref] += 1
    return counts


def with_why(obj: Any, *, reason: str = "", **given: Any) -> str | None:
    return None if reason.strip() else _("A reason is needed.")


def figures_agree(batch: Batch, *, problems: Any = None, **given: Any) -> list[str]:
    """The acting verb recomputes everything from the raw sheets and hands over what differs; without it: no."""
    return [_("The figures have not been recomputed.")] if problems is None else [str(one) for one in problems]


BATCH = Machine(
    "reviews.batch",
    (
        Step("draw", {B.DRAFT}, B.DRAWN, policies.draws, (has_open_draw,), gettext_lazy("Open the draw")),
        Step("redraw", {B.DRAWN}, B.DRAFT, policies.draws, (with_why,), gettext_lazy("Annul the draw"), danger=True),
        Step("invite", {B.DRAWN}, B.INVITING, policies.organises, (has_due,), gettext_lazy("Send invitations")),
        Step("begin", {B.INVITING}, B.SCORING, policies.organises, (all_answered,), gettext_lazy("Begin scoring")),
        Step("close", {B.INVITING, B.SCORING}, B.CLOSED, policies.organises, (sheets_in_or_due, every_item_scored),
             gettext_lazy("Close the review"), danger=True),
        Step("reopen", {B.CLOSED}, B.SCORING, policies.organises, (with_why,), gettext_lazy("Take scores again")),
        Step("rank", {B.CLOSED}, B.RANKED, policies.ranks, (figures_agree,), gettext_lazy("Fix the ranking"),
             danger=True),
    ),
    "reviews.Batch",
    B,
)


# --- draw --------------------------------------------------------------------------------------------------------


def draws_for(actor: Any, draw: Draw) -> str | None:
    return policies.draws(actor, draw.batch)


def after_commitment(draw: Draw, *, value: str = "", at: Any = None, **given: Any) -> str | None:
    """The value must be younger than the commitment, or whoever knows the secret could have chosen it."""
    if not value.strip():
        return _("Enter the public value.")
    if at is None or at <= draw.committed_at:
        return _("The public value must have been published after the commitment of %(at)s.") % {
            "at": f"{clock.local(draw.committed_at):%Y-%m-%d %H:%M:%S}"
        }
    return None if at <= clock.now() else _("The time of the public value lies in the future.")


DRAW = Machine(
    "reviews.draw",
    (
        Step("enter", {D.COMMITTED}, D.DRAWN, draws_for, (after_commitment,), gettext_lazy("Draw")),
        Step("open", {D.DRAWN}, D.OPENED, draws_for, (), gettext_lazy("Open the sealed result")),
        Step("cancel", {D.COMMITTED, D.DRAWN, D.OPENED}, D.CANCELLED, draws_for, (with_why,),
             gettext_lazy("Annul the draw"), danger=True),
    ),
    "reviews.Draw",
    D,
)


# --- assignment --------------------------------------------------------------------------------------------------


def takes_scores(assignment: Assignment, **given: Any) -> str | None:
    if assignment.batch.status in (B.INVITING, B.SCORING):
        return None
    return _("The review is closed; scores are no longer taken.")


def before_due(assignment: Assignment, **given: Any) -> str | None:
    """By the database clock, in the submitting transaction. The organiser may extend the time for everybody."""
    due = assignment.due_at
    if due is None or clock.now() < due:
        return None
    return _("The time for scores ended on %(at)s. Ask the organiser to extend it.") % {"at": f"{clock_text(due)}"}


def clock_text(moment: Any) -> str:
    from django.utils import timezone  # noqa: PLC0415 (one use)

    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def declared(assignment: Assignment, **given: Any) -> str | None:
    """Conflicts are declared for the whole batch before any application opens (recusal rules RC1 to RC6)."""
    ref = BatchItem.objects.values_list("application__ref", flat=True).get(pk=assignment.item_id)  # the ref alone, not the texts
    if Declaration.objects.filter(batch=assignment.batch_id, expert=assignment.expert_id, applications__contains=[ref]).exists():
        return None
    return _("Declare conflicts of interest for the whole batch first.")


def before_ranking(assignment: Assignment, **given: Any) -> str | None:
    """A ranking rests on the sheets it counted; what is learnt afterwards is recorded and dealt with in the decision."""
    if assignment.batch.status != B.RANKED:
        return None
    return _("The ranking is fixed: the sheet stays as it was counted. The conflict is recorded for those who decide.")


def with_decline_reason(assignment: Assignment, *, reason_code: str = "", **given: Any) -> str | None:
    return None if reason_code in DeclineReason.values else _("Choose the reason.")


def sheet_complete(assignment: Assignment, *, errors: Any = None, **given: Any) -> list[str]:
    """The acting verb checks the sheet and hands over what is wrong; without it: no."""
    return [_("The sheet has not been checked.")] if errors is None else [str(one) for one in errors]


ASSIGNMENT = Machine(
    "reviews.assignment",
    (
        Step("invite", {A.DRAWN}, A.INVITED, policies.organises_assignment, (), gettext_lazy("Invite")),
        Step("accept", {A.INVITED}, A.ACCEPTED, policies.is_own, (takes_scores, declared), gettext_lazy("Accept the invitation")),
        Step("decline", {A.INVITED}, A.DECLINED, policies.is_own_or_system, (with_decline_reason,),
             gettext_lazy("Decline")),
        Step("submit", {A.ACCEPTED}, A.SUBMITTED, policies.is_own, (takes_scores, before_due, sheet_complete),
             gettext_lazy("Submit the sheet"), danger=True),
        Step("void", {A.DRAWN, A.INVITED, A.ACCEPTED, A.SUBMITTED}, A.VOID, policies.voids, (with_why, before_ranking),
             gettext_lazy("Make void"), danger=True),
    ),
    "reviews.Assignment",
    A,
)

EXPERT = Machine(
    "reviews.expert",
    (
        Step("pause", {E.ACTIVE}, E.PAUSED, policies.manages_pool, (with_why,), pgettext_lazy("expert", "Pause")),
        Step("resume", {E.PAUSED}, E.ACTIVE, policies.manages_pool, (), pgettext_lazy("expert", "Resume")),
        Step("remove", {E.ACTIVE, E.PAUSED}, E.REMOVED, policies.manages_pool, (with_why,),
             gettext_lazy("Remove from the pool"), danger=True),
    ),
    "reviews.Expert",
    E,
)


# --- on the way into the pool --------------------------------------------------------------------------------------

C, I = CandidacyStatus, ImportStatus


def conditions_met(row: Any, *, unmet: Any = None, reason: str = "", **given: Any) -> list[str]:
    """The acting verb hands over the conditions of the pool that are not met, in words; an exception needs its reason."""
    if unmet is None:
        return [_("The conditions have not been checked.")]
    return [] if not unmet or reason.strip() else [*(str(one) for one in unmet), _("An exception needs a reason.")]


CANDIDACY = Machine(
    "reviews.candidacy",
    (
        Step("submit", {C.ASKED, C.RETURNED}, C.SUBMITTED, policies.is_candidate, (), gettext_lazy("Apply to join")),
        Step("admit", {C.SUBMITTED}, C.ADMITTED, policies.manages_pool, (conditions_met,), pgettext_lazy("candidacy", "Take into the pool")),
        Step("return", {C.SUBMITTED}, C.RETURNED, policies.manages_pool, (with_why,), pgettext_lazy("candidacy", "Send back")),
        Step("refuse", {C.SUBMITTED}, C.REFUSED, policies.manages_pool, (with_why,), pgettext_lazy("candidacy", "Do not take in"), danger=True),
        Step("withdraw", {C.ASKED, C.SUBMITTED, C.RETURNED}, C.WITHDRAWN, policies.withdraws_candidacy, (),
             pgettext_lazy("candidacy", "Withdraw")),
    ),
    "reviews.Candidacy",
    C,
)


def dry_run_made(row: Any, **given: Any) -> str | None:
    return None if row.counts else _("Make a dry run first.")


IMPORT = Machine(
    "reviews.import",
    (
        Step("check", {I.UPLOADED, I.CHECKED}, I.CHECKED, policies.manages_pool, (), gettext_lazy("Make a dry run")),
        Step("apply", {I.CHECKED}, I.APPLIED, policies.manages_pool, (with_why, dry_run_made), gettext_lazy("Take over"), danger=True),
        Step("discard", {I.UPLOADED, I.CHECKED}, I.DISCARDED, policies.manages_pool, (with_why,), gettext_lazy("Discard the table")),
    ),
    "reviews.ExpertImport",
    I,
)


# --- fees ------------------------------------------------------------------------------------------------------------

F = FeeStatus


def accounts_given(row: Any, *, missing: Any = None, **given: Any) -> str | None:
    """The acting verb hands over who has given no account."""
    if missing is None:
        return _("The accounts have not been checked.")
    return _("No account yet: %(names)s") % {"names": "、".join(missing)} if missing else None


def paid_in_turn(row: Any, *, unpaid: Any = None, **given: Any) -> str | None:
    """The acting verb hands over the lists whose amounts were counted as earlier ones of the month."""
    if unpaid is None:
        return _("The other lists of the month have not been looked at.")
    return _("Counted before this one and not paid yet: %(lists)s. Pay them first, or work out the tax again after they went back.") % {
        "lists": "、".join(unpaid)} if unpaid else None


def tax_stands(row: Any, *, outdated: Any = None, **given: Any) -> str | None:
    """The acting verb hands over whether the amounts are still those of the month, beside all that was paid or handed over before."""
    return None if outdated is False else _("The tax was worked out for another month or beside other amounts: work it out again.")


FEES = Machine(
    "reviews.fees",
    (
        Step("confirm", {F.DRAFT}, F.CONFIRMED, policies.organises_fees, (accounts_given,), gettext_lazy("Hand to finance")),
        Step("reopen", {F.CONFIRMED}, F.DRAFT, policies.is_finance, (with_why,), gettext_lazy("Back to the organiser")),
        Step("reckon", {F.CONFIRMED}, F.CONFIRMED, policies.is_finance, (), gettext_lazy("Work out the tax for this month")),
        Step("pay", {F.CONFIRMED}, F.PAID, policies.is_finance, (tax_stands, paid_in_turn), gettext_lazy("Paid out"), danger=True),
    ),
    "reviews.FeeList",
    F,
)


# --- meetings ----------------------------------------------------------------------------------------------------


def has_members_and_points(meeting: Meeting, **given: Any) -> list[str]:
    found = []
    if meeting.attendees.count() < int(meeting.rules["secret_least"]):
        found.append(_("A meeting needs at least %(least)s experts who have accepted.") % {"least": meeting.rules["secret_least"]})
    if not meeting.agenda.exists():
        found.append(_("The agenda has no point."))
    return found


def still_ahead(meeting: Meeting, **given: Any) -> str | None:
    return None if meeting.starts_at > clock.now() else _("The time of the meeting has passed.")


def quorum_present(meeting: Meeting, **given: Any) -> str | None:
    need = meetings.quorum(meeting.attendees.count(), Decimal(meeting.rules["quorum_share"]))
    there = meeting.attendees.filter(present=True).count()
    return None if there >= need else _("%(there)d experts are present, %(need)d are needed.") % {"there": there, "need": need}


def nothing_open(meeting: Meeting, **given: Any) -> str | None:
    left = meeting.agenda.exclude(status__in=[G.DECIDED, G.SKIPPED]).count()
    if left:
        return _("%(count)d points of the agenda are still to be dealt with.") % {"count": left}
    return _("A point with equal votes waits for the chair; or deal with it again.") if waits_for_chair(meeting).exists() else None


def waits_for_chair(meeting: Meeting) -> Any:
    """Points whose equal votes the chair may decide and has not yet."""
    return meeting.agenda.filter(status=G.DECIDED, outcome="TIE", item__withdrawn=False)


MEETING = Machine(
    "reviews.meeting",
    (
        Step("call", {M.PLANNED}, M.CALLED, policies.runs, (has_members_and_points, still_ahead), gettext_lazy("Call the meeting")),
        Step("start", {M.CALLED}, M.RUNNING, policies.runs, (quorum_present,), gettext_lazy("Open the meeting")),
        Step("end", {M.RUNNING}, M.ENDED, policies.runs, (nothing_open,), gettext_lazy("End the meeting and make the minutes")),
        Step("cancel", {M.PLANNED, M.CALLED}, M.CANCELLED, policies.runs, (with_why,), gettext_lazy("Cancel the meeting"), danger=True),
    ),
    "reviews.Meeting",
    M,
)


def in_session(agenda: AgendaItem, **given: Any) -> str | None:
    return None if agenda.meeting.status == M.RUNNING else _("The meeting is not in session.")


def in_session_or_gone(agenda: AgendaItem, **given: Any) -> str | None:
    """What is withdrawn goes from the agenda of every meeting that is not over."""
    gone = agenda.item is not None and agenda.item.withdrawn and agenda.meeting.status not in (M.ENDED, M.CANCELLED)
    return None if gone else in_session(agenda)


def one_at_a_time(agenda: AgendaItem, **given: Any) -> str | None:
    """A page that shows all points has said already whether another is open (`busy`)."""
    busy = agenda.busy if hasattr(agenda, "busy") else AgendaItem.objects.filter(
        meeting=agenda.meeting_id, status__in=[G.OPEN, G.VOTING]).exclude(pk=agenda.pk).exists()
    return _("Another point is being dealt with.") if busy else None


def still_in_review(agenda: AgendaItem, **given: Any) -> str | None:
    return _("The application has been withdrawn.") if agenda.item is not None and agenda.item.withdrawn else None


def chair_is_free(agenda: AgendaItem) -> bool:
    """Present, without a conflict on the point, and has not voted on it: a chair who decides never votes twice."""
    chair = agenda.meeting.chair_id
    return chair is not None and Ballot.objects.filter(agenda=agenda, attendee=chair, attendee__present=True, recused=False, voted=False).exists()


def tie_to_decide(agenda: AgendaItem, *, outcome: str = "", **given: Any) -> str | None:
    """The verb hands over what stood before it wrote its own outcome."""
    if not agenda.meeting.rules.get("chair_tie"):
        return _("The rules of this review give the chair no deciding vote.")
    if agenda.item_id is None or (outcome or agenda.outcome) != "TIE":
        return _("The votes on this point are not equal.")
    return None if chair_is_free(agenda) else _("You have voted on this point already; everybody votes once, the chair too.")


def has_chair(agenda: AgendaItem, **given: Any) -> str | None:
    return None if agenda.item_id is None or agenda.meeting.chair_id else _("The meeting has no chair yet: elect or appoint one.")


def _may_vote(agenda: AgendaItem) -> Any:
    return Ballot.objects.filter(agenda=agenda, recused=False)


def enough_to_vote(agenda: AgendaItem, **given: Any) -> list[str]:
    """Quorum of those who have no conflict on this point, and enough of them that a count tells of nobody."""
    eligible, found = _may_vote(agenda).count(), []
    there, least = _may_vote(agenda).filter(attendee__present=True).count(), int(agenda.meeting.rules["secret_least"])
    need = meetings.quorum(eligible, Decimal(agenda.meeting.rules["quorum_share"]))
    if there < need:
        found.append(_("%(there)d experts without a conflict are present, %(need)d are needed.") % {"there": there, "need": need})
    if there < least:
        found.append(_("A secret vote needs at least %(least)d voters: fewer would tell who voted what.") % {"least": least})
    return found


def enough_voted(agenda: AgendaItem, **given: Any) -> list[str]:
    eligible, votes = _may_vote(agenda).count(), _may_vote(agenda).filter(voted=True).count()
    need = max(meetings.quorum(eligible, Decimal(agenda.meeting.rules["quorum_share"])), int(agenda.meeting.rules["secret_least"]))
    return [] if votes >= need else [_("%(votes)d have voted, %(need)d are needed.") % {"votes": votes, "need": need}]


AGENDA = Machine(
    "reviews.agenda",
    (
        Step("open", {G.WAITING}, G.OPEN, policies.runs_agenda, (in_session, one_at_a_time, has_chair, still_in_review), gettext_lazy("Open the point")),
        Step("vote", {G.OPEN}, G.VOTING, policies.runs_agenda, (in_session, still_in_review, enough_to_vote), gettext_lazy("Open the secret vote")),
        Step("decide", {G.VOTING}, G.DECIDED, policies.runs_agenda, (in_session, enough_voted), gettext_lazy("Close the vote and count")),
        Step("break", {G.DECIDED}, G.DECIDED, policies.chairs, (in_session, tie_to_decide), gettext_lazy("Decide equal votes")),
        Step("again", {G.DECIDED, G.VOTING}, G.OPEN, policies.runs_agenda, (in_session, one_at_a_time, still_in_review, with_why), gettext_lazy("Deal with it again"), danger=True),
        Step("skip", {G.WAITING, G.OPEN, G.VOTING}, G.SKIPPED, policies.leaves_out, (in_session_or_gone, with_why), gettext_lazy("Leave it out")),
    ),
    "reviews.AgendaItem",
    G,
)

LINE_DRAW = Machine(
    "reviews.linedraw",
    (
        Step("enter", {LineDrawStatus.COMMITTED}, LineDrawStatus.DRAWN, draws_for, (after_commitment,), gettext_lazy("Draw")),
    ),
    "reviews.LineDraw",
    LineDrawStatus,
)


# --- plan of an assignment ---------------------------------------------------------------------------------------


def no_draw_under_way(plan: Plan, **given: Any) -> str | None:
    if plan.batch.status != B.DRAFT:
        return _("The experts of this batch are drawn already.")
    if Draw.objects.filter(batch=plan.batch).exclude(status=D.CANCELLED).exists():
        return _("A draw of this batch is under way.")
    return None


def no_chance_demanded(plan: Plan, **given: Any) -> str | None:
    """Where the rules ask for a draw, the best assignment is not a choice (parameter review.draw_ratio, or the guide's own)."""
    ratio = int(plan.batch.rules.get("draw_ratio") or 0)
    if ratio > 1:
        return _("The rules of this guide ask for a draw of 1:%(ratio)d. Run the lottery instead.") % {"ratio": ratio}
    return None if plan.kind == "OPTIMUM" else _("A lottery is committed and drawn, not applied.")


def every_rule_kept(plan: Plan, *, problems: Any = None, **given: Any) -> list[str]:
    """The acting verb looks at every seat again and hands over what is wrong; without it: no."""
    return [_("The seats have not been looked at again.")] if problems is None else [str(one) for one in problems]


def before_invitations(plan: Plan, **given: Any) -> str | None:
    return None if plan.batch.status == B.DRAWN else _("Invitations are out: replace single experts instead.")


PLAN = Machine(
    "reviews.plan",
    (
        Step("ready", {P.RUNNING}, P.READY, policies.works_plan, (), gettext_lazy("Worked out")),
        Step("fail", {P.RUNNING}, P.FAILED, policies.works_plan, (), gettext_lazy("Could not be worked out")),
        Step("apply", {P.READY}, P.APPLIED, policies.works_plan, (no_draw_under_way, no_chance_demanded, every_rule_kept),
             gettext_lazy("Apply the assignment"), danger=True),
        Step("undo", {P.APPLIED}, P.READY, policies.works_plan, (with_why, before_invitations), gettext_lazy("Take the assignment back"),
             danger=True),
        Step("discard", {P.READY, P.RUNNING}, P.DISCARDED, policies.works_plan, (), gettext_lazy("Discard this plan")),
    ),
    "reviews.Plan",
    P,
)
