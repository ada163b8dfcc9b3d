"""Reads of the reviews floor. Pages fetch only through `policies.*visible_to` and these."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Employment, Membership
from applications.models import Application, TeamMember
from applications.states import Status
from core import clock, crypt
from core.models import LedgerRow
from programs import policies as programme
from programs.models import Guide, ReferenceEntry
from reviews import policies
from reviews.models import (
    AgendaItem,
    Analysis,
    Assignment,
    Attendee,
    Batch,
    BatchItem,
    Draw,
    Expert,
    LineDraw,
    Meeting,
    Plan,
    PlanItem,
    Recusal,
    Score,
)
from reviews.rules import draw as draws
from reviews.rules import lottery, moves, recusal, scores
from reviews.states import AssignmentStatus, BatchStatus, Blind, RecusalCode


def _one(rows: QuerySet[Any], **keys: Any) -> Any:
    found = rows.filter(**keys).first()
    if found is None:
        raise Http404
    return found


def _uid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Http404 from error


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


def sheets_of(batch: Batch) -> QuerySet[Score]:
    """Submitted sheets that count: not those of seats made void."""
    return Score.objects.filter(
        assignment__batch=batch, assignment__status=AssignmentStatus.SUBMITTED, submitted_at__isnull=False
    ).select_related("assignment__item").order_by("assignment__item_id", "assignment__alias")


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


def panel_of(batch: Batch) -> list[dict[str, Any]]:
    """Per expert of the batch: alias, group, progress, answers; names are added by the page for those who may."""
    found: dict[int, dict[str, Any]] = {}
    rows = Assignment.objects.filter(batch=batch).exclude(status="DRAWN").select_related("expert__person", "item")
    for row in rows.order_by("alias"):
        one = found.setdefault(row.expert_id, {"alias": row.alias, "expert": row.expert, "groups": set(), "seats": 0,
                                               "invited": 0, "submitted": 0, "declined": 0, "reason": ""})
        one["groups"].add(row.item.group)
        one["seats"] += row.status in ("INVITED", "ACCEPTED", "SUBMITTED")
        one["invited"] += row.status == "INVITED"
        one["submitted"] += row.status == "SUBMITTED"
        if row.status == "DECLINED":
            one["declined"] += 1
            one["reason"] = row.get_decline_reason_display()
    return list(found.values())


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


def draw_check(draw: Draw) -> dict[str, bool]:
    """Work an opened draw out again, as anybody can: commitment, candidates, seed and result agree."""
    commitment, seed, result = lottery.replay(draw.candidates, draw.secret, draw.public_value)
    return {
        "commitment": commitment == draw.commit_hash, "candidates": draws.sha256(draw.candidates) == draw.candidates_sha256,
        "seed": seed == draw.seed, "result": draws.sha256(result) == draw.result_sha256 and result == draw.result,
    }


def recusals_of(batch: Batch) -> QuerySet[Recusal]:
    return Recusal.objects.filter(batch=batch).select_related("application", "expert__person").order_by("code", "pk")


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


def recusal_graph(batch: Batch) -> dict[tuple[int, int], list[recusal.Finding]]:
    """{(application, expert): findings} over the whole active pool."""
    experts = list(Expert.objects.filter(status="ACTIVE").select_related("person"))
    filings = [_filing(row) for row in _applications(batch)]
    day, years = clock.today(), int(batch.rules["recusal_years"])
    people = {expert.person_id for expert in experts}
    guide_people, guide_identities = _behind_guide(batch.guide_id)
    context = recusal.Context(
        day=day, years=years, guide_people=guide_people, guide_identities=guide_identities,
        authors=frozenset(filter(None, [batch.guide.drafted_by_id])), together=_together(people, day, years),
    )
    return recusal.graph(_candidates(experts, batch, day), filings, context)


def _applications(batch: Batch) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=batch.items.values("application")).prefetch_related("team", "partners")


def _filing(row: Application) -> recusal.Filing:
    team, partners = list(row.team.all()), list(row.partners.all())
    avoid = (row.answers.get("lists") or {}).get("avoid") or []
    names = [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in avoid] if isinstance(avoid, list) else []
    units = {row.unit_id, *(p.organisation_id for p in partners), *(m.organisation_id for m in team)} - {None}
    return recusal.Filing(
        application=row.pk, units=frozenset(units), people=frozenset({row.leader_id, *(m.person_id for m in team)} - {None}),
        identities=frozenset(m.id_print for m in team if m.id_print), avoid=frozenset(name for name in names if name.strip()),
    )


def _behind_guide(guide: int) -> tuple[frozenset[int], frozenset[str]]:
    """Everybody behind an application of the guide, whatever became of it (rule RC7)."""
    rows = TeamMember.objects.filter(application__guide=guide).exclude(application__status="DRAFT")
    pairs = list(rows.values_list("person", "id_print"))
    return frozenset(p for p, _print in pairs if p), frozenset(mark for _p, mark in pairs if mark)


def _together(people: set[int], day: date, years: int) -> dict[int, dict[int, str]]:
    """person of an expert -> {person: reference of a filing they signed together inside the look-back} (rule RC4)."""
    since = recusal.years_before(day, years)
    mine = TeamMember.objects.filter(person__in=people, application__submitted_at__date__gte=since)
    shared: dict[int, dict[int, str]] = defaultdict(dict)
    for person, application in list(mine.values_list("person", "application")):
        rows = TeamMember.objects.filter(application=application, person__isnull=False).exclude(person=person)
        for other, ref in rows.values_list("person", "application__ref"):
            shared[person][other] = ref
    return shared


def _candidates(experts: list[Expert], batch: Batch, day: date) -> list[recusal.Candidate]:
    people = [expert.person_id for expert in experts]
    employers: dict[int, list[recusal.Employer]] = defaultdict(list)
    for row in Employment.objects.filter(person__in=people):
        employers[row.person_id].append(recusal.Employer(row.organisation_id, row.since, row.until))
    for person, organisation, since, until in Membership.objects.filter(
        person__in=people, status="ACTIVE", role__in=["MEMBER", "ORG_ADMIN", "ORG_LEGAL", "ORG_FINANCE"]
    ).values_list("person", "organisation", "since", "until"):
        employers[person].append(recusal.Employer(organisation, since, until))
    drawn = dict(
        Assignment.objects.filter(batch__invited_at__year=day.year).exclude(batch=batch).exclude(status="DRAWN")
        .order_by().values_list("expert").annotate(n=Count("batch", distinct=True)))
    return [
        recusal.Candidate(
            expert=expert.pk, person=expert.person_id, identity=expert.person.id_print or "", name=expert.person.name,
            employers=tuple(employers[expert.person_id]), drawn_this_year=drawn.get(expert.pk, 0),
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
    "reviews.assignment.replace": lambda: _("Alternate called"), "reviews.expert.enrol": lambda: _("Taken into the pool"),
    "reviews.expert.edit": lambda: _("Data changed"),
    "reviews.plan.order": lambda: _("Assignment ordered"), "reviews.plan.move": lambda: _("Seats moved by hand"),
    "reviews.plan.lock": lambda: _("Seats locked"), "reviews.batch.groups": lambda: _("Groups changed"),
    "reviews.assignment.pack": lambda: _("Papers taken along"), "reviews.assignment.extra": lambda: _("Extra expert called"),
    "reviews.linedraw.commit": lambda: _("Draw near the line committed"),
    "reviews.meeting.plan": lambda: _("Meeting planned"), "reviews.meeting.change": lambda: _("Time or place changed"),
    "reviews.meeting.order": lambda: _("Agenda put in order"), "reviews.meeting.chair": lambda: _("Chair named"),
    "reviews.meeting.presence": lambda: _("Presence noted"), "reviews.meeting.attend": lambda: _("An expert has come"),
    "reviews.agenda.leave": lambda: _("A member leaves the point"), "reviews.batch.hide": lambda: _("Words hidden in a copy"),
    "reviews.batch.analyse": lambda: _("Figures beside the ranking worked out"),
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


def pack_of(actor: Any, batch: Batch) -> list[Assignment]:
    """What the expert has taken on in the batch, with sheets and papers."""
    rows = tasks_in(actor, batch).filter(status__in=[AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED])
    return list(rows.select_related("item__blind_pdf", "item__application__pdf"))


def copies_missing(limit: int) -> list[BatchItem]:
    """Applications of running double-blind reviews whose blind copy has not been made."""
    rows = BatchItem.objects.filter(batch__blind=Blind.DOUBLE, batch__status__in=[BatchStatus.INVITING, BatchStatus.SCORING],
                                    blind_pdf=None, withdrawn=False)
    wanted = "application__guide__special__plan", "application__version", "application__unit", "application__leader", "application__topic"
    return list(rows.select_related(*wanted).order_by("pk")[:limit])


# --- what the ranking is worth ---------------------------------------------------------------------------------------


def analysis_of(batch: Batch) -> Analysis | None:
    return Analysis.objects.filter(batch=batch).first()


def line_draw_of(batch: Batch) -> LineDraw | None:
    return LineDraw.objects.filter(batch=batch).select_related("batch__guide__special__plan").first()


def line_draw_agrees(draw: LineDraw) -> bool:
    """Worked out again as anybody can: commitment, candidates and order."""
    return (draws.commitment(draw.secret) == draw.commit_hash and draws.sha256(draw.refs) == draw.refs_sha256
            and draws.order_by_lot(draw.refs, draw.secret, draw.public_value) == draw.order)


def get_item(batch: Batch, pk: int) -> BatchItem:
    return _one(batch.items.select_related("application", "batch"), pk=pk)


def totals_of(batch: Batch) -> dict[int, list[tuple[str, Decimal]]]:
    """item -> its counted sheets as (alias, points), the highest first."""
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for item, alias, total in sheets_of(batch).order_by("-total").values_list("assignment__item_id", "assignment__alias", "total"):
        found[item].append((alias, total))
    return found


def waiting_seats(batch: Batch) -> dict[int, dict[str, int]]:
    """item -> how many sheets are still to come, and how many alternates of the draw are left."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"open": 0, "alternates": 0})
    for item, status, count in Assignment.objects.filter(batch=batch).order_by().values_list("item", "status").annotate(n=Count("pk")):
        if status in (AssignmentStatus.INVITED, AssignmentStatus.ACCEPTED):
            found[item]["open"] += count
    for item, count in Assignment.objects.filter(batch=batch, status="DRAWN", is_alternate=True).order_by().values_list("item").annotate(n=Count("pk")):
        found[item]["alternates"] = count
    return found


