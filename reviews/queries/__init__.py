"""Reads of the reviews floor. Pages fetch only through `policies.*visible_to` and these."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Employment
from applications.models import Application, TeamMember
from applications.states import Status
from core import clock, crypt
from core.models import LedgerRow
from programs import policies as programme
from programs.models import Guide
from reviews import policies
from reviews.models import Assignment, Batch, BatchItem, Draw, Expert, Recusal, Score
from reviews.queries.finding import _one, _uid
from reviews.queries.invitations import (
    answer_due,
    calendar_of,
    invitation_of,
    link_of,
    own_batch_of_link,
    seat_of_link,
    waiting_invitations,
)
from reviews.queries.meetings import agenda_of, attendee_of, get_meeting, get_point, last_counted, own_meeting, own_point
from reviews.queries.plans import (
    barred_from,
    barred_pairs,
    discipline_names,
    experts_of,
    fields_of,
    get_plan,
    get_plan_of,
    items_of_panel,
    least_served,
    panel_of_each,
    panels_of,
    plan_key,
    plan_of_job,
    plan_seats,
    plan_setting,
    plans_of,
    supply,
)
from reviews.queries.pool import (
    PROFILE,
    candidacies,
    candidacy_for,
    cluster_choices,
    conditions,
    confirm_by,
    confirmed_on,
    day_of,
    desks_left_over,
    discipline_choices,
    drawable,
    employers_now,
    employment_for,
    employments_of,
    expert_to_keep,
    import_for,
    imports,
    last_day_confirmed,
    loads,
    marked,
    measures_of,
    must_confirm_soon,
    names_of,
    own_candidacy,
    own_expert,
    own_expert_or_404,
    pool_words,
    profile_of,
    quality_of,
    recommended_by,
    reviews_of,
    tie_for,
    ties_of,
    unmet,
    why_not_drawn,
    with_confirmation,
)
from reviews.queries.recusals import (
    authors_of,
    employers_of,
    explain,
    items_with_seats,
    late_reports,
    page_of_seat,
    recusals_of,
    seats_of,
    ties_in_force,
)
from reviews.queries.worth import (
    all_sheets_of,
    analysis_of,
    copies_missing,
    digests_on_record,
    get_item,
    line_draw_agrees,
    line_draw_of,
    sheet_digests_on_record,
    sheets_of,
    totals_of,
    waiting_seats,
)
from reviews.rules import draw as draws
from reviews.rules import lottery, recusal, scores
from reviews.states import AssignmentStatus, BatchStatus, DeclineReason, RecusalCode

__all__ = [  # what the modules of this room read; the functions below are public by their names
    "agenda_of", "all_sheets_of", "analysis_of", "attendee_of", "barred_from", "barred_pairs", "copies_missing", "digests_on_record",
    "discipline_names", "experts_of", "fields_of", "get_item", "get_meeting", "get_plan", "get_plan_of", "items_of_panel", "least_served", "panel_of_each", "plan_of_job", "get_point", "last_counted", "line_draw_agrees", "line_draw_of",
    "own_meeting", "own_point", "panels_of", "plan_key", "plan_seats", "plan_setting", "plans_of", "recusals_of", "sheet_digests_on_record",
    "sheets_of", "supply", "totals_of", "waiting_seats",
    "PROFILE", "answer_due", "authors_of", "calendar_of", "invitation_of", "link_of", "own_batch_of_link", "seat_of_link", "waiting_invitations", "employers_of", "explain", "late_reports", "items_with_seats", "page_of_seat", "seats_of", "ties_in_force", "candidacies", "candidacy_for", "cluster_choices", "conditions", "confirm_by", "confirmed_on", "desks_left_over", "discipline_choices", "drawable",
    "employers_now", "employment_for", "employments_of", "import_for", "imports", "loads", "marked", "must_confirm_soon", "names_of", "own_candidacy",
    "own_expert", "own_expert_or_404", "profile_of", "quality_of", "recommended_by", "tie_for", "ties_of", "day_of", "expert_to_keep", "last_day_confirmed", "measures_of", "pool_words", "with_confirmation", "reviews_of", "unmet", "why_not_drawn",
]


def get_for(actor: Any, ref: str) -> Batch:
    return _one(policies.visible_to(actor), ref=ref)


def get_expert(actor: Any, uid: Any) -> Expert:
    return _one(policies.experts_visible_to(actor), uid=_uid(uid))


def get_task(actor: Any, uid: Any) -> Assignment:
    """A seat of the asking expert."""
    return _one(policies.tasks_of(actor), uid=_uid(uid))


def get_seat(actor: Any, uid: Any) -> Assignment:
    """A seat as the organiser sees it."""
    rows = Assignment.objects.select_related("batch__guide__special__plan", "item__application", "expert__person")
    return _one(rows.filter(batch__in=policies.visible_to(actor)), uid=_uid(uid))


def get_draw(actor: Any, uid: Any) -> Draw:
    return _one(Draw.objects.select_related("batch__guide__special__plan", "operator").filter(
        batch__in=policies.visible_to(actor)), uid=_uid(uid))


def get_receipt(uid: Any) -> Draw:
    return _one(policies.receipts(), uid=_uid(uid))


def own_batch(actor: Any, ref: str) -> Batch:
    """A batch in which the asking expert has a seat."""
    mine = policies.tasks_of(actor).values("batch")
    return _one(Batch.objects.select_related("guide__special").filter(pk__in=mine), ref=ref)


# --- the expert's side -------------------------------------------------------------------------------------------


def batches_of(actor: Any) -> list[dict[str, Any]]:
    """Per batch of an expert: how many invited, accepted, submitted, accepted but missed, and until when."""
    rows = policies.tasks_of(actor).order_by().values("batch").annotate(
        invited=Count("pk", filter=Q(status="INVITED")), accepted=Count("pk", filter=Q(status="ACCEPTED")),
        late=Count("pk", filter=missed(clock.now())), submitted=Count("pk", filter=Q(status="SUBMITTED")), total=Count("pk", filter=Q(status__in=["INVITED", "ACCEPTED", "SUBMITTED"])),
    )
    counts = {row["batch"]: row for row in rows}
    batches = Batch.objects.filter(pk__in=counts).select_related("guide").order_by("-pk")
    return [{**counts[batch.pk], "batch": batch} for batch in batches]


def missed(now: datetime) -> Q:
    """Sheets that were taken on and not submitted in time; an extension of the time opens them again."""
    return Q(status="ACCEPTED", due_at__lte=now)


def is_missed(seat: Assignment, now: datetime) -> bool:
    return seat.status == "ACCEPTED" and seat.due_at is not None and seat.due_at <= now


def tasks_in(actor: Any, batch: Batch) -> QuerySet[Assignment]:
    return policies.tasks_of(actor).filter(batch=batch).order_by("item__group", "item__application__ref")


# --- batches -----------------------------------------------------------------------------------------------------


def guides_to_review(actor: Any) -> list[tuple[Guide, int]]:
    """Guides with accepted applications that wait for a batch."""
    waiting = Application.objects.filter(status=Status.ACCEPTED)
    counts = dict(waiting.order_by().values_list("guide").annotate(n=Count("pk")))
    rows = programme.visible_to(actor).filter(pk__in=counts)
    return [(guide, counts[guide.pk]) for guide in rows if policies.may_create(actor, guide) is None]


def waiting_for_review(guide: Guide) -> int:
    return Application.objects.filter(status=Status.ACCEPTED, guide=guide).count()


def items_of(batch: Batch) -> QuerySet[BatchItem]:
    return batch.items.select_related("application__unit", "application__leader", "batch").order_by("rank", "application__ref")


def progress_of(batch: Batch) -> dict[str, int]:
    rows = dict(Assignment.objects.filter(batch=batch).order_by().values_list("status").annotate(n=Count("pk")))
    seated = sum(rows.get(status, 0) for status in ("INVITED", "ACCEPTED", "SUBMITTED"))
    return {"seats": seated, "invited": rows.get("INVITED", 0), "accepted": rows.get("ACCEPTED", 0),
            "submitted": rows.get("SUBMITTED", 0), "declined": rows.get("DECLINED", 0), "void": rows.get("VOID", 0)}


def sheets_in(batch: Batch) -> dict[int, int]:
    """How many sheets each item has now; the figures of the item itself are worked out when the batch is closed."""
    rows = Assignment.objects.filter(batch=batch, status=AssignmentStatus.SUBMITTED).order_by().values_list("item")
    return dict(rows.annotate(n=Count("pk")))


def first_invitation(batch: Batch) -> datetime | None:
    """When the oldest invitation that still waits for an answer went out."""
    return Assignment.objects.filter(batch=batch, status="INVITED").aggregate(at=Min("invited_at"))["at"]


def panel_of(batch: Batch) -> QuerySet[Assignment]:
    """Per expert of the batch: alias, seats, sheets, answers; names are added by the page for those who may."""
    held = Q(status__in=["INVITED", "ACCEPTED", "SUBMITTED"])
    rows = Assignment.objects.filter(batch=batch).exclude(status="DRAWN").order_by().values("expert").annotate(
        alias=Min("alias"), seats=Count("pk", filter=held), invited=Count("pk", filter=Q(status="INVITED")),
        submitted=Count("pk", filter=Q(status="SUBMITTED")), why=Max("decline_reason", filter=Q(status="DECLINED")))
    return rows.order_by("alias", "expert")


def named_panel(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """These rows of `panel_of` with the experts and the reasons in words."""
    found = list(rows)
    people = Expert.objects.select_related("person").in_bulk([one["expert"] for one in found])
    reasons = dict(DeclineReason.choices)
    return [{**one, "expert": people[one["expert"]], "reason": reasons.get(one["why"] or "", "")} for one in found]


def totals_by_group(batch: Batch) -> dict[str, list[float]]:
    """For the box plot: group name -> totals of its sheets."""
    names = {group["code"]: group["name"] for group in batch.groups}
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for group, total in sheets_of(batch).values_list("assignment__item__group", "total"):
        found[names.get(group, group)].append(float(total))
    return found


def calibration_of(batch: Batch) -> list[tuple[str, Decimal, int]]:
    table: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for alias, item, total in sheets_of(batch).values_list("assignment__alias", "assignment__item_id", "total"):
        table[str(item)][alias] = total
    return sorted(scores.calibration(table))


def scores_of(item: BatchItem) -> QuerySet[Score]:
    return Score.objects.filter(assignment__item=item, submitted_at__isnull=False).select_related("assignment").order_by("assignment__alias")


def draw_of(batch: Batch) -> Draw | None:
    return Draw.objects.filter(batch=batch).exclude(status="CANCELLED").select_related("operator").first()


def annulled_draws(batch: Batch, but: Draw | None = None) -> QuerySet[Draw]:
    """Draws of the batch that were annulled: who draws until the result pleases is seen by everybody who looks at the one that stands."""
    return Draw.objects.filter(batch=batch, status="CANCELLED").exclude(pk=but.pk if but else None).only(
        "uid", "committed_at", "opened_at", "public_source", "batch_id").order_by("pk")


def draw_check(draw: Draw) -> dict[str, bool]:
    """Work an opened draw out again, as anybody can: commitment, candidates, seed and result agree."""
    commitment, seed, result = lottery.replay(draw.candidates, draw.secret, draw.public_value)
    return {
        "commitment": commitment == draw.commit_hash, "candidates": draws.sha256(draw.candidates) == draw.candidates_sha256,
        "seed": seed == draw.seed, "result": draws.sha256(result) == draw.result_sha256 and result == draw.result,
    }


def recusal_counts(batch: Batch) -> list[tuple[str, int]]:
    """(name of the rule, pairs it found), in the order of the rules."""
    found = dict(Recusal.objects.filter(batch=batch).order_by().values_list("code").annotate(n=Count("pk")))
    return [(str(label), found[code]) for code, label in RecusalCode.choices if code in found]


def waiting(actor: Any) -> dict[str, int]:
    """Counts for the homes."""
    batches = policies.visible_to(actor)
    mine = policies.tasks_of(actor)
    return {
        "to_batch": sum(count for _guide, count in guides_to_review(actor)), "to_draw": batches.filter(status="DRAFT").count(),
        "running": batches.filter(status__in=["INVITING", "SCORING"]).count(), "to_rank": batches.filter(status="CLOSED").count(),
        "to_admit": candidacies(actor).filter(status="SUBMITTED").count() if policies.manages_pool(actor) is None else 0,
        "to_pay": policies.fees_visible_to(actor).filter(status="CONFIRMED").count() if policies.is_finance(actor) is None else 0,
        "invitations": mine.filter(status="INVITED").count(), "to_score": mine.filter(status="ACCEPTED").exclude(missed(clock.now())).count(),
    }


# --- facts of the recusal rules ----------------------------------------------------------------------------------


def current_employers(experts: Iterable[Expert]) -> dict[int, set[int]]:
    """expert id -> ids of the units the person works for now."""
    people = {expert.person_id: expert.pk for expert in experts}
    today = clock.today()
    found: dict[int, set[int]] = defaultdict(set)
    rows = Employment.objects.filter(person__in=people).filter(Q(until=None) | Q(until__gte=today))
    for person, organisation in rows.values_list("person", "organisation"):
        found[people[person]].add(organisation)
    return found


def recusal_graph(batch: Batch, experts: Iterable[Expert] | None = None, applications: Iterable[int] | None = None
                  ) -> dict[tuple[int, int], list[recusal.Finding]]:
    """{(application, expert): findings} over everybody who may be drawn, or over those experts and applications."""
    experts = list(drawable().select_related("person") if experts is None else experts)
    rows = _applications(batch) if applications is None else _applications(batch).filter(pk__in=list(applications))
    filings = [_filing(row) for row in rows]
    day, years = clock.today(), int(batch.rules["recusal_years"])
    people = {expert.person_id for expert in experts}
    guide_people, guide_identities = _behind_guide(batch.guide_id)
    how = authors_of(batch.guide)
    context = recusal.Context(
        day=day, years=years, guide_people=guide_people, guide_identities=guide_identities,
        authors=frozenset(how), author_how=how, together=_together(people, day, years),
    )
    return recusal.graph(_candidates(experts, batch, day), filings, context)


def _applications(batch: Batch) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=batch.items.values("application")).select_related("leader").prefetch_related("team", "partners")


def _filing(row: Application) -> recusal.Filing:
    team, partners = list(row.team.all()), list(row.partners.all())
    avoid = (row.answers.get("lists") or {}).get("avoid") or []
    names = [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in avoid] if isinstance(avoid, list) else []
    units = {row.unit_id, *(p.organisation_id for p in partners), *(m.organisation_id for m in team)} - {None}
    return recusal.Filing(
        application=row.pk, units=frozenset(units), people=frozenset({row.leader_id, *(m.person_id for m in team)} - {None}),
        identities=frozenset(m.id_print for m in team if m.id_print), avoid=frozenset(name for name in names if name.strip()),
        names=frozenset(recusal.plain_name(name) for name in (row.leader.name, *(m.name for m in team)) if name),
    )


def _behind_guide(guide: int) -> tuple[frozenset[int], frozenset[str]]:
    """Everybody behind an application of the guide, whatever became of it (rule RC7)."""
    rows = TeamMember.objects.filter(application__guide=guide).exclude(application__status="DRAFT")
    pairs = list(rows.values_list("person", "id_print"))
    return frozenset(p for p, _print in pairs if p), frozenset(mark for _p, mark in pairs if mark)


def _together(people: set[int], day: date, years: int) -> dict[int, dict[int, str]]:
    """person of an expert -> {person: reference of a filing they signed together inside the look-back} (rule RC4)."""
    since = recusal.years_before(day, years)
    mine = list(TeamMember.objects.filter(person__in=people, application__submitted_at__date__gte=since).values_list("person", "application"))
    others: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = TeamMember.objects.filter(application__in={application for _person, application in mine}, person__isnull=False)
    for application, other, ref in rows.values_list("application", "person", "application__ref"):
        others[application].append((other, ref))
    shared: dict[int, dict[int, str]] = defaultdict(dict)
    for person, application in mine:
        shared[person].update({other: ref for other, ref in others[application] if other != person})
    return shared


def _candidates(experts: list[Expert], batch: Batch, day: date) -> list[recusal.Candidate]:
    people = [expert.person_id for expert in experts]
    employers, ties = employers_of(people), ties_in_force(experts)
    drawn = dict(
        Assignment.objects.filter(batch__invited_at__year=day.year).exclude(batch=batch).exclude(status="DRAWN")
        .order_by().values_list("expert").annotate(n=Count("batch", distinct=True)))
    return [
        recusal.Candidate(
            expert=expert.pk, person=expert.person_id, identity=expert.person.id_print or "", name=expert.person.name,
            employers=tuple(employers[expert.person_id]), ties=tuple(ties[expert.pk]), drawn_this_year=drawn.get(expert.pk, 0),
            yearly_max=expert.yearly_max or int(batch.rules["yearly_max"]),
        )
        for expert in experts
    ]


# --- history -----------------------------------------------------------------------------------------------------


def verb_label(verb: str) -> str:
    from core.workflow import Machine  # noqa: PLC0415 (tables read by name)

    head, _dot, name = verb.rpartition(".")
    machine = Machine.registry.get(head)
    if machine is not None and name in machine.steps:
        return str(machine.steps[name].label)
    return str(OTHER_VERBS.get(verb, lambda: verb)())


OTHER_VERBS = {
    "reviews.batch.create": lambda: _("Batch made"), "reviews.batch.due": lambda: _("Time for scores set"),
    "reviews.batch.extend": lambda: _("Time for scores extended"), "reviews.batch.recusals": lambda: _("Recusals found"),
    "reviews.draw.commit": lambda: _("Draw committed"), "reviews.assignment.recuse": lambda: _("Recused"),
    "reviews.plan.order": lambda: _("Assignment ordered"), "reviews.plan.move": lambda: _("Seats moved by hand"),
    "reviews.plan.lock": lambda: _("Seats locked"), "reviews.batch.groups": lambda: _("Groups changed"),
    "reviews.assignment.pack": lambda: _("Papers taken along"), "reviews.assignment.extra": lambda: _("Extra expert called"),
    "reviews.linedraw.commit": lambda: _("Draw near the line committed"),
    "reviews.meeting.plan": lambda: _("Meeting planned"), "reviews.meeting.change": lambda: _("Time or place changed"),
    "reviews.meeting.order": lambda: _("Agenda put in order"), "reviews.meeting.chair": lambda: _("Chair named"),
    "reviews.meeting.presence": lambda: _("Presence noted"), "reviews.meeting.join": lambda: _("A member has joined by accepting"), "reviews.meeting.attend": lambda: _("An expert has come"),
    "reviews.agenda.leave": lambda: _("A member leaves the point"), "reviews.batch.hide": lambda: _("Words hidden in a copy"),
    "reviews.batch.analyse": lambda: _("Figures beside the ranking worked out"),
    "reviews.batchitem.comments": lambda: _("Comments for the applicant edited"), "reviews.batch.comments_sent": lambda: _("Comments sent to the applicants"),
    "reviews.batch.evaluate": lambda: _("Expert evaluated"), "reviews.fees.make": lambda: _("Fee list made"),
    "reviews.fees.export": lambda: _("Fee list exported"), "reviews.assignment.link": lambda: _("Answered by the link of the mail"), "reviews.assignment.replace": lambda: _("Alternate called"), "reviews.expert.enrol": lambda: _("Taken into the pool"),
    "reviews.expert.edit": lambda: _("Data changed"), "reviews.expert.confirm": lambda: _("Data confirmed for the year"),
    "reviews.expert.warn": lambda: _("Warned"), "reviews.expert.account": lambda: _("Account for fees given"),
    "reviews.expert.reveal": lambda: _("Private value looked at"), "reviews.tie.declare": lambda: _("Relation declared"),
    "reviews.tie.end": lambda: _("Relation ended"), "reviews.candidacy.apply": lambda: _("Applied to join the pool"),
    "reviews.candidacy.recommend": lambda: _("Recommended for the pool"), "reviews.import.keep": lambda: _("Table received"),
    "reviews.import.order": lambda: _("Taking over decided"), "reviews.import.forget": lambda: _("Table deleted, fingerprint kept"),
    "reviews.batch.drop": lambda: _("Application left the review"),
}


def history_of(*objects: Any) -> list[dict[str, Any]]:
    wanted = Q()
    for one in objects:
        if one is not None:
            wanted |= Q(target_type=one._meta.label_lower, target_id=one.pk)
    if not wanted:
        return []
    return [{"at": row.at, "who": row.who, "why": row.why, "label": verb_label(row.verb)}
            for row in LedgerRow.objects.filter(wanted).order_by("-pk")[:200]]


def key_of(draw: Draw) -> dict[str, int]:
    """{code: expert id} of an opened draw, for those who may know names."""
    return json.loads(crypt.open_sealed(draw.key_sealed))


def under_review(batch: Batch) -> QuerySet[BatchItem]:
    """The items with what their visits and audits found."""
    return batch.items.select_related("application__guide__special__plan", "application__version").prefetch_related(
        "application__inspections")


def audits_wanted(batch: Batch) -> list[Application]:
    """Applications of a closed batch that the guide wants audited and for which no audit has been ordered."""
    if batch.status != BatchStatus.CLOSED or not (batch.guide.version.data.get("mode") or {}).get("audit_required"):
        return []
    return [item.application for item in under_review(batch) if item.application.status in (Status.REVIEWED, Status.SITE_VISIT)]


# --- sheets of one expert --------------------------------------------------------------------------------------------


# --- what the ranking is worth ---------------------------------------------------------------------------------------


# --- what the record says of a closed batch --------------------------------------------------------------------------


# --- meetings --------------------------------------------------------------------------------------------------------


# --- plans of an assignment --------------------------------------------------------------------------------------


def pack_of(actor: Any, batch: Batch) -> list[Assignment]:
    """What the expert has taken on in the batch, with sheets and papers."""
    rows = tasks_in(actor, batch).filter(status__in=[AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED])
    return list(rows.select_related("item__blind_pdf", "item__application__pdf"))