# --- what the record says of a closed batch --------------------------------------------------------------------------


def all_sheets_of(batch: Batch) -> QuerySet[Score]:
    """Every submitted sheet, also of seats that were made void afterwards."""
    return Score.objects.filter(assignment__batch=batch, submitted_at__isnull=False).select_related("assignment__item__application").order_by("pk")


def digests_on_record(batch: Batch) -> dict[str, str]:
    """The hashes that the last close and the ranking wrote into the record; "" before hashes were recorded."""
    rows = LedgerRow.objects.filter(target_type="reviews.batch", target_id=batch.pk, verb__in=["reviews.batch.close", "reviews.batch.rank"])
    found = {"close": "", "rank": ""}
    for row in rows.order_by("pk"):
        found[row.verb.rpartition(".")[2]] = str(row.data.get("sha256", ""))
    return found


def sheet_digests_on_record(batch: Batch) -> dict[int, str]:
    """seat -> the hash with which its sheet was submitted, by the record."""
    seats = Assignment.objects.filter(batch=batch).values("pk")
    rows = LedgerRow.objects.filter(target_type="reviews.assignment", target_id__in=seats, verb="reviews.assignment.submit")
    return {row.target_id: str(row.data.get("sha256", "")) for row in rows.order_by("pk")}


# --- meetings --------------------------------------------------------------------------------------------------------


def get_meeting(actor: Any, uid: Any) -> Meeting:
    return _one(policies.meetings_visible_to(actor), uid=_uid(uid))


def own_meeting(actor: Any, uid: Any) -> Meeting:
    return _one(policies.meetings_of(actor), uid=_uid(uid))


def get_point(actor: Any, pk: int) -> AgendaItem:
    """A point as the desk deals with it."""
    rows = AgendaItem.objects.select_related("meeting__batch__guide__special__plan", "item__application")
    return _one(rows.filter(meeting__in=policies.meetings_visible_to(actor).values("pk")), pk=pk)


def own_point(actor: Any, pk: int) -> AgendaItem:
    rows = AgendaItem.objects.select_related("meeting__batch", "item__application")
    return _one(rows.filter(meeting__in=policies.meetings_of(actor).values("pk")), pk=pk)


def attendee_of(actor: Any, meeting: Meeting) -> Attendee:
    return _one(Attendee.objects.select_related("expert").filter(meeting=meeting, expert__person=actor.id))


def agenda_of(meeting: Meeting) -> list[AgendaItem]:
    rows = meeting.agenda.select_related("item__application", "item__batch", "meeting").prefetch_related("ballots__attendee")
    found = list(rows)
    for point in found:
        ballots = list(point.ballots.all())
        point.left = [one for one in ballots if one.recused]
        point.may, point.done = len(ballots) - len(point.left), sum(one.voted for one in ballots)
    return found


# --- plans of an assignment --------------------------------------------------------------------------------------


def get_plan(actor: Any, uid: Any) -> Plan:
    return _one(policies.plans_visible_to(actor), uid=_uid(uid))


def plans_of(batch: Batch) -> QuerySet[Plan]:
    return Plan.objects.filter(batch=batch).select_related("operator").order_by("-pk")


def panels_of(batch: Batch) -> dict[str, list[BatchItem]]:
    """key of a panel -> its applications: one per group, or one per application in remote review."""
    found: dict[str, list[BatchItem]] = {}
    for item in batch.items.filter(withdrawn=False).select_related("application__topic").order_by("application__ref"):
        found.setdefault(item.group if batch.mode == "PANEL" else item.application.ref, []).append(item)
    return found


def discipline_names() -> dict[str, str]:
    return dict(ReferenceEntry.objects.filter(list="disciplines").values_list("code", "name"))


def barred_pairs(batch: Batch) -> set[tuple[int, int]]:
    """(application, expert) with any evidence of a conflict."""
    return set(Recusal.objects.filter(batch=batch).values_list("application", "expert"))


def seats_of(plan: Plan) -> dict[str, list[str]]:
    """panel -> codes that sit there; panels without anybody are missing."""
    found: dict[str, list[str]] = {}
    for panel, code in plan.items.filter(seat=True).order_by("panel", "place").values_list("panel", "code"):
        found.setdefault(panel, []).append(code)
    return found


def plan_key(plan: Plan) -> dict[str, int]:
    """{code: expert id}, for the acts of a plan; no page shows it."""
    return json.loads(crypt.open_sealed(plan.key_sealed)) if plan.key_sealed else {}


def plan_setting(plan: Plan) -> moves.Setting:
    """The rules of a plan for whoever wants to move somebody, with the recusals as they stand now."""
    near: dict[str, dict[str, int]] = defaultdict(dict)
    for panel, code, affinity in plan.items.values_list("panel", "code", "affinity"):
        near[panel][code] = affinity
    codes = {pk: code for code, pk in plan_key(plan).items()}
    barred: dict[str, set[str]] = defaultdict(set)
    pairs = barred_pairs(plan.batch)
    gone = set(Expert.objects.filter(pk__in=codes).exclude(status="ACTIVE").values_list("pk", flat=True))
    whose = {item.application_id: panel for panel, items in panels_of(plan.batch).items() for item in items}
    for application, expert in pairs:
        if application in whose and expert in codes:
            barred[whose[application]].add(codes[expert])
    for panel in set(whose.values()):
        barred[panel] |= {codes[pk] for pk in gone}
    return moves.Setting(plan.people, plan.batch.panel_size, plan.params["minimum"], int(plan.params["load"]), near, barred)


def barred_from(plan: Plan, panel: str) -> QuerySet[Recusal]:
    """Who may not look at a panel's applications, by which evidence."""
    inside = [item.application_id for item in panels_of(plan.batch).get(panel, [])]
    return recusals_of(plan.batch).filter(application__in=inside)


def fields_of(codes: Iterable[Any]) -> list[str]:
    """Disciplines of the first level."""
    return sorted({digits[:3] for code in codes if len(digits := "".join(c for c in str(code) if c.isdigit())) >= 3})


def supply(batch: Batch) -> list[dict[str, Any]]:
    """Per field: applications and seats asked, experts without conflict by constituency, and what they can carry together. An
    expert of several fields counts in each; who is barred from every application of a field does not count there."""
    names, wanted, barred = discipline_names(), defaultdict(list), barred_pairs(batch)
    for item in batch.items.filter(withdrawn=False).select_related("application"):
        for field in fields_of(item.application.disciplines)[:1] or [""]:
            wanted[field].append(item.application_id)
    blocked = Counter((field, expert) for field, inside in wanted.items() for application, expert in barred if application in set(inside))
    able: dict[str, Counter[str]] = defaultdict(Counter)
    for pk, constituency, disciplines in Expert.objects.filter(status="ACTIVE").values_list("pk", "constituency", "disciplines"):
        for field in fields_of(disciplines) or [""]:
            able[field][constituency] += blocked[field, pk] < len(wanted.get(field, ())) or field not in wanted
    load = int(batch.rules["load"])
    return [
        {"field": names.get(field, field), "applications": len(inside), "seats": len(inside) * batch.panel_size,
         "industry": len(inside) * batch.industry_min, "experts": sum(able[field].values()), "from_industry": able[field]["INDUSTRY"],
         "carry": sum(able[field].values()) * load,
         "short": sum(able[field].values()) * load < len(inside) * batch.panel_size or sum(able[field].values()) < batch.panel_size
         or able[field]["INDUSTRY"] < batch.industry_min}
        for field, inside in sorted(wanted.items(), key=lambda one: -len(one[1]))
    ]


def experts_of(plan: Plan) -> QuerySet[Expert]:
    """Experts of a plan by load; pages name them by `code`."""
    mine = PlanItem.objects.filter(plan=plan, expert=OuterRef("pk")).order_by()
    held = mine.filter(seat=True).values("expert").annotate(n=Count("pk"), sum=Sum("affinity"))
    return Expert.objects.filter(pk__in=plan.items.values("expert")).annotate(
        code=Subquery(mine.values("code")[:1]), load=Coalesce(Subquery(held.values("n")), 0),
        near=Coalesce(Subquery(held.values("sum")), 0))
